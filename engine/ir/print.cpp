#include "ir/lowering_support.h"
#include "support/json.h"

namespace loopscope {

namespace {

std::string print_node(const Program& p, ExprId id, uint32_t& budget);

std::string print_index(const Program& p, const IndexMap& index) {
  switch (index.kind) {
    case IndexMap::Fixed: return std::to_string(index.value);
    case IndexMap::Axis: return "i" + std::to_string(index.value) + (index.offset ? "+" + std::to_string(index.offset) : "");
    case IndexMap::Mapped: return "m" + std::to_string(index.table) + "[i" + std::to_string(index.value) + "]";
    case IndexMap::Computed: return "#(" + print_expr(p, index.expr) + ")";
  }
  return "";
}

std::string print_indices(const Program& p, const std::vector<IndexMap>& indices) {
  if (indices.empty()) return "";
  std::string out = "[";
  for (size_t i = 0; i < indices.size(); i++) out += (i ? "," : "") + print_index(p, indices[i]);
  return out + "]";
}

std::string print_equation(const Program& p, const Equation& e) {
  std::string out = p.variables[e.target].id + print_indices(p, e.target_index);
  if (!e.extents.empty()) {
    out += " {";
    for (size_t i = 0; i < e.extents.size(); i++) out += (i ? " x " : "") + std::to_string(e.extents[i]);
    out += "}";
  }
  return out + " = " + print_expr(p, e.expr) + "\n";
}

const char* infix(Op op) {
  switch (op) {
    case Op::Add: return " + ";
    case Op::Subtract: return " - ";
    case Op::Multiply: return " * ";
    case Op::Divide: return " / ";
    case Op::Equal: return " = ";
    case Op::NotEqual: return " <> ";
    case Op::Less: return " < ";
    case Op::LessEqual: return " <= ";
    case Op::Greater: return " > ";
    case Op::GreaterEqual: return " >= ";
    case Op::And: return " and ";
    case Op::Or: return " or ";
    default: return nullptr;
  }
}

}  // namespace

std::string print_expr(const Program& p, ExprId id) {
  uint32_t budget = 20'000;  // nodes: a shared node prints at every place it is used, which can double at each level
  return print_node(p, id, budget);
}

namespace {
std::string print_node(const Program& p, ExprId id, uint32_t& budget) {
  if (budget == 0) return "...";
  budget--;
  const Expr& e = p.expr(id);
  if (e.op == Op::Constant) return format_number(e.number);
  if (e.op == Op::Load) {
    const LoadInfo& load = p.load_of(id);
    std::string name = p.variables[load.variable].id + print_indices(p, load.indices);
    return load.plane == Plane::Previous ? "prev(" + name + ")" : name;
  }
  if (e.op == Op::Aggregate) return print_node(p, p.argument(id, 0), budget);
  if (const char* between = infix(e.op))
    return "(" + print_node(p, p.argument(id, 0), budget) + between + print_node(p, p.argument(id, 1), budget) + ")";
  std::string out = op_info(e.op).name;
  out += "(";
  const char* separator = "";
  auto item = [&](const std::string& text) {
    out += separator + text;
    separator = ", ";
  };
  if (is_table_op(e.op)) item(p.tables[e.payload].name);
  if (e.op == Op::DelayRead || e.op == Op::AxisIndex || e.op == Op::Accumulator) item("#" + std::to_string(e.payload));
  if (e.op == Op::Reduce) {
    const Reduction& r = p.reductions[e.payload];
    item(reduce_op_name(r.op));
    for (uint32_t i = 0; i < r.extents.size(); i++) item("i" + std::to_string(r.first_axis + i) + "<" + std::to_string(r.extents[i]));
  }
  for (uint32_t i = 0; i < e.count; i++) item(print_node(p, p.argument(id, i), budget));
  return out + ")";
}
}  // namespace

std::string dump_ir(const Program& p) {
  std::string out;
  auto section = [&](const char* name, const std::vector<Equation>& equations) {
    if (equations.empty()) return;
    out += std::string(name) + "\n";
    for (const Equation& e : equations) out += "  " + print_equation(p, e);
  };
  out += "constants\n";
  for (const ProgramVariable& v : p.variables)
    if (v.constant) {
      out += "  " + v.id + " =";
      for (double d : v.defaults) out += " " + format_number(d);
      out += "\n";
    }
  section("invariants", p.invariants);
  section("initials", p.initials);
  section("dynamics", p.dynamics);
  if (!p.stocks.empty()) out += "stocks\n";
  for (const StockInfo& s : p.stocks)
    out += "  d " + p.variables[s.variable].id + " = " + print_expr(p, s.net) + (s.non_negative ? " non-negative" : "") + "\n";
  for (const DelayBuffer& d : p.delays) out += "  record " + p.variables[d.variable].id + " <- " + print_expr(p, d.input) + "\n";
  section("scores", p.scores);
  return out;
}

std::string dump_program(const Program& p) {
  std::string out = std::to_string(p.steps) + " steps, " + std::to_string(p.rows) + " rows of " + std::to_string(p.row_slots) + " slots (scores from " +
                    std::to_string(p.score_first) + "), " + std::to_string(p.fixed_slots) + " fixed slots (" + std::to_string(p.constants) + " constants)\n";
  for (const ProgramVariable& v : p.variables)
    out += std::string(v.place == Place::Row ? "row " : "fixed ") + (v.slot == none_id ? "-" : std::to_string(v.slot)) + " " + role_name(v.role) + " " + v.id +
           (v.constant ? " constant" : "") + "\n";
  constexpr const char* destinations[] = {"row", "fixed", "next", "derivative", "delay", "schedule"};
  for (int s = 0; s < section_count; s++) {
    std::vector<Assignment> assignments = section_assignments(p, Section(s));
    if (assignments.empty()) continue;
    out += std::string(section_name(Section(s))) + ":\n";
    for (const Assignment& a : assignments)
      out += "  " + std::string(destinations[int(a.destination)]) + "[" + std::to_string(a.slot) + "]" + (a.target_index ? print_indices(p, *a.target_index) : "") + " = " + print_expr(p, a.expr) + "\n";
  }
  return out;
}

}  // namespace loopscope
