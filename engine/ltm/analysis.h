// After the run: from a results slab and the plan, the links, loops, relative scores and runtime polarities that a person is
// shown (LTM.md sections 1, 4 to 6). Reads only the slab and the program's layout; does not know which engine wrote them.
#pragma once
#include <memory>
#include <optional>

#include "ltm/plan.h"
#include "support/result.h"

namespace loopscope {

struct ScoredGraph;

struct LinkResult {
  NodeId from, to;
  Polarity polarity;
  std::vector<double> score, relative;  // a value a saved row
};

enum class RuntimePolarity : uint8_t { Reinforcing, Balancing, MostlyReinforcing, MostlyBalancing, Undetermined };
const char* runtime_polarity_name(RuntimePolarity p);

struct SlotResult {
  RuntimePolarity polarity;
  double share;  // mean |relative| over the rows where the loop is active; 0 if it never is
};
struct LoopSeries {
  std::vector<double> score, relative;  // a value a saved row
};
struct LoopResult {
  const Loop* loop;
  RuntimePolarity polarity;  // of all of its slots together
  double share;              // of a loop that repeats: the sum over the slots of a partition, mean over the partitions
  bool pinned;
  std::vector<SlotResult> slots;
};

// What was looked at to find the loops.
struct LoopSearch {
  std::string mode, note;      // exhaustive or discovery; why, and what was done
  std::string method;          // exhaustive, enumeration or sampling
  uint64_t universe = 0;       // circuits that were found
  uint64_t retained = 0;       // of those, the ones that matter at some time
  bool truncated = false;      // a budget ended the search, or more loops matter than are listed
};

class Analysis {
 public:
  // `slab` has the layout of the program's results, and as many rows as the run has reached.
  static Result<Analysis> create(const Program& program, const LtmPlan& plan, std::vector<double> slab);

  // Links among the nodes that are shown; a route through hidden ones is one link with the score of its strongest path. An aggregate that
  // very many routes meet at is shown itself.
  std::vector<LinkResult> links() const;
  // Found at the first call, and kept. Pinned ones first, in the order asked for; then exhaustive mode's by id, discovery's by share.
  const std::vector<LoopResult>& loops();
  const std::vector<Partition>& partitions();
  const LoopSearch& search();
  // Made when asked for: an array has many slots.
  LoopSeries series(const LoopResult& loop, size_t slot);
  // By id: `r1`, or `r1[nyc]` of a loop that repeats; nothing if there is none.
  std::optional<LoopSeries> series(std::string_view id);
  uint32_t rows() const { return rows_; }
  std::vector<double> times() const { return row_series(0); }

 private:
  struct Found;

  Analysis(const Program& program, const LtmPlan& plan) : program_(&program), plan_(&plan) {}
  std::vector<double> row_series(uint32_t slot) const;
  uint32_t score_slot(const Edge& edge) const { return program_->variables[plan_->links[edge.link].score].slot + edge.element; }
  std::vector<double> edge_series(uint32_t edge) const { return row_series(score_slot(plan_->edges[edge])); }
  std::vector<bool> shown_nodes(const std::vector<std::vector<uint32_t>>& out) const;
  void routes_from(uint32_t first, const std::vector<std::vector<uint32_t>>& out, const std::vector<bool>& shown, std::vector<LinkResult>& results) const;
  Found& found();
  void describe_arrays(ScoredGraph& graph) const;
  void discover(Found& found) const;
  void score_loops(Found& found) const;
  std::vector<double> loop_series(const Loop& loop, size_t slot) const;

  const Program* program_;
  const LtmPlan* plan_;
  uint32_t rows_ = 0;
  std::vector<double> slab_;
  std::shared_ptr<Found> found_;
};

}  // namespace loopscope
