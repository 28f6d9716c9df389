#include "semantics/macros.h"

namespace loopscope {

namespace {

using Kind = VariableKind;

std::string numbered(const char* stem, int i) { return stem + std::to_string(i); }

// n first-order smooths in a row, each with an n-th of the averaging time.
BuiltinMacro smooth(int n) {
  BuiltinMacro macro;
  macro.parameters = {{"input", ""}, {"averaging_time", ""}, {"initial_value", "input"}};
  std::string time = n == 1 ? "averaging_time" : "(averaging_time / " + std::to_string(n) + ")";
  for (int i = 1; i <= n; i++) {
    std::string level = i == n ? "output" : numbered("level_", i);
    std::string before = i == 1 ? "input" : numbered("level_", i - 1);
    macro.lines.push_back({Kind::Stock, level, "initial_value", numbered("change_", i), ""});
    macro.lines.push_back({Kind::Flow, numbered("change_", i), "(" + before + " - " + level + ") / " + time, "", ""});
  }
  return macro;
}

// n first-order material delays in a row. A stage shorter than dt would overshoot: the N-th order delay then uses only as many stages
// as fit, as Vensim does (its DELAY N of 1.25 with dt 0.5 equals the second-order one).
BuiltinMacro delay(int n, bool limited) {
  BuiltinMacro macro;
  macro.parameters = {{"input", ""}, {"delay_time", ""}, {"initial_value", "input"}};
  if (n == 1) limited = false;
  std::string order = limited ? "order" : std::to_string(n);
  std::string time = n == 1 ? "delay_time" : "(delay_time / " + order + ")";
  if (limited)
    macro.lines.push_back({Kind::Auxiliary, "order", "INIT(MAX(1, MIN(" + std::to_string(n) + ", INT(delay_time / DT + 0.000001))))", "", ""});
  std::string choice;
  for (int i = 1; i <= n; i++) {
    std::string leaving = i == n && !limited ? "output" : numbered("leaving_", i);
    std::string entering = i == 1 ? "entering" : numbered("leaving_", i - 1);
    macro.lines.push_back({Kind::Stock, numbered("stage_", i), "initial_value * " + time, entering, leaving});
    macro.lines.push_back({Kind::Flow, leaving, numbered("stage_", i) + " / " + time, "", ""});
    if (limited) choice += i < n ? "IF order = " + std::to_string(i) + " THEN " + leaving + " ELSE " : leaving;
  }
  macro.lines.push_back({Kind::Flow, "entering", "input", "", ""});
  if (limited) macro.lines.push_back({Kind::Auxiliary, "output", choice, "", ""});
  return macro;
}

struct TextMacro {
  const char* name;
  std::vector<MacroParameter> parameters;
  std::vector<MacroLine> lines;
};

const std::vector<TextMacro>& text_macros() {
  static const std::vector<TextMacro> macros = {
      {"trend",
       {{"input", ""}, {"averaging_time", ""}, {"initial_trend", "0"}},
       {{Kind::Stock, "average", "input / (1 + initial_trend * averaging_time)", "change", ""},
        {Kind::Flow, "change", "(input - average) / averaging_time", "", ""},
        {Kind::Auxiliary, "output", "SAFEDIV(input - average, averaging_time * ABS(average))", "", ""}}},
      {"forcst",
       {{"input", ""}, {"averaging_time", ""}, {"horizon", ""}, {"initial_trend", "0"}},
       {{Kind::Stock, "average", "input / (1 + initial_trend * averaging_time)", "change", ""},
        {Kind::Flow, "change", "(input - average) / averaging_time", "", ""},
        {Kind::Auxiliary, "trend_rate", "SAFEDIV(input - average, averaging_time * ABS(average))", "", ""},
        {Kind::Auxiliary, "output", "input * (1 + trend_rate * horizon)", "", ""}}},
      {"npv",
       {{"stream", ""}, {"discount_rate", ""}, {"initial_value", "0"}, {"factor", "1"}},
       {{Kind::Stock, "discount", "1", "", "discounting"},
        {Kind::Flow, "discounting", "discount * discount_rate", "", ""},
        {Kind::Stock, "accumulated", "initial_value", "discounted", ""},
        {Kind::Flow, "discounted", "stream * discount", "", ""},
        {Kind::Auxiliary, "output", "(accumulated + stream * DT * discount) * factor", "", ""}}},
      {"sample_if_true",
       {{"condition", ""}, {"input", ""}, {"initial_value", ""}},
       {{Kind::Auxiliary, "output", "IF condition THEN input ELSE PREVIOUS(SELF, initial_value)", "", ""}}},
      {"log", {{"x", ""}, {"base", "10"}}, {{Kind::Auxiliary, "output", "LN(x) / LN(base)", "", ""}}},
      {"rootn", {{"x", ""}, {"n", ""}}, {{Kind::Auxiliary, "output", "x ^ (1 / n)", "", ""}}},
      {"percent", {{"x", ""}}, {{Kind::Auxiliary, "output", "x * 100", "", ""}}},
      {"sinwave", {{"amplitude", ""}, {"period", ""}}, {{Kind::Auxiliary, "output", "amplitude * SIN(2 * PI * TIME / period)", "", ""}}},
      {"coswave", {{"amplitude", ""}, {"period", ""}}, {{Kind::Auxiliary, "output", "amplitude * COS(2 * PI * TIME / period)", "", ""}}},
      {"counter", {{"first", ""}, {"last", ""}}, {{Kind::Auxiliary, "output", "first + (TIME - STARTTIME) MOD (last - first)", "", ""}}},
      {"switch", {{"a", ""}, {"b", ""}}, {{Kind::Auxiliary, "output", "IF a > b THEN 1 ELSE 0", "", ""}}},
      {"montecarlo",
       {{"probability", ""}, {"seed", "0"}},
       {{Kind::Auxiliary, "output", "IF RANDOM(0, 100, seed) < probability * DT THEN 1 ELSE 0", "", ""}}},
      {"normalcdf",
       {{"lower", ""}, {"upper", ""}, {"mean", "0"}, {"deviation", "1"}},
       {{Kind::Auxiliary, "output", "NORMAL_CDF(upper, mean, deviation) - NORMAL_CDF(lower, mean, deviation)", "", ""}}},
  };
  return macros;
}

}  // namespace

int macro_order_argument(const std::string& name) {
  if (name == "smthn" || name == "delayn") return 2;
  return name == "delay_n" ? 3 : -1;
}

BuiltinMacro builtin_macro(const std::string& name, int order) {
  if (name == "smth1") return smooth(1);
  if (name == "smth3") return smooth(3);
  if (name == "smthn") return smooth(order);
  if (name == "delay1") return delay(1, false);
  if (name == "delay3") return delay(3, false);
  if (name == "delayn" || name == "delay_n") return delay(order, true);
  for (const TextMacro& macro : text_macros())
    if (name == macro.name) return {macro.parameters, macro.lines};
  return {};
}

}  // namespace loopscope
