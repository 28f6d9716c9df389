// Arrays as a modeller writes them, the whole line from text to VM: elements, dimensions, wildcards, ranges, subdimensions,
// reducers, element equations; and what is said about subscripts that do not fit.
#include "small_models.h"

using namespace small;

namespace {

using Values = std::vector<double>;

const std::string plane = R"(
  time 0 to 2
  dim Row = r1 r2
  dim Column = c1 c2 c3
  aux m[Row, Column] = 1 ; [r1, c2] 2 ; [r1, c3] 3 ; [r2, c1] 4 ; [r2, c2] 5 ; [r2, c3] 6
  aux v[Column] = 10 ; [c2] 20 ; [c3] 30
)";

// All elements of `id` at the start.
Values elements(const Simulation& s, const std::string& id) {
  const ProgramVariable* v = s.variable(id);
  Values out;
  for (uint32_t i = 0; v && i < v->elements; i++) out.push_back(s.series(id, i).empty() ? std::nan("") : s.series(id, i)[0]);
  return out;
}
// x over Row and Column, or over what is said.
Values computed(const std::string& equation, const std::string& target = "x") {
  return elements(simulate(plane + "aux " + target + " = " + equation), "x");
}
std::string said(const std::string& equation, const std::string& target = "x") {
  Simulation s = compile(plane + "aux " + target + " = " + equation);
  return s.codes();
}

}  // namespace

TEST_CASE("arrays in models: an equation over dimensions runs for every element, the last dimension fastest") {
  CHECK(computed("m * 10", "x[Row, Column]") == Values{10, 20, 30, 40, 50, 60});
  CHECK(computed("m[Row, Column] + v[Column]", "x[Row, Column]") == Values{11, 22, 33, 14, 25, 36});
  CHECK(computed("m[Row, Column] + v", "x[Row, Column]") == Values{11, 22, 33, 14, 25, 36});
  CHECK(computed("m[Row, Column]", "x[Column, Row]") == Values{1, 4, 2, 5, 3, 6});
  CHECK(computed("3", "x[Row]") == Values{3, 3});
}

TEST_CASE("arrays in models: elements, by name and by number") {
  CHECK(computed("m[r2, c3]") == Values{6});
  CHECK(computed("m[2, 3]") == Values{6});
  CHECK(computed("m[Row, c2]", "x[Row]") == Values{2, 5});
  CHECK(computed("m[r2, Column] - m[r1, Column]", "x[Column]") == Values{3, 3, 3});
  CHECK(computed("v[c1] + v[3]") == Values{40});
  CHECK(computed("Row", "x[Row]") == Values{1, 2});
}

TEST_CASE("arrays in models: reducers fold the wildcards") {
  CHECK(computed("SUM(m[*, *])") == Values{21});
  CHECK(computed("SUM(m)") == Values{21});
  CHECK(computed("SUM(m[Row, *])", "x[Row]") == Values{6, 15});
  CHECK(computed("SUM(m[*, Column])", "x[Column]") == Values{5, 7, 9});
  CHECK(computed("SUM(m[r1, *])") == Values{6});
  CHECK(computed("MEAN(v[*])") == Values{20});
  CHECK(computed("MAX(m[Row, *])", "x[Row]") == Values{3, 6});
  CHECK(computed("MIN(m[*, *])") == Values{1});
  CHECK(computed("PROD(m[r2, *])") == Values{120});
  CHECK(computed("SIZE(m[*, *])") == Values{6});
  CHECK(computed("m / SUM(m[Row, *])", "x[Row, Column]") == Values{1.0 / 6, 2.0 / 6, 3.0 / 6, 4.0 / 15, 5.0 / 15, 6.0 / 15});
  CHECK(computed("SUM(m[Row, *] * v[*])", "x[Row]") == Values{140, 320});
  CHECK(computed("SUM(m[r1, *]) * 2 + MAX(v[*]) - 1") == Values{41});
}

TEST_CASE("arrays in models: ranges") {
  CHECK(computed("SUM(v[c1:c2])") == Values{30});
  CHECK(computed("SUM(m[Row, 2:3])", "x[Row]") == Values{5, 11});
}

TEST_CASE("arrays in models: a subscript that is computed is looked up as the model runs, out of range it is NaN") {
  Simulation s = simulate(plane + "aux x = v[TIME + 2]\naux y[Row] = m[Row, TIME + 1]");
  CHECK(s.series("x")[0] == 20);
  CHECK(s.series("x")[1] == 30);
  CHECK(std::isnan(s.series("x")[2]));
  CHECK(s.series("y", 1) == Values{4, 5, 6});
}

TEST_CASE("arrays in models: ranks and orders") {
  CHECK(computed("VECTOR SORT ORDER(v[Column], -1)", "x[Column]") == Values{2, 1, 0});
  CHECK(computed("RANK(v[Column], 1)", "x[Column]") == Values{1, 2, 3});
  CHECK(computed("VECTOR ELM MAP(v[c1], 2)") == Values{30});
}

TEST_CASE("arrays in models: stocks and flows by element, delays and randoms too") {
  Simulation s = simulate(R"(
    time 0 to 3
    dim Row = r1 r2
    stock s[Row] = 10 ; [r2] 20 ; in f
    flow f[Row] = s[Row] * rate[Row]
    aux rate[Row] = 0.5 ; [r2] 0.1
    aux before[Row] = PREVIOUS(s[Row], -1)
    aux late[Row] = DELAY(s[Row], 2, 0)
    aux smooth[Row] = SMTH1(s[Row], 4)
    aux draw[Row] = RANDOM(0, 1, 7)
    stock smooth by hand = 20 ; in change
    flow change = (s[r2] - smooth by hand) / 4
  )");
  CHECK(s.series("s", 0) == Values{10, 15, 22.5, 33.75});
  CHECK(s.series("s", 1)[1] == 22);
  CHECK(s.series("before", 0) == Values{-1, 10, 15, 22.5});
  CHECK(s.series("late", 1) == Values{0, 0, 20, 22});
  CHECK(same_bits(s.series("smooth", 1), s.series("smooth_by_hand")));
  CHECK_FALSE(same_bits(s.series("draw", 0), s.series("draw", 1)));
}

TEST_CASE("arrays in models: subscripts that do not fit are errors with a place") {
  CHECK(said("m[r1]") == "wrong_subscripts");
  CHECK(said("m[r1, c1, c2]") == "wrong_subscripts");
  CHECK(said("m[nowhere, c1]") != "");
  CHECK(said("m[c1, r1]") != "");
  CHECK(said("m[r1, 4]") != "");
  CHECK(said("v") != "");  // an array where one number is wanted
  CHECK(said("m[Row, c1]") != "");
  CHECK(compile(plane + "aux x = 1 + m[nowhere, c1]").marked() == "nowhere");
  CHECK(compile(plane + "aux x[Nothing] = 1").codes() != "");
  CHECK(compile(plane + "aux x[Row] = 1 ; [r9] 2").codes() != "");
}
