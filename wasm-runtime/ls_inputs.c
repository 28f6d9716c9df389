// Test inputs: STEP, RAMP and the pulses. Time is start + i*dt in doubles, so it may stand a rounding error off the
// moment that the modeller wrote; every comparison allows for that, and nothing is accumulated from step to step.
#include <math.h>

#include "ls_runtime.h"

// A millionth of a step covers i*dt for every i of a run (2^32 steps at most); the second term, two units in the last
// place of time, covers runs that start far from 0 with small steps.
static double tolerance(double time, double dt) { return 1e-6 * dt + 4.5e-16 * fabs(time); }

double LS_EXPORT(ls_step)(double height, double at, double time, double dt) {
  return time >= at - tolerance(time, dt) ? height : 0;
}

double LS_EXPORT(ls_ramp)(double slope, double from, double to, double time, double dt) {
  if (!(time - from > tolerance(time, dt))) return 0;
  return slope * ((to < time ? to : time) - from);
}

// A pulse falls into the step whose [time, time + dt) holds its moment. An interval shorter than dt gives one in every step.
double LS_EXPORT(ls_pulse)(double volume, double first, double interval, double time, double dt) {
  double tol = tolerance(time, dt);
  double due = first - time;  // of the pulse at or after this step's beginning
  if (due < -tol && interval > 0 && interval < INFINITY) {
    due += interval * floor((time - first) / interval);
    if (due < -tol) due += interval;
  }
  return due >= -tol && due < dt - tol ? volume / dt : 0;
}

// Vensim's own definition, https://vensim.com/documentation/fn_pulse.html: with "time plus" = time + dt/2, 1 while
// time plus > start and time plus < start + width; a width below dt counts as dt.
static double vensim_pulse(double since, double width, double dt, double tol) {
  if (width < dt) width = dt;
  return since > tol && since < width - tol ? 1 : 0;
}

double LS_EXPORT(ls_vensim_pulse)(double start, double width, double time, double dt) {
  return vensim_pulse(time + dt * 0.5 - start, width, dt, tolerance(time, dt));
}

// https://vensim.com/documentation/fn_pulse_train.html: the same pulse every `between`, and 1 throughout when they touch
// (between <= width). That page does not say whether the moment `end` itself still belongs to the train; it does here, as in
// xmutil (time <= end) and SDEverywhere.
double LS_EXPORT(ls_pulse_train)(double start, double width, double between, double end, double time, double dt) {
  double tol = tolerance(time, dt);
  double since = time + dt * 0.5 - start;
  if (!(since > tol && time <= end + tol)) return 0;
  if (between <= width || between <= dt) return 1;
  if (since > between) since -= between * floor(since / between);
  return vensim_pulse(since, width, dt, tol);
}
