// Reducers inside larger equations become variables of their own, aggregate nodes (LTM.md section 3): n elements meet in one value which
// then drives the target. Values keep their bits.
#pragma once
#include "ir/program.h"

namespace loopscope {

// Adds `$⁚ltm⁚agg⁚n`, arrayed over the axes of the equation that the reducer is free in, before the equation that first has it. Equal
// reducers share one; n counts first encounters in the order of the variables' names. A reducer that is a whole equation needs none.
void hoist_aggregates(Program& program);

// The dimension that consists of these positions of another one, found or added. All of them in order: that dimension itself.
class SubdimensionTable {
 public:
  explicit SubdimensionTable(Program& program);
  uint32_t of(uint32_t dimension, const std::vector<uint32_t>& positions);
  uint32_t named(const std::string& name, std::vector<std::string> elements);
  // The dimension of each loop of an equation, by what of the target the loop runs over.
  uint32_t of_loop(const std::vector<uint32_t>& dimensions, const std::vector<IndexMap>& indices, uint32_t axis, uint32_t extent);

 private:
  Program& program_;
  std::unordered_map<std::string, uint32_t> known_;
};

}  // namespace loopscope
