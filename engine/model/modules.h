// Modules: the instances of a project's models, what names mean in them, and what their connections join.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// `to` takes its value from `from`: a connection of a module, seen in the instance `prefix` that stands in `scope` (prefixes of full names).
struct Connection {
  const Variable* module;
  std::string scope, prefix;
  const SourceText *to, *from;
  // The full name that one of the two means. Vendors write both with or without the module's name, a leading point for the parent's variables.
  template <class Known>
  std::string name(const std::string& text, bool input, Known&& known) const {
    std::string id = canonical_path(text);
    if (!id.empty() && id[0] == '.') return scope + id.substr(1);
    if (id.rfind(module->id + ".", 0) == 0) return scope + id;
    if (input && known(prefix + id)) return prefix + id;
    return known(scope + id) ? scope + id : id;
  }
};

// The name before subscripts, and these, canonical.
std::string cut_subscripts(std::string_view text, std::vector<std::string>& subscripts);

class InstanceVisitor {
 public:
  virtual void declare(const Variable& variable, const std::string& scope) = 0;
  // A module that is left out.
  virtual void module_error(const Variable& module, Code code, std::string message) = 0;

 protected:
  ~InstanceVisitor() = default;
};
// Shows the main model's variables, then those of its modules' models, each in its instance. Gives the modules' connections.
std::vector<Connection> visit_instances(const Project& project, InstanceVisitor& visitor);

// What a name means to the variables of `scope`, in a map by full names: ".x" is the outermost model's, a plain name the own model's; a path may also
// lead from the root: "other module.x".
template <class Index>
auto find_in_scope(const Index& index, const std::string& name, const std::string& scope) {
  bool root = name.size() > 1 && name[0] == '.';
  auto found = index.find(root ? name.substr(1) : scoped_name(scope, name));
  return found == index.end() && !root && name.find('.') != name.npos ? index.find(name) : found;
}

// Inputs may lead to inputs: calls pass(i) for each link (source, target), and again for those from a target whenever pass says that it has changed it.
template <class Pass>
void spread(const std::vector<std::pair<uint32_t, uint32_t>>& links, Pass&& pass) {
  constexpr uint32_t none = UINT32_MAX;
  std::vector<uint32_t> first, next(links.size());  // of the links that read a variable
  for (uint32_t i = uint32_t(links.size()); i-- > 0;) {
    size_t known = std::max<size_t>(first.size(), std::max(links[i].first, links[i].second) + size_t(1));
    first.resize(known, none);
    next[i] = std::exchange(first[links[i].first], i);
  }
  std::vector<uint32_t> pending;
  for (uint32_t i = uint32_t(links.size()); i-- > 0;) pending.push_back(i);
  while (!pending.empty()) {
    uint32_t link = pending.back();
    pending.pop_back();
    if (!pass(link)) continue;
    for (uint32_t i = first[links[link].second]; i != none; i = next[i]) pending.push_back(i);
  }
}

}  // namespace loopscope
