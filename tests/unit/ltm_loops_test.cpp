// Loops: their scores and shares against numbers that are published or can be proved, what must not change them (how a flow
// is split, how an equation is divided into auxiliaries, the order of the file, dt), macros on their way, ids, partitions
// and polarities.
#include "golden.h"
#include "scores.h"

using namespace small;

namespace {

Scored score_corpus(const std::string& name) {
  auto xmile = golden::read_file(golden::source_path("corpus/" + name + "/model.xmile"));
  CHECK(xmile.has_value());
  return score_xmile(xmile.value_or(""));
}

// The largest difference as a part of the value.
double relative_distance(std::vector<double> a, std::vector<double> b) {
  for (size_t i = 0; i < a.size() && i < b.size(); i++)
    if (double size = std::fabs(b[i]); size > 1) {
      a[i] /= size;
      b[i] /= size;
    }
  return distance(a, b);
}

const char* logistic = R"(
  time 0 to 100
  stock population = 5 ; in net birth rate
  flow net birth rate = fractional growth rate * population
  aux fractional growth rate = 0.12 * (1 - used)
  aux used = population / 1000
)";
const char* birth_loop = "net_birth_rate population";
const char* limit_loop = "fractional_growth_rate net_birth_rate population used";

}  // namespace

TEST_CASE("ltm: an isolated loop scores exactly +1 or -1, at every dt and by every method") {
  const char* models[] = {
      "stock s = 10 ; in f\nflow f = s * 0.1",
      "stock s = 10 ; out f\nflow f = s * 0.1",
      "stock s = 40 ; out f\nflow f = MAX(0, e) + 1\naux e = g * 0.1\naux g = LN(h + 5)\naux h = s ; gf 0 5 50 -> 0 1 300",
      "stock a = 10 ; in f\nflow f = 1 / b\nstock b = 3 ; in g\nflow g = SQRT(a)",
  };
  const double expected[] = {1, -1, -1, -1};
  for (size_t m = 0; m < 4; m++)
    for (const char* dt : {"1", "0.25", "0.1"})
      for (const char* method : {"euler", "rk2", "rk4"}) {
        Scored s = score(std::string("time 0 to 6 by ") + dt + " " + method + "\n" + models[m]);
        REQUIRE(s.loop_results.size() == 1);
        const ScoredLoop& l = s.loop_results[0];
        CHECK(l.slots[0].score[0] == 0);
        CHECK(l.slots[0].relative[0] == 0);
        for (size_t t = 1; t < l.slots[0].score.size(); t++) {
          CHECK_MESSAGE(l.slots[0].score[t] == expected[m], (std::string(models[m]) + " by " + dt + " " + method));
          CHECK(l.slots[0].relative[t] == expected[m]);
        }
        CHECK(l.share == 1);
      }
}

TEST_CASE("ltm: a loop alone in its partition has all of the share, whatever drives it from outside") {
  Scored s = score("time 0 to 6\nstock s = 10 ; in f\nflow f = (t - s) / 3\nstock t = 20 ; in g\nflow g = TIME");
  std::vector<double> relative = s.relative("f s");
  for (size_t t = 1; t < relative.size(); t++) CHECK(relative[t] == -1);
}

TEST_CASE("ltm: births and deaths, two thirds against one third, for ever") {
  Scored s = score_corpus("births-deaths");
  CHECK(s.loop_names() == "b1: deaths population; r1: births population");
  std::vector<double> births = s.relative("births population"), deaths = s.relative("deaths population");
  CHECK(births.size() == 21);
  CHECK(births[0] == 0);
  for (size_t t = 1; t < births.size(); t++) {
    CHECK(births[t] == doctest::Approx(2.0 / 3).epsilon(1e-12));
    CHECK(deaths[t] == doctest::Approx(-1.0 / 3).epsilon(1e-12));
  }
}

TEST_CASE("ltm: logistic growth as Stella publishes it, which files each value one dt earlier") {
  struct {
    size_t time;
    double balancing, reinforcing;
  } stella[] = {{1, -0.56, 99.4},  {2, -0.63, 99.4},  {10, -1.54, 98.5}, {20, -4.64, 95.4}, {30, -13.3, 86.7},
                {40, -32.8, 67.2}, {50, -61.7, 38.3}, {60, -84.7, 15.3}, {80, -98.6, 1.41}};
  for (const Scored& s : {score(logistic), score_corpus("logistic-growth")}) {
    REQUIRE(s.loop_results.size() == 2);
    for (const ScoredLoop& l : s.loop_results)
      for (const auto& row : stella)
        CHECK(std::fabs(100 * l.slots[0].relative[row.time + 1] - (l.loop->id == "r1" ? row.reinforcing : row.balancing)) < 0.06);
  }
}

TEST_CASE("ltm: the arms race has eight loops in one partition, two of them around the same nodes") {
  Scored s = score_corpus("arms-race");
  CHECK(s.loop_results.size() == 8);
  CHECK(s.simulation.compiled.plan->partitions.size() == 1);
  CHECK(s.simulation.compiled.plan->partitions[0].stocks.size() == 3);
  int balancing = 0, reinforcing = 0;
  for (const ScoredLoop& l : s.loop_results) {
    balancing += l.loop->structural == Polarity::Negative && l.polarity == RuntimePolarity::Balancing;
    reinforcing += l.loop->structural == Polarity::Positive && l.polarity == RuntimePolarity::Reinforcing;
  }
  CHECK(balancing == 3);
  CHECK(reinforcing == 5);
  const std::string there = "arms_of_a target_of_b change_of_b arms_of_b target_of_c change_of_c arms_of_c target_of_a change_of_a";
  const std::string back = "arms_of_a target_of_c change_of_c arms_of_c target_of_b change_of_b arms_of_b target_of_a change_of_a";
  CHECK(s.loop(there) != s.loop(back));
  // A second implementation's numbers (/corpus/ltm of the project's references), times 1 to 3.
  struct {
    const char* names;
    double at[3];
  } known[] = {{"arms_of_a change_of_a", {-0.278367747, -0.322706516, -0.328836016}},
               {"arms_of_b change_of_b", {-0.199867225, -0.0845327755, -0.0101104305}},
               {"arms_of_c change_of_c", {-0.00179646545, -0.00556229548, -0.00171406789}},
               {there.c_str(), {0.00644254512, 0.035180074, 0.0707649085}},
               {back.c_str(), {0.00962404888, 0.05255295, 0.105710542}}};
  for (const auto& k : known)
    for (size_t t = 1; t <= 3; t++) CHECK_MESSAGE(s.relative(k.names)[t] == doctest::Approx(k.at[t - 1]).epsilon(1e-8), std::string(k.names));
  for (size_t t = 1; t <= 100; t++) {
    double total = 0;
    for (const ScoredLoop& l : s.loop_results) total += std::fabs(l.slots[0].relative[t]);
    CHECK(total == doctest::Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("ltm: splitting a flow in two changes no share") {
  Scored whole = score(logistic), split = score(R"(
    time 0 to 100
    stock population = 5 ; in some ; in others
    flow some = 0.3 * fractional growth rate * population
    flow others = 0.7 * fractional growth rate * population
    aux fractional growth rate = 0.12 * (1 - used)
    aux used = population / 1000
  )");
  CHECK(split.loop_results.size() == 4);
  CHECK(distance(whole.relative(birth_loop), sum(split.relative("population some"), split.relative("others population"))) < 1e-12);
  CHECK(distance(whole.relative(limit_loop), sum(split.relative("fractional_growth_rate some population used"),
                                                 split.relative("fractional_growth_rate others population used"))) < 1e-12);
}

TEST_CASE("ltm: an auxiliary that an equation reads linearly changes no share, and no method or dt does") {
  for (const char* specs : {"time 0 to 60\n", "time 0 to 60 by 0.25\n", "time 0 to 60 by 0.5 rk4\n"}) {
    const std::string rest = "stock population = 5 ; in net\nflow net = rate * population\naux used = population / 1000\n";
    Scored direct = score(specs + rest + "aux rate = 0.12 * (1 - used)");
    Scored between = score(specs + rest + "aux rate = 0.12 - lost * 0.04\naux lost = 5 * half - 1 + 1\naux half = used * 0.6");
    CHECK(distance(direct.simulation.series("population"), between.simulation.series("population")) < 1e-9);
    CHECK(distance(direct.relative("net population"), between.relative("net population")) < 1e-12);
    CHECK(distance(direct.relative("net population used rate"), between.relative("half lost rate net population used")) < 1e-12);
  }
}

TEST_CASE("ltm: a loop through SMTH1, SMTH3 or DELAY3 scores what the stages written out score") {
  const std::string rest = R"(
    stock stock level = 100 ; in orders ; out sales
    flow sales = 10 + STEP(5, 3)
    flow orders = perceived * 0.1 + (200 - seen) / 8
    aux seen = stock level * 1.5
  )";
  struct {
    const char *macro, *stages;
  } cases[] = {
      {"aux perceived = SMTH1(stock level, 4)", "aux perceived = one\nstock one = stock level ; in d1\nflow d1 = (stock level - one) / 4"},
      {"aux perceived = SMTH3(stock level, 6)",
       "aux perceived = three\nstock one = stock level ; in d1\nflow d1 = (stock level - one) / (6 / 3)\n"
       "stock two = stock level ; in d2\nflow d2 = (one - two) / (6 / 3)\nstock three = stock level ; in d3\nflow d3 = (two - three) / (6 / 3)"},
      {"aux perceived = DELAY3(stock level, 6)",
       "aux perceived = f4\nflow f1 = stock level\nstock one = stock level * 2 ; in f1 ; out f2\nflow f2 = one / (6 / 3)\n"
       "stock two = stock level * 2 ; in f2 ; out f3\nflow f3 = two / (6 / 3)\nstock three = stock level * 2 ; in f3 ; out f4\nflow f4 = three / (6 / 3)"},
  };
  for (const auto& c : cases)
    for (const char* specs : {"time 0 to 30 by 0.5\n", "time 0 to 30 by 0.5 rk4\n"}) {
      Scored macro = score(specs + rest + c.macro), written = score(specs + rest + c.stages);
      CHECK(same_bits(macro.simulation.series("stock_level"), written.simulation.series("stock_level")));
      CHECK(macro.loop_results.size() == 2);
      std::vector<double> through;
      for (const ScoredLoop& l : written.loop_results) {
        std::string names = written.shown(l);
        if (names.find("perceived") != names.npos) through = l.slots[0].score;
      }
      CHECK_MESSAGE(relative_distance(macro.loop_score("orders stock_level perceived"), through) < 1e-12, std::string(c.macro));
      CHECK(relative_distance(macro.loop_score("orders stock_level seen"), written.loop_score("orders stock_level seen")) < 1e-12);
      // Nobody is shown the machinery.
      for (const LinkResult& l : macro.link_results) {
        CHECK_FALSE(macro.hidden(l.from));
        CHECK_FALSE(macro.hidden(l.to));
      }
    }
}

TEST_CASE("ltm: a macro with two ways through takes the stronger one of each step") {
  Scored macro = score("time 0 to 20 by 0.5\naux x = 10 + 5 * SIN(TIME)\naux y = TREND(x, 4, 0)");
  Scored written = score(R"(
    time 0 to 20 by 0.5
    aux x = 10 + 5 * SIN(TIME)
    stock average = x ; in change
    flow change = (x - average) / 4
    aux y = SAFEDIV(x - average, 4 * ABS(average))
  )");
  CHECK(same_bits(macro.simulation.series("y"), written.simulation.series("y")));
  std::vector<double> direct = written.link_score("x", "y"), first = written.link_score("x", "change"), second = written.link_score("change", "average"),
                      third = written.link_score("average", "y"), found = macro.link_score("x", "y");
  bool one = false, other = false;
  for (size_t t = 0; t < direct.size(); t++) {
    double around = first[t] * second[t] * third[t];
    CHECK(found[t] == doctest::Approx(std::fabs(around) > std::fabs(direct[t]) ? around : direct[t]).epsilon(1e-12));
    one |= std::fabs(around) > std::fabs(direct[t]);
    other |= std::fabs(around) < std::fabs(direct[t]);
  }
  CHECK(one);
  CHECK(other);
}

TEST_CASE("ltm: a macro call inside a larger equation, or with an expression for input, makes the same loops") {
  const std::string rest = "time 0 to 20\nstock s = 10 ; in f\nflow f = 1 - level * 0.05\n";
  Scored alone = score(rest + "aux level = m * 2\naux m = SMTH3(a, 3)\naux a = s + 1");
  Scored inside = score(rest + "aux level = SMTH3(s + 1, 3) * 2");
  CHECK(alone.loop_results.size() == 1);
  CHECK(inside.loop_results.size() == 1);
  CHECK(same_bits(alone.simulation.series("s"), inside.simulation.series("s")));
  CHECK(distance(alone.loop_results[0].slots[0].score, inside.loop_results[0].slots[0].score) < 1e-12);
}

TEST_CASE("ltm: ids and scores of loops do not depend on the order of the file") {
  std::vector<std::string> lines = {"stock hares = 80 ; in hb ; out hd", "stock lynx = 12 ; in lb ; out ld", "flow hb = hares * 0.6",
                                    "flow hd = lynx * kills",             "aux kills = 0.03 * hares",       "flow lb = 0.4 * lynx * kills",
                                    "flow ld = lynx * 0.8",               "aux seen = SMTH1(hares, 2) + SMTH1(lynx, 3)", "stock extra = 1 ; in ex",
                                    "flow ex = seen - extra"};
  std::string names;
  std::vector<double> first;
  for (int round = 0; round < 6; round++) {
    std::string model = "time 0 to 10 by 0.5\n";
    for (const std::string& line : lines) model += line + "\n";
    Scored s = score(model);
    if (names.empty()) {
      names = s.loop_names();
      first = s.loop_score("hares kills hd");
      CHECK(s.loop_results.size() > 5);
    }
    CHECK(s.loop_names() == names);
    CHECK(distance(first, s.loop_score("hares kills hd")) < 1e-12);
    std::rotate(lines.begin(), lines.begin() + 3, lines.end());
    if (round == 2) std::reverse(lines.begin(), lines.end());
  }
}

TEST_CASE("ltm: loops of different partitions are not compared; every partition adds up to 1") {
  Scored s = score(R"(
    time 0 to 20
    stock a = 10 ; in fa ; out ga
    flow fa = a * 0.2
    flow ga = a * a * 0.01
    stock b = 5 ; in fb ; out gb
    flow fb = a * 0.1
    flow gb = b * 0.3
  )");
  CHECK(s.simulation.compiled.plan->partitions.size() == 2);
  CHECK(s.loop("b gb")->loop->slots[0].partition != s.loop("a fa")->loop->slots[0].partition);
  CHECK(s.loop("a ga")->loop->slots[0].partition == s.loop("a fa")->loop->slots[0].partition);
  for (size_t t = 1; t <= 20; t++) {
    CHECK(s.relative("b gb")[t] == -1);
    CHECK(s.relative("a fa")[t] - s.relative("a ga")[t] == doctest::Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("ltm: a loop without stock closes through the past and stands alone") {
  Scored s = score(R"(
    time 0 to 10
    aux price = 10 - 0.5 * supply
    aux supply = PREVIOUS(price, 4) * 1.2
    aux other = PREVIOUS(SELF, 1) + price
  )");
  CHECK(s.loop_names() == "b1: price supply; r1: other");
  CHECK(s.simulation.compiled.plan->partitions.size() == 2);
  std::vector<double> score = s.loop_score("price supply"), relative = s.relative("price supply");
  CHECK(score[0] == 0);
  for (size_t t = 1; t < score.size(); t++) {
    CHECK(score[t] == doctest::Approx(-1).epsilon(1e-12));
    CHECK(relative[t] == -1);
  }
}

TEST_CASE("ltm: the polarity of a link is what its equation proves") {
  Scored s = score(R"(
    time 0 to 5
    aux x = 1 + TIME
    aux y = 2 + TIME
    aux added = x - y
    aux factor = x * y
    aux divided = x / y
    aux minus = -x * 3
    aux negative factor = x * -2
    aux squared = x ^ 2
    aux rising = EXP(x) + LN(x) + SQRT(x)
    aux waving = SIN(x)
    aux up = x ; gf 0 1 2 -> 0 5 6
    aux down = x ; gf 0 1 2 -> 6 5 0
    aux hump = x ; gf 0 1 2 -> 0 5 0
    aux agree = IF y > 3 THEN x ELSE 2 * x
    aux disagree = IF y > 3 THEN x ELSE -x
    aux decided = IF x > 3 THEN 1 ELSE 2
    aux least = MIN(x, 10 - y)
    aux cancel = x * (1 - x / 10)
  )");
  auto polarity = [&](const char* from, const char* to) { return std::string(polarity_name(s.link(from, to)->polarity)); };
  CHECK(polarity("x", "added") == "positive");
  CHECK(polarity("y", "added") == "negative");
  CHECK(polarity("x", "factor") == "positive");
  CHECK(polarity("x", "divided") == "positive");
  CHECK(polarity("y", "divided") == "negative");
  CHECK(polarity("x", "minus") == "negative");
  CHECK(polarity("x", "negative_factor") == "negative");
  CHECK(polarity("x", "squared") == "positive");
  CHECK(polarity("x", "rising") == "positive");
  CHECK(polarity("x", "waving") == "unknown");
  CHECK(polarity("x", "up") == "positive");
  CHECK(polarity("x", "down") == "negative");
  CHECK(polarity("x", "hump") == "unknown");
  CHECK(polarity("x", "agree") == "positive");
  CHECK(polarity("x", "disagree") == "unknown");
  CHECK(polarity("x", "decided") == "unknown");
  CHECK(polarity("x", "least") == "positive");
  CHECK(polarity("y", "least") == "negative");
  CHECK(polarity("x", "cancel") == "unknown");
}

TEST_CASE("ltm: what a run shows of a loop's polarity leaves its id alone") {
  auto model = [](double stop) {
    CompileOptions options;
    options.stop = stop;
    return score("time 0 to 100 by 0.125\nstock s = 5 ; in f\nflow f = 0.12 * s * (1 - s / 1000)", options);
  };
  Scored whole = model(100);
  REQUIRE(whole.loop_results.size() == 1);
  CHECK(whole.loop_results[0].loop->id == "u1");
  CHECK(whole.loop_results[0].loop->structural == Polarity::Unknown);
  CHECK(whole.loop_results[0].polarity == RuntimePolarity::Undetermined);
  // +1 while growth grows, -1 after: the first step after makes it mostly reinforcing, if more than 199 steps went before.
  const std::vector<double>& scores = whole.loop_results[0].slots[0].score;
  size_t turn = size_t(std::find(scores.begin(), scores.end(), -1.0) - scores.begin());
  CHECK(turn > 200);
  CHECK(turn < scores.size());
  CHECK(model(double(turn - 1) / 8).loop_results[0].polarity == RuntimePolarity::Reinforcing);
  CHECK(model(double(turn) / 8).loop_results[0].polarity == RuntimePolarity::MostlyReinforcing);
  CHECK(model(double(turn) / 8).loop_results[0].loop->id == "u1");
  // Structure says so, and nothing ever moves.
  Scored still = score("time 0 to 5\nstock s = 0 ; in f\nflow f = s * 0.1");
  CHECK(still.loop_results[0].polarity == RuntimePolarity::Reinforcing);
  CHECK(still.loop_results[0].share == 0);
  for (double r : still.loop_results[0].slots[0].relative) CHECK(r == 0);
}

TEST_CASE("ltm: a score that is no number is left out of the others' total") {
  // At time 2 the partial of x is 1 / (4 - 4), though z itself is never divided by 0.
  Scored s = score(R"(
    time 0 to 4
    stock s = 1 ; in g ; in f
    flow g = s
    flow f = z * 0
    aux z = 1 / (x + y)
    aux x = s
    aux y = IF TIME >= 2 THEN 10 ELSE -4
  )");
  CHECK(s.link_score("x", "z")[2] == HUGE_VAL);
  CHECK(std::isnan(s.loop_score("f s x z")[2]));
  CHECK(std::isnan(s.relative("f s x z")[2]));
  CHECK(s.relative("g s") == std::vector<double>{0, 1, 1, 1, 1});
  CHECK(s.loop("g s")->share == 1);
}
