// The inverse of a square matrix (Vensim's INVERT MATRIX), by Gauss-Jordan elimination in place with the greatest pivot of each column.
#include <math.h>

#include "ls_runtime.h"

double LS_EXPORT(ls_work_write)(ls_run* run, double at, double value) {
  run->work[(uint32_t)at] = value;
  return at + 1;
}

double LS_EXPORT(ls_work_read)(const ls_run* run, double at) { return run->work[(uint32_t)at]; }

static void swap(double* a, double* b) {
  double c = *a;
  *a = *b;
  *b = c;
}

double LS_EXPORT(ls_invert_matrix)(ls_run* run, double at, double size) {
  uint32_t n = (uint32_t)size;
  double *a = run->work + (uint32_t)at, *pivots = a + n * n;
  for (uint32_t k = 0; k < n; k++) {
    uint32_t best = k;
    for (uint32_t i = k + 1; i < n; i++)
      if (fabs(a[i * n + k]) > fabs(a[best * n + k])) best = i;
    double* row = a + k * n;
    for (uint32_t j = 0; j < n; j++) swap(row + j, a + best * n + j);
    pivots[k] = best;
    double pivot = row[k];
    if (pivot == 0) pivot = NAN;  // which spreads to every number
    row[k] = 1;
    for (uint32_t j = 0; j < n; j++) row[j] /= pivot;
    for (uint32_t i = 0; i < n; i++) {
      if (i == k) continue;
      double* other = a + i * n;
      double factor = other[k];
      other[k] = 0;
      for (uint32_t j = 0; j < n; j++) other[j] -= factor * row[j];
    }
  }
  for (uint32_t k = n; k-- > 0;)
    for (uint32_t i = 0; i < n; i++) swap(a + i * n + k, a + i * n + (uint32_t)pivots[k]);
  return at;
}
