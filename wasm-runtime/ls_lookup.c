// Graphical functions. x[] never decreases and there is at least one point. Where neighbouring x are equal the function
// jumps, and the later point counts at that x. Outside the points the ends are held unless extrapolation is asked for.
#include <math.h>
#include <string.h>

#include "ls_runtime.h"

void ls_draw_lines(ls_table* t, double dx, double* slope) {
  for (uint32_t i = 0; i + 1 < t->count; i++) {
    double run = t->x[i + 1] - t->x[i];
    slope[i] = run > 0 ? (t->y[i + 1] - t->y[i]) / run : 0;
  }
  double density = 1 / dx;
  int uniform = dx > 0 && density < INFINITY;
  t->slope = slope;
  t->density = uniform ? density : 0;
  t->uniform_end = uniform && t->kind != LS_DISCRETE ? t->x[t->count - 1] : -INFINITY;
}

// The last point with x_i <= x, for x >= x_0. On a uniform table the guess can be off by one, by rounding alone.
static uint32_t point_at(const ls_table* t, double x) {
  uint32_t last = t->count - 1;
  if (x >= t->x[last]) return last;
  if (t->density > 0) {
    double guess = (x - t->x[0]) * t->density;
    uint32_t i = guess < last ? (uint32_t)guess : last;
    if (t->x[i] > x) return i - 1;
    return i < last && t->x[i + 1] <= x ? i + 1 : i;
  }
  uint32_t low = 0, high = last;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (t->x[middle] <= x)
      low = middle;
    else
      high = middle;
  }
  return low;
}

static double on_line(const ls_table* t, uint32_t i, double x) {
  if (x == t->x[i]) return t->y[i];
  if (x == t->x[i + 1]) return t->y[i + 1];
  return t->y[i] + (x - t->x[i]) * t->slope[i];
}

// Beyond point i by the slope of the last line there; a flat one stays flat even at infinity.
static double beyond(const ls_table* t, uint32_t i, uint32_t line, double x) {
  double slope = t->slope[line];
  return slope == 0 ? t->y[i] : t->y[i] + (x - t->x[i]) * slope;
}

static double interpolate(const ls_table* t, double x, int extrapolate) {
  uint32_t last = t->count - 1;
  if (x != x) return x;
  if (last == 0) return t->y[0];
  if (x < t->x[0]) return extrapolate ? beyond(t, 0, 0, x) : t->y[0];
  if (x > t->x[last]) return extrapolate ? beyond(t, last, last - 1, x) : t->y[last];
  uint32_t i = point_at(t, x);
  return i == last ? t->y[last] : on_line(t, i, x);
}

double LS_EXPORT(ls_lookup_backward)(const ls_table* t, double x) {
  if (x != x) return x;
  return t->y[x < t->x[0] ? 0 : point_at(t, x)];
}

double LS_EXPORT(ls_lookup_forward)(const ls_table* t, double x) {
  if (x != x) return x;
  if (x <= t->x[0]) return t->y[0];
  uint32_t i = point_at(t, x);
  if (t->x[i] < x) return t->y[i + 1 < t->count ? i + 1 : i];
  while (t->x[i - 1] == x) i--;  // the first point of a jump; x_0 < x ends it
  return t->y[i];
}

double LS_EXPORT(ls_lookup_extrapolate)(const ls_table* t, double x) { return interpolate(t, x, 1); }

double LS_EXPORT(ls_lookup)(const ls_table* t, double x) {
  // What nearly every call comes to, without a division or a conversion that checks: the sum's low bits are the number nearest to the guess
  // less a half, off by one at most as in point_at.
  if (x >= t->x[0] && x < t->uniform_end) {
    double sum = (x - t->x[0]) * t->density - 0.5 + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    uint32_t i = (uint32_t)bits;
    if (x < t->x[i])
      i--;
    else if (x >= t->x[i + 1])
      i++;
    return x == t->x[i] ? t->y[i] : t->y[i] + (x - t->x[i]) * t->slope[i];
  }
  if (t->kind == LS_DISCRETE) return ls_lookup_backward(t, x);
  return interpolate(t, x, t->kind == LS_EXTRAPOLATE);
}

double LS_EXPORT(ls_lookup_inverse)(const ls_table* t, double y) {
  uint32_t last = t->count - 1;
  if (y != y) return y;
  for (uint32_t i = 0; i < last; i++) {
    double y0 = t->y[i], y1 = t->y[i + 1];
    if (y == y0) return t->x[i];
    if ((y0 < y && y < y1) || (y1 < y && y < y0)) {
      if (t->kind == LS_DISCRETE) return t->x[i + 1];
      return t->x[i] + (y - y0) * ((t->x[i + 1] - t->x[i]) / (y1 - y0));
    }
  }
  // Never crossed: the end whose y is nearer, the first when both are.
  return t->x[fabs(y - t->y[last]) < fabs(y - t->y[0]) ? last : 0];
}

// from <= to
static double area(const ls_table* t, double from, double to) {
  uint32_t last = t->count - 1;
  double sum = 0;
  if (from < t->x[0]) {
    double right = to < t->x[0] ? to : t->x[0];
    sum += t->y[0] * (right - from);
    from = right;
    if (!(from < to)) return sum;
  }
  for (uint32_t i = point_at(t, from); i < last && from < to; i++) {
    double right = to < t->x[i + 1] ? to : t->x[i + 1];
    sum += (right - from) * (t->kind == LS_DISCRETE ? t->y[i] : 0.5 * (on_line(t, i, from) + on_line(t, i, right)));
    from = right;
  }
  return from < to ? sum + t->y[last] * (to - from) : sum;
}

double LS_EXPORT(ls_lookup_area)(const ls_table* t, double from, double to) {
  if (from == to) return 0;
  return from < to ? area(t, from, to) : to < from ? -area(t, to, from) : NAN;
}

double LS_EXPORT(ls_lookup_share)(const ls_table* t, double from, double to) {
  double first = t->x[0], last = t->x[t->count - 1];
  if (from != from || to != to) return NAN;
  from = fmin(fmax(from, first), last);
  to = fmin(fmax(to, first), last);
  return from < to ? area(t, from, to) / area(t, first, last) : 0;
}

double LS_EXPORT(ls_lookup_centre)(const ls_table* t, double from, double to) {
  double sum = 0, moment = 0;
  for (uint32_t i = 0; i + 1 < t->count; i++) {
    double left = fmax(from, t->x[i]), right = fmin(to, t->x[i + 1]);
    if (!(left < right)) continue;
    double y0 = t->y[i], y1 = y0;
    if (t->kind != LS_DISCRETE) y0 = on_line(t, i, left), y1 = on_line(t, i, right);
    sum += (right - left) * 0.5 * (y0 + y1);
    moment += (right - left) * (left * (2 * y0 + y1) + right * (y0 + 2 * y1)) / 6;
  }
  return sum > 0 ? moment / sum : from;
}

// By halves, until no number lies between.
double LS_EXPORT(ls_lookup_quantile)(const ls_table* t, double part, double from, double to) {
  double first = t->x[0], last = t->x[t->count - 1];
  double low = fmin(fmax(from, first), last), high = fmin(fmax(to, first), last);
  double wanted = part * (low < high ? area(t, low, high) : 0), start = low;
  if (part != part) return part;
  if (part >= 1) return high;
  for (;;) {
    double middle = 0.5 * (low + high);
    if (!(low < middle && middle < high)) return high;
    if (area(t, start, middle) < wanted)
      low = middle;
    else
      high = middle;
  }
}

double LS_EXPORT(ls_lookup_mean)(const ls_table* t) {
  uint32_t last = t->count - 1;
  double range = t->x[last] - t->x[0];
  return range > 0 ? area(t, t->x[0], t->x[last]) / range : t->y[last];
}

// The slope of what ls_lookup returns: 0 on held ends and on steps. At a point it is the slope to its right, but at the last
// point, which ends its line.
double LS_EXPORT(ls_lookup_slope)(const ls_table* t, double x) {
  uint32_t last = t->count - 1;
  if (x != x) return x;
  if (last == 0 || t->kind == LS_DISCRETE) return 0;
  if (t->kind != LS_EXTRAPOLATE && (x < t->x[0] || x > t->x[last])) return 0;
  uint32_t i = x < t->x[0] ? 0 : point_at(t, x);
  return t->slope[i == last ? last - 1 : i];
}

// The time of a point next to x that differs by rounding alone; x itself where there is none.
static double at_point(const ls_table* t, double x) {
  uint32_t i = x < t->x[0] ? 0 : point_at(t, x);
  double near = 1e-9 * (1 + fabs(x));
  if (fabs(t->x[i] - x) <= near) return t->x[i];
  return i + 1 < t->count && fabs(t->x[i + 1] - x) <= near ? t->x[i + 1] : x;
}

double LS_EXPORT(ls_data_at)(const ls_table* t, double time, double rule) {
  if (time != time) return time;
  double x = at_point(t, time);
  if (rule == LS_DATA_NEXT) return ls_lookup_forward(t, x);
  double last = ls_lookup_backward(t, x);
  if (rule == LS_DATA_LAST) return last;
  return x >= t->x[0] && t->x[point_at(t, x)] == x ? last : LS_NOT_AVAILABLE;
}

// As Vensim computes it, which at a point itself takes the one before.
double LS_EXPORT(ls_data_between)(const ls_table* t, double time, double mode) {
  if (time != time) return time;
  double x = at_point(t, time);
  if (x < t->x[0] || x > t->x[t->count - 1]) return LS_NOT_AVAILABLE;
  if (mode >= 1) return ls_lookup_forward(t, x);
  if (!(mode <= -1)) return interpolate(t, x, 0);
  uint32_t i = point_at(t, x);
  while (i > 0 && t->x[i] >= x) i--;
  return t->y[i];
}

double LS_EXPORT(ls_data_over)(const ls_table* t, double from, double to, double what) {
  double count = 0, sum = 0, least = INFINITY, most = -INFINITY, first = 0, last = 0;
  for (uint32_t i = 0; i < t->count; i++) {
    if (!(t->x[i] >= from && t->x[i] <= to)) continue;
    if (count++ == 0) first = t->x[i];
    last = t->x[i];
    sum += t->y[i];
    if (t->y[i] < least) least = t->y[i];
    if (t->y[i] > most) most = t->y[i];
  }
  if (what == LS_DATA_COUNT) return count;
  if (count == 0) return LS_NOT_AVAILABLE;
  if (what == LS_DATA_MEAN) return sum / count;
  if (what == LS_DATA_MINIMUM) return least;
  if (what == LS_DATA_MAXIMUM) return most;
  return what == LS_DATA_FIRST_TIME ? first : last;
}
