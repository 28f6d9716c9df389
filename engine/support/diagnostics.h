// Diagnostics: what the engine says about bad input. Codes are stable strings that live in one table
// (diagnostics.def); every message says what is wrong, where, and what to do next.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "support/span.h"

namespace loopscope {

enum class Severity { Error, Warning, Note };

enum class Code {
#define DIAGNOSTIC(name, severity, text) name,
#include "support/diagnostics.def"
#undef DIAGNOSTIC
};

// The stable name of a code ("unknown_variable").
const char* code_name(Code code);
Severity code_severity(Code code);
const char* severity_name(Severity severity);

struct Diagnostic {
  Code code{};
  Severity severity{Severity::Error};
  std::string model;     // name of the model (empty: the main one or none)
  std::string variable;  // display name of the variable concerned, may be empty
  std::string message;   // one sentence or two: what is wrong and what to do
  Span span;             // in the source file; length 0 with offset 0 and line 0 = no place known
};

Diagnostic diagnose(Code code, std::string message, Span span = {}, std::string variable = {});
bool has_errors(const std::vector<Diagnostic>& diagnostics);

// What a reader has to say of one file: no more than anybody reads, since hostile files could fill the memory with it.
constexpr size_t max_reports = 1000;
class LimitedReports {
 public:
  explicit LimitedReports(std::vector<Diagnostic>& diagnostics) : diagnostics_(diagnostics) {}
  // The last that is kept says that there are more.
  void add(Diagnostic diagnostic);

 private:
  std::vector<Diagnostic>& diagnostics_;
  size_t reported_ = 0;
};

// The same of a file whose places are views into its text.
class Reports {
 public:
  Reports(std::string_view text, std::vector<Diagnostic>& diagnostics) : text_(text), lines_(text), reports_(diagnostics) {}
  // `at`: a part of the text, or any other view for a place that is not known.
  void report(Code code, std::string message, std::string_view at, std::string variable = {});
  Span span(std::string_view part) const;

 private:
  std::string_view text_;
  LineIndex lines_;
  LimitedReports reports_;
};

// "file:line:col: error[code]: message" followed by the source line and a caret. `source` may be empty.
std::string render_diagnostic(const Diagnostic& diagnostic, std::string_view file, std::string_view source);
// JSON array of {code, severity, model, variable, message, line, column, offset, length}.
std::string diagnostics_to_json(const std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
