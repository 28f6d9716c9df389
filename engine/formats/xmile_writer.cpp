#include "formats/xmile_writer.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "formats/xmile_reader.h"
#include "formats/xml_file.h"
#include "model/names.h"
#include "support/json.h"

namespace loopscope {

namespace {

std::string attribute(const char* name, std::string_view value) {
  return std::string(" ") + name + "=\"" + xml_escaped(value, true) + '"';
}
std::string attribute(const char* name, double value) { return attribute(name, format_number(value)); }

std::string comma_separated(const std::vector<double>& numbers) {
  std::string out;
  for (double number : numbers) out += (out.empty() ? "" : ",") + format_number(number);
  return out;
}

std::string table_type(const GraphicalFunction& table) {
  return table.kind == TableKind::Continuous ? "" : attribute("type", table_kind_names[int(table.kind)]);
}

const std::string loopscope_namespace = " xmlns:loopscope=\"urn:loopscope\"";

class XmileWriter {
 public:
  std::string write(const Project& project);

 private:
  void line(std::string_view text) {
    out_.append(depth_ * 2, ' ');
    out_ += text;
    out_ += '\n';
  }
  void open(std::string_view tag, const std::string& attributes = {}) {
    line("<" + std::string(tag) + attributes + ">");
    depth_++;
  }
  void close(std::string_view tag) {
    depth_--;
    line("</" + std::string(tag) + ">");
  }
  void empty(std::string_view tag, const std::string& attributes = {}) { line("<" + std::string(tag) + attributes + "/>"); }
  void text(std::string_view tag, std::string_view content) {
    line("<" + std::string(tag) + ">" + xml_escaped(content, false) + "</" + std::string(tag) + ">");
  }
  void text_if(std::string_view tag, std::string_view content) {
    if (!content.empty()) text(tag, content);
  }
  // There and empty is not the same as not there.
  void text_if(std::string_view tag, const SourceText& source) {
    if (source.present()) text(tag, source.text);
  }
  void verbatim(std::string_view xml) {
    if (!xml.empty()) line(xml);
  }

  void header(const Project& project);
  void specs(const SimSpecs& specs);
  void dimensions(const Project& project);
  bool is_by_position(const DimensionMapping& mapping) const;
  template <class Body>
  void body(const Body& body);
  void variable(const Variable& variable);
  void definition(const Definition& definition, bool is_table);
  void points(const GraphicalFunction& table);

  std::string out_;
  size_t depth_ = 0;
  std::unordered_map<std::string, const DimensionDeclaration*> dimensions_;  // by id
};

std::string XmileWriter::write(const Project& project) {
  std::string namespaces = attribute("version", "1.0") + attribute("xmlns", "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0");
  if (project.xml_attributes.find(" xmlns:isee=") == std::string::npos) namespaces += isee_namespace;
  line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
  open("xmile", namespaces + project.xml_attributes);
  header(project);
  specs(project.specs);
  verbatim(project.xml);
  dimensions(project);
  for (const Macro& macro : project.macros) {
    open("macro", attribute("name", macro.name));
    for (const std::string& parameter : macro.parameters) text("parm", parameter);
    text_if("eqn", macro.equation);
    body(macro);
    close("macro");
  }
  for (const Model& model : project.models) {
    open("model", model.name.empty() ? "" : attribute("name", model.name));
    // The main model's are the project's.
    if (model.specs && &model != &project.models[0]) specs(*model.specs);
    body(model);
    close("model");
  }
  close("xmile");
  return std::move(out_);
}

// Who wrote the file says how INT, MOD and delays are meant, so that stays with the model.
void XmileWriter::header(const Project& project) {
  open("header");
  text_if("name", project.name);
  if (!project.header_xml.empty()) verbatim(project.header_xml);
  else line(project.vensim_made ? "<vendor>Ventana Systems</vendor>\n<product>Vensim</product>" : "<vendor>loopscope</vendor>\n<product>loopscope</product>");
  close("header");
}

void XmileWriter::specs(const SimSpecs& specs) {
  std::string attributes = attribute("method", method_word(specs.method));
  if (!specs.time_units.empty()) attributes += attribute("time_units", specs.time_units);
  if (specs.save_interval) attributes += attribute("isee:save_interval", *specs.save_interval);
  open("sim_specs", attributes);
  text("start", format_number(specs.start));
  text("stop", format_number(specs.stop));
  text("dt", format_number(specs.dt));
  close("sim_specs");
}

// Does a mapping say no more than Stella's can, the first element as the first?
bool XmileWriter::is_by_position(const DimensionMapping& mapping) const {
  if (mapping.elements.empty()) return true;
  auto to = dimensions_.find(canonical_name(mapping.to));
  return to != dimensions_.end() && std::equal(to->second->elements.begin(), to->second->elements.end(), mapping.elements.begin(), mapping.elements.end(),
                                               [](const std::string& a, const std::string& b) { return canonical_name(a) == canonical_name(b); });
}

void XmileWriter::dimensions(const Project& project) {
  if (project.dimensions.empty()) return;
  for (const DimensionDeclaration& dimension : project.dimensions) dimensions_.emplace(dimension.id, &dimension);
  open("dimensions");
  for (const DimensionDeclaration& dimension : project.dimensions) {
    std::string attributes = attribute("name", dimension.name);
    if (dimension.elements.empty() && dimension.size) attributes += attribute("size", std::to_string(dimension.size));
    open("dim", attributes);
    for (const std::string& element : dimension.elements) empty("elem", attribute("name", element));
    for (const DimensionMapping& mapping : dimension.maps_to) {
      if (is_by_position(mapping)) text("isee:maps_to", mapping.to);
      else empty("loopscope:maps_to", loopscope_namespace + attribute("dimension", mapping.to) + attribute("elements", join_subscripts(mapping.elements)));
    }
    close("dim");
  }
  close("dimensions");
}

template <class Body>
void XmileWriter::body(const Body& body) {
  open("variables");
  for (const Variable& v : body.variables) variable(v);
  verbatim(body.variables_xml);
  close("variables");
  verbatim(body.xml);
}

void XmileWriter::variable(const Variable& v) {
  const auto& definitions = v.definitions;
  // <gf> has no elements: the table of an array is an auxiliary without equations.
  bool is_table = v.kind == VariableKind::Table && definitions.size() == 1 && definitions[0].subscripts.empty() && definitions[0].table;
  std::string_view tag = v.kind == VariableKind::Table && !is_table ? "aux" : xmile_tags[int(v.kind)];
  std::string attributes = attribute("name", v.name);
  if (v.kind == VariableKind::Module && v.model_name != v.name) attributes += attribute("model_name", v.model_name);
  if (is_table) attributes += table_type(*definitions[0].table);
  open(tag, attributes + v.xml_attributes);
  text_if("doc", v.documentation);
  if (!v.dimensions.empty()) {
    open("dimensions");
    for (const std::string& dimension : v.dimensions) empty("dim", attribute("name", dimension));
    close("dimensions");
  }
  for (const Definition& d : definitions) definition(d, is_table);
  if (definitions.empty() && v.kind != VariableKind::Module) empty("element");  // all were refused, and are so again
  for (const SourceText& flow : v.inflows) text("inflow", flow.text);
  for (const SourceText& flow : v.outflows) text("outflow", flow.text);
  if (v.non_negative) empty("non_negative");
  for (const auto& [to, from] : v.connections) empty("connect", attribute("to", to.text) + attribute("from", from.text));
  text_if("units", v.units);
  verbatim(v.xml);
  close(tag);
}

void XmileWriter::definition(const Definition& d, bool is_table) {
  if (!d.subscripts.empty()) open("element", attribute("subscript", join_subscripts(d.subscripts)));
  text_if("eqn", d.equation);
  text_if("init_eqn", d.initial);
  if (is_table) {
    points(*d.table);
  } else if (d.table) {
    open("gf", table_type(*d.table));
    points(*d.table);
    close("gf");
  }
  if (!d.subscripts.empty()) close("element");
}

void XmileWriter::points(const GraphicalFunction& table) {
  for (const auto& [name, scale] : {std::pair("xscale", table.x_scale), std::pair("yscale", table.y_scale)})
    if (scale) empty(name, attribute("min", scale->first) + attribute("max", scale->second));
  if (!table.x.empty() && !has_spread_points(table)) text("xpts", comma_separated(table.x));
  if (!table.y.empty()) text("ypts", comma_separated(table.y));
}

}  // namespace

std::string write_xmile(const Project& project) { return XmileWriter().write(project); }

}  // namespace loopscope
