// Our own definitions in place of some of Binaryen's: the same for modules of numbers, as blobs are, without all that Binaryen's need for
// modules of references (a pass over every function, a solver of recursive types).
#include <set>

#include "ir/module-utils.h"
#include "ir/table-utils.h"
#include "wasm-debug.h"

namespace wasm {

// Types of the functions in the order of first use. Blocks have no type of their own: none has parameters or several results.
ModuleUtils::IndexedHeapTypes ModuleUtils::getOptimizedIndexedHeapTypes(Module& module) {
  IndexedHeapTypes types;
  for (auto& function : module.functions) {
    if (types.indices.emplace(function->type, Index(types.types.size())).second) {
      types.types.push_back(function->type);
    }
  }
  return types;
}

// No references, no tables, no debugging sections.
std::set<Name> TableUtils::getFunctionsNeedingElemDeclare(Module&) {
  return {};
}
bool TableUtils::usesExpressions(ElementSegment*, Module*) {
  return false;
}
bool Debug::hasDWARFSections(const Module&) {
  return false;
}
void Debug::writeDWARFSections(Module&, const BinaryLocations&) {}

// Types of numbers have no subtypes. wasm/wasm-type.cpp is compiled with the names of its own two changed (see build).
Type Type::getLeastUpperBound(Type a, Type b) {
  return a == b || b == unreachable ? a : a == unreachable ? b : none;
}
bool Type::isSubType(Type left, Type right) {
  return left == right || left == unreachable;
}

} // namespace wasm
