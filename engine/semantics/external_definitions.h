// What files have for a model's variables and dimensions, as definitions of one element each: numbers, tables and what looks up in them.
#pragma once
#include "semantics/external.h"

namespace loopscope {

class ExternalDefinitions {
 public:
  ExternalDefinitions(EquationSystem& system, const LineIndex& lines, const ExternalData* data, Dialect dialect, std::vector<Diagnostic>& diagnostics)
      : system_(system), lines_(lines), dialect_(dialect), source_(data, diagnostics) {}

  // False where a definition's values come from its equation. `whole` says where they go.
  bool define(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole);
  // The dimension with the elements that its call names.
  DimensionDeclaration elements(const DimensionDeclaration& d);

 private:
  using Place = ExternalSource::Place;
  void fetch(EquationVariable& v, const Definition& d, const ExternalCall& call, const EquationDefinition& whole, const Place& at);
  // A list of numbers, which a reader could not take apart because a file has the elements. False where the equation is none.
  bool list(EquationVariable& v, const Definition& d, const EquationDefinition& whole, const Place& at);
  void named_data(EquationVariable& v, const Definition& d, const EquationDefinition& whole, const Place& at);
  void add_numbers(EquationVariable& v, const EquationDefinition& whole, const std::vector<double>& numbers);
  void add_tables(EquationVariable& v, const EquationDefinition& whole, DataRule rule, std::vector<Points>& series, const Place& at);
  // The definition for the element at hand.
  EquationDefinition& add(EquationVariable& v, const EquationDefinition& whole, const ElementWalk& walk);
  size_t count(const EquationDefinition& whole) const;  // of the elements that its loops pass
  // False, with an error, where they are too many.
  bool fits(const EquationDefinition& whole, const Place& at);

  EquationSystem& system_;
  const LineIndex& lines_;
  Dialect dialect_;
  ExternalSource source_;
  // So far, and the most of them: a model's few words can ask for a file's numbers again and again.
  size_t elements_ = 0, points_ = 0;
  static constexpr size_t most_elements_ = 1'000'000, most_points_ = 20'000'000;
};

}  // namespace loopscope
