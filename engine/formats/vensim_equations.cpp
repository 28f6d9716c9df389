// Right sides of Vensim's equations: the functions that must be a whole equation, graphical functions, lists of numbers.
#include <algorithm>

#include "formats/vensim_parts.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

void VensimWords::advance() {
  size_t before = errors_.size();
  now_ = lexer_.next();
  for (size_t i = before; i < errors_.size(); i++) reports_.report(errors_[i].code, errors_[i].message, text_.substr(std::min<size_t>(errors_[i].offset, text_.size()), errors_[i].length));
}

bool VensimWords::take(TokenKind kind) {
  if (!at(kind)) return false;
  advance();
  return true;
}

bool VensimWords::expect(TokenKind kind, const char* wanted) {
  if (take(kind)) return true;
  if (!at(TokenKind::Bad))  // else the lexer said it
    reports_.report(Code::syntax_error, (at(TokenKind::End) ? "the entry ends" : "found '" + std::string(text()) + "'") + " where " + wanted + " should stand",
                    text_.substr(std::min<size_t>(now_.offset, text_.size()), now_.length));
  return false;
}

std::optional<double> VensimWords::number() {
  bool minus = false;
  while (at(TokenKind::Minus) || at(TokenKind::Plus)) {
    minus ^= at(TokenKind::Minus);
    advance();
  }
  double value = now_.number;
  if (!expect(TokenKind::Number, "a number")) return std::nullopt;
  return minus ? -value : value;
}

SourceText VensimEquations::source(std::string_view part) const {
  part = trim_blanks(part);
  while (!part.empty() && part.back() == '\\') part = trim_blanks(part.substr(0, part.size() - 1));  // the mark of a line that went on
  SourceText out;
  out.text = std::string(part);
  out.span = reports_.span(part);
  if (out.span.known()) out.offsets = {{0, out.span.offset}};
  return out;
}

// What stands between the commas of the parenthesis that the words are at; it must end the text.
std::vector<std::string_view> VensimEquations::arguments(VensimWords& words, const std::string& variable) {
  std::vector<std::string_view> out;
  std::string_view whole = words.rest();
  size_t base = words.offset(), begin = 1;
  int depth = 0;
  for (;;) {
    size_t here = words.offset() - base;
    if (words.at(TokenKind::End) || words.at(TokenKind::Bad)) {
      reports_.report(Code::unterminated, "this parenthesis is not closed", whole.substr(0, 1), variable);
      return {};
    }
    depth += words.at(TokenKind::LeftParen) || words.at(TokenKind::LeftBracket);
    bool closes = words.at(TokenKind::RightParen) || words.at(TokenKind::RightBracket);
    if ((closes && depth == 1) || (words.at(TokenKind::Comma) && depth == 1)) {
      out.push_back(trim_blanks(whole.substr(begin, here - begin)));
      begin = here + 1;
    }
    words.advance();
    if (closes && --depth == 0) return out;
  }
}

// Numbers between commas and semicolons, and nothing else.
bool VensimEquations::list(std::string_view text, std::vector<std::string_view>& constants) {
  std::vector<ParseError> ignored;
  Lexer lexer(text, Dialect::Vensim, ignored);
  bool several = false, number = false;
  uint32_t begin = 0;
  for (Token token = lexer.next();; token = lexer.next()) {
    bool between = token.kind == TokenKind::Comma || token.kind == TokenKind::Semicolon;
    if (between || token.kind == TokenKind::End) {
      if (!number && (between || !several)) return false;  // `1, 2;` may end so
      if (number) constants.push_back(trim_blanks(text.substr(begin, token.offset - begin)));
      begin = token.offset + token.length;
      several |= between;
      number = false;
      if (token.kind == TokenKind::End) return several;
    } else if (token.kind == TokenKind::Number && !number) {
      number = true;
    } else if ((token.kind != TokenKind::Minus && token.kind != TokenKind::Plus) || number) {
      return false;
    }
  }
}

// Numbers between blanks.
std::vector<std::string_view> VensimEquations::tabbed(std::string_view text) {
  std::vector<std::string_view> out;
  constexpr std::string_view between = " \t\r\n\\,;";
  for (size_t begin = text.find_first_not_of(between); begin != text.npos;) {
    size_t end = std::min(text.find_first_of(between, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(between, end);
  }
  return out;
}

VensimRight VensimEquations::read(std::string_view right, const std::string& variable) {
  VensimRight out;
  right = trim_blanks(right);
  char c = right.empty() ? 0 : right[0];
  if (((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == ':') && list(right, out.constants)) return out;
  out.constants.clear();
  out.equation = source(right);
  // Only a call can be one of the functions that are whole equations.
  size_t open = right.find('(');
  std::string head = open == right.npos || open > 40 ? "" : canonical_name(right.substr(0, open));
  bool external = head.starts_with("get_");
  out.is_table = external && head.ends_with("_lookups");
  out.is_data = external && head.ends_with("_data");
  size_t wanted = head == "integ" || head == "active_initial" || head == "with_lookup" ? 2 : 0;
  if (head == "tabbed_array") {
    size_t close = right.rfind(')');
    if (close != right.npos) out.constants = tabbed(right.substr(open + 1, close - open - 1));
    return out;
  }
  if (!wanted) return out;
  VensimWords words(right.substr(open), reports_);
  std::vector<std::string_view> parts = arguments(words, variable);
  if (parts.empty()) return out;
  if (parts.size() != wanted || !words.at(TokenKind::End)) return out;  // expansion says what is wrong
  if (head == "integ") out.net_flow = source(parts[0]), out.equation = source(parts[1]);
  else if (head == "active_initial") out.equation = source(parts[0]), out.initial = source(parts[1]);
  else out.equation = source(parts[0]), out.table = table(parts[1], variable);
  return out;
}

std::optional<GraphicalFunction> VensimEquations::table(std::string_view text, const std::string& variable) {
  GraphicalFunction out;
  out.span = reports_.span(text);
  VensimWords words(text, reports_);
  auto pair = [&](std::pair<double, double>& to) {
    if (!words.expect(TokenKind::LeftParen, "'('")) return false;
    auto x = words.number();
    if (!x || !words.expect(TokenKind::Comma, "','")) return false;
    auto y = words.number();
    to = {*x, y.value_or(0)};
    return y && words.expect(TokenKind::RightParen, "')'");
  };
  if (!words.expect(TokenKind::LeftParen, "'('")) return std::nullopt;
  if (words.take(TokenKind::LeftBracket)) {  // what a graph of it shows; other points in it are only references
    std::pair<double, double> low, high, ignored;
    if (!pair(low) || !words.expect(TokenKind::Minus, "'-'") || !pair(high)) return std::nullopt;
    out.x_scale = {low.first, high.first};
    out.y_scale = {low.second, high.second};
    while (words.take(TokenKind::Comma))
      if (!pair(ignored)) return std::nullopt;
    if (!words.expect(TokenKind::RightBracket, "']'")) return std::nullopt;
    words.take(TokenKind::Comma);
  }
  if (words.at(TokenKind::LeftParen)) {
    do {
      std::pair<double, double> point;
      if (!pair(point)) return std::nullopt;
      out.x.push_back(point.first);
      out.y.push_back(point.second);
    } while (words.take(TokenKind::Comma));
  } else {
    do {
      auto value = words.number();
      if (!value) return std::nullopt;
      out.x.push_back(*value);
    } while (words.take(TokenKind::Comma));
    if (out.x.size() % 2) {
      reports_.report(Code::bad_graphical_function, "this list of x values and then y values has an odd number of them", text, variable);
      return std::nullopt;
    }
    out.y.assign(out.x.begin() + long(out.x.size() / 2), out.x.end());
    out.x.resize(out.y.size());
  }
  if (!words.expect(TokenKind::RightParen, "')'")) return std::nullopt;
  // Points may be written in any order.
  std::vector<std::pair<double, size_t>> order;
  for (size_t i = 0; i < out.x.size(); i++) order.emplace_back(out.x[i], i);
  std::sort(order.begin(), order.end());
  GraphicalFunction sorted = out;
  for (size_t i = 0; i < order.size(); i++) sorted.x[i] = order[i].first, sorted.y[i] = out.y[order[i].second];
  return sorted;
}

}  // namespace loopscope
