// What both methods of discovery share: activity and scores by edge, the loops found so far, and which of them matter.
#pragma once
#include <algorithm>
#include <chrono>
#include <memory>

#include "ltm/discovery.h"
#include "support/graph.h"

namespace loopscope {

constexpr uint32_t no_component = 0xFFFFFFFF;

// Ends a search: the first bound that trips says why. Milliseconds are so much work as a usual machine does in them, counted and not timed:
// the same everywhere. The clock, read about once in five milliseconds of work, is a last guard.
class Budget {
 public:
  Budget(double milliseconds, uint64_t visits)
      : visits_left_(visits), most_visits_(double(visits)), work_left_(std::min(milliseconds, 1e9) * 200'000), whole_(work_left_),
        end_(Clock::now() + std::chrono::milliseconds(int64_t(10 * std::min(milliseconds, 1e9) + 1000))) {}
  bool stopped() const { return *reason_; }
  const char* reason() const { return reason_; }
  bool by_clock() const { return by_clock_; }
  // Between 0 and 1.
  double left() const { return std::min(work_left_ / whole_, double(visits_left_) / most_visits_); }
  void stop(const char* reason) {
    if (!stopped()) reason_ = reason;
  }
  void visit(uint64_t words) {
    if (visits_left_-- == 0) stop("too many edges to visit");
    work(words + 8);
  }
  void work(uint64_t values) {
    work_left_ -= double(values);
    if (work_left_ < 0) stop("the search has used up its budget");
    since_ += values;
    if (since_ < 1 << 20) return;
    since_ = 0;
    if (Clock::now() < end_ || stopped()) return;
    by_clock_ = true;
    stop("it takes too long here, and another run may find others");
  }

 private:
  using Clock = std::chrono::steady_clock;
  uint64_t visits_left_, since_ = 0;
  double most_visits_, work_left_, whole_;
  Clock::time_point end_;
  bool by_clock_ = false;
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
  std::vector<uint32_t> rows_alike;  // rows of each pattern

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

// So that what is sorted is sorted by one piece of code.
struct SortKey {
  uint64_t major, minor;
  bool operator<(const SortKey& b) const { return major != b.major ? major < b.major : minor < b.minor; }
};
void sort_keys(std::vector<SortKey>& keys);

class LoopFamilies;
class HashSet;

// Every loop found is counted and its |score| summed; those that may turn out to matter are kept. What a loop must reach grows with
// the sums, so a loop that is not kept when it is found would not be kept at the end. Of a loop that repeats, one slot at least weighs as
// much as the whole divided by the number of slots: once one has reached that, all are kept.
class LoopPool {
 public:
  LoopPool(const ScoreTable& table, const DiscoveryOptions& options);
  ~LoopPool();

  uint64_t universe() const { return universe_; }
  struct Product {  // of two series, active in no other blocks; in a component of the causal graph (no_component if the loop has no stock)
    const double *a, *b;
    uint64_t blocks;
    uint32_t component;
  };
  // Returns whether the loop may matter: then it is to be added.
  bool count(const Product& loop) { return weigh(loop, most_slots_, true); }
  // Edges in causal order; of a loop that repeats its other slots too, which will be counted when they are found.
  // False: there is no room, even without the loops that no longer matter.
  bool add(const std::vector<uint32_t>& edges, const Product& loop, Budget& budget);
  // One that the sampler found, which also counts it: all of its slots, those not seen before. Needs no series.
  bool add_all(const std::vector<uint32_t>& edges, HashSet& seen, Budget& budget);
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
    uint64_t family;     // 0: it does not repeat
    double share = 0;
    uint32_t whole = 0;  // in wholes_
  };
  // A loop with all of its slots.
  struct Whole {
    uint32_t first;  // of its entries
    double share = 0;
    uint32_t partitions = 0;
    bool retained = false, largest = false, alone = true;
  };
  struct Owner;
  bool before(const Entry& a, const Entry& b) const;
  bool alone(const Entry& entry) const { return entry.component == no_component || sums_[entry.component].loops == 1; }
  bool weigh(const Product& loop, double slots, bool adds);
  bool keep(const uint32_t* first, const uint32_t* last, uint32_t component, uint64_t family);
  uint32_t component_of(const uint32_t* first, const uint32_t* last) const;
  void sum_exactly();
  void judge();
  void judge(const uint32_t* first, const uint32_t* last, std::vector<Owner>& owners);
  void forget_the_rest();
  std::vector<uint32_t> chosen() const;

  const ScoreTable& table_;
  const DiscoveryOptions& options_;
  double bar_;  // the threshold less a hair: rounding in a product is no reason to drop a loop
  uint64_t universe_ = 0;
  std::vector<Sums> sums_;  // of each component, and at last of loops without stock
  std::vector<Entry> entries_;
  std::vector<Whole> wholes_;
  std::vector<uint32_t> edges_;
  std::unique_ptr<LoopFamilies> families_;
  std::unique_ptr<HashSet> known_;  // families of which all slots were added
  double most_slots_;
  std::vector<double> score_, together_, ones_;
  size_t room_, most_room_;  // in edges_: before what no longer matters is forgotten, and at all
};

}  // namespace loopscope
