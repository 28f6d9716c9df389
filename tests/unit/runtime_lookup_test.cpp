// wasm-runtime: graphical functions at, between and beyond their points, with jumps, and uniform against searched tables.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../../wasm-runtime/ls_runtime.h"

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Table {
  std::vector<double> x, y, slopes;
  ls_table table{};
  Table(std::vector<double> xs, std::vector<double> ys, uint32_t kind = LS_CONTINUOUS, double dx = 0) : x(std::move(xs)), y(std::move(ys)) {
    table.count = static_cast<uint32_t>(x.size());
    table.kind = kind;
    table.x = x.data();
    table.y = y.data();
    slopes.resize(x.size());
    ls_draw_lines(&table, dx, slopes.data());
  }
  Table(const Table&) = delete;
  operator const ls_table*() const { return &table; }
};
}  // namespace

TEST_CASE("lookup: interpolation and held ends") {
  Table t({0, 1, 3}, {10, 20, 0});
  CHECK(ls_lookup(t, -1) == 10);
  CHECK(ls_lookup(t, 0) == 10);
  CHECK(ls_lookup(t, 0.5) == 15);
  CHECK(ls_lookup(t, 1) == 20);
  CHECK(ls_lookup(t, 2) == 10);
  CHECK(ls_lookup(t, 3) == 0);
  CHECK(ls_lookup(t, 99) == 0);
  CHECK(ls_lookup(t, inf) == 0);
  CHECK(ls_lookup(t, -inf) == 10);
  CHECK(std::isnan(ls_lookup(t, nan_value)));
}

TEST_CASE("lookup: the kinds") {
  Table extrapolate({0, 1, 3}, {10, 20, 0}, LS_EXTRAPOLATE);
  CHECK(ls_lookup(extrapolate, -1) == 0);
  CHECK(ls_lookup(extrapolate, 5) == -20);
  CHECK(ls_lookup(extrapolate, 2) == 10);
  CHECK(ls_lookup(extrapolate, inf) == -inf);
  CHECK(std::isnan(ls_lookup(extrapolate, nan_value)));
  Table flat({0, 1}, {4, 4}, LS_EXTRAPOLATE);
  CHECK(ls_lookup(flat, inf) == 4);
  Table jump_at_end({0, 1, 1}, {4, 5, 9}, LS_EXTRAPOLATE);
  CHECK(ls_lookup(jump_at_end, 2) == 9);  // a vertical line has no slope to follow
  Table discrete({0, 1, 3}, {10, 20, 0}, LS_DISCRETE);
  CHECK(ls_lookup(discrete, -1) == 10);
  CHECK(ls_lookup(discrete, 0.99) == 10);
  CHECK(ls_lookup(discrete, 1) == 20);
  CHECK(ls_lookup(discrete, 2.99) == 20);
  CHECK(ls_lookup(discrete, 3) == 0);
  CHECK(ls_lookup(discrete, 4) == 0);
  CHECK(std::isnan(ls_lookup(discrete, nan_value)));
  Table continuous({0, 1, 3}, {10, 20, 0});
  CHECK(ls_lookup_extrapolate(continuous, 5) == -20);
}

TEST_CASE("lookup: one point") {
  for (uint32_t kind : {LS_CONTINUOUS, LS_EXTRAPOLATE, LS_DISCRETE}) {
    Table t({2}, {7}, kind);
    for (double x : {-inf, 1.0, 2.0, 3.0, inf}) {
      CHECK(ls_lookup(t, x) == 7);
      CHECK(ls_lookup_forward(t, x) == 7);
      CHECK(ls_lookup_backward(t, x) == 7);
      CHECK(ls_lookup_extrapolate(t, x) == 7);
      CHECK(ls_lookup_inverse(t, x) == 2);
      CHECK(ls_lookup_slope(t, x) == 0);
    }
    CHECK(ls_lookup_area(t, 0, 10) == 70);
    CHECK(ls_lookup_area(t, 10, 0) == -70);
    CHECK(ls_lookup_mean(t) == 7);
  }
}

TEST_CASE("lookup: jumps") {
  Table t({0, 1, 1, 2}, {0, 10, 20, 30});
  CHECK(ls_lookup(t, std::nextafter(1, 0)) == doctest::Approx(10));
  CHECK(ls_lookup(t, 1) == 20);
  CHECK(ls_lookup(t, 1.5) == 25);
  CHECK(ls_lookup_forward(t, 1) == 10);
  CHECK(ls_lookup_forward(t, 0.5) == 10);
  CHECK(ls_lookup_backward(t, 1) == 20);
  CHECK(ls_lookup_slope(t, 0.5) == 10);
  CHECK(ls_lookup_slope(t, 1) == 10);
  CHECK(ls_lookup_area(t, 0, 2) == 5 + 25);
  CHECK(ls_lookup_inverse(t, 15) == 1);
  CHECK(ls_lookup_inverse(t, 25) == 1.5);
  Table at_ends({0, 0, 0, 1, 1}, {1, 2, 3, 4, 5});
  CHECK(ls_lookup(at_ends, -1) == 1);
  CHECK(ls_lookup(at_ends, 0) == 3);
  CHECK(ls_lookup(at_ends, 1) == 5);
  CHECK(ls_lookup(at_ends, 2) == 5);
  CHECK(ls_lookup_forward(at_ends, 0) == 1);
  CHECK(ls_lookup_area(at_ends, 0, 1) == 3.5);
  CHECK(ls_lookup_area(at_ends, -1, 2) == 1 + 3.5 + 5);
  CHECK(ls_lookup_mean(at_ends) == 3.5);
  Table all_one({2, 2}, {3, 5});
  CHECK(ls_lookup(all_one, 2) == 5);
  CHECK(ls_lookup_mean(all_one) == 5);
  CHECK(ls_lookup_slope(all_one, 2) == 0);
}

TEST_CASE("lookup: forward and backward") {
  Table t({0, 1, 2}, {1, 1, 2});  // models/lookup of SDEverywhere, with Vensim's results
  CHECK(ls_lookup_forward(t, -1) == 1);
  CHECK(ls_lookup_forward(t, 1.5) == 2);
  CHECK(ls_lookup_forward(t, 2.5) == 2);
  CHECK(ls_lookup_backward(t, -1) == 1);
  CHECK(ls_lookup_backward(t, 1.5) == 1);
  CHECK(ls_lookup_backward(t, 2.5) == 2);
  CHECK(ls_lookup_forward(t, 2) == 2);
  CHECK(std::isnan(ls_lookup_forward(t, nan_value)));
  CHECK(std::isnan(ls_lookup_backward(t, nan_value)));
}

TEST_CASE("lookup: inverse") {
  Table up({0, 1, 3}, {0, 10, 20});
  CHECK(ls_lookup_inverse(up, 5) == 0.5);
  CHECK(ls_lookup_inverse(up, 10) == 1);
  CHECK(ls_lookup_inverse(up, 15) == 2);
  CHECK(ls_lookup_inverse(up, 20) == 3);
  CHECK(ls_lookup_inverse(up, -7) == 0);
  CHECK(ls_lookup_inverse(up, 99) == 3);
  CHECK(std::isnan(ls_lookup_inverse(up, nan_value)));
  Table down({0, 1, 3}, {20, 10, 0});
  CHECK(ls_lookup_inverse(down, 15) == 0.5);
  CHECK(ls_lookup_inverse(down, 99) == 0);
  CHECK(ls_lookup_inverse(down, -1) == 3);
  Table hill({0, 1, 2}, {0, 10, 0});
  CHECK(ls_lookup_inverse(hill, 5) == 0.5);  // the first crossing
  Table steps({0, 1, 2}, {0, 10, 20}, LS_DISCRETE);
  CHECK(ls_lookup_inverse(steps, 5) == 1);
}

TEST_CASE("lookup: area, mean and slope") {
  Table t({0, 1, 3}, {10, 20, 0});
  CHECK(ls_lookup_area(t, 0, 1) == 15);
  CHECK(ls_lookup_area(t, 0, 3) == 35);
  CHECK(ls_lookup_area(t, 0.5, 2) == 0.5 * 17.5 + 15);
  CHECK(ls_lookup_area(t, 0.25, 0.75) == 7.5);
  CHECK(ls_lookup_area(t, -2, 0) == 20);
  CHECK(ls_lookup_area(t, -2, -1) == 10);
  CHECK(ls_lookup_area(t, -1, 4) == 45);
  CHECK(ls_lookup_area(t, 4, -1) == -45);
  CHECK(ls_lookup_area(t, 5, 9) == 0);
  CHECK(ls_lookup_area(t, 2, 2) == 0);
  CHECK(std::isnan(ls_lookup_area(t, 0, nan_value)));
  CHECK(ls_lookup_mean(t) == 35.0 / 3);
  CHECK(ls_lookup_slope(t, 0) == 10);
  CHECK(ls_lookup_slope(t, 0.5) == 10);
  CHECK(ls_lookup_slope(t, 1) == -10);
  CHECK(ls_lookup_slope(t, 3) == -10);
  CHECK(ls_lookup_slope(t, 3.1) == 0);
  CHECK(ls_lookup_slope(t, -1) == 0);
  CHECK(std::isnan(ls_lookup_slope(t, nan_value)));
  Table extrapolate({0, 1, 3}, {10, 20, 0}, LS_EXTRAPOLATE);
  CHECK(ls_lookup_slope(extrapolate, -1) == 10);
  CHECK(ls_lookup_slope(extrapolate, 9) == -10);
  Table discrete({0, 1, 3}, {10, 20, 0}, LS_DISCRETE);
  CHECK(ls_lookup_area(discrete, 0, 3) == 50);
  CHECK(ls_lookup_area(discrete, 0.5, 2) == 25);
  CHECK(ls_lookup_mean(discrete) == 50.0 / 3);
  CHECK(ls_lookup_slope(discrete, 0.5) == 0);
}

TEST_CASE("lookup: uniform tables agree with searched ones bit for bit") {
  for (double dx : {0.1, 0.3, 1.0 / 3, 1.0, 1e-3, 12.5}) {
    for (double x0 : {0.0, -7.7, 1990.0}) {
      for (uint32_t count : {2u, 3u, 6u, 11u, 1000u}) {
        // Every other one is uniform but for rounding, which makes the guess miss.
        std::vector<double> x, y;
        for (uint32_t i = 0; i < count; i++) {
          x.push_back(count % 2 == 0 && i > 0 ? x.back() + dx : x0 + i * dx);
          y.push_back(std::sin(i * 12.9898) * 43758.5453);
        }
        int wrong = 0;
        for (uint32_t kind : {LS_CONTINUOUS, LS_EXTRAPOLATE, LS_DISCRETE}) {
          Table uniform(x, y, kind, dx), searched(x, y, kind, 0);
          auto compare = [&](double at) {
            wrong += ls_lookup(uniform, at) != ls_lookup(searched, at);
            wrong += ls_lookup_forward(uniform, at) != ls_lookup_forward(searched, at);
            wrong += ls_lookup_backward(uniform, at) != ls_lookup_backward(searched, at);
            wrong += ls_lookup_slope(uniform, at) != ls_lookup_slope(searched, at);
          };
          for (uint32_t i = 0; i < count; i++) {
            wrong += ls_lookup(uniform, x[i]) != y[i];  // exactly, at every point
            wrong += ls_lookup_forward(uniform, x[i]) != y[i];
            compare(std::nextafter(x[i], -inf));
            compare(x[i]);
            compare(std::nextafter(x[i], inf));
            compare(x[i] + 0.37 * dx);
          }
          for (double at : {x0 - 100 * dx, x0 - 1e300, x0 + 1e300, -inf, inf})
            if (kind != LS_EXTRAPOLATE || std::isfinite(at)) compare(at);
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("lookup: the area is that of a fine sum") {
  Table t({-1, 0.3, 0.3, 2, 5, 5.5}, {3, -2, 6, 1, 1, 9});
  double sum = 0, from = -3, to = 8;
  const int n = 1100000;
  for (int i = 0; i < n; i++) sum += ls_lookup(t, from + (i + 0.5) * (to - from) / n);
  CHECK(ls_lookup_area(t, from, to) == doctest::Approx(sum * (to - from) / n).epsilon(1e-6));
  for (double middle : {-2.0, -1.0, 0.0, 0.3, 1.0, 5.25, 7.0})
    CHECK(ls_lookup_area(t, from, middle) + ls_lookup_area(t, middle, to) == doctest::Approx(ls_lookup_area(t, from, to)).epsilon(1e-13));
}
