#include "ltm/analysis.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "ltm/discovery.h"
#include "ltm/loops.h"

namespace loopscope {

const char* runtime_polarity_name(RuntimePolarity p) {
  constexpr const char* names[] = {"reinforcing", "balancing", "mostly_reinforcing", "mostly_balancing", "undetermined"};
  return names[int(p)];
}

Result<Analysis> Analysis::create(const Program& program, const LtmPlan& plan, std::vector<double> slab) {
  size_t size = slab.size();
  // The rows that the run has reached: the slab of a partial run ends with its last row.
  size_t rows = size < program.fixed_slots ? 0 : (size - program.fixed_slots) / program.row_slots;
  if (rows == 0 || rows > program.rows || size != program.fixed_slots + rows * program.row_slots)
    return diagnose(Code::bad_slab, "the results hold " + std::to_string(size) + " values, which is no number of rows of the layout; hand over the slab of a run of this program");
  Analysis analysis(program, plan);
  analysis.rows_ = uint32_t(rows);
  analysis.slab_ = std::move(slab);
  return analysis;
}

std::vector<double> Analysis::row_series(uint32_t slot) const {
  std::vector<double> out(rows_);
  const double* from = slab_.data() + program_->fixed_slots + slot;
  for (uint32_t r = 0; r < rows_; r++) out[r] = from[size_t(r) * program_->row_slots];
  return out;
}

namespace {

// Of the same times: where |b| is larger, b's.
void keep_stronger(std::vector<double>& best, const std::vector<double>& other) {
  for (size_t i = 0; i < best.size(); i++)
    if (std::fabs(other[i]) > std::fabs(best[i])) best[i] = other[i];
}

// Sums of a loop's positive and negative scores.
struct SignSums {
  double reinforcing = 0, balancing = 0;
  void add(const std::vector<double>& score) {
    for (double s : score) {
      if (!std::isfinite(s)) continue;
      if (s > 0) reinforcing += s;
      if (s < 0) balancing -= s;
    }
  }
};

RuntimePolarity runtime_polarity(const SignSums& sums, Polarity structural) {
  auto [reinforcing, balancing] = sums;
  if (reinforcing == 0 && balancing == 0)  // never active: what its structure says
    return structural == Polarity::Positive   ? RuntimePolarity::Reinforcing
           : structural == Polarity::Negative ? RuntimePolarity::Balancing
                                              : RuntimePolarity::Undetermined;
  if (balancing == 0) return RuntimePolarity::Reinforcing;
  if (reinforcing == 0) return RuntimePolarity::Balancing;
  double confidence = std::fabs(reinforcing - balancing) / (reinforcing + balancing);
  if (!(confidence >= 0.99)) return RuntimePolarity::Undetermined;
  return reinforcing > balancing ? RuntimePolarity::MostlyReinforcing : RuntimePolarity::MostlyBalancing;
}

// Score over the partition's total.
double relative_to(double score, double total) { return !std::isfinite(score) ? std::nan("") : total == 0 ? 0 : score / total; }
std::vector<double> relative_to(const std::vector<double>& score, const std::vector<double>& total) {
  std::vector<double> out(score.size());
  for (size_t r = 0; r < out.size(); r++) out[r] = relative_to(score[r], total[r]);
  return out;
}
double share_of(const std::vector<double>& score, const std::vector<double>& total) {
  double sum = 0;
  uint32_t active = 0;
  for (size_t r = 0; r < score.size(); r++) {
    if (!std::isfinite(score[r]) || score[r] == 0) continue;
    sum += std::fabs(relative_to(score[r], total[r]));
    active++;
  }
  return active ? sum / active : 0;
}

}  // namespace

// Hidden nodes are passed through; but an aggregate with very many sources and targets would be a link for every pair of them.
std::vector<bool> Analysis::shown_nodes(const std::vector<std::vector<uint32_t>>& out) const {
  constexpr uint64_t most_pairs = 2500;
  std::vector<uint64_t> in(plan_->nodes.size(), 0);
  for (uint32_t e : plan_->graph) in[plan_->edges[e].to]++;
  std::vector<bool> shown(plan_->nodes.size());
  for (NodeId n = 0; n < plan_->nodes.size(); n++)
    shown[n] = !program_->variables[plan_->nodes[n].variable].hidden || in[n] * out[n].size() > most_pairs;
  return shown;
}

// Every simple route from a link into hidden nodes to the next shown ones.
void Analysis::routes_from(uint32_t first, const std::vector<std::vector<uint32_t>>& out, const std::vector<bool>& shown, std::vector<LinkResult>& results) const {
  constexpr uint32_t most_routes = 10000;
  struct Frame {
    NodeId node;
    uint32_t next;
    std::vector<double> score;
    Polarity polarity;
  };
  const Edge& start = plan_->edges[first];
  std::vector<Frame> stack;
  stack.push_back({start.to, 0, edge_series(first), start.polarity});
  size_t before = results.size();
  uint32_t routes = 0;
  std::unordered_map<NodeId, size_t> known;
  auto on_stack = [&](NodeId n) { return std::any_of(stack.begin(), stack.end(), [n](const Frame& f) { return f.node == n; }); };
  while (!stack.empty() && routes < most_routes) {
    Frame& frame = stack.back();
    if (frame.next >= out[frame.node].size()) {
      stack.pop_back();
      continue;
    }
    uint32_t number = out[frame.node][frame.next++];
    const Edge& edge = plan_->edges[number];
    if (on_stack(edge.to)) continue;
    std::vector<double> score = edge_series(number);
    for (size_t i = 0; i < score.size(); i++) score[i] *= frame.score[i];
    Polarity polarity = frame.polarity * edge.polarity;
    if (!shown[edge.to]) {
      stack.push_back({edge.to, 0, std::move(score), polarity});
      continue;
    }
    routes++;
    auto [it, added] = known.emplace(edge.to, results.size() - before);
    if (added) {
      results.push_back({start.from, edge.to, polarity, std::move(score), {}});
    } else {
      LinkResult& result = results[before + it->second];
      keep_stronger(result.score, score);
      if (result.polarity != polarity) result.polarity = Polarity::Unknown;
    }
  }
}

std::vector<LinkResult> Analysis::links() const {
  std::vector<std::vector<uint32_t>> out(plan_->nodes.size());
  for (uint32_t e : plan_->graph) out[plan_->edges[e].from].push_back(e);
  std::vector<bool> shown = shown_nodes(out);
  std::vector<LinkResult> results;
  for (uint32_t e : plan_->graph) {
    const Edge& edge = plan_->edges[e];
    if (!shown[edge.from]) continue;
    if (shown[edge.to]) results.push_back({edge.from, edge.to, edge.polarity, edge_series(e), {}});
    else routes_from(e, out, shown, results);
  }
  // |score| over the sum of |score| of all links into the same target; 0 where that sum is 0.
  std::unordered_map<NodeId, std::vector<double>> totals;
  for (const LinkResult& link : results) {
    std::vector<double>& total = totals[link.to];
    total.resize(rows_, 0);
    for (size_t r = 0; r < total.size(); r++)
      if (std::isfinite(link.score[r])) total[r] += std::fabs(link.score[r]);
  }
  for (LinkResult& link : results) {
    const std::vector<double>& total = totals[link.to];
    link.relative.resize(rows_);
    for (size_t r = 0; r < total.size(); r++)
      link.relative[r] = !std::isfinite(link.score[r]) ? std::nan("") : total[r] == 0 ? 0 : std::fabs(link.score[r]) / total[r];
  }
  return results;
}

struct Analysis::Found {
  std::vector<Loop> loops;             // those that were found after the run
  std::vector<Partition> partitions;
  std::vector<std::vector<double>> totals;  // sum of |score| of each partition
  std::vector<LoopResult> results;
  LoopSearch search;
};

Analysis::Found& Analysis::found() {
  if (found_) return *found_;
  found_ = std::make_shared<Found>();
  found_->search.mode = plan_->mode;
  found_->search.note = plan_->note;
  found_->partitions = plan_->partitions;
  if (plan_->mode == "discovery") {
    discover(*found_);
  } else {
    found_->search.method = "exhaustive";
    for (const Loop& loop : plan_->loops) found_->search.universe += loop.slots.size();
    found_->search.retained = found_->search.universe;
  }
  score_loops(*found_);
  return *found_;
}

const std::vector<LoopResult>& Analysis::loops() { return found().results; }
const std::vector<Partition>& Analysis::partitions() { return found().partitions; }
const LoopSearch& Analysis::search() { return found().search; }
LoopSeries Analysis::series(const LoopResult& loop, size_t slot) {
  LoopSeries series{loop_series(*loop.loop, slot), {}};
  series.relative = relative_to(series.score, found().totals[loop.loop->slots[slot].partition]);
  return series;
}
std::optional<LoopSeries> Analysis::series(std::string_view id) {
  for (const LoopResult& result : loops()) {
    const Loop& loop = *result.loop;
    if (id.compare(0, loop.id.size(), loop.id) != 0) continue;
    for (size_t s = 0; s < loop.slots.size(); s++)
      if (slot_name(*program_, loop, loop.slots[s]) == id) return series(result, s);
  }
  return std::nullopt;
}

// The product that the run made, or one made now, in the same order.
std::vector<double> Analysis::loop_series(const Loop& loop, size_t slot) const {
  if (loop.score != none_id) return row_series(program_->variables[loop.score].slot + uint32_t(slot));
  const std::vector<uint32_t>& edges = loop.slots[slot].edges;
  std::vector<double> product = edge_series(edges[0]);
  for (size_t i = 1; i < edges.size(); i++) {
    std::vector<double> score = edge_series(edges[i]);
    for (size_t r = 0; r < score.size(); r++) product[r] *= score[r];
  }
  return product;
}

// Nothing where no node is an element of an array.
void Analysis::describe_arrays(ScoredGraph& graph) const {
  bool any = false;
  for (VariableId v = 0; v < plan_->first_node.size(); v++) {
    ScoredGraph::Array array{plan_->first_node[v], {}};
    const auto& dimensions = program_->variables[v].dimensions;
    for (size_t i = 0; i < dimensions.size() && array.first != none_id; i++) {
      uint32_t again = uint32_t(std::count(dimensions.begin(), dimensions.begin() + long(i), dimensions[i]));
      uint32_t number = dimensions[i] + again * uint32_t(program_->dimensions.size());
      graph.dimensions = std::max(graph.dimensions, number + 1);
      array.axes.push_back({number, uint32_t(program_->dimensions[dimensions[i]].elements.size())});
      any = true;
    }
    graph.arrays.push_back(std::move(array));
  }
  if (!any) return graph.arrays.clear();
  for (const Node& node : plan_->nodes) graph.array.push_back(node.variable);
}

// Discovery mode: searches the graph of what was active, then lists what mattered as exhaustive mode lists all.
void Analysis::discover(Found& found) const {
  ScoredGraph graph;
  graph.nodes = uint32_t(plan_->nodes.size());
  graph.stock = plan_->stock;
  graph.rows = slab_.data() + program_->fixed_slots;
  graph.row_count = rows_;
  graph.row_stride = program_->row_slots;
  for (uint32_t e : plan_->graph) {
    const Edge& edge = plan_->edges[e];
    bool known = edge.polarity == Polarity::Positive || edge.polarity == Polarity::Negative;
    graph.edges.push_back({edge.from, edge.to, score_slot(edge), int8_t(known ? int8_t(edge.polarity) : 0)});
    if (plan_->links[edge.link].kind == LinkKind::Composite) graph.stock[edge.to] = true;  // a macro's stocks
  }
  describe_arrays(graph);
  DiscoveryOptions options;
  options.max_loops = plan_->discovery.max_loops;
  options.threshold = plan_->discovery.threshold;
  options.budget_ms = plan_->discovery.budget_ms;
  Discovery result = loopscope::discover(graph, options);

  std::map<std::vector<uint32_t>, uint32_t> order;  // of circuits, by their edges in the plan
  CircuitList circuits;
  for (const DiscoveredLoop& loop : result.loops) {
    std::vector<uint32_t> edges;
    for (uint32_t e : loop.edges) edges.push_back(plan_->graph[e]);
    edges = from_least(std::move(edges));
    order.emplace(edges, uint32_t(order.size()));
    circuits.push_back(std::move(edges));
  }
  std::erase_if(circuits, [&](const std::vector<uint32_t>& edges) {
    return std::any_of(plan_->loops.begin(), plan_->loops.end(), [&](const Loop& pinned) {
      return std::any_of(pinned.slots.begin(), pinned.slots.end(), [&](const LoopSlot& slot) { return from_least(slot.edges) == edges; });
    });
  });
  found.loops = make_loops(*program_, *plan_, std::move(circuits), plan_->loops);
  std::map<std::string, uint32_t> rank;
  for (const Loop& loop : found.loops) {
    uint32_t& best = rank.emplace(loop.id, none_id).first->second;
    for (const LoopSlot& slot : loop.slots) best = std::min(best, order.at(from_least(slot.edges)));
  }
  std::stable_sort(found.loops.begin(), found.loops.end(), [&](const Loop& a, const Loop& b) { return rank.at(a.id) < rank.at(b.id); });
  found.loops.insert(found.loops.begin(), plan_->loops.begin(), plan_->loops.end());
  found.partitions = assign_partitions(*program_, *plan_, found.loops);
  // What each partition's loops come to, listed or not.
  std::unordered_map<uint32_t, const DiscoveredPartition*> by_component;
  for (const DiscoveredPartition& p : result.partitions)
    if (!p.stocks.empty()) by_component.emplace(plan_->component[p.stocks[0]], &p);
  found.totals.assign(found.partitions.size(), {});
  for (const Loop& loop : found.loops)
    for (const LoopSlot& slot : loop.slots)
      if (auto it = by_component.find(plan_->component[slot.path[0]]); it != by_component.end() && has_stock(*plan_, slot)) found.totals[slot.partition] = it->second->total;

  LoopSearch& search = found.search;
  search.method = discovery_method_name(result.method);
  search.universe = result.universe;
  search.retained = result.retained;
  search.truncated = result.truncated || result.retained > result.loops.size();
  search.note += "; discovery by " + search.method + " found " + std::to_string(search.universe) + " loops active at some time, of which " + std::to_string(search.retained) +
                 " matter and " + std::to_string(result.loops.size()) + " are listed";
  if (result.truncated) search.note += std::string("; there may be others: ") + result.reason;
}

void Analysis::score_loops(Found& found) const {
  const std::vector<Loop>& loops = found.loops.empty() ? plan_->loops : found.loops;
  // Totals that the search has not given are those of the loops that are listed.
  found.totals.resize(found.partitions.size());
  std::vector<bool> sum_up;
  for (std::vector<double>& total : found.totals) {
    sum_up.push_back(total.empty());
    total.resize(rows_, 0);
  }
  std::vector<uint32_t> order = plan_->pinned;
  std::vector<bool> pinned(loops.size(), false);
  for (uint32_t l : order) pinned[l] = true;
  for (uint32_t l = 0; l < loops.size(); l++)
    if (!pinned[l]) order.push_back(l);
  for (uint32_t l : order) {
    LoopResult result{&loops[l], RuntimePolarity::Undetermined, 0, pinned[l], {}};
    SignSums all;
    for (size_t s = 0; s < loops[l].slots.size(); s++) {
      SignSums sums;
      std::vector<double> score = loop_series(loops[l], s);
      sums.add(score);
      all.add(score);
      uint32_t partition = loops[l].slots[s].partition;
      for (size_t r = 0; r < score.size() && sum_up[partition]; r++)
        if (std::isfinite(score[r])) found.totals[partition][r] += std::fabs(score[r]);
      result.slots.push_back({runtime_polarity(sums, loops[l].structural), 0});
    }
    result.polarity = runtime_polarity(all, loops[l].structural);
    found.results.push_back(std::move(result));
  }
  for (LoopResult& result : found.results) {
    std::map<uint32_t, double> shares;  // of each partition
    for (size_t s = 0; s < result.slots.size(); s++) {
      uint32_t partition = result.loop->slots[s].partition;
      result.slots[s].share = share_of(loop_series(*result.loop, s), found.totals[partition]);
      shares[partition] += result.slots[s].share;
    }
    for (const auto& [partition, share] : shares) result.share += share / double(shares.size());
  }
}

}  // namespace loopscope
