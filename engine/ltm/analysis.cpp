#include "ltm/analysis.h"

#include <algorithm>
#include <cmath>

namespace loopscope {

const char* runtime_polarity_name(RuntimePolarity p) {
  constexpr const char* names[] = {"reinforcing", "balancing", "mostly_reinforcing", "mostly_balancing", "undetermined"};
  return names[int(p)];
}

Result<Analysis> Analysis::create(const Program& program, const LtmPlan& plan, const double* slab, size_t size) {
  // The rows that the run has reached: the slab of a partial run ends with its last row.
  size_t rows = size < program.fixed_slots ? 0 : (size - program.fixed_slots) / program.row_slots;
  if (rows == 0 || rows > program.rows || size != program.fixed_slots + rows * program.row_slots)
    return diagnose(Code::bad_slab, "the results hold " + std::to_string(size) + " values, which is no number of rows of the layout; hand over the slab of a run of this program");
  Analysis analysis(program, plan);
  analysis.rows_ = uint32_t(rows);
  analysis.slab_.assign(slab, slab + size);
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

RuntimePolarity runtime_polarity(const std::vector<double>& score, Polarity structural) {
  double reinforcing = 0, balancing = 0;
  for (double s : score) {
    if (!std::isfinite(s)) continue;
    if (s > 0) reinforcing += s;
    if (s < 0) balancing -= s;
  }
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

}  // namespace

// Every simple route from a link into hidden variables to the next shown ones.
void Analysis::routes_from(uint32_t first, const std::vector<std::vector<uint32_t>>& out, std::vector<LinkResult>& results) const {
  constexpr uint32_t most_routes = 10000;
  struct Frame {
    VariableId node;
    uint32_t next;
    std::vector<double> score;
    Polarity polarity;
  };
  const Link& start = plan_->links[first];
  std::vector<Frame> stack;
  stack.push_back({start.to, 0, score_series(start.score), start.polarity});
  size_t before = results.size();
  uint32_t routes = 0;
  auto on_stack = [&](VariableId v) { return std::any_of(stack.begin(), stack.end(), [v](const Frame& f) { return f.node == v; }); };
  while (!stack.empty() && routes < most_routes) {
    Frame& frame = stack.back();
    if (frame.next >= out[frame.node].size()) {
      stack.pop_back();
      continue;
    }
    const Link& link = plan_->links[out[frame.node][frame.next++]];
    if (on_stack(link.to)) continue;
    std::vector<double> score = score_series(link.score);
    for (size_t i = 0; i < score.size(); i++) score[i] *= frame.score[i];
    Polarity polarity = frame.polarity * link.polarity;
    if (program_->variables[link.to].hidden) {
      stack.push_back({link.to, 0, std::move(score), polarity});
      continue;
    }
    routes++;
    auto known = std::find_if(results.begin() + long(before), results.end(), [&](const LinkResult& r) { return r.to == link.to; });
    if (known == results.end()) {
      results.push_back({start.from, link.to, polarity, std::move(score), {}});
    } else {
      keep_stronger(known->score, score);
      if (known->polarity != polarity) known->polarity = Polarity::Unknown;
    }
  }
}

std::vector<LinkResult> Analysis::links() const {
  std::vector<std::vector<uint32_t>> out(program_->variables.size());
  for (uint32_t i : plan_->graph) out[plan_->links[i].from].push_back(i);
  std::vector<LinkResult> results;
  for (uint32_t i : plan_->graph) {
    const Link& link = plan_->links[i];
    if (program_->variables[link.from].hidden) continue;
    if (program_->variables[link.to].hidden) {
      routes_from(i, out, results);
    } else {
      results.push_back({link.from, link.to, link.polarity, score_series(link.score), {}});
    }
  }
  // |score| over the sum of |score| of all links into the same target; 0 where that sum is 0.
  std::unordered_map<VariableId, std::vector<double>> totals;
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

std::vector<LoopResult> Analysis::loops() const {
  std::vector<LoopResult> results;
  std::vector<std::vector<double>> totals(plan_->partitions.size(), std::vector<double>(rows_, 0));
  for (const Loop& loop : plan_->loops) {
    LoopResult result{&loop, RuntimePolarity::Undetermined, score_series(loop.score), {}, 0};
    result.polarity = runtime_polarity(result.score, loop.structural);
    std::vector<double>& total = totals[loop.partition];
    for (size_t r = 0; r < total.size(); r++)
      if (std::isfinite(result.score[r])) total[r] += std::fabs(result.score[r]);
    results.push_back(std::move(result));
  }
  for (LoopResult& result : results) {
    const std::vector<double>& total = totals[result.loop->partition];
    result.relative.resize(rows_);
    double sum = 0;
    uint32_t active = 0;
    for (size_t r = 0; r < total.size(); r++) {
      double score = result.score[r];
      result.relative[r] = !std::isfinite(score) ? std::nan("") : total[r] == 0 ? 0 : score / total[r];
      if (std::isfinite(score) && score != 0) {
        sum += std::fabs(result.relative[r]);
        active++;
      }
    }
    result.share = active ? sum / active : 0;
  }
  return results;
}

}  // namespace loopscope
