#include "formats/sketch_view.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "formats/xmile_reader.h"
#include "formats/xml_file.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

// The fields of a line `kind,number,...`; a name may be quoted and then have commas.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> out;
  constexpr size_t enough = 10;
  size_t begin = 0;
  bool quotes = false;
  for (size_t i = 0; i <= line.size() && out.size() < enough; i++) {
    if (i < line.size() && line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quotes = !quotes;
    if (i < line.size() && (line[i] != ',' || quotes)) continue;
    out.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return out;
}

class SketchView {
 public:
  explicit SketchView(const std::vector<Variable>& variables) {
    for (const Variable& v : variables) variables_.emplace(v.id, &v);
  }
  std::string run(std::string_view sketch);

 private:
  struct Place {
    std::string_view x, y;
    const Variable* variable = nullptr;
  };
  struct Arrow {
    std::string_view from, to;
    bool pipe, source;  // a flow's half; the end that it comes from
  };
  void end_view();
  void item(const std::vector<std::string_view>& fields);
  static std::string at(const Place& place) { return " x=\"" + std::string(place.x) + "\" y=\"" + std::string(place.y) + '"'; }

  std::unordered_map<std::string, const Variable*> variables_;
  std::unordered_set<const Variable*> shown_;               // once in its own shape, then as an alias
  std::unordered_map<std::string_view, Place> places_;      // of this view, by the sketch's numbers
  std::unordered_map<std::string_view, std::string_view> valve_of_;  // a flow's name stands at the valve before it
  std::vector<std::string_view> order_;
  std::vector<Arrow> arrows_;
  std::string_view last_valve_;
  std::string name_, out_;
};

std::string SketchView::run(std::string_view sketch) {
  for (size_t begin = 0; begin < sketch.size();) {
    size_t end = std::min(sketch.find_first_of("\r\n", begin), sketch.size());
    std::string_view line = sketch.substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && line[0] == '*') {
      end_view();
      name_ = std::string(trim_blanks(line.substr(1)));
    } else {
      item(fields_of(line));
    }
  }
  end_view();
  return out_.empty() ? "" : "<views>\n" + out_ + "</views>";
}

void SketchView::item(const std::vector<std::string_view>& fields) {
  if (fields.size() < 6) return;
  std::string_view kind = fields[0], number = fields[1];
  if (kind == "1") {
    bool pipe = fields.size() > 7 && fields[7] == "22";
    arrows_.push_back({fields[2], fields[3], pipe, fields[4] == "100"});
  } else if (kind == "10" || kind == "11" || kind == "12") {
    if (!parse_number(fields[3]) || !parse_number(fields[4]) || !places_.emplace(number, Place{fields[3], fields[4]}).second) return;
    if (kind == "11") last_valve_ = number;
    if (kind != "10") return;
    auto variable = variables_.find(canonical_name(fields[2]));
    if (variable == variables_.end()) return;
    places_[number].variable = variable->second;
    if (variable->second->kind == VariableKind::Flow && !last_valve_.empty()) valve_of_[number] = last_valve_;
    last_valve_ = {};
    order_.push_back(number);
  }
}

void SketchView::end_view() {
  std::string body;
  std::unordered_map<std::string_view, std::string_view> flow_at;  // valve -> its flow's number
  for (auto [flow, valve] : valve_of_) flow_at[valve] = flow;
  struct Pipe {
    std::string source, destination;
  };
  std::unordered_map<std::string_view, Pipe> ends;                 // of a flow's pipe
  for (const Arrow& arrow : arrows_) {
    auto valve = flow_at.find(arrow.from);
    auto end = places_.find(arrow.to);
    if (!arrow.pipe || valve == flow_at.end() || end == places_.end()) continue;
    Pipe& pipe = ends[valve->second];
    (arrow.source ? pipe.source : pipe.destination) += "<pt" + at(end->second) + "/>";
  }
  for (std::string_view number : order_) {
    const Place& place = places_[number];
    std::string name = xml_escaped(place.variable->name, true);
    if (!shown_.insert(place.variable).second) {
      body += "<alias" + at(place) + "><of>" + xml_escaped(place.variable->name, false) + "</of></alias>\n";
      continue;
    }
    std::string tag = xmile_tags[int(place.variable->kind)];
    auto valve = valve_of_.find(number);
    body += "<" + tag + " name=\"" + name + '"' + at(valve == valve_of_.end() ? place : places_[valve->second]);
    auto pipe = ends.find(number);
    body += pipe == ends.end() ? "/>\n" : "><pts>" + pipe->second.source + pipe->second.destination + "</pts></" + tag + ">\n";
  }
  for (const Arrow& arrow : arrows_) {
    auto named = [&](std::string_view number) -> const Variable* {
      auto flow = flow_at.find(number);
      auto place = places_.find(flow == flow_at.end() ? number : flow->second);
      return place == places_.end() ? nullptr : place->second.variable;
    };
    const Variable *from = named(arrow.from), *to = named(arrow.to);
    if (arrow.pipe || !from || !to) continue;
    body += "<connector angle=\"0\"><from>" + xml_escaped(from->name, false) + "</from><to>" + xml_escaped(to->name, false) + "</to></connector>\n";
  }
  if (!body.empty()) out_ += "<view name=\"" + xml_escaped(name_, true) + "\">\n" + body + "</view>\n";
  places_.clear();
  valve_of_.clear();
  order_.clear();
  arrows_.clear();
}

}  // namespace

std::string views_of_sketch(std::string_view sketch, const std::vector<Variable>& variables) { return SketchView(variables).run(sketch); }

}  // namespace loopscope
