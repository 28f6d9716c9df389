// The time loop: rows are state (a row is written where it is saved), steps are counted in integers, time is start + step*dt.
#include <math.h>
#include <string.h>

#include "ls_runtime.h"

// Rows that are not saved live in a ring of three: the row before, the row, and the row after, whose stocks Euler already writes.
enum { ring_rows = 3 };

static uint32_t spare_slots(const ls_run* run) { return (run->save_every > 1 ? ring_rows : 1) * run->row_slots; }

// After the spare rows: what Runge-Kutta needs, then a change for every slot that is not a score, and for net flows.
static uint32_t delta_at(const ls_run* run) { return spare_slots(run) + (run->method == LS_EULER ? 0 : run->row_slots + 4 * run->stocks); }

uint32_t ls_scratch_slots(const ls_run* run) { return delta_at(run) + (run->score_first < run->row_slots ? run->score_first + run->net_count : 0); }

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

// ---- link scores from the table: small loops, where code for each link would be megabytes that every step runs through once

// ls_link_score without branches; `size` is |change / dz|, `direction` has the sign of change / dx.
static inline double score_of(double size, double direction, double dz, double dx) {
  double score = copysign(size, direction) + (dx - dx);
  return ((dz == 0) | (dx == 0)) ? 0 : score;
}

// One link of a kind, and (in wasm) two at a time with the same operations in each lane, so that no bit changes. x / x is 1, or NaN where x
// is not finite: 1 + (x - x) says the same without dividing.
static inline double link_score_of_kind(int kind, double change, double dz, double dx) {
  switch (kind) {
    case LS_LINK_CHANGE: return score_of(fabs(change / dz), change * dx, dz, dx);
    case LS_LINK_ONLY: return score_of(1 + (dz - dz), dz * dx, dz, dx);
    case LS_LINK_SAME: return score_of(1, 1, dx, dx);
    default: return score_of(1, -1, dx, dx);
  }
}

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
static inline v128_t pair(const double* row, uint32_t a, uint32_t b) {
  return wasm_v128_load64_lane(row + b, wasm_v128_load64_zero(row + a), 1);
}

static inline v128_t scores_of(v128_t size, v128_t direction, v128_t dz, v128_t dx) {
  v128_t zero = wasm_f64x2_splat(0), sign = wasm_f64x2_splat(-0.0);
  v128_t score = wasm_f64x2_add(wasm_v128_bitselect(direction, size, sign), wasm_f64x2_sub(dx, dx));
  return wasm_v128_andnot(score, wasm_v128_or(wasm_f64x2_eq(dz, zero), wasm_f64x2_eq(dx, zero)));
}
static inline v128_t link_scores_of_kind(int kind, v128_t change, v128_t dz, v128_t dx) {
  v128_t one = wasm_f64x2_splat(1);
  switch (kind) {
    case LS_LINK_CHANGE: return scores_of(wasm_f64x2_abs(wasm_f64x2_div(change, dz)), wasm_f64x2_mul(change, dx), dz, dx);
    case LS_LINK_ONLY: return scores_of(wasm_f64x2_add(one, wasm_f64x2_sub(dz, dz)), wasm_f64x2_mul(dz, dx), dz, dx);
    case LS_LINK_SAME: return scores_of(one, one, dx, dx);
    default: return scores_of(one, wasm_f64x2_neg(one), dx, dx);
  }
}
#endif

// `d` holds the change of every slot since the previous row.
static inline const ls_link* score_kind(int kind, const ls_link* link, uint32_t count, double* row, const double* d) {
  const ls_link* end = link + count;
#ifdef __wasm_simd128__
  for (; link + 1 < end; link += 2) {
    const ls_link *a = link, *b = link + 1;
    v128_t dx = pair(d, a->from, b->from);
    v128_t dz = kind <= LS_LINK_ONLY ? pair(d, a->to, b->to) : dx;
    v128_t change = kind == LS_LINK_CHANGE ? pair(row, a->score, b->score) : dz;
    v128_t score = link_scores_of_kind(kind, change, dz, dx);
    wasm_v128_store64_lane(row + a->score, score, 0);
    wasm_v128_store64_lane(row + b->score, score, 1);
  }
#endif
  for (; link < end; link++) {
    double dx = d[link->from];
    double dz = kind <= LS_LINK_ONLY ? d[link->to] : dx;
    row[link->score] = link_score_of_kind(kind, kind == LS_LINK_CHANGE ? row[link->score] : dz, dz, dx);
  }
  return end;
}

static void score(ls_run* run, double* row, double* previous) {
  const ls_link* link = run->links;
  if (run->link_total == 0) {
    LS_MODEL(scores, row, previous, row);
    return;
  }
  double* d = run->scratch + delta_at(run);
  for (uint32_t i = 0; i < run->score_first; i++) d[i] = row[i] - previous[i];
  LS_MODEL(changes, row, previous, d);
  link = score_kind(LS_LINK_CHANGE, link, run->link_counts[LS_LINK_CHANGE], row, d);
  link = score_kind(LS_LINK_ONLY, link, run->link_counts[LS_LINK_ONLY], row, d);
  link = score_kind(LS_LINK_SAME, link, run->link_counts[LS_LINK_SAME], row, d);
  score_kind(LS_LINK_OPPOSITE, link, run->link_counts[LS_LINK_OPPOSITE], row, d);
  LS_MODEL(scores, row, previous, row);
}

// Everything of the current row but its stocks, then its scores; then the row is saved. Doing it again gives the same row.
static void evaluate(ls_run* run) {
  double* row = run->current;
  LS_MODEL(step, row, run->previous, run->next);
  if (run->delays) LS_MODEL(record, row, run->previous, run->next);
  if (run->save_every > 1 && run->step % run->save_every != 0) return;
  if (run->score_first < run->row_slots) {
    if (run->step == 0)
      memset(row + run->score_first, 0, (run->row_slots - run->score_first) * sizeof(double));
    else
      score(run, row, run->previous);
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
  double half_way = run->hold_inputs ? time : time + dt * 0.5, end = run->hold_inputs ? time : time + dt;
  LS_MODEL(derivatives, run->current, run->previous, k1);
  if (run->method == LS_RK2) {
    stage(run, row, end, dt, k1);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k2);
    for (uint32_t i = 0; i < n; i++) k1[i] = (k1[i] + k2[i]) * 0.5;
  } else {
    stage(run, row, half_way, dt * 0.5, k1);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k2);
    stage(run, row, half_way, dt * 0.5, k2);
    LS_MODEL(step, row, run->previous, row);
    LS_MODEL(derivatives, row, run->previous, k3);
    stage(run, row, end, dt, k3);
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

// The common case without what the others need: every row is saved where it is written, and its stocks are there already.
static void advance_saved_euler(ls_run* run, uint32_t target) {
  int scores = run->score_first < run->row_slots;
  // All but the last step of the run, whose next row is none of the results.
  uint32_t last = target < run->steps ? target : run->steps - 1;
  if (run->fused && run->step < last) {
    uint32_t count = last - run->step;
    double* row = run->next;
    LS_MODEL_LOOP(row, run->step + 1, count);
    // A score reads its row and the one before, and both are there.
    for (uint32_t i = 0; scores && i < count; i++, row += run->row_slots) score(run, row, row - run->row_slots);
    run->step = last;
    run->current = saved_row(run, last);
    run->previous = run->current - run->row_slots;
    run->next = run->current + run->row_slots;
  }
  while (run->step < target) {
    uint32_t step = ++run->step;
    double* row = run->next;
    double* previous = run->current;
    double* next = step < run->steps ? row + run->row_slots : run->scratch;
    run->previous = previous;
    run->current = row;
    run->next = next;
    row[0] = run->start + step * run->dt;
    LS_MODEL(step, row, previous, next);
    if (run->delays) LS_MODEL(record, row, previous, next);
    if (scores) score(run, row, previous);
  }
}

static uint32_t advance_to(ls_run* run, uint32_t target) {
  if (run->state == 0) start(run);
  if (run->dirty) {
    LS_MODEL(invariants, run->current, run->previous, run->next);
    run->dirty = 0;
    evaluate(run);
  }
  if (run->method == LS_EULER && run->save_every == 1 && run->step < target) {
    advance_saved_euler(run, target);
    return run->step;
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
