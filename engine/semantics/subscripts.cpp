// The part of expression lowering that knows arrays: subscripts to index maps, reducers to loops.
#include <algorithm>
#include <cmath>

#include "semantics/expression_lowering.h"

namespace loopscope {

uint32_t ExpressionLowering::index_table(std::vector<uint32_t> table) {
  auto& tables = result_.program.index_tables;
  auto it = std::find(tables.begin(), tables.end(), table);
  if (it == tables.end()) it = tables.insert(tables.end(), std::move(table));
  return uint32_t(it - tables.begin());
}

std::optional<IndexMap> ExpressionLowering::follow(const LoweringAxis& axis, uint32_t dimension, uint32_t through) {
  std::vector<uint32_t> map;
  if (through != none_id && through != dimension && through != axis.dimension) {
    auto first = system_.dimensions.mapping(axis.dimension, through), second = system_.dimensions.mapping(through, dimension);
    if (!first || !second) return std::nullopt;
    for (uint32_t k : *first) map.push_back((*second)[k]);
  } else if (axis.dimension != dimension) {
    auto found = system_.dimensions.mapping(axis.dimension, dimension);
    if (!found) return std::nullopt;
    map = std::move(*found);
  }
  if (axis.fixed) return IndexMap{IndexMap::Fixed, map.empty() ? axis.element : map[axis.element]};
  if (map.empty()) return IndexMap{IndexMap::Axis, axis.number, axis.offset};
  std::vector<uint32_t> table(map.begin() + axis.offset, map.begin() + axis.offset + axis.extent);
  bool in_a_row = true;
  for (uint32_t i = 0; i < table.size(); i++) in_a_row &= table[i] == table[0] + i;
  if (in_a_row) return IndexMap{IndexMap::Axis, axis.number, table.empty() ? 0 : table[0]};
  return IndexMap{IndexMap::Mapped, axis.number, 0, index_table(std::move(table))};
}

// 1-based position in the axis' dimension.
ExprId ExpressionLowering::axis_value(const LoweringAxis& axis) {
  if (axis.fixed) return build.constant(axis.element + 1);
  return build.add(build.node(Op::AxisIndex, {}, axis.number), build.constant(axis.offset + 1));
}

const LoweringAxis* ExpressionLowering::named_axis(uint32_t dimension) const {
  for (const LoweringAxis& axis : axes_)
    if (axis.dimension == dimension) return &axis;
  for (size_t r = reducers_.size(); r-- > 0;)
    for (const FreeAxis& free : reducers_[r])
      if (free.named && free.dimension == dimension) return &free.axis;
  return nullptr;
}

std::optional<ExpressionLowering::FreeAxis> ExpressionLowering::free_axis(const Ast& ast, AstId node, uint32_t dimension) {
  const AstNode& n = ast.nodes[node];
  FreeAxis free{dimension, 0, system_.dimensions[dimension].size(), 0, false, {}};
  if (n.kind == AstKind::Wildcard) {
    if (n.count == 0) return free;
    uint32_t part = ast.nodes[ast.child(node, 0)].kind == AstKind::Name ? system_.dimensions.find(ast.name_of(ast.child(node, 0))) : none_id;
    if (part == none_id) return std::nullopt;
    free.dimension = part;
    free.extent = system_.dimensions[part].size();
    free.told = true;
    return free;
  }
  if (n.kind == AstKind::Range) {
    uint32_t ends[2];
    for (uint32_t i = 0; i < 2; i++) {
      AstId end = ast.child(node, i);
      auto named = ast.nodes[end].kind == AstKind::Name ? system_.dimensions.element(dimension, ast.name_of(end)) : std::nullopt;
      auto number = literal_number(ast, end);
      if (named) ends[i] = *named;
      else if (number && *number >= 1 && *number <= free.extent && *number == std::floor(*number)) ends[i] = uint32_t(*number) - 1;
      else return std::nullopt;
    }
    if (ends[1] < ends[0]) return std::nullopt;
    free.offset = ends[0];
    free.extent = ends[1] - ends[0] + 1;
    return free;
  }
  if (n.kind == AstKind::Name && n.count == 0 && !system_.dimensions.element(dimension, ast.name_of(node))) {
    uint32_t named = system_.dimensions.find(ast.name_of(node));
    if (named == none_id) return std::nullopt;
    for (const LoweringAxis& axis : axes_)
      if (axis.dimension == named) return std::nullopt;  // that loop's element
    free.dimension = named;
    free.extent = system_.dimensions[named].size();
    free.named = true;
    return free;
  }
  return std::nullopt;
}

// The whole axes of an argument, those of a nested reducer excepted.
void ExpressionLowering::collect(const Ast& ast, AstId node, std::vector<FreeAxis>& out) {
  const AstNode& n = ast.nodes[node];
  if (is_reducer(ast, node)) return;
  auto note = [&](FreeAxis free, std::vector<FreeAxis>& here) {
    for (const FreeAxis& other : here) free.occurrence += other.like(free) && !free.named;
    here.push_back(free);
    if (std::find(out.begin(), out.end(), free) == out.end()) out.push_back(free);
  };
  auto known = n.kind == AstKind::Name ? system_.index.find(ast.name_of(node)) : system_.index.end();
  if (known != system_.index.end()) {
    const EquationVariable& v = system_.variables[known->second];
    std::vector<FreeAxis> here;
    for (uint32_t i = 0; i < v.dimensions.size(); i++) {
      if (n.count == 0) {
        bool active = std::any_of(axes_.begin(), axes_.end(), [&](const LoweringAxis& a) { return a.dimension == v.dimensions[i]; });
        if (!active) note({v.dimensions[i], 0, system_.dimensions[v.dimensions[i]].size(), 0, false, {}}, here);
      } else if (auto free = free_axis(ast, ast.child(node, i), v.dimensions[i])) {
        // Inside an outer reducer the name may be that reducer's loop.
        if (!free->named || !named_axis(free->dimension)) note(*free, here);
      }
    }
  }
  for (uint32_t i = 0; i < n.count; i++) {
    AstId below = ast.child(node, i);
    bool axis = known != system_.index.end() && ast.nodes[below].kind == AstKind::Name &&
                names_axis(system_, ast.name_of(below), system_.variables[known->second].dimensions[i]);
    if (!axis) collect(ast, below, out);
  }
}

ExprId ExpressionLowering::over_free_axes(const Ast& ast, const std::vector<AstId>& arguments, std::vector<uint32_t>& extents, uint32_t& first, const std::function<ExprId()>& body) {
  std::vector<FreeAxis> free;
  first = next_axis_;
  for (AstId argument : arguments) {
    std::vector<FreeAxis> own;
    collect(ast, argument, own);
    // Where an argument has other dimensions than those before it, of the same sizes, they run together.
    std::vector<size_t> others;
    for (size_t i = 0; i < free.size(); i++)
      if (std::find(own.begin(), own.end(), free[i]) == own.end()) others.push_back(i);
    auto known = [&](const FreeAxis& f) { return std::find(free.begin(), free.end(), f) != free.end(); };
    own.erase(std::remove_if(own.begin(), own.end(), known), own.end());
    // What is written as *:D or Vensim's D! says itself what it runs over.
    auto told = [](const FreeAxis& f) { return f.told; };
    bool together = !others.empty() && !own.empty() && std::none_of(own.begin(), own.end(), told) && std::none_of(free.begin(), free.end(), told);
    for (size_t i = 0; i < own.size(); i++) {
      FreeAxis& f = own[i];
      bool fits = together && own.size() == others.size() && free[others[i]].extent == f.extent;
      f.axis = {f.dimension, fits ? free[others[i]].axis.number : next_axis_++, f.offset, f.extent};
      if (!fits) extents.push_back(f.extent);
      if (together && !fits) {
        error(ast, argument, Code::wrong_subscripts, "this runs over other dimensions than what stands before it, and not over as many elements; they are taken together, element by element");
        together = false;
      }
    }
    free.insert(free.end(), own.begin(), own.end());
  }
  reducers_.push_back(std::move(free));
  ExprId result = body();
  reducers_.pop_back();
  next_axis_ = first;
  return result;
}

ExprId ExpressionLowering::reduce(const Ast& ast, AstId node, BuiltinReducer reducer) {
  AstId argument = ast.child(node, 0);
  std::vector<uint32_t> extents;
  uint32_t first;
  ExprId result = over_free_axes(ast, {argument}, extents, first, [&]() -> ExprId {
    double count = 1;
    for (uint32_t e : extents) count *= e;
    if (reducer == BuiltinReducer::Size) return build.constant(count);
    ExprId x = visit(ast, argument);
    auto sum = [&](ExprId of) { return extents.empty() ? of : build.reduce(ReduceOp::Sum, first, extents, of); };
    if (reducer == BuiltinReducer::Sum) return sum(x);
    if (reducer == BuiltinReducer::Product) return extents.empty() ? x : build.reduce(ReduceOp::Product, first, extents, x);
    ExprId n = build.constant(count);
    if (reducer == BuiltinReducer::Mean) return build.node(Op::Divide, {sum(x), n});
    ExprId off = build.subtract(x, reduce(ast, node, BuiltinReducer::Mean));  // over axes of its own: backends evaluate it before the loop
    ExprId variance = build.node(Op::Divide, {sum(build.multiply(off, off)), n});
    return reducer == BuiltinReducer::Variance ? variance : build.node(Op::SquareRoot, {variance});
  });
  return extents.empty() || reducer == BuiltinReducer::Size ? result : aggregate(ast, node, result);
}

ExprId ExpressionLowering::aggregate(const Ast& ast, AstId node, ExprId value) {
  auto& texts = result_.program.aggregates;
  std::string text = print_ast(ast, node);
  auto it = std::find(texts.begin(), texts.end(), text);
  if (it == texts.end()) it = texts.insert(texts.end(), std::move(text));
  return build.node(Op::Aggregate, {value}, uint32_t(it - texts.begin()));
}

std::optional<IndexMap> ExpressionLowering::find_free(FreeAxis wanted, uint32_t dimension, std::vector<FreeAxis>& seen) {
  for (const FreeAxis& other : seen) wanted.occurrence += other.like(wanted) && !wanted.named;
  seen.push_back(wanted);
  for (size_t r = reducers_.size(); r-- > 0;)
    for (const FreeAxis& free : reducers_[r])
      if (free == wanted) return follow(free.axis, dimension);
  return std::nullopt;
}

// nullopt: an error that the caller reports, with what is known there.
std::optional<IndexMap> ExpressionLowering::subscript(const Ast& ast, AstId node, uint32_t dimension, std::vector<FreeAxis>& seen) {
  const AstNode& n = ast.nodes[node];
  uint32_t size = system_.dimensions[dimension].size();
  if (auto number = literal_number(ast, node)) {
    if (!(*number >= 1 && *number <= size) || *number != std::floor(*number)) return std::nullopt;
    return IndexMap{IndexMap::Fixed, uint32_t(*number) - 1};
  }
  if (n.kind == AstKind::Position) {  // @n: the n-th axis of what the equation sets
    auto number = literal_number(ast, ast.child(node, 0));
    if (!number || !(*number >= 1 && *number <= double(axes_.size()))) return std::nullopt;
    return follow(axes_[size_t(*number) - 1], dimension);
  }
  if (n.kind == AstKind::Wildcard || n.kind == AstKind::Range) {
    auto free = free_axis(ast, node, dimension);
    return free ? find_free(*free, dimension, seen) : std::nullopt;
  }
  if (n.kind == AstKind::Name && n.count == 0 && names_axis(system_, ast.name_of(node), dimension)) {
    if (auto element = system_.dimensions.element(dimension, ast.name_of(node))) return IndexMap{IndexMap::Fixed, *element};
    uint32_t named = system_.dimensions.find(ast.name_of(node));
    if (const LoweringAxis* axis = named_axis(named)) return follow(*axis, dimension);
    // A loop over a part of the dimension, or over one that maps to it, says which element too.
    for (const LoweringAxis& axis : axes_)
      if (system_.dimensions.mapping(axis.dimension, named)) return follow(axis, dimension, named);
    return std::nullopt;
  }
  if (n.kind == AstKind::Name && n.count == 0 && !system_.index.count(ast.name_of(node))) return std::nullopt;  // of another dimension
  ExprId computed = visit(ast, node);
  const Expr& e = result_.program.exprs[computed];
  if (e.op == Op::Constant) {
    double at = std::floor(e.number);
    if (at >= 1 && at <= size) return IndexMap{IndexMap::Fixed, uint32_t(at) - 1};
  }
  return IndexMap{IndexMap::Computed, 0, 0, 0, computed};
}

ExprId ExpressionLowering::reference(const Ast& ast, AstId node, Plane plane) {
  auto known = system_.index.find(ast.name_of(node));
  if (known == system_.index.end()) {  // a dimension or element as the number of its position
    uint32_t dimension = system_.dimensions.find(ast.name_of(node));
    if (dimension != none_id) {
      if (const LoweringAxis* axis = named_axis(dimension)) return axis_value(*axis);
      return error(ast, node, Code::wrong_subscripts, "the equation does not run over the dimension " + ast.name_of(node));
    }
    return build.constant(system_.dimensions.element_value(ast.name_of(node)).value_or(0));
  }
  std::vector<IndexMap> indices;
  if (!indices_of(ast, node, system_.variables[known->second], indices)) return build.constant(std::nan(""));
  return build.load(program_id_[known->second], plane, std::move(indices));
}

// Why a subscript gave no index map: what is wrong with it and what would be right.
std::string ExpressionLowering::why_none(const Ast& ast, AstId node, uint32_t dimension) const {
  std::string text = print_ast(ast, node), size = std::to_string(system_.dimensions[dimension].size());
  if (literal_number(ast, node)) return "the subscript " + text + " is not a whole number from 1 to " + size;
  switch (ast.nodes[node].kind) {
    case AstKind::Position: return text + " is none of the subscripts of what the equation sets, or not one over this dimension";
    case AstKind::Range: return "the range " + text + " must run upwards from one of its elements to another, by name or number from 1 to " + size + ", inside a reducer such as SUM or an equation of an array";
    case AstKind::Wildcard: return text + " stands for many elements and one number is wanted; reduce them, as with SUM";
    case AstKind::Name: return "the equation does not run over " + text + ", nor over what is mapped to this dimension";
    default: return text + " chooses no element";
  }
}

bool ExpressionLowering::indices_of(const Ast& ast, AstId node, const EquationVariable& v, std::vector<IndexMap>& indices) {
  const AstNode& n = ast.nodes[node];
  std::vector<FreeAxis> seen;
  std::vector<std::pair<uint32_t, FreeAxis>> open;
  std::vector<bool> used(axes_.size(), false);
  bool loops = std::any_of(axes_.begin(), axes_.end(), [](const LoweringAxis& axis) { return !axis.single; });
  for (uint32_t i = 0; i < v.dimensions.size(); i++) {
    std::optional<IndexMap> index;
    if (n.count) {
      index = subscript(ast, ast.child(node, i), v.dimensions[i], seen);
      auto free = index || !loops ? std::nullopt : free_axis(ast, ast.child(node, i), v.dimensions[i]);
      if (free && !free->named && (free->dimension == v.dimensions[i] || system_.dimensions.mapping(free->dimension, v.dimensions[i]))) {
        open.emplace_back(i, *free);
        index = IndexMap{};  // of slice()
      }
    } else {
      // Without subscripts: the loop over the same dimension, each once.
      for (size_t a = 0; a < axes_.size() && !index; a++)
        if (!used[a] && axes_[a].dimension == v.dimensions[i]) {
          used[a] = true;
          index = follow(axes_[a], v.dimensions[i]);
        }
      if (!index) index = find_free({v.dimensions[i], 0, system_.dimensions[v.dimensions[i]].size(), 0, false, {}}, v.dimensions[i], seen);
    }
    if (!index) {
      const std::string& over = system_.dimensions[v.dimensions[i]].name;
      std::string name = v.hidden ? "this" : v.id, why = n.count ? why_none(ast, ast.child(node, i), v.dimensions[i]) : "an element must be named, or the whole reduced";
      error(ast, node, n.count ? Code::unknown_subscript : Code::wrong_subscripts,
            name + " is an array over " + over + ": " + why + (v.hidden || n.count ? "" : ", as SUM(" + v.id + "[*])"));
      return false;
    }
    indices.push_back(*index);
  }
  return open.empty() || slice(ast, node, v, open, indices);
}

bool ExpressionLowering::names_loop(const Ast& ast, AstId subscript, uint32_t dimension, size_t loop) const {
  const AstNode& n = ast.nodes[subscript];
  if (n.kind == AstKind::Position) return literal_number(ast, ast.child(subscript, 0)) == double(loop + 1);
  if (n.kind != AstKind::Name || n.count || system_.dimensions.element(dimension, ast.name_of(subscript))) return false;
  uint32_t named = system_.dimensions.find(ast.name_of(subscript));
  return named != none_id && (axes_[loop].dimension == named || (named_axis(named) == nullptr && system_.dimensions.mapping(axes_[loop].dimension, named)));
}

bool ExpressionLowering::slice(const Ast& ast, AstId node, const EquationVariable& v, const std::vector<std::pair<uint32_t, FreeAxis>>& open, std::vector<IndexMap>& indices) {
  std::vector<size_t> loops;
  for (size_t a = 0; a < axes_.size(); a++) {
    bool taken = axes_[a].single;
    for (uint32_t i = 0; i < v.dimensions.size(); i++) taken |= names_loop(ast, ast.child(node, i), v.dimensions[i], a);
    if (!taken) loops.push_back(a);
  }
  auto bind = [&](const std::pair<uint32_t, FreeAxis>& one, size_t loop) {
    const LoweringAxis& over = axes_[loop];
    const FreeAxis& f = one.second;
    indices[one.first] = *follow({f.dimension, over.number, f.offset, f.extent, over.fixed, f.offset + over.element}, v.dimensions[one.first]);
    loops.erase(std::find(loops.begin(), loops.end(), loop));
  };
  // The loop over the same elements where there is one, as for an array without subscripts; the rest in order.
  std::vector<const std::pair<uint32_t, FreeAxis>*> rest;
  for (const auto& one : open) {
    auto same = std::find_if(loops.begin(), loops.end(), [&](size_t a) { return axes_[a].dimension == one.second.dimension && axes_[a].extent == one.second.extent; });
    if (same == loops.end()) rest.push_back(&one);
    else bind(one, *same);
  }
  if (!rest.empty() && rest.size() != loops.size()) {
    error(ast, node, Code::wrong_subscripts, print_ast(ast, node) + " leaves " + std::to_string(rest.size()) + (rest.size() == 1 ? " axis" : " axes") + " whole for the " + std::to_string(loops.size()) +
                                                 " that the equation runs over besides; name elements or dimensions, or reduce it, as with SUM");
    return false;
  }
  for (const auto* one : rest) {
    const LoweringAxis& over = axes_[loops[0]];
    if (over.extent != one->second.extent) {
      AstId subscript = ast.child(node, one->first);
      error(ast, subscript, Code::wrong_subscripts, print_ast(ast, subscript) + " is " + std::to_string(one->second.extent) + " elements of " + v.id + ", and the equation runs over the " +
                                                        std::to_string(over.extent) + " of " + system_.dimensions[over.dimension].name);
      return false;
    }
    bind(*one, loops[0]);
  }
  return true;
}

ExprId ExpressionLowering::load_over_axes(VariableId variable, const std::vector<uint32_t>& dimensions, Plane plane) {
  std::vector<IndexMap> indices;
  std::vector<bool> used(axes_.size(), false);
  for (uint32_t d : dimensions)
    for (size_t a = 0; a < axes_.size(); a++)
      if (!used[a] && axes_[a].dimension == d) {
        used[a] = true;
        indices.push_back(*follow(axes_[a], d));
        break;
      }
  if (indices.size() != dimensions.size()) return none_id;
  return build.load(variable, plane, std::move(indices));
}

}  // namespace loopscope
