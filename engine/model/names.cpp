#include "model/names.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace loopscope {

namespace {

bool is_ascii(std::string_view text) {
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

// utf8proc's case folding, without the rest of its tables: the build asks utf8proc for it (.ci/case_table.c).
struct CaseRange {
  int32_t first, last, stride, delta;
};
struct CaseExpansion {
  int32_t from, to[3];
};
#include "case_table.inc"

void append_folded(std::string& out, int32_t c) {
  if (c < 0x80) {
    out += c >= 'A' && c <= 'Z' ? char(c + 32) : char(c);
    return;
  }
  auto range = std::lower_bound(std::begin(case_ranges), std::end(case_ranges), c, [](const CaseRange& r, int32_t x) { return r.last < x; });
  if (range != std::end(case_ranges) && c >= range->first && (c - range->first) % range->stride == 0) return append_utf8(out, uint32_t(c + range->delta));
  auto expansion = std::lower_bound(std::begin(case_expansions), std::end(case_expansions), c, [](const CaseExpansion& e, int32_t x) { return e.from < x; });
  if (expansion == std::end(case_expansions) || expansion->from != c) return append_utf8(out, uint32_t(c));
  for (int32_t to : expansion->to)
    if (to) append_utf8(out, uint32_t(to));
}

constexpr std::string_view no_break_space = "\xC2\xA0";

// Bytes of the separator (blank, underscore, line break, no-break space) at the start of `text`, 0 if there is none.
size_t separator_length(std::string_view text) {
  if (text.empty()) return 0;
  switch (text[0]) {
    case ' ': case '_': case '\t': case '\n': case '\r': return 1;
    default: return text.substr(0, 2) == no_break_space ? 2 : 0;
  }
}

std::string_view trim_separators_but_underscore(std::string_view text) {
  while (!text.empty() && text[0] != '_' && separator_length(text)) text.remove_prefix(separator_length(text));
  for (;;) {
    size_t size = text.size();
    if (size && text.back() != '_' && separator_length(text.substr(size - 1))) text.remove_suffix(1);
    else if (size >= 2 && text.substr(size - 2) == no_break_space) text.remove_suffix(2);
    else return text;
  }
}

std::string_view strip_quotes(std::string_view text) {
  text = trim_separators_but_underscore(text);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  size_t backslashes = 0;
  for (size_t i = text.size() - 1; i > 1 && text[i - 1] == '\\'; i--) backslashes++;
  return backslashes % 2 ? text : text.substr(1, text.size() - 2);
}

// The name without its outer quotes, escapes resolved. Every run of blanks is one `gap`, none at the ends; underscores are blanks where blanks become these.
std::string joined(std::string_view name, char gap) {
  name = strip_quotes(name);
  std::string out;
  out.reserve(name.size());
  bool blank = false;
  auto add = [&](char c) {
    if (blank && !out.empty()) out += gap;
    blank = false;
    out += c;
  };
  for (size_t i = 0; i < name.size();) {
    if (size_t length = name[i] == '_' && gap != '_' ? 0 : separator_length(name.substr(i))) {
      blank = true;
      i += length;
    } else if (name[i] == '\\' && i + 1 < name.size()) {
      char escaped = name[i + 1];
      bool line = escaped == 'n' || escaped == 'r' || escaped == 't' || escaped == '\n' || escaped == '\r';  // Vensim's \ continues a line
      bool literal = escaped == '"' || escaped == '\\';
      if (line) blank = true;
      else add(literal ? escaped : '\\');
      i += line || literal ? 2 : 1;
    } else {
      add(name[i++]);
    }
  }
  return out;
}

bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) return false;
  }
  return true;
}

}  // namespace

void append_utf8(std::string& out, uint32_t code_point) {
  utf8proc_uint8_t bytes[4];
  utf8proc_ssize_t count = utf8proc_encode_char(utf8proc_int32_t(code_point), bytes);
  out.append(reinterpret_cast<const char*>(bytes), size_t(count));
}

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  if (is_ascii(text)) {
    for (char c : text) out += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    return out;
  }
  auto bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    utf8proc_int32_t code_point;
    auto used = utf8proc_iterate(bytes + i, utf8proc_ssize_t(text.size() - i), &code_point);
    if (used <= 0) {
      out += text[i++];
      continue;
    }
    i += size_t(used);
    append_folded(out, code_point);
  }
  return out;
}

std::string canonical_path(std::string_view path) {
  std::vector<std::string> parts(1);
  size_t begin = 0;
  bool quoted = false;
  for (size_t i = 0; i <= path.size(); i++) {
    if (i < path.size() && path[i] == '\\') {
      i++;
    } else if (i < path.size() && path[i] == '"') {
      quoted = !quoted;
    } else if (i == path.size() || (path[i] == '.' && !quoted)) {
      parts.back() = canonical_name(path.substr(begin, i - begin));
      begin = i + 1;
      if (i < path.size()) parts.emplace_back();
    }
  }
  if (parts.size() == 1) return parts[0];
  std::string out;
  for (const std::string& part : parts) {
    if (&part != &parts[0]) out += '.';
    out += !part.empty() && needs_quotes(part) ? "\"" + part + "\"" : part;
  }
  return out;
}

std::string canonical_name(std::string_view name) { return fold_case(joined(name, '_')); }

std::string one_line(std::string_view name) { return joined(name, ' '); }

std::string_view trim_blanks(std::string_view text) {
  const std::string_view blanks = " \t\r\n";
  size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> split_subscripts(std::string_view text, size_t most) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= text.size() && out.size() <= most;) {
    size_t end = std::min(text.find(',', begin), text.size());
    out.emplace_back(trim_blanks(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return out;
}

std::string join_subscripts(const std::vector<std::string>& subscripts) {
  std::string out;
  for (const std::string& subscript : subscripts) out += (&subscript == &subscripts[0] ? "" : ", ") + subscript;
  return out;
}

bool needs_quotes(std::string_view name) {
  // XMILE 3.2.2: letters, digits, _, $ and everything beyond ASCII; no digit or $ first, no _ at the ends.
  if (name.empty() || name.front() == '_' || name.back() == '_' || name.front() == '$') return true;
  if (name.front() >= '0' && name.front() <= '9') return true;
  if (name.find(no_break_space) != name.npos) return true;
  for (char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
                 static_cast<unsigned char>(c) >= 0x80;
    if (!plain) return true;
  }
  for (std::string_view keyword : {"and", "or", "not", "mod", "if", "then", "else"})
    if (same_word(name, keyword)) return true;
  return false;
}

std::string scoped_name(const std::string& scope, const std::string& id) {
  if (scope.empty()) return id;
  bool path = id.find('.') != std::string::npos;  // itself qualified, quoted already where it must be
  return scope + (!path && needs_quotes(id) ? "\"" + id + "\"" : id);
}

}  // namespace loopscope
