// Demand curves of the allocation functions: how much of its quantity a request still wants when the level (a price, a priority) rises.
// https://www.vensim.com/documentation/24335.html names them; their extents are those of Vensim's recorded outputs.
#include <math.h>

#include "ls_runtime.h"

// What remains of 1 at `x` widths above the middle; falls from 1 to 0.
double LS_EXPORT(ls_demand_at)(double quantity, double kind, double priority, double width, double level) {
  double x = (level - priority) / width, left;
  if (kind == 0) return quantity;  // fixed
  if (kind == 1) {                 // rectangular: the curve is a ramp one width long
    left = 0.5 - x;
    left = left < 0 ? 0 : left > 1 ? 1 : left;
  } else if (kind == 2) {  // triangular, one width long
    double end = 0.5 - fabs(x);
    left = end > 0 ? 2 * end * end : 0;
    if (x < 0) left = 1 - left;
  } else if (kind == 3) {  // normal: the width is the standard deviation
    left = ls_normal_cdf(-x, 0, 1);
  } else if (kind == 4) {  // exponential, on both sides of the middle
    left = 0.5 * exp(-fabs(x));
    if (x < 0) left = 1 - left;
  } else {
    left = NAN;
  }
  return x != x ? x : quantity * left;
}
