// Discovery: the loops that mattered in a run, found after it. "Finding the Loops That Matter" (Eberlein & Schoenberg 2020) is the
// aim; what is searched, and how completely, is LTM.md section 5. Knows numbers only: nodes, edges and a slab of scores, no names.
//
// The first method is exact. An edge is active at a row where its score is neither zero nor NaN; a loop belongs to the universe
// if all its edges are active at one same row. All such loops are enumerated (circuit_search.h), whatever the size of the causal
// graph as a whole. Where a bound trips, what was found is dropped and the second method samples (loop_sampler.h).
//
// A loop of an arrayed model that repeats for every element (loop_families.h) is judged, ranked and reported as a whole: at a row it
// weighs what its slots in one partition come to together.
//
// Scores are dimensionless. A series has a value a row, `row_count` of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace loopscope {

struct ScoredGraph {
  struct Edge {
    uint32_t from, to;
    uint32_t score;   // slot in a row
    int8_t sign = 0;  // structural; 0: unknown
  };
  uint32_t nodes = 0;
  std::vector<Edge> edges;  // the whole causal graph, active or not; parallel edges are different edges
  std::vector<bool> stock;  // of each node
  // Which nodes are elements of one variable, row-major from `first` on. Empty: none are, and no loop repeats.
  struct Axis {
    uint32_t dimension, extent;  // the second time that a variable has a dimension counts as another one
  };
  struct Array {
    uint32_t first;
    std::vector<Axis> axes;
  };
  std::vector<Array> arrays;
  std::vector<uint32_t> array;  // of each node
  uint32_t dimensions = 0;
  // The score of edge e at row r is rows[r * row_stride + edges[e].score].
  const double* rows = nullptr;
  uint32_t row_count = 0;
  size_t row_stride = 0;
};

struct DiscoveryOptions {
  uint32_t max_loops = 200;   // reported, unless more than these are the largest of their partition at some row
  double threshold = 0.001;   // of the partition's total, to be retained
  double budget_ms = 2000;    // for the enumeration, and as much again for the sampler: work that takes about as long, counted, not timed
  uint64_t max_circuits = 2'000'000;
  uint64_t max_visits = 100'000'000;  // of edges: by the search, and by the sampler
  uint64_t max_values = 64'000'000;   // scores held in memory by the enumeration, 8 bytes each
};

struct DiscoveredLoop {
  std::vector<uint32_t> edges;  // in causal order, from the least
  uint32_t partition;           // in Discovery::partitions
  double share;                 // mean |relative score| over the rows where the loop is active: finite and not zero; of this slot
  bool largest;                 // of its partition at some row, it or the loop that it is a slot of
};

// The stocks of a strongly connected component of the causal graph. Of a loop without stock: that loop alone, without stocks.
struct DiscoveredPartition {
  std::vector<uint32_t> stocks;
  uint64_t loops;             // in the universe
  std::vector<double> total;  // a row: sum of |score| over those loops, non-finite ones left out
};

enum class DiscoveryMethod : uint8_t { Enumeration, Sampling };
const char* discovery_method_name(DiscoveryMethod method);

struct Discovery {
  DiscoveryMethod method = DiscoveryMethod::Enumeration;
  uint64_t universe = 0;     // loops found: all there are, unless truncated
  uint64_t retained = 0;     // of them, at some row at least the threshold of their partition's total or the largest
  bool truncated = false;    // loops may exist that were not found
  const char* reason = "";   // why truncated: which bound tripped; if the clock was one of them, that
  uint32_t sampled_rows = 0; // rows that the sampler got to; all of them unless its budget was used up
  // By share of the loop as a whole (of its slots in a partition together, mean over the partitions), largest first, then by edges;
  // those alone in their partition last.
  std::vector<DiscoveredLoop> loops;
  std::vector<DiscoveredPartition> partitions;  // of the loops reported
};

// Deterministic, unless the clock ends it, which it does only where the work takes ten times as long as it should. A loop that is the largest
// of its partition of stocks at some row is retained and reported whatever the threshold and max_loops; then come the others by rank, up to
// max_loops, which counts a loop that repeats once, and 200,000 slots.
Discovery discover(const ScoredGraph& graph, const DiscoveryOptions& options);

}  // namespace loopscope
