#include "formats/json_reader.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "formats/json_file.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

using Kind = JsonFile::Kind;
using Value = JsonFile::Value;

constexpr size_t max_copied = 256 << 20;  // bytes of graphical functions that elements take over from their variable

// Fields that other tools write and nothing here needs.
constexpr std::string_view unused_fields[] = {
    "views", "loopMetadata", "loop_metadata", "relationships", "groups", "units", "source", "uid", "canBeModuleInput", "isPublic",
    "additionalOutputs", "hasExceptDefault",
};

class JsonReader {
 public:
  explicit JsonReader(std::vector<Diagnostic>& diagnostics) : diagnostics_(diagnostics), reports_(diagnostics) {}

  std::optional<Project> read(std::string_view text) {
    if (!file_.parse(text, diagnostics_)) return {};
    project();
    for (const ElementMap& map : element_maps_) element_map(map);
    if (project_.models.empty()) {
      report(Code::no_model, "the file has neither models nor variables; there is nothing to simulate", file_.root());
      return {};
    }
    choose_main_model();
    project_.source = text;
    return std::move(project_);
  }

 private:
  // A part of the path to a value, for messages: a field, or an index of an array.
  class Step {
   public:
    Step(std::string& path, std::string_view field) : path_(path), size_(path.size()) {
      path += (path.empty() ? "" : ".") + std::string(field.substr(0, 60));
    }
    Step(std::string& path, size_t index) : path_(path), size_(path.size()) { path += "[" + std::to_string(index) + "]"; }
    ~Step() { path_.resize(size_); }

   private:
    std::string& path_;
    size_t size_;
  };

  void report(Code code, std::string message, const Value& at, const std::string& variable = {}) {
    Diagnostic diagnostic = diagnose(code, std::move(message), file_.span(at), variable);
    diagnostic.model = model_name_;
    reports_.add(std::move(diagnostic));
  }
  // False, and says so, unless the value is of this kind. null is as good as nothing.
  bool is(const Value& value, Kind kind) {
    if (value.kind == kind) return true;
    if (value.kind != Kind::Null)
      report(Code::json_field, (path_.empty() ? "the file" : path_) + " must be " + (kind == Kind::True ? "true or false" : JsonFile::kind_name(kind)) +
                                   ", not " + JsonFile::kind_name(value.kind), value);
    return false;
  }
  SourceText source(const Value& value) { return is(value, Kind::String) ? file_.text(value) : SourceText(); }
  std::string text(const Value& value) { return source(value).text; }
  std::optional<double> number(const Value& value) {
    if (!is(value, Kind::Number)) return {};
    auto number = file_.number(value);
    if (!number) report(Code::bad_number, path_ + " is too large for a number", value);
    return number;
  }
  bool flag(const Value& value) {
    if (value.kind == Kind::True) return true;
    if (value.kind != Kind::False) is(value, Kind::True);
    return false;
  }
  std::vector<SourceText> sources(const Value& value) {
    std::vector<SourceText> out;
    items(value, [&](const Value& item) { out.push_back(source(item)); });
    return out;
  }
  std::vector<std::string> texts(const Value& value) {
    std::vector<std::string> out;
    items(value, [&](const Value& item) { out.push_back(text(item)); });
    return out;
  }

  template <class Use>
  void items(const Value& array, Use&& use) {
    if (!is(array, Kind::Array)) return;
    size_t index = 0;
    for (const Value* item = file_.begin(array); item != file_.end(array); item = file_.after(item)) {
      Step step(path_, index++);
      use(*item);
    }
  }

  // Calls use(name, value) for each field; those it gives false for are kept in `others`, and noted where no tool is known to write them.
  template <class Use>
  void fields(const Value& object, OtherMembers* others, Use&& use) {
    if (!is(object, Kind::Object)) return;
    for (const Value* key = file_.begin(object); key != file_.end(object); key = file_.after(key + 1)) {
      std::string name = file_.text(*key).text;
      Step step(path_, name);
      if (use(name, key[1])) continue;
      if (others) others->emplace_back(name, file_.raw(key[1]));
      bool known = std::find(std::begin(unused_fields), std::end(unused_fields), name) != std::end(unused_fields);
      if (!known && noted_.size() < max_reports && noted_.insert(name).second) report(Code::ignored_element, path_ + " is not known and is left out", *key);
    }
  }

  void project();
  void xml(const Value& object, std::string* attributes, std::string* header, std::string* among, std::string* rest);
  SimSpecs specs(const Value& object);
  std::optional<double> time_step(const Value& value);
  void dimension(const Value& object);
  // Of a dimension's mapping: pairs of elements.
  struct ElementMap {
    const Value* at;
    size_t dimension, mapping;
    std::vector<std::pair<std::string, std::string>> pairs;
  };
  void mapping(const Value& object, DimensionDeclaration& dimension, std::vector<ElementMap>& maps);
  void element_map(const ElementMap& map);
  void model(const Value& object);
  void macro(Model&& model, Macro&& macro);
  void choose_main_model();

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
  LimitedReports reports_;
  JsonFile file_;
  Project project_;
  std::vector<ElementMap> element_maps_;
  std::string path_, model_name_;
  std::unordered_set<std::string> noted_, models_, macros_, dimensions_;
  bool has_specs_ = false, has_elements_ = false;
  size_t copied_ = 0;
};

void JsonReader::project() {
  const Value* flat = nullptr;
  fields(file_.root(), &project_.others, [&](const std::string& name, const Value& value) {
    if (name == "name") project_.name = text(value);
    else if (name == "simSpecs" || name == "specs") project_.specs = specs(value), has_specs_ = value.kind == Kind::Object;
    else if (name == "dimensions") items(value, [&](const Value& item) { dimension(item); });
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
  if (flat && project_.models.empty()) model(file_.root());
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
  specs.span = file_.span(object);
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
  if (object.kind == Kind::Object && !start) report(Code::bad_sim_specs, path_ + " has no startTime", object);
  if (object.kind == Kind::Object && !stop) report(Code::bad_sim_specs, path_ + " has no endTime", object);
  specs.start = start.value_or(0);
  specs.stop = stop.value_or(0);
  return specs;
}

// A number, or its text, or "1/8".
std::optional<double> JsonReader::time_step(const Value& value) {
  if (value.kind != Kind::String) return number(value);
  std::string text = file_.text(value).text;
  size_t slash = std::min(text.find('/'), text.size());
  auto step = parse_number(text.substr(0, slash));
  auto parts = slash < text.size() ? parse_number(text.substr(slash + 1)) : 1;
  if (step && parts && *parts != 0) return *step / *parts;
  report(Code::bad_number, "\"" + text.substr(0, 60) + "\" is not a number", value);
  return {};
}

// --- dimensions

void JsonReader::dimension(const Value& object) {
  DimensionDeclaration next;
  std::vector<ElementMap> maps;
  std::unordered_set<std::string> ids;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "name") {
      next.name = text(value);
      next.span = file_.span(value);
    } else if (name == "elements") {
      items(value, [&](const Value& item) {
        std::string element = text(item);
        if (!ids.insert(canonical_name(element)).second) return report(Code::duplicate_name, path_ + ": there is another element of the name " + element, item);
        next.elements.push_back(std::move(element));
      });
    } else if (name == "size") {
      double size = number(value).value_or(0);
      if (size >= 0 && size <= UINT32_MAX && size == double(uint32_t(size))) next.size = uint32_t(size);
      else report(Code::bad_number, path_ + " must be a whole number", value);
    } else if (name == "external") {
      next.external = source(value);
    } else if (name == "mapsTo") {
      if (value.kind != Kind::Null) next.maps_to.push_back({text(value), {}});
    } else if (name == "mappings") {
      items(value, [&](const Value& item) { mapping(item, next, maps); });
    } else return false;
    return true;
  });
  if (object.kind != Kind::Object) return;
  next.id = canonical_name(next.name);
  if (!next.elements.empty()) next.size = uint32_t(next.elements.size());
  if (next.id.empty()) return report(Code::missing_name, path_ + " has no name", object);
  if (!next.size && !next.external.present()) report(Code::bad_number, "dimension " + next.name + " has neither elements nor a size", object);
  if (!dimensions_.insert(next.id).second) return report(Code::duplicate_name, "there are two dimensions of the name " + next.name + "; rename one", object);
  project_.dimensions.push_back(std::move(next));
  for (ElementMap& map : maps) element_maps_.push_back(std::move(map));
}

void JsonReader::mapping(const Value& object, DimensionDeclaration& dimension, std::vector<ElementMap>& maps) {
  DimensionMapping next;
  ElementMap map{&object, project_.dimensions.size(), dimension.maps_to.size(), {}};  // which it is, if it is kept
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "target") next.to = text(value);
    else if (name == "elements") next.elements = texts(value);
    else if (name == "elementMap") {
      items(value, [&](const Value& item) {
        map.pairs.emplace_back();
        fields(item, nullptr, [&](const std::string& side, const Value& element) {
          if (side == "source") map.pairs.back().first = text(element);
          else if (side == "target") map.pairs.back().second = text(element);
          else return false;
          return true;
        });
      });
    } else return false;
    return true;
  });
  if (object.kind != Kind::Object) return;
  dimension.maps_to.push_back(std::move(next));
  if (!map.pairs.empty()) maps.push_back(std::move(map));
}

// What each element maps to, when all dimensions are known: several elements are the dimension that holds just these.
void JsonReader::element_map(const ElementMap& map) {
  constexpr uint32_t longest = 1'000'000;
  if (project_.dimensions[map.dimension].size > longest) return;  // said when it is compiled
  const DimensionDeclaration& d = project_.dimensions[map.dimension];
  std::unordered_map<std::string, std::vector<std::string>> targets;
  for (const auto& [from, to] : map.pairs) targets[canonical_name(from)].push_back(to);
  std::vector<std::string> elements;
  size_t found = 0;
  for (uint32_t i = 0; i < d.size; i++) {
    auto of = targets.find(d.elements.empty() ? std::to_string(i + 1) : canonical_name(d.elements[i]));
    elements.emplace_back();
    if (of == targets.end()) continue;
    found++;
    if (of->second.size() == 1) elements.back() = of->second[0];
    for (const DimensionDeclaration& part : project_.dimensions)
      if (elements.back().empty() && std::equal(part.elements.begin(), part.elements.end(), of->second.begin(), of->second.end(),
                                                [](const std::string& a, const std::string& b) { return canonical_name(a) == canonical_name(b); }))
        elements.back() = part.name;
    if (elements.back().empty())
      report(Code::unsupported_feature, "the element " + of->first + " of " + d.name + " maps to several elements; define a dimension of just these", *map.at);
  }
  if (found < targets.size()) report(Code::unknown_subscript, "the elementMap of " + d.name + " names an element that the dimension does not have", *map.at);
  project_.dimensions[map.dimension].maps_to[map.mapping].elements = std::move(elements);
}

// --- models

void JsonReader::model(const Value& object) {
  if (!is(object, Kind::Object)) return;
  Model next;
  Macro of;
  bool is_macro = false;
  Variables variables;
  // The name comes first, for the messages about what is in the model.
  for (const Value* key = file_.begin(object); key != file_.end(object) && &object != &file_.root(); key = file_.after(key + 1))
    if (key[1].kind == Kind::String && file_.text(*key).text == "name") model_name_ = file_.text(key[1]).text;
  next.name = model_name_;
  next.id = canonical_name(next.name);
  next.span = file_.span(object);
  auto each = [&](const Value& list, VariableKind kind) { items(list, [&](const Value& item) { variable(item, kind, variables); }); };
  auto field = [&](const std::string& name, const Value& value) {
    if (name == "variables") each(value, VariableKind::Auxiliary);
    else if (&object == &file_.root()) return true;  // the project's
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
  if (is_macro) macro(std::move(next), std::move(of));
  else if (models_.insert(next.id).second) project_.models.push_back(std::move(next));
  else report(Code::duplicate_name, "there are two models of the name " + next.name + "; rename one", object);
  model_name_.clear();
}

void JsonReader::macro(Model&& model, Macro&& macro) {
  macro.name = std::move(model.name);
  macro.id = std::move(model.id);
  macro.variables = std::move(model.variables);
  macro.variables_xml = std::move(model.variables_xml);
  macro.xml = std::move(model.xml);
  macro.others = std::move(model.others);
  macro.span = model.span;
  if (macros_.insert(macro.id).second) project_.macros.push_back(std::move(macro));
  else diagnostics_.push_back(diagnose(Code::duplicate_name, "there are two macros of the name " + macro.name + "; rename one", macro.span));
}

// The one without a name, else the one that is called main, else the first.
void JsonReader::choose_main_model() {
  auto& models = project_.models;
  auto main = models.end();
  for (const char* id : {"", "main"})
    if (main == models.end()) main = std::find_if(models.begin(), models.end(), [&](const Model& m) { return m.id == id; });
  if (main == models.end()) main = models.begin();
  std::rotate(models.begin(), main, main + 1);
  for (Diagnostic& d : diagnostics_)
    if (!d.model.empty() && d.model == models[0].name) d.model.clear();
  models[0].name.clear();
  models[0].id.clear();
  if (has_specs_) return;
  if (models[0].specs) project_.specs = *models[0].specs;
  else report(Code::missing_sim_specs, "the file has no simSpecs; add them with startTime, endTime and dt", file_.root());
}

// --- variables

void JsonReader::variable(const Value& object, VariableKind kind, Variables& out) {
  if (!is(object, Kind::Object)) return;
  Variable next;
  double order = 1e300;
  next.kind = kind;
  next.span = file_.span(object);
  Definition whole;
  std::vector<Definition> elements;
  has_elements_ = false;
  fields(object, &next.others, [&](const std::string& name, const Value& value) {
    if (name == "order") order = number(value).value_or(order);
    else return variable_field(name, value, next, whole, elements);
    return true;
  });
  next.id = canonical_name(next.name);
  if (next.id.empty()) return report(Code::missing_name, path_ + " has no name", object);
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
    variable.span = file_.span(value);
  } else if (name == "type") {
    std::string type = text(value);
    auto found = std::find_if(std::begin(kinds), std::end(kinds), [&](const KindName& k) { return k.name == type; });
    if (found != std::end(kinds)) variable.kind = found->kind;
    else if (value.kind == Kind::String) report(Code::json_field, path_ + " must be stock, flow, variable, table or module", value);
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
      else report(Code::json_field, path_ + " must be interpolate, lookForward, holdBackward or raw", value);
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
  if (next.subscripts.size() > max_subscripts) return report(Code::input_too_large, path_ + ".subscript has more than 64 parts", object, variable);
  if (next.subscripts.empty()) {
    if (object.kind == Kind::Object) report(Code::missing_name, path_ + " has no subscript", object, variable);
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
  if (to.text.empty() || from.text.empty()) report(Code::missing_name, path_ + " needs both src and dst", object, variable.name);
  else variable.connections.emplace_back(std::move(to), std::move(from));
}

// --- graphical functions

GraphicalFunction JsonReader::graphical_function(const Value& object) {
  GraphicalFunction table;
  table.span = file_.span(object);
  bool paired = false;
  fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "points") {
      paired = file_.begin(value) != file_.end(value);
      items(value, [&](const Value& item) { point(item, table); });
    } else if (name == "yPoints") {
      items(value, [&](const Value& item) {
        if (auto y = number(item)) table.y.push_back(*y);
      });
    } else if (name == "kind") {
      std::string word = text(value);
      if (word == "discrete") table.kind = TableKind::Discrete;
      else if (word == "extrapolate") table.kind = TableKind::Extrapolate;
      else if (!word.empty() && word != "continuous") report(Code::bad_graphical_function, path_ + " must be continuous, extrapolate or discrete", value);
    } else if (name == "xScale") table.x_scale = scale(value);
    else if (name == "yScale") table.y_scale = scale(value);
    else return false;
    return true;
  });
  if (object.kind != Kind::Object) return table;
  size_t count = table.y.size();
  auto bad = [&](const char* message) { report(Code::bad_graphical_function, path_ + message, object); };
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
  if (count != 2) return report(Code::json_field, path_ + " must be two numbers, x and y", value);
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
