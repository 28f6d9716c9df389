// One run of a program on the VM: its memory, the time loop of wasm-runtime over it, and the interpreter.
#pragma once
#include <memory>

#include "ir/geometry.h"
#include "support/result.h"
#include "vm/bytecode.h"

namespace loopscope {

class Vm {
 public:
  // Fails with results_too_large when the memory cannot be had. The program must outlive the Vm.
  static Result<std::unique_ptr<Vm>> create(std::shared_ptr<const Program> program);
  ~Vm();

  uint32_t run_to(double time) { return ls_run_to(&run_, time); }
  uint32_t run_to_end() { return ls_run_all(&run_); }
  bool has_ended() const { return ls_has_ended(&run_); }
  uint32_t loose_steps() const { return ls_loose_steps(&run_); }
  void reset() { ls_reset(&run_); }
  // False if the slot is not a constant's.
  bool set_value(uint32_t slot, double value);
  const double* slab() const { return run_.slab; }
  // Of a run that computes its own end only what it has reached.
  size_t slab_size() const;
  // Runs one section; called by the time loop.
  void execute(Section section, double* row, double* previous, double* out);

 private:
  Vm() = default;
  double element_load(const ElementAccess& access, double* const* bases) const;
  int64_t element_offset(const ElementAccess& access, double* const* bases) const;

  std::shared_ptr<const Program> program_;
  Bytecode code_;
  ls_run run_{};
  std::unique_ptr<double[]> memory_;
  std::vector<double> temporaries_;
  std::vector<uint32_t> axes_;
  std::vector<ls_table> tables_;
  std::vector<std::vector<double>> slopes_;  // of the tables' lines
  std::vector<ls_link> links_;
};

}  // namespace loopscope
