// Tokens of the equation languages: numbers, names (any Unicode, quoted or not), texts in single quotes, operators, comments in braces.
// XMILE's names are words, Vensim's several words with blanks (or a line continued by \) between them; Vensim's keywords stand between colons.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "syntax/ast.h"

namespace loopscope {

enum class TokenKind : uint8_t {
  End, Number, Name, String, LeftParen, RightParen, LeftBracket, RightBracket, Comma, Semicolon, Colon, At, Star, Slash, DoubleSlash, Plus, Minus,
  Caret, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, And, Or, Not, Modulo, If, Then, Else, Bang, Keyword, Bad
};

struct Token {
  TokenKind kind = TokenKind::End;
  uint32_t offset = 0, length = 0;
  double number = 0;
};

class Lexer {
 public:
  Lexer(std::string_view text, Dialect dialect, std::vector<ParseError>& errors) : text_(text), vensim_(dialect == Dialect::Vensim), errors_(errors) {}
  Token next();
  std::string_view text_of(const Token& t) const { return text_.substr(t.offset, t.length); }

 private:
  bool skip_blanks();  // false on an error
  size_t blank_at(size_t i) const;  // its length, 0 if there is none
  Token number();
  Token name();
  Token vensim_name();
  Token keyword();
  Token quoted();
  Token string();
  Token bad(Code code, uint32_t offset, uint32_t length, std::string message);

  std::string_view text_;
  uint32_t at_ = 0;
  bool vensim_;
  std::vector<ParseError>& errors_;
};

}  // namespace loopscope
