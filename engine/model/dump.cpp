#include "model/dump.h"

#include <string_view>

#include "support/json.h"

namespace loopscope {

namespace {

// Names and equations as they stand, line breaks and tabs as escapes: a dump shows them.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else out += c;
  }
  return out;
}

std::string list(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + escaped(item);
  return out;
}

constexpr const char* kind_names[] = {"stock", "flow", "aux", "table", "module"};  // by VariableKind

class Dump {
 public:
  std::string out;

  void line(int depth, std::string_view text) {
    out.append(size_t(depth) * 2, ' ');
    out += text;
    out += '\n';
  }

  void specs(int depth, const SimSpecs& specs) {
    std::string text = "specs start " + format_number(specs.start) + " stop " + format_number(specs.stop) + " dt " + format_number(specs.dt);
    if (specs.save_interval) text += " save " + format_number(*specs.save_interval);
    text += std::string(" method ") + method_name(specs.method);
    for (const ComputedControl& computed : specs.computed) text += std::string(" ") + time_control_names[int(computed.control)] + " " + escaped(computed.equation.text);
    if (!specs.time_units.empty()) text += " units " + escaped(specs.time_units);
    line(depth, text);
  }

  void dimension(const DimensionDeclaration& d) {
    std::string text = "dimension " + named(d.name, d.id);
    text += d.elements.empty() ? " size " + std::to_string(d.size) : ": " + list(d.elements);
    if (d.external.present()) text += " from " + escaped(d.external.text);
    for (const DimensionMapping& mapping : d.maps_to) {
      text += (&mapping == d.maps_to.data() ? " -> " : ", ") + mapping.to;
      if (!mapping.elements.empty()) text += ": " + list(mapping.elements);
    }
    line(0, text);
  }

  void variables(const std::vector<Variable>& variables) {
    for (const Variable& v : variables) variable(v);
  }

  // "Heat Loss (heat_loss)", the id only where it differs.
  static std::string named(const std::string& name, const std::string& id) {
    return escaped(name) + (name == id ? "" : " (" + escaped(id) + ")");
  }

 private:
  void variable(const Variable& v) {
    std::string text = std::string(kind_names[int(v.kind)]) + " " + named(v.name, v.id);
    if (!v.dimensions.empty()) text += " [" + list(v.dimensions) + "]";
    if (v.kind == VariableKind::Module) text += " of " + escaped(v.model_name);
    line(1, text);
    for (const Definition& d : v.definitions) definition(d);
    for (const SourceText& flow : v.inflows) line(2, "inflow " + escaped(flow.text));
    for (const SourceText& flow : v.outflows) line(2, "outflow " + escaped(flow.text));
    if (v.non_negative) line(2, "non_negative");
    for (const auto& [to, from] : v.connections) line(2, "connect " + escaped(to.text) + " <- " + escaped(from.text));
    if (!v.units.empty()) line(2, "units " + escaped(v.units));
    if (!v.range.empty()) line(2, "range " + escaped(v.range));
    if (!v.group.empty()) line(2, "group " + escaped(v.group));
    for (const std::string& construct : v.unsupported) line(2, "unsupported " + construct);
  }

  void definition(const Definition& d) {
    std::string where = d.subscripts.empty() ? "" : "[" + list(d.subscripts) + "] ";
    if (d.equation.present()) line(2, where + "= " + escaped(d.equation.text));
    if (d.initial.present()) line(2, where + "init " + escaped(d.initial.text));
    if (d.net_flow.present()) line(2, where + "net flow " + escaped(d.net_flow.text));
    for (const std::vector<std::string>& part : d.except) line(2, where + "except [" + list(part) + "]");
    if (d.data_rule) line(2, where + "data " + data_rule_names[int(*d.data_rule)]);
    if (d.table) {
      std::string text = where + table_kind_names[int(d.table->kind)];
      for (size_t i = 0; i < d.table->x.size(); i++)
        text += " (" + format_number(d.table->x[i]) + ", " + format_number(d.table->y[i]) + ")";
      line(2, text);
    }
    if (!d.equation.present() && !d.initial.present() && !d.table && !d.data_rule) line(2, where + "no equation");
  }
};

}  // namespace

std::string dump_model(const Project& project) {
  Dump dump;
  dump.line(0, project.name.empty() ? "project" : "project " + escaped(project.name));
  dump.specs(0, project.specs);
  for (const DimensionDeclaration& d : project.dimensions) dump.dimension(d);
  for (const Model& model : project.models) {
    dump.line(0, model.name.empty() ? "model" : "model " + Dump::named(model.name, model.id));
    // The main model's specs are the project's; they are shown once.
    if (model.specs && &model != &project.models[0]) dump.specs(1, *model.specs);
    dump.variables(model.variables);
  }
  for (const Macro& macro : project.macros) {
    dump.line(0, "macro " + Dump::named(macro.name, macro.id) + " (" + list(macro.parameters) + ")");
    if (macro.equation.present()) dump.line(1, "= " + escaped(macro.equation.text));
    dump.variables(macro.variables);
  }
  return std::move(dump.out);
}

}  // namespace loopscope
