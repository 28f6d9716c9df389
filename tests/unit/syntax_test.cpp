// The equation language as the parser understands it: which operand belongs to which operator, what a name and a number
// are, what is said about text that cannot be read and where, and the limits that keep any text harmless.
#include "syntax/ast.h"

#include <random>

#include "small_models.h"
#include "support/json.h"

using namespace loopscope;
using small::value_of;

namespace {

// A tree with every parenthesis written, so that nothing depends on the printer under test.
std::string shape(const Ast& ast, AstId id) {
  const AstNode& node = ast.nodes[id];
  auto child = [&](uint32_t i) { return shape(ast, ast.child(id, i)); };
  auto list = [&] {
    std::string out;
    for (uint32_t i = 0; i < node.count; i++) out += (i ? ", " : "") + child(i);
    return out;
  };
  switch (node.kind) {
    case AstKind::Number: return format_number(node.number);
    case AstKind::Name: return ast.name_of(id) + (node.count ? "[" + list() + "]" : "");
    case AstKind::Call: return ast.name_of(id) + "(" + list() + ")";
    case AstKind::Operator:
      return node.count == 1 ? "(" + small::trim(ast_op_text(node.op)) + " " + child(0) + ")"
                             : "(" + child(0) + " " + small::trim(ast_op_text(node.op)) + " " + child(1) + ")";
    case AstKind::If: return "(if " + child(0) + " then " + child(1) + " else " + child(2) + ")";
    case AstKind::Wildcard: return "*" + (node.count ? ":" + child(0) : "");
    case AstKind::Range: return child(0) + ":" + child(1);
    case AstKind::Position: return "@" + child(0);
    case AstKind::String: return "'" + ast.name_of(id) + "'";
  }
  return "?";
}

struct Parsed {
  Ast ast;
  std::vector<ParseError> errors;
};
Parsed parse(const std::string& text) {
  Parsed p;
  p.ast = parse_equation(text, Dialect::Xmile, p.errors);
  return p;
}
std::string shape(const std::string& text) {
  Parsed p = parse(text);
  return p.ast.empty() ? "error: " + (p.errors.empty() ? "none said" : p.errors[0].message) : shape(p.ast, p.ast.root);
}
// "syntax_error at 4+1: message"
std::string complaint(const std::string& text) {
  Parsed p = parse(text);
  if (p.errors.empty()) return "none; read as " + shape(p.ast, p.ast.root);
  CHECK(p.ast.empty());
  const ParseError& e = p.errors[0];
  return std::string(code_name(e.code)) + " at " + std::to_string(e.offset) + "+" + std::to_string(e.length) + ": " + e.message;
}
std::string repeat(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; i++) out += text;
  return out;
}

}  // namespace

TEST_CASE("syntax: operators bind in XMILE's order, loosest first OR AND = < + * sign ^") {
  CHECK(shape("a or b and c") == "(a OR (b AND c))");
  CHECK(shape("a and b = c") == "(a AND (b = c))");
  CHECK(shape("a = b < c") == "(a = (b < c))");
  CHECK(shape("a < b + c") == "(a < (b + c))");
  CHECK(shape("a + b * c") == "(a + (b * c))");
  CHECK(shape("a * b ^ c") == "(a * (b ^ c))");
  CHECK(shape("a * -b ^ c") == "(a * (- (b ^ c)))");
  CHECK(shape("(a + b) * c") == "((a + b) * c)");
}

TEST_CASE("syntax: equal operators group from the left, powers from the right") {
  CHECK(shape("a - b - c") == "((a - b) - c)");
  CHECK(shape("a - b + c") == "((a - b) + c)");
  CHECK(shape("a / b * c") == "((a / b) * c)");
  CHECK(shape("a / b / c") == "((a / b) / c)");
  CHECK(shape("a // b MOD c") == "((a // b) MOD c)");
  CHECK(shape("a < b <= c") == "((a < b) <= c)");
  CHECK(shape("a = b <> c") == "((a = b) <> c)");
  CHECK(shape("a ^ b ^ c") == "(a ^ (b ^ c))");
  CHECK(value_of("2 ^ 3 ^ 2") == 512);
  CHECK(value_of("100 - 10 - 1") == 89);
  CHECK(value_of("100 / 10 / 5") == 2);
}

TEST_CASE("syntax: a sign binds looser than a power and may stand before an exponent") {
  CHECK(shape("-2^2") == "(- (2 ^ 2))");
  CHECK(value_of("-2^2") == -4);
  CHECK(value_of("2^-1") == 0.5);
  CHECK(shape("2^-a^b") == "(2 ^ (- (a ^ b)))");
  CHECK(shape("- -a") == "(- (- a))");
  CHECK(shape("a - -b") == "(a - (- b))");
  CHECK(shape("+a") == "a");
  CHECK(shape("a * +b") == "(a * b)");
  CHECK(value_of("3 - -3") == 6);
}

TEST_CASE("syntax: NOT takes a whole comparison, and stops before AND") {
  CHECK(shape("not a = b") == "(NOT (a = b))");
  CHECK(shape("not a and b") == "((NOT a) AND b)");
  CHECK(shape("not a < b or c") == "((NOT (a < b)) OR c)");
  CHECK(shape("not (a and b)") == "(NOT (a AND b))");
  CHECK(shape("not not a") == "(NOT (NOT a))");
  CHECK(shape("!a") == "(NOT a)");
  CHECK(value_of("NOT 0") == 1);
  CHECK(value_of("NOT 5") == 0);
}

TEST_CASE("syntax: some vendors write the negation after its operand") {
  CHECK(shape("IF a NOT THEN b ELSE c") == "(if (NOT a) then b else c)");
  CHECK(shape("(a = b) NOT") == "(NOT (a = b))");
  CHECK(shape("a NOT AND b") == "((NOT a) AND b)");
}

TEST_CASE("syntax: every comparison, in all its spellings, is 1 or 0") {
  CHECK(shape("a <> b") == "(a <> b)");
  CHECK(shape("a != b") == "(a <> b)");
  CHECK(shape("a == b") == "(a = b)");
  CHECK(shape("a & b | c") == "((a AND b) OR c)");
  CHECK(shape("a && b || c") == "((a AND b) OR c)");
  struct {
    const char* text;
    double value;
  } cases[] = {{"1 < 2", 1}, {"2 < 1", 0}, {"2 <= 2", 1}, {"2 > 2", 0}, {"2 >= 2", 1}, {"2 = 2", 1}, {"2 <> 2", 0}, {"1 = 2", 0}};
  for (const auto& c : cases) CHECK_MESSAGE(value_of(c.text) == c.value, std::string(c.text));
  CHECK(value_of("5 AND 3") == 1);
  CHECK(value_of("0 OR -2") == 1);
  CHECK(value_of("0 OR 0") == 0);
}

TEST_CASE("syntax: IF is an expression that reaches as far as it can") {
  CHECK(shape("IF a THEN b ELSE c") == "(if a then b else c)");
  CHECK(shape("IF a THEN b ELSE c + 1") == "(if a then b else (c + 1))");
  CHECK(shape("1 + IF a THEN b ELSE c + 1") == "(1 + (if a then b else (c + 1)))");
  CHECK(shape("(IF a THEN b ELSE c) + 1") == "((if a then b else c) + 1)");
  CHECK(shape("IF a THEN IF b THEN 1 ELSE 2 ELSE 3") == "(if a then (if b then 1 else 2) else 3)");
  CHECK(shape("if a then b else if c then d else e") == "(if a then b else (if c then d else e))");
  CHECK(shape("IF(a > 1)THEN(b)ELSE(c)") == "(if (a > 1) then b else c)");
  CHECK(shape("If a\nThen b\nElse c") == "(if a then b else c)");
}

TEST_CASE("syntax: MOD is an operator, a function and, where a value stands, a name") {
  CHECK(shape("a MOD b") == "(a MOD b)");
  CHECK(shape("a mod b * c") == "((a MOD b) * c)");
  CHECK(shape("MOD(a, b)") == "mod(a, b)");
  CHECK(shape("MOD(a, b) MOD mod") == "(mod(a, b) MOD mod)");
  CHECK(value_of("7 MOD 3") == 1);
  CHECK(value_of("MOD(7, 3)") == 1);
  CHECK(value_of("-7 MOD 3") == 2);  // the sign of the divisor
  CHECK(value_of("mod + 1", "aux mod = 4") == 5);
}

TEST_CASE("syntax: a comment in braces is a blank") {
  CHECK(shape("a {the first} + {the\nsecond} b{}") == "(a + b)");
  CHECK(shape("{only} 1") == "1");
  CHECK(shape("a{x}b") == "a_b");
  CHECK(complaint("a + {not closed") == "unterminated at 4+11: this comment is not closed; add a }");
  CHECK(complaint("a + b}") == "syntax_error at 5+1: this } closes no comment");
}

TEST_CASE("syntax: names may hold blanks, quotes, dots and any letters") {
  CHECK(shape("heat loss to room") == "heat_loss_to_room");
  CHECK(shape("Heat_Loss  TO\n room") == "heat_loss_to_room");
  CHECK(shape("\"Heat Loss\" + \"1st / 2nd\"") == "(heat_loss + 1st_/_2nd)");
  CHECK(shape("\"a \\\"b\\\" c\"") == "a_\"b\"_c");
  CHECK(shape("\"if\" + \"not\"") == "(if + not)");
  CHECK(shape("module.variable") == "module.variable");
  CHECK(shape("module.\"my variable\"") == "module.my_variable");
  CHECK(shape("Größe * 人口") == "(grösse * 人口)");
  CHECK(shape("a\xC2\xA0" "b") == "a_b");       // a no-break space is a blank
  CHECK(shape("a \xC2\xA0 + b") == "(a + b)");
  CHECK(shape("andy + order + notes + iffy") == "(((andy + order) + notes) + iffy)");
  CHECK(shape("x1 + don't") == "(x1 + don't)");
  CHECK(value_of("Größe * 人口", "aux Größe = 3\naux 人口 = 4") == 12);
}

TEST_CASE("syntax: a text stands between single quotes, which inside a name are a part of it") {
  CHECK(shape("get('data/A b.csv', ',', 'B2*')") == "get('data/A b.csv', ',', 'B2*')");
  CHECK(shape("get('', 'say \"{no comment}\"', '\\')") == "get('', 'say \"{no comment}\"', '\\')");
  CHECK(shape("farmer's income * x'") == "(farmer's_income * x')");
  CHECK(complaint("a + 'open") == "unterminated at 4+5: this text is not closed; add a '");
  CHECK(complaint("'a' 'b'") == "syntax_error at 4+3: found ''b'' where an operator or the end of the equation should stand");
}

TEST_CASE("syntax: numbers in every form") {
  CHECK(shape("1.5") == "1.5");
  CHECK(shape(".5") == "0.5");
  CHECK(shape("5.") == "5");
  CHECK(shape("1e3") == "1000");
  CHECK(shape("1.5E-3") == "0.0015");
  CHECK(shape("2e+2") == "200");
  CHECK(shape("0.1") == "0.1");
  CHECK(shape("1e-400") == "0");
  CHECK(shape("2*e") == "(2 * e)");
  CHECK(shape("9007199254740993") == format_number(9007199254740992.0));
  CHECK(complaint("1e999") == "bad_number at 0+5: this number cannot be read");
  CHECK(complaint("1.2.3") == "syntax_error at 3+2: found '.3' where an operator or the end of the equation should stand");
  CHECK(complaint("2e") == "syntax_error at 1+1: found 'e' where an operator or the end of the equation should stand");
}

TEST_CASE("syntax: calls and subscripts") {
  CHECK(shape("MAX(a, b; c)") == "max(a, b, c)");
  CHECK(shape("TIME()") == "time()");
  CHECK(shape("random 0 1 (2)") == "error: found '0' where an operator or the end of the equation should stand");
  CHECK(shape("if then else") != "if_then_else");
  CHECK(shape("lookup extrapolate(t, 1 + 2)") == "lookup_extrapolate(t, (1 + 2))");
  CHECK(shape("a[b, c + 1]") == "a[b, (c + 1)]");
  CHECK(shape("SUM(a[*, nyc])") == "sum(a[*, nyc])");
  CHECK(shape("a[*:sub, 1:3, @2]") == "a[*:sub, 1:3, @2]");
  CHECK(shape("a[b[c]]") == "a[b[c]]");
}

TEST_CASE("syntax: an error says what was found, what should stand there, and where") {
  struct {
    const char* text;
    const char* said;
  } cases[] = {
      {"", "empty_equation at 0+0: the equation is empty; write a number or an expression"},
      {"a +", "syntax_error at 3+0: the equation ends where a number, a name or '(' should stand"},
      {"a + * b", "syntax_error at 4+1: found '*' where a number, a name or '(' should stand"},
      {"a b 3", "syntax_error at 4+1: found '3' where an operator or the end of the equation should stand"},
      {"(a + b", "unterminated at 0+1: this parenthesis is not closed"},
      {"MAX(a, b", "unterminated at 3+1: this parenthesis is not closed"},
      {"a + b)", "syntax_error at 5+1: found ')' where an operator or the end of the equation should stand"},
      {"(a, b)", "syntax_error at 2+1: found ',' where ')' should stand"},
      {"MAX(a b, [)", "syntax_error at 9+1: found '[' where a number, a name or '(' should stand"},
      {"IF a THEN b", "syntax_error at 11+0: the equation ends where ELSE should stand"},
      {"IF a ELSE b", "syntax_error at 5+4: found 'ELSE' where THEN should stand"},
      {"a[b", "syntax_error at 3+0: the equation ends where ',' or ']' should stand"},
      {"a # b", "syntax_error at 2+1: '#' means nothing in an equation"},
      {"a \x01 b", "syntax_error at 2+1: a control character means nothing in an equation"},
      {"\"open", "unterminated at 0+5: this quoted name is not closed; add a \""},
      {"Größe # 1", "syntax_error at 8+1: '#' means nothing in an equation"},  // offsets count bytes
  };
  for (const auto& c : cases) CHECK_MESSAGE(complaint(c.text) == std::string(c.said), std::string(c.text));
}

TEST_CASE("syntax: one error an equation, the first") {
  CHECK(parse("a + * b ) ( #").errors.size() == 1);
  CHECK(parse("# # #").errors.size() == 1);
}

TEST_CASE("syntax: nodes know their place in the text") {
  std::string text = "  a + MAX( b1,  c ) ";
  Parsed p = parse(text);
  std::vector<std::string> places;
  for (const AstNode& node : p.ast.nodes) places.push_back(text.substr(node.offset, node.length));
  CHECK(places == std::vector<std::string>{"a", "b1", "c", "MAX( b1,  c )", "a + MAX( b1,  c )"});
}

TEST_CASE("syntax: nesting is limited, and what is under the limit is read") {
  for (size_t depth : {10, 190}) {
    CHECK(parse(repeat("(", depth) + "a" + repeat(")", depth)).errors.empty());
    CHECK(parse(repeat("ABS(", depth) + "a" + repeat(")", depth)).errors.empty());
    CHECK(parse(repeat("-", depth) + "a").errors.empty());
    CHECK(parse(repeat("IF a THEN b ELSE ", depth) + "c").errors.empty());
    CHECK(parse(repeat("2^", depth) + "c").errors.empty());
  }
  for (const char* opening : {"(", "ABS(", "-", "NOT ", "2^", "a[", "IF a THEN ", "IF ", "a[*:", "1+("}) {
    Parsed p = parse(repeat(opening, 100'000));
    CHECK_MESSAGE(p.errors.size() == 1, std::string(opening));
    if (!p.errors.empty()) CHECK_MESSAGE(code_name(p.errors[0].code) == std::string("nesting_too_deep"), std::string(opening));
  }
  CHECK(complaint(repeat("(", 300)) ==
        "nesting_too_deep at 200+1: parentheses and functions are nested more than 200 deep here; use a variable for the inner part");
}

TEST_CASE("syntax: a sum may have a thousand terms; longer ones are refused, not read wrongly") {
  CHECK(parse("a" + repeat(" + a", 900)).errors.empty());
  std::string said = complaint("a" + repeat(" + a", 5000));
  CHECK(said.substr(0, 24) == "equation_too_long at 0+4");
  CHECK(said.find("more than 1000 terms in a row; split it into several variables") != said.npos);
  CHECK(complaint("a" + repeat(" NOT", 5000)).substr(0, 17) == "equation_too_long");
}

TEST_CASE("syntax: a megabyte of text is the most that one equation holds") {
  CHECK(complaint(repeat("a+", 600'000)) == "equation_too_long at 0+0: this equation is over a megabyte of text; split it into several variables");
  // Just under it, whatever it is, there is an answer.
  CHECK(shape(repeat(" ", 1'000'000) + "a") == "a");
  CHECK(shape("{" + repeat("x", 1'000'000) + "}a") == "a");
  CHECK(parse(repeat("a", 1'000'000)).errors.empty());
  CHECK(parse(repeat("a ", 500'000)).errors.empty());
  CHECK(parse("MAX(" + repeat("a,", 500'000) + "a)").errors.empty());
  CHECK(parse(repeat("9", 1'000'000)).errors.size() == 1);
}

TEST_CASE("syntax: printing and reading again gives the same tree") {
  struct {
    const char* text;
    const char* printed;
  } cases[] = {{"(a+b)*c", "(a + b) * c"},       {"a+(b*c)", "a + b * c"},         {"a-(b-c)", "a - (b - c)"},
               {"(a^b)^c", "(a^b)^c"},           {"a^(b^c)", "a^b^c"},             {"(-a)^2", "(-a)^2"},
               {"-(a+b)", "-(a + b)"},           {"NOT(a AND b)", "NOT (a AND b)"}, {"1+(if a then b else c)", "1 + (IF a THEN b ELSE c)"},
               {"\"1st\"+Mod(a,b)", "\"1st\" + \"mod\"(a, b)"}, {"a[*, b:c]", "a[*, b:c]"}};
  for (const auto& c : cases) {
    Parsed p = parse(c.text);
    CHECK(print_ast(p.ast, p.ast.root) == std::string(c.printed));
    CHECK_MESSAGE(shape(c.printed) == shape(c.text), std::string(c.text));
  }
  CHECK(shape(print_ast(parse("(NOT a) + b").ast, parse("(NOT a) + b").ast.root)) == "((NOT a) + b)");
  CHECK(shape(print_ast(parse("\"a \\\"b\\\"\"").ast, parse("\"a \\\"b\\\"\"").ast.root)) == "a_\"b\"");
}

TEST_CASE("syntax: printing and reading again gives the same tree, for any tree") {
  std::mt19937 random(1);
  auto pick = [&](uint32_t n) { return random() % n; };
  for (int round = 0; round < 2000; round++) {
    Ast ast;
    std::vector<AstId> pool{ast.add_name("a"), ast.add_number(2), ast.add_name("b c")};
    for (int i = 0; i < 12; i++) {
      auto any = [&] { return pool[pool.size() - 1 - pick(uint32_t(std::min<size_t>(pool.size(), 6)))]; };
      uint32_t kind = pick(20);
      if (kind == 0) {
        AstNode node{};
        node.kind = AstKind::If;
        pool.push_back(ast.add(node, {any(), any(), any()}));
      } else if (kind < 3) {
        pool.push_back(ast.add_operator(AstOp::Negate, {any()}));
      } else if (kind < 4) {
        pool.push_back(ast.add_operator(AstOp::Not, {any()}));
      } else {
        constexpr AstOp binary[] = {AstOp::Or, AstOp::And, AstOp::Equal, AstOp::NotEqual, AstOp::Less, AstOp::LessEqual, AstOp::Greater,
                                    AstOp::GreaterEqual, AstOp::Add, AstOp::Subtract, AstOp::Multiply, AstOp::Divide, AstOp::SafeDivide,
                                    AstOp::Modulo, AstOp::Power};
        pool.push_back(ast.add_operator(binary[pick(15)], {any(), any()}));
      }
    }
    ast.root = pool.back();
    if (ast.nodes[ast.root].depth > 8) continue;
    std::string text = print_ast(ast, ast.root), before = shape(ast, ast.root);
    for (size_t at; (at = before.find("b c")) != before.npos;) before[at + 1] = '_';
    if (shape(text) == before) continue;
    FAIL_CHECK(before << "\nis printed as " << text << "\nand read as " << shape(text));
    break;  // one example is enough
  }
}
