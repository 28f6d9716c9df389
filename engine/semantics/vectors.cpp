// Array-valued builtins as expressions over loops of their own: ranks, sort orders, element maps, selections (Vensim's VECTOR functions).
#include <algorithm>
#include <cmath>

#include "semantics/expression_lowering.h"

namespace loopscope {

std::optional<ExpressionLowering::VectorAxis> ExpressionLowering::vector_axis(const Ast& ast, AstId argument) const {
  std::optional<VectorAxis> best;
  std::vector<bool> taken(axes_.size(), false);
  uint32_t last = none_id;  // subscript, of what is none of the equation's dimensions
  std::vector<std::pair<AstId, bool>> pending{{argument, false}};
  while (!pending.empty()) {
    auto [id, reduced] = pending.back();
    pending.pop_back();
    reduced |= is_reducer(ast, id);
    const AstNode& n = ast.nodes[id];
    auto known = n.kind == AstKind::Name ? system_.index.find(ast.name_of(id)) : system_.index.end();
    // Dimensions that are named in subscripts or whole, or those of an array without.
    std::vector<uint32_t> read;
    if (known != system_.index.end() && n.count == 0) read = system_.variables[known->second].dimensions;
    else if (n.kind == AstKind::Name && n.count == 0) read = {system_.dimensions.find(ast.name_of(id))};
    for (uint32_t i = 0; i < n.count; i++) {
      AstId below = ast.child(id, i);
      uint32_t dimension = known == system_.index.end() ? none_id : system_.variables[known->second].dimensions[i];
      bool axis = dimension != none_id && ast.nodes[below].kind == AstKind::Name && names_axis(system_, ast.name_of(below), dimension);
      bool whole = !reduced && dimension != none_id && ast.nodes[below].kind == AstKind::Wildcard && ast.nodes[below].count == 0;
      if (axis || whole) read.push_back(whole ? dimension : system_.dimensions.find(ast.name_of(below)));
      else pending.emplace_back(below, reduced);
    }
    for (size_t a = 0; a < axes_.size(); a++) {
      if (std::find(read.begin(), read.end(), axes_[a].dimension) == read.end()) continue;
      taken[a] = true;
      if (!best || a > best->loop) best = {a, axes_[a].dimension};
    }
    if (last == none_id && !reduced && !read.empty() && !named_axis(read.back())) last = read.back();
  }
  for (size_t a = axes_.size(); last != none_id && a-- > 0;)
    if (!axes_[a].single && !taken[a] && axes_[a].extent == system_.dimensions[last].size()) return VectorAxis{a, last};
  return best;
}

ExprId ExpressionLowering::along(const Ast& ast, AstId argument, VectorAxis vector, LoweringAxis* other) {
  LoweringAxis saved = axes_[vector.loop];
  axes_[vector.loop].dimension = vector.dimension;
  if (other) axes_[vector.loop] = *other = {vector.dimension, next_axis_++, saved.offset, saved.extent};
  ExprId value = visit(ast, argument);
  axes_[vector.loop] = saved;
  return value;
}

// 1-based; of equal values the first in the array comes first. Direction 1 ascending, 0 (or less) descending.
ExprId ExpressionLowering::vector_rank(const Ast& ast, AstId node) {
  auto vector = vector_axis(ast, ast.child(node, 0));
  if (!vector)
    return error(ast, node, Code::wrong_subscripts, (ast.name_of(node) == "vector_rank" ? "RANK" : "VECTOR SORT ORDER") + std::string(" needs an array over a dimension that the equation runs over, or one of its size, e.g. x[dimension]"));
  uint32_t first = next_axis_;
  ExprId mine = along(ast, ast.child(node, 0), *vector, nullptr);
  LoweringAxis other;
  ExprId theirs = along(ast, ast.child(node, 0), *vector, &other);
  ExprId direction = visit(ast, ast.child(node, 1));
  ExprId before = build.node(Op::If, {build.node(Op::Greater, {direction, build.constant(0)}), build.node(Op::Less, {theirs, mine}),
                                      build.node(Op::Greater, {theirs, mine})});
  ExprId earlier = build.node(Op::And, {build.node(Op::Equal, {theirs, mine}), build.node(Op::Less, {axis_value(other), axis_value(axes_[vector->loop])})});
  ExprId count = build.reduce(ReduceOp::Sum, first, {other.extent}, build.node(Op::Or, {before, earlier}));
  next_axis_ = first;
  return build.add(count, build.constant(1));
}

// The element of the first argument whose 0-based index along the loop that it is a vector over is the second.
ExprId ExpressionLowering::vector_reorder(const Ast& ast, AstId node) {
  AstId name = ast.child(node, 0);
  auto axis = vector_axis(ast, name);
  if (!axis) return error(ast, node, Code::wrong_subscripts, "VECTOR REORDER needs an array over a dimension that the equation runs over, or one of its size, e.g. x[dimension]");
  ExprId place = build.add(visit(ast, ast.child(node, 1)), build.constant(1));
  // The vector with that loop running on its own shows where the place goes.
  uint32_t first = next_axis_;
  LoweringAxis other;
  ExprId vector = along(ast, name, *axis, &other);
  next_axis_ = first;
  if (result_.program.expr(vector).op != Op::Load) return vector;  // an error was reported
  LoadInfo load = result_.program.load_of(vector);
  for (IndexMap& index : load.indices) {
    if (index.kind == IndexMap::Axis && index.value == other.number)
      index = {IndexMap::Computed, 0, 0, 0, index.offset ? build.add(place, build.constant(index.offset)) : place};
    else if (index.kind == IndexMap::Mapped && index.value == other.number)
      return error(ast, name, Code::unsupported_feature, "VECTOR REORDER over a mapped dimension");
  }
  return build.load(load.variable, load.plane, std::move(load.indices));
}

// The element of the inverse whose place is this equation's in its last two loops.
ExprId ExpressionLowering::invert_matrix(const Ast& ast, AstId node) {
  uint32_t first;
  std::vector<uint32_t> extents;
  ExprId element = over_free_axes(ast, {ast.child(node, 0)}, extents, first, [&] { return visit(ast, ast.child(node, 0)); });
  size_t loops = axes_.size();
  auto fits = [&](size_t axis) { return axes_[axis].fixed || axes_[axis].extent == extents[0]; };
  if (extents.size() != 2 || extents[0] != extents[1] || loops < 2 || !fits(loops - 1) || !fits(loops - 2))
    return error(ast, node, Code::wrong_subscripts, "INVERT MATRIX needs a matrix with as many rows as columns, and an equation whose last two dimensions are of that size");
  constexpr uint32_t largest = 200;
  if (extents[0] > largest) return error(ast, node, Code::input_too_large, "the matrix has over 200 rows");
  ExprId inverse = build.reduce(ReduceOp::Invert, first, extents, element);
  auto place = [&](size_t axis) { return build.subtract(axis_value(axes_[axis]), build.constant(1)); };
  ExprId row = build.multiply(place(loops - 2), build.constant(extents[0]));
  return build.node(Op::WorkRead, {build.add(inverse, build.add(row, place(loops - 1)))});
}

// 0-based index of the element whose rank is this element's position.
ExprId ExpressionLowering::order_of_rank(const Ast& ast, AstId node) {
  auto axis = vector_axis(ast, ast.child(node, 0));
  if (!axis) return error(ast, node, Code::wrong_subscripts, "VECTOR SORT ORDER needs an array over a dimension that the equation runs over");
  uint32_t first = next_axis_;
  LoweringAxis other;
  ExprId rank = along(ast, ast.child(node, 0), *axis, &other);
  ExprId mine = build.node(Op::Equal, {rank, axis_value(axes_[axis->loop])});
  ExprId index = build.subtract(axis_value(other), build.constant(1));
  ExprId sum = build.reduce(ReduceOp::Sum, first, {other.extent}, build.node(Op::If, {mine, index, build.constant(0)}));
  next_axis_ = first;
  return sum;
}

// The element `offset` places after the one that is named, in the order of the whole array; where none is named, from the first, and in Vensim's
// files from the loops' (https://www.vensim.com/documentation/22095.html).
ExprId ExpressionLowering::vector_map(const Ast& ast, AstId node) {
  AstId name = ast.child(node, 0);
  const EquationVariable& v = system_.variables[system_.index.at(ast.name_of(name))];
  bool element_named = system_.vensim_made;
  std::vector<ExprId> at;
  // A dimension that is none of the equation's, nor mapped to one, stands for a loop over as many elements.
  std::vector<LoweringAxis> saved = axes_;
  auto vector = vector_axis(ast, name);
  if (vector && !system_.dimensions.mapping(axes_[vector->loop].dimension, vector->dimension)) axes_[vector->loop].dimension = vector->dimension;
  for (uint32_t i = 0; i < ast.nodes[name].count; i++) {
    AstId sub = ast.child(name, i);
    bool loop = ast.nodes[sub].kind == AstKind::Name && !system_.dimensions.element(v.dimensions[i], ast.name_of(sub)) && system_.dimensions.find(ast.name_of(sub)) != none_id;
    element_named |= !loop;
    std::vector<FreeAxis> seen;
    auto index = subscript(ast, sub, v.dimensions[i], seen);
    if (!index) return error(ast, sub, Code::unknown_subscript, "this subscript chooses no element");
    switch (index->kind) {
      case IndexMap::Fixed: at.push_back(build.constant(index->value)); break;
      case IndexMap::Axis: at.push_back(build.add(build.node(Op::AxisIndex, {}, index->value), build.constant(index->offset))); break;
      case IndexMap::Computed: at.push_back(build.subtract(build.node(Op::Floor, {index->expr}), build.constant(1))); break;
      default: return error(ast, sub, Code::unsupported_feature, "VECTOR ELM MAP over a mapped dimension");
    }
  }
  axes_ = std::move(saved);
  if (at.empty()) return error(ast, name, Code::wrong_subscripts, "VECTOR ELM MAP needs an array, with the element to start from");
  ExprId linear = visit(ast, ast.child(node, 1));
  double stride = 1;
  for (size_t i = at.size(); i-- > 0; stride *= system_.dimensions[v.dimensions[i]].size())
    if (element_named) linear = build.add(linear, build.multiply(at[i], build.constant(stride)));
  linear = build.node(Op::Floor, {linear});
  std::vector<IndexMap> indices(at.size());
  stride = 1;
  for (size_t i = at.size(); i-- > 0;) {
    double size = system_.dimensions[v.dimensions[i]].size();
    ExprId place = build.node(Op::Floor, {build.node(Op::Divide, {linear, build.constant(stride)})});
    if (i > 0) place = build.node(Op::Modulo, {place, build.constant(size)});  // the first axis may leave the array, and then reads NaN
    indices[i] = {IndexMap::Computed, 0, 0, 0, build.add(place, build.constant(1))};
    stride *= size;
  }
  ExprId load = build.load(program_id_[system_.index.at(ast.name_of(name))], Plane::Current, std::move(indices));
  if (!system_.vensim_made) return load;
  ExprId inside = build.node(Op::And, {build.node(Op::GreaterEqual, {linear, build.constant(0)}), build.node(Op::Less, {linear, build.constant(stride)})});
  return build.node(Op::If, {inside, load, build.constant(missing_value)});
}

// VECTOR SELECT(selection, expression, missing, action, error): https://www.vensim.com/documentation/fn_vector_select.html. Of what is selected, what
// is taken from each element and how that is folded; the error action is not looked at, since a run does not stop.
ExprId ExpressionLowering::vector_select(const Ast& ast, AstId node) {
  enum Of { Weighted, Power, Itself };
  struct Action {
    Of of;
    ReduceOp fold;
    bool mean;
  };
  constexpr Action actions[] = {{Weighted, ReduceOp::Sum, false}, {Weighted, ReduceOp::Product, false}, {Weighted, ReduceOp::Minimum, false},
                                {Weighted, ReduceOp::Maximum, false}, {Weighted, ReduceOp::Sum, true}, {Power, ReduceOp::Product, false},
                                {Itself, ReduceOp::Sum, false}, {Itself, ReduceOp::Product, false}, {Itself, ReduceOp::Minimum, false},
                                {Itself, ReduceOp::Maximum, false}, {Itself, ReduceOp::Sum, true}};
  constexpr int count = std::size(actions);
  AstId choice = ast.child(node, 3);
  std::optional<double> known = constant_of(ast, choice);
  if (known && !(*known >= 0 && *known < count))
    return error(ast, choice, Code::bad_argument, "the action of VECTOR SELECT is a number from 0 to 10");
  uint32_t first;
  std::vector<uint32_t> extents;
  auto over = [&](const std::function<ExprId(ExprId, ExprId)>& body) {
    extents.clear();
    return over_free_axes(ast, {ast.child(node, 0), ast.child(node, 1)}, extents, first, [&] { return body(visit(ast, ast.child(node, 0)), visit(ast, ast.child(node, 1))); });
  };
  ExprId selected = over([&](ExprId selection, ExprId) { return build.node(Op::NotEqual, {selection, build.constant(0)}); });
  ExprId number = build.reduce(ReduceOp::Sum, first, extents, selected);
  auto result = [&](const Action& action) {
    ExprId value = over([&](ExprId selection, ExprId expression) {
      ExprId taken = action.of == Itself ? expression : action.of == Power ? power(expression, selection) : build.multiply(selection, expression);
      return build.node(Op::If, {build.node(Op::NotEqual, {selection, build.constant(0)}), taken, build.constant(reduce_neutral[int(action.fold)])});
    });
    ExprId folded = build.reduce(action.fold, first, extents, value);
    return action.mean ? build.node(Op::Divide, {folded, number}) : folded;
  };
  ExprId chosen;
  if (known) {
    chosen = result(actions[int(*known)]);
  } else {  // as the model runs
    ExprId action = build.node(Op::Floor, {visit(ast, choice)});
    chosen = build.constant(std::nan(""));
    for (int i = count; i-- > 0;) chosen = build.node(Op::If, {build.node(Op::Equal, {action, build.constant(i)}), result(actions[i]), chosen});
  }
  return aggregate(ast, node, build.node(Op::If, {build.node(Op::Greater, {number, build.constant(0)}), chosen, visit(ast, ast.child(node, 2))}));
}

}  // namespace loopscope
