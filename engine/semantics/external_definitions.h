// What files have for a model's variables and dimensions, as definitions of one element each: numbers, tables and what looks up in them.
#pragma once
#include "semantics/external.h"

namespace loopscope {

class ExternalDefinitions {
 public:
  ExternalDefinitions(EquationSystem& system, const LineIndex& lines, const ExternalData* data, Dialect dialect, std::vector<Diagnostic>& diagnostics)
      : system_(system), lines_(lines), dialect_(dialect), diagnostics_(diagnostics), source_(data, diagnostics) {}

  // False where a definition's values come from its equation. `whole` says where they go.
  bool define(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole);
  // The dimension with the elements that its call names.
  DimensionDeclaration elements(const DimensionDeclaration& d);

 private:
  void fetch(EquationVariable& v, const Variable& written, const Definition& d, const ExternalCall& call, const EquationDefinition& whole);
  // A list of numbers, which a reader could not take apart because a file has the elements. False where the equation is none.
  bool list(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole);
  void named_data(EquationVariable& v, const Variable& written, const Definition& d, const EquationDefinition& whole);
  void add_tables(EquationVariable& v, const EquationDefinition& whole, DataRule rule, std::vector<Points>& series, const ExternalSource::Place& at);
  // The definition again for each of its elements, in the order of its loops.
  std::vector<EquationDefinition> each(const EquationDefinition& whole) const;
  size_t count(const EquationDefinition& whole) const;  // of its elements
  // False, with an error, where they are too many.
  bool fits(const EquationDefinition& whole, const ExternalSource::Place& at);
  ExternalSource::Place place(const SourceText& text, const ExternalCall& call, const std::string& variable) const;
  void error(const ExternalSource::Place& at, Code code, std::string message);

  EquationSystem& system_;
  const LineIndex& lines_;
  Dialect dialect_;
  std::vector<Diagnostic>& diagnostics_;
  ExternalSource source_;
  // So far, and the most of them: a model's few words can ask for a file's numbers again and again.
  size_t elements_ = 0, points_ = 0;
  static constexpr size_t most_elements_ = 1'000'000, most_points_ = 20'000'000;
};

}  // namespace loopscope
