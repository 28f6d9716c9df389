#include "formats/to_xmile.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "formats/dialects.h"
#include "formats/sketch_view.h"
#include "model/names.h"
#include "syntax/net_flow.h"

namespace loopscope {

namespace {

constexpr size_t none = SIZE_MAX;

SourceText plain(std::string text) {
  SourceText out;
  out.text = std::move(text);
  return out;
}

// A call that reads a file fills all of its definition's elements, so that stays one.
bool reads_file(const Definition& d) { return d.data_rule || canonical_name(d.equation.text.substr(0, 4)) == "get"; }

// XMILE's own words are no names of variables.
std::string id_in_xmile(const std::string& id) {
  for (const char* word : {"time", "dt", "starttime", "stoptime", "self", "if", "then", "else", "and", "or", "not"})
    if (id == word) return id + "_variable";
  return id;
}

class ToXmile {
 public:
  ToXmile(const Project& project, std::vector<Diagnostic>& warnings) : project_(project), warnings_(warnings) {}
  Project run();

 private:
  struct Dimension {
    const DimensionDeclaration* declared;
    std::unordered_map<std::string, uint32_t> index;
    std::vector<std::string> ids;                                            // of its elements
    std::vector<std::pair<std::string, std::vector<std::string>>> mappings;  // to which dimension, by which of its elements or subranges
    bool by_element = false;                                                 // one of these, or another dimension's to it, is by element
  };
  // An axis of the left side: the dimension or subrange that stands there, and which of its elements is meant where they are written out.
  struct Axis {
    size_t range;
    uint32_t at;
  };

  void name(const std::string& id, std::string shown);
  void warn(std::string message);
  std::vector<Variable> variables(const std::vector<Variable>& written);
  Variable variable(const Variable& written);
  void flows(const Variable& written, Variable& out);
  std::optional<std::vector<std::pair<std::string, bool>>> named_flows(const Variable& stock, const Definition& definition) const;
  bool in_elements(const Variable& written);
  bool needs_element(const Ast& ast) const;
  void elements(const Variable& written, Variable& out, Variable* net);
  std::vector<uint32_t> places(size_t dimension, const std::string& subscript) const;
  std::vector<const Definition*> owners(const Variable& written, const std::vector<size_t>& whole);
  Definition definition(const Definition& written);
  SourceText equation(const SourceText& text);
  AstId value(const Ast& from, AstId node, Ast& out);
  AstId subscript(const Ast& from, AstId node, size_t dimension, Ast& out);
  AstId call(const Ast& from, AstId node, Ast& out);
  const std::string* element_here(const std::string& range) const;
  size_t find_dimension(const std::string& id) const {
    auto found = dimension_index_.find(id);
    return found == dimension_index_.end() ? none : found->second;
  }

  const Project& project_;
  std::vector<Diagnostic>& warnings_;
  std::vector<Dimension> dimensions_;
  std::unordered_map<std::string, size_t> dimension_index_;
  std::unordered_map<std::string, const Variable*> index_;
  std::unordered_map<std::string, std::string> names_;  // id -> as it stands in XMILE's equations
  std::unordered_map<std::string, std::string> macros_;  // id -> the name that it has in XMILE
  std::unordered_map<std::string, int> used_as_flow_;   // id -> 1 of an inflow, 2 of an outflow, 3 of both
  std::unordered_set<std::string> flows_;
  const Variable* self_ = nullptr;
  bool star_ = false;                                   // inside a function that folds: all of an axis is *
  std::vector<Axis> axes_;                              // while elements are written out
};

Project ToXmile::run() {
  Project out;
  out.name = project_.name;
  out.dialect = Dialect::Xmile;
  out.vensim_made = true;
  out.specs = project_.specs;
  for (auto [id, shown] : {std::pair("time", "TIME"), std::pair("dt", "DT"), std::pair("starttime", "STARTTIME"), std::pair("stoptime", "STOPTIME"), std::pair("saveper", "SAVEPER"), std::pair("self", "SELF")})
    names_[id] = shown;
  for (const DimensionDeclaration& d : project_.dimensions) {
    Dimension dimension{&d, {}, {}, {}, false};
    for (const std::string& element : d.elements) {
      std::string id = canonical_name(element);
      dimension.index.emplace(id, uint32_t(dimension.ids.size()));
      dimension.ids.push_back(id);
      name(id, element);
    }
    name(d.id, d.name);
    DimensionDeclaration copy = d;
    copy.maps_to.clear();
    for (const DimensionMapping& mapping : d.maps_to) {
      dimension.mappings.emplace_back(canonical_name(mapping.to), std::vector<std::string>());
      for (const std::string& element : mapping.elements) dimension.mappings.back().second.push_back(canonical_name(element));
      dimension.by_element |= !mapping.elements.empty();
      if (mapping.elements.empty()) copy.maps_to.push_back(mapping);  // the others are written out where they are used
    }
    if (d.external.present()) warn("XMILE has no subscripts from other files: " + d.name + " has the elements that are known here");
    out.dimensions.push_back(std::move(copy));
    dimension_index_.emplace(d.id, dimensions_.size());
    dimensions_.push_back(std::move(dimension));
  }
  for (size_t i = 0; i < dimensions_.size(); i++)
    for (const auto& [to, elements] : dimensions_[i].mappings)
      if (size_t d = find_dimension(to); d != none && !elements.empty()) dimensions_[d].by_element = true;
  for (const Macro& macro : project_.macros) {
    // One of the name of a function would be called in its place.
    std::string shown = find_rule(Dialect::Vensim, macro.id, uint32_t(macro.parameters.size())) ? macro.name + " macro" : macro.name;
    macros_[macro.id] = shown;
    name(canonical_name(shown), shown);
  }
  for (const Macro& macro : project_.macros) {
    Macro copy;
    copy.name = macros_[macro.id];
    copy.id = canonical_name(copy.name);
    copy.parameters = macro.parameters;
    for (const std::string& parameter : macro.parameters) name(canonical_name(parameter), parameter);
    copy.variables = variables(macro.variables);
    copy.equation = equation(macro.equation);
    out.macros.push_back(std::move(copy));
  }
  for (const Model& model : project_.models) {
    Model copy;
    copy.name = model.name;
    copy.id = model.id;
    copy.variables = variables(model.variables);
    copy.xml = views_of_sketch(project_.sketch, copy.variables);
    copy.variables_xml = groups_of(copy.variables);
    out.models.push_back(std::move(copy));
  }
  return out;
}

void ToXmile::warn(std::string message) {
  Diagnostic warning = diagnose(Code::not_expressible, std::move(message), self_ ? self_->span : Span{}, self_ ? self_->name : "");
  if (!warnings_.empty() && warnings_.back().variable == warning.variable && warnings_.back().message == warning.message) return;
  constexpr size_t most = 1000;
  if (warnings_.size() < most) warnings_.push_back(std::move(warning));
}

// In an equation blanks are underscores.
void ToXmile::name(const std::string& id, std::string shown) {
  std::replace(shown.begin(), shown.end(), ' ', '_');
  names_[id] = name_in_equation(shown, Dialect::Xmile);
}

std::vector<Variable> ToXmile::variables(const std::vector<Variable>& written) {
  std::vector<Variable> out;
  index_.clear();
  flows_.clear();
  used_as_flow_.clear();
  for (const Variable& v : written) {
    index_.emplace(v.id, &v);
    name(id_in_xmile(v.id), id_in_xmile(v.id) == v.id ? v.name : v.name + " variable");
  }
  for (const Variable& v : written) {
    self_ = &v;
    out.push_back(variable(v));
    if (v.kind == VariableKind::Stock) {
      Variable net;
      flows(v, out.back());
      if (out.back().inflows.empty() && out.back().outflows.empty() && !v.definitions.empty()) {
        // A net flow that is no sum of flows is one of its own.
        net.kind = VariableKind::Flow;
        net.name = v.name + " net flow";
        while (index_.count(canonical_name(net.name))) net.name += " 2";
        net.id = canonical_name(net.name);
        name(net.id, net.name);
        net.dimensions = v.dimensions;
        out.back().inflows.push_back(plain(names_[net.id]));
      }
      if (in_elements(v)) elements(v, out.back(), net.id.empty() ? nullptr : &net);
      else if (!net.id.empty()) {
        Definition d;
        if (!v.definitions.empty()) d.equation = equation(v.definitions[0].net_flow);
        net.definitions.push_back(std::move(d));
      }
      if (!net.id.empty() && !(net.definitions.size() == 1 && net.definitions[0].equation.text == "0")) out.push_back(std::move(net));
      else if (!net.id.empty()) out.back().inflows.clear();
    }
    self_ = nullptr;
  }
  for (Variable& v : out)
    if (flows_.count(v.id)) v.kind = VariableKind::Flow;
  return out;
}

Variable ToXmile::variable(const Variable& written) {
  Variable out;
  out.kind = written.kind;
  out.id = id_in_xmile(written.id);
  out.name = out.id == written.id ? written.name : written.name + " variable";
  if (out.id != written.id) warn("XMILE has the name " + written.name + " for itself; the variable is called " + out.name);
  out.dimensions = written.dimensions;
  out.units = written.units;
  out.documentation = written.documentation;
  out.group = written.group;
  out.unsupported = written.unsupported;
  out.span = written.span;
  for (const Definition& d : written.definitions)
    if (d.data_rule) {
      warn("XMILE has no data variables: where the values come from must be said again");
      break;
    }
  if (!in_elements(written)) {
    for (const Definition& d : written.definitions) {
      out.definitions.push_back(definition(d));
      out.definitions.back().subscripts = d.subscripts;
    }
  } else if (written.kind != VariableKind::Stock) {
    elements(written, out, nullptr);
  }
  return out;
}

Definition ToXmile::definition(const Definition& written) {
  Definition out;
  out.equation = equation(written.equation);
  out.initial = equation(written.initial);
  out.table = written.table;
  return out;
}

// --- flows

// As a list of variables and whether they are subtracted; each the flow of one stock at most on either side.
void ToXmile::flows(const Variable& written, Variable& out) {
  std::optional<std::vector<std::pair<std::string, bool>>> terms;
  for (const Definition& d : written.definitions) {
    auto these = named_flows(written, d);
    if (!these || (terms && *terms != *these)) return;
    terms = std::move(these);
  }
  if (!terms) return;
  for (const auto& [id, minus] : *terms)
    if (used_as_flow_[id] & (minus ? 2 : 1)) return;
  for (const auto& [id, minus] : *terms) {
    used_as_flow_[id] |= minus ? 2 : 1;
    flows_.insert(id_in_xmile(id));
    (minus ? out.outflows : out.inflows).push_back(plain(names_[id_in_xmile(id)]));
  }
}

std::optional<std::vector<std::pair<std::string, bool>>> ToXmile::named_flows(const Variable& stock, const Definition& definition) const {
  std::vector<ParseError> ignored;
  Ast ast = parse_equation(definition.net_flow.text, Dialect::Vensim, ignored);
  auto names = ast.empty() ? std::nullopt : flows_of(ast, ast.root);
  if (!names) return std::nullopt;
  std::vector<std::pair<std::string, bool>> out;
  for (const SignedName& term : *names) {
    auto found = index_.find(ast.name_of(term.name));
    if (found == index_.end()) return std::nullopt;
    const Variable& flow = *found->second;
    bool fits = flow.kind == VariableKind::Auxiliary && flow.dimensions == stock.dimensions && ast.nodes[term.name].count == stock.dimensions.size();
    for (uint32_t a = 0; fits && a < stock.dimensions.size(); a++) {
      AstId subscript = ast.child(term.name, a);
      fits = ast.nodes[subscript].kind == AstKind::Name && ast.name_of(subscript) == canonical_name(definition.subscripts.empty() ? stock.dimensions[a] : definition.subscripts[a]);
    }
    if (!fits) return std::nullopt;
    out.emplace_back(flow.id, term.minus);
  }
  return out;
}

// --- elements

// Must its elements be written one by one? XMILE has no exceptions, and equations only for the whole or for an element.
bool ToXmile::in_elements(const Variable& written) {
  if (written.dimensions.empty() || written.definitions.empty()) return false;
  constexpr double most = 10'000, most_text = 64 << 20;
  double count = 1, text = 0;
  for (const std::string& dimension : written.dimensions) {
    size_t d = find_dimension(canonical_name(dimension));
    if (d == none) return false;
    count *= double(dimensions_[d].ids.size());
  }
  bool apart = false;
  std::vector<ParseError> ignored;
  for (const Definition& d : written.definitions) {
    if (reads_file(d)) continue;
    apart |= !d.subscripts.empty();
    for (const SourceText* part : {&d.equation, &d.initial, &d.net_flow}) {
      text = std::max(text, double(part->text.size()));
      if (!apart && part->present()) apart = needs_element(parse_equation(part->text, Dialect::Vensim, ignored));
    }
  }
  bool few = count <= most && count * text <= most_text;
  if (apart && !few) warn("XMILE has no exceptions, subranges or mappings by element in equations, and these are too many elements to write one by one");
  return apart && few;
}

// A mapping by element is no part of XMILE.
bool ToXmile::needs_element(const Ast& ast) const {
  for (const AstNode& n : ast.nodes) {
    size_t d = n.kind == AstKind::Name && n.count == 0 ? find_dimension(ast.names[n.name]) : none;
    if (d != none && dimensions_[d].by_element) return true;
  }
  return false;
}

// The places in the variable's dimension that a subscript stands for.
std::vector<uint32_t> ToXmile::places(size_t dimension, const std::string& subscript) const {
  std::string id = canonical_name(subscript);
  size_t range = find_dimension(id);
  std::vector<uint32_t> out;
  if (range == dimension) {
    for (uint32_t i = 0; i < dimensions_[dimension].ids.size(); i++) out.push_back(i);
    return out;
  }
  const std::vector<std::string> one{id};
  for (const std::string& element : range == none ? one : dimensions_[range].ids) {
    auto found = dimensions_[dimension].index.find(element);
    if (found != dimensions_[dimension].index.end()) out.push_back(found->second);
  }
  return out;
}

// Which definition has the last word on each element; null where none speaks of it.
std::vector<const Definition*> ToXmile::owners(const Variable& written, const std::vector<size_t>& whole) {
  constexpr size_t most = 10'000'000;  // of overlapping definitions
  size_t count = 1, visited = 0;
  for (size_t d : whole) count *= dimensions_[d].ids.size();
  std::vector<const Definition*> out(count);
  auto each = [&](const std::vector<std::string>& subscripts, auto&& use) {
    std::vector<std::vector<uint32_t>> at;
    for (size_t a = 0; a < whole.size(); a++) at.push_back(places(whole[a], subscripts.size() == whole.size() ? subscripts[a] : dimensions_[whole[a]].declared->name));
    size_t all = 1;
    for (const auto& axis : at) all *= axis.size();
    visited += all;
    for (size_t i = 0; i < all && visited < most; i++) {
      size_t flat = 0, rest = i, stride = 1;
      for (size_t a = whole.size(); a-- > 0; stride *= dimensions_[whole[a]].ids.size()) {
        flat += stride * at[a][rest % at[a].size()];
        rest /= at[a].size();
      }
      use(flat);
    }
  };
  std::vector<uint32_t> excepted(count, UINT32_MAX);
  for (uint32_t d = 0; d < written.definitions.size(); d++) {
    for (const auto& except : written.definitions[d].except) each(except, [&](size_t flat) { excepted[flat] = d; });
    each(written.definitions[d].subscripts, [&](size_t flat) {
      if (excepted[flat] != d) out[flat] = &written.definitions[d];
    });
  }
  if (visited >= most) warn("the equations of elements overlap too often to be told apart; the last of them are left out");
  return out;
}

// Each element has the equation of the last definition that speaks of it.
void ToXmile::elements(const Variable& written, Variable& out, Variable* net) {
  std::vector<size_t> whole;
  for (const std::string& dimension : written.dimensions) whole.push_back(find_dimension(canonical_name(dimension)));
  std::vector<const Definition*> owner = owners(written, whole);
  for (const Definition& d : written.definitions) {
    if (!reads_file(d)) continue;
    out.definitions.push_back(definition(d));
    out.definitions.back().subscripts = d.subscripts;
  }
  for (size_t i = 0; i < owner.size(); i++) {
    const Definition* last = owner[i];
    if (last && reads_file(*last)) continue;
    std::vector<std::string> shown(whole.size());
    std::vector<Axis> axes(whole.size());
    size_t rest = i;
    for (size_t a = whole.size(); a-- > 0; rest /= dimensions_[whole[a]].ids.size()) {
      uint32_t at = uint32_t(rest % dimensions_[whole[a]].ids.size());
      shown[a] = dimensions_[whole[a]].declared->elements[at];
      size_t range = last && last->subscripts.size() == whole.size() ? find_dimension(canonical_name(last->subscripts[a])) : none;
      if (range == none) range = whole[a];
      auto within = dimensions_[range].index.find(dimensions_[whole[a]].ids[at]);
      axes[a] = within == dimensions_[range].index.end() ? Axis{whole[a], at} : Axis{range, within->second};
    }
    Definition next, flow;
    if (last) {
      axes_ = std::move(axes);
      next = definition(*last);
      if (net) flow.equation = equation(last->net_flow);
      axes_.clear();
    } else if (written.kind != VariableKind::Table) {
      next.equation = flow.equation = plain("NAN");  // nothing is said of it, and nobody should ask
    } else {
      continue;
    }
    next.subscripts = flow.subscripts = shown;
    out.definitions.push_back(std::move(next));
    if (net) net->definitions.push_back(std::move(flow));
  }
}

// Where elements are written out, the one that a range's name stands for: the left side's own, else by a mapping of either, else by name.
const std::string* ToXmile::element_here(const std::string& range) const {
  size_t wanted = find_dimension(range);
  if (wanted == none) return nullptr;
  const Dimension& to = dimensions_[wanted];
  for (const Axis& axis : axes_)
    if (axis.range == wanted) return &to.ids[axis.at];
  for (const Axis& axis : axes_) {
    const Dimension& from = dimensions_[axis.range];
    const std::string& here = from.ids[axis.at];
    for (const auto& [name, elements] : from.mappings) {
      if (name != to.declared->id) continue;
      if (elements.empty()) return axis.at < to.ids.size() ? &to.ids[axis.at] : nullptr;
      auto one = axis.at < elements.size() ? to.index.find(elements[axis.at]) : to.index.end();
      if (one != to.index.end()) return &to.ids[one->second];
    }
    for (const auto& [name, elements] : to.mappings) {
      if (name != from.declared->id) continue;
      if (elements.empty()) return axis.at < to.ids.size() ? &to.ids[axis.at] : nullptr;
      for (size_t k = 0; k < elements.size() && k < to.ids.size(); k++) {
        size_t part = find_dimension(elements[k]);  // a subrange stands for several
        if (elements[k] == here || (part != none && dimensions_[part].index.count(here))) return &to.ids[k];
      }
    }
    auto same = to.index.find(here);
    if (same != to.index.end()) return &to.ids[same->second];
  }
  return nullptr;
}

// --- equations

SourceText ToXmile::equation(const SourceText& text) {
  if (!text.present()) return {};
  std::vector<ParseError> errors;
  Ast parsed = parse_equation(text.text, Dialect::Vensim, errors), out;
  if (parsed.empty()) {
    warn("the equation cannot be read and is written as it stands");
    return plain(text.text);
  }
  out.root = value(parsed, parsed.root, out);
  return plain(print_ast(out, out.root, {Dialect::Xmile, &names_}));
}

AstId ToXmile::value(const Ast& from, AstId node, Ast& out) {
  const AstNode& n = from.nodes[node];
  if (n.kind == AstKind::Call) return call(from, node, out);
  std::vector<AstId> below;
  AstNode one = from.like(node);
  if (n.kind == AstKind::Name) {
    std::string name = from.name_of(node);
    if (name.size() > 1 && name.back() == '$' && !index_.count(name)) name.pop_back();  // the model's, seen from a macro
    auto variable = index_.find(name);
    if (variable == index_.end() && !n.count) {
      if (find_dimension(name) != none) {
        const std::string* element = element_here(name);
        if (!element) return out.add_name(name);
        return out.add_number(dimensions_[find_dimension(name)].index.at(*element) + 1);
      }
      if (const FunctionRule* rule = find_rule(Dialect::Xmile, name, 0); rule && *rule->text) {
        Ast text = instantiate(rule->text, {});
        return out.copy(text, text.root);
      }
    }
    for (uint32_t i = 0; i < n.count; i++) {
      bool known = variable != index_.end() && i < variable->second->dimensions.size();
      below.push_back(subscript(from, from.child(node, i), known ? find_dimension(canonical_name(variable->second->dimensions[i])) : none, out));
    }
    one.name = uint32_t(out.names.size());
    out.names.push_back(variable == index_.end() ? name : id_in_xmile(name));
    return out.add(one, below);
  }
  if (n.kind == AstKind::String) return out.copy(from, node);
  for (uint32_t i = 0; i < n.count; i++) below.push_back(value(from, from.child(node, i), out));
  return out.add(one, below);
}

AstId ToXmile::subscript(const Ast& from, AstId node, size_t dimension, Ast& out) {
  const AstNode& n = from.nodes[node];
  if (star_ && n.kind == AstKind::Wildcard && n.count && dimension != none && find_dimension(from.name_of(from.child(node, 0))) == dimension) {
    return out.add(from.like(node), {});
  }
  if (n.kind == AstKind::Wildcard) return out.copy(from, node);
  if (n.kind == AstKind::Name && !n.count) {
    const std::string& name = from.name_of(node);
    if (find_dimension(name) != none) {
      const std::string* element = element_here(name);
      return out.add_name(element ? *element : name);
    }
    if (names_.count(name) && !index_.count(name)) return out.add_name(name);
  }
  return value(from, node, out);
}

AstId ToXmile::call(const Ast& from, AstId node, Ast& out) {
  const AstNode& n = from.nodes[node];
  const std::string& name = from.name_of(node);
  auto called = macros_.find(name);
  bool macro = called != macros_.end();
  const FunctionRule* rule = macro ? nullptr : find_rule(Dialect::Xmile, name, n.count);
  auto table = index_.find(name);
  // Elsewhere what an axis runs over must stay said.
  bool outer = std::exchange(star_, name == "sum" || name == "prod" || name == "vmin" || name == "vmax");
  std::vector<Ast> arguments;
  for (uint32_t i = 0; i < n.count; i++) {
    Ast argument;
    argument.root = value(from, from.child(node, i), argument);
    arguments.push_back(std::move(argument));
  }
  star_ = outer;
  auto as_written = [&](const std::string& name) {
    std::vector<AstId> below;
    for (const Ast& argument : arguments) below.push_back(out.copy(argument, argument.root));
    return out.add_call({}, name, below);
  };
  if (!macro && !rule && table != index_.end() && n.count == 1) {
    AstId of = out.add_name(name), x = out.copy(arguments[0], arguments[0].root);
    return out.add_call({}, "lookup", {of, x});
  }
  if (name == "elmcount" && n.count == 1 && from.nodes[from.child(node, 0)].kind == AstKind::Name && find_dimension(from.name_of(from.child(node, 0))) != none)
    return out.add_number(double(dimensions_[find_dimension(from.name_of(from.child(node, 0)))].index.size()));
  if (macro) return as_written(canonical_name(called->second));
  if (rule && !*rule->text) return as_written(name);
  if (!rule || *rule->text == '~') {
    std::string shown = name;
    std::replace(shown.begin(), shown.end(), '_', ' ');
    warn("XMILE has no function " + shown + " of " + std::to_string(n.count) + (n.count == 1 ? " argument" : " arguments") + "; it is written as it stands");
    if (!rule || !rule->text[1]) return as_written(name);
  }
  // A text with an argument twice, in itself many times, would grow without bound.
  constexpr size_t large = 10'000;
  for (const Ast& argument : arguments)
    if (argument.nodes.size() > large) return as_written(name);
  Ast filled = instantiate(rule->text, arguments);
  return out.copy(filled, filled.root);
}

}  // namespace

Project to_xmile(const Project& project, std::vector<Diagnostic>& warnings) { return ToXmile(project, warnings).run(); }

}  // namespace loopscope
