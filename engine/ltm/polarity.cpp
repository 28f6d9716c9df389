#include <algorithm>

#include "ltm/causal_graph.h"

namespace loopscope {

namespace {
// Of a sum of influences: what they agree on.
Polarity combine(Polarity a, Polarity b) {
  if (a == Polarity::None) return b;
  if (b == Polarity::None || a == b) return a;
  return Polarity::Unknown;
}
}  // namespace

std::optional<double> known_number(const Program& program, ExprId id, const std::vector<uint32_t>& at) {
  const Expr& e = program.expr(id);
  if (e.op == Op::Constant) return e.number;
  if (e.op == Op::AxisIndex) return e.payload < at.size() ? std::optional<double>(at[e.payload]) : std::nullopt;
  if (int(e.op) >= table_op_first || e.count == 0 || e.count > most_arguments) return std::nullopt;
  double values[most_arguments];
  for (uint32_t i = 0; i < e.count; i++) {
    auto value = known_number(program, program.argument(id, i), at);
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  return evaluate_op(e.op, values);
}

Polarity PolarityFinder::of(ExprId root, const std::vector<ExprId>& loads, const std::vector<uint32_t>& at) {
  stamp_++;
  if (!at.empty() || !at_.empty()) signs_.clear();
  at_ = at;
  known_.resize(program_.exprs.size());
  stamps_.resize(program_.exprs.size(), 0);
  chosen_.resize(program_.exprs.size(), 0);
  for (ExprId load : loads) chosen_[load] = stamp_;
  return visit(root);
}

Polarity PolarityFinder::table_slope(uint32_t table) const {
  const std::vector<double>& y = program_.tables[table].y;
  bool up = false, down = false;
  for (size_t i = 1; i < y.size(); i++) {
    up |= y[i] > y[i - 1];
    down |= y[i] < y[i - 1];
  }
  if (up && down) return Polarity::Unknown;
  return up ? Polarity::Positive : down ? Polarity::Negative : Polarity::None;
}

namespace {
uint64_t elements_of(const Reduction& r) {
  uint64_t elements = 1;
  for (uint32_t extent : r.extents) elements *= extent;
  return elements;
}
}  // namespace

PolarityFinder::Sign PolarityFinder::sign(ExprId id) {
  auto it = signs_.find(id);
  if (it != signs_.end()) return it->second;
  const Expr& e = program_.expr(id);
  auto argument = [&](uint32_t i) { return sign(program_.argument(id, i)); };
  Sign result = Sign::Unknown;
  auto number = at_.empty() ? std::nullopt : known_number(program_, id, at_);
  if (number) result = *number > 0 ? Sign::Positive : *number < 0 ? Sign::Negative : *number == 0 ? Sign::Zero : Sign::Unknown;
  else switch (e.op) {
    case Op::Constant: result = e.number > 0 ? Sign::Positive : e.number < 0 ? Sign::Negative : e.number == 0 ? Sign::Zero : Sign::Unknown; break;
    case Op::Load:
    case Op::AxisIndex:
    case Op::Exp:
    case Op::Cosh:
    case Op::Absolute:
    case Op::SquareRoot: result = Sign::Positive; break;  // a load by convention; the others are never negative
    case Op::Negate: {
      Sign a = argument(0);
      result = a == Sign::Positive ? Sign::Negative : a == Sign::Negative ? Sign::Positive : a;
      break;
    }
    case Op::Aggregate:
    case Op::Reduce: {  // of numbers above 0: above 0
      Sign a = argument(0);
      ReduceOp op = e.op == Op::Reduce ? program_.reductions[e.payload].op : ReduceOp::Sum;
      bool keeps = is_fold(op) && (a == Sign::Positive || op != ReduceOp::Product);
      result = keeps ? a : Sign::Unknown;
      break;
    }
    case Op::Add: {
      Sign a = argument(0), b = argument(1);
      result = a == Sign::Zero ? b : b == Sign::Zero || a == b ? a : Sign::Unknown;
      break;
    }
    case Op::Multiply:
    case Op::Divide: {
      Sign a = argument(0), b = argument(1);
      if (a == Sign::Zero || b == Sign::Zero) result = Sign::Zero;
      else result = Sign(int8_t(a) * int8_t(b));
      break;
    }
    case Op::Power: result = argument(0) == Sign::Positive ? Sign::Positive : Sign::Unknown; break;
    case Op::Maximum: {
      Sign a = argument(0), b = argument(1);
      bool a_known = a == Sign::Positive || a == Sign::Zero, b_known = b == Sign::Positive || b == Sign::Zero;
      result = a_known || b_known ? Sign::Positive : a == b ? a : Sign::Unknown;
      break;
    }
    case Op::Minimum: {
      Sign a = argument(0), b = argument(1);
      result = a == b ? a : Sign::Unknown;
      break;
    }
    case Op::If: {
      if (auto test = known_number(program_, program_.argument(id, 0), at_)) {
        result = argument(*test != 0 ? 1 : 2);
        break;
      }
      Sign a = argument(1), b = argument(2);
      result = a == Sign::Zero ? b : b == Sign::Zero || a == b ? a : Sign::Unknown;
      break;
    }
    case Op::Lookup: {
      const std::vector<double>& y = program_.tables[e.payload].y;
      if (program_.tables[e.payload].kind == TableKind::Extrapolate) break;
      if (std::all_of(y.begin(), y.end(), [](double v) { return v >= 0; })) result = Sign::Positive;
      if (std::all_of(y.begin(), y.end(), [](double v) { return v <= 0; })) result = Sign::Negative;
      break;
    }
    default: break;
  }
  signs_.emplace(id, result);
  return result;
}

// a * b or a / b: d(ab) = b da + a db; d(a/b) = da / b - a db / b^2.
Polarity PolarityFinder::product(ExprId a, ExprId b, bool divided) {
  Polarity pa = visit(a), pb = visit(b);
  auto times = [](Polarity p, Sign s) {
    if (p == Polarity::None || s == Sign::Zero) return Polarity::None;
    return Polarity(int8_t(p) * int8_t(s));
  };
  Polarity by_a = pa == Polarity::None ? Polarity::None : times(pa, sign(b));
  Polarity by_b = pb == Polarity::None ? Polarity::None : times(pb, sign(a));
  if (divided && by_b != Polarity::None) by_b = Polarity(-int8_t(by_b));
  return combine(by_a, by_b);
}

Polarity PolarityFinder::visit(ExprId id) {
  if (stamps_[id] == stamp_) return known_[id];
  const Expr& e = program_.expr(id);
  Polarity result = Polarity::None;
  if (e.op == Op::Load) {
    const LoadInfo& load = program_.load_of(id);
    if (chosen_[id] == stamp_) result = Polarity::Positive;
    for (const IndexMap& index : load.indices)
      if (index.kind == IndexMap::Computed && visit(index.expr) != Polarity::None) result = Polarity::Unknown;
  } else if (e.op == Op::Multiply) {
    // A square rises with its base where that is positive, by the same convention.
    result = product(program_.argument(id, 0), program_.argument(id, 1), false);
  } else if (e.op == Op::Divide) {
    result = product(program_.argument(id, 0), program_.argument(id, 1), true);
  } else if (auto test = e.op == Op::If && !at_.empty() ? known_number(program_, program_.argument(id, 0), at_) : std::nullopt) {
    result = visit(program_.argument(id, *test != 0 ? 1 : 2));
  } else if (e.op == Op::Power) {
    Polarity base = visit(program_.argument(id, 0)), exponent = visit(program_.argument(id, 1));
    Sign power = sign(program_.argument(id, 1));
    if (exponent != Polarity::None) result = Polarity::Unknown;
    else if (base != Polarity::None)
      result = sign(program_.argument(id, 0)) != Sign::Positive ? Polarity::Unknown
               : power == Sign::Positive                         ? base
               : power == Sign::Negative                         ? base * Polarity::Negative
                                                                 : Polarity::Unknown;
  } else if (is_table_op(e.op)) {
    for (uint32_t i = 0; i < e.count; i++) {
      Polarity p = visit(program_.argument(id, i));
      if (p != Polarity::None)
        result = combine(result, e.op <= Op::LookupInverse ? p * table_slope(e.payload) : Polarity::Unknown);
    }
  } else if (e.op == Op::Reduce) {
    Polarity p = visit(program_.argument(id, 0));
    ReduceOp op = program_.reductions[e.payload].op;
    bool unproved = !is_fold(op) || (op == ReduceOp::Product && sign(program_.argument(id, 0)) != Sign::Positive && elements_of(program_.reductions[e.payload]) > 1);
    result = p != Polarity::None && unproved ? Polarity::Unknown : p;
  } else {
    const char* table = op_info(e.op).polarity;
    for (uint32_t i = 0; i < e.count; i++) {
      Polarity p = visit(program_.argument(id, i));
      if (p == Polarity::None) continue;
      char c = table && i < std::char_traits<char>::length(table) ? table[i] : '?';
      if (c == '0') continue;
      result = combine(result, c == '+' ? p : c == '-' ? p * Polarity::Negative : Polarity::Unknown);
    }
  }
  stamps_[id] = stamp_;
  known_[id] = result;
  return result;
}

}  // namespace loopscope
