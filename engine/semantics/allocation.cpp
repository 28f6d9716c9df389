// Allocation of what is scarce among those who ask for it (Vensim's allocation functions, Stella's ALLOCATE). Everybody's demand falls with
// a level (a price, a priority) along a curve of his own; the level where all of it is just what there is, is searched for bit by bit by an
// Iterate, and what each gets at that level is then an operation on numbers.
// https://www.vensim.com/documentation/24335.html describes the curves, wasm-runtime's ls_demand_at computes them.
#include <algorithm>

#include "semantics/expression_lowering.h"
#include "support/json.h"

namespace loopscope {

// From four neighbouring arguments: quantity, priority, width, kind.
ExpressionLowering::Curve ExpressionLowering::curve(const Ast& ast, AstId node, uint32_t first) {
  Curve c;
  c.quantity = visit(ast, ast.child(node, first));
  c.priority = visit(ast, ast.child(node, first + 1));
  c.kind = visit(ast, ast.child(node, first + 3));
  // A curve without width has no level where it gives a part of its quantity: make it very steep.
  ExprId least = build.multiply(build.constant(1e-6), build.node(Op::Maximum, {build.constant(1), build.node(Op::Absolute, {c.priority})}));
  c.width = build.node(Op::Maximum, {visit(ast, ast.child(node, first + 2)), least});
  // How far from its middle the curve may be told from its ends, as Vensim has it.
  ExprId widths = build.node(Op::If, {build.node(Op::Less, {c.kind, build.constant(3)}), build.constant(0.5),
                                      build.node(Op::If, {build.node(Op::Less, {c.kind, build.constant(4)}), build.constant(5), build.constant(10)})});
  c.reach = build.multiply(c.width, widths);
  return c;
}

bool ExpressionLowering::has_curve(const Ast& ast, AstId kind) {
  auto simulated = [&](std::optional<double> k) {
    if (!k || *k == 0 || *k == 1 || *k == 2 || *k == 3 || *k == 4) return true;
    std::string what = *k == 5 ? "by constant elasticity (5), whose formula is not published," : *k >= 10 && *k <= 15 ? "in whole numbers (10 to 15), whose rounding is not published," : "of kind " + format_number(*k);
    error(ast, kind, Code::unsupported_feature, "demand " + what + " is not simulated; its kind is 0 (fixed), 1 (rectangular), 2 (triangular), 3 (normal) or 4 (exponential)");
    return false;
  };
  const AstNode& n = ast.nodes[kind];
  auto known = n.kind == AstKind::Name ? system_.index.find(ast.name_of(kind)) : system_.index.end();
  if (known == system_.index.end() || n.count == 0) return simulated(constant_of(ast, kind));
  // Of a profile, what its definitions say of this part of it, the last first.
  const EquationVariable& v = system_.variables[known->second];
  std::optional<uint32_t> part;
  if (AstId last = ast.child(kind, n.count - 1); ast.nodes[last].kind == AstKind::Name) part = system_.dimensions.element(v.dimensions.back(), ast.name_of(last));
  for (size_t d = v.definitions.size(); part && d-- > 0;) {
    const EquationDefinition& definition = v.definitions[d];
    const TargetAxis& axis = definition.target.back();
    bool covers = axis.loop == none_id ? axis.element == *part : axis.map.empty() || std::find(axis.map.begin(), axis.map.end(), *part) != axis.map.end();
    if (!covers) continue;
    if (!definition.equation.empty() && !simulated(constant_of(definition.equation, definition.equation.root))) return false;
    if (std::none_of(definition.target.begin(), definition.target.end() - 1, [](const TargetAxis& other) { return other.loop == none_id || !other.map.empty(); })) break;
  }
  return true;
}

ExprId ExpressionLowering::demand_at(const Curve& c, ExprId level) {
  return build.node(Op::DemandAt, {c.quantity, c.kind, c.priority, c.width, level});
}
// Supply rises with the level as demand falls.
ExprId ExpressionLowering::supply_at(const Curve& c, ExprId level) {
  return build.node(Op::DemandAt, {c.quantity, c.kind, build.node(Op::Negate, {c.priority}), c.width, build.node(Op::Negate, {level})});
}

// The level between `low` and `high` below which `too_low` holds: the binary digits of its place between them, greatest first.
template <class F>
ExprId ExpressionLowering::search(uint32_t axis, ExprId low, ExprId high, F&& too_low) {
  constexpr uint32_t digits = 53;
  ExprId range = build.subtract(high, low), known = build.node(Op::Accumulator, {}, axis);
  auto level = [&](ExprId part) { return build.add(low, build.multiply(range, part)); };
  ExprId digit = build.node(Op::Power, {build.constant(0.5), build.add(build.node(Op::AxisIndex, {}, axis), build.constant(1))});
  ExprId tried = build.add(known, digit);
  return level(build.reduce(ReduceOp::Iterate, axis, {digits}, build.node(Op::If, {too_low(level(tried)), tried, known})));
}

// ALLOCATE(available, dimension, quantity, priority, width, kind)
ExprId ExpressionLowering::allocate(const Ast& ast, AstId node) {
  uint32_t dimension = system_.dimensions.find(ast.name_of(ast.child(node, 1)));
  size_t axis = 0;
  while (axis < axes_.size() && axes_[axis].dimension != dimension) axis++;
  if (axis == axes_.size())
    return error(ast, node, Code::wrong_subscripts, "what is allocated over " + system_.dimensions[dimension].name + " must be an array over it, with one equation for all its elements");
  // The sum at the level that is found, the ends of the search, the search, the sums that it tries: each inside the one before, with a loop of its own.
  uint32_t first = next_axis_;
  LoweringAxis mine = axes_[axis];
  Curve others[3];
  for (uint32_t i = 0; i < 3; i++) {
    axes_[axis] = {mine.dimension, i == 2 ? first + 3 : first + i, mine.offset, mine.extent};
    next_axis_ = first + 4;
    others[i] = curve(ast, node, 2);
  }
  axes_[axis] = mine;
  Curve own = curve(ast, node, 2);
  ExprId available = build.node(Op::Maximum, {visit(ast, ast.child(node, 0)), build.constant(0)});
  next_axis_ = first;
  auto all = [&](ReduceOp op, uint32_t loop, ExprId value) { return build.reduce(op, loop, {mine.extent}, value); };
  // Far enough that what lies beyond is nothing even of a great quantity.
  ExprId far = build.multiply(others[1].reach, build.constant(4));
  ExprId low = all(ReduceOp::Minimum, first + 1, build.subtract(others[1].priority, far)), high = all(ReduceOp::Maximum, first + 1, build.add(others[1].priority, far));
  ExprId level = search(first + 2, low, high, [&](ExprId tried) {
    return build.node(Op::Greater, {all(ReduceOp::Sum, first + 3, demand_at(others[2], tried)), available});
  });
  // What still exceeds what there is, by rounding or because its quantity is fixed, is cut down in proportion.
  ExprId demanded = all(ReduceOp::Sum, first, demand_at(others[0], level));
  ExprId part = build.node(Op::If, {build.node(Op::Greater, {demanded, available}), build.node(Op::Divide, {available, demanded}), build.constant(1)});
  return build.multiply(demand_at(own, level), part);
}

// FIND MARKET PRICE(four of the demand curves, four of the supply curves): where the two sums meet.
ExprId ExpressionLowering::market_price(const Ast& ast, AstId node) {
  struct Side {
    Curve curve;
    std::vector<uint32_t> extents;
    uint32_t axis;
  };
  auto side = [&](uint32_t argument) {
    Side s;
    std::vector<AstId> arguments;
    for (uint32_t k = 0; k < 4; k++) arguments.push_back(ast.child(node, argument + k));
    over_free_axes(ast, arguments, s.extents, s.axis, [&]() -> ExprId {
      s.curve = curve(ast, node, argument);
      return none_id;
    });
    return s;
  };
  auto all = [&](ReduceOp op, const Side& s, ExprId value) { return s.extents.empty() ? value : build.reduce(op, s.axis, s.extents, value); };
  // The search, the sums that it tries, and inside those its ends, which have other loops.
  uint32_t searched = next_axis_++;
  Side demand = side(0), supply = side(4);
  next_axis_ += uint32_t(std::max(demand.extents.size(), supply.extents.size()));
  ExprId ends[2];
  for (uint32_t end = 0; end < 2; end++) {
    ExprId of[2];
    for (uint32_t i = 0; i < 2; i++) {
      Side s = side(4 * i);
      of[i] = all(end ? ReduceOp::Maximum : ReduceOp::Minimum, s, build.node(end ? Op::Add : Op::Subtract, {s.curve.priority, s.curve.reach}));
    }
    ends[end] = build.node(end ? Op::Maximum : Op::Minimum, {of[0], of[1]});
  }
  next_axis_ = searched;
  return search(searched, ends[0], ends[1], [&](ExprId tried) {
    return build.node(Op::Greater, {all(ReduceOp::Sum, demand, demand_at(demand.curve, tried)), all(ReduceOp::Sum, supply, supply_at(supply.curve, tried))});
  });
}

}  // namespace loopscope
