#include "syntax/ast.h"

#include <cmath>

#include "model/names.h"
#include "support/json.h"

namespace loopscope {

namespace {
constexpr int8_t atom = 9;
struct OpText {
  const char* text;
  int8_t level, left, right;  // own, and the least that an operand may have without parentheses; as in parser.cpp, unary 7, power 8
};
// NOT takes a whole comparison, so it stands above one.
constexpr OpText op_texts[] = {{" OR ", 1, 1, 2}, {" AND ", 2, 2, 3}, {"NOT ", 2, 0, 3}, {" = ", 3, 3, 4},  {" <> ", 3, 3, 4}, {" < ", 4, 4, 5},
                               {" <= ", 4, 4, 5}, {" > ", 4, 4, 5},   {" >= ", 4, 4, 5}, {" + ", 5, 5, 6},  {" - ", 5, 5, 6},  {" * ", 6, 6, 7},
                               {" / ", 6, 6, 7},  {" // ", 6, 6, 7},  {" MOD ", 6, 6, 7}, {"-", 7, 0, 7},   {"+", 7, 0, 7},    {"^", 8, atom, 7}};
// What binds tighter, a sign or a power, :NOT: or a comparison, need not be known to read this.
constexpr OpText vensim_op_texts[] = {{" :OR: ", 1, 1, 2}, {" :AND: ", 2, 2, 3}, {":NOT: ", 3, 0, atom}, {" = ", 4, 5, 5}, {" <> ", 4, 5, 5}, {" < ", 4, 5, 5},
                                      {" <= ", 4, 5, 5},   {" > ", 4, 5, 5},     {" >= ", 4, 5, 5},      {" + ", 5, 5, 6}, {" - ", 5, 5, 6},  {" * ", 6, 6, 7},
                                      {" / ", 6, 6, 7},    {"ZIDZ", atom, 0, 0}, {"MODULO", atom, 0, 0}, {"-", 5, 0, atom}, {"+", 5, 0, atom}, {"^", 8, atom, atom}};

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Unquoted are letters, digits, blanks and a few signs, a letter first.
bool needs_vensim_quotes(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80; };
  if (name.empty() || !letter(name[0]) || name.back() == ' ') return true;
  for (char c : name)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != ' ' && c != '_' && c != '$' && c != '\'') return true;
  return false;
}

struct Printer {
  const Ast& ast;
  PrintStyle style;
  std::string out;
  bool vensim = style.dialect == Dialect::Vensim;

  // A path has its quotes already where its parts need them.
  std::string name_of(AstId id) const {
    const std::string& name = ast.name_of(id);
    if (style.names) {
      auto written = style.names->find(name);
      if (written != style.names->end()) return written->second;
    }
    if (!vensim && name.find('.') != name.npos && canonical_path(name) == name) return name;
    return name_in_equation(name, style.dialect);
  }
  // A function's own name: SAFEDIV, IF THEN ELSE.
  std::string function_of(AstId id) const {
    const std::string& name = ast.name_of(id);
    if (!style.names || style.names->count(name)) return name_of(id);
    std::string out;
    for (char c : name) out += c == '_' && vensim ? ' ' : c >= 'a' && c <= 'z' ? char(c - 32) : c;
    return out;
  }

  void list(AstId id, const char* open, const char* close) {
    out += open;
    for (uint32_t i = 0; i < ast.nodes[id].count; i++) {
      if (i) out += ", ";
      print(ast.child(id, i), 0);
    }
    out += close;
  }

  void print(AstId id, int level) {
    const AstNode& node = ast.nodes[id];
    int own = node.kind == AstKind::Operator ? op_text(id).level : node.kind == AstKind::If && !vensim ? 0 : atom;
    if (node.kind == AstKind::Number && std::signbit(node.number)) own = vensim ? 5 : 7;
    bool parentheses = own < level;
    if (parentheses) out += "(";
    switch (node.kind) {
      case AstKind::Number: out += format_number(node.number); break;
      case AstKind::Name:
        out += name_of(id);
        if (node.count) list(id, "[", "]");
        break;
      case AstKind::Call: print_call(id); break;
      case AstKind::Operator: print_operator(id); break;
      case AstKind::If:
        if (vensim) {
          list(id, "IF THEN ELSE(", ")");
          break;
        }
        out += "IF ";
        print(ast.child(id, 0), 0);
        out += " THEN ";
        print(ast.child(id, 1), 0);
        out += " ELSE ";
        print(ast.child(id, 2), 0);
        break;
      case AstKind::Wildcard:
        if (vensim && node.count) {
          list(id, "", "!");
          break;
        }
        out += "*";
        if (node.count) list(id, ":", "");
        break;
      case AstKind::Range:
        print(ast.child(id, 0), 0);
        out += ":";
        print(ast.child(id, 1), 0);
        break;
      case AstKind::Position: list(id, "@", ""); break;
      case AstKind::String: out += "'" + ast.name_of(id) + "'"; break;
    }
    if (parentheses) out += ")";
  }

  const OpText& op_text(AstId id) const { return (vensim ? vensim_op_texts : op_texts)[int(ast.nodes[id].op)]; }

  // Vensim looks a table up by calling it; a value such as TIME is a call without arguments here.
  void print_call(AstId id) {
    const AstNode& node = ast.nodes[id];
    bool table = vensim && node.count == 2 && ast.name_of(id) == "lookup";
    if (table) {
      print(ast.child(id, 0), atom);
      out += "(";
      print(ast.child(id, 1), 0);
      out += ")";
      return;
    }
    out += function_of(id);
    if (node.count || !style.names) list(id, "(", ")");
  }

  void print_operator(AstId id) {
    const OpText& op = op_text(id);
    if (op.level == atom) {  // a function in this language
      out += op.text;
      return list(id, "(", ")");
    }
    bool binary = ast.nodes[id].count > 1;
    if (binary) print(ast.child(id, 0), op.left);
    out += op.text;
    print(ast.child(id, binary), op.right);
  }
};
}  // namespace

const char* ast_op_text(AstOp op) { return op_texts[int(op)].text; }

AstId Ast::add(AstNode node, const std::vector<AstId>& node_children) {
  node.first = uint32_t(children.size());
  node.count = uint32_t(node_children.size());
  node.depth = 1;
  for (AstId child : node_children) {
    children.push_back(child);
    if (nodes[child].depth >= node.depth) node.depth = uint16_t(nodes[child].depth + 1);
  }
  nodes.push_back(node);
  return AstId(nodes.size() - 1);
}

AstId Ast::add_number(double value, uint32_t offset, uint32_t length) {
  AstNode node{};
  node.kind = AstKind::Number;
  node.number = value;
  node.offset = offset;
  node.length = length;
  return add(node, {});
}

AstId Ast::add_name(const std::string& canonical, uint32_t offset, uint32_t length) {
  AstNode node{};
  node.kind = AstKind::Name;
  node.name = uint32_t(names.size());
  node.offset = offset;
  node.length = length;
  names.push_back(canonical);
  return add(node, {});
}

AstNode Ast::like(AstId node) const {
  AstNode one = nodes[node];
  one.first = one.count = 0;
  return one;
}

void Ast::rename(AstId node, const std::string& canonical) {
  nodes[node].kind = AstKind::Name;
  nodes[node].name = uint32_t(names.size());
  nodes[node].count = 0;
  names.push_back(canonical);
}

AstId Ast::add_call(const AstNode& place, std::string_view name, const std::vector<AstId>& arguments) {
  AstNode call = place;
  call.kind = AstKind::Call;
  call.name = uint32_t(names.size());
  names.emplace_back(name);
  return add(call, arguments);
}

AstId Ast::copy(const Ast& from, AstId node) {
  AstNode one = from.like(node);
  std::vector<AstId> below;
  for (uint32_t i = 0; i < from.nodes[node].count; i++) below.push_back(copy(from, from.child(node, i)));
  if (one.kind == AstKind::Name || one.kind == AstKind::Call || one.kind == AstKind::String) {
    one.name = uint32_t(names.size());
    names.push_back(from.name_of(node));
  }
  return add(one, below);
}

AstId Ast::add_operator(AstOp op, std::vector<AstId> operands) {
  AstNode node{};
  node.kind = AstKind::Operator;
  node.op = op;
  return add(node, operands);
}

std::string name_in_equation(std::string_view name, Dialect dialect) {
  return (dialect == Dialect::Vensim ? needs_vensim_quotes(name) : needs_quotes(name)) ? quoted(name) : std::string(name);
}

std::string print_ast(const Ast& ast, AstId node, const PrintStyle& style) {
  if (ast.empty()) return "";
  Printer printer{ast, style, {}};
  printer.print(node, 0);
  return printer.out;
}

}  // namespace loopscope
