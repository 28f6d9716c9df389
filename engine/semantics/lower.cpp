#include "semantics/lower.h"

#include <cmath>
#include <cstdlib>

#include "semantics/builtins.h"

namespace loopscope {

namespace {

class Lowering {
 public:
  explicit Lowering(const EquationSystem& system) : system_(system), build_(result_.program) {}

  UnorderedProgram run() {
    Program& p = result_.program;
    p.name = system_.name;
    p.time_units = system_.time_units;
    p.start = system_.specs.start;
    p.stop = system_.specs.stop;
    p.dt = system_.specs.dt;
    p.method = system_.specs.method;
    p.steps = system_.steps;
    p.save_every = system_.save_every;
    p.rows = system_.steps / system_.save_every + 1;
    p.tables = system_.tables;
    declare();
    for (uint32_t i = 0; i < system_.variables.size(); i++)
      if (program_id_[i] != none_id) equations(i);
    for (uint32_t i = 0; i < system_.variables.size(); i++)
      if (system_.variables[i].kind == VariableKind::Stock) stock(i);
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
      p.role = v.initial_only                       ? Role::Initial
               : v.kind == VariableKind::Stock      ? Role::Stock
               : v.kind == VariableKind::Flow       ? Role::Flow
               : v.hidden                           ? Role::Helper
                                                    : Role::Auxiliary;
      if (p.role == Role::Initial) p.place = Place::Fixed;
      const EquationVariable& owner = v.owner == none_id ? v : system_.variables[v.owner];
      if (owner.text) p.span = owner.text->span;
      program_id_.push_back(add(std::move(p)));
    }
  }

  VariableId add(ProgramVariable v) {
    result_.program.variables.push_back(std::move(v));
    result_.dynamic.push_back(none_id);
    result_.initial.push_back(none_id);
    return VariableId(result_.program.variables.size() - 1);
  }
  VariableId add_initial(const std::string& id, ExprId value, const EquationVariable& of) {
    ProgramVariable p;
    p.id = p.name = id;
    p.hidden = true;
    p.macro = of.macro;
    p.role = Role::Initial;
    p.place = Place::Fixed;
    VariableId variable = add(std::move(p));
    result_.initial[variable] = value;
    return variable;
  }

  void equations(uint32_t i) {
    const EquationVariable& v = system_.variables[i];
    VariableId id = program_id_[i];
    if (v.equation.empty()) return;
    current_ = i;
    ExprId value = lower(v.equation, v.equation.root);
    if (v.table >= 0) value = build_.node(Op::Lookup, {value}, uint32_t(v.table));
    if (v.kind == VariableKind::Flow && v.non_negative) value = build_.node(Op::Maximum, {value, build_.constant(0)});
    if (v.kind == VariableKind::Stock || v.initial_only) {
      result_.initial[id] = value;
    } else {
      result_.dynamic[id] = value;
      if (!v.initial.empty()) result_.initial[id] = lower(v.initial, v.initial.root);
    }
  }

  void stock(uint32_t i) {
    const EquationVariable& v = system_.variables[i];
    StockInfo info;
    info.variable = program_id_[i];
    info.non_negative = v.non_negative;
    ExprId net = none_id;
    for (uint32_t flow : v.inflows) {
      info.inflows.push_back(program_id_[flow]);
      ExprId load = build_.load(program_id_[flow]);
      net = net == none_id ? load : build_.add(net, load);
    }
    for (uint32_t flow : v.outflows) {
      info.outflows.push_back(program_id_[flow]);
      ExprId load = build_.load(program_id_[flow]);
      net = net == none_id ? build_.node(Op::Negate, {load}) : build_.subtract(net, load);
    }
    info.net = net == none_id ? build_.constant(0) : net;
    ExprId now = build_.load(info.variable);
    double dt = system_.specs.dt;
    ExprId change = dt == 1 ? info.net : build_.multiply(info.net, build_.constant(dt));
    info.euler = net == none_id ? now : build_.add(now, change);
    if (v.non_negative) info.euler = build_.node(Op::Maximum, {info.euler, build_.constant(0)});
    result_.program.stocks.push_back(std::move(info));
  }

  VariableId variable_of(const Ast& ast, AstId name) const { return program_id_[system_.index.at(ast.name_of(name))]; }
  uint32_t table_of(const Ast& ast, AstId name) const {
    return uint32_t(system_.variables[system_.index.at(ast.name_of(name))].table);
  }

  ExprId lower(const Ast& ast, AstId node) {
    const AstNode& n = ast.nodes[node];
    switch (n.kind) {
      case AstKind::Number: return build_.constant(n.number);
      case AstKind::Name: return build_.load(variable_of(ast, node));
      case AstKind::If:
        return build_.node(Op::If, {lower(ast, ast.child(node, 0)), lower(ast, ast.child(node, 1)), lower(ast, ast.child(node, 2))});
      case AstKind::Operator: return lower_operator(ast, node);
      case AstKind::Call: return lower_call(ast, node);
      default: return build_.constant(std::nan(""));
    }
  }

  ExprId safe_divide(ExprId a, ExprId b, ExprId otherwise) {
    return build_.node(Op::If, {build_.node(Op::Equal, {b, build_.constant(0)}), otherwise, build_.node(Op::Divide, {a, b})});
  }

  ExprId lower_operator(const Ast& ast, AstId node) {
    const AstNode& n = ast.nodes[node];
    ExprId a = lower(ast, ast.child(node, 0));
    if (n.count == 1) return build_.node(n.op == AstOp::Not ? Op::Not : Op::Negate, {a});
    ExprId b = lower(ast, ast.child(node, 1));
    if (n.op == AstOp::SafeDivide) return safe_divide(a, b, build_.constant(0));
    if (n.op == AstOp::Power) return power(a, b);
    if (n.op == AstOp::Modulo) return build_.node(as_made(*find_builtin("mod")), {a, b});
    constexpr struct {
      AstOp from;
      Op to;
    } map[] = {{AstOp::Or, Op::Or},           {AstOp::And, Op::And},           {AstOp::Equal, Op::Equal},
               {AstOp::NotEqual, Op::NotEqual}, {AstOp::Less, Op::Less},         {AstOp::LessEqual, Op::LessEqual},
               {AstOp::Greater, Op::Greater}, {AstOp::GreaterEqual, Op::GreaterEqual}, {AstOp::Add, Op::Add},
               {AstOp::Subtract, Op::Subtract}, {AstOp::Multiply, Op::Multiply}, {AstOp::Divide, Op::Divide}};
    for (const auto& row : map)
      if (row.from == n.op) return build_.node(row.to, {a, b});
    return build_.constant(std::nan(""));
  }

  // x^2 is x*x to the last bit (libm's pow is exact there), and much cheaper.
  ExprId power(ExprId a, ExprId b) {
    if (build_.is_constant(b, 2)) return build_.multiply(a, a);
    if (build_.is_constant(b, 1)) return a;
    return build_.node(Op::Power, {a, b});
  }

  ExprId lower_call(const Ast& ast, AstId node) {
    const AstNode& n = ast.nodes[node];
    const Builtin& builtin = *find_builtin(ast.name_of(node));
    switch (builtin.kind) {
      case BuiltinKind::Value: return value(builtin.value());
      case BuiltinKind::Operation: return operation(ast, node, builtin);
      case BuiltinKind::Fold: {
        ExprId folded = lower(ast, ast.child(node, 0));
        for (uint32_t i = 1; i < n.count; i++) folded = build_.node(builtin.op(), {folded, lower(ast, ast.child(node, i))});
        return folded;
      }
      case BuiltinKind::Table: {
        std::vector<ExprId> arguments;
        for (uint32_t i = 1; i < n.count; i++) arguments.push_back(lower(ast, ast.child(node, i)));
        return build_.node(builtin.op(), arguments, table_of(ast, ast.child(node, 0)));
      }
      case BuiltinKind::Special: return special(ast, node, builtin.special());
      default: return build_.constant(std::nan(""));
    }
  }

  ExprId value(BuiltinValue v) {
    switch (v) {
      case BuiltinValue::Time: return build_.load(0);
      case BuiltinValue::Dt: return build_.constant(system_.specs.dt);
      case BuiltinValue::StartTime: return build_.constant(system_.specs.start);
      case BuiltinValue::StopTime: return build_.constant(system_.specs.stop);
      case BuiltinValue::SaveInterval: return build_.constant(system_.specs.save_interval.value_or(system_.specs.dt));
      case BuiltinValue::Pi: return build_.constant(3.14159265358979323846);
      case BuiltinValue::Infinite: return build_.constant(HUGE_VAL);
      default: return build_.constant(std::nan(""));
    }
  }

  ExprId fallback(const char* text) {
    std::string word(text, strcspn_blank(text));
    if (word == "inf") return build_.constant(HUGE_VAL);
    if (word == "-inf") return build_.constant(-HUGE_VAL);
    if (word == "start") return build_.constant(system_.specs.start);
    if (word == "stop") return build_.constant(system_.specs.stop);
    return build_.constant(double(atoi(word.c_str())));
  }
  static size_t strcspn_blank(const char* text) {
    size_t n = 0;
    while (text[n] && text[n] != ' ') n++;
    return n;
  }

  // The form of builtins.def: where each argument of the operation comes from.
  ExprId operation(const Ast& ast, AstId node, const Builtin& builtin) {
    const AstNode& n = ast.nodes[node];
    std::vector<ExprId> arguments;
    for (const char* form = builtin.form; *form;) {
      if (*form == 'T') {
        arguments.push_back(build_.load(0));
      } else if (*form == 'D') {
        arguments.push_back(build_.constant(system_.specs.dt));
      } else if (*form == 'R') {
        arguments.push_back(build_.constant(system_.variables[current_].stream));
        arguments.push_back(build_.node(Op::StepIndex, {}));
      } else {
        uint32_t number = uint32_t(*form - '0');
        arguments.push_back(number < n.count ? lower(ast, ast.child(node, number)) : fallback(form + 2));
      }
      form += strcspn_blank(form);
      if (*form == ' ') form++;
    }
    if (builtin.op() == Op::Power) return power(arguments[0], arguments[1]);
    return build_.node(as_made(builtin), arguments);
  }

  // INT and MOD round down in Stella and towards zero in Vensim.
  Op as_made(const Builtin& builtin) const {
    if (system_.vensim_made && builtin.name() == "int") return Op::Truncate;
    if (system_.vensim_made && builtin.op() == Op::Modulo) return Op::Remainder;
    return builtin.op();
  }

  ExprId special(const Ast& ast, AstId node, BuiltinSpecial what) {
    const AstNode& n = ast.nodes[node];
    auto argument = [&](uint32_t i) { return lower(ast, ast.child(node, i)); };
    switch (what) {
      case BuiltinSpecial::SafeDivide: {
        ExprId a = argument(0), b = argument(1);
        return safe_divide(a, b, n.count > 2 ? argument(2) : build_.constant(0));
      }
      case BuiltinSpecial::IfThenElse: return build_.node(Op::If, {argument(0), argument(1), argument(2)});
      case BuiltinSpecial::Initial: return argument(0);
      case BuiltinSpecial::Previous: {
        VariableId source = variable_of(ast, ast.child(node, 0));
        result_.program.lags.push_back({program_id_[current_], source});
        return build_.node(Op::If, {build_.node(Op::FirstStep, {}), n.count > 1 ? argument(1) : build_.constant(0),
                                    build_.load(source, Plane::Previous)});
      }
      case BuiltinSpecial::Delay: {
        const EquationVariable& v = system_.variables[current_];
        VariableId source = variable_of(ast, ast.child(node, 0));
        ExprId length = build_.node(Op::DelaySteps, {argument(1), build_.constant(system_.specs.dt)});
        ExprId before = n.count > 2 ? argument(2) : build_.load(source);
        VariableId steps = add_initial(v.id + "\u205Adelay_steps", length, v);
        VariableId initial = add_initial(v.id + "\u205Ainitial", before, v);
        uint32_t buffer = uint32_t(result_.program.delays.size());
        result_.program.delays.push_back({program_id_[current_], build_.load(source)});
        result_.program.lags.push_back({program_id_[current_], source});
        return build_.node(Op::DelayRead, {build_.load(steps), build_.load(initial)}, buffer);
      }
      default: return build_.constant(std::nan(""));
    }
  }

  const EquationSystem& system_;
  UnorderedProgram result_;
  ExprBuilder build_;
  std::vector<VariableId> program_id_;  // of an equation variable
  uint32_t current_ = 0;                // equation variable whose equation is being lowered
};

}  // namespace

UnorderedProgram lower_equations(const EquationSystem& system) { return Lowering(system).run(); }

}  // namespace loopscope
