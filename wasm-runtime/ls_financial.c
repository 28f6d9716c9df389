// PV, FV and PMT with payments at the end of each period. Excel's sign convention, which is Stella's too (received is
// positive, paid is negative): https://www.iseesystems.com/resources/help/v1-9/Content/08-Reference/07-Builtins/Financial_builtins.htm
//   present * (1 + rate)^periods + payment * ((1 + rate)^periods - 1) / rate + future = 0
//   present + payment * periods + future = 0 when the rate is 0
#include <math.h>

#include "ls_runtime.h"

// (1 + rate)^periods, and what payments of 1 grow to: ((1 + rate)^periods - 1) / rate. expm1 keeps the latter right for
// rates near 0. Rates of -1 and below have no logarithm but, for whole periods, a power.
static double grow(double rate, double periods, double* payments) {
  if (rate == 0) {
    *payments = periods;
    return 1;
  }
  double gain = rate > -1 ? expm1(periods * log1p(rate)) : pow(1 + rate, periods) - 1;
  *payments = gain / rate;
  return 1 + gain;
}

double LS_EXPORT(ls_future_value)(double rate, double periods, double payment, double present) {
  double payments, factor = grow(rate, periods, &payments);
  return -(present * factor + payment * payments);
}

// The equation divided by (1 + rate)^periods, which can overflow where its inverse cannot.
double LS_EXPORT(ls_present_value)(double rate, double periods, double payment, double future) {
  double payments, factor = grow(rate, -periods, &payments);
  return payment * payments - future * factor;
}

double LS_EXPORT(ls_payment)(double rate, double periods, double present, double future) {
  double payments, factor = grow(rate, -periods, &payments);
  return (present + future * factor) / payments;
}
