// What a run computes: integration against closed forms, saved rows, memory of the past, lazy branches, values set by the
// host, random streams, non-negative stocks. Models go the whole line, text to VM.
#include <set>

#include "small_models.h"

using namespace small;

namespace {

const char* methods[] = {"euler", "rk2", "rk4"};

std::string growth(const std::string& specs) {
  return specs + "\nstock s = 100 ; in births\nflow births = s * r\naux r = 0.07";
}

// Error at the end of x' = a*x + sin(t), which a flow driven by TIME makes harder than a stock alone.
double error_of(const std::string& method, double dt) {
  CompileOptions options;
  options.dt = dt;
  Simulation s = simulate("time 0 to 8 by 1 save 8 " + method + "\nstock x = 1 ; in change\nflow change = 0.3 * x + SIN(TIME)", options);
  double a = 0.3, c = 1 + 1 / (a * a + 1);
  double exact = c * std::exp(a * 8) - (a * std::sin(8) + std::cos(8)) / (a * a + 1);
  return std::fabs(s.last("x") - exact);
}

}  // namespace

TEST_CASE("vm: Euler's exponential growth is (1 + r*dt)^n, every step of it to the bit") {
  for (double dt : {1.0, 0.25, 0.1}) {
    CompileOptions options;
    options.dt = dt;
    Simulation s = simulate(growth("time 0 to 20 by 1"), options);
    double expected = 100;
    std::vector<double> found = s.series("s");
    for (size_t i = 0; i < found.size(); i++) {
      CHECK(found[i] == expected);
      expected = dt == 1 ? expected + expected * 0.07 : expected + expected * 0.07 * dt;
    }
    CHECK(s.last("s") == doctest::Approx(100 * std::pow(1 + 0.07 * dt, double(found.size() - 1))).epsilon(1e-13));
  }
}

TEST_CASE("vm: the flow of a row is computed from the stocks of that row") {
  Simulation s = simulate(growth("time 0 to 3 by 1"));
  for (size_t i = 0; i < 4; i++) CHECK(s.at("births", i) == s.at("s", i) * 0.07);
}

TEST_CASE("vm: halving dt halves Euler's error, quarters RK2's and divides RK4's by sixteen") {
  CHECK(error_of("euler", 1.0 / 64) / error_of("euler", 1.0 / 128) == doctest::Approx(2).epsilon(0.05));
  CHECK(error_of("rk2", 1.0 / 16) / error_of("rk2", 1.0 / 32) == doctest::Approx(4).epsilon(0.05));
  CHECK(error_of("rk4", 1.0 / 4) / error_of("rk4", 1.0 / 8) == doctest::Approx(16).epsilon(0.1));
  CHECK(error_of("rk4", 1.0 / 16) < 1e-6);
}

TEST_CASE("vm: RK4 is exact where the answer is a polynomial of degree four in time, RK2 of degree two") {
  Simulation four = simulate("time 0 to 4 by 1 rk4\nstock x = 0 ; in f\nflow f = TIME^3");
  for (int t = 0; t <= 4; t++) CHECK(four.at("x", size_t(t)) == doctest::Approx(std::pow(t, 4) / 4).epsilon(1e-15));
  Simulation two = simulate("time 0 to 4 by 1 rk2\nstock x = 0 ; in f\nflow f = TIME");
  for (int t = 0; t <= 4; t++) CHECK(two.at("x", size_t(t)) == t * t * 0.5);
}

TEST_CASE("vm: time is start + step*dt, so saved times are the ones that were asked for") {
  Simulation s = simulate("time 0 to 1000 by 0.1 save 1\nstock x = 1 ; in f\nflow f = x * 0.001");
  std::vector<double> time = s.series("time");
  CHECK(time.size() == 1001);
  for (size_t i = 0; i < time.size(); i++) CHECK(time[i] == double(i));
  std::vector<double> years = simulate("time 1900 to 1901 by 0.125\nstock x = 1").series("time");
  CHECK(years.size() == 9);
  for (size_t i = 0; i < years.size(); i++) CHECK(years[i] == 1900 + 0.125 * double(i));
}

TEST_CASE("vm: saving fewer rows changes none of them, whatever the method and the memory of the model") {
  for (const char* method : methods) {
    std::string model = std::string(method) + R"(
      stock s = 10 ; in f ; out g ; non-negative
      flow f = 3 + RANDOM(0, 1, 4) + SIN(TIME) + PREVIOUS(g, 1)
      flow g = s * 0.3 + DELAY(f, 1.2, 2)
      aux again = PREVIOUS(SELF, 0) + 1
      aux smooth = SMTH3(s, 2)
      aux started = INIT(s) * TIME
    )";
    Simulation all = simulate("time 0 to 12 by 0.25 save 0.25 " + model), few = simulate("time 0 to 12 by 0.25 save 1.5 " + model);
    for (const char* id : {"time", "s", "f", "g", "again", "smooth", "started"}) {
      std::vector<double> every = all.series(id), saved = few.series(id), picked;
      for (size_t i = 0; i < every.size(); i += 6) picked.push_back(every[i]);
      CHECK_MESSAGE(same_bits(picked, saved), (std::string(id) + " under " + method));
    }
  }
}

TEST_CASE("vm: a run of no steps is one row; a stop between steps is not reached") {
  Simulation one = simulate("time 5 to 5\nstock s = 3 ; in f\nflow f = s");
  CHECK(one.series("s") == std::vector<double>{3});
  CHECK(one.series("f") == std::vector<double>{3});
  CHECK(simulate("time 0 to 1 by 0.3\nstock s = 1").series("time").size() == 4);
  CHECK(simulate("time 0 to 2 by 1 save 5\nstock s = 1").series("time") == std::vector<double>{0, 2});
}

TEST_CASE("vm: PREVIOUS is the value one dt ago, its second argument at the start, under every method") {
  for (const char* method : methods) {
    Simulation s = simulate(std::string("time 0 to 4 by 0.5 ") + method + R"(
      stock x = 1 ; in f
      flow f = x * 0.5 + TIME
      aux before = PREVIOUS(x, 77)
      aux without = PREVIOUS(f)
      aux inside = 10 + PREVIOUS(x * 2, -1)
      aux twice = PREVIOUS(PREVIOUS(x, 5), 6)
    )");
    std::vector<double> x = s.series("x"), f = s.series("f");
    for (size_t i = 0; i < x.size(); i++) {
      CHECK(s.at("before", i) == (i ? x[i - 1] : 77));
      CHECK(s.at("without", i) == (i ? f[i - 1] : 0));
      CHECK(s.at("inside", i) == 10 + (i ? x[i - 1] * 2 : -1));
      CHECK(s.at("twice", i) == (i > 1 ? x[i - 2] : i ? 5 : 6));
    }
  }
}

TEST_CASE("vm: PREVIOUS of itself accumulates once a step, also where Runge-Kutta evaluates the equations four times") {
  for (const char* method : methods) {
    Simulation s = simulate(std::string("time 0 to 3 by 0.5 ") + method +
                            "\nstock x = 1 ; in f\nflow f = count\naux count = PREVIOUS(SELF, 0) + 1\naux top = MAX(PREVIOUS(SELF, 0), SIN(TIME))");
    for (size_t i = 0; i < 7; i++) CHECK(s.at("count", i) == double(i + 1));
  }
}

TEST_CASE("vm: INIT is the value at the start, of anything, for the whole run") {
  Simulation s = simulate(R"(
    time 3 to 6 by 0.5
    stock x = 4 ; in f
    flow f = x * 0.1
    aux of stock = INIT(x)
    aux of time = INIT(TIME)
    aux of flow = INIT(f * 2 + TIME) + TIME
    stock y = INIT(f) + 1
  )");
  for (size_t i = 0; i < 7; i++) {
    CHECK(s.at("of_stock", i) == 4);
    CHECK(s.at("of_time", i) == 3);
    CHECK(s.at("of_flow", i) == 4 * 0.1 * 2 + 3 + (3 + 0.5 * double(i)));
  }
  CHECK(s.at("y", 0) == 4 * 0.1 + 1);
}

TEST_CASE("vm: DELAY gives back what went in, later, and its initial value before, under every method") {
  for (const char* method : methods) {
    Simulation s = simulate(std::string("time 0 to 6 by 0.5 ") + method + R"(
      stock x = 1 ; in f
      flow f = 1 + TIME
      aux late = DELAY(x, 1.5, -3)
      aux late by default = DELAY(x, 1)
      aux late sum = 100 + DELAY(x + f, 1, 5)
      aux at least a step = DELAY(x, 0, 9)
      aux rounded up = DELAY(x, 1.2, 9)
      aux never = DELAY(x, 1000, 8)
    )");
    std::vector<double> x = s.series("x"), f = s.series("f");
    for (size_t i = 0; i < x.size(); i++) {
      CHECK(s.at("late", i) == (i >= 3 ? x[i - 3] : -3));
      CHECK(s.at("late_by_default", i) == (i >= 2 ? x[i - 2] : x[0]));
      CHECK(s.at("late_sum", i) == 100 + (i >= 2 ? x[i - 2] + f[i - 2] : 5));
      CHECK(s.at("at_least_a_step", i) == (i >= 1 ? x[i - 1] : 9));
      CHECK(s.at("rounded_up", i) == (i >= 3 ? x[i - 3] : 9));
      CHECK(s.at("never", i) == 8);
    }
  }
}

TEST_CASE("vm: SMTH and DELAY equal the stages written out") {
  for (const char* method : methods) {
    Simulation s = simulate(std::string("time 0 to 20 by 0.25 ") + method + R"(
      aux input = 5 + STEP(3, 4) + SIN(TIME)
      aux by macro = SMTH1(input, 3)
      stock smooth = input ; in change
      flow change = (input - smooth) / 3
      aux by delay = DELAY1(input, 3, 2)
      stock transit = 2 * 3 ; in entering ; out leaving
      flow entering = input
      flow leaving = transit / 3
      aux by three = SMTH3(input, 6)
      stock a = input ; in da
      stock b = input ; in db
      stock c = input ; in dc
      flow da = (input - a) / (6 / 3)
      flow db = (a - b) / (6 / 3)
      flow dc = (b - c) / (6 / 3)
    )");
    CHECK(same_bits(s.series("by_macro"), s.series("smooth")));
    CHECK(same_bits(s.series("by_delay"), s.series("leaving")));
    CHECK(same_bits(s.series("by_three"), s.series("c")));
  }
}

TEST_CASE("vm: only the branch that is taken is computed") {
  Simulation s = simulate(R"(
    time 0 to 4
    aux x = TIME - 2
    aux inverse = IF x = 0 THEN 0 ELSE 1 / x
    aux both = IF x <> 0 AND 1 / x > 0 THEN 1 ELSE 0
    aux either = IF x = 0 OR 1 / x < INF THEN 1 ELSE 0
    aux shared = IF x > 0 THEN LN(x) * 2 ELSE 0
    aux sharing = LN(MAX(x, 1)) + (IF x > 1 THEN LN(x) * 2 ELSE LN(x + 10) * 2)
    aux nested = IF x > 0 THEN IF x > 1 THEN 3 ELSE 2 ELSE IF x < 0 THEN -1 ELSE 0
  )");
  CHECK(s.series("inverse") == std::vector<double>{-0.5, -1, 0, 1, 0.5});
  CHECK(s.series("both") == std::vector<double>{0, 0, 0, 1, 1});
  CHECK(s.series("either") == std::vector<double>{1, 1, 1, 1, 1});
  CHECK(s.series("nested") == std::vector<double>{-1, -1, 0, 2, 3});
  CHECK(s.series("shared") == std::vector<double>{0, 0, 0, 0, std::log(2) * 2});
  CHECK(s.series("sharing") == std::vector<double>{std::log(8) * 2, std::log(9) * 2, std::log(10) * 2, std::log(11) * 2, std::log(2) + std::log(2) * 2});
}

TEST_CASE("vm: a node first needed in a branch is still computed for those outside of it") {
  Simulation s = simulate(R"(
    time 0 to 3
    aux a = IF TIME > 1 THEN EXP(TIME) * 2 ELSE 5
    aux b = EXP(TIME) * 2 + a
    aux c = (IF TIME > 2 THEN SQRT(b) + 1 ELSE IF TIME > 0 THEN SQRT(b) ELSE 0) + SQRT(b)
    aux d = IF TIME > 1 AND EXP(TIME) > 1 THEN EXP(TIME) ELSE EXP(TIME) + 1
  )");
  for (size_t t = 0; t < 4; t++) {
    double e = s.at("b", t) - s.at("a", t);
    CHECK(e == doctest::Approx(std::exp(double(t)) * 2));
    CHECK(s.at("a", t) == (t > 1 ? std::exp(double(t)) * 2 : 5));
    double root = std::sqrt(s.at("b", t));
    CHECK(s.at("c", t) == (t > 2 ? root + 1 : t > 0 ? root : 0) + root);
    CHECK(s.at("d", t) == (t > 1 ? std::exp(double(t)) : std::exp(double(t)) + 1));
  }
}

TEST_CASE("vm: a constant can be set before a run, and stays set over a reset") {
  Simulation s = compile(growth("time 0 to 10 by 0.5"));
  REQUIRE(s.ok());
  CHECK(s.set("r", 0.2));
  s.vm->run_to_end();
  Simulation other = simulate("time 0 to 10 by 0.5\nstock s = 100 ; in births\nflow births = s * r\naux r = 0.2");
  CHECK(same_bits(s.slab(), other.slab()));
  s.vm->reset();
  s.vm->run_to_end();
  CHECK(same_bits(s.slab(), other.slab()));
}

TEST_CASE("vm: a value set before a run reaches what is computed once: invariants, initial values, INIT") {
  Simulation s = compile(R"(
    time 0 to 2
    aux base = 2
    aux doubled = base * 2
    stock level = doubled + 1 ; in f
    flow f = INIT(level) + doubled
    aux late = DELAY(level, base, base * 100)
  )");
  REQUIRE(s.ok());
  CHECK(s.set("base", 1));
  s.vm->run_to_end();
  CHECK(s.at("doubled", 0) == 2);
  CHECK(s.series("level") == std::vector<double>{3, 8, 13});
  CHECK(s.series("late") == std::vector<double>{100, 3, 8});
}

TEST_CASE("vm: a value set during a run counts from the current row on") {
  for (const char* method : methods) {
    Simulation s = compile(growth(std::string("time 0 to 10 by 0.5 ") + method));
    REQUIRE(s.ok());
    CHECK(s.vm->run_to(4) == 8);
    CHECK(s.set("r", -0.3));
    s.vm->run_to_end();
    Simulation split = simulate(std::string("time 0 to 10 by 0.5 ") + method +
                                "\nstock s = 100 ; in births\nflow births = s * r\naux r = IF STEP_NOW >= 8 THEN -0.3 ELSE 0.07\naux STEP_NOW = PREVIOUS(SELF, -1) + 1");
    CHECK(same_bits(s.series("s"), split.series("s")));
    CHECK(same_bits(s.series("births"), split.series("births")));
  }
}

TEST_CASE("vm: setting twice is setting last; setting back changes nothing") {
  Simulation plain = simulate(growth("time 0 to 10 by 0.5")), s = compile(growth("time 0 to 10 by 0.5"));
  REQUIRE(s.ok());
  s.vm->run_to(3);
  s.set("r", 5);
  s.set("r", 0.07);
  s.vm->run_to_end();
  CHECK(same_bits(s.slab(), plain.slab()));
}

TEST_CASE("vm: only constants can be set") {
  Simulation s = compile("time 0 to 2\naux a = 1\naux b = a * 2\nstock x = 1 ; in f\nflow f = b");
  REQUIRE(s.ok());
  CHECK(s.variable("a")->constant);
  CHECK_FALSE(s.variable("b")->constant);
  CHECK_FALSE(s.vm->set_value(s.variable("b")->slot, 3));
  CHECK_FALSE(s.vm->set_value(100000, 3));
  CHECK(s.vm->set_value(s.variable("a")->slot, 3));
}

TEST_CASE("vm: running in pieces is running in one, and a reset forgets the run") {
  for (const char* method : methods)
    for (const char* save : {"0.25", "1"}) {
      std::string model = std::string("time 0 to 10 by 0.25 save ") + save + " " + method +
                          "\nstock s = 10 ; in f\nflow f = RANDOM(0, 1, 3) + DELAY(s, 1.5, 0) - PREVIOUS(s, 2) + SMTH3(s, 4) * 0.1";
      Simulation whole = simulate(model), pieces = compile(model);
      REQUIRE(pieces.ok());
      CHECK(pieces.vm->run_to(-1) == 0);
      CHECK(pieces.vm->run_to(0) == 0);
      CHECK(pieces.vm->run_to(1.1) == 4);
      CHECK(pieces.vm->run_to(1.1) == 4);
      CHECK(pieces.vm->run_to(0.3) == 4);  // never back
      CHECK(pieces.vm->run_to(std::nan("")) == 4);
      for (double t = 1; t < 9; t += 0.3) pieces.vm->run_to(t);
      CHECK(pieces.vm->run_to(HUGE_VAL) == 40);
      CHECK(same_bits(whole.slab(), pieces.slab()));
      pieces.vm->reset();
      pieces.vm->run_to(7);
      pieces.vm->reset();
      CHECK(pieces.vm->run_to_end() == 40);
      CHECK(same_bits(whole.slab(), pieces.slab()));
    }
}

TEST_CASE("vm: random streams are reproducible, differ by seed and by call, and do not disturb each other") {
  const std::string one = "time 0 to 200\naux a = RANDOM(0, 1, 5)\n", two = one + "aux b = RANDOM(0, 1, 5)\naux c = 2 * RANDOM(0, 1, 5)\naux d = NORMAL(0, 1, 5)\n";
  std::vector<double> a = simulate(one).series("a");
  CHECK(same_bits(a, simulate(one).series("a")));
  CHECK(same_bits(a, simulate(two).series("a")));
  CHECK_FALSE(same_bits(a, simulate("time 0 to 200\naux a = RANDOM(0, 1, 6)").series("a")));
  CHECK(std::set<double>(a.begin(), a.end()).size() == a.size());
  Simulation s = simulate(two);
  std::vector<double> b = s.series("b"), c = s.series("c");
  double ab = 0, ac = 0;
  for (size_t i = 0; i < a.size(); i++) {
    CHECK((a[i] >= 0 && a[i] < 1));
    ab += (a[i] - 0.5) * (b[i] - 0.5) * 12 / double(a.size());
    ac += (a[i] - 0.5) * (c[i] / 2 - 0.5) * 12 / double(a.size());
  }
  CHECK(std::fabs(ab) < 0.25);  // of independent ones: 0 +- 0.07
  CHECK(std::fabs(ac) < 0.25);
}

TEST_CASE("vm: a random flow is one draw a step, whatever the method evaluates in between") {
  std::vector<double> euler;
  for (const char* method : methods) {
    Simulation s = simulate(std::string("time 0 to 20 by 0.5 ") + method + "\nstock x = 0 ; in f\nflow f = RANDOM(-1, 1, 2)");
    if (euler.empty()) euler = s.series("f");
    CHECK(same_bits(euler, s.series("f")));
    // A flow that is constant over the step integrates alike under all methods.
    std::vector<double> x = s.series("x");
    for (size_t i = 1; i < x.size(); i++) CHECK(x[i] == doctest::Approx(x[i - 1] + 0.5 * euler[i - 1]).epsilon(1e-14));
  }
}

TEST_CASE("vm: stocks and flows that cannot go negative do not") {
  for (const char* method : methods) {
    Simulation s = simulate(std::string("time 0 to 6 ") + method + R"(
      stock tank = 10 ; out drain ; non-negative
      flow drain = 3
      stock below = 10 ; out drain
      flow only in = 2 - TIME ; non-negative
      stock filled = 0 ; in only in
    )");
    CHECK(s.series("tank") == std::vector<double>{10, 7, 4, 1, 0, 0, 0});
    CHECK(s.last("below") == -8);
    CHECK(s.series("only_in") == std::vector<double>{2, 1, 0, 0, 0, 0, 0});
    for (double v : s.series("filled")) CHECK(v >= 0);
  }
}

TEST_CASE("vm: flows through auxiliaries, stocks without flows, flows in and out at once") {
  Simulation s = simulate(R"(
    time 0 to 3 by 0.5
    stock still = 4
    stock circle = 5 ; in f ; out f
    stock both = 1 ; in f ; in g ; out h
    flow f = 2
    flow g = 3
    flow h = 1
  )");
  CHECK(s.last("still") == 4);
  CHECK(s.last("circle") == 5);
  CHECK(s.last("both") == 1 + 3 * 4);
}

TEST_CASE("vm: results that cannot fit are refused with a code") {
  Simulation s = compile("time 0 to 4e8 by 1\nstock x = 1 ; in f\nflow f = x");
  CHECK_FALSE(s.ok());
  REQUIRE(s.compiled.program);
  auto vm = Vm::create(s.compiled.program);
  CHECK_FALSE(bool(vm));
  if (!vm) CHECK(vm.errors()[0].code == Code::results_too_large);
}
