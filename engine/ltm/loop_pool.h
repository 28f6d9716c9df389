// What both methods of discovery share: activity and scores by edge, the loops found so far, and which of them matter.
#pragma once
#include <chrono>

#include "ltm/discovery.h"
#include "support/graph.h"

namespace loopscope {

constexpr uint32_t no_component = 0xFFFFFFFF;

// Ends a search: the first bound that trips says why. The clock is read about once a millisecond of work.
class Budget {
 public:
  Budget(double milliseconds, uint64_t visits)
      : visits_left_(visits), end_(Clock::now() + std::chrono::microseconds(int64_t(milliseconds < 1e9 ? milliseconds * 1000 : 1e12))) {}
  bool stopped() const { return *reason_; }
  const char* reason() const { return reason_; }
  void stop(const char* reason) {
    if (!stopped()) reason_ = reason;
  }
  void visit(uint64_t words) {
    if (visits_left_-- == 0) stop("too many edges to visit");
    work(words);
  }
  void work(uint64_t values) {
    since_ += values;
    if (since_ < 1 << 20) return;
    since_ = 0;
    if (Clock::now() >= end_) stop("it takes too long");
  }

 private:
  using Clock = std::chrono::steady_clock;
  uint64_t visits_left_, since_ = 0;
  Clock::time_point end_;
  const char* reason_ = "";
};

// The edges that a loop may pass: in a component of the causal graph and active at some row. To the search, rows are alike at which the same
// of these edges are active, and in most runs nearly all are: a *set of rows* is a bit for each such pattern. A series is a value a row, padded
// to an even number of them, since two are multiplied at a time; *blocks* of rows, 64 at most, are left out where a path is not active.
class ScoreTable {
 public:
  explicit ScoreTable(const ScoredGraph& graph);

  const ScoredGraph& graph;
  uint32_t words = 0;            // of a set of rows
  uint32_t padded, block;        // values in a series, in a block
  Components components;         // of the causal graph
  std::vector<uint32_t> edges;   // those edges
  std::vector<uint64_t> active;  // a set of rows for each of them

  // Copies their scores edge by edge, NaN as 0, if there are no more than `most_values`. Products are slow without.
  bool gather(uint64_t most_values);
  const std::vector<double>& values() const { return values_; }                  // a series for each of `edges`
  void product(const uint32_t* first, const uint32_t* last, double* out) const;  // of edges in this order; out is padded
  uint64_t every_block() const { return ~uint64_t(0) >> (63 - (padded - 1) / block); }
  uint64_t blocks_of(const uint64_t* rows) const;  // a bit for each with a row of the set
  // out = a * b in these blocks, elsewhere untouched.
  void multiply(double* out, const double* a, const double* b, uint64_t blocks) const;

 private:
  std::vector<uint32_t> place_;  // of an edge in `edges`
  std::vector<uint64_t> blocks_;  // of a pattern
  std::vector<double> values_;
};

// Every loop found is counted and its |score| summed; those that may turn out to matter are kept. What a loop must reach grows with
// the sums, so a loop that is not kept when it is found would not be kept at the end.
class LoopPool {
 public:
  LoopPool(const ScoreTable& table, const DiscoveryOptions& options);

  uint64_t universe() const { return universe_; }
  // A loop with series a * b, active in no other blocks, in a component of the causal graph (no_component if it has no stock).
  // Returns whether it may matter: then it is to be added.
  bool count(const double* a, const double* b, uint64_t blocks, uint32_t component);
  // Edges in causal order. False: there is no room, even without the loops that no longer matter.
  bool add(const std::vector<uint32_t>& edges, uint32_t component);
  Discovery report();

 private:
  // Of a component, over its loops with a stock. Padded series, empty until there is one.
  struct Sums {
    std::vector<double> total, largest;
    uint64_t loops = 0, kept = 0;
  };
  struct Entry {
    size_t first, last;  // in edges_, the least edge first
    uint32_t component;
    bool retained = false, largest = false;
    double share = 0;
  };
  bool before(const Entry& a, const Entry& b) const;
  bool alone(const Entry& entry) const { return entry.component == no_component || sums_[entry.component].loops == 1; }
  void sum_exactly();
  void judge();
  void judge(Entry& entry, const double* score, const double* total);
  void forget_the_rest();
  std::vector<uint32_t> chosen() const;

  const ScoreTable& table_;
  const DiscoveryOptions& options_;
  double bar_;  // the threshold less a hair: rounding in a product is no reason to drop a loop
  uint64_t universe_ = 0;
  std::vector<Sums> sums_;  // of each component, and at last of loops without stock
  std::vector<Entry> entries_;
  std::vector<uint32_t> edges_;
  size_t room_, most_room_;  // in edges_: before what no longer matters is forgotten, and at all
};

}  // namespace loopscope
