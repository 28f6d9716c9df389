#include "results/layout.h"

#include "support/json.h"

namespace loopscope {

namespace {

const char* method_name(Method method) { return method == Method::Euler ? "euler" : method == Method::Rk2 ? "rk2" : "rk4"; }

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

void ltm(JsonWriter& json, const Program& p, const LtmPlan& plan) {
  json.begin_object();
  json.member("mode", plan.mode);
  json.key("links");
  json.begin_array();
  for (const Link& link : plan.links) {
    json.begin_object();
    json.member("from", p.variables[link.from].id);
    json.member("to", p.variables[link.to].id);
    json.member("polarity", polarity_name(link.polarity));
    json.member("slot", p.variables[link.score].slot);
    json.end_object();
  }
  json.end_array();
  json.key("loops");
  json.begin_array();
  for (const Loop& loop : plan.loops) {
    json.begin_object();
    json.member("id", loop.id);
    json.key("path");
    json.begin_array();
    for (VariableId v : loop.path) json.value(p.variables[v].id);
    json.end_array();
    json.member("partition", loop.partition);
    json.member("slot", p.variables[loop.score].slot);
    json.end_object();
  }
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
    if (v.role != Role::Time && v.element_of == none_id) variable(json, p, v);  // an unrolled array is listed whole
  json.end_array();
  json.key("ltm");
  if (plan) ltm(json, p, *plan);
  else json.null();
  json.end_object();
  return json.take();
}

}  // namespace loopscope
