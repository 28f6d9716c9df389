// Loop axes of equations: walking over their points, which element an index map means at a point, and copies of expressions with
// axes renamed or given values.
#pragma once
#include "ir/program.h"

namespace loopscope {

// Calls f(positions) for every point of the loops, outermost first, row-major. Nothing where an extent is 0; once where there is none.
template <class F>
void each_point(const std::vector<uint32_t>& extents, F&& f) {
  std::vector<uint32_t> at(extents.size(), 0);
  for (uint32_t extent : extents)
    if (extent == 0) return;
  for (;;) {
    f(static_cast<const std::vector<uint32_t>&>(at));
    size_t i = at.size();
    while (i > 0 && ++at[i - 1] == extents[i - 1]) at[--i] = 0;
    if (i == 0) return;
  }
}

// The 0-based index at a point of the loops. Not for computed subscripts.
inline uint32_t position(const Program& program, const IndexMap& index, const std::vector<uint32_t>& at) {
  if (index.kind == IndexMap::Fixed) return index.value;
  return index.kind == IndexMap::Axis ? at[index.value] + index.offset : program.index_tables[index.table][at[index.value]];
}

// Row-major element of an array with these strides.
inline uint32_t element_at(const Program& program, const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides, const std::vector<uint32_t>& at) {
  uint32_t element = 0;
  for (size_t i = 0; i < indices.size(); i++) element += position(program, indices[i], at) * strides[i];
  return element;
}

// Number of elements of each axis of a variable.
std::vector<uint32_t> extents_of(const Program& program, VariableId variable);
// Row-major strides of a variable's axes, in slots.
std::vector<uint32_t> strides_of(const Program& program, VariableId variable);
// `[nyc,young]`; nothing for a scalar.
std::string element_label(const Program& program, VariableId variable, uint32_t element);

// Copies expressions with other axes. What a load becomes is for the derived class to say.
class AxisCopier {
 public:
  struct Target {
    bool fixed;
    uint32_t value;  // position or new axis
  };
  // Axis a becomes targets[a]; axes beyond move by `shift`.
  AxisCopier(ExprBuilder& build, std::vector<Target> targets, int32_t shift) : build_(build), targets_(std::move(targets)), shift_(shift) {}
  virtual ~AxisCopier() = default;
  // `id` becomes `to` wherever it stands in what is copied afterwards.
  void replace(ExprId id, ExprId to) { memo_[id] = to; }
  ExprId copy(ExprId id);

 protected:
  virtual ExprId load(const LoadInfo& load) { return build_.load(load.variable, load.plane, load.indices); }
  virtual ExprId step_index(ExprId id) { return id; }

  ExprBuilder& build_;

 private:
  Target target(uint32_t axis) const { return axis < targets_.size() ? targets_[axis] : Target{false, uint32_t(int32_t(axis) + shift_)}; }
  IndexMap moved(IndexMap index);

  std::vector<Target> targets_;
  int32_t shift_;
  std::unordered_map<ExprId, ExprId> memo_;
};

}  // namespace loopscope
