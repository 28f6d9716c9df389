// What the host hands over of the files that a model names: tables for its GET calls, and series for data variables without an
// equation. The engine opens no file.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "external/grid.h"
#include "support/diagnostics.h"

namespace loopscope {

// Points with x in order, however they stood in the file.
struct Points {
  std::vector<double> x, y;
  void add(double at, double value) {
    x.push_back(at);
    y.push_back(value);
  }
  void sort();
};

class ExternalData {
 public:
  struct NamedArea {
    std::string name;  // in lower case
    CellArea area;
  };
  struct Sheet {
    std::string file, name, text;
    std::vector<NamedArea> areas;
    bool whole() const { return name.empty(); }  // a text file, whose delimiter the call knows; a spreadsheet's sheet has commas
  };

  // A text file (no sheet), or a spreadsheet's sheet as comma-separated text with a line `name,$B$4:$G$4` for each named range of it.
  // What was given before under that name goes.
  void give(const std::string& file, const std::string& sheet, std::string text, std::string_view names);
  // Series by the names of variables: a .csv or .tab file has a column each and time in the first; any other file is Vensim's .dat, a line
  // with the name and then a line `time value` each point.
  std::vector<Diagnostic> give_series(const std::string& file, std::string_view text);

  // Null if there is none; `known`: the names of those that there are.
  const Sheet* find(const std::string& file, const std::string& sheet, std::string& known) const;
  // Of a variable's element: `series_name`. The file that was given first counts.
  const Points* series(const std::string& name) const;

 private:
  struct Series {
    std::string file;
    std::unordered_map<std::string, uint32_t> index;
    std::vector<Points> points;
    Points& of(std::string_view name);
  };
  // The problem, empty where there is none.
  static std::string read_table(std::string_view text, char delimiter, Series& out);
  static std::string read_dat(std::string_view text, Series& out);

  std::vector<Sheet> sheets_;
  std::vector<Series> series_;
};

// What the series of a variable's element goes by: "bc_values[b1,c1]", of a name as a file spells it.
std::string series_name(std::string_view written);

// Is it a file of that kind by its name's ending? `extension` in lower case with its point.
bool has_extension(std::string_view file, std::string_view extension);

}  // namespace loopscope
