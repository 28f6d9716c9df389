// After the run: from a results slab and the plan, the links, loops, relative scores and runtime polarities that a person is
// shown (LTM.md sections 1, 4 to 6). Reads only the slab and the program's layout; does not know which engine wrote them.
#pragma once
#include "ltm/plan.h"
#include "support/result.h"

namespace loopscope {

struct LinkResult {
  VariableId from, to;
  Polarity polarity;
  std::vector<double> score, relative;  // a value a saved row
};

enum class RuntimePolarity : uint8_t { Reinforcing, Balancing, MostlyReinforcing, MostlyBalancing, Undetermined };
const char* runtime_polarity_name(RuntimePolarity p);

struct LoopResult {
  const Loop* loop;
  RuntimePolarity polarity;
  std::vector<double> score, relative;
  double share;  // mean |relative| over the rows where the loop is active; 0 if it never is
};

class Analysis {
 public:
  // `slab` has the layout of the program's results, and as many rows as the run has reached; copied from.
  static Result<Analysis> create(const Program& program, const LtmPlan& plan, const double* slab, size_t size);

  // Links among the variables that are shown; a route through hidden ones is one link with the score of its strongest path.
  std::vector<LinkResult> links() const;
  std::vector<LoopResult> loops() const;
  std::vector<double> times() const { return row_series(0); }

 private:
  Analysis(const Program& program, const LtmPlan& plan) : program_(&program), plan_(&plan) {}
  std::vector<double> row_series(uint32_t slot) const;
  std::vector<double> score_series(VariableId score) const { return row_series(program_->variables[score].slot); }
  void routes_from(uint32_t first, const std::vector<std::vector<uint32_t>>& out, std::vector<LinkResult>& results) const;

  const Program* program_;
  const LtmPlan* plan_;
  uint32_t rows_ = 0;
  std::vector<double> slab_;
};

}  // namespace loopscope
