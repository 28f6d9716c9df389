// Inside of the way from XMILE's language to Vensim's. Included by to_vensim*.cpp only.
#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "formats/to_vensim.h"
#include "model/modules.h"
#include "syntax/ast.h"

namespace loopscope {

class ToVensim : InstanceVisitor {
 public:
  ToVensim(const Project& project, std::vector<Diagnostic>& warnings) : project_(project), warnings_(warnings) {}
  Project run();

 private:
  // A variable of one instance of a model.
  struct Instance {
    const Variable* variable;
    std::string scope, id, name;          // prefix of its module, "hares." or empty; with the prefix; as Vensim will call it
    std::vector<size_t> dimensions;
    std::string source;                   // of a module's input: the variable that it is
  };
  struct Dimension {
    std::string id, name, key;
    std::vector<std::string> element_ids, element_keys;
    std::unordered_map<std::string, uint32_t> index;
    std::unordered_set<std::string> maps_to;
  };
  // What the left side says of an axis: a dimension or an element, by key.
  struct Axis {
    size_t dimension;
    std::string key;
    bool is_element;
  };
  static constexpr size_t none = SIZE_MAX;

  // to_vensim.cpp: the model
  void add_dimensions();
  size_t add_dimension(const std::string& name, const std::vector<std::string>& elements, size_t like);
  void declare(const Variable& variable, const std::string& scope) override;
  void module_error(const Variable& module, Code code, std::string message) override;
  void connect(const std::vector<Connection>& connections);
  void find_tables(const Ast& ast, const std::string& scope);
  void body(size_t first, size_t last);
  void variable(const Instance& instance);
  void definition(const Instance& instance, const Definition& written, Variable& out);
  std::vector<Axis> left_side(const Instance& instance, const std::vector<std::string>& subscripts);
  std::vector<std::string> shown(const std::vector<Axis>& axes) const;
  Ast net_flow(const Variable& stock);
  void macro(const Macro& written);
  void add_control();
  std::string claim(std::string name, const char* otherwise);
  bool take(const std::string& id);
  void name(const std::string& key, const std::string& shown);
  size_t find_dimension(const std::string& id) const;
  size_t dimension_of(const std::string& key) const { return key[0] == '\1' ? find_dimension(key.substr(1)) : none; }
  const Instance* find(const std::string& name) const;

  // to_vensim_equations.cpp: one equation
  Ast equation(const SourceText& text, bool alone);
  AstId value(const Ast& from, AstId node, Ast& out, bool alone);
  AstId reference(const Ast& from, AstId node, const Instance& instance, Ast& out);
  AstId whole_axis(size_t dimension, std::vector<size_t>& seen, Ast& out);
  AstId subscript(const Ast& from, AstId node, size_t dimension, std::vector<size_t>& seen, Ast& out, Ast& chosen);
  AstId call(const Ast& from, AstId node, Ast& out, bool alone);
  AstId fold(const Ast& from, AstId node, Ast& out);
  AstId moments(const Ast& from, AstId node, Ast& out);
  AstId emit(const Ast& tree, AstId node, Ast& out, bool alone);
  void start_at_first(Ast& array);
  AstId lift(const Ast& tree, AstId node, Ast& out);
  std::vector<std::string> free_axes(Ast& tree, AstId node, bool into_loops);
  const Axis* axis_of(size_t dimension) const;
  std::string print(const Ast& ast) const;
  void warn(std::string message);

  const Project& project_;
  std::vector<Diagnostic>& warnings_;
  Project out_;
  std::vector<Instance> instances_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<Dimension> dimensions_;
  std::unordered_map<std::string, size_t> dimension_index_;
  std::unordered_map<std::string, uint32_t> element_place_;  // of an element in the first dimension that has it
  std::unordered_map<std::string, std::string> names_, shown_;  // key -> as it stands in Vensim's equations; without its quotes
  std::unordered_set<std::string> taken_;                // canonical names in use
  std::vector<std::string> claimed_;                     // in that order
  std::unordered_set<std::string> looked_up_;            // ids of variables that others use as tables
  std::unordered_set<std::string> macros_;
  std::vector<Variable>* sink_ = nullptr;                // where variables go
  const Instance* self_ = nullptr;                       // whose equation is rewritten, over which axes
  std::vector<Axis> axes_;
  int lifted_ = 0;
  size_t table_at_ = none;                               // where its graphical function went, of a variable that has an input too
};

}  // namespace loopscope
