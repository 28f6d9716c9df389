// Vensim's conveyor, profile, batch and schedule, random numbers along a density, and allocation in two steps: closed forms and what the
// documentation shows. corpus/vensim-delays has them all in one model, against a script.
#include "scores.h"

using namespace small;

namespace {

using Series = std::vector<double>;

void check_near(const Series& got, const Series& wanted, double within = 1e-12) {
  REQUIRE(got.size() == wanted.size());
  for (size_t i = 0; i < got.size(); i++) CHECK_MESSAGE(std::fabs(got[i] - wanted[i]) <= within, i << ": " << got[i] << " is not " << wanted[i]);
}

}  // namespace

TEST_CASE("vensim: a graphical function as a density, a share of it and where a part of that is reached") {
  Simulation s = simulate(R"(
    time 0 to 4
    table triangle ; gf 0 2 -> 0 1
    table steps ; gf 0 1 3 4 -> 1 0 2 2 ; discrete
    aux a = LOOKUP_SHARE(triangle, -5, 0.5 * TIME)
    aux b = LOOKUP_SHARE(triangle, 1, 9)
    aux c = LOOKUP_SHARE(triangle, 2, 1)
    aux q = LOOKUP_QUANTILE(triangle, TIME / 4, -1, 5)
    aux r = LOOKUP_QUANTILE(triangle, 0.5, 1, 1.5)
    aux d = LOOKUP_QUANTILE(steps, TIME / 4, 0, 4)
  )");
  check_near(s.series("a"), {0, 0.0625, 0.25, 0.5625, 1});
  CHECK(s.last("b") == 0.75);
  CHECK(s.last("c") == 0);
  check_near(s.series("q"), {0, 1, std::sqrt(2), std::sqrt(3), 2}, 1e-15);
  CHECK(s.last("r") == doctest::Approx(std::sqrt((1 + 2.25) / 2)).epsilon(1e-15));
  check_near(s.series("d"), {0, 0.75, 3.25, 3.625, 4}, 1e-15);
}

TEST_CASE("vensim: RANDOM LOOKUP draws along the density, within the limits of what is stretched and shifted") {
  Series x = simulate("time 0 to 20000\ntable triangle ; gf 0 2 -> 0 1\naux x = RANDOM_LOOKUP(triangle, 5, 15, 4, 3, 7)\naux y = RANDOM_LOOKUP(triangle, 5, 15, 11, -3, 7)").series("x");
  // 4 + 3 u with density u / 2 on 0..2, from u = 1/3 on: the mean of u is (8 - 1/27) / 3 / ((4 - 1/9) / 2).
  double mean = 0, least = 100, most = 0, wanted = 4 + 3 * (8 - 1.0 / 27) / 3 / ((4 - 1.0 / 9) / 2);
  for (double value : x) {
    mean += value / double(x.size());
    least = std::min(least, value);
    most = std::max(most, value);
  }
  CHECK(std::fabs(mean - wanted) < 0.03);
  CHECK((least >= 5 && least < 5.05));
  CHECK((most <= 10 && most > 9.99));
}

TEST_CASE("vensim: a conveyor that keeps its speed and leaks nothing is DELAY FIXED, and without input it gives what its profile says") {
  Simulation s = simulate(R"(
    time 0 to 12 by 0.5
    table flat ; gf 0 1 -> 1 1
    table given ; gf 0 1 2 3 4 5 6 7 8 9 10 -> 5 10 20 10 15 20 10 5 0 5 0 ; discrete
    aux input = TIME * 2 + 1
    aux same = DELAY_CONVEYOR(input, 3, 0, flat, 21, 3)
    aux fixed = DELAY(input, 3, 7)
    aux shorter = DELAY_CONVEYOR(input, 0.1, 0, flat, 0, 1)
    aux one = DELAY(input, 0.5, 0)
    aux leaking = DELAY_CONVEYOR(10, 2, 0.2, flat, 20, 2)
  )");
  check_near(s.series("same"), s.series("fixed"), 1e-13);
  CHECK(same_bits(s.series("shorter"), s.series("one")));
  // https://vensim.com/documentation/mgu09_initialization_of_conveyors.html: 100 on it, 10 long.
  Simulation whole = simulate("time 0 to 10\ntable given ; gf 0 1 2 3 4 5 6 7 8 9 10 -> 5 10 20 10 15 20 10 5 0 5 0 ; discrete\naux out = DELAY_CONVEYOR(0, 10, 0, given, 100, 10)");
  check_near(whole.series("out"), {5, 10, 20, 10, 15, 20, 10, 5, 0, 5, 0});
  // What leaks is what the documentation's equations say.
  Series leaking = s.series("leaking");
  for (size_t n = 0; n < leaking.size(); n++) CHECK(leaking[n] == doctest::Approx(10 * std::pow(0.9, std::min<double>(double(n), 4))).epsilon(1e-13));
  Simulation balance = simulate(R"(
    time 0 to 20 by 0.25
    table loading ; gf 0 1 3 -> 2 4 0
    stock total = 30 ; in input ; out out ; out leaked
    flow input = 4 + SIN(TIME)
    aux speed = 3 + COS(TIME)
    aux rate = 0.05 + 0.02 * SIN(3 * TIME)
    flow out = DELAY_CONVEYOR(input, speed, rate, loading, 30, 3)
    flow leaked = (total + DT * (input - out)) * rate
    stock drained = 0 ; in gone
    flow gone = IF TIME > 10 THEN 0 ELSE 1
    aux rest = DELAY_CONVEYOR(gone, speed, 0, loading, 0, 3)
    stock out_of_it = 0 ; in rest_out
    flow rest_out = rest
  )");
  for (double value : balance.series("total")) CHECK(value > 0);
  CHECK(balance.last("out_of_it") == doctest::Approx(balance.last("drained")).epsilon(1e-12));
  // 100% in a step: nothing is left, and the belt works again when the leak is closed.
  Series reopened = simulate("time 0 to 6\ntable flat ; gf 0 1 -> 1 1\naux leak = IF TIME = 1 THEN 1 ELSE 0\naux out = DELAY_CONVEYOR(10, 2, leak, flat, 20, 2)").series("out");
  check_near(reopened, {10, 10, 0, 0, 10, 10, 10});
}

TEST_CASE("vensim: a conveyor that stops keeps what is put on it for when it moves") {
  Series out = simulate("time 0 to 8\ntable flat ; gf 0 1 -> 1 1\naux time_needed = IF TIME >= 2 AND TIME < 4 THEN INF ELSE 2\naux out = DELAY_CONVEYOR(10, time_needed, 0, flat, 0, 2)").series("out");
  // Four steps of input, of which two stand on one place, come out behind one another.
  check_near(out, {0, 0, 0, 0, 10, 10, 30, 10, 10});
}

TEST_CASE("vensim: a profile conserves, has the delay as its mean, and a narrow one is DELAY FIXED") {
  Simulation s = simulate(R"(
    time 0 to 40 by 0.5
    table narrow ; gf 3.99 4 4.01 -> 0 1 0
    table wide ; gf 0 1 4 -> 0 2 0
    aux input = IF TIME = 3 THEN 2 ELSE 0
    aux ramp = TIME
    aux a = DELAY_PROFILE(narrow, ramp, 6, 5, 0)
    aux b = DELAY(ramp, 6, 5)
    aux w = DELAY_PROFILE(wide, input, 5, 0, 0)
    aux constant = DELAY_PROFILE(wide, 7, 5, 7, 0)
  )");
  check_near(s.series("a"), s.series("b"), 1e-13);
  double sum = 0, moment = 0;
  for (size_t n = 0; n < s.series("w").size(); n++) {
    sum += s.series("w")[n];
    moment += s.series("w")[n] * (0.5 * double(n) - 3);
  }
  CHECK(sum == doctest::Approx(2).epsilon(1e-14));
  CHECK(moment / sum == doctest::Approx(5).epsilon(0.002));
  for (double value : s.series("constant")) CHECK(value == doctest::Approx(7).epsilon(1e-14));
  const char* bad[][2] = {{"table p ; gf 0 1 -> 0 0", "bad_argument"}, {"table p ; gf 0 1 2 -> 1 -1 1", "bad_argument"}, {"table p ; gf -1 1 -> 1 1", "bad_argument"}, {"aux p = 1", "not_a_table"}};
  for (const auto& [profile, code] : bad) CHECK(compile("time 0 to 1\n" + std::string(profile) + "\naux a = DELAY_PROFILE(p, 1, 1, 1, 0)").codes() == code);
  CHECK(compile("time 0 to 1\ntable p ; gf 0 1 -> 1 1\naux a = DELAY_PROFILE(p, 1, 1, 1, 0.05)").codes() == "unsupported_feature");
}

TEST_CASE("vensim: batches start when there is enough for one and come out after their time") {
  Simulation s = simulate(R"(
    time 0 to 12
    aux a = DELAY_BATCH(3, 10, 2, 0, 0, 0)
    aux b = DELAY_BATCH(0, 10, 3, 5, 2, 25)
    aux at_once = DELAY_BATCH(0, 10, 3, 5, 0, 0)
    aux none = DELAY_BATCH(3, 0, 2, 0, 0, 0)
  )");
  // 12 at 4, 14 less 4 at 6 and so on: what is left over waits.
  CHECK(s.series("a") == Series{0, 0, 0, 0, 0, 0, 10, 0, 0, 10, 0, 0, 10});
  CHECK(s.series("b") == Series{0, 0, 5, 0, 0, 10, 0, 0, 10, 0, 0, 0, 0});
  CHECK(s.series("at_once") == Series{5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  for (double value : s.series("none")) CHECK(value == 0);
  // As pulses of one step: the total is what came in.
  Series half = simulate("time 0 to 12 by 0.5\naux a = DELAY_BATCH(3, 10, 2, 0, 0, 0)").series("a");
  for (size_t n = 0; n < half.size(); n++) CHECK(half[n] == (n == 11 || n == 18 || n == 24 ? 20 : 0));
}

TEST_CASE("vensim: a schedule of equal parts is a straight line, and of unequal ones each year's is written off in its turn") {
  Simulation s = simulate(R"(
    time 0 to 20 by 0.5
    dim Year = y1 y2 y3
    aux even[Year] = 1
    aux parts[Year] = 50 ; [y2] 30 ; [y3] 20
    aux none = 0
    aux stream = 5 + TIME
    aux a = DEPRECIATE_BY_SCHEDULE(stream, even[y1], none, 6, STARTTIME)
    aux b = DEPRECIATE_STRAIGHTLINE(stream, 6, 2, 0)
    aux once = IF TIME = 2.5 THEN 2 ELSE 0
    aux c = DEPRECIATE_BY_SCHEDULE(once, parts[y1], none, 6, 1)
  )");
  check_near(s.series("a"), s.series("b"), 1e-12);
  // 1 was invested in the fiscal period from 1 to 3; the next ones write off 0.3 and 0.2 of it, over 2 each.
  for (size_t n = 0; n < 41; n++) {
    double t = 0.5 * double(n), wanted = n == 5 ? 1 : t >= 3 && t < 5 ? 0.15 : t >= 5 && t < 7 ? 0.1 : 0;
    CHECK_MESSAGE(s.series("c")[n] == doctest::Approx(wanted).epsilon(1e-14), t);
  }
  CHECK(compile("time 0 to 1\ndim Y = a b\naux p[Y] = 1\naux early[Y] = 0 ; [b] 3\naux x = DEPRECIATE_BY_SCHEDULE(1, p[a], early[a], 2, 0)").codes() == "unsupported_feature");
  CHECK(compile("time 0 to 1\ndim Y = a b\naux p[Y] = 1\naux x = DEPRECIATE_BY_SCHEDULE(1, p, 0, 2, 0)").codes() == "wrong_subscripts");
}

TEST_CASE("vensim: MARKETP and ALLOC P are ALLOCATE BY PRIORITY in two steps") {
  Simulation s = simulate(R"(
    time 0 to 25
    dim D = a b c
    aux ask[D] = 10 ; [b] 6 ; [c] 3
    aux rank[D] = 5 ; [b] 6 ; [c] 8
    aux level = MARKETP(ask[a], rank[a], ELMCOUNT(D), 3, TIME)
    aux two[D] = ALLOC_P(ask[D], rank[D], 3, level)
    aux one[D] = ALLOCATE_BY_PRIORITY(ask[D], rank[D], ELMCOUNT(D), 3, TIME)
  )");
  for (uint32_t e = 0; e < 3; e++) check_near(s.series("two", e), s.series("one", e), 1e-9);
}

TEST_CASE("vensim: the other delays as a .mdl file spells them, over elements") {
  Simulation s = compile_xmile(
      "{UTF-8}\nplace: north,south ~~|\nyear: y1,y2 ~~|\nflat((0,1),(1,1)) ~~|\nin[north] = 3 ~~|\nin[south] = 4 ~~|\nparts[year] = 75,25 ~~|\nnone[year] = 0,0 ~~|\n"
      "moved[place] = DELAY CONVEYOR(in[place], 2, 0, flat, 0, 2) ~~|\nspread[place] = DELAY PROFILE(flat, in[place], 1, 0, 0) ~~|\n"
      "batch[place] = DELAY BATCH(in[place], 6, 1, 0, 0, 0) ~~|\noff[place] = DEPRECIATE BY SCHEDULE(in[place], parts[y1], none[y1], 4, Time) ~~|\n"
      "INITIAL TIME = 0 ~~|\nFINAL TIME = 6 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n");
  CHECK(s.everything_said() == "");
  REQUIRE(s.ok());
  s.vm->run_to_end();
  CHECK(s.series("moved", 0) == Series{0, 0, 3, 3, 3, 3, 3});
  CHECK(s.series("moved", 1) == Series{0, 0, 4, 4, 4, 4, 4});
  CHECK(s.series("spread", 1) == Series{0, 3, 4, 4, 4, 4, 4});
  CHECK(s.series("batch", 0) == Series{0, 0, 0, 6, 0, 6, 0});
  CHECK(s.series("batch", 1) == Series{0, 0, 0, 6, 6, 0, 6});
  CHECK(s.series("off", 0) == Series{2.25, 2.25, 3, 3, 3, 3, 3});
}

TEST_CASE("vensim: loops through the other delays are scored, and a step that is computed again is the same") {
  std::string model = R"(
    time 0 to 12 by 0.5
    table flat ; gf 0 2 -> 1 1
    stock level = 5 ; in arriving ; out leaving
    aux ordering = 1 + 0.3 * (10 - level)
    flow arriving = DELAY_CONVEYOR(ordering, 2, 0.05, flat, 3, 2)
    flow leaving = 0.1 * level + k * (spread + batch)
    aux spread = DELAY_PROFILE(flat, level, 2, 1, 0)
    aux batch = DELAY_BATCH(level, 9, 1, 0, 0, 0)
    aux k = 0.02
  )";
  CompileOptions ltm;
  ltm.ltm = true;
  Simulation s = simulate(model, ltm);
  for (const char* id : {"arriving", "spread", "batch"}) {
    bool found = false;
    for (const auto& link : s.program().variables) found |= link.role == Role::Score && link.id.find(id) != std::string::npos;
    CHECK_MESSAGE(found, id);
  }
  CHECK(same_bits(s.series("level"), simulate(model).series("level")));
  Simulation again = compile(model);
  for (double t = 0; t < 12; t += 0.5) {
    again.vm->run_to(t);
    CHECK(again.set("k", 0.02));
  }
  again.vm->run_to_end();
  CHECK(same_bits(again.slab(), simulate(model).slab()));
}

TEST_CASE("vensim: a queue is a stock, of the same content with any method as with Euler's, and its initial content has the ages that its profile says") {
  std::string model = R"(
    table early ; gf 0 3 -> 1 0
    aux q = QUEUE_FIFO(inflow, outflow, early, 9, 6)
    aux inflow = 3 + SIN(TIME)
    aux outflow = 4
    aux oldest = QUEUE_AGE_OLDEST(q)
    aux mean = QUEUE_AGE_AVERAGE(q, 0)
    aux four = QUEUE_AGE_AVERAGE(q, 4)
    aux some = QUEUE_AGE_IN_RANGE(q, 1, 4)
    stock plain = 9 ; in a ; out b
    flow a = inflow
    flow b = outflow
  )";
  Simulation euler = simulate("time 0 to 8 by 0.5\n" + model), rk4 = simulate("time 0 to 8 by 0.5 rk4\n" + model);
  check_near(euler.series("q"), euler.series("plain"));
  for (const char* id : {"q", "oldest", "mean", "four", "some"}) check_near(euler.series(id), rk4.series(id));
  // Of 9, as (6 - age)^2 / 4 of them are older: ages begin at 0.5. The oldest 4 are between 6 - 4 and 6.
  CHECK(euler.at("oldest", 0) == doctest::Approx(6.5).epsilon(1e-12));
  CHECK(euler.at("mean", 0) == doctest::Approx(2.5).epsilon(1e-12));
  CHECK(euler.at("four", 0) == doctest::Approx(0.5 + 2 + 4.0 / 3).epsilon(1e-12));
  CHECK(euler.at("some", 0) == doctest::Approx((5.5 * 5.5 - 2.5 * 2.5) / 4).epsilon(1e-12));
  // 2 are taken: the rest is younger than 6 - sqrt(8), a step older, and what came since is one step old.
  CHECK(euler.at("oldest", 1) == doctest::Approx(1 + 6 - std::sqrt(8.0)).epsilon(1e-12));
}

TEST_CASE("vensim: queues that are empty, below nothing, or none") {
  Simulation s = simulate(R"(
    time 0 to 6
    table flat ; gf 0 1 -> 1 1
    aux q = QUEUE_FIFO(IF TIME < 2 THEN 5 ELSE 0, IF TIME < 3 THEN 0 ELSE 5, flat, 0, 0)
    aux oldest = QUEUE_AGE_OLDEST(q)
    aux mean = QUEUE_AGE_AVERAGE(q, 0)
    aux two = QUEUE_AGE_IN_RANGE(q, 2, 2)
  )");
  CHECK(s.series("q") == Series{0, 5, 10, 10, 5, 0, -5});
  CHECK(s.series("oldest") == Series{0, 1, 2, 3, 3, 0, 1});
  CHECK(s.series("mean") == Series{0, 1, 1.5, 2.5, 3, 0, 1});
  CHECK(s.series("two") == Series{0, 0, 5, 5, 0, 0, 0});
  CHECK(compile("time 0 to 1\naux q = 1\naux a = QUEUE_AGE_OLDEST(q)").codes() == "bad_argument");
  CHECK(compile("time 0 to 1\naux q = QUEUE_FIFO(1, 1, 1, 1, 1)").codes() == "not_a_table");
  Simulation array = simulate(R"(
    time 0 to 3
    dim D = a b
    table flat ; gf 0 1 -> 1 1
    aux in[D] = 1 ; [b] 2
    aux q[D] = QUEUE_FIFO(in[D], 0, flat, 0, 0)
    aux oldest[D] = QUEUE_AGE_OLDEST(q[D])
    aux young[D] = QUEUE_AGE_IN_RANGE(q, 1, 1)
  )");
  for (uint32_t e = 0; e < 2; e++) {
    CHECK(array.series("oldest", e) == Series{0, 1, 2, 3});
    CHECK(array.series("young", e) == Series{0, double(e + 1), double(e + 1), double(e + 1)});
  }
  CHECK(compile("time 0 to 1\ndim D = a b\ntable flat ; gf 0 1 -> 1 1\naux q[D] = QUEUE_FIFO(1, 0, flat, 0, 0)\naux o = QUEUE_AGE_OLDEST(q[a])").codes() == "unsupported_feature");
}
