// What LTM knows of a program before the run: the causal graph, the links and their score variables, the loops. Made by
// instrument(), carried beside the layout, read by the analysis after the run. Nothing parses a score's name.
//
// The graph is at the level of elements: a node is a scalar variable or one element of an array. A link is what one equation
// reads of one variable in one way, and has a score variable with an element for each of its edges.
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
  VariableId score = none_id;  // the variable that holds it
};

using NodeId = uint32_t;
struct Node {
  VariableId variable;
  uint32_t element;
};
struct Edge {
  NodeId from, to;
  uint32_t link;
  uint32_t element;  // of the link's score
  Polarity polarity;
};

// One circuit of the graph: path[i] -> path[i + 1] is edges[i].
struct LoopSlot {
  std::vector<NodeId> path;       // starts at the alphabetically first shown variable
  std::vector<uint32_t> edges;    // into LtmPlan::edges
  std::vector<uint32_t> element;  // of the loop's dimensions
  uint32_t partition = 0;
};
// A loop, or one that repeats for every element of some dimensions.
struct Loop {
  std::string id;                    // r1, b2, u3
  Polarity structural;
  std::vector<uint32_t> dimensions;  // none: a single circuit
  std::vector<LoopSlot> slots;
  VariableId score = none_id;        // an element a slot; none_id: the product is made after the run
};

struct Partition {
  std::vector<NodeId> stocks;  // none: a loop without stock, alone
};

struct DiscoveryLimits {
  uint32_t max_loops = 200;   // reported
  double threshold = 0.001;   // of its partition's total, that a loop must reach at some time
  double budget_ms = 2000;
};

struct LtmPlan {
  std::string mode = "exhaustive";
  std::string note;               // why this mode
  std::vector<Link> links;
  std::vector<Node> nodes;
  std::vector<NodeId> first_node;  // of a variable; none_id for those that are not in the graph
  std::vector<Edge> edges;         // composites last
  std::vector<uint32_t> graph;     // edges among nodes a loop may show: macro interiors left out, composites in
  std::vector<bool> stock;         // nodes that are stocks
  std::vector<bool> still;         // elements that cannot change, of arrays where others do
  std::vector<uint32_t> component; // strongly connected component of each node in `graph`
  std::vector<Loop> loops;         // exhaustive: all; discovery: the pinned ones
  std::vector<uint32_t> pinned;    // of `loops`, in the order asked for
  std::vector<Partition> partitions;
  DiscoveryLimits discovery;
};

struct LtmOptions {
  std::string mode = "auto";
  std::vector<std::vector<std::string>> pinned;  // loops to score in any mode, by their variables in causal order
  DiscoveryLimits discovery;
};

// Appends score variables and equations to a scheduled program whose slots are not yet given; its reducers inside larger equations
// become variables. Where the program has arrays the scores are arrays too.
LtmPlan instrument(Program& program, const LtmOptions& options, std::vector<Diagnostic>& diagnostics);

std::string node_name(const Program& program, const Node& node);
std::string dump_ltm(const Program& program, const LtmPlan& plan);

}  // namespace loopscope
