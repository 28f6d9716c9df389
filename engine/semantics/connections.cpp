#include "semantics/connections.h"

#include <algorithm>
#include <cstdlib>

#include "model/names.h"

namespace loopscope {

namespace {
// Elements go by number too.
void name_elements(const EquationSystem& system, const std::vector<uint32_t>& dimensions, std::vector<std::string>& subscripts) {
  for (size_t i = 0; i < subscripts.size() && i < dimensions.size(); i++) {
    const Dimension& d = system.dimensions[dimensions[i]];
    std::string& name = subscripts[i];
    constexpr size_t most_digits = 7;
    if (d.index.count(name) || name.empty() || name.size() > most_digits || name.find_first_not_of("0123456789") != name.npos) continue;
    size_t number = size_t(atoi(name.c_str()));
    if (number >= 1 && number <= d.size()) name = d.elements[number - 1];
  }
}
}  // namespace

void Connections::error(const Variable& module, Code code, Span span, std::string message) {
  diagnostics_.push_back(diagnose(code, std::move(message), span.known() ? span : module.span, module.name));
}

void Connections::connect(const Connection& c) {
  auto known = [&](const std::string& id) { return system_.index.count(id) != 0; };
  Link link{&c, 0, 0, {}, {}};
  std::string target = c.name(cut_subscripts(c.to->text, link.at), true, known), source = c.name(cut_subscripts(c.from->text, link.from), false, known);
  if (!system_.index.count(target)) return error(*c.module, Code::unknown_variable, c.to->span, "the module connection sets " + target + ", which does not exist");
  if (!system_.index.count(source)) return error(*c.module, Code::unknown_variable, c.from->span, "the module connection reads " + source + ", which does not exist");
  link.target = system_.index[target];
  link.source = system_.index[source];
  if (inner_.count(system_.variables[link.target].written)) error(*c.module, Code::not_an_input, c.to->span, target + " is connected, and its model has inputs of which it is none (access=\"input\")");
  inputs_.insert(target);
  if (!link.at.empty()) target += "[" + join_subscripts(link.at) + "]";
  if (!link.from.empty()) source += "[" + join_subscripts(link.from) + "]";
  auto [before, added] = connected_.emplace(target, source);
  if (before->second != source)  // files repeat a connection at both modules
    error(*c.module, Code::duplicate_name, c.to->span, "the module's input " + target + " is connected twice; remove one of the connections");
  if (added) links_.push_back(std::move(link));
}

// The dimensions of a connection's source that are left to its input's.
std::vector<uint32_t> Connections::passed(Link& link) const {
  const std::vector<uint32_t>& own = system_.variables[link.source].dimensions;
  name_elements(system_, own, link.from);
  std::vector<uint32_t> out;
  for (size_t i = 0; i < own.size(); i++) {
    bool all = i >= link.from.size() || link.from[i] == "*";
    if (!all && system_.dimensions.element(own[i], link.from[i])) continue;
    out.push_back(all ? own[i] : system_.dimensions.find(link.from[i]));
    if (out.back() == none_id) return {};  // said by apply()
  }
  return out;
}

// Gives a whole input its source's dimensions, if it has fewer.
bool Connections::pass(Link& link) {
  EquationVariable& v = system_.variables[link.target];
  std::vector<uint32_t> dimensions = passed(link);
  if (!link.at.empty() || dimensions.size() <= v.dimensions.size()) return false;
  v.dimensions = std::move(dimensions);
  return true;
}

// A module's input is its source, element by element.
void Connections::make(const std::vector<Connection>& written) {
  for (const Model& model : project_.models)
    if (std::any_of(model.variables.begin(), model.variables.end(), is_input))
      for (const Variable& v : model.variables)
        if (!is_input(v)) inner_.insert(&v);
  for (const Connection& c : written) connect(c);
  std::vector<std::pair<uint32_t, uint32_t>> ends;
  for (const Link& link : links_) ends.emplace_back(link.source, link.target);
  spread(ends, [&](uint32_t i) { return pass(links_[i]); });
  for (Link& link : links_) apply(link);
}

void Connections::apply(Link& link) {
  EquationVariable& v = system_.variables[link.target];
  const EquationVariable& source = system_.variables[link.source];
  name_elements(system_, v.dimensions, link.at);
  const Variable& module = *link.written->module;
  auto fail = [&](Code code, const SourceText& where, std::string message) { error(module, code, where.span, std::move(message)); };
  EquationDefinition d;
  if (!link.at.empty() && connected_.count(v.id)) return fail(Code::duplicate_name, *link.written->to, "elements of the module's input " + v.id + " are connected, and all of it is too; remove one of the connections");
  if (!link.at.empty() && v.kind == VariableKind::Stock) return fail(Code::unsupported_feature, *link.written->to, "elements of the stock " + v.id + " cannot be connected; connect all of it");
  if (std::string wrong = place_definition(system_, v, link.at, d); !wrong.empty()) return fail(Code::unknown_subscript, *link.written->to, wrong);
  if (!link.from.empty() && link.from.size() != source.dimensions.size())
    return fail(Code::wrong_subscripts, *link.written->from, source.id + " has " + std::to_string(source.dimensions.size()) + " dimensions and " + std::to_string(link.from.size()) + " subscripts are given");
  std::vector<AstId> subscripts;
  size_t loop = 0;
  for (size_t i = 0; i < source.dimensions.size(); i++) {
    uint32_t over = source.dimensions[i];
    if (!link.from.empty() && system_.dimensions.element(over, link.from[i])) {
      subscripts.push_back(d.equation.add_name(link.from[i]));
      continue;
    }
    uint32_t named = link.from.empty() || link.from[i] == "*" ? over : system_.dimensions.find(link.from[i]);
    if (named == none_id) return fail(Code::unknown_subscript, *link.written->from, "the dimension " + system_.dimensions[over].name + " of " + source.id + " has no element " + link.from[i]);
    if (loop >= d.loops.size()) return fail(Code::wrong_subscripts, *link.written->from, "the module's input is connected to an array, " + source.id + ", with more dimensions than it has; name an element");
    uint32_t runs = d.loops[loop++];
    subscripts.push_back(d.equation.add_name(system_.dimensions[runs].id));
    if (runs != named && !system_.dimensions.mapping(runs, named))
      diagnostics_.push_back(diagnose(Code::wrong_subscripts, "the module's input is an array over " + system_.dimensions[runs].name + ", and " + source.id + ", which it is connected to, over " +
                                                                 system_.dimensions[named].name, v.written->span, v.name));
  }
  AstNode node{};
  node.kind = AstKind::Name;
  node.name = uint32_t(d.equation.names.size());
  d.equation.names.push_back(source.id);
  d.equation.root = d.equation.add(node, subscripts);
  if (link.at.empty()) {
    v.definitions.clear();
    v.kind = VariableKind::Auxiliary;  // whatever it is when it stands alone
    v.non_negative = false;
  } else {  // the others keep their equations
    auto blank = [](const EquationDefinition& own) { return own.text && !own.text->present() && own.table < 0; };
    v.definitions.erase(std::remove_if(v.definitions.begin(), v.definitions.end(), blank), v.definitions.end());
  }
  v.definitions.push_back(std::move(d));
}

}  // namespace loopscope
