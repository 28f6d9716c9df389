#include "vm/vm.h"

#include <cmath>
#include <cstring>
#include <new>

namespace loopscope {

namespace {
// wasm32 cannot address more, and allocators refuse single objects near that.
constexpr uint64_t max_doubles = (uint64_t(1) << 31) / sizeof(double) * 15 / 10;
}  // namespace

Result<std::unique_ptr<Vm>> Vm::create(std::shared_ptr<const Program> program) {
  std::unique_ptr<Vm> vm(new Vm);
  RunSizes sizes = set_geometry(vm->run_, *program);
  if (sizes.total() <= max_doubles) vm->memory_.reset(new (std::nothrow) double[sizes.total()]());
  if (!vm->memory_)
    return diagnose(Code::results_too_large, "the results need " + std::to_string(sizes.total() / 131072) + " MB (" + std::to_string(program->rows) +
                                                 " saved rows of " + std::to_string(program->row_slots) + " values); raise the save interval or dt" + (program->final_time == none_id ? "" : ", or give a stop time"));
  vm->run_.slab = vm->memory_.get();
  vm->run_.scratch = vm->run_.slab + sizes.slab;
  vm->run_.history = vm->run_.scratch + sizes.scratch;
  vm->run_.work = vm->run_.history + sizes.history;
  vm->run_.host = vm.get();
  vm->code_ = compile_bytecode(*program);
  vm->temporaries_.resize(vm->code_.temporaries + 1);
  vm->axes_.resize(vm->code_.axes + 1);
  for (const ProgramTable& t : program->tables) {
    vm->slopes_.emplace_back();
    vm->tables_.push_back(table_image(t, vm->slopes_.back()));
  }
  vm->links_ = score_links(*program, vm->run_);
  vm->run_.links = vm->links_.data();
  for (const ProgramVariable& v : program->variables)
    if (v.constant)
      for (uint32_t i = 0; i < v.elements; i++) vm->run_.slab[v.slot + i] = v.defaults[i];
  vm->program_ = std::move(program);
  return vm;
}

Vm::~Vm() = default;

size_t Vm::slab_size() const {
  uint32_t rows = run_.final_at ? run_.step / run_.save_every + 1 : run_.rows;
  return run_.fixed_slots + size_t(rows) * run_.row_slots;
}

bool Vm::set_value(uint32_t slot, double value) {
  if (slot >= program_->constants) return false;
  run_.slab[slot] = value;
  run_.dirty = run_.state;
  return true;
}

int64_t Vm::element_offset(const ElementAccess& access, double* const* bases) const {
  int64_t offset = 0;
  for (size_t i = 0; i < access.indices.size(); i++) {
    const IndexMap& index = access.indices[i];
    int64_t at = index.value;
    if (index.kind == IndexMap::Axis) at = int64_t(axes_[index.value]) + index.offset;
    if (index.kind == IndexMap::Mapped) at = program_->index_tables[index.table][axes_[index.value]];
    if (index.kind == IndexMap::Computed) {
      double number = std::floor(bases[index.expr >> base_shift][index.expr & (operand_limit - 1)]);
      if (!(number >= 1 && number <= access.extents[i])) return -1;
      at = int64_t(number) - 1;
    }
    offset += at * access.strides[i];
  }
  return offset;
}

double Vm::element_load(const ElementAccess& access, double* const* bases) const {
  int64_t offset = element_offset(access, bases);
  return offset < 0 ? std::nan("") : bases[int(access.base)][access.slot + offset];
}

void Vm::execute(Section section, double* row, double* previous, double* out) {
  double* const bases[7] = {temporaries_.data(), row, previous, run_.slab, code_.constants.data(), out, out};
  const Instruction* code = code_.code.data();
  const Instruction* pc = code + code_.entry[int(section)];
  constexpr uint32_t mask = operand_limit - 1;
#define VALUE(o) (bases[(o) >> base_shift][(o) & mask])
#define A VALUE(pc->a)
#define B VALUE(pc->b)
#define D VALUE(pc->dst)
#define JUMP_UNLESS(test)                     \
  if (!(test)) pc = code + pc->c - 1;         \
  break;
  for (;; pc++) {
    switch (pc->op) {
      case VmOp::Add: D = A + B; break;
      case VmOp::Subtract: D = A - B; break;
      case VmOp::Multiply: D = A * B; break;
      case VmOp::Divide: D = A / B; break;
      case VmOp::Negate: D = -A; break;
      case VmOp::Equal: D = A == B; break;
      case VmOp::NotEqual: D = A != B; break;
      case VmOp::Less: D = A < B; break;
      case VmOp::LessEqual: D = A <= B; break;
      case VmOp::Greater: D = A > B; break;
      case VmOp::GreaterEqual: D = A >= B; break;
      case VmOp::Not: D = A == 0; break;
      case VmOp::Absolute: D = std::fabs(A); break;
      case VmOp::SquareRoot: D = std::sqrt(A); break;
      case VmOp::Floor: D = std::floor(A); break;
      case VmOp::Ceiling: D = std::ceil(A); break;
      case VmOp::Truncate: D = std::trunc(A); break;
      case VmOp::Lookup: D = ls_lookup(&tables_[pc->c], A); break;
      case VmOp::LookupForward: D = ls_lookup_forward(&tables_[pc->c], A); break;
      case VmOp::LookupBackward: D = ls_lookup_backward(&tables_[pc->c], A); break;
      case VmOp::LookupExtrapolate: D = ls_lookup_extrapolate(&tables_[pc->c], A); break;
      case VmOp::LookupInverse: D = ls_lookup_inverse(&tables_[pc->c], A); break;
      case VmOp::LookupArea: D = ls_lookup_area(&tables_[pc->c], A, B); break;
      case VmOp::LookupMean: D = ls_lookup_mean(&tables_[pc->c]); break;
      case VmOp::LookupSlope: D = ls_lookup_slope(&tables_[pc->c], A); break;
      case VmOp::LookupShare: D = ls_lookup_share(&tables_[pc->c], A, B); break;
      case VmOp::LookupQuantile: D = ls_lookup_quantile(&tables_[pc->c], A, (&A)[1], (&A)[2]); break;
      case VmOp::LookupCentre: D = ls_lookup_centre(&tables_[pc->c], A, B); break;
      case VmOp::DataAt: D = ls_data_at(&tables_[pc->c], A, B); break;
      case VmOp::DataBetween: D = ls_data_between(&tables_[pc->c], A, B); break;
      case VmOp::DataOver: D = ls_data_over(&tables_[pc->c], A, (&A)[1], (&A)[2]); break;
      case VmOp::Move: D = A; break;
      case VmOp::Truth: D = A != 0; break;
      case VmOp::Jump: pc = code + pc->c - 1; break;  // the loop steps on
      case VmOp::JumpIfZero: JUMP_UNLESS(A != 0)
      case VmOp::JumpIfNotZero: JUMP_UNLESS(A == 0)
      case VmOp::JumpUnlessEqual: JUMP_UNLESS(A == B)
      case VmOp::JumpUnlessNotEqual: JUMP_UNLESS(A != B)
      case VmOp::JumpUnlessLess: JUMP_UNLESS(A < B)
      case VmOp::JumpUnlessLessEqual: JUMP_UNLESS(A <= B)
      case VmOp::JumpUnlessGreater: JUMP_UNLESS(A > B)
      case VmOp::JumpUnlessGreaterEqual: JUMP_UNLESS(A >= B)
      case VmOp::FirstStep: D = run_.step == 0; break;
      case VmOp::StepIndex: D = run_.step; break;
      case VmOp::DelayRead: D = ls_delay_read(&run_, pc->c, A, B); break;
      case VmOp::ConveyorRead: D = ls_conveyor_read(&run_, pc->c, A, B); break;
      case VmOp::LevelRead: D = ls_level_read(&run_, pc->c, A, B); break;
      case VmOp::ProfileRead: D = ls_profile_read(&run_, pc->c, &tables_[pc->b], A); break;
      case VmOp::DelayWrite: ls_delay_write(&run_, pc->c, A); break;
      case VmOp::DelaySchedule: ls_delay_schedule(&run_, pc->c, A, pc->b); break;
      case VmOp::WorkWrite: D = ls_work_write(&run_, A, B); break;
      case VmOp::WorkRead: D = ls_work_read(&run_, A); break;
      case VmOp::Invert: D = ls_invert_matrix(&run_, A, pc->c); break;
      case VmOp::AxisIndex: D = axes_[pc->c]; break;
      case VmOp::LoopStart:
        axes_[pc->a] = 0;
        if (pc->b == 0) pc = code + pc->c - 1;
        break;
      case VmOp::LoopNext:
        if (++axes_[pc->a] < pc->b) pc = code + pc->c - 1;
        break;
      case VmOp::LoadElement: D = element_load(code_.accesses[pc->c], bases); break;
      case VmOp::StoreElement: {
        const ElementAccess& access = code_.accesses[pc->c];
        bases[int(access.base)][access.slot + element_offset(access, bases)] = A;
        break;
      }
      case VmOp::End: return;
      default: {
        // The runtime's functions; of three arguments and more they stand in a row.
        Op op = Op(int(pc->op));
        if (op_info(op).arity > 2) {
          D = evaluate_op(op, &A);
        } else {
          double arguments[2] = {A, B};
          D = evaluate_op(op, arguments);
        }
      }
    }
  }
#undef VALUE
#undef A
#undef B
#undef D
#undef JUMP_UNLESS
}

}  // namespace loopscope

// The time loop's calls into the model.
extern "C" {
#define LS_HOST(name, section)                                                                             \
  void ls_host_##name(ls_run* run, double* row, double* previous, double* out) {                           \
    static_cast<loopscope::Vm*>(run->host)->execute(loopscope::Section::section, row, previous, out);     \
  }
LS_HOST(invariants, Invariants)
LS_HOST(initial, Initial)
LS_HOST(step, Step)
LS_HOST(record, Record)
LS_HOST(derivatives, Derivatives)
LS_HOST(limit, Limit)
LS_HOST(array_scores, ArrayScores)
LS_HOST(changes, Changes)
LS_HOST(scores, Scores)
#undef LS_HOST
}
