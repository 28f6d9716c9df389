#include "semantics/macros.h"

#include <algorithm>
#include <string_view>

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

// n parts of what was invested, a fiscal period each, of a lifetime that has n periods. https://vensim.com/documentation/fn_depreciate_by_schedule.html:
// the parts are made to add up to 1; as with a straight line the current stream counts with its first part.
BuiltinMacro depreciation(int n) {
  BuiltinMacro macro;
  macro.parameters = {{"stream", ""}, {"lifetime", ""}, {"first_time", ""}};
  macro.lines = {{Kind::Stock, "invested", "0", {"investing"}},
                 {Kind::Flow, "investing", "stream"},
                 {Kind::Auxiliary, "fiscal_period", "MAX(lifetime / " + std::to_string(n) + ", DT)"},
                 {Kind::Auxiliary, "period", "FLOOR((TIME - INIT(first_time)) / fiscal_period + 0.000001)"},
                 {Kind::Auxiliary, "next", "period > PREVIOUS(period, period - 1)"}};
  std::string whole, parts;
  for (int i = 1; i <= n; i++) {  // invested before this period, before the one before it...
    std::string part = numbered("part_", i), before = numbered("before_", i);
    macro.parameters.push_back({part, ""});
    macro.lines.push_back({Kind::Auxiliary, before, "IF next THEN " + (i == 1 ? "invested" : "PREVIOUS(" + numbered("before_", i - 1) + ", 0)") + " ELSE PREVIOUS(SELF, 0)"});
    whole += (i == 1 ? "" : " + ") + part;
    if (i > 1) parts += " + " + part + " * (" + numbered("before_", i - 1) + " - " + before + ")";
  }
  macro.lines.push_back({Kind::Auxiliary, "output", "(part_1 * stream + (0" + parts + ") / fiscal_period) / (" + whole + ")"});
  return macro;
}

// A line each: the parameters, with what an argument that is left out is; then the variables, S(tock), F(low) or A(uxiliary): name | equation | inflow | outflow.
struct TextMacro {
  const char *name, *text;
};

// Of a queue and its flows: what has come in since the start, how much of that is taken, what is left of the initial content (early: how much; reach: how far along its
// profile), and the age of that content's youngest. What is taken has been in longest.
#define QUEUE_STATE                                                                       \
  "queue,inflow,outflow,profile,initial_content,age_range,argument_1=0,argument_2=0\n"    \
  "Acame|PREVIOUS(came_after, 0)\n"                                                       \
  "Acame_after|came + DT * (MAX(inflow, 0) + MAX(-outflow, 0))\n"                         \
  "Astart|INIT(initial_content)\n"                                                        \
  "Ataken|MAX(0, came - queue)\n"                                                         \
  "Aearly|MAX(0, queue - came)\n"                                                         \
  "Afirst|GET_DATA_FIRST_TIME(profile)\n"                                                 \
  "Alast|GET_DATA_LAST_TIME(profile)\n"                                                   \
  "Ascale|MAX(INIT(age_range), DT * 0.000001) / (last - first)\n"                         \
  "Areach|LOOKUP_QUANTILE(profile, SAFEDIV(early, start), first, last)\n"                 \
  "Aage|TIME - STARTTIME + DT\n"

constexpr TextMacro text_macros[] = {
    {"trend",
     "input,averaging_time,initial_trend=0\n"
     "Saverage|input / (1 + initial_trend * averaging_time)|change\n"
     "Fchange|(input - average) / averaging_time\n"
     "Aoutput|SAFEDIV(input - average, averaging_time * ABS(average))"},
    {"forcst",
     "input,averaging_time,horizon,initial_trend=0\n"
     "Saverage|input / (1 + initial_trend * averaging_time)|change\n"
     "Fchange|(input - average) / averaging_time\n"
     "Atrend_rate|SAFEDIV(input - average, averaging_time * ABS(average))\n"
     "Aoutput|input * (1 + trend_rate * horizon)"},
    {"npv",
     "stream,discount_rate,initial_value=0,factor=1\n"
     "Sdiscount|1||discounting\n"
     "Fdiscounting|discount * discount_rate / (1 + discount_rate * DT)\n"
     "Saccumulated|initial_value|discounted\n"
     "Fdiscounted|stream * discount\n"
     "Aoutput|(accumulated + stream * DT * discount) * factor"},
    // https://vensim.com/documentation/function_changes.html: NPV with every interval's stream at its end, as spreadsheets have it.
    {"npve",
     "stream,discount_rate,initial_value,factor\n"
     "Sdiscount|1||discounting\n"
     "Fdiscounting|discount * discount_rate / (1 + discount_rate * DT)\n"
     "Saccumulated|initial_value|discounted\n"
     "Fdiscounted|stream * (discount - discounting * DT)\n"
     "Aoutput|(accumulated + discounted * DT) * factor"},
    // https://vensim.com/documentation/fn_depreciate_straightline.html: what was invested in the fiscal periods before this one and within the
    // lifetime, in equal parts, and that part of the current stream. The stream before the start is the initial one.
    {"depreciate_straightline",
     "stream,lifetime,fiscal_period,initial_stream\n"
     "Sinvested|0|investing\n"
     "Finvesting|stream\n"
     "Aperiods|MAX(1, ROUND(lifetime / fiscal_period))\n"
     "Aperiod|INT((TIME - STARTTIME) / fiscal_period + 0.000001)\n"
     "Abefore|IF period > PREVIOUS(period, -1) THEN invested ELSE PREVIOUS(SELF, 0)\n"
     "Along_before|IF period < periods - 1 THEN initial_stream * (period - periods + 1) * fiscal_period ELSE IF periods = 1 THEN before "
     "ELSE DELAY(before, (periods - 1) * fiscal_period, 0)\n"
     "Aoutput|stream / periods + (before - long_before) / (periods * fiscal_period)"},
    // https://vensim.com/documentation/fn_delay_batch.html: what is accumulated is processed as soon as it is enough and nothing else is. Discrete, so of
    // the values of the step before. The initial batch is said as what is returned, the size of a batch as what that is over a step.
    {"delay_batch",
     "input,size,time_needed,initial_batch,initial_time,initial_backlog\n"
     "Aready|PREVIOUS(left, initial_backlog) + DT * PREVIOUS(input, 0)\n"
     "Abefore|PREVIOUS(batch, initial_batch)\n"
     "Adone|before > 0 AND TIME >= PREVIOUS(finish, initial_time) - DT * 0.000001\n"
     "Astarted|IF (done OR before <= 0) AND size > 0 AND ready >= size THEN size ELSE 0\n"
     "Abatch|IF started > 0 THEN started / DT ELSE IF done THEN 0 ELSE before\n"
     "Afinish|IF started > 0 THEN TIME + time_needed ELSE PREVIOUS(SELF, initial_time)\n"
     "Aleft|ready - started\n"
     "Aoutput|IF done THEN before ELSE 0"},
    // https://www.vensim.com/documentation/fn_delay_conveyor.html and mgu09_initialization_of_conveyors.html: a belt that is 1 long and moves on by a step's part of
    // the time that it takes. What is on it loses the same part a step, what has just come too. At the start its profile says when what is on it comes out.
    {"delay_conveyor",
     "input,transit_time,leak,profile,initial_content,initial_time\n"
     "Aplace|PREVIOUS(next_place, 0)\n"
     "Anext_place|place + DT / MAX(transit_time, DT)\n"
     "Akept|1 - leak * DT\n"
     "Aleft|PREVIOUS(still_left, initial_content)\n"
     "Astill_left|left * kept\n"
     "Afirst|GET_DATA_FIRST_TIME(profile)\n"
     "Ascale|(GET_DATA_LAST_TIME(profile) - first) * MAX(INIT(transit_time), DT) / INIT(initial_time)\n"
     "Aconveyed|CONVEYED(input, place, next_place, kept)\n"
     "Aoutput|conveyed + left * LOOKUP_SHARE(profile, first + place * scale, first + next_place * scale) / DT"},
    // https://vensim.com/documentation/fn_delay_profile.html: an input comes out along the profile, whose x are stretched so that their mean is the delay at the time of the
    // input. At which step a part of it does is not documented: here at the nearest, the next one at least. Before the start the input was the initial value.
    {"delay_profile",
     "profile,input,delay_time,initial_value,growth\n"
     "Adelay|MAX(delay_time, DT)\n"
     "Alongest|MAX(delay, PREVIOUS(SELF, 0))\n"
     "Amean|LOOKUP_CENTRE(profile, -INF, INF)\n"
     "Acame|PROFILED(input, delay, longest, mean, profile)\n"
     "Aoutput|came + INIT(initial_value) * LOOKUP_SHARE(profile, IF TIME = STARTTIME THEN -INF ELSE (TIME - STARTTIME + DT / 2) * mean / INIT(delay), INF)"},
    // https://vensim.com/documentation/fn_queue_fifo.html: a stock as far as anybody sees that does not ask for ages. Within a step of Runge-Kutta it stays as it is.
    {"queue_fifo",
     "inflow,outflow,profile,initial_content,age_range\n"
     "Soutput|initial_content|entering|taken\n"
     "Fentering|inflow\n"
     "Ftaken|outflow"},
    {"queue_held",
     "inflow,outflow,profile,initial_content,age_range\n"
     "Aoutput|PREVIOUS(after, initial_content)\n"
     "Aafter|output + DT * (inflow - outflow)"},
    // The age of the oldest: of what was there at the start, else of what came in that is not taken. A part below 1e-9 of the queue is rounding.
    {"queue_age_oldest",
     QUEUE_STATE
     "Aoutput|IF queue < 0 THEN DT ELSE IF queue = 0 THEN 0 ELSE IF early > 0.000000001 * queue THEN age + (reach - first) * scale "
     "ELSE DT * STEPS_SINCE(came_after, taken + 0.000000001 * queue)"},
    // Ages are numbers of steps; those of the initial content are spread evenly between.
    {"queue_age_in_range",
     QUEUE_STATE
     "Ashortest|MAX(1, CEILING(argument_1 / DT - 0.000001))\n"
     "Alongest|IF argument_2 = -649037107316853453566312041152512 THEN INF ELSE FLOOR(argument_2 / DT + 0.000001)\n"
     "Ayounger|PAST(came_after, shortest)\n"
     "Aolder|PAST(came_after, longest + 1)\n"
     "Afrom|first + (argument_1 - age) / scale\n"
     "Ato|IF longest = INF THEN reach ELSE MIN(reach, first + (argument_2 - age) / scale)\n"
     "Aoutput|IF queue < 0 THEN (IF shortest = 1 AND longest >= 1 THEN queue ELSE 0) ELSE start * LOOKUP_SHARE(profile, from, to) + MAX(0, younger - MAX(older, taken))"},
    // worth: what has come in, each by the time it did, so that a difference of two over what came between is a mean time.
    {"queue_age_average",
     QUEUE_STATE
     "Aworth_after|PREVIOUS(SELF, 0) + (came_after - came) * TIME\n"
     "Acount|IF argument_1 <= 0 OR argument_1 > queue THEN queue ELSE argument_1\n"
     "Aearly_count|MIN(count, early)\n"
     "Aend|taken + count - early_count\n"
     "Aearly_from|LOOKUP_QUANTILE(profile, SAFEDIV(early - early_count, start), first, last)\n"
     "Aearly_age|age + (LOOKUP_CENTRE(profile, early_from, reach) - first) * scale\n"
     "Asince_first|STEPS_SINCE(came_after, taken)\n"
     "Asince_end|STEPS_SINCE(came_after, end)\n"
     "Aworth_first|PAST(worth_after, since_first + 1) + (TIME - since_first * DT) * (taken - PAST(came_after, since_first + 1))\n"
     "Aworth_end|PAST(worth_after, since_end + 1) + (TIME - since_end * DT) * (end - PAST(came_after, since_end + 1))\n"
     "Aoutput|IF queue < 0 THEN DT ELSE SAFEDIV(early_count * early_age + (end - taken) * TIME - (worth_end - worth_first), count)"},
    // https://vensim.com/documentation/fn_random.html: a number along the density, times the stretch plus the shift, within limits.
    {"random_lookup",
     "density,least,most,shift,stretch,seed\n"
     "Afrom|(least - shift) / stretch\n"
     "Ato|(most - shift) / stretch\n"
     "Aoutput|shift + stretch * LOOKUP_QUANTILE(density, RANDOM_UNIFORM(0, 1, seed), MIN(from, to), MAX(from, to))"},
    {"sinteg", "rate,initial_value\nSoutput|initial_value|change\nFchange|rate"},
    {"time_base", "start,slope\nAoutput|start + slope * TIME"},
    // E. Anderson's structure, https://vensim.com/documentation/random_pink_noise.html
    {"random_pink_noise",
     "mean,deviation,correlation_time,seed\n"
     "Soutput|mean + deviation * RANDOM_NORMAL(-6, 6, 0, 1, seed)|updating\n"
     "Awhite_noise|mean + deviation * SQRT(2 * correlation_time / DT - 1) * RANDOM_NORMAL(-6, 6, 0, 1, seed)\n"
     "Fupdating|(white_noise - output) / correlation_time"},
    {"sample_if_true", "condition,input,initial_value\nAoutput|IF condition THEN input ELSE PREVIOUS(SELF, initial_value)"},
    {"log", "x,base=10\nAoutput|LN(x) / LN(base)"},
    {"rootn", "x,n\nAoutput|x ^ (1 / n)"},
    {"percent", "x\nAoutput|x * 100"},
    {"sinwave", "amplitude,period\nAoutput|amplitude * SIN(2 * PI * TIME / period)"},
    {"coswave", "amplitude,period\nAoutput|amplitude * COS(2 * PI * TIME / period)"},
    {"counter", "first,last\nAoutput|first + (TIME - STARTTIME) MOD (last - first)"},
    {"switch", "a,b\nAoutput|IF a > b THEN 1 ELSE 0"},
    {"montecarlo", "probability,seed=0\nAoutput|IF RANDOM(0, 100, seed) < probability * DT THEN 1 ELSE 0"},
    {"normalcdf", "lower,upper,mean=0,deviation=1\nAoutput|NORMAL_CDF(upper, mean, deviation) - NORMAL_CDF(lower, mean, deviation)"},
};

// What stands before the separator, taken from the text with it.
std::string take(std::string_view& text, char separator) {
  size_t end = std::min(text.find(separator), text.size());
  std::string part(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

BuiltinMacro read_macro(std::string_view text) {
  BuiltinMacro macro;
  std::string parameters = take(text, '\n');
  for (std::string_view rest = parameters; !rest.empty();) {
    std::string parameter = take(rest, ',');
    std::string_view fallback = parameter;
    std::string name = take(fallback, '=');
    macro.parameters.push_back({std::move(name), std::string(fallback)});
  }
  while (!text.empty()) {
    std::string written = take(text, '\n');
    std::string_view rest = written;
    MacroLine line;
    line.kind = rest[0] == 'S' ? Kind::Stock : rest[0] == 'F' ? Kind::Flow : Kind::Auxiliary;
    rest.remove_prefix(1);
    line.name = take(rest, '|');
    line.equation = take(rest, '|');
    for (auto* flows : {&line.inflows, &line.outflows})
      if (std::string flow = take(rest, '|'); !flow.empty()) flows->push_back(std::move(flow));
    macro.lines.push_back(std::move(line));
  }
  return macro;
}

}  // namespace

int macro_order_argument(const std::string& name) {
  if (name == "smthn" || name == "delayn") return 2;
  return name == "delay_n" || name == "smooth_n" ? 3 : -1;
}

BuiltinMacro builtin_macro(const std::string& name, int order, bool vensim) {
  if (name == "smth1") return smooth(1);
  if (name == "smth3") return smooth(3);
  if (name == "smthn" || name == "smooth_n") return smooth(order);
  if (name == "delay1") return delay(1);
  if (name == "delay3") return delay(3);
  if (name == "depreciate_by_schedule") return depreciation(order);
  if (name == "delayn" || name == "delay_n") return delay_of_order(order, vensim);
  for (const TextMacro& macro : text_macros)
    if (name == macro.name) return read_macro(macro.text);
  return {};
}

}  // namespace loopscope
