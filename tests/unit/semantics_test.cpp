// From equations as written to equations that mean something: names, calls, tables, circles, specs and options. What a
// modeller gets wrong is answered with a code, a sentence that says what to do, and the right place in the file.
#include "small_models.h"

#include "semantics/builtins.h"

using namespace small;

namespace {

// Of a model with one equation under test (and `more`): "code: message", or "fine".
std::string said(const std::string& equation, const std::string& more = "") {
  Simulation s = compile("time 0 to 10\naux x = " + equation + "\n" + more);
  if (s.compiled.diagnostics.empty()) return "fine";
  return std::string(code_name(s.compiled.diagnostics[0].code)) + ": " + s.message();
}
std::string codes_of(const std::string& lines, const CompileOptions& options = {}) { return compile(lines, options).codes(); }
std::string first_message(const std::string& lines) { return compile(lines).message(); }

}  // namespace

TEST_CASE("semantics: an unknown variable is named, with the names most like it") {
  CHECK(said("population * 2", "aux populations = 1") == "unknown_variable: the model has no variable population; did you mean populations?");
  CHECK(said("quantity") == "unknown_variable: the model has no variable quantity");
  CHECK(said("birth rate", "aux birth_rates = 1\naux birth_ratio = 2\naux death = 3") ==
        "unknown_variable: the model has no variable birth_rate; did you mean birth_rates, birth_ratio?");
}

TEST_CASE("semantics: an unknown function likewise") {
  CHECK(said("SQRTT(4)") == "unknown_function: there is no function sqrtt; did you mean sqrt?");
  CHECK(said("zzzzzz(4)") == "unknown_function: there is no function zzzzzz");
  CHECK(said("y(4)", "aux y = 1") == "not_a_table: y is a variable without a graphical function and cannot be called");
  CHECK(said("MAX") == "wrong_arity: the function max needs its arguments in parentheses: 1 to 255 arguments");
}

TEST_CASE("semantics: the number of arguments is checked and said") {
  CHECK(said("SQRT(1, 2)") == "wrong_arity: sqrt takes 1 argument, not 2");
  CHECK(said("STEP(1)") == "wrong_arity: step takes 2 arguments, not 1");
  CHECK(said("SMTH1(1)") == "wrong_arity: smth1 takes 2 to 3 arguments, not 1");
  CHECK(said("PREVIOUS()") == "wrong_arity: previous takes 1 to 2 arguments, not 0");
  CHECK(said("TIME(1)") == "wrong_arity: time takes 0 arguments, not 1");
  CHECK(said("t(1, 2)", "table t ; gf 0 1 -> 0 1") == "wrong_arity: the graphical function t takes 1 argument, not 2");
}

TEST_CASE("semantics: every error of a model is listed, not only the first") {
  Simulation s = compile("time 0 to 10\naux a = nothing\naux b = SQRT(1,2)\naux c = 1 +\naux d = a + b + c");
  CHECK(s.codes() == "unknown_variable wrong_arity syntax_error");
  CHECK_FALSE(s.ok());
}

TEST_CASE("semantics: variables hide the names of builtin values, not of reserved words") {
  CHECK(value_of("pi * 2", "aux pi = 3") == 6);
  CHECK(codes_of("time 0 to 1\naux time = 3") == "reserved_name");
  CHECK(codes_of("time 0 to 1\naux DT = 3") == "reserved_name");
  CHECK(codes_of("time 0 to 1\naux if = 3") == "reserved_name");
  CHECK(first_message("time 0 to 1\naux Self = 3") == "the name self is reserved by the equation language; rename the variable");
}

TEST_CASE("semantics: two variables of one name are an error, however they are spelled") {
  CHECK(codes_of("time 0 to 1\naux my rate = 1\naux MY_RATE = 2") == "duplicate_name");
}

TEST_CASE("semantics: a circle of equations is printed as it runs") {
  Simulation s = compile("time 0 to 1\naux a = b + 1\naux b = c * 2\naux c = a - 1\naux d = a");
  CHECK(s.codes() == "circular_dependency");
  CHECK(s.message() ==
        "these equations depend on each other at the same instant: a -> b -> c -> a. Put a stock or a delay into the circle");
  CHECK(codes_of("time 0 to 1\naux a = a + 1") == "circular_dependency");
  CHECK(first_message("time 0 to 1\naux a = a + 1").find("a -> a.") != std::string::npos);
}

TEST_CASE("semantics: a stock, a PREVIOUS or a DELAY opens the circle; INIT of a circle does not") {
  CHECK(codes_of("time 0 to 1\nstock s = 1 ; in f\nflow f = s * 2") == "");
  CHECK(codes_of("time 0 to 1\naux a = b + 1\naux b = PREVIOUS(a, 0)") == "");
  CHECK(codes_of("time 0 to 1\naux a = b + 1\naux b = DELAY(a, 2, 0)") == "");
  CHECK(codes_of("time 0 to 1\naux a = IF TIME > 0 THEN PREVIOUS(SELF, 0) + 1 ELSE 0") == "");
  CHECK(codes_of("time 0 to 1\naux a = b + 1\naux b = INIT(a)") == "circular_initial");
  CHECK(codes_of("time 0 to 1\naux a = b + 1\naux b = SMTH1(a, 2, 0)") == "");
}

TEST_CASE("semantics: initial values have circles of their own") {
  Simulation s = compile("time 0 to 1\nstock a = b ; in f\nstock b = a\nflow f = 1");
  CHECK(s.codes() == "circular_initial");
  CHECK(s.message() == "these initial values depend on each other: a -> b -> a. Give one of them an initial value that does not");
  // Through an auxiliary that the dynamic equations compute without any circle.
  CHECK(codes_of("time 0 to 1\nstock a = x\naux x = a * 2") == "circular_initial");
  // ACTIVE INITIAL breaks it.
  CHECK(simulate("time 0 to 1\nstock a = x\naux x = a * 2 ; init 5").at("a", 0) == 5);
  CHECK(codes_of("time 0 to 1\naux a = b + 1\naux b = SMTH1(a, 2)") == "circular_initial");
}

TEST_CASE("semantics: graphical functions are called by name, by LOOKUP, or take the equation as input") {
  std::string tables = "table t ; gf 0 1 2 -> 0 10 40\naux g = TIME ; gf 0 1 2 -> 5 6 7\naux n = 1";
  CHECK(value_of("t(1.5)", tables) == 25);
  CHECK(value_of("LOOKUP(t, 0.5)", tables) == 5);
  CHECK(value_of("LOOKUP(g, 2)", tables) == 7);  // another input than its own
  CHECK(value_of("g", tables) == 5);
  CHECK(value_of("LOOKUPINV(t, 25)", tables) == 1.5);
  CHECK(value_of("LOOKUPAREA(t, 0, 2)", tables) == 30);
  CHECK(value_of("LOOKUPMEAN(t)", tables) == 15);
  CHECK(said("t", tables) == "table_as_value: t is a graphical function without an input; write t(x) or LOOKUP(t, x)");
  CHECK(said("LOOKUP(n, 1)", tables) == "not_a_table: the first argument of lookup must be the name of a graphical function");
  CHECK(said("LOOKUP(1, 1)", tables) == "not_a_table: the first argument of lookup must be the name of a graphical function");
  CHECK(said("LOOKUP(t + 1, 1)", tables) == "not_a_table: the first argument of lookup must be the name of a graphical function");
}

TEST_CASE("semantics: errors point at the words, through entities, comments and lines") {
  std::string file =
      "<xmile><sim_specs><start>0</start><stop>1</stop></sim_specs><model><variables>\n"
      "  <aux name=\"first\"><eqn>1</eqn></aux>\n"
      "  <aux name=\"second\">\n"
      "    <eqn>first\n"
      "       + IF first &lt; 3 &amp;&amp; first &gt; 0\n"
      "      THEN {why &amp; how} missing\n"
      "      ELSE 2</eqn>\n"
      "  </aux>\n"
      "  <aux name=\"third\"><eqn><![CDATA[first < 3 +]]> SQRT(1, first)</eqn></aux>\n"
      "</variables></model></xmile>\n";
  Simulation s = compile_xmile(file);
  REQUIRE(s.compiled.diagnostics.size() == 2);
  const Diagnostic& first = s.compiled.diagnostics[0];
  CHECK(first.variable == "second");
  CHECK(first.span.line == 6);
  CHECK(first.span.column == 28);
  CHECK(file.substr(first.span.offset, first.span.length) == "missing");
  const Diagnostic& second = s.compiled.diagnostics[1];
  CHECK(second.variable == "third");
  CHECK(second.span.line == 9);
  CHECK(file.substr(second.span.offset, second.span.length) == "SQRT(1, first)");
  CHECK(render_diagnostic(first, "m.xmile", s.loaded.source) ==
        "m.xmile:6:28: error[unknown_variable]: second: the model has no variable missing\n"
        "          THEN {why &amp; how} missing\n"
        "                               ^~~~~~~\n");
}

TEST_CASE("semantics: an error inside an argument of a macro, a lifted call or a flow list is where it was written") {
  CHECK(compile("time 0 to 1\naux x = SMTH1(3 + wrong, 2)").marked() == "wrong");
  CHECK(compile("time 0 to 1\naux x = 1 + PREVIOUS(wrong, 2)").marked() == "wrong");
  CHECK(compile("time 0 to 1\naux x = INIT(2 * wrong)").marked() == "wrong");
  CHECK(compile("time 0 to 1\naux x = 1 + RANDOM(wrong, 1)").marked() == "wrong");
  CHECK(compile("time 0 to 1\naux x = SMTHN(1, 2, x2)\naux x2 = y * y\nstock y = 2").marked() == "x2");
  CHECK(compile("time 0 to 1\nstock s = 1 ; in wrong flow").marked() == "wrong flow");
  CHECK(compile("time 0 to 1\naux x = 3 + (2").marked() == "(");
}

TEST_CASE("semantics: stocks list flows that exist, once") {
  CHECK(codes_of("time 0 to 1\nstock s = 1 ; in f") == "unknown_flow");
  CHECK(codes_of("time 0 to 1\nstock s = 1 ; in t\nstock t = 2") == "not_a_flow");
  CHECK(codes_of("time 0 to 1\nstock s = 1 ; in f ; in F\nflow f = 1") == "duplicate_flow");
  CHECK(codes_of("time 0 to 1\nstock s = 1 ; in f ; out f\nflow f = 1") == "");  // through and out again: nothing changes
  CHECK(codes_of("time 0 to 1\nstock s = 1 ; in a\naux a = 1") == "");           // what converters write
}

TEST_CASE("semantics: a variable without an equation is an error, a table without one is not") {
  CHECK(codes_of("time 0 to 1\naux x") == "empty_equation");
  CHECK(codes_of("time 0 to 1\nstock x") == "empty_equation");
  CHECK(codes_of("time 0 to 1\naux x ; gf 0 1 -> 0 1") == "");
  CHECK(codes_of("time 0 to 1\naux x = {nothing but a comment}") == "empty_equation");
}

TEST_CASE("semantics: what is not simulated yet says so instead of simulating something else") {
  CHECK(codes_of("time 0 to 1\naux x = QELEM(a, 1)\nstock a = 1") == "unsupported_feature");
  CHECK(codes_of("time 0 to 1\naux x = IRR(a)\naux a = 1") == "unsupported_feature");
  std::string conveyor = to_xmile("time 0 to 1\nstock belt = 10");
  conveyor.replace(conveyor.find("</stock>"), 0, "<conveyor><len>4</len></conveyor>");
  CHECK(compile_xmile(conveyor).codes() == "unsupported_feature");
}

TEST_CASE("semantics: simulation specs that cannot be run are refused") {
  auto specs = [](const std::string& time) { return codes_of(time + "\naux x = 1"); };
  CHECK(specs("time 0 to 10 by 0") == "bad_sim_specs");
  CHECK(specs("time 0 to 10 by -1") == "bad_sim_specs");
  CHECK(specs("time 10 to 0") == "bad_sim_specs");
  CHECK(specs("time 0 to 10 by 1 save 0") == "bad_sim_specs");
  CHECK(specs("time 0 to 10 by 1 save -2") == "bad_sim_specs");
  CHECK(specs("time 1e300 to 1e301 by 1") == "too_many_steps");
  CHECK(specs("time 1e17 to 1.00000001e17 by 1") == "bad_sim_specs");  // time would stand still
  CHECK(specs("time 0 to 1e10 by 1") == "too_many_steps");
  CHECK(specs("time 0 to 10 by x") == "bad_number");
  CHECK(specs("time 5 to 5") == "");  // one row
  CHECK(first_message("time 10 to 0\naux x = 1") == "the stop time 0 is before the start time 10");
  Simulation none = compile_xmile("<xmile><model><variables><aux name=\"x\"><eqn>1</eqn></aux></variables></model></xmile>");
  CHECK(none.codes() == "missing_sim_specs");
}

TEST_CASE("semantics: a save interval is a whole number of steps") {
  auto every = [](const std::string& time) {
    Simulation s = compile(time + "\nstock x = 1");
    return s.compiled.program ? std::to_string(s.program().save_every) + " of " + std::to_string(s.program().steps) + " " + s.codes() : s.codes();
  };
  CHECK(every("time 0 to 10 by 0.5") == "1 of 20 ");
  CHECK(every("time 0 to 10 by 0.5 save 2") == "4 of 20 ");
  CHECK(every("time 0 to 10 by 0.1 save 1") == "10 of 100 ");
  CHECK(every("time 0 to 10 by 0.3 save 1") == "3 of 33 adjusted_sim_specs");
  CHECK(every("time 0 to 10 by 1 save 0.25") == "1 of 10 adjusted_sim_specs");
  CHECK(every("time 0 to 10 by 0.5 save 0.5000000001") == "1 of 20 ");
  Simulation s = compile("time 0 to 10 by 0.3 save 1\nstock x = 1");
  CHECK(s.message() == "the save interval 1 is not a multiple of dt 0.3; results are saved every " + std::string("0.8999999999999999"));
}

TEST_CASE("semantics: options of the host stand over the model's specs") {
  const std::string model = "time 0 to 10 by 1\nstock s = 1 ; in f\nflow f = s * 0.1";
  CompileOptions options;
  options.start = 2;
  options.stop = 4;
  options.dt = 0.25;
  options.save_interval = 0.5;
  options.method = Method::Rk4;
  Simulation s = simulate(model, options);
  CHECK(s.program().steps == 8);
  CHECK(s.series("time") == std::vector<double>{2, 2.5, 3, 3.5, 4});
  CHECK(s.last("s") == doctest::Approx(std::exp(0.2)).epsilon(1e-7));
  CompileOptions bad;
  bad.dt = -1;
  CHECK(codes_of(model, bad) == "bad_sim_specs");
  bad.dt = std::nan("");
  CHECK(codes_of(model, bad) == "bad_sim_specs");
  bad = {};
  bad.stop = HUGE_VAL;
  CHECK(codes_of(model, bad) == "bad_sim_specs");
  bad = {};
  bad.stop = -1;
  CHECK(codes_of(model, bad) == "bad_sim_specs");
}

TEST_CASE("semantics: options are JSON, and wrong ones say what is wanted") {
  auto options = parse_options(R"({"ltm":true,"start":1,"stop":5,"dt":0.5,"saveInterval":1,"method":"rk2","ltmMode":"exhaustive"})");
  REQUIRE(options);
  CHECK(options->ltm);
  CHECK(options->start == 1);
  CHECK(options->stop == 5);
  CHECK(options->dt == 0.5);
  CHECK(options->save_interval == 1);
  CHECK(options->method == Method::Rk2);
  CHECK(parse_options(""));
  CHECK(parse_options("{}"));
  CHECK(parse_options(R"({"dt":null,"ltm":null,"unknown":1})"));
  for (const char* text : {"[", "[]", "1", R"({"dt":"1"})", R"({"ltm":1})", R"({"method":"leapfrog"})", R"({"method":4})", R"({"ltmMode":"all"})"}) {
    auto bad = parse_options(text);
    CHECK_MESSAGE(!bad, std::string(text));
    if (!bad) CHECK_MESSAGE(bad.errors()[0].code == Code::bad_option, std::string(text));
  }
}

TEST_CASE("semantics: the phase dumps are there for all phases and empty for others") {
  Simulation s = compile("time 0 to 2\nstock s = 1 ; in f\nflow f = s * 0.1");
  for (const char* phase : {"model", "ast", "equations", "ir", "ltm", "program", "layout"})
    CHECK_MESSAGE(!dump_phase(s.loaded, {}, phase).empty(), std::string(phase));
  CHECK(dump_phase(s.loaded, {}, "nonsense").empty());
  CHECK(dump_phase(load_project("no model at all"), {}, "model").empty());
  CHECK(dump_phase(compile("time 0 to 2\naux a = b").loaded, {}, "program").empty());
}
