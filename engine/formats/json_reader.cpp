#include "formats/json_reader.h"

#include <algorithm>
#include <unordered_set>

#include "formats/json_parts.h"
#include "formats/read.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

constexpr size_t max_copied = 256 << 20;  // bytes of graphical functions that elements take over from their variable

class JsonReader : JsonValues {
 public:
  explicit JsonReader(std::vector<Diagnostic>& diagnostics) : JsonValues(diagnostics), diagnostics_(diagnostics) {}

  std::optional<Project> read(std::string_view text) {
    if (!file.parse(text, diagnostics_)) return {};
    project();
    dimensions_.settle();
    if (project_.models.empty()) {
      report(Code::no_model, "the file has neither models nor variables; there is nothing to simulate", file.root());
      return {};
    }
    choose_main_model(project_.models, "main", diagnostics_);
    if (!has_specs_ && project_.models[0].specs) project_.specs = *project_.models[0].specs;
    else if (!has_specs_) report(Code::missing_sim_specs, "the file has no simSpecs; add them with startTime, endTime and dt", file.root());
    project_.source = text;
    return std::move(project_);
  }

 private:
  void project();
  void xml(const Value& object, std::string* attributes, std::string* header, std::string* among, std::string* rest);
  SimSpecs specs(const Value& object);
  std::optional<double> time_step(const Value& value);
  void model(const Value& object);
  void macro(const Value& object, Model&& model, Macro&& macro);

  // The variables of a model, and by index where each belongs among them: what does not say so stays behind the others.
  struct Variables {
    std::unordered_set<std::string> ids;
    std::vector<Variable> list;
    std::vector<std::pair<double, size_t>> order;
  };
  void variable(const Value& object, VariableKind kind, Variables& out);
  bool variable_field(const std::string& name, const Value& value, Variable& variable, Definition& whole, std::vector<Definition>& elements);
  void compat(const Value& object, Variable* variable, Definition& definition);
  void arrayed(const Value& object, Variable& variable, Definition& whole, std::vector<Definition>& elements);
  void element(const Value& object, const std::string& variable, std::vector<Definition>& elements);
  void connection(const Value& object, Variable& variable);
  GraphicalFunction graphical_function(const Value& object);
  void point(const Value& value, GraphicalFunction& table);
  std::optional<std::pair<double, double>> scale(const Value& object);

  std::vector<Diagnostic>& diagnostics_;
  Project project_;
  JsonDimensions dimensions_{*this, project_.dimensions};
  std::unordered_set<std::string> models_, macros_;
  bool has_specs_ = false, has_elements_ = false;
  size_t copied_ = 0;
};

void JsonReader::project() {
  const Value* flat = nullptr;
  fields(file.root(), &project_.others, [&](const std::string& name, const Value& value) {
    if (name == "name") project_.name = text(value);
    else if (name == "simSpecs" || name == "specs") project_.specs = specs(value), has_specs_ = value.kind == Kind::Object;
    else if (name == "dimensions") items(value, [&](const Value& item) { dimensions_.read(item); });
    else if (name == "models") items(value, [&](const Value& item) { model(item); });
    else if (name == "variables") flat = &value;
    else if (name == "sketch") project_.sketch = text(value);
    else if (name == "settings") project_.settings = text(value);
    else if (name == "vensimMade") project_.vensim_made = flag(value);
    else if (name == "dialect") project_.dialect = text(value) == "vensim" ? Dialect::Vensim : Dialect::Xmile;
    else if (name == "xml") xml(value, &project_.xml_attributes, &project_.header_xml, nullptr, &project_.xml);
    else return false;
    return true;
  });
  if (flat && project_.models.empty()) model(file.root());
}

// What an XMILE file had that the model has no place for.
void JsonReader::xml(const Value& object, std::string* attributes, std::string* header, std::string* among, std::string* rest) {
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    std::string* to = name == "attributes" ? attributes : name == "header" ? header : name == "among" ? among : name == "rest" ? rest : nullptr;
    if (to) *to = text(value);
    return to != nullptr;
  });
}

// --- simulation specs

SimSpecs JsonReader::specs(const Value& object) {
  SimSpecs specs;
  specs.span = file.span(object);
  std::optional<double> start, stop;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "startTime") start = number(value);
    else if (name == "endTime" || name == "stopTime") stop = number(value);
    else if (name == "dt") specs.dt = time_step(value).value_or(specs.dt);
    else if (name == "saveStep") specs.save_interval = number(value);
    else if (name == "timeUnits") specs.time_units = text(value);
    else if (name == "computed") fields(value, nullptr, [&](const std::string& control, const Value& equation) {
      auto found = std::find(std::begin(time_control_names), std::end(time_control_names), control);
      if (found != std::end(time_control_names)) specs.computed.push_back({TimeControl(found - time_control_names), source(equation)});
      return found != std::end(time_control_names);
    });
    else if (name == "method") {
      std::string word = fold_case(text(value));
      if (auto method = find_method(word)) specs.method = *method;
      else if (!word.empty()) report(Code::bad_sim_specs, "method \"" + word.substr(0, 60) + "\" is not known; use " + method_choices, value);
    } else return false;
    return true;
  });
  if (object.kind == Kind::Object && !start) report(Code::bad_sim_specs, path + " has no startTime", object);
  if (object.kind == Kind::Object && !stop) report(Code::bad_sim_specs, path + " has no endTime", object);
  specs.start = start.value_or(0);
  specs.stop = stop.value_or(0);
  return specs;
}

// A number, or its text, or "1/8".
std::optional<double> JsonReader::time_step(const Value& value) {
  if (value.kind != Kind::String) return number(value);
  std::string text = file.text(value).text;
  size_t slash = std::min(text.find('/'), text.size());
  auto step = parse_number(text.substr(0, slash));
  auto parts = slash < text.size() ? parse_number(text.substr(slash + 1)) : 1;
  if (step && parts && *parts != 0) return *step / *parts;
  report(Code::bad_number, "\"" + text.substr(0, 60) + "\" is not a number", value);
  return {};
}

// --- models

void JsonReader::model(const Value& object) {
  if (!is(object, Kind::Object)) return;
  Model next;
  Macro of;
  bool is_macro = false;
  Variables variables;
  // The name comes first, for the messages about what is in the model.
  for (const Value* key = file.begin(object); key != file.end(object) && &object != &file.root(); key = file.after(key + 1))
    if (key[1].kind == Kind::String && file.text(*key).text == "name") model_name = file.text(key[1]).text;
  next.name = model_name;
  next.id = canonical_name(next.name);
  next.span = file.span(object);
  auto each = [&](const Value& list, VariableKind kind) { items(list, [&](const Value& item) { variable(item, kind, variables); }); };
  auto field = [&](const std::string& name, const Value& value) {
    if (name == "variables") each(value, VariableKind::Auxiliary);
    else if (&object == &file.root()) return true;  // the project's
    else if (name == "name") text(value);
    else if (name == "stocks") each(value, VariableKind::Stock);
    else if (name == "flows") each(value, VariableKind::Flow);
    else if (name == "auxiliaries") each(value, VariableKind::Auxiliary);
    else if (name == "modules") each(value, VariableKind::Module);
    else if (name == "simSpecs") {
      if (value.kind != Kind::Null) next.specs = specs(value);
    } else if (name == "xml") xml(value, nullptr, nullptr, &next.variables_xml, &next.xml);
    else if (name == "macroSpec") {
      is_macro = value.kind == Kind::Object;
      if (value.kind == Kind::Null) return true;
      SourceText output;
      fields(value, nullptr, [&](const std::string& part, const Value& what) {
        if (part == "parameters") of.parameters = texts(what);
        else if (part == "primaryOutput") output = source(what);
        else if (part == "equation") of.equation = source(what);
        else return false;
        return true;
      });
      if (!of.equation.present()) of.equation = std::move(output);
    } else return false;
    return true;
  };
  fields(object, &next.others, field);
  std::make_heap(variables.order.begin(), variables.order.end());
  std::sort_heap(variables.order.begin(), variables.order.end());
  for (auto [order, index] : variables.order) next.variables.push_back(std::move(variables.list[index]));
  if (is_macro) macro(object, std::move(next), std::move(of));
  else if (models_.insert(next.id).second) project_.models.push_back(std::move(next));
  else report(Code::duplicate_name, "there are two models of the name " + next.name + "; rename one", object);
  model_name.clear();
}

void JsonReader::macro(const Value& object, Model&& model, Macro&& macro) {
  macro.name = std::move(model.name);
  macro.id = std::move(model.id);
  macro.variables = std::move(model.variables);
  macro.variables_xml = std::move(model.variables_xml);
  macro.xml = std::move(model.xml);
  macro.others = std::move(model.others);
  macro.span = model.span;
  if (macros_.insert(macro.id).second) project_.macros.push_back(std::move(macro));
  else report(Code::duplicate_name, "there are two macros of the name " + macro.name + "; rename one", object);
}

// --- variables

void JsonReader::variable(const Value& object, VariableKind kind, Variables& out) {
  if (!is(object, Kind::Object)) return;
  Variable next;
  double order = 1e300;
  next.kind = kind;
  next.span = file.span(object);
  Definition whole;
  std::vector<Definition> elements;
  has_elements_ = false;
  fields(object, &next.others, [&](const std::string& name, const Value& value) {
    if (name == "order") order = number(value).value_or(order);
    else return variable_field(name, value, next, whole, elements);
    return true;
  });
  next.id = canonical_name(next.name);
  if (next.id.empty()) return report(Code::missing_name, path + " has no name", object);
  if (!out.ids.insert(next.id).second) return report(Code::duplicate_name, "there is another variable of this name; rename one of them", object, next.name);
  if (next.kind == VariableKind::Module) {
    if (next.model_name.empty()) next.model_name = next.name;
  } else if (!has_elements_ || whole.equation.present()) {
    next.definitions.push_back(std::move(whole));
  } else if (whole.table) {
    // Without an equation for the rest, what stands beside the elements is theirs.
    copied_ += elements.size() * 16 * whole.table->x.size();
    if (copied_ > max_copied) return report(Code::input_too_large, "the elements of arrays take more than 256 MiB", object, next.name);
    for (Definition& element : elements)
      if (!element.table) element.table = whole.table;
  }
  std::move(elements.begin(), elements.end(), std::back_inserter(next.definitions));
  settle_kind(next);
  out.order.emplace_back(order, out.list.size());
  out.list.push_back(std::move(next));
}

bool JsonReader::variable_field(const std::string& name, const Value& value, Variable& variable, Definition& whole, std::vector<Definition>& elements) {
  struct KindName {
    std::string_view name;
    VariableKind kind;
  };
  constexpr KindName kinds[] = {{"stock", VariableKind::Stock},         {"flow", VariableKind::Flow},     {"variable", VariableKind::Auxiliary},
                                {"auxiliary", VariableKind::Auxiliary}, {"aux", VariableKind::Auxiliary}, {"table", VariableKind::Table},
                                {"module", VariableKind::Module}};
  if (name == "name") {
    variable.name = text(value);
    variable.span = file.span(value);
  } else if (name == "type") {
    std::string type = text(value);
    auto found = std::find_if(std::begin(kinds), std::end(kinds), [&](const KindName& k) { return k.name == type; });
    if (found != std::end(kinds)) variable.kind = found->kind;
    else if (value.kind == Kind::String) report(Code::json_field, path + " must be stock, flow, variable, table or module", value);
  } else if (name == "equation" || name == "initialEquation") whole.equation = source(value);
  else if (name == "units") variable.units = text(value);
  else if (name == "range") variable.range = text(value);
  else if (name == "group") variable.group = text(value);
  else if (name == "documentation") variable.documentation = text(value);
  else if (name == "inflows") variable.inflows = sources(value);
  else if (name == "outflows") variable.outflows = sources(value);
  else if (name == "nonNegative") variable.non_negative = flag(value);
  else if (name == "compat") compat(value, &variable, whole);
  else if (name == "arrayedEquation") arrayed(value, variable, whole, elements);
  else if (name == "modelName") variable.model_name = text(value);
  else if (name == "references") items(value, [&](const Value& item) { connection(item, variable); });
  else if (name == "unsupported") variable.unsupported = texts(value);
  else if (name == "xml") xml(value, &variable.xml_attributes, nullptr, nullptr, &variable.xml);
  else if (name == "graphicalFunction") {
    if (value.kind != Kind::Null) whole.table = graphical_function(value);
  } else return false;
  return true;
}

// `variable` is null for an element.
void JsonReader::compat(const Value& object, Variable* variable, Definition& definition) {
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "activeInitial") definition.initial = source(value);
    else if (name == "nonNegative" && variable) variable->non_negative = flag(value);
    else if (name == "netFlow") definition.net_flow = source(value);
    else if (name == "except") items(value, [&](const Value& item) { definition.except.push_back(split_subscripts(text(item))); });
    else if (name == "dataRule") {
      std::string word = text(value);
      auto found = std::find(std::begin(data_rule_names), std::end(data_rule_names), word);
      if (found != std::end(data_rule_names)) definition.data_rule = DataRule(found - data_rule_names);
      else report(Code::json_field, path + " must be interpolate, lookForward, holdBackward or raw", value);
    } else if (name == "dataSource") {
      if (value.kind != Kind::Null) report(Code::ignored_element, "data is not imported from files; the values in the equations are used", value);
    } else return false;
    return true;
  });
}

void JsonReader::arrayed(const Value& object, Variable& variable, Definition& whole, std::vector<Definition>& elements) {
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "dimensions") variable.dimensions = texts(value);
    else if (name == "equation") whole.equation = source(value);
    else if (name == "compat") compat(value, &variable, whole);
    else if (name == "elements") {
      has_elements_ = value.kind == Kind::Array;
      items(value, [&](const Value& item) { element(item, variable.name, elements); });
    } else return false;
    return true;
  });
}

void JsonReader::element(const Value& object, const std::string& variable, std::vector<Definition>& elements) {
  Definition next;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "subscript") next.subscripts = split_subscripts(text(value));
    else if (name == "equation") next.equation = source(value);
    else if (name == "compat") compat(value, nullptr, next);
    else if (name == "graphicalFunction") {
      if (value.kind != Kind::Null) next.table = graphical_function(value);
    } else return false;
    return true;
  });
  if (next.subscripts.size() > max_subscripts) return report(Code::input_too_large, path + ".subscript has more than 64 parts", object, variable);
  if (next.subscripts.empty()) {
    if (object.kind == Kind::Object) report(Code::missing_name, path + " has no subscript", object, variable);
    return;
  }
  elements.push_back(std::move(next));
}

void JsonReader::connection(const Value& object, Variable& variable) {
  SourceText to, from;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "dst") to = source(value);
    else if (name == "src") from = source(value);
    else return false;
    return true;
  });
  if (object.kind != Kind::Object) return;
  if (to.text.empty() || from.text.empty()) report(Code::missing_name, path + " needs both src and dst", object, variable.name);
  else variable.connections.emplace_back(std::move(to), std::move(from));
}

// --- graphical functions

GraphicalFunction JsonReader::graphical_function(const Value& object) {
  GraphicalFunction table;
  table.span = file.span(object);
  bool paired = false;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "points") {
      paired = file.begin(value) != file.end(value);
      items(value, [&](const Value& item) { point(item, table); });
    } else if (name == "yPoints") {
      items(value, [&](const Value& item) {
        if (auto y = number(item)) table.y.push_back(*y);
      });
    } else if (name == "kind") {
      std::string word = text(value);
      if (auto kind = find_table_kind(word)) table.kind = *kind;
      else if (!word.empty()) report(Code::bad_graphical_function, path + " must be continuous, extrapolate or discrete", value);
    } else if (name == "xScale") table.x_scale = scale(value);
    else if (name == "yScale") table.y_scale = scale(value);
    else return false;
    return true;
  });
  if (object.kind != Kind::Object) return table;
  size_t count = table.y.size();
  auto bad = [&](const char* message) { report(Code::bad_graphical_function, path + message, object); };
  if (!count) bad(": the graphical function has no points");
  else if (paired && table.x.size() != count) bad(": give either points or yPoints");
  else if (!paired && !table.x_scale) bad(": yPoints need an xScale with min and max");
  else if (!paired && count > 1 && !(table.x_scale->first < table.x_scale->second)) bad(": the min of xScale must be less than its max");
  else if (!std::is_sorted(table.x.begin(), table.x.end())) bad(": the x values must not decrease");
  else if (count == 1 && table.kind == TableKind::Extrapolate) bad(": a graphical function that extrapolates needs two points");
  if (!paired) table.x = spread_points(table.x_scale.value_or(std::pair(0.0, 1.0)), count);
  table.y.resize(std::min(table.x.size(), count));
  table.x.resize(table.y.size());
  return table;
}

// [x, y], or {"x": x, "y": y}.
void JsonReader::point(const Value& value, GraphicalFunction& table) {
  double xy[2] = {0, 0};
  size_t count = 0;
  auto take = [&](size_t axis, const Value& item) {
    auto n = number(item);
    if (n && axis < 2) xy[axis] = *n, count++;
  };
  if (value.kind == Kind::Object) {
    fields(value, nullptr, [&](const std::string& name, const Value& item) { return (name == "x" || name == "y") && (take(name == "y", item), true); });
  } else {
    size_t axis = 0;
    items(value, [&](const Value& item) { take(axis++, item); });
    if (axis > 2) count = axis;
  }
  if (count != 2) return report(Code::json_field, path + " must be two numbers, x and y", value);
  table.x.push_back(xy[0]);
  table.y.push_back(xy[1]);
}

std::optional<std::pair<double, double>> JsonReader::scale(const Value& object) {
  std::optional<double> min, max;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "min") min = number(value);
    else if (name == "max") max = number(value);
    else return false;
    return true;
  });
  if (!min || !max) return {};
  return std::pair(*min, *max);
}

}  // namespace

std::optional<Project> read_json(std::string_view text, std::vector<Diagnostic>& diagnostics) { return JsonReader(diagnostics).read(text); }

}  // namespace loopscope
