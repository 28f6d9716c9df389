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

namespace {

const std::string mapped = R"(
  time 0 to 1
  dim A = a1 a2 a3 ; maps B b3 b2 b1 ; maps C c1 c2 c2 ; maps D ; maps E
  dim B = b1 b2 b3
  dim C = c1 c2
  dim D = d1 d2 d3
  dim E = e1 e2 e3
  dim Late E = e2 e3
  dim F = f1 f2 ; maps B Low b3
  dim Low = b1 b2
  dim Part = a2 a3
  dim Same = a1 a2 a3
  aux x[A] = A * 10
  aux wb[B] = B * 100
  aux wc[C] = C * 1000
  aux wf[F] = F * 7
)";
Values over_mapped(const std::string& equation) { return elements(simulate(mapped + "aux y" + equation), "y"); }
std::string said_of_mapped(const std::string& equation) { return compile(mapped + "aux y" + equation).codes(); }

}  // namespace

TEST_CASE("mappings: element by element, named either way") {
  CHECK(over_mapped("[B] = x[A]") == Values{30, 20, 10});
  CHECK(over_mapped("[B] = x[B]") == Values{30, 20, 10});
  CHECK(over_mapped("[B] = x[A] + wb[B]") == Values{130, 220, 310});
  CHECK(over_mapped("[A] = wb[B]") == Values{300, 200, 100});
  CHECK(over_mapped("[D] = x[A]") == Values{10, 20, 30});  // by position, of a dimension with several mappings
}

TEST_CASE("mappings: several elements of one side are read where each has one on the other") {
  CHECK(over_mapped("[A] = wc[C]") == Values{1000, 2000, 2000});
  CHECK(said_of_mapped("[C] = x[A]") == "unknown_subscript");  // a2 or a3?
  CHECK(over_mapped("[B] = wf[F]") == Values{7, 7, 14});        // F's first is a part of B
  CHECK(said_of_mapped("[F] = wb[B]") == "unknown_subscript");
}

TEST_CASE("mappings: parts and aliases of mapped dimensions go by their elements") {
  CHECK(over_mapped("[Low] = x[A]") == Values{30, 20});
  CHECK(over_mapped("[Low] = wf[F]") == Values{7, 7});
  CHECK(over_mapped("[Part] = wb[B]") == Values{200, 100});
  CHECK(over_mapped("[Part] = wc[C]") == Values{2000, 2000});
  CHECK(over_mapped("[Late E] = x[A]") == Values{20, 30});
  CHECK(over_mapped("[Same] = x[Same] + x[A]") == Values{20, 40, 60});
  CHECK(over_mapped("[A] = SUM(x[Same])") == Values{60, 60, 60});
  CHECK(over_mapped("[Same] = wb[B]") == Values{300, 200, 100});
}

TEST_CASE("mappings: a list with the wrong number of elements, or none of the dimension's") {
  Simulation s = compile("time 0 to 1\ndim A = a1 a2 a3 ; maps B b1 b2\ndim B = b1 b2 b3\naux x[A] = 1\naux y[B] = x[A]");
  CHECK(s.codes() == "wrong_subscripts unknown_subscript");
  CHECK(s.message() == "the dimension A and the list of what it maps to in B have 3 and 2 elements; give each one");
  CHECK(compile("time 0 to 1\ndim A = a1 a2 ; maps B b1 b9\ndim B = b1 b2\naux x[A] = 1").message() ==
        "the dimension A maps to b9, which is neither an element nor a part of B");
}

TEST_CASE("slices: an equation over an array goes through whole axes and ranges position by position") {
  const std::string more = "dim D = d1 d2 d3\ndim P = p1 p2\ndim Last = c2 c3\n";
  auto of = [&](const std::string& equation) { return elements(simulate(plane + more + "aux y" + equation), "y"); };
  CHECK(of("[D] = v[*]") == Values{10, 20, 30});
  CHECK(of("[D] = v[*] * 2 + m[r2, *]") == Values{24, 45, 66});
  CHECK(of("[P] = v[2:3]") == Values{20, 30});
  CHECK(of("[P] = v[c1:c2] - v[*:Last]") == Values{-10, -10});
  CHECK(of("[Last] = v[*:Last]") == Values{20, 30});
  CHECK(of("[P, D] = m[*, *]") == Values{1, 2, 3, 4, 5, 6});
  CHECK(of("[Row, D] = m[Row, *]") == Values{1, 2, 3, 4, 5, 6});
  CHECK(of("[D, Row] = m[Row, *]") == Values{1, 4, 2, 5, 3, 6});
  CHECK(of("[Column, Row] = m[*, *]") == Values{1, 4, 2, 5, 3, 6});  // the loop over the same dimension, as m alone
  CHECK(of("[Row, Column] = v[*]") == Values{10, 20, 30, 10, 20, 30});
  CHECK(of("[P, P] = m[*, 2:3]") == Values{2, 3, 5, 6});
  CHECK(of("[D] = IF v[*] > 15 THEN v[*] ELSE SUM(v[*])") == Values{60, 20, 30});
  CHECK(of("[D] = v[*] / MAX(v[*], 40)") == Values{0.25, 0.5, 0.75});
  CHECK(of("[D] = 7 ; [d2] SUM(v[1:2])") == Values{7, 30, 7});
}

TEST_CASE("slices: what has memory goes through them too") {
  Simulation s = simulate(R"(
    time 0 to 2
    dim A = a1 a2 a3
    dim D = d1 d2
    aux x[A] = A * TIME
    aux before[D] = PREVIOUS(x[2:3], 5)
    aux twice[D] = 2 * PREVIOUS(x[2:3], 5)
    aux late[D] = DELAY(x[2:3], 1, 0)
    aux first[D] = 1 + INIT(x[2:3])
    stock s[D] = x[2:3] + 1 ; in f
    flow f[D] = x[2:3]
    aux all[D] = SUM(PREVIOUS(x[*], 0))
  )");
  CHECK(s.series("before", 1) == Values{5, 0, 3});
  CHECK(s.series("twice", 1) == Values{10, 0, 6});
  CHECK(s.series("late", 0) == Values{0, 0, 2});
  CHECK(s.series("first", 1) == Values{1, 1, 1});
  CHECK(s.series("s", 1) == Values{1, 1, 4});
  CHECK(s.series("all", 1) == Values{0, 0, 6});
}

TEST_CASE("slices: sizes and numbers of axes that do not fit are errors with a place") {
  auto of = [](const std::string& equation) { return compile(plane + "dim D = d1 d2\naux y" + equation); };
  CHECK(of("[D] = 1 + v[*]").message() == "* is 3 elements of v, and the equation runs over the 2 of D");
  CHECK(of("[D] = 1 + v[*]").marked() == "*");
  CHECK(of("[D] = v[1:3]").message() == "1:3 is 3 elements of v, and the equation runs over the 2 of D");
  CHECK(of("[D] = m[*, *]").message() == "m[*, *] leaves 2 axes whole for the 1 that the equation runs over besides; name elements or dimensions, or reduce it, as with SUM");
  CHECK(of("[D, Column] = m[r1, 2:3]").codes() == "wrong_subscripts");  // for D or for Column?
  CHECK(of(" = v[*]").codes() == "unknown_subscript");                   // no array: nothing to go through
  CHECK(of("[D] = v[3:2]").codes() == "unknown_subscript");
}

TEST_CASE("vectors: sides over different dimensions of one size") {
  const std::string more = "dim D = d1 d2 d3\naux w[Column] = 5 ; [c2] 9 ; [c3] 7\naux o[D] = VECTOR SORT ORDER(w[Column], 1)\naux z[D] = 1 ; [d2] 0\n";
  auto of = [&](const std::string& equation) { return elements(simulate(plane + more + "aux y" + equation), "y"); };
  CHECK(of("[D] = o[D]") == Values{0, 2, 1});
  CHECK(of("[D] = VECTOR SORT ORDER(w[*], -1)") == Values{1, 2, 0});
  CHECK(of("[D] = RANK(w[Column], 1)") == Values{1, 3, 2});
  CHECK(of("[Row, D] = RANK(w[Column] / SUM(z[*]), 1)") == Values{1, 3, 2, 1, 3, 2});  // not what the reducer runs over
  CHECK(of("[D] = VECTOR REORDER(w[Column], o[D])") == Values{5, 7, 9});
  CHECK(of("[Row, D] = VECTOR REORDER(m[Row, Column], o[D])") == Values{1, 3, 2, 4, 6, 5});
  CHECK(of("[D] = VECTOR ELM MAP(w[c1], o[D])") == Values{5, 7, 9});
  CHECK(of(" = VECTOR SELECT(z[*], w[*], 0, 0, 0)") == Values{12});
  CHECK(of("[Row] = VECTOR SELECT(z[*], m[Row, *], 0, 3, 0)") == Values{3, 6});
  CHECK(compile(plane + "dim P = p1 p2\naux z[P] = 1\naux y = VECTOR SELECT(z[*], v[*], 0, 0, 0)").codes() == "wrong_subscripts");
  CHECK(compile(plane + "dim P = p1 p2\naux y[P] = RANK(v[Column], 1)").codes() == "wrong_subscripts");
}

TEST_CASE("vectors: VECTOR ELM MAP goes on in the rows after its own; beyond the array it is NaN, and :NA: in Vensim's files") {
  const std::string model = plane + "aux off[Row] = 2 ; [r2] 4\naux over rows[Row] = VECTOR ELM MAP(m[r1, c2], off[Row])\naux own row[Row] = VECTOR ELM MAP(m[Row, c2], 1 + Row)\n"
                                    "aux loops[Row, Column] = VECTOR ELM MAP(m[Row, Column], 1)\naux under = VECTOR ELM MAP(v[c1], -1)";
  Simulation s = simulate(model);
  CHECK(elements(s, "over_rows") == Values{4, 6});
  CHECK(same_bits(elements(s, "own_row"), Values{4, std::nan("")}));
  CHECK(elements(s, "loops") == Values{2, 2, 2, 2, 2, 2});  // no element is named: from the first
  CHECK(std::isnan(s.at("under", 0)));
  std::string xmile = to_xmile(model);
  xmile.insert(xmile.find("<sim_specs"), "<header><vendor>Ventana Systems, xmutil</vendor><product>Vensim, xmutil</product></header>");
  Simulation vensim = compile_xmile(xmile);
  REQUIRE(vensim.ok());
  vensim.vm->run_to_end();
  double na = -std::ldexp(1, 109);
  CHECK(elements(vensim, "over_rows") == Values{4, 6});
  CHECK(elements(vensim, "own_row") == Values{4, na});
  CHECK(elements(vensim, "loops") == Values{2, 3, 4, 5, 6, na});  // from the loops' element
  CHECK(vensim.at("under", 0) == na);
}

TEST_CASE("arrays in models: a reducer of what does not change is computed once") {
  Simulation s = compile(R"(
    time 0 to 3
    dim A = a1 a2 a3
    aux k[A] = 0.1 ; [a2] 0.2 ; [a3] 0.3
    aux x = TIME * SUM(k[*])
    aux y[A] = k * TIME / SUM(k[*]) + MAX(k[*])
    aux z = SUM(k[*]) + SUM(y[*])
  )");
  REQUIRE(s.ok());
  for (const Equation& e : s.program().dynamics)
    if (s.program().variables[e.target].id != "z") {
      std::string text = print_expr(s.program(), e.expr);
      CHECK_MESSAGE(text.find("Reduce") == std::string::npos, text);
    }
  s.vm->run_to_end();
  double sum = 0.1 + 0.2 + 0.3;
  for (int t = 0; t <= 3; t++) {
    CHECK(s.at("x", t) == t * sum);
    CHECK(s.series("y", 1)[t] == 0.2 * t / sum + 0.3);
  }
  const ProgramVariable& k = *s.variable("k");
  s.vm->reset();
  s.vm->run_to(1);
  CHECK(s.vm->set_value(k.slot, 5));  // from the current time on
  s.vm->run_to_end();
  CHECK(s.series("x") == Values{0, 1 * (5 + 0.2 + 0.3), 2 * (5 + 0.2 + 0.3), 3 * (5 + 0.2 + 0.3)});
}
