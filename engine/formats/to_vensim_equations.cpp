// The part of the way to Vensim's language that rewrites one equation: what it refers to, what it calls.
#include <algorithm>

#include "formats/dialects.h"
#include "formats/to_vensim_parts.h"
#include "model/names.h"

namespace loopscope {

namespace {

bool folds_axes(const std::string& function) {
  return function == "sum" || function == "prod" || function == "vmin" || function == "vmax" || function == "vector_select";
}

AstId add_named(Ast& out, const std::string& name, const std::vector<AstId>& subscripts) {
  AstNode node{};
  node.kind = AstKind::Name;
  node.name = uint32_t(out.names.size());
  out.names.push_back(name);
  return out.add(node, subscripts);
}

AstId add_wildcard(Ast& out, const std::string& key) {
  AstNode node{};
  node.kind = AstKind::Wildcard;
  return out.add(node, {out.add_name(key)});
}

Ast tree_of(const Ast& from, AstId node) {
  Ast out;
  out.root = out.copy(from, node);
  return out;
}

}  // namespace

std::string ToVensim::print(const Ast& ast) const { return print_ast(ast, ast.root, {Dialect::Vensim, &names_}); }

// Empty if the text is no equation. `alone`: the result is all of an equation, not a part.
Ast ToVensim::equation(const SourceText& text, bool alone) {
  std::vector<ParseError> errors;
  Ast parsed = parse_equation(text.text, Dialect::Xmile, errors), out;
  if (parsed.empty()) {
    warn("the equation cannot be read and is written as it stands");
    return out;
  }
  out.root = value(parsed, parsed.root, out, alone);
  return out;
}

const ToVensim::Axis* ToVensim::axis_of(size_t dimension) const {
  for (const Axis& axis : axes_)
    if (axis.dimension == dimension) return &axis;
  return nullptr;
}

AstId ToVensim::value(const Ast& from, AstId node, Ast& out, bool alone) {
  const AstNode& n = from.nodes[node];
  auto child = [&](uint32_t i) { return value(from, from.child(node, i), out, false); };
  switch (n.kind) {
    case AstKind::Number: return out.add_number(n.number);
    case AstKind::Call: return call(from, node, out, alone);
    case AstKind::If: {
      AstId condition = child(0), then = child(1), otherwise = child(2);
      return out.add_call({}, "if_then_else", {condition, then, otherwise});
    }
    case AstKind::Operator:
      if (n.op == AstOp::SafeDivide || n.op == AstOp::Modulo) return call(from, node, out, alone);
      if (n.count == 1) return out.add_operator(n.op, {child(0)});
      else {
        AstId left = child(0), right = child(1);
        return out.add_operator(n.op, {left, right});
      }
    case AstKind::Name: break;
    default: return out.copy(from, node);
  }
  const std::string& name = from.name_of(node);
  if (name == "self" && self_) {
    if (!n.count) {
      std::vector<AstId> subscripts;
      for (const Axis& axis : axes_) subscripts.push_back(out.add_name(axis.key));
      return add_named(out, self_->id, subscripts);
    }
    return reference(from, node, *self_, out);
  }
  if (const Instance* instance = find(name)) return reference(from, node, *instance, out);
  if (find_rule(Dialect::Vensim, name, 0)) return call(from, node, out, alone);
  // A dimension is the number of the element that the equation is at, an element its own.
  size_t dimension = find_dimension(name), dot = name.rfind('.');
  if (dimension != none) {
    const Axis* axis = axis_of(dimension);
    return out.add_name(axis ? axis->key : dimensions_[dimension].key);
  }
  size_t of = dot == name.npos ? none : find_dimension(name.substr(0, dot));
  const auto& places = of == none ? element_place_ : dimensions_[of].index;
  auto element = places.find(of == none ? name : name.substr(dot + 1));
  if (element != places.end()) return out.add_number(element->second + 1);
  bool transposed = name.size() > 1 && name.back() == '\'';
  warn(transposed ? "Vensim has no transposed arrays; write the subscripts out" : name + " is nothing that Vensim or the model has");
  return out.copy(from, node);
}

// All of an axis, for a function that folds it; a second axis of the same dimension needs a dimension of its own.
AstId ToVensim::whole_axis(size_t dimension, std::vector<size_t>& seen, Ast& out) {
  size_t shown = dimension;
  for (int n = 2; std::find(seen.begin(), seen.end(), shown) != seen.end(); n++) {
    std::string other = dimensions_[dimension].name + " " + std::to_string(n);
    shown = find_dimension(canonical_name(other));
    if (shown == none) {
      std::vector<std::string> elements = out_.dimensions[dimension].elements;
      shown = add_dimension(other, elements, dimension);
    }
  }
  seen.push_back(shown);
  return add_wildcard(out, dimensions_[shown].key);
}

AstId ToVensim::subscript(const Ast& from, AstId node, size_t dimension, std::vector<size_t>& seen, Ast& out, Ast& chosen) {
  const AstNode& n = from.nodes[node];
  const Dimension& d = dimensions_[dimension];
  auto element = [&](const std::string& name) -> const std::string* {
    auto found = d.index.find(name);
    return found == d.index.end() ? nullptr : &d.element_keys[found->second];
  };
  // A whole number, or an element's name, as a place in the dimension.
  auto place = [&](AstId end) -> size_t {
    if (from.nodes[end].kind == AstKind::Number && from.nodes[end].number >= 1 && from.nodes[end].number <= double(d.element_keys.size())) return size_t(from.nodes[end].number) - 1;
    auto found = from.nodes[end].kind == AstKind::Name ? d.index.find(from.name_of(end)) : d.index.end();
    return found == d.index.end() ? none : found->second;
  };
  switch (n.kind) {
    case AstKind::Number:
      if (place(node) != none) return out.add_name(d.element_keys[place(node)]);
      break;
    case AstKind::Position: {
      const AstNode& number = from.nodes[from.child(node, 0)];
      if (number.kind == AstKind::Number && number.number >= 1 && number.number <= double(axes_.size())) return out.add_name(axes_[size_t(number.number) - 1].key);
      break;
    }
    case AstKind::Wildcard: {
      size_t part = n.count && from.nodes[from.child(node, 0)].kind == AstKind::Name ? find_dimension(from.name_of(from.child(node, 0))) : dimension;
      return whole_axis(part == none ? dimension : part, seen, out);
    }
    case AstKind::Range: {
      size_t first = place(from.child(node, 0)), last = place(from.child(node, 1));
      if (first == none || last == none || last < first) break;
      std::string name = d.name + " " + std::to_string(first + 1) + " to " + std::to_string(last + 1);
      size_t part = find_dimension(canonical_name(name));
      if (part == none) {
        const auto& all = out_.dimensions[dimension].elements;
        std::vector<std::string> elements(all.begin() + long(first), all.begin() + long(last) + 1);
        part = add_dimension(name, elements, dimension);
      }
      return whole_axis(part, seen, out);
    }
    case AstKind::Name: {
      if (n.count) break;
      std::string name = from.name_of(node);
      if (auto dot = name.rfind('.'); dot != name.npos && element(name.substr(dot + 1))) name = name.substr(dot + 1);
      if (const std::string* key = element(name)) return out.add_name(*key);
      size_t named = find_dimension(name);
      if (named == none) break;
      if (const Axis* axis = axis_of(named)) return out.add_name(axis->key);
      // The loop over a part of the dimension says which element too; one that is mapped stays as it is.
      for (const Axis& axis : axes_) {
        const Dimension& loop = dimensions_[axis.dimension];
        if (std::all_of(loop.element_ids.begin(), loop.element_ids.end(), [&](const std::string& id) { return dimensions_[named].index.count(id) > 0; }))
          return out.add_name(axis.key);
        if (loop.maps_to.count(dimensions_[named].id) || dimensions_[named].maps_to.count(loop.id)) return out.add_name(dimensions_[named].key);
      }
      return whole_axis(named, seen, out);
    }
    default: break;
  }
  // Chosen as the model runs.
  if (!chosen.empty() || n.kind == AstKind::Position || n.kind == AstKind::Range) warn("a subscript that Vensim has no form for stands at the first element");
  else chosen.root = value(from, node, chosen, false);
  return out.add_name(dimensions_[dimension].element_keys.empty() ? dimensions_[dimension].key : dimensions_[dimension].element_keys[0]);
}

AstId ToVensim::reference(const Ast& from, AstId node, const Instance& instance, Ast& out) {
  const AstNode& n = from.nodes[node];
  std::vector<AstId> subscripts;
  std::vector<size_t> seen;
  std::vector<bool> used(axes_.size(), false);
  Ast chosen;
  size_t chosen_at = 0;
  for (size_t i = 0; i < instance.dimensions.size(); i++) {
    size_t dimension = instance.dimensions[i];
    if (n.count) {
      if (i >= n.count) break;
      bool before = chosen.empty();
      subscripts.push_back(subscript(from, from.child(node, uint32_t(i)), dimension, seen, out, chosen));
      if (before && !chosen.empty()) chosen_at = i;
      continue;
    }
    // Without subscripts: the loop over the same dimension, each once, otherwise all of it.
    size_t a = 0;
    while (a < axes_.size() && (used[a] || axes_[a].dimension != dimension)) a++;
    if (a < axes_.size()) {
      used[a] = true;
      subscripts.push_back(out.add_name(axes_[a].key));
    } else {
      subscripts.push_back(whole_axis(dimension, seen, out));
    }
  }
  AstId plain = add_named(out, instance.id, subscripts);
  if (chosen.empty()) return plain;
  if (chosen_at + 1 != instance.dimensions.size()) warn("an element chosen on another axis than the last has no form in Vensim: " + instance.name + " stands at the first");
  AstId offset = out.add_operator(AstOp::Subtract, {out.copy(chosen, chosen.root), out.add_number(1)});
  return out.add_call({}, "vector_elm_map", {plain, offset});
}

// A call, or an operator or value that is one in Vensim.
AstId ToVensim::call(const Ast& from, AstId node, Ast& out, bool alone) {
  const AstNode& n = from.nodes[node];
  std::string name = n.kind == AstKind::Operator ? (n.op == AstOp::Modulo ? "mod" : "safediv") : from.name_of(node);
  const Instance* called = n.kind == AstKind::Call ? find(name) : nullptr;
  bool macro = macros_.count(name) > 0;
  if (project_.vensim_made && (name == "int" || name == "mod") && !macro) name = name == "int" ? "integer" : "modulo";
  if (project_.vensim_made && name == "pulse" && n.count == 2 && !macro) name = "vensim_pulse";
  const FunctionRule* rule = macro ? nullptr : find_rule(Dialect::Vensim, name, n.count);
  if (called && !rule && !macro && n.count == 1) {  // table(x)
    Ast table;
    table.root = table.add_name(from.name_of(node));
    AstId of = value(table, table.root, out, false), x = value(from, from.child(node, 0), out, false);
    return out.add_call({}, "lookup", {of, x});
  }
  if (!macro && !rule && (name == "min" || name == "max")) return fold(from, node, out);
  if (!macro && n.count == 1 && (name == "mean" || name == "variance" || name == "stddev" || name == "size")) return moments(from, node, out);
  if (!macro && name == "ismoduleinput" && n.count == 1) {
    const Instance* input = from.nodes[from.child(node, 0)].kind == AstKind::Name ? find(from.name_of(from.child(node, 0))) : nullptr;
    return out.add_number(input && !input->source.empty());
  }
  // A graphical function that is a variable's own, or that others look up in, has the kind of its look-up.
  std::vector<Ast> arguments;
  for (uint32_t i = 0; i < n.count; i++) {
    Ast argument;
    AstId below = from.child(node, i);
    const Instance* table = i == 0 && rule && name.rfind("lookup", 0) == 0 && from.nodes[below].kind == AstKind::Name ? find(from.name_of(below)) : nullptr;
    argument.root = value(from, below, argument, false);
    if (table && !table->variable->definitions.empty() && table->variable->definitions[0].table) {
      const Definition& d = table->variable->definitions[0];
      if (d.equation.present()) argument.names[argument.nodes[argument.root].name] = canonical_name(table->name + " lookup");
      if (name == "lookup" && d.table->kind == TableKind::Discrete) name = "lookup_backward";
      if (name == "lookup" && d.table->kind == TableKind::Extrapolate) name = "lookup_extrapolate";
    }
    arguments.push_back(std::move(argument));
  }
  if (name == "vector_elm_map" && n.count == 2 && !project_.vensim_made && !macro) start_at_first(arguments[0]);
  if (!rule || !*rule->text) {
    if (!rule && !macro) warn("Vensim has no function " + name + " of " + std::to_string(n.count) + (n.count == 1 ? " argument" : " arguments") + "; it is written as it stands");
    Ast plain;
    std::vector<AstId> below;
    for (const Ast& argument : arguments) below.push_back(plain.copy(argument, argument.root));
    if (n.kind == AstKind::Name) plain.root = plain.add_name(name);
    else plain.root = plain.add_call({}, name, below);
    return emit(plain, plain.root, out, alone);
  }
  const char* text = rule->text;
  if (name == "pulse" && n.count == 3 && from.nodes[from.child(node, 2)].kind == AstKind::Number)
    text = from.nodes[from.child(node, 2)].number > 0 ? "a / time_step * pulse_train(b, time_step, c, final_time)" : find_rule(Dialect::Vensim, name, 2)->text;
  if (*text == '~') warn("what Vensim has in place of " + name + " is only near to it");
  // What would stand there more than once gets a name.
  for (uint32_t i = 0; i < n.count; i++) {
    AstKind kind = arguments[i].nodes[arguments[i].root].kind;
    if (kind == AstKind::Name || kind == AstKind::Number || uses_of(text, i) < 2) continue;
    Ast named;
    named.root = lift(arguments[i], arguments[i].root, named);
    arguments[i] = std::move(named);
  }
  Ast filled = instantiate(text, arguments);
  return emit(filled, filled.root, out, alone);
}

// VECTOR ELM MAP of an array over the equation's loops counts from its first element; in Vensim from the one that is named.
void ToVensim::start_at_first(Ast& array) {
  if (array.nodes[array.root].kind != AstKind::Name) {
    Ast named;
    named.root = lift(array, array.root, named);
    array = std::move(named);
  }
  const AstNode n = array.nodes[array.root];
  std::vector<std::string> first;
  for (uint32_t i = 0; i < n.count; i++) {
    AstId axis = array.child(array.root, i);
    size_t d = array.nodes[axis].kind == AstKind::Name ? dimension_of(array.name_of(axis)) : none;
    if (d != none && !dimensions_[d].element_keys.empty()) first.push_back(dimensions_[d].element_keys[0]);
  }
  if (first.size() == n.count)
    for (uint32_t i = 0; i < n.count; i++) array.rename(array.child(array.root, i), first[i]);
}

// Copies the tree; functions that Vensim only takes as a whole equation become variables, unless this is the whole.
AstId ToVensim::emit(const Ast& tree, AstId node, Ast& out, bool alone) {
  const AstNode& n = tree.nodes[node];
  if (n.kind == AstKind::Call && !alone && stands_alone_in_vensim(tree.name_of(node))) return lift(tree, node, out);
  std::vector<AstId> below;
  for (uint32_t i = 0; i < n.count; i++) below.push_back(emit(tree, tree.child(node, i), out, false));
  AstNode one = tree.like(node);
  if (n.kind == AstKind::Name || n.kind == AstKind::Call || n.kind == AstKind::String) {
    one.name = uint32_t(out.names.size());
    out.names.push_back(tree.name_of(node));
  }
  return out.add(one, below);
}

// The dimensions, by key, of the whole axes that no function in the tree folds; with `into_loops` they are named in their place.
std::vector<std::string> ToVensim::free_axes(Ast& tree, AstId node, bool into_loops) {
  std::vector<std::string> keys;
  std::vector<AstId> pending{node};
  while (!pending.empty()) {
    AstId id = pending.back();
    pending.pop_back();
    AstNode& n = tree.nodes[id];
    if (n.kind == AstKind::Call && folds_axes(tree.name_of(id))) continue;
    if (n.kind == AstKind::Wildcard && n.count) {
      uint32_t name = tree.nodes[tree.child(id, 0)].name;
      if (std::find(keys.begin(), keys.end(), tree.names[name]) == keys.end()) keys.push_back(tree.names[name]);
      if (into_loops) n.kind = AstKind::Name, n.name = name, n.count = 0;
      continue;
    }
    for (uint32_t i = n.count; i-- > 0;) pending.push_back(tree.child(id, i));
  }
  return keys;
}

// A variable of its own for a part of the equation, over the equation's loops and the whole axes in it.
AstId ToVensim::lift(const Ast& part, AstId node, Ast& out) {
  Ast tree = tree_of(part, node);
  std::vector<std::string> free = free_axes(tree, tree.root, true);
  Variable helper;
  std::string what = tree.nodes[tree.root].kind == AstKind::Call ? tree.name_of(tree.root) : "part";
  std::replace(what.begin(), what.end(), '_', ' ');
  helper.name = claim((self_ ? self_->name : "") + " " + what + (lifted_ ? " " + std::to_string(lifted_ + 1) : ""), " 2");
  lifted_++;
  helper.id = canonical_name(helper.name);
  name(helper.id, helper.name);
  Definition d;
  std::vector<AstId> subscripts;
  for (const Axis& axis : axes_) {
    if (axis.is_element) continue;
    subscripts.push_back(out.add_name(axis.key));
    d.subscripts.push_back(shown_.at(axis.key));
  }
  for (const std::string& key : free) {
    subscripts.push_back(add_wildcard(out, key));
    d.subscripts.push_back(shown_.at(key));
  }
  helper.dimensions = d.subscripts;
  d.equation.text = wrapped_vensim(print(tree));
  helper.definitions.push_back(std::move(d));
  sink_->push_back(std::move(helper));
  return add_named(out, sink_->back().id, subscripts);
}

// MIN and MAX take two numbers in Vensim, VMIN and VMAX what folds whole axes.
AstId ToVensim::fold(const Ast& from, AstId node, Ast& out) {
  std::string name = from.name_of(node);
  AstId result = 0;
  for (uint32_t i = 0; i < from.nodes[node].count; i++) {
    Ast argument;
    argument.root = value(from, from.child(node, i), argument, false);
    bool whole = !free_axes(argument, argument.root, false).empty();
    AstId one = out.copy(argument, argument.root);
    if (whole) one = out.add_call({}, "v" + name, {one});
    result = i ? out.add_call({}, name, {result, one}) : one;
  }
  return result;
}

// SIZE, MEAN, VARIANCE and STDDEV, which Vensim has not, as sums over the number of elements.
AstId ToVensim::moments(const Ast& from, AstId node, Ast& out) {
  const std::string name = from.name_of(node);
  Ast argument;
  argument.root = value(from, from.child(node, 0), argument, false);
  double elements = 1;
  std::vector<std::string> keys = free_axes(argument, argument.root, false);
  if (keys.empty() && argument.nodes[argument.root].kind == AstKind::Name && argument.names[argument.nodes[argument.root].name][0] == '\1')
    keys = {argument.name_of(argument.root)};  // SIZE(Dimension)
  for (const std::string& key : keys)
    if (size_t d = dimension_of(key); d != none) elements *= double(dimensions_[d].element_ids.size());
  if (name == "size" && keys.empty() && self_ && from.nodes[from.child(node, 0)].kind == AstKind::Name && from.name_of(from.child(node, 0)) == "self")
    for (size_t d : self_->dimensions) elements *= double(dimensions_[d].element_ids.size());
  if (name == "size") return out.add_number(elements);
  Ast count;
  count.root = count.add_number(elements);
  if (name == "mean") {
    Ast mean = instantiate("sum(a) / b", {argument, count});
    return out.copy(mean, mean.root);
  }
  Ast mean = instantiate("sum(a) / b", {argument, count}), named;
  named.root = lift(mean, mean.root, named);
  Ast moment = instantiate(name == "variance" ? "sum((a - c) ^ 2) / b" : "sqrt(sum((a - c) ^ 2) / b)", {argument, count, named});
  return out.copy(moment, moment.root);
}

}  // namespace loopscope
