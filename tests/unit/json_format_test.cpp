#include <doctest/doctest.h>

#include <string>

#include "compile.h"
#include "formats/json_writer.h"
#include "formats/xmile_writer.h"
#include "model/dump.h"

using namespace loopscope;

namespace {

const std::string specs = R"("simSpecs": {"startTime": 0, "endTime": 10})";

// The model that these fields of the main model make, and what there was to say about it: "code line:column path...".
LoadedProject read(const std::string& text) { return load_project(text); }
LoadedProject read_model(const std::string& fields) { return read("{" + specs + ", \"models\": [{\"name\": \"main\", " + fields + "}]}"); }
std::string said(const LoadedProject& loaded) {
  std::string out;
  for (const Diagnostic& d : loaded.diagnostics) out += (out.empty() ? "" : "\n") + std::string(code_name(d.code)) + " " + d.message;
  return out;
}
const Variable& variable(const LoadedProject& loaded, size_t index = 0) {
  REQUIRE(loaded.project);
  REQUIRE(loaded.project->models[0].variables.size() > index);
  return loaded.project->models[0].variables[index];
}

// Through JSON and back: the same model, the same text, and the same XMILE.
std::string through_json(const std::string& xmile) {
  LoadedProject first = read(xmile);
  REQUIRE(first.project);
  REQUIRE(said(first).empty());
  std::string json = write_json(*first.project);
  LoadedProject second = read(json);
  CHECK(said(second) == "");
  REQUIRE(second.project);
  CHECK(dump_model(*second.project) == dump_model(*first.project));
  CHECK(write_json(*second.project) == json);
  CHECK(write_xmile(*second.project) == write_xmile(*first.project));
  return json;
}

}  // namespace

TEST_CASE("json: a model in lists of stocks, flows and auxiliaries") {
  LoadedProject loaded = read(R"({"name": "cup", "simSpecs": {"startTime": 1, "endTime": 30, "dt": "1/8", "saveStep": 0.5, "method": "RK4", "timeUnits": "min"},
"models": [{"name": "main", "stocks": [{"uid": 1, "name": "Heat", "initialEquation": "180", "units": "deg", "inflows": [], "outflows": ["loss"],
"documentation": "hot", "compat": {"nonNegative": true}}], "flows": [{"name": "loss", "equation": "Heat / t"}], "auxiliaries": null,
"views": [{"elements": []}], "loopMetadata": []}]})");
  CHECK(said(loaded) == "");
  REQUIRE(loaded.project);
  CHECK(dump_model(*loaded.project) == R"(project cup
specs start 1 stop 30 dt 0.125 save 0.5 method rk4 units min
model
  stock Heat (heat)
    = 180
    outflow loss
    non_negative
    units deg
  flow loss
    = Heat / t
)");
  CHECK(variable(loaded).documentation == "hot");
}

TEST_CASE("json: the flat form, variables with their types beside specs") {
  LoadedProject loaded = read(R"({"variables": [{"type": "stock", "name": "P", "equation": "100", "inflows": ["b"]}, {"type": "flow", "name": "b", "equation": "P * r"},
{"type": "variable", "name": "r", "graphicalFunction": {"points": [{"x": 0, "y": 1}, {"x": 2, "y": 3}]}, "equation": "TIME"}],
"specs": {"startTime": 0, "stopTime": 10, "dt": 1}, "relationships": []})");
  CHECK(said(loaded) == "");
  CHECK(variable(loaded, 0).kind == VariableKind::Stock);
  CHECK(variable(loaded, 2).definitions[0].table->y == std::vector<double>{1, 3});
  CHECK(loaded.project->specs.stop == 10);
}

TEST_CASE("json: arrays, tables, modules, macros and what XMILE has besides come back") {
  std::string json = through_json(R"(<xmile xmlns:other="urn:o"><header><name>all</name><vendor>Ventana Systems</vendor></header>
<sim_specs method="RK4" isee:save_interval="2"><start>0</start><stop>10</stop><dt reciprocal="true">3</dt></sim_specs><style/>
<dimensions><dim name="D"><elem name="a"/><elem name="b"/><isee:maps_to>N</isee:maps_to></dim><dim name="N" size="2"/></dimensions>
<macro name="twice"><parm>x</parm><eqn>x * 2</eqn><aux name="y"><eqn>x</eqn></aux></macro>
<model><variables><aux name="first"><eqn>"é \ \n" + 1
+ 2</eqn></aux><stock name="s" other:k="v"><eqn></eqn><inflow>f</inflow><non_negative/><range min="0"/></stock><flow name="f"><eqn>1</eqn><units>x/y</units></flow>
<aux name="arr"><dimensions><dim name="D"/></dimensions><eqn>1</eqn><element subscript="b"><eqn>2</eqn><init_eqn>3</init_eqn></element></aux>
<aux name="all"><dimensions><dim name="D"/><dim name="N"/></dimensions><eqn>1</eqn><init_eqn>0</init_eqn></aux>
<aux name="tables"><dimensions><dim name="D"/></dimensions><element subscript="a"><gf><xpts>0,1</xpts><ypts>1,2</ypts></gf></element>
<element subscript="b"><gf type="discrete"><xscale min="0" max="2"/><ypts>1,0.1</ypts></gf></element></aux>
<gf name="table"><xscale min="0" max="1"/><yscale min="0" max="1"/><ypts>0,1</ypts></gf>
<module name="A"><connect to="A.in" from="first"/></module><group name="g"/></variables><views><view/></views></model>
<model name="A"><sim_specs><start>1</start><stop>2</stop></sim_specs><variables><aux name="in"><eqn>0</eqn></aux></variables></model></xmile>)");
  for (const char* part : {"\"order\": 0", "\"vensimMade\": true", "\"hasExceptDefault\": true", "\"dt\": \"0.3333333333333333\"", "\"subscript\": \"b\"",
                           "\"yPoints\": [1, 0.1]", "\"points\": [[0, 1], [1, 2]]", "\"macroSpec\"", "\"src\": \"first\""})
    CHECK_MESSAGE(json.find(part) != json.npos, part, " in ", json);
}

TEST_CASE("json: what other tools keep in a file is kept as it stands, and unknown fields are noted once") {
  LoadedProject loaded = read("{" + specs + R"(, "units": [{"name": "pint"}], "models": [{"name": "main", "views": [ {"x": 1e3} ], "colour": "red",
"auxiliaries": [{"name": "a", "equation": "1", "uid": 12345678901234567890, "colour": "blue"}]}]})");
  CHECK(said(loaded) == "ignored_element models[0].colour is not known and is left out");
  std::string json = write_json(*loaded.project);
  for (const char* part : {"\"views\": [ {\"x\": 1e3} ]", "\"uid\": 12345678901234567890", "\"colour\": \"red\"", "\"colour\": \"blue\"", "\"units\": [{\"name\": \"pint\"}]"})
    CHECK_MESSAGE(json.find(part) != json.npos, part, " in ", json);
  CHECK(write_json(*read(json).project) == json);
}

TEST_CASE("json: wrong types are errors that name the path") {
  CHECK(said(read("[]")) == "json_field the file must be an object, not an array\nno_model the file has neither models nor variables; there is nothing to simulate");
  CHECK(said(read_model(R"("stocks": [{"name": "a", "initialEquation": 5, "inflows": "b"}])")) ==
        "json_field models[0].stocks[0].initialEquation must be a string, not a number\njson_field models[0].stocks[0].inflows must be an array, not a string");
  CHECK(said(read_model(R"("flows": {"a": 1}, "auxiliaries": [7, {"name": "x", "type": "oven", "compat": {"nonNegative": "yes"}}])")) ==
        "json_field models[0].flows must be an array, not an object\njson_field models[0].auxiliaries[0] must be an object, not a number\n"
        "json_field models[0].auxiliaries[1].type must be stock, flow, variable, table or module\n"
        "json_field models[0].auxiliaries[1].compat.nonNegative must be true or false, not a string");
  CHECK(said(read_model(R"("auxiliaries": [{"name": "x", "graphicalFunction": {"points": [[0, 1], [1], ["2", 3], [1, 2, 3]]}}])")) ==
        "json_field models[0].auxiliaries[0].graphicalFunction.points[1] must be two numbers, x and y\n"
        "json_field models[0].auxiliaries[0].graphicalFunction.points[2][0] must be a number, not a string\n"
        "json_field models[0].auxiliaries[0].graphicalFunction.points[2] must be two numbers, x and y\n"
        "json_field models[0].auxiliaries[0].graphicalFunction.points[3] must be two numbers, x and y");
}

TEST_CASE("json: what a model cannot do without") {
  CHECK(said(read(R"({"models": [{"name": "main"}]})")) == "missing_sim_specs the file has no simSpecs; add them with startTime, endTime and dt");
  CHECK(said(read(R"({"simSpecs": {"dt": "fast", "method": "leap"}, "models": [{"name": "main"}]})")) ==
        "bad_number \"fast\" is not a number\nbad_sim_specs method \"leap\" is not known; use euler, rk2, rk4, rk2auto, rk4auto or difference\n"
        "bad_sim_specs simSpecs has no startTime\nbad_sim_specs simSpecs has no endTime");
  CHECK(said(read_model(R"("auxiliaries": [{"equation": "1"}, {"name": "A b"}, {"name": "a_B"}])")) ==
        "missing_name models[0].auxiliaries[0] has no name\nduplicate_name there is another variable of this name; rename one of them");
  CHECK(said(read("{" + specs + R"(, "dimensions": [{"name": "D"}, {"name": "E", "size": 1.5}, {"name": "F", "elements": ["a", "A"],
"mappings": [{"target": "D", "elementMap": [{"source": "a", "target": "b"}]}]}], "models": [{"name": "main"}]})"))
            .find("bad_number dimension D has neither elements nor a size\nbad_number dimensions[1].size must be a whole number") == 0);
}

TEST_CASE("json: the main model is the one called main, specs may be its own") {
  LoadedProject loaded = read(R"({"models": [{"name": "other"}, {"name": "main", "simSpecs": {"startTime": 3, "endTime": 4}}]})");
  CHECK(said(loaded) == "");
  CHECK(loaded.project->specs.start == 3);
  CHECK(loaded.project->models[1].name == "other");
}

TEST_CASE("json: places are in the file, escapes and all") {
  LoadedProject loaded = read_model("\n\"auxiliaries\": [{\"name\": \"\\u00e9t\\u00E9\", \"equation\": \"\\t1 +\\u0020nowhere\"}]");
  CHECK(variable(loaded).name == "été");
  CHECK(variable(loaded).definitions[0].equation.text == "\t1 + nowhere");
  CompiledProgram compiled = compile_project(loaded, {});
  REQUIRE(compiled.diagnostics.size() == 1);
  const Span& span = compiled.diagnostics[0].span;
  CHECK(loaded.source.substr(span.offset, span.length) == "nowhere");
  CHECK(span.line == 2);
  CHECK(variable(read_model(R"("auxiliaries": [{"name": "\ud83d\ude00\"\\\/"}])")).name == "\xF0\x9F\x98\x80\"\\/");
}

TEST_CASE("json: a file that is not JSON says where") {
  auto first = [](const std::string& text) {
    LoadedProject loaded = read(text);
    REQUIRE(!loaded.project);
    const Diagnostic& d = loaded.diagnostics.at(0);
    return std::string(code_name(d.code)) + " " + std::to_string(d.span.line) + ":" + std::to_string(d.span.column);
  };
  CHECK(first("{\"name\": \"x\",\n \"models\": [}") == "json_syntax 2:13");
  CHECK(first("{\"name\": \"x\"") == "json_syntax 1:13");
  CHECK(first("{\"name\": \"a\\u0000\"}") == "json_syntax 1:19");
  CHECK(first(std::string("{\"name\": \"a\0\"}", 14)) == "json_syntax 1:12");
  CHECK(first("{\"a\": \"\\ud800\"}") == "json_syntax 1:8");
  std::string deep;
  for (int i = 0; i < 100000; i++) deep += "{\"a\":";
  CHECK(first(deep) == "nesting_too_deep 1:1001");
}

TEST_CASE("json: mappings element by element, one element to several by the dimension of these") {
  const std::string text = "{" + specs + R"(, "dimensions": [
{"mappings": [{"elementMap": [{"source": "a1", "target": "b3"}, {"source": "A2", "target": "b1"}, {"source": "a2", "target": "b2"}], "target": "B"}, {"target": "C"}], "name": "A", "elements": ["a1", "a2"]},
{"name": "B", "elements": ["b1", "b2", "b3"]}, {"name": "Low", "elements": ["b1", "b2"]}, {"name": "C", "size": 2}], "models": [{"name": "main"}]})";
  LoadedProject loaded = read(text);
  CHECK(said(loaded) == "");
  REQUIRE(loaded.project);
  const auto& maps = loaded.project->dimensions[0].maps_to;
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].to == "B");
  CHECK(maps[0].elements == std::vector<std::string>{"b3", "Low"});
  CHECK(maps[1].elements.empty());
  std::string json = write_json(*loaded.project);
  LoadedProject again = read(json);
  CHECK(again.project->dimensions[0].maps_to[0].elements == maps[0].elements);
  CHECK(write_json(*again.project) == json);
  std::string xmile = write_xmile(*loaded.project);
  CHECK(xmile.find(R"(<loopscope:maps_to xmlns:loopscope="urn:loopscope" dimension="B" elements="b3, Low"/>)") != xmile.npos);
  CHECK(load_project(xmile).project->dimensions[0].maps_to[0].elements == maps[0].elements);
  CHECK(said(read("{" + specs + R"(, "dimensions": [{"name": "A", "elements": ["a1"], "mappings": [{"target": "B", "elementMap": [{"source": "a1", "target": "b1"}, {"source": "a1", "target": "b3"}]}]},
{"name": "B", "elements": ["b1", "b2", "b3"], "mappings": [{"target": "A", "elementMap": [{"source": "b9", "target": "a1"}]}]}], "models": [{"name": "main"}]})")) ==
        "unsupported_feature the element a1 of A maps to several elements; define a dimension of just these\n"
        "unknown_subscript the elementMap of B names an element that the dimension does not have");
}
