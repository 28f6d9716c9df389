// Directed graphs as adjacency lists, and the two walks that everything needs: an order by dependency, and strongly connected
// components. Both iterative: a chain of a million variables must not exhaust the stack.
#pragma once
#include <cstdint>
#include <vector>

namespace loopscope {

using Adjacency = std::vector<std::vector<uint32_t>>;

struct TopologicalOrder {
  std::vector<uint32_t> order;  // every node after what it depends on; complete if cycle is empty
  std::vector<uint32_t> cycle;  // first cycle found: each depends on the next, the last on the first
};

// `dependencies[n]` are the nodes that must stand before n. `roots` in the order in which they are wanted; nodes that no root
// reaches are left out. Depth first, so that neighbours in the order use each other.
TopologicalOrder order_by_dependency(const Adjacency& dependencies, const std::vector<uint32_t>& roots);

// Component number of each node, components numbered in order of their smallest node.
struct Components {
  std::vector<uint32_t> of;
  std::vector<std::vector<uint32_t>> members;
};
Components strongly_connected_components(const Adjacency& edges);

}  // namespace loopscope
