// Vensim's functions and integration methods, against closed forms, Vensim's recorded outputs, and each other.
#include "small_models.h"

using namespace small;

namespace {

constexpr const char* na = "-649037107316853453566312041152512";  // :NA:

Simulation vensim(std::string_view lines, const CompileOptions& options = {}) {
  std::string file = to_xmile(lines);
  file.insert(file.find("<sim_specs"), "<header><vendor>Ventana Systems</vendor><product>Vensim</product></header>");
  Simulation s = compile_xmile(file, options);
  if (s.ok()) s.vm->run_to_end();
  else FAIL_CHECK("does not compile:\n" << s.everything_said());
  return s;
}

using Series = std::vector<double>;

}  // namespace

TEST_CASE("vensim: the codes of integration methods, and their names there and back") {
  for (Method method : {Method::Euler, Method::Rk2, Method::Rk4, Method::Rk2Auto, Method::Rk4Auto, Method::Difference}) {
    CHECK(find_method(method_name(method)) == method);
    CHECK(std::string(method_choices).find(method_name(method)) != std::string::npos);
    CHECK(compile_xmile("<xmile><sim_specs method='" + std::string(method_word(method)) + "'><start>0</start><stop>1</stop></sim_specs><model><variables>"
                        "<aux name='a'><eqn>TIME</eqn></aux></variables></model></xmile>").program().method == method);
  }
  CHECK(vensim_method(0) == Method::Euler);
  CHECK(vensim_method(1) == Method::Rk4);
  CHECK(vensim_method(5) == Method::Rk4Auto);
  CHECK(!vensim_method(6));
}

TEST_CASE("vensim: an adaptive method keeps to the tolerance where the fixed step fails") {
  std::string model = "stock x = 1 ; out f\nflow f = 50 * x\nstock y = 1 ; in g\nflow g = 0.1 * y\n";
  CHECK(std::fabs(simulate("time 0 to 4 rk4\n" + model).last("x")) > 1e6);
  for (const char* method : {"rk4auto", "rk2auto"}) {
    Simulation s = simulate("time 0 to 4 " + std::string(method) + "\n" + model);
    CHECK(std::fabs(s.at("x", 1)) < 0.001);
    CHECK(s.last("y") == doctest::Approx(std::exp(0.4)).epsilon(0.001));
    Simulation fine = simulate("time 0 to 4 " + std::string(method) + "\naux absolute_tolerance = 1e-7\naux relative_tolerance = 1e-7\n" + model);
    CHECK(fine.last("y") == doctest::Approx(std::exp(0.4)).epsilon(1e-6));
    CHECK(fine.at("x", 1) == doctest::Approx(std::exp(-50)).epsilon(1e-6));
  }
}

TEST_CASE("vensim: steps in which no halving brings an adaptive method within its tolerance are counted") {
  std::string jump = "stock x = 0 ; in f\nflow f = 1000000 * STEP(1, 2.3)\naux absolute_tolerance = 1e-9\naux relative_tolerance = 1e-12\n";
  for (const char* method : {"rk4auto", "rk2auto"}) {
    Simulation s = simulate("time 0 to 4 " + std::string(method) + "\n" + jump);
    CHECK(s.vm->loose_steps() == 1);  // the one that jumps
    s.vm->reset();
    CHECK(s.vm->loose_steps() == 0);
    CHECK(simulate("time 0 to 4 " + std::string(method) + "\nstock x = 1 ; out f\nflow f = 0.1 * x\n").vm->loose_steps() == 0);
  }
  CHECK(simulate("time 0 to 4 rk4\n" + jump).vm->loose_steps() == 0);
}

TEST_CASE("vensim: an adaptive step that fits at once is two fixed steps of half its length") {
  std::string model = "stock x = 1 ; in f\nflow f = 0.3 * x * (1 - x / 4)\n";
  for (const char* method : {"rk4", "rk2"}) {
    Simulation fixed = simulate("time 0 to 8 by 0.25 save 0.5 " + std::string(method) + "\n" + model);
    CHECK(same_bits(fixed.series("x"), simulate("time 0 to 8 by 0.5 " + std::string(method) + "auto\n" + model).series("x")));
  }
  // A run in pieces is the same run, and a constant set to what it is changes nothing.
  std::string stiff = "time 0 to 4 rk4auto\nstock x = 1 ; out f\nflow f = k * x\naux k = 20\n";
  Simulation pieces = compile(stiff);
  pieces.vm->run_to(2);
  CHECK(pieces.set("k", 20));
  pieces.vm->run_to_end();
  CHECK(same_bits(pieces.slab(), simulate(stiff).slab()));
}

TEST_CASE("vensim: Runge-Kutta of second order goes through the middle of the step") {
  std::string model = "time 0 to 1 by 0.5 rk2\nstock x = 1 ; in f\nflow f = x * x";
  CHECK(vensim(model).at("x", 1) == 1.78125);
  CHECK(simulate(model).at("x", 1) == 1.8125);
}

TEST_CASE("vensim: Difference reports stocks with the auxiliaries that made them") {
  std::string model = "stock x = 1 ; in f\nflow f = x * 0.5 + TIME\naux a = f + x\n";
  CompileOptions ltm;
  ltm.ltm = true;
  for (const char* saving : {"", " save 2"}) {
    Simulation euler = simulate("time 0 to 8 by 1\n" + model, ltm), difference = simulate("time 0 to 8 by 1" + std::string(saving) + " difference\n" + model, ltm);
    size_t every = *saving ? 2 : 1;
    for (const ProgramVariable& v : difference.program().variables) {
      if (v.place != Place::Row) continue;
      Series all = euler.series(v.id), seen = difference.series(v.id);
      bool stock = v.role == Role::Stock || v.role == Role::Time;
      CHECK(seen.size() == 8 / every + 1);
      if (!stock) CHECK((v.role == Role::Score ? seen[0] == 0 : std::isnan(seen[0])));
      for (size_t i = 1; i < seen.size(); i++) CHECK_MESSAGE(seen[i] == all[i * every - (stock ? 0 : 1)], v.id);
    }
  }
}

TEST_CASE("vensim: DELAY MATERIAL and DELAY INFORMATION of a fixed time are DELAY FIXED") {
  Simulation s = simulate("time 0 to 10 by 0.5\naux input = TIME * 2 + 1\naux a = DELAY(input, 3, 7)\n"
                          "aux m = DELAY_MATERIAL(input, 3, 7, -1)\naux i = DELAY_INFORMATION(input, 3, 7)");
  CHECK(same_bits(s.series("a"), s.series("m")));
  CHECK(same_bits(s.series("a"), s.series("i")));
}

TEST_CASE("vensim: a material delay that shortens gives what comes together at once, one that lengthens leaves gaps; information is never added up") {
  auto model = [](const char* before, const char* after) {
    return "time 0 to 7\naux input = 10 + TIME\naux d = IF TIME < 2 THEN " + std::string(before) + " ELSE " + after +
           "\naux m = DELAY_MATERIAL(input, d, 5, k)\naux i = DELAY_INFORMATION(input, d, 5)\naux k = -1";
  };
  Simulation shorter = simulate(model("3", "1")), longer = simulate(model("1", "3"));
  CHECK(shorter.series("m") == Series{5, 5, 5, 22, 24, 14, 15, 16});
  CHECK(shorter.series("i") == Series{5, 5, 5, 12, 13, 14, 15, 16});
  CHECK(longer.series("m") == Series{5, 10, 11, -1, -1, 12, 13, 14});
  CHECK(longer.series("i") == Series{5, 10, 11, 11, 11, 12, 13, 14});
  // An older input that would arrive after a newer one is dropped.
  Simulation overtaken = simulate("time 0 to 5\naux input = 10 + TIME\naux i = DELAY_INFORMATION(input, IF TIME = 1 THEN 3 ELSE IF TIME = 2 THEN 1 ELSE 4, 5)");
  CHECK(overtaken.series("i") == Series{5, 5, 5, 12, 12, 12});
  // The step that a constant is set in is recorded again, not twice.
  for (const std::string& text : {model("3", "1"), model("1", "3")}) {
    Simulation again = compile(text);
    for (double t = 0; t < 7; t++) {
      again.vm->run_to(t);
      CHECK(again.set("k", -1));
    }
    again.vm->run_to_end();
    CHECK(same_bits(again.slab(), simulate(text).slab()));
    again.vm->reset();
    again.vm->run_to_end();
    CHECK(same_bits(again.slab(), simulate(text).slab()));
  }
}

TEST_CASE("vensim: straight line depreciation as Vensim recorded it, and constant for a constant stream") {
  Simulation s = vensim("time 2020 to 2050\naux str = IF TIME = 2022 THEN 1e9 ELSE IF TIME = 2026 THEN 2.5e9 ELSE 0\naux d = DEPRECIATE_STRAIGHTLINE(str, 20, 1, 0)\n"
                        "aux same = DEPRECIATE_STRAIGHTLINE(7, 6, 2, 7)\naux once = DEPRECIATE_STRAIGHTLINE(str, 1, 1, 0)\naux str2 = str");
  for (int year = 2020; year <= 2050; year++) {
    double value = year < 2022 ? 0 : year < 2026 ? 5e7 : year < 2042 ? 1.75e8 : year < 2046 ? 1.25e8 : 0;
    CHECK_MESSAGE(s.at("d", size_t(year - 2020)) == doctest::Approx(value).epsilon(1e-14), year);
    CHECK_MESSAGE(s.at("same", size_t(year - 2020)) == doctest::Approx(7).epsilon(1e-14), year);
  }
  CHECK(same_bits(s.series("once"), s.series("str2")));
}

TEST_CASE("vensim: NPVE discounts to the end of each interval") {
  Simulation s = simulate("time 0 to 5\naux n = NPVE(3, 0.1, 2, 10)");
  double sum = 2;
  for (size_t i = 0; i <= 5; i++) {
    sum += 3 / std::pow(1.1, double(i) + 1);
    CHECK(s.at("n", i) == doctest::Approx(10 * sum).epsilon(1e-14));
  }
}

TEST_CASE("vensim: SINTEG keeps to its limits with every method") {
  std::string no = na, limits[] = {"0, 100, " + no + ", " + no + ", " + no, no + ", " + no + ", 3, " + no + ", " + no, no + ", " + no + ", " + no + ", 20, 4"};
  for (const char* method : {"euler", "rk4", "rk4auto", "rk2", "difference"}) {
    auto of = [&](const std::string& rate, const std::string& l) {
      Simulation s = simulate("time 0 to 6 " + std::string(method) + "\naux x = SINTEG(rate, 10, " + l + ")\naux rate = " + rate);
      for (const StockInfo& stock : s.program().stocks) return s.series(s.program().variables[stock.variable].id);
      return Series();
    };
    CHECK(of("40", limits[0]) == Series{10, 50, 90, 100, 100, 100, 100});
    CHECK(of("-4", limits[0]) == Series{10, 6, 2, 0, 0, 0, 0});
    CHECK(of("4", limits[1]) == Series{9, 12, 15, 18, 21, 24, 27});
    CHECK(of("3.5", limits[2]) == Series{10, 13.5, 20, 20, 20, 20, 20});
    CHECK(of("5", no + ", " + no + ", " + no + ", " + no + ", " + no) == Series{10, 15, 20, 25, 30, 35, 40});
  }
  CHECK(compile("time 0 to 1\naux x = SINTEG(1, 0, TIME, 1, 1, 1, 1)\nstock s = 1").codes() == "");
  CHECK(compile("time 0 to 1\naux x = SINTEG(1, 0, s, 1, 1, 1, 1)\nstock s = 1").codes() == "not_constant");
}

TEST_CASE("vensim: INVERT MATRIX") {
  std::string two = "dim r = a b\ndim c = d e\n";
  Simulation s = simulate(two + "aux m[r,c] = 1 ; [a,e] 2 ; [b,d] 3 ; [b,e] 4\naux i[c,r] = INVERT_MATRIX(m[r,c], 2)\naux none[c,r] = INVERT_MATRIX(z[r,c], 2)\naux z[r,c] = 1");
  const double inverse[] = {-2, 1, 1.5, -0.5};  // as Vensim recorded it
  for (uint32_t k = 0; k < 4; k++) {
    CHECK(s.series("i", k)[0] == doctest::Approx(inverse[k]).epsilon(1e-14));
    CHECK(std::isnan(s.series("none", k)[0]));
  }
  // A row that has to be exchanged, a third dimension, and numbers that change: a matrix times its inverse is 1.
  std::string text = "time 0 to 3 by 0.5\ndim k = k1 k2\ndim r = a b c\n"
                     "aux m[k,r,r] = TIME + k * 0.5 ; [k1,a,a] 0 ; [k2,a,a] 1 ; [k1,b,b] 3 + TIME ; [k2,b,b] 5 ; [k1,c,a] 7 ; [k2,c,a] 2 - TIME ; [k1,a,c] -4 ; [k2,a,c] 9\n";
  Simulation three = simulate(text + "aux i[k,r,r] = INVERT_MATRIX(m[k,r,r], 3)");
  for (size_t row = 0; row < 7; row++)
    for (uint32_t k = 0; k < 2; k++)
      for (uint32_t i = 0; i < 3; i++)
        for (uint32_t j = 0; j < 3; j++) {
          double sum = 0;
          for (uint32_t l = 0; l < 3; l++) sum += three.series("m", k * 9 + i * 3 + l)[row] * three.series("i", k * 9 + l * 3 + j)[row];
          CHECK(sum == doctest::Approx(i == j).epsilon(1e-11));
        }
  CHECK(compile(two + "aux m[r,c] = 1\naux i = INVERT_MATRIX(m[r,c], 2)").codes() == "wrong_subscripts");
  CHECK(compile(two + "dim t = x y z\naux m[r,t] = 1\naux i[r,c] = INVERT_MATRIX(m[r,t], 2)").codes() == "wrong_subscripts");
}

TEST_CASE("vensim: a loop through INVERT MATRIX is scored; one element in feedback scores as the reciprocal that it is") {
  CompileOptions ltm;
  ltm.ltm = true;
  auto scores = [&](const std::string& inverse) {
    Simulation s = simulate("time 0 to 6\ndim r = a b\nstock x = 2 ; in f\nflow f = i[a,a]\naux m[r,r] = 0 ; [a,a] x ; [b,b] 5\naux i[r,r] = " + inverse, ltm);
    Series out;
    for (const ProgramVariable& v : s.program().variables)
      if (v.role == Role::Score && v.id.find("m→i") == std::string::npos && v.id.find("link_score") != std::string::npos && v.elements == 1)
        for (double value : s.series(v.id)) out.push_back(value);
    return out;
  };
  Series inverted = scores("INVERT_MATRIX(m[r,r], 2)");
  CHECK(inverted.size() > 0);
  for (double value : inverted) CHECK(std::isfinite(value));
}

TEST_CASE("vensim: GET TIME VALUE in the model's own units, and what else it can do is said to be missing") {
  Simulation s = simulate("time -10 to 2 by 0.25\naux now = GET_TIME_VALUE(0, 3, 0)\naux first = GET_TIME_VALUE(1, 3, 0)");
  CHECK(s.at("now", 4) == -6);
  CHECK(s.at("first", 4) == -7);
  CHECK(compile("time 0 to 1\naux a = GET_TIME_VALUE(0, 0, 3)").codes() == "unsupported_feature");
  CHECK(compile("time 0 to 1\naux a = GET_TIME_VALUE(2, 0, 0)").codes() == "unsupported_feature");
}

TEST_CASE("vensim: test inputs as Vensim has them, in models that Vensim wrote") {
  std::string model = "time 0 to 4\naux p = PULSE(1, 2)\naux s = STEP(6, 2.4)\naux t = STEP(6, 2.6)";
  Simulation v = vensim(model), stella = simulate(model);
  CHECK(v.series("p") == Series{0, 1, 1, 0, 0});
  CHECK(stella.series("p") == Series{0, 0, 1, 0, 0});
  CHECK(v.series("s") == Series{0, 0, 6, 6, 6});
  CHECK(stella.series("s") == Series{0, 0, 0, 6, 6});
  CHECK(v.series("t") == Series{0, 0, 0, 6, 6});
}

TEST_CASE("vensim: SMOOTH N takes its order last") {
  Simulation s = simulate("time 0 to 8 by 0.25\naux a = SMOOTH_N(STEP(1, 2), 3, 0.5, 2)\naux b = SMTHN(STEP(1, 2), 3, 2, 0.5)");
  CHECK(same_bits(s.series("a"), s.series("b")));
}

TEST_CASE("vensim: random numbers keep to their limits and have the moments of their distributions") {
  struct {
    const char* call;
    double mean, deviation, least, most;
  } cases[] = {
      {"RANDOM_BETA(0, 100, 2, 3, 1, 10, 7)", 1 + 10 * 0.4, 10 * 0.2, 1, 11},
      {"RANDOM_BINOMIAL(0, 100, 0.3, 20, 1, 2, 7)", 1 + 2 * 6, 2 * std::sqrt(4.2), 1, 41},
      {"RANDOM_EXPONENTIAL(0, 1e9, 3, 2, 7)", 5, 2, 3, 1e9},
      {"RANDOM_GAMMA(0, 1e9, 4, 1, 2, 7)", 9, 4, 1, 1e9},
      {"RANDOM_NEGATIVE_BINOMIAL(0, 1e9, 0.5, 3, 0, 1, 7)", 6, std::sqrt(6), 3, 1e9},
      {"RANDOM_POISSON(0, 1e9, 4, 1, 3, 7)", 13, 6, 1, 1e9},
      {"RANDOM_WEIBULL(0, 1e9, 2, 0, 3, 7)", 3, 3 * std::sqrt(4 / 3.14159265358979 - 1), 0, 1e9},
      {"RANDOM_TRIANGULAR(0, 1e9, 2, 3, 7, 7)", 4, std::sqrt((4 + 9 + 49 - 6 - 14 - 21) / 18.0), 2, 7},
      {"RANDOM_UNIFORM(2, 4, 7)", 3, 1 / std::sqrt(3), 2, 4},
      {"RANDOM_NORMAL(-100, 100, 3, 2, 7)", 3, 2, -100, 100},
      {"RANDOM_PINK_NOISE(3, 2, 1, 7)", 3, 2, -100, 100},
      {"RANDOM_EXPONENTIAL(4, 5, 3, 2, 7)", 4.458506, 0.287, 4, 5},  // the mean of 3 + 2 e^-x cut to that range
  };
  for (const auto& c : cases) {
    Series x = simulate("time 0 to 20000\naux x = " + std::string(c.call)).series("x");
    double mean = 0, square = 0, least = x[0], most = x[0];
    for (double value : x) {
      mean += value / double(x.size());
      least = std::min(least, value);
      most = std::max(most, value);
    }
    for (double value : x) square += (value - mean) * (value - mean) / double(x.size());
    CHECK_MESSAGE(std::fabs(mean - c.mean) < 0.05 * c.deviation, std::string(c.call) << " " << mean);
    CHECK_MESSAGE(std::sqrt(square) == doctest::Approx(c.deviation).epsilon(0.05), std::string(c.call));
    CHECK_MESSAGE(least >= c.least, std::string(c.call));
    CHECK_MESSAGE(most <= c.most, std::string(c.call));
  }
}

TEST_CASE("vensim: a function that is not simulated says what to use, and its variable is still there") {
  Simulation s = compile("time 0 to 1\naux a = SHIFT_IF_TRUE(1, 2, 0, 1, 1)\naux b = 1");
  CHECK(s.codes() == "unsupported_feature");
  CHECK(s.message().find("shift_if_true is not simulated") == 0);
  CHECK(s.message().find("TIME STEP") != std::string::npos);
  CHECK(s.loaded.project->models[0].variables.size() == 2);
}

TEST_CASE("vensim: the same functions as a .mdl file spells them") {
  Simulation s = compile_xmile(
      "{UTF-8}\nss range: s1,s2 ~~|\nto <-> ss range ~~|\nfrom <-> ss range ~~|\nmatrix A[s1,ss range] = 1,2 ~~|\nmatrix A[s2,ss range] = 3,4 ~~|\n"
      "inverse[from,to] = INVERT MATRIX(matrix A[from,to],2) ~~|\nleast = VMIN(matrix A[s2,to!]) ~~|\n"
      "x = SINTEG(-3, 5, 0, :NA:, :NA:, :NA:, :NA:) ~~|\np = PULSE(1, 2) ~~|\nm = DELAY MATERIAL(Time * 2, 2, 7, 0) ~~|\nd = DEPRECIATE STRAIGHTLINE(6, 3, 1, 6) ~~|\n"
      "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n");
  CHECK(s.everything_said() == "");
  REQUIRE(s.ok());
  s.vm->run_to_end();
  const double inverse[] = {-2, 1, 1.5, -0.5};
  for (uint32_t k = 0; k < 4; k++) CHECK(s.series("inverse", k)[0] == doctest::Approx(inverse[k]).epsilon(1e-14));
  CHECK(s.last("least") == 3);
  CHECK(s.series("x") == Series{5, 2, 0, 0, 0});
  CHECK(s.series("p") == Series{0, 1, 1, 0, 0});
  CHECK(s.series("m") == Series{7, 7, 0, 2, 4});
  CHECK(s.series("d") == Series{6, 6, 6, 6, 6});
}

TEST_CASE("vensim: a random function whose arguments are all numbers has more of them than any other") {
  Simulation s = simulate("aux x = RANDOM_BETA(0, 10, 2, 3, 1, 4, 5)\n");  // once folded beyond the end of an array
  CHECK(s.last("x") >= 0);
  CHECK(s.last("x") <= 10);
}
