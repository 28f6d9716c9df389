#include <cmath>
#include <cstring>

#include "ir/axes.h"
#include "ls_runtime.h"
#include "vm/bytecode.h"

namespace loopscope {

namespace {

class Compiler {
 public:
  explicit Compiler(const Program& program) : program_(program), regions_(work_regions(program, work_)) {}

  Bytecode run() {
    for (int s = 0; s < section_count; s++) {
      out_.entry[s] = uint32_t(out_.code.size());
      section(Section(s));
      emit(VmOp::End, 0);
    }
    return std::move(out_);
  }

 private:
  void section(Section s) {
    std::vector<Assignment> assignments = section_assignments(program_, s);
    uses_ = count_uses(program_, assignments);
    values_.close(0);
    next_ = 0;
    free_.clear();
    for (const Assignment& a : assignments) assignment(a);
  }

  Base base_of(Destination d) const {
    switch (d) {
      case Destination::Fixed: return Base::Fixed;
      case Destination::Next: return Base::Next;
      case Destination::Derivative: return Base::Derivative;
      default: return Base::Current;
    }
  }

  void assignment(const Assignment& a) {
    if (a.destination >= Destination::Delay) {
      Operand value = use(a.expr);
      emit(a.destination == Destination::Delay ? VmOp::DelayWrite : VmOp::DelaySchedule, 0, value, program_.delays[a.slot].kind, a.slot);
      release(a.expr, value);
      return;
    }
    if (a.extents->empty() && !a.target_index) return into(a.expr, operand(base_of(a.destination), a.slot));
    size_t mark = values_.open();
    std::vector<size_t> starts;
    hoist(a.expr, 0, uint32_t(a.extents->size()));
    loops_open(0, *a.extents, starts);
    ElementAccess access;
    access.base = base_of(a.destination);
    access.slot = a.slot;
    const ProgramVariable& v = program_.variables[a.variable];
    access.size = v.elements;
    if (a.target_index) {
      access.indices = *a.target_index;
      access.strides = strides_of(program_, a.variable);
      access.extents = extents_of(program_, a.variable);
    } else {
      uint32_t stride = 1;
      for (size_t i = a.extents->size(); i-- > 0; stride *= (*a.extents)[i]) {
        access.indices.insert(access.indices.begin(), {IndexMap::Axis, uint32_t(i)});
        access.strides.insert(access.strides.begin(), stride);
        access.extents.insert(access.extents.begin(), (*a.extents)[i]);
      }
    }
    Operand value = use(a.expr);
    out_.accesses.push_back(std::move(access));
    emit(VmOp::StoreElement, 0, value, 0, uint32_t(out_.accesses.size() - 1));
    release(a.expr, value);
    loops_close(0, *a.extents, starts);
    values_.close(mark);
  }

  // Evaluates what does not depend on the loops before they start, and keeps it.
  void hoist(ExprId body, uint32_t first, uint32_t count) {
    for (ExprId id : loop_invariants(program_, body, first, count)) {
      uses_[id]++;
      use(id);
    }
  }

  void loops_open(uint32_t first, const std::vector<uint32_t>& extents, std::vector<size_t>& starts) {
    for (uint32_t i = 0; i < extents.size(); i++) {
      if (first + i + 1 > out_.axes) out_.axes = first + i + 1;
      starts.push_back(emit(VmOp::LoopStart, 0, first + i, extents[i], 0));
    }
  }
  void loops_close(uint32_t first, const std::vector<uint32_t>& extents, const std::vector<size_t>& starts) {
    for (size_t i = extents.size(); i-- > 0;) {
      emit(VmOp::LoopNext, 0, first + uint32_t(i), extents[i], uint32_t(starts[i] + 1));
      out_.code[starts[i]].c = here();
    }
  }

  uint32_t here() const { return uint32_t(out_.code.size()); }
  size_t emit(VmOp op, Operand dst, Operand a = 0, Operand b = 0, Operand c = 0) {
    out_.code.push_back({op, dst, a, b, c});
    return out_.code.size() - 1;
  }

  Operand constant(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    auto [it, added] = constants_.emplace(bits, uint32_t(out_.constants.size()));
    if (added) out_.constants.push_back(number);
    return operand(Base::Constant, it->second);
  }

  Operand temporary() {
    if (!free_.empty()) {
      Operand t = free_.back();
      free_.pop_back();
      return t;
    }
    uint32_t t = next_++;
    if (next_ > out_.temporaries) out_.temporaries = next_;
    return operand(Base::Temporary, t);
  }
  void release(ExprId id, Operand o) {
    while (program_.expr(id).op == Op::Aggregate) id = program_.argument(id, 0);
    if (Base(o >> base_shift) == Base::Temporary && uses_[id] == 1) free_.push_back(o);
  }

  // The operand that holds the node's value; makes the code for it unless it is there already.
  Operand use(ExprId id) {
    const Expr& e = program_.expr(id);
    if (e.op == Op::Constant) return constant(e.number);
    if (e.op == Op::Load && program_.load_of(id).indices.empty()) return load(program_.load_of(id));
    if (e.op == Op::Aggregate) return use(program_.argument(id, 0));
    if (const Operand* known = values_.find(id)) return *known;
    Operand t = temporary();
    compute(id, t);
    if (uses_[id] > 1) values_.set(id, t);
    return t;
  }

  // The node's value at dst.
  void into(ExprId id, Operand dst) {
    const Expr& e = program_.expr(id);
    bool simple = e.op == Op::Constant || e.op == Op::Aggregate || (e.op == Op::Load && program_.load_of(id).indices.empty());
    if (simple || uses_[id] > 1) {
      emit(VmOp::Move, dst, use(id));
    } else {
      compute(id, dst);
    }
  }

  Operand load(const LoadInfo& load) {
    uint32_t slot = program_.variables[load.variable].slot;
    switch (load_source(program_, load)) {
      case Source::Fixed: return operand(Base::Fixed, slot);
      case Source::Previous: return operand(Base::Previous, slot);
      default: return operand(Base::Current, slot);
    }
  }

  void compute(ExprId id, Operand dst) {
    const Expr& e = program_.expr(id);
    switch (e.op) {
      case Op::If: return conditional(id, dst);
      case Op::And:
      case Op::Or: return lazy(id, dst);
      case Op::FirstStep: emit(VmOp::FirstStep, dst); return;
      case Op::StepIndex: emit(VmOp::StepIndex, dst); return;
      case Op::AxisIndex: emit(VmOp::AxisIndex, dst, 0, 0, e.payload); return;
      case Op::Accumulator: emit(VmOp::Move, dst, accumulators_.at(e.payload)); return;
      case Op::Load: return load_element(id, dst);
      case Op::Reduce: return reduce(id, dst);
      default: break;
    }
    if (e.count > 2) return call(id, dst);
    Operand arguments[2] = {0, 0};
    for (uint32_t i = 0; i < e.count; i++) arguments[i] = use(program_.argument(id, i));
    VmOp op = e.op == Op::DelayRead ? read_of(program_.delays[e.payload].kind) : e.op == Op::WorkRead ? VmOp::WorkRead : VmOp(e.op);
    emit(op, dst, arguments[0], op == VmOp::ProfileRead ? program_.delays[e.payload].table : arguments[1], e.payload);
    for (uint32_t i = 0; i < e.count; i++) release(program_.argument(id, i), arguments[i]);
  }

  static VmOp read_of(uint32_t kind) { return kind == LS_CONVEYOR ? VmOp::ConveyorRead : kind == LS_LEVEL ? VmOp::LevelRead : kind == LS_PROFILE ? VmOp::ProfileRead : VmOp::DelayRead; }

  // Functions of three arguments and more read them from neighbouring temporaries.
  void call(ExprId id, Operand dst) {
    const Expr& e = program_.expr(id);
    std::vector<Operand> arguments;
    for (uint32_t i = 0; i < e.count; i++) arguments.push_back(use(program_.argument(id, i)));
    uint32_t first = next_;
    next_ += e.count;
    if (next_ > out_.temporaries) out_.temporaries = next_;
    for (uint32_t i = 0; i < e.count; i++) emit(VmOp::Move, operand(Base::Temporary, first + i), arguments[i]);
    emit(VmOp(e.op), dst, operand(Base::Temporary, first), 0, e.payload);
    for (uint32_t i = 0; i < e.count; i++) {
      release(program_.argument(id, i), arguments[i]);
      free_.push_back(operand(Base::Temporary, first + i));
    }
  }

  // Emits a jump that is taken when the condition is false; its target is patched by the caller.
  size_t branch_unless(ExprId condition) {
    const Expr& e = program_.expr(condition);
    if (e.op >= Op::Equal && e.op <= Op::GreaterEqual && !values_.find(condition) && uses_[condition] == 1) {
      ExprId x = program_.argument(condition, 0), y = program_.argument(condition, 1);
      Operand a = use(x), b = use(y);
      VmOp op = VmOp(int(VmOp::JumpUnlessEqual) + int(e.op) - int(Op::Equal));
      size_t at = emit(op, 0, a, b, 0);
      release(x, a);
      release(y, b);
      return at;
    }
    Operand value = use(condition);
    size_t at = emit(VmOp::JumpIfZero, 0, value);
    release(condition, value);
    return at;
  }

  void conditional(ExprId id, Operand dst) {
    size_t to_else = branch_unless(program_.argument(id, 0));
    size_t mark = values_.open();
    into(program_.argument(id, 1), dst);
    values_.close(mark);
    size_t to_end = emit(VmOp::Jump, 0);
    out_.code[to_else].c = here();
    into(program_.argument(id, 2), dst);
    values_.close(mark);
    out_.code[to_end].c = here();
  }

  void lazy(ExprId id, Operand dst) {
    ExprId x = program_.argument(id, 0), y = program_.argument(id, 1);
    Operand a = use(x);
    emit(VmOp::Truth, dst, a);
    size_t skip = emit(program_.expr(id).op == Op::And ? VmOp::JumpIfZero : VmOp::JumpIfNotZero, 0, a);
    release(x, a);
    size_t mark = values_.open();
    Operand b = use(y);
    emit(VmOp::Truth, dst, b);
    release(y, b);
    values_.close(mark);
    out_.code[skip].c = here();
  }

  void load_element(ExprId id, Operand dst) {
    const LoadInfo& info = program_.load_of(id);
    const ProgramVariable& v = program_.variables[info.variable];
    ElementAccess access;
    Operand place = load(info);
    access.base = Base(place >> base_shift);
    access.slot = v.slot;
    access.size = v.elements;
    access.indices = info.indices;
    access.strides = strides_of(program_, info.variable);
    access.extents = extents_of(program_, info.variable);
    std::vector<std::pair<ExprId, Operand>> computed;
    for (IndexMap& index : access.indices)
      if (index.kind == IndexMap::Computed) {
        Operand value = use(index.expr);
        computed.emplace_back(index.expr, value);
        index.expr = value;
      }
    out_.accesses.push_back(std::move(access));
    emit(VmOp::LoadElement, dst, 0, 0, uint32_t(out_.accesses.size() - 1));
    for (auto [expr, value] : computed) release(expr, value);
  }

  void reduce(ExprId id, Operand dst) {
    const Reduction& r = program_.reductions[program_.expr(id).payload];
    constexpr VmOp ops[] = {VmOp::Add, VmOp::Multiply, VmOp::Minimum, VmOp::Maximum};
    Operand sum = temporary();
    accumulators_[r.first_axis] = sum;
    size_t mark = values_.open();
    std::vector<size_t> starts;
    ExprId body = program_.argument(id, 0);
    hoist(body, r.first_axis, uint32_t(r.extents.size()));
    bool invert = r.op == ReduceOp::Invert;
    emit(VmOp::Move, sum, constant(invert ? regions_.at(id) : reduce_neutral[int(r.op)]));
    loops_open(r.first_axis, r.extents, starts);
    Operand value = use(body);
    if (r.op == ReduceOp::Iterate) emit(VmOp::Move, sum, value);
    else emit(invert ? VmOp::WorkWrite : ops[int(r.op)], sum, sum, value);
    release(body, value);
    loops_close(r.first_axis, r.extents, starts);
    values_.close(mark);
    if (invert) emit(VmOp::Invert, dst, constant(regions_.at(id)), 0, r.extents[0]);
    else emit(VmOp::Move, dst, sum);
    free_.push_back(sum);
  }

  const Program& program_;
  uint64_t work_ = 0;
  std::unordered_map<ExprId, uint32_t> regions_;
  Bytecode out_;
  std::vector<uint32_t> uses_;
  ScopedValues<Operand> values_;
  std::unordered_map<uint64_t, uint32_t> constants_;
  std::unordered_map<uint32_t, Operand> accumulators_;  // by first loop axis
  std::vector<Operand> free_;
  uint32_t next_ = 0;
};

}  // namespace

Bytecode compile_bytecode(const Program& program) { return Compiler(program).run(); }

namespace {
const char* vm_op_name(VmOp op) {
  if (int(op) < op_special_first) return op_info(Op(int(op))).name;
  constexpr const char* names[] = {"Move", "Truth", "Jump", "JumpIfZero", "JumpIfNotZero", "JumpUnlessEqual", "JumpUnlessNotEqual",
                                   "JumpUnlessLess", "JumpUnlessLessEqual", "JumpUnlessGreater", "JumpUnlessGreaterEqual", "FirstStep",
                                   "StepIndex", "DelayRead", "ConveyorRead", "LevelRead", "ProfileRead", "DelayWrite", "DelaySchedule", "WorkWrite", "WorkRead", "Invert", "AxisIndex", "LoopStart", "LoopNext", "LoadElement",
                                   "StoreElement", "End"};
  return names[int(op) - op_special_first];
}
}  // namespace

std::string print_bytecode(const Program&, const Bytecode& code) {
  constexpr const char* bases[] = {"t", "cur", "prev", "fix", "const", "next", "der"};
  auto show = [&](Operand o) { return std::string(bases[o >> base_shift]) + std::to_string(o & (operand_limit - 1)); };
  std::string out;
  for (uint32_t i = 0; i < code.code.size(); i++) {
    for (int s = 0; s < section_count; s++)
      if (code.entry[s] == i) out += std::string(section_name(Section(s))) + ":\n";
    const Instruction& in = code.code[i];
    out += "  " + std::to_string(i) + " " + vm_op_name(in.op) + " " + show(in.dst) + " " + show(in.a) + " " + show(in.b) + " #" + std::to_string(in.c) + "\n";
  }
  return out;
}

}  // namespace loopscope
