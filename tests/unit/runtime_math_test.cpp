// wasm-runtime: functions, test inputs, financial functions, delay buffers and the link score against closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../../wasm-runtime/ls_runtime.h"

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

bool near(double a, double b, double relative = 1e-14) { return std::fabs(a - b) <= relative * std::fmax(1, std::fabs(b)); }
bool same(double a, double b) { return a == b && std::signbit(a) == std::signbit(b); }
}  // namespace

TEST_CASE("runtime: elementary functions") {
  CHECK(near(ls_exp(1), 2.71828182845904523536));
  CHECK(ls_ln(1) == 0);
  CHECK(ls_log10(1000) == 3);
  CHECK(ls_log2(1024) == 10);
  CHECK(near(ls_sin(0.5), 0.47942553860420300027));
  CHECK(near(ls_cos(0.5), 0.87758256189037271612));
  CHECK(near(ls_tan(0.5), 0.54630248984379051326));
  CHECK(near(ls_arcsin(0.5), 0.52359877559829887308));
  CHECK(near(ls_arccos(0.5), 1.04719755119659774615));
  CHECK(near(ls_arctan(1), 0.78539816339744830962));
  CHECK(near(ls_arctan2(-1, -1), -2.35619449019234492885));
  for (double x : {-2.0, -0.3, 0.7, 3.0}) {
    CHECK(near(ls_arcsinh(ls_sinh(x)), x));
    CHECK(near(ls_arctanh(ls_tanh(x)), x, 1e-13));
    CHECK(near(ls_arccosh(ls_cosh(x)), std::fabs(x)));
  }
  CHECK(near(ls_erf(1), 0.84270079294971486934));
  CHECK(ls_pow(2, 10) == 1024);
  CHECK(std::isnan(ls_pow(-8, 1.0 / 3)));
  CHECK(std::isnan(ls_ln(-1)));
  CHECK(ls_ln(0) == -inf);
}

TEST_CASE("runtime: rounding, signs and remainders") {
  CHECK(ls_round(2.5) == 3);
  CHECK(ls_round(-2.5) == -3);
  CHECK(ls_round(0.49999999999999994) == 0);  // floor(x + 0.5) would say 1
  CHECK(ls_round(4503599627370497) == 4503599627370497);
  CHECK(ls_sign(-3) == -1);
  CHECK(ls_sign(0) == 0);
  CHECK(ls_sign(inf) == 1);
  CHECK(std::isnan(ls_sign(nan_value)));

  CHECK(ls_mod(7, 3) == 1);
  CHECK(ls_mod(-7, 3) == 2);
  CHECK(ls_mod(7, -3) == -2);
  CHECK(ls_mod(-7, -3) == -1);
  CHECK(ls_mod(5.5, 2) == 1.5);
  CHECK(same(ls_mod(-6, 3), 0.0));
  CHECK(same(ls_mod(6, -3), -0.0));
  CHECK(std::isnan(ls_mod(1, 0)));
  CHECK(std::isnan(ls_mod(-1, -0.0)));
  CHECK(ls_mod(1e17 + 16, 3) == std::fmod(1e17 + 16, 3));  // a - b*floor(a/b) has no correct digit here
  CHECK(ls_remainder(-7, 3) == -1);
  CHECK(ls_remainder(7, -3) == 1);
  CHECK(ls_quantum(7.9, 2) == 6);
  CHECK(ls_quantum(-7.9, 2) == -6);
  CHECK(ls_quantum(7.9, 0) == 7.9);
  CHECK(ls_quantum(7.9, -1) == 7.9);
}

TEST_CASE("runtime: factorials and their relatives") {
  double exact = 1;
  for (int n = 1; n <= 22; n++) {
    exact *= n;
    CHECK(ls_factorial(n) == exact);
  }
  CHECK(ls_factorial(22) == 1124000727777607680000.0);
  CHECK(ls_factorial(0) == 1);
  CHECK(ls_factorial(5.9) == 120);
  CHECK(near(ls_factorial(100) / 9.33262154439441e157, 1, 1e-13));
  CHECK(ls_factorial(171) == inf);
  CHECK(std::isnan(ls_factorial(-1)));
  CHECK(std::isnan(ls_factorial(-0.5)));
  CHECK(std::isnan(ls_factorial(nan_value)));
  CHECK(near(ls_gamma(0.5), 1.77245385090551602730));
  CHECK(near(ls_gamma_ln(0.5), 0.57236494292470008707));
  CHECK(near(ls_gamma_ln(-0.5), 1.26551212348464539649));  // ln |gamma|
  CHECK(near(ls_gamma_ln(1000), 5905.2204232091812118));

  CHECK(ls_combinations(5, 3) == 10);
  CHECK(ls_combinations(5, 0) == 1);
  CHECK(ls_combinations(5, 5) == 1);
  CHECK(ls_combinations(3, 5) == 0);
  CHECK(ls_permutations(3, 5) == 0);
  CHECK(ls_combinations(52, 5) == 2598960);
  CHECK(ls_permutations(52, 5) == 311875200);
  CHECK(ls_permutations(10, 10) == 3628800);
  CHECK(ls_permutations(10, 0) == 1);
  double row[57] = {1};  // Pascal's triangle: every C(56, r) is below 2^53
  for (int n = 1; n <= 56; n++)
    for (int r = n; r > 0; r--) row[r] += row[r - 1];
  for (int r = 0; r <= 56; r++) CHECK(ls_combinations(56, r) == row[r]);
  CHECK(near(ls_combinations(1029, 514) / 1.4298206864989042e308, 1, 1e-12));  // no overflow on the way
  CHECK(ls_combinations(2000, 1000) == inf);
  CHECK(ls_permutations(1e300, 1e299) == inf);
  CHECK(ls_combinations(1e300, 1e299) == inf);
  CHECK(std::isnan(ls_combinations(-1, 0)));
  CHECK(std::isnan(ls_combinations(inf, 2)));
  CHECK(std::isnan(ls_permutations(nan_value, 2)));
}

TEST_CASE("runtime: normal distribution") {
  CHECK(ls_normal_cdf(0, 0, 1) == 0.5);
  CHECK(near(ls_normal_cdf(1.96, 0, 1), 0.97500210485177956790));
  CHECK(near(ls_normal_cdf(-10, 0, 1) / 7.61985302416052606e-24, 1, 1e-13));
  CHECK(near(ls_normal_cdf(13, 10, 3), 0.84134474606854294859));
  CHECK(ls_normal_cdf(1, 2, 0) == 0);
  CHECK(ls_normal_cdf(2, 2, 0) == 1);
  CHECK(std::isnan(ls_normal_cdf(0, 0, -1)));

  CHECK(ls_normal_inverse(0.5, 7, 2) == 7);
  // Wichura's own checks of PPND16
  CHECK(near(ls_normal_inverse(0.25, 0, 1), -0.6744897501960817));
  CHECK(near(ls_normal_inverse(0.001, 0, 1), -3.090232306167814));
  CHECK(near(ls_normal_inverse(1e-20, 0, 1), -9.262340089798408));
  CHECK(near(ls_normal_inverse(0.975, 0, 1), 1.95996398454005423552));
  for (double p : {1e-300, 1e-30, 1e-12, 1e-5, 0.01, 0.07, 0.08, 0.3, 0.5, 0.8, 0.95, 0.999, 1 - 1e-9})
    CHECK(near(ls_normal_cdf(ls_normal_inverse(p, 0, 1), 0, 1) / p, 1, 1e-12));
  CHECK(ls_normal_inverse(0, 0, 1) == -inf);
  CHECK(ls_normal_inverse(1, 0, 1) == inf);
  CHECK(ls_normal_inverse(0, 3, 0) == 3);
  CHECK(std::isnan(ls_normal_inverse(1.5, 0, 1)));
  CHECK(std::isnan(ls_normal_inverse(-0.1, 0, 1)));
  CHECK(std::isnan(ls_normal_inverse(0.5, 0, -1)));
  CHECK(std::isnan(ls_normal_inverse(nan_value, 0, 1)));
}

TEST_CASE("runtime: step and ramp at times that are not exact") {
  for (double dt : {0.1, 0.01, 0.3, 0.125, 1.0 / 3, 1.0}) {
    for (double start : {0.0, -50.0, 2000.0}) {
      int at = 777, to = 900, wrong = 0;
      // the moments as a modeller writes them: rounded another way than start + i*dt
      double at_time = std::round((start + at * dt) * 1e9) / 1e9, to_time = std::round((start + to * dt) * 1e9) / 1e9;
      if (dt == 1.0 / 3) at_time = start + 259, to_time = start + 300;
      for (int i = 0; i <= 10000; i++) {
        double time = start + i * dt;
        wrong += ls_step(5, at_time, time, dt) != (i >= at ? 5 : 0);
        double ramp = ls_ramp(2, at_time, to_time, time, dt);
        double expected = i <= at ? 0 : 2 * dt * ((i < to ? i : to) - at);
        wrong += i <= at ? ramp != 0 : std::fabs(ramp - expected) > 1e-8;
      }
      CHECK(wrong == 0);
    }
  }
  CHECK(ls_ramp(3, 5, inf, 10, 1) == 15);
  CHECK(ls_ramp(3, 5, inf, 5, 1) == 0);
  CHECK(ls_ramp(-1, 10, 25, 100, 0.5) == -15);
  CHECK(ls_step(1, 1.7e9 + 0.3, 1.7e9 + 3 * 0.1, 0.1) == 1);  // seconds since 1970
}

TEST_CASE("runtime: XMILE pulse hits exactly its steps") {
  struct Train {
    double dt;
    int first, every;
    double first_time, interval;
  };
  for (const Train& t : {Train{0.1, 3, 7, 0.3, 0.7}, Train{0.1, 10, 10, 1, 1}, Train{0.1, 30, 3, 3, 0.3}, Train{0.01, 57, 29, 0.57, 0.29},
                         Train{0.001, 1, 1000, 0.001, 1}, Train{1.0 / 3, 3, 1, 1, 1.0 / 3}, Train{0.3, 1, 2, 0.3, 0.6}, Train{0.125, 8, 4, 1, 0.5}}) {
    int wrong = 0;
    double total = 0;
    for (int i = 0; i <= 10000; i++) {
      bool hit = i >= t.first && (i - t.first) % t.every == 0;
      double pulse = ls_pulse(20, t.first_time, t.interval, i * t.dt, t.dt);
      wrong += pulse != (hit ? 20 / t.dt : 0);
      total += pulse * t.dt;
    }
    CHECK(wrong == 0);
    CHECK(near(total, 20 * ((10000 - t.first) / t.every + 1), 1e-9));
  }
}

TEST_CASE("runtime: XMILE pulse between steps, once, and too often") {
  auto hits = [](double first, double interval, double dt, int steps) {
    std::vector<int> at;
    for (int i = 0; i <= steps; i++)
      if (ls_pulse(1, first, interval, i * dt, dt) != 0) at.push_back(i);
    return at;
  };
  CHECK(hits(2.5, 0, 1, 100) == std::vector<int>{2});    // in [2, 3)
  CHECK(hits(0.55, 1, 0.1, 30) == std::vector<int>{5, 15, 25});
  CHECK(hits(5, -1, 0.1, 1000) == std::vector<int>{50});
  CHECK(hits(5, inf, 0.1, 1000) == std::vector<int>{50});
  CHECK(hits(5, nan_value, 0.1, 1000) == std::vector<int>{50});
  CHECK(hits(5, 1e300, 0.1, 1000) == std::vector<int>{50});
  CHECK(hits(2, 0.25, 1, 5) == std::vector<int>{2, 3, 4, 5});  // one in every step, not four
  CHECK(hits(0, 2.5, 1, 10) == std::vector<int>{0, 2, 5, 7, 10});
  CHECK(hits(-3, 2, 1, 4) == std::vector<int>{1, 3});  // before the run, but its period goes on
  CHECK(hits(inf, 1, 1, 10).empty());
  CHECK(ls_pulse(10, 4, 0, 4, 0.25) == 40);
  // far out in a long run with a small step
  for (double k : {1e6, 1e8, 4e9}) {
    CHECK(ls_pulse(1, 0, 0.7, k * 7 * 0.1, 0.1) == 10);
    CHECK(ls_pulse(1, 0, 0.7, (k * 7 + 1) * 0.1, 0.1) == 0);
    CHECK(ls_pulse(1, 0, 0.7, (k * 7 - 1) * 0.1, 0.1) == 0);
  }
}

TEST_CASE("runtime: Vensim pulses") {
  int wrong = 0;
  for (int i = 0; i <= 10000; i++) {
    double time = i * 0.1;
    wrong += ls_vensim_pulse(30, 2, time, 0.1) != (i >= 300 && i < 320);
    wrong += ls_vensim_pulse(30, 0, time, 0.1) != (i == 300);
    wrong += ls_vensim_pulse(30, 0.05, time, 0.1) != (i == 300);
    wrong += ls_pulse_train(0.7, 0.3, 1.1, 900, time, 0.1) != (i >= 7 && i <= 9000 && (i - 7) % 11 < 3);
    wrong += ls_pulse_train(0.7, 0, 1.1, 900, time, 0.1) != (i >= 7 && i <= 9000 && (i - 7) % 11 == 0);
    wrong += ls_pulse_train(5, 3, 3, 20, time, 0.1) != (i >= 50 && i <= 200);
    wrong += ls_pulse_train(5, 3, 0, inf, time, 0.1) != (i >= 50);
    wrong += ls_pulse_train(5, 3, inf, 900, time, 0.1) != (i >= 50 && i < 80);
    wrong += ls_pulse_train(5, inf, 10, 900, time, 0.1) != (i >= 50 && i <= 9000);
  }
  CHECK(wrong == 0);
  // output.csv of SDXorg/test-models, tests/input_functions: 1 on [3, 5), and on [7, 8), [9, 10), [11, 12)
  for (int i = 0; i <= 400; i++) {
    double time = i * 0.0625;
    wrong += ls_vensim_pulse(3, 2, time, 0.0625) != (time >= 3 && time < 5);
    wrong += ls_pulse_train(7, 1, 2, 12, time, 0.0625) != (time >= 7 && time < 12 && int(time) % 2 == 1);
    wrong += ls_ramp(1, 14, 17, time, 0.0625) != std::fmin(std::fmax(time - 14, 0), 3);
    wrong += ls_step(1, 1, time, 0.0625) != (time >= 1);
  }
  CHECK(wrong == 0);
}

TEST_CASE("runtime: financial functions") {
  // Stella's example: $10,000 at 1% a month, 36 payments
  CHECK(std::fabs(ls_payment(0.01, 36, 10000, 0) - -332.143098) < 1e-6);
  // Microsoft's examples of PV, FV and PMT
  CHECK(std::fabs(ls_present_value(0.08 / 12, 240, 500, 0) - -59777.145851) < 1e-6);
  CHECK(std::fabs(ls_future_value(0.01, 12, -1000, 0) - 12682.503013) < 1e-6);
  CHECK(std::fabs(ls_payment(0.08 / 12, 10, 10000, 0) - -1037.032089) < 1e-6);
  for (double rate : {-2.0, -0.5, -1e-9, 0.0, 1e-12, 0.03, 1.5}) {
    double present = 1000, payment = -30, periods = 7;
    double future = ls_future_value(rate, periods, payment, present);
    CHECK(near(ls_present_value(rate, periods, payment, future), present, 1e-11));
    CHECK(near(ls_payment(rate, periods, present, future), payment, 1e-11));
  }
  CHECK(ls_future_value(0, 10, -5, -100) == 150);
  CHECK(ls_present_value(0, 10, -5, 20) == 30);
  CHECK(ls_payment(0, 10, 100, 20) == -12);
  CHECK(near(ls_present_value(0.5, 1e6, 1, 1), -2));  // 1.5^1e6 overflows, its inverse does not
  CHECK(near(ls_payment(0.5, 1e6, 100, 7), -50));
}

TEST_CASE("runtime: delay buffers") {
  CHECK(ls_delay_steps(1, 0.1) == 10);
  CHECK(ls_delay_steps(0.3, 0.1) == 3);  // 0.3/0.1 is above 2.9999...
  CHECK(ls_delay_steps(0.7, 0.1) == 7);
  CHECK(ls_delay_steps(0.25, 0.1) == 3);
  CHECK(ls_delay_steps(0, 0.1) == 1);
  CHECK(ls_delay_steps(-5, 0.1) == 1);
  CHECK(ls_delay_steps(nan_value, 0.1) == 1);
  CHECK(ls_delay_steps(inf, 0.1) == inf);
  for (int n = 1; n < 10000; n++) CHECK(ls_delay_steps(n * 0.1, 0.1) == n);

  std::vector<double> history(2 * ls_delay_slots(50), nan_value);
  history[ls_delay_slots(50) - 1] = history.back() = LS_DELAY_FIXED;
  ls_run run{};
  run.steps = 50;
  run.history = history.data();
  for (run.step = 0; run.step <= 50; run.step++) {
    double t = run.step;
    double expected = t < 20 ? -1 : 10 * (t - 20);
    CHECK(ls_delay_read(&run, 0, 20, -1) == expected);
    CHECK(ls_delay_read(&run, 1, 1, 7) == (t < 1 ? 7 : 3 * (t - 1)));
    CHECK(ls_delay_read(&run, 1, inf, 7) == 7);
    CHECK(ls_delay_read(&run, 1, 4294967296.0, 7) == 7);
    CHECK(ls_delay_read(&run, 1, nan_value, 7) == 7);
    CHECK(ls_delay_read(&run, 1, -3, 7) == 7);
    ls_delay_write(&run, 0, 10 * t);
    ls_delay_write(&run, 1, 3 * t);
    ls_delay_write(&run, 1, 3 * t);  // a step may be evaluated again
    CHECK(ls_delay_read(&run, 0, 20, -1) == expected);
  }
}

TEST_CASE("runtime: link score") {
  CHECK(ls_link_score(2, 4, 1) == 0.5);
  CHECK(ls_link_score(2, 4, -1) == -0.5);
  CHECK(ls_link_score(-2, 4, -1) == 0.5);
  CHECK(ls_link_score(-2, -4, 1) == -0.5);
  CHECK(same(ls_link_score(0, 4, -1), 0.0));
  CHECK(same(ls_link_score(-0.0, 4, 1), 0.0));
  CHECK(same(ls_link_score(3, 0, 1), 0.0));
  CHECK(same(ls_link_score(3, 1, 0), 0.0));
  CHECK(same(ls_link_score(nan_value, 0, 1), 0.0));
  CHECK(ls_link_score(-1e-200, 1e-200, 1e-200) == -1);  // change * dx underflows to -0
  CHECK(ls_link_score(1e-200, -1e-200, 1e-200) == 1);
  CHECK(ls_link_score(1e200, -1e200, -1e200) == -1);    // and overflows
  CHECK(std::isnan(ls_link_score(nan_value, 1, 1)));
  CHECK(std::isnan(ls_link_score(1, nan_value, 1)));
  CHECK(std::isnan(ls_link_score(1, 1, nan_value)));
  CHECK(std::isnan(ls_link_score(1, 1, -nan_value)));
}
