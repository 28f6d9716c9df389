#include "syntax/ast.h"

#include "model/names.h"
#include "support/json.h"

namespace loopscope {

namespace {
struct OpText {
  const char* text;
  int level;  // as in parser.cpp; unary 7, power 8
};
constexpr OpText op_texts[] = {{" OR ", 1}, {" AND ", 2}, {"NOT ", 2},  {" = ", 3},  {" <> ", 3}, {" < ", 4},
                               {" <= ", 4}, {" > ", 4},   {" >= ", 4},  {" + ", 5},  {" - ", 5},  {" * ", 6},
                               {" / ", 6},  {" // ", 6},  {" MOD ", 6}, {"-", 7},    {"+", 7},    {"^", 8}};
constexpr int atom = 9;  // NOT takes a whole comparison, so it stands above one

// A path has its quotes already where its parts need them.
std::string print_name(const std::string& name) {
  if (!needs_quotes(name) || (name.find('.') != name.npos && canonical_path(name) == name)) return name;
  std::string out = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

struct Printer {
  const Ast& ast;
  std::string out;

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
    int own = node.kind == AstKind::Operator ? op_texts[int(node.op)].level : node.kind == AstKind::If ? 0 : atom;
    if (node.kind == AstKind::Number && node.number < 0) own = 7;
    bool parentheses = own < level;
    if (parentheses) out += "(";
    switch (node.kind) {
      case AstKind::Number: out += format_number(node.number); break;
      case AstKind::Name:
        out += print_name(ast.name_of(id));
        if (node.count) list(id, "[", "]");
        break;
      case AstKind::Call:
        out += print_name(ast.name_of(id));
        list(id, "(", ")");
        break;
      case AstKind::Operator: print_operator(id, own); break;
      case AstKind::If:
        out += "IF ";
        print(ast.child(id, 0), 0);
        out += " THEN ";
        print(ast.child(id, 1), 0);
        out += " ELSE ";
        print(ast.child(id, 2), 0);
        break;
      case AstKind::Wildcard:
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

  void print_operator(AstId id, int own) {
    const AstNode& node = ast.nodes[id];
    const char* text = op_texts[int(node.op)].text;
    if (node.count == 1) {
      out += text;
      print(ast.child(id, 0), node.op == AstOp::Not ? 3 : 7);
    } else if (node.op == AstOp::Power) {
      print(ast.child(id, 0), atom);
      out += text;
      print(ast.child(id, 1), 7);
    } else {
      print(ast.child(id, 0), own);
      out += text;
      print(ast.child(id, 1), own + 1);
    }
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

std::string print_ast(const Ast& ast, AstId node) {
  if (ast.empty()) return "";
  Printer printer{ast, {}};
  printer.print(node, 0);
  return printer.out;
}

}  // namespace loopscope
