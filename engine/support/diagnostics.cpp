#include "support/diagnostics.h"

#include <algorithm>

#include "support/json.h"

namespace loopscope {

namespace {
struct CodeRow {
  const char* name;
  Severity severity;
};
constexpr CodeRow code_rows[] = {
#define DIAGNOSTIC(name, severity, text) {#name, Severity::severity},
#include "support/diagnostics.def"
#undef DIAGNOSTIC
};

// Names of a hostile file can be megabytes long, and messages hold names.
constexpr size_t max_message = 1000, max_name = 200;

bool is_continuation(char c) { return (c & 0xC0) == 0x80; }

void shorten(std::string& text, size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && is_continuation(text[most])) most--;
  text.resize(most);
  text += "...";
}

// What a terminal would take for a command, or a line break inside of a line, is shown as a blank.
std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    unsigned char c = text[i], next = i + 1 < text.size() ? text[i + 1] : 0;
    bool c1 = c == 0xC2 && next >= 0x80 && next < 0xA0;
    if (c1) i++;
    out += c1 || (c < 0x20 && c != '\t') || c == 0x7F ? ' ' : char(c);
  }
  return out;
}
}  // namespace

const char* code_name(Code code) { return code_rows[static_cast<int>(code)].name; }
Severity code_severity(Code code) { return code_rows[static_cast<int>(code)].severity; }

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Note: return "note";
  }
  return "error";
}

Diagnostic diagnose(Code code, std::string message, Span span, std::string variable) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.severity = code_severity(code);
  diagnostic.message = std::move(message);
  diagnostic.span = span;
  diagnostic.variable = std::move(variable);
  shorten(diagnostic.message, max_message);
  shorten(diagnostic.variable, max_name);
  return diagnostic;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

Span span_at(std::string_view source, uint32_t offset, uint32_t length) {
  Span span;
  span.offset = std::min<uint32_t>(offset, source.size());
  span.length = std::min<uint32_t>(length, source.size() - span.offset);
  span.line = 1;
  span.column = 1;
  for (uint32_t i = 0; i < span.offset; i++) {
    if (source[i] == '\n' || (source[i] == '\r' && (i + 1 >= source.size() || source[i + 1] != '\n'))) {
      span.line++;
      span.column = 1;
    } else {
      span.column++;
    }
  }
  return span;
}

void LimitedReports::add(Diagnostic diagnostic) {
  if (++reported_ > max_reports) return;
  if (reported_ == max_reports) {
    diagnostic.code = Code::input_too_large;
    diagnostic.severity = code_severity(diagnostic.code);
    diagnostic.message = "the file has more than 1000 problems; the rest is not listed";
  }
  diagnostics_.push_back(std::move(diagnostic));
}

void Reports::report(Code code, std::string message, std::string_view at, std::string variable) {
  reports_.add(diagnose(code, std::move(message), span(at), std::move(variable)));
}

Span Reports::span(std::string_view part) const {
  bool inside = part.data() >= text_.data() && part.data() + part.size() <= text_.data() + text_.size();
  return inside ? lines_.span(uint32_t(part.data() - text_.data()), uint32_t(part.size())) : Span();
}

std::string render_diagnostic(const Diagnostic& d, std::string_view file, std::string_view source) {
  std::string out(file);
  if (d.span.known()) out += ":" + std::to_string(d.span.line) + ":" + std::to_string(d.span.column);
  out += std::string(": ") + severity_name(d.severity) + "[" + code_name(d.code) + "]: ";
  if (!d.variable.empty()) out += printable(d.variable) + ": ";
  out += printable(d.message) + "\n";
  if (!d.span.known() || d.span.offset > source.size()) return out;
  size_t begin = d.span.offset;
  while (begin > 0 && source[begin - 1] != '\n' && source[begin - 1] != '\r') begin--;
  size_t end = d.span.offset;
  while (end < source.size() && source[end] != '\n' && source[end] != '\r') end++;
  // A line of a generated file can be megabytes long: show the part around the place.
  constexpr size_t context = 100;
  if (d.span.offset - begin > context) begin = d.span.offset - context;
  if (end - d.span.offset > context) end = d.span.offset + context;
  // Not in the middle of a UTF-8 sequence.
  auto continuation = [&](size_t i) { return i < source.size() && is_continuation(source[i]); };
  while (continuation(begin)) begin++;
  while (continuation(end)) end++;
  out += "    " + printable(source.substr(begin, end - begin)) + "\n    ";
  for (size_t i = begin; i < d.span.offset; i++) {
    if (continuation(i)) continue;
    out += source[i] == '\t' ? '\t' : ' ';
  }
  out += '^';
  size_t last = std::min<size_t>(end, size_t(d.span.offset) + d.span.length);
  for (size_t i = d.span.offset + 1; i < last; i++)
    if (!continuation(i)) out += '~';
  return out + "\n";
}

std::string diagnostics_to_json(const std::vector<Diagnostic>& diagnostics) {
  JsonWriter json;
  json.begin_array();
  for (const Diagnostic& d : diagnostics) {
    json.begin_object();
    json.member("code", code_name(d.code));
    json.member("severity", severity_name(d.severity));
    json.member("model", d.model);
    json.member("variable", d.variable);
    json.member("message", d.message);
    json.member("line", d.span.line);
    json.member("column", d.span.column);
    json.member("offset", d.span.offset);
    json.member("length", d.span.length);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

}  // namespace loopscope
