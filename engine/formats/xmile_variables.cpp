// Variables of an XMILE file: stocks, flows, auxiliaries, tables and modules.
#include <algorithm>

#include "formats/xmile_parts.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

constexpr size_t max_copied = 256 << 20;  // bytes of all elements of arrays, with what they take over from their variable
constexpr ptrdiff_t max_list = 500'000;   // numbers in one equation

struct Construct {
  std::string_view tag;
  const char* name;
};
// Elements that change what a variable does, in a way that is not simulated.
constexpr Construct unsupported_elements[] = {
    {"conveyor", "conveyor"},
    {"queue", "queue"},
    {"oven", "oven"},
    {"leak", "conveyor leakage"},
    {"leak_integers", "conveyor leakage"},
    {"overflow", "queue overflow"},
    {"multiplier", "unit conversion of a flow"},
    {"isee:distrib_eq", "spread flow"},
};

void add_once(std::vector<std::string>& list, const char* text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

// "0.1,0.2; 0.4,0.5;": the numbers one by one if the text is nothing but that, else nothing. Converters write so what
// Vensim has as a list of constants.
std::vector<SourceText> number_list(const SourceText& source, const LineIndex& lines) {
  std::vector<SourceText> out;
  std::string_view text = source.text;
  if (text.find_first_of(",;") == text.npos || text.find_first_not_of("0123456789.eE+-,; \t\r\n") != text.npos) return {};
  if (std::count_if(text.begin(), text.end(), [](char c) { return c == ',' || c == ';'; }) > max_list) return {};
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find_first_of(",;", begin), text.size());
    std::string_view field = trim_blanks(text.substr(begin, end - begin));
    if (!parse_number(field)) return {};
    SourceText number;
    number.text = field;
    number.span = source_span(source, lines, uint32_t(field.data() - text.data()), uint32_t(field.size()));
    number.offsets.emplace_back(0, number.span.offset);
    out.push_back(std::move(number));
    begin = end + 1;
  }
  return out;
}

constexpr const char* kind_words[] = {"stock", "flow", "variable", "graphical function", "module"};  // by VariableKind

}  // namespace

Variable XmileReader::variable(pugi::xml_node node, VariableKind kind) {
  Variable variable;
  Names names = this->names(node, kind_words[int(kind)]);
  variable.kind = kind;
  variable.name = names.name;
  variable.id = names.id;
  variable.span = names.span;
  variable.non_negative = model_behavior_.of(kind).value_or(file_behavior_.of(kind).value_or(false));
  variable.xml_attributes = kind == VariableKind::Table ? attributes(node, {"name", "type", "discrete"})
                                                        : attributes(node, {"name", "model_name", "isee:model_name", "simlin:model_name"});
  if (node.attribute("isee:spreadflow")) add_once(variable.unsupported, "spread flow");
  for (pugi::xml_node child : node.children())
    if (child.type() == pugi::node_element) read_variable_child(child, variable);
  if (kind == VariableKind::Module) read_connections(node, variable);
  else add_definitions(node, variable);
  return variable;
}

void XmileReader::read_variable_child(pugi::xml_node node, Variable& variable) {
  std::string_view tag = file_.tag(node);
  for (const Construct& construct : unsupported_elements)
    if (tag == construct.tag) {
      keep(node, variable.xml);
      return add_once(variable.unsupported, construct.name);
    }
  if (tag == "dimensions") {
    for (pugi::xml_node child : node.children()) {
      if (file_.tag(child) != "dim") continue;
      Names names = this->names(child, "dimension");
      if (!names.id.empty()) variable.dimensions.push_back(names.name);
    }
  } else if (tag == "inflow" || tag == "outflow") {
    (tag == "inflow" ? variable.inflows : variable.outflows).push_back(file_.text(node));
  } else if (tag == "non_negative") {
    variable.non_negative = is_on(file_.text(node).text);
  } else if (tag == "units") {
    variable.units = file_.text(node).text;
  } else if (tag == "doc") {
    variable.documentation = file_.text(node).text;
  } else if (variable.kind == VariableKind::Table && is_one_of(tag, {"xscale", "yscale", "xpts", "ypts"})) {
    return;  // read with the definition
  } else if (!is_one_of(tag, {"eqn", "init_eqn", "gf", "element", "connect", "connect2"})) {
    keep(node, variable.xml);
    if (!is_one_of(tag, {"display", "format", "range", "scale", "event_poster", "isee:delay_aux", "isee:summing", "isee:autocreated"})) ignore(node);
  }
}

// --- definitions

void XmileReader::add_definitions(pugi::xml_node node, Variable& variable) {
  Definition whole = definition(node, variable.name);
  if (variable.kind == VariableKind::Table && (file_.child(node, "ypts") || !file_.child(node, "element"))) whole.table = graphical_function(node, variable.name);
  std::vector<SourceText> equations;
  bool elements = false;
  for (pugi::xml_node child : node.children()) {
    std::string_view tag = file_.tag(child);
    if (tag == "eqn") equations.push_back(file_.text(child));
    if (tag == "element") elements = true;
  }
  if (equations.size() == 1 && !elements && !variable.dimensions.empty()) {
    auto numbers = number_list(equations[0], file_.lines());
    if (!numbers.empty()) equations = std::move(numbers);
  }
  if (elements) {
    // What stands beside the elements holds for those that are not listed.
    if (!whole.equation.text.empty()) variable.definitions.push_back(whole);
    add_elements(node, variable, whole);
  } else if (equations.size() > 1) {
    add_positional(equations, variable, whole);
  } else {
    variable.definitions.push_back(std::move(whole));
  }
  settle_kind(variable);
}

Definition XmileReader::definition(pugi::xml_node node, const std::string& variable) {
  Definition definition;
  if (pugi::xml_node child = file_.child(node, "eqn")) definition.equation = file_.text(child);
  if (pugi::xml_node child = file_.child(node, "init_eqn")) definition.initial = file_.text(child);
  if (pugi::xml_node child = file_.child(node, "gf")) definition.table = graphical_function(child, variable);
  return definition;
}

// <element subscript="Boston, q1">: what an element does not say itself it has from its variable.
void XmileReader::add_elements(pugi::xml_node node, Variable& variable, const Definition& whole) {
  size_t inherited = whole.equation.text.size() + whole.initial.text.size() + (whole.table ? 16 * whole.table->x.size() : 0);
  for (pugi::xml_node child : node.children()) {
    if (file_.tag(child) != "element") continue;
    pugi::xml_attribute subscript = child.attribute("subscript");
    if (!subscript) {
      report(Code::missing_name, "an <element> has no subscript", file_.span(child), variable.name);
      continue;
    }
    Definition next = definition(child, variable.name);
    next.subscripts = split_subscripts(file_.text(subscript).text);
    if (next.subscripts.size() > max_subscripts) {
      report(Code::input_too_large, "an <element> has more than 64 subscripts", file_.span(subscript), variable.name);
      continue;
    }
    if (!may_copy(sizeof(Definition) + inherited, file_.span(child))) return;
    if (!next.equation.present()) next.equation = whole.equation;
    if (!next.initial.present()) next.initial = whole.initial;
    if (!next.table) next.table = whole.table;
    variable.definitions.push_back(std::move(next));
    for (pugi::xml_node part : child.children()) {
      std::string_view tag = file_.tag(part);
      for (const Construct& construct : unsupported_elements) {
        if (tag != construct.tag) continue;
        keep(part, variable.xml);
        add_once(variable.unsupported, construct.name);
      }
    }
  }
}

// Several equations without subscripts are the elements in order, the last dimension running fastest.
void XmileReader::add_positional(const std::vector<SourceText>& equations, Variable& variable, const Definition& whole) {
  std::vector<const DimensionDeclaration*> dimensions;
  uint64_t count = 1;
  for (const std::string& name : variable.dimensions) {
    auto found = dimension_of_id_.find(canonical_name(name));
    if (found == dimension_of_id_.end()) break;
    dimensions.push_back(&project_.dimensions[found->second]);
    count = std::min<uint64_t>(count * dimensions.back()->size, UINT32_MAX);
  }
  if (dimensions.empty() || dimensions.size() < variable.dimensions.size() || count != equations.size()) {
    std::string message = std::to_string(equations.size()) + " equations without subscripts ";
    if (variable.dimensions.empty()) message += "for a variable without dimensions";
    else if (dimensions.size() < variable.dimensions.size()) message += "for a dimension that the file does not declare";
    else message += "for " + std::to_string(count) + " elements";
    report(Code::unsupported_feature, message + "; only the first is kept", equations[1].span, variable.name);
    variable.definitions.push_back(whole);
    variable.definitions.back().equation = equations[0];
    return;
  }
  size_t inherited = whole.initial.text.size() + (whole.table ? 16 * whole.table->x.size() : 0);
  for (size_t i = 0; i < equations.size(); i++) {
    if (!may_copy(sizeof(Definition) + inherited, equations[i].span)) return;
    Definition next{{}, equations[i], whole.initial, whole.table};
    next.subscripts.resize(dimensions.size());
    size_t rest = i;
    for (size_t axis = dimensions.size(); axis-- > 0; rest /= dimensions[axis]->size) {
      size_t element = rest % dimensions[axis]->size;
      const auto& elements = dimensions[axis]->elements;
      next.subscripts[axis] = elements.empty() ? std::to_string(element + 1) : elements[element];
    }
    variable.definitions.push_back(std::move(next));
  }
}

bool XmileReader::may_copy(size_t bytes, const Span& span) {
  if (copied_ > max_copied) return false;  // reported
  copied_ += bytes;
  if (copied_ > max_copied) report(Code::input_too_large, "the elements of arrays take more than 256 MiB", span);
  return copied_ <= max_copied;
}

// --- modules

// Stella writes each connection twice: <connect> with full paths, <connect2> with paths seen from the model itself.
void XmileReader::read_connections(pugi::xml_node node, Variable& variable) {
  for (const char* name : {"model_name", "isee:model_name", "simlin:model_name"})
    if (variable.model_name.empty()) variable.model_name = file_.text(node.attribute(name)).text;
  if (variable.model_name.empty()) variable.model_name = variable.name;
  if (node.attribute("resource")) add_once(variable.unsupported, "module in another file");
  const char* tag = file_.child(node, "connect") ? "connect" : "connect2";
  for (pugi::xml_node child : node.children()) {
    if (file_.tag(child) != tag) continue;
    SourceText to = file_.text(child.attribute("to")), from = file_.text(child.attribute("from"));
    if (to.text.empty() || from.text.empty()) report(Code::missing_name, "a connection needs both to and from", file_.span(child), variable.name);
    else variable.connections.emplace_back(std::move(to), std::move(from));
  }
}

// --- graphical functions

GraphicalFunction XmileReader::graphical_function(pugi::xml_node node, const std::string& variable) {
  GraphicalFunction table;
  table.span = file_.span(node);
  std::string type = fold_case(trim_blanks(node.attribute("type").value()));
  auto kind = find_table_kind(type);
  if (kind.value_or(TableKind::Continuous) != TableKind::Continuous) table.kind = *kind;
  else if (!kind && !type.empty())
    report(Code::bad_graphical_function, "type \"" + type.substr(0, 60) + "\" is not known; use continuous, extrapolate or discrete",
           file_.span(node.attribute("type")), variable);
  else if (is_on(node.attribute("discrete").as_string("false"))) table.kind = TableKind::Discrete;  // before XMILE 1.0
  table.x_scale = scale(file_.child(node, "xscale"), variable);
  table.y_scale = scale(file_.child(node, "yscale"), variable);
  pugi::xml_node xpts = file_.child(node, "xpts");
  if (!points(file_.child(node, "ypts"), variable, table.y) || !points(xpts, variable, table.x)) {
    table.x.clear();
    table.y.clear();
    return table;  // reported
  }
  auto bad = [&](std::string message) { report(Code::bad_graphical_function, std::move(message), table.span, variable); };
  size_t count = table.y.size();
  if (!count) {
    bad("the graphical function has no y values; give them in <ypts>");
  } else if (!xpts) {
    if (!table.x_scale) bad("the graphical function has neither <xpts> nor an <xscale> with min and max");
    else if (count > 1 && !(table.x_scale->first < table.x_scale->second))
      bad("the min of <xscale> must be less than its max");
    table.x = spread_points(table.x_scale.value_or(std::pair(0.0, 1.0)), count);
  } else if (table.x.size() != count) {
    bad(std::to_string(table.x.size()) + " x values for " + std::to_string(count) + " y values; give as many of both");
  } else if (!std::is_sorted(table.x.begin(), table.x.end())) {
    bad("the x values must not decrease");
  }
  if (count == 1 && table.kind == TableKind::Extrapolate) bad("a graphical function that extrapolates needs two points");
  // Whoever reads on after the error finds as many x as y.
  size_t common = std::min(table.x.size(), table.y.size());
  table.x.resize(common);
  table.y.resize(common);
  return table;
}

std::optional<std::pair<double, double>> XmileReader::scale(pugi::xml_node node, const std::string& variable) {
  SourceText low = file_.text(node.attribute("min")), high = file_.text(node.attribute("max"));
  if (!low.present() || !high.present()) return {};
  auto min = number(low, variable), max = number(high, variable);
  if (!min || !max) return {};
  return std::pair(*min, *max);
}

// "0,1,2" or with another separator in `sep`; a blank one means blanks. A separator at the end is let pass.
// No points at all are fine here; false if one cannot be read.
bool XmileReader::points(pugi::xml_node node, const std::string& variable, std::vector<double>& out) {
  if (!node) return true;
  bool readable = true;
  SourceText source = file_.text(node);
  std::string separator = node.attribute("sep").as_string(",");
  bool blanks = trim_blanks(separator).empty();
  std::string_view text = source.text;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(blanks ? text.find_first_of(" \t\r\n", begin) : text.find(separator, begin), text.size());
    std::string_view field = text.substr(begin, end - begin);
    if (auto value = parse_number(field)) {
      out.push_back(*value);
    } else if (!blanks || !field.empty()) {
      readable = false;
      std::string shown(trim_blanks(field).substr(0, 60));
      report(Code::bad_number, "\"" + shown + "\" in the points of a graphical function is not a number",
             source_span(source, file_.lines(), uint32_t(begin), uint32_t(field.size())), variable);
    }
    begin = end + (blanks ? 1 : separator.size());
  }
  return readable;
}

}  // namespace loopscope
