// Models in a few lines, compiled and run, so that a test shows the model and not its file format:
//
//     time 0 to 10 by 0.25 save 1 rk4
//     stock population = 100 ; in births ; out deaths ; non-negative
//     flow births = population * 0.1
//     aux effect = population ; gf 0 100 200 -> 1 0.5 0        (a graphical function of the equation)
//     table curve ; gf 0 1 -> 0 5 ; extrapolate                (one without input)
//     dim Region = north south
//     dim Place = n s ; maps Region ; maps Pole north south     (one that maps to others, by position or element by element)
//     aux rate[Region] = 3 ; [south] 4                          (with an equation of its own for an element)
//
// A line each, in any order; names as in XMILE, blanks included. Everything goes through load_project and compile_project.
#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compile.h"
#include "ltm/analysis.h"
#include "model/names.h"
#include "support/json.h"
#include "vm/vm.h"

// So that a CHECK of two series shows them.
namespace doctest {
template <>
struct StringMaker<std::vector<double>> {
  static String convert(const std::vector<double>& values) {
    std::string out = "{";
    for (size_t i = 0; i < values.size() && i < 20; i++) out += (i ? ", " : "") + loopscope::format_number(values[i]);
    return (out + (values.size() > 20 ? ", ...}" : "}")).c_str();
  }
};
}  // namespace doctest

namespace small {

using namespace loopscope;

inline std::string trim(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    size_t at = text.find(separator);
    std::string part = trim(text.substr(0, at));
    if (!part.empty()) parts.push_back(part);
    if (at == text.npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

inline std::string escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

inline std::string tag(const std::string& name, std::string_view text) { return "<" + name + ">" + escape(text) + "</" + name + ">"; }

inline std::string graph_tag(const std::string& points, const std::string& type) {
  auto sides = split(points, "->");
  std::string out = "<gf" + (type.empty() ? "" : " type=\"" + type + "\"") + ">";
  out += "<xpts sep=\" \">" + sides[0] + "</xpts><ypts sep=\" \">" + sides[1] + "</ypts></gf>";
  return out;
}

// The XMILE of one line; specs and dimensions go to another place than variables.
inline std::string line_to_xmile(const std::string& line, std::string& specs, std::string& dimensions) {
  std::vector<std::string> parts = split(line, " ; ");
  std::string kind = parts[0].substr(0, parts[0].find(' '));
  std::string rest = trim(parts[0].substr(kind.size()));
  if (kind == "time") {
    std::vector<std::string> words = split(rest, " ");
    std::string attributes, inside = tag("start", words[0]);
    for (size_t i = 1; i < words.size(); i++) {
      if (words[i] == "to") inside += tag("stop", words[++i]);
      else if (words[i] == "by") inside += tag("dt", words[++i]);
      else if (words[i] == "save") attributes += " isee:save_interval=\"" + words[++i] + "\"";
      else attributes += " method=\"" + words[i] + "\"";
    }
    specs = "<sim_specs" + attributes + ">" + inside + "</sim_specs>\n";
    return "";
  }
  size_t equals = rest.find('=');
  std::string name = trim(std::string_view(rest).substr(0, equals)), body, graph, type;
  if (kind == "dim") {
    dimensions += "<dim name=\"" + name + "\">";
    for (const std::string& element : split(rest.substr(equals + 1), " ")) dimensions += "<elem name=\"" + element + "\"/>";
    for (size_t i = 1; i < parts.size(); i++) {
      std::vector<std::string> to = split(parts[i], " ");
      if (to.size() == 2) dimensions += tag("isee:maps_to", to[1]);
      else dimensions += "<loopscope:maps_to dimension=\"" + to[1] + "\" elements=\"" + join_subscripts({to.begin() + 2, to.end()}) + "\"/>";
    }
    dimensions += "</dim>";
    return "";
  }
  if (size_t bracket = name.find('['); bracket != name.npos) {
    body = "<dimensions>";
    for (const std::string& dimension : split(std::string_view(name).substr(bracket + 1, name.size() - bracket - 2), ",")) body += "<dim name=\"" + dimension + "\"/>";
    body += "</dimensions>";
    name = trim(name.substr(0, bracket));
  }
  if (equals != rest.npos) body += tag("eqn", trim(std::string_view(rest).substr(equals + 1)));
  for (size_t i = 1; i < parts.size(); i++) {
    std::string word = parts[i].substr(0, parts[i].find(' ')), value = trim(parts[i].substr(word.size()));
    if (word[0] == '[') {
      size_t end = parts[i].find(']');
      body += "<element subscript=\"" + parts[i].substr(1, end - 1) + "\">" + tag("eqn", trim(parts[i].substr(end + 1))) + "</element>";
    } else if (word == "in") body += tag("inflow", value);
    else if (word == "out") body += tag("outflow", value);
    else if (word == "init") body += tag("init_eqn", value);
    else if (word == "non-negative") body += "<non_negative/>";
    else if (word == "gf") graph = value;
    else type = word;  // extrapolate, discrete
  }
  if (kind == "table") kind = "gf";
  if (kind == "gf" && !graph.empty()) {
    auto sides = split(graph, "->");
    return "<gf name=\"" + escape(name) + "\"" + (type.empty() ? "" : " type=\"" + type + "\"") + "><xpts sep=\" \">" + sides[0] +
           "</xpts><ypts sep=\" \">" + sides[1] + "</ypts></gf>\n";
  }
  if (!graph.empty()) body += graph_tag(graph, type);
  return "<" + kind + " name=\"" + escape(name) + "\">" + body + "</" + kind + ">\n";
}

inline std::string to_xmile(std::string_view lines) {
  std::string specs = "<sim_specs><start>0</start><stop>10</stop><dt>1</dt></sim_specs>\n", dimensions, variables;
  for (const std::string& line : split(lines, "\n")) variables += line_to_xmile(line, specs, dimensions);
  if (!dimensions.empty()) dimensions = "<dimensions>" + dimensions + "</dimensions>\n";
  return "<xmile xmlns:isee=\"http://iseesystems.com/XMILE\">" + specs + dimensions + "<model><variables>\n" + variables + "</variables></model></xmile>\n";
}

// A model on its way: read, compiled, and, where that went well, with a VM.
class Simulation {
 public:
  LoadedProject loaded;
  CompiledProgram compiled;
  std::unique_ptr<Vm> vm;

  bool ok() const { return vm != nullptr; }
  const Program& program() const { return *compiled.program; }
  // "unknown_variable wrong_arity": errors and warnings, notes left out.
  std::string codes() const {
    std::string out;
    for (const Diagnostic& d : compiled.diagnostics)
      if (d.severity != Severity::Note) out += (out.empty() ? "" : " ") + std::string(code_name(d.code));
    return out;
  }
  // The first diagnostic's words.
  std::string message() const { return compiled.diagnostics.empty() ? "" : compiled.diagnostics[0].message; }
  // What of the file its span covers.
  std::string marked() const {
    if (compiled.diagnostics.empty()) return "";
    const Span& span = compiled.diagnostics[0].span;
    return loaded.source.substr(span.offset, span.length);
  }
  std::string everything_said() const {
    std::string out;
    for (const Diagnostic& d : compiled.diagnostics) out += render_diagnostic(d, "model", loaded.source);
    return out;
  }

  const ProgramVariable* variable(const std::string& id) const {
    if (compiled.program)
      for (const ProgramVariable& v : program().variables)
        if (v.id == id) return &v;
    FAIL_CHECK("no variable " << id << "\n" << everything_said());
    return nullptr;
  }
  // At every saved time; empty if there is no such variable.
  std::vector<double> series(const std::string& id, uint32_t element = 0) const {
    const ProgramVariable* v = variable(id);
    if (!v || !vm) return {};
    std::vector<double> out;
    for (uint32_t r = 0; r < program().rows; r++)
      out.push_back(vm->slab()[v->place == Place::Fixed ? v->slot + element
                                                        : program().fixed_slots + size_t(r) * program().row_slots + v->slot + element]);
    return out;
  }
  double at(const std::string& id, size_t row) const {
    std::vector<double> all = series(id);
    return row < all.size() ? all[row] : std::nan("");
  }
  double last(const std::string& id) const {
    std::vector<double> all = series(id);
    return all.empty() ? std::nan("") : all.back();
  }
  bool set(const std::string& id, double value) {
    const ProgramVariable* v = variable(id);
    return v && vm && v->place == Place::Fixed && vm->set_value(v->slot, value);
  }
  // All of the results, to compare two runs to the bit.
  std::vector<double> slab() const { return vm ? std::vector<double>(vm->slab(), vm->slab() + vm->slab_size()) : std::vector<double>(); }
};

inline Simulation compile_xmile(std::string_view xmile, const CompileOptions& options = {}) {
  Simulation s;
  s.loaded = load_project(xmile);
  s.compiled = compile_project(s.loaded, options);
  if (s.compiled.program) {
    auto vm = Vm::create(s.compiled.program);
    if (vm) s.vm = std::move(*vm);
  }
  return s;
}

// Compiled, not run.
inline Simulation compile(std::string_view lines, const CompileOptions& options = {}) { return compile_xmile(to_xmile(lines), options); }

// Compiled and run to the end; says so if there were errors.
inline Simulation simulate(std::string_view lines, const CompileOptions& options = {}) {
  Simulation s = compile(lines, options);
  if (s.ok()) s.vm->run_to_end();
  else FAIL_CHECK("does not compile:\n" << s.everything_said());
  return s;
}

// The one value of an expression at the start time.
inline double value_of(const std::string& equation, const std::string& more = "") {
  return simulate("time 0 to 1\naux result = " + equation + "\n" + more).at("result", 0);
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++)
    if (!(a[i] == b[i] && std::signbit(a[i]) == std::signbit(b[i])) && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  return true;
}

// Largest distance of two series, the first `skip` values left out; infinite where lengths differ or a value is not finite.
inline double distance(const std::vector<double>& a, const std::vector<double>& b, size_t skip = 0) {
  if (a.size() != b.size() || a.size() <= skip) return HUGE_VAL;
  double most = 0;
  for (size_t i = skip; i < a.size(); i++) {
    double d = std::fabs(a[i] - b[i]);
    if (!(d <= most)) most = std::isfinite(d) ? d : HUGE_VAL;
  }
  return most;
}

}  // namespace small
