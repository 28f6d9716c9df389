// Score variables and their equations: of a link one with an element for each edge, of composites and loops one with an element for each
// of the paths that differ in their elements alone.
#pragma once
#include "ltm/aggregates.h"
#include "ltm/link_scores.h"

namespace loopscope {

class ScoreVariables {
 public:
  ScoreVariables(Program& program, LtmPlan& plan) : program_(program), plan_(plan), build_(program), scores_(program, plan, build_), dimensions_(program) {}

  // $⁚ltm⁚link_score⁚from→to, over the loops of the link.
  VariableId link(const Link& link, const CausalRead& read);

  // The products of paths' scores; of several paths the one of largest magnitude. `instances[i]` are the paths of element i, `dimensions`
  // and `elements` say what the elements are called.
  using Paths = std::vector<std::vector<uint32_t>>;
  VariableId products(const std::string& name, const std::vector<Paths>& instances, const std::vector<uint32_t>& dimensions,
                      const std::vector<std::vector<uint32_t>>& elements);

  size_t terms() const { return std::max(program_.exprs.size(), program_.arguments.size() / 2); }

 private:
  VariableId declare(const std::string& name, std::vector<uint32_t> dimensions);
  // The variable's equation for all of its elements.
  void define(VariableId v, ExprId value);
  std::string subscripts(VariableId v, const std::vector<IndexMap>& indices, const std::vector<uint32_t>& loop_dimensions, bool all);
  bool is_diagonal(const Link& link, const CausalRead& read) const;
  std::vector<uint32_t> shape(const Paths& paths) const;
  ExprId product(const std::vector<Paths>& instances, const std::vector<uint32_t>& grid, bool& fits);
  ExprId path_product(const std::vector<Paths>& instances, size_t path, const std::vector<uint32_t>& grid, bool& fits);
  ExprId score_load(const std::vector<uint32_t>& edges, const std::vector<uint32_t>& grid, bool& fits);
  bool along_axis(const std::vector<uint32_t>& positions, const std::vector<uint32_t>& grid, IndexMap& out);
  uint32_t index_table(std::vector<uint32_t> table);

  Program& program_;
  LtmPlan& plan_;
  ExprBuilder build_;
  LinkScores scores_;
  SubdimensionTable dimensions_;
  std::unordered_map<std::string, uint32_t> names_;
};

}  // namespace loopscope
