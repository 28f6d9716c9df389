// All elementary circuits of a graph.
#pragma once
#include <cstdint>
#include <vector>

namespace loopscope {

struct GraphEdge {
  uint32_t edge, to;
};
struct Circuits {
  std::vector<std::vector<uint32_t>> loops;  // edges, starting anywhere
  bool complete = true;
};
// Elementary circuits of a graph given as out-edges, each once. Johnson's algorithm (SIAM J. Comput. 4(1), 1975) within each strongly
// connected component. Stops when a budget trips: of circuits, of their edges together, of edges looked at.
struct CircuitBudget {
  uint32_t circuits;
  uint64_t edges, visits;
};
Circuits elementary_circuits(const std::vector<std::vector<GraphEdge>>& out_edges, const CircuitBudget& budget);

}  // namespace loopscope
