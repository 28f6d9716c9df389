#include "external/data.h"

#include <algorithm>
#include <numeric>

#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {
std::string file_key(std::string_view file) {
  std::string key = fold_case(trim_blanks(file));
  std::replace(key.begin(), key.end(), '\\', '/');
  return key;
}
}  // namespace

bool has_extension(std::string_view file, std::string_view extension) {
  return file.size() >= extension.size() && fold_case(file.substr(file.size() - extension.size())) == extension;
}

std::string series_name(std::string_view written) {
  written = trim_blanks(written);
  size_t open = written.rfind('[');
  if (open == written.npos || written.back() != ']') return canonical_name(written);
  std::string name = canonical_name(written.substr(0, open));
  char before = '[';
  for (const std::string& subscript : split_subscripts(written.substr(open + 1, written.size() - open - 2))) {
    name += before + canonical_name(subscript);
    before = ',';
  }
  return name + "]";
}

void Points::sort() {
  if (std::is_sorted(x.begin(), x.end())) return;
  std::vector<uint32_t> order(x.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return x[a] < x[b]; });
  Points sorted;
  for (uint32_t i : order) sorted.add(x[i], y[i]);
  *this = std::move(sorted);
}

void ExternalData::give(const std::string& file, const std::string& sheet, std::string text, std::string_view names) {
  Sheet given{std::move(text), sheet.empty(), {}};
  Grid list;
  std::string ignored;
  list.parse(names, ',', ignored);
  for (uint32_t row = 0; row < list.rows(); row++)
    if (auto area = parse_area(list.at({row, 1}))) given.names[fold_case(list.at({row, 0}))] = *area;
  auto& sheets = files_[file_key(file)];
  if (sheet.empty()) sheets.clear();
  std::erase_if(sheets, [&](const auto& known) { return known.second.whole || known.first == sheet; });
  sheets.emplace_back(sheet, std::move(given));
}

const ExternalData::Sheet* ExternalData::find(const std::string& file, const std::string& sheet, std::string& known) const {
  auto sheets = files_.find(file_key(file));
  if (sheets == files_.end()) return nullptr;
  std::string wanted = fold_case(trim_blanks(sheet));
  for (const auto& [name, one] : sheets->second) {
    if (one.whole || fold_case(name) == wanted) return &one;
    known += (known.empty() ? "" : ", ") + name;
  }
  return nullptr;
}

std::vector<Diagnostic> ExternalData::give_series(const std::string& file, std::string_view text) {
  Series given;
  std::vector<Diagnostic> problems = has_extension(file, ".csv")   ? read_table(file, text, ',', given)
                                     : has_extension(file, ".tab") ? read_table(file, text, '\t', given)
                                                                   : read_dat(file, text, given);
  if (!problems.empty()) return problems;
  for (auto& [name, points] : given) points.sort();
  auto before = std::find_if(series_.begin(), series_.end(), [&](const auto& known) { return known.first == file; });
  if (before != series_.end()) before->second = std::move(given);
  else series_.emplace_back(file, std::move(given));
  return {};
}

std::vector<Diagnostic> ExternalData::read_table(const std::string& file, std::string_view text, char delimiter, Series& out) {
  Grid grid;
  std::string problem;
  if (!grid.parse(text, delimiter, problem)) return {diagnose(Code::bad_data, file + " " + problem)};
  for (uint32_t column = 1; column < grid.columns(0); column++) {
    Points& points = out[series_name(grid.at({0, column}))];
    for (uint32_t row = 1; row < grid.rows(); row++) {
      auto time = parse_number(grid.at({row, 0})), value = parse_number(grid.at({row, column}));
      if (time && value) points.add(*time, *value);
    }
  }
  return {};
}

std::vector<Diagnostic> ExternalData::read_dat(const std::string& file, std::string_view text, Series& out) {
  Points* points = nullptr;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  for (size_t number = 1; !text.empty(); number++) {
    size_t end = text.find_first_of("\r\n");
    std::string_view line = text.substr(0, end), trimmed = trim_blanks(line);
    text.remove_prefix(end == text.npos ? text.size() : end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    if (trimmed.empty()) continue;
    size_t gap = std::min(trimmed.find_first_of(" \t"), trimmed.size());
    std::string_view rest = trim_blanks(trimmed.substr(gap));
    auto time = parse_number(trimmed.substr(0, gap)), value = parse_number(rest);
    bool point = time && (value || (rest.empty() && line.find('\t') != line.npos));  // with a blank for its value it is none
    if (point && points) {
      if (value) points->add(*time, *value);
    } else if (!point && trimmed.find('\t') == trimmed.npos) {
      points = &out[series_name(trimmed)];
      *points = {};
    } else {
      return {diagnose(Code::bad_data, "line " + std::to_string(number) + " of " + file + " is neither the name of a variable nor a time and a value")};
    }
  }
  return {};
}

const Points* ExternalData::series(const std::string& name) const {
  for (const auto& [file, series] : series_) {
    auto it = series.find(name);
    if (it != series.end() && !it->second.x.empty()) return &it->second;
  }
  return nullptr;
}

}  // namespace loopscope
