// Random numbers that are pure functions of (seed, stream, step): Philox4x32-10, the counter-based generator of J. K. Salmon,
// M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel Random Numbers: As Easy as 1, 2, 3 (SC11), and the distributions on it.
// The seed is the key; the counter is (draw, step, stream), so a distribution that rejects simply takes the next draw.
// A parameter that is NaN or makes no sense gives NaN.
#include <math.h>
#include <string.h>

#include "ls_runtime.h"

// No rejection below needs more than a few draws on average; the bound is against surprises, and for hopeless limits.
enum { max_rejections = 1000 };

// Ends a sequential search whose u outlasts the sum of all probabilities by a rounding error.
static const double negligible = 0x1p-60;

// Every distribution needs these two; a copy in each would double the file.
#define NOINLINE __attribute__((noinline))

typedef struct draws {
  uint32_t key[2], counter[4];
  double spare;  // the second number of the block
  int has_spare;
} draws;

void ls_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);  // not static for its test
void ls_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;  // the Weyl sequences of the key schedule
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

// -0 counts as 0, and every NaN (an unset seed) too: their bits may differ between the engines.
static uint64_t bits_of(double x) {
  uint64_t bits;
  x = x == x ? x + 0.0 : 0.0;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// The finalizer of splitmix64 (S. Vigna, https://prng.di.unimi.it/splitmix64.c): every bit of x changes about half of the result's.
static uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

static NOINLINE draws start(double seed, double stream, double step) {
  uint64_t key = mix(bits_of(seed)), of_stream = bits_of(stream);
  draws d = {{(uint32_t)key, (uint32_t)(key >> 32)}, {0, 0, (uint32_t)of_stream, (uint32_t)(of_stream >> 32)}, 0, 0};
  d.counter[1] = step >= 0 && step < 4294967296.0 ? (uint32_t)step : (uint32_t)mix(bits_of(step));
  return d;
}

// An odd multiple of 2^-53: never 0 nor 1, and so is 1 - u.
static double unit(uint32_t low, uint32_t high) {
  return (double)((((uint64_t)high << 32 | low) >> 11) | 1) * 0x1p-53;
}

static NOINLINE double uniform(draws* d) {
  if (d->has_spare) {
    d->has_spare = 0;
    return d->spare;
  }
  uint32_t block[4];
  ls_philox4x32_10(d->counter, d->key, block);
  d->counter[0]++;
  d->spare = unit(block[2], block[3]);
  d->has_spare = 1;
  return unit(block[0], block[1]);
}

static double normal(draws* d) { return ls_normal_inverse(uniform(d), 0, 1); }

static double exponential(draws* d) { return -log(uniform(d)); }

static int non_negative(double x) { return x >= 0 && x < INFINITY; }  // not NaN either
static int positive(double x) { return x > 0 && x < INFINITY; }

double LS_EXPORT(ls_random_uniform)(double lower, double upper, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return lower + (upper - lower) * uniform(&d);
}

// A limit that is NaN is none, as in Stella (https://iseesystems.com/resources/help/v3/Content/08-Reference/07-Builtins/Random_builtins.htm).
double LS_EXPORT(ls_random_normal)(double mean, double deviation, double lower, double upper, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  if (mean != mean || !non_negative(deviation) || lower > upper) return NAN;
  double x = mean;
  for (int i = 0; i < max_rejections; i++) {
    x = mean + deviation * normal(&d);
    if (!(x < lower || x > upper)) return x;
    if (deviation == 0) break;
  }
  return x < lower ? lower : upper;
}

double LS_EXPORT(ls_random_exponential)(double mean, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return non_negative(mean) ? mean * exponential(&d) : NAN;
}

// With m and s of the variable, its logarithm has variance ln(1 + (s/m)^2) and mean ln m - variance/2.
double LS_EXPORT(ls_random_lognormal)(double mean, double deviation, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  if (!positive(mean) || !non_negative(deviation)) return NAN;
  double ratio = deviation / mean, variance = log1p(ratio * ratio);
  return exp(log(mean) - 0.5 * variance + sqrt(variance) * normal(&d));
}

// What Stirling's formula ln k! ~ ln(2 pi)/2 + (k + 1/2) ln(k + 1) - (k + 1) leaves out, to 1e-10. It lets the two
// transformed rejections below compare probabilities without the difference of two large ln k!.
static double stirling_rest(double k) {
  static const double small[10] = {0.08106146679532726, 0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
                                   0.01664469118982119, 0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
                                   0.009255462182712733, 0.008330563433362871};
  if (k < 10) return small[(int)k];
  double n = k + 1, square = n * n;
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / n;
}

// W. Hormann, The transformed rejection method for generating Poisson random variables, Insurance: Mathematics and Economics
// 12 (1993) 39-45, algorithm PTRS, for means of 10 and more; inversion by sequential search below.
static double poisson(draws* d, double mean) {
  if (mean < 10) {
    double u = uniform(d), p = exp(-mean), k = 0;
    while (u > p && p > negligible) {
      u -= p;
      p *= mean / ++k;
    }
    return k;
  }
  double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
  double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), squeeze = 0.9277 - 3.6224 / (b - 2);
  for (int i = 0; i < max_rejections; i++) {
    double u = uniform(d) - 0.5, v = uniform(d), s = 0.5 - fabs(u);
    double k = floor((2 * a / s + b) * u + mean + 0.43);
    if (s >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (s < 0.013 && v > s)) continue;
    // ln of the probability of k, mean^k e^-mean / k!, with ln k! by Stirling and its large terms cancelled
    double over = k + 1 - mean;
    double ln_probability = over - (k + 0.5) * log1p(over / mean) - 0.5 * log(mean) - 0.91893853320467274178 - stirling_rest(k);
    if (log(v * inverse_alpha / (a / (s * s) + b)) <= ln_probability) return k;
  }
  return floor(mean);
}

double LS_EXPORT(ls_random_poisson)(double mean, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return non_negative(mean) ? poisson(&d, mean) : NAN;
}

// ln of a gamma deviate of scale 1: G. Marsaglia, W. W. Tsang, A simple method for generating gamma variables, ACM TOMS 26
// (2000) 363-372; a shape below 1 is one of shape + 1 times u^(1/shape). The logarithm, because that power can
// underflow to 0, where the beta distribution still needs the ratio of two.
static double gamma_ln(draws* d, double shape) {
  double boost = 0;
  if (shape < 1) {
    boost = -exponential(d) / shape;
    shape += 1;
  }
  double m = shape - 1.0 / 3, c = 1 / sqrt(9 * m);
  for (int i = 0; i < max_rejections; i++) {
    double x = normal(d), v = 1 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    if (-exponential(d) < 0.5 * x * x + m - m * v + m * log(v)) return log(m * v) + boost;
  }
  return log(m) + boost;
}

double LS_EXPORT(ls_random_gamma)(double shape, double scale, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return positive(shape) && non_negative(scale) ? scale * exp(gamma_ln(&d, shape)) : NAN;
}

// x/(x + y) of two gamma deviates
static double beta_deviate(draws* d, double alpha, double beta) {
  if (!positive(alpha) || !positive(beta)) return NAN;
  double x = gamma_ln(d, alpha);
  return 1 / (1 + exp(gamma_ln(d, beta) - x));
}
double LS_EXPORT(ls_random_beta)(double alpha, double beta, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return beta_deviate(&d, alpha, beta);
}

// W. Hormann, The generation of binomial random variates, Journal of Statistical Computation and Simulation 46 (1993)
// 101-110, algorithm BTRS, for n*p of 10 and more; inversion by sequential search below. For p <= 1/2.
static double binomial(draws* d, double n, double p) {
  double q = 1 - p, odds = p / q;
  if (n * p < 10) {
    double u = uniform(d), f = exp(n * log1p(-p)), k = 0;
    while (u > f && f > negligible) {
      u -= f;
      f *= odds * (n - k) / (k + 1);
      k++;
    }
    return k;
  }
  double spread = sqrt(n * p * q), b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
  double alpha = (2.83 + 5.1 / b) * spread, squeeze = 0.92 - 4.2 / b, mode = floor((n + 1) * p);
  for (int i = 0; i < max_rejections; i++) {
    double u = uniform(d) - 0.5, v = uniform(d), s = 0.5 - fabs(u);
    double k = floor((2 * a / s + b) * u + n * p + 0.5);
    if (k < 0 || k > n) continue;
    if (s >= 0.07 && v <= squeeze) return k;
    // ln of the probability of k over that of the mode
    double ln_ratio = (mode + 0.5) * log((mode + 1) / (odds * (n - mode + 1))) + (n + 1) * log1p((k - mode) / (n - k + 1)) +
                      (k + 0.5) * log(odds * (n - k + 1) / (k + 1)) + stirling_rest(mode) + stirling_rest(n - mode) -
                      stirling_rest(k) - stirling_rest(n - k);
    if (log(v * alpha / (a / (s * s) + b)) <= ln_ratio) return k;
  }
  return mode;
}

static double binomial_deviate(draws* d, double trials, double probability) {
  double n = floor(trials);
  if (!non_negative(n) || !(probability >= 0 && probability <= 1)) return NAN;
  return probability > 0.5 ? n - binomial(d, n, 1 - probability) : binomial(d, n, probability);
}
double LS_EXPORT(ls_random_binomial)(double trials, double probability, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return binomial_deviate(&d, trials, probability);
}

// Trials up to and with the first success, so 1 and more.
double LS_EXPORT(ls_random_geometric)(double probability, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  if (!(probability > 0 && probability <= 1)) return NAN;
  return probability == 1 ? 1 : ceil(-exponential(&d) / log1p(-probability));
}

// Trials up to and with the last success, as in Vensim (https://vensim.com/documentation/fn_random.html). The failures among
// them are Poisson with a gamma distributed mean.
static double negative_binomial(draws* d, double successes, double probability) {
  double n = floor(successes);
  if (!non_negative(n) || !(probability > 0 && probability <= 1)) return NAN;
  if (n == 0 || probability == 1) return n;
  double mean = exp(gamma_ln(d, n)) * ((1 - probability) / probability);
  return mean < INFINITY ? n + poisson(d, mean) : mean;
}
double LS_EXPORT(ls_random_negative_binomial)(double successes, double probability, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return negative_binomial(&d, successes, probability);
}

double LS_EXPORT(ls_random_logistic)(double mean, double scale, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  double u = uniform(&d);
  return non_negative(scale) ? mean + scale * log(u / (1 - u)) : NAN;
}

double LS_EXPORT(ls_random_pareto)(double shape, double minimum, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return positive(shape) && non_negative(minimum) ? minimum * exp(exponential(&d) / shape) : NAN;
}

static double triangular(draws* d, double lower, double mode, double upper) {
  if (!(lower <= mode && mode <= upper)) return NAN;
  double u = uniform(d), range = upper - lower;
  // The inverse of the distribution function, which is quadratic on each side of the mode.
  return u * range < mode - lower ? lower + sqrt(u * range * (mode - lower)) : upper - sqrt((1 - u) * range * (upper - mode));
}
double LS_EXPORT(ls_random_triangular)(double lower, double mode, double upper, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return triangular(&d, lower, mode, upper);
}

double LS_EXPORT(ls_random_weibull)(double shape, double scale, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  return positive(shape) && non_negative(scale) ? scale * exp(log(exponential(&d)) / shape) : NAN;
}

// https://vensim.com/documentation/fn_random.html. By the numbers of builtins.def; of the triangular one, the shift is its upper end.
enum { vensim_beta, vensim_binomial, vensim_exponential, vensim_gamma, vensim_negative_binomial, vensim_poisson, vensim_weibull, vensim_triangular };

static double vensim_deviate(draws* d, int distribution, double a, double b, double shift) {
  switch (distribution) {
    case vensim_beta: return beta_deviate(d, a, b);
    case vensim_binomial: return binomial_deviate(d, b, a);
    case vensim_exponential: return exponential(d);
    case vensim_gamma: return positive(a) ? exp(gamma_ln(d, a < 1 ? 1 : a)) : NAN;
    case vensim_negative_binomial: return negative_binomial(d, b, a);
    case vensim_poisson: return non_negative(a) ? poisson(d, a) : NAN;
    case vensim_weibull: return positive(a) ? exp(log(exponential(d)) / a - lgamma(1 + 1 / a)) : NAN;  // of mean 1
    default: return triangular(d, a, b, shift);
  }
}

double LS_EXPORT(ls_random_vensim)(double distribution, double lower, double upper, double a, double b, double shift, double stretch, double seed, double stream, double step) {
  draws d = start(seed, stream, step);
  int kind = (int)distribution;
  double x = NAN;
  for (int i = 0; i < max_rejections; i++) {
    x = vensim_deviate(&d, kind, a, b, shift);
    if (kind != vensim_triangular) x = x * stretch + shift;
    if (!(x < lower || x > upper)) return x;
  }
  return x < lower ? lower : upper;
}
