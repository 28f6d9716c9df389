// Expansion of one model's equations: names resolved, macro instances and lifted calls made into hidden variables.
#pragma once
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "semantics/builtins.h"
#include "semantics/equations.h"
#include "semantics/macros.h"

namespace loopscope {

constexpr const char* machinery_separator = "\u205A";  // in the names of hidden variables

class Expander {
 public:
  Expander(EquationSystem& system, Dialect dialect, const LineIndex& lines, std::vector<Diagnostic>& diagnostics)
      : system_(system), dialect_(dialect), lines_(lines), diagnostics_(diagnostics) {}

  // Parses and expands an equation of one of the user's variables, repeated over `loops`.
  Ast expand_text(uint32_t variable, const SourceText& text, const std::vector<uint32_t>& loops);
  // Gives a stock the hidden flow that Vensim's INTEG says, in one definition for each of the stock's.
  void add_net_flow(uint32_t stock, const std::vector<const Definition*>& definitions);
  // The value at the start time of an expression on numbers, time and other variables of that kind; none if it needs more.
  std::optional<double> value_at_start(const Ast& ast, AstId node, const std::string& scope) const { return known_value(ast, node, scope, {}); }
  // The same where it is the value at all times.
  std::optional<double> constant_value(const Ast& ast, AstId node, const std::string& scope) const { return known_value(ast, node, scope, {.always = true}); }
  // The latest time that FINAL TIME's equation can say as long as no constant is set: of a choice the greater of its branches, and TIME itself
  // is the end whenever it comes. None if only the run can tell.
  std::optional<double> latest_time(const Ast& ast, AstId node) const { return latest_time(ast, node, {.always = true}); }
  // The variable that a name means to the variables of `scope` (a module instance's prefix), or none_id.
  uint32_t find_variable(const std::string& name, const std::string& scope) const;
  // The modeller's own macros, by canonical name, and the inputs of modules that are connected.
  void set_macros(const std::vector<Macro>& macros);
  void set_connected(std::unordered_set<std::string> connected) { connected_ = std::move(connected); }
  void report(uint32_t variable, Code code, const SourceText* text, uint32_t offset, uint32_t length, std::string message);

 private:
  // What names mean where a tree was written: in the user's model, or inside a macro body.
  struct Scope {
    uint32_t owner;                // the user's variable whose diagnostics these are
    uint32_t self;                 // SELF
    const SourceText* text;        // offsets, nullptr inside a macro body
    uint32_t macro;                // instance, or none_id
    const std::vector<uint32_t>* loops;  // dimensions that the equation is repeated over
    // Macro bodies only: name -> tree of its own (a number or a name).
    const std::unordered_map<std::string, std::pair<Ast, AstId>>* bindings;
    bool reduced = false;          // a reducer folds the whole axes that stand here
  };

  // What is known before a run (times.cpp). A variable's equation is looked at wherever its name stands, so looks are counted.
  struct Looks {
    bool always = false;
    int depth = 0;
    std::shared_ptr<int> left = std::make_shared<int>(1'000'000);
    Looks deeper() const { return {always, depth + 1, left}; }
    bool enough() const { return depth > 20 || --*left < 0; }
  };
  std::optional<double> known_value(const Ast& ast, AstId node, const std::string& scope, const Looks& looks) const;
  std::optional<double> latest_time(const Ast& ast, AstId node, const Looks& looks) const;
  // The equation of a variable that has one and no more; empty if it is none of that kind.
  Ast only_equation(uint32_t variable) const;

  Ast expand_text(const Scope& scope);  // the scope's text

  AstId expand(const Ast& from, AstId node, Ast& out, const Scope& scope, bool whole);
  AstId expand_name(const Ast& from, AstId node, Ast& out, const Scope& scope);
  AstId expand_transposed(const Ast& from, AstId node, Ast& out, const Scope& scope);
  AstId expand_subscript(const Ast& from, AstId node, Ast& out, const Scope& scope, uint32_t dimension);
  // A name with the subscripts of the hidden variable: the dimensions of its loops.
  AstId add_reference(Ast& out, uint32_t variable, const AstNode& place);
  AstId add_subscripted(Ast& out, const std::string& name, const std::vector<AstId>& subscripts, const AstNode& place);
  AstId expand_call(const Ast& from, AstId node, Ast& out, const Scope& scope, bool whole);
  AstId expand_special(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin, bool whole);
  // The vector and allocation functions, as the lowering wants them (expand_vectors.cpp).
  AstId expand_vector(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin);
  AstId expand_allocation(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin);
  bool add_profile(const Ast& from, AstId profile, bool whole, Ast& out, const Scope& scope, std::vector<AstId>& arguments);
  AstId expand_queue_age(const Ast& from, AstId node, Ast& out, const Scope& scope, const std::string& name);
  AstId expand_schedule(const Ast& from, AstId node, Ast& out, const Scope& scope);
  // Is it the name of a graphical function, or of a variable with one?
  bool has_table(const Ast& from, AstId argument, const Scope& scope) const;
  bool is_nought(const Ast& from, AstId argument, const Scope& scope) const;
  AstId expand_time_value(const Ast& from, AstId node, Ast& out, const Scope& scope);
  AstId expand_builtin_macro(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin);
  AstId expand_macro(const Ast& from, AstId node, Ast& out, const Scope& scope, const BuiltinMacro& macro, const std::string& name, int skipped);
  AstId expand_table_call(const Ast& from, AstId node, Ast& out, const Scope& scope, const std::string& name);
  AstId copy_call(const Ast& from, AstId node, Ast& out, const Scope& scope, std::string_view name);
  // A hidden variable `$⁚owner⁚n⁚suffix`.
  uint32_t add_hidden(const Scope& scope, const std::string& suffix, VariableKind kind);
  AstId lift(const Scope& scope, const std::string& suffix, Ast tree, const AstNode& place, Ast& out, uint32_t& hidden);
  uint32_t take_streams(uint32_t variable);
  // The argument as a plain name: itself if it is one, else a hidden variable computing it.
  AstId name_of_argument(const Ast& from, AstId argument, Ast& out, const Scope& scope, const char* suffix);
  std::string did_you_mean(const std::string& name, bool function);
  AstId error(const Scope& scope, const Ast& from, AstId node, Code code, std::string message, Ast& out);
  uint32_t find(const std::string& name, const Scope& scope) const;
  // The same of a name that a macro's body may have bound to another.
  uint32_t find_bound(const std::string& name, const Scope& scope) const;

  EquationSystem& system_;
  Dialect dialect_;  // of the modeller's equations
  const LineIndex& lines_;
  std::vector<Diagnostic>& diagnostics_;
  std::unordered_map<uint32_t, uint32_t> hidden_count_;  // by owner
  std::unordered_map<std::string, BuiltinMacro> macros_;
  std::unordered_set<std::string> connected_;  // module inputs
  uint32_t streams_ = 0;
  int macro_depth_ = 0;
  bool said_base_date_ = false;
  uint32_t instances_ = 0;
  int suggestions_left_ = 50;  // each costs a look at every name
};

}  // namespace loopscope
