// What both backends need to know of a program to lower it in the same way: how often a node is used among some roots, and the list of
// functions that make up a model. One place, so that the VM and the blob cannot disagree.
#pragma once
#include <functional>

#include "ir/program.h"
#include "ls_runtime.h"

namespace loopscope {

// The functions that wasm-runtime calls, in ls_runtime.h's order.
enum class Section : uint8_t { Invariants, Initial, Step, Record, Derivatives, Limit, ArrayScores, Changes, Scores };
constexpr int section_count = 9;
const char* section_name(Section section);

// Where an assignment goes.
enum class Destination : uint8_t { Current, Fixed, Next, Derivative, Delay, Schedule };

// One assignment of a section: destination slot (of element 0) <- expr over extents.
struct Assignment {
  Destination destination;
  uint32_t slot;                // of a row, the fixed region, the derivatives, or the number of a delay buffer
  VariableId variable;          // none_id for delay buffers
  ExprId expr;
  const std::vector<uint32_t>* extents;
  const std::vector<IndexMap>* target_index;  // nullptr: row-major over extents
};

// The link scores that the runtime computes from a table (wasm-runtime's ls_link): scalar ones of the shapes that instrument() makes.
// They are left out of the assignments of Scores; those that need the change of a partial have it as an assignment of Changes.
// Sorted by kind; the counts go to the run's geometry.
// Puts the score equations in the order of the table, so that neighbours in the table are neighbours in memory; the rest behind them.
void sort_scores(Program& program);
std::vector<ls_link> score_links(const Program& program, ls_run& run);

// The assignments of one section in order.
std::vector<Assignment> section_assignments(const Program& program, Section section);

// Where each Invert has its work region; `size` is what they come to.
std::unordered_map<ExprId, uint32_t> work_regions(const Program& program, uint64_t& size);

// The plane a load reads once places are known: a fixed variable has one value for all planes.
enum class Source : uint8_t { Current, Previous, Fixed };
inline Source load_source(const Program& program, const LoadInfo& load) {
  if (program.variables[load.variable].place == Place::Fixed) return Source::Fixed;
  return load.plane == Plane::Previous ? Source::Previous : Source::Current;
}

// How many times each expression is an argument or a root among the assignments, counting a shared node's arguments once.
std::vector<uint32_t> count_uses(const Program& program, const std::vector<Assignment>& assignments);

// Which loop axes a value depends on, those of its own reductions excepted; a bit an axis, the last one for all from 63 on.
class AxisUse {
 public:
  explicit AxisUse(const Program& program) : program_(program) {}
  static uint64_t mask(uint32_t first, uint32_t count);
  uint64_t of(ExprId id);
  uint64_t own(const Expr& reduce) const;

 private:
  const Program& program_;
  std::unordered_map<ExprId, uint64_t> known_;
};

// Reductions inside `body` that do not depend on the loop axes first .. first+count-1: to be evaluated once, before those loops.
// Outermost ones only.
std::vector<ExprId> loop_invariants(const Program& program, ExprId body, uint32_t first, uint32_t count);

// Values computed on the way and still valid: entering a branch or loop opens a scope, leaving it forgets what was learnt inside.
template <class Value>
class ScopedValues {
 public:
  const Value* find(ExprId id) const {
    auto it = values_.find(id);
    return it == values_.end() ? nullptr : &it->second;
  }
  void set(ExprId id, Value value) {
    if (values_.emplace(id, value).second) log_.push_back(id);
  }
  size_t open() const { return log_.size(); }
  void close(size_t mark) {
    while (log_.size() > mark) {
      values_.erase(log_.back());
      log_.pop_back();
    }
  }

 private:
  std::unordered_map<ExprId, Value> values_;
  std::vector<ExprId> log_;
};

}  // namespace loopscope
