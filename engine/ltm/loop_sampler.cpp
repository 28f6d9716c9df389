#include "ltm/loop_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ltm/loop_families.h"

namespace loopscope {

namespace {

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
  static constexpr uint32_t nobody = 0xFFFFFFFF;

  // A path of a few edges from the source, or to it: a node and the twig before it.
  struct Twig {
    uint32_t node, edge, before;
  };
  using Twigs = std::vector<Twig>;

  void find_sources();
  void find_short_loops();
  bool find_short_loops(uint32_t source, uint32_t pattern, uint64_t most);
  bool grow(int side, size_t first, uint32_t pattern);
  bool join(size_t first_there, uint64_t most);
  bool find_shortest_loop(uint32_t source);
  bool active(uint32_t edge, uint32_t pattern) const { return table_.active[size_t(edge) * table_.words + pattern / 64] >> (pattern % 64) & 1; }
  bool try_loop(uint32_t there, uint32_t edge, uint32_t back);

  void measure(uint32_t row);
  void follow_strongest(uint32_t source);
  void find_ways(Ways& ways, const Steps& steps, uint32_t source);
  void close_loops(uint32_t source);
  bool walk(uint32_t source, uint32_t from, const Step& step);
  void found();

  const ScoreTable& table_;
  const DiscoveryOptions& options_;
  LoopPool& pool_;
  Budget& budget_;
  Steps out_, in_;
  std::vector<uint32_t> sources_;  // the stocks of every component, all nodes of one without
  Twigs twigs_[2];              // from the source, to it; the first is the source itself
  std::vector<uint32_t> last_;  // of a node: a twig from the source that ends there, of the outermost; of a twig: the next one
  std::vector<double> length_;  // of the table's edges at the row at hand, -ln|score|; far where not active
  Steps strongest_;             // out_ without those that are not active, the strongest first
  std::vector<double> best_;    // length of the strongest path so far from the source to a node
  Ways there_, back_;
  std::vector<Waiting> heap_;
  HashSet seen_;  // the hash of a loop is the sum of its edges': known before it is walked. If two met in 64 bits, the second would be missing
  std::vector<uint32_t> marks_, loop_;
  uint32_t mark_ = 0;
};

Sampler::Sampler(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget)
    : table_(table), options_(options), pool_(pool), budget_(budget), out_(table.graph.nodes), in_(table.graph.nodes),
      last_(table.graph.nodes, nobody), length_(table.edges.size()), strongest_(table.graph.nodes), best_(table.graph.nodes, far), marks_(table.graph.nodes, 0) {
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
  find_sources();
  find_short_loops();
  uint32_t rows = table_.graph.row_count, sampled = 0;
  // Rows in strides of about the golden section: if the budget runs out, those done lie all over the run.
  uint32_t stride = std::max(1u, uint32_t(rows * 0.618));
  while (std::gcd(stride, rows) != 1) stride++;
  for (uint32_t row = 0; sampled < rows && !budget_.stopped(); sampled++, row = uint32_t((uint64_t(row) + stride) % rows)) {
    measure(row);
    for (uint32_t v : sources_) {
      if (strongest_[v].empty()) continue;
      follow_strongest(v);
      find_ways(there_, out_, v);
      find_ways(back_, in_, v);
      close_loops(v);
      const auto& members = table_.components.members[table_.components.of[v]];
      for (uint32_t u : members) there_.length[u] = back_.length[u] = best_[u] = far;
      budget_.work(members.size());
      if (budget_.stopped()) return sampled;
    }
  }
  return sampled;
}

void Sampler::find_sources() {
  for (const auto& members : table_.components.members) {
    bool stocks = std::any_of(members.begin(), members.end(), [&](uint32_t v) { return table_.graph.stock[v]; });
    for (uint32_t v : members)
      if (!out_[v].empty() && (!stocks || table_.graph.stock[v])) sources_.push_back(v);
  }
}

// Of every source its shortest loops, before any source has more: all that a few edges show, then those that eight times as many do; for a
// source without any, however long it is, the one of fewest edges. Rows at which the same edges are active are one; those that most rows
// are like come first. At most half of the budget.
void Sampler::find_short_loops() {
  constexpr size_t most_patterns = 8;
  std::vector<SortKey> patterns;
  for (uint32_t p = 0; p < table_.rows_alike.size(); p++) patterns.push_back({table_.graph.row_count - table_.rows_alike[p], p});
  sort_keys(patterns);
  patterns.resize(std::min(patterns.size(), most_patterns));
  std::vector<bool> has_loop(table_.graph.nodes, false);
  for (uint64_t most : {64, 512, 0})
    for (const SortKey& key : patterns) {
      uint32_t pattern = uint32_t(key.minor);
      for (uint32_t i = 0; i < table_.edges.size(); i++) length_[i] = active(i, pattern) ? 1 : far;
      for (uint32_t v : sources_) {
        if (most == 0 && has_loop[v]) continue;
        if (most ? find_short_loops(v, pattern, most) : find_shortest_loop(v)) has_loop[v] = true;
        if (budget_.stopped() || budget_.left() < 0.5) return;
      }
    }
}

// All paths from the source and all to it, a step longer on the side where that is less work, as long as it is no more than `most`; then
// those that meet are loops. Whether there is one.
bool Sampler::find_short_loops(uint32_t source, uint32_t pattern, uint64_t most) {
  size_t first[2] = {0, 0};  // of the outermost
  bool any = false;
  for (Twigs& twigs : twigs_) twigs.assign(1, {source, nobody, 0});
  while (first[0] < twigs_[0].size() && first[1] < twigs_[1].size()) {
    uint64_t cost[2] = {0, 0};
    for (int side : {0, 1})
      for (size_t i = first[side]; i < twigs_[side].size(); i++) cost[side] += (side ? in_ : out_)[twigs_[side][i].node].size();
    int side = cost[1] < cost[0];
    if (cost[side] > most) break;
    most -= cost[side];
    size_t end = twigs_[side].size();
    any |= grow(side, first[side], pattern);
    first[side] = end;
  }
  return any | join(first[0], most);
}

bool Sampler::find_shortest_loop(uint32_t source) {
  find_ways(back_, in_, source);
  const Step* best = nullptr;
  for (const Step& step : out_[source])
    if (length_[step.edge] != far && back_.length[step.other] != far && (!best || back_.length[step.other] < back_.length[best->other])) best = &step;
  there_.length[source] = 0;
  bool any = best && walk(source, source, *best);
  if (any) found();
  for (uint32_t u : table_.components.members[table_.components.of[source]]) there_.length[u] = back_.length[u] = far;
  return any;
}

bool Sampler::grow(int side, size_t first, uint32_t pattern) {
  bool any = false;
  Twigs& twigs = twigs_[side];
  uint32_t source = twigs[0].node;
  auto on_way = [&](uint32_t twig, uint32_t node) {
    for (; twig; twig = twigs[twig].before)
      if (twigs[twig].node == node) return true;
    return false;
  };
  for (size_t i = first, end = twigs.size(); i < end; i++)
    for (const Step& step : (side ? in_ : out_)[twigs[i].node]) {
      budget_.visit(1);
      if (!active(step.edge, pattern)) continue;
      if (step.other == source) any |= side ? try_loop(0, step.edge, uint32_t(i)) : try_loop(uint32_t(i), step.edge, 0);
      else if (!on_way(uint32_t(i), step.other)) twigs.push_back({step.other, step.edge, uint32_t(i)});
    }
  return any;
}

// The longest paths from the source with all those back to it.
bool Sampler::join(size_t first_there, uint64_t most) {
  const Twigs& there = twigs_[0];
  bool any = false;
  last_.resize(table_.graph.nodes + there.size());
  uint32_t *of_node = last_.data(), *next = of_node + table_.graph.nodes;
  for (size_t i = std::max<size_t>(first_there, 1); i < there.size(); i++) {
    next[i] = of_node[there[i].node];
    of_node[there[i].node] = uint32_t(i);
  }
  for (uint32_t back = 1; back < twigs_[1].size() && !budget_.stopped(); back++)
    for (uint32_t i = of_node[twigs_[1][back].node]; i != nobody && most-- > 0; i = next[i]) any |= try_loop(i, nobody, back);
  for (const Twig& twig : there) of_node[twig.node] = nobody;
  return any;
}

// A path from the source, an edge if there is one, and a path back. False: they meet in between.
bool Sampler::try_loop(uint32_t there, uint32_t edge, uint32_t back) {
  mark_++;
  loop_.clear();
  budget_.visit(1);
  for (uint32_t i = there; i; i = twigs_[0][i].before) {
    loop_.push_back(table_.edges[twigs_[0][i].edge]);
    marks_[twigs_[0][i].node] = mark_;
  }
  std::reverse(loop_.begin(), loop_.end());
  if (edge != nobody) loop_.push_back(table_.edges[edge]);
  for (uint32_t i = back; i; i = twigs_[1][i].before) {
    if (marks_[twigs_[1][i].node] == mark_ && (edge != nobody || i != back)) return false;
    loop_.push_back(table_.edges[twigs_[1][i].edge]);
  }
  budget_.work(8 * loop_.size());
  found();
  return true;
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
void Sampler::follow_strongest(uint32_t source) {
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
    uint64_t hash = frame.hash + hash_of(table_.edges[step.edge]);
    if (step.other == source) {
      if (seen_.has(hash)) continue;
      loop_ = path;
      loop_.push_back(table_.edges[step.edge]);
      found();
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
      ways.hash[step.other] = ways.hash[node] + hash_of(table_.edges[step.edge]);
      budget_.work(16);
      heap_.push_back({longer, step.other});
      std::push_heap(heap_.begin(), heap_.end());
    }
  }
}

void Sampler::close_loops(uint32_t source) {
  uint32_t component = table_.components.of[source];
  for (uint32_t u : table_.components.members[component]) {
    if (there_.length[u] == far) continue;
    for (const Step& step : out_[u]) {
      budget_.visit(1);
      if (length_[step.edge] == far || back_.length[step.other] == far) continue;
      uint64_t hash = there_.hash[u] + hash_of(table_.edges[step.edge]) + back_.hash[step.other];
      if (seen_.has(hash)) continue;
      if (walk(source, u, step)) found();
      else seen_.insert(hash);
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

void Sampler::found() {
  if (!pool_.add_all(loop_, seen_, budget_)) budget_.stop("too many loops to hold in memory");
  if (pool_.universe() >= options_.max_circuits) budget_.stop("too many loops");
}

}  // namespace

uint32_t sample_loops(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget) {
  return Sampler(table, options, pool, budget).run();
}

}  // namespace loopscope
