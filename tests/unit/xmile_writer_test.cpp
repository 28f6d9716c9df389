#include <doctest/doctest.h>

#include <string>

#include "compile.h"
#include "formats/write.h"
#include "formats/xmile_writer.h"
#include "model/dump.h"

using namespace loopscope;

namespace {

LoadedProject read(const std::string& text) {
  LoadedProject loaded = load_project(text);
  REQUIRE(loaded.project);
  return loaded;
}

// Writes what was read, and reads it again: the same model, and the same text when that is written.
std::string written(const std::string& text) {
  LoadedProject first = read(text);
  std::string once = write_xmile(*first.project);
  LoadedProject second = read(once);
  CHECK(dump_model(*second.project) == dump_model(*first.project));
  CHECK(write_xmile(*second.project) == once);
  return once;
}

const std::string specs = "<sim_specs><start>0</start><stop>10</stop><dt>1</dt></sim_specs>";
std::string around(const std::string& variables, const std::string& before = "") {
  return "<xmile>" + specs + before + "<model><variables>" + variables + "</variables></model></xmile>";
}
bool has(const std::string& text, const std::string& part) {
  if (text.find(part) != text.npos) return true;
  MESSAGE(text);
  return false;
}

}  // namespace

TEST_CASE("a model is written as XMILE 1.0 says") {
  CHECK(written(R"(<xmile><header><name>Cup &amp; saucer</name><uuid>1</uuid></header>
<sim_specs method="rk4" time_units="Min" isee:save_interval="0.5"><start>-1</start><stop>30</stop><dt reciprocal="true">3</dt></sim_specs>
<model><variables>
<stock name="Heat"><eqn>180</eqn><outflow>Loss</outflow><doc>a &lt; b</doc><units>deg</units><non_negative/></stock>
<flow name="Loss"><eqn>Heat / "t &quot;x"</eqn></flow>
</variables></model></xmile>)") == R"(<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:isee="http://iseesystems.com/XMILE">
  <header>
    <name>Cup &amp; saucer</name>
    <uuid>1</uuid>
  </header>
  <sim_specs method="RK4" time_units="Min" isee:save_interval="0.5">
    <start>-1</start>
    <stop>30</stop>
    <dt>0.3333333333333333</dt>
  </sim_specs>
  <model>
    <variables>
      <stock name="Heat">
        <doc>a &lt; b</doc>
        <eqn>180</eqn>
        <outflow>Loss</outflow>
        <non_negative/>
        <units>deg</units>
      </stock>
      <flow name="Loss">
        <eqn>Heat / "t "x"</eqn>
      </flow>
    </variables>
  </model>
</xmile>
)");
}

TEST_CASE("dimensions, their mappings, elements and what holds for the rest of them are written") {
  std::string text = written(around(R"(<aux name="a"><dimensions><dim name="Place"/></dimensions><eqn>1</eqn>
<element subscript="north"><eqn>2</eqn><init_eqn>3</init_eqn></element></aux>
<aux name="b"><dimensions><dim name="N"/></dimensions><eqn>1, 2, 3</eqn></aux>)",
                                    R"(<dimensions><dim name="Place"><elem name="north"/><elem name="south"/><isee:maps_to>N</isee:maps_to></dim>
<dim name="N" size="3"/></dimensions>)"));
  CHECK(has(text, "<isee:maps_to>N</isee:maps_to>"));
  CHECK(has(text, "<dim name=\"N\" size=\"3\">"));
  CHECK(has(text, "<element subscript=\"north\">\n          <eqn>2</eqn>\n          <init_eqn>3</init_eqn>"));
  CHECK(has(text, "<element subscript=\"3\">\n          <eqn>3</eqn>"));
}

TEST_CASE("graphical functions are written with the x values that were meant, alone and in arrays") {
  std::string text = written(around(R"(<aux name="even"><eqn>TIME</eqn><gf><xscale min="0" max="1"/><yscale min="0" max="9"/><ypts>1,2,3</ypts></gf></aux>
<aux name="uneven"><eqn>TIME</eqn><gf type="extrapolate"><xpts>0,1,5</xpts><ypts>1,2,3</ypts></gf></aux>
<gf name="alone" type="discrete"><xscale min="0" max="1"/><ypts>1,2,3</ypts></gf>
<aux name="tables"><dimensions><dim name="D"/></dimensions><element subscript="1"><gf><xpts>0,1</xpts><ypts>1,2</ypts></gf></element>
<element subscript="2"><gf><xpts>0,2</xpts><ypts>1,2</ypts></gf></element></aux>)",
                                    R"(<dimensions><dim name="D" size="2"/></dimensions>)"));
  CHECK(has(text, "<xscale min=\"0\" max=\"1\"/>\n          <yscale min=\"0\" max=\"9\"/>\n          <ypts>1,2,3</ypts>"));
  CHECK(has(text, "<gf type=\"extrapolate\">\n          <xpts>0,1,5</xpts>"));
  CHECK(has(text, "<gf name=\"alone\" type=\"discrete\">\n        <xscale"));
  CHECK(has(text, "<aux name=\"tables\">"));
}

TEST_CASE("modules, their models, macros and specs of their own are written") {
  std::string text = written("<xmile>" + specs + R"(<macro name="twice"><parm>x</parm><eqn>x * 2</eqn><aux name="y"><eqn>x</eqn></aux><doc>why</doc></macro>
<model><variables><module name="A"><connect to="A.in" from="s"/></module><module name="B" isee:model_name="A"/><stock name="s"><eqn>1</eqn></stock></variables></model>
<model name="A"><sim_specs><start>1</start><stop>2</stop></sim_specs><variables><aux name="in" access="input"><eqn>0</eqn></aux></variables></model></xmile>)");
  CHECK(has(text, "<module name=\"A\">\n        <connect to=\"A.in\" from=\"s\"/>"));
  CHECK(has(text, "<module name=\"B\" model_name=\"A\">"));
  CHECK(has(text, "<aux name=\"in\" access=\"input\">"));
  CHECK(has(text, "<macro name=\"twice\">\n    <parm>x</parm>\n    <eqn>x * 2</eqn>\n    <variables>"));
  CHECK(has(text, "<doc>why</doc>"));
}

TEST_CASE("what only people and other tools need is kept as it stands") {
  std::string text = written("<xmile xmlns:isee=\"urn:isee\" xmlns:other=\"urn:o\">" + specs + R"(<style color="blue"/><model_units><unit name="pint"/></model_units>
<model><variables><aux name="a" other:x="1 &lt; 2"><eqn>1</eqn><range min="0" max="1"/></aux><group name="g"><entity name="a"/></group></variables>
<views><view><aux name="a" x="1"/><!-- here --></view></views></model></xmile>)");
  for (const char* part : {"<style color=\"blue\"/>\n<model_units><unit name=\"pint\"/></model_units>", " other:x=\"1 &lt; 2\"", "<range min=\"0\" max=\"1\"/>",
                           "<group name=\"g\"><entity name=\"a\"/></group>", "<views><view><aux name=\"a\" x=\"1\"/><!-- here --></view></views>",
                           "xmlns:isee=\"urn:isee\" xmlns:other=\"urn:o\""})
    CHECK(has(text, part));
}

TEST_CASE("what is not simulated yet is still not simulated after it was written") {
  LoadedProject loaded = read(written(around(R"(<stock name="s" isee:spreadflow="x"><eqn>1</eqn><conveyor><len>4</len></conveyor></stock>)")));
  CHECK(loaded.project->models[0].variables[0].unsupported == std::vector<std::string>{"spread flow", "conveyor"});
}

TEST_CASE("blanks, control characters and quotes of names and texts come back") {
  LoadedProject loaded = read(written(around("<aux name=\"a&#10;b &quot;c&quot; &amp; d\"><eqn>1\n+ 2&#1;&#13;3</eqn><doc>\ttab\there &amp;amp;</doc></aux>")));
  const Variable& v = loaded.project->models[0].variables[0];
  CHECK(v.name == "a\nb \"c\" & d");
  CHECK(v.definitions[0].equation.text == "1\n+ 2\x01\r3");
  CHECK(v.documentation == "tab\there &amp;");
}

TEST_CASE("a file that Vensim's converter wrote still has Vensim's meaning") {
  std::string text = written("<xmile><header><vendor>Ventana Systems, xmutil</vendor></header>" + specs + "<model/></xmile>");
  CHECK(read(text).project->vensim_made);
}

TEST_CASE("what was read with errors is not written, and formats are named") {
  auto refused = convert_project(read(around("<aux name=\"a\"/><aux name=\"A\"/>")), "xmile");
  REQUIRE(!refused);
  CHECK(refused.errors()[0].code == Code::duplicate_name);
  auto unknown = convert_project(read(around("")), "dynamo");
  REQUIRE(!unknown);
  CHECK(unknown.errors()[0].code == Code::bad_option);
}
