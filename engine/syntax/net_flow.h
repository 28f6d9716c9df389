// What a stock changes by, taken apart: a net flow that is a sum and difference of plain names is a list of flows, as XMILE wants it
// and as Loops That Matter looks at a stock.
#pragma once
#include <optional>
#include <vector>

#include "syntax/ast.h"

namespace loopscope {

struct SignedName {
  AstId name;  // a Name node; its children are its subscripts
  bool minus;
};

// The terms in the order written, none for a plain 0. Nothing if a term is anything but a name, or a name stands there twice: the sum is
// then one flow of its own. What the names mean is the caller's to check: a constant is no flow, nor is what several stocks gain.
std::optional<std::vector<SignedName>> flows_of(const Ast& ast, AstId node);

}  // namespace loopscope
