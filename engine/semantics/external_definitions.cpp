#include "semantics/external_definitions.h"

#include <algorithm>

#include "model/names.h"
#include "support/number.h"

namespace loopscope {

ExternalSource::Place ExternalDefinitions::place(const SourceText& text, const ExternalCall& call, const std::string& variable) const {
  return {text.span.known() ? source_span(text, lines_, call.offset, call.length) : Span{}, variable};
}

void ExternalDefinitions::error(const ExternalSource::Place& at, Code code, std::string message) {
  diagnostics_.push_back(diagnose(code, std::move(message), at.span, at.variable));
}

DimensionDeclaration ExternalDefinitions::elements(const DimensionDeclaration& d) {
  DimensionDeclaration filled = d;
  auto call = external_call(d.external, dialect_);
  if (!call || call->kind != ExternalKind::Subscript)
    error({d.external.span, ""}, Code::bad_argument, "the elements of " + d.name + " come from a list, or a call of GET XLS SUBSCRIPT or GET DIRECT SUBSCRIPT alone");
  else
    source_.subscripts(*call, place(d.external, *call, ""), filled.elements);
  return filled;
}

size_t ExternalDefinitions::count(const EquationDefinition& whole) const {
  size_t product = 1;
  for (uint32_t loop : whole.loops) product *= system_.dimensions[loop].size();  // at most those of an array
  return product;
}

bool ExternalDefinitions::fits(const EquationDefinition& whole, const ExternalSource::Place& at) {
  elements_ += count(whole);
  if (elements_ <= most_elements_) return true;
  error(at, Code::input_too_large, "the elements of arrays that have their values from files are more than 1,000,000 here");
  elements_ -= count(whole);
  return false;
}

bool ExternalDefinitions::define(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole) {
  if (list(v, written, d, whole)) return true;
  if (auto call = external_call(d.equation, dialect_)) return fetch(v, written, d, *call, whole), true;
  if (!d.data_rule || !trim_blanks(d.equation.text).empty()) return false;
  named_data(v, written, d, whole);
  return true;
}

void ExternalDefinitions::fetch(EquationVariable& v, const Variable& written, const Definition& d, const ExternalCall& call, const EquationDefinition& whole) {
  ExternalSource::Place at = place(d.equation, call, written.name);
  if (call.kind == ExternalKind::Subscript) return error(at, call.given == call.wanted ? Code::bad_argument : Code::wrong_arity, call.name + " gives the elements of a dimension, no numbers");
  size_t loops = whole.loops.size(), most = call.kind == ExternalKind::Constants ? 2 : 1;
  if (loops > most)
    return error(at, Code::wrong_subscripts, call.name + " fills at most " + (most == 1 ? "one dimension" : "two dimensions") + "; write an equation for each element of the others");
  if (!fits(whole, at)) return;
  uint32_t across = loops > 0 ? system_.dimensions[whole.loops[loops - 1]].size() : 1, down = loops > 1 ? system_.dimensions[whole.loops[0]].size() : 1;
  if (call.kind == ExternalKind::Constants) {
    std::vector<double> numbers;
    size_t before = v.definitions.size();
    if (!source_.constants(call, at, down, across, numbers)) return;
    for (EquationDefinition& one : each(whole)) {
      one.equation.root = one.equation.add_number(numbers[v.definitions.size() - before], call.offset, call.length);
      v.definitions.push_back(std::move(one));
    }
    return;
  }
  std::vector<Points> series;
  source_.series(call, at, across, series);
  if (call.kind == ExternalKind::Lookups) v.kind = VariableKind::Table;
  add_tables(v, whole, d.data_rule.value_or(DataRule::Interpolate), series, at);
}

bool ExternalDefinitions::list(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole) {
  constexpr const char* between = ",;";
  std::string_view text = trim_blanks(d.equation.text);
  if (dialect_ != Dialect::Vensim || whole.loops.empty() || text.find_first_of(between) == text.npos) return false;
  std::vector<double> numbers;
  while (!text.empty()) {
    size_t end = std::min(text.find_first_of(between), text.size());
    auto number = parse_number(text.substr(0, end));
    if (!number) return false;
    numbers.push_back(*number);
    text = trim_blanks(text.substr(std::min(end + 1, text.size())));
  }
  if (numbers.size() != count(whole)) {
    error({d.equation.span, written.name}, Code::wrong_subscripts, "there are " + std::to_string(numbers.size()) + " numbers for " + std::to_string(count(whole)) + " elements");
    return true;
  }
  std::vector<EquationDefinition> elements = each(whole);
  for (size_t i = 0; i < elements.size(); i++) {
    elements[i].equation.root = elements[i].equation.add_number(numbers[i]);
    v.definitions.push_back(std::move(elements[i]));
  }
  return true;
}

void ExternalDefinitions::named_data(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole) {
  ExternalSource::Place at{d.equation.span.known() ? d.equation.span : written.span, written.name};
  if (!fits(whole, at)) return;
  std::vector<std::string> names;
  for (const EquationDefinition& one : each(whole)) {
    std::string subscripts;
    for (size_t a = 0; a < one.target.size(); a++) subscripts += (a ? "," : "[") + system_.dimensions[v.dimensions[a]].elements[one.target[a].element];
    names.push_back(written.id + (subscripts.empty() ? "" : subscripts + "]"));
  }
  std::vector<Points> series;
  source_.named_series(names, at, series);
  add_tables(v, whole, *d.data_rule, series, at);
}

void ExternalDefinitions::add_tables(EquationVariable& v, const EquationDefinition& whole, DataRule rule, std::vector<Points>& series, const ExternalSource::Place& at) {
  for (const Points& points : series) points_ += points.x.size();
  if (points_ > most_points_) {
    error(at, Code::input_too_large, "the data that the model reads is more than 20,000,000 points here");
    series.clear();
  }
  size_t i = 0;
  for (EquationDefinition& one : each(whole)) {
    if (v.kind != VariableKind::Table) {
      one.equation.root = one.equation.add_call({}, "time", {});
      one.rule = rule;
    }
    // After an error there are fewer, and what looks up in the variable is not to blame.
    GraphicalFunction points{TableKind::Continuous, {0}, {0}, {}, {}, {}};
    if (i < series.size()) {
      points.x = std::move(series[i].x);
      points.y = std::move(series[i++].y);
    }
    one.table = add_table(system_, v.id, points);
    v.definitions.push_back(std::move(one));
  }
}

std::vector<EquationDefinition> ExternalDefinitions::each(const EquationDefinition& whole) const {
  std::vector<EquationDefinition> out;
  std::vector<uint32_t> at(whole.loops.size(), 0);
  for (uint32_t loop : whole.loops)
    if (system_.dimensions[loop].size() == 0) return out;
  for (;;) {
    EquationDefinition one = whole;
    one.external = true;
    one.loops.clear();
    for (TargetAxis& axis : one.target)
      if (axis.loop != none_id) axis = {none_id, axis.map.empty() ? at[axis.loop] : axis.map[at[axis.loop]], {}};
    out.push_back(std::move(one));
    size_t l = at.size();
    while (l > 0 && ++at[l - 1] == system_.dimensions[whole.loops[l - 1]].size()) at[--l] = 0;
    if (l == 0) return out;
  }
}

}  // namespace loopscope
