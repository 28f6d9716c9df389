// The table of builtin functions and values (builtins.def) and look-up in it by canonical name.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ir/program.h"

namespace loopscope {

enum class BuiltinKind : uint8_t { Value, Operation, Table, Fold, Special, Reducer, Macro, External, Later };
enum class BuiltinValue : uint8_t { Time, Dt, StartTime, StopTime, SaveInterval, Pi, Infinite, NotANumber, Self };
enum class BuiltinReducer : uint8_t { Sum, Product, Mean, Variance, Deviation, Size };
enum class ExternalKind : uint8_t { Constants, Data, Lookups, Subscript };
enum class BuiltinSpecial : uint8_t { SafeDivide, IfThenElse, Initial, Previous, Delay, DelayMaterial, DelayInformation, Past, StepsSince, Conveyed, Profiled, Derivative, Same, IsModuleInput, TimeValue,
                                      VectorRank, VectorOrder, OrderOfRank, VectorMap, VectorSelect, VectorReorder, InvertMatrix,
                                      ElementCount, Allocate, AllocateAvailable, AllocateByPriority, MarketPrice, DemandAtPrice, SupplyAtPrice, MarketPriority, AllocateAtPriority };

struct Builtin {
  std::string_view names;  // the first is the canonical one
  uint8_t minimum, maximum;
  BuiltinKind kind;
  uint8_t target;  // Op, BuiltinValue or BuiltinSpecial by kind
  const char* form;

  std::string_view name() const { return names.substr(0, names.find(' ')); }
  Op op() const { return Op(target); }
  BuiltinValue value() const { return BuiltinValue(target); }
  BuiltinReducer reducer() const { return BuiltinReducer(target); }
  BuiltinSpecial special() const { return BuiltinSpecial(target); }
  bool is_random() const;
};

// nullptr if there is none of that canonical name.
const Builtin* find_builtin(std::string_view canonical);
const std::vector<Builtin>& all_builtins();

// Up to three names of `candidates` most like `name`, for "did you mean".
std::string suggestions(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace loopscope
