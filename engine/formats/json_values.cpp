#include <algorithm>
#include <iterator>

#include "formats/json_parts.h"

namespace loopscope {

namespace {
// Fields that other tools write and nothing here needs.
constexpr std::string_view unused_fields[] = {
    "views", "loopMetadata", "loop_metadata", "relationships", "groups", "units", "source", "uid", "canBeModuleInput", "isPublic",
    "additionalOutputs", "hasExceptDefault",
};
}  // namespace

void JsonValues::report(Code code, std::string message, const Value& at, const std::string& variable) {
  Diagnostic diagnostic = diagnose(code, std::move(message), file.span(at), variable);
  diagnostic.model = model_name;
  reports_.add(std::move(diagnostic));
}

bool JsonValues::is(const Value& value, Kind kind) {
  if (value.kind == kind) return true;
  if (value.kind != Kind::Null)
    report(Code::json_field, (path.empty() ? "the file" : path) + " must be " + (kind == Kind::True ? "true or false" : JsonFile::kind_name(kind)) +
                                 ", not " + JsonFile::kind_name(value.kind), value);
  return false;
}

std::optional<double> JsonValues::number(const Value& value) {
  if (!is(value, Kind::Number)) return {};
  auto number = file.number(value);
  if (!number) report(Code::bad_number, path + " is too large for a number", value);
  return number;
}

bool JsonValues::flag(const Value& value) {
  if (value.kind == Kind::True) return true;
  if (value.kind != Kind::False) is(value, Kind::True);
  return false;
}

std::vector<SourceText> JsonValues::sources(const Value& value) {
  std::vector<SourceText> out;
  items(value, [&](const Value& item) { out.push_back(source(item)); });
  return out;
}

std::vector<std::string> JsonValues::texts(const Value& value) {
  std::vector<std::string> out;
  items(value, [&](const Value& item) { out.push_back(text(item)); });
  return out;
}

void JsonValues::unknown(const std::string& name, const Value& at) {
  bool known = std::find(std::begin(unused_fields), std::end(unused_fields), name) != std::end(unused_fields);
  if (!known && noted_.size() < max_reports && noted_.insert(name).second) report(Code::ignored_element, path + " is not known and is left out", at);
}

}  // namespace loopscope
