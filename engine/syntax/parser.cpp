// Recursive descent over operator precedence, the same in both languages (Vensim documents a sign as tighter than ^ and computes
// -3^2 = -9 all the same). XMILE 1.0 section 3.3.1, loosest first: OR, AND, equality, comparison, + -,
// * / // MOD, unary + - NOT, ^ (right associative; binds tighter than a sign before it: -2^2 = -4, 2^-1 = 0.5).
#include "model/names.h"
#include "syntax/lexer.h"

namespace loopscope {

namespace {

struct Binary {
  AstOp op;
  int level;  // 0: not a binary operator
};

Binary binary_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::Or: return {AstOp::Or, 1};
    case TokenKind::And: return {AstOp::And, 2};
    case TokenKind::Equal: return {AstOp::Equal, 3};
    case TokenKind::NotEqual: return {AstOp::NotEqual, 3};
    case TokenKind::Less: return {AstOp::Less, 4};
    case TokenKind::LessEqual: return {AstOp::LessEqual, 4};
    case TokenKind::Greater: return {AstOp::Greater, 4};
    case TokenKind::GreaterEqual: return {AstOp::GreaterEqual, 4};
    case TokenKind::Plus: return {AstOp::Add, 5};
    case TokenKind::Minus: return {AstOp::Subtract, 5};
    case TokenKind::Star: return {AstOp::Multiply, 6};
    case TokenKind::Slash: return {AstOp::Divide, 6};
    case TokenKind::DoubleSlash: return {AstOp::SafeDivide, 6};
    case TokenKind::Modulo: return {AstOp::Modulo, 6};
    default: return {AstOp::Or, 0};
  }
}

class Parser {
 public:
  Parser(const std::string& text, Dialect dialect, std::vector<ParseError>& errors) : lexer_(text, dialect, errors), errors_(errors), vensim_(dialect == Dialect::Vensim) {
    errors_before_ = errors.size();
    advance();
  }

  Ast run() {
    if (token_.kind == TokenKind::End) error(Code::empty_equation, 0, 0, "the equation is empty; write a number or an expression");
    AstId root = ok() ? expression(1) : 0;
    if (ok() && token_.kind != TokenKind::End) unexpected("an operator or the end of the equation");
    if (!ok()) return {};
    ast_.root = root;
    return std::move(ast_);
  }

 private:
  bool ok() const { return errors_.size() == errors_before_; }
  void advance() {
    end_ = token_.offset + token_.length;
    token_ = lexer_.next();
  }

  void error(Code code, uint32_t offset, uint32_t length, std::string message) {
    if (ok()) errors_.push_back({code, offset, length, std::move(message)});
  }
  void unexpected(const char* wanted) {
    if (token_.kind == TokenKind::Bad) return;  // the lexer said it
    std::string found = token_.kind == TokenKind::End ? "the equation ends" : "found '" + std::string(lexer_.text_of(token_)) + "'";
    error(Code::syntax_error, token_.offset, token_.length, found + " where " + wanted + " should stand");
  }

  bool expect(TokenKind kind, const char* wanted) {
    if (token_.kind != kind) {
      unexpected(wanted);
      return false;
    }
    advance();
    return true;
  }

  AstId finish(AstNode node, uint32_t begin, const std::vector<AstId>& children) {
    node.offset = begin;
    node.length = end_ - begin;
    AstId id = ast_.add(node, children);
    if (ast_.nodes[id].depth > max_tree_depth)
      error(Code::equation_too_long, begin, node.length,
            "this expression has more than " + std::to_string(max_tree_depth) + " terms in a row; split it into several variables");
    return id;
  }
  AstId operation(AstOp op, uint32_t begin, const std::vector<AstId>& children) {
    AstNode node{};
    node.kind = AstKind::Operator;
    node.op = op;
    return finish(node, begin, children);
  }

  // One level of nesting: false when there are too many.
  struct Nesting {
    Parser& parser;
    bool fits;
    explicit Nesting(Parser& p) : parser(p), fits(++p.nesting_ <= max_nesting) {
      if (!fits)
        p.error(Code::nesting_too_deep, p.token_.offset, p.token_.length,
                "parentheses and functions are nested more than " + std::to_string(max_nesting) + " deep here; use a variable for the inner part");
    }
    ~Nesting() { parser.nesting_--; }
  };

  AstId expression(int level) {
    uint32_t begin = token_.offset;
    AstId left = unary();
    while (ok()) {
      // Some vendors write the negation after its operand: IF x NOT THEN.
      if (token_.kind == TokenKind::Not) {
        advance();
        left = operation(AstOp::Not, begin, {left});
        continue;
      }
      Binary binary = binary_of(token_.kind);
      if (binary.level < level) break;
      advance();
      AstId right = expression(binary.level + 1);
      if (!ok()) break;
      left = operation(binary.op, begin, {left, right});
    }
    return left;
  }

  AstId unary() {
    uint32_t begin = token_.offset;
    AstOp op;
    switch (token_.kind) {
      case TokenKind::Minus: op = AstOp::Negate; break;
      case TokenKind::Plus: op = AstOp::Plus; break;
      case TokenKind::Not: op = AstOp::Not; break;
      default: return power();
    }
    Nesting nesting(*this);
    if (!nesting.fits) return 0;
    advance();
    // NOT applies to a whole comparison (NOT a = b is NOT (a = b)); a sign to one factor.
    AstId operand = op == AstOp::Not ? expression(3) : unary();
    if (!ok()) return 0;
    return op == AstOp::Plus ? operand : operation(op, begin, {operand});
  }

  AstId power() {
    uint32_t begin = token_.offset;
    AstId base = primary();
    if (!ok() || token_.kind != TokenKind::Caret) return base;
    Nesting nesting(*this);
    if (!nesting.fits) return 0;
    advance();
    AstId exponent = unary();
    return ok() ? operation(AstOp::Power, begin, {base, exponent}) : 0;
  }

  AstId primary() {
    uint32_t begin = token_.offset;
    switch (token_.kind) {
      case TokenKind::Number: {
        AstNode node{};
        node.kind = AstKind::Number;
        node.number = token_.number;
        advance();
        return finish(node, begin, {});
      }
      case TokenKind::String: {
        AstNode node{};
        node.kind = AstKind::String;
        node.name = uint32_t(ast_.names.size());
        std::string_view text = lexer_.text_of(token_);
        ast_.names.emplace_back(text.substr(1, text.size() - 2));
        advance();
        return finish(node, begin, {});
      }
      case TokenKind::Name:
      case TokenKind::Modulo: return name();  // where a value stands, MOD is a name or MOD(a, b)
      case TokenKind::LeftParen: {
        Nesting nesting(*this);
        if (!nesting.fits) return 0;
        advance();
        AstId inner = expression(1);
        if (ok() && token_.kind == TokenKind::End) {
          error(Code::unterminated, begin, 1, "this parenthesis is not closed");
          return 0;
        }
        if (ok()) expect(TokenKind::RightParen, "')'");
        return inner;
      }
      case TokenKind::If: return conditional();
      default: unexpected("a number, a name or '('"); return 0;
    }
  }

  AstId conditional() {
    Nesting nesting(*this);
    if (!nesting.fits) return 0;
    uint32_t begin = token_.offset;
    advance();
    if (token_.kind == TokenKind::Then) return if_then_else(begin);
    AstId condition = expression(1);
    if (!ok() || !expect(TokenKind::Then, "THEN")) return 0;
    AstId then = expression(1);
    if (!ok() || !expect(TokenKind::Else, "ELSE")) return 0;
    AstId otherwise = expression(1);
    if (!ok()) return 0;
    AstNode node{};
    node.kind = AstKind::If;
    return finish(node, begin, {condition, then, otherwise});
  }

  // The function of that name, with blanks: IF THEN ELSE (condition, a, b).
  AstId if_then_else(uint32_t begin) {
    advance();
    if (!expect(TokenKind::Else, "a condition")) return 0;
    if (token_.kind == TokenKind::LeftParen) return after_name("if then else", begin);
    unexpected("'('");
    return 0;
  }

  AstId name() {
    uint32_t begin = token_.offset;
    std::string text(lexer_.text_of(token_));
    advance();
    // A function name that its converter wrote with blanks: read it as one name, semantics says whether it is known. SAMPLE IF TRUE has a
    // keyword inside.
    auto goes_on = [&] { return token_.kind == TokenKind::Name || token_.kind == TokenKind::If || (token_.kind == TokenKind::Number && fold_case(text) == "get"); };  // GET 123 DATA
    while (goes_on() && text.back() != '"' && !vensim_) {
      text += " " + std::string(lexer_.text_of(token_));
      advance();
    }
    return after_name(text, begin);
  }

  AstId after_name(const std::string& text, uint32_t begin) {
    AstNode node{};
    node.kind = AstKind::Name;
    std::vector<AstId> children;
    Nesting nesting(*this);
    if (!nesting.fits) return 0;
    if (token_.kind == TokenKind::LeftParen) {
      node.kind = AstKind::Call;
      uint32_t open = token_.offset;
      advance();
      if (token_.kind != TokenKind::RightParen) {
        children.push_back(expression(1));
        while (ok() && (token_.kind == TokenKind::Comma || token_.kind == TokenKind::Semicolon)) {
          advance();
          children.push_back(expression(1));
        }
      }
      if (ok() && token_.kind == TokenKind::End) error(Code::unterminated, open, 1, "this parenthesis is not closed");
      if (ok()) expect(TokenKind::RightParen, "',' or ')'");
    } else if (token_.kind == TokenKind::LeftBracket) {
      advance();
      children.push_back(subscript());
      while (ok() && token_.kind == TokenKind::Comma) {
        advance();
        children.push_back(subscript());
      }
      if (ok()) expect(TokenKind::RightBracket, "',' or ']'");
      if (ok() && vensim_ && token_.kind == TokenKind::LeftParen) return lookup_of(text, begin, children);
    }
    if (!ok()) return 0;
    node.name = uint32_t(ast_.names.size());
    ast_.names.push_back(vensim_ ? canonical_name(text) : canonical_path(text));  // Vensim's points are letters
    return finish(node, begin, children);
  }

  // table[element](x) is LOOKUP(table[element], x).
  AstId lookup_of(const std::string& table, uint32_t begin, const std::vector<AstId>& subscripts) {
    AstNode node{};
    node.kind = AstKind::Name;
    node.name = uint32_t(ast_.names.size());
    ast_.names.push_back(canonical_name(table));
    AstId name = finish(node, begin, subscripts);
    advance();
    AstId x = expression(1);
    if (!ok() || !expect(TokenKind::RightParen, "')'")) return 0;
    node.kind = AstKind::Call;
    node.name = uint32_t(ast_.names.size());
    ast_.names.push_back("lookup");
    return finish(node, begin, {name, x});
  }

  AstId subscript() {
    uint32_t begin = token_.offset;
    AstNode node{};
    if (token_.kind == TokenKind::Star) {
      node.kind = AstKind::Wildcard;
      advance();
      if (token_.kind != TokenKind::Colon) return finish(node, begin, {});
      advance();
      AstId of = primary();
      return ok() ? finish(node, begin, {of}) : 0;
    }
    if (token_.kind == TokenKind::At) {
      node.kind = AstKind::Position;
      advance();
      AstId position = primary();
      return ok() ? finish(node, begin, {position}) : 0;
    }
    AstId first = expression(1);
    if (ok() && token_.kind == TokenKind::Bang) {  // Vensim's D! is XMILE's *:D
      node.kind = AstKind::Wildcard;
      advance();
      return finish(node, begin, {first});
    }
    if (!ok() || token_.kind != TokenKind::Colon) return first;
    node.kind = AstKind::Range;
    advance();
    AstId last = expression(1);
    return ok() ? finish(node, begin, {first, last}) : 0;
  }

  Lexer lexer_;
  std::vector<ParseError>& errors_;
  bool vensim_;
  size_t errors_before_;
  Token token_;
  uint32_t end_ = 0;
  uint32_t nesting_ = 0;
  Ast ast_;
};

}  // namespace

Ast parse_equation(const std::string& text, Dialect dialect, std::vector<ParseError>& errors) {
  if (text.size() > max_equation_bytes) {
    errors.push_back({Code::equation_too_long, 0, 0, "this equation is over a megabyte of text; split it into several variables"});
    return {};
  }
  return Parser(text, dialect, errors).run();
}

}  // namespace loopscope
