#include "ltm/score_variables.h"

#include <algorithm>
#include <map>

#include "ir/axes.h"

namespace loopscope {

VariableId ScoreVariables::declare(const std::string& name, std::vector<uint32_t> dimensions) {
  ProgramVariable v;
  v.id = "$\u205Altm\u205A" + name;
  if (uint32_t again = names_[v.id]++) v.id += "\u205A" + std::to_string(again + 1);
  v.name = v.id;
  v.role = Role::Score;
  v.hidden = true;
  for (uint32_t d : dimensions) v.elements *= uint32_t(program_.dimensions[d].elements.size());
  v.dimensions = std::move(dimensions);
  program_.variables.push_back(std::move(v));
  return VariableId(program_.variables.size() - 1);
}

void ScoreVariables::define(VariableId v, ExprId value) {
  Equation e{v, value, extents_of(program_, v), {}};
  for (uint32_t i = 0; i < e.extents.size(); i++) e.target_index.push_back({IndexMap::Axis, i});
  program_.scores.push_back(std::move(e));
}

// Elements by name, loops by that of their dimension: `[nyc,age]`. Nothing where there is nothing but loops, unless all are wanted.
std::string ScoreVariables::subscripts(VariableId v, const std::vector<IndexMap>& indices, const std::vector<uint32_t>& loop_dimensions, bool all) {
  if (!all && std::all_of(indices.begin(), indices.end(), [](const IndexMap& i) { return i.kind != IndexMap::Fixed; })) return "";
  std::string out;
  for (size_t i = 0; i < indices.size(); i++) {
    const IndexMap& index = indices[i];
    out += out.empty() ? "[" : ",";
    out += index.kind == IndexMap::Fixed ? program_.dimensions[program_.variables[v].dimensions[i]].elements[index.value]
                                         : program_.dimensions[loop_dimensions[index.value]].name;
  }
  return out.empty() ? out : out + "]";
}

// The source's subscripts are the first of the target's, or its only ones.
bool ScoreVariables::is_diagonal(const Link& link, const CausalRead& read) const {
  const auto &from = program_.variables[link.from].dimensions, &to = program_.variables[link.to].dimensions;
  for (size_t i = 0; i < read.from.size(); i++) {
    const IndexMap& index = read.from[i];
    if (index.kind == IndexMap::Fixed || index.value >= read.own_axes) return false;
    bool plain = false;
    for (size_t t = 0; t < read.to.size(); t++) plain |= read.to[t] == index && to[t] == from[i];
    if (!plain || (i && read.from[i - 1].value >= index.value)) return false;
  }
  return true;
}

VariableId ScoreVariables::link(const Link& link, const CausalRead& read) {
  std::vector<uint32_t> dimensions;
  for (uint32_t axis = 0; axis < read.extents.size(); axis++) {
    const auto& over = axis < read.own_axes ? read.to : read.from;
    VariableId v = axis < read.own_axes ? link.to : link.from;
    dimensions.push_back(dimensions_.of_loop(program_.variables[v].dimensions, over, axis, read.extents[axis]));
  }
  std::string name = "link_score\u205A" + program_.variables[link.from].id + subscripts(link.from, read.from, dimensions, !is_diagonal(link, read)) + "\u2192" +
                     program_.variables[link.to].id + subscripts(link.to, read.to, dimensions, false);
  std::vector<uint32_t> ordered;
  std::vector<AxisCopier::Target> targets(read.extents.size());
  for (uint32_t axis : read.order) {
    targets[axis] = {false, uint32_t(ordered.size())};
    ordered.push_back(dimensions[axis]);
  }
  VariableId score = declare(name, std::move(ordered));
  ExprId value = scores_.of(link, read);
  define(score, read.extents.size() > read.own_axes ? AxisCopier(build_, std::move(targets), 0).copy(value) : value);
  return score;
}

std::vector<uint32_t> ScoreVariables::shape(const Paths& paths) const {
  std::vector<uint32_t> links;
  for (const auto& path : paths) {
    for (uint32_t e : path) links.push_back(plan_.edges[e].link);
    links.push_back(none_id);
  }
  return links;
}

VariableId ScoreVariables::products(const std::string& name, const std::vector<Paths>& instances, const std::vector<uint32_t>& dimensions,
                                    const std::vector<std::vector<uint32_t>>& elements) {
  bool fits = true;
  if (dimensions.empty()) {
    VariableId score = declare(name, {});
    define(score, product(instances, {}, fits));
    return score;
  }
  // Over the dimensions themselves where the elements are all of them in order, else over a list of the elements.
  std::vector<uint32_t> grid;
  size_t size = 1, next = 0;
  for (uint32_t d : dimensions) {
    grid.push_back(uint32_t(program_.dimensions[d].elements.size()));
    size *= grid.back();
  }
  bool whole = size == elements.size();
  if (whole) each_point(grid, [&](const std::vector<uint32_t>& at) { whole &= at == elements[next++]; });
  std::vector<uint32_t> over = dimensions;
  if (!whole) {
    std::string names;
    for (uint32_t d : dimensions) names += (names.empty() ? "" : ",") + program_.dimensions[d].name;
    std::vector<std::string> labels;
    for (const auto& element : elements) {
      labels.emplace_back();
      for (size_t k = 0; k < element.size(); k++) labels.back() += (k ? "," : "") + program_.dimensions[dimensions[k]].elements[element[k]];
    }
    over = {dimensions_.named(names, std::move(labels))};
    grid = {uint32_t(elements.size())};
  }
  VariableId score = declare(name, over);
  // Elements whose paths go through the same links have one equation together.
  std::map<std::vector<uint32_t>, std::vector<uint32_t>> shapes;
  for (uint32_t i = 0; i < instances.size(); i++) shapes[shape(instances[i])].push_back(i);
  if (shapes.size() == 1) {
    ExprId value = product(instances, grid, fits);
    if (fits) {
      define(score, value);
      return score;
    }
  }
  for (const auto& [links, members] : shapes) {
    std::vector<Paths> some;
    for (uint32_t i : members) some.push_back(instances[i]);
    std::vector<uint32_t> list{uint32_t(members.size())};
    fits = true;
    Equation e{score, product(some, list, fits), list, {}};
    uint32_t stride = uint32_t(instances.size());
    for (uint32_t extent : grid) {
      stride /= extent;
      std::vector<uint32_t> positions;
      for (uint32_t i : members) positions.push_back(i / stride % extent);
      IndexMap index;
      along_axis(positions, list, index);
      e.target_index.push_back(index);
    }
    program_.scores.push_back(std::move(e));
  }
  return score;
}

ExprId ScoreVariables::product(const std::vector<Paths>& instances, const std::vector<uint32_t>& grid, bool& fits) {
  ExprId best = none_id;
  for (size_t path = 0; path < instances[0].size() && fits; path++) {
    ExprId score = path_product(instances, path, grid, fits);
    if (best == none_id || !fits) {
      best = score;
      continue;
    }
    ExprId test = build_.node(Op::Greater, {build_.node(Op::Absolute, {score}), build_.node(Op::Absolute, {best})});
    best = build_.node(Op::If, {test, score, best});
  }
  return best;
}

ExprId ScoreVariables::path_product(const std::vector<Paths>& instances, size_t path, const std::vector<uint32_t>& grid, bool& fits) {
  std::vector<ExprId> scores;
  std::vector<uint32_t> edges(instances.size());
  for (size_t step = 0; step < instances[0][path].size() && fits; step++) {
    for (size_t i = 0; i < instances.size(); i++) edges[i] = instances[i][path][step];
    scores.push_back(score_load(edges, grid, fits));
  }
  return fits ? build_.fold(Op::Multiply, scores) : none_id;
}

// The scores of one edge for every point of the grid, all of the same link.
ExprId ScoreVariables::score_load(const std::vector<uint32_t>& edges, const std::vector<uint32_t>& grid, bool& fits) {
  VariableId score = plan_.links[plan_.edges[edges[0]].link].score;
  std::vector<uint32_t> extents = extents_of(program_, score), strides = strides_of(program_, score), positions(edges.size());
  std::vector<IndexMap> indices(extents.size());
  for (size_t axis = 0; axis < extents.size(); axis++) {
    for (size_t i = 0; i < edges.size(); i++) positions[i] = plan_.edges[edges[i]].element / strides[axis] % extents[axis];
    if (!along_axis(positions, grid, indices[axis])) {
      fits = false;
      return none_id;
    }
  }
  return build_.load(score, Plane::Current, std::move(indices));
}

// Positions over a grid as a function of one of its axes.
bool ScoreVariables::along_axis(const std::vector<uint32_t>& positions, const std::vector<uint32_t>& grid, IndexMap& out) {
  if (std::all_of(positions.begin(), positions.end(), [&](uint32_t p) { return p == positions[0]; })) {
    out = {IndexMap::Fixed, positions[0]};
    return true;
  }
  uint32_t stride = uint32_t(positions.size());
  for (uint32_t axis = 0; axis < grid.size(); axis++) {
    stride /= grid[axis];
    std::vector<uint32_t> table(grid[axis]);
    bool depends = true;
    for (uint32_t k = 0; k < grid[axis]; k++) table[k] = positions[size_t(k) * stride];
    for (size_t i = 0; i < positions.size() && depends; i++) depends = positions[i] == table[i / stride % grid[axis]];
    if (!depends) continue;
    bool plain = true;
    for (uint32_t k = 0; k < table.size() && plain; k++) plain = table[k] == table[0] + k;
    out = plain ? IndexMap{IndexMap::Axis, axis, table[0]} : IndexMap{IndexMap::Mapped, axis, 0, index_table(std::move(table))};
    return true;
  }
  return false;
}

uint32_t ScoreVariables::index_table(std::vector<uint32_t> table) {
  auto& tables = program_.index_tables;
  constexpr size_t looked_at = 64;  // the latest ones are the likely ones
  for (size_t i = tables.size(); i-- > 0 && tables.size() - i <= looked_at;)
    if (tables[i] == table) return uint32_t(i);
  tables.push_back(std::move(table));
  return uint32_t(tables.size() - 1);
}

}  // namespace loopscope
