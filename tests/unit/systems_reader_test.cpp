#include <doctest/doctest.h>

#include <string>

#include "model/dump.h"
#include "small_models.h"

using namespace loopscope;

namespace {

small::Simulation run(const std::string& text) {
  small::Simulation s = small::compile_xmile(text);
  if (s.ok()) s.vm->run_to_end();
  return s;
}
// "code line:column message" of the first problem.
std::string said(const std::string& text) {
  LoadedProject loaded = load_project(text);
  if (loaded.diagnostics.empty()) return "";
  const Diagnostic& d = loaded.diagnostics[0];
  return std::string(code_name(d.code)) + " " + std::to_string(d.span.line) + ":" + std::to_string(d.span.column) + " " + d.message;
}
std::string equation(const std::string& text, const std::string& id) {
  LoadedProject loaded = load_project(text);
  REQUIRE(loaded.project);
  for (const Variable& v : loaded.project->models[0].variables)
    if (v.id == id) return v.definitions[0].equation.text;
  return "no " + id;
}
using Series = std::vector<double>;
Series first(Series series, size_t count) {
  series.resize(count);
  return series;
}

}  // namespace

TEST_CASE("systems: stocks, flows between them and ten rounds") {
  small::Simulation s = run("# a line\nStart(10)\nStart > Middle @ 2 # two each round\n\nMiddle > End\r\nMiddle > [Out] @ 1\n");
  CHECK(s.everything_said() == "");
  CHECK(s.program().rows == 11);
  CHECK(first(s.series("start"), 6) == Series{10, 8, 6, 4, 2, 0});
  CHECK(first(s.series("middle"), 6) == Series{0, 2, 3, 4, 5, 6});
  CHECK(s.last("end") == 0);  // without @ nothing flows
  CHECK(s.last("out") == HUGE_VAL);
}

TEST_CASE("systems: the last flow of a stock goes first, and what it leaves is what the others see") {
  small::Simulation s = run("A(10) > B @ 7\nC(20) > D @ A\nA > E @ 7");
  CHECK(first(s.series("e"), 3) == Series{0, 7, 7});
  CHECK(first(s.series("b"), 3) == Series{0, 3, 3});
  CHECK(first(s.series("d"), 3) == Series{0, 3, 3});
}

TEST_CASE("systems: what comes in is there in the next round only, so a full stock makes room too late") {
  small::Simulation s = run("b(4, 5) > c @ 5\na(10) > b @ 10");
  CHECK(first(s.series("a"), 5) == Series{10, 9, 5, 4, 0});
  CHECK(first(s.series("b"), 5) == Series{4, 1, 4, 1, 4});
}

TEST_CASE("systems: a conversion takes all and turns out whole units, a leak takes a part") {
  small::Simulation s = run("a(7) > b @ 0.5\nc(10) > d @ Leak(0.25)\ne(1) > f @ Conversion(0.3)\ng(10) > h(1, 3) @ 0.5");
  CHECK(first(s.series("a"), 2) == Series{7, 0});
  CHECK(first(s.series("b"), 2) == Series{0, 3});
  CHECK(first(s.series("c"), 3) == Series{10, 8, 6});
  CHECK(s.last("e") == 1);  // not enough for a whole one: nothing is taken
  CHECK(first(s.series("g"), 3) == Series{10, 6, 6});
  CHECK(first(s.series("h"), 3) == Series{1, 3, 3});
}

TEST_CASE("systems: formulas go from left to right and may be initial values and maximums") {
  CHECK(equation("a > b @ 1 + a * 3 - a / 2", "a_to_b") == "MAX(0, MIN(((1 + a) * 3 - a) / 2, a))");
  CHECK(equation("a > b @ a * (1 + 2) / (a)", "a_to_b") == "MAX(0, MIN(a * (1 + 2) / a, a))");
  CHECK(equation("a > b @ ((2))", "a_to_b") == "MAX(0, MIN(2, a))");
  CHECK(equation("[a] > b @ inf", "a_to_b") == "MAX(0, INF)");
  small::Simulation s = run("Managers(2)\n[Candidates] > Engineers(Managers * 4, Managers * 8) @ Managers * 3");
  CHECK(first(s.series("engineers"), 4) == Series{8, 14, 16, 16});
}

TEST_CASE("systems: 5 is a rate, 0.5 a conversion, and so it may be written") {
  CHECK(equation("a > b @ rate ( 0.5 )", "a_to_b") == "MAX(0, MIN(0.5, a))");
  CHECK(equation("a > b @ 1.0", "a_to_b") == "INT(MAX(0, a) * 1.0)");
  CHECK(equation("a > b @ 0.5 * 1", "a_to_b") == "MAX(0, MIN(0.5 * 1, a))");
  CHECK(equation("a > b @ Conversion(a / 2)", "a_to_b") == "INT(MAX(0, a) * (a / 2))");
}

TEST_CASE("systems: a stock may be told its values later, once") {
  CHECK(said("a > b @ 5\nb(2) > c @ 3\nb(2, 9)\nb(0)\nb(2, inf)") == "");
  CHECK(said("a(1) > b(2) @ 1\nb(3) > a @ 1") == "conflicting_value 2:3 the initial value was given before as 2; give it once");
  CHECK(said("a(1, 5) > b @ 1\na(1, 6)") == "conflicting_value 2:5 the maximum was given before as 5; give it once");
  CHECK(said("a(1) > b @ 1\n[a] > b @ 1") == "conflicting_value 2:1 the stock was given an initial value and cannot be infinite");
  CHECK(said("[a] > b @ 1\na(4)") == "conflicting_value 2:3 an infinite stock has no other initial value");
}

TEST_CASE("systems: names that would mean something else, or are made up twice") {
  LoadedProject loaded = load_project("a > b @ 1\na > b @ 2\na_to_b > mod @ 3\nmod_ > c @ 1");
  REQUIRE(loaded.project);
  CHECK(said("a > b @ 1\nB > a @ 1").find("duplicate_name 2:1") == 0);
  std::string dump = dump_model(*loaded.project);
  for (const char* part : {"flow a_to_b_2", "flow a_to_b_3", "MIN(3, a_to_b)"}) CHECK_MESSAGE(dump.find(part) != dump.npos, part, " in ", dump);
  CHECK(equation("mod > b @ mod * 2", "mod_to_b") == "MAX(0, MIN(\"mod\" * 2, \"mod\"))");
  CHECK(run("mod(5) > b @ mod * 2\n").everything_said() == "");
}

TEST_CASE("systems: what is wrong is said with its place") {
  const std::string good = "a > b @ 1\n";
  CHECK(said(good + "my stock > b @ 1").find("syntax_error 2:1 a stock is Name") == 0);
  CHECK(said(good + "a > b > c @ 1").find("syntax_error 2:5 a stock is Name") == 0);
  CHECK(said(good + "a @ 5").find("syntax_error 2:1 a flow leads from one stock to another") == 0);
  CHECK(said(good + "a > b @") == "syntax_error 2:1 a rate is missing behind the @");
  CHECK(said(good + "a > b @ 1 2") == "syntax_error 2:11 an operator should stand here");
  CHECK(said(good + "a > b @ -1") == "syntax_error 2:9 a number, a stock or '(' should stand here");
  CHECK(said(good + "a > b @ (1") == "syntax_error 2:9 a parenthesis is not closed");
  CHECK(said(good + "a > b @ 1)") == "syntax_error 2:10 this parenthesis closes nothing");
  CHECK(said(good + "a > b @ 1 +") == "syntax_error 2:9 the formula is not complete: a number or a stock is missing");
  CHECK(said(good + "a > b @ 1.2.3") == "bad_number 2:9 this is not a number");
  CHECK(said(good + "a > b @ 5x") == "bad_number 2:9 this is not a number");
  CHECK(said(good + "a > b @ $") == "syntax_error 2:9 a formula has numbers, stocks, inf, + - * / and parentheses");
  CHECK(said(good + "a > b @ Drip(0.1)") == "syntax_error 2:9 a flow is Rate(...), Conversion(...), Leak(...) or a formula");
  CHECK(said(good + "a > b @ nowhere * 2") == "unknown_variable 2:9 there is no stock nowhere");
  CHECK(said(good + "c(nowhere) > b @ 2") == "unknown_variable 2:3 there is no stock nowhere");
  CHECK(said(good + "[x] > b @ 0.5") == "bad_argument 2:1 only a rate can take from an infinite stock");
  CHECK(said(good + "x(inf) > b @ Leak(0.5)") == "bad_argument 2:1 only a rate can take from an infinite stock");
  CHECK(run("a(b) > b(a) @ 1").codes().find("circular_initial") == 0);
}

TEST_CASE("systems: text that is no model is not taken for one") {
  for (const char* text : {"Dear colleague,\nplease find > the model @ home", "hello", "a(10)\nb", "x >", "> quoted\n> mail"})
    CHECK_MESSAGE(said(text).find("unknown_format") == 0, text);
  CHECK(said(std::string("a > b @ 1\0", 10)).find("unknown_format") == 0);
}

TEST_CASE("systems: loops have scores, infinite stocks or not") {
  CompileOptions options;
  options.ltm = true;
  small::Simulation s = small::compile_xmile("[People] > Users(5, 100) @ Users * 2\nUsers > [Gone] @ Leak(0.1)", options);
  CHECK(s.everything_said() == "");
  REQUIRE(s.ok());
  s.vm->run_to_end();
  auto analysis = Analysis::create(*s.compiled.program, *s.compiled.plan, {s.vm->slab(), s.vm->slab() + s.vm->slab_size()});
  REQUIRE(analysis);
  const auto& loops = analysis->loops();
  REQUIRE(loops.size() == 3);
  double sum = 0, most = 0;
  for (const LoopResult& loop : loops) {
    double relative = analysis->series(loop, 0).relative[2];
    sum += std::fabs(relative);
    most = std::max(most, relative);
  }
  CHECK(sum == doctest::Approx(1));
  CHECK(most > 0.8);  // growth by the rate, before the maximum is near
}
