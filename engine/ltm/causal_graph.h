// The causal graph of a scheduled program: who reads whom in the dynamic phase, element by element. Derived from the lowered
// equations, so no case of the language is special here.
#pragma once
#include <optional>

#include "ltm/plan.h"

namespace loopscope {

// How the target's equation (or stock) reads the source of a link. The link's edges are the points of the loops.
struct CausalRead {
  uint32_t equation = none_id;    // into Program::dynamics; of a flow link, into Program::stocks
  std::vector<uint32_t> extents;  // loops: the equation's own, then those of reducers and of subscripts computed at run time
  uint32_t own_axes = 0;
  std::vector<uint32_t> order;    // of the loops in the score's array, outermost first: with a reducer's, as the source has its axes
  std::vector<IndexMap> from, to;  // elements over the loops
  std::vector<ExprId> loads;       // nodes of the equation that read that way
  // Subscripts that are arithmetic on a loop (`stage - 1`): positions of that axis where they are out of range, and nothing is read.
  struct Outside {
    uint32_t axis;
    std::vector<bool> at;
  };
  std::vector<Outside> outside;
};

// Nodes, links without score variables yet, and their edges: in order of target, then of first read. Variables that cannot change
// (constants, run-invariant, initial values) and time make none. Returns a read for every link. Error: input_too_large.
std::vector<CausalRead> build_causal_graph(Program& program, LtmPlan& plan, std::vector<Diagnostic>& diagnostics);

// Is this one element of an array, which cannot change?
bool reads_still(const Program& program, const LtmPlan& plan, const LoadInfo& load);

// Row-major strides of a link's loops in its score's array.
std::vector<uint32_t> score_strides(const CausalRead& read);

// The nodes of a stock's net flow that read each of its flows.
std::unordered_map<VariableId, ExprId> flow_loads(const Program& program, const StockInfo& stock);

// The value of an expression of numbers and of loop axes whose positions are known; nothing if it reads a variable, or is nested deeply.
std::optional<double> known_number(const Program& program, ExprId id, const std::vector<uint32_t>& at);

// Sign of the influence of some loads on the expression where it can be proved from the expression; by the convention
// of the field a bare variable used as factor or divisor counts as positive.
class PolarityFinder {
 public:
  explicit PolarityFinder(const Program& program) : program_(program) {}
  // At one point of the equation's loops, if there is one.
  Polarity of(ExprId root, const std::vector<ExprId>& loads, const std::vector<uint32_t>& at = {});

 private:
  enum class Sign : int8_t { Negative = -1, Unknown = 0, Positive = 1, Zero = 2 };
  Polarity visit(ExprId id);
  Polarity product(ExprId a, ExprId b, bool divided);
  Sign sign(ExprId id);
  Polarity table_slope(uint32_t table) const;

  const Program& program_;
  std::vector<Polarity> known_;  // valid where the stamp is that of the query
  std::vector<uint32_t> stamps_, chosen_;
  uint32_t stamp_ = 0;
  std::unordered_map<ExprId, Sign> signs_;
  std::vector<uint32_t> at_;
};

}  // namespace loopscope
