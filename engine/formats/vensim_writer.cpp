#include "formats/vensim_writer.h"

#include <string_view>

#include "formats/dialects.h"
#include "model/names.h"
#include "support/json.h"

namespace loopscope {

namespace {

// What ends a field, or an equation, cannot stand in it. Lines begin with tabs, which are no part of it.
std::string field(std::string_view text) {
  std::string out;
  for (char c : trim_blanks(text)) {
    if (c == '\n') out += "\n\t\t";
    else if (c != '\r' && (c != '\t' || out.empty() || out.back() != '\t')) out += c == '~' ? '-' : c == '|' ? '/' : c;
  }
  return out;
}

class VensimWriter {
 public:
  std::string write(const Project& project);

 private:
  void dimension(const DimensionDeclaration& dimension);
  void macro(const Macro& macro);
  void variable(const Variable& variable);
  std::string left_side(const Variable& variable, const Definition& definition);
  void group(const std::string& name);
  std::string right_side(const Variable& variable, const Definition& definition);
  std::string points(const GraphicalFunction& table);
  void controls(const SimSpecs& specs);
  void end(std::string_view units, std::string_view documentation) {
    out_ += "\n\t~\t" + field(units) + "\n\t~\t" + field(documentation) + "\n\t|\n\n";
  }

  std::string out_, group_;
};

const char* data_keyword(DataRule rule) {
  switch (rule) {
    case DataRule::Interpolate: return "";  // what is meant where nothing is said
    case DataRule::LookForward: return " :LOOK FORWARD:";
    case DataRule::HoldBackward: return " :HOLD BACKWARD:";
    case DataRule::Raw: return " :RAW:";
  }
  return "";
}

std::string names_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + in_vensim(name);
  return out;
}

std::string VensimWriter::write(const Project& project) {
  out_ = "{UTF-8}\n";
  for (const Macro& one : project.macros) macro(one);
  for (const DimensionDeclaration& one : project.dimensions) dimension(one);
  if (!project.models.empty())
    for (const Variable& v : project.models[0].variables) {
      group(v.group);
      variable(v);
    }
  group("Control");
  controls(project.specs);
  if (!project.sketch.empty()) out_ += project.sketch;
  // An empty view, which Vensim wants.
  else out_ += "\\\\\\---/// Sketch information - do not modify anything except names\n"
               "V300  Do not put anything below this section - it will be ignored\n"
               "*View 1\n"
               "$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|72,72,100,0\n";
  if (!project.settings.empty()) return std::move(out_ += project.settings);
  out_ += "///---\\\\\\\n:L\x7f<%^E!@\n15:0,0,0,";
  out_ += std::to_string(vensim_code(project.specs.method)) + ",0,0\n4:Time\n";
  return std::move(out_);
}

void VensimWriter::group(const std::string& name) {
  if (name == group_) return;
  group_ = name;
  const std::string stars(56, '*');
  out_ += stars + "\n\t." + (name.empty() ? "Model" : name) + "\n" + stars + "~\n\t\t" + (name == "Control" ? "Simulation Control Parameters" : "") + "\n\t|\n\n";
}

void VensimWriter::controls(const SimSpecs& specs) {
  struct Control {
    TimeControl control;
    const char *name, *documentation;
    std::string value;
  } all[] = {{TimeControl::Stop, "FINAL TIME", "The final time for the simulation.", format_number(specs.stop)},
             {TimeControl::Start, "INITIAL TIME", "The initial time for the simulation.", format_number(specs.start)},
             {TimeControl::SaveInterval, "SAVEPER", "The frequency with which output is stored.", specs.save_interval ? format_number(*specs.save_interval) : "TIME STEP"},
             {TimeControl::Dt, "TIME STEP", "The time step for the simulation.", format_number(specs.dt)}};
  for (Control& one : all) {
    for (const ComputedControl& computed : specs.computed)
      if (computed.control == one.control) one.value = computed.equation.text;
    out_ += std::string(one.name) + "  = " + one.value;
    end(specs.time_units, one.documentation);
  }
}

void VensimWriter::dimension(const DimensionDeclaration& d) {
  out_ += in_vensim(d.name) + ":\n\t" + (d.external.present() ? d.external.text : wrapped_vensim(names_of(d.elements)));
  for (const DimensionMapping& mapping : d.maps_to) {
    out_ += &mapping == &d.maps_to[0] ? " -> " : ", ";
    out_ += mapping.elements.empty() ? in_vensim(mapping.to) : "(" + in_vensim(mapping.to) + ": " + names_of(mapping.elements) + ")";
  }
  end("", "");
}

void VensimWriter::macro(const Macro& m) {
  if (!m.variables.empty()) group(m.variables[0].group);
  out_ += ":MACRO: " + in_vensim(m.name) + "(";
  for (const std::string& parameter : m.parameters) out_ += (&parameter == &m.parameters[0] ? "" : ", ") + in_vensim(parameter);
  out_ += ")\n\n";
  for (const Variable& v : m.variables) variable(v);
  if (m.equation.present() && canonical_name(m.equation.text) != m.id) {
    out_ += in_vensim(m.name) + "=\n\t" + m.equation.text;
    end("", "");
  }
  out_ += ":END OF MACRO:\n\n";
}

void VensimWriter::variable(const Variable& v) {
  for (const Definition& d : v.definitions) {
    out_ += left_side(v, d) + right_side(v, d);
    if (&d == &v.definitions.back()) end(v.units + (v.range.empty() ? "" : " " + v.range), v.documentation);
    else out_ += " ~~|\n";
  }
}

std::string VensimWriter::left_side(const Variable& v, const Definition& d) {
  std::string out = in_vensim(v.name);
  const std::vector<std::string>& subscripts = d.subscripts.empty() ? v.dimensions : d.subscripts;
  if (!subscripts.empty()) out += "[" + names_of(subscripts) + "]";
  for (const auto& except : d.except) out += (&except == &d.except[0] ? " :EXCEPT: [" : ", [") + names_of(except) + "]";
  if (d.data_rule) out += data_keyword(*d.data_rule);
  return out;
}

std::string VensimWriter::right_side(const Variable& v, const Definition& d) {
  const std::string& text = d.equation.text;
  if (v.kind == VariableKind::Table) return "(\n\t" + (d.table ? points(*d.table) : text) + ")";
  if (!d.equation.present()) return "";  // data
  auto call = [&](const char* function, const std::string& first, const std::string& second) { return std::string("= ") + function + " (\n\t" + first + ",\n\t\t" + second + ")"; };
  if (v.kind == VariableKind::Stock) return call("INTEG", d.net_flow.text, text);
  if (d.table) return call("WITH LOOKUP", text, "(" + points(*d.table) + ")");
  if (d.initial.present()) return call("ACTIVE INITIAL", text, d.initial.text);
  return (d.data_rule ? ":=\n\t" : "=\n\t") + text;
}

// The box is what a graph of the points shows.
std::string VensimWriter::points(const GraphicalFunction& table) {
  std::string out;
  auto number = [](double value) { return format_number(value); };
  if (table.x_scale && table.y_scale)
    out = "[(" + number(table.x_scale->first) + "," + number(table.y_scale->first) + ")-(" + number(table.x_scale->second) + "," + number(table.y_scale->second) + ")],";
  for (size_t i = 0; i < table.x.size() && i < table.y.size(); i++) out += (i ? ",(" : "(") + number(table.x[i]) + "," + number(table.y[i]) + ")";
  return wrapped_vensim(out);
}

}  // namespace

std::string write_vensim(const Project& project) { return VensimWriter().write(project); }

}  // namespace loopscope
