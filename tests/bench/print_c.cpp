#include "print_c.h"

#include <cctype>
#include <cmath>
#include <cstdio>

#include "ir/axes.h"
#include "ir/geometry.h"
#include "ir/lowering_support.h"

namespace loopscope {

namespace {

template <class Integer>
std::string text_of(Integer number) {
  return std::to_string(number);
}

// A number that reads back to the bit.
std::string text_of(double number) {
  if (std::isnan(number)) return "__builtin_nan(\"\")";
  if (std::isinf(number)) return number > 0 ? "__builtin_inf()" : "(-__builtin_inf())";
  char text[40];
  snprintf(text, sizeof text, number < 0 || std::signbit(number) ? "(%a)" : "%a", number);
  return text;
}

// How an operation that wasm has an instruction for is written; nullptr for calls.
struct CForm {
  const char *before, *between, *after;
};
const CForm* c_form(Op op) {
  static constexpr CForm add{"(", " + ", ")"}, subtract{"(", " - ", ")"}, multiply{"(", " * ", ")"}, divide{"(", " / ", ")"}, negate{"(-", "", ")"},
      absolute{"__builtin_fabs(", "", ")"}, root{"__builtin_sqrt(", "", ")"}, floor{"__builtin_floor(", "", ")"}, ceiling{"__builtin_ceil(", "", ")"},
      truncate{"__builtin_trunc(", "", ")"}, minimum{"__builtin_wasm_min_f64(", ", ", ")"}, maximum{"__builtin_wasm_max_f64(", ", ", ")"},
      link_score{"ls_link_score(", ", ", ")"};
  switch (op) {
    case Op::Add: return &add;
    case Op::Subtract: return &subtract;
    case Op::Multiply: return &multiply;
    case Op::Divide: return &divide;
    case Op::Negate: return &negate;
    case Op::Absolute: return &absolute;
    case Op::SquareRoot: return &root;
    case Op::Floor: return &floor;
    case Op::Ceiling: return &ceiling;
    case Op::Truncate: return &truncate;
    case Op::Minimum: return &minimum;
    case Op::Maximum: return &maximum;
    case Op::LinkScore: return &link_score;
    default: return nullptr;
  }
}

// One function of the model. Values that are used again are locals of the block they are computed in.
class SectionPrinter {
 public:
  explicit SectionPrinter(const Program& program) : program_(program), current_load_(program.variables.size(), none_id) {
    for (ExprId id = 0; id < program.exprs.size(); id++)
      if (program.expr(id).op == Op::Load) {
        const LoadInfo& load = program.load_of(id);
        if (load.plane == Plane::Current && load.indices.empty()) current_load_[load.variable] = id;
      }
  }

  std::string print(Section section) {
    std::vector<Assignment> assignments = section_assignments(program_, section);
    uses_ = count_uses(program_, assignments);
    values_.close(0);
    locals_ = 0;
    lines_.clear();
    for (const Assignment& a : assignments) assignment(a);
    if (section == Section::Limit) limits();
    return "void model_" + std::string(section_name(section)) + "(double* restrict row, double* restrict previous, double* restrict out) {\n" + lines_ + "}\n\n";
  }

 private:
  void line(const std::string& text) { lines_ += "  " + text + "\n"; }

  std::string local(const std::string& value) {
    std::string name = "t" + text_of(locals_++);
    line("double " + name + " = " + value + ";");
    return name;
  }

  void limits() {
    for (const StockInfo& s : program_.stocks)
      for (uint32_t i = 0; s.non_negative && i < program_.variables[s.variable].elements; i++) {
        std::string stock = "row[" + text_of(program_.variables[s.variable].slot + i) + "]";
        line(stock + " = __builtin_wasm_max_f64(" + stock + ", 0);");
      }
  }

  static const char* base_of(Destination d) { return d == Destination::Current ? "row" : d == Destination::Fixed ? "fixed" : "out"; }
  static const char* base_of(Source s) { return s == Source::Current ? "row" : s == Source::Previous ? "previous" : "fixed"; }

  void assignment(const Assignment& a) {
    if (a.destination == Destination::Delay) return line("ls_delay_write(&model, " + text_of(a.slot) + ", " + value(a.expr) + ");");
    if (!a.extents->empty() || a.target_index) return element_assignment(a);
    std::string result = value(a.expr);
    ExprId reader = a.destination == Destination::Current || a.destination == Destination::Fixed ? current_load_[a.variable] : none_id;
    if (reader != none_id && uses_[reader] > 0) {
      result = local(result);
      values_.set(reader, result);
    }
    line(std::string(base_of(a.destination)) + "[" + text_of(a.slot) + "] = " + result + ";");
  }

  void element_assignment(const Assignment& a) {
    std::vector<IndexMap> indices;
    std::vector<uint32_t> strides, extents;
    if (a.target_index) {
      indices = *a.target_index;
      strides = strides_of(program_, a.variable);
    } else {
      strides.assign(a.extents->size(), 1);
      for (size_t i = a.extents->size(); i-- > 1;) strides[i - 1] = strides[i] * (*a.extents)[i];
      for (uint32_t i = 0; i < a.extents->size(); i++) indices.push_back({IndexMap::Axis, i});
    }
    size_t mark = values_.open();
    open_loops(0, *a.extents);
    std::string result = value(a.expr), check;
    line(std::string(base_of(a.destination)) + "[" + element(a.slot, indices, strides, extents, check) + "] = " + result + ";");
    line(std::string(a.extents->size(), '}'));
    values_.close(mark);
  }

  void open_loops(uint32_t first_axis, const std::vector<uint32_t>& extents) {
    for (uint32_t i = 0; i < extents.size(); i++) {
      std::string axis = "i" + text_of(first_axis + i);
      line("for (unsigned " + axis + " = 0; " + axis + " < " + text_of(extents[i]) + "; " + axis + "++) {");
    }
  }

  // Slot of an element; what computed indices must fulfil is added to `check`.
  std::string element(uint32_t slot, const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides, const std::vector<uint32_t>& extents,
                      std::string& check) {
    std::string sum = text_of(slot);
    for (size_t i = 0; i < indices.size(); i++) {
      const IndexMap& index = indices[i];
      std::string at = text_of(index.value);
      if (index.kind == IndexMap::Axis) at = "(i" + at + " + " + text_of(index.offset) + ")";
      if (index.kind == IndexMap::Mapped) at = "index_table_" + text_of(index.table) + "[i" + at + "]";
      if (index.kind == IndexMap::Computed) {
        std::string number = local("__builtin_floor(" + value(index.expr) + ")");
        check += (check.empty() ? "" : " && ") + number + " >= 1 && " + number + " <= " + text_of(extents[i]);
        at = "((unsigned)" + number + " - 1)";
      }
      sum += " + " + at + " * " + text_of(strides[i]);
    }
    return sum;
  }

  std::string load(ExprId id) {
    const LoadInfo& info = program_.load_of(id);
    const ProgramVariable& v = program_.variables[info.variable];
    std::vector<uint32_t> extents = extents_of(program_, info.variable);
    std::string check;
    std::string slot = element(v.slot, info.indices, strides_of(program_, info.variable), extents, check);
    std::string result = std::string(base_of(load_source(program_, info))) + "[" + slot + "]";
    return check.empty() ? result : "(" + check + " ? " + result + " : __builtin_nan(\"\"))";
  }

  std::string value(ExprId id) {
    const Expr& e = program_.expr(id);
    if (e.op == Op::Aggregate) return value(program_.argument(id, 0));
    if (e.op == Op::Constant) return text_of(e.number);
    if (const std::string* known = values_.find(id)) return *known;
    std::string result = compute(id);
    if (uses_[id] < 2) return result;
    result = local(result);
    values_.set(id, result);
    return result;
  }

  static bool is_comparison(Op op) { return op >= Op::Equal && op <= Op::GreaterEqual; }
  static bool is_truth(Op op) { return is_comparison(op) || op == Op::Not || op == Op::And || op == Op::Or || op == Op::FirstStep; }

  std::string compute(ExprId id) {
    const Expr& e = program_.expr(id);
    if (is_truth(e.op)) return "(" + truth(id) + " ? 1.0 : 0.0)";
    auto argument = [&](uint32_t i) { return value(program_.argument(id, i)); };
    switch (e.op) {
      case Op::Load: return load(id);
      case Op::StepIndex: return "(double)model.step";
      case Op::AxisIndex: return "(double)i" + text_of(e.payload);
      case Op::DelayRead: return "ls_delay_read(&model, " + text_of(e.payload) + ", " + argument(0) + ", " + argument(1) + ")";
      case Op::Reduce: return reduce(id);
      case Op::Accumulator: return accumulators_.at(e.payload);
      case Op::If: {
        std::string test = condition(program_.argument(id, 0));
        std::string then = branch([&] { return argument(1); });
        return "(" + test + " ? " + then + " : " + branch([&] { return argument(2); }) + ")";
      }
      default: break;
    }
    const CForm* form = c_form(e.op);
    const char* between = form ? form->between : ", ";
    std::string out = form ? form->before : std::string(op_info(e.op).function) + "(";
    const char* separator = "";
    if (is_table_op(e.op)) {
      out += "&tables[" + text_of(e.payload) + "]";
      separator = between;
    }
    for (uint32_t i = 0; i < e.count; i++) {
      out += separator + argument(i);
      separator = between;
    }
    return out + (form ? form->after : ")");
  }

  std::string condition(ExprId id) {
    bool direct = is_truth(program_.expr(id).op) && uses_[id] < 2;
    return direct ? truth(id) : "(" + value(id) + " != 0)";
  }
  std::string truth(ExprId id) {
    const Expr& e = program_.expr(id);
    if (e.op == Op::FirstStep) return "(model.step == 0)";
    if (e.op == Op::Not) return "(!" + condition(program_.argument(id, 0)) + ")";
    if (e.op == Op::And || e.op == Op::Or) {
      std::string first = condition(program_.argument(id, 0));
      return "(" + first + (e.op == Op::And ? " && " : " || ") + branch([&] { return condition(program_.argument(id, 1)); }) + ")";
    }
    constexpr const char* signs[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    std::string a = value(program_.argument(id, 0));
    return "(" + a + signs[int(e.op) - int(Op::Equal)] + value(program_.argument(id, 1)) + ")";
  }

  // What is evaluated only sometimes: locals that it needs stay inside.
  template <class F>
  std::string branch(F&& make) {
    std::string outside;
    outside.swap(lines_);
    size_t mark = values_.open();
    std::string result = make();
    values_.close(mark);
    outside.swap(lines_);
    return outside.empty() ? result : "({\n" + outside + "  " + result + "; })";
  }

  std::string reduce(ExprId id) {
    const Reduction& r = program_.reductions[program_.expr(id).payload];
    constexpr Op ops[] = {Op::Add, Op::Multiply, Op::Minimum, Op::Maximum};
    std::string sum = accumulators_[r.first_axis] = local(text_of(reduce_neutral[int(r.op)]));
    size_t mark = values_.open();
    open_loops(r.first_axis, r.extents);
    std::string body = value(program_.argument(id, 0));
    if (r.op != ReduceOp::Iterate) {
      const CForm& form = *c_form(ops[int(r.op)]);
      body = form.before + sum + form.between + body + form.after;
    }
    line(sum + " = " + body + ";");
    line(std::string(r.extents.size(), '}'));
    values_.close(mark);
    return sum;
  }

  const Program& program_;
  std::vector<ExprId> current_load_;
  std::vector<uint32_t> uses_;
  ScopedValues<std::string> values_;
  std::unordered_map<uint32_t, std::string> accumulators_;  // by first loop axis
  std::string lines_;
  uint64_t locals_ = 0;
};

template <class T>
std::string list(const std::vector<T>& values) {
  std::string out;
  for (const T& value : values) out += (out.empty() ? "" : ", ") + text_of(value);
  return out.empty() ? "0" : out;
}

// Euler's method without scores.
constexpr const char* plain_loop = R"(
__attribute__((export_name("run"))) void run(void) {
  double* saved = slab + FIXED_SLOTS;
  double* row = SAVE_EVERY > 1 ? ring[0] : saved;
  double* previous = row;
  row[0] = START;
  model.step = 0;
  model_invariants(row, row, row);
  model_initial(row, row, row);
  for (uint32_t step = 0;; step++) {
    double* next = SAVE_EVERY > 1 ? ring[(step + 1) % 3] : step < STEPS ? row + ROW_SLOTS : ring[0];
    row[0] = START + step * DT;
    model.step = step;
    model_step(row, previous, next);
    model_record(row, previous, next);
    if (SAVE_EVERY > 1 && step % SAVE_EVERY == 0) {
      memcpy(saved, row, ROW_SLOTS * sizeof(double));
      saved += ROW_SLOTS;
    }
    if (step == STEPS) return;
    previous = row;
    row = next;
  }
}
)";

// All else: the blob's.
constexpr const char* runtime_loop = R"(
#include "ls_run.c"
__attribute__((export_name("run"))) void run(void) {
  ls_reset(&model);
  ls_run_all(&model);
}
)";

}  // namespace

std::string print_c(const Program& p) {
  ls_run run{};
  set_geometry(run, p);
  std::vector<ls_link> links = score_links(p, run);
  bool plain = p.method == Method::Euler && p.scores.empty();

  std::string out = "#include <string.h>\n\n#include \"ls_runtime.h\"\n\n";
  auto define = [&](const char* name, const std::string& value) { out += std::string("#define ") + name + " " + value + "\n"; };
  define("START", text_of(p.start));
  define("DT", text_of(p.dt));
  define("STEPS", text_of(p.steps));
  define("SAVE_EVERY", text_of(p.save_every));
  define("ROWS", text_of(p.rows));
  define("ROW_SLOTS", text_of(p.row_slots));
  define("FIXED_SLOTS", text_of(p.fixed_slots));
  define("CONSTANTS", text_of(p.constants));

  std::string images;
  for (size_t i = 0; i < p.tables.size(); i++) {
    std::string number = text_of(i);
    out += "static const double table_x_" + number + "[] = {" + list(p.tables[i].x) + "};\n";
    out += "static const double table_y_" + number + "[] = {" + list(p.tables[i].y) + "};\n";
    std::vector<double> slopes;
    ls_table t = table_image(p.tables[i], slopes);
    out += "static const double table_slope_" + number + "[] = {" + list(slopes) + "};\n";
    images += "  {" + text_of(t.count) + ", " + text_of(t.kind) + ", table_x_" + number + ", table_y_" + number + ", table_slope_" + number + ", " + text_of(t.density) +
              ", " + text_of(t.uniform_end) + "},\n";
  }
  out += "static const ls_table tables[] = {\n" + images;
  out += "  {0}};\n";
  for (size_t i = 0; i < p.index_tables.size(); i++)
    out += "static const unsigned index_table_" + text_of(i) + "[] = {" + list(p.index_tables[i]) + "};\n";

  std::vector<double> defaults(p.constants);
  for (const ProgramVariable& v : p.variables)
    for (uint32_t i = 0; v.constant && i < v.elements; i++) defaults[v.slot + i] = v.defaults[i];
  out += "static const double defaults[] = {" + list(defaults) + "};\n";
  out += "static double slab[FIXED_SLOTS + ROWS * ROW_SLOTS];\nstatic double ring[3][ROW_SLOTS];\n";
  out += "static double history[" + text_of(uint64_t(run.delays) * ls_delay_slots(p.steps) + 1) + "], scratch[" + text_of(ls_scratch_slots(&run) + 1) + "];\n";
  out += "static const ls_link links[] = {";
  for (const ls_link& link : links) out += "{" + text_of(link.score) + ", " + text_of(link.from) + ", " + text_of(link.to) + "}, ";
  out += "{0}};\n#define fixed slab\nstatic ls_run model = {";
  auto field = [&](const char* name, const std::string& value) { out += std::string(".") + name + " = " + value + ", "; };
  for (const char* constant : {"start", "dt", "steps", "save_every", "rows", "row_slots", "fixed_slots"}) {
    std::string name = constant;
    for (char& c : name) c = char(toupper(c));
    field(constant, name);
  }
  field("stocks", text_of(run.stocks));
  field("score_first", text_of(run.score_first));
  field("method", text_of(run.method));
  field("hold_inputs", text_of(run.hold_inputs));
  field("delays", text_of(run.delays));
  field("link_total", text_of(run.link_total));
  field("net_count", text_of(run.net_count));
  field("link_counts", "{" + list(std::vector<uint32_t>(run.link_counts, run.link_counts + LS_LINK_KINDS)) + "}");
  for (const char* array : {"links", "slab", "scratch", "history"}) field(array, array);
  out += "};\n\n";
  SectionPrinter printer(p);
  for (int s = 0; s < section_count; s++) out += printer.print(Section(s));
  out += "__attribute__((export_name(\"init\"))) void init(void) { memcpy(slab, defaults, CONSTANTS * sizeof(double)); }\n";
  out += "__attribute__((export_name(\"set_value\"))) void set_value(unsigned slot, double value) { slab[slot] = value; }\n";
  out += "__attribute__((export_name(\"results\"))) double* results(void) { return slab; }\n";
  return out + (plain ? plain_loop : runtime_loop);
}

}  // namespace loopscope
