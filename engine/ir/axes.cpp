#include "ir/axes.h"

namespace loopscope {

std::vector<uint32_t> extents_of(const Program& program, VariableId variable) {
  std::vector<uint32_t> extents;
  for (uint32_t d : program.variables[variable].dimensions) extents.push_back(uint32_t(program.dimensions[d].elements.size()));
  return extents;
}

std::vector<uint32_t> strides_of(const Program& program, VariableId variable) {
  std::vector<uint32_t> extents = extents_of(program, variable), strides(extents.size(), 1);
  for (size_t i = extents.size(); i-- > 1;) strides[i - 1] = strides[i] * extents[i];
  return strides;
}

std::string element_label(const Program& program, VariableId variable, uint32_t element) {
  std::string out;
  const auto& dimensions = program.variables[variable].dimensions;
  for (size_t i = dimensions.size(); i-- > 0;) {
    const auto& elements = program.dimensions[dimensions[i]].elements;
    out = elements[element % elements.size()] + (out.empty() ? "" : ",") + out;
    element /= uint32_t(elements.size());
  }
  return out.empty() ? out : "[" + out + "]";
}

IndexMap AxisCopier::moved(IndexMap index) {
  if (index.kind == IndexMap::Computed) {
    index.expr = copy(index.expr);
    return index;
  }
  if (index.kind == IndexMap::Fixed) return index;
  Target to = target(index.value);
  if (to.fixed) return {IndexMap::Fixed, index.kind == IndexMap::Axis ? to.value + index.offset : build_.program().index_tables[index.table][to.value]};
  index.value = to.value;
  return index;
}

ExprId AxisCopier::copy(ExprId id) {
  auto it = memo_.find(id);
  if (it != memo_.end()) return it->second;
  Program& program = build_.program();
  Expr e = program.expr(id);
  ExprId result = id;
  if (e.op == Op::Load) {
    LoadInfo info = program.load_of(id);
    for (IndexMap& index : info.indices) index = moved(index);
    result = load(info);
  } else if (e.op == Op::AxisIndex) {
    Target to = target(e.payload);
    result = to.fixed ? build_.constant(to.value) : build_.node(Op::AxisIndex, {}, to.value);
  } else if (e.op == Op::Accumulator) {
    result = build_.node(e.op, {}, target(e.payload).value);
  } else if (e.op == Op::StepIndex) {
    result = step_index(id);
  } else if (e.count) {
    std::vector<ExprId> arguments;
    for (uint32_t i = 0; i < e.count; i++) arguments.push_back(copy(program.argument(id, i)));
    if (e.op == Op::Reduce) {
      Reduction r = program.reductions[e.payload];
      result = build_.reduce(r.op, target(r.first_axis).value, r.extents, arguments[0]);
    } else {
      result = build_.node(e.op, std::move(arguments), e.payload);
    }
  }
  memo_.emplace(id, result);
  return result;
}

}  // namespace loopscope
