// Vensim's files: what their entries mean to the model, and that small models run as their closed forms say.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "formats/write.h"
#include "model/dump.h"
#include "small_models.h"

using namespace loopscope;

namespace {

const std::string times = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~ Year ~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n";

small::Simulation run(const std::string& text) {
  small::Simulation s = small::compile_xmile("{UTF-8}\n" + text + times);
  if (s.ok()) s.vm->run_to_end();
  return s;
}
std::string said(const std::string& text) {
  small::Simulation s = small::compile_xmile(text);
  if (s.loaded.diagnostics.empty() && s.compiled.diagnostics.empty()) return "";
  const Diagnostic& d = s.loaded.diagnostics.empty() ? s.compiled.diagnostics[0] : s.loaded.diagnostics[0];
  return std::string(code_name(d.code)) + " " + std::to_string(d.span.line) + ":" + std::to_string(d.span.column) + " " + d.message;
}
using Series = std::vector<double>;

}  // namespace

TEST_CASE("vensim: names of several words, continued lines, comments that nest, quotes with what ends an entry") {
  small::Simulation s = run(
      "the \\\n\t\tfirst One = 2 {a {nested} comment} * 3 ~ Widget/Year [0,10] ~ its comment |\n"
      "\"a | ~ name\" = The first\t one + 1 ~~|\n"
      "driver's age = \"a | ~ name\" ^ 2 ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.last("the_first_one") == 6);
  CHECK(s.last("driver's_age") == 49);
  const Variable& v = s.loaded.project->models[0].variables[0];
  CHECK(v.name == "the first One");
  CHECK(v.units == "Widget/Year");
  CHECK(v.range == "[0,10]");
  CHECK(v.documentation == "its comment");
}

TEST_CASE("vensim: groups, lines that end with CR alone") {
  small::Simulation s = run("***\r\t.Sector A\r***~\r\tabout it\r\t|\rx=\r\t3\r\t~\t\r\t~\t\r\t|\r");
  CHECK(s.everything_said() == "");
  CHECK(s.loaded.project->models[0].variables[0].group == "Sector A");
  CHECK(s.last("x") == 3);
}

TEST_CASE("vensim: INTEG of a sum of variables has flows, of anything else a hidden one") {
  small::Simulation s = run("births = people * 0.5 ~~|\ndeaths = people / 4 ~~|\npeople = INTEG(births - deaths, 100) ~~|\nlevel = INTEG(2 * TIME STEP, 1) ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.series("people") == Series{100, 125, 156.25, 195.3125, 244.140625});
  CHECK(s.series("level") == Series{1, 3, 5, 7, 9});
  for (const StockInfo& stock : s.program().stocks) {
    bool people = s.program().variables[stock.variable].id == "people";
    CHECK(stock.inflows.size() == 1);
    CHECK(stock.outflows.size() == (people ? 1 : 0));
    CHECK(s.program().variables[stock.inflows[0]].hidden == !people);
  }
}

TEST_CASE("vensim: subscript ranges by name and number, subranges, ranges of ranges, aliases") {
  small::Simulation s = run(
      "part: a1, a2 ~~|\nwhole: part, (a3-a5) ~~|\nother <-> whole ~~|\n"
      "x[part] = 1 ~~|\nx[a3] = 2 ~~|\nx[a4] = 3 ~~|\nx[a5] = 4 ~~|\n"
      "y[other] = x[other] * 10 ~~|\ntotal = SUM(x[whole!] * y[whole!]) ~~|\nsome[a2] = 7 ~~|\nsome[a4] = 8 ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.last("total") == 10 * (1 + 1 + 4 + 9 + 16));
  CHECK(s.series("y", 4).back() == 40);
  CHECK(s.series("some", 1).back() == 8);
}

TEST_CASE("vensim: an element with a comma in its name is not two") {
  small::Simulation s = run("one: \"a,b\", c ~~|\ntwo: a, b, d ~~|\nx[\"a,b\"] = 1 ~~|\ny[a] = 2 ~~|\ny[b] = 3 ~~|\nz = x[\"a,b\"] + y[a] + y[b] ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.last("z") == 6);
}

TEST_CASE("vensim: the least range that has all of a variable's elements is its dimension") {
  auto dimension_of = [](const std::string& equations) {
    auto loaded = load_project("{UTF-8}\nall: e1, e2, e3, e4 ~~|\nsome: e3, e2, e1 ~~|\nfew: e1, e2 ~~|\nsame <-> few ~~|\n" + equations + times);
    for (const Variable& v : loaded.project->models[0].variables)
      if (v.id == "x") return v.dimensions[0];
    return std::string();
  };
  CHECK(dimension_of("x[e2] = 1 ~~|\nx[e1] = 2 ~~|\n") == "few");
  CHECK(dimension_of("x[e3] = 1 ~~|\nx[few] = 2 ~~|\n") == "some");
  CHECK(dimension_of("x[e1] = 1 ~~|\nx[e3] = 2 ~~|\n") == "some of x");
  CHECK(dimension_of("x[e4] = 1 ~~|\n") == "all of x");
  CHECK(dimension_of("x[same] = 1 ~~|\n") == "same");
}

TEST_CASE("vensim: lists and matrices of constants, TABBED ARRAY, :EXCEPT:") {
  small::Simulation s = run(
      "r: r1, r2 ~~|\nc: c1, c2, c3 ~~|\n"
      "m[r,c] = 1, 2, 3; 4, 5, -6; ~~|\nt[r,c] = TABBED ARRAY(\n\t1\t2\t3\n\t4\t5\t6 ) ~~|\nrow[r2,c] = 7, 8, 9 ~~|\n"
      "e[r,c] :EXCEPT: [r1,c2], [r2,c1] = m[r,c] ~~|\ne[r1,c2] = 20 ~~|\ne[r2,c1] = 40 ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.series("m", 5).back() == -6);
  CHECK(s.series("t", 3).back() == 4);
  CHECK(s.series("row", 1).back() == 8);
  CHECK(s.series("e", 0).back() == 1);
  CHECK(s.series("e", 1).back() == 20);
  CHECK(s.series("e", 3).back() == 40);
  CHECK(s.series("e", 5).back() == -6);
}

TEST_CASE("vensim: graphical functions in both notations, of elements, WITH LOOKUP, points in any order") {
  small::Simulation s = run(
      "d: d1, d2 ~~|\npairs([(0,0)-(10,10),(3,3)],(0,0),(10,100)) ~~|\nold(0,10,0,50) ~~|\nfalling((4,40),(0,0)) ~~|\n"
      "each[d1]((0,1),(1,2)) ~~|\neach[d2]((0,5),(1,6)) ~~|\n"
      "a = pairs(5) ~~|\nb = old(5) ~~|\nc = each[d2](0.5) ~~|\nf = falling(1) ~~|\nw = WITH LOOKUP(Time, ([(0,0)-(4,4)],(0,0),(4,8))) ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.last("a") == 50);
  CHECK(s.last("b") == 25);
  CHECK(s.last("c") == 5.5);
  CHECK(s.last("f") == 10);
  CHECK(s.series("w") == Series{0, 2, 4, 6, 8});
}

TEST_CASE("vensim: macros with levels, with the model's time, with several outputs") {
  small::Simulation s = run(
      ":MACRO: FILL(rate, start)\nFILL = INTEG(rate, start) ~~|\n:END OF MACRO:\n"
      ":MACRO: BOTH(a, b : less, more)\nBOTH = a + b + 0 * Time$ ~~|\nless = MIN(a, b) ~~|\nmore = MAX(a, b) ~~|\n:END OF MACRO:\n"
      "tank = FILL(2, 10) ~~|\nsum = BOTH(tank, 15 : the least, the most) ~~|\nrange = the most - the least ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.series("tank") == Series{10, 12, 14, 16, 18});
  CHECK(s.series("sum") == Series{25, 27, 29, 31, 33});
  CHECK(s.series("range") == Series{5, 3, 1, 1, 3});
}

TEST_CASE("vensim: macros with so many outputs that they move in memory") {
  std::string outputs, equations, calls, total;
  for (int i = 0; i < 40; i++) {
    std::string n = std::to_string(i);
    outputs += (i ? ", o" : "o") + n;
    equations += "o" + n + " = a * " + n + " ~~|\n";
    calls += (i ? ", p" : "p") + n;
    total += " + p" + n;
  }
  small::Simulation s = run(":MACRO: FIRST(a : " + outputs + ")\nFIRST = a ~~|\n" + equations + ":END OF MACRO:\n:MACRO: SECOND(a : " + outputs + ")\nSECOND = 2 * a ~~|\n" + equations +
                            ":END OF MACRO:\nx = FIRST(2 : " + calls + ") ~~|\ny = SECOND(3 : q) ~~|\ntotal = x + y + q" + total + " ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.last("total") == 2 + 6 + 0 + 2 * 780);
}

TEST_CASE("vensim: DELAYP is DELAY3 and what is under way in it") {
  small::Simulation s = run("input = 3 + Time ~~|\nout = DELAYP(input, 2 * 3: under way) + 0 ~~|\nplain = DELAY3(input, 6) ~~|\nlevel = INTEG(input - plain, input * 6) ~~|\nalone = DELAYP(input, 6) ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.series("out") == s.series("plain"));
  CHECK(s.series("alone") == s.series("plain"));
  CHECK(s.series("under_way") == s.series("level"));
  CHECK(s.at("under_way", 0) == 18);
}

TEST_CASE("vensim: a lookup may have the name of a function that Vensim does not have") {
  small::Simulation s = run("past((0,0),(10,20)) ~~|\nx = past(Time) ~~|\nflat((0,1),(1,1)) ~~|\nq = QUEUE FIFO(1, 0, flat, 0, 0) ~~|\nyoung = QUEUE AGE IN RANGE(q, 1, 1) ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.series("x") == Series{0, 2, 4, 6, 8});
  CHECK(s.series("young") == Series{0, 1, 1, 1, 1});
}

TEST_CASE("vensim: :NA: is a finite number; logic between colons; IF THEN ELSE") {
  small::Simulation s = run("x = IF THEN ELSE(Time > 1 :AND: :NOT: Time = 3 :OR: Time = 0, 1, :NA:) ~~|\n");
  CHECK(s.everything_said() == "");
  CHECK(s.series("x") == Series{1, -std::ldexp(1, 109), 1, -std::ldexp(1, 109), 1});
}

TEST_CASE("vensim: ACTIVE INITIAL, unchangeable constants, times that are computed from constants") {
  small::Simulation s = small::compile_xmile(
      "{UTF-8}\nhorizon == 3 ~~|\nx = ACTIVE INITIAL(Time * 2, 100) ~~|\ny = INTEG(1, x) ~~|\n"
      "INITIAL TIME = 1 ~~|\nFINAL TIME = INITIAL TIME + horizon ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = TIME STEP * 2 ~~|\n");
  CHECK(s.everything_said() == "");
  s.vm->run_to_end();
  CHECK(s.series("y") == Series{100, 101, 102, 103});
  CHECK(s.last("x") == 8);
}

TEST_CASE("vensim: Reality Checks and texts are left out with a note") {
  small::Simulation s = run("a text :IS: 'hello' ~~|\n:THE CONDITION: x = 0 :IMPLIES: x > 1 ~~|\nc :TEST INPUT: x = 3 ~~|\nx = 1 ~~|\n");
  CHECK(s.last("x") == 1);
  CHECK(s.loaded.diagnostics.size() == 3);
  for (const Diagnostic& d : s.loaded.diagnostics) CHECK(d.severity == Severity::Note);
}

TEST_CASE("vensim: the method of integration stands in the settings, diagrams are kept") {
  LoadedProject loaded = load_project("{UTF-8}\nx = 1 ~~|\n" + times + "\\\\\\---/// Sketch information\nV300\n*View 1\n///---\\\\\\\n:L\x7F<%^E!@\n15:0,0,0,1,0,0\n");
  REQUIRE(loaded.project);
  CHECK(loaded.diagnostics.empty());
  CHECK(loaded.project->specs.method == Method::Rk4);
  CHECK(loaded.project->sketch.find("*View 1") != std::string::npos);
}

TEST_CASE("vensim: JSON keeps all of it") {
  LoadedProject loaded = load_project(
      "{UTF-8}\n***\n.g\n***~|\nd: d1, d2 ~~|\nx[d] :EXCEPT: [d1] = INTEG(y[d], 1) ~ u [0,1] ~ doc |\nx[d1] = INTEG(1, 2) ~~|\ny[d] = 3, 4 ~~|\ndata :RAW: ~~|\n"
      "FINAL TIME = 3 * 2 ~~|\nINITIAL TIME = 0 ~~|\nTIME STEP = 1 ~~|\n\\\\\\---/// S\n///---\\\\\\\n15:0,0,0,0\n");
  REQUIRE(loaded.project);
  auto text = convert_project(loaded, "json");
  REQUIRE(text);
  LoadedProject again = load_project(*text);
  REQUIRE(again.project);
  CHECK(dump_model(*again.project) == dump_model(*loaded.project));
  CHECK(*convert_project(again, "json") == *text);
}

TEST_CASE("vensim: what is wrong is said where it stands") {
  CHECK(said("{UTF-8}\nx = 1 ~~\n" + times) == "unterminated 2:1 this entry has no | at its end");
  CHECK(said("{UTF-8}\n\"x = 1 ~~|\n" + times).substr(0, 40) == "unterminated 2:1 this quoted name is not");
  CHECK(said("{UTF-8}\nx = 1 ~~|\nx = 2 ~~|\n" + times) == "duplicate_name 3:1 there are two variables of the name x; rename one");
  CHECK(said("{UTF-8}\nx[nowhere] = 1 ~~|\n" + times) == "unknown_subscript 2:1 nowhere is no subscript range, nor an element of one");
  CHECK(said("{UTF-8}\nd: d1, d2 ~~|\nx[d] = 1, 2, 3 ~~|\n" + times) == "wrong_subscripts 3:7 there are 3 numbers for 2 elements");
  CHECK(said("{UTF-8}\na: b ~~|\nb: a ~~|\nx = 1 ~~|\n" + times).substr(0, 63) == "macro_recursion 2:1 the subscript range a is part of itself, or");
  for (const char* wrong : {"1 + INTEG(1, 2)", "INTEG(1, 2) + 1", "INTEG(1)", "TABBED ARRAY(1 2"})
    CHECK_MESSAGE(said("{UTF-8}\nx = " + std::string(wrong) + " ~~|\n" + times).find("wrong_arity 2:") + said("{UTF-8}\nx = " + std::string(wrong) + " ~~|\n" + times).find("syntax_error 2:") != 2 * std::string::npos, wrong);
  CHECK(said("{UTF-8}\nx = 1 ~~|\n") == "missing_sim_specs 1:1 the file does not say INITIAL TIME, FINAL TIME, TIME STEP");
  CHECK(said("{UTF-8}\nf((0,1),(1,2) ~~|\n" + times).substr(0, 16) == "syntax_error 2:1");
  CHECK(said("{UTF-8}\n:MACRO: M(a)\nM = a ~~|\n" + times).substr(0, 16) == "unterminated 2:9");
}
