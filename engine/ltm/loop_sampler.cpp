#include "ltm/loop_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace loopscope {

namespace {

// Hashes of loops, 0 for a free place. The hash of a loop is the sum of its edges', so that it is known before the loop is walked;
// if two loops ever met in 64 bits, the second would be missing from the sample.
class HashSet {
 public:
  HashSet() : places_(1 << 12, 0) {}
  bool insert(uint64_t hash) {
    if (2 * ++count_ > places_.size()) {
      std::vector<uint64_t> old(places_.size() * 2, 0);
      old.swap(places_);
      for (uint64_t h : old)
        if (h) *find(h) = h;
    }
    uint64_t* place = find(hash);
    if (*place == hash) return count_--, false;
    *place = hash;
    return true;
  }
  size_t size() const { return count_; }

 private:
  uint64_t* find(uint64_t hash) {
    size_t mask = places_.size() - 1, i = size_t(hash) & mask;
    while (places_[i] && places_[i] != hash) i = (i + 1) & mask;
    return &places_[i];
  }
  std::vector<uint64_t> places_;
  size_t count_ = 0;
};

// The finalizer of splitmix64 (S. Vigna, https://prng.di.unimi.it/splitmix64.c).
uint64_t hash_of(uint32_t edge) {
  uint64_t x = (uint64_t(edge) + 1) * 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

class Sampler {
 public:
  Sampler(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget);
  uint32_t run();

 private:
  struct Step {
    uint32_t other, edge;  // the edge's far end; its place in the table
  };
  using Steps = std::vector<std::vector<Step>>;
  // The shortest ways between the source and each node, in one direction.
  struct Ways {
    std::vector<double> length;
    std::vector<Step> step;  // towards the source
    std::vector<uint64_t> hash;
  };
  struct Waiting {
    double length;
    uint32_t node;
    bool operator<(const Waiting& b) const { return length != b.length ? length > b.length : node > b.node; }
  };
  static constexpr double far = std::numeric_limits<double>::infinity();

  void measure(uint32_t row);
  void follow_strongest(uint32_t source, bool stock);
  void find_ways(Ways& ways, const Steps& steps, uint32_t source);
  void close_loops(uint32_t source, bool stock);
  bool walk(uint32_t source, uint32_t from, const Step& step);
  void found(bool stock, uint32_t component);

  const ScoreTable& table_;
  const DiscoveryOptions& options_;
  LoopPool& pool_;
  Budget& budget_;
  Steps out_, in_;
  std::vector<double> length_;  // of the table's edges at the row at hand, -ln|score|; far where not active
  Steps strongest_;             // out_ without those that are not active, the strongest first
  std::vector<double> best_;    // length of the strongest path so far from the source to a node
  Ways there_, back_;
  std::vector<Waiting> heap_;
  HashSet seen_;
  std::vector<uint32_t> marks_, loop_;
  uint32_t mark_ = 0;
  std::vector<double> score_, ones_;
};

Sampler::Sampler(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget)
    : table_(table), options_(options), pool_(pool), budget_(budget), out_(table.graph.nodes), in_(table.graph.nodes),
      length_(table.edges.size()), strongest_(table.graph.nodes), best_(table.graph.nodes, far), marks_(table.graph.nodes, 0), score_(table.padded), ones_(table.padded, 1) {
  for (uint32_t i = 0; i < table.edges.size(); i++) {
    const ScoredGraph::Edge& e = table.graph.edges[table.edges[i]];
    out_[e.from].push_back({e.to, i});
    in_[e.to].push_back({e.from, i});
  }
  for (Ways* ways : {&there_, &back_}) {
    ways->length.assign(table.graph.nodes, far);
    ways->step.resize(table.graph.nodes);
    ways->hash.resize(table.graph.nodes);
  }
}

uint32_t Sampler::run() {
  uint32_t rows = table_.graph.row_count, sampled = 0;
  // Rows in strides of about the golden section: if time runs out, those done lie all over the run.
  uint32_t stride = std::max(1u, uint32_t(rows * 0.618));
  while (std::gcd(stride, rows) != 1) stride++;
  for (uint32_t row = 0; sampled < rows; sampled++, row = uint32_t((uint64_t(row) + stride) % rows)) {
    measure(row);
    for (const auto& members : table_.components.members) {
      bool stocks = std::any_of(members.begin(), members.end(), [&](uint32_t v) { return table_.graph.stock[v]; });
      for (uint32_t v : members) {
        if (strongest_[v].empty() || (stocks && !table_.graph.stock[v])) continue;
        follow_strongest(v, stocks);
        find_ways(there_, out_, v);
        find_ways(back_, in_, v);
        close_loops(v, stocks);
        for (uint32_t u : members) there_.length[u] = back_.length[u] = best_[u] = far;
        budget_.work(members.size());
        if (budget_.stopped()) return sampled;
      }
    }
  }
  return sampled;
}

void Sampler::measure(uint32_t row) {
  for (uint32_t i = 0; i < table_.edges.size(); i++) {
    double score = table_.graph.rows[row * table_.graph.row_stride + table_.graph.edges[table_.edges[i]].score];
    length_[i] = score == score && score != 0 ? -std::log(std::fabs(score)) : far;
  }
  for (uint32_t v = 0; v < out_.size(); v++) {
    strongest_[v].clear();
    for (const Step& step : out_[v])
      if (length_[step.edge] != far) strongest_[v].push_back(step);
    std::stable_sort(strongest_[v].begin(), strongest_[v].end(), [this](const Step& a, const Step& b) { return length_[a.edge] < length_[b.edge]; });
  }
  budget_.work(4 * table_.edges.size());
}

// The published search: on from a node only if no path to it was as strong before. Paths may get stronger on their way, so it may come
// to a node many times: a number of visits for each edge ends it, and what it would have found after that is missing.
void Sampler::follow_strongest(uint32_t source, bool stock) {
  struct Frame {
    uint32_t node, next;
    double length;
    uint64_t hash;
  };
  std::vector<Frame> frames{{source, 0, 0, 0}};
  std::vector<uint32_t> path;
  size_t visits = 0;
  for (uint32_t v : table_.components.members[table_.components.of[source]]) visits += 20 * strongest_[v].size();
  marks_[source] = ++mark_;
  while (!frames.empty() && !budget_.stopped()) {
    Frame& frame = frames.back();
    if (frame.next == strongest_[frame.node].size() || visits == 0) {
      marks_[frame.node] = 0;
      frames.pop_back();
      if (!path.empty()) path.pop_back();
      continue;
    }
    const Step& step = strongest_[frame.node][frame.next++];
    visits--;
    budget_.visit(1);
    double length = frame.length + length_[step.edge];
    uint64_t hash = frame.hash + hash_of(step.edge);
    if (step.other == source) {
      if (!seen_.insert(hash)) continue;
      loop_ = path;
      loop_.push_back(table_.edges[step.edge]);
      found(stock, table_.components.of[source]);
    } else if (marks_[step.other] != mark_ && length < best_[step.other]) {
      best_[step.other] = length;
      marks_[step.other] = mark_;
      path.push_back(table_.edges[step.edge]);
      frames.push_back({step.other, 0, length, hash});
    }
  }
}

// Dijkstra. Of equally short ways the one found first stays.
void Sampler::find_ways(Ways& ways, const Steps& steps, uint32_t source) {
  ways.length[source] = 0;
  ways.hash[source] = 0;
  heap_.assign(1, {0, source});
  while (!heap_.empty()) {
    auto [length, node] = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
    if (length > ways.length[node]) continue;
    for (const Step& step : steps[node]) {
      budget_.visit(1);
      double longer = length + std::max(0.0, length_[step.edge]);
      if (!(longer < ways.length[step.other])) continue;
      ways.length[step.other] = longer;
      ways.step[step.other] = {node, step.edge};
      ways.hash[step.other] = ways.hash[node] + hash_of(step.edge);
      heap_.push_back({longer, step.other});
      std::push_heap(heap_.begin(), heap_.end());
    }
  }
}

void Sampler::close_loops(uint32_t source, bool stock) {
  uint32_t component = table_.components.of[source];
  for (uint32_t u : table_.components.members[component]) {
    if (there_.length[u] == far) continue;
    for (const Step& step : out_[u]) {
      budget_.visit(1);
      if (length_[step.edge] == far || back_.length[step.other] == far) continue;
      if (!seen_.insert(there_.hash[u] + hash_of(step.edge) + back_.hash[step.other])) continue;
      if (walk(source, u, step)) found(stock, component);
      if (seen_.size() > 1 << 22) budget_.stop("too many loops to hold in memory");
      if (budget_.stopped()) return;
    }
  }
}

// Whether the way to a node, an edge from there and the way back are a loop, which is then in loop_.
bool Sampler::walk(uint32_t source, uint32_t from, const Step& step) {
  mark_++;
  loop_.clear();
  for (uint32_t v = from; v != source; v = there_.step[v].other) {
    marks_[v] = mark_;
    loop_.push_back(table_.edges[there_.step[v].edge]);
  }
  std::reverse(loop_.begin(), loop_.end());
  loop_.push_back(table_.edges[step.edge]);
  for (uint32_t v = step.other; v != source; v = back_.step[v].other) {
    if (marks_[v] == mark_) return false;
    loop_.push_back(table_.edges[back_.step[v].edge]);
  }
  budget_.work(loop_.size());
  return true;
}

void Sampler::found(bool stock, uint32_t component) {
  table_.product(loop_.data(), loop_.data() + loop_.size(), score_.data());
  budget_.work(loop_.size() * table_.padded);
  if (!stock) component = no_component;
  if (pool_.count(score_.data(), ones_.data(), table_.every_block(), component) && !pool_.add(loop_, component))
    budget_.stop("too many loops to hold in memory");
  if (pool_.universe() >= options_.max_circuits) budget_.stop("too many loops");
}

}  // namespace

uint32_t sample_loops(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget) {
  return Sampler(table, options, pool, budget).run();
}

}  // namespace loopscope
