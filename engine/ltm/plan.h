// What LTM knows of a program before the run: the causal graph, the links and their score variables, the loops. Made by
// instrument(), carried beside the layout, read by the analysis after the run. Nothing parses a score's name.
#pragma once
#include "ir/program.h"
#include "support/diagnostics.h"

namespace loopscope {

enum class Polarity : int8_t { Negative = -1, Unknown = 0, Positive = 1, None = 2 /* no influence */ };
Polarity operator*(Polarity a, Polarity b);
const char* polarity_name(Polarity p);

enum class LinkKind : uint8_t {
  Instant,      // the equation of `to` reads `from`
  Flow,         // `from` is a flow of stock `to`
  Lag,          // `to` is the past of `from`, scored as if it answered at once
  Composite,    // through a macro instance: the strongest path inside
};

struct Link {
  VariableId from, to;
  LinkKind kind;
  Polarity polarity;
  VariableId score;  // the variable that holds it
};

struct Loop {
  std::string id;                 // r1, b2, u3
  Polarity structural;
  std::vector<VariableId> path;   // rotated to start at the alphabetically first shown variable
  std::vector<uint32_t> links;    // into LtmPlan::links; links[i] leaves path[i]
  VariableId score;
  uint32_t partition;
};

struct Partition {
  std::vector<VariableId> stocks;  // none: a loop without stock, alone
};

struct LtmPlan {
  std::string mode = "exhaustive";
  std::string note;             // why this mode
  std::vector<Link> links;      // all that are scored; the first `simple_links` are not composites
  uint32_t simple_links = 0;
  std::vector<uint32_t> graph;  // links among nodes a loop may show: macro interiors left out, composites in
  std::vector<Loop> loops;
  std::vector<Partition> partitions;
};

struct LtmOptions {
  std::string mode = "auto";
  uint32_t max_loops = 1000;          // exhaustive mode gives up beyond
  uint64_t max_visits = 20'000'000;   // of edges while enumerating
};

// Appends score variables and equations to a scheduled program whose slots are not yet given.
LtmPlan instrument(Program& program, const LtmOptions& options, std::vector<Diagnostic>& diagnostics);

std::string dump_ltm(const Program& program, const LtmPlan& plan);

}  // namespace loopscope
