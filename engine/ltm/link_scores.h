// The score of a link as an expression (LTM.md section 1): the target's equation with one source at its new value and everything else
// one dt earlier. For arrays, over the loops of the link, so that a score for every edge is one equation.
#pragma once
#include "ltm/causal_graph.h"

namespace loopscope {

class LinkScores {
 public:
  LinkScores(Program& program, const LtmPlan& plan, ExprBuilder& build) : program_(program), plan_(plan), build_(build) {}
  ExprId of(const Link& link, const CausalRead& read);

 private:
  struct Wanted {  // the source element of an edge, over the link's loops
    VariableId variable;
    const CausalRead* read;
  };
  class Mover;

  ExprId load_at(VariableId v, const std::vector<IndexMap>& indices, Plane plane) { return build_.load(v, plane, indices); }
  ExprId change_at(VariableId v, const std::vector<IndexMap>& indices) {
    return build_.subtract(load_at(v, indices, Plane::Current), load_at(v, indices, Plane::Previous));
  }
  ExprId flow(const Link& link, const CausalRead& read);
  ExprId applied_net(const StockInfo& stock, VariableId wanted, ExprId& flow);
  ExprId partial_change(const Link& link, const CausalRead& read, ExprId dz);
  ExprId linear_change(ExprId term, const Wanted& wanted);
  ExprId sum_change(ExprId sum, const Wanted& wanted);
  void additive_terms(ExprId id, bool negative, std::vector<std::pair<ExprId, bool>>& terms);

  bool only_input(ExprId root, const Wanted& wanted);
  bool reads(ExprId root, VariableId x);
  template <class F>
  void visit(ExprId root, F&& f) {
    for_each_node(program_, root, marks_, ++stamp_, f);
  }
  // The expression as it was one dt earlier, and with the wanted element at its new value and everything else one dt earlier. The
  // loops of reducers make room for the link's.
  ExprId at_previous(ExprId id, const CausalRead& read);
  ExprId with_only(ExprId id, const Wanted& wanted);
  ExprId index_value(const IndexMap& index);

  Program& program_;
  const LtmPlan& plan_;
  ExprBuilder& build_;
  std::unordered_map<ExprId, ExprId> previous_;     // of expressions without further loops: links of a target share them
  std::unordered_map<uint32_t, uint32_t> tables_;  // graphical function that says what an index table does
  std::vector<uint32_t> marks_;
  uint32_t stamp_ = 0;
};

}  // namespace loopscope
