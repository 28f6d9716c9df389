// Every phase of the line from text to layout, printed, for a few small models: what a change in one room does to the
// others is a diff of tests/golden. `node js/bin/loopscope.mjs dump` prints the same.
#include "golden.h"
#include "small_models.h"

namespace {

constexpr const char* phases[] = {"model", "ast", "equations", "ir", "ltm", "program", "layout"};

// One document: a heading a phase. The layout, one long line, is broken at its objects.
std::string broken(std::string layout) {
  for (size_t at = 0; (at = layout.find("},{", at)) != layout.npos; at += 3) layout.replace(at, 3, "},\n{");
  return layout;
}
std::string all_phases(const std::string& xmile) {
  loopscope::LoadedProject loaded = loopscope::load_project(xmile);
  std::string out;
  for (const char* phase : phases) {
    out += std::string("== ") + phase + "\n";
    std::string text = loopscope::dump_phase(loaded, {}, phase);
    CHECK_MESSAGE(!text.empty(), std::string(phase));
    out += phase == std::string("layout") ? broken(text) : text;
  }
  return out;
}

void check_corpus(const std::string& name) {
  auto xmile = golden::read_file(golden::source_path("corpus/" + name + "/model.xmile"));
  CHECK_MESSAGE(xmile.has_value(), name);
  if (xmile) check_golden("pipeline/" + name, all_phases(*xmile));
}
void check_lines(const std::string& name, std::string_view lines) { check_golden("pipeline/" + name, all_phases(small::to_xmile(lines))); }

}  // namespace

TEST_CASE("pipeline: births and deaths, the smallest model with two loops") { check_corpus("births-deaths"); }
TEST_CASE("pipeline: logistic growth, one loop inside another") { check_corpus("logistic-growth"); }
TEST_CASE("pipeline: predators and prey, Runge-Kutta, products of variables") { check_corpus("predator-prey"); }
TEST_CASE("pipeline: ordering through delays, macros with hidden stages and composite links") { check_corpus("delay-chain"); }
TEST_CASE("pipeline: workforce, tables, conditionals, a trend, forty variables") { check_corpus("workforce"); }

TEST_CASE("pipeline: the layout of a scored run, links and loops with their slots") {
  auto xmile = golden::read_file(golden::source_path("corpus/arms-race/model.xmile"));
  loopscope::CompileOptions options;
  options.ltm = true;
  check_golden("pipeline/arms-race-layout", broken(loopscope::dump_phase(loopscope::load_project(xmile.value_or("")), options, "layout")));
}

TEST_CASE("pipeline: arrays stay loops until they are scored, element by element") {
  check_lines("arrays", R"(
    time 0 to 4
    dim Place = north south
    stock people[Place] = 10 ; [south] 30 ; in growth
    flow growth[Place] = people[Place] * rate[Place] * (1 - SUM(people[*]) / room)
    aux rate[Place] = 0.1 ; [south] 0.2
    aux room = 300
    aux share[Place] = people[Place] / SUM(people[*])
    aux chosen = people[TIME + 1]
  )");
}

TEST_CASE("pipeline: calls with memory become variables of their own") {
  check_lines("memory", R"(
    time 0 to 4 by 0.5 save 1
    stock level = 3 + INIT(inflow) ; in inflow ; out outflow ; non-negative
    flow inflow = 2 * PREVIOUS(level / 2, 1) + RANDOM(0, 1, 5) ; non-negative
    flow outflow = DELAY(inflow, 1.5, 0)
    aux again = PREVIOUS(SELF, 0) + 1
    aux slope = DERIVN(level, 1)
  )");
}
TEST_CASE("pipeline: what is constant, what is computed once, and what every step") {
  check_lines("places", R"(
    time 0 to 4
    aux constant = 3
    aux folded = 3 * 4
    aux invariant = constant * 2 + DT
    aux each step = TIME * invariant
    aux lazy = IF each step > 2 AND 1 / constant > 0 THEN LN(each step) ELSE 0 // invariant
    aux by table = each step ; gf 0 1 2 -> 0 5 6
    aux irregular = LOOKUP(curve, each step) + curve(1)
    table curve ; gf 0 1 5 -> 0 5 6 ; extrapolate
    aux started = constant + 1 ; init 7
    stock store = started
  )");
}
TEST_CASE("pipeline: a loop without stock, through the past") {
  check_lines("stockless", R"(
    time 0 to 5
    aux price = 10 - 0.5 * supply
    aux supply = PREVIOUS(price, 4) * 1.2
    aux drift = TIME * 0.1 + price
  )");
}
