#include "external/data.h"

#include <algorithm>

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
  std::vector<std::pair<double, uint32_t>> order;
  for (uint32_t i = 0; i < x.size(); i++) order.emplace_back(x[i], i);
  std::make_heap(order.begin(), order.end());
  std::sort_heap(order.begin(), order.end());
  Points sorted;
  for (auto [at, i] : order) sorted.add(at, y[i]);
  *this = std::move(sorted);
}

void ExternalData::give(const std::string& file, const std::string& sheet, std::string text, std::string_view names) {
  Sheet given{file_key(file), sheet, std::move(text), {}};
  Grid list;
  std::string ignored;
  list.parse(names, ',', ignored);
  for (uint32_t row = 0; row < list.rows(); row++)
    if (auto area = parse_area(list.at({row, 1}))) given.areas.push_back({fold_case(list.at({row, 0})), *area});
  std::vector<Sheet> others;
  for (Sheet& known : sheets_)
    if (known.file != given.file || !(given.whole() || known.whole() || known.name == sheet)) others.push_back(std::move(known));
  others.push_back(std::move(given));
  sheets_ = std::move(others);
}

const ExternalData::Sheet* ExternalData::find(const std::string& file, const std::string& sheet, std::string& known) const {
  std::string key = file_key(file), wanted = fold_case(trim_blanks(sheet));
  for (const Sheet& one : sheets_) {
    if (one.file != key) continue;
    if (one.whole() || fold_case(one.name) == wanted) return &one;
    known += (known.empty() ? "" : ", ") + one.name;
  }
  return nullptr;
}

Points& ExternalData::Series::of(std::string_view name) {
  uint32_t& at = index.emplace(series_name(name), uint32_t(points.size())).first->second;
  if (at == points.size()) points.emplace_back();
  return points[at];
}

std::vector<Diagnostic> ExternalData::give_series(const std::string& file, std::string_view text) {
  Series given{file, {}, {}};
  std::string problem = has_extension(file, ".csv")   ? read_table(text, ',', given)
                        : has_extension(file, ".tab") ? read_table(text, '\t', given)
                                                      : read_dat(text, given);
  if (!problem.empty()) return {diagnose(Code::bad_data, file + " " + problem)};
  for (Points& points : given.points) points.sort();
  for (Series& known : series_)
    if (known.file == file) return known = std::move(given), std::vector<Diagnostic>();
  series_.push_back(std::move(given));
  return {};
}

std::string ExternalData::read_table(std::string_view text, char delimiter, Series& out) {
  Grid grid;
  std::string problem;
  if (!grid.parse(text, delimiter, problem)) return problem;
  for (uint32_t column = 1; column < grid.columns(0); column++) {
    Points& points = out.of(grid.at({0, column}));
    points = {};  // of two columns of one name the last counts, as in a .dat file
    for (uint32_t row = 1; row < grid.rows(); row++) {
      auto time = parse_number(grid.at({row, 0})), value = parse_number(grid.at({row, column}));
      if (time && value) points.add(*time, *value);
    }
  }
  return "";
}

std::string ExternalData::read_dat(std::string_view text, Series& out) {
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
      points = &out.of(trimmed);
      *points = {};
    } else {
      return "has a line " + std::to_string(number) + " that is neither the name of a variable nor a time and a value";
    }
  }
  return "";
}

const Points* ExternalData::series(const std::string& name) const {
  for (const Series& one : series_) {
    auto it = one.index.find(name);
    if (it != one.index.end() && !one.points[it->second].x.empty()) return &one.points[it->second];
  }
  return nullptr;
}

}  // namespace loopscope
