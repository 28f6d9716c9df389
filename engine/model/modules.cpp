#include "model/modules.h"

#include <unordered_map>

#include "model/names.h"

namespace loopscope {

std::string cut_subscripts(std::string_view text, std::vector<std::string>& subscripts) {
  text = trim_blanks(text);
  size_t bracket = text.rfind('[');
  if (bracket == text.npos || text.back() != ']') return std::string(text);
  for (const std::string& one : split_subscripts(text.substr(bracket + 1, text.size() - bracket - 2))) subscripts.push_back(canonical_name(one));
  return std::string(text.substr(0, bracket));
}

namespace {

constexpr size_t deepest = 50;
constexpr size_t most_variables = 500'000;  // a model in a model in a model doubles and doubles

class Walk {
 public:
  Walk(const Project& project, InstanceVisitor& visitor) : visitor_(visitor) {
    for (size_t i = 1; i < project.models.size(); i++) models_.emplace(project.models[i].id, &project.models[i]);
  }

  void model(const Model& model, const std::string& scope) {
    inside_.push_back(&model);
    variables_ += model.variables.size();
    for (const Variable& v : model.variables) visitor_.declare(v, scope);
    for (const Variable& v : model.variables)
      if (v.kind == VariableKind::Module) module(v, scope);
    inside_.pop_back();
  }
  std::vector<Connection> connections;

 private:
  void module(const Variable& v, const std::string& scope) {
    auto found = models_.find(canonical_name(v.model_name.empty() ? v.name : v.model_name));
    if (found == models_.end()) return visitor_.module_error(v, Code::no_model, "the module " + v.name + " instantiates a model that the file does not define");
    if (std::find(inside_.begin(), inside_.end(), found->second) != inside_.end()) return visitor_.module_error(v, Code::macro_recursion, "the module " + v.name + " contains itself");
    if (inside_.size() > deepest) return visitor_.module_error(v, Code::nesting_too_deep, "modules are nested more than 50 deep here");
    if (variables_ > most_variables) {
      if (!said_too_many_) visitor_.module_error(v, Code::input_too_large, "the modules of this model come to more than 500,000 variables");
      said_too_many_ = true;
      return;
    }
    std::string prefix = scoped_name(scope, v.id) + ".";
    model(*found->second, prefix);
    for (const auto& [to, from] : v.connections) connections.push_back({&v, scope, prefix, &to, &from});
  }

  InstanceVisitor& visitor_;
  std::unordered_map<std::string, const Model*> models_;
  std::vector<const Model*> inside_;
  size_t variables_ = 0;
  bool said_too_many_ = false;
};

}  // namespace

std::vector<Connection> visit_instances(const Project& project, InstanceVisitor& visitor) {
  Walk walk(project, visitor);
  if (!project.models.empty()) walk.model(project.models[0], "");
  return std::move(walk.connections);
}

}  // namespace loopscope
