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
// connected component. Stops when a budget trips.
Circuits elementary_circuits(const std::vector<std::vector<GraphEdge>>& out_edges, uint32_t max_loops, uint64_t max_visits);

}  // namespace loopscope
