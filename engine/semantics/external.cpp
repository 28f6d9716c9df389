#include "semantics/external.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "model/names.h"
#include "support/json.h"
#include "support/number.h"

namespace loopscope {

std::optional<ExternalCall> external_call(const SourceText& text, Dialect dialect) {
  std::string_view start = trim_blanks(text.text);
  if (start.size() < 3 || (start[0] != '{' && fold_case(start.substr(0, 3)) != "get")) return std::nullopt;
  std::vector<ParseError> ignored;
  Ast ast = parse_equation(text.text, dialect, ignored);
  if (ast.empty() || ast.nodes[ast.root].kind != AstKind::Call) return std::nullopt;
  const AstNode& n = ast.nodes[ast.root];
  const Builtin* builtin = find_builtin(ast.name_of(ast.root));
  if (!builtin || builtin->kind != BuiltinKind::External) return std::nullopt;
  ExternalCall call{ExternalKind(builtin->target), ast.name_of(ast.root), {}, n.count, builtin->minimum, n.offset, n.length};
  for (char& c : call.name) c = c == '_' ? ' ' : char(c >= 'a' ? c - 32 : c);
  bool fits = call.given == call.wanted;
  for (uint32_t i = 0; i < n.count; i++) fits &= ast.nodes[ast.child(ast.root, i)].kind == AstKind::String;
  for (uint32_t i = 0; fits && i < n.count; i++) {
    std::string_view written = ast.name_of(ast.child(ast.root, i)), bare = trim_blanks(written);
    call.arguments.emplace_back(i == 4 || (i == 1 && bare.empty()) ? written : bare);  // a prefix; a tab or a blank between cells
  }
  return call;
}

namespace {
// What a .mdl file's settings say that names such as ?name stand for: a line `30:?name=file` each.
std::unordered_map<std::string_view, std::string_view> targets_of(std::string_view settings) {
  std::unordered_map<std::string_view, std::string_view> out;
  for (size_t begin = 0; begin < settings.size();) {
    size_t end = std::min(settings.find_first_of("\r\n", begin), settings.size());
    std::string_view line = settings.substr(begin, end - begin);
    begin = end + 1;
    size_t equal = line.find('=');
    if (line.starts_with("30:?") && equal != line.npos) out.emplace(line.substr(3, equal - 3), trim_blanks(line.substr(equal + 1)));
  }
  return out;
}

// Each once.
struct Requests {
  const Project& project;
  std::unordered_map<std::string_view, std::string_view> targets;
  JsonWriter json;
  std::unordered_set<std::string> tables;
  std::vector<std::string> variables;

  void add(const SourceText& text) {
    auto call = external_call(text, project.dialect);
    if (!call || call->arguments.empty() || !tables.insert(call->arguments[0] + '\n' + call->arguments[1]).second) return;
    json.begin_object();
    json.member("kind", "table");
    json.member("file", std::string_view(call->arguments[0]));
    json.member("sheet", std::string_view(call->arguments[1]));
    auto target = targets.find(call->arguments[0]);
    if (target != targets.end() && !target->second.empty()) json.member("target", target->second);
    json.end_object();
  }
  void add(const Variable& v) {
    for (const Definition& d : v.definitions) {
      if (!trim_blanks(d.equation.text).empty()) add(d.equation);
      else if (d.data_rule && (variables.empty() || variables.back() != v.name)) variables.push_back(v.name);
    }
  }
};
}  // namespace

std::string external_requests(const Project& project) {
  Requests requests{project, targets_of(project.settings), JsonWriter(), {}, {}};
  JsonWriter& json = requests.json;
  json.begin_array();
  for (const DimensionDeclaration& d : project.dimensions) requests.add(d.external);
  for (const Model& model : project.models)
    for (const Variable& v : model.variables) requests.add(v);
  if (!requests.variables.empty()) {
    json.begin_object();
    json.member("kind", "series");
    json.key("variables");
    json.begin_array();
    for (const std::string& name : requests.variables) json.value(std::string_view(name));
    json.end_array();
    json.end_object();
  }
  json.end_array();
  return json.take();
}

bool ExternalSource::fail(const Place& place, Code code, std::initializer_list<std::string_view> words) {
  std::string message;
  for (std::string_view word : words) message += word;
  diagnostics_.push_back(diagnose(code, std::move(message), place.span, place.variable));
  return false;
}

namespace {
// "sheet Data of f.xlsx", "f.csv"
std::string where(const ExternalCall& call) {
  bool sheet = call.arguments[1].size() > 1 && !has_extension(call.arguments[0], ".csv");
  return (sheet ? "sheet " + call.arguments[1] + " of " : "") + call.arguments[0];
}

char delimiter_of(const ExternalCall& call) {
  const std::string& given = call.arguments[1];
  if (given.size() == 1) return given[0];
  return has_extension(call.arguments[0], ".csv") && given != "\\t" ? ',' : '\t';
}

const CellArea* named_area(const ExternalData::Sheet& sheet, std::string_view text) {
  std::string name = fold_case(text);
  for (const ExternalData::NamedArea& named : sheet.areas)
    if (named.name == name) return &named.area;
  return nullptr;
}

// The named range or the cell.
std::optional<CellArea> locate(const ExternalData::Sheet& sheet, std::string_view text) {
  const CellArea* named = named_area(sheet, text);
  return named ? *named : parse_area(text.find(':') == text.npos ? text : "");
}
}  // namespace

const ExternalSource::Table* ExternalSource::table(const ExternalCall& call, const Place& place) {
  if (call.arguments.empty()) {
    fail(place, call.given == call.wanted ? Code::bad_argument : Code::wrong_arity, {call.name, " takes ", std::to_string(call.wanted), " texts in single quotes, as in 'data.xlsx'"});
    return nullptr;
  }
  const std::string &file = call.arguments[0], &sheet = call.arguments[1];
  for (const auto& known : tables_)
    if (known->file == file && known->sheet == sheet) return known.get();
  std::string sheets, problem;
  const ExternalData::Sheet* given = data_ ? data_->find(file, sheet, sheets) : nullptr;
  if (!given) {
    if (!sheets.empty()) fail(place, Code::missing_data, {file, " has no sheet ", sheet, "; it has ", sheets});
    else if (file[0] == '?') fail(place, Code::missing_data, {file, " stands for a file; say which when the model is loaded"});
    else fail(place, Code::missing_data, {call.name, " reads ", file, ", which was not found or not given when the model was loaded"});
    return nullptr;
  }
  auto read = std::make_unique<Table>(Table{file, sheet, given, {}});
  if (!read->grid.parse(given->text, given->whole() ? delimiter_of(call) : ',', problem)) {
    fail(place, Code::bad_data, {where(call), " ", problem});
    return nullptr;
  }
  tables_.push_back(std::move(read));
  return tables_.back().get();
}

bool ExternalSource::no_cell(const ExternalCall& call, const Place& place, std::string_view text) {
  return fail(place, Code::bad_argument, {"'", text, "' is neither a cell such as B2 nor the name of a range in ", where(call)});
}

bool ExternalSource::subscripts(const ExternalCall& call, const Place& place, std::vector<std::string>& elements) {
  const Table* from = table(call, place);
  if (!from) return false;
  const std::string& last = call.arguments[3];
  auto area = locate(*from->from, call.arguments[2]);
  if (!area) return no_cell(call, place, call.arguments[2]);
  constexpr uint32_t no_end = UINT32_MAX - 1;
  if (auto end = locate(*from->from, last)) area->last = end->last;
  else if (auto row = parse_row(last)) area->last = {*row, no_end};
  else if (auto column = parse_column(last)) area->last = {no_end, *column};
  else if (!last.empty()) return no_cell(call, place, last);
  else if (!named_area(*from->from, call.arguments[2])) area->last = {no_end, no_end};
  std::unordered_set<std::string> seen;
  for (uint32_t row = area->first.row; row <= area->last.row && row < from->grid.rows(); row++)
    for (uint32_t column = area->first.column; column <= area->last.column && column < from->grid.columns(row); column++) {
      std::string_view text = from->grid.at({row, column});
      if (text.empty()) continue;
      constexpr size_t most_elements = 1'000'000;
      if (elements.size() >= most_elements) return fail(place, Code::input_too_large, {"there are more than 1,000,000 elements in ", where(call)});
      elements.push_back(call.arguments[4] + std::string(text));
      if (!seen.insert(canonical_name(elements.back())).second)
        return fail(place, Code::duplicate_name, {"the element ", elements.back(), " stands twice in ", where(call), ", again in ", cell_name({row, column})});
    }
  return !elements.empty() || fail(place, Code::missing_data, {"there are no elements in ", where(call), " from ", call.arguments[2], " on"});
}

bool ExternalSource::constants(const ExternalCall& call, const Place& place, uint32_t down, uint32_t across, std::vector<double>& numbers) {
  const Table* from = table(call, place);
  if (!from) return false;
  std::string_view text = call.arguments[2];
  bool transposed = !text.empty() && text.back() == '*';
  if (transposed) text = trim_blanks(text.substr(0, text.size() - 1));
  auto area = locate(*from->from, text);
  if (!area) return no_cell(call, place, call.arguments[2]);
  bool said = false;
  for (uint32_t i = 0; i < down; i++)
    for (uint32_t j = 0; j < across; j++) {
      Cell cell{area->first.row + (transposed ? j : i), area->first.column + (transposed ? i : j)};
      std::string_view found = from->grid.at(cell);
      if (found.empty()) return fail(place, Code::missing_data, {"the cell ", cell_name(cell), " of ", where(call), " is empty; a number is wanted there"});
      auto number = parse_number(found);
      numbers.push_back(number.value_or(0));
      if (number || std::exchange(said, true)) continue;
      fail(place, Code::bad_data, {"the cell ", cell_name(cell), " of ", where(call), " is '", found.substr(0, 40), "', which is no number; 0 is taken"});
      diagnostics_.back().severity = Severity::Warning;
    }
  return true;
}

bool ExternalSource::series(const ExternalCall& call, const Place& place, uint32_t count, std::vector<Points>& series) {
  const Table* from = table(call, place);
  if (!from) return false;
  const Grid& grid = from->grid;
  auto values = locate(*from->from, call.arguments[3]);
  if (!values) return no_cell(call, place, call.arguments[3]);
  // Along the x values: a row from the first value's column on, a column from its row on, or a named range.
  const std::string& along = call.arguments[2];
  auto row = parse_row(along), column = parse_column(along);
  CellArea axis;
  const CellArea* named = named_area(*from->from, along);
  if (named) axis = *named;
  else if (row) axis = {{*row, values->first.column}, {*row, grid.columns(*row) - 1}};
  else if (column) axis = {{values->first.row, *column}, {grid.rows() - 1, *column}};
  else return fail(place, Code::bad_argument, {"'", along, "' is neither a row such as 1, a column such as A, nor the name of a range in ", where(call)});
  bool across = named ? axis.first.row == axis.last.row : row.has_value();
  auto step = [&](Cell first, uint32_t by) { return across ? Cell{first.row, first.column + by} : Cell{first.row + by, first.column}; };
  int64_t length = across ? int64_t(int32_t(axis.last.column)) - axis.first.column : int64_t(int32_t(axis.last.row)) - axis.first.row;
  std::vector<std::pair<uint32_t, double>> x;  // how far along
  for (uint32_t i = 0; i <= length; i++)
    if (auto number = parse_number(grid.at(step(axis.first, i)))) x.emplace_back(i, *number);
  for (uint32_t k = 0; k < count; k++) {
    Cell first = across ? Cell{values->first.row + k, values->first.column} : Cell{values->first.row, values->first.column + k};
    Points points;
    for (auto [i, at] : x)
      if (auto y = parse_number(grid.at(step(first, i)))) points.add(at, *y);
    if (points.x.empty())
      return fail(place, Code::missing_data, {where(call), " has no numbers in the ", across ? "row" : "column", " from ", cell_name(first), " on that have one in '", along, "'"});
    points.sort();
    series.push_back(std::move(points));
  }
  return true;
}

bool ExternalSource::named_series(const std::vector<std::string>& names, const Place& place, std::vector<Points>& series) {
  size_t missing = 0;
  std::string_view first;
  for (const std::string& name : names) {
    const Points* points = data_ ? data_->series(name) : nullptr;
    if (points) series.push_back(*points);
    else if (missing++ == 0) first = name;
  }
  if (missing == 0) return true;
  std::string others = missing > 1 ? " and " + std::to_string(missing - 1) + " more" : "";
  return fail(place, Code::missing_data, {"there is no data for ", first, others, "; give a .dat, .csv or .tab file that has it"});
}

}  // namespace loopscope
