#include "support/graph.h"

#include <algorithm>

namespace loopscope {

namespace {
struct Frame {
  uint32_t node, next;
};
constexpr uint32_t unseen = 0xFFFFFFFF;
}  // namespace

TopologicalOrder order_by_dependency(const Adjacency& dependencies, const std::vector<uint32_t>& roots) {
  enum : uint8_t { white, open, done };
  std::vector<uint8_t> state(dependencies.size(), white);
  std::vector<Frame> stack;
  TopologicalOrder result;
  for (uint32_t root : roots) {
    if (state[root] != white) continue;
    state[root] = open;
    stack.push_back({root, 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const auto& list = dependencies[frame.node];
      if (frame.next == list.size()) {
        state[frame.node] = done;
        result.order.push_back(frame.node);
        stack.pop_back();
        continue;
      }
      uint32_t next = list[frame.next++];
      if (state[next] == white) {
        state[next] = open;
        stack.push_back({next, 0});
      } else if (state[next] == open) {
        size_t i = stack.size();
        while (stack[--i].node != next) {
        }
        for (; i < stack.size(); i++) result.cycle.push_back(stack[i].node);
        return result;
      }
    }
  }
  return result;
}

Components strongly_connected_components(const Adjacency& edges) {
  size_t n = edges.size();
  std::vector<uint32_t> index(n, unseen), low(n, 0), path;
  std::vector<bool> on_path(n, false);
  std::vector<Frame> stack;
  Components result;
  result.of.assign(n, unseen);
  uint32_t counter = 0, found = 0;
  auto enter = [&](uint32_t v) {
    index[v] = low[v] = counter++;
    path.push_back(v);
    on_path[v] = true;
    stack.push_back({v, 0});
  };
  for (uint32_t root = 0; root < n; root++) {
    if (index[root] != unseen) continue;
    enter(root);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      uint32_t v = frame.node;
      if (frame.next < edges[v].size()) {
        uint32_t w = edges[v][frame.next++];
        if (index[w] == unseen) enter(w);
        else if (on_path[w]) low[v] = std::min(low[v], index[w]);
        continue;
      }
      if (low[v] == index[v]) {
        uint32_t w;
        do {
          w = path.back();
          path.pop_back();
          on_path[w] = false;
          result.of[w] = found;
        } while (w != v);
        found++;
      }
      stack.pop_back();
      if (!stack.empty()) low[stack.back().node] = std::min(low[stack.back().node], low[v]);
    }
  }
  // Renumber by smallest member, so that numbers do not depend on the walk.
  std::vector<uint32_t> renumber(found, unseen);
  uint32_t next = 0;
  for (uint32_t v = 0; v < n; v++) {
    uint32_t& number = renumber[result.of[v]];
    if (number == unseen) number = next++;
    result.of[v] = number;
  }
  result.members.resize(found);
  for (uint32_t v = 0; v < n; v++) result.members[result.of[v]].push_back(v);
  return result;
}

}  // namespace loopscope
