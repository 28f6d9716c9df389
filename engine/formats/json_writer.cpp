#include "formats/json_writer.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "model/names.h"
#include "support/json.h"

namespace loopscope {

namespace {

// The lists of a model, in the order they are written. A table is an auxiliary without equation.
struct VariableList {
  const char* field;
  VariableKind kind;
};
constexpr VariableList lists[] = {
    {"stocks", VariableKind::Stock}, {"flows", VariableKind::Flow}, {"auxiliaries", VariableKind::Auxiliary}, {"modules", VariableKind::Module}};

VariableKind list_of(const Variable& v) { return v.kind == VariableKind::Table ? VariableKind::Auxiliary : v.kind; }
size_t list_index(const Variable& v) {
  return size_t(std::find_if(std::begin(lists), std::end(lists), [&](const VariableList& l) { return l.kind == list_of(v); }) - std::begin(lists));
}

class Writer {
 public:
  std::string write(const Project& project);

 private:
  void specs(const SimSpecs& specs);
  void dimensions(const std::vector<DimensionDeclaration>& dimensions);
  void element_map(const DimensionDeclaration& of, const DimensionMapping& mapping);
  template <class Body>
  void body(const Body& body);
  void variable(const Variable& v, std::optional<size_t> order);
  void arrayed(const Variable& v);
  void definition(const Definition& d, bool non_negative);
  void graphical_function(const GraphicalFunction& table);
  void scale(const char* name, const std::optional<std::pair<double, double>>& scale);

  void text(const char* name, const std::string& value) {
    if (!value.empty()) json_.member(name, value);
  }
  void text(const char* name, const SourceText& value) {
    if (value.present()) json_.member(name, value.text);
  }
  static const std::string& text_of(const std::string& item) { return item; }
  static const std::string& text_of(const SourceText& item) { return item.text; }
  template <class Items>
  void texts(const char* name, const Items& items) {
    json_.key(name);
    json_.begin_array();
    for (const auto& item : items) json_.value(text_of(item));
    json_.end_array();
  }
  // What an XMILE file had that the model has no place for.
  void xml(std::initializer_list<std::pair<const char*, const std::string&>> parts) {
    if (std::all_of(parts.begin(), parts.end(), [](const auto& part) { return part.second.empty(); })) return;
    json_.key("xml");
    json_.begin_object();
    for (const auto& [name, part] : parts) text(name, part);
    json_.end_object();
  }
  void others(const OtherMembers& members) {
    for (const auto& [name, value] : members) json_.raw_member(name, value);
  }

  JsonWriter json_{JsonWriter::Layout::Lines};
  std::unordered_map<std::string, const DimensionDeclaration*> dimensions_;  // by id
};

std::string Writer::write(const Project& project) {
  json_.begin_object();
  json_.member("name", project.name);
  if (project.vensim_made) json_.member("vensimMade", true);
  if (project.dialect == Dialect::Vensim) json_.member("dialect", "vensim");
  specs(project.specs);
  dimensions(project.dimensions);
  json_.key("models");
  json_.begin_array();
  bool taken = std::any_of(project.models.begin(), project.models.end(), [](const Model& m) { return m.id == "main"; });
  for (const Model& model : project.models) {
    bool main = &model == &project.models[0];
    json_.begin_object();
    json_.member("name", main && !taken ? "main" : model.name);
    if (model.specs && !main) specs(*model.specs);
    body(model);
    json_.end_object();
  }
  for (const Macro& macro : project.macros) {
    json_.begin_object();
    json_.member("name", macro.name);
    json_.key("macroSpec");
    json_.begin_object();
    texts("parameters", macro.parameters);
    json_.member("primaryOutput", macro.name);
    text("equation", macro.equation);
    json_.end_object();
    body(macro);
    json_.end_object();
  }
  json_.end_array();
  xml({{"attributes", project.xml_attributes}, {"header", project.header_xml}, {"rest", project.xml}});
  text("sketch", project.sketch);
  text("settings", project.settings);
  others(project.others);
  json_.end_object();
  return json_.take() + "\n";
}

void Writer::specs(const SimSpecs& specs) {
  json_.key("simSpecs");
  json_.begin_object();
  json_.member("startTime", specs.start);
  json_.member("endTime", specs.stop);
  json_.member("dt", format_number(specs.dt));
  if (specs.save_interval) json_.member("saveStep", *specs.save_interval);
  json_.member("method", method_name(specs.method));
  text("timeUnits", specs.time_units);
  if (!specs.computed.empty()) {
    json_.key("computed");
    json_.begin_object();
    for (const ComputedControl& computed : specs.computed) text(time_control_names[int(computed.control)], computed.equation);
    json_.end_object();
  }
  json_.end_object();
}

void Writer::dimensions(const std::vector<DimensionDeclaration>& dimensions) {
  if (dimensions.empty()) return;
  for (const DimensionDeclaration& dimension : dimensions) dimensions_.emplace(dimension.id, &dimension);
  json_.key("dimensions");
  json_.begin_array();
  for (const DimensionDeclaration& dimension : dimensions) {
    json_.begin_object();
    json_.member("name", dimension.name);
    if (dimension.elements.empty()) json_.member("size", dimension.size);
    else texts("elements", dimension.elements);
    text("external", dimension.external);
    if (!dimension.maps_to.empty()) {
      json_.key("mappings");
      json_.begin_array();
      for (const DimensionMapping& mapping : dimension.maps_to) {
        json_.begin_object();
        json_.member("target", mapping.to);
        element_map(dimension, mapping);
        json_.end_object();
      }
      json_.end_array();
    }
    json_.end_object();
  }
  json_.end_array();
}

// Pairs of elements; one that maps to a part of the other dimension has a pair for each element of it.
void Writer::element_map(const DimensionDeclaration& of, const DimensionMapping& mapping) {
  if (mapping.elements.empty()) return;
  if (mapping.elements.size() != of.size) return texts("elements", mapping.elements);  // no map, but what the file says
  auto to = dimensions_.find(canonical_name(mapping.to));
  std::unordered_set<std::string> known;  // elements of the other
  if (to != dimensions_.end())
    for (const std::string& element : to->second->elements) known.insert(canonical_name(element));
  json_.key("elementMap");
  json_.begin_array();
  for (size_t i = 0; i < mapping.elements.size(); i++) {
    const std::string id = canonical_name(mapping.elements[i]);
    auto part = to == dimensions_.end() || known.count(id) ? dimensions_.end() : dimensions_.find(id);
    auto pair = [&](const std::string& element) {
      if (element.empty()) return;
      json_.begin_object();
      json_.member("source", i < of.elements.size() ? of.elements[i] : std::to_string(i + 1));
      json_.member("target", element);
      json_.end_object();
    };
    if (part == dimensions_.end()) pair(mapping.elements[i]);
    else for (const std::string& element : part->second->elements) pair(element);
  }
  json_.end_array();
}

template <class Body>
void Writer::body(const Body& body) {
  const auto& variables = body.variables;
  bool in_order = std::is_sorted(variables.begin(), variables.end(), [](const Variable& a, const Variable& b) { return list_index(a) < list_index(b); });
  for (const VariableList& list : lists) {
    if (std::none_of(variables.begin(), variables.end(), [&](const Variable& v) { return list_of(v) == list.kind; })) continue;
    json_.key(list.field);
    json_.begin_array();
    for (size_t i = 0; i < variables.size(); i++)
      if (list_of(variables[i]) == list.kind) variable(variables[i], in_order ? std::nullopt : std::optional(i));
    json_.end_array();
  }
  xml({{"among", body.variables_xml}, {"rest", body.xml}});
  others(body.others);
}

void Writer::variable(const Variable& v, std::optional<size_t> order) {
  json_.begin_object();
  json_.member("name", v.name);
  if (order) json_.member("order", uint32_t(*order));
  bool of_table = std::all_of(v.definitions.begin(), v.definitions.end(), [](const Definition& d) { return d.table && d.equation.text.empty(); });
  if (v.kind == VariableKind::Table && !(of_table && !v.definitions.empty())) json_.member("type", "table");
  if (v.kind == VariableKind::Module) json_.member("modelName", v.model_name);
  bool scalar = v.dimensions.empty() && v.definitions.size() == 1 && v.definitions[0].subscripts.empty();
  if (scalar && v.definitions[0].equation.present()) json_.member(v.kind == VariableKind::Stock ? "initialEquation" : "equation", v.definitions[0].equation.text);
  text("units", v.units);
  text("range", v.range);
  text("group", v.group);
  if (v.kind == VariableKind::Stock || !v.inflows.empty()) texts("inflows", v.inflows);
  if (v.kind == VariableKind::Stock || !v.outflows.empty()) texts("outflows", v.outflows);
  if (scalar || v.kind == VariableKind::Module) definition(scalar ? v.definitions[0] : Definition(), v.non_negative);
  else arrayed(v);
  text("documentation", v.documentation);
  if (!v.connections.empty()) {
    json_.key("references");
    json_.begin_array();
    for (const auto& [to, from] : v.connections) {
      json_.begin_object();
      json_.member("src", from.text);
      json_.member("dst", to.text);
      json_.end_object();
    }
    json_.end_array();
  }
  if (!v.unsupported.empty()) texts("unsupported", v.unsupported);
  xml({{"attributes", v.xml_attributes}, {"rest", v.xml}});
  others(v.others);
  json_.end_object();
}

void Writer::arrayed(const Variable& v) {
  const Definition none;
  const Definition* whole = nullptr;
  for (const Definition& d : v.definitions)
    if (d.subscripts.empty()) whole = &d;
  definition(whole ? *whole : none, v.non_negative);
  json_.key("arrayedEquation");
  json_.begin_object();
  texts("dimensions", v.dimensions);
  if (whole) text("equation", whole->equation);
  if (!whole || v.definitions.size() > 1) {
    json_.key("elements");
    json_.begin_array();
    for (const Definition& d : v.definitions) {
      if (d.subscripts.empty()) continue;
      json_.begin_object();
      json_.member("subscript", join_subscripts(d.subscripts));
      text("equation", d.equation);
      definition(d, false);
      json_.end_object();
    }
    json_.end_array();
    if (whole) json_.member("hasExceptDefault", true);
  }
  json_.end_object();
}

// All of a definition but its equation.
void Writer::definition(const Definition& d, bool non_negative) {
  if (d.table) graphical_function(*d.table);
  if (!d.initial.present() && !non_negative && !d.net_flow.present() && d.except.empty() && !d.data_rule) return;
  json_.key("compat");
  json_.begin_object();
  text("activeInitial", d.initial);
  if (non_negative) json_.member("nonNegative", true);
  text("netFlow", d.net_flow);
  if (!d.except.empty()) {
    std::vector<std::string> parts;
    for (const std::vector<std::string>& part : d.except) parts.push_back(join_subscripts(part));
    texts("except", parts);
  }
  if (d.data_rule) json_.member("dataRule", data_rule_names[int(*d.data_rule)]);
  json_.end_object();
}

void Writer::graphical_function(const GraphicalFunction& table) {
  bool spread = has_spread_points(table);
  json_.key("graphicalFunction");
  json_.begin_object();
  json_.key(spread ? "yPoints" : "points");
  json_.begin_array();
  for (size_t i = 0; i < table.y.size(); i++) {
    if (!spread) json_.begin_array(), json_.value(table.x[i]);
    json_.value(table.y[i]);
    if (!spread) json_.end_array();
  }
  json_.end_array();
  json_.member("kind", table_kind_names[int(table.kind)]);
  scale("xScale", table.x_scale);
  scale("yScale", table.y_scale);
  json_.end_object();
}

void Writer::scale(const char* name, const std::optional<std::pair<double, double>>& scale) {
  if (!scale) return;
  json_.key(name);
  json_.begin_object();
  json_.member("min", scale->first);
  json_.member("max", scale->second);
  json_.end_object();
}

}  // namespace

std::string write_json(const Project& project) { return Writer().write(project); }

}  // namespace loopscope
