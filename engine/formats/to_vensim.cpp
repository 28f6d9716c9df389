#include <algorithm>
#include <utility>

#include "formats/dialects.h"
#include "formats/sketch_view.h"
#include "formats/to_vensim_parts.h"
#include "model/names.h"
#include "support/json.h"

namespace loopscope {

namespace {

// Vensim's control variables, which stand for the simulation specifications.
bool is_control(const std::string& id) { return id == "initial_time" || id == "final_time" || id == "time_step" || id == "saveper"; }

SourceText plain(std::string_view text) {
  SourceText out;
  out.text = wrapped_vensim(text);
  return out;
}

}  // namespace

Project to_vensim(const Project& project, std::vector<Diagnostic>& warnings) { return ToVensim(project, warnings).run(); }

Project ToVensim::run() {
  out_.name = project_.name;
  out_.dialect = Dialect::Vensim;
  out_.specs = project_.specs;
  out_.models.emplace_back();
  if (is_runge_kutta(project_.specs.method) && !project_.vensim_made) warn("Vensim's Runge-Kutta holds TIME and test inputs over a step, and its second order goes by the midpoint; the numbers differ a little there");
  for (const char* word : {"time", "time step", "initial time", "final time", "saveper"}) taken_.insert(canonical_name(word));
  for (auto [key, shown] : {std::pair("time", "Time"), std::pair("time_step", "TIME STEP"), std::pair("initial_time", "INITIAL TIME"),
                            std::pair("final_time", "FINAL TIME"), std::pair("saveper", "SAVEPER"), std::pair("vensim_pulse", "PULSE"), std::pair("na", ":NA:")})
    names_[key] = shown;
  for (const Macro& macro : project_.macros) {
    macros_.insert(macro.id);
    name(macro.id, claim(one_line(macro.name), " macro"));
  }
  std::vector<Connection> connections = visit_instances(project_, *this);
  if (has_errors(warnings_)) return std::move(out_);
  add_dimensions();
  if (has_errors(warnings_)) return std::move(out_);
  for (Instance& instance : instances_)
    for (const std::string& dimension : instance.variable->dimensions) {
      size_t found = find_dimension(canonical_name(dimension));
      if (found != none) instance.dimensions.push_back(found);
    }
  connect(connections);
  std::vector<ParseError> ignored;
  for (const Instance& instance : instances_)
    for (const Definition& d : instance.variable->definitions) find_tables(parse_equation(d.equation.text, Dialect::Xmile, ignored), instance.scope);
  out_.models[0].variables.reserve(instances_.size());
  sink_ = &out_.models[0].variables;
  body(0, instances_.size());
  for (const Macro& macro : project_.macros) this->macro(macro);
  if (project_.models.empty()) return std::move(out_);
  std::vector<Variable>& written = out_.models[0].variables;
  out_.sketch = sketch_of_views(project_.models[0], written);
  std::unordered_map<std::string, std::string> groups = groups_in(project_.models[0]);
  for (Variable& v : written)
    if (auto group = groups.find(v.id); group != groups.end()) v.group = group->second;
  // A group is written where it begins: its variables stand together.
  if (!groups.empty()) std::stable_sort(written.begin(), written.end(), [](const Variable& a, const Variable& b) { return a.group < b.group; });
  return std::move(out_);
}

void ToVensim::warn(std::string message) {
  Diagnostic warning = diagnose(Code::not_expressible, std::move(message), self_ ? self_->variable->span : Span{}, self_ ? self_->name : "");
  for (size_t i = warnings_.size(); i-- > 0 && warnings_[i].variable == warning.variable;)
    if (warnings_[i].message == warning.message) return;
  constexpr size_t most = 1000;
  if (warnings_.size() < most) warnings_.push_back(std::move(warning));
}

// A name that nothing else has yet; `otherwise` is put behind one that is taken.
std::string ToVensim::claim(std::string name, const char* otherwise) {
  if (name.empty()) name = "unnamed";
  while (!take(canonical_name(name))) name += otherwise;
  return name;
}

bool ToVensim::take(const std::string& id) {
  bool fresh = taken_.insert(id).second;
  if (fresh) claimed_.push_back(id);
  return fresh;
}

void ToVensim::name(const std::string& key, const std::string& shown) {
  shown_[key] = shown;
  names_[key] = in_vensim(shown);
}

size_t ToVensim::find_dimension(const std::string& id) const {
  auto found = dimension_index_.find(id);
  return found == dimension_index_.end() ? none : found->second;
}

const ToVensim::Instance* ToVensim::find(const std::string& name) const {
  auto found = find_in_scope(index_, name, self_ ? self_->scope : "");
  return found == index_.end() ? nullptr : &instances_[found->second];
}

void ToVensim::add_dimensions() {
  for (const DimensionDeclaration& d : project_.dimensions) {
    std::vector<std::string> elements = d.elements;
    constexpr uint32_t most = 250'000;
    if (elements.empty() && d.size > most) {
      warnings_.push_back(diagnose(Code::input_too_large, "the dimension " + d.name + " has more than 250,000 elements, which an .mdl file would have to name; write it as XMILE or JSON", d.span));
      return;
    }
    if (elements.empty())
      for (uint32_t i = 1; i <= d.size; i++) elements.push_back(d.name + std::to_string(i));
    size_t added = add_dimension(d.name, elements, none);
    for (size_t i = 0; d.elements.empty() && i < elements.size(); i++) {
      dimensions_[added].index.emplace(std::to_string(i + 1), uint32_t(i));
    }
    for (const DimensionMapping& mapping : d.maps_to) dimensions_[added].maps_to.insert(canonical_name(mapping.to));
  }
  // Mappings name dimensions as Vensim will.
  for (size_t i = 0; i < project_.dimensions.size(); i++)
    for (const DimensionMapping& mapping : project_.dimensions[i].maps_to) {
      size_t to = find_dimension(canonical_name(mapping.to));
      if (to != none) out_.dimensions[i].maps_to.push_back({dimensions_[to].name, mapping.elements});
    }
}

// `like`: the dimension whose elements these are.
size_t ToVensim::add_dimension(const std::string& wanted, const std::vector<std::string>& elements, size_t like) {
  Dimension d;
  size_t claimed = claimed_.size();
  d.name = claim(one_line(wanted), " dim");
  d.id = like == none ? canonical_name(wanted) : canonical_name(d.name);
  d.key = "\1" + d.id;
  name(d.key, d.name);
  DimensionDeclaration declared;
  declared.name = d.name;
  declared.id = canonical_name(d.name);
  for (const std::string& element : elements) {
    std::string id = canonical_name(element), key = "\2" + id;
    // An element may be in several dimensions, and is one thing in Vensim.
    auto known = names_.find(key);
    if (known == names_.end()) name(key, claim(one_line(element), " element"));
    d.index.emplace(id, uint32_t(d.element_ids.size()));
    element_place_.emplace(id, uint32_t(d.element_ids.size()));
    d.element_ids.push_back(id);
    d.element_keys.push_back(key);
    declared.elements.push_back(shown_[key]);
  }
  claimed_.resize(claimed);  // for good, also in a macro
  out_.dimensions.push_back(std::move(declared));
  dimensions_.push_back(std::move(d));
  dimension_index_.emplace(dimensions_.back().id, dimensions_.size() - 1);
  return dimensions_.size() - 1;
}

void ToVensim::declare(const Variable& variable, const std::string& scope) {
  constexpr size_t most = 500'000;
  if (instances_.size() >= most) {
    if (has_errors(warnings_)) return;  // said
    warnings_.push_back(diagnose(Code::input_too_large, "this model has more than 500,000 variables, too many for an .mdl file; write it as XMILE or JSON", variable.span, variable.name));
    return;
  }
  Instance instance{&variable, scope, scoped_name(scope, variable.id), {}, {}, {}};
  if (is_control(instance.id)) return;  // the specifications say it
  if (!index_.emplace(instance.id, instances_.size()).second) return;
  instance.name = variable.kind == VariableKind::Module ? "" : claim(scope.empty() ? one_line(variable.name) : instance.id, " variable");
  if (!instance.name.empty()) name(instance.id, instance.name);
  instances_.push_back(std::move(instance));
}

void ToVensim::module_error(const Variable& module, Code code, std::string message) {
  if (code != Code::input_too_large) return warn(message + "; it is left out");
  warnings_.push_back(diagnose(code, message + "; write it as XMILE or JSON", module.span, module.name));
}

// Which variable each input of a module is.
void ToVensim::connect(const std::vector<Connection>& connections) {
  auto known = [&](const std::string& id) { return index_.count(id) != 0; };
  std::vector<std::pair<uint32_t, uint32_t>> links;
  for (const Connection& c : connections) {
    std::vector<std::string> at, from;
    auto target = index_.find(c.name(cut_subscripts(c.to->text, at), true, known)), source = index_.find(c.name(cut_subscripts(c.from->text, from), false, known));
    if (target == index_.end() || source == index_.end() || !at.empty() || !from.empty()) {
      bool unknown = at.empty() && from.empty();
      warn("the connection of " + c.to->text + " to " + c.from->text + (unknown ? " names something that does not exist" : " is one of elements") + "; it is left out");
      continue;
    }
    instances_[target->second].source = source->first;
    links.emplace_back(source->second, target->second);
  }
  spread(links, [&](uint32_t link) {
    const Instance& from = instances_[links[link].first];
    Instance& to = instances_[links[link].second];
    if (to.source != from.id || from.dimensions.size() <= to.dimensions.size()) return false;
    to.dimensions = from.dimensions;
    return true;
  });
}

// Variables with an input and a graphical function that others look up in too.
void ToVensim::find_tables(const Ast& ast, const std::string& scope) {
  for (AstId id = 0; id < ast.nodes.size(); id++) {
    if (ast.nodes[id].kind != AstKind::Call) continue;
    looked_up_.insert(scoped_name(scope, ast.name_of(id)));
    if (ast.nodes[id].count && ast.name_of(id).rfind("lookup", 0) == 0 && ast.nodes[ast.child(id, 0)].kind == AstKind::Name)
      looked_up_.insert(scoped_name(scope, ast.name_of(ast.child(id, 0))));
  }
}

void ToVensim::body(size_t first, size_t last) {
  for (size_t i = first; i < last; i++)
    if (instances_[i].variable->kind != VariableKind::Module) variable(instances_[i]);
  self_ = nullptr;
}

std::vector<ToVensim::Axis> ToVensim::left_side(const Instance& instance, const std::vector<std::string>& subscripts) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < instance.dimensions.size(); i++) {
    size_t dimension = instance.dimensions[i];
    std::string id = subscripts.empty() ? "*" : canonical_name(subscripts[i]);
    auto element = dimensions_[dimension].index.find(id);
    if (element != dimensions_[dimension].index.end() && id != "*") {
      axes.push_back({dimension, dimensions_[dimension].element_keys[element->second], true});
      continue;
    }
    size_t loop = id == "*" ? dimension : find_dimension(id);
    if (loop == none) return {};  // no element of the dimension: says nothing
    // A dimension twice on one side is two in Vensim.
    std::string key = dimensions_[loop].key;
    for (int n = 2; std::any_of(axes.begin(), axes.end(), [&](const Axis& a) { return a.key == key; }); n++) {
      std::string other = dimensions_[loop].name + " " + std::to_string(n);
      size_t known = find_dimension(canonical_name(other));
      if (known == none) {
        std::vector<std::string> elements = out_.dimensions[loop].elements;
        known = add_dimension(other, elements, loop);
      }
      key = dimensions_[known].key;
    }
    axes.push_back({loop, key, false});
  }
  return axes;
}

std::vector<std::string> ToVensim::shown(const std::vector<Axis>& axes) const {
  std::vector<std::string> out;
  for (const Axis& axis : axes) out.push_back(shown_.at(axis.key));
  return out;
}

void ToVensim::variable(const Instance& instance) {
  const Variable& v = *instance.variable;
  self_ = &instance;
  lifted_ = 0;
  table_at_ = none;
  for (const std::string& what : v.unsupported) warn(what + " has no counterpart in Vensim");
  Variable out;
  out.kind = instance.source.empty() && v.kind != VariableKind::Flow ? v.kind : VariableKind::Auxiliary;
  out.name = instance.name;
  out.id = canonical_name(instance.name);
  out.units = v.units;
  out.documentation = v.documentation;
  out.span = v.span;
  for (size_t d : instance.dimensions) out.dimensions.push_back(dimensions_[d].name);
  if (!instance.source.empty()) {  // of a module: what it is connected to
    axes_ = left_side(instance, {});
    Definition d;
    d.subscripts = shown(axes_);
    Ast source, tree;
    source.root = source.add_name(instance.source);
    tree.root = reference(source, source.root, instances_[index_.at(instance.source)], tree);
    d.equation = plain(print(tree));
    out.definitions.push_back(std::move(d));
  } else {
    for (const Definition& d : v.definitions) definition(instance, d, out);
  }
  sink_->push_back(std::move(out));
}

void ToVensim::definition(const Instance& instance, const Definition& written, Variable& out) {
  const Variable& v = *instance.variable;
  axes_ = left_side(instance, written.subscripts);
  if (axes_.size() != instance.dimensions.size()) return warn("an element that its dimension does not have is left out");
  Definition d;
  d.subscripts = shown(axes_);
  // The last of several definitions has the last word on an element.
  constexpr size_t few = 200;  // where parts overlap
  bool loops = (written.subscripts.empty() || v.definitions.size() <= few) && std::any_of(axes_.begin(), axes_.end(), [](const Axis& a) { return !a.is_element; });
  for (size_t i = 0; loops && i < v.definitions.size(); i++)
    if (const Definition& other = v.definitions[i]; &other != &written && !other.subscripts.empty() && (written.subscripts.empty() || &other > &written)) {
      std::vector<Axis> there = left_side(instance, other.subscripts);
      if (there.size() == axes_.size()) d.except.push_back(shown(there));
    }
  bool stock = v.kind == VariableKind::Stock, uniflow = v.kind == VariableKind::Flow && v.non_negative;
  if (written.initial.present()) d.initial = plain(print(equation(written.initial, false)));
  d.table = written.table;
  if (written.equation.present()) {
    Ast tree = equation(written.equation, !stock && !written.table && !uniflow && !written.initial.present());
    bool shared = looked_up_.count(instance.id) || uniflow || (written.table && written.table->kind != TableKind::Continuous);
    if (written.table && shared) {
      // The graphical function becomes a variable of its own.
      Variable table;
      table.kind = VariableKind::Table;
      table.name = instance.name + " lookup";
      take(table.id = canonical_name(table.name));
      table.dimensions = out.dimensions;
      table.span = v.span;
      name(table.id, table.name);
      Definition points;
      points.subscripts = d.subscripts;
      points.table = std::move(d.table);
      d.table.reset();
      const char* function = points.table->kind == TableKind::Discrete      ? "lookup_backward"
                             : points.table->kind == TableKind::Extrapolate ? "lookup_extrapolate"
                                                                            : "lookup";
      std::string id = table.id;
      if (table_at_ == none) {
        table_at_ = sink_->size();
        sink_->push_back(std::move(table));
      }
      (*sink_)[table_at_].definitions.push_back(std::move(points));
      std::vector<AstId> subscripts;
      for (const Axis& axis : axes_) subscripts.push_back(tree.add_name(axis.key));
      AstNode node{};
      node.kind = AstKind::Name;
      node.name = uint32_t(tree.names.size());
      tree.names.push_back(id);
      AstId of = tree.add(node, subscripts);
      tree.root = tree.add_call({}, function, {of, tree.root});
    }
    if (uniflow) tree.root = tree.add_call({}, "max", {tree.root, tree.add_number(0)});
    if (!tree.empty()) d.equation = plain(print(tree));
    else d.equation = plain(written.equation.text);
  }
  if (stock) d.net_flow = plain(print(net_flow(v)));
  out.definitions.push_back(std::move(d));
}

// Inflows less outflows. A stock that cannot fall below zero loses no more than it holds.
Ast ToVensim::net_flow(const Variable& stock) {
  Ast out;
  AstId net = 0;
  bool first = true;
  for (const auto* list : {&stock.inflows, &stock.outflows})
    for (const SourceText& flow : *list) {
      Ast written;
      written.root = written.add_name(canonical_path(flow.text));
      AstId term = value(written, written.root, out, false);
      bool minus = list == &stock.outflows;
      if (!first) net = out.add_operator(minus ? AstOp::Subtract : AstOp::Add, {net, term});
      else net = minus ? out.add_operator(AstOp::Negate, {term}) : term;
      first = false;
    }
  if (first) net = out.add_number(0);
  if (stock.non_negative && !first) {
    warn("Vensim has no stocks that stay at or above 0 by themselves: the net flow is held instead");
    Ast self;
    self.root = self.add_name(stock.id);
    AstId held = out.add_operator(AstOp::Negate, {out.add_operator(AstOp::Divide, {value(self, self.root, out, false), out.add_name("time_step")})});
    net = out.add_call({}, "max", {net, held});
  }
  out.root = net;
  return out;
}

// A macro is a model of its own: its names are found nowhere else, nor are others in it.
void ToVensim::macro(const Macro& written) {
  Macro out;
  out.name = shown_.at(written.id);
  out.id = written.id;
  out.span = written.span;
  auto outside = std::exchange(index_, {});
  claimed_.clear();
  std::vector<std::string> freed;  // of names outside
  auto free = [&](const std::string& id) {
    if (taken_.erase(id)) freed.push_back(id);
  };
  size_t first = instances_.size();
  Variable result;  // the macro's value has its name
  result.name = written.name;
  result.id = written.id;
  result.definitions.emplace_back();
  result.definitions[0].equation = written.equation;
  std::vector<Variable> parameters(written.parameters.size());
  // Instances are looked at by address while they are written.
  instances_.reserve(first + written.variables.size() + parameters.size() + 1);
  for (size_t i = 0; i < parameters.size(); i++) {
    parameters[i].name = written.parameters[i];
    parameters[i].id = canonical_name(written.parameters[i]);
    free(parameters[i].id);
    declare(parameters[i], "");
    out.parameters.push_back(shown_[parameters[i].id]);
  }
  size_t variables = instances_.size();
  bool named = false;  // one of its variables is its value already
  for (const Variable& v : written.variables) {
    if (index_.count(v.id)) continue;
    named |= v.id == written.id;
    free(v.id);
    declare(v, "");
  }
  sink_ = &out.variables;
  constexpr const char* outer[] = {"time", "time_step", "initial_time", "final_time", "saveper"};
  for (const char* word : outer) names_[word] += '$';  // the model's, seen from a macro
  body(variables, instances_.size());
  Instance whole{&result, "", written.id, written.name, {}, {}};
  if (!named) variable(whole);
  for (const char* word : outer) names_[word].pop_back();
  self_ = nullptr;
  out_.macros.push_back(std::move(out));
  index_ = std::move(outside);
  for (const std::string& id : claimed_) taken_.erase(id);
  taken_.insert(freed.begin(), freed.end());
  instances_.erase(instances_.begin() + long(first), instances_.end());
}

}  // namespace loopscope
