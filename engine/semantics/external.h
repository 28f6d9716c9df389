// The calls that fetch what stands in files: GET XLS, DIRECT or 123 with CONSTANTS, DATA, LOOKUPS or SUBSCRIPT. Each is the whole of an
// equation; what it gives becomes numbers, tables and elements when equations are built, so that nothing later knows of files.
#pragma once
#include <initializer_list>
#include <memory>
#include <optional>

#include "external/data.h"
#include "semantics/builtins.h"
#include "semantics/equations.h"

namespace loopscope {

struct ExternalCall {
  ExternalKind kind;
  std::string name;                    // as it is written: GET XLS DATA
  std::vector<std::string> arguments;  // file, sheet or delimiter, ...; empty where they are not what they should be
  uint32_t given, wanted;              // how many there are and should be
  uint32_t offset, length;             // in the equation's text
};

// The call that is the whole of the text, if that is what it is; quick where it is not.
std::optional<ExternalCall> external_call(const SourceText& text, Dialect dialect);

// What a project wants from its host (with `target`, what the model file says a name such as ?data stands for), as JSON:
// [{"kind": "table", "file": "…", "sheet": "…"}, {"kind": "series", "variables": ["…"]}].
std::string external_requests(const Project& project);

// Reads what calls name. False after an error, which is told at the place given.
class ExternalSource {
 public:
  struct Place {
    Span span;
    std::string variable;
  };
  ExternalSource(const ExternalData* data, std::vector<Diagnostic>& diagnostics) : data_(data), diagnostics_(diagnostics) {}

  bool subscripts(const ExternalCall& call, const Place& place, std::vector<std::string>& elements);
  // As many numbers downwards and across, row by row: those of the array, whichever way they stand in the sheet.
  bool constants(const ExternalCall& call, const Place& place, uint32_t down, uint32_t across, std::vector<double>& numbers);
  // Of DATA and LOOKUPS: as many series beside each other.
  bool series(const ExternalCall& call, const Place& place, uint32_t count, std::vector<Points>& series);
  // Of a data variable without an equation, by its elements' names.
  bool named_series(const std::vector<std::string>& names, const Place& place, std::vector<Points>& series);
  // Tells an error; false.
  bool fail(const Place& place, Code code, std::initializer_list<std::string_view> words);

 private:
  struct Table {
    std::string file, sheet;
    const ExternalData::Sheet* from;
    Grid grid;
  };
  const Table* table(const ExternalCall& call, const Place& place);
  bool no_cell(const ExternalCall& call, const Place& place, std::string_view text);

  const ExternalData* data_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::unique_ptr<Table>> tables_;  // that were read
};

}  // namespace loopscope
