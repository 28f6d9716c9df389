// What is scarce, allocated: expected numbers are Vensim's recorded outputs (tests of SDEverywhere and of PySD's test models, shown to 6 digits),
// or follow from the curves by hand.
#include "scores.h"

using namespace small;

namespace {

const std::string profiles = R"(
    dim A = a1 a2
    dim P = ptype ppriority pwidth pextra
    aux profile[A,P] = 0 ; [A, ptype] kind ; [a1, ppriority] 0.1 ; [a2, ppriority] 0.9 ; [A, pwidth] 0.5
)";

std::vector<double> row(const Simulation& s, const std::string& id, uint32_t elements, size_t at) {
  std::vector<double> out;
  for (uint32_t e = 0; e < elements; e++) out.push_back(s.series(id, e)[at]);
  return out;
}

}  // namespace

TEST_CASE("allocation: ALLOCATE AVAILABLE by each curve is Vensim's") {
  Simulation s = simulate("time 0 to 4\n" + profiles + R"(
    aux kind = TIME
    aux few[A] = 20 ; [a2] 30
    aux much[A] = 200 ; [a2] 300
    aux uneven[A] = 200 ; [a2] 50
    aux all[A] = ALLOCATE AVAILABLE(few[A], profile[A,ptype], 100)
    aux some[A] = ALLOCATE AVAILABLE(much[A], profile[A,ptype], 100)
    aux other[A] = ALLOCATE_AVAILABLE(uneven, profile[A,ptype], 100)
  )");
  const std::vector<std::vector<double>> some = {{40, 60}, {0, 100}, {0, 99.9998}, {3.87908, 96.1207}, {11.863, 88.1368}};
  const std::vector<std::vector<double>> other = {{80, 20}, {50, 50}, {49.9999, 50}, {57.4714, 42.5285}, {58.6115, 41.3884}};
  for (size_t t = 0; t < 5; t++) {
    CHECK(row(s, "all", 2, t) == std::vector<double>{20, 30});
    CHECK(distance(row(s, "some", 2, t), some[t]) < 2e-3);  // Vensim's own search stops that early
    CHECK(distance(row(s, "other", 2, t), other[t]) < 1e-3);
    CHECK(std::fabs(s.series("some", 0)[t] + s.series("some", 1)[t] - 100) < 1e-11);
  }
}

TEST_CASE("allocation: Stella's ALLOCATE is the same function") {
  Simulation s = simulate("time 0 to 9\n" + profiles + R"(
    aux kind = 3
    aux ask[A] = 3 ; [a2] 2
    aux stella[A] = ALLOCATE(TIME, A, ask, profile[*,ppriority], profile[A,pwidth], profile[A,ptype])
    aux vensim[A] = ALLOCATE AVAILABLE(ask[A], profile[A,ptype], TIME)
  )");
  for (uint32_t e = 0; e < 2; e++) CHECK(same_bits(s.series("stella", e), s.series("vensim", e)));
  CHECK(row(s, "stella", 2, 0) == std::vector<double>{0, 0});
  CHECK(row(s, "stella", 2, 5) == std::vector<double>{3, 2});
}

TEST_CASE("allocation: ALLOCATE BY PRIORITY is Vensim's, over any dimensions") {
  Simulation s = simulate(R"(
    time 0 to 10
    dim D = a b c
    dim G = x y
    aux ask[D] = 10 ; [b] 6 ; [c] 3
    aux priority[D] = 2 ; [b] 4 ; [c] 3
    aux gets[D] = ALLOCATE BY PRIORITY(ask[D], priority[D], ELMCOUNT(D), 3, TIME)
    aux width[G] = 3 ; [y] 0
    aux each[G,D] = ALLOCATE BY PRIORITY(ask[D], priority[D], 3, width[G], TIME)
  )");
  const std::vector<double> at3 = {0, 2.66667, 0.333333}, at10 = {2.63158, 5.57895, 1.78947};
  CHECK(distance(row(s, "gets", 3, 3), at3) < 1e-5);
  CHECK(distance(row(s, "gets", 3, 10), at10) < 1e-5);
  for (uint32_t e = 0; e < 3; e++) CHECK(same_bits(s.series("each", e), s.series("gets", e)));
  // Without width the first takes all that it wants before the next gets any.
  const std::vector<double> strict = {1, 6, 3};
  CHECK(distance({s.series("each", 3)[10], s.series("each", 4)[10], s.series("each", 5)[10]}, strict) < 1e-6);
}

TEST_CASE("allocation: nothing available, less than nothing, nothing wanted, what is not a number") {
  Simulation s = simulate(R"(
    dim D = a b
    aux ask[D] = 1 ; [b] 3
    aux none[D] = 0
    aux first[D] = ALLOCATE BY PRIORITY(ask[D], 1, 2, 1, 0)
    aux second[D] = ALLOCATE BY PRIORITY(ask[D], 1, 2, 1, -5)
    aux third[D] = ALLOCATE BY PRIORITY(none[D], 1, 2, 1, 5)
    aux fourth[D] = ALLOCATE BY PRIORITY(ask[D], 1, 2, 1, 2)
    aux fifth[D] = ALLOCATE BY PRIORITY(ask[D], 0/0, 2, 1, 2)
  )");
  for (const char* nothing : {"first", "second", "third"}) CHECK(row(s, nothing, 2, 0) == std::vector<double>{0, 0});
  CHECK(distance(row(s, "fourth", 2, 0), {0.5, 1.5}) < 1e-12);
  CHECK(std::isnan(s.at("fifth", 0)));
}

TEST_CASE("allocation: prices are where demand meets supply, as Vensim finds them") {
  Simulation s = simulate(R"(
    time 0 to 12
    dim C = rectangular triangular normal exponential
    dim P = ptype ppriority pwidth
    dim D = d1 d2
    dim S = s1 s2 s3
    aux demand[C,D] = 500 * TIME / 12 ; [C, d2] 300 * TIME / 12
    aux capacity[C,S] = 200 ; [C, s2] 300 ; [C, s3] 450
    aux dp[C,D,P] = 1 ; [C,D,ptype] C ; [C,d2,ppriority] 2
    aux sp[C,S,P] = 1 ; [C,S,ptype] C ; [C,s2,ppriority] 2 ; [C,s3,ppriority] 3
    aux price[C] = FIND MARKET PRICE(demand[C,d1], dp[C,d1,ptype], capacity[C,s1], sp[C,s1,ptype])
    aux wanted[C,D] = DEMAND AT PRICE(demand[C,D], dp[C,D,ptype], price[C])
    aux offered[C,S] = SUPPLY AT PRICE(capacity[C,S], sp[C,S,ptype], price[C])
  )");
  CHECK(distance(row(s, "price", 4, 0), {0.5, 0.5, -4, -9}) < 1e-12);
  CHECK(distance(row(s, "price", 4, 6), {1.38889, 1.2643, 1.28018, 1.18737}) < 1e-4);
  CHECK(distance(row(s, "price", 4, 12), {1.66667, 1.78867, 1.69346, 1.67861}) < 1e-4);
  CHECK(distance(row(s, "wanted", 8, 6), {27.7778, 150, 27.7775, 150, 97.4177, 114.626, 103.642, 116.723}) < 5e-3);
  CHECK(distance(row(s, "offered", 12, 6), {177.778, 0, 0, 177.778, 0, 0, 122.066, 70.7471, 19.2304, 117.086, 66.5534, 36.7255}) < 5e-3);
}

TEST_CASE("allocation: a link's partial allocates again with one input new") {
  const std::string model = R"(
    time 0 to 5
    dim D = a b
    stock need[D] = 10 ; [b] 20 ; out served
    flow served[D] = ALLOCATE BY PRIORITY(need[D], priority[D], 2, 2, 6)
    aux priority[D] = 1 ; [b] 2
  )";
  Scored s = score(model);
  Simulation plain = simulate(model);
  for (uint32_t e = 0; e < 2; e++) CHECK(same_bits(plain.series("need", e), s.simulation.series("need", e)));
  // By hand: ramps from priority - 1 to priority + 1, cut by the level that clears.
  auto served_a = [](double a, double b) {
    double low = -5, high = 5;
    auto at = [](double q, double p, double level) { return q * std::min(1.0, std::max(0.0, 0.5 - (level - p) / 2)); };
    for (int i = 0; i < 100; i++) (at(a, 1, (low + high) / 2) + at(b, 2, (low + high) / 2) > 6 ? low : high) = (low + high) / 2;
    return at(a, 1, low);
  };
  std::vector<double> a = plain.series("need", 0), b = plain.series("need", 1);
  std::vector<double> got = s.link_score("need[b]", "served[a]");
  for (size_t t = 1; t < a.size(); t++) {
    double before = served_a(a[t - 1], b[t - 1]);
    CHECK(std::fabs(got[t] - link_by_hand(served_a(a[t - 1], b[t]) - before, served_a(a[t], b[t]) - before, b[t] - b[t - 1])) < 1e-9);
  }
}

TEST_CASE("allocation: what is written wrongly is said") {
  const std::string dims = "dim D = a b\ndim P = kind priority width\naux q[D] = 1\naux p[D,P] = 1\n";
  CHECK(compile(dims + "aux r = ALLOCATE AVAILABLE(q[D], p[D,kind], 1)").codes() == "wrong_subscripts");
  CHECK(compile(dims + "aux r[D] = ALLOCATE AVAILABLE(3, p[D,kind], 1)").codes() == "wrong_subscripts");
  CHECK(compile(dims + "aux r[D] = ALLOCATE AVAILABLE(q[D], p[D,priority], 1)").codes() == "wrong_subscripts");
  CHECK(compile(dims + "aux r[D] = ALLOCATE AVAILABLE(q[D], q[D], 1)").codes() == "wrong_subscripts");
  CHECK(compile(dims + "aux r[D] = ALLOCATE AVAILABLE(q[D], 3, 1)").codes() == "wrong_subscripts");
  CHECK(compile(dims + "aux r[D] = ALLOCATE(1, q, q, 1, 1, 1)").codes() == "unknown_dimension");
  CHECK(compile(dims + "aux r[D] = ELMCOUNT(q)").codes() == "unknown_dimension");
  CHECK(compile(dims + "aux r = FIND MARKET PRICE(q, p[a,kind], q[a], p[a,kind])").codes() == "wrong_subscripts");
}

TEST_CASE("arrays: VECTOR REORDER takes the elements in the order that it is given") {
  Simulation s = simulate(R"(
    dim D = a b c
    dim G = x y
    aux v[G,D] = 10 * G + D
    aux order[D] = 2 ; [b] 0 ; [c] 1
    aux out[G,D] = VECTOR REORDER(v[G,D], order[D])
    aux sums[D] = VECTOR REORDER(order[D] * 2, order[D])
    aux beyond[D] = VECTOR REORDER(order[D], 7)
    aux sorted[G,D] = VECTOR REORDER(v[G,D], VECTOR SORT ORDER(v[G,D], -1))
  )");
  CHECK(row(s, "out", 6, 0) == std::vector<double>{13, 11, 12, 23, 21, 22});
  CHECK(row(s, "sums", 3, 0) == std::vector<double>{2, 4, 0});
  CHECK(std::isnan(s.at("beyond", 0)));
  CHECK(row(s, "sorted", 6, 0) == std::vector<double>{13, 12, 11, 23, 22, 21});
}

TEST_CASE("a sort order without subscripts, and its errors, are its own") {
  Simulation s = simulate("dim D = a b c\naux v[D] = 3 ; [b] 1 ; [c] 2\naux order[D] = VECTOR SORT ORDER(v, 1)\naux ranks[D] = RANK(v, 1)");
  CHECK(row(s, "order", 3, 0) == std::vector<double>{1, 2, 0});
  CHECK(row(s, "ranks", 3, 0) == std::vector<double>{3, 1, 2});
  Simulation bad = compile("dim D = a b\naux v[D] = 1\naux order = VECTOR SORT ORDER(v, 1)");
  CHECK(bad.codes() == "wrong_subscripts");
  CHECK(bad.message().find("VECTOR SORT ORDER") != std::string::npos);
  bad = compile("dim D = a b\naux order[D] = VECTOR SORT ORDER(3, 1)");
  CHECK(bad.codes() == "wrong_subscripts");
  CHECK(bad.message().find("VECTOR SORT ORDER") != std::string::npos);
}

TEST_CASE("a function's name may have blanks before its parenthesis and between its words") {
  CHECK(value_of("IF THEN ELSE(1 > 2, 3, 4)") == 4);
  CHECK(value_of("if then else (2 > 1, 3, 4)") == 3);
  CHECK(value_of("1 + IF THEN ELSE  (IF 1 = 1 THEN 1 ELSE 0, IF THEN ELSE(0, 1, 2), 3)") == 3);
  CHECK(value_of("SAMPLE IF TRUE (TIME = 0, 5, 1)") == 5);
  CHECK(value_of("MAX (1, 2) + SAFEDIV  (4, 2)") == 4);
  CHECK(value_of("PULSE TRAIN (0, 1, 5, 10)") == 1);
  CHECK(compile("aux a = IF THEN ELSE").codes() == "syntax_error");
  CHECK(compile("aux a = IF THEN 1 ELSE 2").codes() == "syntax_error");
  CHECK(compile("aux a = IF THEN ELSE(1, 2)").codes() == "wrong_arity");
  CHECK(compile("aux a = TIME IF").codes() == "unknown_variable");
}

TEST_CASE("a lookup of what the model does not have is an unknown variable") {
  CHECK(compile("aux a = LOOKUP(nowhere, 1)").codes() == "unknown_variable");
  CHECK(compile("aux a = LOOKUP(b, 1)\naux b = 3").codes() == "not_a_table");
  CHECK(compile("aux a = LOOKUP(3, 1)").codes() == "not_a_table");
}

TEST_CASE("allocation: curves that are not simulated are named, where the model says so in numbers") {
  auto of = [](const std::string& kind) {
    return compile("time 0 to 4\n" + profiles + "aux kind = " + kind + "\naux q[A] = 20\naux y[A] = ALLOCATE AVAILABLE(q[A], profile[A,ptype], 10)");
  };
  CHECK(of("5").codes() == "unsupported_feature");
  CHECK(of("5").message() == "demand by constant elasticity (5), whose formula is not published, is not simulated; its kind is 0 (fixed), 1 (rectangular), 2 (triangular), 3 (normal) or 4 (exponential)");
  CHECK(of("13").message().find("demand in whole numbers (10 to 15)") == 0);
  CHECK(of("2.5").message().find("demand of kind 2.5 is not simulated") == 0);
  CHECK(of("-1").codes() == "unsupported_feature");
  CHECK(of("4").codes() == "");
  CHECK(of("TIME").codes() == "");
  CHECK(compile("time 0 to 1\ndim A = a1 a2\naux q[A] = 5\naux y[A] = ALLOCATE(6, A, q, 1, 1, 5)").codes() == "unsupported_feature");
  // An element's own equation has the last word.
  CHECK(compile("time 0 to 1\ndim A = a1 a2\ndim P = t p w e\naux f[A,P] = 5 ; [A, t] 3\naux q[A] = 1\naux y[A] = ALLOCATE AVAILABLE(q[A], f[A, t], 1)").codes() == "");
}
