// The functions of one number (and their few relatives of two or three) that are not a wasm instruction, and LTM's link
// score. Most are libm's under our names, so that both backends call the very same code.
#include <math.h>

#include "ls_runtime.h"

double LS_EXPORT(ls_exp)(double x) { return exp(x); }
double LS_EXPORT(ls_ln)(double x) { return log(x); }
double LS_EXPORT(ls_log10)(double x) { return log10(x); }
double LS_EXPORT(ls_log2)(double x) { return log2(x); }
double LS_EXPORT(ls_sin)(double x) { return sin(x); }
double LS_EXPORT(ls_cos)(double x) { return cos(x); }
double LS_EXPORT(ls_tan)(double x) { return tan(x); }
double LS_EXPORT(ls_arcsin)(double x) { return asin(x); }
double LS_EXPORT(ls_arccos)(double x) { return acos(x); }
double LS_EXPORT(ls_arctan)(double x) { return atan(x); }
double LS_EXPORT(ls_sinh)(double x) { return sinh(x); }
double LS_EXPORT(ls_cosh)(double x) { return cosh(x); }
double LS_EXPORT(ls_tanh)(double x) { return tanh(x); }
double LS_EXPORT(ls_arcsinh)(double x) { return asinh(x); }
double LS_EXPORT(ls_arccosh)(double x) { return acosh(x); }
double LS_EXPORT(ls_arctanh)(double x) { return atanh(x); }
double LS_EXPORT(ls_gamma_ln)(double x) { return lgamma(x); }
double LS_EXPORT(ls_gamma)(double x) { return tgamma(x); }
double LS_EXPORT(ls_erf)(double x) { return erf(x); }
double LS_EXPORT(ls_round)(double x) { return round(x); }
double LS_EXPORT(ls_pow)(double x, double y) { return pow(x, y); }
double LS_EXPORT(ls_arctan2)(double y, double x) { return atan2(y, x); }
double LS_EXPORT(ls_remainder)(double a, double b) { return fmod(a, b); }

double LS_EXPORT(ls_sign)(double x) { return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x; }

// fmod is exact, so a - b*floor(a/b) needs at most one more b; a zero takes the divisor's sign as well.
double LS_EXPORT(ls_mod)(double a, double b) {
  double r = fmod(a, b);
  if (r == 0) return copysign(0, b);
  return (r < 0) != (b < 0) ? r + b : r;
}

double LS_EXPORT(ls_quantum)(double a, double b) { return b <= 0 ? a : b * trunc(a / b); }

// The product is exact to 22!, the last factorial that a double holds; tgamma need not be exact on any platform.
double LS_EXPORT(ls_factorial)(double x) {
  double n = floor(x);
  if (!(n >= 0)) return NAN;
  if (n > 22) return tgamma(n + 1);
  double product = 1;
  for (double i = 2; i <= n; i++) product *= i;
  return product;
}

// Whole arguments are meant; others are rounded down as FACTORIAL's is. The loops end early when the result overflows,
// so both are short: C(n, r) >= 2^r for r <= n/2, and P(n, r) >= r!.
double LS_EXPORT(ls_combinations)(double n, double r) {
  n = floor(n);
  r = floor(r);
  if (!(n >= 0 && r >= 0 && n < INFINITY)) return NAN;
  if (r > n) return 0;
  if (r > n - r) r = n - r;
  double result = 1;
  for (double i = 1; i <= r && result < INFINITY; i++) {
    // C(n-r+i, i) = result * factor / i, split so that no product passes it: exact to 2^53, and no overflow on the way.
    double factor = n - r + i, whole = floor(result / i);
    result = whole * factor + (result - whole * i) * factor / i;
  }
  return result;
}

double LS_EXPORT(ls_permutations)(double n, double r) {
  n = floor(n);
  r = floor(r);
  if (!(n >= 0 && r >= 0 && n < INFINITY)) return NAN;
  if (r > n) return 0;
  double result = 1;
  for (double i = 0; i < r && result < INFINITY; i++) result *= n - i;
  return result;
}

// erfc keeps the relative precision of the lower tail, which 1 + erf would lose.
double LS_EXPORT(ls_normal_cdf)(double x, double mean, double deviation) {
  if (!(deviation >= 0)) return NAN;
  if (deviation == 0) return x < mean ? 0 : x >= mean ? 1 : NAN;
  return 0.5 * erfc((mean - x) / deviation * 0.70710678118654752440);
}

static double polynomial7(const double* c, double x) {
  double sum = c[7];
  for (int i = 6; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

// M. J. Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37 (1988) 477-484,
// PPND16: rational approximations in three ranges, about 1 part in 10^16. Numerator and denominator of each, lowest first.
static const double centre[2][8] = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
     4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
     3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3}};
static const double tail[2][8] = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
static const double far_tail[2][8] = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};

double LS_EXPORT(ls_normal_inverse)(double p, double mean, double deviation) {
  if (!(p >= 0 && p <= 1 && deviation >= 0)) return NAN;
  if (deviation == 0) return mean;
  double q = p - 0.5, z;
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    z = q * polynomial7(centre[0], r) / polynomial7(centre[1], r);
  } else {
    double outside = q < 0 ? p : 1 - p;
    if (outside == 0) {
      z = INFINITY;
    } else {
      double r = sqrt(-log(outside));
      z = r <= 5 ? polynomial7(tail[0], r - 1.6) / polynomial7(tail[1], r - 1.6)
                 : polynomial7(far_tail[0], r - 5) / polynomial7(far_tail[1], r - 5);
    }
    if (q < 0) z = -z;
  }
  return mean + deviation * z;
}

// |change/dz| with the sign of change/dx (LTM.md section 1). The sign is taken from the product, which keeps it even when it
// underflows to a zero. dx - dx is +0 and makes a score of no change +0, or NaN for a source that is not finite.
double LS_EXPORT(ls_link_score)(double change, double dz, double dx) {
  if (dz == 0 || dx == 0) return 0;
  return copysign(fabs(change / dz), change * dx) + (dx - dx);
}
