// Every builtin of builtins.def, driven from the table itself, so that a new line there is tested without a line here: it
// can be called with as few and as many arguments as it says, and then either runs on the VM or says unsupported_feature.
#include "semantics/builtins.h"

#include <set>

#include "small_models.h"

using namespace small;

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = char(c - 32);
  return out;
}

// Functions of arrays, whose arguments are not free: the equation around them runs over the dimension `three`.
const char* array_arguments(const Builtin& b) {
  if (b.kind == BuiltinKind::Reducer) return "(vector[*])";
  if (b.name() == "delay_conveyor") return "(input, 2, 0, curve, 5, 1)";
  if (b.name() == "delay_profile") return "(curve, input, 2, 1, 0)";
  if (b.name() == "queue_fifo") return "(input, 1, curve, 5, 1)";
  if (b.name() == "queue_age_oldest") return "(queue)";
  if (b.name() == "queue_age_average") return "(queue, 1)";
  if (b.name() == "queue_age_in_range") return "(queue, 1, 2)";
  if (b.name() == "random_lookup") return "(curve, 0, 2, 0, 1, 0)";
  if (b.name() == "depreciate_by_schedule") return "(input, three_parts[a], 0, 6, 0)";
  if (b.kind != BuiltinKind::Special) return nullptr;
  switch (b.special()) {
    case BuiltinSpecial::VectorRank:
    case BuiltinSpecial::VectorOrder: return "(vector[three], 1)";
    case BuiltinSpecial::OrderOfRank: return "(VECTOR_RANK(vector[three], 1))";
    case BuiltinSpecial::VectorMap: return "(vector[a], offset[three])";
    case BuiltinSpecial::VectorReorder: return "(vector[three], offset[three])";
    case BuiltinSpecial::ElementCount: return "(three)";
    case BuiltinSpecial::Allocate: return "(TIME, three, vector, 1, profile[three,width], profile[*,kind])";
    case BuiltinSpecial::AllocateAvailable: return "(vector[three], profile[three,kind], TIME)";
    case BuiltinSpecial::AllocateByPriority: return "(vector[three], offset[three], 3, 2, TIME)";
    case BuiltinSpecial::MarketPrice: return "(vector[a], profile[a,kind], offset[a], profile[a,kind])";
    case BuiltinSpecial::DemandAtPrice:
    case BuiltinSpecial::SupplyAtPrice: return "(vector[three], profile[three,kind], 0.5)";
    case BuiltinSpecial::VectorSelect: return "(offset[*], vector[*], 0, 0, 0)";
    case BuiltinSpecial::TimeValue: return "(0, input, 0)";
    case BuiltinSpecial::Profiled: return "(input, 2, 2, 1, curve)";
    case BuiltinSpecial::MarketPriority: return "(vector[a], offset[a], 3, 2, TIME)";
    default: return nullptr;
  }
}

// An equation over two dimensions: see vensim_functions_test.cpp.
bool wants_matrix(const Builtin& b) { return b.kind == BuiltinKind::Special && b.special() == BuiltinSpecial::InvertMatrix; }

// A call that makes sense to all of them: tables first where one is wanted, and arguments within every function's range.
std::string call(const Builtin& b, std::string_view name, uint32_t count) {
  if (count == 0) return upper(name);
  if (array_arguments(b) && count == b.minimum) return upper(name) + array_arguments(b);
  std::string out = upper(name) + "(";
  for (uint32_t i = 0; i < count; i++) {
    if (i) out += ", ";
    if (b.kind == BuiltinKind::Table && i == 0) out += "curve";
    else if (b.kind == BuiltinKind::Macro || b.special() == BuiltinSpecial::Derivative || b.kind == BuiltinKind::Special) out += i == 0 ? "input" : "1";
    else if (b.is_random()) out += i == 0 ? "0.25" : i == 1 ? "0.5" : "1";
    else out += i == 0 ? "0.25" : "0.5";
  }
  return out + ")";
}

std::string model_of(const std::string& equation) {
  return "time 0 to 4 by 0.5\ndim three = a b c\ndim parts = kind priority width\naux profile[three,parts] = 1\naux input = 1 + TIME\ntable curve ; gf 0 1 2 -> 0 10 40\n"
         "aux vector[three] = 7 - TIME ; [b] 3 + TIME\naux offset[three] = 0 ; [a] 2\naux three_parts[three] = 1\naux queue[three] = QUEUE_FIFO(input, 1, curve, 5, 1)\naux result[three] = 1 + " +
         equation + "\naux alone[three] = " + equation + "\n";
}

std::vector<std::string> names_of(const Builtin& b) { return split(b.names, " "); }

}  // namespace

TEST_CASE("builtins: each compiles and runs with its fewest and its most arguments, or says that it is not there yet") {
  for (const Builtin& b : all_builtins())
    for (uint32_t count : {uint32_t(b.minimum), std::max<uint32_t>(b.minimum, std::min<uint32_t>(b.maximum, 6))}) {
      if (wants_matrix(b)) continue;
      if (b.kind == BuiltinKind::Value && b.value() == BuiltinValue::Self) continue;  // needs a PREVIOUS around it
      if (b.kind == BuiltinKind::External) continue;  // external_test.cpp
      std::string equation = call(b, b.name(), count);
      Simulation s = compile(model_of(equation));
      if (b.kind == BuiltinKind::Later) {
        CHECK_MESSAGE(s.codes() == "unsupported_feature unsupported_feature", equation << ": " << s.everything_said());
        continue;
      }
      CHECK_MESSAGE(s.ok(), equation << ": " << s.everything_said());
      if (!s.ok()) continue;
      CHECK(s.vm->run_to_end() == 8);
      // Of its own or inside a larger equation: one value. Random draws are two.
      if (b.is_random() || b.name() == "montecarlo" || b.name() == "random_pink_noise" || b.name() == "random_lookup") continue;
      for (uint32_t element = 0; element < 3; element++) {
        std::vector<double> alone = s.series("alone", element), plus_one = s.series("result", element);
        for (double& value : alone) value += 1;
        CHECK_MESSAGE(same_bits(alone, plus_one), equation);
      }
    }
}

TEST_CASE("builtins: one argument too few or too many is wrong_arity") {
  for (const Builtin& b : all_builtins()) {
    if (b.kind == BuiltinKind::Value) continue;
    if (b.maximum < 255) {
      std::string equation = call(b, b.name(), b.maximum + 1u);
      CHECK_MESSAGE(compile(model_of(equation)).codes() == "wrong_arity wrong_arity", equation);
    }
    if (b.minimum > 0) {
      std::string equation = b.minimum == 1 ? upper(b.name()) + "()" : call(b, b.name(), b.minimum - 1u);
      CHECK_MESSAGE(compile(model_of(equation)).codes() == "wrong_arity wrong_arity", equation);
    }
  }
}

TEST_CASE("builtins: an alias is the function itself") {
  for (const Builtin& b : all_builtins()) {
    if (b.kind == BuiltinKind::Later || b.kind == BuiltinKind::Value || b.kind == BuiltinKind::External || wants_matrix(b)) continue;
    uint32_t count = b.minimum == 0 || b.kind == BuiltinKind::Fold ? 2 : b.minimum;
    if (b.name() == "random") count = 3;
    Simulation first = simulate(model_of(call(b, b.name(), count)));
    for (const std::string& name : names_of(b)) {
      CHECK(find_builtin(name) == &b);
      Simulation other = simulate(model_of(call(b, name, count)));
      CHECK_MESSAGE(same_bits(first.series("alone"), other.series("alone")), name);
    }
  }
}

TEST_CASE("builtins: no name stands for two things, and names are canonical") {
  std::set<std::string> seen;
  for (const Builtin& b : all_builtins())
    for (const std::string& name : names_of(b)) {
      CHECK_MESSAGE(seen.insert(name).second, name);
      for (char c : name) CHECK_MESSAGE(((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'), name);
    }
  for (const Builtin& b : all_builtins()) CHECK(b.minimum <= b.maximum);
}

TEST_CASE("builtins: values known to everybody") {
  struct {
    const char* equation;
    double value;
  } cases[] = {
      {"PI", 3.14159265358979323846}, {"ABS(-3)", 3},       {"SQRT(16)", 4},        {"EXP(0)", 1},          {"LN(1)", 0},
      {"LOG10(1000)", 3},             {"INT(2.7)", 2},      {"INT(-2.7)", -3},      {"INTEGER(-2.7)", -2},  {"ROUND(2.5)", 3},
      {"SIGN(-9)", -1},               {"MIN(3, 1, 2)", 1},  {"MAX(3, 1, 2)", 3},    {"MODULO(-7, 3)", -1},  {"MOD(-7, 3)", 2},
      {"QUANTUM(7.9, 2)", 6},         {"PERCENT(0.5)", 50}, {"POWER(2, 10)", 1024}, {"ROOTN(27, 3)", 3},    {"LOG(8, 2)", 3},
      {"SAFEDIV(1, 0)", 0},           {"ZIDZ(6, 3)", 2},    {"XIDZ(1, 0, 7)", 7},   {"5 // 0", 0},          {"FACTORIAL(5)", 120},
      {"COMBINATIONS(5, 2)", 10},     {"PERMUTATIONS(5, 2)", 20}, {"IF_THEN_ELSE(1 > 2, 3, 4)", 4},          
      {"SWITCH(2, 1)", 1},            {"CEILING(1.2)", 2},  {"STARTTIME", 0},       {"STOPTIME", 1},        {"DT", 1},
      {"GAME(5)", 5},                 {"PMT(0, 10, 100, 0)", -10},
  };
  for (const auto& c : cases) CHECK_MESSAGE(value_of(c.equation) == doctest::Approx(c.value).epsilon(1e-14), std::string(c.equation));
  CHECK(value_of("INF") == HUGE_VAL);
  CHECK(std::isnan(value_of("NAN")));
}

TEST_CASE("builtins: INT and MOD are Vensim's in models that Vensim wrote") {
  std::string file = to_xmile("time 0 to 1\naux a = INT(-2.7)\naux b = MODULO(-7, 3)\naux c = -7 MOD 3");
  size_t at = file.find("<sim_specs");
  file.insert(at, "<header><vendor>Ventana Systems</vendor><product>Vensim</product></header>");
  Simulation s = compile_xmile(file);
  if (s.ok()) s.vm->run_to_end();
  CHECK(s.at("a", 0) == -2);
  CHECK(s.at("b", 0) == -1);
  CHECK(s.at("c", 0) == -1);
}

TEST_CASE("builtins: the order of an N-th order delay is fixed when the model is compiled") {
  CHECK(compile("time 0 to 1\naux x = SMTHN(TIME, 2, 3)").codes() == "");
  CHECK(compile("time 0 to 1\naux x = SMTHN(TIME, 2, n)\naux n = 3").codes() == "");
  CHECK(compile("time 0 to 1\naux x = SMTHN(TIME, 2, 0)").codes() == "bad_argument");
  CHECK(compile("time 0 to 1\naux x = SMTHN(TIME, 2, 1000)").codes() == "bad_argument");
  CHECK(compile("time 0 to 1\naux x = SMTHN(TIME, 2, s)\nstock s = 3").codes() == "not_constant");
  Simulation three = simulate("time 0 to 8 by 0.25\naux x = SMTHN(STEP(1, 2), 3, 3)\naux y = SMTH3(STEP(1, 2), 3)");
  CHECK(same_bits(three.series("x"), three.series("y")));
}
