#include "ltm/loop_pool.h"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <map>

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
    }
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
    : table_(table), options_(options), bar_(options.threshold * (1 - 1e-12)), sums_(table.components.members.size() + 1) {
  // So that judging all of them stays a matter of seconds.
  constexpr uint64_t most_values = uint64_t(1) << 32;
  most_room_ = size_t(std::min<uint64_t>(most_values / std::max(1u, table.graph.row_count), 1 << 24));
  room_ = most_room_ / 4;
}

bool LoopPool::count(const double* a, const double* b, uint64_t blocks, uint32_t component) {
  universe_++;
  Sums& sums = component == no_component ? sums_.back() : sums_[component];
  if (sums.loops++ == 0) {
    sums.total.assign(table_.padded, 0);
    sums.largest.assign(table_.padded, 0);
  }
  // At least the threshold of the total so far, or as large as the largest so far; and not 0. Without stock that is enough.
  double *totals = sums.total.data(), *largests = sums.largest.data(), bar = component == no_component ? 0 : bar_;
  constexpr double least = DBL_TRUE_MIN;
  PairMask hit{0, 0};
  for (; blocks; blocks &= blocks - 1) {
    uint32_t first = uint32_t(std::countr_zero(blocks)) * table_.block;
    for (uint32_t r = first, end = std::min(first + table_.block, table_.padded); r < end; r += 2) {
      Pair score = magnitude(pair(a + r), pair(b + r));
      Pair total = pair(totals + r) + score, largest = pair(largests + r);
      hit |= score >= larger(smaller(total * bar, largest), Pair{least, least});
      pair(totals + r) = total;
      pair(largests + r) = larger(largest, score);
    }
  }
  return hit[0] | hit[1];
}

bool LoopPool::add(const std::vector<uint32_t>& edges, uint32_t component) {
  if (edges_.size() + edges.size() > room_) {
    forget_the_rest();
    // Twice as much as was worth keeping, so that this is seldom done.
    room_ = std::min(most_room_, std::max(room_, 2 * (edges_.size() + edges.size())));
    if (edges_.size() + edges.size() > room_) return false;
  }
  Entry entry{edges_.size(), edges_.size() + edges.size(), component};
  size_t least = size_t(std::min_element(edges.begin(), edges.end()) - edges.begin());
  for (size_t i = 0; i < edges.size(); i++) edges_.push_back(edges[(least + i) % edges.size()]);
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

void LoopPool::judge(Entry& entry, const double* score, const double* total) {
  double sum = 0;
  uint32_t rows = 0;
  entry.retained = entry.largest = false;
  for (uint32_t r = 0; r < table_.graph.row_count; r++) {
    double size = std::fabs(score[r]);
    if (!(size > 0 && size <= DBL_MAX)) continue;
    double whole = total ? total[r] : size;
    sum += size / whole;
    rows++;
    if (size >= bar_ * whole) entry.retained = true;
  }
  entry.share = rows ? sum / rows : 0;
}

// Against the sums as they are now. Of equally large loops the largest is the first by edges.
void LoopPool::judge() {
  constexpr uint32_t nobody = 0xFFFFFFFF;
  struct Owner {
    double size = 0;
    uint32_t entry = nobody;
  };
  std::vector<std::vector<Owner>> owners(sums_.size());
  std::vector<double> score(table_.padded);
  for (uint32_t i = 0; i < entries_.size(); i++) {
    Entry& entry = entries_[i];
    table_.product(edges_.data() + entry.first, edges_.data() + entry.last, score.data());
    bool stock = entry.component != no_component;
    judge(entry, score.data(), stock ? sums_[entry.component].total.data() : nullptr);
    if (!stock) continue;
    std::vector<Owner>& of_rows = owners[entry.component];
    of_rows.resize(table_.padded);
    for (uint32_t r = 0; r < table_.graph.row_count; r++) {
      double size = std::fabs(score[r]);
      Owner& owner = of_rows[r];
      if (!(size >= owner.size && size > 0 && size <= DBL_MAX)) continue;
      if (size > owner.size || before(entry, entries_[owner.entry])) owner = {size, i};
    }
  }
  for (const auto& of_rows : owners)
    for (const Owner& owner : of_rows)
      if (owner.entry != nobody) entries_[owner.entry].retained = entries_[owner.entry].largest = true;
}

void LoopPool::forget_the_rest() {
  judge();
  size_t kept = 0, end = 0;
  for (const Entry& entry : entries_) {
    if (!entry.retained) {
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
  struct Rank {
    bool alone;
    int64_t share;  // in units that rounding does not reach, so that equal shares are equal
    uint32_t entry;
  };
  std::vector<Rank> ranks;
  size_t places = options_.max_loops;
  for (uint32_t i = 0; i < entries_.size(); i++) {
    const Entry& entry = entries_[i];
    if (!entry.retained) continue;
    ranks.push_back({alone(entry), std::llround(std::min(entry.share, 2.0) * 1e12), i});
    if (entry.largest && places) places--;
  }
  std::sort(ranks.begin(), ranks.end(), [](const Rank& a, const Rank& b) {
    return a.alone != b.alone ? b.alone : a.share != b.share ? a.share > b.share : a.entry < b.entry;
  });
  std::vector<uint32_t> out;
  for (const Rank& rank : ranks) {
    if (!entries_[rank.entry].largest) {
      if (places == 0) continue;
      places--;
    }
    out.push_back(rank.entry);
  }
  return out;
}

Discovery LoopPool::report() {
  std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) { return before(a, b); });
  sum_exactly();
  judge();
  Discovery out;
  out.universe = universe_;
  for (const Entry& entry : entries_) out.retained += entry.retained;
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
    out.loops.push_back({{edges_.begin() + long(entry.first), edges_.begin() + long(entry.last)}, partition, entry.share, entry.largest});
  }
  return out;
}

}  // namespace loopscope
