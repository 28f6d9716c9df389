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

// What lookups read of a graphical function. The slopes of its lines go to `slopes`, which the image then points to.
ls_table table_image(const ProgramTable& table, std::vector<double>& slopes);

}  // namespace loopscope
