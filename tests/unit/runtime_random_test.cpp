// wasm-runtime: the generator against published vectors, the distributions against their moments and probabilities. All
// draws are fixed by their seeds, so the bounds of 4 standard errors are passed always or never.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "../../wasm-runtime/ls_runtime.h"

extern "C" void ls_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr int draws = 100000;

// of (stream, step)
using Draw = std::function<double(double, double)>;

std::vector<double> sample(const Draw& draw) {
  std::vector<double> values;
  for (int i = 0; i < draws; i++) values.push_back(draw(i / 1000, i % 1000));
  return values;
}

void check_moments(const char* name, double mean, double variance, const Draw& draw) {
  INFO(std::string(name));
  double sum = 0, second = 0, fourth = 0;
  auto values = sample(draw);
  for (double v : values) sum += v;
  for (double v : values) {
    double square = (v - mean) * (v - mean);
    second += square / draws;
    fourth += square * square / draws;
  }
  CHECK(std::fabs(sum / draws - mean) <= 4 * std::sqrt(variance / draws));
  CHECK(std::fabs(second - variance) <= 4 * std::sqrt((fourth - second * second) / draws));
}

// Largest distance between the sample's and the true distribution function; its 99.9 % point is 1.95/sqrt(n).
void check_distribution(const char* name, const std::function<double(double)>& cdf, const Draw& draw) {
  INFO(std::string(name));
  auto values = sample(draw);
  std::sort(values.begin(), values.end());
  double distance = 0;
  for (int i = 0; i < draws; i++) {
    double p = cdf(values[i]);
    distance = std::max({distance, std::fabs(p - double(i) / draws), std::fabs(p - double(i + 1) / draws)});
  }
  CHECK(distance < 1.95 / std::sqrt(draws));
}

// Chi-square over all values that are expected at least 10 times, and the rest; normal approximation of its tail.
void check_probabilities(const char* name, const std::function<double(double)>& probability, double from, double to, const Draw& draw) {
  INFO(std::string(name));
  std::map<double, int> counts;
  for (double v : sample(draw)) {
    CHECK(v == std::floor(v));
    counts[v]++;
  }
  double chi_square = 0, rest = draws, rest_counted = draws;
  int cells = 0;
  for (double k = from; k <= to; k++) {
    double expected = draws * probability(k);
    if (expected < 10) continue;
    chi_square += (counts[k] - expected) * (counts[k] - expected) / expected;
    rest -= expected;
    rest_counted -= counts[k];
    cells++;
  }
  if (rest > 10) chi_square += (rest_counted - rest) * (rest_counted - rest) / rest, cells++;
  CHECK(std::fabs(rest_counted - rest) <= 4 * std::sqrt(std::fmax(rest, 4)));
  CHECK(cells > 1);
  CHECK(chi_square - (cells - 1) < 4 * std::sqrt(2.0 * (cells - 1)));
}
}  // namespace

TEST_CASE("random: Philox4x32-10 known answers") {
  // tests/kat_vectors of https://github.com/DEShawResearch/random123: counter, key, result
  const uint32_t vectors[3][10] = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
  for (const auto& v : vectors) {
    uint32_t out[4];
    ls_philox4x32_10(v, v + 4, out);
    for (int i = 0; i < 4; i++) CHECK(out[i] == v[6 + i]);
  }
}

TEST_CASE("random: a draw is a function of seed, stream and step alone") {
  double u = ls_random_uniform(0, 1, 7, 3, 11);
  CHECK(ls_random_uniform(0, 1, 7, 3, 11) == u);
  CHECK(ls_random_uniform(0, 1, 8, 3, 11) != u);
  CHECK(ls_random_uniform(0, 1, 7.5, 3, 11) != u);
  CHECK(ls_random_uniform(0, 1, 7, 4, 11) != u);
  CHECK(ls_random_uniform(0, 1, 7, 3, 12) != u);
  CHECK(ls_random_uniform(0, 1, 0.0, 3, 11) == ls_random_uniform(0, 1, -0.0, 3, 11));
  CHECK(ls_random_uniform(0, 1, 0, 3, 11) == ls_random_uniform(0, 1, nan_value, 3, 11));
  // any double will do for a step or a stream
  for (double odd : {-1.0, 0.5, 4294967295.0, 4294967296.0, 1e300, -inf, inf, nan_value}) {
    CHECK(ls_random_uniform(0, 1, odd, odd, odd) > 0);
    CHECK(ls_random_uniform(0, 1, odd, odd, odd) < 1);
  }
}

TEST_CASE("random: uniform") {
  auto u = [](double stream, double step) { return ls_random_uniform(2, 5, 42, stream, step); };
  check_moments("uniform", 3.5, 9.0 / 12, u);
  check_distribution("uniform", [](double x) { return (x - 2) / 3; }, u);
  // neighbouring seeds, streams and steps are independent
  std::vector<std::function<double(int, int)>> pairs = {
      [](int i, int k) { return ls_random_uniform(0, 1, k, 0, i); }, [](int i, int k) { return ls_random_uniform(0, 1, 0, k, i); },
      [](int i, int k) { return ls_random_uniform(0, 1, 0, 1, 2 * i + k); }};
  for (const auto& pair : pairs) {
    double covariance = 0;
    for (int i = 0; i < draws; i++) covariance += (pair(i, 1) - 0.5) * (pair(i, 2) - 0.5) / draws;
    CHECK(std::fabs(covariance) < 4.0 / 12 / std::sqrt(draws));
  }
  CHECK(std::isnan(ls_random_uniform(nan_value, 1, 0, 0, 0)));
  CHECK(ls_random_uniform(3, 3, 0, 0, 0) == 3);
}

TEST_CASE("random: normal") {
  auto draw = [](double stream, double step) { return ls_random_normal(10, 3, -inf, inf, 1, stream, step); };
  check_moments("normal", 10, 9, draw);
  check_distribution("normal", [](double x) { return ls_normal_cdf(x, 10, 3); }, draw);
  auto truncated = [](double stream, double step) { return ls_random_normal(0, 1, 0, nan_value, 1, stream, step); };
  check_moments("half normal", std::sqrt(2 / M_PI), 1 - 2 / M_PI, truncated);
  check_distribution("half normal", [](double x) { return std::erf(x / std::sqrt(2)); }, truncated);
  CHECK(ls_random_normal(0, 1, 50, 60, 1, 1, 1) == 50);  // hopeless limits: the nearer one
  CHECK(ls_random_normal(0, 1, -60, -50, 1, 1, 1) == -50);
  CHECK(ls_random_normal(5, 0, -inf, inf, 1, 1, 1) == 5);
  CHECK(ls_random_normal(5, 0, 6, 7, 1, 1, 1) == 6);
  CHECK(std::isnan(ls_random_normal(5, -1, -inf, inf, 1, 1, 1)));
  CHECK(std::isnan(ls_random_normal(5, 1, 2, 1, 1, 1, 1)));
  CHECK(std::isnan(ls_random_normal(nan_value, 1, 1, 2, 1, 1, 1)));
  CHECK(std::isnan(ls_random_normal(5, nan_value, 1, 2, 1, 1, 1)));
}

TEST_CASE("random: continuous distributions") {
  auto exponential = [](double stream, double step) { return ls_random_exponential(4, 2, stream, step); };
  check_moments("exponential", 4, 16, exponential);
  check_distribution("exponential", [](double x) { return -std::expm1(-x / 4); }, exponential);

  auto lognormal = [](double stream, double step) { return ls_random_lognormal(5, 2, 2, stream, step); };
  check_moments("lognormal", 5, 4, lognormal);
  double variance = std::log1p(4.0 / 25);
  check_distribution("lognormal", [=](double x) { return ls_normal_cdf(std::log(x), std::log(5) - variance / 2, std::sqrt(variance)); }, lognormal);

  for (double shape : {0.05, 0.5, 1.0, 1.5, 7.0, 500.0}) {
    auto gamma = [=](double stream, double step) { return ls_random_gamma(shape, 2, 3, stream, step); };
    check_moments("gamma", shape * 2, shape * 4, gamma);
  }
  // shapes with a closed distribution function
  check_distribution("gamma 1/2", [](double x) { return std::erf(std::sqrt(x)); }, [](double a, double b) { return ls_random_gamma(0.5, 1, 3, a, b); });
  check_distribution("gamma 1", [](double x) { return -std::expm1(-x); }, [](double a, double b) { return ls_random_gamma(1, 1, 3, a, b); });
  check_distribution("gamma 2", [](double x) { return 1 - (1 + x) * std::exp(-x); }, [](double a, double b) { return ls_random_gamma(2, 1, 3, a, b); });

  for (auto [a, b] : {std::pair{0.01, 0.02}, {0.5, 0.5}, {1.0, 1.0}, {2.0, 3.0}, {80.0, 5.0}}) {
    auto beta = [a = a, b = b](double stream, double step) { return ls_random_beta(a, b, 4, stream, step); };
    check_moments("beta", a / (a + b), a * b / ((a + b) * (a + b) * (a + b + 1)), beta);
  }
  check_distribution("beta 1/2 1/2", [](double x) { return 2 / M_PI * std::asin(std::sqrt(x)); }, [](double a, double b) { return ls_random_beta(0.5, 0.5, 4, a, b); });
  check_distribution("beta 2 2", [](double x) { return x * x * (3 - 2 * x); }, [](double a, double b) { return ls_random_beta(2, 2, 4, a, b); });

  auto logistic = [](double stream, double step) { return ls_random_logistic(-3, 2, 5, stream, step); };
  check_moments("logistic", -3, 4 * M_PI * M_PI / 3, logistic);
  check_distribution("logistic", [](double x) { return 1 / (1 + std::exp(-(x + 3) / 2)); }, logistic);

  auto pareto = [](double stream, double step) { return ls_random_pareto(9, 2, 5, stream, step); };
  check_moments("pareto", 9 * 2 / 8.0, 4.0 * 9 / (64 * 7), pareto);
  check_distribution("pareto", [](double x) { return 1 - std::pow(2 / x, 9); }, pareto);

  auto triangular = [](double stream, double step) { return ls_random_triangular(1, 2, 5, 5, stream, step); };
  check_moments("triangular", 8.0 / 3, (1 + 4 + 25 - 2 - 5 - 10) / 18.0, triangular);
  check_distribution("triangular", [](double x) { return x < 2 ? (x - 1) * (x - 1) / 4 : 1 - (5 - x) * (5 - x) / 12; }, triangular);
  check_distribution("triangular, mode at an end", [](double x) { return x * x; }, [](double a, double b) { return ls_random_triangular(0, 1, 1, 5, a, b); });
  CHECK(ls_random_triangular(2, 2, 2, 5, 0, 0) == 2);

  auto weibull = [](double stream, double step) { return ls_random_weibull(1.7, 3, 5, stream, step); };
  double first = std::tgamma(1 + 1 / 1.7), second = std::tgamma(1 + 2 / 1.7);
  check_moments("weibull", 3 * first, 9 * (second - first * first), weibull);
  check_distribution("weibull", [](double x) { return -std::expm1(-std::pow(x / 3, 1.7)); }, weibull);
}

TEST_CASE("random: discrete distributions") {
  for (double mean : {0.2, 3.0, 9.99, 10.0, 25.0, 400.0, 12345.6}) {
    auto poisson = [=](double stream, double step) { return ls_random_poisson(mean, 6, stream, step); };
    check_moments("poisson", mean, mean, poisson);
    check_probabilities("poisson", [=](double k) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1)); },
                        std::floor(std::fmax(0, mean - 6 * std::sqrt(mean))), mean + 6 * std::sqrt(mean) + 20, poisson);
  }
  check_moments("poisson 1e12", 1e12, 1e12, [](double a, double b) { return ls_random_poisson(1e12, 6, a, b); });

  for (auto [n, p] : {std::pair{1.0, 0.3}, {10.0, 0.5}, {30.0, 0.9}, {20.0, 0.5}, {21.0, 0.5}, {1000.0, 0.004}, {1000.0, 0.3}, {1e6, 0.99}, {1e9, 1e-7}}) {
    auto binomial = [n = n, p = p](double stream, double step) { return ls_random_binomial(n, p, 7, stream, step); };
    double spread = std::sqrt(n * p * (1 - p));
    check_moments("binomial", n * p, n * p * (1 - p), binomial);
    check_probabilities("binomial",
                        [n = n, p = p](double k) {
                          return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) + (n - k) * std::log1p(-p));
                        },
                        std::floor(std::fmax(0, n * p - 6 * spread - 5)), std::fmin(n, n * p + 6 * spread + 20), binomial);
  }
  check_moments("binomial 1e12", 5e11, 2.5e11, [](double a, double b) { return ls_random_binomial(1e12, 0.5, 7, a, b); });

  for (double p : {0.05, 0.5, 0.9}) {
    auto geometric = [=](double stream, double step) { return ls_random_geometric(p, 8, stream, step); };
    check_moments("geometric", 1 / p, (1 - p) / (p * p), geometric);
    check_probabilities("geometric", [=](double k) { return p * std::pow(1 - p, k - 1); }, 1, 400, geometric);
  }
  for (auto [r, p] : {std::pair{1.0, 0.3}, {5.0, 0.5}, {100.0, 0.2}}) {
    auto negative = [r = r, p = p](double stream, double step) { return ls_random_negative_binomial(r, p, 9, stream, step); };
    check_moments("negative binomial", r / p, r * (1 - p) / (p * p), negative);
    check_probabilities("negative binomial",
                        [r = r, p = p](double k) {
                          return std::exp(std::lgamma(k) - std::lgamma(r) - std::lgamma(k - r + 1) + r * std::log(p) + (k - r) * std::log1p(-p));
                        },
                        r, 1000, negative);
  }
}

TEST_CASE("random: limits of the parameters") {
  CHECK(ls_random_exponential(0, 0, 0, 0) == 0);
  CHECK(ls_random_poisson(0, 0, 0, 0) == 0);
  CHECK(ls_random_binomial(0, 0.5, 0, 0, 0) == 0);
  CHECK(ls_random_binomial(10, 0, 0, 0, 0) == 0);
  CHECK(ls_random_binomial(10, 1, 0, 0, 0) == 10);
  CHECK(ls_random_binomial(1e9, 1, 0, 0, 0) == 1e9);
  CHECK(ls_random_geometric(1, 0, 0, 0) == 1);
  CHECK(ls_random_geometric(1e-300, 0, 0, 0) > 1e290);
  CHECK(ls_random_negative_binomial(3, 1, 0, 0, 0) == 3);
  CHECK(ls_random_negative_binomial(0, 0.5, 0, 0, 0) == 0);
  CHECK(ls_random_gamma(1, 0, 0, 0, 0) == 0);
  CHECK(ls_random_gamma(1e-300, 1, 0, 0, 0) == 0);
  CHECK(ls_random_gamma(1e300, 1, 0, 0, 0) == doctest::Approx(1e300));
  CHECK(ls_random_lognormal(5, 0, 0, 0, 0) == doctest::Approx(5));
  double beta = ls_random_beta(1e-300, 1e-300, 0, 0, 0);
  CHECK((beta == 0 || beta == 1));
  for (double big : {1e15, 1e18, 1e100, 1e300}) {
    CHECK(ls_random_poisson(big, 0, 0, 0) == doctest::Approx(big).epsilon(1e-6));
    CHECK(ls_random_binomial(big, 0.5, 0, 0, 0) == doctest::Approx(big / 2).epsilon(1e-6));
  }
  for (double bad : {-1.0, inf, nan_value}) {
    CHECK(std::isnan(ls_random_exponential(bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_lognormal(bad, 1, 0, 0, 0)));
    CHECK(std::isnan(ls_random_lognormal(1, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_poisson(bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_gamma(bad, 1, 0, 0, 0)));
    CHECK(std::isnan(ls_random_gamma(1, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_beta(bad, 1, 0, 0, 0)));
    CHECK(std::isnan(ls_random_beta(1, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_binomial(bad, 0.5, 0, 0, 0)));
    CHECK(std::isnan(ls_random_binomial(5, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_geometric(bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_negative_binomial(bad, 0.5, 0, 0, 0)));
    CHECK(std::isnan(ls_random_negative_binomial(5, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_logistic(0, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_pareto(bad, 1, 0, 0, 0)));
    CHECK(std::isnan(ls_random_pareto(1, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_weibull(bad, 1, 0, 0, 0)));
    CHECK(std::isnan(ls_random_weibull(1, bad, 0, 0, 0)));
    CHECK(std::isnan(ls_random_triangular(0, bad, 1, 0, 0, 0)));
  }
  CHECK(std::isnan(ls_random_geometric(0, 0, 0, 0)));
  CHECK(std::isnan(ls_random_gamma(0, 1, 0, 0, 0)));
  CHECK(std::isnan(ls_random_triangular(2, 1, 0, 0, 0, 0)));
}
