// The part of expansion that knows vector and allocation functions: Vensim's and Stella's spellings become one form each.
#include "semantics/expand.h"

namespace loopscope {

namespace {
// The whole axis in the place of an element or loop of it.
void widen(Ast& ast, AstId name, uint32_t i, const Dimensions& dimensions) {
  AstId& subscript = ast.children[ast.nodes[name].first + i];
  AstNode whole = ast.like(subscript);
  bool part = ast.nodes[subscript].kind == AstKind::Name && dimensions.find(ast.name_of(subscript)) != none_id;
  whole.kind = AstKind::Wildcard;
  AstId widened = part ? ast.add(whole, {subscript}) : ast.add(whole, {});
  ast.children[ast.nodes[name].first + i] = widened;  // add() may have moved the list
}

}  // namespace

AstId Expander::expand_vector(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin) {
  const AstNode& n = from.nodes[node];
  switch (builtin.special()) {
    case BuiltinSpecial::VectorRank:
    case BuiltinSpecial::VectorSelect:
    case BuiltinSpecial::OrderOfRank: return copy_call(from, node, out, scope, builtin.name());
    case BuiltinSpecial::VectorOrder: {
      if (scope.loops->empty())
        return error(scope, from, node, Code::wrong_subscripts, "VECTOR SORT ORDER gives an array; this equation is not one over a dimension", out);
      // The ranks first, as an array of their own: the i-th of the order is the element whose rank is i.
      Ast ranks;
      ranks.root = copy_call(from, node, ranks, scope, builtin.name());
      uint32_t hidden;
      AstNode place = n;
      AstId reference = lift(scope, "ranks", std::move(ranks), place, out, hidden);
      return out.add_call(from.like(node), "order_of_rank", {reference});
    }
    case BuiltinSpecial::VectorMap:
    case BuiltinSpecial::VectorReorder: {
      std::vector<AstId> both{name_of_argument(from, from.child(node, 0), out, scope, "vector"), expand(from, from.child(node, 1), out, scope, false)};
      return out.add_call(from.like(node), builtin.name(), both);
    }
    case BuiltinSpecial::InvertMatrix: {
      AstId matrix = expand(from, from.child(node, 0), out, scope, false);
      uint32_t count = out.nodes[matrix].count;
      if (out.nodes[matrix].kind != AstKind::Name || count < 2)
        return error(scope, from, from.child(node, 0), Code::wrong_subscripts, "INVERT MATRIX needs an array with the two dimensions of the matrix as its last subscripts, x[row, column]", out);
      for (uint32_t i = count - 2; i < count; i++) widen(out, matrix, i, system_.dimensions);
      return out.add_call(from.like(node), builtin.name(), {matrix});
    }
    case BuiltinSpecial::ElementCount: {
      AstId argument = from.child(node, 0);
      uint32_t dimension = from.nodes[argument].kind == AstKind::Name ? system_.dimensions.find(from.name_of(argument)) : none_id;
      if (dimension == none_id) return error(scope, from, argument, Code::unknown_dimension, "ELMCOUNT counts the elements of a dimension; this is not the name of one", out);
      return out.add_number(system_.dimensions[dimension].size(), n.offset, n.length);
    }
    default: return expand_allocation(from, node, out, scope, builtin);
  }
}

namespace {
// The last loop that a tree reads an array along: what it is a vector over.
uint32_t vector_dimension(const EquationSystem& system, const Ast& tree) {
  for (AstId id = AstId(tree.nodes.size()); id-- > 0;) {  // names before their subscripts
    auto known = tree.nodes[id].kind == AstKind::Name ? system.index.find(tree.name_of(id)) : system.index.end();
    if (known == system.index.end() || system.variables[known->second].dimensions.empty()) continue;
    uint32_t count = tree.nodes[id].count;
    if (count == 0) return system.variables[known->second].dimensions.back();
    AstId last = tree.child(id, count - 1);
    uint32_t dimension = tree.nodes[last].kind == AstKind::Name ? system.dimensions.find(tree.name_of(last)) : none_id;
    if (dimension != none_id) return dimension;
  }
  return none_id;
}
}  // namespace

// A priority profile is an array whose last subscript is the first of four elements: kind, priority, width, extra. False after an error.
bool Expander::add_profile(const Ast& from, AstId profile, bool whole, Ast& out, const Scope& scope, std::vector<AstId>& arguments) {
  Ast tree;
  tree.root = expand(from, profile, tree, scope, false);
  auto known = tree.nodes[tree.root].kind == AstKind::Name ? system_.index.find(tree.name_of(tree.root)) : system_.index.end();
  uint32_t count = tree.nodes[tree.root].count;
  std::optional<uint32_t> element;
  uint32_t dimension = none_id;
  if (known != system_.index.end() && count >= 2) {
    dimension = system_.variables[known->second].dimensions[count - 1];
    AstId last = tree.child(tree.root, count - 1);
    if (tree.nodes[last].kind == AstKind::Name) element = system_.dimensions.element(dimension, tree.name_of(last));
    if (auto number = literal_number(tree, last); number && *number >= 1 && *number <= system_.dimensions[dimension].size()) element = uint32_t(*number) - 1;
  }
  if (!element || *element + 2 >= system_.dimensions[dimension].size()) {
    error(scope, from, profile, Code::wrong_subscripts,
          "a priority profile is an array over those who ask and over its parts (kind, priority, width, extra); name the first part, x[dimension, kind]", out);
    return false;
  }
  for (uint32_t part : {1, 2, 0}) {
    AstId copy = out.copy(tree, tree.root);
    out.rename(out.child(copy, count - 1), system_.dimensions[dimension].elements[*element + part]);
    if (whole) widen(out, copy, count - 2, system_.dimensions);
    arguments.push_back(copy);
  }
  return true;
}

// ALLOCATE(available, dimension, quantity, priority, width, kind) is Stella's form and the one that all others become; of the prices, the curves
// come as quantity, priority, width and kind.
AstId Expander::expand_allocation(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin) {
  const AstNode& n = from.nodes[node];
  auto argument = [&](uint32_t i) { return expand(from, from.child(node, i), out, scope, false); };
  auto call = [&](const std::vector<AstId>& arguments) { return out.add_call(from.like(node), builtin.name(), arguments); };
  auto nothing = [&] { return out.add_number(0, n.offset, n.length); };
  std::vector<AstId> curve;
  if (builtin.special() == BuiltinSpecial::DemandAtPrice || builtin.special() == BuiltinSpecial::SupplyAtPrice) {
    curve.push_back(argument(0));
    if (!add_profile(from, from.child(node, 1), false, out, scope, curve)) return nothing();
    curve.push_back(argument(2));
    return call(curve);
  }
  // https://vensim.com/documentation/fn_marketp.html: ALLOCATE BY PRIORITY in two steps, the level where requests meet the supply and what is given there.
  if (builtin.special() == BuiltinSpecial::MarketPriority) {
    for (uint32_t i : {0, 1}) {
      curve.push_back(argument(i));
      uint32_t count = out.nodes[curve.back()].count;
      if (out.nodes[curve.back()].kind != AstKind::Name || count == 0)
        return error(scope, from, from.child(node, i), Code::wrong_subscripts, "MARKETP needs an array with its first element, x[element]", out);
      widen(out, curve.back(), count - 1, system_.dimensions);
    }
    curve.insert(curve.end(), {argument(3), out.add_number(1), argument(4), out.add_number(0), out.add_number(0), out.add_number(0)});
    return out.add_call(from.like(node), "find_market_price", curve);
  }
  if (builtin.special() == BuiltinSpecial::AllocateAtPriority)
    return out.add_call(from.like(node), "demand_at_price", {argument(0), argument(1), argument(2), out.add_number(1), argument(3)});
  if (builtin.special() == BuiltinSpecial::MarketPrice) {
    for (uint32_t side : {0, 2}) {
      AstId quantity = argument(side);
      uint32_t count = out.nodes[quantity].count;
      if (out.nodes[quantity].kind != AstKind::Name || count == 0)
        return error(scope, from, from.child(node, side), Code::wrong_subscripts, "FIND MARKET PRICE needs an array with its first element, x[element]", out);
      widen(out, quantity, count - 1, system_.dimensions);
      curve.push_back(quantity);
      if (!add_profile(from, from.child(node, side + 1), true, out, scope, curve)) return nothing();
    }
    return call(curve);
  }
  uint32_t dimension = none_id;
  AstId available;
  if (builtin.special() == BuiltinSpecial::Allocate) {
    AstId named = from.child(node, 1);
    dimension = from.nodes[named].kind == AstKind::Name ? system_.dimensions.find(from.name_of(named)) : none_id;
    if (dimension == none_id) return error(scope, from, named, Code::unknown_dimension, "the second argument of ALLOCATE is the name of the dimension that it allocates over", out);
    available = argument(0);
    for (uint32_t i = 2; i < 6; i++) {
      curve.push_back(argument(i));
      for (uint32_t k = 0; k < out.nodes[curve.back()].count; k++) {
        AstId subscript = out.child(curve.back(), k);
        if (out.nodes[subscript].kind == AstKind::Wildcard && out.nodes[subscript].count == 0) out.rename(subscript, system_.dimensions[dimension].id);
      }
    }
  } else {
    Ast quantity;
    quantity.root = expand(from, from.child(node, 0), quantity, scope, false);
    dimension = vector_dimension(system_, quantity);
    if (dimension == none_id)
      return error(scope, from, from.child(node, 0), Code::wrong_subscripts, "the first argument of " + from.name_of(node) + " must be an array over those who ask, x[dimension]", out);
    curve.push_back(out.copy(quantity, quantity.root));
    if (builtin.special() == BuiltinSpecial::AllocateAvailable) {
      if (!add_profile(from, from.child(node, 1), false, out, scope, curve)) return nothing();
      available = argument(2);
    } else {  // request, priority, size, width, supply: all ramps of one width
      curve.push_back(argument(1));
      curve.push_back(argument(3));
      curve.push_back(out.add_number(1));
      available = argument(4);
    }
  }
  std::vector<AstId> arguments{available, out.add_name(system_.dimensions[dimension].id)};
  arguments.insert(arguments.end(), curve.begin(), curve.end());
  return out.add_call(from.like(node), "allocate", arguments);
}

}  // namespace loopscope
