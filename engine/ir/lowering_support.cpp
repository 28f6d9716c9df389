#include "ir/lowering_support.h"

#include <algorithm>

#include "ir/axes.h"

namespace loopscope {

const char* section_name(Section section) {
  constexpr const char* names[] = {"invariants", "initial", "step", "record", "derivatives", "limit", "array_scores", "changes", "scores"};
  return names[int(section)];
}

namespace {

const std::vector<uint32_t> no_extents;

// x(t) - x(t-dt) of one slot of the row: its load at t, else none_id.
ExprId change_of(const Program& p, ExprId id) {
  const Expr& e = p.expr(id);
  if (e.op != Op::Subtract) return none_id;
  ExprId a = p.argument(id, 0), b = p.argument(id, 1);
  if (p.expr(a).op != Op::Load || p.expr(b).op != Op::Load) return none_id;
  const LoadInfo &now = p.load_of(a), &before = p.load_of(b);
  bool pair = now.variable == before.variable && now.plane == Plane::Current && before.plane == Plane::Previous && now.indices == before.indices;
  bool one = std::all_of(now.indices.begin(), now.indices.end(), [](const IndexMap& i) { return i.kind == IndexMap::Fixed; });
  return pair && one && p.variables[now.variable].place == Place::Row ? a : none_id;
}
uint32_t slot_of(const Program& p, ExprId load) {
  const LoadInfo& info = p.load_of(load);
  return p.variables[info.variable].slot + element_at(p, info.indices, strides_of(p, info.variable), {});
}

// With fewer scores than this their code fits the processor's caches, and is quicker than going through a table.
constexpr size_t table_from = 100;

struct TableLink {
  bool fits = false;
  ExprId from, to;  // their loads
  ls_link_kind kind;
  ExprId change;
  ExprId net = none_id;  // the target's change where that is no variable's: the net flow of a stock
};

TableLink table_link(const Program& p, const Equation& e) {
  TableLink link;
  if (p.scores.size() < table_from || !e.target_index.empty() || p.expr(e.expr).op != Op::LinkScore) return link;
  ExprId change = p.argument(e.expr, 0), dz = p.argument(e.expr, 1), dx = p.argument(e.expr, 2);
  link.from = change_of(p, dx);
  link.to = change_of(p, dz);
  link.change = change;
  if (link.from == none_id) return link;
  if (link.to == none_id && change == dz) return link;
  if (link.to == none_id) {
    // The only outflow: net flow is -f, so d(net) is (-f) - (-f before).
    auto negated = [&](ExprId a, ExprId b) { return p.expr(a).op == Op::Negate && p.argument(a, 0) == b; };
    const Expr& net = p.expr(dz);
    bool opposite = negated(change, dx) && net.op == Op::Subtract && negated(p.argument(dz, 0), p.argument(dx, 0)) && negated(p.argument(dz, 1), p.argument(dx, 1));
    link.kind = opposite ? LS_LINK_OPPOSITE : LS_LINK_CHANGE;
    link.net = opposite ? none_id : dz;
  } else {
    link.kind = change == dx && dz == dx ? LS_LINK_SAME : change == dz ? LS_LINK_ONLY : LS_LINK_CHANGE;
  }
  link.fits = true;
  return link;
}

Assignment assign(const Program& p, const Equation& e) {
  const ProgramVariable& v = p.variables[e.target];
  return {v.place == Place::Fixed ? Destination::Fixed : Destination::Current, v.slot, e.target, e.expr, &e.extents,
          e.target_index.empty() ? nullptr : &e.target_index};
}

// Which scores are computed before those of the table: the ones over arrays that need none of it, nor of the other scores.
std::vector<bool> early_scores(const Program& p) {
  std::vector<bool> early(p.scores.size()), late(p.variables.size(), false);
  std::vector<uint32_t> marks;
  for (size_t i = 0; i < p.scores.size(); i++) {
    const Equation& e = p.scores[i];
    early[i] = !e.extents.empty();
    if (early[i])
      for_each_node(p, e.expr, marks, uint32_t(i + 1), [&](ExprId id) {
        const Expr& node = p.expr(id);
        if (node.op == Op::DelayRead) early[i] = false;  // of what is recorded in between
        if (node.op == Op::Load && late[p.load_of(id).variable]) early[i] = false;
      });
    if (!early[i]) late[e.target] = true;
  }
  return early;
}

}  // namespace

std::vector<Assignment> section_assignments(const Program& p, Section section) {
  std::vector<Assignment> out;
  auto all = [&](const std::vector<Equation>& equations) {
    for (const Equation& e : equations) out.push_back(assign(p, e));
  };
  switch (section) {
    case Section::Invariants: all(p.invariants); break;
    case Section::Initial: all(p.initials); break;
    case Section::Step:
      all(p.dynamics);
      if (!is_runge_kutta(p.method))
        for (const StockInfo& s : p.stocks)
          out.push_back({Destination::Next, p.variables[s.variable].slot, s.variable, s.euler, &s.extents, nullptr});
      break;
    case Section::Record:
      for (uint32_t i = 0; i < p.delays.size(); i++)
        out.push_back({is_scheduled(p.delays[i]) ? Destination::Schedule : Destination::Delay, i, none_id, p.delays[i].input, &no_extents, nullptr});
      break;
    case Section::Derivatives:
      if (is_runge_kutta(p.method))
        for (const StockInfo& s : p.stocks)
          out.push_back({Destination::Derivative, p.variables[s.variable].slot - 1, s.variable, s.net, &s.extents, nullptr});
      break;
    case Section::Limit:
      if (is_runge_kutta(p.method))
        for (const StockInfo& s : p.stocks)
          if (s.limit != none_id) out.push_back({Destination::Current, p.variables[s.variable].slot, s.variable, s.limit, &s.extents, nullptr});
      break;
    case Section::Changes: {
      std::unordered_map<ExprId, uint32_t> nets;
      for (const Equation& e : p.scores) {
        TableLink link = table_link(p, e);
        if (!link.fits || link.kind != LS_LINK_CHANGE) continue;
        Assignment a = assign(p, e);
        a.expr = link.change;
        out.push_back(a);
        if (link.net != none_id && nets.emplace(link.net, uint32_t(nets.size())).second)
          out.push_back({Destination::Derivative, p.score_first + uint32_t(nets.size()) - 1, none_id, link.net, &no_extents, nullptr});
      }
      break;
    }
    case Section::ArrayScores:
    case Section::Scores: {
      std::vector<bool> early = early_scores(p);
      for (size_t i = 0; i < p.scores.size(); i++)
        if (early[i] == (section == Section::ArrayScores) && !table_link(p, p.scores[i]).fits) out.push_back(assign(p, p.scores[i]));
      break;
    }
  }
  return out;
}

void sort_scores(Program& p) {
  std::vector<std::vector<Equation>> by_kind(LS_LINK_KINDS + 1);
  for (Equation& e : p.scores) {
    TableLink link = table_link(p, e);
    by_kind[link.fits ? int(link.kind) : LS_LINK_KINDS].push_back(std::move(e));
  }
  p.scores.clear();
  for (auto& equations : by_kind)
    for (Equation& e : equations) p.scores.push_back(std::move(e));
}

std::vector<ls_link> score_links(const Program& p, ls_run& run) {
  std::vector<ls_link> by_kind[LS_LINK_KINDS], links;
  std::unordered_map<ExprId, uint32_t> nets;
  for (const Equation& e : p.scores) {
    TableLink link = table_link(p, e);
    if (!link.fits) continue;
    uint32_t to = link.net != none_id ? p.score_first + nets.emplace(link.net, uint32_t(nets.size())).first->second
                                      : slot_of(p, link.to == none_id ? link.from : link.to);
    auto bytes = [](uint32_t slot) { return uint32_t(slot * sizeof(double)); };
    by_kind[link.kind].push_back({bytes(p.variables[e.target].slot), bytes(slot_of(p, link.from)), bytes(to)});
  }
  run.net_count = uint32_t(nets.size());
  run.link_total = 0;
  for (int kind = 0; kind < LS_LINK_KINDS; kind++) {
    run.link_counts[kind] = uint32_t(by_kind[kind].size());
    run.link_total += run.link_counts[kind];
    links.insert(links.end(), by_kind[kind].begin(), by_kind[kind].end());
  }
  return links;
}

std::unordered_map<ExprId, uint32_t> work_regions(const Program& program, uint64_t& size) {
  std::unordered_map<ExprId, uint32_t> regions;
  size = 0;
  for (ExprId id = 0; id < program.exprs.size(); id++) {
    if (program.expr(id).op != Op::Reduce) continue;
    const Reduction& r = program.reductions[program.expr(id).payload];
    if (r.op != ReduceOp::Invert) continue;
    regions.emplace(id, uint32_t(size));
    size += uint64_t(r.extents[0]) * (r.extents[0] + 1);
  }
  return regions;
}

std::vector<uint32_t> count_uses(const Program& program, const std::vector<Assignment>& assignments) {
  std::vector<uint32_t> uses(program.exprs.size(), 0), marks;
  for (const Assignment& a : assignments) {
    uses[a.expr]++;
    for_each_node(program, a.expr, marks, 1, [&](ExprId id) {
      const Expr& e = program.expr(id);
      for (uint32_t i = 0; i < e.count; i++) uses[program.arguments[e.first + i]]++;
      if (e.op == Op::Load)
        for (const IndexMap& index : program.load_of(id).indices)
          if (index.kind == IndexMap::Computed) uses[index.expr]++;
    });
  }
  return uses;
}

uint64_t AxisUse::mask(uint32_t first, uint32_t count) {
  uint64_t m = 0;
  for (uint32_t i = first; i < first + count; i++) m |= uint64_t(1) << std::min(i, 63u);
  return m;
}

uint64_t AxisUse::own(const Expr& reduce) const {
  const Reduction& r = program_.reductions[reduce.payload];
  return mask(r.first_axis, uint32_t(r.extents.size()));
}

uint64_t AxisUse::of(ExprId id) {
  auto it = known_.find(id);
  if (it != known_.end()) return it->second;
  const Expr& e = program_.expr(id);
  uint64_t result = e.op == Op::AxisIndex || e.op == Op::Accumulator ? mask(e.payload, 1) : 0;
  if (e.op == Op::Load)
    for (const IndexMap& index : program_.load_of(id).indices) {
      if (index.kind == IndexMap::Axis || index.kind == IndexMap::Mapped) result |= mask(index.value, 1);
      if (index.kind == IndexMap::Computed) result |= of(index.expr);
    }
  for (uint32_t i = 0; i < e.count; i++) result |= of(program_.argument(id, i));
  if (e.op == Op::Reduce) result &= ~(own(e) & ~mask(63, 1));  // the last bit may stand for others
  known_.emplace(id, result);
  return result;
}

namespace {
struct InvariantFinder {
  const Program& program;
  AxisUse use;
  std::vector<ExprId> found;
  std::unordered_map<ExprId, uint64_t> visited;  // under which loops

  // `loops`: those to leave, and those of reductions on the way down.
  void visit(ExprId id, uint64_t loops) {
    auto [seen, added] = visited.emplace(id, loops);
    if (!added && seen->second == loops) return;
    seen->second = loops;
    const Expr& e = program.expr(id);
    if (e.op == Op::Reduce && !(use.of(id) & loops)) {
      if (std::find(found.begin(), found.end(), id) == found.end()) found.push_back(id);
      return;
    }
    if (e.op == Op::Reduce) loops |= use.own(e);
    for (uint32_t i = 0; i < e.count; i++) visit(program.argument(id, i), loops);
    if (e.op == Op::Load)
      for (const IndexMap& index : program.load_of(id).indices)
        if (index.kind == IndexMap::Computed) visit(index.expr, loops);
  }
};
}  // namespace

std::vector<ExprId> loop_invariants(const Program& program, ExprId body, uint32_t first, uint32_t count) {
  InvariantFinder finder{program, AxisUse(program), {}, {}};
  finder.visit(body, AxisUse::mask(first, count));
  return std::move(finder.found);
}

}  // namespace loopscope
