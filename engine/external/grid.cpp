#include "external/grid.h"

#include <algorithm>

#include "model/names.h"

namespace loopscope {

namespace {
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
}  // namespace

std::optional<uint32_t> parse_row(std::string_view text) {
  constexpr size_t most_digits = 7;
  if (text.empty() || text.size() > most_digits || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  uint32_t row = 0;
  for (char c : text) row = row * 10 + uint32_t(c - '0');
  return row ? std::optional(row - 1) : std::nullopt;
}

std::optional<uint32_t> parse_column(std::string_view text) {
  constexpr size_t most_letters = 3;
  if (text.empty() || text.size() > most_letters || !std::all_of(text.begin(), text.end(), is_letter)) return std::nullopt;
  uint32_t column = 0;
  for (char c : text) column = column * 26 + uint32_t((c | 32) - 'a') + 1;
  return column - 1;
}

std::optional<Cell> parse_cell(std::string_view text) {
  if (text.substr(0, 1) == "$") text.remove_prefix(1);
  size_t letters = 0;
  while (letters < text.size() && is_letter(text[letters])) letters++;
  size_t digits = letters < text.size() && text[letters] == '$' ? letters + 1 : letters;
  auto column = parse_column(text.substr(0, letters)), row = parse_row(text.substr(digits));
  if (!column || !row) return std::nullopt;
  return Cell{*row, *column};
}

std::optional<CellArea> parse_area(std::string_view text) {
  size_t colon = text.find(':');
  auto first = parse_cell(text.substr(0, colon));
  auto last = colon == text.npos ? first : parse_cell(text.substr(colon + 1));
  if (!first || !last || last->row < first->row || last->column < first->column) return std::nullopt;
  return CellArea{*first, *last};
}

std::string cell_name(Cell cell) {
  std::string letters;
  for (uint32_t n = cell.column + 1; n; n = (n - 1) / 26) letters.insert(letters.begin(), char('A' + (n - 1) % 26));
  return letters + std::to_string(cell.row + 1);
}

bool Grid::parse(std::string_view text, char delimiter, std::string& problem) {
  constexpr size_t most_bytes = 200'000'000;
  if (text.size() > most_bytes) {
    problem = "is larger than 200 MB";
    return false;
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  text_.reserve(text.size());
  for (size_t i = 0; i < text.size();) {  // a row
    for (;; i++) {                        // a cell
      starts_.push_back(uint32_t(text_.size()));
      size_t quote = i;
      while (quote < text.size() && text[quote] == ' ') quote++;
      if (quote < text.size() && text[quote] == '"') {
        for (i = quote + 1; i < text.size() && (text[i] != '"' || text.substr(i + 1, 1) == "\""); i++) {
          text_ += text[i];
          if (text[i] == '"') i++;
        }
        if (i++ >= text.size()) {
          problem = "has a quote in line " + std::to_string(std::count(text.begin(), text.begin() + long(quote), '\n') + 1) + " that is not closed";
          return false;
        }
      }
      while (i < text.size() && text[i] != delimiter && text[i] != '\n' && text[i] != '\r') text_ += text[i++];
      if (i >= text.size() || text[i] != delimiter) break;
    }
    rows_.push_back(uint32_t(starts_.size()));
    if (text.substr(i, 2) == "\r\n") i++;
    i++;
  }
  starts_.push_back(uint32_t(text_.size()));
  return true;
}

std::string_view Grid::at(Cell cell) const {
  if (cell.column >= columns(cell.row)) return {};
  uint32_t i = rows_[cell.row] + cell.column;
  return trim_blanks(std::string_view(text_).substr(starts_[i], starts_[i + 1] - starts_[i]));
}

}  // namespace loopscope
