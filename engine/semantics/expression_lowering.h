// One expanded equation -> IR expression, in the context of the loops that repeat it: every subscript becomes an index map,
// every reducer a Reduce over axes of its own.
#pragma once
#include <functional>
#include <tuple>

#include "ir/schedule.h"
#include "semantics/builtins.h"
#include "semantics/equations.h"

namespace loopscope {

// A loop, or (unrolled) one element of it.
struct LoweringAxis {
  uint32_t dimension;
  uint32_t number = 0;    // of the loop axis
  uint32_t offset = 0;    // first element, of a range
  uint32_t extent = 0;
  bool fixed = false;
  uint32_t element = 0;   // of a fixed one
  bool single = false;    // the element that the definition is for: there is no loop over it
};

class ExpressionLowering {
 public:
  using Report = std::function<void(Code, uint32_t offset, uint32_t length, std::string)>;
  ExpressionLowering(const EquationSystem& system, UnorderedProgram& result, const std::vector<VariableId>& program_id)
      : build(result.program), system_(system), result_(result), program_id_(program_id) {}

  // The value of a tree of `variable`; errors go to `report`.
  ExprId lower(const Ast& ast, AstId node, uint32_t variable, std::vector<LoweringAxis> axes, Report report);
  // An element of a variable whose dimensions the axes of the last lower() run over.
  ExprId load_over_axes(VariableId variable, const std::vector<uint32_t>& dimensions, Plane plane = Plane::Current);
  // The index map that follows an axis into a dimension; none where the two have nothing to do with each other.
  std::optional<IndexMap> follow(const LoweringAxis& axis, uint32_t dimension, uint32_t through = none_id);

  // The value of a graphical function, or of data by its rule.
  ExprId look_up(ExprId x, uint32_t table, DataRule rule);

  ExprBuilder build;

 private:
  // A whole axis inside a reducer, found again by what it is and how often it stood before in the same reference.
  struct FreeAxis {
    uint32_t dimension, offset, extent, occurrence;
    bool named;  // written as a dimension that no loop runs over
    LoweringAxis axis;
    bool told = false;  // written as a part or dimension of the whole axis
    bool like(const FreeAxis& other) const { return dimension == other.dimension && offset == other.offset && extent == other.extent; }
    bool operator==(const FreeAxis& other) const { return like(other) && occurrence == other.occurrence; }
  };
  // The loop that an argument is a vector over, and the dimension whose elements are meant there, position by position.
  struct VectorAxis {
    size_t loop;
    uint32_t dimension;
  };

  ExprId visit(const Ast& ast, AstId node);
  ExprId reference(const Ast& ast, AstId node, Plane plane);
  ExprId operation(const Ast& ast, AstId node);
  ExprId call(const Ast& ast, AstId node);
  ExprId builtin_operation(const Ast& ast, AstId node, const Builtin& builtin);
  std::vector<ExprId> arguments_of(const Ast& ast, AstId node, const Builtin& builtin);
  ExprId special(const Ast& ast, AstId node, BuiltinSpecial what);
  ExprId table_call(const Ast& ast, AstId node, const Builtin& builtin);
  const std::vector<uint32_t>& tables_of(const EquationVariable& v);
  ExprId choose_table(const EquationVariable& v, const std::vector<IndexMap>& indices, std::vector<uint32_t>& element, Op op,
                      const std::vector<ExprId>& arguments, bool& whole);
  // The index maps of a name's subscripts, or of its axes where it has none. False after an error.
  bool indices_of(const Ast& ast, AstId node, const EquationVariable& v, std::vector<IndexMap>& indices);
  // Whole axes that nothing reduces (x[2:4] as the equation of an array): the loops that no other subscript names, position by position.
  bool slice(const Ast& ast, AstId node, const EquationVariable& v, const std::vector<std::pair<uint32_t, FreeAxis>>& open, std::vector<IndexMap>& indices);
  bool names_loop(const Ast& ast, AstId subscript, uint32_t dimension, size_t loop) const;
  ExprId reduce(const Ast& ast, AstId node, BuiltinReducer reducer);
  ExprId fold(const Ast& ast, AstId node, Op op);
  // Marks a value as a reducer of the modeller's, which LTM makes a node of.
  ExprId aggregate(const Ast& ast, AstId node, ExprId value);
  ExprId vector_rank(const Ast& ast, AstId node);
  ExprId order_of_rank(const Ast& ast, AstId node);
  ExprId vector_map(const Ast& ast, AstId node);
  ExprId vector_select(const Ast& ast, AstId node);
  ExprId vector_reorder(const Ast& ast, AstId node);
  ExprId invert_matrix(const Ast& ast, AstId node);
  // How a quantity is wanted or offered at a level (allocation.cpp).
  struct Curve {
    ExprId quantity, kind, priority, width, reach;
  };
  Curve curve(const Ast& ast, AstId node, uint32_t first);
  // False, with an error, if the kind of a curve is a number known now and none that is simulated.
  bool has_curve(const Ast& ast, AstId kind);
  ExprId demand_at(const Curve& curve, ExprId level);
  ExprId supply_at(const Curve& curve, ExprId level);
  template <class F>
  ExprId search(uint32_t axis, ExprId low, ExprId high, F&& too_low);
  ExprId allocate(const Ast& ast, AstId node);
  ExprId market_price(const Ast& ast, AstId node);
  // The last loop that it reads, or else the last that has as many elements.
  std::optional<VectorAxis> vector_axis(const Ast& ast, AstId argument) const;
  // Visits the argument, with that loop running on its own where `other` wants to know its axis.
  ExprId along(const Ast& ast, AstId argument, VectorAxis vector, LoweringAxis* other);
  // A number, or the name of a variable whose equation is one.
  std::optional<double> constant_of(const Ast& ast, AstId node) const;
  ExprId value(BuiltinValue v);
  ExprId fallback(std::string_view word);
  ExprId safe_divide(ExprId a, ExprId b, ExprId otherwise);
  ExprId power(ExprId a, ExprId b);
  ExprId axis_value(const LoweringAxis& axis);
  Op as_made(const Builtin& builtin) const;

  // Runs `body` with the free axes of the arguments as loops; the axes it used come back in `extents`.
  ExprId over_free_axes(const Ast& ast, const std::vector<AstId>& arguments, std::vector<uint32_t>& extents, uint32_t& first, const std::function<ExprId()>& body);
  void collect(const Ast& ast, AstId node, std::vector<FreeAxis>& out);
  // What a subscript is, if it is a whole axis or a part of one.
  std::optional<FreeAxis> free_axis(const Ast& ast, AstId subscript, uint32_t dimension);
  std::optional<IndexMap> subscript(const Ast& ast, AstId node, uint32_t dimension, std::vector<FreeAxis>& seen);
  std::optional<IndexMap> find_free(FreeAxis wanted, uint32_t dimension, std::vector<FreeAxis>& seen);
  std::string why_none(const Ast& ast, AstId node, uint32_t dimension) const;
  const LoweringAxis* named_axis(uint32_t dimension) const;
  ExprId error(const Ast& ast, AstId node, Code code, std::string message);
  VariableId add_initial(const std::string& suffix, ExprId value);
  uint32_t index_table(std::vector<uint32_t> table);

  const EquationSystem& system_;
  UnorderedProgram& result_;
  const std::vector<VariableId>& program_id_;
  uint32_t variable_ = 0;
  using Said = std::tuple<uint32_t, uint32_t, std::string>;  // variable, offset, message
  Said last_error_;
  std::vector<LoweringAxis> axes_;
  std::vector<std::vector<FreeAxis>> reducers_;
  uint32_t next_axis_ = 0;
  std::vector<std::vector<uint32_t>> tables_;  // of arrays, by variable, an element each
  Report report_;
};

}  // namespace loopscope
