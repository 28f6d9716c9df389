#include "ir/geometry.h"

#include <algorithm>

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
  run.final_at = 0;
  if (p.final_time != none_id) {
    const ProgramVariable& v = p.variables[p.final_time];
    run.final_at = v.slot + (v.place == Place::Fixed ? p.row_slots : 0);
  }
  run.method = uint32_t(p.method);
  static_assert(int(Method::Rk4Auto) == LS_RK4_AUTO && int(Method::Difference) == LS_DIFFERENCE);
  auto slot_of = [&](const char* id) {
    for (const ProgramVariable& v : p.variables)
      if (v.place == Place::Fixed && v.id == id) return v.slot;
    return none_id;
  };
  run.tolerances[0] = slot_of("absolute_tolerance");
  run.tolerances[1] = slot_of("relative_tolerance");
  score_links(p, run);
  RunSizes sizes;
  sizes.slab = p.fixed_slots + uint64_t(p.rows) * p.row_slots;
  sizes.scratch = ls_scratch_slots(&run);
  sizes.history = uint64_t(p.delays.size()) * ls_delay_slots(p.steps);
  work_regions(p, sizes.work);
  return sizes;
}

void make_room(Program& p) {
  if (p.final_time == none_id || p.stop_given) return;
  constexpr double most_values = 1u << 26, fewest_steps = 1000;  // where FINAL TIME is known to end it; whatever it takes
  double row = 1;
  for (const ProgramVariable& v : p.variables)
    if (v.place == Place::Row && v.role != Role::Time) row += v.elements;
  double of_a_step = row / p.save_every + double(p.delays.size());
  double room = std::clamp(std::floor(open_values / of_a_step), fewest_steps, double(open_steps));
  if (p.steps * of_a_step <= most_values) room = std::max(room, double(p.steps));
  p.steps = uint32_t(room);
  p.rows = p.steps / p.save_every + 1;
  p.stop = p.start + p.steps * p.dt;
}

ls_table table_image(const ProgramTable& table, std::vector<double>& slopes) {
  slopes.resize(table.x.size());
  ls_table image{};
  image.count = uint32_t(table.x.size());
  image.kind = uint32_t(table.kind);
  image.x = table.x.data();
  image.y = table.y.data();
  ls_draw_lines(&image, table.dx, slopes.data());
  return image;
}

}  // namespace loopscope
