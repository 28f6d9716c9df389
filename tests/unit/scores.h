// A run with its loops scored, asked by names: what ltm_*_test.cpp look at.
#pragma once
#include <algorithm>
#include <optional>

#include "small_models.h"

namespace small {

struct ScoredLoop {
  const Loop* loop;
  RuntimePolarity polarity;
  double share;
  std::vector<LoopSeries> slots;
};

struct Scored {
  Simulation simulation;
  std::optional<Analysis> analysis;
  std::vector<LinkResult> link_results;
  std::vector<ScoredLoop> loop_results;

  const LtmPlan& plan() const { return *simulation.compiled.plan; }
  bool hidden(NodeId n) const { return simulation.program().variables[plan().nodes[n].variable].hidden; }
  std::string id(NodeId n) const { return node_name(simulation.program(), plan().nodes[n]); }

  // "a -> b" among the links that are shown.
  const LinkResult* link(const std::string& from, const std::string& to) const {
    for (const LinkResult& l : link_results)
      if (id(l.from) == from && id(l.to) == to) return &l;
    FAIL_CHECK("no link " << from << " -> " << to);
    return nullptr;
  }
  std::vector<double> link_score(const std::string& from, const std::string& to) const {
    const LinkResult* l = link(from, to);
    return l ? l->score : std::vector<double>();
  }

  // The variables of a loop that a person is shown, in order, blanks between; of one that repeats, those of its first slot.
  std::string shown(const ScoredLoop& l) const {
    std::string out;
    for (NodeId n : l.loop->slots[0].path)
      if (!hidden(n)) out += (out.empty() ? "" : " ") + id(n);
    return out;
  }
  const ScoredLoop* loop(const std::string& names) const {
    for (const ScoredLoop& l : loop_results)
      if (shown(l) == names) return &l;
    FAIL_CHECK("no loop " << names << "; there are " << loop_names());
    return nullptr;
  }
  std::vector<double> loop_score(const std::string& names) const {
    const ScoredLoop* l = loop(names);
    return l ? l->slots[0].score : std::vector<double>();
  }
  std::vector<double> relative(const std::string& names) const {
    const ScoredLoop* l = loop(names);
    return l ? l->slots[0].relative : std::vector<double>();
  }
  // "r1: a b; b1: a c"
  std::string loop_names() const {
    std::vector<std::string> all;
    for (const ScoredLoop& l : loop_results) all.push_back(l.loop->id + ": " + shown(l));
    std::sort(all.begin(), all.end());
    std::string out;
    for (const std::string& text : all) out += (out.empty() ? "" : "; ") + text;
    return out;
  }
};

inline Scored score_xmile(std::string_view xmile, CompileOptions options = {}) {
  options.ltm = true;
  Scored scored;
  scored.simulation = compile_xmile(xmile, options);
  if (!scored.simulation.ok()) {
    FAIL_CHECK("does not compile:\n" << scored.simulation.everything_said());
    return scored;
  }
  scored.simulation.vm->run_to_end();
  auto analysis = Analysis::create(scored.simulation.program(), *scored.simulation.compiled.plan, std::vector<double>(scored.simulation.vm->slab(), scored.simulation.vm->slab() + scored.simulation.vm->slab_size()));
  CHECK(bool(analysis));
  if (!analysis) return scored;
  scored.analysis = std::move(*analysis);
  scored.link_results = scored.analysis->links();
  for (const LoopResult& l : scored.analysis->loops()) {
    scored.loop_results.push_back({l.loop, l.polarity, l.share, {}});
    for (size_t s = 0; s < l.slots.size(); s++) scored.loop_results.back().slots.push_back(scored.analysis->series(l, s));
  }
  return scored;
}
inline Scored score(std::string_view lines, const CompileOptions& options = {}) { return score_xmile(to_xmile(lines), options); }

inline std::vector<double> sum(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out = a;
  for (size_t i = 0; i < out.size() && i < b.size(); i++) out[i] += b[i];
  return out;
}

// |change / dz| with the sign of change against dx: LTM.md section 1, by hand.
inline double link_by_hand(double change, double dz, double dx) {
  if (dz == 0 || dx == 0) return 0;
  return std::fabs(change / dz) * ((change < 0) != (dx < 0) ? -1 : 1);
}

}  // namespace small
