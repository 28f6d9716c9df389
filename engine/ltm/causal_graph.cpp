#include "ltm/causal_graph.h"

#include <algorithm>

#include "support/graph.h"

namespace loopscope {

Polarity operator*(Polarity a, Polarity b) {
  if (a == Polarity::None || b == Polarity::None) return Polarity::None;
  return Polarity(int8_t(a) * int8_t(b));
}

const char* polarity_name(Polarity p) {
  return p == Polarity::Positive ? "positive" : p == Polarity::Negative ? "negative" : "unknown";
}

std::vector<Link> causal_links(const Program& program) {
  std::vector<Link> links;
  std::vector<uint32_t> marks, seen(program.variables.size(), 0);
  uint32_t stamp = 0;
  std::vector<VariableId> lag_source(program.variables.size(), none_id);
  for (const Lag& lag : program.lags) lag_source[lag.variable] = lag.source;
  auto can_change = [&](VariableId v) {
    const ProgramVariable& variable = program.variables[v];
    return v != 0 && variable.place == Place::Row && variable.role != Role::Score;
  };
  PolarityFinder polarity(program);
  for (const Equation& e : program.dynamics) {
    VariableId to = e.target;
    if (lag_source[to] != none_id) {
      if (can_change(lag_source[to])) links.push_back({lag_source[to], to, LinkKind::Lag, Polarity::Positive, none_id});
      continue;
    }
    stamp++;
    for_each_node(program, e.expr, marks, stamp, [&](ExprId id) {
      if (program.expr(id).op != Op::Load) return;
      VariableId from = program.load_of(id).variable;
      if (!can_change(from) || seen[from] == stamp) return;
      seen[from] = stamp;
      links.push_back({from, to, LinkKind::Instant, polarity.of(e.expr, from), none_id});
    });
  }
  for (const StockInfo& stock : program.stocks)
    for (const auto* flows : {&stock.inflows, &stock.outflows})
      for (VariableId flow : *flows) {
        if (!can_change(flow)) continue;
        if (flows == &stock.outflows && std::find(stock.inflows.begin(), stock.inflows.end(), flow) != stock.inflows.end()) continue;
        links.push_back({flow, stock.variable, LinkKind::Flow, flows == &stock.inflows ? Polarity::Positive : Polarity::Negative, none_id});
      }
  return links;
}

namespace {

// Johnson's search from one start node among the nodes >= start of its component, without recursion.
class CircuitSearch {
 public:
  CircuitSearch(const std::vector<std::vector<GraphEdge>>& edges, uint32_t max_loops, uint64_t max_visits)
      : edges_(edges), max_loops_(max_loops), max_visits_(max_visits), blocked_(edges.size(), false), waiting_(edges.size()), allowed_(edges.size(), 0) {}

  Circuits run() {
    Adjacency all(edges_.size());
    for (size_t v = 0; v < edges_.size(); v++)
      for (const GraphEdge& e : edges_[v]) all[v].push_back(e.to);
    Components components = strongly_connected_components(all);
    for (const auto& members : components.members)
      if (members.size() > 1 || has_self_loop(members[0])) component(members);
    return std::move(result_);
  }

 private:
  bool has_self_loop(uint32_t v) const {
    return std::any_of(edges_[v].begin(), edges_[v].end(), [v](const GraphEdge& e) { return e.to == v; });
  }

  // Each round: the component of the least remaining node among the remaining ones.
  void component(const std::vector<uint32_t>& members) {
    std::vector<uint32_t> local(edges_.size(), none_id);
    std::vector<uint32_t> rest = members;
    while (!rest.empty() && result_.complete) {
      for (uint32_t i = 0; i < rest.size(); i++) local[rest[i]] = i;
      Adjacency sub(rest.size());
      for (uint32_t i = 0; i < rest.size(); i++)
        for (const GraphEdge& e : edges_[rest[i]])
          if (local[e.to] != none_id) sub[i].push_back(local[e.to]);
      Components parts = strongly_connected_components(sub);
      uint32_t start = rest[0];
      stamp_++;
      for (uint32_t i : parts.members[parts.of[0]]) {
        allowed_[rest[i]] = stamp_;
        blocked_[rest[i]] = false;
        waiting_[rest[i]].clear();
      }
      search(start);
      for (uint32_t v : rest) local[v] = none_id;
      rest.erase(rest.begin());
    }
  }

  struct Frame {
    uint32_t node, next;
    bool found;
  };

  void search(uint32_t start) {
    std::vector<Frame> stack{{start, 0, false}};
    std::vector<uint32_t> path;
    blocked_[start] = true;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next < edges_[frame.node].size()) {
        const GraphEdge& e = edges_[frame.node][frame.next++];
        if (allowed_[e.to] != stamp_) continue;
        if (++visits_ > max_visits_) {
          result_.complete = false;
          return;
        }
        if (e.to == start) {
          frame.found = true;
          if (result_.loops.size() >= max_loops_) {
            result_.complete = false;
            return;
          }
          result_.loops.push_back(path);
          result_.loops.back().push_back(e.edge);
        } else if (!blocked_[e.to]) {
          blocked_[e.to] = true;
          path.push_back(e.edge);
          stack.push_back({e.to, 0, false});
        }
        continue;
      }
      uint32_t node = frame.node;
      bool found = frame.found;
      if (found) {
        unblock(node);
      } else {
        for (const GraphEdge& e : edges_[node])
          if (allowed_[e.to] == stamp_ && std::find(waiting_[e.to].begin(), waiting_[e.to].end(), node) == waiting_[e.to].end())
            waiting_[e.to].push_back(node);
      }
      stack.pop_back();
      if (!path.empty()) path.pop_back();
      if (!stack.empty() && found) stack.back().found = true;
    }
  }

  void unblock(uint32_t node) {
    std::vector<uint32_t> pending{node};
    while (!pending.empty()) {
      uint32_t v = pending.back();
      pending.pop_back();
      if (!blocked_[v]) continue;
      blocked_[v] = false;
      pending.insert(pending.end(), waiting_[v].begin(), waiting_[v].end());
      waiting_[v].clear();
    }
  }

  const std::vector<std::vector<GraphEdge>>& edges_;
  uint32_t max_loops_;
  uint64_t max_visits_, visits_ = 0;
  std::vector<bool> blocked_;
  std::vector<std::vector<uint32_t>> waiting_;
  std::vector<uint32_t> allowed_;
  uint32_t stamp_ = 0;
  Circuits result_;
};

}  // namespace

Circuits elementary_circuits(const std::vector<std::vector<GraphEdge>>& out_edges, uint32_t max_loops, uint64_t max_visits) {
  return CircuitSearch(out_edges, max_loops, max_visits).run();
}

}  // namespace loopscope
