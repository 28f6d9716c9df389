// Equations over arrays as one nest of loops, two elements of the innermost at a time (f64x2). Every lane does the operations of its
// element in their order, so no bit changes; a sum over another axis than the innermost is one sum a lane.
#pragma once
#include <memory>

#include "wasmgen/function_writer.h"

namespace loopscope {

class LoopWriter {
 public:
  explicit LoopWriter(FunctionWriter& writer) : f_(writer), program_(writer.program_), build_(writer.build_) {}

  // Brings the assignments into an order of the same meaning in which those that can go into one nest stand together, wherever they stood.
  // Gives how many of them each nest takes; 0 stands for one that is written by itself.
  std::vector<size_t> gather(std::vector<Assignment>& assignments);
  // Can the assignment go into a nest?
  bool contiguous(const Assignment& a) const;
  // Appends the nest to the function that is being written.
  void write(const Assignment* assignments, size_t count);

 private:
  using Expression = wasm::Expression;
  using Index = wasm::Index;

  // A pointer that a loop moves along an array.
  struct Stream {
    int base;                            // Source, or 3: where assignments go that are not of this row
    std::vector<IndexMap> indices;
    std::vector<uint32_t> strides;       // of those indices
    Index local;
    uint32_t step;                       // bytes an iteration
  };
  struct Level {  // the loop over lanes, or the innermost of a reducer
    uint64_t axes;                       // of the whole reducer
    uint32_t axis, elements;             // the one that moves, by so many elements an iteration
    std::vector<Stream> streams;
  };

  std::vector<IndexMap> target(const Assignment& a) const;

  using Visited = std::unordered_map<ExprId, uint64_t>;
  void collect(ExprId id, uint64_t loops, std::vector<ExprId>& invariants, Visited& visited);
  bool by_lanes(ExprId id) const;
  void hoist(ExprId id, std::vector<Expression*>& before);
  void collect_columns(ExprId id, uint64_t around, uint64_t loops, std::vector<ExprId>& columns, Visited& visited);
  uint32_t work(ExprId id);
  void hoist_columns(const Assignment* assignments, size_t count);
  Expression* column(ExprId id);
  void written_out(const Assignment* assignments, size_t count, std::vector<Expression*>& out);
  void over_lanes(uint32_t extent, std::vector<Expression*>& body, std::vector<Expression*>& before);

  Expression* vector(ExprId id);
  Expression* compute(ExprId id);
  Expression* one_branch(ExprId id);
  Expression* mask(ExprId id);
  Expression* load(ExprId id);
  Expression* load_by_table(const LoadInfo& info, const std::vector<uint32_t>& strides, Source source, uint32_t step);
  Expression* reduce(ExprId id);
  Expression* link_score(ExprId id);
  Expression* lanes(ExprId id);
  Expression* splat(Expression* scalar) { return build_.makeUnary(wasm::SplatVecF64x2, scalar); }
  Expression* constant(double number);
  Expression* get(Index local) { return build_.makeLocalGet(local, wasm::Type::v128); }
  Index kept(ExprId id, std::vector<Expression*>& before);

  void store(const Assignment& a, std::vector<Expression*>& body);
  struct Place {
    Index pointer;
    uint32_t offset;
  };
  Place stream(int base, const std::vector<IndexMap>& indices, const std::vector<uint32_t>& strides);
  Expression* pointer(int base);
  void start(Level& level, std::vector<Expression*>& before);
  void advance(const Level& level, std::vector<Expression*>& body);
  void remainder(const Assignment* assignments, size_t count, uint32_t extent, std::vector<Expression*>& body);

  FunctionWriter& f_;
  const Program& program_;
  wasm::Builder& build_;
  std::vector<Level> levels_;
  std::vector<uint32_t> marks_;
  uint32_t stamp_ = 0;
  uint32_t lane_ = 0;  // the innermost axis
  uint64_t lane_mask_ = 0;
  uint32_t turn_ = 0;  // of a nest that is written out, which pair of lanes
  std::unique_ptr<AxisUse> use_;
  ScopedValues<Index> values_;  // v128 locals
  std::unordered_map<ExprId, uint32_t> columns_;  // values in memory, one a lane, by where they begin
};

}  // namespace loopscope
