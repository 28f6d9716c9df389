// DELAY FIXED and its like: what was recorded a whole number of steps ago, from a buffer with one double for every step of the
// run. Nothing moves and nothing wraps around, so that a step may be evaluated again, and read is a pure function of the step.
//
// Where the delay may change (Vensim's DELAY MATERIAL and DELAY INFORMATION, https://vensim.com/documentation/fn_delay_material.html) a second buffer
// says of every step what arrives in it: the sum of what does, or the number of the newest input that has. An input is put there when it is recorded.
#include <math.h>

#include "ls_runtime.h"

// Behind the values of the steps: where the last input was put, what stood there, and the buffer's kind (of one that nobody schedules: 0).
enum { put_at = 1, put_over = 2, kind_at = 3 };

// Vensim's :NA:, for what has not arrived.
static const double nothing = -0x1p109;

static double* buffer(const ls_run* run, double index) { return run->history + (uintptr_t)index * ls_delay_slots(run->steps); }

double LS_EXPORT(ls_delay_steps)(double delay, double dt) {
  double steps = ceil(delay / dt - 1e-6);
  return steps >= 1 ? steps : 1;  // also NaN
}

double LS_EXPORT(ls_delay_read)(const ls_run* run, double index, double delay_steps, double initial) {
  const double* values = buffer(run, index);
  uint32_t step = run->step;
  double kind = values[run->steps + kind_at];
  if (kind == LS_DELAY_FIXED || step == 0) {
    // A delay that ls_delay_steps did not make (below 1, NaN) must not read outside the buffer.
    if (!(delay_steps >= 1 && delay_steps <= step)) return initial;
    return values[step - (uint32_t)delay_steps];
  }
  if (kind == LS_DELAY_INFORMATION) {
    double newest = fmax(values[step], values[step - 1]);
    return newest > 0 ? buffer(run, index - 1)[(uint32_t)newest - 1] : initial;
  }
  if (!(step < delay_steps)) return values[step];
  return values[step] == nothing ? initial : initial + values[step];
}

// The belt is 1 long, its place what it has moved so far. What is put on it in a step takes the place that the belt moves on in that step, so it comes
// to the end between 1 further than that. A place that differs by rounding alone is the same.
static double snapped(double x, double place) { return fabs(x - place) < 1e-9 ? place : x; }

double LS_EXPORT(ls_conveyor_read)(const ls_run* run, double index, double place, double next) {
  const double *input = buffer(run, index), *places = buffer(run, index + 1), *kept = buffer(run, index + 2);
  double sum = 0, left = 1, begin, end = snapped(snapped(place + 1, place), next);
  for (uint32_t i = run->step; i-- > 0; end = begin) {
    left *= kept[i];
    begin = snapped(snapped(places[i] + 1, place), next);
    if (!(end >= place)) break;
    double part = fmin(end, next) - fmax(begin, place);
    if (end > begin ? part > 0 : begin >= place && begin < next) sum += input[i] * left * (end > begin ? part / (end - begin) : 1);
  }
  return sum;
}

double LS_EXPORT(ls_profile_read)(const ls_run* run, double index, const ls_table* profile, double mean) {
  const double *input = buffer(run, index), *delay = buffer(run, index + 1), *longest = buffer(run, index + 2);
  double sum = 0, last = profile->x[profile->count - 1];
  // A part comes out at the step that is nearest to its time, the next one at least; halves are where one step ends and the other begins.
  for (uint32_t i = run->step, ago = 1; i-- > 0; ago++) {
    double from = (ago - 0.5) * run->dt * mean, to = (ago + 0.5) * run->dt * mean;
    if (from > last * longest[i]) break;
    if (from <= last * delay[i]) sum += input[i] * ls_lookup_share(profile, ago == 1 ? profile->x[0] : from / delay[i], to / delay[i]);
  }
  return sum;
}

double LS_EXPORT(ls_level_read)(const ls_run* run, double index, double level, double unused) {
  const double* values = buffer(run, index);
  uint32_t low = 0, high = run->step;  // the first beyond the level is none before low, and none after high
  (void)unused;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (values[middle] > level)
      high = middle;
    else
      low = middle + 1;
  }
  return run->step - low;
}

void LS_EXPORT(ls_delay_write)(ls_run* run, double index, double input) { buffer(run, index)[run->step] = input; }

void LS_EXPORT(ls_delay_schedule)(ls_run* run, double index, double delay_steps, double kind) {
  double* values = buffer(run, index);
  uint32_t step = run->step, last = run->steps;
  if (step == 0) {
    for (uint32_t i = 0; i <= last; i++) values[i] = kind == LS_DELAY_INFORMATION ? 0 : nothing;
    values[last + kind_at] = kind;
  } else if (run->recorded > step && values[last + put_at] > 0) {  // the step is recorded again
    values[(uint32_t)values[last + put_at]] = values[last + put_over];
  }
  if (kind == LS_DELAY_INFORMATION && step) values[step] = fmax(values[step], values[step - 1]);
  double at = step + delay_steps;
  values[last + put_at] = 0;
  if (!(at <= last)) return;
  double* arrival = values + (uint32_t)at;
  values[last + put_at] = at;
  values[last + put_over] = *arrival;
  double input = buffer(run, index - 1)[step];
  *arrival = kind == LS_DELAY_INFORMATION ? step + 1 : *arrival == nothing ? input : *arrival + input;
}
