// Models said in the other language: what each construct becomes, that it gives the same numbers there, and what is said where the other
// language has no form for it.
#include "formats/dialects.h"
#include "formats/to_vensim.h"
#include "small_models.h"

using namespace loopscope;

namespace {

std::string in_vensim_text(const std::string& xmile) {
  std::vector<ParseError> errors;
  Ast ast = parse_equation(xmile, Dialect::Xmile, errors);
  REQUIRE(errors.empty());
  return print_ast(ast, ast.root, {Dialect::Vensim, nullptr});
}

struct Conversion {
  small::Simulation before, after;
  std::string text;
  std::vector<Diagnostic> said;
  bool has(const std::string& part) const {
    bool found = text.find(part) != text.npos;
    if (!found) MESSAGE(text);
    return found;
  }
  std::string codes() const {
    std::string out;
    for (const Diagnostic& d : said) out += (out.empty() ? "" : " ") + d.variable + ":" + code_name(d.code);
    return out;
  }
};

// Converted, read again and run; every variable of the first must be in the second with the same numbers.
Conversion convert(const std::string& source, const char* format, double tolerance = 0) {
  Conversion c;
  c.before = small::compile_xmile(source);
  REQUIRE_MESSAGE(c.before.ok(), c.before.everything_said());
  auto text = convert_project(c.before.loaded, format, &c.said);
  REQUIRE(text);
  c.text = *text;
  c.after = small::compile_xmile(c.text);
  REQUIRE_MESSAGE(c.after.ok(), c.after.everything_said() << c.text);
  c.before.vm->run_to_end();
  c.after.vm->run_to_end();
  for (const ProgramVariable& v : c.before.program().variables) {
    if (v.hidden) continue;
    for (uint32_t e = 0; e < v.elements; e++) {
      auto a = c.before.series(v.id, e), b = c.after.series(v.id, e);
      bool same = small::distance(a, b) <= tolerance;
      CHECK_MESSAGE(same, v.id << " " << e << ": " << doctest::toString(a) << " " << doctest::toString(b) << "\n" << c.text);
    }
  }
  return c;
}
Conversion to_mdl(const std::string& lines, double tolerance = 0) { return convert(small::to_xmile(lines), "mdl", tolerance); }

std::string mdl(const std::string& entries) {
  return "{UTF-8}\n" + entries + "\nINITIAL TIME = 0 ~~|\nFINAL TIME = 10 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n";
}
Conversion to_xmile(const std::string& entries) { return convert(mdl(entries), "xmile"); }

}  // namespace

TEST_CASE("printer: Vensim's operators, with parentheses wherever its readers could differ") {
  CHECK(in_vensim_text("a > 0 AND b <> 0 OR c") == "a > 0 :AND: b <> 0 :OR: c");
  CHECK(in_vensim_text("NOT a = b") == ":NOT: (a = b)");
  CHECK(in_vensim_text("(a < b) = c") == "(a < b) = c");
  CHECK(in_vensim_text("-y^2") == "-(y^2)");
  CHECK(in_vensim_text("(-y)^2") == "(-y)^2");
  CHECK(in_vensim_text("2^3^x") == "2^(3^x)");
  CHECK(in_vensim_text("2^-x") == "2^(-x)");
  CHECK(in_vensim_text("a * -b - (c - d)") == "a * (-b) - (c - d)");
  CHECK(in_vensim_text("IF a THEN b ELSE c") == "IF THEN ELSE(a, b, c)");
  CHECK(in_vensim_text("a // b + c MOD d") == "ZIDZ(a, b) + MODULO(c, d)");
  CHECK(in_vensim_text("x[*:Sub, south]") == "x[sub!, south]");
  CHECK(in_vensim_text("LOOKUP(curve, x)") == "curve(x)");
}

TEST_CASE("printer: what is printed in Vensim's language is read as the same tree") {
  for (const char* text : {"a > 0 AND b <> 0 OR c", "NOT a = b", "NOT (a AND b)", "(a < b) = c", "-y^2", "(-y)^2", "2^3^x", "2^-x", "a * -b - (c - d)", "a / (b * c)", "-(a * b)",
                           "x[*:sub, south] + 1e-7"}) {
    std::vector<ParseError> errors;
    Ast before = parse_equation(text, Dialect::Xmile, errors);
    std::string printed = print_ast(before, before.root, {Dialect::Vensim, nullptr});
    Ast after = parse_equation(printed, Dialect::Vensim, errors);
    REQUIRE_MESSAGE(errors.empty(), printed);
    CHECK(print_ast(after, after.root) == print_ast(before, before.root));
  }
}

TEST_CASE("names in Vensim: in quotes where letters or functions need them") {
  CHECK(in_vensim("Heat Loss") == "Heat Loss");
  CHECK(in_vensim("größe 2") == "größe 2");
  CHECK(in_vensim("2nd") == "\"2nd\"");
  CHECK(in_vensim("a.b") == "\"a.b\"");
  CHECK(in_vensim("say \"so\"") == "\"say \\\"so\\\"\"");
  CHECK(in_vensim("Delay1") == "\"Delay1\"");
}

TEST_CASE("to Vensim: stocks, flows and units of time") {
  Conversion c = to_mdl("time 0 to 10 by 0.25 save 1\nstock population = 100 ; in births ; out deaths\nflow births = population * 0.1\nflow deaths = population / lifetime ; non-negative\naux lifetime = 20");
  CHECK(c.has("population= INTEG (\n\tbirths - deaths,\n\t\t100)"));
  CHECK(c.has("deaths=\n\tMAX(population / lifetime, 0)"));
  CHECK(c.has("TIME STEP  = 0.25"));
  CHECK(c.has("SAVEPER  = 1"));
  CHECK(c.said.empty());
}

TEST_CASE("to Vensim: a stock that stays at or above 0 has its net flow held, with a warning") {
  Conversion c = to_mdl("stock s = 10 ; out drain ; non-negative\nflow drain = 3", 1e-12);
  CHECK(c.has("MAX(-drain, -(s / TIME STEP))"));
  CHECK(c.codes() == "s:not_expressible");
}

TEST_CASE("to Vensim: graphical functions") {
  Conversion c = to_mdl("aux x = TIME / 3\naux f = x ; gf 0 1 2 -> 0 5 1\naux g = x ; gf 0 1 2 -> 0 5 1 ; extrapolate\naux h = x ; gf 0 1 2 -> 0 5 1 ; discrete\n"
                        "table t ; gf 0 2 -> 1 3\ntable u ; gf 0 2 -> 1 3 ; extrapolate\naux a = t(x)\naux b = LOOKUP(u, x)\naux d = LOOKUP(f, 2)");
  CHECK(c.has("t(\n\t(0,1),(2,3))"));
  CHECK(c.has("LOOKUP EXTRAPOLATE(g lookup, x)"));
  CHECK(c.has("LOOKUP BACKWARD(h lookup, x)"));
  CHECK(c.has("LOOKUP EXTRAPOLATE(u, x)"));
  CHECK(c.has("d=\n\tf lookup(2)"));
  Conversion with = to_mdl("aux x = TIME / 3\naux f = x ; gf 0 1 2 -> 0 5 1");
  CHECK(with.has("f= WITH LOOKUP (\n\tx,\n\t\t((0,0),(1,5),(2,1)))"));
}

TEST_CASE("to Vensim: Stella's rounding is spelled out") {
  Conversion c = to_mdl("aux x = TIME - 5.5\naux a = INT(x)\naux b = x MOD 3\naux d = CEILING(x)\naux e = ROUND(x)\naux f = SIGN(x)\naux g = MOD(INT(x * 2), 4)\naux h = x MOD -2");
  CHECK(c.has("INTEGER(x) - IF THEN ELSE(x < INTEGER(x), 1, 0)"));
  CHECK(c.said.empty());
}

TEST_CASE("to Vensim: functions that stand alone there are variables of their own") {
  Conversion c = to_mdl("aux x = TIME ^ 2\naux a = 1 + INIT(x + 3) * 2\naux b = PREVIOUS(x, 7) + 1\naux d = DELAY(x, 3)\naux e = 2 * DELAY(x, 2, 5)\naux f = INIT(x)");
  CHECK(c.has("a initial=\n\tINITIAL(x + 3)"));
  CHECK(c.has("a=\n\t1 + a initial * 2"));
  CHECK(c.has("b delay fixed=\n\tDELAY FIXED(x, TIME STEP, 7)"));
  CHECK(c.has("d=\n\tDELAY FIXED(x, 3, x)"));
  CHECK(c.has("f=\n\tINITIAL(x)"));
}

TEST_CASE("to Vensim: delays and smooths") {
  Conversion c = to_mdl("aux x = STEP(5, 3)\naux a = SMTH1(x, 4)\naux b = SMTH3(x, 4, 2)\naux d = DELAY1(x, 4, 1) * 2\naux e = DELAY3(x, 4)\naux f = TREND(x + 1, 5)");
  CHECK(c.has("SMOOTH3I(x, 4, 2)"));
  CHECK(c.has("DELAY1I(x, 4, 1) * 2"));
  CHECK(c.has("TREND(x + 1, 5, 0)"));
}

TEST_CASE("to Vensim: every subscript is said") {
  Conversion c = to_mdl("dim Region = north south\ndim Kind = old new\naux x[Region] = TIME ; [south] 4\naux y[Region] = x * 2\naux m[Region,Kind] = x[Region] + Kind\n"
                        "aux total = SUM(x)\naux all = SUM(m[*,new]) + MEAN(m[*,*])\naux one = x[2] + m[south,old]\naux most = MAX(x)\naux spread = STDDEV(m)\naux n = SIZE(m)\n"
                        "aux by[Region] = SUM(m[Region,*])\naux least[Kind] = MIN(m[*,Kind], 3)");
  CHECK(c.has("Region:\n\tnorth,south"));
  CHECK(c.has("x[Region] :EXCEPT: [south]=\n\tTime ~~|\nx[south]=\n\t4"));
  CHECK(c.has("y[Region]=\n\tx[Region] * 2"));
  CHECK(c.has("SUM(x[Region!])"));
  CHECK(c.has("SUM(m[Region!, new]) + SUM(m[Region!, Kind!]) / 4"));
  CHECK(c.has("x[south] + m[south, old]"));
  CHECK(c.has("VMAX(x[Region!])"));
  CHECK(c.said.empty());
}

TEST_CASE("to Vensim: a dimension twice, a range, an element chosen as the model runs") {
  Conversion c = to_mdl("dim D = a b c\naux x[D] = D * 10\naux m[D,D] = x[@1] + 100 * x[@2]\naux s = SUM(x[2:3]) + SUM(m[*,*])\naux k = 1 + INT(TIME / 4)\naux p = x[k]");
  CHECK(c.has("m[D,D 2]=\n\tx[D] + 100 * x[D 2]"));
  CHECK(c.has("D 2 to 3:\n\tb,c"));
  CHECK(c.has("VECTOR ELM MAP(x[a], k - 1)"));
}

TEST_CASE("to Vensim: an element map of a whole array starts at its first element") {
  Conversion c = to_mdl("dim D = a b c\naux x[D] = D * 10\naux off[D] = 3 - D\naux y[D] = VECTOR_ELM_MAP(x[D], off[D])\naux z[D] = VECTOR_ELM_MAP(x[D] + 1, off[D])");
  CHECK(c.has("VECTOR ELM MAP(x[a], off[D])"));
}

TEST_CASE("to Vensim: modules are written out") {
  std::string source = R"(<xmile><sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs>
    <model><variables><module name="hares"><connect to="hares.area" from="land"/></module><aux name="land"><eqn>50</eqn></aux><aux name="seen"><eqn>hares.density * 2</eqn></aux></variables></model>
    <model name="hares"><variables><stock name="number"><eqn>100</eqn><inflow>births</inflow></stock><flow name="births"><eqn>number * 0.1</eqn></flow>
      <aux name="area"><eqn>1</eqn></aux><aux name="density"><eqn>number / area + ISMODULEINPUT(area)</eqn></aux></variables></model></xmile>)";
  Conversion c = convert(source, "mdl");
  CHECK(c.has("\"hares.area\"=\n\tland"));
  CHECK(c.has("\"hares.density\"=\n\t\"hares.number\" / \"hares.area\" + 1"));
}

TEST_CASE("to Vensim: arrays spread along inputs that lead to inputs, in whatever order the modules stand") {
  std::string module = "<eqn>0</eqn></aux><aux name=\"out\"><eqn>in[2] * 2</eqn></aux></variables></model>", source = R"(<xmile><sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs><dimensions><dim name="D" size="2"/></dimensions>
    <model><variables><module name="c" model_name="m"><connect to="c.in" from="b.in"/></module><module name="b" model_name="m"><connect to="in" from="a.in"/></module>
      <module name="a" model_name="m"><connect to="a.in" from=".x"/></module><aux name="x"><dimensions><dim name="D"/></dimensions><eqn>D * 10</eqn></aux></variables></model>
    <model name="m"><variables><aux name="in">)" + module + "</xmile>";
  Conversion c = convert(source, "mdl");
  CHECK(c.codes() == "");
  CHECK(c.has("\"c.in\"[D]=\n\t\"b.in\"[D]"));
  CHECK(c.before.last("c.out") == 40);
}

TEST_CASE("to Vensim: what modules cannot be written is said") {
  LoadedProject loaded = load_project(R"(<xmile><sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs><dimensions><dim name="D" size="2"/></dimensions>
    <model><variables><module name="a" model_name="m"><connect to="a.in" from="x[1]"/></module><module name="b" model_name="none"/><aux name="x"><dimensions><dim name="D"/></dimensions><eqn>1</eqn></aux></variables></model>
    <model name="m"><variables><aux name="in"><eqn>0</eqn></aux><module name="again" model_name="m"/></variables></model></xmile>)");
  std::vector<Diagnostic> said;
  CHECK(convert_project(loaded, "mdl", &said));
  std::string messages;
  for (const Diagnostic& d : said) messages += std::string(code_name(d.code)) + " " + d.message + "\n";
  CHECK(messages == "not_expressible the module again contains itself; it is left out\nnot_expressible the module b instantiates a model that the file does not define; it is left out\n"
                    "not_expressible the connection of a.in to x[1] is one of elements; it is left out\n");
}

TEST_CASE("to Vensim: of a flat model with too many variables none is dropped silently") {
  Project project;
  project.models.emplace_back();
  project.models[0].variables.resize(500'001);
  for (size_t i = 0; i < project.models[0].variables.size(); i++) {
    Variable& v = project.models[0].variables[i];
    v.name = v.id = "v" + std::to_string(i);
  }
  std::vector<Diagnostic> said;
  to_vensim(project, said);
  REQUIRE(said.size() == 1);
  CHECK(said[0].code == Code::input_too_large);
  CHECK(said[0].severity == Severity::Error);
  CHECK(said[0].variable == "v500000");
}

TEST_CASE("to Vensim: a numbered dimension has all of its elements, or is refused") {
  auto written = [](const std::string& size, std::vector<Diagnostic>& said) {
    LoadedProject loaded = load_project("<xmile><sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs><dimensions><dim name=\"D\" size=\"" + size + "\"/></dimensions><model><variables/></model></xmile>");
    return convert_project(loaded, "mdl", &said);
  };
  std::vector<Diagnostic> said;
  auto text = written("10001", said);
  REQUIRE(text);
  CHECK(text->find(",D10001") != std::string::npos);
  CHECK(!written("250001", said));
  REQUIRE(said.size() == 1);
  CHECK(said[0].code == Code::input_too_large);
}

TEST_CASE("to XMILE: parts of an array with too many elements to write out are said") {
  LoadedProject loaded = load_project(mdl("D: (d1-d10001) ~~|\nx[D] :EXCEPT: [d1] = 1 ~~|\nx[d1] = 2 ~~|"));
  std::vector<Diagnostic> said;
  CHECK(convert_project(loaded, "xmile", &said));
  REQUIRE(said.size() == 1);
  CHECK(said[0].code == Code::not_expressible);
  CHECK(said[0].variable == "x");
}

TEST_CASE("to Vensim: macros, whose names are their own") {
  Conversion c = convert(R"(<xmile><sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs>
    <macro name="grow"><parm>rate</parm><parm>x</parm><eqn>level * 2 + TIME</eqn><variables><stock name="level"><eqn>x</eqn><inflow>gain</inflow></stock><flow name="gain"><eqn>level * rate</eqn></flow></variables></macro>
    <model><variables><aux name="x"><eqn>7</eqn></aux><aux name="y"><eqn>grow(0.5, x) + 1</eqn></aux></variables></model></xmile>)", "mdl");
  CHECK(c.has(":MACRO: grow(rate, x)"));
  CHECK(c.has("level= INTEG (\n\tgain,\n\t\tx)"));
  CHECK(c.has("grow=\n\tlevel * 2 + Time$"));
  CHECK(c.has("grow(0.5, x) + 1"));
}

TEST_CASE("to Vensim: what it has no function for is said, with the variable") {
  Conversion c = to_mdl("aux a = ARCTAN2(1, 2)\naux b = FACTORIAL(3)");
  CHECK(c.codes() == "a:not_expressible b:not_expressible");
}

TEST_CASE("delays, queues and schedules of Vensim alone go under their names, as variables of their own, and what is this project's own is said") {
  std::string lines = "dim Y = a b\ntable flat ; gf 0 1 -> 1 1\naux in = 3 + SIN(TIME)\naux parts[Y] = 1 ; [b] 3\naux none = 0\naux q = QUEUE_FIFO(in, 2, flat, 6, 2)\n";
  Conversion c = to_mdl(lines +
                        "aux x = 1 + DELAY_CONVEYOR(in, 2, 0.1, flat, 4, 2) + DELAY_PROFILE(flat, in, 3, 1, 0) + DELAY_BATCH(in, 5, 2, 0, 0, 0)\n"
                        "aux y = DEPRECIATE_BY_SCHEDULE(in, parts[a], none, 6, STARTTIME) + QUEUE_AGE_OLDEST(q) + QUEUE_AGE_AVERAGE(q, 2) * QUEUE_AGE_IN_RANGE(q, 1, 2)\n");
  CHECK(c.codes() == "");
  CHECK(c.has("x=\n\t1 + x delay conveyor + x delay profile 2 + x delay batch 3"));
  CHECK(c.has("DELAY CONVEYOR(in, 2, 0.1, flat, 4, 2)"));
  CHECK(c.has("DEPRECIATE BY SCHEDULE(in, parts[a], none, 6, INITIAL TIME)"));
  CHECK(c.has("q=\n\tQUEUE FIFO(in, 2, flat, 6, 2)"));
  CHECK(to_mdl(lines + "aux z = LOOKUP_SHARE(flat, 0, 0.5)").codes() == "z:not_expressible");
  Conversion x = to_xmile("in = 3 + Time ~~|\nflat((0,1),(1,1)) ~~|\nout = DELAY CONVEYOR(in, 2, 0.1, flat, 4, 2) ~~|\nq = QUEUE FIFO(in, out, flat, 1, 1) ~~|\nage = QUEUE AGE AVERAGE(q, 0) ~~|\nd = DELAYP(in, 6: p) ~~|\n");
  CHECK(x.codes() == "out:not_expressible q:not_expressible age:not_expressible");
  CHECK(x.has("<eqn>DELAY_CONVEYOR(in, 2, 0.1, flat, 4, 2)</eqn>"));
}

TEST_CASE("to XMILE: net flows that are sums of variables become flows, others one of their own") {
  Conversion c = to_xmile("s = INTEG(births - deaths, 100) ~~|\nbirths = s * 0.1 ~~|\ndeaths = s / 20 ~~|\nt = INTEG(2 * births, 0) ~~|\nu = INTEG(births, 3) ~~|\nv = INTEG(0, 4) ~~|");
  CHECK(c.has("<flow name=\"births\">"));
  CHECK(c.has("<inflow>births</inflow>\n        <outflow>deaths</outflow>"));
  CHECK(c.has("<flow name=\"t net flow\">\n        <eqn>2 * births</eqn>"));
  CHECK(c.has("<inflow>u_net_flow</inflow>"));  // births fill one stock already
  CHECK(c.said.empty());
}

TEST_CASE("to XMILE: exceptions, subranges and mappings are written element by element") {
  Conversion c = to_xmile("D: a, b, c -> (E: e3, e2, e1) ~~|\nE: e1, e2, e3 ~~|\nSub: b, c ~~|\nx[D] :EXCEPT: [b] = Time ~~|\nx[b] = 5 ~~|\ny[Sub] = x[Sub] * 2 ~~|\ny[a] = 1 ~~|\n"
                          "total = SUM(x[D!]) + SUM(x[Sub!]) ~~|\nw[D] = INTEG(x[D], 1) ~~|\nk[D] = D * 2 ~~|\n");
  CHECK(c.has("<element subscript=\"b\">\n          <eqn>5</eqn>"));
  CHECK(c.has("<element subscript=\"c\">\n          <eqn>x[c] * 2</eqn>"));
  CHECK(c.has("SUM(x[*]) + SUM(x[*:Sub])"));
  CHECK(c.has("<inflow>x</inflow>"));
}

TEST_CASE("to XMILE: a mapping by element says which element each equation reads") {
  auto text = convert_project(load_project(mdl("D: a, b, c -> (E: e3, e2, e1) ~~|\nE: e1, e2, e3 ~~|\nx[D] = Time ~~|\nz[E] = x[D] ~~|\n")), "xmile");
  REQUIRE(text);
  CHECK(text->find("<element subscript=\"e1\">\n          <eqn>x[c]</eqn>") != text->npos);
}

TEST_CASE("to XMILE: functions and values under their names there") {
  Conversion c = to_xmile("x = Time * TIME STEP + INITIAL TIME ~~|\na = IF THEN ELSE(x > 3 :AND: :NOT: (x = 5), ZIDZ(x, 2), XIDZ(1, x, 7)) ~~|\nb = MODULO(x, 3) + INTEGER(-x / 2) ~~|\n"
                          "d = SMOOTHI(x, 3, 1) + DELAY1(x, 2) ~~|\ne = INITIAL(x + 2) ~~|\nf = DELAY FIXED(x, 2, 9) ~~|\ng = ACTIVE INITIAL(x, 4) ~~|\nh = SAMPLE IF TRUE(x > 4, x, 2) ~~|\n"
                          "tab((0,0),(10,5)) ~~|\nl = tab(x) ~~|\nw = WITH LOOKUP(x, ((0,0),(5,10))) ~~|\n\"a.b\" = 3 ~~|\np = \"a.b\" ^ 2 ~~|");
  CHECK(c.has("TIME * DT + STARTTIME"));
  CHECK(c.has("IF x &gt; 3 AND (NOT x = 5) THEN SAFEDIV(x, 2) ELSE SAFEDIV(1, x, 7)"));
  CHECK(c.has("x MOD 3 + INT(-x / 2)"));
  CHECK(c.has("SMTH1(x, 3, 1) + DELAY1(x, 2)"));
  CHECK(c.has("<init_eqn>4</init_eqn>"));
  CHECK(c.has("IF x &gt; 4 THEN x ELSE PREVIOUS(SELF, 2)"));
  CHECK(c.has("LOOKUP(tab, x)"));
  CHECK(c.has("\"a.b\"^2"));
  CHECK(c.said.empty());
}

TEST_CASE("to XMILE: diagrams become views, with pipes and arrows") {
  std::string text = mdl("level = INTEG(rate, 0) ~~|\nrate = \"how, much\" * 2 ~~|\n\"how, much\" = 3 ~~|\n") +
                     "\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not put anything below\n*View 1\n$0-0-0\n10,1,level,676,350,40,20,3,3,0\n"
                     "12,2,48,532,351,10,8,0,3,0\n1,3,5,1,4,0,0,22,0,0,0,-1--1--1,,1|(611,351)|\n1,4,5,2,100,0,0,22,0,0,0,-1--1--1,,1|(558,351)|\n11,5,48,580,351,6,8,34,3,0\n"
                     "10,6,rate,580,367,11,8,40,3,0\n10,7,\"how, much\",593,432,40,14,8,3,0\n1,8,7,5,0,0,0,0,0,128,0\n10,9,level,1,2,3,4,8,2,0\n///---\\\\\\\n:L\x7f<%^E!@\n";
  Conversion c = convert(text, "xmile");
  CHECK(c.has("<stock name=\"level\" x=\"676\" y=\"350\"/>"));
  CHECK(c.has("<flow name=\"rate\" x=\"580\" y=\"351\"><pts><pt x=\"532\" y=\"351\"/><pt x=\"676\" y=\"350\"/></pts></flow>"));
  CHECK(c.has("<from>how, much</from><to>rate</to>"));
  CHECK(c.has("<alias x=\"1\" y=\"2\"><of>level</of></alias>"));
}

TEST_CASE("to XMILE: a variable of a word's name gets another, with a warning") {
  auto loaded = load_project(mdl("DT = 3 ~~|\nx = INTEG(DT, 0) ~~|\ny = DT * TIME STEP ~~|"));
  std::vector<Diagnostic> said;
  auto text = convert_project(loaded, "xmile", &said);
  REQUIRE(text);
  CHECK(text->find("<flow name=\"DT variable\">") != text->npos);
  CHECK(text->find("<eqn>DT_variable * DT</eqn>") != text->npos);
  REQUIRE(said.size() == 1);
  CHECK(said[0].variable == "DT");
}

TEST_CASE("formulas in formulas do not double the text at every level") {
  std::string ramps = "Time", mods = "TIME";
  for (int i = 0; i < 60; i++) {
    ramps = "RAMP(" + ramps + ", 1, 5)";
    mods = "MOD(" + mods + " + 1, 7)";
  }
  auto xmile = convert_project(load_project(mdl("x = " + ramps + " ~~|")), "xmile");
  auto vensim = convert_project(load_project(small::to_xmile("aux x = " + mods)), "mdl");
  REQUIRE((xmile && vensim));
  CHECK(xmile->size() < 1'000'000);
  CHECK(vensim->size() < 100'000);
}

TEST_CASE("to XMILE: a macro of a function's name gets another") {
  Conversion c = to_xmile(":MACRO: INIT(x)\nINIT = INTEG(x, x) ~~|\n:END OF MACRO:\na = INIT(3) ~~|\nb = INITIAL(a) ~~|");
  CHECK(c.has("INIT_macro(3)"));
  CHECK(c.has("<eqn>INIT(a)</eqn>"));
}

TEST_CASE("a Vensim file that is read and written keeps its texts, groups, units and diagrams") {
  std::string text = mdl("D: a, b ~~|\n********\n\t.Birds\n********~\n\t\t|\nx[D] = 1, 2 ~ widgets [0,10] ~ two\n\t\tlines |\ny = {why} x[a]  *  2 ~~|\ns = INTEG(y, 3) ~~|\nf(" "(0,0),(1,2)) ~~|\n") +
                     "\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not put anything below\n*View 1\n10,1,x,5,6,7,8\n///---\\\\\\\n:L\x7f<%^E!@\n15:0,0,0,5,0,0\n";
  Conversion c = convert(text, "mdl");
  for (const char* part : {"\t.Birds\n", "widgets [0,10]", "two\n\t\tlines", "{why} x[a]  *  2", "10,1,x,5,6,7,8", "15:0,0,0,5,0,0"}) CHECK(c.has(part));
  auto again = convert_project(c.after.loaded, "mdl");
  REQUIRE(again);
  CHECK(*again == c.text);
}

TEST_CASE("JSON keeps what Vensim's models have") {
  std::string text = mdl("D: a, b -> (E: e2, e1) ~~|\nE: e1, e2 ~~|\nx[D] :EXCEPT: [a] = 1 ~~|\nx[a] = 2 ~~|\ns[D] = INTEG(x[D] * 2, 3) ~~|\nlast = 7 ~~|\n");
  text.replace(text.find("FINAL TIME = 10"), 15, "FINAL TIME = last + 1");
  Conversion c = convert(text, "json");
  for (const char* part : {"\"netFlow\"", "\"except\"", "\"computed\"", "\"elements\""}) CHECK(c.has(part));
  auto before = convert_project(c.before.loaded, "mdl"), after = convert_project(c.after.loaded, "mdl");
  CHECK(*before == *after);
}

TEST_CASE("converting: a diagram and its groups go to Vensim and come back") {
  std::string source =
      "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\"><header><vendor>x</vendor><product>x</product></header>"
      "<sim_specs><start>0</start><stop>10</stop><dt>1</dt></sim_specs><model><variables>"
      "<stock name=\"Water, cold\"><eqn>10</eqn><inflow>filling</inflow><outflow>leak</outflow></stock><flow name=\"filling\"><eqn>1</eqn></flow>"
      "<flow name=\"leak\"><eqn>\"Water, cold\" * rate</eqn></flow><aux name=\"rate\"><eqn>0.1</eqn></aux>"
      "<group name=\"Losses &amp; gains\"><entity name=\"leak\"/><entity name=\"rate\"/><entity name=\"nothing\"/></group></variables>"
      "<views><view name=\"Tub\"><stock name=\"Water, cold\" x=\"200\" y=\"100\"/>"
      "<flow name=\"leak\" x=\"300\" y=\"100\"><pts><pt x=\"220\" y=\"100\"/><pt x=\"380\" y=\"90\"/></pts></flow>"
      "<flow name=\"filling\" x=\"90\" y=\"100\"><pts><pt x=\"20\" y=\"100\"/><pt x=\"180\" y=\"100\"/></pts></flow>"
      "<aux name=\"rate\" x=\"300.4\" y=\"180\"/><aux name=\"no such thing\" x=\"1\" y=\"1\"/><aux name=\"rate\" x=\"far\" y=\"1e300\"/>"
      "<alias x=\"10\" y=\"20\"><of>rate</of></alias><connector angle=\"10\"><from>rate</from><to>leak</to></connector>"
      "<connector angle=\"10\"><from>nowhere</from><to>leak</to></connector></view></views></model></xmile>";
  Conversion there = convert(source, "mdl");
  CHECK(there.has("\t.Losses & gains\n"));
  CHECK(there.has("*Tub\n"));
  CHECK(there.has(",\"Water, cold\",200,100,"));
  Conversion back = convert(there.text, "xmile");
  for (const char* part : {"<view name=\"Tub\">\n<stock name=\"Water, cold\" x=\"200\" y=\"100\"/>\n"
                           "<flow name=\"leak\" x=\"300\" y=\"100\"><pts><pt x=\"200\" y=\"100\"/><pt x=\"380\" y=\"90\"/></pts></flow>\n"
                           "<flow name=\"filling\" x=\"90\" y=\"100\"><pts><pt x=\"20\" y=\"100\"/><pt x=\"200\" y=\"100\"/></pts></flow>\n"
                           "<aux name=\"rate\" x=\"300\" y=\"180\"/>\n<alias x=\"10\" y=\"20\"><of>rate</of></alias>\n"
                           "<connector angle=\"0\"><from>rate</from><to>leak</to></connector>\n</view>",
                           "<group name=\"Losses &amp; gains\"><entity name=\"leak\"/><entity name=\"rate\"/></group>"})
    CHECK(back.has(part));
}
