// XMILE views as a Vensim sketch: what sketch_view.cpp reads. Shapes and sizes are Vensim's usual ones; a view keeps its places, pipes and arrows.
#include <cmath>
#include <optional>
#include <unordered_map>

#include "formats/dialects.h"
#include "formats/sketch_view.h"
#include "formats/xml_file.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

constexpr const char* stock_shape = ",40,20,3,3,0,0,0,0,0,0\n";
constexpr const char* flow_shape = ",40,12,40,3,0,0,-1,0,0,0\n";
constexpr const char* plain_shape = ",40,12,8,3,0,0,0,0,0,0\n";
constexpr const char* shadow_shape = ",40,12,8,2,0,3,-1,0,0,0,128-128-128,0-0-0,|12||128-128-128\n";
constexpr const char* valve_shape = ",6,8,34,3,0,0,1,0,0,0\n";
constexpr const char* cloud_shape = ",10,8,0,3,0,0,-1,0,0,0\n";
constexpr int name_below_valve = 20;

class SketchWriter {
 public:
  SketchWriter(const std::vector<Variable>& model, const std::vector<Variable>& written) {
    for (const Variable& v : written) written_.emplace(v.id, &v);
    for (const Variable& v : model) {
      for (const SourceText& flow : v.inflows) ends_[canonical_name(flow.text)].second = v.id;
      for (const SourceText& flow : v.outflows) ends_[canonical_name(flow.text)].first = v.id;
    }
  }

  std::string run(const std::string& xml) {
    pugi::xml_document document;
    if (!document.load_string(("<model>" + xml + "</model>").c_str())) return "";
    std::string out;
    size_t views = 0;
    auto add = [&](pugi::xml_node node) {
      std::string body = view(node), name = one_line(node.attribute("name").value());
      if (body.empty()) return;
      out += "\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not put anything below this section - it will be ignored\n*" +
             (name.empty() ? "View " + std::to_string(views + 1) : name) + "\n$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|72,72,100,0\n" + body;
      views++;
    };
    pugi::xml_node model = document.document_element();
    for (pugi::xml_node node : model.children("view")) add(node);
    for (pugi::xml_node group : model.children("views"))
      for (pugi::xml_node node : group.children("view")) add(node);
    return out;
  }

 private:
  using Place = std::pair<int, int>;

  std::string view(pugi::xml_node view) {
    out_.clear();
    next_ = 1;
    numbers_.clear();
    for (pugi::xml_node node : view.children()) item(node);
    for (pugi::xml_node node : view.children("flow")) pipes(node);
    for (pugi::xml_node node : view.children("connector")) {
      auto number = [&](const char* end) {
        auto found = numbers_.find(canonical_name(node.child(end).text().get()));
        return found == numbers_.end() ? 0 : found->second;
      };
      int from = number("from"), to = number("to");
      if (from && to) out_ += "1," + std::to_string(next_++) + "," + std::to_string(from) + "," + std::to_string(to) + ",0,0,0,0,0,64,0,-1--1--1,,1|(0,0)|\n";
    }
    return std::move(out_);
  }

  static std::optional<Place> place(pugi::xml_node node) {
    std::optional<double> x = parse_number(node.attribute("x").value()), y = parse_number(node.attribute("y").value());
    constexpr double most = 1e6;
    if (!x || !y || !(std::abs(*x) < most && std::abs(*y) < most)) return {};
    return Place{int(std::lround(*x)), int(std::lround(*y))};
  }

  int line(const char* kind, const std::string& name, Place at, const char* shape) {
    out_ += std::string(kind) + "," + std::to_string(next_) + "," + name + "," + std::to_string(at.first) + "," + std::to_string(at.second) + shape;
    return next_++;
  }

  void item(pugi::xml_node node) {
    bool alias = std::string_view(node.name()) == "alias";
    std::string id = canonical_name(alias ? node.child("of").text().get() : node.attribute("name").value());
    auto variable = written_.find(id);
    auto at = place(node);
    if (variable == written_.end() || !at) return;
    std::string name = in_vensim(variable->second->name);
    if (alias || numbers_.count(id)) {
      line("10", name, *at, shadow_shape);
      return;
    }
    bool flow = std::string_view(node.name()) == "flow";
    if (flow) valves_[id] = line("11", "0", *at, valve_shape);
    Place below{at->first, at->second + name_below_valve};
    numbers_[id] = line("10", name, flow ? below : *at, flow ? flow_shape : variable->second->kind == VariableKind::Stock ? stock_shape : plain_shape);
  }

  // From the valve to both ends: the flow's stocks, or a cloud where the pipe's line ends.
  void pipes(pugi::xml_node flow) {
    std::string id = canonical_name(flow.attribute("name").value());
    pugi::xml_node points = flow.child("pts");
    auto valve = valves_.find(id);
    if (valve == valves_.end() || !points) return;
    auto [source, destination] = ends_[id];
    auto end = [&](const std::string& stock, pugi::xml_node point, const char* side) {
      auto at = place(point);
      if (!at) return;
      auto known = numbers_.find(stock);
      int to = known != numbers_.end() ? known->second : line("12", "48", *at, cloud_shape);
      out_ += "1," + std::to_string(next_++) + "," + std::to_string(valve->second) + "," + std::to_string(to) + side + ",0,0,22,0,0,0,-1--1--1,,1|(" +
              std::to_string(at->first) + "," + std::to_string(at->second) + ")|\n";
    };
    end(destination, points.last_child(), ",4");
    end(source, points.first_child(), ",100");
  }

  std::unordered_map<std::string, const Variable*> written_;
  std::unordered_map<std::string, std::pair<std::string, std::string>> ends_;  // of a flow: the stock it leaves, the stock it enters
  std::unordered_map<std::string, int> numbers_, valves_;
  std::string out_;
  int next_ = 1;
};

}  // namespace

std::string sketch_of_views(const Model& model, const std::vector<Variable>& written) { return SketchWriter(model.variables, written).run(model.xml); }

std::unordered_map<std::string, std::string> groups_in(const Model& model) {
  std::unordered_map<std::string, std::string> groups;
  pugi::xml_document document;
  if (!document.load_string(("<model>" + model.variables_xml + model.xml + "</model>").c_str())) return groups;
  auto add = [&](pugi::xml_node parent) {
    for (pugi::xml_node group : parent.children("group"))
      for (pugi::xml_node entity : group.children("entity")) groups.emplace(canonical_name(entity.attribute("name").value()), one_line(group.attribute("name").value()));
  };
  add(document.document_element());
  for (pugi::xml_node groups_element : document.document_element().children("groups")) add(groups_element);
  return groups;
}

std::string groups_of(const std::vector<Variable>& variables) {
  std::vector<std::string> names, members;
  std::unordered_map<std::string_view, size_t> number;
  for (const Variable& v : variables) {
    if (v.group.empty()) continue;
    auto [found, added] = number.emplace(v.group, names.size());
    if (added) {
      names.push_back(v.group);
      members.emplace_back();
    }
    members[found->second] += "<entity name=\"" + xml_escaped(v.name, true) + "\"/>";
  }
  std::string out;
  for (size_t i = 0; i < names.size(); i++) out += "<group name=\"" + xml_escaped(names[i], true) + "\">" + members[i] + "</group>\n";
  return out;
}

}  // namespace loopscope
