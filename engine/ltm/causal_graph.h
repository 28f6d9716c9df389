// The causal graph of a scheduled program: who reads whom in the dynamic phase. Derived from the lowered equations, so no
// case of the language is special here.
#pragma once
#include "ltm/plan.h"

namespace loopscope {

// Links without score variables yet: in order of target, then of first read. Variables that cannot change (constants,
// run-invariant, initial values) and time make none.
std::vector<Link> causal_links(const Program& program);

// Sign of the influence of variable x on the expression where it can be proved from the expression; by the convention
// of the field a bare variable used as factor or divisor counts as positive.
class PolarityFinder {
 public:
  explicit PolarityFinder(const Program& program) : program_(program) {}
  Polarity of(ExprId root, VariableId x);

 private:
  enum class Sign : int8_t { Negative = -1, Unknown = 0, Positive = 1, Zero = 2 };
  Polarity visit(ExprId id);
  Polarity product(ExprId a, ExprId b, bool divided);
  Sign sign(ExprId id);
  Polarity table_slope(uint32_t table) const;

  const Program& program_;
  VariableId x_ = 0;
  std::vector<Polarity> known_;  // valid where the stamp is that of the query
  std::vector<uint32_t> stamps_;
  uint32_t stamp_ = 0;
  std::unordered_map<ExprId, Sign> signs_;
};

// Elementary circuits of a graph given as out-edges (edge index, target), each once, as lists of edge indices that may
// start anywhere. Johnson's algorithm (SIAM J. Comput. 4(1), 1975) within each strongly connected component. Stops when a budget trips.
struct Circuits {
  std::vector<std::vector<uint32_t>> loops;
  bool complete = true;
};
struct GraphEdge {
  uint32_t edge, to;
};
Circuits elementary_circuits(const std::vector<std::vector<GraphEdge>>& out_edges, uint32_t max_loops, uint64_t max_visits);

}  // namespace loopscope
