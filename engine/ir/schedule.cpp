#include "ir/schedule.h"

#include "support/graph.h"

namespace loopscope {

namespace {

class Scheduler {
 public:
  Scheduler(UnorderedProgram& u, std::vector<Diagnostic>& d)
      : program_(u.program), dynamic_(u.dynamic), initial_(u.initial), diagnostics_(d) {}

  void run() {
    size_t n = program_.variables.size();
    Adjacency reads(n);
    std::vector<uint32_t> roots;
    for (VariableId v = 0; v < n; v++) {
      if (dynamic_[v] == none_id) continue;
      roots.push_back(v);
      reads[v] = current_reads(dynamic_[v]);
    }
    // Stocks, time and initial values are known before: they depend on nothing at this instant.
    TopologicalOrder order = order_by_dependency(reads, roots);
    if (!order.cycle.empty()) return cycle(Code::circular_dependency, order.cycle, "these equations depend on each other at the same instant: ",
                                           ". Put a stock or a delay into the circle");
    for (VariableId v : order.order)
      if (dynamic_[v] != none_id) place(v);
    initials();
  }

 private:
  // Variables loaded on the Current plane, each once, in order of first use.
  std::vector<uint32_t> current_reads(ExprId root) {
    std::vector<uint32_t> out;
    stamp_++;
    for_each_node(program_, root, marks_, stamp_, [&](ExprId id) {
      if (program_.expr(id).op != Op::Load) return;
      const LoadInfo& load = program_.load_of(id);
      if (load.plane != Plane::Current) return;
      if (variable_marks_.size() < program_.variables.size()) variable_marks_.resize(program_.variables.size(), 0);
      if (variable_marks_[load.variable] == stamp_) return;
      variable_marks_[load.variable] = stamp_;
      out.push_back(load.variable);
    });
    return out;
  }

  bool varies(ExprId root) {
    bool found = false;
    stamp_++;
    for_each_node(program_, root, marks_, stamp_, [&](ExprId id) {
      const Expr& e = program_.expr(id);
      if (e.op == Op::FirstStep || e.op == Op::StepIndex || e.op == Op::DelayRead) found = true;
      if (e.op == Op::Load) {
        const ProgramVariable& v = program_.variables[program_.load_of(id).variable];
        if (v.place == Place::Row || v.role == Role::Initial) found = true;
      }
    });
    return found;
  }

  void place(VariableId id) {
    ProgramVariable& v = program_.variables[id];
    ExprId root = dynamic_[id];
    Equation equation{id, root, {}, {}};
    if (initial_[id] == none_id && !varies(root)) {
      v.place = Place::Fixed;
      const Expr& e = program_.expr(root);
      if (e.op == Op::Constant && !v.hidden) {
        v.constant = true;
        v.defaults = {e.number};
      } else {
        program_.invariants.push_back(equation);
      }
    } else {
      program_.dynamics.push_back(equation);
    }
  }

  ExprId initial_of(VariableId v) const { return initial_[v] != none_id ? initial_[v] : dynamic_[v]; }

  // What stocks and INIT need, and only that, in an order of its own.
  void initials() {
    size_t n = program_.variables.size();
    Adjacency reads(n);
    std::vector<uint32_t> roots, pending;
    std::vector<bool> wanted(n, false);
    auto want = [&](VariableId v) {
      if (wanted[v] || v == 0) return;
      const ProgramVariable& variable = program_.variables[v];
      if (variable.place == Place::Fixed && variable.role != Role::Initial) return;  // there already
      wanted[v] = true;
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
      if (initial_of(v) == none_id) continue;
      for (VariableId read : current_reads(initial_of(v))) {
        want(read);
        if (wanted[read]) reads[v].push_back(read);
      }
    }
    TopologicalOrder order = order_by_dependency(reads, roots);
    if (!order.cycle.empty()) return cycle(Code::circular_initial, order.cycle, "these initial values depend on each other: ",
                                           ". Give one of them an initial value that does not");
    for (VariableId v : order.order)
      if (initial_of(v) != none_id) program_.initials.push_back({v, initial_of(v), {}, {}});
  }

  void cycle(Code code, const std::vector<uint32_t>& nodes, const char* before, const char* after) {
    std::string text = before;
    size_t shown = 0;
    for (VariableId v : nodes) {
      if (++shown > 20) {
        text += "... (" + std::to_string(nodes.size()) + " variables) -> ";
        break;
      }
      text += program_.variables[v].id + " -> ";
    }
    text += program_.variables[nodes[0]].id + after;
    const ProgramVariable* named = &program_.variables[nodes[0]];
    for (VariableId v : nodes)
      if (named->hidden) named = &program_.variables[v];
    diagnostics_.push_back(diagnose(code, text, named->span, named->name));
  }

  Program& program_;
  std::vector<ExprId>&dynamic_, &initial_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<uint32_t> marks_, variable_marks_;
  uint32_t stamp_ = 0;
};

}  // namespace

Program schedule(UnorderedProgram unordered, std::vector<Diagnostic>& diagnostics) {
  Scheduler(unordered, diagnostics).run();
  return std::move(unordered.program);
}

void assign_slots(Program& program) {
  uint32_t fixed = 0, row = 1;
  auto give = [](ProgramVariable& v, uint32_t& next) {
    v.slot = next;
    next += v.elements;
  };
  program.variables[0].slot = 0;
  for (ProgramVariable& v : program.variables)
    if (v.constant) give(v, fixed);
  program.constants = fixed;
  for (ProgramVariable& v : program.variables)
    if (v.place == Place::Fixed && !v.constant) give(v, fixed);
  for (const StockInfo& stock : program.stocks) give(program.variables[stock.variable], row);
  for (const Equation& e : program.dynamics)
    if (program.variables[e.target].slot == none_id) give(program.variables[e.target], row);
  program.score_first = row;
  for (const Equation& e : program.scores)
    if (program.variables[e.target].slot == none_id) give(program.variables[e.target], row);
  program.fixed_slots = fixed;
  program.row_slots = row;
}

}  // namespace loopscope
