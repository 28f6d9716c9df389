#include "ir/geometry.h"

#include "ir/lowering_support.h"

namespace loopscope {

RunSizes set_geometry(ls_run& run, const Program& p) {
  run.start = p.start;
  run.dt = p.dt;
  run.steps = p.steps;
  run.save_every = p.save_every;
  run.rows = p.rows;
  run.row_slots = p.row_slots;
  run.fixed_slots = p.fixed_slots;
  run.stocks = 0;
  for (const StockInfo& s : p.stocks) run.stocks += p.variables[s.variable].elements;
  run.score_first = p.score_first;
  run.hold_inputs = p.hold_inputs;
  run.delays = uint32_t(p.delays.size());
  run.method = p.method == Method::Euler ? LS_EULER : p.method == Method::Rk2 ? LS_RK2 : LS_RK4;
  score_links(p, run);
  RunSizes sizes;
  sizes.slab = p.fixed_slots + uint64_t(p.rows) * p.row_slots;
  sizes.scratch = ls_scratch_slots(&run);
  sizes.history = uint64_t(p.delays.size()) * (uint64_t(p.steps) + 1);
  return sizes;
}

}  // namespace loopscope
