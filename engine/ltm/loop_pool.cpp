#include "ltm/loop_pool.h"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <map>
#include <numeric>

#include "ltm/loop_families.h"

namespace loopscope {

namespace {

// f64x2; comparisons give a mask of the same size.
using Pair = double __attribute__((vector_size(16), aligned(8), may_alias));
using PairMask = decltype(Pair() < Pair());

Pair& pair(double* p) { return *reinterpret_cast<Pair*>(p); }
const Pair& pair(const double* p) { return *reinterpret_cast<const Pair*>(p); }
Pair smaller(Pair a, Pair b) { return a < b ? a : b; }
Pair larger(Pair a, Pair b) { return a < b ? b : a; }

// |a * b| where that is finite, else 0.
Pair magnitude(Pair a, Pair b) {
  PairMask bits = PairMask(a * b) & PairMask{INT64_MAX, INT64_MAX};
  return Pair(bits & PairMask(Pair(bits) <= Pair{DBL_MAX, DBL_MAX}));
}

}  // namespace

ScoreTable::ScoreTable(const ScoredGraph& g)
    : graph(g), padded(g.row_count + (g.row_count & 1)), block(std::max(32u, (g.row_count / 64 + 2) & ~1u)), place_(g.edges.size(), 0) {
  Adjacency adjacency(g.nodes);
  for (const ScoredGraph::Edge& e : g.edges) adjacency[e.from].push_back(e.to);
  components = strongly_connected_components(adjacency);
  std::vector<uint32_t> inside;
  for (uint32_t i = 0; i < g.edges.size(); i++)
    if (components.of[g.edges[i].from] == components.of[g.edges[i].to]) inside.push_back(i);

  using Pattern = std::vector<uint64_t>;  // a bit for each edge inside
  std::map<Pattern, uint32_t> numbers;
  std::vector<const Pattern*> patterns;
  Pattern pattern, ever((inside.size() + 63) / 64, 0);
  for (uint32_t r = 0; r < g.row_count; r++) {
    const double* row = g.rows + r * g.row_stride;
    pattern.assign(ever.size(), 0);
    for (size_t i = 0; i < inside.size(); i++) {
      double score = row[g.edges[inside[i]].score];
      pattern[i / 64] |= uint64_t(score == score && score != 0) << (i % 64);
    }
    for (size_t w = 0; w < ever.size(); w++) ever[w] |= pattern[w];
    auto known = numbers.emplace(pattern, uint32_t(patterns.size())).first;
    if (known->second == patterns.size()) {
      patterns.push_back(&known->first);
      blocks_.push_back(0);
      rows_alike.push_back(0);
    }
    rows_alike[known->second]++;
    blocks_[known->second] |= uint64_t(1) << (r / block);
  }
  words = uint32_t(patterns.size() + 63) / 64;
  for (size_t i = 0; i < inside.size(); i++) {
    if (!(ever[i / 64] >> (i % 64) & 1)) continue;
    place_[inside[i]] = uint32_t(edges.size());
    edges.push_back(inside[i]);
    size_t first = active.size();
    active.resize(first + words, 0);
    for (size_t p = 0; p < patterns.size(); p++) active[first + p / 64] |= ((*patterns[p])[i / 64] >> (i % 64) & 1) << (p % 64);
  }
}

uint64_t ScoreTable::blocks_of(const uint64_t* rows) const {
  uint64_t blocks = 0;
  for (uint32_t w = 0; w < words; w++)
    for (uint64_t left = rows[w]; left; left &= left - 1) blocks |= blocks_[w * 64 + uint32_t(std::countr_zero(left))];
  return blocks;
}

bool ScoreTable::gather(uint64_t most_values) {
  if (uint64_t(edges.size()) * padded > most_values) return false;
  values_.assign(edges.size() * padded, 0);
  constexpr uint32_t at_once = 8;  // rows: a line of the cache in either array
  for (uint32_t r = 0; r < graph.row_count; r += at_once)
    for (size_t i = 0; i < edges.size(); i++)
      for (uint32_t s = r; s < r + at_once && s < graph.row_count; s++) {
        double score = graph.rows[s * graph.row_stride + graph.edges[edges[i]].score];
        values_[i * padded + s] = score == score ? score : 0;
      }
  return true;
}

void ScoreTable::product(const uint32_t* first, const uint32_t* last, double* out) const {
  if (values_.empty()) {
    for (uint32_t r = 0; r < graph.row_count; r++) {
      const double* row = graph.rows + r * graph.row_stride;
      out[r] = row[graph.edges[*first].score];
      for (const uint32_t* e = first + 1; e < last; e++) out[r] *= row[graph.edges[*e].score];
    }
    if (padded > graph.row_count) out[graph.row_count] = 0;
    return;
  }
  std::copy_n(values_.data() + size_t(place_[*first]) * padded, padded, out);
  for (const uint32_t* e = first + 1; e < last; e++) {
    const double* series = values_.data() + size_t(place_[*e]) * padded;
    for (uint32_t r = 0; r < padded; r += 2) pair(out + r) *= pair(series + r);
  }
}

void ScoreTable::multiply(double* out, const double* a, const double* b, uint64_t blocks) const {
  for (; blocks; blocks &= blocks - 1) {
    uint32_t first = uint32_t(std::countr_zero(blocks)) * block;
    for (uint32_t r = first, end = std::min(first + block, padded); r < end; r += 2) pair(out + r) = pair(a + r) * pair(b + r);
  }
}

LoopPool::LoopPool(const ScoreTable& table, const DiscoveryOptions& options)
    : table_(table), options_(options), bar_(options.threshold * (1 - 1e-12)), sums_(table.components.members.size() + 1),
      families_(std::make_unique<LoopFamilies>(table)), known_(std::make_unique<HashSet>()), most_slots_(families_->most_slots()), score_(table.padded),
      together_(table.padded), ones_(table.padded, 1) {
  // So that judging all of them stays a matter of seconds.
  constexpr uint64_t most_values = uint64_t(1) << 32;
  most_room_ = size_t(std::min<uint64_t>(most_values / std::max(1u, table.graph.row_count), 1 << 24));
  room_ = most_room_ / 4;
}

LoopPool::~LoopPool() = default;

void sort_keys(std::vector<SortKey>& keys) { std::sort(keys.begin(), keys.end()); }

// Does the loop reach what it must as one of so many slots? If it is counted, with itself in the sums.
bool LoopPool::weigh(const Product& loop, double slots, bool adds) {
  Sums& sums = loop.component == no_component ? sums_.back() : sums_[loop.component];
  universe_ += adds;
  if (adds && sums.loops++ == 0) {
    sums.total.assign(table_.padded, 0);
    sums.largest.assign(table_.padded, 0);
  }
  // At least the threshold of the total so far, or as large as the largest so far; and not 0. Without stock that is enough.
  double *totals = sums.total.data(), *largests = sums.largest.data(), bar = loop.component == no_component ? 0 : bar_ / slots, part = 1 / slots;
  constexpr double least = DBL_TRUE_MIN;
  PairMask hit{0, 0};
  for (uint64_t blocks = loop.blocks; blocks; blocks &= blocks - 1) {
    uint32_t first = uint32_t(std::countr_zero(blocks)) * table_.block;
    for (uint32_t r = first, end = std::min(first + table_.block, table_.padded); r < end; r += 2) {
      Pair score = magnitude(pair(loop.a + r), pair(loop.b + r));
      Pair total = pair(totals + r) + score * double(adds), largest = pair(largests + r);
      hit |= score >= larger(smaller(total * bar, largest * part), Pair{least, least});
      pair(totals + r) = total;
      pair(largests + r) = larger(largest, score);
    }
  }
  return hit[0] | hit[1];
}

uint32_t LoopPool::component_of(const uint32_t* first, const uint32_t* last) const {
  const ScoredGraph& graph = table_.graph;
  bool stock = std::any_of(first, last, [&](uint32_t e) { return graph.stock[graph.edges[e].from]; });
  return stock ? table_.components.of[graph.edges[*first].from] : no_component;
}

bool LoopPool::add(const std::vector<uint32_t>& edges, const Product& loop, Budget& budget) {
  LoopFamilies::Family family = families_->of(edges);
  if (most_slots_ > 1 && !weigh(loop, family.slots, false)) return true;
  if (!family.key) return keep(edges.data(), edges.data() + edges.size(), loop.component, 0);
  if (!known_->insert(family.key)) return true;
  std::vector<uint32_t> slots = families_->slots(edges, budget);
  bool room = true;
  for (const uint32_t *e = slots.data(), *end = e + slots.size(), *next; room && e < end; e = next) {
    next = e + edges.size();
    room = keep(e, next, component_of(e, next), family.key);
  }
  return room;
}

bool LoopPool::add_all(const std::vector<uint32_t>& edges, HashSet& seen, Budget& budget) {
  auto hash = [](const uint32_t* first, const uint32_t* last) { return std::accumulate(first, last, uint64_t(0), [](uint64_t sum, uint32_t e) { return sum + hash_of(e); }); };
  if (seen.has(hash(edges.data(), edges.data() + edges.size()))) return true;
  LoopFamilies::Family family = families_->of(edges);
  std::vector<uint32_t> slots = family.key ? families_->slots(edges, budget) : edges;
  bool room = true;
  for (const uint32_t *e = slots.data(), *end = e + slots.size(), *next; room && e < end; e = next) {
    next = e + edges.size();
    if (!seen.insert(hash(e, next))) continue;
    table_.product(e, next, score_.data());
    budget.work(edges.size() * table_.padded);
    Product loop{score_.data(), ones_.data(), table_.every_block(), component_of(e, next)};
    if (weigh(loop, family.slots, true) || family.key) room = keep(e, next, loop.component, family.key);
  }
  return room;
}

bool LoopPool::keep(const uint32_t* first, const uint32_t* last, uint32_t component, uint64_t family) {
  size_t size = size_t(last - first);
  if (edges_.size() + size > room_) {
    forget_the_rest();
    // Twice as much as was worth keeping, so that this is seldom done.
    room_ = std::min(most_room_, std::max(room_, 2 * (edges_.size() + size)));
    if (edges_.size() + size > room_) return false;
  }
  Entry entry{edges_.size(), edges_.size() + size, component, family};
  size_t least = size_t(std::min_element(first, last) - first);
  for (size_t i = 0; i < size; i++) edges_.push_back(first[(least + i) % size]);
  entries_.push_back(entry);
  if (component != no_component) sums_[component].kept++;
  return true;
}

bool LoopPool::before(const Entry& a, const Entry& b) const {
  return std::lexicographical_compare(edges_.begin() + long(a.first), edges_.begin() + long(a.last), edges_.begin() + long(b.first),
                                      edges_.begin() + long(b.last));
}

// While all loops of a component are kept, its totals are exactly those of the scores as they are reported, added in the order of
// their edges: a loop alone has a relative score of 1, not of nearly 1.
void LoopPool::sum_exactly() {
  for (Sums& sums : sums_)
    if (sums.kept == sums.loops) std::fill(sums.total.begin(), sums.total.end(), 0);
  std::vector<double> score(table_.padded);
  for (const Entry& entry : entries_) {
    if (entry.component == no_component) continue;
    Sums& sums = sums_[entry.component];
    if (sums.kept != sums.loops) continue;
    table_.product(edges_.data() + entry.first, edges_.data() + entry.last, score.data());
    for (uint32_t r = 0; r < table_.graph.row_count; r++)
      if (std::isfinite(score[r])) sums.total[r] += std::fabs(score[r]);
  }
}

// Of a partition's row: the largest loop.
struct LoopPool::Owner {
  double size = 0;
  uint32_t entry = no_component;
};

// The slots of a loop in one component, against the sums as they are now. Of equally large loops the largest is the first by edges.
void LoopPool::judge(const uint32_t* first, const uint32_t* last, std::vector<Owner>& owners) {
  uint32_t component = entries_[*first].component, least = *first;
  const double* total = component == no_component ? nullptr : sums_[component].total.data();
  Whole& whole = wholes_[entries_[*first].whole];
  std::fill(together_.begin(), together_.end(), 0);
  for (const uint32_t* i = first; i < last; i++) {
    Entry& entry = entries_[*i];
    table_.product(edges_.data() + entry.first, edges_.data() + entry.last, score_.data());
    double sum = 0;
    uint32_t rows = 0;
    for (uint32_t r = 0; r < table_.graph.row_count; r++) {
      double size = std::fabs(score_[r]);
      if (!(size > 0 && size <= DBL_MAX)) continue;
      together_[r] += size;
      sum += size / (total ? total[r] : size);
      rows++;
    }
    entry.share = rows ? sum / rows : 0;
    whole.share += entry.share;
    whole.alone &= alone(entry);
    if (before(entry, entries_[least])) least = *i;
  }
  whole.partitions += total ? 1 : uint32_t(last - first);
  if (total) owners.resize(table_.padded);
  for (uint32_t r = 0; r < table_.graph.row_count; r++) {
    double size = together_[r];
    if (!(size > 0)) continue;
    whole.retained |= !total || size >= bar_ * total[r];
    if (!total || size < owners[r].size) continue;
    if (size > owners[r].size || before(entries_[least], entries_[owners[r].entry])) owners[r] = {size, least};
  }
}

void LoopPool::judge() {
  std::vector<SortKey> keys;
  for (uint32_t i = 0; i < entries_.size(); i++) keys.push_back({entries_[i].family, uint64_t(entries_[i].family ? entries_[i].component : 0) << 32 | i});
  if (most_slots_ > 1) sort_keys(keys);
  std::vector<uint32_t> order;
  for (const SortKey& key : keys) order.push_back(uint32_t(key.minor));
  std::vector<std::vector<Owner>> owners(sums_.size());
  wholes_.clear();
  for (size_t i = 0, end; i < order.size(); i = end) {
    const Entry& first = entries_[order[i]];
    bool further = i && first.family && first.family == entries_[order[i - 1]].family;  // slots of the same loop, in another component
    if (!further) wholes_.push_back({order[i]});
    for (end = i; end < order.size() && (end == i || (first.family && entries_[order[end]].family == first.family && entries_[order[end]].component == first.component)); end++) {
      entries_[order[end]].whole = uint32_t(wholes_.size() - 1);
      wholes_.back().first = std::min(wholes_.back().first, order[end]);
    }
    judge(order.data() + i, order.data() + end, first.component == no_component ? owners.back() : owners[first.component]);
  }
  for (const auto& of_rows : owners)
    for (const Owner& owner : of_rows)
      if (owner.entry != no_component) wholes_[entries_[owner.entry].whole].retained = wholes_[entries_[owner.entry].whole].largest = true;
}

void LoopPool::forget_the_rest() {
  judge();
  size_t kept = 0, end = 0;
  for (const Entry& entry : entries_) {
    if (!wholes_[entry.whole].retained) {
      if (entry.component != no_component) sums_[entry.component].kept--;
      continue;
    }
    std::copy(edges_.begin() + long(entry.first), edges_.begin() + long(entry.last), edges_.begin() + long(end));
    entries_[kept] = entry;
    entries_[kept].first = end;
    end += entry.last - entry.first;
    entries_[kept++].last = end;
  }
  entries_.resize(kept);
  edges_.resize(end);
}

// By rank, of entries in order of their edges: the largest ones, and of the others as many as there is place for.
std::vector<uint32_t> LoopPool::chosen() const {
  constexpr size_t most_slots_listed = 200'000;
  // Shares in units that rounding does not reach, so that equal shares are equal; then the loop's first entry and the entry.
  std::vector<SortKey> ranks;
  size_t places = options_.max_loops;
  for (const Whole& whole : wholes_)
    if (whole.largest && places) places--;
  for (uint32_t i = 0; i < entries_.size(); i++) {
    const Whole& whole = wholes_[entries_[i].whole];
    int64_t share = std::llround(std::min(whole.share / whole.partitions, 2.0) * 1e12);
    if (whole.retained) ranks.push_back({uint64_t(int64_t(whole.alone ? 8e12 : 4e12) - share), uint64_t(whole.first) << 32 | i});
  }
  sort_keys(ranks);
  std::vector<uint32_t> out;
  for (size_t i = 0, end; i < ranks.size(); i = end) {
    for (end = i + 1; end < ranks.size() && ranks[end].minor >> 32 == ranks[i].minor >> 32;) end++;
    if (!wholes_[entries_[uint32_t(ranks[i].minor)].whole].largest) {
      if (places == 0 || out.size() + (end - i) > most_slots_listed) continue;
      places--;
    }
    for (size_t k = i; k < end; k++) out.push_back(uint32_t(ranks[k].minor));
  }
  return out;
}

Discovery LoopPool::report() {
  std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) { return before(a, b); });
  sum_exactly();
  judge();
  Discovery out;
  out.universe = universe_;
  for (const Entry& entry : entries_) out.retained += wholes_[entry.whole].retained;
  std::vector<uint32_t> number(sums_.size(), no_component);
  for (uint32_t i : chosen()) {
    const Entry& entry = entries_[i];
    uint32_t partition = entry.component == no_component ? no_component : number[entry.component];
    if (partition == no_component) {
      partition = uint32_t(out.partitions.size());
      DiscoveredPartition& made = out.partitions.emplace_back();
      if (entry.component == no_component) {
        made.loops = 1;
        made.total.resize(table_.padded);
        table_.product(edges_.data() + entry.first, edges_.data() + entry.last, made.total.data());
        for (double& value : made.total) value = std::isfinite(value) ? std::fabs(value) : 0;
      } else {
        number[entry.component] = partition;
        for (uint32_t v : table_.components.members[entry.component])
          if (table_.graph.stock[v]) made.stocks.push_back(v);
        made.loops = sums_[entry.component].loops;
        made.total = sums_[entry.component].total;
      }
      made.total.resize(table_.graph.row_count);
    }
    out.loops.push_back({{edges_.begin() + long(entry.first), edges_.begin() + long(entry.last)}, partition, entry.share, wholes_[entry.whole].largest});
  }
  return out;
}

}  // namespace loopscope
