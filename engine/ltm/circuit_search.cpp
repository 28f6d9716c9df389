#include "ltm/circuit_search.h"

#include <algorithm>

namespace loopscope {

namespace {

class CircuitSearch {
 public:
  CircuitSearch(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget);
  void run();

 private:
  // One edge of the graph, or a path of several. Which: its rope.
  struct Edge {
    uint32_t node[2];  // from, to
    uint32_t rope;
    bool stock;        // any of its nodes but the last
  };
  struct Rope {
    uint32_t first, second;
  };
  using Edges = std::vector<uint32_t>;  // of edges_

  uint64_t* rows_of(uint32_t edge) { return rows_.data() + size_t(edge) * words_; }
  double* series(uint32_t edge) { return series_.data() + size_t(edge) * padded_; }
  bool any(const uint64_t* rows) const {
    return std::any_of(rows, rows + words_, [](uint64_t w) { return w != 0; });
  }

  // Taking the graph apart.
  std::vector<Edges> split(const Edges& edges);
  bool shrink(Edges& edges);
  bool clean(Edges& edges);
  void merge_through(Edges& edges, int side);
  void append(uint32_t edge, uint32_t other, int side);
  uint32_t busiest(const Edges& edges);

  // Circuits through one node.
  void search(const Edges& edges, uint32_t start);
  void index(const Edges& edges, uint32_t start);
  void block_unreachable();
  void visit(uint32_t position);
  void leave();
  void unblock(uint32_t node, const uint64_t* rows);
  void close(uint32_t edge, const uint64_t* rows);
  void found(const double* a, const double* b, const uint64_t* rows, uint32_t node, bool stock);
  void unravel(uint32_t rope);

  const ScoreTable& table_;
  const DiscoveryOptions& options_;
  LoopPool& pool_;
  Budget& budget_;
  const uint32_t words_, padded_;

  std::vector<Edge> edges_;
  std::vector<uint64_t> rows_;    // where an edge is active
  std::vector<double> series_;    // its score
  std::vector<Rope> ropes_;       // numbered after the leaves, which are the table's edges
  std::vector<double> ones_;
  std::vector<Edges> pending_;

  // Of nodes of the whole graph, valid for those of the edges at hand.
  std::vector<uint32_t> local_, count_, only_;
  enum State : uint8_t { fresh, open, merged, kept };
  std::vector<State> state_;

  // The search. Node 0 is where it starts; positions are in order of the node that an edge leaves.
  struct Step {
    uint32_t from, to, edge;
  };
  struct Frame {
    uint32_t node, next;
    bool stock;  // on the path so far
  };
  std::vector<Step> steps_;
  std::vector<uint32_t> first_out_, first_in_, in_;   // positions of a node's edges
  std::vector<uint64_t> blocked_, waiting_, freed_;   // rows: of a node, of a position, of a node
  std::vector<uint32_t> to_free_;
  std::vector<Frame> frames_;
  std::vector<uint64_t> live_, closed_, next_;        // rows of a frame: where its path is active; where it was part of a circuit
  Edges path_;                                        // path_[i] leads to frames_[i + 1]
  std::vector<std::vector<double>> products_;         // of the path's first edges
  uint32_t known_ = 0;                                // how many of them are up to date
  std::vector<uint32_t> loop_, rope_stack_;
};

CircuitSearch::CircuitSearch(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget)
    : table_(table), options_(options), pool_(pool), budget_(budget), words_(table.words), padded_(table.padded), rows_(table.active),
      series_(table.values()), ones_(padded_, 1), local_(table.graph.nodes), count_(table.graph.nodes), only_(table.graph.nodes),
      state_(table.graph.nodes) {
  for (uint32_t i = 0; i < table.edges.size(); i++) {
    const ScoredGraph::Edge& e = table.graph.edges[table.edges[i]];
    edges_.push_back({{e.from, e.to}, i, table.graph.stock[e.from]});
  }
}

void CircuitSearch::run() {
  Edges all(edges_.size());
  for (uint32_t i = 0; i < all.size(); i++) all[i] = i;
  pending_.push_back(std::move(all));
  while (!pending_.empty() && !budget_.stopped()) {
    Edges edges = std::move(pending_.back());
    pending_.pop_back();
    for (Edges& part : split(edges)) {
      if (shrink(part) && !part.empty()) {
        uint32_t start = busiest(part);
        search(part, start);
        part.erase(std::remove_if(part.begin(), part.end(), [&](uint32_t e) { return edges_[e].node[0] == start || edges_[e].node[1] == start; }), part.end());
      }
      if (budget_.stopped()) return;
      if (!part.empty()) pending_.push_back(std::move(part));
    }
  }
}

// The edges within each strongly connected component.
std::vector<CircuitSearch::Edges> CircuitSearch::split(const Edges& edges) {
  for (uint32_t e : edges) local_[edges_[e].node[0]] = local_[edges_[e].node[1]] = no_component;
  Adjacency adjacency;
  for (uint32_t e : edges) {
    for (uint32_t v : edges_[e].node)
      if (local_[v] == no_component) {
        local_[v] = uint32_t(adjacency.size());
        adjacency.emplace_back();
      }
    adjacency[local_[edges_[e].node[0]]].push_back(local_[edges_[e].node[1]]);
  }
  Components components = strongly_connected_components(adjacency);
  std::vector<Edges> parts(components.members.size());
  for (uint32_t e : edges) {
    uint32_t from = components.of[local_[edges_[e].node[0]]], to = components.of[local_[edges_[e].node[1]]];
    if (from == to) parts[from].push_back(e);
    budget_.work(1);
  }
  parts.erase(std::remove_if(parts.begin(), parts.end(), [](const Edges& part) { return part.empty(); }), parts.end());
  return parts;
}

// False: edges were dropped, so that it may no longer be one component.
bool CircuitSearch::shrink(Edges& edges) {
  bool whole = clean(edges);
  while (!budget_.stopped()) {
    size_t before = edges.size();
    merge_through(edges, 0);
    merge_through(edges, 1);
    size_t gone = before - edges.size();
    whole &= clean(edges);
    if (gone == 0 || gone < before / 16) break;  // a large graph that gets smaller slowly is not worth it
  }
  return whole;
}

// Loops of one edge are found; edges without rows go.
bool CircuitSearch::clean(Edges& edges) {
  bool whole = true;
  size_t left = 0;
  for (uint32_t e : edges) {
    if (!any(rows_of(e))) {
      whole = false;
    } else if (edges_[e].node[0] == edges_[e].node[1]) {
      path_.clear();
      path_.push_back(e);
      found(series(e), ones_.data(), rows_of(e), edges_[e].node[0], edges_[e].stock);
      if (budget_.stopped()) return false;
    } else {
      edges[left++] = e;
    }
  }
  edges.resize(left);
  return whole;
}

// Nodes with a single edge out (side 0) or in (side 1): each edge that meets such a node goes on through it. Along a chain of them the
// last comes first, so that each edge is multiplied twice at most.
void CircuitSearch::merge_through(Edges& edges, int side) {
  for (uint32_t e : edges)
    for (uint32_t v : edges_[e].node) {
      count_[v] = 0;
      state_[v] = fresh;
    }
  for (uint32_t e : edges) {
    uint32_t v = edges_[e].node[side];
    count_[v]++;
    only_[v] = e;
  }
  std::vector<uint32_t> chain;
  for (uint32_t e : edges) {
    uint32_t v = edges_[e].node[side];
    for (chain.clear(); count_[v] == 1 && state_[v] == fresh; v = edges_[only_[v]].node[1 - side]) {
      state_[v] = open;
      chain.push_back(v);
    }
    if (state_[v] == open) state_[v] = kept;  // a ring of nothing but such nodes
    for (; !chain.empty(); chain.pop_back()) {
      uint32_t u = chain.back();
      if (state_[u] == kept) continue;
      state_[u] = merged;
      uint32_t next = edges_[only_[u]].node[1 - side];
      if (state_[next] == merged) append(only_[u], only_[next], side);
    }
  }
  size_t left = 0;
  for (uint32_t e : edges) {
    if (state_[edges_[e].node[side]] == merged) continue;
    uint32_t next = edges_[e].node[1 - side];
    if (state_[next] == merged) append(e, only_[next], side);
    edges[left++] = e;
  }
  edges.resize(left);
}

// `edge` then `other` (side 0), or before it the other (side 1).
void CircuitSearch::append(uint32_t edge, uint32_t other, int side) {
  Edge &e = edges_[edge], &o = edges_[other];
  uint64_t* rows = rows_of(edge);
  for (uint32_t w = 0; w < words_; w++) rows[w] &= rows_of(other)[w];
  table_.multiply(series(edge), series(edge), series(other), table_.blocks_of(rows));
  ropes_.push_back(side == 0 ? Rope{e.rope, o.rope} : Rope{o.rope, e.rope});
  e.rope = uint32_t(table_.edges.size() + ropes_.size() - 1);
  e.node[1 - side] = o.node[1 - side];
  e.stock |= o.stock;
  budget_.work(padded_);
}

uint32_t CircuitSearch::busiest(const Edges& edges) {
  for (uint32_t e : edges)
    for (uint32_t v : edges_[e].node) count_[v] = only_[v] = 0;
  for (uint32_t e : edges) {
    count_[edges_[e].node[0]]++;
    only_[edges_[e].node[1]]++;
  }
  uint32_t best = edges_[edges[0]].node[0];
  auto routes = [&](uint32_t v) { return uint64_t(count_[v]) * only_[v]; };
  for (uint32_t e : edges) {
    uint32_t v = edges_[e].node[0];
    if (routes(v) > routes(best) || (routes(v) == routes(best) && v < best)) best = v;
  }
  return best;
}

void CircuitSearch::index(const Edges& edges, uint32_t start) {
  for (uint32_t e : edges) local_[edges_[e].node[0]] = local_[edges_[e].node[1]] = no_component;
  uint32_t nodes = 0;
  local_[start] = nodes++;
  steps_.clear();
  for (uint32_t e : edges) {
    for (uint32_t v : edges_[e].node)
      if (local_[v] == no_component) local_[v] = nodes++;
    steps_.push_back({local_[edges_[e].node[0]], local_[edges_[e].node[1]], e});
  }
  std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.from < b.from; });
  first_out_.assign(nodes + 1, 0);
  first_in_.assign(nodes + 1, 0);
  for (const Step& step : steps_) {
    first_out_[step.from + 1]++;
    first_in_[step.to + 1]++;
  }
  for (uint32_t v = 0; v < nodes; v++) {
    first_out_[v + 1] += first_out_[v];
    first_in_[v + 1] += first_in_[v];
  }
  in_.resize(steps_.size());
  std::vector<uint32_t> next(first_in_);
  for (uint32_t i = 0; i < steps_.size(); i++) in_[next[steps_[i].to]++] = i;
  blocked_.assign(size_t(nodes) * words_, 0);
  freed_.assign(size_t(nodes) * words_, 0);
  waiting_.assign(steps_.size() * words_, 0);
}

// A node is blocked from the beginning where no way leads back to the start: found backwards from there, until nothing changes.
void CircuitSearch::block_unreachable() {
  std::fill_n(blocked_.begin(), words_, ~uint64_t(0));  // blocked_ holds the opposite meanwhile
  std::vector<bool> queued(first_out_.size() - 1, false);
  to_free_.assign(1, 0);
  while (!to_free_.empty() && !budget_.stopped()) {
    uint32_t v = to_free_.back();
    to_free_.pop_back();
    queued[v] = false;
    for (uint32_t i = first_in_[v]; i < first_in_[v + 1]; i++) {
      const Step& step = steps_[in_[i]];
      if (step.from == 0) continue;
      budget_.visit(words_);
      uint64_t more = 0;
      for (uint32_t w = 0; w < words_; w++) {
        uint64_t& reached = blocked_[step.from * size_t(words_) + w];
        uint64_t now = reached | (rows_of(step.edge)[w] & blocked_[v * size_t(words_) + w]);
        more |= now ^ reached;
        reached = now;
      }
      if (more && !queued[step.from]) {
        queued[step.from] = true;
        to_free_.push_back(step.from);
      }
    }
  }
  to_free_.clear();
  for (uint64_t& rows : blocked_) rows = ~rows;
}

void CircuitSearch::search(const Edges& edges, uint32_t start) {
  index(edges, start);
  block_unreachable();
  frames_.assign(1, {0, 0, false});
  path_.clear();
  live_.assign(words_, ~uint64_t(0));
  closed_.assign(words_, 0);
  next_.resize(words_);
  known_ = 0;
  while (!frames_.empty() && !budget_.stopped()) {
    Frame& frame = frames_.back();
    if (frame.next < first_out_[frame.node + 1]) visit(frame.next++);
    else leave();
  }
}

void CircuitSearch::visit(uint32_t position) {
  const Step& step = steps_[position];
  budget_.visit(words_);
  const uint64_t *rows = rows_of(step.edge), *blocked = blocked_.data() + size_t(step.to) * words_, *live = live_.data() + live_.size() - words_;
  uint64_t some = 0;
  if (step.to == 0) {
    for (uint32_t w = 0; w < words_; w++) some |= next_[w] = live[w] & rows[w];
    if (!some) return;
    for (uint32_t w = 0; w < words_; w++) closed_[closed_.size() - words_ + w] |= next_[w];
    close(step.edge, next_.data());
    return;
  }
  for (uint32_t w = 0; w < words_; w++) some |= next_[w] = live[w] & rows[w] & ~blocked[w];
  if (!some) return;
  for (uint32_t w = 0; w < words_; w++) blocked_[size_t(step.to) * words_ + w] |= next_[w];
  live_.insert(live_.end(), next_.begin(), next_.end());
  closed_.insert(closed_.end(), words_, 0);
  path_.push_back(step.edge);
  frames_.push_back({step.to, first_out_[step.to], frames_.back().stock || edges_[step.edge].stock});
}

// Rows where the node was part of a circuit are free again; those where it was not wait until a node behind it is.
void CircuitSearch::leave() {
  uint32_t node = frames_.back().node;
  frames_.pop_back();
  if (frames_.empty()) return;
  size_t end = live_.size() - words_;
  for (uint32_t i = first_out_[node]; i < first_out_[node + 1]; i++)
    for (uint32_t w = 0; w < words_; w++)
      waiting_[size_t(i) * words_ + w] |= live_[end + w] & ~closed_[end + w] & rows_of(steps_[i].edge)[w];
  for (uint32_t w = 0; w < words_; w++) closed_[end - words_ + w] |= closed_[end + w];
  unblock(node, closed_.data() + end);
  live_.resize(end);
  closed_.resize(end);
  path_.pop_back();
  known_ = std::min(known_, uint32_t(path_.size()));
}

void CircuitSearch::unblock(uint32_t node, const uint64_t* rows) {
  std::copy_n(rows, words_, freed_.data() + size_t(node) * words_);
  to_free_.assign(1, node);
  while (!to_free_.empty()) {
    uint32_t v = to_free_.back();
    to_free_.pop_back();
    uint64_t *freed = freed_.data() + size_t(v) * words_, *blocked = blocked_.data() + size_t(v) * words_;
    uint64_t some = 0;
    for (uint32_t w = 0; w < words_; w++) {
      next_[w] = freed[w] & blocked[w];
      freed[w] = 0;
      blocked[w] &= ~next_[w];
      some |= next_[w];
    }
    if (!some) continue;
    for (uint32_t i = first_in_[v]; i < first_in_[v + 1]; i++) {
      uint64_t* waiting = waiting_.data() + size_t(in_[i]) * words_;
      uint64_t* behind = freed_.data() + size_t(steps_[in_[i]].from) * words_;
      uint64_t woken = 0;
      bool queued = any(behind);
      for (uint32_t w = 0; w < words_; w++) {
        uint64_t now = waiting[w] & next_[w];
        waiting[w] ^= now;
        behind[w] |= now;
        woken |= now;
      }
      if (woken && !queued) to_free_.push_back(steps_[in_[i]].from);
    }
  }
}

// The path and one more edge are a circuit. Products along the path are made when one is found, and serve all that share its beginning.
void CircuitSearch::close(uint32_t edge, const uint64_t* rows) {
  uint32_t length = uint32_t(path_.size());
  if (products_.size() < length) {
    if (uint64_t(length) * padded_ > options_.max_values) return budget_.stop("too many scores to hold in memory");
    products_.resize(length);
  }
  auto product = [&](uint32_t n) { return n == 1 ? series(path_[0]) : products_[n - 1].data(); };  // of the first n
  for (uint32_t n = std::max(known_, 1u) + 1; n <= length; n++) {
    products_[n - 1].resize(padded_);
    table_.multiply(products_[n - 1].data(), product(n - 1), series(path_[n - 1]), table_.blocks_of(live_.data() + size_t(n) * words_));
    budget_.work(padded_);
  }
  known_ = length;
  path_.push_back(edge);
  found(product(length), series(edge), rows, edges_[edge].node[1], frames_.back().stock || edges_[edge].stock);
  path_.pop_back();
}

void CircuitSearch::found(const double* a, const double* b, const uint64_t* rows, uint32_t node, bool stock) {
  uint32_t component = stock ? table_.components.of[node] : no_component;
  budget_.work(padded_);
  LoopPool::Product product{a, b, table_.blocks_of(rows), component};
  if (pool_.count(product)) {
    loop_.clear();
    for (uint32_t e : path_) unravel(edges_[e].rope);
    budget_.work(loop_.size());
    if (!pool_.add(loop_, product, budget_)) budget_.stop("too many loops to hold in memory");
  }
  if (pool_.universe() > options_.max_circuits) budget_.stop("too many loops");
}

void CircuitSearch::unravel(uint32_t rope) {
  rope_stack_.assign(1, rope);
  while (!rope_stack_.empty()) {
    uint32_t r = rope_stack_.back();
    rope_stack_.pop_back();
    if (r < table_.edges.size()) {
      loop_.push_back(table_.edges[r]);
    } else {
      rope_stack_.push_back(ropes_[r - table_.edges.size()].second);
      rope_stack_.push_back(ropes_[r - table_.edges.size()].first);
    }
  }
}

}  // namespace

void find_all_loops(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget) {
  if (!table.edges.empty()) CircuitSearch(table, options, pool, budget).run();
}

}  // namespace loopscope
