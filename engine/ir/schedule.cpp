#include "ir/schedule.h"

#include <algorithm>
#include <functional>

#include "ir/axes.h"
#include "ir/lowering_support.h"
#include "support/graph.h"

namespace loopscope {

namespace {

// Variables whose equations are evaluated together: one, or several that read each other's elements.
struct Group {
  std::vector<VariableId> variables;
  std::vector<Equation> equations;
};

// Calls f(linear element index) for each element that the equation sets, with its axes' values.
template <class F>
void for_each_element(const Program& program, const Equation& e, F&& f) {
  std::vector<uint32_t> strides = strides_of(program, e.target);
  each_point(e.extents, [&](const std::vector<uint32_t>& at) { f(element_at(program, e.target_index, strides, at), at); });
}

class Scheduler {
 public:
  Scheduler(UnorderedProgram& u, std::vector<Diagnostic>& d)
      : program_(u.program), dynamic_(u.dynamic), initial_(u.initial), diagnostics_(d), build_(u.program) {}

  void run() {
    std::vector<VariableId> roots;
    for (VariableId v = 0; v < program_.variables.size(); v++)
      if (!dynamic_[v].empty()) roots.push_back(v);
    std::vector<Group> groups;
    // Stocks, time and initial values are known before: they have no dynamic equations and depend on nothing at this instant.
    if (!order(dynamic_, roots, groups, Code::circular_dependency, "these equations depend on each other at the same instant: ",
               ". Put a stock or a delay into the circle"))
      return;
    for (const Group& group : groups) place(group);
    initials();
  }

 private:
  using Lists = std::vector<std::vector<Equation>>;

  void each_current_load(ExprId root, const std::function<void(const LoadInfo&)>& f) {
    for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) {
      if (program_.expr(id).op == Op::Load && program_.load_of(id).plane == Plane::Current) f(program_.load_of(id));
    });
  }

  // Variables loaded on the Current plane, each once, in order of first use.
  std::vector<uint32_t> current_reads(const std::vector<Equation>& equations) {
    std::vector<uint32_t> out;
    if (seen_.size() < program_.variables.size()) seen_.resize(program_.variables.size(), 0);
    uint32_t mark = ++seen_stamp_;
    for (const Equation& e : equations)
      each_current_load(e.expr, [&](const LoadInfo& load) {
        if (seen_[load.variable] == mark) return;
        seen_[load.variable] = mark;
        out.push_back(load.variable);
      });
    return out;
  }

  // Groups in order of dependency. False, with a diagnostic, where elements depend on each other in a circle.
  bool order(const Lists& equations, const std::vector<VariableId>& roots, std::vector<Group>& groups, Code code, const char* before, const char* after) {
    Adjacency reads(program_.variables.size());
    for (VariableId v = 0; v < reads.size(); v++)
      if (!equations[v].empty()) {
        for (uint32_t read : current_reads(equations[v]))
          if (!equations[read].empty()) reads[v].push_back(read);
      }
    TopologicalOrder plain = order_by_dependency(reads, roots);
    if (plain.cycle.empty()) {
      for (VariableId v : plain.order) groups.push_back({{v}, equations[v]});
      return true;
    }
    // Some variables read each other: perhaps only different elements. Order the components, and inside one the elements.
    Components components = strongly_connected_components(reads);
    Adjacency between(components.members.size());
    std::vector<uint32_t> wanted;
    for (VariableId v : roots) wanted.push_back(components.of[v]);
    for (VariableId v = 0; v < reads.size(); v++)
      for (uint32_t read : reads[v])
        if (components.of[read] != components.of[v]) between[components.of[v]].push_back(components.of[read]);
    for (uint32_t c : order_by_dependency(between, wanted).order) {
      const auto& members = components.members[c];
      VariableId v = members[0];
      bool circle = members.size() > 1 || std::find(reads[v].begin(), reads[v].end(), v) != reads[v].end();
      if (!circle) groups.push_back({{v}, equations[v]});
      else if (!order_elements(members, equations, groups, code, before, after)) return false;
    }
    return true;
  }

  bool order_elements(const std::vector<VariableId>& members, const Lists& equations, std::vector<Group>& groups, Code code, const char* before, const char* after) {
    constexpr uint32_t most_elements = 100'000;
    std::unordered_map<VariableId, uint32_t> base;  // number of a member's first element
    uint32_t total = 0;
    for (VariableId v : members) {
      base.emplace(v, total);
      total += program_.variables[v].elements;
    }
    if (total > most_elements) {
      diagnostics_.push_back(diagnose(code, std::string(before) + std::to_string(members.size()) + " variables with too many elements to order one by one"));
      return false;
    }
    std::vector<Equation> scalar(total);
    std::vector<bool> present(total, false);
    for (VariableId v : members)
      for (const Equation& e : equations[v])
        for_each_element(program_, e, [&](uint32_t element, const std::vector<uint32_t>& axes) {
          std::vector<AxisCopier::Target> at;
          for (uint32_t axis : axes) at.push_back({true, axis});
          Equation one{v, e.extents.empty() ? e.expr : AxisCopier(build_, std::move(at), 0).copy(e.expr), {}, {}};
          std::vector<uint32_t> strides = strides_of(program_, v);
          uint32_t rest = element;
          for (uint32_t stride : strides) {
            one.target_index.push_back({IndexMap::Fixed, rest / stride});
            rest %= stride;
          }
          scalar[base[v] + element] = std::move(one);
          present[base[v] + element] = true;
        });
    Adjacency reads(total);
    for (uint32_t i = 0; i < total; i++)
      if (present[i]) element_reads(scalar[i].expr, base, reads[i]);
    std::vector<uint32_t> roots;
    for (uint32_t i = 0; i < total; i++)
      if (present[i]) roots.push_back(i);
    TopologicalOrder ordered = order_by_dependency(reads, roots);
    if (!ordered.cycle.empty()) {
      std::vector<std::string> names;
      for (uint32_t i : ordered.cycle) names.push_back(element_name(scalar[i]));
      cycle(code, names, scalar[ordered.cycle[0]].target, before, after);
      return false;
    }
    Group group{members, {}};
    for (uint32_t i : ordered.order) group.equations.push_back(scalar[i]);
    groups.push_back(std::move(group));
    return true;
  }

  // Elements of the members that a scalar expression may read now.
  void element_reads(ExprId root, const std::unordered_map<VariableId, uint32_t>& base, std::vector<uint32_t>& out) {
    std::unordered_map<uint32_t, uint32_t> extent_of_axis;
    for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) {
      if (program_.expr(id).op != Op::Reduce) return;
      const Reduction& r = program_.reductions[program_.expr(id).payload];
      for (uint32_t i = 0; i < r.extents.size(); i++) extent_of_axis[r.first_axis + i] = std::max(extent_of_axis[r.first_axis + i], r.extents[i]);
    });
    each_current_load(root, [&](const LoadInfo& load) {
      auto member = base.find(load.variable);
      if (member == base.end()) return;
      std::vector<uint32_t> elements{0};
      std::vector<uint32_t> strides = strides_of(program_, load.variable);
      for (size_t i = 0; i < load.indices.size(); i++) {
        const IndexMap& index = load.indices[i];
        uint32_t size = uint32_t(program_.dimensions[program_.variables[load.variable].dimensions[i]].elements.size());
        std::vector<uint32_t> at;
        if (index.kind == IndexMap::Fixed) at = {index.value};
        else
          for (uint32_t k = 0; k < (index.kind == IndexMap::Computed ? size : extent_of_axis[index.value]); k++)
            at.push_back(index.kind == IndexMap::Mapped ? program_.index_tables[index.table][k] : k + index.offset);
        std::vector<uint32_t> next;
        for (uint32_t e : elements)
          for (uint32_t k : at) next.push_back(e + k * strides[i]);
        elements = std::move(next);
      }
      for (uint32_t e : elements) out.push_back(member->second + e);
    });
  }

  std::string element_name(const Equation& e) const {
    VariableId shown = e.target;
    if (program_.variables[shown].hidden && program_.variables[shown].owner != none_id) shown = program_.variables[shown].owner;
    const ProgramVariable& v = program_.variables[shown];
    std::string out = v.id;
    if (shown != e.target) return out;
    for (size_t i = 0; i < e.target_index.size(); i++)
      out += (i ? "," : "[") + program_.dimensions[v.dimensions[i]].elements[e.target_index[i].value];
    return e.target_index.empty() ? out : out + "]";
  }

  bool varies(const Group& group) {
    bool found = false;
    for (const Equation& e : group.equations)
      for_each_node(program_, e.expr, marks_, ++stamp_, [&](ExprId id) {
        const Expr& node = program_.expr(id);
        if (node.op == Op::FirstStep || node.op == Op::StepIndex || node.op == Op::DelayRead) found = true;
        if (node.op != Op::Load) return;
        VariableId read = program_.load_of(id).variable;
        if (std::find(group.variables.begin(), group.variables.end(), read) != group.variables.end() && program_.load_of(id).plane == Plane::Current) return;
        const ProgramVariable& v = program_.variables[read];
        if (v.place == Place::Row || v.role == Role::Initial) found = true;
      });
    return found;
  }

  void place(const Group& group) {
    bool fixed = !varies(group);
    for (VariableId v : group.variables) fixed &= initial_[v].empty();
    if (!fixed) {
      program_.dynamics.insert(program_.dynamics.end(), group.equations.begin(), group.equations.end());
      return;
    }
    for (VariableId v : group.variables) program_.variables[v].place = Place::Fixed;
    ProgramVariable& v = program_.variables[group.variables[0]];
    bool numbers = group.variables.size() == 1 && !v.hidden;
    for (const Equation& e : group.equations) numbers &= program_.expr(e.expr).op == Op::Constant;
    if (!numbers) {
      program_.invariants.insert(program_.invariants.end(), group.equations.begin(), group.equations.end());
      return;
    }
    v.constant = true;
    v.defaults.assign(v.elements, 0);
    for (const Equation& e : group.equations)
      for_each_element(program_, e, [&](uint32_t element, const std::vector<uint32_t>&) { v.defaults[element] = program_.expr(e.expr).number; });
  }

  // What stocks and INIT need, and only that, in an order of its own.
  void initials() {
    size_t n = program_.variables.size();
    Lists lists(n);
    std::vector<VariableId> roots, pending;
    std::vector<bool> wanted(n, false);
    auto want = [&](VariableId v) {
      const ProgramVariable& variable = program_.variables[v];
      if (wanted[v] || v == 0 || (variable.place == Place::Fixed && variable.role != Role::Initial)) return;  // there already
      wanted[v] = true;
      lists[v] = initial_[v].empty() ? dynamic_[v] : initial_[v];
      pending.push_back(v);
    };
    for (VariableId v = 0; v < n; v++)
      if (program_.variables[v].role == Role::Stock || program_.variables[v].role == Role::Initial) {
        want(v);
        roots.push_back(v);
      }
    while (!pending.empty()) {
      VariableId v = pending.back();
      pending.pop_back();
      for (VariableId read : current_reads(lists[v])) want(read);
    }
    std::vector<Group> groups;
    if (!order(lists, roots, groups, Code::circular_initial, "these initial values depend on each other: ", ". Give one of them an initial value that does not"))
      return;
    for (const Group& group : groups) program_.initials.insert(program_.initials.end(), group.equations.begin(), group.equations.end());
  }

  // Machinery goes by the name of the variable whose equation made it.
  void cycle(Code code, std::vector<std::string> names, VariableId first, const char* before, const char* after) {
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (names.size() > 1 && names.front() == names.back()) names.pop_back();
    if (program_.variables[first].hidden && program_.variables[first].owner != none_id) first = program_.variables[first].owner;
    std::string text = before;
    constexpr size_t most_shown = 20;
    for (size_t i = 0; i < names.size() && i < most_shown; i++) text += names[i] + " -> ";
    if (names.size() > most_shown) text += "... (" + std::to_string(names.size()) + " variables) -> ";
    text += names[0] + after;
    const ProgramVariable& v = program_.variables[first];
    diagnostics_.push_back(diagnose(code, text, v.span, v.name));
  }

  Program& program_;
  Lists &dynamic_, &initial_;
  std::vector<Diagnostic>& diagnostics_;
  ExprBuilder build_;
  std::vector<uint32_t> marks_, seen_;
  uint32_t stamp_ = 0, seen_stamp_ = 0;
};

}  // namespace

namespace {
// Reductions that read neither what changes in a run nor a loop around them, the outermost ones.
struct SteadyReductions {
  const Program& program;
  AxisUse use;
  std::vector<ExprId> found;
  std::unordered_map<ExprId, bool> changing, holding;

  template <class F>
  bool any_below(ExprId id, F&& f) const {
    const Expr& e = program.expr(id);
    bool any = false;
    for (uint32_t i = 0; i < e.count; i++) any |= f(program.argument(id, i));
    if (e.op == Op::Load)
      for (const IndexMap& index : program.load_of(id).indices)
        if (index.kind == IndexMap::Computed) any |= f(index.expr);
    return any;
  }

  bool changes(ExprId id) {
    if (auto known = changing.find(id); known != changing.end()) return known->second;
    Op op = program.expr(id).op;
    bool result = op == Op::FirstStep || op == Op::StepIndex || op == Op::DelayRead;
    if (op == Op::Load) {
      const ProgramVariable& v = program.variables[program.load_of(id).variable];
      result = v.place == Place::Row || v.role == Role::Initial;
    }
    result |= any_below(id, [&](ExprId below) { return changes(below); });
    return changing[id] = result;
  }

  bool inside(ExprId id) {
    if (auto known = holding.find(id); known != holding.end()) return known->second;
    // An inverse is a place in working memory, which does not last.
    bool whole = program.expr(id).op == Op::Reduce && program.reductions[program.expr(id).payload].op != ReduceOp::Invert && !use.of(id) && !changes(id);
    if (whole) found.push_back(id);
    bool result = whole || any_below(id, [&](ExprId below) { return inside(below); });
    return holding[id] = result;
  }
};
}  // namespace

void hoist_invariants(Program& program) {
  if (program.reductions.empty()) return;
  SteadyReductions steady{program, AxisUse(program), {}, {}, {}};
  std::vector<Equation*> touched;
  for (auto* list : {&program.dynamics, &program.scores})
    for (Equation& e : *list)
      if (steady.inside(e.expr)) touched.push_back(&e);
  if (touched.empty()) return;
  ExprBuilder build(program);
  AxisCopier copier(build, {}, 0);
  for (ExprId id : steady.found) {
    ProgramVariable v;
    v.id = v.name = "$\u205Ainvariant\u205A" + std::to_string(program.variables.size());
    v.role = Role::Helper;
    v.place = Place::Fixed;
    v.hidden = true;
    program.variables.push_back(std::move(v));
    VariableId variable = VariableId(program.variables.size() - 1);
    program.invariants.push_back({variable, id, {}, {}});
    copier.replace(id, build.load(variable));
  }
  for (Equation* e : touched) e->expr = copier.copy(e->expr);
}

Program schedule(UnorderedProgram unordered, std::vector<Diagnostic>& diagnostics) {
  Scheduler(unordered, diagnostics).run();
  return std::move(unordered.program);
}

void assign_slots(Program& program) {
  uint32_t fixed = 0, row = 1;
  auto give = [&](ProgramVariable& v, uint32_t& next) {
    if (v.slot != none_id) return;
    v.slot = next;
    next += v.elements;
  };
  program.variables[0].slot = 0;
  for (ProgramVariable& v : program.variables)
    if (v.constant) give(v, fixed);
  program.constants = fixed;
  for (ProgramVariable& v : program.variables)
    if (v.place == Place::Fixed) give(v, fixed);
  for (const StockInfo& stock : program.stocks) give(program.variables[stock.variable], row);
  for (const Equation& e : program.dynamics) give(program.variables[e.target], row);
  program.score_first = row;
  sort_scores(program);
  for (const Equation& e : program.scores) give(program.variables[e.target], row);
  program.fixed_slots = fixed;
  program.row_slots = row;
}

}  // namespace loopscope
