#include "results/layout.h"

#include <array>

#include "ltm/loops.h"
#include "support/json.h"

namespace loopscope {

namespace {

void variable(JsonWriter& json, const Program& p, const ProgramVariable& v) {
  json.begin_object();
  json.member("id", v.id);
  json.member("name", v.name);
  json.member("kind", role_name(v.role));
  json.member("units", v.units);
  json.member("place", v.place == Place::Row ? "row" : "fixed");
  json.member("slot", v.slot);
  json.key("dimensions");
  json.begin_array();
  for (uint32_t d : v.dimensions) {
    json.begin_object();
    json.member("name", p.dimensions[d].name);
    json.key("elements");
    json.begin_array();
    for (const std::string& element : p.dimensions[d].elements) json.value(element);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.member("constant", v.constant);
  json.member("hidden", v.hidden);
  json.end_object();
}

// The edges of a link are three numbers each, the elements of source, target and score; left out where edge i is element i of all three.
void links(JsonWriter& json, const Program& p, const LtmPlan& plan) {
  json.key("links");
  json.begin_array();
  for (size_t begin = 0, end; begin < plan.edges.size(); begin = end) {
    const Link& link = plan.links[plan.edges[begin].link];
    bool plain = true;
    auto numbers = [&](size_t i) { return std::array{plan.nodes[plan.edges[i].from].element, plan.nodes[plan.edges[i].to].element, plan.edges[i].element}; };
    for (end = begin; end < plan.edges.size() && plan.edges[end].link == plan.edges[begin].link; end++)
      for (uint32_t n : numbers(end)) plain &= n == end - begin;
    json.begin_object();
    json.member("from", p.variables[link.from].id);
    json.member("to", p.variables[link.to].id);
    json.member("polarity", polarity_name(link.polarity));
    json.member("slot", p.variables[link.score].slot);
    if (!plain || end - begin != p.variables[link.score].elements) {
      json.key("edges");
      json.begin_array();
      for (size_t i = begin; i < end; i++)
        for (uint32_t n : numbers(i)) json.value(n);
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
}

// A loop that repeats has a name and a partition for each of its slots, and goes through the same elements of the variables on its path.
void loop(JsonWriter& json, const Program& p, const LtmPlan& plan, const Loop& loop) {
  json.begin_object();
  json.member("id", loop.id);
  json.member("slot", p.variables[loop.score].slot);
  json.key("path");
  json.begin_array();
  for (NodeId n : loop.slots[0].path) json.value(loop.dimensions.empty() ? node_name(p, plan.nodes[n]) : p.variables[plan.nodes[n].variable].id);
  json.end_array();
  if (loop.dimensions.empty()) {
    json.member("partition", loop.slots[0].partition);
  } else {
    json.key("slots");
    json.begin_array();
    for (const LoopSlot& slot : loop.slots) json.value(slot_name(p, loop, slot));
    json.end_array();
    json.key("partitions");
    json.begin_array();
    for (const LoopSlot& slot : loop.slots) json.value(slot.partition);
    json.end_array();
  }
  json.end_object();
}

void ltm(JsonWriter& json, const Program& p, const LtmPlan& plan) {
  json.begin_object();
  json.member("mode", plan.mode);
  links(json, p, plan);
  json.key("loops");
  json.begin_array();
  for (const Loop& l : plan.loops) loop(json, p, plan, l);
  json.end_array();
  json.end_object();
}

}  // namespace

std::string layout_json(const Program& p, const LtmPlan* plan) {
  JsonWriter json;
  json.begin_object();
  json.member("version", 1u);
  json.member("name", p.name);
  json.member("start", p.start);
  json.member("stop", p.stop);
  json.member("dt", p.dt);
  json.member("saveInterval", p.dt * p.save_every);
  if (p.final_time != none_id) {
    json.key("finalTime");
    json.begin_object();
    json.member("variable", p.variables[p.final_time].id);
    json.member("stopGiven", p.stop_given);
    json.end_object();
  }
  json.member("steps", p.steps);
  json.member("saveEvery", p.save_every);
  json.member("rows", p.rows);
  json.member("rowSlots", p.row_slots);
  json.member("fixedSlots", p.fixed_slots);
  json.member("constants", p.constants);
  uint32_t stocks = 0;
  for (const StockInfo& s : p.stocks) stocks += p.variables[s.variable].elements;
  json.member("stocks", stocks);
  json.member("method", method_name(p.method));
  json.member("timeUnits", p.time_units);
  json.key("variables");
  json.begin_array();
  for (const ProgramVariable& v : p.variables)
    if (v.role != Role::Time) variable(json, p, v);
  json.end_array();
  json.key("ltm");
  if (plan) ltm(json, p, *plan);
  else json.null();
  json.end_object();
  return json.take();
}

}  // namespace loopscope
