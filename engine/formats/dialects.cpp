#include "formats/dialects.h"

#include <algorithm>
#include <iterator>

#include "model/names.h"

namespace loopscope {

namespace {

// Of XMILE (and Stella) in Vensim's functions. INT and MOD are Stella's here: Vensim's own round towards zero.
constexpr FunctionRule to_vensim[] = {
    {"time", 0, ""}, {"dt", 0, "time_step"}, {"starttime", 0, "initial_time"}, {"stoptime", 0, "final_time"}, {"saveper", 0, ""},
    {"time_step", 0, ""}, {"initial_time", 0, ""}, {"final_time", 0, ""}, {"pi", 0, "3.141592653589793"}, {"inf", 0, "~1e308"},
    {"infinity", 0, "~1e308"}, {"nan", 0, "~0 / 0"}, {"na", 0, ""},
    // mathematics
    {"abs", 1, ""}, {"arccos", 1, ""}, {"arcsin", 1, ""}, {"arctan", 1, ""}, {"acos", 1, "arccos(a)"}, {"asin", 1, "arcsin(a)"},
    {"atan", 1, "arctan(a)"}, {"cos", 1, ""}, {"cosh", 1, ""}, {"sin", 1, ""}, {"sinh", 1, ""}, {"tan", 1, ""}, {"tanh", 1, ""},
    {"exp", 1, ""}, {"ln", 1, ""}, {"logn", 1, "ln(a)"}, {"log10", 1, "log(a, 10)"}, {"log2", 1, "log(a, 2)"}, {"log", 1, "log(a, 10)"},
    {"log", 2, ""}, {"sqrt", 1, ""}, {"power", 2, ""}, {"rootn", 2, "a ^ (1 / b)"}, {"percent", 1, "a * 100"}, {"quantum", 2, ""},
    {"int", 1, "integer(a) - if_then_else(a < integer(a), 1, 0)"}, {"floor", 1, "integer(a) - if_then_else(a < integer(a), 1, 0)"},
    {"ceiling", 1, "integer(a) + if_then_else(a > integer(a), 1, 0)"}, {"ceil", 1, "integer(a) + if_then_else(a > integer(a), 1, 0)"},
    {"integer", 1, ""}, {"trunc", 1, "integer(a)"}, {"round", 1, "if_then_else(a < 0, -integer(0.5 - a), integer(a + 0.5))"},
    {"sign", 1, "if_then_else(a > 0, 1, if_then_else(a < 0, -1, 0))"}, {"sgn", 1, "if_then_else(a > 0, 1, if_then_else(a < 0, -1, 0))"},
    {"mod", 2, "modulo(a, b) + if_then_else(modulo(a, b) * b < 0, b, 0)"}, {"modulo", 2, ""}, {"safediv", 2, "zidz(a, b)"},
    {"safediv", 3, "xidz(a, b, c)"}, {"zidz", 2, ""}, {"xidz", 3, ""}, {"if_then_else", 3, ""}, {"switch", 2, "if_then_else(a > b, 1, 0)"},
    {"sinwave", 2, "a * sin(6.283185307179586 * time / b)"}, {"coswave", 2, "a * cos(6.283185307179586 * time / b)"},
    {"counter", 2, "a + modulo(time - initial_time, b - a)"}, {"gammaln", 1, "gamma_ln(a)"}, {"gamma_ln", 1, ""},
    // chance
    {"random", 0, "random_0_1()"}, {"random_0_1", 0, ""}, {"random", 2, "random_uniform(a, b, 0)"}, {"random", 3, "random_uniform(a, b, c)"},
    {"uniform", 2, "random_uniform(a, b, 0)"}, {"uniform", 3, "random_uniform(a, b, c)"}, {"random_uniform", 3, ""},
    {"normal", 2, "random_normal(-1e308, 1e308, a, b, 0)"}, {"normal", 3, "random_normal(-1e308, 1e308, a, b, c)"},
    {"normal", 5, "random_normal(d, e, a, b, c)"}, {"random_normal", 5, ""}, {"exprnd", 1, "~random_exponential(0, 1e308, 0, a, 0)"},
    {"exprnd", 2, "~random_exponential(0, 1e308, 0, a, b)"}, {"poisson", 1, "~random_poisson(0, 1e308, a, 0, 1, 0)"}, {"poisson", 2, "~random_poisson(0, 1e308, a, 0, 1, b)"},
    // test inputs
    {"step", 2, ""}, {"ramp", 1, "ramp(a, initial_time, final_time)"}, {"ramp", 2, "ramp(a, b, final_time)"}, {"ramp", 3, ""},
    {"pulse", 1, "a / time_step * vensim_pulse(initial_time, time_step)"}, {"pulse", 2, "a / time_step * vensim_pulse(b, time_step)"},
    {"pulse", 3, "a / time_step * if_then_else(c > 0, pulse_train(b, time_step, c, final_time), vensim_pulse(b, time_step))"},
    {"vensim_pulse", 2, ""}, {"pulse_train", 4, ""}, {"npv", 2, "npv(a, b, 0, 1)"}, {"npv", 3, "npv(a, b, c, 1)"}, {"npv", 4, ""},
    // graphical functions
    {"lookup", 2, ""}, {"lookup_forward", 2, ""}, {"lookup_backward", 2, ""}, {"lookup_extrapolate", 2, ""}, {"lookup_invert", 2, ""},
    {"lookupinv", 2, "lookup_invert(a, b)"}, {"lookuparea", 3, "lookup_area(a, b, c)"}, {"lookupslope", 2, "lookup_slope(a, b, 0)"},
    // memory
    {"init", 1, "initial(a)"}, {"initial", 1, ""}, {"previous", 1, "delay_fixed(a, time_step, 0)"}, {"previous", 2, "delay_fixed(a, time_step, b)"},
    {"delay", 2, "delay_fixed(a, b, a)"}, {"delay", 3, "delay_fixed(a, b, c)"}, {"delay_fixed", 3, ""}, {"sample_if_true", 3, ""},
    {"derivn", 2, "(a - delay_fixed(a, time_step, a)) / time_step"}, {"game", 1, ""},
    {"smth1", 2, "smooth(a, b)"}, {"smth1", 3, "smoothi(a, b, c)"}, {"smth3", 2, "smooth3(a, b)"}, {"smth3", 3, "smooth3i(a, b, c)"},
    {"smthn", 3, "smooth_n(a, b, a, c)"}, {"smthn", 4, "smooth_n(a, b, d, c)"}, {"smooth", 2, ""}, {"smoothi", 3, ""}, {"smooth3", 2, ""}, {"smooth3i", 3, ""},
    {"delay1", 2, ""}, {"delay1", 3, "delay1i(a, b, c)"}, {"delay1i", 3, ""}, {"delay3", 2, ""}, {"delay3", 3, "delay3i(a, b, c)"}, {"delay3i", 3, ""},
    {"delayn", 3, "delay_n(a, b, a, c)"}, {"delayn", 4, "delay_n(a, b, d, c)"}, {"delay_n", 4, ""}, {"trend", 2, "trend(a, b, 0)"}, {"trend", 3, ""},
    {"forcst", 3, "forecast(a, b, c)"}, {"forcst", 4, "~forecast(a, b, c)"}, {"forecast", 3, ""},
    // arrays
    {"sum", 1, ""}, {"prod", 1, ""}, {"vmin", 1, ""}, {"vmax", 1, ""}, {"elmcount", 1, ""}, {"rank", 2, "vector_rank(a, b)"}, {"vector_rank", 2, ""},
    {"vector_sort_order", 2, ""}, {"vector_elm_map", 2, ""}, {"vector_select", 5, ""}, {"vector_reorder", 2, ""}, {"allocate_available", 3, ""},
    {"allocate_by_priority", 5, ""}, {"find_market_price", 4, ""}, {"demand_at_price", 3, ""}, {"supply_at_price", 3, ""}};

// Of Vensim in XMILE's functions. The file says that Vensim's INT and MOD are meant.
constexpr FunctionRule to_xmile[] = {
    {"time", 0, ""}, {"time_step", 0, "dt"}, {"initial_time", 0, "starttime"}, {"final_time", 0, "stoptime"}, {"saveper", 0, ""}, {"na", 0, "-649037107316853453566312041152512"},
    {"abs", 1, ""}, {"arccos", 1, ""}, {"arcsin", 1, ""}, {"arctan", 1, ""}, {"cos", 1, ""}, {"cosh", 1, ""}, {"sin", 1, ""}, {"sinh", 1, ""}, {"tan", 1, ""},
    {"tanh", 1, ""}, {"exp", 1, ""}, {"ln", 1, ""}, {"log", 2, "ln(a) / ln(b)"}, {"sqrt", 1, ""}, {"power", 2, "a ^ b"}, {"quantum", 2, "if b > 0 then b * int(a / b) else a"}, {"integer", 1, "int(a)"},
    {"modulo", 2, "a mod b"}, {"zidz", 2, "safediv(a, b)"}, {"xidz", 3, "safediv(a, b, c)"}, {"if_then_else", 3, "if a then b else c"}, {"gamma_ln", 1, "gammaln(a)"},
    {"min", 2, ""}, {"max", 2, ""}, {"vmin", 1, "min(a)"}, {"vmax", 1, "max(a)"}, {"sum", 1, ""}, {"prod", 1, ""}, {"elmcount", 1, "size(a)"},
    {"random_0_1", 0, "random(0, 1)"}, {"random_uniform", 3, "random(a, b, c)"}, {"random_normal", 5, "normal(c, d, e, a, b)"},
    {"step", 2, ""}, {"ramp", 3, "ramp(a, b) - ramp(a, c)"}, {"pulse", 2, "if time + dt / 2 > a and time + dt / 2 < a + max(b, dt) then 1 else 0"}, {"pulse_train", 4, ""},
    {"lookup_forward", 2, "~"}, {"lookup_backward", 2, "~"}, {"lookup_extrapolate", 2, "~"}, {"lookup_invert", 2, "lookupinv(a, b)"}, {"lookup_area", 3, "lookuparea(a, b, c)"}, {"lookup", 2, ""},
    {"initial", 1, "init(a)"}, {"active_initial", 2, "a"}, {"delay_fixed", 3, "delay(a, b, c)"}, {"sample_if_true", 3, "if a then b else previous(self, c)"}, {"game", 1, "a"},
    {"smooth", 2, "smth1(a, b)"}, {"smoothi", 3, "smth1(a, b, c)"}, {"smooth3", 2, "smth3(a, b)"}, {"smooth3i", 3, "smth3(a, b, c)"}, {"smooth_n", 4, "smthn(a, b, d, c)"},
    {"delay1", 2, ""}, {"delay1i", 3, "delay1(a, b, c)"}, {"delay3", 2, ""}, {"delay3i", 3, "delay3(a, b, c)"}, {"delay_n", 4, "delayn(a, b, d, c)"},
    {"trend", 3, ""}, {"forecast", 3, "forcst(a, b, c)"}, {"npv", 4, "~"}, {"vector_rank", 2, "~rank(a, b)"}, {"vector_sort_order", 2, "~"}, {"vector_elm_map", 2, "~"},
    {"vector_select", 5, "~"}, {"vector_reorder", 2, "~"}, {"allocate_available", 3, "~"}, {"allocate_by_priority", 5, "~"}};

// Of Vensim alone, under their own names where other files have them too.
constexpr std::string_view vensim_alone =
    " delay_material delay_information sinteg reinitial random_beta random_binomial random_exponential random_gamma random_negative_binomial random_poisson random_weibull random_triangular"
    " random_pink_noise time_base get_time_value npve depreciate_straightline tabxl get_data_at_time get_data_between_times get_data_mean get_data_min get_data_max get_data_first_time"
    " get_data_last_time get_data_total_points get_direct_constants get_direct_data get_direct_lookups get_direct_subscript get_xls_constants get_xls_data get_xls_lookups get_xls_subscript"
    " get_123_constants get_123_data get_123_lookups invert_matrix delay_batch delay_conveyor delay_profile depreciate_by_schedule random_lookup marketp alloc_p"
    " queue_fifo queue_age_oldest queue_age_average queue_age_in_range time_shift delayp ";

template <class F>
const FunctionRule* search(Dialect to, F&& matches) {
  const FunctionRule* begin = to == Dialect::Vensim ? std::begin(to_vensim) : std::begin(to_xmile);
  const FunctionRule* end = to == Dialect::Vensim ? std::end(to_vensim) : std::end(to_xmile);
  const FunctionRule* found = std::find_if(begin, end, matches);
  return found == end ? nullptr : found;
}

bool is_argument(const std::string& name) { return name.size() == 1 && name[0] >= 'a' && name[0] <= 'f'; }

AstId fill(const Ast& text, AstId node, const std::vector<Ast>& arguments, Ast& out) {
  const AstNode& n = text.nodes[node];
  if (n.kind == AstKind::Name && is_argument(text.name_of(node))) {
    const Ast& argument = arguments[size_t(text.name_of(node)[0] - 'a')];
    return out.copy(argument, argument.root);
  }
  AstNode one = text.like(node);
  std::vector<AstId> below;
  for (uint32_t i = 0; i < n.count; i++) below.push_back(fill(text, text.child(node, i), arguments, out));
  if (one.kind == AstKind::Name || one.kind == AstKind::Call) {
    one.name = uint32_t(out.names.size());
    out.names.push_back(text.name_of(node));
  }
  return out.add(one, below);
}

Ast parse_rule(const char* text) {
  std::vector<ParseError> none;
  return parse_equation(text + (*text == '~'), Dialect::Xmile, none);
}

}  // namespace

const FunctionRule* find_rule(Dialect to, std::string_view name, uint32_t count) {
  static constexpr FunctionRule same{"", 0, ""};
  if (to == Dialect::Vensim && count && vensim_alone.find(" " + std::string(name) + " ") != vensim_alone.npos) return &same;
  return search(to, [&](const FunctionRule& rule) { return name == rule.name && uint32_t(rule.count) == count; });
}

bool stands_alone_in_vensim(std::string_view name) {
  return name == "initial" || name == "delay_fixed" || name == "sample_if_true" || name == "npv" || name == "delay_batch" || name == "delay_conveyor" || name == "delay_profile" ||
         name == "depreciate_by_schedule" || name == "queue_fifo";
}

std::string in_vensim(std::string_view name) {
  std::string id = canonical_name(name), text = name_in_equation(name, Dialect::Vensim);
  bool function = search(Dialect::Xmile, [&](const FunctionRule& rule) { return id == rule.name && rule.count; });
  return function && text.front() != '"' ? '"' + text + '"' : text;
}

// Long lines are broken after a comma or an operator, not inside quotes.
std::string wrapped_vensim(std::string_view text) {
  constexpr size_t wide = 80;
  std::string out;
  size_t column = 0;
  bool quotes = false;
  for (size_t i = 0; i < text.size(); i++) {
    out += text[i];
    column = text[i] == '\n' ? 0 : column + 1;
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quotes = !quotes;
    bool gap = text[i] == ',' || (text[i] == ' ' && i > 0 && std::string_view(",+-*/").find(text[i - 1]) != std::string_view::npos);
    if (column < wide || quotes || !gap || i + 1 == text.size() || text[i + 1] == ' ') continue;
    out += "\\\n\t\t";
    column = 2;
  }
  return out;
}

Ast instantiate(const char* text, const std::vector<Ast>& arguments) {
  Ast rule = parse_rule(text), out;
  out.root = fill(rule, rule.root, arguments, out);
  return out;
}

int uses_of(const char* text, uint32_t argument) {
  Ast rule = parse_rule(text);
  int count = 0;
  for (const AstNode& n : rule.nodes)
    if (n.kind == AstKind::Name) count += rule.names[n.name] == std::string(1, char('a' + argument));
  return count;
}

}  // namespace loopscope
