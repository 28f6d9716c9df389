#include "ltm/circuits.h"

#include <algorithm>

#include "support/graph.h"

namespace loopscope {

namespace {

constexpr uint32_t none = 0xFFFFFFFF;

// Johnson's search from one start node of a component, without recursion.
class CircuitSearch {
 public:
  CircuitSearch(const std::vector<std::vector<GraphEdge>>& edges, const CircuitBudget& budget)
      : edges_(edges), left_(budget), blocked_(edges.size(), false), waiting_(edges.size()),
        allowed_(edges.size(), 0), degree_(edges.size(), 0), local_(edges.size(), none) {}

  Circuits run() {
    // Circuits through one node of a component; then the node goes, and what is left falls apart into components. Taking a node that
    // many paths meet at leaves little: most models are free of circles once a few stocks are gone.
    std::vector<uint32_t> everything(edges_.size());
    for (uint32_t i = 0; i < everything.size(); i++) everything[i] = i;
    split(everything);
    while (!pending_.empty() && result_.complete) {
      std::vector<uint32_t> members = std::move(pending_.back());
      pending_.pop_back();
      stamp_++;
      for (uint32_t v : members) {
        allowed_[v] = stamp_;
        blocked_[v] = false;
        waiting_[v].clear();
      }
      uint32_t start = busiest(members);
      search(start);
      members.erase(std::find(members.begin(), members.end(), start));
      split(members);
    }
    return std::move(result_);
  }

 private:
  uint32_t busiest(const std::vector<uint32_t>& members) {
    for (uint32_t v : members) degree_[v] = 0;
    for (uint32_t v : members)
      for (const GraphEdge& e : edges_[v])
        if (allowed_[e.to] == stamp_) degree_[v]++, degree_[e.to]++;
    return *std::max_element(members.begin(), members.end(), [&](uint32_t a, uint32_t b) { return degree_[a] < degree_[b]; });
  }

  // Components with circuits among `nodes` wait for their turn.
  void split(const std::vector<uint32_t>& nodes) {
    for (uint32_t i = 0; i < nodes.size(); i++) local_[nodes[i]] = i;
    Adjacency sub(nodes.size());
    std::vector<bool> self(nodes.size(), false);
    for (uint32_t i = 0; i < nodes.size(); i++)
      for (const GraphEdge& e : edges_[nodes[i]])
        if (local_[e.to] != none) {
          sub[i].push_back(local_[e.to]);
          if (e.to == nodes[i]) self[i] = true;
        }
    for (const auto& part : strongly_connected_components(sub).members) {
      if (part.size() == 1 && !self[part[0]]) continue;
      std::vector<uint32_t> members;
      for (uint32_t i : part) members.push_back(nodes[i]);
      pending_.push_back(std::move(members));
    }
    for (uint32_t v : nodes) local_[v] = none;
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
        if (left_.visits-- == 0) {
          result_.complete = false;
          return;
        }
        if (e.to == start) {
          frame.found = true;
          if (left_.circuits == 0 || left_.edges <= path.size()) {
            result_.complete = false;
            return;
          }
          left_.circuits--;
          left_.edges -= path.size() + 1;
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
  CircuitBudget left_;
  std::vector<bool> blocked_;
  std::vector<std::vector<uint32_t>> waiting_;
  std::vector<uint32_t> allowed_, degree_, local_;
  std::vector<std::vector<uint32_t>> pending_;
  uint32_t stamp_ = 0;
  Circuits result_;
};

}  // namespace

Circuits elementary_circuits(const std::vector<std::vector<GraphEdge>>& out_edges, const CircuitBudget& budget) {
  return CircuitSearch(out_edges, budget).run();
}

}  // namespace loopscope
