// Data from outside: tables and series as the host gives them, the calls that fetch from them, how data variables have values
// between and beyond their points, and what is said where something is missing.
#include "semantics/external.h"

#include <cmath>

#include "small_models.h"

using namespace loopscope;

namespace {

constexpr double not_available = -0x1p109;

std::string cells(const Grid& grid) {
  std::string out;
  for (uint32_t row = 0; row < grid.rows(); row++) {
    for (uint32_t column = 0; column < grid.columns(row); column++) out += "<" + std::string(grid.at({row, column})) + ">";
    out += "|";
  }
  return out;
}
std::string cells(std::string_view text, char delimiter = ',') {
  Grid grid;
  std::string problem;
  return grid.parse(text, delimiter, problem) ? cells(grid) : problem;
}
std::string area(std::string_view text) {
  auto found = parse_area(text);
  return found ? cell_name(found->first) + ":" + cell_name(found->last) : "none";
}

// Compiles the lines with data; `change` may say of the read project what XMILE cannot.
template <class Give, class Change>
small::Simulation with_data(std::string_view lines, Give&& give, Change&& change) {
  small::Simulation s;
  s.loaded = load_project(small::to_xmile(lines));
  change(*s.loaded.project);
  give(s.loaded.data);
  s.compiled = compile_project(s.loaded, {});
  if (s.compiled.program) {
    auto vm = Vm::create(s.compiled.program);
    if (vm) s.vm = std::move(*vm);
    if (s.vm) s.vm->run_to_end();
  }
  return s;
}
template <class Give>
small::Simulation with_data(std::string_view lines, Give&& give) {
  return with_data(lines, give, [](Project&) {});
}
small::Simulation with_file(std::string_view lines, const std::string& text, const std::string& file = "f.csv") {
  return with_data(lines, [&](ExternalData& data) { data.give(file, "", text, ""); });
}
Variable& variable(Project& project, const std::string& id) {
  for (Variable& v : project.models[0].variables)
    if (v.id == id) return v;
  FAIL("no variable " << id);
  return project.models[0].variables[0];
}
// Makes data variables of all that are named, without an equation where it is a lone 0.
auto rule(DataRule rule, std::vector<std::string> ids) {
  return [=](Project& project) {
    for (const std::string& id : ids)
      for (Definition& d : variable(project, id).definitions) {
        d.data_rule = rule;
        if (d.equation.text == "0") d.equation = {};
      }
  };
}

}  // namespace

TEST_CASE("external: delimited text is taken apart into cells") {
  CHECK(cells("a,b\n1, 2 \n") == "<a><b>|<1><2>|");
  CHECK(cells("a,b\r\n1,2\r\n\r\n3,4") == "<a><b>|<1><2>|<>|<3><4>|");
  CHECK(cells("a\rb\rc") == "<a>|<b>|<c>|");
  CHECK(cells("a\tb,c\n", '\t') == "<a><b,c>|");
  CHECK(cells("1;2\n", ';') == "<1><2>|");
  CHECK(cells(",\n,,") == "<><>|<><><>|");
  CHECK(cells("") == "");
  CHECK(cells("\xEF\xBB\xBFx,y") == "<x><y>|");
  CHECK(cells("\"a, \"\"b\"\"\nc\", \"d\" e,f") == "<a, \"b\"\nc><d e><f>|");
}

TEST_CASE("external: a quote that is not closed is said with its line") {
  CHECK(cells("a\n\"b,c\n1,2\n") == "has a quote in line 2 that is not closed");
  CHECK(cells("\"") == "has a quote in line 1 that is not closed");
  CHECK(cells("\"\"") == "<>|");
}

TEST_CASE("external: cells, rows, columns and areas by their names") {
  CHECK(parse_row("12") == 11);
  CHECK(!parse_row("0"));
  CHECK(!parse_row("99999999"));
  CHECK(parse_column("a") == 0);
  CHECK(parse_column("AB") == 27);
  CHECK(parse_column("ZZZ") == 18277);
  CHECK(!parse_column("AAAA"));
  CHECK(area("b2") == "B2:B2");
  CHECK(area("$AZ$43") == "AZ43:AZ43");
  CHECK(area("$B$4:$G$4") == "B4:G4");
  for (const char* bad : {"", "B", "2", "B0", "2B", "B2C", "$", "B$", "ZZZZ99999999", "G4:B4", "B2:", ":B2", "B-2", "B2:C3:D4"}) CHECK_MESSAGE(area(bad) == "none", bad);
}

TEST_CASE("external: constants go to the right with the last subscript and down with the one before, the other way with a star") {
  auto s = with_file(
      "dim R = r1 r2 r3\ndim C = c1 c2\n"
      "aux one = GET DIRECT CONSTANTS('f.csv', ',', 'B2')\n"
      "aux row[C] = get xls constants('f.csv', ',', 'b2')\n"
      "aux column[R] = GET 123 CONSTANTS('f.csv', '', 'B2*')\n"
      "aux both[R,C] = GET DIRECT CONSTANTS('f.csv', ',', '$B$2')\n"
      "aux turned[C,R] = GET DIRECT CONSTANTS('f.csv', ',', 'B2*')\n"
      "aux sum = SUM(both) + one",
      "x,c1,c2\nr1,1,2\nr2,3,4\nr3,5,6\n");
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.at("one", 0) == 1);
  for (uint32_t r = 0; r < 3; r++)
    for (uint32_t c = 0; c < 2; c++) {
      CHECK(s.series("both", r * 2 + c)[0] == r * 2 + c + 1);
      CHECK(s.series("turned", c * 3 + r)[0] == r * 2 + c + 1);
    }
  CHECK(s.series("row", 1)[0] == 2);
  CHECK(s.series("column", 2)[0] == 5);
  CHECK(s.last("sum") == 22);
  CHECK(s.variable("both")->constant);
  CHECK(s.set("one", 10));
}

TEST_CASE("external: constants for a part of an array") {
  auto s = with_file("dim R = r1 r2 r3\ndim Part = r2 r3\naux x[R] = 7 ; [Part] GET DIRECT CONSTANTS('f.csv', ',', 'A1')", "8,9\n");
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.series("x", 0)[0] == 7);
  CHECK(s.series("x", 1)[0] == 8);
  CHECK(s.series("x", 2)[0] == 9);
}

TEST_CASE("external: data is interpolated between its points and held outside of them") {
  auto s = with_file("time 0 to 5 by 0.5\ndim A = a1 a2\naux x[A] = GET DIRECT DATA('f.csv', ',', 'A', 'B2')\naux y = GET DIRECT DATA('f.csv', ',', 'a', 'C2') + 0\naux z = x[a1] + 1", "t,a1,a2\n1,10,5\n2,20,\n,99,99\nsoon,99,99\n4,40,8\n");
  CHECK(s.codes() == "bad_argument");
  CHECK(s.message() == "get_direct_data must be the whole equation of a variable; give it one of its own");
  s = with_file("time 0 to 5\ndim A = a1 a2\naux x[A] = GET DIRECT DATA('f.csv', ',', 'A', 'B2')\naux z = x[a1] + 1", "t,a1,a2\n1,10,5\n2,20,\n,99,99\nsoon,99,99\n4,40,8\n");
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.series("x", 0) == std::vector<double>{10, 10, 20, 30, 40, 40});
  CHECK(s.series("x", 1) == std::vector<double>{5, 5, 6, 7, 8, 8});
  CHECK(s.series("z") == std::vector<double>{11, 11, 21, 31, 41, 41});
}

TEST_CASE("external: time along a row; points out of order are put in order") {
  auto s = with_file("time 0 to 3\ndim A = a1 a2\naux x[A] = GET XLS DATA('f.csv', ',', '1', 'C2')", "h,h,3,0,2\nh,h,30,0,20\nh,h,3,0,2\n");
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.series("x", 0) == std::vector<double>{0, 10, 20, 30});
  CHECK(s.series("x", 1) == std::vector<double>{0, 1, 2, 3});
}

TEST_CASE("external: the rules of data between points and beyond") {
  // Vensim's own numbers are in the corpus (get_with_missing_values_xlsx); these follow from the definition of each rule.
  std::string lines = "time 1999 to 2006\naux x = GET DIRECT DATA('f.csv', ',', 'A', 'B1')";
  auto run = [&](DataRule how) {
    auto s = with_data(lines, [](ExternalData& data) { data.give("F.CSV", "", "2000,100\n2002,120\n2005,150\n", ""); }, rule(how, {"x"}));
    return s.series("x");
  };
  CHECK(run(DataRule::Interpolate) == std::vector<double>{100, 100, 110, 120, 130, 140, 150, 150});
  CHECK(run(DataRule::HoldBackward) == std::vector<double>{100, 100, 100, 120, 120, 120, 150, 150});
  CHECK(run(DataRule::LookForward) == std::vector<double>{100, 100, 120, 120, 150, 150, 150, 150});
  CHECK(run(DataRule::Raw) == std::vector<double>{not_available, 100, not_available, 120, not_available, not_available, 150, not_available});
}

TEST_CASE("external: TIME SHIFT is the data at another time, by the data's own rule") {
  std::string lines = "time 1999 to 2004\naux x = GET DIRECT DATA('f.csv', ',', 'A', 'B1')\naux later = TIME SHIFT(x, lead)\naux lead = 2\naux before = TIME SHIFT(x, -1) + 1";
  auto run = [&](DataRule how, const char* id) {
    return with_data(lines, [](ExternalData& data) { data.give("F.CSV", "", "2000,100\n2002,120\n2005,150\n", ""); }, rule(how, {"x"})).series(id);
  };
  CHECK(run(DataRule::Interpolate, "later") == std::vector<double>{110, 120, 130, 140, 150, 150});
  CHECK(run(DataRule::Interpolate, "before") == std::vector<double>{101, 101, 101, 111, 121, 131});
  CHECK(run(DataRule::HoldBackward, "later") == std::vector<double>{100, 120, 120, 120, 150, 150});
  CHECK(run(DataRule::Raw, "later") == std::vector<double>{not_available, 120, not_available, not_available, 150, not_available});
}

TEST_CASE("external: a time that misses a point by rounding alone is at it") {
  // 3 * 0.1 is more than 0.3 and 7 * 0.1 more than 0.7.
  for (DataRule how : {DataRule::LookForward, DataRule::HoldBackward, DataRule::Raw}) {
    auto s = with_data("time 0 to 0.8 by 0.1\naux x = 0", [](ExternalData& data) { CHECK(data.give_series("d.dat", "x\n0.3\t3\n0.6\t6\n0.7\t7\n0.8\t8\n").empty()); }, rule(how, {"x"}));
    REQUIRE_MESSAGE(s.ok(), s.everything_said());
    CHECK(s.at("x", 3) == 3);
    CHECK(s.at("x", 6) == 6);
    CHECK(s.at("x", 7) == 7);
    CHECK(s.at("x", 8) == 8);
  }
}

TEST_CASE("external: lookups from a table, called and looked up in, for each element its own") {
  auto s = with_file(
      "dim A = a1 a2\naux f[A] = GET DIRECT LOOKUPS('f.csv', ',', '1', 'B2')\naux g = GET XLS LOOKUPS('f.csv', ',', '1', 'b3')\n"
      "aux a = LOOKUP(f[a1], 0.5)\naux b[A] = LOOKUP(f[A], 1.5)\naux c = g(-1) + LOOKUP FORWARD(g, 1.1)",
      "x,0,1,2\nf1,0,0.5,1\nf2,0,1,2\n");
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.last("a") == 0.25);
  CHECK(s.series("b", 0)[0] == 0.75);
  CHECK(s.series("b", 1)[0] == 1.5);
  CHECK(s.last("c") == 2);
}

TEST_CASE("external: a spreadsheet's sheets and named ranges") {
  auto give = [](ExternalData& data) {
    data.give("book.xlsx", "Global", ",0,1,2\n,10,11,12\n,20,21,22\n", "abc,$B$1:$D$1\nvalues,B2:D3\n");
    data.give("book.xlsx", "Down", "t,v\n0,1\n2,3\n", "when,A2:A3\nvalues,B2:B3\n");
  };
  auto s = with_data(
      "time 0 to 2\ndim A = a1 a2\naux x[A] = GET DIRECT DATA('book.xlsx', 'global', 'Abc', 'values')\n"
      "aux y = GET DIRECT DATA('book.xlsx', 'Down', 'when', 'values')\naux z[A] = GET DIRECT CONSTANTS('book.xlsx', 'Down', 'values*')",
      give);
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.series("x", 0) == std::vector<double>{10, 11, 12});
  CHECK(s.series("x", 1) == std::vector<double>{20, 21, 22});
  CHECK(s.series("y") == std::vector<double>{1, 2, 3});
  CHECK(s.series("z", 1)[0] == 3);
  s = with_data("aux x = GET DIRECT CONSTANTS('book.xlsx', 'Local', 'A1')", give);
  CHECK(s.codes() == "missing_data");
  CHECK(s.message() == "book.xlsx has no sheet Local; it has Global, Down");
}

TEST_CASE("external: of two columns of one name the last counts, and no point of the other") {
  ExternalData data;
  CHECK(data.give_series("a.csv", "Time,x,X\n0,1,5\n1,2,\n2,3,7\n").empty());
  const Points* points = data.series("x");
  REQUIRE(points);
  CHECK(points->x == std::vector<double>{0, 2});
  CHECK(points->y == std::vector<double>{5, 7});
}

TEST_CASE("external: series by name out of .dat, .csv and .tab files, of which the first counts") {
  auto give = [](ExternalData& data) {
    CHECK(data.give_series("a.dat", "\xEF\xBB\xBFSimple One\r\n0\t1\r\n2\t3\r\n4\t\r\nBC  Values[B1, C1]\n0 10\n1 20\n").empty());
    CHECK(data.give_series("b.csv", "Time,\"BC Values[B1,C2]\",Simple One\n0,5,100\n1,,100\n2,7,100\n").empty());
  };
  auto s = with_data("time 0 to 2\ndim B = B1\ndim C = C1 C2\naux simple_one = 0\naux bc_values[B,C] = 0", give, rule(DataRule::Interpolate, {"simple_one", "bc_values"}));
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.series("simple_one") == std::vector<double>{1, 2, 3});
  CHECK(s.series("bc_values", 0) == std::vector<double>{10, 20, 20});
  CHECK(s.series("bc_values", 1) == std::vector<double>{5, 6, 7});
}

TEST_CASE("external: what a .dat file may not hold") {
  ExternalData data;
  auto said = [&](std::string_view text) {
    auto problems = data.give_series("d.dat", text);
    return problems.empty() ? "none" : std::string(code_name(problems[0].code)) + ": " + problems[0].message;
  };
  CHECK(said("") == "none");
  CHECK(said("x\n1\t2\n") == "none");
  CHECK(said("2 wheels\n1\t2\n") == "none");
  CHECK(said("1\t2\n") == "bad_data: d.dat has a line 1 that is neither the name of a variable nor a time and a value");
  CHECK(said("x\n1\ttwo\n") == "bad_data: d.dat has a line 2 that is neither the name of a variable nor a time and a value");
  CHECK(said("x\n1\t2\n\n<html>\t</html>\n") == "bad_data: d.dat has a line 4 that is neither the name of a variable nor a time and a value");
}

TEST_CASE("external: functions of a data variable's points") {
  auto give = [](ExternalData& data) { CHECK(data.give_series("d.dat", "v[a1]\n0\t0\n1\t10\n2\t20\n9\t70\n10\t80\nv[a2]\n5\t1\n6\t4\n").empty()); };
  auto s = with_data(
      "time 0 to 10\ndim A = a1 a2\naux v[A] = 0\n"
      "aux exact = GET DATA AT TIME(v[a1], TIME)\n"
      "aux between = GET DATA BETWEEN TIMES(v[a1], TIME + 1, 0)\n"
      "aux later = GET DATA BETWEEN TIMES(v[a1], TIME + 0.5, 1)\n"
      "aux mode = -1\naux earlier[A] = GET DATA BETWEEN TIMES(v[A], TIME + 0.5, mode)\n"
      "aux first[A] = GET DATA FIRST TIME(v[A])\naux last[A] = GET DATA LAST TIME(v[A])\naux points[A] = GET DATA TOTAL POINTS(v[A])\n"
      "aux mean = GET DATA MEAN(v[a1], 1, 9)\naux least = GET DATA MIN(v[a1], 1, 100)\naux most = GET DATA MAX(v[a2], TIME, 100)",
      give, rule(DataRule::Interpolate, {"v"}));
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  CHECK(s.series("exact") == std::vector<double>{0, 10, 20, not_available, not_available, not_available, not_available, not_available, not_available, 70, 80});
  CHECK(s.at("between", 0) == 10);
  CHECK(s.at("between", 2) == doctest::Approx(20 + 50.0 / 7));
  CHECK(s.at("between", 10) == not_available);  // beyond the last point
  // Recorded from Vensim (getdata.dat): "value for a1 at time plus half year".
  CHECK(s.series("later") == std::vector<double>{0, 10, 20, 70, 70, 70, 70, 70, 70, 70, 80});
  CHECK(s.series("earlier", 0) == std::vector<double>{0, 0, 10, 20, 20, 20, 20, 20, 20, 20, 70});
  CHECK(s.at("first", 0) == 0);
  CHECK(s.series("first", 1)[0] == 5);
  CHECK(s.series("last", 0)[0] == 10);
  CHECK(s.series("points", 0)[0] == 5);
  CHECK(s.series("points", 1)[0] == 2);
  CHECK(s.last("mean") == doctest::Approx(100.0 / 3));
  CHECK(s.last("least") == 10);
  CHECK(s.series("most") == std::vector<double>{4, 4, 4, 4, 4, 4, 4, not_available, not_available, not_available, not_available});
}

TEST_CASE("external: GET TIME VALUE in units of time; calendars are refused") {
  CHECK(small::simulate("time 5 to 6\naux x = GET TIME VALUE(0, 2, 0)\naux y = GET TIME VALUE(1, 3, 0)").last("x") == 8);
  CHECK(small::simulate("time 5 to 6\naux y = GET TIME VALUE(1, 3, 0)").last("y") == 8);
  CHECK(small::compile("aux x = GET TIME VALUE(0, 0, 3)").codes() == "unsupported_feature");
}

TEST_CASE("external: elements of a dimension") {
  auto elements = [](const std::string& call, const std::string& text) {
    auto s = with_data("dim D = none\naux n = SIZE(D) + SUM(x)\naux x[D] = D", [&](ExternalData& data) { data.give("f.csv", "", text, ""); },
                       [&](Project& project) {
                         project.dimensions[0].elements.clear();
                         project.dimensions[0].external.text = call;
                       });
    if (!s.ok()) return s.message();
    std::string out;
    for (const std::string& element : s.program().dimensions[0].elements) out += element + " ";
    return out;
  };
  CHECK(elements("GET DIRECT SUBSCRIPT('f.csv', ',', 'A2', 'A', '')", "DimB\nB1\nB2,no\n\nB 3\n") == "b1 b2 b_3 ");
  CHECK(elements("GET XLS SUBSCRIPT('f.csv', ',', 'a2', '2', 'P ')", "DimC,,\nC1,,C3\nno\n") == "p_c1 p_c3 ");
  CHECK(elements("GET DIRECT SUBSCRIPT('f.csv', ',', 'A1', 'B2', '')", "a,b,c\nd,e,f\ng,h,i\n") == "a b d e ");
  CHECK(elements("GET DIRECT SUBSCRIPT('f.csv', ',', 'B1', '', 'x')", ",1\n,2\n") == "x1 x2 ");
  CHECK(elements("GET DIRECT SUBSCRIPT('f.csv', ',', 'A1', 'A', '')", "a\nb\nA\n") == "the element A stands twice in f.csv, again in A3");
  CHECK(elements("GET DIRECT SUBSCRIPT('f.csv', ',', 'C9', 'C', '')", "a\n") == "there are no elements in f.csv from C9 on");
  CHECK(elements("GET DIRECT SUBSCRIPT('f.csv', ',', 'A1', '!', '')", "a\n") == "'!' is neither a cell such as B2 nor the name of a range in f.csv");
  CHECK(elements("GET DIRECT SUBSCRIPT('g.csv', ',', 'A1', 'A', '')", "a\n") == "GET DIRECT SUBSCRIPT reads g.csv, which was not found or not given when the model was loaded");
}

TEST_CASE("external: what is missing is named, at the call") {
  auto said = [](const std::string& equation, const std::string& text = "1,2\n3,\n") {
    auto s = with_file("dim A = a1 a2\ndim B = b1 b2\naux x[A] = " + equation + "\naux use = SUM(x)", text);
    CHECK_MESSAGE(s.marked() == equation, s.marked());
    return s.codes() + ": " + s.message();
  };
  CHECK(said("GET DIRECT CONSTANTS('none.csv', ',', 'A1')") == "missing_data: GET DIRECT CONSTANTS reads none.csv, which was not found or not given when the model was loaded");
  CHECK(said("GET XLS CONSTANTS('?a', 's', 'A1')") == "missing_data: ?a stands for a file; say which when the model is loaded");
  CHECK(said("GET DIRECT CONSTANTS('f.csv', ',', 'A2')") == "missing_data: the cell B2 of f.csv is empty; a number is wanted there");
  CHECK(said("GET DIRECT CONSTANTS('f.csv', ',', 'C1')") == "missing_data: the cell C1 of f.csv is empty; a number is wanted there");
  CHECK(said("GET DIRECT CONSTANTS('f.csv', ',', 'ZZZZ99999999')") == "bad_argument: 'ZZZZ99999999' is neither a cell such as B2 nor the name of a range in f.csv");
  CHECK(said("GET DIRECT CONSTANTS('f.csv', ',', 'ZZZ9999999*')") == "missing_data: the cell ZZZ9999999 of f.csv is empty; a number is wanted there");
  CHECK(said("GET DIRECT CONSTANTS('f.csv', ',', A1)") == "bad_argument: GET DIRECT CONSTANTS takes 3 texts in single quotes, as in 'data.xlsx'");
  CHECK(said("GET DIRECT CONSTANTS('f.csv')") == "wrong_arity: GET DIRECT CONSTANTS takes 3 texts in single quotes, as in 'data.xlsx'");
  CHECK(said("GET DIRECT CONSTANTS('f.csv', ',', 'A1')", "1,\"2\n") == "bad_data: f.csv has a quote in line 1 that is not closed");
  CHECK(said("GET DIRECT DATA('f.csv', ',', 'A', 'C1')") == "missing_data: f.csv has no numbers in the column from C1 on that have one in 'A'");
  CHECK(said("GET DIRECT DATA('f.csv', ',', '9', 'B9')") == "missing_data: f.csv has no numbers in the row from B9 on that have one in '9'");
  CHECK(said("GET DIRECT DATA('f.csv', ',', '1', 'ZZZ9')") == "missing_data: f.csv has no numbers in the row from ZZZ9 on that have one in '1'");
  CHECK(said("GET DIRECT DATA('f.csv', ',', 'time!', 'A1')") == "bad_argument: 'time!' is neither a row such as 1, a column such as A, nor the name of a range in f.csv");
  CHECK(said("GET DIRECT SUBSCRIPT('f.csv', ',', 'A1', 'A', '')") == "bad_argument: GET DIRECT SUBSCRIPT gives the elements of a dimension, no numbers");
}

TEST_CASE("external: a word where a constant should stand counts as 0, with a warning") {
  auto s = with_file("dim A = a1 a2 a3\naux x[A] = GET DIRECT CONSTANTS('f.csv', ',', 'A1')", "1,ZERO,none\n");
  REQUIRE(s.ok());
  CHECK(s.codes() == "bad_data");
  CHECK(s.message() == "the cell B1 of f.csv is 'ZERO', which is no number; 0 is taken");
  CHECK(s.series("x", 0)[0] == 1);
  CHECK(s.series("x", 1)[0] == 0);
}

TEST_CASE("external: more dimensions than a call can fill") {
  auto s = with_file("dim A = a1 a2\ndim B = b1 b2\ndim C = c1 c2\naux x[A,B] = GET DIRECT DATA('f.csv', ',', 'A', 'B1')\naux y[A,B,C] = GET DIRECT CONSTANTS('f.csv', ',', 'B1')", "0,1\n");
  CHECK(s.codes() == "wrong_subscripts wrong_subscripts");
}

TEST_CASE("external: a data variable without data says which, and what it is read by is not blamed") {
  auto s = with_data("dim A = a1 a2\naux x[A] = 0\naux y = x[a1] + GET DATA FIRST TIME(x[a2])", [](ExternalData&) {}, rule(DataRule::Raw, {"x"}));
  CHECK(s.codes() == "missing_data");
  CHECK(s.message() == "there is no data for x[a1] and 1 more; give a .dat, .csv or .tab file that has it");
}

TEST_CASE("external: functions of data want a data variable") {
  CHECK(small::compile("aux x = 3\naux y = GET DATA AT TIME(x, 3)").codes() == "not_a_table");
  CHECK(small::compile("aux y = GET DATA AT TIME(z, 3)").codes() == "unknown_variable");
}

TEST_CASE("external: requests list each table once, and the variables that want series") {
  auto loaded = load_project(small::to_xmile(
      "dim A = a1\naux x = GET DIRECT CONSTANTS('b.csv', ',', 'A1')\naux y = GET XLS DATA('a.xlsx', 'S', 'A', 'B1')\naux z = {why} GET DIRECT CONSTANTS('b.csv', ',', 'A2')\n"
      "aux getter = 3\naux bad = GET DIRECT CONSTANTS(x)\naux Free One = 0"));
  variable(*loaded.project, "free_one").definitions[0] = {};
  variable(*loaded.project, "free_one").definitions[0].data_rule = DataRule::Interpolate;
  CHECK(external_requests(*loaded.project) == R"([{"kind":"table","file":"b.csv","sheet":","},{"kind":"table","file":"a.xlsx","sheet":"S"},{"kind":"series","variables":["Free One"]}])");
}

TEST_CASE("external: what is given again takes the place of what was given before") {
  small::Simulation s;
  s.loaded = load_project(small::to_xmile("aux x = GET DIRECT CONSTANTS('f.csv', ',', 'A1')"));
  for (const char* text : {"1\n", "2\n"}) {
    s.loaded.data.give("f.csv", "", text, "");
    s.compiled = compile_project(s.loaded, {});
    REQUIRE(s.compiled.program);
    CHECK(s.variable("x")->defaults == std::vector<double>{text[0] == '1' ? 1.0 : 2.0});
  }
}
