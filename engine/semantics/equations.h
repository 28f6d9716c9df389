// The equations of a model after names are resolved and hidden structure is made explicit (phase `equations`): every variable
// scalar or arrayed, user's or machinery, with its syntax tree in terms of canonical names. Macro calls, random draws, PREVIOUS, DELAY and
// INIT inside larger equations have become hidden variables of their own, so that nothing later meets a call with memory
// inside an expression.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "external/data.h"
#include "ir/program.h"
#include "model/model.h"
#include "semantics/dimensions.h"
#include "syntax/ast.h"

namespace loopscope {

// What the host may say instead of the model.
struct CompileOptions {
  bool ltm = false;
  std::string ltm_mode = "auto";  // auto, exhaustive, discovery
  std::vector<std::vector<std::string>> pinned_loops;  // by their variables in causal order
  uint32_t discovery_max_loops = 200;
  double discovery_threshold = 0.001, discovery_budget_ms = 2000;
  std::optional<double> start, stop, dt, save_interval;
  std::optional<Method> method;
  const ExternalData* data = nullptr;  // what the model reads from files
};

// Which elements of its variable a definition gives values to, along one axis.
struct TargetAxis {
  uint32_t loop = none_id;      // which of the definition's loops runs over it; none_id: one element
  uint32_t element = 0;         // that element
  std::vector<uint32_t> map;    // loop over another dimension (a subrange): its positions here; empty: one to one
};

// One equation for some elements of a variable. Scalars have one, without axes.
struct EquationDefinition {
  std::vector<uint32_t> loops;       // dimensions that it is repeated over
  std::vector<TargetAxis> target;    // one an axis of the variable
  std::vector<std::vector<std::vector<bool>>> except;  // parts of the variable that it says nothing about: by axis and element
  Ast equation, initial;             // expanded; empty where there is none or it has errors
  int32_t table = -1;                // graphical function applied to the equation (or alone, kind Table)
  std::optional<DataRule> rule;      // of a data variable: how the table is read
  bool external = false;             // has its values from a file
  const SourceText* text = nullptr;  // that offsets of `equation` point into, if any
};

struct EquationVariable {
  std::string id, name, units;
  std::string scope;                // prefix of the names of its module instance: "hares." or empty
  VariableKind kind = VariableKind::Auxiliary;
  bool hidden = false;
  bool non_negative = false;
  std::vector<double> limits;       // of a stock that SINTEG makes: minimum, maximum, quantum, special value, its threshold; missing_value for none
  bool initial_only = false;        // INIT(...): computed once, before the first row
  bool shapeless = false;           // its dimensions could not be had: what reads it cannot be checked
  bool faulty = false;              // errors were reported: not lowered
  uint32_t macro = none_id;         // instance that it is inside of (its output included)
  uint32_t stream = 0;              // of the random draw that the equation makes: the first of one an element
  std::vector<uint32_t> dimensions;
  std::vector<EquationDefinition> definitions;
  std::vector<uint32_t> inflows, outflows;  // variables
  const Variable* written = nullptr;        // of the user's variables
  uint32_t owner = none_id;                 // of a hidden variable: the user's variable whose equation made it

  bool has_table() const { return !definitions.empty() && definitions[0].table >= 0; }
};

struct EquationSystem {
  std::string name, time_units;
  bool vensim_made = false;
  SimSpecs specs;
  std::optional<Calendar> calendar;  // what dates mean, if the file says so
  uint32_t steps = 0, save_every = 1;
  // The variable FINAL TIME, where it depends on the run; its equation, which is none of the model's variables; whether the host gives a stop
  // time, the latest that the run may go to.
  uint32_t final_time = none_id;
  std::unique_ptr<const Variable> final_equation;
  bool stop_given = false;
  std::vector<EquationVariable> variables;
  std::unordered_map<std::string, uint32_t> index;  // id -> variable
  std::vector<ProgramTable> tables;
  Dimensions dimensions;
  std::vector<MacroInfo> macros;                    // output = index into variables
};

// The elements of its variable that a definition is about, in the order of its loops.
class ElementWalk {
 public:
  ElementWalk(const Dimensions& dimensions, const EquationVariable& v, const EquationDefinition& d);
  // To the first, to the next; false where there are no more. Exceptions are passed over.
  bool next();
  uint32_t element = 0;         // its place in the variable
  std::vector<uint32_t> place;  // the same, an axis each
  std::vector<uint32_t> at;     // of each of the loops
  size_t number = 0;            // how many stand before it in the loops, exceptions counted

 private:
  bool excepted() const;
  const Dimensions& dimensions_;
  const EquationVariable& v_;
  const EquationDefinition& d_;
  bool begun_ = false;
};

// Builds the system of the main model. Errors go to diagnostics; what has none is complete all the same.
EquationSystem build_equations(const Project& project, const CompileOptions& options, std::vector<Diagnostic>& diagnostics);

// The phase dump.
std::string dump_ast(const Project& project);
std::string dump_equations(const EquationSystem& system);

// Is a subscript's name an element of that dimension, or a dimension? Then it is nothing else, whatever variables are called so.
bool names_axis(const EquationSystem& system, const std::string& name, uint32_t dimension);

// Where a definition with these subscripts puts its values: an element, or a loop, an axis. Says what is wrong with them, if something is.
std::string place_definition(const EquationSystem& system, const EquationVariable& v, const std::vector<std::string>& subscripts, EquationDefinition& out);

// Is the call one that folds the whole axes of its arguments into a number?
bool is_reducer(const Ast& ast, AstId node);

// The table of a graphical function; -1 if it has no points.
int32_t add_table(EquationSystem& system, const std::string& id, const GraphicalFunction& gf);

// A number literal, also with signs before it; none otherwise.
std::optional<double> literal_number(const Ast& ast, AstId node);

}  // namespace loopscope
