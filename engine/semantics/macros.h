// Builtin macros, written in the model language: what SMTH1, DELAY3, TREND... stand for (XMILE 1.0 section 3.5.3, Vensim's
// documented expansions). A call becomes an instance: hidden variables between the arguments and the output.
#pragma once
#include <string>
#include <vector>

#include "model/model.h"

namespace loopscope {

struct MacroLine {
  VariableKind kind;
  std::string name;
  std::string equation = {};  // initial value of a stock
  std::vector<std::string> inflows = {}, outflows = {};
  std::optional<GraphicalFunction> table = {};
  std::string initial = {};  // Vensim's ACTIVE INITIAL
};

struct MacroParameter {
  std::string name;
  std::string fallback;  // expression over earlier parameters where the argument is left out; empty: required
};

struct BuiltinMacro {
  std::vector<MacroParameter> parameters;
  std::vector<MacroLine> lines;  // one is named "output"
  Dialect dialect = Dialect::Xmile;
};

// The macro of builtins.def's `form`. `order` is the order of the N-th order ones and the length of a schedule, else ignored; `vensim`: the model is Vensim's,
// where the two differ.
BuiltinMacro builtin_macro(const std::string& name, int order, bool vensim);
// Which argument is the literal order of the macro (smthn, delayn), or -1.
int macro_order_argument(const std::string& name);
constexpr int max_macro_order = 200;

}  // namespace loopscope
