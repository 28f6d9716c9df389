// What a model needs at run time, in C: the time loop, the integrators, saving, lookups, delays, random numbers and the
// mathematics that is not one wasm instruction. Compiled twice from these same sources: into the engine for the VM
// (LS_IN_ENGINE, many runs at once, natural pointers) and once as the base module of every blob (one run, wasm32).
// That both run the same code is what makes them agree bit for bit; nothing here may depend on the flag but the two
// macros at the end of this file.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Visible to generated code in the base module; an ordinary function in the engine.
#if defined(__wasm__) && !defined(LS_IN_ENGINE)
#define LS_EXPORT(name) __attribute__((used, visibility("default"), export_name(#name))) name
#else
#define LS_EXPORT(name) name
#endif

enum ls_method { LS_EULER = 0, LS_RK2 = 1, LS_RK4 = 2, LS_RK2_AUTO = 3, LS_RK4_AUTO = 4, LS_DIFFERENCE = 5 };  // engine's Method
enum ls_table_kind { LS_CONTINUOUS = 0, LS_EXTRAPOLATE = 1, LS_DISCRETE = 2 };
enum ls_data_rule { LS_DATA_NEXT = 1, LS_DATA_LAST = -1, LS_DATA_RAW = 2 };
enum ls_data_summary { LS_DATA_MEAN, LS_DATA_MINIMUM, LS_DATA_MAXIMUM, LS_DATA_FIRST_TIME, LS_DATA_LAST_TIME, LS_DATA_COUNT };
#define LS_NOT_AVAILABLE -0x1p109  // Vensim's :NA:

// A graphical function. density > 0 says that x[i] == x[0] + i / density for all i as far as a double can tell, so that the interval is
// found without a search; x[] is authoritative all the same. ls_draw_lines fills in what follows from the points.
typedef struct ls_table {
  uint32_t count;
  uint32_t kind;  // ls_table_kind
  const double* x;
  const double* y;
  const double* slope;  // of the line from each point but the last to the next; 0 for a jump
  double density;       // 0: x is not uniform
  double uniform_end;   // the last x where lines between uniform x are all there is to follow before it; else -infinity
} ls_table;

// How a link's score comes about where that needs no code of its own. score and from are slots of a row; to is one too, or from
// score_first on a net flow: the changes of both stand in an array of changes.
enum ls_link_kind {
  LS_LINK_CHANGE = 0,  // the change of the partial stands in the score's slot
  LS_LINK_ONLY = 1,    // the target has no other input: the partial changes as the target does
  LS_LINK_SAME = 2,    // the target changes as the source does (the only inflow, a lag)
  LS_LINK_OPPOSITE = 3 // against it (the only outflow)
};
enum { LS_LINK_KINDS = 4 };
typedef struct ls_link {
  uint32_t score, from, to;  // bytes from the beginning of a row
} ls_link;

// One run. The fields up to `slab` are geometry, fixed when the model is compiled: wasmgen writes them as a data segment of
// the blob, the VM fills them in. The slab is `fixed_slots` doubles (constants, run-invariant and initial values) and
// then `rows` rows of `row_slots` doubles: [time, stocks..., other variables..., scores...].
typedef struct ls_run {
  double start, dt;
  uint32_t steps;        // dt steps from start to stop: at most, where the run computes its end
  uint32_t save_every;   // a row is saved where step % save_every == 0
  uint32_t rows;         // saved rows = steps / save_every + 1
  uint32_t row_slots;    // doubles a row
  uint32_t fixed_slots;
  uint32_t stocks;       // stocks stand in slots 1 .. stocks of a row
  uint32_t score_first;  // first score slot of a row; scores reach to its end
  uint32_t method;       // ls_method
  uint32_t hold_inputs;  // Runge-Kutta as Vensim does it: its stages see the time of their step, and the second order goes through the midpoint
  uint32_t tolerances[2];  // of an adaptive method, absolute and relative: slots of the fixed region; UINT32_MAX: the default
  uint32_t delays;       // buffers in history
  uint32_t final_at;     // where FINAL TIME stands that the run computes and that ends it: a slot of the row, or row_slots + a slot of the fixed region; 0: `steps` are all
  uint32_t fused;        // the program has model_loop, which takes many plain Euler steps at once
  uint32_t scored;       // the program has model_scored_step
  uint32_t link_counts[LS_LINK_KINDS];
  uint32_t net_count;
  uint32_t link_total;   // of the table; 0: all scores are code
  const ls_link* links;  // sorted by kind
  double* slab;          // 8-byte aligned: fixed region, then rows
  double* scratch;       // 3 ring rows when not every row is saved as it is, else 1 row past the end of the run; then for Runge-Kutta a stage row and 4*stocks derivatives
  double* history;       // ls_delay_slots doubles a delay buffer
  double* work;          // of reductions that need all elements at once
  // state
  uint32_t step;         // of the row that holds the latest evaluated values
  uint32_t state;        // 0 fresh, 1 running
  uint32_t dirty;        // a constant was set since the row was evaluated
  uint32_t recorded;     // steps whose inputs stand in history
  uint32_t loose;        // steps of an adaptive method that are not within its tolerance
  double* current;       // that row
  double* previous;      // the row one dt earlier (the same row at step 0)
  double* next;          // where the row after it goes
  void* host;            // the VM's own; unused in a blob
} ls_run;

// Size of `scratch` in doubles.
uint32_t ls_scratch_slots(const ls_run* run);

// Forget the run, keep constants that were set.
void LS_EXPORT(ls_reset)(ls_run* run);
// Advance until the last step with time <= t (a relative tolerance of 1e-9 of dt absorbs rounding); the first call
// evaluates the initial row. Returns the step reached. A t before the current time does nothing.
uint32_t LS_EXPORT(ls_run_to)(ls_run* run, double t);
// To the end.
uint32_t LS_EXPORT(ls_run_all)(ls_run* run);
// Is this the end: the last step, or the last one up to a FINAL TIME that the run computes? 0 at the last step where FINAL TIME is later.
uint32_t LS_EXPORT(ls_has_ended)(const ls_run* run);
// Of an adaptive method: the dt of the run so far in which even the smallest steps were not within the tolerance.
uint32_t LS_EXPORT(ls_loose_steps)(const ls_run* run);

// ---- what generated code and the VM call; listed in engine/ir/opcodes.def by these names
#define LS_FUNCTION1(name) double LS_EXPORT(name)(double)
LS_FUNCTION1(ls_exp); LS_FUNCTION1(ls_ln); LS_FUNCTION1(ls_log10); LS_FUNCTION1(ls_log2);
LS_FUNCTION1(ls_sin); LS_FUNCTION1(ls_cos); LS_FUNCTION1(ls_tan);
LS_FUNCTION1(ls_arcsin); LS_FUNCTION1(ls_arccos); LS_FUNCTION1(ls_arctan);
LS_FUNCTION1(ls_sinh); LS_FUNCTION1(ls_cosh); LS_FUNCTION1(ls_tanh);
LS_FUNCTION1(ls_arcsinh); LS_FUNCTION1(ls_arccosh); LS_FUNCTION1(ls_arctanh);
LS_FUNCTION1(ls_gamma_ln);      // ln |gamma(x)|
LS_FUNCTION1(ls_gamma);
LS_FUNCTION1(ls_factorial);     // gamma(floor(x)+1), NaN below 0
LS_FUNCTION1(ls_erf);
LS_FUNCTION1(ls_round);         // to the nearest, halves away from zero
LS_FUNCTION1(ls_sign);          // -1, 0, 1, NaN
double LS_EXPORT(ls_pow)(double, double);
double LS_EXPORT(ls_arctan2)(double y, double x);
double LS_EXPORT(ls_mod)(double, double);        // XMILE MOD: sign of the divisor, a - b*floor(a/b) computed without cancellation; NaN for b == 0
double LS_EXPORT(ls_remainder)(double, double);  // Vensim MODULO: C's fmod, sign of the dividend
double LS_EXPORT(ls_quantum)(double, double);    // QUANTUM(a, b): b*trunc(a/b), a where b <= 0
double LS_EXPORT(ls_combinations)(double n, double r);
double LS_EXPORT(ls_permutations)(double n, double r);
double LS_EXPORT(ls_normal_cdf)(double x, double mean, double deviation);
double LS_EXPORT(ls_normal_inverse)(double p, double mean, double deviation);
// test inputs; time and dt are explicit arguments
double LS_EXPORT(ls_step)(double height, double at, double time, double dt);
double LS_EXPORT(ls_ramp)(double slope, double from, double to, double time, double dt);
double LS_EXPORT(ls_pulse)(double volume, double first, double interval, double time, double dt);  // XMILE: volume/dt for one dt at first, first+interval...; interval <= 0: once
double LS_EXPORT(ls_vensim_pulse)(double start, double width, double time, double dt);                // 1 on [start, start+max(width,dt))
double LS_EXPORT(ls_pulse_train)(double start, double width, double between, double end, double time, double dt);
// dates: of a time that counts `unit`s (enum ls_time_unit) from the day `first`; measures are those of Vensim's GET TIME VALUE, NaN for others
enum ls_time_unit { LS_YEAR, LS_QUARTER, LS_MONTH, LS_WEEK, LS_DAY, LS_HOUR, LS_MINUTE, LS_SECOND };  // up to months, a month has 30 days
enum ls_date_measure { LS_DATE_YEAR = 1, LS_DATE_QUARTER, LS_DATE_MONTH, LS_DATE_DAY, LS_DATE_WEEKDAY, LS_DATE_DAYS, LS_DATE_HOUR, LS_DATE_MINUTE, LS_DATE_SECOND };
double LS_EXPORT(ls_calendar)(double time, double first, double unit, double measure);
double ls_first_day(double year, double month, double day, int even);  // days from January 1 of year 0; NaN if there is no such date. even: months of 30 days
// financial (Excel's meaning)
double LS_EXPORT(ls_present_value)(double rate, double periods, double payment, double future);
double LS_EXPORT(ls_future_value)(double rate, double periods, double payment, double present);
double LS_EXPORT(ls_payment)(double rate, double periods, double present, double future);
// graphical functions
void ls_draw_lines(ls_table*, double dx, double* slopes);  // completes one whose x are dx apart, 0: not uniform; room for a slope a point
double LS_EXPORT(ls_lookup)(const ls_table*, double x);            // by the table's kind
double LS_EXPORT(ls_lookup_forward)(const ls_table*, double x);    // y of the first point with x_i >= x, the last y beyond
double LS_EXPORT(ls_lookup_backward)(const ls_table*, double x);   // y of the last point with x_i <= x, the first y before
double LS_EXPORT(ls_lookup_extrapolate)(const ls_table*, double x);
double LS_EXPORT(ls_lookup_inverse)(const ls_table*, double y);    // x of the first crossing of y, ends held
double LS_EXPORT(ls_lookup_area)(const ls_table*, double from, double to);  // integral, ends held, negative when to < from
double LS_EXPORT(ls_lookup_mean)(const ls_table*);                  // area over its own range / range
double LS_EXPORT(ls_lookup_slope)(const ls_table*, double x);      // of the interval that holds x
// A graphical function as a density: nothing outside of its points, and all of its area is 1
double LS_EXPORT(ls_lookup_share)(const ls_table*, double from, double to);
double LS_EXPORT(ls_lookup_quantile)(const ls_table*, double part, double from, double to);  // where that part of the share between from and to is reached
double LS_EXPORT(ls_lookup_centre)(const ls_table*, double from, double to);  // its mean between them
// data variables: tables of points over time
double LS_EXPORT(ls_data_at)(const ls_table*, double time, double rule);       // by enum ls_data_rule; a point that is missed by rounding alone is met
double LS_EXPORT(ls_data_between)(const ls_table*, double time, double mode);  // GET DATA BETWEEN TIMES: 0 interpolates, 1 the later point, -1 the one before
double LS_EXPORT(ls_data_over)(const ls_table*, double from, double to, double what);  // by enum ls_data_summary, of the points from one time to another
// random numbers: counter-based (Philox4x32-10). The draw is a pure function of (seed, stream, step, element), so that the same
// step drawn again, RK4 stages and both engines all see the same value. `seed` is the modeller's seed or the default 0.
double LS_EXPORT(ls_random_uniform)(double lower, double upper, double seed, double stream, double step);
double LS_EXPORT(ls_random_normal)(double mean, double deviation, double lower, double upper, double seed, double stream, double step);  // redrawn until within [lower, upper], at most 1000 times, then clamped
double LS_EXPORT(ls_random_exponential)(double mean, double seed, double stream, double step);
double LS_EXPORT(ls_random_lognormal)(double mean, double deviation, double seed, double stream, double step);  // of the variable itself
double LS_EXPORT(ls_random_poisson)(double mean, double seed, double stream, double step);
double LS_EXPORT(ls_random_gamma)(double shape, double scale, double seed, double stream, double step);
double LS_EXPORT(ls_random_beta)(double alpha, double beta, double seed, double stream, double step);
double LS_EXPORT(ls_random_binomial)(double trials, double probability, double seed, double stream, double step);
double LS_EXPORT(ls_random_geometric)(double probability, double seed, double stream, double step);
double LS_EXPORT(ls_random_negative_binomial)(double successes, double probability, double seed, double stream, double step);
double LS_EXPORT(ls_random_logistic)(double mean, double scale, double seed, double stream, double step);
double LS_EXPORT(ls_random_pareto)(double shape, double minimum, double seed, double stream, double step);
double LS_EXPORT(ls_random_triangular)(double lower, double mode, double upper, double seed, double stream, double step);
double LS_EXPORT(ls_random_weibull)(double shape, double scale, double seed, double stream, double step);
// Vensim's: a deviate of the distribution times stretch plus shift, redrawn until within [lower, upper].
double LS_EXPORT(ls_random_vensim)(double distribution, double lower, double upper, double a, double b, double shift, double stretch, double seed, double stream, double step);
// DELAY FIXED and its like: buffer `index` of run->history; of a delay that may change, the buffer of what arrives, after that of the input. The delay in steps is ceil(delay/dt) with rounding absorbed, at least 1.
double LS_EXPORT(ls_delay_steps)(double delay, double dt);
double LS_EXPORT(ls_delay_read)(const ls_run* run, double index, double delay_steps, double initial);
void LS_EXPORT(ls_delay_write)(ls_run* run, double index, double input);
enum ls_delay_kind { LS_DELAY_FIXED = 0, LS_DELAY_MATERIAL = 1, LS_DELAY_INFORMATION = 2, LS_CONVEYOR = 3, LS_LEVEL = 4, LS_PROFILE = 5 };
void LS_EXPORT(ls_delay_schedule)(ls_run* run, double index, double delay_steps, double kind);  // after the input is written
// What a conveyor's belt brings to its end while it moves from one place to the next. Buffers from `index` on: what was put on it a step, where the belt was, what leaking left.
double LS_EXPORT(ls_conveyor_read)(const ls_run* run, double index, double place, double next);
// What comes out now of what went in along a profile. Buffers from `index` on: what went in, its delay, the longest delay so far; stretched so that the profile's mean is the delay.
double LS_EXPORT(ls_profile_read)(const ls_run* run, double index, const ls_table* profile, double mean);
// How many steps ago what is recorded, which never falls, went beyond a level; 0 if it has not.
double LS_EXPORT(ls_level_read)(const ls_run* run, double index, double level, double unused);
static inline uintptr_t ls_delay_slots(uint32_t steps) { return (uintptr_t)steps + 4; }
// A matrix in run->work: written number by number, turned into its inverse (NaN where there is none; n*n + n doubles), read. Gives the place of what follows / the first number.
double LS_EXPORT(ls_work_write)(ls_run* run, double at, double value);
double LS_EXPORT(ls_invert_matrix)(ls_run* run, double at, double n);
double LS_EXPORT(ls_work_read)(const ls_run* run, double at);
// ALLOCATE and its like: kind 0 fixed, 1 rectangular, 2 triangular, 3 normal, 4 exponential; NaN for others
double LS_EXPORT(ls_demand_at)(double quantity, double kind, double priority, double width, double level);
// LTM's score of one link, LTM.md section 1: change = partial - z(t-dt), dz and dx the changes of target and source.
double LS_EXPORT(ls_link_score)(double change, double dz, double dx);

// ---- what a program must define, by generated functions in a blob and through run->host in the engine. All take the row that
// is computed, the row one dt earlier, and where what is not of the row goes.
// model_invariants: constants -> run-invariant values in the fixed region
// model_initial: initial values, in row and fixed region
// model_step: all dynamic variables of the row; under Euler also the stocks of the next row (out)
// model_record: delay buffers; not called for Runge-Kutta's stage rows, which share their step's number
// model_derivatives: net flow of each stock -> out (RK2, RK4)
// model_limit: clamps stocks of row that cannot go negative (RK2, RK4)
// model_array_scores: scores over arrays, which need none of the table
// model_scored_step: model_step and model_array_scores in one pass over the arrays; only where both have such. Not in the VM.
// model_changes: for links of kind LS_LINK_CHANGE, partial - z(t-dt) into the score's slot of row; changes of net flows into out
// model_loop: `count` steps from `row` on, whose number is `step` and whose stocks are written: under Euler with every step saved, for a
// program without delays that fits one function. Stocks then stay in locals from step to step. Not in the VM.
// model_scores: what depends on link scores, and those that are not in the table
#ifdef LS_IN_ENGINE
#define LS_DECLARE(name) void ls_host_##name(ls_run* run, double* row, double* previous, double* out)
#define LS_MODEL(name, row, previous, out) ls_host_##name(run, row, previous, out)
#define LS_MODEL_LOOP(row, step, count) ((void)(row), (void)(step), (void)(count))
#define LS_MODEL_SCORED_STEP(row, previous, out) ((void)(row), (void)(previous), (void)(out))
#else
#define LS_DECLARE(name) void model_##name(double* row, double* previous, double* out)
#define LS_MODEL(name, row, previous, out) model_##name(row, previous, out)
#define LS_MODEL_LOOP(row, step, count) model_loop(row, step, count)
#define LS_MODEL_SCORED_STEP(row, previous, out) model_scored_step(row, previous, out)
void model_loop(double* row, uint32_t step, uint32_t count);
void model_scored_step(double* row, double* previous, double* out);
#endif
LS_DECLARE(invariants);
LS_DECLARE(initial);
LS_DECLARE(step);
LS_DECLARE(record);
LS_DECLARE(derivatives);
LS_DECLARE(limit);
LS_DECLARE(array_scores);
LS_DECLARE(changes);
LS_DECLARE(scores);

#ifdef __cplusplus
}
#endif
