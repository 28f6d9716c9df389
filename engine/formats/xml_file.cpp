#include "formats/xml_file.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "model/names.h"

namespace loopscope {

namespace {

constexpr size_t max_depth = 200;
constexpr uint32_t max_nodes = 4'000'000;  // elements, attributes and comments (which split text): what the tree's memory goes to

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool all_blank(std::string_view text) { return std::all_of(text.begin(), text.end(), is_blank); }

// Resolves the entity at the start of `text` ("&lt;...") into `out`; 0 if it is none that XML knows, else its length.
size_t append_entity(std::string& out, std::string_view text) {
  size_t semicolon = text.substr(0, 12).find(';');
  if (semicolon == text.npos) return 0;
  std::string_view name = text.substr(1, semicolon - 1);
  if (name == "lt") out += '<';
  else if (name == "gt") out += '>';
  else if (name == "amp") out += '&';
  else if (name == "quot") out += '"';
  else if (name == "apos") out += '\'';
  else if (name.size() >= 2 && name[0] == '#') {
    bool hex = name[1] == 'x';
    uint32_t value = 0;
    std::string_view digits = name.substr(hex ? 2 : 1);
    if (digits.empty()) return 0;
    for (char c : digits) {
      char lower = char(c | 32);
      if (c >= '0' && c <= '9') value = value * (hex ? 16 : 10) + uint32_t(c - '0');
      else if (hex && lower >= 'a' && lower <= 'f') value = value * 16 + uint32_t(lower - 'a' + 10);
      else return 0;
      if (value > 0x10FFFF) return 0;
    }
    if (value == 0 || (value >= 0xD800 && value < 0xE000)) return 0;
    append_utf8(out, value);
  } else {
    return 0;
  }
  return semicolon + 1;
}

// Collects text from pieces of a file and keeps the map back.
class TextBuilder {
 public:
  TextBuilder(std::string_view file) : file_(file) {}

  void append(uint32_t begin, uint32_t end, bool entities, bool attribute = false) {
    if (begin == end) return;
    if (!source_.text.empty() && end_ != begin) source_.offsets.emplace_back(size(), end_);
    mark(begin);
    for (uint32_t i = begin; i < end;) {
      char c = file_[i];
      if (c == '&' && entities) {
        size_t length = append_entity(source_.text, file_.substr(i, end - i));
        if (!length) source_.text += c;
        i += uint32_t(length ? length : 1);
        mark(i);
      } else if (c == '\r') {
        source_.text += attribute ? ' ' : '\n';
        i += i + 1 < end && file_[i + 1] == '\n' ? 2 : 1;
        mark(i);
      } else {
        source_.text += attribute && (c == '\n' || c == '\t') ? ' ' : c;
        i++;
      }
    }
    end_ = end;
  }

  // `fallback` is the place of a text that is empty.
  SourceText finish(const LineIndex& lines, uint32_t fallback) {
    if (source_.offsets.empty()) source_.offsets.emplace_back(0, fallback);
    trim();
    source_.span = source_span(source_, lines, 0, size());
    return std::move(source_);
  }

 private:
  uint32_t size() const { return uint32_t(source_.text.size()); }

  void mark(uint32_t place) {
    auto& offsets = source_.offsets;
    if (!offsets.empty() && offsets.back().second - offsets.back().first == place - size()) return;
    offsets.emplace_back(size(), place);
  }

  void trim() {
    std::string& text = source_.text;
    auto& offsets = source_.offsets;
    uint32_t first = 0, last = size();
    while (last > 0 && is_blank(text[last - 1])) last--;
    while (first < last && is_blank(text[first])) first++;
    text = text.substr(first, last - first);
    size_t kept = 0;
    for (auto [at, place] : offsets) {
      if (at > last) break;
      if (at <= first) kept = 0, place += first - at, at = first;
      offsets[kept++] = {at - first, place};
    }
    offsets.resize(kept);
  }

  std::string_view file_;
  SourceText source_;
  uint32_t end_ = 0;
};

}  // namespace

std::string xml_escaped(std::string_view text, bool attribute) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"' && attribute) out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20 && (attribute || (c != '\n' && c != '\t'))) out += "&#" + std::to_string(int(c)) + ";";
    else out += c;
  }
  return out;
}

XmlScanner::Token XmlScanner::until(Kind kind, uint32_t begin, uint32_t from, std::string_view closing,
                                    const char* problem) {
  size_t at = text_.find(closing, from);
  if (at == text_.npos) return {Kind::Bad, {}, begin, uint32_t(text_.size()), 0, problem};
  at_ = at + closing.size();
  return {kind, {}, begin, uint32_t(at_), 0, nullptr};
}

XmlScanner::Token XmlScanner::next() {
  size_t at = text_.find('<', at_);
  if (at == text_.npos) return {Kind::End, {}, uint32_t(text_.size()), uint32_t(text_.size()), 0, nullptr};
  uint32_t begin = uint32_t(at);
  std::string_view rest = text_.substr(at);
  // Comments may hold "--": it is not allowed in XML, but models have it and nothing is ambiguous about it.
  if (rest.starts_with("<!--")) return until(Kind::Skipped, begin, begin + 4, "-->", "a comment is not closed with -->");
  if (rest.starts_with("<![CDATA[")) return until(Kind::Cdata, begin, begin + 9, "]]>", "a CDATA section is not closed with ]]>");
  if (rest.starts_with("<?")) return until(Kind::Skipped, begin, begin + 2, "?>", "a processing instruction is not closed with ?>");
  if (rest.starts_with("<!")) return {Kind::Doctype, {}, begin, begin + 2, 0, nullptr};
  return tag(begin);
}

XmlScanner::Token XmlScanner::tag(uint32_t begin) {
  Token token;
  token.begin = begin;
  size_t i = begin + 1;
  bool closing = i < text_.size() && text_[i] == '/';
  if (closing) i++;
  size_t name = i;
  while (i < text_.size() && !is_blank(text_[i]) && text_[i] != '>' && text_[i] != '/' && text_[i] != '<') i++;
  token.name = text_.substr(name, i - name);
  auto bad = [&](const char* problem) {
    token.kind = Kind::Bad;
    token.end = uint32_t(i);
    token.problem = problem;
    return token;
  };
  if (token.name.empty()) return bad("'<' is not followed by the name of an element; write &lt; for a less-than sign");
  for (char quote = 0; i < text_.size(); i++) {
    char c = text_[i];
    // XML has no '<' in values either; here it nearly always means that a quote is missing.
    if (c == '<') return bad(quote ? "a value holds '<' (write &lt;) or its closing quote is missing" : "a tag is not closed with '>'");
    if (quote) {
      if (c == quote) quote = 0, token.attributes++;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      token.kind = closing ? Kind::Close : text_[i - 1] == '/' ? Kind::Empty : Kind::Open;
      at_ = i + 1;
      token.end = uint32_t(at_);
      return token;
    }
  }
  return bad("the file ends inside a tag");
}

// What pugixml takes on trust or reports without a name: nesting, matching tags, size, document types.
bool XmlFile::check(std::vector<Diagnostic>& diagnostics) const {
  using Kind = XmlScanner::Kind;
  XmlScanner scanner(text_);
  XmlScanner::Token token;
  std::vector<XmlScanner::Token> open;
  auto fail = [&](Code code, std::string message) {
    uint32_t length = token.kind == Kind::Bad ? 1 : token.end - token.begin;
    diagnostics.push_back(diagnose(code, std::move(message), lines_.span(token.begin, length)));
    return false;
  };
  auto named = [](const char* before, std::string_view name, const char* after) {
    return before + std::string(name.substr(0, 60)) + after;
  };
  uint32_t nodes = 0;
  bool rooted = false;
  for (uint32_t before = 0;; before = token.end) {
    token = scanner.next();
    std::string_view gap = text_.substr(before, token.begin - before);
    if (open.empty() && (!all_blank(gap) || token.kind == Kind::Cdata)) {
      while (before < token.begin && is_blank(text_[before])) before++;
      token.begin = token.end = before;
      return fail(Code::xml_syntax, "there is text outside the root element");
    }
    if (token.kind != Kind::Close) nodes += 1 + token.attributes;
    if (nodes > max_nodes) return fail(Code::input_too_large, "the file has more than 4 million elements and attributes");
    switch (token.kind) {
      case Kind::Bad: return fail(Code::xml_syntax, token.problem);
      case Kind::Doctype:
        return fail(Code::xml_doctype, "document types and entity definitions are not read; remove the <!...> declaration");
      case Kind::Open:
      case Kind::Empty:
        if (open.empty() && rooted) return fail(Code::xml_syntax, named("<", token.name, "> is a second root element; a file has one"));
        rooted = true;
        if (token.kind == Kind::Empty) break;
        if (open.size() >= max_depth) return fail(Code::nesting_too_deep, "elements are nested more than 200 deep");
        open.push_back(token);
        break;
      case Kind::Close:
        if (open.empty()) return fail(Code::xml_syntax, named("</", token.name, "> closes nothing"));
        if (open.back().name != token.name)
          return fail(Code::xml_syntax, named("</", token.name, "> is found where ") + named("<", open.back().name, "> of line ") +
                                            std::to_string(lines_.span(open.back().begin, 0).line) +
                                            " is still open; a closing tag is missing");
        open.pop_back();
        break;
      case Kind::End:
        if (open.empty() && rooted) return true;
        if (!rooted) return fail(Code::xml_syntax, "the file holds no element");
        token = open.back();
        return fail(Code::xml_syntax, named("<", token.name, "> is never closed"));
      case Kind::Cdata:
      case Kind::Skipped: break;
    }
  }
}

bool XmlFile::parse(std::string_view text, std::vector<Diagnostic>& diagnostics) {
  text_ = text;
  buffer_.assign(text.begin(), text.end());
  lines_ = LineIndex(text_);
  if (size_t zero = text.find('\0'); zero != text.npos) {
    diagnostics.push_back(diagnose(Code::xml_syntax, "the file holds a zero byte", lines_.span(uint32_t(zero), 1)));
    return false;
  }
  if (!check(diagnostics)) return false;
  // Text is never taken from the tree, so CDATA and blank text need no nodes.
  auto result = document_.load_buffer_inplace(buffer_.data(), buffer_.size(), pugi::parse_escapes | pugi::parse_wconv_attribute,
                                              pugi::encoding_utf8);
  if (!result) {
    diagnostics.push_back(diagnose(Code::xml_syntax, result.description(), lines_.span(uint32_t(result.offset), 1)));
    return false;
  }
  std::string_view name = root().name();
  if (size_t colon = name.find(':'); colon != name.npos) prefix_ = name.substr(0, colon + 1);
  return true;
}

std::string_view XmlFile::tag(pugi::xml_node node) const {
  std::string_view name = node.name();
  if (!prefix_.empty() && name.starts_with(prefix_)) name.remove_prefix(prefix_.size());
  return name;
}

pugi::xml_node XmlFile::child(pugi::xml_node node, std::string_view tag) const {
  for (pugi::xml_node child : node.children())
    if (this->tag(child) == tag) return child;
  return {};
}

uint32_t XmlFile::offset(pugi::xml_node node) const {
  auto at = node.offset_debug();
  return at > 0 ? uint32_t(at) : 0;
}

Span XmlFile::span(pugi::xml_node node) const { return lines_.span(offset(node), uint32_t(std::strlen(node.name()))); }

Span XmlFile::span(pugi::xml_attribute attribute) const { return attribute ? text(attribute).span : Span(); }

SourceText XmlFile::text(pugi::xml_attribute attribute) const {
  const char* value = attribute.value();
  if (!attribute || value <= buffer_.data() || value >= buffer_.data() + buffer_.size()) return {};
  uint32_t begin = uint32_t(value - buffer_.data());
  size_t end = text_.find(text_[begin - 1], begin);
  TextBuilder builder(text_);
  builder.append(begin, uint32_t(std::min(end, text_.size())), true, true);
  return builder.finish(lines_, begin);
}

SourceText XmlFile::text(pugi::xml_node node) const {
  using Kind = XmlScanner::Kind;
  uint32_t begin = offset(node);
  if (!begin) return {};
  TextBuilder builder(text_);
  XmlScanner scanner(text_, begin - 1);
  auto token = scanner.next();
  uint32_t fallback = token.end, at = token.end;
  for (uint32_t depth = token.kind == Kind::Open ? 1 : 0; depth > 0;) {
    token = scanner.next();
    if (depth == 1) {
      builder.append(at, token.begin, true);
      if (token.kind == Kind::Cdata) builder.append(token.begin + 9, token.end - 3, false);
    }
    if (token.kind == Kind::Open) depth++;
    if (token.kind == Kind::Close) depth--;
    if (token.kind == Kind::End || token.kind == Kind::Bad) break;
    at = token.end;
  }
  return builder.finish(lines_, fallback);
}

std::string_view XmlFile::verbatim(pugi::xml_node node) const {
  using Kind = XmlScanner::Kind;
  uint32_t begin = offset(node);
  if (!begin) return {};
  XmlScanner scanner(text_, begin - 1);
  auto token = scanner.next();
  for (uint32_t depth = token.kind == Kind::Open ? 1 : 0; depth > 0;) {
    token = scanner.next();
    if (token.kind == Kind::Open) depth++;
    if (token.kind == Kind::Close) depth--;
    if (token.kind == Kind::End || token.kind == Kind::Bad) break;
  }
  return text_.substr(begin - 1, token.end - (begin - 1));
}

}  // namespace loopscope
