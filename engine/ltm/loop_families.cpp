#include "ltm/loop_families.h"

#include <algorithm>

namespace loopscope {

namespace {

constexpr uint32_t none = 0xFFFFFFFF;

uint64_t nodes_of(const ScoredGraph::Array& array) {
  uint64_t n = 1;
  for (const auto& axis : array.axes) n *= axis.extent;
  return n;
}

}  // namespace

bool HashSet::insert(uint64_t hash) {
  if (2 * ++count_ > places_.size()) {
    std::vector<uint64_t> old(places_.size() * 4, 0);
    old.swap(places_);
    for (uint64_t h : old)
      if (h) *find(h) = h;
  }
  uint64_t* place = find(hash);
  if (*place == hash) return count_--, false;
  *place = hash;
  return true;
}

uint64_t* HashSet::find(uint64_t hash) const {
  size_t mask = places_.size() - 1, i = size_t(hash) & mask;
  while (places_[i] && places_[i] != hash) i = (i + 1) & mask;
  return &places_[i];
}

// The finalizer of splitmix64 (S. Vigna, https://prng.di.unimi.it/splitmix64.c).
uint64_t hash_of(uint64_t number) {
  uint64_t x = (number + 1) * 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

LoopFamilies::LoopFamilies(const ScoreTable& table) : table_(table) {
  if (table.graph.arrays.empty()) return;
  most_slots_ = 1e9;
  at_.assign(table.graph.dimensions, none);
  for (int side : {0, 1}) {
    auto node = [&](uint32_t place) { return side ? table.graph.edges[table.edges[place]].to : table.graph.edges[table.edges[place]].from; };
    std::vector<uint32_t>& first = first_[side];
    first.assign(table.graph.nodes + 1, 0);
    for (uint32_t i = 0; i < table.edges.size(); i++) first[node(i) + 1]++;
    for (uint32_t v = 0; v < table.graph.nodes; v++) first[v + 1] += first[v];
    std::vector<uint32_t> next(first);
    edges_[side].resize(table.edges.size());
    for (uint32_t i = 0; i < table.edges.size(); i++) edges_[side][next[node(i)]++] = i;
  }
}

// The element of every dimension that the node has. False where it is another than before.
bool LoopFamilies::fix(uint32_t node) {
  const ScoredGraph::Array& array = table_.graph.arrays[table_.graph.array[node]];
  uint32_t rest = node - array.first;
  for (size_t i = array.axes.size(); i-- > 0;) {
    auto [dimension, extent] = array.axes[i];
    uint32_t here = rest % extent;
    rest /= extent;
    if (at_[dimension] == none) {
      at_[dimension] = here;
      fixed_.push_back(dimension);
      slots_ *= extent;
    }
    if (at_[dimension] != here) return false;
  }
  return true;
}

void LoopFamilies::release(size_t fixed) {
  for (; fixed_.size() > fixed; fixed_.pop_back()) at_[fixed_.back()] = none;
}

LoopFamilies::Family LoopFamilies::of(const std::vector<uint32_t>& edges) {
  const ScoredGraph& graph = table_.graph;
  if (graph.arrays.empty()) return {};
  auto array = [&](size_t i) { return graph.array[graph.edges[edges[i % edges.size()]].from]; };
  bool repeats = true;
  size_t least = 0;
  int sign = 1;
  slots_ = 1;
  for (size_t i = 0; i < edges.size() && repeats; i++) {
    repeats = fix(graph.edges[edges[i]].from);
    sign *= graph.edges[edges[i]].sign;
    if (array(i) < array(least)) least = i;
  }
  repeats &= !fixed_.empty();
  release(0);
  if (!repeats) return {};
  Family family{hash_of(uint64_t(sign + 1)), std::min(slots_, most_slots_)};
  for (size_t i = 0; i < edges.size(); i++) family.key = hash_of(family.key ^ array(least + i));
  return family;
}

uint32_t LoopFamilies::node_of(const ScoredGraph::Array& array) const {
  uint32_t element = 0;
  for (auto [dimension, extent] : array.axes) {
    if (at_[dimension] == none) return none;
    element = element * extent + at_[dimension];
  }
  return array.first + element;
}

// The edges that may lead from a node into an array: where its element is known and has fewer edges, those into it.
LoopFamilies::Frame LoopFamilies::frame(uint32_t node, uint32_t to_array, size_t fixed) const {
  auto list = [&](int side, uint32_t v) { return Frame{edges_[side].data() + first_[side][v], edges_[side].data() + first_[side][v + 1], node, fixed}; };
  Frame out = list(0, node);
  uint32_t to = node_of(table_.graph.arrays[to_array]);
  if (to == none) return out;
  Frame in = list(1, to);
  return in.end - in.next < out.end - out.next ? in : out;
}

std::vector<uint32_t> LoopFamilies::slots(const std::vector<uint32_t>& edges, Budget& budget) {
  const ScoredGraph& graph = table_.graph;
  std::vector<uint32_t> arrays, found;
  int sign = 1;
  for (uint32_t e : edges) {
    arrays.push_back(graph.array[graph.edges[e].from]);
    sign *= graph.edges[e].sign;
  }
  // From the array with the most elements, which leaves the least open.
  auto most = std::max_element(arrays.begin(), arrays.end(), [&](uint32_t a, uint32_t b) { return nodes_of(graph.arrays[a]) < nodes_of(graph.arrays[b]); });
  std::rotate(arrays.begin(), most, arrays.end());
  uint32_t first = graph.arrays[arrays[0]].first, end = first + uint32_t(nodes_of(graph.arrays[arrays[0]]));
  for (uint32_t start = first; start < end && !budget.stopped(); start++) walk(start, arrays, sign, found, budget);
  return found;
}

void LoopFamilies::walk(uint32_t start, const std::vector<uint32_t>& arrays, int sign, std::vector<uint32_t>& found, Budget& budget) {
  const ScoredGraph& graph = table_.graph;
  auto next_array = [&](size_t depth) { return arrays[depth % arrays.size()]; };
  path_.clear();
  if (fix(start)) frames_.assign(1, frame(start, next_array(1), 0));
  while (!frames_.empty()) {
    Frame& at = frames_.back();
    if (at.next == at.end || budget.stopped()) {
      release(at.fixed);
      frames_.pop_back();
      if (!path_.empty()) path_.pop_back();
      continue;
    }
    budget.visit(1);
    uint32_t place = *at.next++;
    const ScoredGraph::Edge& edge = graph.edges[table_.edges[place]];
    if (edge.from != at.node || graph.array[edge.to] != next_array(frames_.size())) continue;
    size_t fixed = fixed_.size();
    if (!fix(edge.to)) {
      release(fixed);
      continue;
    }
    path_.push_back(place);
    if (path_.size() < arrays.size()) {
      frames_.push_back(frame(edge.to, next_array(path_.size() + 1), fixed));
      continue;
    }
    int product = 1;
    for (uint32_t p : path_) product *= graph.edges[table_.edges[p]].sign;
    if (product == sign && ever_active())
      for (uint32_t p : path_) found.push_back(table_.edges[p]);
    path_.pop_back();
    release(fixed);
  }
  release(0);
}

// Are all edges of the path active at one same row?
bool LoopFamilies::ever_active() {
  for (uint32_t w = 0; w < table_.words; w++) {
    uint64_t rows = ~uint64_t(0);
    for (uint32_t p : path_) rows &= table_.active[size_t(p) * table_.words + w];
    if (rows) return true;
  }
  return false;
}

}  // namespace loopscope
