// The time loop: rows are state (a row is written where it is saved), steps are counted in integers, time is start + step*dt.
#include <math.h>
#include <string.h>

#include "ls_runtime.h"

// Rows that are not saved live in a ring of three: the row before, the row, and the row after, whose stocks Euler already writes.
enum { ring_rows = 3 };

// Difference saves other rows than it computes.
static int has_ring(const ls_run* run) { return run->save_every > 1 || run->method == LS_DIFFERENCE; }

static uint32_t spare_slots(const ls_run* run) { return (has_ring(run) ? ring_rows : 1) * run->row_slots; }

static int is_adaptive(const ls_run* run) { return run->method == LS_RK2_AUTO || run->method == LS_RK4_AUTO; }
static int is_runge_kutta(const ls_run* run) { return run->method != LS_EULER && run->method != LS_DIFFERENCE; }

// After the spare rows: what Runge-Kutta needs, then a change for every slot that is not a score, and for net flows.
static uint32_t delta_at(const ls_run* run) { return spare_slots(run) + (is_runge_kutta(run) ? run->row_slots + (is_adaptive(run) ? 8 : 4) * run->stocks : 0); }

uint32_t ls_scratch_slots(const ls_run* run) { return delta_at(run) + (run->score_first < run->row_slots ? run->score_first + run->net_count : 0); }

static double* saved_row(const ls_run* run, uint32_t index) {
  return run->slab + run->fixed_slots + (uintptr_t)index * run->row_slots;
}

static double* row_of(const ls_run* run, uint32_t step) {
  if (has_ring(run)) return run->scratch + (step % ring_rows) * (uintptr_t)run->row_slots;
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

static inline double* at(double* row, uint32_t bytes) { return (double*)((char*)row + bytes); }

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
static inline v128_t pair(double* row, uint32_t a, uint32_t b) {
  return wasm_v128_load64_lane(at(row, b), wasm_v128_load64_zero(at(row, a)), 1);
}

// `score` but for what is no number or has not changed.
static inline v128_t scores_of(v128_t score, v128_t dz, v128_t dx) {
  v128_t zero = wasm_f64x2_splat(0);
  score = wasm_f64x2_add(score, wasm_f64x2_sub(dx, dx));
  return wasm_v128_andnot(score, wasm_v128_or(wasm_f64x2_eq(dz, zero), wasm_f64x2_eq(dx, zero)));
}
static inline v128_t link_scores_of_kind(int kind, v128_t change, v128_t dz, v128_t dx) {
  v128_t one = wasm_f64x2_splat(1), signs = wasm_v128_and(wasm_v128_xor(dz, dx), wasm_f64x2_splat(-0.0));
  switch (kind) {
    // The sign of change / dz is there already, and differs from that of change / dx where those of dz and dx do.
    case LS_LINK_CHANGE: return scores_of(wasm_v128_xor(wasm_f64x2_div(change, dz), signs), dz, dx);
    case LS_LINK_ONLY: return scores_of(wasm_v128_or(wasm_f64x2_add(one, wasm_f64x2_sub(dz, dz)), signs), dz, dx);
    case LS_LINK_SAME: return scores_of(one, dx, dx);
    default: return scores_of(wasm_f64x2_splat(-1), dx, dx);
  }
}
#endif

// `d` holds the change of every slot since the previous row.
static inline const ls_link* score_kind(int kind, const ls_link* link, uint32_t count, double* row, double* d) {
  const ls_link* end = link + count;
#ifdef __wasm_simd128__
  for (; link + 1 < end; link += 2) {
    const ls_link *a = link, *b = link + 1;
    v128_t dx = pair(d, a->from, b->from);
    v128_t dz = kind <= LS_LINK_ONLY ? pair(d, a->to, b->to) : dx;
    v128_t change = kind == LS_LINK_CHANGE ? pair(row, a->score, b->score) : dz;
    v128_t score = link_scores_of_kind(kind, change, dz, dx);
    wasm_v128_store64_lane(at(row, a->score), score, 0);
    wasm_v128_store64_lane(at(row, b->score), score, 1);
  }
#endif
  for (; link < end; link++) {
    double dx = *at(d, link->from);
    double dz = kind <= LS_LINK_ONLY ? *at(d, link->to) : dx;
    *at(row, link->score) = link_score_of_kind(kind, kind == LS_LINK_CHANGE ? *at(row, link->score) : dz, dz, dx);
  }
  return end;
}

static void record(ls_run* run, double* row, double* previous, double* next) {
  LS_MODEL(record, row, previous, next);
  run->recorded = run->step + 1;
}

static void score_rest(ls_run* run, double* row, double* previous) {
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

static void score(ls_run* run, double* row, double* previous) {
  LS_MODEL(array_scores, row, previous, row);
  score_rest(run, row, previous);
}

// Vensim's rule for difference equations, https://vensim.com/documentation/computationalsequence.html: results are stored before the
// auxiliaries are computed, so that a row has its stocks and the auxiliaries that resulted in them, of the row before; at first there are none.
static void save_difference(ls_run* run, double* to) {
  uint32_t first = 1 + run->stocks;
  memcpy(to, run->current, first * sizeof(double));
  if (run->step) {
    memcpy(to + first, run->previous + first, (run->row_slots - first) * sizeof(double));
  } else {
    for (uint32_t i = first; i < run->row_slots; i++) to[i] = i < run->score_first ? NAN : 0;
  }
}

// Everything of the current row but its stocks, then its scores; then the row is saved. Doing it again gives the same row.
static void evaluate(ls_run* run) {
  double* row = run->current;
  int difference = run->method == LS_DIFFERENCE;
  LS_MODEL(step, row, run->previous, run->next);
  if (run->delays) record(run, row, run->previous, run->next);
  if ((run->step + difference) % run->save_every == 0 && run->score_first < run->row_slots) {
    if (run->step == 0)
      memset(row + run->score_first, 0, (run->row_slots - run->score_first) * sizeof(double));
    else
      score(run, row, run->previous);
  }
  if (!has_ring(run) || run->step % run->save_every != 0) return;
  double* to = saved_row(run, run->step / run->save_every);
  if (difference) save_difference(run, to);
  else memcpy(to, row, run->row_slots * sizeof(double));
}

// The stage row: stocks + factor * derivative, and what follows from them.
static void stage(ls_run* run, double* row, const double* stocks, double time, double factor, const double* derivative, double* k) {
  row[0] = time;
  for (uint32_t i = 0; i < run->stocks; i++) row[1 + i] = derivative ? stocks[i] + factor * derivative[i] : stocks[i];
  LS_MODEL(step, row, run->previous, row);
  LS_MODEL(derivatives, row, run->previous, k);
}

// One Runge-Kutta step of length h of the stocks `from`, whose derivatives stand in k: of second order (Heun; Vensim's goes half a step
// and takes the change there, https://vensim.com/documentation/rungekutta.html) or fourth (classical). The stage row sees the same previous
// row as the step. `to` may be `from`.
static void runge_kutta(ls_run* run, double* row, const double* from, double time, double h, double* k, double* to) {
  uint32_t n = run->stocks;
  double *k2 = k + n, *k3 = k + 2 * (uintptr_t)n, *k4 = k + 3 * (uintptr_t)n;
  double half_way = run->hold_inputs ? time : time + h * 0.5, end = run->hold_inputs ? time : time + h;
  if (run->method == LS_RK2 || run->method == LS_RK2_AUTO) {
    stage(run, row, from, end, run->hold_inputs ? h * 0.5 : h, k, k2);
    for (uint32_t i = 0; i < n; i++) k[i] = run->hold_inputs ? k2[i] : (k[i] + k2[i]) * 0.5;
  } else {
    stage(run, row, from, half_way, h * 0.5, k, k2);
    stage(run, row, from, half_way, h * 0.5, k2, k3);
    stage(run, row, from, end, h, k3, k4);
    for (uint32_t i = 0; i < n; i++) k[i] = (k[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6;
  }
  for (uint32_t i = 0; i < n; i++) to[i] = from[i] + h * k[i];
}

static double tolerance(const ls_run* run, int relative) {
  uint32_t slot = run->tolerances[relative];
  return slot == UINT32_MAX ? 0.001 : run->slab[slot];
}

// Is the difference between one step and two of half its length within the tolerance for every stock? What is no number cannot be made better.
static int is_within_tolerance(const ls_run* run, const double* from, const double* whole, const double* halves) {
  double absolute = tolerance(run, 0), relative = tolerance(run, 1);
  for (uint32_t i = 0; i < run->stocks; i++) {
    double error = fabs(halves[i] - whole[i]);
    if (error > absolute && error > relative * fabs(from[i])) return 0;
  }
  return 1;
}

// dt in steps of dt / 2^level. As Vensim documents it (https://www.vensim.com/documentation/html/22111.htm), a step is made smaller until the error
// of every stock is within ABSOLUTE TOLERANCE, or RELATIVE TOLERANCE times the stock's value; both are 0.001 unless the model has them. The
// error is how far one step and two of half its length, whose result counts, are apart. After a step that fits the next one may be twice as long.
// At dt / 1024 what comes out is taken as it is, and counted. Every dt starts anew, so that a step is a function of its row.
static void adaptive_runge_kutta(ls_run* run, double* row, double* k) {
  enum { finest = 10 };
  uint32_t n = run->stocks, level = 0, at = 0, loose = 0;
  uintptr_t bytes = n * sizeof(double);
  double *stocks = k + 4 * (uintptr_t)n, *slopes = stocks + n, *whole = slopes + n, *halves = whole + n;
  memcpy(stocks, run->current + 1, bytes);
  LS_MODEL(derivatives, run->current, run->previous, slopes);
  for (;;) {
    double h = run->dt / (1u << level), moves = run->hold_inputs ? 0 : h, time = run->current[0] + at * moves;
    memcpy(k, slopes, bytes);
    runge_kutta(run, row, stocks, time, h, k, whole);
    memcpy(k, slopes, bytes);
    runge_kutta(run, row, stocks, time, h * 0.5, k, halves);
    stage(run, row, halves, time + moves * 0.5, 0, 0, k);
    runge_kutta(run, row, halves, time + moves * 0.5, h * 0.5, k, halves);
    if (!is_within_tolerance(run, stocks, whole, halves)) {
      if (level < finest) {
        level++;
        at *= 2;
        continue;
      }
      loose = 1;
    }
    memcpy(stocks, halves, bytes);
    if (++at == 1u << level) break;
    if (at % 2 == 0) {
      level--;
      at /= 2;
    }
    stage(run, row, stocks, run->current[0] + at * (run->hold_inputs ? 0 : run->dt / (1u << level)), 0, 0, slopes);
  }
  memcpy(run->next + 1, stocks, bytes);
  run->loose += loose;
}

// The stocks of the next row.
static void integrate(ls_run* run) {
  double* row = run->scratch + spare_slots(run);
  double* k = row + run->row_slots;
  if (is_adaptive(run)) {
    adaptive_runge_kutta(run, row, k);
  } else {
    LS_MODEL(derivatives, run->current, run->previous, k);
    runge_kutta(run, row, run->current + 1, run->current[0], run->dt, k, run->next + 1);
  }
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
  run->recorded = 0;
  run->loose = 0;
}

uint32_t ls_loose_steps(const ls_run* run) { return run->loose; }

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
    if (run->scored)
      LS_MODEL_SCORED_STEP(row, previous, next);
    else
      LS_MODEL(step, row, previous, next);
    if (run->delays) record(run, row, previous, next);
    if (run->scored)
      score_rest(run, row, previous);
    else if (scores)
      score(run, row, previous);
  }
}

// The current row has been evaluated, so its FINAL TIME is the one of now. As with a fixed one, what is between two steps is not reached; NaN never is.
static int is_final(const ls_run* run) {
  double final = run->final_at < run->row_slots ? run->current[run->final_at] : run->slab[run->final_at - run->row_slots];
  return floor((final - run->start) / run->dt + 1e-6) <= run->step;
}

uint32_t ls_has_ended(const ls_run* run) {
  if (run->state == 0) return 0;
  return run->final_at ? is_final(run) : run->step == run->steps;
}

static uint32_t advance_to(ls_run* run, uint32_t target) {
  if (run->state == 0) start(run);
  if (run->dirty) {
    LS_MODEL(invariants, run->current, run->previous, run->next);
    run->dirty = 0;
    evaluate(run);
  }
  if (run->method == LS_EULER && run->save_every == 1 && !run->final_at && run->step < target) {
    advance_saved_euler(run, target);
    return run->step;
  }
  while (run->step < target && !(run->final_at && is_final(run))) {
    if (is_runge_kutta(run)) integrate(run);
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
