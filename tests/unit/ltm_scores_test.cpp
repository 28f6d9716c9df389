// Link scores as LTM.md section 1 defines them: the published examples typed in, then every kind of input that an equation
// can have, each compared with the definition worked out by hand from the run's own values.
#include "scores.h"

using namespace small;

TEST_CASE("ltm: table 1 of Schoenberg et al. 2020, a sum of two inputs") {
  // x from 5 to 7, y from 4 to 5.
  Scored s = score("time 0 to 1\naux x = 5 + 2 * TIME\naux y = 4 + TIME\naux z = 2 * x + y");
  CHECK(s.link_score("x", "z")[1] == doctest::Approx(0.8).epsilon(1e-15));
  CHECK(s.link_score("y", "z")[1] == doctest::Approx(0.2).epsilon(1e-15));
}

TEST_CASE("ltm: table 2, a quotient") {
  // w from 7 to 10, x from 2 to 4, y from 3 to 5.
  Scored s = score("time 0 to 1\naux w = 7 + 3 * TIME\naux x = 2 + 2 * TIME\naux y = 3 + 2 * TIME\naux z = (w + x) / y");
  CHECK(s.link_score("w", "z")[1] == doctest::Approx(5).epsilon(1e-13));
  CHECK(s.link_score("x", "z")[1] == doctest::Approx(10.0 / 3).epsilon(1e-13));
  CHECK(s.link_score("y", "z")[1] == doctest::Approx(-6).epsilon(1e-13));
}

TEST_CASE("ltm: equation 3 of Schoenberg, Hayward & Eberlein 2023, flows to a stock, free of dt and method") {
  for (const char* specs : {"time 0 to 1", "time 0 to 1 by 0.5 save 1", "time 0 to 1 rk4"}) {
    Scored s = score(std::string(specs) + R"(
      stock level = 100 ; in inflow ; out outflow
      flow inflow = IF TIME > 0.75 THEN 10 ELSE 5
      flow outflow = IF TIME > 0.75 THEN 5 ELSE 4
    )");
    CHECK(s.link_score("inflow", "level")[1] == 1.25);
    CHECK(s.link_score("outflow", "level")[1] == -0.25);
  }
}

TEST_CASE("ltm: relative link scores are shares of all links into one target") {
  Scored s = score("time 0 to 1\naux w = 7 + 3 * TIME\naux x = 2 + 2 * TIME\naux y = 3 + 2 * TIME\naux z = (w + x) / y");
  double total = 5 + 10.0 / 3 + 6;
  CHECK(s.link("w", "z")->relative[1] == doctest::Approx(5 / total));
  CHECK(s.link("x", "z")->relative[1] == doctest::Approx(10.0 / 3 / total));
  CHECK(s.link("y", "z")->relative[1] == doctest::Approx(6 / total));
  CHECK(s.link("w", "z")->relative[0] == 0);
}

TEST_CASE("ltm: every score is 0 at the start, and where source or target stand still") {
  Scored s = score(R"(
    time 0 to 4
    aux x = IF TIME >= 2 THEN 1 ELSE 0
    aux y = TIME
    aux z = x + 0 * y
    aux sum = x + y
    aux held = MIN(y, 2)
  )");
  for (const LinkResult& l : s.link_results) CHECK(l.score[0] == 0);
  CHECK(s.link_score("x", "z") == std::vector<double>{0, 0, 1, 0, 0});
  CHECK(s.link_score("y", "z") == std::vector<double>{0, 0, 0, 0, 0});  // its partial is 0
  CHECK(s.link_score("x", "sum") == std::vector<double>{0, 0, 0.5, 0, 0});
  CHECK(s.link_score("y", "sum") == std::vector<double>{0, 1, 0.5, 1, 1});
  CHECK(s.link_score("y", "held") == std::vector<double>{0, 1, 1, 0, 0});
}

TEST_CASE("ltm: constants and what follows from them alone make no links") {
  Scored s = score("time 0 to 1\naux c = 3\naux d = c * 2\naux x = TIME * d + c\nstock st = c ; in x\naux y = INIT(x) + x");
  std::string links;
  for (const LinkResult& l : s.link_results) links += s.id(l.from) + ">" + s.id(l.to) + " ";
  CHECK(links == "x>y x>st ");
}

TEST_CASE("ltm: TIME in an equation stays where it was while another input moves") {
  Scored s = score("time 1 to 4\nstock x = 2 ; in f\nflow f = 3\naux z = x * TIME + STEP(5, 3)");
  for (size_t t = 1; t < 4; t++) {
    double x = s.simulation.at("x", t), z = s.simulation.at("z", t), x0 = s.simulation.at("x", t - 1), z0 = s.simulation.at("z", t - 1);
    double then = double(t);  // TIME a step ago: the run starts at 1
    double before_step = then >= 3 ? 5 : 0;
    CHECK(s.link_score("x", "z")[t] == doctest::Approx(link_by_hand(x * then + before_step - z0, z - z0, x - x0)).epsilon(1e-13));
  }
}

TEST_CASE("ltm: a PREVIOUS inside an equation stays what it was then") {
  Scored s = score("time 0 to 5\nstock x = 2 ; in f\nflow f = x * 0.5\naux y = TIME * TIME\naux z = x * PREVIOUS(y, 7) + y");
  std::vector<double> x = s.simulation.series("x"), y = s.simulation.series("y"), z = s.simulation.series("z");
  for (size_t t = 1; t < 6; t++) {
    double past_then = t > 1 ? y[t - 2] : 7;
    double change = x[t] * past_then + y[t - 1] - z[t - 1];
    CHECK(s.link_score("x", "z")[t] == doctest::Approx(link_by_hand(change, z[t] - z[t - 1], x[t] - x[t - 1])).epsilon(1e-13));
  }
}

TEST_CASE("ltm: a variable that is another's past is scored as if it answered at once") {
  Scored s = score("time 0 to 5\naux x = TIME * TIME\naux late = PREVIOUS(x, 0)\naux fixed = DELAY(x, 3)\naux still = IF TIME > 3 THEN 1 ELSE 1");
  for (const char* to : {"late", "fixed"}) CHECK(s.link_score("x", to) == std::vector<double>{0, 1, 1, 1, 1, 1});
}

TEST_CASE("ltm: a random draw inside an equation is the one that was made then, and scoring draws nothing") {
  const std::string model = "time 0 to 20\nstock x = 2 ; in f\nflow f = x * 0.1\naux z = x * RANDOM(1, 2, 3)";
  Scored s = score(model);
  std::vector<double> x = s.simulation.series("x"), z = s.simulation.series("z"), draw = s.simulation.series("$\u205Az\u205A0\u205Arandom");
  CHECK(same_bits(z, simulate(model).series("z")));
  for (size_t t = 1; t < x.size(); t++) {
    CHECK(z[t] == x[t] * draw[t]);
    CHECK(s.link_score("x", "z")[t] == doctest::Approx(link_by_hand(x[t] * draw[t - 1] - z[t - 1], z[t] - z[t - 1], x[t] - x[t - 1])).epsilon(1e-10));
  }
}

TEST_CASE("ltm: an input that is read twice, by itself, or through functions, moves everywhere at once") {
  Scored s = score(R"(
    time 0 to 4
    aux x = 1 + TIME
    aux y = 3 - TIME
    aux squared = x * x
    aux mixed = x * y + x / (y + 10) - SQRT(x)
    aux chosen = IF x > 2 THEN x * y ELSE y
    aux by table = x + y * y ; gf 0 5 20 -> 0 100 50
  )");
  std::vector<double> x = s.simulation.series("x"), y = s.simulation.series("y");
  auto table = [](double v) { return v <= 5 ? v * 20 : 100 - (v - 5) * 50 / 15; };
  auto mixed = [](double a, double b) { return a * b + a / (b + 10) - std::sqrt(a); };
  auto chosen = [](double a, double b) { return a > 2 ? a * b : b; };
  for (size_t t = 1; t < 5; t++) {
    CHECK(s.link_score("x", "squared")[t] == 1);
    auto expect = [&](const char* to, double partial) {
      std::vector<double> z = s.simulation.series(to);
      return link_by_hand(partial - z[t - 1], z[t] - z[t - 1], x[t] - x[t - 1]);
    };
    CHECK(s.link_score("x", "mixed")[t] == doctest::Approx(expect("mixed", mixed(x[t], y[t - 1]))).epsilon(1e-12));
    CHECK(s.link_score("x", "chosen")[t] == doctest::Approx(expect("chosen", chosen(x[t], y[t - 1]))).epsilon(1e-12));
    CHECK(s.link_score("x", "by_table")[t] == doctest::Approx(expect("by_table", table(x[t] + y[t - 1] * y[t - 1]))).epsilon(1e-12));
  }
}

TEST_CASE("ltm: an outflow of a stock that cannot go negative counts as what was really taken") {
  Scored s = score(R"(
    time 0 to 8
    stock tank = 10 ; in filling ; out drain ; non-negative
    flow filling = 1 + TIME * 0.25
    flow drain = 4 + 0.5 * TIME
  )");
  std::vector<double> tank = s.simulation.series("tank"), in = s.simulation.series("filling"), out = s.simulation.series("drain");
  bool empty = false, full = false;
  for (size_t t = 1; t < tank.size(); t++) {
    auto taken = [&](size_t i) { return std::min(out[i], tank[i] + in[i]); };
    double dnet = (in[t] - taken(t)) - (in[t - 1] - taken(t - 1)), dout = taken(t) - taken(t - 1);
    CHECK(s.link_score("filling", "tank")[t] == doctest::Approx(dnet == 0 ? 0 : std::fabs((in[t] - in[t - 1]) / dnet)).epsilon(1e-12));
    CHECK(s.link_score("drain", "tank")[t] == doctest::Approx(dnet == 0 || dout == 0 ? 0 : -std::fabs(dout / dnet)).epsilon(1e-12));
    empty |= taken(t) < out[t];
    full |= taken(t) == out[t];
  }
  CHECK(empty);
  CHECK(full);
}

TEST_CASE("ltm: scores are those of the step before a saved row, however few rows are saved") {
  for (const char* method : {"euler", "rk2", "rk4"}) {
    const std::string model = std::string(" ") + method + R"(
      stock a = 10 ; in f ; out g
      stock b = 3 ; in g
      flow f = b * 0.2 + SIN(TIME)
      flow g = a * b * 0.01 + PREVIOUS(f, 0)
    )";
    Scored all = score("time 0 to 12 by 0.25" + model), few = score("time 0 to 12 by 0.25 save 1.5" + model);
    for (const LinkResult& l : few.link_results) {
      std::vector<double> every = all.link_score(few.id(l.from), few.id(l.to)), picked;
      for (size_t i = 0; i < every.size(); i += 6) picked.push_back(every[i]);
      CHECK_MESSAGE(same_bits(picked, l.score), few.id(l.from));
    }
  }
}

TEST_CASE("ltm: scoring changes no simulated value") {
  const std::string model = R"(
    time 0 to 12 by 0.25 rk4
    stock a = 10 ; in f ; out g ; non-negative
    flow f = SMTH3(a, 2) * 0.2 + RANDOM(0, 1, 3)
    flow g = a * 0.1 + PREVIOUS(f, 0) + DELAY(a, 2, 1) * 0.1
    aux x = IF a > 10 THEN LN(a) ELSE f / g
  )";
  Scored scored = score(model);
  Simulation plain = simulate(model);
  for (const ProgramVariable& v : plain.program().variables) CHECK_MESSAGE(same_bits(plain.series(v.id), scored.simulation.series(v.id)), v.id);
}

TEST_CASE("ltm: a slab of another size is refused, not read") {
  Scored s = score("time 0 to 5\nstock x = 1 ; in f\nflow f = x");
  const Program& p = s.simulation.program();
  std::vector<double> slab = s.simulation.slab();
  CHECK(Analysis::create(p, *s.simulation.compiled.plan, slab));
  for (size_t wrong : {size_t(0), slab.size() - 1, slab.size() + 1, slab.size() * 2}) {
    std::vector<double> other(wrong, 1.0);
    auto result = Analysis::create(p, *s.simulation.compiled.plan, other);
    CHECK_FALSE(bool(result));
    if (!result) CHECK(result.errors()[0].code == Code::bad_slab);
  }
}
