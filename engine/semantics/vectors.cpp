// Array-valued builtins as expressions over loops of their own: ranks, sort orders, element maps, selections (Vensim's VECTOR functions).
#include <algorithm>
#include <cmath>

#include "semantics/expression_lowering.h"

namespace loopscope {

size_t ExpressionLowering::vector_axis(const Ast& ast, AstId argument) const {
  size_t best = axes_.size();
  std::vector<AstId> pending{argument};
  while (!pending.empty()) {
    AstId id = pending.back();
    pending.pop_back();
    const AstNode& n = ast.nodes[id];
    auto known = n.kind == AstKind::Name ? system_.index.find(ast.name_of(id)) : system_.index.end();
    // Dimensions that are named in subscripts, or those of an array without.
    std::vector<uint32_t> read;
    if (known != system_.index.end() && n.count == 0) read = system_.variables[known->second].dimensions;
    else if (n.kind == AstKind::Name && n.count == 0) read = {system_.dimensions.find(ast.name_of(id))};
    for (uint32_t i = 0; i < n.count; i++) {
      AstId below = ast.child(id, i);
      bool axis = known != system_.index.end() && ast.nodes[below].kind == AstKind::Name &&
                  names_axis(system_, ast.name_of(below), system_.variables[known->second].dimensions[i]);
      if (axis) read.push_back(system_.dimensions.find(ast.name_of(below)));
      else pending.push_back(below);
    }
    for (size_t a = 0; a < axes_.size(); a++)
      if (std::find(read.begin(), read.end(), axes_[a].dimension) != read.end() && (best == axes_.size() || a > best)) best = a;
  }
  return best;
}

ExprId ExpressionLowering::along(const Ast& ast, AstId argument, size_t axis, LoweringAxis& other) {
  LoweringAxis saved = axes_[axis];
  other = {saved.dimension, next_axis_++, saved.offset, saved.extent};
  axes_[axis] = other;
  ExprId value = visit(ast, argument);
  axes_[axis] = saved;
  return value;
}

// 1-based; of equal values the first in the array comes first. Direction 1 ascending, 0 (or less) descending.
ExprId ExpressionLowering::vector_rank(const Ast& ast, AstId node) {
  size_t axis = vector_axis(ast, ast.child(node, 0));
  if (axis == axes_.size())
    return error(ast, node, Code::wrong_subscripts, (ast.name_of(node) == "vector_rank" ? "RANK" : "VECTOR SORT ORDER") + std::string(" needs an array over a dimension that the equation runs over, e.g. x[dimension]"));
  uint32_t first = next_axis_;
  ExprId mine = visit(ast, ast.child(node, 0));
  LoweringAxis other;
  ExprId theirs = along(ast, ast.child(node, 0), axis, other);
  ExprId direction = visit(ast, ast.child(node, 1));
  ExprId before = build.node(Op::If, {build.node(Op::Greater, {direction, build.constant(0)}), build.node(Op::Less, {theirs, mine}),
                                      build.node(Op::Greater, {theirs, mine})});
  ExprId earlier = build.node(Op::And, {build.node(Op::Equal, {theirs, mine}), build.node(Op::Less, {axis_value(other), axis_value(axes_[axis])})});
  ExprId count = build.reduce(ReduceOp::Sum, first, {other.extent}, build.node(Op::Or, {before, earlier}));
  next_axis_ = first;
  return build.add(count, build.constant(1));
}

// The element of the first argument whose 0-based index along the loop that it is a vector over is the second.
ExprId ExpressionLowering::vector_reorder(const Ast& ast, AstId node) {
  AstId name = ast.child(node, 0);
  size_t axis = vector_axis(ast, name);
  if (axis == axes_.size()) return error(ast, node, Code::wrong_subscripts, "VECTOR REORDER needs an array over a dimension that the equation runs over, e.g. x[dimension]");
  ExprId place = build.add(visit(ast, ast.child(node, 1)), build.constant(1));
  // The vector with that loop running on its own shows where the place goes.
  uint32_t first = next_axis_;
  LoweringAxis other;
  ExprId vector = along(ast, name, axis, other);
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
  size_t axis = vector_axis(ast, ast.child(node, 0));
  if (axis == axes_.size()) return error(ast, node, Code::wrong_subscripts, "VECTOR SORT ORDER needs an array over a dimension that the equation runs over");
  uint32_t first = next_axis_;
  LoweringAxis other;
  ExprId rank = along(ast, ast.child(node, 0), axis, other);
  ExprId mine = build.node(Op::Equal, {rank, axis_value(axes_[axis])});
  ExprId index = build.subtract(axis_value(other), build.constant(1));
  ExprId sum = build.reduce(ReduceOp::Sum, first, {other.extent}, build.node(Op::If, {mine, index, build.constant(0)}));
  next_axis_ = first;
  return sum;
}

// The element `offset` places after the one that is named, in the order of the whole array; from the first where none is named.
ExprId ExpressionLowering::vector_map(const Ast& ast, AstId node) {
  AstId name = ast.child(node, 0);
  const EquationVariable& v = system_.variables[system_.index.at(ast.name_of(name))];
  bool element_named = false;
  std::vector<ExprId> at;
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
  return build.load(program_id_[system_.index.at(ast.name_of(name))], Plane::Current, std::move(indices));
}

// VECTOR SELECT(selection, expression, missing, operation, error): operation 0 sum, 1 product, 2 minimum, 3 maximum of what is selected.
ExprId ExpressionLowering::vector_select(const Ast& ast, AstId node) {
  std::optional<double> operation;
  AstId choice = ast.child(node, 3);
  if (auto literal = literal_number(ast, choice)) operation = *literal;
  if (ast.nodes[choice].kind == AstKind::Name) {
    auto known = system_.index.find(ast.name_of(choice));
    if (known != system_.index.end() && system_.variables[known->second].definitions.size() == 1) {
      const Ast& tree = system_.variables[known->second].definitions[0].equation;
      if (!tree.empty()) operation = literal_number(tree, tree.root);
    }
  }
  if (!operation || !(*operation >= 0 && *operation <= 3))
    return error(ast, choice, Code::not_constant, "the operation of VECTOR SELECT must be 0 (sum), 1 (product), 2 (minimum) or 3 (maximum), a number or a constant");
  constexpr ReduceOp ops[] = {ReduceOp::Sum, ReduceOp::Product, ReduceOp::Minimum, ReduceOp::Maximum};
  int op = int(*operation);
  uint32_t first;
  std::vector<uint32_t> extents;
  ExprId selected;
  ExprId value = over_free_axes(ast, {ast.child(node, 0), ast.child(node, 1)}, extents, first, [&] {
    selected = build.node(Op::NotEqual, {visit(ast, ast.child(node, 0)), build.constant(0)});
    return build.node(Op::If, {selected, visit(ast, ast.child(node, 1)), build.constant(reduce_neutral[op])});
  });
  ExprId count = build.reduce(ReduceOp::Sum, first, extents, selected);
  ExprId result = build.reduce(ops[op], first, extents, value);
  return aggregate(ast, node, build.node(Op::If, {build.node(Op::Greater, {count, build.constant(0)}), result, visit(ast, ast.child(node, 2))}));
}

}  // namespace loopscope
