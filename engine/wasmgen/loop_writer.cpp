#include "wasmgen/loop_writer.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "ir/axes.h"

namespace loopscope {

using namespace wasm;

namespace {
constexpr uint32_t shortest = 4;       // innermost loops that are worth it
constexpr uint32_t longest_written_out = 8;  // innermost loops with none around them, pair after pair without a loop
constexpr uint32_t largest_group = 160;  // nodes of one nest
constexpr int to_out = 3;              // a base besides Source's
// A column takes a loop of its own and loads in place of registers: that pays from two divisions on.
constexpr uint32_t work_of_division = 1, work_of_call = 4, work_of_reduction = 16, least_work = 2;

struct VectorOp {
  Op op;
  bool binary;
  int wasm_op;
};
constexpr VectorOp vector_ops[] = {
    {Op::Add, true, AddVecF64x2},         {Op::Subtract, true, SubVecF64x2},     {Op::Multiply, true, MulVecF64x2},
    {Op::Divide, true, DivVecF64x2},      {Op::Minimum, true, MinVecF64x2},      {Op::Maximum, true, MaxVecF64x2},
    {Op::Negate, false, NegVecF64x2},     {Op::Absolute, false, AbsVecF64x2},    {Op::SquareRoot, false, SqrtVecF64x2},
    {Op::Floor, false, FloorVecF64x2},    {Op::Ceiling, false, CeilVecF64x2},    {Op::Truncate, false, TruncVecF64x2}};
constexpr BinaryOp comparisons[] = {EqVecF64x2, NeVecF64x2, LtVecF64x2, LeVecF64x2, GtVecF64x2, GeVecF64x2};  // from Op::Equal
const VectorOp* vector_op(Op op) {
  for (const VectorOp& v : vector_ops)
    if (v.op == op) return &v;
  return nullptr;
}
bool is_truth(Op op) { return (op >= Op::Equal && op <= Op::GreaterEqual) || op == Op::Not || op == Op::And || op == Op::Or; }
}  // namespace

std::vector<IndexMap> LoopWriter::target(const Assignment& a) const {
  if (a.target_index) return *a.target_index;
  std::vector<IndexMap> indices;
  for (uint32_t i = 0; i < a.extents->size(); i++) indices.push_back({IndexMap::Axis, i});
  return indices;
}

namespace {
// Strides of where an assignment goes: of its variable, or of its loops.
std::vector<uint32_t> target_strides(const Program& program, const Assignment& a) {
  if (a.target_index) return strides_of(program, a.variable);
  std::vector<uint32_t> strides(a.extents->size(), 1);
  for (size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * (*a.extents)[i];
  return strides;
}
}  // namespace

// Do neighbours in the innermost loop go to neighbouring slots?
bool LoopWriter::contiguous(const Assignment& a) const {
  if (a.destination == Destination::Delay || a.extents->empty() || a.extents->back() < shortest) return false;
  uint32_t lane = uint32_t(a.extents->size() - 1), step = 0;
  std::vector<IndexMap> indices = target(a);
  std::vector<uint32_t> strides = target_strides(program_, a);
  for (size_t i = 0; i < indices.size(); i++) {
    if (indices[i].kind == IndexMap::Mapped) return false;
    if (indices[i].kind == IndexMap::Axis && indices[i].value == lane) step += strides[i];
  }
  return step == 1;
}

// Each assignment goes to the latest nest of its extents if what it reads is written there, or before; else a new one begins. Every
// slot is written once, so that nothing is read before it is written again. What cannot go into a nest keeps its order.
std::vector<size_t> LoopWriter::gather(std::vector<Assignment>& assignments) {
  struct Nest {
    size_t members = 0, nodes = 0;
    bool open = false;
  };
  std::vector<Nest> nests;
  std::vector<uint32_t> nest_of, writer(program_.variables.size(), none_id);  // of each assignment; of each variable, the latest
  std::map<std::vector<uint32_t>, uint32_t> latest;                           // by extents
  std::unordered_multimap<uint64_t, std::vector<IndexMap>> written;  // by variable and nest
  auto key = [](VariableId v, uint32_t nest) { return uint64_t(v) << 32 | nest; };
  for (const Assignment& a : assignments) {
    uint32_t nest = none_id;
    bool fits = contiguous(a);
    size_t nodes = 0;
    if (fits) {
      auto found = latest.find(*a.extents);
      nest = found == latest.end() ? none_id : found->second;
      bool joins = nest != none_id;
      for_each_node(program_, a.expr, marks_, ++stamp_, [&](ExprId id) {
        nodes++;
        if (program_.expr(id).op == Op::WorkRead) fits = false;  // lanes would compute what it reads once each
        if (program_.expr(id).op != Op::Load || !joins) return;
        const LoadInfo& load = program_.load_of(id);
        if (load_source(program_, load) == Source::Previous || writer[load.variable] == none_id) return;
        joins = writer[load.variable] <= nest;
        // What an earlier equation of the nest writes may be read at the same element only.
        auto [begin, end] = written.equal_range(key(load.variable, nest));
        for (auto it = begin; it != end && joins; ++it) joins = it->second == load.indices;
      });
      if (!fits || !joins || nests[nest].nodes + nodes > largest_group) nest = none_id;
    }
    if (nest == none_id) {
      nest = uint32_t(nests.size());
      nests.push_back({0, 0, fits});
      if (fits) latest[*a.extents] = nest;
    }
    nests[nest].members++;
    nests[nest].nodes += nodes;
    nest_of.push_back(nest);
    if (a.destination != Destination::Current && a.destination != Destination::Fixed) continue;
    writer[a.variable] = writer[a.variable] == none_id ? nest : std::max(writer[a.variable], nest);
    if (fits) written.emplace(key(a.variable, nest), target(a));
  }
  std::vector<size_t> counts, at;
  size_t total = 0;
  for (const Nest& nest : nests) {
    counts.push_back(nest.open ? nest.members : 0);
    at.push_back(total);
    total += nest.members;
  }
  std::vector<Assignment> ordered(assignments.size());
  for (size_t i = 0; i < assignments.size(); i++) ordered[at[nest_of[i]]++] = assignments[i];
  assignments = std::move(ordered);
  return counts;
}

// Values that do not change in the innermost loop, nor in those of reducers inside it: computed before it.
void LoopWriter::collect(ExprId id, uint64_t loops, std::vector<ExprId>& invariants, Visited& visited) {
  const Expr& e = program_.expr(id);
  auto [seen, added] = visited.emplace(id, loops);
  if (e.op == Op::Constant || (!added && seen->second == loops)) return;
  seen->second = loops;
  uint64_t axes = use_->of(id);
  if (!(axes & (lane_mask_ | loops))) {
    if (std::find(invariants.begin(), invariants.end(), id) == invariants.end()) invariants.push_back(id);
    return;
  }
  if (!(axes & lane_mask_) || by_lanes(id)) return;
  if (e.op == Op::Reduce) loops |= use_->own(e);
  for (uint32_t i = 0; i < e.count; i++) collect(program_.argument(id, i), loops, invariants, visited);
}

// Is it computed for one lane after the other, by the scalar code?
bool LoopWriter::by_lanes(ExprId id) const {
  const Expr& e = program_.expr(id);
  if (e.op == Op::Load) {
    const auto& indices = program_.load_of(id).indices;
    return std::any_of(indices.begin(), indices.end(), [&](const IndexMap& i) { return i.kind == IndexMap::Computed || (i.kind == IndexMap::Mapped && i.value == lane_); });
  }
  if (e.op == Op::Reduce) return !is_fold(program_.reductions[e.payload].op);
  bool known = vector_op(e.op) || is_truth(e.op) || e.op == Op::If || e.op == Op::LinkScore || e.op == Op::AxisIndex || e.op == Op::Aggregate || e.op == Op::Constant;
  return !known;
}

void LoopWriter::hoist(ExprId id, std::vector<Expression*>& before) {
  while (program_.expr(id).op == Op::Aggregate) id = program_.argument(id, 0);
  if (program_.expr(id).op == Op::Constant || values_.find(id)) return;
  Index local = f_.new_local(Type::v128);
  before.push_back(build_.makeLocalSet(local, splat(f_.value(id))));
  values_.set(id, local);
}

// What depends on the lane only, and on no loop around it, is the same in every turn of those: a column, computed once before them.
void LoopWriter::collect_columns(ExprId id, uint64_t around, uint64_t loops, std::vector<ExprId>& columns, Visited& visited) {
  while (program_.expr(id).op == Op::Aggregate) id = program_.argument(id, 0);
  const Expr& e = program_.expr(id);
  uint64_t axes = use_->of(id);
  auto [seen, added] = visited.emplace(id, loops);
  if (!(axes & lane_mask_) || e.op == Op::Load || e.op == Op::AxisIndex || (!added && seen->second == loops)) return;
  seen->second = loops;
  if (!(axes & (around | loops))) {
    if (std::find(columns.begin(), columns.end(), id) == columns.end()) columns.push_back(id);
    return;
  }
  if (by_lanes(id)) return;
  if (e.op == Op::Reduce) loops |= use_->own(e);
  for (uint32_t i = 0; i < e.count; i++) collect_columns(program_.argument(id, i), around, loops, columns, visited);
}

// How long the slow operations of a column take, in divisions.
uint32_t LoopWriter::work(ExprId root) {
  uint32_t sum = 0;
  for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) {
    Op op = program_.expr(id).op;
    if (!(use_->of(id) & lane_mask_)) return;
    sum += op == Op::Reduce ? work_of_reduction : by_lanes(id) ? work_of_call : op == Op::Divide || op == Op::SquareRoot || op == Op::LinkScore ? work_of_division : 0;
  });
  return sum;
}

void LoopWriter::hoist_columns(const Assignment* assignments, size_t count) {
  const std::vector<uint32_t>& extents = *assignments[0].extents;
  uint64_t around = AxisUse::mask(0, uint32_t(extents.size() - 1)) & ~lane_mask_;
  if (!around) return;
  std::vector<ExprId> found;
  Visited visited;
  for (size_t i = 0; i < count; i++) collect_columns(assignments[i].expr, around, 0, found, visited);
  std::set<VariableId> written;  // by the nest itself: there only at the same turn
  for (size_t i = 0; i < count; i++)
    if (assignments[i].destination == Destination::Current || assignments[i].destination == Destination::Fixed) written.insert(assignments[i].variable);
  auto reads_written = [&](ExprId root) {
    bool reads = false;
    for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) {
      if (program_.expr(id).op == Op::Load && load_source(program_, program_.load_of(id)) != Source::Previous) reads |= written.count(program_.load_of(id).variable) > 0;
    });
    return reads;
  };
  found.erase(std::remove_if(found.begin(), found.end(), reads_written), found.end());
  uint32_t saved = 0;
  for (ExprId id : found) saved += work(id);
  if (saved < least_work || found.size() * extents.back() * 8 > room_for_columns) return;
  size_t vectors = values_.open();
  levels_.push_back({lane_mask_, lane_, 2, {}});
  std::vector<Expression*> body;
  std::unordered_map<ExprId, uint32_t> at;
  uint32_t end = f_.memory_.columns;
  for (ExprId id : found) {
    Place to = stream(int(Source::Fixed), {{IndexMap::Axis, lane_}}, {1});
    body.push_back(build_.makeStore(16, end, 8, build_.makeLocalGet(to.pointer, Type::i32), vector(id), Type::v128));
    at.emplace(id, end);
    end += extents.back() * 8;
  }
  over_lanes(extents.back(), body, f_.body_);
  values_.close(vectors);
  columns_ = std::move(at);
  f_.columns_end_ = std::max(f_.columns_end_, end);
}

Expression* LoopWriter::column(ExprId id) {
  Place at = stream(int(Source::Fixed), {{IndexMap::Axis, lane_}}, {1});
  return build_.makeLoad(16, false, columns_.at(id), 8, build_.makeLocalGet(at.pointer, Type::i32), Type::v128);
}

// The loop of the level at hand over pairs of lanes, and what goes before it.
void LoopWriter::over_lanes(uint32_t extent, std::vector<Expression*>& body, std::vector<Expression*>& before) {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  start(level, before);
  advance(level, body);
  Index axis = f_.axis_local(lane_);
  Name label("lanes" + std::to_string(f_.labels_++));
  Expression* next = build_.makeLocalTee(axis, build_.makeBinary(AddInt32, build_.makeLocalGet(axis, Type::i32), f_.integer(2)), Type::i32);
  body.push_back(build_.makeBreak(label, nullptr, build_.makeBinary(LtUInt32, next, f_.integer(extent & ~1u))));
  before.push_back(build_.makeLocalSet(axis, f_.integer(0)));
  before.push_back(build_.makeLoop(label, build_.makeBlock(body)));
}

void LoopWriter::write(const Assignment* assignments, size_t count) {
  const std::vector<uint32_t>& extents = *assignments[0].extents;
  lane_ = uint32_t(extents.size() - 1);
  lane_mask_ = AxisUse::mask(lane_, 1);
  use_ = std::make_unique<AxisUse>(program_);
  uint32_t extent = extents.back();
  size_t scalars = f_.values_.open(), vectors = values_.open();
  for (uint32_t i = 0; i < extents.size(); i++) f_.axis_local(i);
  std::vector<ExprId> invariants;
  Visited visited;
  for (size_t i = 0; i < count; i++) collect(assignments[i].expr, 0, invariants, visited);
  std::vector<Expression*> outer;
  uint64_t all = AxisUse::mask(0, uint32_t(extents.size()));
  for (ExprId id : invariants)
    if (!(use_->of(id) & all)) hoist(id, f_.body_);
  hoist_columns(assignments, count);
  for (ExprId id : invariants) hoist(id, outer);

  levels_.push_back({lane_mask_, lane_, 2, {}});
  if (f_.write_out_ && extents.size() == 1 && extent <= longest_written_out) {
    written_out(assignments, count, outer);
  } else {
    std::vector<Expression*> body;
    for (size_t i = 0; i < count; i++) store(assignments[i], body);
    over_lanes(extent, body, outer);
  }
  values_.close(vectors);
  columns_.clear();
  if (extent & 1) remainder(assignments, count, extent, outer);
  std::vector<uint32_t> around(extents.begin(), extents.end() - 1);
  f_.body_.push_back(f_.loops(0, around, build_.makeBlock(outer)));
  f_.values_.close(scalars);
}

// A short nest: the pointers stand still, and where a pair of lanes is becomes part of the constant offsets.
void LoopWriter::written_out(const Assignment* assignments, size_t count, std::vector<Expression*>& out) {
  std::vector<Expression*> body;
  for (turn_ = 0; turn_ < assignments[0].extents->back() / 2; turn_++) {
    size_t vectors = values_.open();
    body.push_back(build_.makeLocalSet(f_.axis_local(lane_), f_.integer(2 * turn_)));
    for (size_t i = 0; i < count; i++) store(assignments[i], body);
    values_.close(vectors);
  }
  turn_ = 0;
  start(levels_.back(), out);
  levels_.pop_back();
  out.insert(out.end(), body.begin(), body.end());
}

// The last element of an odd number of them, by the scalar code.
void LoopWriter::remainder(const Assignment* assignments, size_t count, uint32_t extent, std::vector<Expression*>& body) {
  body.push_back(build_.makeLocalSet(f_.axis_local(lane_), f_.integer(extent - 1)));
  for (size_t i = 0; i < count; i++) {
    const Assignment& a = assignments[i];
    size_t mark = f_.values_.open();
    uint32_t offset;
    Expression* to = f_.destination(a.destination, a.slot, offset);
    std::vector<Expression*> setup;
    Expression* check = nullptr;
    Expression* element = f_.element_offset(target(a), target_strides(program_, a), {}, offset, setup, check);
    if (element) to = build_.makeBinary(AddInt32, to, element);
    body.push_back(f_.store_f64(to, offset, f_.value(a.expr)));
    f_.values_.close(mark);
  }
}

Expression* LoopWriter::pointer(int base) {
  switch (base) {
    case int(Source::Current): return f_.pointer(FunctionWriter::row);
    case int(Source::Previous): return f_.pointer(FunctionWriter::previous);
    case to_out: return f_.pointer(FunctionWriter::out);
    default: return nullptr;  // the fixed region
  }
}

// The pointer that moves with the innermost of the loops at hand that the indices depend on.
LoopWriter::Place LoopWriter::stream(int base, const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides) {
  size_t l = levels_.size() - 1;
  uint64_t axes = 0;
  for (const IndexMap& i : indices)
    if (i.kind != IndexMap::Fixed) axes |= AxisUse::mask(i.value, 1);
  while (l > 0 && !(axes & levels_[l].axes)) l--;
  Level& level = levels_[l];
  for (const Stream& s : level.streams)
    if (s.base == base && s.indices == indices && s.strides == strides) return {s.local, l ? 0 : turn_ * s.step};
  uint32_t step = 0;
  for (size_t i = 0; i < indices.size(); i++)
    if (indices[i].kind == IndexMap::Axis && indices[i].value == level.axis) step += strides[i] * 8 * level.elements;
  level.streams.push_back({base, indices, strides, f_.new_local(Type::i32), step});
  return {level.streams.back().local, l ? 0 : turn_ * step};
}

// Before the loop of a level: where its pointers begin. The loop's own axis counts from 0.
void LoopWriter::start(Level& level, std::vector<Expression*>& before) {
  for (const Stream& s : level.streams) {
    Expression* at = pointer(s.base);
    for (size_t i = 0; i < s.indices.size(); i++) {
      const IndexMap& index = s.indices[i];
      if (index.kind == IndexMap::Fixed || index.value == level.axis) continue;
      uint32_t none = 0;
      std::vector<Expression*> setup;
      Expression* check = nullptr;
      IndexMap plain = index;
      plain.offset = 0;  // part of the constant offset
      Expression* part = f_.element_offset({plain}, {s.strides[i]}, {}, none, setup, check);
      at = at ? build_.makeBinary(AddInt32, at, part) : part;
    }
    before.push_back(build_.makeLocalSet(s.local, at ? at : f_.integer(0)));
  }
}

void LoopWriter::advance(const Level& level, std::vector<Expression*>& body) {
  for (const Stream& s : level.streams)
    if (s.step) body.push_back(build_.makeLocalSet(s.local, build_.makeBinary(AddInt32, build_.makeLocalGet(s.local, Type::i32), f_.integer(s.step))));
}

namespace {
// Bytes from a stream's pointer to what it points at: fixed positions and the beginnings of ranges.
uint32_t constant_part(const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides) {
  uint32_t bytes = 0;
  for (size_t i = 0; i < indices.size(); i++)
    bytes += 8 * strides[i] * (indices[i].kind == IndexMap::Fixed ? indices[i].value : indices[i].kind == IndexMap::Axis ? indices[i].offset : 0);
  return bytes;
}
}  // namespace

void LoopWriter::store(const Assignment& a, std::vector<Expression*>& body) {
  Expression* result = vector(a.expr);
  std::vector<IndexMap> indices = target(a);
  std::vector<uint32_t> strides = target_strides(program_, a);
  // Later assignments of the nest read what this one writes from a local.
  if (a.destination == Destination::Current || a.destination == Destination::Fixed)
    if (ExprId reader = f_.element_load_of(a.variable, indices); reader != none_id && f_.uses_.size() > reader && f_.uses_[reader]) {
      Index local = f_.new_local(Type::v128);
      result = build_.makeLocalTee(local, result, Type::v128);
      values_.set(reader, local);
    }
  uint32_t offset = a.slot * 8 + constant_part(indices, strides);
  int base = a.destination == Destination::Fixed ? int(Source::Fixed) : a.destination == Destination::Current ? int(Source::Current) : to_out;
  if (a.destination == Destination::Fixed) offset += f_.memory_.slab;
  Place at = stream(base, indices, strides);
  body.push_back(build_.makeStore(16, offset + at.offset, 8, build_.makeLocalGet(at.pointer, Type::i32), result, Type::v128));
}

Expression* LoopWriter::constant(double number) {
  std::array<Literal, 2> lanes{Literal(number), Literal(number)};
  return build_.makeConst(Literal(lanes));
}

Expression* LoopWriter::vector(ExprId id) {
  const Expr& e = program_.expr(id);
  if (e.op == Op::Constant) return constant(e.number);
  if (e.op == Op::Aggregate) return vector(program_.argument(id, 0));
  if (const Index* known = values_.find(id)) return get(*known);
  if (!(use_->of(id) & lane_mask_)) return splat(f_.value(id));
  f_.size_ += 2;  // the scalar code of the last element counts too
  Expression* result = columns_.count(id) ? column(id) : compute(id);
  if (f_.uses_[id] < 2) return result;
  Index local = f_.new_local(Type::v128);
  values_.set(id, local);
  return build_.makeLocalTee(local, result, Type::v128);
}

Expression* LoopWriter::compute(ExprId id) {
  const Expr& e = program_.expr(id);
  if (by_lanes(id)) return lanes(id);
  if (const VectorOp* v = vector_op(e.op)) {
    Expression* a = vector(program_.argument(id, 0));
    if (double factor = f_.factor_of_division(id)) return build_.makeBinary(MulVecF64x2, a, constant(factor));
    if (!v->binary) return build_.makeUnary(UnaryOp(v->wasm_op), a);
    return build_.makeBinary(BinaryOp(v->wasm_op), a, vector(program_.argument(id, 1)));
  }
  if (is_truth(e.op)) return build_.makeBinary(AndVec128, mask(id), constant(1));
  switch (e.op) {
    case Op::If: {
      if (Expression* branch = one_branch(id)) return branch;
      // In the order of evaluation: a kept value is set where it is first read.
      Expression* then = vector(program_.argument(id, 1));
      Expression* otherwise = vector(program_.argument(id, 2));
      return build_.makeSIMDTernary(Bitselect, then, otherwise, mask(program_.argument(id, 0)));
    }
    case Op::AxisIndex: {
      Expression* first = build_.makeUnary(ConvertUInt32ToFloat64, build_.makeLocalGet(f_.axis_local(e.payload), Type::i32));
      std::array<Literal, 2> step{Literal(0.0), Literal(1.0)};
      return build_.makeBinary(AddVecF64x2, splat(first), build_.makeConst(Literal(step)));
    }
    case Op::Reduce: return reduce(id);
    case Op::LinkScore: return link_score(id);
    default: return load(id);
  }
}

// Where both lanes go the same way, and whole loops stand there, only the branch that is taken is run: VECTOR SELECT has eleven.
Expression* LoopWriter::one_branch(ExprId id) {
  ExprId condition = program_.argument(id, 0);
  bool loops = false;
  for (uint32_t i = 1; i < 3 && !(use_->of(condition) & lane_mask_) && !loops; i++)
    for_each_node(program_, program_.argument(id, i), marks_, ++stamp_, [&](ExprId node) { loops |= program_.expr(node).op == Op::Reduce && !values_.find(node) && !columns_.count(node); });
  if (!loops) return nullptr;
  const Index* known = values_.find(condition);
  Expression* taken = known ? build_.makeBinary(NeFloat64, build_.makeSIMDExtract(ExtractLaneVecF64x2, get(*known), 0), f_.number(0)) : f_.condition(condition);
  Expression* branches[2];
  for (uint32_t i = 0; i < 2; i++) {
    size_t vectors = values_.open(), scalars = f_.values_.open();
    branches[i] = vector(program_.argument(id, i + 1));
    values_.close(vectors);
    f_.values_.close(scalars);
  }
  return build_.makeIf(taken, branches[0], branches[1], Type::v128);
}

// All bits of a lane, or none.
Expression* LoopWriter::mask(ExprId id) {
  const Expr& e = program_.expr(id);
  if (!is_truth(e.op) || values_.find(id) || !(use_->of(id) & lane_mask_)) return build_.makeBinary(NeVecF64x2, vector(id), constant(0));
  if (e.op == Op::Not) return build_.makeUnary(NotVec128, mask(program_.argument(id, 0)));
  if (e.op == Op::And || e.op == Op::Or) {
    Expression* a = mask(program_.argument(id, 0));
    return build_.makeBinary(e.op == Op::And ? AndVec128 : OrVec128, a, mask(program_.argument(id, 1)));
  }
  Expression* a = vector(program_.argument(id, 0));
  return build_.makeBinary(comparisons[int(e.op) - int(Op::Equal)], a, vector(program_.argument(id, 1)));
}

Expression* LoopWriter::load(ExprId id) {
  const LoadInfo& info = program_.load_of(id);
  std::vector<uint32_t> strides = strides_of(program_, info.variable);
  Source source = load_source(program_, info);
  uint32_t offset = program_.variables[info.variable].slot * 8 + constant_part(info.indices, strides), step = 0;
  if (source == Source::Fixed) offset += f_.memory_.slab;
  for (size_t i = 0; i < info.indices.size(); i++)
    if (info.indices[i].kind == IndexMap::Axis && info.indices[i].value == lane_) step += strides[i];
  // Through a table in the loop that moves there is no step.
  bool by_table = std::any_of(info.indices.begin(), info.indices.end(), [&](const IndexMap& i) {
    return i.kind == IndexMap::Mapped && std::any_of(levels_.begin(), levels_.end(), [&](const Level& l) { return l.axis == i.value; });
  });
  if (by_table) return load_by_table(info, strides, source, step);
  Place at = stream(int(source), info.indices, strides);
  offset += at.offset;
  auto address = [&] { return build_.makeLocalGet(at.pointer, Type::i32); };
  if (step == 1) return build_.makeLoad(16, false, offset, 8, address(), Type::v128);
  Expression* first = build_.makeSIMDLoad(Load64ZeroVec128, offset, 8, address());
  return build_.makeSIMDLoadStoreLane(Load64LaneVec128, offset + step * 8, 8, 1, address(), first);
}

Expression* LoopWriter::load_by_table(const LoadInfo& info, const std::vector<uint32_t>& strides, Source source, uint32_t step) {
  uint32_t offset = program_.variables[info.variable].slot * 8 + (source == Source::Fixed ? f_.memory_.slab : 0);
  std::vector<Expression*> setup;
  Expression* check = nullptr;
  Expression* at = f_.element_offset(info.indices, strides, {}, offset, setup, check);
  if (Expression* base = pointer(int(source))) at = build_.makeBinary(AddInt32, base, at);
  if (step == 1) return build_.makeLoad(16, false, offset, 8, at, Type::v128);
  Index local = f_.new_local(Type::i32);
  Expression* first = build_.makeSIMDLoad(Load64ZeroVec128, offset, 8, build_.makeLocalTee(local, at, Type::i32));
  Index vector = f_.new_local(Type::v128);
  std::vector<Expression*> block{build_.makeLocalSet(vector, first),
           build_.makeSIMDLoadStoreLane(Load64LaneVec128, offset + step * 8, 8, 1, build_.makeLocalGet(local, Type::i32), get(vector))};
  return build_.makeBlock(block, Type::v128);
}

// The scalar code twice, with the loop's axis at each lane.
Expression* LoopWriter::lanes(ExprId id) {
  Index axis = f_.axis_local(lane_), first = f_.new_local(Type::f64), second = f_.new_local(Type::f64);
  auto moved = [&](uint32_t by) { return build_.makeLocalSet(axis, build_.makeBinary(AddInt32, build_.makeLocalGet(axis, Type::i32), f_.integer(by))); };
  std::vector<Expression*> block;
  for (Index local : {first, second}) {
    size_t mark = f_.values_.open();
    block.push_back(build_.makeLocalSet(local, f_.value(id)));
    f_.values_.close(mark);
    block.push_back(moved(local == first ? 1 : uint32_t(-1)));
  }
  block.push_back(build_.makeSIMDReplace(ReplaceLaneVecF64x2, splat(build_.makeLocalGet(first, Type::f64)), 1, build_.makeLocalGet(second, Type::f64)));
  return build_.makeBlock(block, Type::v128);
}

Expression* LoopWriter::reduce(ExprId id) {
  const Reduction& r = program_.reductions[program_.expr(id).payload];
  constexpr BinaryOp ops[] = {AddVecF64x2, MulVecF64x2, MinVecF64x2, MaxVecF64x2};
  Index sum = f_.new_local(Type::v128);
  size_t vectors = values_.open(), scalars = f_.values_.open();
  for (uint32_t i = 0; i < r.extents.size(); i++) f_.axis_local(r.first_axis + i);
  std::vector<Expression*> parts;
  for (uint32_t extent : r.extents)
    if (extent == 0) return constant(reduce_neutral[int(r.op)]);
  uint32_t last = r.first_axis + uint32_t(r.extents.size()) - 1;
  levels_.push_back({use_->own(program_.expr(id)), last, 1, {}});
  std::vector<Expression*> body;
  Expression* next = vector(program_.argument(id, 0));
  body.push_back(build_.makeLocalSet(sum, build_.makeBinary(ops[int(r.op)], get(sum), next)));
  Level level = std::move(levels_.back());
  levels_.pop_back();
  values_.close(vectors);
  f_.values_.close(scalars);
  std::vector<Expression*> inner;
  start(level, inner);
  advance(level, body);
  inner.push_back(f_.loops(last, {r.extents.back()}, build_.makeBlock(body)));
  std::vector<uint32_t> around(r.extents.begin(), r.extents.end() - 1);
  parts.push_back(build_.makeLocalSet(sum, constant(reduce_neutral[int(r.op)])));
  parts.push_back(f_.loops(r.first_axis, around, build_.makeBlock(inner)));
  parts.push_back(get(sum));
  return build_.makeBlock(parts, Type::v128);
}

Index LoopWriter::kept(ExprId id, std::vector<Expression*>& before) {
  if (const Index* known = values_.find(id)) return *known;
  Expression* computed = vector(id);
  if (const Index* known = values_.find(id)) {
    before.push_back(build_.makeDrop(computed));
    return *known;
  }
  Index local = f_.new_local(Type::v128);
  before.push_back(build_.makeLocalSet(local, computed));
  return local;
}

// wasm-runtime's scores_of, in line and with less to do where the source's own change is all there is. Signs are put together bit by bit.
Expression* LoopWriter::link_score(ExprId id) {
  ExprId change_id = program_.argument(id, 0), dz_id = program_.argument(id, 1), dx_id = program_.argument(id, 2);
  std::vector<Expression*> block;
  Index change = kept(change_id, block), dz = kept(dz_id, block), dx = kept(dx_id, block);
  auto difference = [&](Index local) { return build_.makeBinary(SubVecF64x2, get(local), get(local)); };
  bool only = change_id == dz_id, same = only && dz_id == dx_id, opposite = program_.expr(change_id).op == Op::Negate && program_.argument(change_id, 0) == dx_id;
  Expression* size = only ? (Expression*)build_.makeBinary(AddVecF64x2, constant(1), difference(dz)) : build_.makeBinary(DivVecF64x2, get(opposite ? dx : change), get(dz));
  // Its sign is that of change / dx; of x by itself it is 1. That of change / dz is there already, and differs where those of dz and dx do.
  auto signs = [&] { return build_.makeBinary(AndVec128, build_.makeBinary(XorVec128, get(dz), get(dx)), constant(-0.0)); };
  if (opposite) size = build_.makeBinary(OrVec128, size, constant(-0.0));
  else if (change_id == dx_id && !same) size = build_.makeBinary(AndNotVec128, size, constant(-0.0));
  else if (!same) size = build_.makeBinary(XorVec128, size, signs());
  Expression* score = build_.makeBinary(AddVecF64x2, size, difference(dx));
  Expression* still = build_.makeBinary(EqVecF64x2, get(dx), constant(0));
  if (!same) still = build_.makeBinary(OrVec128, build_.makeBinary(EqVecF64x2, get(dz), constant(0)), still);
  block.push_back(build_.makeBinary(AndNotVec128, score, still));
  return build_.makeBlock(block, Type::v128);
}

}  // namespace loopscope
