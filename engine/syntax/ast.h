// The syntax tree of one equation: nodes in one vector, children as index ranges of another, names canonical.
// Nothing is resolved yet. Nodes stand after their children, so a walk in index order is a walk bottom-up.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

using AstId = uint32_t;

enum class AstKind : uint8_t {
  Number,    // number
  Name,      // name, children = subscripts (none for a plain name)
  Call,      // name, children = arguments
  Operator,  // op, one or two children
  If,        // condition, then, else
  Wildcard,  // * as a subscript; with one child: *:Sub
  Range,     // a:b as a subscript
  Position,  // @n as a subscript
  String,    // name = the text between single quotes, as written
};

// Operators of equations, tightest last in the grammar: see parser.cpp for precedence.
enum class AstOp : uint8_t { Or, And, Not, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Add, Subtract,
                             Multiply, Divide, SafeDivide, Modulo, Negate, Plus, Power };
const char* ast_op_text(AstOp op);

struct AstNode {
  AstKind kind;
  AstOp op;
  uint16_t depth;         // of the subtree, for limits
  uint32_t first, count;  // children
  uint32_t offset, length;  // in the equation's text
  double number;
  uint32_t name;          // index into names
};

struct Ast {
  std::vector<AstNode> nodes;
  std::vector<AstId> children;
  std::vector<std::string> names;  // canonical; of a string its text
  AstId root = 0;
  bool empty() const { return nodes.empty(); }
  AstId child(AstId node, uint32_t i) const { return children[nodes[node].first + i]; }
  const std::string& name_of(AstId node) const { return names[nodes[node].name]; }

  AstId add(AstNode node, const std::vector<AstId>& node_children);
  AstId add_number(double value, uint32_t offset = 0, uint32_t length = 0);
  AstId add_name(const std::string& canonical, uint32_t offset = 0, uint32_t length = 0);
  AstId add_operator(AstOp op, std::vector<AstId> operands);
  AstId add_call(const AstNode& place, std::string_view name, const std::vector<AstId>& arguments);
  // Another tree's node with all below it; this node alone.
  AstId copy(const Ast& from, AstId node);
  AstNode like(AstId node) const;
  // Makes a node the plain name.
  void rename(AstId node, const std::string& canonical);
};

// Limits on one equation, so that no input exhausts memory or stack.
constexpr uint32_t max_equation_bytes = 1u << 20;
constexpr uint32_t max_nesting = 200;      // parentheses, calls, IFs and unary operators inside each other
constexpr uint32_t max_tree_depth = 1000;  // of the finished tree: a sum of more terms is split by its author

struct ParseError {
  Code code;
  uint32_t offset, length;  // in the text
  std::string message;
};

// Vensim's :NA:, the value that is missing: a finite number, -2^109.
constexpr double missing_value = -0x1p109;

// Parses one equation. On success errors is left as it is and the tree's root is set; otherwise the tree is empty.
Ast parse_equation(const std::string& text, Dialect dialect, std::vector<ParseError>& errors);

// How a tree is printed: in which language, and with which names where not the canonical ones (canonical -> as the modeller wrote it;
// functions are then in capitals).
struct PrintStyle {
  Dialect dialect = Dialect::Xmile;
  const std::unordered_map<std::string, std::string>* names = nullptr;
};

// Prints a tree with parentheses only where precedence needs them or, in Vensim's language, where its readers differ about it.
std::string print_ast(const Ast& ast, AstId node, const PrintStyle& style = {});

// A name as it stands in an equation: in quotes where the language needs them.
std::string name_in_equation(std::string_view name, Dialect dialect);

}  // namespace loopscope
