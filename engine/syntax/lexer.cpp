#include "syntax/lexer.h"

#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {
struct Keyword {
  const char* text;
  TokenKind kind;
};
constexpr Keyword keywords[] = {{"if", TokenKind::If},   {"then", TokenKind::Then}, {"else", TokenKind::Else},
                                {"and", TokenKind::And}, {"or", TokenKind::Or},     {"not", TokenKind::Not},
                                {"mod", TokenKind::Modulo}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c >= 0x80;
}
bool is_name_part(unsigned char c) { return is_name_start(c) || is_digit(char(c)) || c == '.' || c == '\''; }
bool is_vensim_part(unsigned char c) { return is_name_part(c) || c == '&' || c == '%' || c == '#' || c == '?'; }

// What stands between colons in Vensim's equations; Keyword where the reader of files alone has to know it.
constexpr Keyword vensim_keywords[] = {{"and", TokenKind::And}, {"or", TokenKind::Or}, {"not", TokenKind::Not}, {"na", TokenKind::Number},
                                       {"except", TokenKind::Keyword}, {"raw", TokenKind::Keyword}, {"interpolate", TokenKind::Keyword},
                                       {"look forward", TokenKind::Keyword}, {"hold backward", TokenKind::Keyword}, {"is", TokenKind::Keyword},
                                       {"test input", TokenKind::Keyword}, {"the condition", TokenKind::Keyword}, {"implies", TokenKind::Keyword},
                                       {"ignore", TokenKind::Keyword}, {"at least once", TokenKind::Keyword}, {"crossing", TokenKind::Keyword}};
}  // namespace

Token Lexer::bad(Code code, uint32_t offset, uint32_t length, std::string message) {
  errors_.push_back({code, offset, length, std::move(message)});
  return {TokenKind::Bad, offset, length, 0};
}

size_t Lexer::blank_at(size_t i) const {
  if (i >= text_.size()) return 0;
  unsigned char c = text_[i], d = i + 1 < text_.size() ? text_[i + 1] : 0;
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') return 1;
  if (c == 0xC2 && d == 0xA0) return 2;  // no-break space
  if (!vensim_ || c != '\\') return 0;
  return d == '\n' || d == '\r' ? 2 : i + 1 == text_.size();  // what continues a line, also the last
}

bool Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    if (size_t length = blank_at(at_)) {
      at_ += uint32_t(length);
    } else if (text_[at_] == '{') {
      size_t end = at_;
      for (int depth = 0; end < text_.size(); end++) {
        depth += (text_[end] == '{' && (vensim_ || end == at_)) - (text_[end] == '}');  // Vensim's nest
        if (depth == 0) break;
      }
      if (end >= text_.size()) {
        bad(Code::unterminated, at_, uint32_t(text_.size()) - at_, "this comment is not closed; add a }");
        return false;
      }
      at_ = uint32_t(end) + 1;
    } else {
      break;
    }
  }
  return true;
}

Token Lexer::number() {
  uint32_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) at_++;
  if (at_ < text_.size() && text_[at_] == '.') {
    at_++;
    while (at_ < text_.size() && is_digit(text_[at_])) at_++;
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    uint32_t exponent = at_ + 1;
    if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) exponent++;
    if (exponent < text_.size() && is_digit(text_[exponent])) {
      at_ = exponent;
      while (at_ < text_.size() && is_digit(text_[at_])) at_++;
    }
  }
  Token token{TokenKind::Number, begin, at_ - begin, 0};
  auto value = parse_number(text_of(token));
  if (!value) return bad(Code::bad_number, begin, token.length, "this number cannot be read");
  token.number = *value;
  return token;
}

Token Lexer::quoted() {
  uint32_t begin = at_++;
  while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 2 : 1;
  if (at_ >= text_.size())
    return bad(Code::unterminated, begin, uint32_t(text_.size()) - begin, "this quoted name is not closed; add a \"");
  at_++;
  return {TokenKind::Name, begin, at_ - begin, 0};
}

// A text has no escapes: it ends at the next single quote.
Token Lexer::string() {
  uint32_t begin = at_;
  size_t end = text_.find('\'', begin + 1);
  if (end == std::string_view::npos)
    return bad(Code::unterminated, begin, uint32_t(text_.size()) - begin, "this text is not closed; add a '");
  at_ = uint32_t(end) + 1;
  return {TokenKind::String, begin, at_ - begin, 0};
}

// A name may be qualified, each part quoted or not: module."my variable".
Token Lexer::name() {
  uint32_t begin = at_;
  while (at_ < text_.size() && is_name_part(text_[at_])) {
    unsigned char c = text_[at_];
    if (c == 0xC2 && at_ + 1 < text_.size() && (unsigned char)text_[at_ + 1] == 0xA0) break;
    at_++;
    if (c == '.' && at_ < text_.size() && text_[at_] == '"') {
      Token rest = quoted();
      if (rest.kind == TokenKind::Bad) return rest;
      break;
    }
  }
  Token token{TokenKind::Name, begin, at_ - begin, 0};
  if (token.length <= 4) {
    std::string folded = fold_case(text_of(token));
    for (const Keyword& keyword : keywords)
      if (folded == keyword.text) token.kind = keyword.kind;
  }
  return token;
}

// Words with blanks between them.
Token Lexer::vensim_name() {
  uint32_t begin = at_;
  for (size_t i = at_; i < text_.size();) {
    if (size_t blank = blank_at(i)) i += blank;
    else if (!is_vensim_part(text_[i])) break;
    else at_ = uint32_t(++i);
  }
  return {TokenKind::Name, begin, at_ - begin, 0};
}

// :AND: and its like, or the colon alone.
Token Lexer::keyword() {
  size_t end = text_.find_first_not_of(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", at_ + 1);
  if (end != text_.npos && text_[end] == ':') {
    std::string word = fold_case(trim_blanks(text_.substr(at_ + 1, end - at_ - 1)));
    for (const Keyword& keyword : vensim_keywords) {
      if (word != keyword.text) continue;
      Token token{keyword.kind, at_, uint32_t(end) + 1 - at_, missing_value};
      at_ = uint32_t(end) + 1;
      return token;
    }
  }
  return {TokenKind::Colon, at_++, 1, 0};
}

Token Lexer::next() {
  if (!skip_blanks()) return {TokenKind::Bad, at_, 0, 0};
  if (at_ >= text_.size()) return {TokenKind::End, uint32_t(text_.size()), 0, 0};
  char c = text_[at_];
  char d = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  if (is_digit(c) || (c == '.' && is_digit(d))) return number();
  if (c == '"') return quoted();
  if (c == '\'') return string();  // inside a name it is a part of it
  if (vensim_ && is_name_start(c)) return vensim_name();
  if (vensim_ && c == ':') return keyword();
  if (is_name_start(c) || (c == '.' && (is_name_start(d) || d == '"'))) return name();  // .x is the outermost model's
  auto symbol = [&](TokenKind kind, uint32_t length) {
    Token token{kind, at_, length, 0};
    at_ += length;
    return token;
  };
  switch (c) {
    case '(': return symbol(TokenKind::LeftParen, 1);
    case ')': return symbol(TokenKind::RightParen, 1);
    case '[': return symbol(TokenKind::LeftBracket, 1);
    case ']': return symbol(TokenKind::RightBracket, 1);
    case ',': return symbol(TokenKind::Comma, 1);
    case ';': return symbol(TokenKind::Semicolon, 1);
    case ':': return symbol(TokenKind::Colon, 1);
    case '@': return symbol(TokenKind::At, 1);
    case '*': return symbol(TokenKind::Star, 1);
    case '/': return d == '/' && !vensim_ ? symbol(TokenKind::DoubleSlash, 2) : symbol(TokenKind::Slash, 1);
    case '+': return symbol(TokenKind::Plus, 1);
    case '-': return symbol(TokenKind::Minus, 1);
    case '^': return symbol(TokenKind::Caret, 1);
    case '=': return d == '=' ? symbol(TokenKind::Equal, 2) : symbol(TokenKind::Equal, 1);
    case '!': if (d == '=') return symbol(TokenKind::NotEqual, 2); return symbol(vensim_ ? TokenKind::Bang : TokenKind::Not, 1);
    case '<':
      if (d == '>') return symbol(TokenKind::NotEqual, 2);
      return d == '=' ? symbol(TokenKind::LessEqual, 2) : symbol(TokenKind::Less, 1);
    case '>': return d == '=' ? symbol(TokenKind::GreaterEqual, 2) : symbol(TokenKind::Greater, 1);
    case '&': return symbol(TokenKind::And, d == '&' ? 2 : 1);
    case '|': return symbol(TokenKind::Or, d == '|' ? 2 : 1);
    default: break;
  }
  if (c == '}') return bad(Code::syntax_error, at_++, 1, "this } closes no comment");
  std::string shown = (unsigned char)c < 0x20 ? "a control character" : "'" + std::string(1, c) + "'";
  return bad(Code::syntax_error, at_++, 1, shown + " means nothing in an equation");
}

}  // namespace loopscope
