#include "ir/lowering_support.h"

namespace loopscope {

const char* section_name(Section section) {
  constexpr const char* names[] = {"invariants", "initial", "step", "record", "derivatives", "limit", "scores"};
  return names[int(section)];
}

namespace {

const std::vector<uint32_t> no_extents;

Assignment assign(const Program& p, const Equation& e) {
  const ProgramVariable& v = p.variables[e.target];
  return {v.place == Place::Fixed ? Destination::Fixed : Destination::Current, v.slot, e.target, e.expr, &e.extents,
          e.target_index.empty() ? nullptr : &e.target_index};
}

}  // namespace

std::vector<Assignment> section_assignments(const Program& p, Section section) {
  std::vector<Assignment> out;
  auto all = [&](const std::vector<Equation>& equations) {
    for (const Equation& e : equations) out.push_back(assign(p, e));
  };
  switch (section) {
    case Section::Invariants: all(p.invariants); break;
    case Section::Initial: all(p.initials); break;
    case Section::Step:
      all(p.dynamics);
      if (p.method == Method::Euler)
        for (const StockInfo& s : p.stocks)
          out.push_back({Destination::Next, p.variables[s.variable].slot, s.variable, s.euler, &s.extents, nullptr});
      break;
    case Section::Record:
      for (uint32_t i = 0; i < p.delays.size(); i++)
        out.push_back({Destination::Delay, i, none_id, p.delays[i].input, &no_extents, nullptr});
      break;
    case Section::Derivatives:
      if (p.method != Method::Euler)
        for (const StockInfo& s : p.stocks)
          out.push_back({Destination::Derivative, p.variables[s.variable].slot - 1, s.variable, s.net, &s.extents, nullptr});
      break;
    case Section::Limit: break;  // the clamp is not an expression of the row's own equations: see each backend
    case Section::Scores: all(p.scores); break;
  }
  return out;
}

std::vector<uint32_t> strides_of(const Program& program, VariableId variable) {
  const auto& dimensions = program.variables[variable].dimensions;
  std::vector<uint32_t> strides(dimensions.size(), 1);
  for (size_t i = dimensions.size(); i-- > 1;)
    strides[i - 1] = strides[i] * uint32_t(program.dimensions[dimensions[i]].elements.size());
  return strides;
}

std::vector<uint32_t> count_uses(const Program& program, const std::vector<Assignment>& assignments) {
  std::vector<uint32_t> uses(program.exprs.size(), 0), marks;
  for (const Assignment& a : assignments) {
    uses[a.expr]++;
    for_each_node(program, a.expr, marks, 1, [&](ExprId id) {
      const Expr& e = program.expr(id);
      for (uint32_t i = 0; i < e.count; i++) uses[program.arguments[e.first + i]]++;
      if (e.op == Op::Load)
        for (const IndexMap& index : program.load_of(id).indices)
          if (index.kind == IndexMap::Computed) uses[index.expr]++;
    });
  }
  return uses;
}

namespace {
struct InvariantFinder {
  const Program& program;
  uint32_t first, count;
  std::unordered_map<ExprId, bool> depends_;
  std::vector<ExprId> found;
  std::unordered_map<ExprId, bool> visited;

  bool in_loop(uint32_t axis) const { return axis >= first && axis < first + count; }

  bool depends(ExprId id) {
    auto it = depends_.find(id);
    if (it != depends_.end()) return it->second;
    const Expr& e = program.expr(id);
    bool result = e.op == Op::AxisIndex && in_loop(e.payload);
    if (e.op == Op::Load)
      for (const IndexMap& index : program.load_of(id).indices)
        result |= ((index.kind == IndexMap::Axis || index.kind == IndexMap::Mapped) && in_loop(index.value)) ||
                  (index.kind == IndexMap::Computed && depends(index.expr));
    for (uint32_t i = 0; i < e.count; i++) result |= depends(program.argument(id, i));
    depends_.emplace(id, result);
    return result;
  }

  void visit(ExprId id) {
    if (!visited.emplace(id, true).second) return;
    const Expr& e = program.expr(id);
    if (e.op == Op::Reduce && !depends(id)) {
      found.push_back(id);
      return;
    }
    for (uint32_t i = 0; i < e.count; i++) visit(program.argument(id, i));
    if (e.op == Op::Load)
      for (const IndexMap& index : program.load_of(id).indices)
        if (index.kind == IndexMap::Computed) visit(index.expr);
  }
};
}  // namespace

std::vector<ExprId> loop_invariants(const Program& program, ExprId body, uint32_t first, uint32_t count) {
  InvariantFinder finder{program, first, count, {}, {}, {}};
  finder.visit(body);
  return std::move(finder.found);
}

}  // namespace loopscope
