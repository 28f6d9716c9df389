#include "semantics/lower.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "semantics/expression_lowering.h"

namespace loopscope {

namespace {

class Lowering {
 public:
  Lowering(const EquationSystem& system, const LineIndex& lines, std::vector<Diagnostic>& diagnostics)
      : system_(system), lines_(lines), diagnostics_(diagnostics), expressions_(system, result_, program_id_) {}

  UnorderedProgram run() {
    Program& p = result_.program;
    p.name = system_.name;
    p.time_units = system_.time_units;
    p.start = system_.specs.start;
    p.stop = system_.specs.stop;
    p.dt = system_.specs.dt;
    p.method = system_.specs.method;
    p.hold_inputs = system_.vensim_made;
    p.steps = system_.steps;
    p.save_every = system_.save_every;
    p.rows = system_.steps / system_.save_every + 1;
    p.tables = system_.tables;
    for (const Dimension& d : system_.dimensions.all()) p.dimensions.push_back({d.name, d.elements});
    declare();
    for (uint32_t i = 0; i < system_.variables.size(); i++)
      if (program_id_[i] != none_id && !system_.variables[i].faulty) definitions(i);
    for (uint32_t i = 0; i < system_.variables.size(); i++)
      if (system_.variables[i].kind == VariableKind::Stock && !system_.variables[i].faulty) stock(i);
    if (system_.final_time != none_id) p.final_time = program_id_[system_.final_time];
    p.stop_given = system_.stop_given;
    for (const MacroInfo& macro : system_.macros) p.macros.push_back({macro.name, program_id_[macro.output]});
    return std::move(result_);
  }

 private:
  void declare() {
    ProgramVariable time;
    time.id = "time";
    time.name = "Time";
    time.role = Role::Time;
    add(std::move(time));
    for (const EquationVariable& v : system_.variables) {
      if (v.kind == VariableKind::Table || v.kind == VariableKind::Module) {
        program_id_.push_back(none_id);
        continue;
      }
      ProgramVariable p;
      p.id = v.id;
      p.name = v.name;
      p.units = v.units;
      p.hidden = v.hidden;
      p.macro = v.macro;
      p.role = v.initial_only                  ? Role::Initial
               : v.kind == VariableKind::Stock ? Role::Stock
               : v.kind == VariableKind::Flow  ? Role::Flow
               : v.hidden                      ? Role::Helper
                                               : Role::Auxiliary;
      if (p.role == Role::Initial) p.place = Place::Fixed;
      if (v.owner != none_id) p.owner = program_id_[v.owner];  // user's variables are declared before hidden ones
      p.dimensions = v.dimensions;
      for (uint32_t d : v.dimensions) p.elements *= system_.dimensions[d].size();
      const EquationVariable& owner = v.owner == none_id ? v : system_.variables[v.owner];
      if (!owner.definitions.empty() && owner.definitions[0].text) p.span = owner.definitions[0].text->span;
      else if (owner.written) p.span = owner.written->span;
      program_id_.push_back(add(std::move(p)));
    }
  }

  VariableId add(ProgramVariable v) {
    result_.program.variables.push_back(std::move(v));
    result_.dynamic.emplace_back();
    result_.initial.emplace_back();
    return VariableId(result_.program.variables.size() - 1);
  }

  ExpressionLowering::Report reporter(uint32_t variable, const SourceText* text) {
    return [this, variable, text](Code code, uint32_t offset, uint32_t length, std::string message) {
      const EquationVariable& v = system_.variables[variable];
      const EquationVariable& owner = v.owner == none_id ? v : system_.variables[v.owner];
      Span span = owner.written ? owner.written->span : Span{};
      if (text && text->span.known()) span = source_span(*text, lines_, offset, length);
      diagnostics_.push_back(diagnose(code, std::move(message), span, owner.name));
    };
  }

  // Which definition has the last word on each element; an element that none gives values to is an error.
  std::vector<uint32_t> owners(uint32_t i) {
    const EquationVariable& v = system_.variables[i];
    std::vector<uint32_t> owner(result_.program.variables[program_id_[i]].elements, none_id);
    bool said = false;
    for (uint32_t d = 0; d < v.definitions.size(); d++)
      for (ElementWalk walk(system_.dimensions, v, v.definitions[d]); walk.next();) {
        uint32_t before = std::exchange(owner[walk.element], d);
        if (said || before == none_id || !v.definitions[before].loops.empty() || !v.definitions[d].loops.empty() || !v.written || !v.definitions[d].text) continue;
        said = true;
        reporter(i, v.definitions[d].text)(Code::duplicate_name, 0, 0, "the element [" + element_name(v, walk.element) + "] has two equations; the last one counts");
        diagnostics_.back().severity = Severity::Warning;
      }
    auto missing = std::find(owner.begin(), owner.end(), none_id);
    // Vensim's arrays may have holes, which nothing reads.
    if (missing != owner.end() && v.written && !system_.vensim_made) {
      reporter(i, nullptr)(Code::missing_element, 0, 0, "the element [" + element_name(v, uint32_t(missing - owner.begin())) + "] has no equation");
    }
    return owner;
  }
  std::string element_name(const EquationVariable& v, uint32_t element) const {
    std::string name;
    for (size_t a = v.dimensions.size(); a-- > 0;) {
      const Dimension& d = system_.dimensions[v.dimensions[a]];
      name = d.elements[element % d.size()] + (name.empty() ? "" : ",") + name;
      element /= d.size();
    }
    return name;
  }

  void definitions(uint32_t i) {
    const EquationVariable& v = system_.variables[i];
    std::vector<uint32_t> owner;
    if (!v.dimensions.empty()) owner = owners(i);
    for (uint32_t element = 0; system_.vensim_made && element < owner.size(); element++)
      if (owner[element] == none_id) hole(i, element);
    for (uint32_t d = 0; d < v.definitions.size(); d++) {
      const EquationDefinition& definition = v.definitions[d];
      if (definition.equation.empty()) continue;
      // Loops stay loops, unless another definition takes some of the elements or a call needs to know the element.
      bool whole = definition.except.empty();
      for (ElementWalk walk(system_.dimensions, v, definition); walk.next();) whole &= owner.empty() || owner[walk.element] == d;
      if (whole && (definition.loops.empty() || !needs_elements(definition))) {
        equation(i, definition, axes_of(v, definition, nullptr));
      } else {
        for (ElementWalk walk(system_.dimensions, v, definition); walk.next();)
          if (owner.empty() || owner[walk.element] == d) equation(i, definition, axes_of(v, definition, &walk.at));
      }
    }
  }

  void hole(uint32_t i, uint32_t element) {
    const EquationVariable& v = system_.variables[i];
    Equation out{program_id_[i], expressions_.build.constant(std::nan("")), {}, {}};
    out.target_index.resize(v.dimensions.size());
    for (size_t a = v.dimensions.size(); a-- > 0; element /= system_.dimensions[v.dimensions[a]].size())
      out.target_index[a] = IndexMap{IndexMap::Fixed, element % system_.dimensions[v.dimensions[a]].size()};
    (v.kind == VariableKind::Stock || v.initial_only ? result_.initial : result_.dynamic)[program_id_[i]].push_back(out);
  }

  // One an axis of the variable: a loop, or the element that is set; with `at`, the loops' elements.
  std::vector<LoweringAxis> axes_of(const EquationVariable& v, const EquationDefinition& d, const std::vector<uint32_t>* at) const {
    std::vector<LoweringAxis> axes;
    for (size_t a = 0; a < d.target.size(); a++) {
      uint32_t loop = d.target[a].loop;
      uint32_t dimension = loop == none_id ? v.dimensions[a] : d.loops[loop];
      LoweringAxis axis{dimension, loop == none_id ? 0 : loop, 0, system_.dimensions[dimension].size()};
      axis.fixed = loop == none_id || at;
      axis.single = loop == none_id;
      axis.element = loop == none_id ? d.target[a].element : at ? (*at)[loop] : 0;
      axes.push_back(axis);
    }
    return axes;
  }

  // Delay buffers and arrayed graphical functions are one an element.
  bool needs_elements(const EquationDefinition& d) const {
    const Ast& ast = d.equation;
    for (AstId id = 0; id < ast.nodes.size(); id++) {
      if (ast.nodes[id].kind != AstKind::Call) continue;
      const Builtin* builtin = find_builtin(ast.name_of(id));
      if (builtin->kind == BuiltinKind::Special && builtin->special() >= BuiltinSpecial::Delay && builtin->special() <= BuiltinSpecial::Profiled) return true;
      if (builtin->kind == BuiltinKind::Table && ast.nodes[ast.child(id, 0)].count) return true;
    }
    return false;
  }

  void equation(uint32_t i, const EquationDefinition& d, const std::vector<LoweringAxis>& axes) {
    const EquationVariable& v = system_.variables[i];
    VariableId id = program_id_[i];
    Equation out{id, none_id, {}, {}};
    for (size_t a = 0; a < axes.size(); a++) {
      if (!axes[a].fixed) out.extents.push_back(axes[a].extent);
      uint32_t to = v.dimensions[a];
      const std::vector<uint32_t>& map = d.target[a].map;
      // A loop over another dimension goes where the definition says, which may be more than the dimensions know.
      out.target_index.push_back(axes[a].fixed && !map.empty() ? IndexMap{IndexMap::Fixed, map[axes[a].element]} : *expressions_.follow(axes[a], axes[a].fixed ? axes[a].dimension : to));
    }
    ExprBuilder& build = expressions_.build;
    auto report = reporter(i, d.text);
    ExprId value = expressions_.lower(d.equation, d.equation.root, i, axes, report);
    if (d.table >= 0) value = expressions_.look_up(value, uint32_t(d.table), d.rule.value_or(DataRule::Interpolate));
    if (v.kind == VariableKind::Flow && v.non_negative) value = build.node(Op::Maximum, {value, build.constant(0)});
    out.expr = v.limits.empty() ? value : limited(v, value);
    if (v.kind == VariableKind::Stock || v.initial_only) {
      result_.initial[id].push_back(out);
      return;
    }
    result_.dynamic[id].push_back(out);
    if (d.initial.empty()) return;
    out.expr = expressions_.lower(d.initial, d.initial.root, i, axes, report);
    result_.initial[id].push_back(out);
  }

  void stock(uint32_t i) {
    const EquationVariable& v = system_.variables[i];
    ExprBuilder& build = expressions_.build;
    StockInfo info;
    info.variable = program_id_[i];
    info.non_negative = v.non_negative;
    std::vector<LoweringAxis> axes;
    for (uint32_t d : v.dimensions) {
      axes.push_back({d, uint32_t(axes.size()), 0, system_.dimensions[d].size()});
      info.extents.push_back(axes.back().extent);
    }
    Ast zero;
    zero.root = zero.add_number(0);
    expressions_.lower(zero, zero.root, i, axes, reporter(i, nullptr));  // sets the loops
    auto flow_value = [&](uint32_t flow) {
      ExprId load = expressions_.load_over_axes(program_id_[flow], system_.variables[flow].dimensions);
      if (load != none_id) return load;
      if (!system_.variables[flow].shapeless) reporter(i, nullptr)(Code::wrong_subscripts, 0, 0, "the flow " + system_.variables[flow].id + " has other dimensions than this stock");
      return build.constant(0);
    };
    std::vector<ExprId> in, out;
    for (uint32_t flow : v.inflows) {
      info.inflows.push_back(program_id_[flow]);
      in.push_back(flow_value(flow));
    }
    for (uint32_t flow : v.outflows) {
      info.outflows.push_back(program_id_[flow]);
      out.push_back(flow_value(flow));
    }
    info.net = net_flow(in, out);
    ExprId now = expressions_.load_over_axes(info.variable, v.dimensions);
    double dt = system_.specs.dt;
    ExprId change = dt == 1 ? info.net : build.multiply(info.net, build.constant(dt));
    info.euler = in.empty() && out.empty() ? now : build.add(now, change);
    if (v.non_negative || !v.limits.empty()) {
      info.limit = limited(v, now);
      info.euler = limited(v, info.euler);
    }
    result_.program.stocks.push_back(std::move(info));
  }

  // The value of a stock as its limits let it be. Vensim's SINTEG keeps within minimum and maximum, takes multiples of a quantum, and a special
  // value where it is near (https://vensim.com/documentation/fn_sinteg.html).
  ExprId limited(const EquationVariable& v, ExprId value) {
    ExprBuilder& build = expressions_.build;
    if (v.non_negative) return build.node(Op::Maximum, {value, build.constant(0)});
    auto given = [&](size_t i) { return i < v.limits.size() && v.limits[i] != missing_value; };
    auto limit = [&](size_t i) { return build.constant(v.limits[i]); };
    if (given(1)) value = build.node(Op::Minimum, {value, limit(1)});
    if (given(0)) value = build.node(Op::Maximum, {value, limit(0)});
    if (given(2)) value = build.node(Op::Quantum, {value, limit(2)});
    if (given(3) && given(4)) {
      ExprId away = build.node(Op::Absolute, {build.subtract(value, limit(3))});
      value = build.node(Op::If, {build.node(Op::Less, {away, limit(4)}), limit(3), value});
    }
    return value;
  }

  // Inflows less outflows, from left to right.
  ExprId net_flow(const std::vector<ExprId>& in, const std::vector<ExprId>& out) {
    ExprBuilder& build = expressions_.build;
    if (in.empty() && out.empty()) return build.constant(0);
    if (out.empty()) return build.fold(Op::Add, in);
    constexpr size_t in_a_row = 256;
    if (out.size() > in_a_row) {
      ExprId all = build.fold(Op::Add, out);
      return in.empty() ? build.node(Op::Negate, {all}) : build.subtract(build.fold(Op::Add, in), all);
    }
    ExprId net = in.empty() ? build.node(Op::Negate, {out[0]}) : build.subtract(build.fold(Op::Add, in), out[0]);
    for (size_t i = 1; i < out.size(); i++) net = build.subtract(net, out[i]);
    return net;
  }

  const EquationSystem& system_;
  const LineIndex& lines_;
  std::vector<Diagnostic>& diagnostics_;
  UnorderedProgram result_;
  std::vector<VariableId> program_id_;  // of an equation variable
  ExpressionLowering expressions_;
};

}  // namespace

UnorderedProgram lower_equations(const EquationSystem& system, const LineIndex& lines, std::vector<Diagnostic>& diagnostics) {
  return Lowering(system, lines, diagnostics).run();
}

}  // namespace loopscope
