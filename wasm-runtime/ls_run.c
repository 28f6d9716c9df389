// The time loop: rows are state (a row is written where it is saved), steps are counted in integers, time is start + step*dt.
#include <math.h>
#include <string.h>

#include "ls_runtime.h"

// Rows that are not saved live in a ring of three: the row before, the row, and the row after, whose stocks Euler already writes.
enum { ring_rows = 3 };

static uint32_t spare_slots(const ls_run* run) { return (run->save_every > 1 ? ring_rows : 1) * run->row_slots; }

uint32_t ls_scratch_slots(const ls_run* run) {
  return spare_slots(run) + (run->method == LS_EULER ? 0 : run->row_slots + 4 * run->stocks);
}

static double* saved_row(const ls_run* run, uint32_t index) {
  return run->slab + run->fixed_slots + (uintptr_t)index * run->row_slots;
}

static double* row_of(const ls_run* run, uint32_t step) {
  if (run->save_every > 1) return run->scratch + (step % ring_rows) * (uintptr_t)run->row_slots;
  return step <= run->steps ? saved_row(run, step) : run->scratch;
}

static void place_rows(ls_run* run, uint32_t step) {
  run->step = step;
  run->current = row_of(run, step);
  run->previous = step == 0 ? run->current : row_of(run, step - 1);
  run->next = row_of(run, step + 1);
  run->current[0] = run->start + step * run->dt;
}

// Everything of the current row but its stocks, then its scores; then the row is saved. Doing it again gives the same row.
static void evaluate(ls_run* run) {
  double* row = run->current;
  LS_MODEL(step, row, run->previous, run->next);
  LS_MODEL(record, row, run->previous, run->next);
  if (run->step % run->save_every != 0) return;
  if (run->score_first < run->row_slots) {
    if (run->step == 0)
      memset(row + run->score_first, 0, (run->row_slots - run->score_first) * sizeof(double));
    else
      LS_MODEL(scores, row, run->previous, row);
  }
  if (run->save_every > 1) memcpy(saved_row(run, run->step / run->save_every), row, run->row_slots * sizeof(double));
}

// next.stocks = stocks + factor * derivative
static void stage(const ls_run* run, double* to, double time, double factor, const double* derivative) {
  const double* stocks = run->current + 1;
  to[0] = time;
  for (uint32_t i = 0; i < run->stocks; i++) to[1 + i] = stocks[i] + factor * derivative[i];
}

// Runge-Kutta of second order (Heun) and fourth (classical); the stage rows see the same previous row as the step.
static void runge_kutta(ls_run* run) {
  double* row = run->scratch + spare_slots(run);
  double* k = row + run->row_slots;
  uint32_t n = run->stocks;
  double *k1 = k, *k2 = k + n, *k3 = k + 2 * (uintptr_t)n, *k4 = k + 3 * (uintptr_t)n;
  double dt = run->dt, time = run->current[0];
  LS_MODEL(derivatives, run->current, run->previous, k1);
  if (run->method == LS_RK2) {
    stage(run, row, time + dt, dt, k1);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k2);
    for (uint32_t i = 0; i < n; i++) k1[i] = (k1[i] + k2[i]) * 0.5;
  } else {
    stage(run, row, time + dt * 0.5, dt * 0.5, k1);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k2);
    stage(run, row, time + dt * 0.5, dt * 0.5, k2);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k3);
    stage(run, row, time + dt, dt, k3);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k4);
    for (uint32_t i = 0; i < n; i++) k1[i] = (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6;
  }
  stage(run, run->next, time, dt, k1);
  LS_MODEL(limit, run->next, run->current, run->next);
}

static void start(ls_run* run) {
  place_rows(run, 0);
  LS_MODEL(invariants, run->current, run->current, run->current);
  LS_MODEL(initial, run->current, run->current, run->current);
  run->state = 1;
  run->dirty = 0;
  evaluate(run);
}

void ls_reset(ls_run* run) {
  run->step = 0;
  run->state = 0;
  run->dirty = 0;
}

static uint32_t advance_to(ls_run* run, uint32_t target) {
  if (run->state == 0) start(run);
  if (run->dirty) {
    LS_MODEL(invariants, run->current, run->previous, run->next);
    run->dirty = 0;
    evaluate(run);
  }
  while (run->step < target) {
    if (run->method != LS_EULER) runge_kutta(run);
    place_rows(run, run->step + 1);
    evaluate(run);
  }
  return run->step;
}

uint32_t ls_run_to(ls_run* run, double t) {
  double steps = floor((t - run->start) / run->dt + 1e-9);
  if (!(steps >= 0)) steps = 0;  // also NaN
  return advance_to(run, steps >= run->steps ? run->steps : (uint32_t)steps);
}

uint32_t ls_run_all(ls_run* run) { return advance_to(run, run->steps); }
