// When a run ends that computes its FINAL TIME, and dates: GET TIME VALUE against a calendar that goes day by day.
#include "ltm/analysis.h"
#include "small_models.h"

using namespace small;

namespace {

using Series = std::vector<double>;

std::string model(const std::string& final_time, const std::string& entries = "", const std::string& times = "INITIAL TIME = 0 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n",
                  const std::string& settings = "") {
  return "{UTF-8}\n" + entries + "\nFINAL TIME = " + final_time + " ~ Month ~|\n" + times + "\\\\\\---/// Sketch information\nV300\n///---\\\\\\\n:L\x7f<%^E!@\n" + settings;
}
const std::string by_quarters = "INITIAL TIME = 0 ~~|\nTIME STEP = 0.25 ~~|\nSAVEPER = 0.75 ~~|\n";

// Run to the end, with what it has saved.
struct Ended {
  Simulation s;
  uint32_t step = 0;
  uint32_t rows() const { return step / s.program().save_every + 1; }
  Series series(const std::string& id) const {
    const ProgramVariable* v = s.variable(id);
    Series out;
    for (uint32_t r = 0; v && r < rows(); r++)
      out.push_back(s.vm->slab()[v->place == Place::Fixed ? v->slot : s.program().fixed_slots + size_t(r) * s.program().row_slots + v->slot]);
    return out;
  }
};
Ended run(const std::string& text, const CompileOptions& options = {}) {
  Ended out{compile_xmile(text, options)};
  REQUIRE_MESSAGE(out.s.ok(), out.s.everything_said());
  out.step = out.s.vm->run_to_end();
  return out;
}
uint32_t last_step(const std::string& final_time, const std::string& entries = "") { return run(model(final_time, entries)).step; }

}  // namespace

TEST_CASE("final time: the run ends at the first step at which it has come") {
  Ended e = run(model("IF THEN ELSE(x > 50, Time, most)", "x = Time * 2 - 5 ~~|\nmost = 100 ~~|\ny = INTEG(x, 7) ~~|\nleft = FINAL TIME - Time ~~|\n"));
  CHECK(e.step == 28);
  CHECK(e.s.vm->has_ended());
  CHECK(e.s.vm->slab_size() == e.s.program().fixed_slots + 29 * e.s.program().row_slots);
  CHECK(e.series("final_time")[27] == 100);
  CHECK(e.series("final_time")[28] == 28);
  CHECK(e.series("left")[27] == 73);  // who reads FINAL TIME reads the one of now
  CHECK(e.series("left")[28] == 0);
  CHECK(e.series("y")[28] == 7 + 2 * 27 * 28 / 2 - 5 * 28);
  CHECK(e.s.vm->run_to(1000) == 28);
  CHECK(e.s.vm->run_to_end() == 28);
}

TEST_CASE("final time: an equation on constants is a number, any other a variable") {
  for (const char* fixed : {"INITIAL TIME + 5", "length", "5 * TIME STEP"}) {
    Ended e = run(model(fixed, "length = 5 ~~|\n"));
    CHECK(e.step == 5);
    CHECK(e.s.program().final_time == none_id);
    CHECK(e.s.program().steps == 5);
  }
  for (const char* computed : {"Time + 0 * length", "ramp", "IF THEN ELSE(length = 5, 4, 9)", "STEP(9, 3)", "RANDOM UNIFORM(2, 3, 0)"})
    CHECK(run(model(computed, "length = 5 ~~|\nramp = 8 - Time ~~|\n")).s.program().final_time != none_id);
  CHECK(last_step("Time", "x = 1 ~~|\n") == 0);
  CHECK(last_step("8 - Time") == 4);
  CHECK(last_step("STEP(9, 0)") == 9);
}

TEST_CASE("final time: earlier than the start, between steps, coming nearer and going away") {
  CHECK(last_step("-3 + 0 * Time") == 0);
  CHECK(last_step("-1e308 * 10 * (1 + Time)") == 0);
  CHECK(last_step("3.5 + 0 * Time") == 3);  // as a fixed one
  CHECK(run(model("3.5")).step == 3);
  CHECK(last_step("IF THEN ELSE(Time < 4, 100, 6)") == 6);
  CHECK(last_step("IF THEN ELSE(Time < 8, 100, 6)") == 8);
  CHECK(last_step("IF THEN ELSE(Time < 3, 5, 12)") == 12);
  CHECK(last_step("x", "x = INTEG(-0.5, 9) ~~|\n") == 6);
  Ended e = run(model("0.3 + 0 * Time", "", "INITIAL TIME = 0 ~~|\nTIME STEP = 0.1 ~~|\nSAVEPER = TIME STEP ~~|\n"));
  CHECK(e.step == 3);  // which is 0.30000000000000004
}

TEST_CASE("final time: one that never comes ends where there is no more room") {
  for (const char* never : {"Time + 10", "0 / (Time - Time)", "1e308 * 10 * (1 + Time)"}) {
    Ended e = run(model(never, "x = INTEG(1, 0) ~~|\n"));
    CHECK(e.step == e.s.program().steps);
    CHECK(e.step == open_values / 3);  // time, x, FINAL TIME
    CHECK(!e.s.vm->has_ended());
    CHECK(e.series("x").back() == e.step);
  }
}

TEST_CASE("final time: there is room for what its equation can say") {
  auto steps = [](const std::string& final_time) { return compile_xmile(model(final_time, "on = Time ~~|\nmost = 5e6 ~~|\n")).program().steps; };
  uint32_t room = open_values / 3;
  CHECK(steps("IF THEN ELSE(on > 3, Time, most)") == 5'000'000);
  CHECK(steps("IF THEN ELSE(on > 3, MAX(Time, 4e6), MIN(2 * most, on * 1e9))") == 10'000'000);
  CHECK(steps("IF THEN ELSE(on > 3, Time, 2 * on)") == room);
  CHECK(steps("IF THEN ELSE(on > 3, Time, 1e300)") == room);
  CHECK(steps("IF THEN ELSE(on > 3, Time, 1 / 0)") == room);
  CHECK(steps("IF THEN ELSE(on > 3, Time, 90)") == room);  // a constant may be set
  std::string wide = "D: (d1-d5000) ~~|\nwide[D] = Time ~~|\n";
  CHECK(compile_xmile(model("Time + 1", wide)).program().steps == 1000);
  Simulation s = compile_xmile(model("Time + 1", "x = Time ~~|\n", "INITIAL TIME = 0 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 100 ~~|\n"));
  CHECK(s.program().steps == open_steps);
  CHECK(s.program().rows == open_steps / 100 + 1);
}

TEST_CASE("final time: a stop time that the host gives is the latest") {
  CompileOptions options;
  options.stop = 20;
  std::string text = model("IF THEN ELSE(on > 25, Time, 100)", "on = Time ~~|\n");
  Ended e = run(text, options);
  CHECK(e.step == 20);
  CHECK(e.s.program().steps == 20);
  CHECK(!e.s.vm->has_ended());
  options.stop = 60;
  CHECK(run(text, options).step == 26);
  options.stop = -1;
  CHECK(compile_xmile(text, options).codes() == "bad_sim_specs");
}

TEST_CASE("final time: any method, any way of saving, delays, and scores end at the same step") {
  std::string entries = "stock = INTEG(flow, 1) ~~|\nflow = 0.2 * stock ~~|\nlate = DELAY FIXED(stock, 1, 0) ~~|\n";
  for (int method : {0, 1, 2, 3, 4, 5}) {
    std::string settings = "15:0,0,0," + std::to_string(method) + ",0,0\n";
    std::string whole = model("IF THEN ELSE(stock > 3, Time, 50)", entries, "INITIAL TIME = 0 ~~|\nTIME STEP = 0.25 ~~|\nSAVEPER = TIME STEP ~~|\n", settings);
    Ended all = run(whole), some = run(model("IF THEN ELSE(stock > 3, Time, 50)", entries, by_quarters, settings));
    CHECK(all.step == some.step);
    CHECK(some.rows() == all.step / 3 + 1);
    for (const char* id : {"stock", "late", "final_time"})
      for (uint32_t r = 0; r < some.rows(); r++) CHECK(same_bits({some.series(id)[r]}, {all.series(id)[3 * r]}));
    CompileOptions options;
    options.ltm = true;
    Ended scored = run(whole, options);
    CHECK(scored.step == all.step);
    CHECK(same_bits(scored.series("stock"), all.series("stock")));
    std::vector<double> slab(scored.s.vm->slab(), scored.s.vm->slab() + scored.s.vm->slab_size());
    auto analysis = Analysis::create(scored.s.program(), *scored.s.compiled.plan, std::move(slab));
    REQUIRE(analysis);
    CHECK(analysis->rows() == all.rows());
    CHECK(analysis->loops().size() == 1);
    // In pieces it is the same run.
    Ended pieces{compile_xmile(whole)};
    pieces.s.vm->run_to(1.1);
    pieces.s.vm->run_to(2);
    pieces.step = pieces.s.vm->run_to_end();
    CHECK(same_bits(pieces.series("stock"), all.series("stock")));
  }
}

TEST_CASE("final time: a constant that is set at the end lets the run go on") {
  Ended e = run(model("IF THEN ELSE(x >= limit, Time, 40)", "x = INTEG(1, 0) ~~|\nlimit = 5 ~~|\n"));
  CHECK(e.step == 5);
  CHECK(e.s.set("limit", 9));
  CHECK(e.s.vm->run_to_end() == 9);
  CHECK(e.s.set("limit", 99));
  CHECK(e.s.vm->run_to_end() == 40);
  e.s.vm->reset();
  CHECK(!e.s.vm->has_ended());
  CHECK(e.s.vm->run_to_end() == 40);
}

TEST_CASE("final time: what is wrong with its equation is said at it") {
  auto codes = [](const std::string& text) { return compile_xmile(text).codes(); };
  CHECK(codes(model("FINAL TIME + 1")) == "circular_dependency");
  CHECK(codes(model("nowhere * Time")) == "unknown_variable");
  CHECK(codes(model("IF THEN ELSE(Time > 3")) == "unterminated");
  CHECK(codes(model("1 / 0")) == "bad_sim_specs bad_sim_specs");
  Simulation s = compile_xmile(model("nowhere + Time"));
  CHECK(s.marked() == "nowhere");
}

TEST_CASE("final time: the other times of a run are known before it") {
  std::string rest = "SAVEPER = TIME STEP ~~|\n";
  for (const char* times : {"INITIAL TIME = 0 ~~|\nTIME STEP = IF THEN ELSE(Time < 5, 1, 2) ~~|\nSAVEPER = 1 ~~|\n", "INITIAL TIME = 1 ~~|\nTIME STEP = Time ~~|\nSAVEPER = 1 ~~|\n",
                            "INITIAL TIME = x ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n", "INITIAL TIME = 0 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 + x ~~|\n"}) {
    Simulation s = compile_xmile(model("10", "x = INTEG(1, 1) ~~|\n", times));
    CHECK(s.codes().substr(0, 13) == "bad_sim_specs");
    CHECK(s.message().find("known before it") != std::string::npos);
  }
}

TEST_CASE("final time: a time of the run without an equation is missing") {
  Simulation s = compile_xmile("{UTF-8}\nx = 1 ~~|\nINITIAL TIME = ~ 0 ~|\nFINAL TIME = 5 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n");
  CHECK(s.codes() == "missing_sim_specs empty_equation");
  CHECK(s.message().find("does not say INITIAL TIME") != std::string::npos);
}

TEST_CASE("final time: Vensim's text and JSON keep its equation, XMILE has it as a variable and says so") {
  std::string text = model("IF THEN ELSE(x > 5, Time, most)", "x = Time ~~|\nmost = 30 ~~|\n");
  LoadedProject loaded = load_project(text);
  for (const char* format : {"mdl", "json", "xmile"}) {
    std::vector<Diagnostic> said;
    auto written = convert_project(loaded, format, &said);
    REQUIRE(written);
    bool xmile = format[0] == 'x';
    CHECK(said.size() == size_t(xmile));
    Ended e = run(*written);
    CHECK(e.step == (xmile ? 30 : 6));
    CHECK(e.series("final_time")[5] == 30);
    CHECK(e.series("final_time")[6] == 6);
    if (!xmile) continue;
    CHECK(said[0].code == Code::not_expressible);
    CHECK(said[0].message.find("written as 30") != std::string::npos);
  }
  std::vector<Diagnostic> said;
  auto unknown = convert_project(load_project(model("x", "x = 8 - Time ~~|\n")), "xmile", &said);
  REQUIRE(unknown);
  CHECK(unknown->find("<stop>1000</stop>") != std::string::npos);
}

// --- dates

namespace {

struct Day {
  int64_t year;
  int month, day, weekday;
  // The day after, by how long months are.
  void next() {
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    weekday = (weekday + 1) % 7;
    if (++day <= lengths[month - 1] + (month == 2 && leap)) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    year++;
  }
};

std::string dates(int year, int month, int day, int unit) {
  return "35:Date\n36:YYYY-MM-DD\n37:" + std::to_string(year) + "\n38:" + std::to_string(month) + "\n39:" + std::to_string(day) + "\n40:" + std::to_string(unit) + "\n41:0\n42:1\n";
}
const std::string plain_times = "INITIAL TIME = 0 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n";
Series measure(const std::string& arguments, const std::string& settings, const std::string& last = "5", const std::string& times = plain_times) {
  Simulation s = compile_xmile(model(last, "x = GET TIME VALUE(" + arguments + ") ~~|\n", times, settings));
  REQUIRE_MESSAGE(s.ok(), s.everything_said());
  s.vm->run_to_end();
  return s.series("x");
}

}  // namespace

TEST_CASE("dates: every day of two thousand years before and after year 0 is the one after the day before") {
  // 2000-01-01 was a Saturday, and the calendar repeats itself every 400 years, which are whole weeks.
  Day day{-2000, 1, 1, 6};
  double first = ls_first_day(-2000, 1, 1, 0), count = 4800 * 365.2425;
  CHECK(first == -2000 * 365.2425);
  bool all = true;
  for (double i = 0; i < count && all; i++, day.next()) {
    auto is = [&](int what, double wanted) { return ls_calendar(i, first, LS_DAY, what) == wanted; };
    all = is(LS_DATE_YEAR, double(day.year)) && is(LS_DATE_MONTH, day.month) && is(LS_DATE_DAY, day.day) && is(LS_DATE_WEEKDAY, day.weekday) && is(LS_DATE_QUARTER, (day.month - 1) / 3 + 1) &&
          is(LS_DATE_DAYS, first + i) && ls_first_day(double(day.year), day.month, day.day, 0) == first + i;
  }
  CHECK_MESSAGE(all, day.year << "-" << day.month << "-" << day.day);
}

TEST_CASE("dates: months of 30 days, seconds, and what is no date") {
  double first = ls_first_day(2000, 3, 11, 1);
  CHECK(first == 2000 * 360 + 2 * 30 + 10);
  CHECK(ls_calendar(10, first, LS_MONTH, LS_DATE_YEAR) == 2001);
  CHECK(ls_calendar(10, first, LS_MONTH, LS_DATE_MONTH) == 1);
  CHECK(ls_calendar(-3, first, LS_MONTH, LS_DATE_MONTH) == 12);
  CHECK(ls_calendar(0.1, first, LS_MONTH, LS_DATE_DAY) == 14);
  CHECK(ls_calendar(0.7, first, LS_MONTH, LS_DATE_DAY) == 2);  // 20.999... days later
  CHECK(ls_calendar(0.5, first, LS_YEAR, LS_DATE_MONTH) == 9);
  CHECK(ls_calendar(1, first, LS_QUARTER, LS_DATE_QUARTER) == 2);
  CHECK(ls_calendar(0.25, 0, LS_DAY, LS_DATE_HOUR) == 6);
  CHECK(ls_calendar(90.5, 0, LS_MINUTE, LS_DATE_MINUTE) == 30);
  CHECK(ls_calendar(90.5, 0, LS_MINUTE, LS_DATE_SECOND) == 30);
  CHECK(ls_calendar(59.99, 0, LS_SECOND, LS_DATE_SECOND) == doctest::Approx(59.99));
  CHECK(ls_calendar(-1, 0, LS_SECOND, LS_DATE_YEAR) == -1);
  for (double time : {std::nan(""), 1 / 0.0 * 1, -1 / 0.0, 1e300}) CHECK(std::isnan(ls_calendar(time, 0, LS_DAY, LS_DATE_YEAR)));
  for (double odd : {-1.0, 8.0, 1e10, std::nan("")}) CHECK(std::isnan(ls_calendar(0, 0, odd, LS_DATE_YEAR)));
  for (double odd : {0.0, 10.0, std::nan("")}) CHECK(std::isnan(ls_calendar(0, 0, LS_DAY, odd)));
  CHECK(std::isnan(ls_first_day(2001, 2, 29, 0)));
  CHECK(!std::isnan(ls_first_day(2000, 2, 29, 0)));
  CHECK(std::isnan(ls_first_day(2000, 1, 31, 1)));
  CHECK(std::isnan(ls_first_day(2000, 13, 1, 0)));
  CHECK(std::isnan(ls_first_day(2000.5, 1, 1, 0)));
}

TEST_CASE("dates: GET TIME VALUE by the calendar of the file's settings") {
  CHECK(measure("0, 0, 4", dates(2000, 2, 27, LS_DAY)) == Series{27, 28, 29, 1, 2, 3});
  CHECK(measure("0, 1, 3", dates(2000, 2, 27, LS_DAY)) == Series{2, 2, 3, 3, 3, 3});
  CHECK(measure("0, -Time, 4", dates(2000, 2, 27, LS_DAY)) == Series{27, 27, 27, 27, 27, 27});
  CHECK(measure("0, 0, 5", dates(2000, 1, 1, LS_DAY)) == Series{6, 0, 1, 2, 3, 4});
  CHECK(measure("0, 0, 4", dates(2000, 2, 27, LS_WEEK)) == Series{27, 5, 12, 19, 26, 2});
  CHECK(measure("0, 0, 3", dates(2000, 11, 1, LS_MONTH)) == Series{11, 12, 1, 2, 3, 4});
  CHECK(measure("0, 0, 1", dates(1999, 12, 30, LS_QUARTER)) == Series{1999, 2000, 2000, 2000, 2000, 2001});
  CHECK(measure("0, 0, 6", dates(0, 1, 1, LS_YEAR)) == Series{0, 360, 720, 1080, 1440, 1800});
  CHECK(measure("0, 5, 0", "") == Series{5, 6, 7, 8, 9, 10});
  CHECK(measure("1, Time, 4", dates(2000, 2, 27, LS_DAY), "5", "INITIAL TIME = 3 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n") == Series{4, 5, 6});
}

TEST_CASE("dates: what GET TIME VALUE cannot say") {
  auto refused = [](const std::string& arguments, const std::string& settings) {
    Simulation s = compile_xmile(model("5", "x = GET TIME VALUE(" + arguments + ") ~~|\n", plain_times, settings));
    CHECK(s.codes() == "unsupported_feature");
    return s.message();
  };
  std::string by_day = dates(2000, 1, 1, LS_DAY);
  CHECK(refused("0, 0, 1", "").find("Time Bounds") != std::string::npos);
  CHECK(refused("0, 0, 1", "37:2000\n38:1\n39:1\n").find("Time Bounds") != std::string::npos);
  CHECK(refused("0, 0, 1", dates(2000, 1, 1, 9)).find("Time Bounds") != std::string::npos);
  CHECK(refused("0, 0, 1", dates(2001, 2, 29, LS_DAY)).find("no date that there is") != std::string::npos);
  CHECK(refused("0, 0, 1", dates(2001, 1, 31, LS_MONTH)).find("30 days") != std::string::npos);
  CHECK(refused("0, 0, 5", dates(2001, 1, 1, LS_MONTH)).find("day of the week") != std::string::npos);
  CHECK(refused("2, 0, 1", by_day).find("clock") != std::string::npos);
  CHECK(refused("3, 0, 1", by_day).find("relative") != std::string::npos);
  CHECK(refused("0, 0, 10", by_day).find("clock") != std::string::npos);
  CHECK(refused("0, 0, 11", by_day).find("0 to 9") != std::string::npos);
  CHECK(refused("0, 0, 1.5", by_day).find("0 to 9") != std::string::npos);
  CHECK(refused("0, 0, Time", by_day).find("must be numbers") != std::string::npos);
}

TEST_CASE("dates: that the date is that of Time 0 is said once, where the run begins at another time") {
  std::string later = "INITIAL TIME = 10 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n", two = "x = GET TIME VALUE(0, 0, 4) ~~|\ny = GET TIME VALUE(0, 0, 1) ~~|\n";
  Simulation s = compile_xmile(model("12", two, later, dates(2000, 2, 20, LS_DAY)));
  CHECK(s.codes() == "assumed_date");
  s.vm->run_to_end();
  CHECK(s.series("x") == Series{1, 2, 3});
  CHECK(compile_xmile(model("12", two, plain_times, dates(2000, 2, 20, LS_DAY))).codes() == "");
}

TEST_CASE("dates: JSON keeps the calendar of a Vensim file, XMILE has none and says so") {
  std::string text = model("5", "x = GET TIME VALUE(0, 0, 4) ~~|\n", plain_times, dates(2000, 2, 27, LS_DAY));
  for (const char* format : {"mdl", "json"}) {
    auto written = convert_project(load_project(text), format);
    REQUIRE(written);
    CHECK(run(*written).series("x") == Series{27, 28, 29, 1, 2, 3});
  }
  std::vector<Diagnostic> said;
  auto written = convert_project(load_project(text), "xmile", &said);
  REQUIRE(said.size() == 1);
  CHECK(said[0].message.find("get time value") != std::string::npos);
  CHECK(compile_xmile(*written).codes() == "unsupported_feature");
}
