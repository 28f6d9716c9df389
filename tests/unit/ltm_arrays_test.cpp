// The check that settles every question about loops through arrays (LTM.md section 3): an arrayed model scores what the same
// model scores when it is written out by hand, element by element, with each reducer as a variable of its own.
#include <map>

#include "scores.h"

using namespace small;

namespace {

// Every loop's relative score by its variables from the least one on, names made alike: `pop[nyc]` and `pop_nyc` are one,
// reducers (hidden in the arrayed model, `agg...` by hand) are left out. Loops that then look alike are told apart by their shares.
std::map<std::string, std::vector<double>> shares(const Scored& s) {
  std::map<std::string, std::vector<std::vector<double>>> alike;
  for (const ScoredLoop& l : s.loop_results)
    for (size_t slot = 0; slot < l.slots.size(); slot++) {
      std::vector<std::string> path;
      for (NodeId n : l.loop->slots[slot].path) {
        std::string name = s.id(n);
        if (s.hidden(n) || name.substr(0, 3) == "agg") continue;
        for (const char* gone : {"]", " "})
          for (size_t at; (at = name.find(gone)) != name.npos;) name.erase(at, 1);
        for (char& c : name)
          if (c == '[' || c == ',') c = '_';
        path.push_back(name);
      }
      if (!path.empty()) std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
      std::string key;
      for (const std::string& name : path) key += name + " ";
      alike[key].push_back(l.slots[slot].relative);
    }
  std::map<std::string, std::vector<double>> out;
  for (auto& [key, loops] : alike) {
    std::sort(loops.begin(), loops.end());
    for (size_t i = 0; i < loops.size(); i++) out[key + std::string(i, '\'')] = loops[i];
  }
  return out;
}

void check_alike(const std::string& arrayed, const std::string& by_hand, size_t loops) {
  auto a = shares(score(arrayed)), b = shares(score(by_hand));
  CHECK(a.size() == loops);
  std::string in_a, in_b;
  for (const auto& [key, values] : a) in_a += key + "\n";
  for (const auto& [key, values] : b) in_b += key + "\n";
  CHECK(in_a == in_b);
  for (const auto& loop : a)
    if (b.count(loop.first)) CHECK_MESSAGE(distance(loop.second, b[loop.first]) < 1e-12, loop.first);
}

}  // namespace

TEST_CASE("ltm arrays: loops of the elements, apart") {
  check_alike(R"(
    time 0 to 10
    dim D = a b
    stock s[D] = 10 ; [b] 30 ; in f ; out g
    flow f[D] = s * rate
    flow g[D] = s * s * 0.001
    aux rate[D] = 0.1 ; [b] 0.2
  )", R"(
    time 0 to 10
    stock s_a = 10 ; in f_a ; out g_a
    stock s_b = 30 ; in f_b ; out g_b
    flow f_a = s_a * 0.1
    flow f_b = s_b * 0.2
    flow g_a = s_a * s_a * 0.001
    flow g_b = s_b * s_b * 0.001
  )", 4);
}

TEST_CASE("ltm arrays: a sum inside an equation is a node of its own") {
  check_alike(R"(
    time 0 to 10
    dim D = a b c
    stock s[D] = 10 ; [b] 30 ; [c] 50 ; in f
    flow f[D] = s[D] * 0.2 * (1 - SUM(s[*]) / 300)
  )", R"(
    time 0 to 10
    stock s_a = 10 ; in f_a
    stock s_b = 30 ; in f_b
    stock s_c = 50 ; in f_c
    aux agg = s_a + s_b + s_c
    flow f_a = s_a * 0.2 * (1 - agg / 300)
    flow f_b = s_b * 0.2 * (1 - agg / 300)
    flow f_c = s_c * 0.2 * (1 - agg / 300)
  )", 6);
}

TEST_CASE("ltm arrays: a reducer over a part of a matrix has edges from that part alone") {
  check_alike(R"(
    time 0 to 10
    dim R = r1 r2
    dim C = c1 c2
    stock s[R, C] = 10 ; [r1, c2] 20 ; [r2, c1] 30 ; [r2, c2] 40 ; in f
    flow f[R, C] = s[R, C] * 0.1 - (s[R, C] - MEAN(s[R, *])) * 0.05 - MAX(s[r1, *]) * 0.01
  )", R"(
    time 0 to 10
    stock s_r1_c1 = 10 ; in f_r1_c1
    stock s_r1_c2 = 20 ; in f_r1_c2
    stock s_r2_c1 = 30 ; in f_r2_c1
    stock s_r2_c2 = 40 ; in f_r2_c2
    aux agg1 = (s_r1_c1 + s_r1_c2) / 2
    aux agg2 = (s_r2_c1 + s_r2_c2) / 2
    aux agg most = MAX(s_r1_c1, s_r1_c2)
    flow f_r1_c1 = s_r1_c1 * 0.1 - (s_r1_c1 - agg1) * 0.05 - agg most * 0.01
    flow f_r1_c2 = s_r1_c2 * 0.1 - (s_r1_c2 - agg1) * 0.05 - agg most * 0.01
    flow f_r2_c1 = s_r2_c1 * 0.1 - (s_r2_c1 - agg2) * 0.05 - agg most * 0.01
    flow f_r2_c2 = s_r2_c2 * 0.1 - (s_r2_c2 - agg2) * 0.05 - agg most * 0.01
  )", 12);
}

TEST_CASE("ltm arrays: transposed reads, fixed elements and neighbours by a computed subscript") {
  check_alike(R"(
    time 0 to 10
    dim D = a b
    stock s[D] = 10 ; [b] 30 ; in f
    flow f[D] = t[D, a] * 0.1 + s[a] * 0.02
    aux t[D, D] = 1 ; [a, a] s[a] ; [a, b] s[b] * 2 ; [b, a] s[b] + s[a] ; [b, b] s[b]
  )", R"(
    time 0 to 10
    stock s_a = 10 ; in f_a
    stock s_b = 30 ; in f_b
    flow f_a = t_a_a * 0.1 + s_a * 0.02
    flow f_b = t_b_a * 0.1 + s_a * 0.02
    aux t_a_a = s_a
    aux t_b_a = s_b + s_a
  )", 3);
}

TEST_CASE("ltm arrays: scoring changes no value of an array") {
  const std::string model = R"(
    time 0 to 10 by 0.5 rk4
    dim D = a b c
    stock s[D] = 10 ; [b] 30 ; [c] 50 ; in f
    flow f[D] = s[D] * 0.2 * (1 - SUM(s[*]) / 300) + SMTH1(s[D], 3) * 0.01 + MEAN(g[*])
    aux g[D] = PREVIOUS(s[D], 1) * 0.01 + RANDOM(0, 1, 3)
  )";
  Scored scored = score(model);
  Simulation plain = simulate(model);
  const char* names[] = {"a", "b", "c"};
  for (uint32_t i = 0; i < 3; i++)
    for (const char* id : {"s", "f", "g"})
      CHECK_MESSAGE(same_bits(plain.series(id, i), scored.simulation.series(id, i)), (std::string(id) + names[i]));
}

TEST_CASE("ltm arrays: invariants that are elements one by one keep their values") {
  Scored scored = score(R"(
    dim D = a b c
    aux x[D] = 0 ; [a] 1 ; [b] x[a] + 1 ; [c] x[b] * 5
    stock s = 1 ; in f
    flow f = s * x[c]
  )");
  CHECK(scored.simulation.series("x", 2)[0] == 10);
  CHECK(scored.simulation.at("s", 2) == 121);
}
