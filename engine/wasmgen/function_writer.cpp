#include "wasmgen/function_writer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "ir/axes.h"
#include "ls_runtime.h"
#include "wasmgen/loop_writer.h"

namespace loopscope {

using namespace wasm;

namespace {
// Expression nodes a function holds before the section goes on in another one.
constexpr uint32_t function_size = 3000;
// Hosts take 50,000 locals a function; one huge equation may read more variables, and then reads them again where it needs them again.
constexpr size_t many_locals = 4000;

struct NativeOp {
  Op op;
  bool binary;
  int wasm_op;
};
constexpr NativeOp native_ops[] = {
    {Op::Add, true, AddFloat64},         {Op::Subtract, true, SubFloat64}, {Op::Multiply, true, MulFloat64},
    {Op::Divide, true, DivFloat64},      {Op::Minimum, true, MinFloat64},  {Op::Maximum, true, MaxFloat64},
    {Op::Negate, false, NegFloat64},     {Op::Absolute, false, AbsFloat64}, {Op::SquareRoot, false, SqrtFloat64},
    {Op::Floor, false, FloorFloat64},    {Op::Ceiling, false, CeilFloat64}, {Op::Truncate, false, TruncFloat64}};
constexpr BinaryOp comparisons[] = {EqFloat64, NeFloat64, LtFloat64, LeFloat64, GtFloat64, GeFloat64};  // from Op::Equal
}  // namespace

Index FunctionWriter::new_local(Type type) {
  locals_.push_back(type);
  return Index(parameters + locals_.size() - 1);
}

Index FunctionWriter::axis_local(uint32_t axis) {
  while (axes_.size() <= axis) axes_.push_back(new_local(Type::i32));
  return axes_[axis];
}

Expression* FunctionWriter::load_f64(Expression* pointer, uint32_t offset) {
  return build_.makeLoad(8, false, offset, 8, pointer, Type::f64);
}
Expression* FunctionWriter::store_f64(Expression* pointer, uint32_t offset, Expression* value) {
  return build_.makeStore(8, offset, 8, pointer, value, Type::f64);
}
Expression* FunctionWriter::run_field(size_t offset) {
  return build_.makeLoad(4, false, memory_.run + uint32_t(offset), 4, integer(0), Type::i32);
}

Expression* FunctionWriter::runtime_call(const char* function, std::vector<Expression*> arguments) {
  calls_.insert(function);
  return build_.makeCall(function, arguments, Type::f64);
}

void FunctionWriter::begin_function() {
  body_.clear();
  locals_.clear();
  axes_.clear();
  values_.close(0);
  size_ = 0;
}

void FunctionWriter::end_function(Name name) {
  Signature signature(Type({Type::i32, Type::i32, Type::i32}), Type::none);
  module_.addFunction(Builder::makeFunction(name, signature, std::move(locals_), build_.makeBlock(body_)));
  locals_.clear();
}

void FunctionWriter::write_section(Section section, Name name) { write_assignments(section_assignments(program_, section), name); }

bool FunctionWriter::write_scored_step(Name name) {
  std::vector<Assignment> step = section_assignments(program_, Section::Step), scores = section_assignments(program_, Section::ArrayScores);
  LoopWriter loops(*this);
  // Of short arrays the scores would only be code twice.
  auto in_nest = [&](const Assignment& a) {
    constexpr uint64_t long_array = 1000;
    uint64_t elements = 1;
    for (uint32_t extent : *a.extents) elements *= extent;
    return elements >= long_array && loops.contiguous(a);
  };
  bool saves = program_.method == Method::Euler && program_.save_every == 1 && std::any_of(step.begin(), step.end(), in_nest) &&
               std::any_of(scores.begin(), scores.end(), in_nest);
  if (saves) step.insert(step.end(), scores.begin(), scores.end());
  else step.clear();
  write_assignments(std::move(step), name);
  return saves;
}

void FunctionWriter::write_assignments(std::vector<Assignment> assignments, Name name) {
  uses_ = count_uses(program_, assignments);
  if (current_load_.empty()) {
    current_load_.assign(program_.variables.size(), none_id);
    for (ExprId id = 0; id < program_.exprs.size(); id++)
      if (program_.expr(id).op == Op::Load) {
        const LoadInfo& load = program_.load_of(id);
        if (load.plane == Plane::Current && load.indices.empty()) current_load_[load.variable] = id;
        if (load.plane == Plane::Current && !load.indices.empty()) element_loads_.emplace(load.variable, id);
      }
  }
  constexpr long most_nodes = 16'000;  // more, written out, would not stay in the processor's caches from step to step
  write_out_ = std::count_if(uses_.begin(), uses_.end(), [](uint32_t uses) { return uses > 0; }) <= most_nodes;
  begin_function();
  std::vector<Name> parts;
  auto part_name = [&] { return Name(std::string(name.str) + "_" + std::to_string(parts.size())); };
  auto make_room = [&] {
    if (size_ <= function_size) return;
    parts.push_back(part_name());
    end_function(parts.back());
    begin_function();
  };
  LoopWriter loops(*this);
  std::vector<size_t> nests = loops.gather(assignments);
  const Assignment* next = assignments.data();
  for (size_t together : nests) {
    make_room();
    if (together) loops.write(next, together);
    else assignment(*next);
    next += std::max<size_t>(together, 1);
  }
  if (!parts.empty()) {
    parts.push_back(part_name());
    end_function(parts.back());
    begin_function();
    for (Name part : parts)
      body_.push_back(build_.makeCall(part, std::vector<Expression*>{pointer(row), pointer(previous), pointer(out)}, Type::none));
  }
  end_function(name);
}

bool FunctionWriter::can_loop(const std::vector<Assignment>& step) const {
  if (program_.method != Method::Euler || program_.save_every != 1 || !program_.delays.empty() || program_.final_time != none_id) return false;
  size_t size = 0;
  for (ExprId id = 0; id < program_.exprs.size(); id++) {
    if (!uses_[id]) continue;
    Op op = program_.expr(id).op;
    if (op == Op::FirstStep || op == Op::StepIndex) return false;
    size++;
  }
  for (const Assignment& a : step)
    if (!a.extents->empty() || a.target_index) return false;
  return size <= function_size;
}

bool FunctionWriter::write_loop(Name name) {
  std::vector<Assignment> assignments = section_assignments(program_, Section::Step);
  uses_ = count_uses(program_, assignments);
  begin_function();
  if (!can_loop(assignments)) {
    end_function(name);
    return false;
  }
  // The parameters are row, step and count here.
  constexpr Index step = 1, count = 2;
  uint32_t stride = program_.row_slots * 8;
  std::vector<Expression*> before;
  previous_ = new_local(Type::i32);
  std::vector<std::pair<Index, Index>> carried;  // a stock's local, and that of its next value
  for (const StockInfo& s : program_.stocks) {
    Index now = new_local(Type::f64);
    before.push_back(build_.makeLocalSet(now, load_f64(pointer(row), program_.variables[s.variable].slot * 8)));
    if (current_load_[s.variable] != none_id) values_.set(current_load_[s.variable], now);
    carried.push_back({now, new_local(Type::f64)});
  }
  body_.push_back(build_.makeLocalSet(previous_, build_.makeBinary(SubInt32, pointer(row), integer(stride))));
  Index time = new_local(Type::f64);
  Expression* elapsed = build_.makeBinary(MulFloat64, build_.makeUnary(ConvertUInt32ToFloat64, build_.makeLocalGet(step, Type::i32)), number(program_.dt));
  body_.push_back(store_f64(pointer(row), 0, build_.makeLocalTee(time, build_.makeBinary(AddFloat64, number(program_.start), elapsed), Type::f64)));
  if (current_load_[0] != none_id) values_.set(current_load_[0], time);
  size_t stock = 0;
  for (const Assignment& a : assignments) {
    if (a.destination != Destination::Next) {
      assignment(a);
      continue;
    }
    Expression* next = build_.makeLocalTee(carried[stock++].second, value(a.expr), Type::f64);
    body_.push_back(store_f64(pointer(row), stride + a.slot * 8, next));
  }
  for (auto [now, next] : carried) body_.push_back(build_.makeLocalSet(now, build_.makeLocalGet(next, Type::f64)));
  auto advance = [&](Index local, Expression* by) { return build_.makeBinary(AddInt32, build_.makeLocalGet(local, Type::i32), by); };
  body_.push_back(build_.makeLocalSet(row, advance(row, integer(stride))));
  body_.push_back(build_.makeLocalSet(step, advance(step, integer(1))));
  body_.push_back(build_.makeBreak("steps", nullptr, build_.makeLocalTee(count, advance(count, integer(uint32_t(-1))), Type::i32)));
  before.push_back(build_.makeLoop("steps", build_.makeBlock(body_)));
  body_ = std::move(before);
  end_function(name);
  previous_ = previous;
  return true;
}

Expression* FunctionWriter::destination(Destination d, uint32_t slot, uint32_t& offset) {
  offset = slot * 8;
  if (d == Destination::Fixed) {
    offset += memory_.slab;
    return integer(0);
  }
  return pointer(d == Destination::Current ? row : out);
}

void FunctionWriter::assignment(const Assignment& a) {
  if (a.destination >= Destination::Delay) {
    const char* function = a.destination == Destination::Delay ? "ls_delay_write" : "ls_delay_schedule";
    std::vector<Expression*> arguments{integer(memory_.run), number(a.slot), value(a.expr)};
    if (a.destination == Destination::Schedule) arguments.push_back(number(program_.delays[a.slot].kind));
    calls_.insert(function);
    body_.push_back(build_.makeCall(function, arguments, Type::none));
    return;
  }
  if (!a.extents->empty() || a.target_index) return element_assignment(a);
  uint32_t offset;
  Expression* result = value(a.expr);
  // Later equations of this function read the variable from a local instead of the row.
  ExprId reader = a.destination == Destination::Current || a.destination == Destination::Fixed ? current_load_[a.variable] : none_id;
  if (reader != none_id && uses_.size() > reader && uses_[reader] > 0 && locals_.size() <= many_locals) {
    const Index* kept = program_.expr(a.expr).op == Op::Constant ? nullptr : values_.find(a.expr);
    Index local = kept ? *kept : new_local(Type::f64);
    if (!kept) result = build_.makeLocalTee(local, result, Type::f64);
    values_.set(reader, local);
  }
  Expression* to = destination(a.destination, a.slot, offset);
  body_.push_back(store_f64(to, offset, result));
}

void FunctionWriter::element_assignment(const Assignment& a) {
  size_t mark = values_.open();
  uint32_t offset;
  for (uint32_t i = 0; i < a.extents->size(); i++) axis_local(i);
  hoist(a.expr, 0, uint32_t(a.extents->size()), body_);
  Expression* result = value(a.expr);
  Expression* to = destination(a.destination, a.slot, offset);
  std::vector<IndexMap> indices;
  std::vector<uint32_t> strides, extents;
  if (a.target_index) {
    indices = *a.target_index;
    strides = strides_of(program_, a.variable);
    extents = extents_of(program_, a.variable);
  } else {
    extents = *a.extents;
    strides.assign(extents.size(), 1);
    for (size_t i = extents.size(); i-- > 1;) strides[i - 1] = strides[i] * extents[i];
    for (uint32_t i = 0; i < extents.size(); i++) indices.push_back({IndexMap::Axis, i});
  }
  std::vector<Expression*> setup;
  Expression* check = nullptr;
  Expression* element = element_offset(indices, strides, extents, offset, setup, check);
  if (element) to = build_.makeBinary(AddInt32, to, element);
  body_.push_back(loops(0, *a.extents, store_f64(to, offset, result)));
  values_.close(mark);
}

ExprId FunctionWriter::element_load_of(VariableId variable, const std::vector<IndexMap>& indices) const {
  auto [begin, end] = element_loads_.equal_range(variable);
  for (auto it = begin; it != end; ++it)
    if (program_.load_of(it->second).indices == indices) return it->second;
  return none_id;
}

void FunctionWriter::hoist(ExprId body, uint32_t first, uint32_t count, std::vector<Expression*>& before) {
  for (ExprId id : loop_invariants(program_, body, first, count)) {
    if (values_.find(id)) continue;
    uses_[id]++;
    before.push_back(build_.makeDrop(value(id)));
  }
}

Expression* FunctionWriter::loops(uint32_t first_axis, const std::vector<uint32_t>& extents, Expression* body) {
  for (size_t i = extents.size(); i-- > 0;) {
    if (extents[i] == 0) return build_.makeNop();
    Index axis = axis_local(first_axis + uint32_t(i));
    Name label("axis" + std::to_string(labels_++));
    Expression* next = build_.makeLocalTee(axis, build_.makeBinary(AddInt32, build_.makeLocalGet(axis, Type::i32), integer(1)), Type::i32);
    Expression* again = build_.makeBreak(label, nullptr, build_.makeBinary(LtUInt32, next, integer(extents[i])));
    body = build_.makeBlock(std::vector<Expression*>{build_.makeLocalSet(axis, integer(0)),
                                                     build_.makeLoop(label, build_.makeBlock(std::vector<Expression*>{body, again}))});
  }
  return body;
}

// Constants and loads of scalars cost no more than a local; everything else used again is kept.
Expression* FunctionWriter::value(ExprId id) {
  const Expr& e = program_.expr(id);
  if (e.op == Op::Constant) return number(e.number);
  if (e.op == Op::Aggregate) return value(program_.argument(id, 0));
  if (const Index* kept = values_.find(id)) return build_.makeLocalGet(*kept, Type::f64);
  size_++;
  Expression* result = compute(id);
  if (uses_[id] < 2 || (e.op == Op::Load && locals_.size() > many_locals)) return result;
  Index local = new_local(Type::f64);
  values_.set(id, local);
  return build_.makeLocalTee(local, result, Type::f64);
}

Expression* FunctionWriter::compute(ExprId id) {
  const Expr& e = program_.expr(id);
  if (e.op == Op::Load) return program_.load_of(id).indices.empty() ? load(id) : element_load(id);
  if (e.op >= Op::Equal && e.op <= Op::Not) return build_.makeUnary(ConvertUInt32ToFloat64, condition(id));
  if (int(e.op) >= op_special_first) return special(id);
  return operation(id);
}

Expression* FunctionWriter::load(ExprId id) {
  const LoadInfo& info = program_.load_of(id);
  uint32_t offset = program_.variables[info.variable].slot * 8;
  switch (load_source(program_, info)) {
    case Source::Fixed: return load_f64(integer(0), memory_.slab + offset);
    case Source::Previous: return load_f64(pointer(previous), offset);
    default: return load_f64(pointer(row), offset);
  }
}

Expression* FunctionWriter::operation(ExprId id) {
  const Expr& e = program_.expr(id);
  if (e.op == Op::LinkScore) return link_score(id);
  if (double factor = factor_of_division(id)) return build_.makeBinary(MulFloat64, value(program_.argument(id, 0)), number(factor));
  std::vector<Expression*> arguments;
  if (is_table_op(e.op)) arguments.push_back(integer(memory_.tables + e.payload * uint32_t(sizeof(ls_table))));
  for (uint32_t i = 0; i < e.count; i++) arguments.push_back(value(program_.argument(id, i)));
  for (const NativeOp& native : native_ops)
    if (native.op == e.op)
      return native.binary ? (Expression*)build_.makeBinary(BinaryOp(native.wasm_op), arguments[0], arguments[1])
                           : build_.makeUnary(UnaryOp(native.wasm_op), arguments[0]);
  return runtime_call(op_info(e.op).function, arguments);
}

double FunctionWriter::factor_of_division(ExprId id) const {
  if (program_.expr(id).op != Op::Divide) return 0;
  const Expr& divisor = program_.expr(program_.argument(id, 1));
  int exponent;
  if (divisor.op != Op::Constant || std::fabs(std::frexp(divisor.number, &exponent)) != 0.5) return 0;
  return std::isnormal(1 / divisor.number) && std::isnormal(divisor.number) ? 1 / divisor.number : 0;
}

Index FunctionWriter::kept_value(ExprId id, std::vector<Expression*>& before) {
  if (const Index* kept = values_.find(id)) return *kept;
  Expression* computed = value(id);
  if (const Index* kept = values_.find(id)) {
    before.push_back(build_.makeDrop(computed));
    return *kept;
  }
  Index local = new_local(Type::f64);
  before.push_back(build_.makeLocalSet(local, computed));
  return local;
}

// wasm-runtime's score_of, in line; without the division where the target has no other input, as there.
Expression* FunctionWriter::link_score(ExprId id) {
  ExprId change_id = program_.argument(id, 0), dz_id = program_.argument(id, 1), dx_id = program_.argument(id, 2);
  std::vector<Expression*> block;
  Index change = kept_value(change_id, block), dz = kept_value(dz_id, block), dx = kept_value(dx_id, block);
  auto get = [&](Index local) { return build_.makeLocalGet(local, Type::f64); };
  auto difference = [&](Index local) { return build_.makeBinary(SubFloat64, get(local), get(local)); };
  Expression* direction = build_.makeBinary(MulFloat64, get(change), get(dx));
  Expression* size = change_id == dz_id ? build_.makeBinary(AddFloat64, number(1), difference(dz))
                                        : (Expression*)build_.makeUnary(AbsFloat64, build_.makeBinary(DivFloat64, get(change), get(dz)));
  Expression* score = build_.makeBinary(AddFloat64, build_.makeBinary(CopySignFloat64, size, direction), difference(dx));
  Expression* still = build_.makeBinary(OrInt32, build_.makeBinary(EqFloat64, get(dz), number(0)), build_.makeBinary(EqFloat64, get(dx), number(0)));
  block.push_back(build_.makeSelect(still, number(0), score));
  return block.size() == 1 ? block[0] : build_.makeBlock(block, Type::f64);
}

Expression* FunctionWriter::condition(ExprId id) {
  const Expr& e = program_.expr(id);
  bool truth = (e.op >= Op::Equal && e.op <= Op::Not) || e.op == Op::And || e.op == Op::Or || e.op == Op::FirstStep;
  // A kept value is an f64; asking for one that is used again must keep it, so that both forms stay one computation.
  if (!truth || values_.find(id)) return build_.makeBinary(NeFloat64, value(id), number(0));
  if (e.op == Op::FirstStep) return build_.makeUnary(EqZInt32, run_field(offsetof(ls_run, step)));
  if (e.op == Op::Not) return build_.makeUnary(EqZInt32, condition(program_.argument(id, 0)));
  if (e.op == Op::And || e.op == Op::Or) {
    Expression* a = condition(program_.argument(id, 0));
    size_t mark = values_.open();
    Expression* b = condition(program_.argument(id, 1));
    values_.close(mark);
    return e.op == Op::And ? build_.makeIf(a, b, integer(0), Type::i32) : build_.makeIf(a, integer(1), b, Type::i32);
  }
  Expression* a = value(program_.argument(id, 0));
  Expression* b = value(program_.argument(id, 1));
  return build_.makeBinary(comparisons[int(e.op) - int(Op::Equal)], a, b);
}

Expression* FunctionWriter::special(ExprId id) {
  const Expr& e = program_.expr(id);
  switch (e.op) {
    case Op::And:
    case Op::Or:
    case Op::FirstStep: return build_.makeUnary(ConvertUInt32ToFloat64, condition(id));
    case Op::StepIndex: return build_.makeUnary(ConvertUInt32ToFloat64, run_field(offsetof(ls_run, step)));
    case Op::AxisIndex:
      return build_.makeUnary(ConvertUInt32ToFloat64, build_.makeLocalGet(axis_local(e.payload), Type::i32));
    case Op::DelayRead: {
      Expression* first = value(program_.argument(id, 0));
      Expression* second = value(program_.argument(id, 1));
      uint32_t kind = program_.delays[e.payload].kind;
      if (kind == LS_PROFILE)
        return runtime_call("ls_profile_read", {integer(memory_.run), number(e.payload), integer(memory_.tables + program_.delays[e.payload].table * uint32_t(sizeof(ls_table))), first});
      const char* function = kind == LS_CONVEYOR ? "ls_conveyor_read" : kind == LS_LEVEL ? "ls_level_read" : "ls_delay_read";
      return runtime_call(function, {integer(memory_.run), number(e.payload), first, second});
    }
    case Op::WorkRead: return runtime_call("ls_work_read", {integer(memory_.run), value(program_.argument(id, 0))});
    case Op::Reduce: return reduce(id);
    case Op::Accumulator: return build_.makeLocalGet(accumulators_.at(e.payload), Type::f64);
    default: break;
  }
  // If
  Expression* test = condition(program_.argument(id, 0));
  size_t mark = values_.open();
  Expression* then = value(program_.argument(id, 1));
  values_.close(mark);
  Expression* otherwise = value(program_.argument(id, 2));
  values_.close(mark);
  return build_.makeIf(test, then, otherwise, Type::f64);
}

Expression* FunctionWriter::element_offset(const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides,
                                           const std::vector<uint32_t>& extents, uint32_t& constant, std::vector<Expression*>& setup,
                                           Expression*& check) {
  Expression* sum = nullptr;
  auto add = [&](Expression* index, uint32_t stride) {
    Expression* bytes = build_.makeBinary(MulInt32, index, integer(stride * 8));
    sum = sum ? build_.makeBinary(AddInt32, sum, bytes) : bytes;
  };
  for (size_t i = 0; i < indices.size(); i++) {
    const IndexMap& index = indices[i];
    switch (index.kind) {
      case IndexMap::Fixed: constant += index.value * strides[i] * 8; break;
      case IndexMap::Axis:
        constant += index.offset * strides[i] * 8;
        add(build_.makeLocalGet(axis_local(index.value), Type::i32), strides[i]);
        break;
      case IndexMap::Mapped: {
        Expression* at = build_.makeBinary(ShlInt32, build_.makeLocalGet(axis_local(index.value), Type::i32), integer(2));
        add(build_.makeLoad(4, false, memory_.index_table_at[index.table], 4, at, Type::i32), strides[i]);
        break;
      }
      case IndexMap::Computed: {
        Index local = new_local(Type::f64);
        setup.push_back(build_.makeLocalSet(local, build_.makeUnary(FloorFloat64, value(index.expr))));
        auto get = [&] { return build_.makeLocalGet(local, Type::f64); };
        Expression* within = build_.makeBinary(AndInt32, build_.makeBinary(GeFloat64, get(), number(1)),
                                               build_.makeBinary(LeFloat64, get(), number(extents[i])));
        check = check ? build_.makeBinary(AndInt32, check, within) : within;
        add(build_.makeBinary(SubInt32, build_.makeUnary(TruncSatUFloat64ToInt32, get()), integer(1)), strides[i]);
        break;
      }
    }
  }
  return sum;
}

Expression* FunctionWriter::element_load(ExprId id) {
  const LoadInfo& info = program_.load_of(id);
  uint32_t offset = program_.variables[info.variable].slot * 8;
  Expression* base;
  switch (load_source(program_, info)) {
    case Source::Fixed: base = nullptr; offset += memory_.slab; break;
    case Source::Previous: base = pointer(previous); break;
    default: base = pointer(row);
  }
  std::vector<Expression*> setup;
  Expression* check = nullptr;
  Expression* element = element_offset(info.indices, strides_of(program_, info.variable), extents_of(program_, info.variable), offset, setup, check);
  Expression* address = !element ? (base ? base : integer(0)) : base ? build_.makeBinary(AddInt32, base, element) : element;
  Expression* result = load_f64(address, offset);
  if (check) result = build_.makeIf(check, result, number(std::nan("")), Type::f64);
  if (setup.empty()) return result;
  setup.push_back(result);
  return build_.makeBlock(setup, Type::f64);
}

// A short sum of little is quicker without a loop.
bool FunctionWriter::is_written_out(ExprId reduce) {
  constexpr uint32_t longest = 8, most_nodes = 12;
  const Reduction& r = program_.reductions[program_.expr(reduce).payload];
  if (!write_out_ || r.extents.size() != 1 || r.extents[0] > longest) return false;
  uint32_t nodes = 0;
  for_each_node(program_, program_.argument(reduce, 0), marks_, ++stamp_, [&](ExprId id) { nodes += program_.expr(id).op == Op::Reduce ? most_nodes + 1 : 1; });
  return nodes <= most_nodes;
}

Expression* FunctionWriter::reduce(ExprId id) {
  const Reduction& r = program_.reductions[program_.expr(id).payload];
  constexpr BinaryOp ops[] = {AddFloat64, MulFloat64, MinFloat64, MaxFloat64};
  Index sum = accumulators_[r.first_axis] = new_local(Type::f64);
  size_t mark = values_.open();
  for (uint32_t i = 0; i < r.extents.size(); i++) axis_local(r.first_axis + i);
  std::vector<Expression*> parts;
  hoist(program_.argument(id, 0), r.first_axis, uint32_t(r.extents.size()), parts);
  auto get = [&] { return build_.makeLocalGet(sum, Type::f64); };
  bool invert = r.op == ReduceOp::Invert;
  double first = invert ? regions_.at(id) : reduce_neutral[int(r.op)];
  auto one_more = [&] {
    size_t hoisted = values_.open();
    Expression* next = value(program_.argument(id, 0));
    values_.close(hoisted);
    if (invert) next = runtime_call("ls_work_write", {integer(memory_.run), get(), next});
    else if (r.op != ReduceOp::Iterate) next = build_.makeBinary(ops[int(r.op)], get(), next);
    return build_.makeLocalSet(sum, next);
  };
  parts.push_back(build_.makeLocalSet(sum, number(first)));
  if (is_written_out(id)) {
    for (uint32_t i = 0; i < r.extents[0]; i++) {
      parts.push_back(build_.makeLocalSet(axis_local(r.first_axis), integer(i)));
      parts.push_back(one_more());
    }
  } else {
    parts.push_back(loops(r.first_axis, r.extents, one_more()));
  }
  values_.close(mark);
  parts.push_back(invert ? runtime_call("ls_invert_matrix", {integer(memory_.run), number(first), number(r.extents[0])}) : get());
  return build_.makeBlock(parts, Type::f64);
}

}  // namespace loopscope
