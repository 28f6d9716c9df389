#include "semantics/external_definitions.h"

#include <algorithm>

#include "model/names.h"
#include "support/number.h"

namespace loopscope {

DimensionDeclaration ExternalDefinitions::elements(const DimensionDeclaration& d) {
  DimensionDeclaration filled = d;
  auto call = external_call(d.external, dialect_);
  Place at{d.external.span, ""};
  if (call && call->kind == ExternalKind::Subscript) source_.subscripts(*call, at, filled.elements);
  else source_.fail(at, Code::bad_argument, {"the elements of ", d.name, " come from a list, or a call of GET XLS SUBSCRIPT or GET DIRECT SUBSCRIPT alone"});
  return filled;
}

bool ExternalDefinitions::define(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole) {
  Place at{d.equation.span.known() ? d.equation.span : written.span, written.name};
  if (auto call = external_call(d.equation, dialect_)) {
    if (d.equation.span.known()) at.span = source_span(d.equation, lines_, call->offset, call->length);
    fetch(v, d, *call, whole, at);
    return true;
  }
  if (!d.data_rule || !trim_blanks(d.equation.text).empty()) return list(v, d, whole, at);
  named_data(v, d, whole, at);
  return true;
}

size_t ExternalDefinitions::count(const EquationDefinition& whole) const {
  size_t product = 1;
  for (uint32_t loop : whole.loops) product *= system_.dimensions[loop].size();  // at most those of an array
  return product;
}

bool ExternalDefinitions::fits(const EquationDefinition& whole, const Place& at) {
  elements_ += count(whole);
  if (elements_ <= most_elements_) return true;
  elements_ -= count(whole);
  return source_.fail(at, Code::input_too_large, {"the elements of arrays that have their values from files are more than 1,000,000 here"});
}

void ExternalDefinitions::fetch(EquationVariable& v, const Definition& d, const ExternalCall& call, const EquationDefinition& whole, const Place& at) {
  bool constants = call.kind == ExternalKind::Constants;
  size_t loops = whole.loops.size();
  if (call.kind == ExternalKind::Subscript) {
    source_.fail(at, call.given == call.wanted ? Code::bad_argument : Code::wrong_arity, {call.name, " gives the elements of a dimension, no numbers"});
  } else if (loops > (constants ? 2 : 1)) {
    source_.fail(at, Code::wrong_subscripts, {call.name, " fills at most ", constants ? "two dimensions" : "one dimension", "; write an equation for each element of the others"});
  } else if (fits(whole, at)) {
    uint32_t across = loops > 0 ? system_.dimensions[whole.loops[loops - 1]].size() : 1, down = loops > 1 ? system_.dimensions[whole.loops[0]].size() : 1;
    std::vector<double> numbers;
    std::vector<Points> series;
    if (constants) {
      if (source_.constants(call, at, down, across, numbers)) add_numbers(v, whole, numbers);
      return;
    }
    source_.series(call, at, across, series);
    if (call.kind == ExternalKind::Lookups) v.kind = VariableKind::Table;
    add_tables(v, whole, d.data_rule.value_or(DataRule::Interpolate), series, at);
  }
}

bool ExternalDefinitions::list(EquationVariable& v, const Definition& d, const EquationDefinition& whole, const Place& at) {
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
  if (numbers.size() == count(whole)) add_numbers(v, whole, numbers);
  else source_.fail(at, Code::wrong_subscripts, {"there are ", std::to_string(numbers.size()), " numbers for ", std::to_string(count(whole)), " elements"});
  return true;
}

void ExternalDefinitions::named_data(EquationVariable& v, const Definition& d, const EquationDefinition& whole, const Place& at) {
  if (!fits(whole, at)) return;
  std::vector<std::string> names;
  for (ElementWalk walk(system_.dimensions, v, whole); walk.next();) {
    std::string name = v.written->id;
    for (size_t a = 0; a < walk.place.size(); a++) name += (a ? "," : "[") + system_.dimensions[v.dimensions[a]].elements[walk.place[a]];
    names.push_back(walk.place.empty() ? name : name + "]");
  }
  std::vector<Points> series;
  if (!source_.named_series(names, at, series)) series.clear();
  add_tables(v, whole, *d.data_rule, series, at);
}

EquationDefinition& ExternalDefinitions::add(EquationVariable& v, const EquationDefinition& whole, const ElementWalk& walk) {
  EquationDefinition& one = v.definitions.emplace_back();
  one.text = whole.text;
  one.external = true;
  for (uint32_t place : walk.place) one.target.push_back({none_id, place, {}});
  return one;
}

void ExternalDefinitions::add_numbers(EquationVariable& v, const EquationDefinition& whole, const std::vector<double>& numbers) {
  for (ElementWalk walk(system_.dimensions, v, whole); walk.next();) {
    Ast& equation = add(v, whole, walk).equation;
    equation.root = equation.add_number(numbers[walk.number]);
  }
}

void ExternalDefinitions::add_tables(EquationVariable& v, const EquationDefinition& whole, DataRule rule, std::vector<Points>& series, const Place& at) {
  for (const Points& points : series) points_ += points.x.size();
  if (points_ > most_points_) {
    source_.fail(at, Code::input_too_large, {"the data that the model reads is more than 20,000,000 points here"});
    series.clear();
  }
  // Series by name are those of the walk, others those of the loops.
  bool named = series.size() < count(whole);
  size_t i = 0;
  for (ElementWalk walk(system_.dimensions, v, whole); walk.next(); i++) {
    EquationDefinition& one = add(v, whole, walk);
    if (v.kind != VariableKind::Table) {
      one.equation.root = one.equation.add_call({}, "time", {});
      one.rule = rule;
    }
    // After an error there are fewer, and what looks up in the variable is not to blame.
    size_t from = named ? i : walk.number;
    Points points = from < series.size() ? std::move(series[from]) : Points{{0}, {0}};
    one.table = add_table(system_, v.id, {TableKind::Continuous, std::move(points.x), std::move(points.y), {}, {}, {}});
  }
}

}  // namespace loopscope
