// The geometry of a run: what wasm-runtime's ls_run is told about a program, and how much memory it takes. Shared by the VM, the
// blob and the C printer.
#pragma once
#include "ir/program.h"
#include "ls_runtime.h"

namespace loopscope {

struct RunSizes {
  uint64_t slab, scratch, history, work;  // doubles
  uint64_t total() const { return slab + scratch + history + work; }
};

// Fills the geometry fields of `run`, pointers excepted.
RunSizes set_geometry(ls_run& run, const Program& program);

// How far a run may go that computes its own end, unless the host has said so: as far as FINAL TIME is known to be, and at least
// open_values values and 1,000 steps, at most open_steps. The same with scores as without, which come after.
constexpr uint32_t open_steps = 1'000'000;
constexpr uint32_t open_values = 1u << 21;
void make_room(Program& program);

// What lookups read of a graphical function. The slopes of its lines go to `slopes`, which the image then points to.
ls_table table_image(const ProgramTable& table, std::vector<double>& slopes);

}  // namespace loopscope
