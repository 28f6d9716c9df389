// DELAY FIXED and its like: what was recorded a whole number of steps ago, from a buffer with one double for every step of the
// run. Nothing moves and nothing wraps around, so that a step may be evaluated again, and read is a pure function of the step.
#include <math.h>

#include "ls_runtime.h"

static double* buffer(const ls_run* run, double index) {
  return run->history + (uintptr_t)index * ((uintptr_t)run->steps + 1);
}

double LS_EXPORT(ls_delay_steps)(double delay, double dt) {
  double steps = ceil(delay / dt - 1e-6);
  return steps >= 1 ? steps : 1;  // also NaN
}

double LS_EXPORT(ls_delay_read)(const ls_run* run, double index, double delay_steps, double initial) {
  // A delay that ls_delay_steps did not make (below 1, NaN) must not read outside the buffer.
  if (!(delay_steps >= 1 && delay_steps <= run->step)) return initial;
  return buffer(run, index)[run->step - (uint32_t)delay_steps];
}

void LS_EXPORT(ls_delay_write)(ls_run* run, double index, double input) { buffer(run, index)[run->step] = input; }
