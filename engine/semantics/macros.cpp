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
    macro.lines.push_back({Kind::Stock, level, "initial_value", {numbered("change_", i)}, {}});
    macro.lines.push_back({Kind::Flow, numbered("change_", i), "(" + before + " - " + level + ") / " + time});
  }
  return macro;
}

// n first-order material delays in a row.
BuiltinMacro delay(int n) {
  BuiltinMacro macro;
  macro.parameters = {{"input", ""}, {"delay_time", ""}, {"initial_value", "input"}};
  std::string time = n == 1 ? "delay_time" : "(delay_time / " + std::to_string(n) + ")";
  for (int i = 1; i <= n; i++) {
    std::string leaving = i == n ? "output" : numbered("leaving_", i);
    std::string entering = i == 1 ? "entering" : numbered("leaving_", i - 1);
    macro.lines.push_back({Kind::Stock, numbered("stage_", i), "initial_value * " + time, {entering}, {leaving}});
    macro.lines.push_back({Kind::Flow, leaving, numbered("stage_", i) + " / " + time});
  }
  macro.lines.push_back({Kind::Flow, "entering", "input"});
  return macro;
}

// The same of order n, as Vensim does it. A stage shorter than dt would overshoot, so only as many stages are used as fit (its DELAY N of
// 1.25 and order 3 with dt 0.5 equals that of order 2). Where the delay time changes during the run, Vensim's output answers one dt
// later than Stella's: its last stage still empties at the rate of the step before.
BuiltinMacro delay_of_order(int n, bool vensim) {
  BuiltinMacro macro;
  macro.parameters = {{"input", ""}, {"delay_time", ""}, {"initial_value", "input"}};
  macro.lines.push_back({Kind::Auxiliary, "order", "INIT(MAX(1, MIN(" + std::to_string(n) + ", INT(delay_time / DT + 0.000001))))"});
  macro.lines.push_back({Kind::Auxiliary, "stage_time", "delay_time / order"});
  std::string choice;
  for (int i = 1; i <= n; i++) {
    std::string stage = numbered("stage_", i), leaving = numbered("leaving_", i), number = std::to_string(i);
    std::string entering = i == 1 ? "entering" : numbered("leaving_", i - 1);
    std::string time = !vensim ? "stage_time" : "(IF order = " + number + " THEN last_stage_time ELSE stage_time)";
    macro.lines.push_back({Kind::Stock, stage, "initial_value * stage_time", {entering}, {leaving}});
    macro.lines.push_back({Kind::Flow, leaving, stage + " / " + time});
    choice += i < n ? "IF order = " + number + " THEN " + leaving + " ELSE " : leaving;
  }
  if (vensim) macro.lines.push_back({Kind::Auxiliary, "last_stage_time", "PREVIOUS(stage_time, stage_time)"});
  macro.lines.push_back({Kind::Flow, "entering", "input"});
  macro.lines.push_back({Kind::Auxiliary, "output", choice});
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
       {{Kind::Stock, "average", "input / (1 + initial_trend * averaging_time)", {"change"}, {}},
        {Kind::Flow, "change", "(input - average) / averaging_time"},
        {Kind::Auxiliary, "output", "SAFEDIV(input - average, averaging_time * ABS(average))"}}},
      {"forcst",
       {{"input", ""}, {"averaging_time", ""}, {"horizon", ""}, {"initial_trend", "0"}},
       {{Kind::Stock, "average", "input / (1 + initial_trend * averaging_time)", {"change"}, {}},
        {Kind::Flow, "change", "(input - average) / averaging_time"},
        {Kind::Auxiliary, "trend_rate", "SAFEDIV(input - average, averaging_time * ABS(average))"},
        {Kind::Auxiliary, "output", "input * (1 + trend_rate * horizon)"}}},
      {"npv",
       {{"stream", ""}, {"discount_rate", ""}, {"initial_value", "0"}, {"factor", "1"}},
       {{Kind::Stock, "discount", "1", {}, {"discounting"}},
        {Kind::Flow, "discounting", "discount * discount_rate / (1 + discount_rate * DT)"},
        {Kind::Stock, "accumulated", "initial_value", {"discounted"}, {}},
        {Kind::Flow, "discounted", "stream * discount"},
        {Kind::Auxiliary, "output", "(accumulated + stream * DT * discount) * factor"}}},
      {"sample_if_true",
       {{"condition", ""}, {"input", ""}, {"initial_value", ""}},
       {{Kind::Auxiliary, "output", "IF condition THEN input ELSE PREVIOUS(SELF, initial_value)"}}},
      {"log", {{"x", ""}, {"base", "10"}}, {{Kind::Auxiliary, "output", "LN(x) / LN(base)"}}},
      {"rootn", {{"x", ""}, {"n", ""}}, {{Kind::Auxiliary, "output", "x ^ (1 / n)"}}},
      {"percent", {{"x", ""}}, {{Kind::Auxiliary, "output", "x * 100"}}},
      {"sinwave", {{"amplitude", ""}, {"period", ""}}, {{Kind::Auxiliary, "output", "amplitude * SIN(2 * PI * TIME / period)"}}},
      {"coswave", {{"amplitude", ""}, {"period", ""}}, {{Kind::Auxiliary, "output", "amplitude * COS(2 * PI * TIME / period)"}}},
      {"counter", {{"first", ""}, {"last", ""}}, {{Kind::Auxiliary, "output", "first + (TIME - STARTTIME) MOD (last - first)"}}},
      {"switch", {{"a", ""}, {"b", ""}}, {{Kind::Auxiliary, "output", "IF a > b THEN 1 ELSE 0"}}},
      {"montecarlo",
       {{"probability", ""}, {"seed", "0"}},
       {{Kind::Auxiliary, "output", "IF RANDOM(0, 100, seed) < probability * DT THEN 1 ELSE 0"}}},
      {"normalcdf",
       {{"lower", ""}, {"upper", ""}, {"mean", "0"}, {"deviation", "1"}},
       {{Kind::Auxiliary, "output", "NORMAL_CDF(upper, mean, deviation) - NORMAL_CDF(lower, mean, deviation)"}}},
  };
  return macros;
}

}  // namespace

int macro_order_argument(const std::string& name) {
  if (name == "smthn" || name == "delayn") return 2;
  return name == "delay_n" ? 3 : -1;
}

BuiltinMacro builtin_macro(const std::string& name, int order, bool vensim) {
  if (name == "smth1") return smooth(1);
  if (name == "smth3") return smooth(3);
  if (name == "smthn") return smooth(order);
  if (name == "delay1") return delay(1);
  if (name == "delay3") return delay(3);
  if (name == "delayn" || name == "delay_n") return delay_of_order(order, vensim);
  for (const TextMacro& macro : text_macros())
    if (name == macro.name) return {macro.parameters, macro.lines};
  return {};
}

}  // namespace loopscope
