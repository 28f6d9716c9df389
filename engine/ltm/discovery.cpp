#include "ltm/discovery.h"

#include "ltm/circuit_search.h"
#include "ltm/loop_sampler.h"

namespace loopscope {

const char* discovery_method_name(DiscoveryMethod method) {
  constexpr const char* names[] = {"enumeration", "sampling"};
  return names[int(method)];
}

Discovery discover(const ScoredGraph& graph, const DiscoveryOptions& options) {
  ScoreTable table(graph);
  Budget budget(options.budget_ms, options.max_visits);
  // The search works on a copy.
  if (table.gather(options.max_values / 2)) {
    LoopPool pool(table, options);
    find_all_loops(table, options, pool, budget);
    if (!budget.stopped()) return pool.report();
  } else {
    budget.stop("too many scores to hold in memory");
  }
  LoopPool pool(table, options);
  Budget again(options.budget_ms, options.max_visits);
  uint32_t sampled_rows = sample_loops(table, options, pool, again);
  Discovery out = pool.report();
  out.method = DiscoveryMethod::Sampling;
  out.truncated = true;
  out.reason = (again.by_clock() ? again : budget).reason();
  out.sampled_rows = sampled_rows;
  return out;
}

}  // namespace loopscope
