// THE program: typed, array-aware equations over variables that own spans of slots. Everything after it (LTM, schedule, VM,
// wasmgen, results) reads this and nothing before it.
//
// An equation is target[axes] = scalar expression. Expressions are hash-consed: equal work is one node, so a set of roots is a
// DAG and "is it the same" is an integer comparison. Nodes stand after their arguments.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/model.h"

namespace loopscope {

using VariableId = uint32_t;
using ExprId = uint32_t;
constexpr uint32_t none_id = 0xFFFFFFFF;

enum class Op : uint8_t {
#define OP(name, arity, function, polarity) name,
#include "ir/opcodes.def"
#undef OP
#define TABLE_OP(name, arity, function, polarity) name,
#include "ir/table_ops.def"
#undef TABLE_OP
  // special forms
  Constant,   // number
  Load,       // one element of a variable: payload = index into loads
  If,         // condition, then, else: only the taken branch is evaluated
  And, Or,    // lazy in their second argument; 1.0 or 0.0
  FirstStep,  // 1.0 at the start time, else 0.0
  StepIndex,  // number of the dt step, for random streams
  DelayRead,  // DELAY FIXED: delay steps, initial; of a conveyor its place and the next, of a level the level, of a profile its mean; payload = delay buffer
  AxisIndex,  // 0-based index of loop axis `payload`
  Reduce,     // payload = index into reductions; one argument, the body
  Aggregate,  // its argument, a whole reducer as the modeller wrote it; payload = index into aggregates
  Accumulator,  // what the Iterate over loop axis `payload` has come to
  WorkRead,     // the number of a work region at a place that is its argument
};
constexpr int table_op_first = int(Op::Lookup);
constexpr int op_special_first = int(Op::Constant);

struct OpInfo {
  const char* name;
  int arity;
  const char* function;  // of wasm-runtime, or "none"
  const char* polarity;
};
const OpInfo& op_info(Op op);
constexpr size_t most_arguments = std::max({
#define OP(name, arity, function, polarity) size_t(arity),
#include "ir/opcodes.def"
#undef OP
#define TABLE_OP(name, arity, function, polarity) size_t(arity),
#include "ir/table_ops.def"
#undef TABLE_OP
});
bool has_runtime_function(Op op);
inline bool is_table_op(Op op) { return int(op) >= table_op_first && int(op) < op_special_first; }

// When is a loaded value from: this instant, one dt earlier, or the start of the run (initial values have slots of their own).
enum class Plane : uint8_t { Current, Previous };

// How one axis of a loaded variable is indexed. 0-based.
struct IndexMap {
  enum Kind : uint8_t { Fixed, Axis, Mapped, Computed } kind = Fixed;
  uint32_t value = 0;   // Fixed: the index. Axis: loop axis, index = axis + offset. Mapped: loop axis, index = index_tables[table][axis]
  uint32_t offset = 0;  // of Axis: the first element of a range
  uint32_t table = 0;   // of Mapped
  ExprId expr = none_id;  // Computed: a 1-based number; out of range reads NaN
  bool operator==(const IndexMap&) const = default;
};

struct LoadInfo {
  VariableId variable = 0;
  Plane plane = Plane::Current;
  std::vector<IndexMap> indices;  // one an axis of the variable; none for a scalar
};

// Iterate goes from 0 to whatever its body says, which reads what it came to before as Accumulator: a search, not a fold of elements.
// Invert puts the elements of a square matrix into a work region of its own, turns it into the inverse there, and gives the region's place for WorkRead.
enum class ReduceOp : uint8_t { Sum, Product, Minimum, Maximum, Iterate, Invert };
inline bool is_fold(ReduceOp op) { return op < ReduceOp::Iterate; }
constexpr double reduce_neutral[] = {0, 1, HUGE_VAL, -HUGE_VAL, 0, 0};  // by ReduceOp
const char* reduce_op_name(ReduceOp op);

// Folds the body over its own loop axes (numbered after the equation's), row-major, from the operation's neutral element.
struct Reduction {
  ReduceOp op;
  uint32_t first_axis;            // number of the first of its axes
  std::vector<uint32_t> extents;
};

struct Expr {
  Op op;
  uint32_t first = 0, count = 0;  // arguments
  uint32_t payload = 0;           // Load, table ops, DelayRead, AxisIndex, Reduce, Aggregate, Accumulator
  double number = 0;              // Constant
};

enum class Place : uint8_t { Row, Fixed };  // a slot of every row, or one slot for the whole run

enum class Role : uint8_t {
  Time, Stock, Flow, Auxiliary,
  Initial,       // the initial value of an expression, hidden
  Helper,        // an argument or a lifted call, hidden
  Score,         // link and loop scores, hidden
};
const char* role_name(Role role);

struct ProgramVariable {
  std::string id, name, units;
  Role role = Role::Auxiliary;
  Place place = Place::Row;
  bool constant = false;           // a number that can be set: place Fixed, slot < constants
  bool hidden = false;
  bool aggregate = false;          // a reducer that LTM made a variable of; `name` is its text
  std::vector<uint32_t> dimensions;  // into Program::dimensions
  uint32_t elements = 1;
  uint32_t slot = none_id;         // first of `elements`
  uint32_t macro = none_id;        // the macro instance that it is inside of
  VariableId owner = none_id;      // of a hidden one: the variable in whose equation it arose
  std::vector<double> defaults;    // of a constant
  Span span;
};

struct ProgramDimension {
  std::string name;
  std::vector<std::string> elements;
};

// target[axes] = expr. With axes, the target's element is target_index over them, as in a load.
struct Equation {
  VariableId target;
  ExprId expr;
  std::vector<uint32_t> extents;       // of the loop axes, outermost first
  std::vector<IndexMap> target_index;  // one an axis of the target
};

struct DelayBuffer {
  VariableId variable;  // whose equation reads it
  ExprId input;         // written after every step
  uint32_t kind = 0;    // ls_delay_kind; of a scheduled one the input is its delay in steps
  uint32_t table = 0;   // of a profile
};

// Of what may arrive at any time: its input is in the buffer before.
bool is_scheduled(const DelayBuffer& delay);

// A variable that is another's past (PREVIOUS, DELAY FIXED). Its causal edge is from the source, as if it answered at once (LTM.md section 4).
struct Lag {
  VariableId variable, source;
};

struct StockInfo {
  VariableId variable;
  std::vector<VariableId> inflows, outflows;
  bool non_negative = false;
  std::vector<uint32_t> extents;  // loop axes of the two expressions; the target's element is their row-major index
  ExprId net = none_id;           // inflows - outflows
  ExprId euler = none_id;         // the stock one dt later, clamped if it cannot go negative
  ExprId limit = none_id;         // the stock as its limits let it be, if it has any
};

// A macro instance: hidden structure between inputs and output (LTM.md section 4).
struct MacroInfo {
  std::string name;    // smth1
  VariableId output;
};

struct ProgramTable {
  std::string name;
  TableKind kind;
  double dx = 0;  // > 0: x is uniform
  std::vector<double> x, y;
};

struct Program {
  std::string name, time_units;
  double start = 0, stop = 0, dt = 1;
  Method method = Method::Euler;
  bool hold_inputs = false;  // Runge-Kutta holds TIME over a step, as Vensim documents for exogenous and test inputs
  uint32_t steps = 0, save_every = 1, rows = 0;
  VariableId final_time = none_id;  // ends the run when its time has come; stop, steps and rows are then the most there may be
  bool stop_given = false;          // and the host has said them

  std::vector<ProgramVariable> variables;  // [0] is time
  std::vector<ProgramDimension> dimensions;
  std::vector<ProgramTable> tables;
  std::vector<std::vector<uint32_t>> index_tables;
  std::vector<DelayBuffer> delays;
  std::vector<Lag> lags;
  std::vector<StockInfo> stocks;
  std::vector<MacroInfo> macros;

  // In order of evaluation.
  std::vector<Equation> invariants;   // -> fixed region, from constants
  std::vector<Equation> initials;     // -> rows and fixed region at the start time; stocks' initial values among them
  std::vector<Equation> dynamics;     // -> row
  std::vector<Equation> scores;       // -> row, from this row and the previous one

  uint32_t row_slots = 1, fixed_slots = 0, constants = 0, score_first = 0;

  // Expressions.
  std::vector<Expr> exprs;
  std::vector<ExprId> arguments;
  std::vector<LoadInfo> loads;
  std::vector<Reduction> reductions;
  std::vector<std::string> aggregates;  // text of each reducer

  const Expr& expr(ExprId id) const { return exprs[id]; }
  ExprId argument(ExprId id, uint32_t i) const { return arguments[exprs[id].first + i]; }
  const LoadInfo& load_of(ExprId id) const { return loads[exprs[id].payload]; }
};

// Makes nodes; folds operations on constants alone (never anything that reads a variable) and finds equal ones.
class ExprBuilder {
 public:
  explicit ExprBuilder(Program& program);  // takes up what the program holds already
  ExprId constant(double number);
  ExprId load(VariableId variable, Plane plane = Plane::Current, std::vector<IndexMap> indices = {});
  ExprId node(Op op, std::vector<ExprId> arguments, uint32_t payload = 0);
  ExprId reduce(ReduceOp op, uint32_t first_axis, std::vector<uint32_t> extents, ExprId body);
  ExprId add(ExprId a, ExprId b) { return node(Op::Add, {a, b}); }
  ExprId subtract(ExprId a, ExprId b) { return node(Op::Subtract, {a, b}); }
  ExprId multiply(ExprId a, ExprId b) { return node(Op::Multiply, {a, b}); }
  // From left to right; a list that is too long for a tree of that depth is folded in halves.
  ExprId fold(Op op, const std::vector<ExprId>& list) { return fold(op, list, 0, list.size()); }
  ExprId fold(Op op, const std::vector<ExprId>& list, size_t begin, size_t end);
  bool is_constant(ExprId id, double number) const;
  Program& program() { return program_; }

 private:
  ExprId intern(const Expr& expr, const std::vector<ExprId>& arguments);
  Program& program_;
  std::unordered_multimap<uint64_t, ExprId> known_;
  std::unordered_multimap<uint64_t, uint32_t> known_loads_;
};

// Calls f(ExprId) for every node reachable from root, arguments first, each once. `marks` is a caller-owned
// vector of at least exprs.size() stamps; a node is visited if its stamp differs from `stamp`.
template <class F>
void for_each_node(const Program& program, ExprId root, std::vector<uint32_t>& marks, uint32_t stamp, F&& f) {
  if (marks.size() < program.exprs.size()) marks.resize(program.exprs.size(), 0);
  if (marks[root] == stamp) return;
  marks[root] = stamp;
  const Expr& e = program.exprs[root];
  for (uint32_t i = 0; i < e.count; i++) for_each_node(program, program.arguments[e.first + i], marks, stamp, f);
  if (e.op == Op::Load)
    for (const IndexMap& index : program.loads[e.payload].indices)
      if (index.kind == IndexMap::Computed) for_each_node(program, index.expr, marks, stamp, f);
  f(root);
}

// The value of an operation on numbers, by the same C functions that the backends call. Not for special forms.
double evaluate_op(Op op, const double* arguments);

// Text of an expression, of the whole program (phase `ir`), and of the program in evaluation order with slots (phase `program`).
std::string print_expr(const Program& program, ExprId id);
std::string dump_ir(const Program& program);
std::string dump_program(const Program& program);

}  // namespace loopscope
