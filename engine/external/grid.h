// Sheets of cells: delimited text taken apart, and the references by which models name cells. Rows and columns count from 0.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loopscope {

struct Cell {
  uint32_t row = 0, column = 0;
};
struct CellArea {
  Cell first, last;  // both are of it
};

// "12" is row 11, "AB" column 27; "B2" and "$b$2" are a cell, "$B$4:$G$4" an area. At most 10,000,000 rows and 18,278 columns.
std::optional<uint32_t> parse_row(std::string_view text);
std::optional<uint32_t> parse_column(std::string_view text);
std::optional<Cell> parse_cell(std::string_view text);
std::optional<CellArea> parse_area(std::string_view text);
// "B2"
std::string cell_name(Cell cell);

// What a .csv or .tab file holds: cells between delimiters, a quoted one with any text in it and its quotes doubled.
class Grid {
 public:
  // False, and why, where the text is no such table.
  bool parse(std::string_view text, char delimiter, std::string& problem);
  uint32_t rows() const { return uint32_t(rows_.size()) - 1; }
  uint32_t columns(uint32_t row) const { return row < rows() ? rows_[row + 1] - rows_[row] : 0; }
  // Without blanks around it; empty where there is no such cell.
  std::string_view at(Cell cell) const;

 private:
  std::string text_;              // of all cells, quotes resolved
  std::vector<uint32_t> starts_;  // of each cell in it, and its end
  std::vector<uint32_t> rows_{0}; // the first cell of each row, and the number of cells
};

}  // namespace loopscope
