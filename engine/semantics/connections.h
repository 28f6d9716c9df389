// What the inputs of modules are connected to: an input, or elements of it, takes the values of a variable of the model around it.
#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/modules.h"
#include "semantics/equations.h"

namespace loopscope {

class Connections {
 public:
  Connections(const Project& project, EquationSystem& system, std::vector<Diagnostic>& diagnostics) : project_(project), system_(system), diagnostics_(diagnostics) {}

  // When all variables are declared: gives the inputs their equations.
  void make(const std::vector<Connection>& written);
  // Has all of the variable its source's value? Then its own equation says nothing.
  bool whole(const std::string& id) const { return connected_.count(id); }
  const std::unordered_set<std::string>& inputs() const { return inputs_; }

 private:
  // A connection whose names are known: an input, or elements of it, and the subscripts of its source.
  struct Link {
    const Connection* written;
    uint32_t target, source;
    std::vector<std::string> at, from;
  };
  void connect(const Connection& c);
  std::vector<uint32_t> passed(Link& link) const;
  bool pass(Link& link);
  void apply(Link& link);
  void error(const Variable& module, Code code, Span span, std::string message);

  const Project& project_;
  EquationSystem& system_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Link> links_;
  std::unordered_map<std::string, std::string> connected_;  // input, with its subscripts if there are any -> its source, by full id
  std::unordered_set<std::string> inputs_;                  // those that something is connected to
  std::unordered_set<const Variable*> inner_;               // what models with inputs do not offer as such
};

}  // namespace loopscope
