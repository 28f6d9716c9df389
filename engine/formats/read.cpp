#include "formats/read.h"

#include <algorithm>

#include "formats/encoding.h"
#include "formats/json_reader.h"
#include "formats/systems_reader.h"
#include "formats/vensim_reader.h"
#include "formats/xml_file.h"
#include "formats/xmile_reader.h"

namespace loopscope {

namespace {

constexpr size_t max_input = 64 << 20;

// Name of the root element without its prefix; empty if this is not XML.
std::string_view xml_root(std::string_view text) {
  using Kind = XmlScanner::Kind;
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '<') return {};
  XmlScanner scanner(text);
  for (;;) {
    auto token = scanner.next();
    if (token.kind == Kind::Skipped) continue;
    // A document type names the root too; the reader says what is wrong with having one.
    if (token.kind == Kind::Doctype) return text.find("xmile") != text.npos ? "xmile" : "!DOCTYPE";
    if (token.kind == Kind::End) return {};
    std::string_view name = token.name;
    if (size_t colon = name.find(':'); colon != name.npos) name.remove_prefix(colon + 1);
    return name;
  }
}

bool is_xmile(std::string_view text) { return xml_root(text) == "xmile"; }

bool is_vensim(std::string_view text) {
  if (text.starts_with("{UTF-8}") || text.starts_with("{utf-8}") || text.starts_with(":MACRO:")) return true;
  if (text.find("\\\\\\---///") != text.npos) return true;
  // name = equation ~ units ~ comment |
  size_t units = text.find('~');
  return units != text.npos && text.find('~', units + 1) != text.npos && text.find('|', units) != text.npos && xml_root(text).empty();
}

bool is_json(std::string_view text) {
  const std::string_view blanks = " \t\r\n";
  size_t first = text.find_first_not_of(blanks);
  if (first == text.npos || (text[first] != '{' && text[first] != '[')) return false;
  size_t second = text.find_first_not_of(blanks, first + 1);
  return second != text.npos && (text[second] == '"' || text[second] == '{' || text[second] == '}' || text[second] == ']');
}

// In the order they are tried.
struct Format {
  bool (*matches)(std::string_view text);
  std::optional<Project> (*read)(std::string_view text, std::vector<Diagnostic>& diagnostics);
};
constexpr Format formats[] = {
    {is_xmile, read_xmile},
    {is_json, read_json},
    {is_vensim, read_vensim},
    {is_systems, read_systems},
};

}  // namespace

std::optional<Project> read_project(std::string_view bytes, std::string& source, std::vector<Diagnostic>& diagnostics) {
  auto fail = [&](Code code, std::string message) {
    diagnostics.push_back(diagnose(code, std::move(message)));
    return std::nullopt;
  };
  if (bytes.size() > max_input) return fail(Code::input_too_large, "the file is larger than 64 MiB");
  auto converted = to_utf8(bytes, diagnostics);
  source = converted ? std::move(*converted) : std::string(bytes);
  if (!converted) return {};
  const std::string_view text = source;
  if (text.find_first_not_of(" \t\r\n") == text.npos) return fail(Code::unknown_format, "the file is empty");
  for (const Format& format : formats) {
    if (format.matches(text)) return format.read(text, diagnostics);
  }
  std::string_view root = xml_root(text);
  if (!root.empty()) return fail(Code::unknown_format, "the root element is <" + std::string(root.substr(0, 60)) + ">; an XMILE file has <xmile>");
  return fail(Code::unknown_format, "the text is not a model in a known format; XMILE, Vensim, JSON and systems files can be read");
}

std::optional<Project> read_project(std::string_view bytes, std::vector<Diagnostic>& diagnostics) {
  std::string source;
  return read_project(bytes, source, diagnostics);
}

void choose_main_model(std::vector<Model>& models, const std::string& id, std::vector<Diagnostic>& diagnostics) {
  auto find = [&](const std::string& wanted) { return std::find_if(models.begin(), models.end(), [&](const Model& m) { return m.id == wanted; }); };
  auto main = find("");
  if (main == models.end()) main = find(id);
  if (main == models.end()) main = models.begin();
  std::rotate(models.begin(), main, main + 1);
  for (Diagnostic& d : diagnostics)
    if (!d.model.empty() && d.model == models[0].name) d.model.clear();
  models[0].name.clear();
  models[0].id.clear();
}

}  // namespace loopscope
