// Inside of the XMILE reader: its state and its parts. Included by xmile_*.cpp only.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "formats/xml_file.h"
#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

class XmileReader {
 public:
  explicit XmileReader(std::vector<Diagnostic>& diagnostics) : diagnostics_(diagnostics), reports_(diagnostics) {}
  std::optional<Project> read(std::string_view text);

 private:
  // <behavior>: whether stocks and flows are non-negative where they do not say so themselves.
  struct Behavior {
    std::optional<bool> all, stock, flow;
    std::optional<bool> of(VariableKind kind) const {
      if (kind == VariableKind::Stock && stock) return stock;
      if (kind == VariableKind::Flow && flow) return flow;
      return kind == VariableKind::Stock || kind == VariableKind::Flow ? all : std::nullopt;
    }
  };
  struct Names {
    std::string name, id;
    Span span;
  };

  // xmile_reader.cpp
  void read_file_level(pugi::xml_node root);
  void read_models(pugi::xml_node root);
  void choose_specs(pugi::xml_node root);
  Model model(pugi::xml_node node);
  Macro macro(pugi::xml_node node);
  SimSpecs sim_specs(pugi::xml_node node);
  Method method(std::string_view text, const Span& span);
  std::optional<double> time_value(pugi::xml_node specs, const char* name);
  std::optional<double> save_interval(pugi::xml_node specs);
  void read_dimensions(pugi::xml_node node);
  DimensionDeclaration dimension(pugi::xml_node node);
  Behavior behavior(pugi::xml_node node);
  template <class Body>
  void read_variables(pugi::xml_node parent, std::unordered_set<std::string>& ids, Body& body);

  // xmile_variables.cpp
  Variable variable(pugi::xml_node node, VariableKind kind);
  void read_variable_child(pugi::xml_node node, Variable& variable);
  void add_definitions(pugi::xml_node node, Variable& variable);
  Definition definition(pugi::xml_node node, const std::string& variable);
  void add_elements(pugi::xml_node node, Variable& variable, const Definition& whole);
  void add_positional(const std::vector<SourceText>& equations, Variable& variable, const Definition& whole);
  void read_connections(pugi::xml_node node, Variable& variable);
  GraphicalFunction graphical_function(pugi::xml_node node, const std::string& variable);
  bool points(pugi::xml_node node, const std::string& variable, std::vector<double>& out);
  std::optional<std::pair<double, double>> scale(pugi::xml_node node, const std::string& variable);
  bool may_copy(size_t bytes, const Span& span);

  // shared
  Names names(pugi::xml_node node, const char* what);
  std::optional<double> number(const SourceText& text, const std::string& variable);
  void report(Code code, std::string message, const Span& span, const std::string& variable = {});
  void ignore(pugi::xml_node node);
  // For the writer: an element as it stands, and the attributes but those that the model has in fields of its own.
  void keep(pugi::xml_node node, std::string& where) {
    if (file_.prefixed() || node.type() != pugi::node_element) return;
    if (!where.empty()) where += '\n';
    where += file_.verbatim(node);
  }
  std::string attributes(pugi::xml_node node, std::initializer_list<std::string_view> but) const;
  bool is_vendor(pugi::xml_node node) const { return file_.tag(node).find(':') != std::string_view::npos; }

  std::vector<Diagnostic>& diagnostics_;
  LimitedReports reports_;
  XmlFile file_;
  Project project_;
  Behavior file_behavior_, model_behavior_;
  std::string model_name_;                        // of the model being read, for diagnostics
  std::unordered_set<std::string> ignored_tags_;  // noted once each
  std::unordered_map<std::string, size_t> dimension_of_id_;
  size_t copied_ = 0;
};

// True if the text of an on/off element such as <non_negative> means on: everything but "false" does.
bool is_on(std::string_view text);
bool is_one_of(std::string_view tag, std::initializer_list<std::string_view> tags);

}  // namespace loopscope
