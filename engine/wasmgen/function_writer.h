// One section of the program as wasm functions: expressions become expression trees; a value used again soon is kept in a local;
// a long section is split into several functions, so that the host's optimising compiler takes each.
#pragma once
#include <set>

#include "ir/lowering_support.h"
#include "wasm-builder.h"

namespace loopscope {

// Where things lie in the blob's memory.
struct MemoryMap {
  uint32_t run = 0;           // struct ls_run
  uint32_t tables = 0;        // struct ls_table of each graphical function
  uint32_t table_data = 0;
  uint32_t index_tables = 0;  // u32 arrays, one after the other
  std::vector<uint32_t> index_table_at;
  uint32_t links = 0;         // struct ls_link of each link score of the table
  uint32_t defaults = 0;      // of constants
  uint32_t slab = 0;
  uint32_t columns = 0;       // f64 arrays for a nest's own use, behind all else
  uint64_t end = 0;           // bytes
};

// Nests share it, each for its own columns.
constexpr uint64_t room_for_columns = 64 << 20;

class FunctionWriter {
 public:
  FunctionWriter(const Program& program, const MemoryMap& memory, wasm::Module& module)
      : program_(program), memory_(memory), module_(module), build_(module), regions_(work_regions(program, work_)) {}

  // Defines `name` (row, previous, out) to run the section, and further functions where it is long.
  void write_section(Section section, wasm::Name name);
  // Defines `name` as the step and its scores over arrays in one if that saves a pass over an array; an empty function otherwise.
  bool write_scored_step(wasm::Name name);
  // Defines `name` (row, step, count) as wasm-runtime's model_loop if the program can have one; an empty function otherwise.
  bool write_loop(wasm::Name name);
  // Runtime functions that generated code calls.
  const std::set<std::string>& runtime_calls() const { return calls_; }
  // Where the columns of all nests end; they may share their memory.
  uint32_t columns_end() const { return columns_end_; }

 private:
  friend class LoopWriter;
  using Expression = wasm::Expression;
  enum Parameter : wasm::Index { row = 0, previous = 1, out = 2, parameters = 3 };

  void write_assignments(std::vector<Assignment> assignments, wasm::Name name);
  void begin_function();
  void end_function(wasm::Name name);
  void assignment(const Assignment& a);
  void element_assignment(const Assignment& a);
  bool can_loop(const std::vector<Assignment>& step) const;

  Expression* value(ExprId id);       // f64
  Expression* compute(ExprId id);     // without looking for a kept value
  Expression* condition(ExprId id);   // i32
  Expression* special(ExprId id);
  Expression* operation(ExprId id);
  Expression* load(ExprId id);
  Expression* element_load(ExprId id);
  Expression* reduce(ExprId id);
  bool is_written_out(ExprId reduce);
  // What a division by a power of two multiplies with, to the same bits; 0 for everything else.
  double factor_of_division(ExprId id) const;
  Expression* link_score(ExprId id);
  // The value in a local of its own, to be read several times.
  wasm::Index kept_value(ExprId id, std::vector<Expression*>& before);
  Expression* runtime_call(const char* function, std::vector<Expression*> arguments);

  Expression* pointer(wasm::Index parameter) {
    return build_.makeLocalGet(parameter == previous ? previous_ : parameter, wasm::Type::i32);
  }
  Expression* integer(uint32_t number) { return build_.makeConst(wasm::Literal(int32_t(number))); }
  Expression* number(double number) { return build_.makeConst(wasm::Literal(number)); }
  Expression* load_f64(Expression* pointer, uint32_t offset);
  Expression* store_f64(Expression* pointer, uint32_t offset, Expression* value);
  Expression* run_field(size_t offset);
  // Pointer and constant offset of slot 0 of where an assignment goes.
  Expression* destination(Destination d, uint32_t slot, uint32_t& offset);
  // Byte offset of an element, its constant part added to `constant`; computed indices add to `checks`.
  Expression* element_offset(const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides,
                             const std::vector<uint32_t>& extents, uint32_t& constant, std::vector<Expression*>& setup, Expression*& check);
  // The node that loads these elements from this row; none_id if there is none.
  ExprId element_load_of(VariableId variable, const std::vector<IndexMap>& indices) const;
  // Evaluates what does not depend on the loops before they start, and keeps it in locals.
  void hoist(ExprId body, uint32_t first, uint32_t count, std::vector<Expression*>& before);
  Expression* loops(uint32_t first_axis, const std::vector<uint32_t>& extents, Expression* body);

  wasm::Index new_local(wasm::Type type);
  wasm::Index axis_local(uint32_t axis);

  const Program& program_;
  const MemoryMap& memory_;
  wasm::Module& module_;
  wasm::Builder build_;
  uint64_t work_ = 0;
  std::unordered_map<ExprId, uint32_t> regions_;  // of each Invert
  std::set<std::string> calls_;
  uint32_t columns_end_ = memory_.columns;
  bool write_out_ = true;  // short nests and sums, without a loop
  std::vector<uint32_t> uses_;
  std::vector<ExprId> current_load_;  // the node that loads a scalar variable from this row, or none_id
  std::unordered_multimap<VariableId, ExprId> element_loads_;  // those that load elements of an array

  // of the function being written
  std::vector<Expression*> body_;
  std::vector<wasm::Type> locals_;
  std::vector<wasm::Index> axes_;
  std::unordered_map<uint32_t, wasm::Index> accumulators_;  // by first loop axis
  ScopedValues<wasm::Index> values_;
  wasm::Index previous_ = previous;  // where the pointer to the previous row is
  uint32_t size_ = 0;
  std::vector<uint32_t> marks_;  // of walks over expressions
  uint32_t stamp_ = 0;
  uint32_t labels_ = 0;
};

}  // namespace loopscope
