// What the modeller wrote, format-free: readers fill it, semantics turns it into equations. Nothing here is resolved;
// equations are text with their place in the file. Names are kept as written (`name`) and canonically (`id`, see names.h).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"
#include "support/span.h"

namespace loopscope {

enum class Dialect { Xmile, Vensim };
// Auto: the step is halved until its error is within a tolerance (wasm-runtime's ls_run.c). Difference: Euler's steps, but the results have each
// row's stocks with the auxiliaries that made them, one dt earlier.
enum class Method { Euler, Rk2, Rk4, Rk2Auto, Rk4Auto, Difference };
inline bool is_adaptive(Method method) { return method == Method::Rk2Auto || method == Method::Rk4Auto; }
inline bool is_runge_kutta(Method method) { return method != Method::Euler && method != Method::Difference; }
constexpr const char* method_choices = "euler, rk2, rk4, rk2auto, rk4auto or difference";
const char* method_name(Method method);                      // one of those
const char* method_word(Method method);                      // as XMILE has it, with what a tool may use instead
std::optional<Method> find_method(std::string_view name);    // by its name in lower-case letters and digits
int vensim_code(Method method);                              // of the settings at the end of a .mdl file: the fourth number of line 15
std::optional<Method> vensim_method(double code);

// What a line `number:value` of those settings says; empty if there is none.
std::string_view vensim_setting(std::string_view settings, std::string_view number);

// What dates mean, by the lines 37 to 40: the date that Time 0 has, and what Time counts (0 years, 1 quarters, 2 months, 3 weeks, 4 days, 5 hours,
// 6 minutes, 7 seconds). Known from models: such a file says 2 where Time is in months, 6 where it is in minutes, and so on.
struct Calendar {
  double year, month, day;
  int unit;
};
std::optional<Calendar> vensim_calendar(std::string_view settings);

// A piece of equation text. `offsets` maps bytes of `text` to bytes of the file where they differ by more than a shift
// (XML entities, CDATA): sorted (text offset, file offset) pairs, each valid until the next; never empty when span is known.
struct SourceText {
  std::string text;
  Span span;
  std::vector<std::pair<uint32_t, uint32_t>> offsets;
  bool present() const { return span.known() || !text.empty(); }
};

// The place in the file of `length` bytes at `offset` of the text, mapped through entities and CDATA sections.
Span source_span(const SourceText& source, const LineIndex& lines, uint32_t offset, uint32_t length);

enum class TableKind { Continuous, Extrapolate, Discrete };
constexpr const char* table_kind_names[] = {"continuous", "extrapolate", "discrete"};
std::optional<TableKind> find_table_kind(std::string_view name);

// The x values of `count` points spread evenly over a scale: what a file means that gives the scale alone.
std::vector<double> spread_points(std::pair<double, double> scale, size_t count);

// A graphical function. x has one value a y value, non-decreasing; readers expand xscale to explicit values.
struct GraphicalFunction {
  TableKind kind = TableKind::Continuous;
  std::vector<double> x, y;
  std::optional<std::pair<double, double>> x_scale, y_scale;  // as written, for writers and views
  Span span;
};

// True if the x values are those that the scale alone would give.
bool has_spread_points(const GraphicalFunction& table);

// What a JSON file says that has no effect on the simulation (views, identifiers), verbatim for the writer: name and value as JSON text.
using OtherMembers = std::vector<std::pair<std::string, std::string>>;

enum class VariableKind { Stock, Flow, Auxiliary, Table /* graphical function alone */, Module };

// How a data variable has values between its points (Vensim): on the line between two (where nothing is said), the next one's, the last one's,
// or only where there is a point.
enum class DataRule { Interpolate, LookForward, HoldBackward, Raw };
constexpr const char* data_rule_names[] = {"interpolate", "lookForward", "holdBackward", "raw"};

// One definition of (some elements of) a variable. Scalars have exactly one, with no subscripts.
struct Definition {
  std::vector<std::string> subscripts;  // as written; empty = the whole variable
  SourceText equation;                  // of a stock: the initial value
  SourceText initial;                   // XMILE <init_eqn>, Vensim ACTIVE INITIAL; absent for most
  std::optional<GraphicalFunction> table;
  SourceText net_flow = {};             // Vensim's INTEG: what a stock changes by; XMILE has lists of flows instead
  std::vector<std::vector<std::string>> except = {};  // Vensim's :EXCEPT:, elements that it says nothing about
  std::optional<DataRule> data_rule = {};             // of a data variable; without an equation its values are the host's, by its name
};

struct Variable {
  VariableKind kind = VariableKind::Auxiliary;
  std::string name;  // as written, with spaces and case
  std::string id;    // canonical
  std::vector<std::string> dimensions;
  std::vector<Definition> definitions;
  std::vector<SourceText> inflows, outflows;  // of a stock, names as written
  bool non_negative = false;                  // <behavior> defaults already applied
  std::string units, documentation;
  std::string group, range;                   // of a Vensim file: the name after the stars; [least, greatest, step] as written
  std::string model_name;                     // of a module: the model it instantiates
  std::vector<std::pair<SourceText, SourceText>> connections;  // of a module: (to, from)
  Span span;
  std::vector<std::string> unsupported;       // constructs the reader met and nobody simulates yet ("conveyor"), for a diagnostic
  std::string xml_attributes, xml;            // what else an XMILE file says of it (displays, ranges, conveyors), verbatim for the writer
  OtherMembers others;                        // of a JSON file
};

// Does its model offer it as an input to those who use the model as a module (XMILE's access="input", which readers keep as it stands)?
bool is_input(const Variable& variable);

// A graphical function without input is a table that others look up in, however it is spelled.
void settle_kind(Variable& variable);

// A dimension's elements as those of another. `elements`, where given: one by one, an element or subrange of that dimension for each
// of this one's; otherwise by position.
struct DimensionMapping {
  std::string to;
  std::vector<std::string> elements;
};

struct DimensionDeclaration {
  std::string name, id;
  std::vector<std::string> elements;  // empty with size > 0: a numbered dimension
  uint32_t size = 0;
  std::vector<DimensionMapping> maps_to;
  SourceText external;                // Vensim's GET ... SUBSCRIPT: the call that gives the elements
  Span span;
};

// A number of the specs that Vensim's file gives as an expression on other constants.
enum class TimeControl : uint8_t { Start, Stop, Dt, SaveInterval };
constexpr const char* time_control_names[] = {"startTime", "endTime", "dt", "saveStep"};
struct ComputedControl {
  TimeControl control;
  SourceText equation;
};

struct SimSpecs {
  double start = 0, stop = 0, dt = 1;
  std::optional<double> save_interval;  // absent: every dt
  Method method = Method::Euler;
  std::string time_units;
  std::vector<ComputedControl> computed;  // instead of the numbers above
  Span span;
};

struct Model {
  std::string name, id;  // empty for the main model
  std::vector<Variable> variables;
  std::string variables_xml, xml;          // verbatim: what else stands among its variables (groups), and beside them (views)
  OtherMembers others;
  std::optional<SimSpecs> specs;           // a module with its own; the main model's are the project's
  Span span;
};

struct Macro {
  std::string name, id;
  std::vector<std::string> parameters;
  SourceText equation;
  std::vector<Variable> variables;
  std::string variables_xml, xml;  // as of a model
  OtherMembers others;
  Span span;
};

struct Project {
  std::string name;
  Dialect dialect = Dialect::Xmile;
  bool vensim_made = false;  // XMILE that Vensim or its converter wrote: INT and MOD are then Vensim's (towards zero), not Stella's
  std::vector<Model> models;  // [0] is the main one
  std::vector<Macro> macros;
  std::vector<DimensionDeclaration> dimensions;
  SimSpecs specs;
  std::string xml_attributes, header_xml, xml;  // verbatim, of an XMILE file: namespaces; the header but its name; units, styles, preferences
  OtherMembers others;
  std::string sketch, settings;  // verbatim, of a Vensim file: its diagrams; what follows them
  std::string source;  // the text read, UTF-8; spans point into it
};

}  // namespace loopscope
