// Discovery against a search that walks every path and knows no tricks: random graphs with random activity, the two ways in which loops
// are left out, and graphs that are too much for either method.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>

#include "ltm/discovery.h"

using namespace loopscope;

namespace {

using Loop = std::vector<uint32_t>;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();

// A graph with the slab that it reads. Score slots are not the numbers of edges, and a row has more than scores.
struct Model {
  ScoredGraph graph;
  std::vector<double> slab;
  uint32_t slot(uint32_t edge) const { return uint32_t(graph.edges.size()) - edge; }

  Model(uint32_t nodes, uint32_t rows, std::vector<uint32_t> stocks = {}) {
    graph.nodes = nodes;
    graph.row_count = rows;
    graph.stock.resize(nodes);
    for (uint32_t s : stocks) graph.stock[s] = true;
  }
  void edge(uint32_t from, uint32_t to) { graph.edges.push_back({from, to, 0}); }
  // Scores once all edges are there: of an edge at a row.
  template <typename Score>
  Model& fill(Score score) {
    graph.row_stride = graph.edges.size() + 2;
    slab.assign(graph.row_stride * graph.row_count, 1e9);
    for (uint32_t e = 0; e < graph.edges.size(); e++) {
      graph.edges[e].score = slot(e);
      for (uint32_t r = 0; r < graph.row_count; r++) slab[r * graph.row_stride + slot(e)] = score(e, r);
    }
    graph.rows = slab.data();
    return *this;
  }
  double score(uint32_t edge, uint32_t row) const { return slab[row * graph.row_stride + slot(edge)]; }
  Discovery discover(const DiscoveryOptions& options = {}) {
    graph.rows = slab.data();
    return loopscope::discover(graph, options);
  }
};

Loop from_least(Loop loop) {
  std::rotate(loop.begin(), std::min_element(loop.begin(), loop.end()), loop.end());
  return loop;
}

struct Expected {
  uint32_t partition;  // least stock that can reach and be reached; none: without stock
  std::vector<double> score;
  double share = 0;
  bool retained = false, alone = false, largest = false;
};
constexpr uint32_t none = 0xFFFFFFFF;

struct Oracle {
  const Model& model;
  std::map<Loop, Expected> loops;
  std::map<uint32_t, std::vector<double>> totals;

  Oracle(const Model& m, double threshold) : model(m) {
    for (uint32_t start = 0; start < m.graph.nodes; start++) {
      std::vector<bool> seen(m.graph.nodes, false);
      Loop path;
      walk(start, start, seen, path);
    }
    std::map<uint32_t, uint32_t> members;
    for (auto& [loop, expected] : loops) {
      if (expected.partition == none) continue;
      members[expected.partition]++;
      auto& total = totals[expected.partition];
      total.resize(m.graph.row_count);
      for (uint32_t r = 0; r < total.size(); r++)
        if (std::isfinite(expected.score[r])) total[r] += std::fabs(expected.score[r]);
    }
    std::map<std::pair<uint32_t, uint32_t>, Expected*> largest;
    for (auto& [loop, expected] : loops) {
      expected.alone = expected.partition == none || members[expected.partition] == 1;
      uint32_t active = 0;
      for (uint32_t r = 0; r < m.graph.row_count; r++) {
        double score = std::fabs(expected.score[r]);
        if (!std::isfinite(score) || score == 0) continue;
        double total = expected.partition == none ? score : totals[expected.partition][r];
        active++;
        expected.share += score / total;
        if (score >= threshold * total) expected.retained = true;
        if (expected.partition == none) continue;
        Expected*& best = largest[{expected.partition, r}];
        if (!best || std::fabs(best->score[r]) < score) best = &expected;
      }
      if (active) expected.share /= active;
    }
    for (auto& [at, best] : largest) best->largest = best->retained = true;
  }

  uint32_t partition(uint32_t stock) const {
    // Both ways by walking: u can reach v.
    auto reaches = [&](uint32_t u, uint32_t v) {
      std::vector<bool> seen(model.graph.nodes, false);
      std::vector<uint32_t> pending{u};
      while (!pending.empty()) {
        uint32_t x = pending.back();
        pending.pop_back();
        for (const auto& e : model.graph.edges)
          if (e.from == x && !seen[e.to]) {
            seen[e.to] = true;
            pending.push_back(e.to);
          }
      }
      return bool(seen[v]);
    };
    for (uint32_t v = 0; v < stock; v++)
      if (model.graph.stock[v] && reaches(v, stock) && reaches(stock, v)) return v;
    return stock;
  }

  void walk(uint32_t start, uint32_t node, std::vector<bool>& seen, Loop& path) {
    for (uint32_t e = 0; e < model.graph.edges.size(); e++) {
      const auto& edge = model.graph.edges[e];
      if (edge.from != node || edge.to < start || seen[edge.to]) continue;
      path.push_back(e);
      if (edge.to == start) {
        add(path);
      } else {
        seen[edge.to] = true;
        walk(start, edge.to, seen, path);
        seen[edge.to] = false;
      }
      path.pop_back();
    }
  }

  void add(const Loop& path) {
    Loop loop = from_least(path);
    Expected expected{none, {}};
    bool together = false;
    for (uint32_t r = 0; r < model.graph.row_count; r++) {
      double score = 1;
      bool active = true;
      for (uint32_t e : loop) {
        double s = model.score(e, r);
        active &= !std::isnan(s) && s != 0;
        score *= s;
      }
      together |= active;
      expected.score.push_back(score);
    }
    if (!together) return;
    for (uint32_t e : loop)
      if (model.graph.stock[model.graph.edges[e].from]) expected.partition = partition(model.graph.edges[e].from);
    loops[loop] = expected;
  }

  uint64_t retained() const {
    return uint64_t(std::count_if(loops.begin(), loops.end(), [](const auto& l) { return l.second.retained; }));
  }
};

DiscoveryOptions all(double threshold = 0) {
  DiscoveryOptions options;
  options.max_loops = 1'000'000;
  options.threshold = threshold;
  return options;
}

std::set<Loop> set_of(const Discovery& found) {
  std::set<Loop> out;
  for (const auto& loop : found.loops) out.insert(loop.edges);
  CHECK(out.size() == found.loops.size());
  return out;
}

bool close(double a, double b) { return a == b || std::fabs(a - b) <= 1e-12 * std::max(std::fabs(a), std::fabs(b)); }

// Every number of every loop reported; the first difference in words.
std::string difference(const Oracle& oracle, const Discovery& found) {
  auto text = [](const Loop& loop) {
    std::string out;
    for (uint32_t e : loop) out += " " + std::to_string(e);
    return out;
  };
  if (found.universe != oracle.loops.size())
    return "universe of " + std::to_string(found.universe) + ", not " + std::to_string(oracle.loops.size());
  if (found.retained != oracle.retained())
    return "retained " + std::to_string(found.retained) + ", not " + std::to_string(oracle.retained());
  if (found.loops.size() != oracle.retained()) return "reported " + std::to_string(found.loops.size());
  std::map<uint32_t, uint32_t> partitions;
  const DiscoveredLoop* last = nullptr;
  bool last_alone = false;
  for (const DiscoveredLoop& loop : found.loops) {
    auto known = oracle.loops.find(loop.edges);
    if (known == oracle.loops.end()) return "no such loop:" + text(loop.edges);
    const Expected& expected = known->second;
    if (!expected.retained) return "should not be retained:" + text(loop.edges);
    if (!close(loop.share, expected.share)) return "share of" + text(loop.edges) + " is " + std::to_string(loop.share) + ", not " + std::to_string(expected.share);
    if (loop.largest != expected.largest) return "largest or not:" + text(loop.edges);
    // By rank: those alone last; by share; equal ones (within what rounding does) by edges.
    if (last && last_alone && !expected.alone) return "alone and not last:" + text(last->edges);
    if (last && last_alone == expected.alone) {
      if (loop.share > last->share + 2e-12) return "rank of" + text(loop.edges);
      if (loop.share == last->share && !(last->edges < loop.edges)) return "rank among equals of" + text(loop.edges);
    }
    const DiscoveredPartition& partition = found.partitions[loop.partition];
    if (expected.partition == none) {
      if (!partition.stocks.empty() || partition.loops != 1) return "partition of a loop without stock:" + text(loop.edges);
    } else {
      if (partition.stocks.empty() || partition.stocks[0] != expected.partition) return "partition of" + text(loop.edges);
      if (!partitions.emplace(loop.partition, expected.partition).second && partitions[loop.partition] != expected.partition) return "partitions mixed";
      if ((partition.loops == 1) != expected.alone) return "number of loops in the partition of" + text(loop.edges);
    }
    for (uint32_t r = 0; r < oracle.model.graph.row_count; r++) {
      double score = std::fabs(expected.score[r]);
      double total = expected.partition != none ? oracle.totals.at(expected.partition)[r] : std::isfinite(score) ? score : 0;
      if (!close(partition.total[r], total)) return "total at row " + std::to_string(r);
    }
    last = &loop;
    last_alone = expected.alone;
  }
  return "";
}

// All ordered pairs.
Model complete(uint32_t n, uint32_t rows) {
  Model model(n, rows);
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = 0; b < n; b++)
      if (a != b) model.edge(a, b);
  return model;
}

double milliseconds_of(const std::chrono::steady_clock::time_point& start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("discovery: the loops, totals, shares and ranks of a search that walks every path") {
  std::mt19937 random(11);
  uint64_t found = 0, dropped = 0, without_stock = 0, apart = 0, infinite = 0;
  for (int round = 0; round < 3000; round++) {
    uint32_t nodes = 1 + random() % 8, edges = random() % (nodes < 6 ? nodes * nodes + 3 : 32);
    uint32_t rows = round % 3 ? 1 + random() % 6 : 60 + random() % 80;  // one word of bits, or up to three
    Model model(nodes, rows);
    for (uint32_t v = 0; v < nodes; v++) model.graph.stock[v] = random() % 3 == 0;
    // Sometimes two halves with few edges between them.
    bool halves = random() % 3 == 0;
    for (uint32_t i = 0; i < edges; i++) {
      uint32_t from = random() % nodes, to = random() % nodes;
      if (halves && from > to && from >= nodes / 2 && to < nodes / 2 && random() % 4) std::swap(from, to);
      model.edge(from, to);
    }
    // Powers of two make sums exact and ties common; other scores do not.
    bool exact = random() % 2;
    uint32_t idle = random() % 6, odd = random() % 3 ? 0 : 1 + random() % 8;
    std::normal_distribution<double> normal;
    model.fill([&](uint32_t, uint32_t) {
      if (random() % 10 < idle) return random() % 2 ? 0.0 : -0.0;
      if (odd && random() % 60 < odd) return random() % 2 ? not_a_number : random() % 2 ? inf : -inf;
      double sign = random() % 2 ? 1 : -1;
      return sign * (exact ? std::ldexp(1, int(random() % 5) - 2) : std::exp(3 * normal(random)));
    });
    double threshold = std::vector<double>{0, 0.001, 0.05, 0.4}[random() % 4];
    Oracle oracle(model, threshold);
    Discovery result = model.discover(all(threshold));
    CHECK(result.method == DiscoveryMethod::Enumeration);
    CHECK_FALSE(result.truncated);
    std::string wrong = difference(oracle, result);
    if (!wrong.empty()) {
      FAIL_CHECK("round " << round << ": " << wrong);
      break;
    }
    found += result.universe;
    dropped += result.universe - result.retained;
    for (const auto& [loop, expected] : oracle.loops) {
      without_stock += expected.partition == none;
      for (double score : expected.score) infinite += std::isinf(score);
    }
    apart += result.partitions.size() > 2;
  }
  CHECK(found > 20000);
  CHECK(dropped > 1000);
  CHECK(without_stock > 100);
  CHECK(apart > 30);
  CHECK(infinite > 100);
}

// Where a search without blocking would walk every path: the rows' graphs are small, their union is not.
TEST_CASE("discovery: larger graphs of which each row has a little") {
  std::mt19937 random(5);
  for (int round = 0; round < 60; round++) {
    uint32_t nodes = 9 + random() % 4, rows = 70;
    Model model = complete(nodes, rows);
    for (uint32_t v = 0; v < nodes; v++) model.graph.stock[v] = v % 2;
    // Row by row about as many edges as nodes, so that the oracle can be run on each row by itself.
    std::vector<std::vector<bool>> on(rows, std::vector<bool>(model.graph.edges.size()));
    for (auto& row : on)
      for (uint32_t i = 0; i < nodes + 4; i++) row[random() % row.size()] = true;
    std::normal_distribution<double> normal;
    model.fill([&](uint32_t e, uint32_t r) { return on[r][e] ? normal(random) : 0; });
    std::set<Loop> expected;
    for (uint32_t r = 0; r < rows; r++) {
      Model row(nodes, 1);
      std::vector<uint32_t> number;
      for (uint32_t e = 0; e < on[r].size(); e++)
        if (on[r][e]) {
          row.edge(model.graph.edges[e].from, model.graph.edges[e].to);
          number.push_back(e);
        }
      row.fill([](uint32_t, uint32_t) { return 1; });
      for (const auto& [loop, what] : Oracle(row, 0).loops) {
        Loop renamed;
        for (uint32_t e : loop) renamed.push_back(number[e]);
        expected.insert(renamed);
      }
    }
    Discovery result = model.discover(all());
    CHECK(result.universe == expected.size());
    CHECK(set_of(result) == expected);
  }
}

TEST_CASE("discovery: opposite directions are two loops, rotations one, parallel edges different") {
  Model model(3, 1, {0});
  for (auto [a, b] : {std::pair{0, 1}, {1, 2}, {2, 0}, {0, 2}, {2, 1}, {1, 0}}) model.edge(uint32_t(a), uint32_t(b));
  model.edge(0, 1);
  model.fill([](uint32_t, uint32_t) { return 0.5; });
  Discovery result = model.discover();
  CHECK(set_of(result) == std::set<Loop>{{0, 1, 2}, {1, 2, 6}, {3, 4, 5}, {0, 5}, {5, 6}, {1, 4}, {2, 3}});
  CHECK(result.universe == 7);
}

TEST_CASE("discovery: a loop whose links are never active together is none") {
  Model model(3, 2, {0});
  model.edge(0, 1);
  model.edge(1, 0);
  model.edge(1, 2);
  model.edge(2, 0);
  // At row 0 the way back is 1 -> 0; at row 1 the half of the other way that does not lead there.
  model.fill([](uint32_t e, uint32_t r) { return e == 0 ? 1.0 : e == 3 ? double(r == 1) : double(r == 0); });
  Discovery result = model.discover();
  CHECK(set_of(result) == std::set<Loop>{{0, 1}});
  CHECK(result.universe == 1);
  CHECK(result.loops[0].share == 1);
  // Infinite is active, NaN is not.
  model.fill([](uint32_t e, uint32_t) { return e == 1 ? not_a_number : e == 2 ? inf : 1; });
  result = model.discover();
  CHECK(result.universe == 1);
  CHECK(result.loops.empty());  // it has no score that could be compared
}

TEST_CASE("discovery: a loop alone in its partition has its own score as total, to the bit") {
  Model model(5, 3, {0});
  for (uint32_t v = 0; v < 5; v++) model.edge(v, (v + 1) % 5);
  model.fill([](uint32_t e, uint32_t r) { return 0.1 + 0.3 * e + 0.7 * r; });
  Discovery result = model.discover();
  REQUIRE(result.loops.size() == 1);
  CHECK(result.loops[0].edges == Loop{0, 1, 2, 3, 4});
  CHECK(result.partitions[0].stocks == std::vector<uint32_t>{0});
  for (uint32_t r = 0; r < 3; r++) {
    double score = 1;
    for (uint32_t e : result.loops[0].edges) score *= model.score(e, r);
    CHECK(result.partitions[0].total[r] == score);
  }
  CHECK(result.loops[0].share == 1);
}

// A hub with loops of two edges, scores as given.
static Model star(const std::vector<std::vector<double>>& scores) {
  Model model(1 + uint32_t(scores.size()), uint32_t(scores[0].size()), {0});
  for (uint32_t i = 0; i < scores.size(); i++) {
    model.edge(0, i + 1);
    model.edge(i + 1, 0);
  }
  return model.fill([&](uint32_t e, uint32_t r) { return e % 2 ? 1 : scores[e / 2][r]; });
}

TEST_CASE("discovery: what is below the threshold at all rows is not retained") {
  Model model = star({{1, 1}, {0.1, -0.1}, {0.01, 0}, {0.0001, -0.02}, {0.0001, 0.0001}});
  CHECK(model.discover(all(0)).retained == 5);
  Discovery result = model.discover(all(0.005));
  CHECK(result.universe == 5);
  CHECK(result.retained == 4);
  CHECK(set_of(result) == std::set<Loop>{{0, 1}, {2, 3}, {4, 5}, {6, 7}});
  CHECK(result.loops[0].edges == Loop{0, 1});
  // Nobody reaches it: what is largest is shown all the same.
  result = model.discover(all(0.999));
  CHECK(result.retained == 1);
  CHECK(result.loops[0].edges == Loop{0, 1});
}

TEST_CASE("discovery: max_loops never drops a loop that is the largest somewhere") {
  // The fourth is the largest at one row and small otherwise, so it is last by share.
  Model model = star({{8, 8, 8, 8, 1}, {7, 7, 7, 7, 1}, {6, 6, 6, 6, 1}, {0.001, 0.001, 0.001, 0.001, 1.1}});
  DiscoveryOptions options;
  auto reported = [&](uint32_t max_loops) {
    options.max_loops = max_loops;
    std::vector<uint32_t> first;
    Discovery result = model.discover(options);
    CHECK(result.retained == 4);
    for (const auto& loop : result.loops) first.push_back(loop.edges[0]);
    return first;
  };
  CHECK(reported(4) == std::vector<uint32_t>{0, 2, 4, 6});
  CHECK(reported(3) == std::vector<uint32_t>{0, 2, 6});
  CHECK(reported(2) == std::vector<uint32_t>{0, 6});
  CHECK(reported(0) == std::vector<uint32_t>{0, 6});
}

TEST_CASE("discovery: of equal loops the order is that of their edges, and one of them is the largest") {
  Model model = star({{1}, {1}, {-1}, {1}});
  DiscoveryOptions options;
  options.max_loops = 2;
  Discovery result = model.discover(options);
  REQUIRE(result.loops.size() == 2);
  CHECK(result.loops[0].edges == Loop{0, 1});
  CHECK(result.loops[1].edges == Loop{2, 3});
  CHECK(result.loops[0].largest);
  CHECK_FALSE(result.loops[1].largest);
  CHECK(result.retained == 4);
}

// More than are kept while the search goes on: candidates are dropped in between, and nothing that matters with them.
TEST_CASE("discovery: sixty thousand loops of which few matter") {
  uint32_t layers = 16;  // 2^16 loops: through either node of each layer
  Model model(2 * layers + 1, 3, {0});
  auto node = [&](uint32_t layer, uint32_t i) { return layer == 0 || layer > layers ? 0 : 2 * layer - 1 + i; };
  for (uint32_t layer = 0; layer <= layers; layer++)
    for (uint32_t a = 0; a < (layer ? 2u : 1u); a++)
      for (uint32_t b = 0; b < (layer < layers ? 2u : 1u); b++) model.edge(node(layer, a), node(layer + 1, b));
  // Into the second node of a layer an eighth as much as into the first, except at row 2: there it is twice as much.
  model.fill([&](uint32_t e, uint32_t r) {
    uint32_t to = model.graph.edges[e].to;
    return to == 0 || to % 2 ? 1.0 : r == 2 ? 2.0 : 0.125;  // sums are exact
  });
  Discovery result = model.discover();
  CHECK(result.method == DiscoveryMethod::Enumeration);
  CHECK(result.universe == 1 << layers);
  CHECK(result.partitions[0].total == std::vector<double>{std::pow(1.125, 16), std::pow(1.125, 16), std::pow(3.0, 16)});
  // Of 1.125^16 a thousandth is 0.0066: loops with at most two weak links. Of 3^16, 2^16 is more than a thousandth and 2^15 less.
  CHECK(result.retained == 1 + 16 + 16 * 15 / 2 + 1);
  CHECK(result.loops.size() == result.retained);
  CHECK(std::count_if(result.loops.begin(), result.loops.end(), [](const auto& loop) { return loop.largest; }) == 2);
}

TEST_CASE("discovery: too dense to enumerate, it ends, says so, and finds loops that exist") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Model model = complete(14, 30);
  for (uint32_t v = 0; v < 14; v++) model.graph.stock[v] = v < 5;
  model.fill([&](uint32_t, uint32_t r) { return r ? std::exp(normal(random)) : 0; });
  DiscoveryOptions options = all(0.001);
  options.max_circuits = 100'000;
  auto start = std::chrono::steady_clock::now();
  Discovery result = model.discover(options);
  CHECK(milliseconds_of(start) < 20'000);
  CHECK(result.method == DiscoveryMethod::Sampling);
  CHECK(result.truncated);
  CHECK(std::string(result.reason) == "too many loops");
  CHECK(result.sampled_rows == 30);
  CHECK(result.universe > 100);
  CHECK(result.retained > 10);
  // Elementary, connected, active at a row, through a stock.
  for (const Loop& loop : set_of(result)) {
    std::set<uint32_t> passed;
    bool stock = false;
    for (size_t i = 0; i < loop.size(); i++) {
      const auto& edge = model.graph.edges[loop[i]];
      CHECK(edge.to == model.graph.edges[loop[(i + 1) % loop.size()]].from);
      passed.insert(edge.from);
      stock |= model.graph.stock[edge.from];
    }
    CHECK(passed.size() == loop.size());
    CHECK(stock);
  }
  // The same again, since no clock was in it; and each of the other bounds ends it too.
  Discovery again = model.discover(options);
  CHECK(again.universe == result.universe);
  REQUIRE(again.loops.size() == result.loops.size());
  for (size_t i = 0; i < result.loops.size(); i++) {
    CHECK(again.loops[i].edges == result.loops[i].edges);
    CHECK(again.loops[i].share == result.loops[i].share);
  }
  options.max_visits = 100'000;
  CHECK(std::string(model.discover(options).reason) == "too many edges to visit");
  options = all(0.001);
  options.budget_ms = 20;
  start = std::chrono::steady_clock::now();
  CHECK(std::string(model.discover(options).reason) == "the search has used up its budget");
  CHECK(milliseconds_of(start) < 10'000);
  options = all(0.001);
  options.max_values = 5000;
  result = model.discover(options);
  CHECK(std::string(result.reason) == "too many scores to hold in memory");
  CHECK(result.universe == again.universe);
  for (size_t i = 0; i < result.loops.size(); i++) CHECK(again.loops[i].edges == result.loops[i].edges);
}

TEST_CASE("discovery: sampling is a subset of what there is, and all of it where loops are few") {
  std::mt19937 random(9);
  std::normal_distribution<double> normal;
  uint64_t universe = 0, sampled = 0;
  for (int round = 0; round < 100; round++) {
    uint32_t nodes = 2 + random() % 6;
    Model model(nodes, 4);
    for (uint32_t v = 0; v < nodes; v++) model.graph.stock[v] = v % 2 == 0;
    for (uint32_t i = 0; i < 2 * nodes; i++) model.edge(random() % nodes, random() % nodes);
    model.fill([&](uint32_t, uint32_t) { return random() % 4 ? normal(random) : 0; });
    Oracle oracle(model, 0);
    DiscoveryOptions options = all();
    options.max_values = 0;
    Discovery result = model.discover(options);
    if (oracle.loops.empty()) continue;
    CHECK(result.method == DiscoveryMethod::Sampling);
    for (const Loop& loop : set_of(result)) CHECK(oracle.loops.count(loop) == 1);
    universe += oracle.loops.size();
    sampled += result.universe;
  }
  CHECK(sampled <= universe);
  CHECK(sampled > universe * 8 / 10);
}

TEST_CASE("discovery: a ring of a hundred thousand nodes, and ten thousand loops through one hub") {
  uint32_t n = 100'000;
  Model ring(n, 3, {n / 2});
  for (uint32_t v = 0; v < n; v++) ring.edge(v, (v + 1) % n);
  ring.fill([](uint32_t e, uint32_t r) { return e % 2 ? 0.5 : 2.0 + r; });
  auto start = std::chrono::steady_clock::now();
  Discovery result = ring.discover();
  CHECK(result.universe == 1);
  REQUIRE(result.loops.size() == 1);
  CHECK(result.loops[0].edges.size() == n);
  CHECK(result.partitions[0].total[0] == 1);

  // The same ring where nothing can be merged, since every edge is two: the search is as deep as the ring is long. Each of 2^100,000
  // loops is one too many, so it is the sampler that has to come back.
  Model doubled(n, 1, {0});
  for (uint32_t v = 0; v < 2 * n; v++) doubled.edge(v / 2, (v / 2 + 1) % n);
  doubled.fill([](uint32_t, uint32_t) { return 1; });
  DiscoveryOptions few;
  few.max_circuits = 10;
  CHECK(doubled.discover(few).universe == 10);
  CHECK(milliseconds_of(start) < 20'000);

  start = std::chrono::steady_clock::now();
  Model hub = star(std::vector<std::vector<double>>(10'000, {0, 1, -0.5, 2}));
  result = hub.discover();
  CHECK(result.universe == 10'000);
  CHECK(result.partitions[0].total == std::vector<double>{0, 10'000, 5'000, 20'000});
  CHECK(result.retained == 1);  // each is a ten thousandth: the first of the equally large is shown
  CHECK(milliseconds_of(start) < 10'000);
}

// Ten stocks x with a flow each, and a reducer a over them: x -> f -> x and x -> a -> f -> x repeat, the first with 0.08 a slot, the other 0.02.
TEST_CASE("discovery: a loop that repeats is judged and listed with all of its slots") {
  uint32_t n = 10, f = n, a = 2 * n;
  std::vector<uint32_t> stocks;
  for (uint32_t i = 0; i < n; i++) stocks.push_back(i);
  Model model(2 * n + 1, 3, stocks);
  for (uint32_t i = 0; i < n; i++) {
    model.edge(i, f + i);
    model.edge(f + i, i);
    model.edge(i, a);
    model.edge(a, f + i);
  }
  for (auto& edge : model.graph.edges) edge.sign = 1;
  model.graph.arrays = {{0, {{0, n}}}, {f, {{0, n}}}, {a, {}}};
  model.graph.dimensions = 1;
  for (uint32_t v = 0; v <= 2 * n; v++) model.graph.array.push_back(v / n);
  bool off = false;
  model.fill([&](uint32_t e, uint32_t r) { return r == 0 || (off && e / 4 == 3) ? 0 : e % 4 == 0 ? 0.08 : e % 4 == 3 ? 0.02 : 1; });
  for (uint64_t most_values : {uint64_t(1) << 20, uint64_t(0)}) {  // enumerated, sampled
    DiscoveryOptions options = all(0.5);
    options.max_values = most_values;
    Discovery result = model.discover(options);
    CHECK(int(result.method) == (most_values ? 0 : 1));
    CHECK(result.universe == 2 * n);
    CHECK(result.retained == n);  // 0.8 of the total together, 0.08 each
    CHECK(result.loops.size() == n);
    for (uint32_t i = 0; i < result.loops.size(); i++) {
      CHECK(result.loops[i].edges == Loop{4 * i, 4 * i + 1});
      CHECK(result.loops[i].share == doctest::Approx(0.08));
      CHECK(result.loops[i].largest);
    }
    options.threshold = 0.15;
    CHECK(model.discover(options).retained == 2 * n);
    options.max_loops = 1;
    CHECK(model.discover(options).loops.size() == n);
    options.max_loops = 2;
    CHECK(model.discover(options).loops.size() == 2 * n);
  }
  // An element whose links are never active has no slot; one whose structure is another's is a loop of its own.
  off = true;
  model.fill([&](uint32_t e, uint32_t r) { return r == 0 || (off && e / 4 == 3) ? 0 : e % 4 == 0 ? 0.08 : e % 4 == 3 ? 0.02 : 1; });
  model.graph.edges[0].sign = -1;
  CHECK(model.discover(all(0.05)).retained == 2 * (n - 1));
  CHECK(model.discover(all(0.5)).retained == n - 2);
}

TEST_CASE("discovery: nothing to find") {
  CHECK(Model(0, 0).fill([](uint32_t, uint32_t) { return 1; }).discover().loops.empty());
  Model chain(3, 2, {1});
  chain.edge(0, 1);
  chain.edge(1, 2);
  CHECK(chain.fill([](uint32_t, uint32_t) { return 1; }).discover().universe == 0);
  Model idle(1, 0, {0});
  idle.edge(0, 0);
  CHECK(idle.fill([](uint32_t, uint32_t) { return 1; }).discover().universe == 0);
}
