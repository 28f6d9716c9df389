#include "ltm/link_scores.h"

#include <algorithm>

#include "ir/axes.h"

namespace loopscope {

// Moves loads one dt back, but for those of the wanted element. Where only the run can tell whether a load is of that element (a
// reducer's loop passes it, a subscript is computed, x[i] is x[nyc]) the copy asks.
class LinkScores::Mover : public AxisCopier {
 public:
  Mover(LinkScores& scores, const CausalRead& read, const Wanted* wanted, std::vector<Target> targets)
      : AxisCopier(scores.build_, std::move(targets), int32_t(read.extents.size() - read.own_axes)), scores_(scores), wanted_(wanted) {}

  static std::vector<Target> own_axes(const CausalRead& read) {
    std::vector<Target> targets;
    for (uint32_t a = 0; a < read.own_axes; a++) targets.push_back({false, a});
    return targets;
  }

 protected:
  ExprId load(const LoadInfo& info) override {
    if (scores_.program_.variables[info.variable].place != Place::Row) return build_.load(info.variable, info.plane, info.indices);
    ExprId before = build_.load(info.variable, Plane::Previous, info.indices);
    if (!wanted_ || info.variable != wanted_->variable) return before;
    ExprId now = build_.load(info.variable, info.plane, info.indices), test = none_id;
    for (size_t i = 0; i < info.indices.size(); i++) {
      const IndexMap &have = info.indices[i], &want = wanted_->read->from[i];
      if (have == want) continue;
      bool never = have.kind == want.kind && (have.kind == IndexMap::Fixed || (have.kind == IndexMap::Axis && have.value == want.value));
      if (never) return before;
      ExprId same = build_.node(Op::Equal, {scores_.index_value(have), scores_.index_value(want)});
      test = test == none_id ? same : build_.node(Op::And, {test, same});
    }
    return test == none_id ? now : build_.node(Op::If, {test, now, before});
  }
  // The draw that was made then.
  ExprId step_index(ExprId id) override { return build_.subtract(id, build_.constant(1)); }

 private:
  LinkScores& scores_;
  const Wanted* wanted_;
};

ExprId LinkScores::of(const Link& link, const CausalRead& read) {
  ExprId dx = change_at(link.from, read.from);
  if (link.kind == LinkKind::Lag) return build_.node(Op::LinkScore, {dx, dx, dx});
  if (link.kind == LinkKind::Flow) return flow(link, read);
  ExprId dz = change_at(link.to, read.to);
  return build_.node(Op::LinkScore, {partial_change(link, read, dz), dz, dx});
}

// LTM.md section 1: +-|d(f) / d(net)|, an outflow of a stock that cannot go negative as it was really applied.
ExprId LinkScores::flow(const Link& link, const CausalRead& read) {
  const StockInfo& stock = program_.stocks[read.equation];
  ExprId net = stock.net, flow = read.loads[0];
  bool out = link.polarity == Polarity::Negative;
  if (stock.non_negative && !stock.outflows.empty()) net = applied_net(stock, link.from, flow);
  ExprId df = build_.subtract(flow, at_previous(flow, read));
  ExprId dnet = build_.subtract(net, at_previous(net, read));
  return build_.node(Op::LinkScore, {out ? build_.node(Op::Negate, {df}) : df, dnet, df});
}

// Net flow with each outflow limited to what the stock and its inflows leave for it, in the order of the outflows; `flow`
// becomes the limited form if it is one of them.
ExprId LinkScores::applied_net(const StockInfo& stock, VariableId wanted, ExprId& flow) {
  auto loads = flow_loads(program_, stock);
  std::vector<IndexMap> own;
  for (uint32_t a = 0; a < stock.extents.size(); a++) own.push_back({IndexMap::Axis, a});
  ExprId zero = build_.constant(0);
  ExprId in = none_id;
  for (VariableId f : stock.inflows) in = in == none_id ? loads.at(f) : build_.add(in, loads.at(f));
  ExprId left = build_.node(Op::Divide, {load_at(stock.variable, own, Plane::Current), build_.constant(program_.dt)});
  if (in != none_id) left = build_.add(left, in);
  ExprId net = in;
  for (VariableId f : stock.outflows) {
    ExprId applied = build_.node(Op::Minimum, {loads.at(f), build_.node(Op::Maximum, {left, zero})});
    if (f == wanted) flow = applied;
    left = build_.subtract(left, applied);
    net = net == none_id ? build_.node(Op::Negate, {applied}) : build_.subtract(net, applied);
  }
  return net;
}

// f(x(t), w(t-dt)...) - z(t-dt).
ExprId LinkScores::partial_change(const Link& link, const CausalRead& read, ExprId dz) {
  ExprId f = program_.dynamics[read.equation].expr;
  Wanted wanted{link.from, &read};
  if (only_input(f, wanted)) return dz;  // nothing else can change: the partial is z(t), to the bit
  bool looped = read.extents.size() > read.own_axes;
  // Of a sum, only the terms that read x change.
  std::vector<std::pair<ExprId, bool>> terms;
  additive_terms(f, false, terms);
  ExprId sum = none_id;
  for (auto [term, negative] : terms) {
    if (!reads(term, link.from)) continue;
    ExprId change = looped ? linear_change(term, wanted) : none_id;
    if (change == none_id && terms.size() == 1)
      return build_.subtract(with_only(f, wanted), load_at(link.to, read.to, Plane::Previous));
    if (change == none_id) {
      ExprId before = at_previous(term, read), after = with_only(term, wanted);
      change = negative ? build_.subtract(before, after) : build_.subtract(after, before);
    } else if (negative) {
      change = build_.node(Op::Negate, {change});
    }
    sum = sum == none_id ? change : build_.add(sum, change);
  }
  return sum;
}

// The change of a sum over an array, or of one multiplied or divided by what does not read x: that of one of its terms. None_id where
// the term is no such thing, and has to be evaluated as a whole.
ExprId LinkScores::linear_change(ExprId term, const Wanted& wanted) {
  const Expr e = program_.expr(term);
  if (e.op == Op::Aggregate) return linear_change(program_.argument(term, 0), wanted);
  if (e.op == Op::Reduce) return program_.reductions[e.payload].op == ReduceOp::Sum ? sum_change(term, wanted) : none_id;
  if (e.op != Op::Multiply && e.op != Op::Divide) return none_id;
  ExprId a = program_.argument(term, 0), b = program_.argument(term, 1);
  if (e.op == Op::Multiply && !reads(a, wanted.variable)) std::swap(a, b);
  if (reads(b, wanted.variable)) return none_id;
  ExprId change = linear_change(a, wanted);
  return change == none_id ? none_id : build_.node(e.op, {change, at_previous(b, *wanted.read)});
}

// If the sum reads the wanted variable in one way only, and each element in one term.
ExprId LinkScores::sum_change(ExprId sum, const Wanted& wanted) {
  const Reduction r = program_.reductions[program_.expr(sum).payload];
  const CausalRead& read = *wanted.read;
  std::vector<Mover::Target> targets = Mover::own_axes(read);
  targets.resize(r.first_axis + r.extents.size(), {true, 0});
  std::vector<bool> taken(read.extents.size(), false), matched(r.extents.size(), false);
  bool fits = true;
  ExprId body = program_.argument(sum, 0);
  visit(body, [&](ExprId id) {
    if (program_.expr(id).op != Op::Load || program_.load_of(id).variable != wanted.variable) return;
    const std::vector<IndexMap>& indices = program_.load_of(id).indices;
    for (size_t i = 0; i < indices.size(); i++) {
      const IndexMap &have = indices[i], &want = read.from[i];
      uint32_t loop = have.value - r.first_axis;
      if (have.kind == IndexMap::Axis && have.value >= r.first_axis && loop < r.extents.size()) {
        bool same = want.kind == IndexMap::Axis && want.value >= read.own_axes && want.offset == have.offset && read.extents[want.value] == r.extents[loop];
        if (matched[loop]) same &= targets[have.value].value == want.value;
        else if (same) same = !taken[want.value];
        fits &= same;
        if (!same) continue;
        matched[loop] = taken[want.value] = true;
        targets[have.value] = {false, want.value};
      } else {
        fits &= have == want && (have.kind == IndexMap::Fixed || have.value < read.own_axes);
      }
    }
  });
  if (!fits || std::find(matched.begin(), matched.end(), false) != matched.end()) return none_id;
  ExprId now = Mover(*this, read, &wanted, targets).copy(body), before = Mover(*this, read, nullptr, targets).copy(body);
  return build_.subtract(now, before);
}

void LinkScores::additive_terms(ExprId id, bool negative, std::vector<std::pair<ExprId, bool>>& terms) {
  std::vector<std::pair<ExprId, bool>> pending{{id, negative}};
  while (!pending.empty()) {
    auto [node, minus] = pending.back();
    pending.pop_back();
    Op op = program_.expr(node).op;
    if (op == Op::Add || op == Op::Subtract) {
      pending.push_back({program_.argument(node, 1), minus != (op == Op::Subtract)});
      pending.push_back({program_.argument(node, 0), minus});
    } else if (op == Op::Negate) {
      pending.push_back({program_.argument(node, 0), !minus});
    } else {
      terms.push_back({node, minus});
    }
  }
}

bool LinkScores::only_input(ExprId root, const Wanted& wanted) {
  bool only = true;
  visit(root, [&](ExprId id) {
    const Expr& e = program_.expr(id);
    if (e.op == Op::StepIndex || e.op == Op::FirstStep || e.op == Op::DelayRead) only = false;
    if (e.op != Op::Load) return;
    const LoadInfo& load = program_.load_of(id);
    if (program_.variables[load.variable].place != Place::Row || reads_still(program_, plan_, load)) return;
    only &= load.variable == wanted.variable && load.indices == wanted.read->from;
  });
  return only && wanted.read->extents.size() == wanted.read->own_axes;
}

bool LinkScores::reads(ExprId root, VariableId x) {
  bool found = false;
  visit(root, [&](ExprId id) { found |= program_.expr(id).op == Op::Load && program_.load_of(id).variable == x; });
  return found;
}

ExprId LinkScores::at_previous(ExprId id, const CausalRead& read) {
  bool shared = read.extents.size() == read.own_axes;  // no loop is renumbered
  if (shared)
    if (auto it = previous_.find(id); it != previous_.end()) return it->second;
  ExprId result = Mover(*this, read, nullptr, Mover::own_axes(read)).copy(id);
  if (shared) previous_.emplace(id, result);
  return result;
}

ExprId LinkScores::with_only(ExprId id, const Wanted& wanted) { return Mover(*this, *wanted.read, &wanted, Mover::own_axes(*wanted.read)).copy(id); }

// 0-based.
ExprId LinkScores::index_value(const IndexMap& index) {
  switch (index.kind) {
    case IndexMap::Fixed: return build_.constant(index.value);
    case IndexMap::Computed: return build_.subtract(build_.node(Op::Floor, {index.expr}), build_.constant(1));
    default: break;
  }
  ExprId axis = build_.node(Op::AxisIndex, {}, index.value);
  if (index.kind == IndexMap::Axis) return index.offset ? build_.add(axis, build_.constant(index.offset)) : axis;
  auto [table, added] = tables_.emplace(index.table, uint32_t(program_.tables.size()));
  if (added) {
    ProgramTable function{"", TableKind::Discrete, 1, {}, {}};
    for (uint32_t to : program_.index_tables[index.table]) {
      function.x.push_back(double(function.x.size()));
      function.y.push_back(to);
    }
    program_.tables.push_back(std::move(function));
  }
  return build_.node(Op::Lookup, {axis}, table->second);
}

}  // namespace loopscope
