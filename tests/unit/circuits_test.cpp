// Loop enumeration against a search that tries every path: random graphs of up to seven nodes with self-loops and parallel
// edges, complete graphs whose count is known, and the budgets that end it.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "ltm/circuits.h"

using namespace loopscope;

namespace {

using Graph = std::vector<std::vector<GraphEdge>>;
using Edges = std::vector<uint32_t>;

// A circuit may start anywhere; here, at its least edge.
Edges from_least(Edges loop) {
  std::rotate(loop.begin(), std::min_element(loop.begin(), loop.end()), loop.end());
  return loop;
}

// Every circuit whose smallest node is where it starts, by walking on while nodes are new.
void walk(const Graph& graph, uint32_t start, uint32_t node, std::vector<bool>& seen, Edges& path, std::set<Edges>& out) {
  for (const GraphEdge& e : graph[node]) {
    path.push_back(e.edge);
    if (e.to == start) {
      out.insert(from_least(path));
    } else if (e.to > start && !seen[e.to]) {
      seen[e.to] = true;
      walk(graph, start, e.to, seen, path, out);
      seen[e.to] = false;
    }
    path.pop_back();
  }
}
std::set<Edges> brute_force(const Graph& graph) {
  std::set<Edges> out;
  for (uint32_t start = 0; start < graph.size(); start++) {
    std::vector<bool> seen(graph.size(), false);
    Edges path;
    walk(graph, start, start, seen, path, out);
  }
  return out;
}

Graph complete(uint32_t n) {
  Graph graph(n);
  uint32_t edge = 0;
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = 0; b < n; b++)
      if (a != b) graph[a].push_back({edge++, b});
  return graph;
}

// "0>1 0>2 1>0"
std::string text_of(const Graph& graph) {
  std::string out;
  for (uint32_t a = 0; a < graph.size(); a++)
    for (const GraphEdge& e : graph[a]) out += " " + std::to_string(a) + ">" + std::to_string(e.to);
  return out;
}

constexpr uint32_t many = 1'000'000;

}  // namespace

TEST_CASE("circuits: all of them and each once, on random graphs") {
  std::mt19937 random(7);
  size_t found = 0;
  for (int round = 0; round < 1500; round++) {
    uint32_t nodes = 1 + random() % 7, edges = random() % (nodes < 6 ? nodes * nodes + 1 : 20), number = 100;
    Graph graph(nodes);
    for (uint32_t i = 0; i < edges; i++) graph[random() % nodes].push_back({number++, uint32_t(random() % nodes)});
    Circuits circuits = elementary_circuits(graph, {many, UINT64_MAX, many});
    CHECK(circuits.complete);
    std::set<Edges> unique;
    for (const Edges& loop : circuits.loops) unique.insert(from_least(loop));
    CHECK(unique.size() == circuits.loops.size());
    std::set<Edges> expected = brute_force(graph);
    if (unique != expected) {
      FAIL_CHECK(circuits.loops.size() << " found, " << expected.size() << " there are, in" << text_of(graph));
      break;  // one example is enough
    }
    found += circuits.loops.size();
  }
  CHECK(found > 5000);
}

TEST_CASE("circuits: complete graphs have as many as combinatorics says") {
  CHECK(elementary_circuits(complete(2), {many, UINT64_MAX, many}).loops.size() == 1);
  CHECK(elementary_circuits(complete(3), {many, UINT64_MAX, many}).loops.size() == 5);
  CHECK(elementary_circuits(complete(4), {many, UINT64_MAX, many}).loops.size() == 20);
  CHECK(elementary_circuits(complete(6), {many, UINT64_MAX, many}).loops.size() == 409);
  CHECK(elementary_circuits(complete(8), {many, UINT64_MAX, many}).loops.size() == 16064);
}

TEST_CASE("circuits: no edges, no loops; a chain and a tree have none") {
  CHECK(elementary_circuits({}, {many, UINT64_MAX, many}).loops.empty());
  CHECK(elementary_circuits(Graph(5), {many, UINT64_MAX, many}).loops.empty());
  CHECK(elementary_circuits({{{0, 1}, {1, 2}}, {{2, 2}}, {}}, {many, UINT64_MAX, many}).loops.empty());
  Circuits self = elementary_circuits({{}, {{7, 1}}}, {many, UINT64_MAX, many});
  CHECK(self.loops == std::vector<Edges>{{7}});
}

TEST_CASE("circuits: budgets stop the search and say so") {
  Graph graph = complete(6);
  CHECK(elementary_circuits(graph, {409, UINT64_MAX, many}).complete);
  Circuits few = elementary_circuits(graph, {408, UINT64_MAX, many});
  CHECK_FALSE(few.complete);
  CHECK(few.loops.size() <= 408);
  CHECK_FALSE(elementary_circuits(graph, {many, UINT64_MAX, 100}).complete);
  // A graph with more circuits than anyone can count ends soon.
  CHECK_FALSE(elementary_circuits(complete(40), {1000, UINT64_MAX, many}).complete);
}

TEST_CASE("circuits: a ring of a hundred thousand nodes needs no deep stack") {
  uint32_t n = 100'000;
  Graph ring(n);
  for (uint32_t i = 0; i < n; i++) ring[i].push_back({i, (i + 1) % n});
  Circuits circuits = elementary_circuits(ring, {many, UINT64_MAX, many});
  CHECK(circuits.complete);
  REQUIRE(circuits.loops.size() == 1);
  CHECK(circuits.loops[0].size() == n);
}
