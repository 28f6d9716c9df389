#include <cmath>
#include <cstring>

#include "ir/program.h"
#include "ls_runtime.h"

namespace loopscope {

namespace {
constexpr OpInfo op_infos[] = {
#define OP(name, arity, function, polarity) {#name, arity, #function, polarity},
#include "ir/opcodes.def"
#undef OP
#define TABLE_OP(name, arity, function, polarity) {#name, arity, #function, nullptr},
#include "ir/table_ops.def"
#undef TABLE_OP
    {"Constant", 0, nullptr, ""}, {"Load", 0, nullptr, ""},      {"If", 3, nullptr, "?++"},  {"And", 2, nullptr, "++"},
    {"Or", 2, nullptr, "++"},     {"FirstStep", 0, nullptr, ""}, {"StepIndex", 0, nullptr, ""}, {"DelayRead", 2, nullptr, "00"},
    {"AxisIndex", 0, nullptr, ""}, {"Reduce", 1, nullptr, "?"}, {"Aggregate", 1, nullptr, "+"}, {"Accumulator", 0, nullptr, ""}, {"WorkRead", 1, nullptr, "?"}};

uint64_t mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2);
  return hash * 0xFF51AFD7ED558CCDull;
}
uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}
uint64_t hash_load(const LoadInfo& load) {
  uint64_t hash = mix(load.variable, uint64_t(load.plane));
  for (const IndexMap& index : load.indices)
    hash = mix(mix(hash, (uint64_t(index.kind) << 32) | index.value), (uint64_t(index.offset) << 32 | index.table) ^ index.expr);
  return hash;
}
uint64_t hash_expr(const Expr& e, const std::vector<ExprId>& arguments) {
  uint64_t hash = mix(uint64_t(e.op) << 32 | e.payload, bits_of(e.number));
  for (ExprId argument : arguments) hash = mix(hash, argument);
  return hash;
}
bool foldable(Op op) { return int(op) < table_op_first && op != Op::LinkScore; }
}  // namespace

const OpInfo& op_info(Op op) { return op_infos[int(op)]; }
bool has_runtime_function(Op op) {
  const char* function = op_info(op).function;
  return function && function[0] == 'l';  // not "none"
}

bool is_scheduled(const DelayBuffer& delay) { return delay.kind == LS_DELAY_MATERIAL || delay.kind == LS_DELAY_INFORMATION; }

const char* reduce_op_name(ReduceOp op) {
  constexpr const char* names[] = {"SUM", "PROD", "MIN", "MAX", "ITERATE", "INVERT"};
  return names[int(op)];
}

const char* role_name(Role role) {
  constexpr const char* names[] = {"time", "stock", "flow", "auxiliary", "initial", "helper", "score"};
  return names[int(role)];
}

double evaluate_op(Op op, const double* a) {
  switch (op) {
    case Op::Add: return a[0] + a[1];
    case Op::Subtract: return a[0] - a[1];
    case Op::Multiply: return a[0] * a[1];
    case Op::Divide: return a[0] / a[1];
    case Op::Negate: return -a[0];
    case Op::Equal: return a[0] == a[1];
    case Op::NotEqual: return a[0] != a[1];
    case Op::Less: return a[0] < a[1];
    case Op::LessEqual: return a[0] <= a[1];
    case Op::Greater: return a[0] > a[1];
    case Op::GreaterEqual: return a[0] >= a[1];
    case Op::Not: return a[0] == 0;
    case Op::Absolute: return std::fabs(a[0]);
    case Op::SquareRoot: return std::sqrt(a[0]);
    case Op::Floor: return std::floor(a[0]);
    case Op::Ceiling: return std::ceil(a[0]);
    case Op::Truncate: return std::trunc(a[0]);
    // As wasm's f64.min and f64.max: NaN if either is, and -0 < +0.
    case Op::Minimum:
      if (a[0] != a[0] || a[1] != a[1]) return a[0] + a[1];
      return a[0] < a[1] || (a[0] == a[1] && std::signbit(a[0])) ? a[0] : a[1];
    case Op::Maximum:
      if (a[0] != a[0] || a[1] != a[1]) return a[0] + a[1];
      return a[0] > a[1] || (a[0] == a[1] && !std::signbit(a[0])) ? a[0] : a[1];
    case Op::LinkScore: return ls_link_score(a[0], a[1], a[2]);
#define CALL1(f) f(a[0])
#define CALL2(f) f(a[0], a[1])
#define CALL3(f) f(a[0], a[1], a[2])
#define CALL4(f) f(a[0], a[1], a[2], a[3])
#define CALL5(f) f(a[0], a[1], a[2], a[3], a[4])
#define CALL6(f) f(a[0], a[1], a[2], a[3], a[4], a[5])
#define CALL10(f) f(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9])
#define CALL7(f) f(a[0], a[1], a[2], a[3], a[4], a[5], a[6])
    default: break;
  }
  // The rest call the runtime: one case an entry of the table; `none` entries were handled above.
  switch (op) {
#define none(...) std::nan("")
#define OP(name, arity, function, polarity) \
  case Op::name: return CALL##arity(function);
#include "ir/opcodes.def"
#undef OP
#undef none
    default: return std::nan("");
  }
}

ExprBuilder::ExprBuilder(Program& program) : program_(program) {
  known_.reserve(program.exprs.size() * 2 + 1024);
  for (ExprId id = 0; id < program.exprs.size(); id++) {
    const Expr& e = program.exprs[id];
    std::vector<ExprId> arguments(program.arguments.begin() + e.first, program.arguments.begin() + e.first + e.count);
    known_.emplace(hash_expr(e, arguments), id);
  }
  for (uint32_t i = 0; i < program.loads.size(); i++) known_loads_.emplace(hash_load(program.loads[i]), i);
}

ExprId ExprBuilder::intern(const Expr& expr, const std::vector<ExprId>& arguments) {
  uint64_t hash = hash_expr(expr, arguments);
  auto [begin, end] = known_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const Expr& other = program_.exprs[it->second];
    if (other.op == expr.op && other.payload == expr.payload && other.count == arguments.size() &&
        bits_of(other.number) == bits_of(expr.number) &&
        std::equal(arguments.begin(), arguments.end(), program_.arguments.begin() + other.first))
      return it->second;
  }
  Expr e = expr;
  e.first = uint32_t(program_.arguments.size());
  e.count = uint32_t(arguments.size());
  program_.arguments.insert(program_.arguments.end(), arguments.begin(), arguments.end());
  program_.exprs.push_back(e);
  ExprId id = ExprId(program_.exprs.size() - 1);
  known_.emplace(hash, id);
  return id;
}

ExprId ExprBuilder::constant(double number) {
  Expr e{Op::Constant};
  e.number = number;
  return intern(e, {});
}

ExprId ExprBuilder::load(VariableId variable, Plane plane, std::vector<IndexMap> indices) {
  LoadInfo load{variable, plane, std::move(indices)};
  uint64_t hash = hash_load(load);
  uint32_t index = none_id;
  auto [begin, end] = known_loads_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const LoadInfo& other = program_.loads[it->second];
    if (other.variable == load.variable && other.plane == load.plane && other.indices == load.indices) index = it->second;
  }
  if (index == none_id) {
    index = uint32_t(program_.loads.size());
    program_.loads.push_back(std::move(load));
    known_loads_.emplace(hash, index);
  }
  Expr e{Op::Load};
  e.payload = index;
  return intern(e, {});
}

bool ExprBuilder::is_constant(ExprId id, double number) const {
  const Expr& e = program_.exprs[id];
  return e.op == Op::Constant && e.number == number;
}

ExprId ExprBuilder::node(Op op, std::vector<ExprId> arguments, uint32_t payload) {
  if (foldable(op)) {
    double values[most_arguments];
    bool all = !arguments.empty();
    for (size_t i = 0; i < arguments.size() && all; i++) {
      const Expr& e = program_.exprs[arguments[i]];
      all = e.op == Op::Constant;
      values[i] = e.number;
    }
    if (all) return constant(evaluate_op(op, values));
  }
  Expr e{op};
  e.payload = payload;
  return intern(e, arguments);
}

ExprId ExprBuilder::fold(Op op, const std::vector<ExprId>& list, size_t begin, size_t end) {
  constexpr size_t longest = 256;
  if (end - begin > longest) {
    size_t middle = begin + (end - begin) / 2;
    return node(op, {fold(op, list, begin, middle), fold(op, list, middle, end)});
  }
  ExprId result = list[begin];
  for (size_t i = begin + 1; i < end; i++) result = node(op, {result, list[i]});
  return result;
}

ExprId ExprBuilder::reduce(ReduceOp op, uint32_t first_axis, std::vector<uint32_t> extents, ExprId body) {
  uint32_t index = 0;
  for (; index < program_.reductions.size(); index++) {
    const Reduction& r = program_.reductions[index];
    if (r.op == op && r.first_axis == first_axis && r.extents == extents) break;
  }
  if (index == program_.reductions.size()) program_.reductions.push_back({op, first_axis, std::move(extents)});
  return node(Op::Reduce, {body}, index);
}

}  // namespace loopscope
