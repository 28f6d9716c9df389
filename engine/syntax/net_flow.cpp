#include "syntax/net_flow.h"

#include <string>
#include <unordered_set>

namespace loopscope {

std::optional<std::vector<SignedName>> flows_of(const Ast& ast, AstId node) {
  std::vector<SignedName> terms, pending{{node, false}};
  if (ast.empty() || (ast.nodes[node].kind == AstKind::Number && ast.nodes[node].number == 0)) return terms;
  std::unordered_set<std::string> seen;
  while (!pending.empty()) {
    SignedName term = pending.back();
    pending.pop_back();
    const AstNode& n = ast.nodes[term.name];
    if (n.kind == AstKind::Name && seen.insert(ast.name_of(term.name)).second) {
      terms.push_back(term);
    } else if (n.kind == AstKind::Operator && (n.op == AstOp::Add || n.op == AstOp::Subtract)) {
      pending.push_back({ast.child(term.name, 1), term.minus != (n.op == AstOp::Subtract)});
      pending.push_back({ast.child(term.name, 0), term.minus});
    } else if (n.kind == AstKind::Operator && (n.op == AstOp::Negate || n.op == AstOp::Plus)) {
      pending.push_back({ast.child(term.name, 0), term.minus != (n.op == AstOp::Negate)});
    } else {
      return std::nullopt;
    }
  }
  return terms;
}

}  // namespace loopscope
