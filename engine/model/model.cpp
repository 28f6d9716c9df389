#include "model/model.h"

#include <algorithm>
#include <iterator>

#include "support/number.h"

namespace loopscope {

namespace {
using Pair = std::pair<uint32_t, uint32_t>;

// The file offset of the byte at `offset`: the last pair at or before it counts.
uint32_t begin_in_file(const std::vector<Pair>& offsets, uint32_t offset) {
  auto after = std::upper_bound(offsets.begin(), offsets.end(), Pair(offset, UINT32_MAX));
  const Pair& pair = after == offsets.begin() ? *after : *(after - 1);
  return pair.second + (offset - std::min(offset, pair.first));
}

// The file offset of an end: the first pair at it counts, which is where the text before a gap ends.
uint32_t end_in_file(const std::vector<Pair>& offsets, uint32_t offset) {
  auto at = std::lower_bound(offsets.begin(), offsets.end(), Pair(offset, 0));
  if (at != offsets.end() && at->first == offset) return at->second;
  return begin_in_file(offsets, offset);
}
}  // namespace

namespace {
struct MethodName {
  const char *name, *word;
  int vensim;
};
// By Method. Vensim's codes: 0, 1 and 5 are met in models whose results are known; 2, 3 and 4 are what other readers of the format take them for.
constexpr MethodName methods[] = {{"euler", "Euler", 0},          {"rk2", "RK2", 3},
                                  {"rk4", "RK4", 1},              {"rk2auto", "RK2Auto, RK2", 4},
                                  {"rk4auto", "RK4Auto, RK4", 5}, {"difference", "Difference, Euler", 2}};

template <class F>
std::optional<Method> first_method(F&& fits) {
  for (const MethodName& method : methods)
    if (fits(method)) return Method(&method - methods);
  return std::nullopt;
}
}  // namespace

const char* method_name(Method method) { return methods[int(method)].name; }
const char* method_word(Method method) { return methods[int(method)].word; }
std::optional<Method> find_method(std::string_view name) {
  return first_method([&](const MethodName& method) { return name == method.name; });
}
int vensim_code(Method method) { return methods[int(method)].vensim; }
std::optional<Method> vensim_method(double code) {
  return first_method([&](const MethodName& method) { return code == method.vensim; });
}

std::optional<TableKind> find_table_kind(std::string_view name) {
  auto found = std::find(std::begin(table_kind_names), std::end(table_kind_names), name);
  return found == std::end(table_kind_names) ? std::nullopt : std::optional(TableKind(found - table_kind_names));
}

std::string_view vensim_setting(std::string_view settings, std::string_view number) {
  for (size_t begin = 0; begin < settings.size();) {
    size_t end = std::min(settings.find_first_of("\r\n", begin), settings.size());
    std::string_view line = settings.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(number) && line.substr(number.size()).starts_with(":")) return line.substr(number.size() + 1);
  }
  return "";
}

std::optional<Calendar> vensim_calendar(std::string_view settings) {
  std::optional<double> values[4];
  for (int i = 0; i < 4; i++) values[i] = parse_number(vensim_setting(settings, std::to_string(37 + i)));
  for (const std::optional<double>& value : values)
    if (!value) return std::nullopt;
  if (!(*values[3] >= 0 && *values[3] <= 7)) return std::nullopt;
  return Calendar{*values[0], *values[1], *values[2], int(*values[3])};
}

std::vector<double> spread_points(std::pair<double, double> scale, size_t count) {
  auto [low, high] = scale;
  std::vector<double> out;
  for (size_t i = 0; i < count; i++) out.push_back(i == 0 ? low : low + (high - low) * double(i) / double(count - 1));
  return out;
}

bool has_spread_points(const GraphicalFunction& table) { return table.x_scale && table.x == spread_points(*table.x_scale, table.x.size()); }

bool is_input(const Variable& variable) { return variable.xml_attributes.find(" access=\"input\"") != std::string::npos; }

void settle_kind(Variable& variable) {
  bool tables = variable.kind == VariableKind::Auxiliary && !variable.definitions.empty();
  for (const Definition& d : variable.definitions) tables = tables && d.table && d.equation.text.empty();
  if (tables) variable.kind = VariableKind::Table;
}

Span source_span(const SourceText& source, const LineIndex& lines, uint32_t offset, uint32_t length) {
  if (source.offsets.empty()) return source.span;
  uint32_t size = uint32_t(source.text.size());
  offset = std::min(offset, size);
  length = std::min(length, size - offset);
  uint32_t begin = begin_in_file(source.offsets, offset);
  uint32_t end = length ? end_in_file(source.offsets, offset + length) : begin;
  return lines.span(begin, end > begin ? end - begin : 0);
}

}  // namespace loopscope
