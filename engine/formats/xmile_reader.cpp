#include "formats/xmile_reader.h"

#include <algorithm>

#include "formats/read.h"
#include "formats/xmile_parts.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

std::optional<VariableKind> variable_kind(std::string_view tag) {
  auto found = std::find(std::begin(xmile_tags), std::end(xmile_tags), tag);
  return found == std::end(xmile_tags) ? std::nullopt : std::optional(VariableKind(found - xmile_tags));
}

// "Runge-Kutta 4" -> "rungekutta4"
std::string letters_and_digits(std::string_view text) {
  std::string out;
  for (char c : fold_case(text))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  return out;
}

// The value of an element, or of the attribute of that name if there is no such element.
SourceText child_or_attribute(const XmlFile& file, pugi::xml_node node, const char* name) {
  pugi::xml_node child = file.child(node, name);
  return child ? file.text(child) : file.text(node.attribute(name));
}

}  // namespace

bool is_on(std::string_view text) {
  std::string word = letters_and_digits(text);
  return word != "false" && word != "0" && word != "no" && word != "off";
}

bool is_one_of(std::string_view tag, std::initializer_list<std::string_view> tags) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::optional<Project> read_xmile(std::string_view text, std::vector<Diagnostic>& diagnostics) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return XmileReader(diagnostics).read(text);
}

std::optional<Project> XmileReader::read(std::string_view text) {
  if (!file_.parse(text, diagnostics_)) return {};
  pugi::xml_node root = file_.root();
  if (file_.tag(root) != "xmile") {
    report(Code::unknown_format, "the root element is <" + std::string(file_.tag(root)) + ">; an XMILE file has <xmile>", file_.span(root));
    return {};
  }
  read_file_level(root);
  read_models(root);
  if (project_.models.empty()) {
    report(Code::no_model, "the file has no <model>; there is nothing to simulate", file_.span(root));
    return {};
  }
  choose_main_model(project_.models, canonical_name(project_.name), diagnostics_);
  choose_specs(root);
  project_.source = text;
  return std::move(project_);
}

// Everything that models lean on, wherever it stands in the file.
void XmileReader::read_file_level(pugi::xml_node root) {
  project_.xml_attributes = attributes(root, {"version", "xmlns"});
  if (size_t at = project_.xml_attributes.find(isee_namespace); at != std::string::npos) project_.xml_attributes.erase(at, isee_namespace.size());
  for (pugi::xml_node node : root.children()) {
    if (node.type() != pugi::node_element) continue;
    std::string_view tag = file_.tag(node);
    if (tag == "header") {
      if (pugi::xml_node name = file_.child(node, "name")) project_.name = file_.text(name).text;
      for (pugi::xml_node child : node.children())
        if (child.type() == pugi::node_element && file_.tag(child) != "name") keep(child, project_.header_xml);
      for (const char* part : {"vendor", "product"})
        if (pugi::xml_node maker = file_.child(node, part)) {
          std::string text = fold_case(file_.text(maker).text);
          if (text.find("ventana") != std::string::npos || text.find("vensim") != std::string::npos) project_.vensim_made = true;
        }
    } else if (tag == "dimensions") {
      read_dimensions(node);
    } else if (tag == "behavior") {
      file_behavior_ = behavior(node);
    } else if (!is_one_of(tag, {"model", "macro", "sim_specs"})) {
      keep(node, project_.xml);
      pugi::xml_node import = tag == "data" ? file_.child(node, "import") : pugi::xml_node();
      if (import)
        report(Code::ignored_element, "data is not imported from files; the values in the equations are used", file_.span(import));
      else if (!is_vendor(node) && !is_one_of(tag, {"data", "options", "style", "prefs", "model_units", "default_format", "equation_prefs",
                                                    "ai_information", "number_format", "uses_outputs"}))
        ignore(node);
    }
  }
}

void XmileReader::read_models(pugi::xml_node root) {
  std::unordered_set<std::string> models, macros;
  for (pugi::xml_node node : root.children()) {
    std::string_view tag = file_.tag(node);
    if (tag == "model") {
      Model next = model(node);
      if (models.insert(next.id).second) project_.models.push_back(std::move(next));
      else if (next.id.empty()) report(Code::missing_name, "only the main model can go without a name; name the others", next.span);
      else report(Code::duplicate_name, "there are two models of the name " + next.name + "; rename one", next.span);
    } else if (tag == "macro") {
      Macro next = macro(node);
      if (next.id.empty()) continue;
      if (macros.insert(next.id).second) project_.macros.push_back(std::move(next));
      else report(Code::duplicate_name, "there are two macros of the name " + next.name + "; rename one", next.span);
    }
  }
}

void XmileReader::choose_specs(pugi::xml_node root) {
  if (pugi::xml_node own = file_.child(root, "sim_specs")) {
    project_.specs = sim_specs(own);
  } else if (project_.models[0].specs) {
    project_.specs = *project_.models[0].specs;
  } else {
    report(Code::missing_sim_specs, "the file has no <sim_specs>; add one with <start>, <stop> and <dt>", file_.span(root));
  }
}

Model XmileReader::model(pugi::xml_node node) {
  Model model;
  model.name = file_.text(node.attribute("name")).text;
  model.id = canonical_name(model.name);
  model.span = node.attribute("name") ? file_.span(node.attribute("name")) : file_.span(node);
  model_name_ = model.name;
  model_behavior_ = {};
  for (pugi::xml_node child : node.children()) {
    std::string_view tag = file_.tag(child);
    if (tag == "behavior") model_behavior_ = behavior(child);
    else if (tag == "sim_specs") model.specs = sim_specs(child);
    else if (tag == "dimensions") read_dimensions(child);
  }
  std::unordered_set<std::string> ids;
  read_variables(node, ids, model);
  model_name_.clear();
  return model;
}

Macro XmileReader::macro(pugi::xml_node node) {
  Macro macro;
  Names names = this->names(node, "macro");
  macro.name = names.name;
  macro.id = names.id;
  macro.span = names.span;
  model_behavior_ = {};
  for (pugi::xml_node child : node.children()) {
    std::string_view tag = file_.tag(child);
    if (tag == "parm") macro.parameters.push_back(file_.text(child).text);
    else if (tag == "eqn") macro.equation = file_.text(child);
  }
  std::unordered_set<std::string> ids;
  read_variables(node, ids, macro);
  return macro;
}

// Variables stand in <variables>, or in the model itself as Stella wrote them before XMILE 1.0.
template <class Body>
void XmileReader::read_variables(pugi::xml_node parent, std::unordered_set<std::string>& ids, Body& body) {
  const bool among = file_.tag(parent) == "variables";
  for (pugi::xml_node node : parent.children()) {
    if (node.type() != pugi::node_element) continue;
    std::string_view tag = file_.tag(node);
    if (auto kind = variable_kind(tag)) {
      Variable next = variable(node, *kind);
      if (next.id.empty()) continue;  // reported
      if (ids.insert(next.id).second) body.variables.push_back(std::move(next));
      else report(Code::duplicate_name, "there is another variable of this name; rename one of them", next.span, next.name);
    } else if (tag == "variables" && !among) {
      read_variables(node, ids, body);
    } else if (!is_one_of(tag, {"parm", "eqn", "sim_specs", "behavior", "dimensions"})) {
      keep(node, among ? body.variables_xml : body.xml);
      if (!is_vendor(node) && !is_one_of(tag, {"group", "groups", "views", "view", "display", "interface", "style", "doc", "format",
                                               "prefs", "options", "equation_prefs"}))
        ignore(node);
    }
  }
}

// --- simulation specs

SimSpecs XmileReader::sim_specs(pugi::xml_node node) {
  SimSpecs specs;
  specs.span = file_.span(node);
  if (auto start = time_value(node, "start")) specs.start = *start;
  if (auto stop = time_value(node, "stop")) specs.stop = *stop;
  if (auto dt = time_value(node, "dt")) specs.dt = is_on(file_.child(node, "dt").attribute("reciprocal").as_string("false")) ? 1 / *dt : *dt;
  specs.save_interval = save_interval(node);
  SourceText method_text = child_or_attribute(file_, node, "method");
  specs.method = method(method_text.text, method_text.span);
  specs.time_units = child_or_attribute(file_, node, "time_units").text;
  return specs;
}

std::optional<double> XmileReader::time_value(pugi::xml_node specs, const char* name) {
  SourceText text = child_or_attribute(file_, specs, name);
  if (text.present()) return number(text, {});
  if (std::string_view(name) != "dt")  // XMILE: dt is 1 unless given
    report(Code::bad_sim_specs, "<sim_specs> has no <" + std::string(name) + ">", file_.span(specs));
  return {};
}

// XMILE 1.0 has none: isee:save_interval is what tools write, the others are met as elements and as attributes.
std::optional<double> XmileReader::save_interval(pugi::xml_node specs) {
  auto is_save = [](std::string_view name) {
    if (size_t colon = name.find(':'); colon != name.npos) name.remove_prefix(colon + 1);
    return is_one_of(letters_and_digits(name), {"saveinterval", "savestep", "saveper"});
  };
  for (pugi::xml_node node : specs.children())
    if (is_save(node.name())) return number(file_.text(node), {});
  for (pugi::xml_attribute attribute : specs.attributes())
    if (is_save(attribute.name())) return number(file_.text(attribute), {});
  return {};
}

// A list such as "gear, rk4" names fallbacks: the first that the engine has is used.
Method XmileReader::method(std::string_view text, const Span& span) {
  bool adaptive = false;
  for (std::string_view rest = text; !rest.empty();) {
    size_t comma = std::min(rest.find(','), rest.size());
    std::string word = letters_and_digits(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (auto method = find_method(word)) return *method;
    if (is_one_of(word, {"", "eulers", "eulersmethod", "eulermethod"})) return Method::Euler;
    if (is_one_of(word, {"rungekutta2", "2ndorderrungekutta"})) return Method::Rk2;
    if (is_one_of(word, {"rungekutta4", "rungekutta", "4thorderrungekutta"})) return Method::Rk4;
    if (is_one_of(word, {"rk45", "rungekutta45", "gear"})) adaptive = true;
  }
  std::string name(text.substr(0, 60));
  if (adaptive) {
    report(Code::adjusted_sim_specs, "method \"" + name + "\" changes its step as it goes; rk4 with the fixed dt is used", span);
    return Method::Rk4;
  }
  if (!text.empty()) report(Code::bad_sim_specs, "method \"" + name + "\" is not known; use " + method_choices, span);
  return Method::Euler;
}

// --- dimensions and behavior

void XmileReader::read_dimensions(pugi::xml_node node) {
  for (pugi::xml_node child : node.children()) {
    if (file_.tag(child) != "dim") continue;
    DimensionDeclaration next = dimension(child);
    if (next.id.empty()) continue;
    if (dimension_of_id_.emplace(next.id, project_.dimensions.size()).second) project_.dimensions.push_back(std::move(next));
    else report(Code::duplicate_name, "there are two dimensions of the name " + next.name + "; rename one", next.span);
  }
}

DimensionDeclaration XmileReader::dimension(pugi::xml_node node) {
  DimensionDeclaration dimension;
  Names names = this->names(node, "dimension");
  dimension.name = names.name;
  dimension.id = names.id;
  dimension.span = names.span;
  std::unordered_set<std::string> ids;
  for (pugi::xml_node child : node.children()) {
    std::string_view tag = file_.tag(child);
    if (tag == "isee:maps_to") dimension.maps_to.push_back({file_.text(child).text, {}});
    if (tag == "loopscope:maps_to")  // our own: element by element, which Stella's has no place for
      dimension.maps_to.push_back({file_.text(child.attribute("dimension")).text, split_subscripts(file_.text(child.attribute("elements")).text, std::string::npos)});
    if (tag != "elem") continue;
    Names element = this->names(child, "element of a dimension");
    if (element.id.empty()) continue;
    if (ids.insert(element.id).second) dimension.elements.push_back(element.name);
    else report(Code::duplicate_name, "dimension " + dimension.name + " has two elements of the name " + element.name, element.span);
  }
  dimension.size = uint32_t(dimension.elements.size());
  if (dimension.size) return dimension;
  SourceText size = file_.text(node.attribute("size"));
  if (!size.present()) {
    report(Code::bad_number, "dimension " + dimension.name + " has neither elements nor a size", dimension.span);
  } else if (auto value = number(size, {})) {
    if (*value >= 1 && *value <= UINT32_MAX && *value == double(uint32_t(*value))) dimension.size = uint32_t(*value);
    else report(Code::bad_number, "the size of dimension " + dimension.name + " must be a whole number from 1", size.span);
  }
  return dimension;
}

XmileReader::Behavior XmileReader::behavior(pugi::xml_node node) {
  Behavior behavior;
  auto flag = [&](pugi::xml_node parent, std::optional<bool>& value) {
    if (pugi::xml_node child = file_.child(parent, "non_negative")) value = is_on(file_.text(child).text);
  };
  flag(node, behavior.all);
  flag(file_.child(node, "stock"), behavior.stock);
  flag(file_.child(node, "flow"), behavior.flow);
  return behavior;
}

// --- shared

XmileReader::Names XmileReader::names(pugi::xml_node node, const char* what) {
  Names names;
  pugi::xml_attribute attribute = node.attribute("name");
  SourceText text = file_.text(attribute);
  names.name = text.text;
  names.id = canonical_name(names.name);
  names.span = attribute ? text.span : file_.span(node);
  if (names.id.empty()) report(Code::missing_name, std::string("a ") + what + " has no name; give it a name attribute", names.span);
  return names;
}

std::optional<double> XmileReader::number(const SourceText& text, const std::string& variable) {
  auto value = parse_number(text.text);
  if (!value) report(Code::bad_number, "\"" + text.text.substr(0, 60) + "\" is not a number", text.span, variable);
  return value;
}

void XmileReader::report(Code code, std::string message, const Span& span, const std::string& variable) {
  Diagnostic diagnostic = diagnose(code, std::move(message), span, variable);
  diagnostic.model = model_name_;
  reports_.add(std::move(diagnostic));
}

std::string XmileReader::attributes(pugi::xml_node node, std::initializer_list<std::string_view> but) const {
  std::string out;
  for (pugi::xml_attribute attribute : node.attributes())
    if (!is_one_of(attribute.name(), but))
      out += std::string(" ") + attribute.name() + "=\"" + xml_escaped(file_.text(attribute).text, true) + '"';
  return out;
}

void XmileReader::ignore(pugi::xml_node node) {
  if (ignored_tags_.size() < max_reports && ignored_tags_.insert(node.name()).second)
    report(Code::ignored_element, "<" + std::string(node.name()).substr(0, 60) + "> is not known and is left out", file_.span(node));
}

}  // namespace loopscope
