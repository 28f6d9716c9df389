#include <doctest/doctest.h>

#include <string>

#include "formats/read.h"
#include "formats/xmile_reader.h"
#include "model/dump.h"

using namespace loopscope;

namespace {

struct Reading {
  std::optional<Project> project;
  std::vector<Diagnostic> diagnostics;

  std::string codes() const {
    std::string out;
    for (const Diagnostic& d : diagnostics) out += (out.empty() ? "" : " ") + std::string(code_name(d.code));
    return out;
  }
  const Variable& variable(const std::string& id) const {
    for (const Model& m : project->models)
      for (const Variable& v : m.variables)
        if (v.id == id) return v;
    FAIL("no variable " << id);
    return project->models[0].variables[0];
  }
  std::string equation(const std::string& id) const { return variable(id).definitions.at(0).equation.text; }
};

Reading read(std::string_view bytes) {
  Reading reading;
  reading.project = read_project(bytes, reading.diagnostics);
  return reading;
}

const std::string specs = "<sim_specs><start>0</start><stop>10</stop><dt>1</dt></sim_specs>";

// A file around some variables.
Reading read_variables(const std::string& variables, const std::string& before = "") {
  return read("<xmile>" + specs + before + "<model><variables>" + variables + "</variables></model></xmile>");
}

Reading read_specs(const std::string& text) { return read("<xmile>" + text + "<model/></xmile>"); }

std::string in_file(const Reading& r, const Span& span) { return r.project->source.substr(span.offset, span.length); }

}  // namespace

TEST_CASE("a small model is read as written") {
  Reading r = read(R"(<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
  <header><vendor>me</vendor><name>teacup</name><product version="1">mine</product></header>
  <sim_specs method="RK4" time_units="Minutes"><start>0</start><stop>30</stop><dt reciprocal="true">8</dt></sim_specs>
  <model>
    <variables>
      <stock name="Teacup Temperature"><eqn>180</eqn><outflow>Heat_Loss</outflow><units>degrees</units></stock>
      <flow name="Heat Loss">
        <doc>To the room.</doc>
        <eqn>(Teacup_Temperature - Room) / 10</eqn>
        <non_negative/>
      </flow>
      <aux name="Room"><eqn>TIME</eqn><gf type="discrete"><xscale min="0" max="2"/><ypts>70,71,75</ypts></gf></aux>
    </variables>
    <views><view type="stock_flow"/></views>
  </model>
</xmile>)");
  CHECK(r.codes() == "");
  REQUIRE(r.project);
  CHECK(dump_model(*r.project) == R"(project teacup
specs start 0 stop 30 dt 0.125 method rk4 units Minutes
model
  stock Teacup Temperature (teacup_temperature)
    = 180
    outflow Heat_Loss
    units degrees
  flow Heat Loss (heat_loss)
    = (Teacup_Temperature - Room) / 10
    non_negative
  aux Room (room)
    = TIME
    discrete (0, 70) (1, 71) (2, 75)
)");
  CHECK(r.project->models[0].xml == "<views><view type=\"stock_flow\"/></views>");
  CHECK(r.variable("heat_loss").documentation == "To the room.");
}

TEST_CASE("arrays, modules, macros and tables are read as written") {
  Reading r = read(R"(<xmile xmlns:isee="x"><sim_specs isee:save_interval="2"><start>1</start><stop>9</stop></sim_specs>
  <dimensions>
    <dim name="Region"><elem name="North"/><elem name="South"/></dim>
    <dim name="Age" size="3"/>
    <dim name="Place"><elem name="N"/><elem name="S"/><isee:maps_to>Region</isee:maps_to></dim>
  </dimensions>
  <model name="part"><sim_specs><start>0</start><stop>5</stop><dt>0.5</dt></sim_specs>
    <variables><aux name="in" access="input"><eqn>0</eqn></aux></variables></model>
  <model><variables>
    <aux name="by element"><dimensions><dim name="Region"/></dimensions>
      <element subscript="North"><eqn>1</eqn></element>
      <element subscript="South"><gf><xpts sep=";">0;1</xpts><ypts sep=";">5;6</ypts></gf></element>
      <eqn>TIME</eqn></aux>
    <aux name="in order"><dimensions><dim name="region"/><dim name="Age"/></dimensions>
      <eqn>1, 2, 3; 4, 5, -6e1;</eqn></aux>
    <stock name="two"><dimensions><dim name="Region"/></dimensions><eqn>a</eqn><eqn>b</eqn>
      <inflow>f</inflow><inflow>e</inflow></stock>
    <gf name="curve" type="extrapolate"><xscale min="0" max="1"/><yscale min="0" max="9"/><ypts>3,4</ypts></gf>
    <aux name="lonely"><gf><xscale min="0" max="1"/><ypts>3,4</ypts></gf></aux>
    <aux name="late"><eqn>x</eqn><init_eqn>7</init_eqn></aux>
    <module name="part"><connect to="part.in" from=".late"/><connect2 to="part.in" from="late"/></module>
    <group name="g"><entity name="late"/></group>
  </variables></model>
  <macro name="Twice"><parm>x</parm><parm>y z</parm><eqn>helper*2</eqn>
    <variables><aux name="helper"><eqn>x+y_z</eqn></aux></variables></macro>
</xmile>)");
  CHECK(r.codes() == "");
  REQUIRE(r.project);
  CHECK(dump_model(*r.project) == R"(project
specs start 1 stop 9 dt 1 save 2 method euler
dimension Region (region): North, South
dimension Age (age) size 3
dimension Place (place): N, S -> Region
model
  aux by element (by_element) [Region]
    = TIME
    [North] = 1
    [South] = TIME
    [South] continuous (0, 5) (1, 6)
  aux in order (in_order) [region, Age]
    [North, 1] = 1
    [North, 2] = 2
    [North, 3] = 3
    [South, 1] = 4
    [South, 2] = 5
    [South, 3] = -6e1
  stock two [Region]
    [North] = a
    [South] = b
    inflow f
    inflow e
  table curve
    extrapolate (0, 3) (1, 4)
  table lonely
    continuous (0, 3) (1, 4)
  aux late
    = x
    init 7
  module part of part
    connect part.in <- .late
model part
  specs start 0 stop 5 dt 0.5 method euler
  aux in
    = 0
macro Twice (twice) (x, y z)
  = helper*2
  aux helper
    = x+y_z
)");
}

TEST_CASE("before XMILE 1.0 Stella wrote variables into the model itself, with prefixes nobody declared") {
  Reading r = read(R"(<xmile version="1.0" level="3">)" + specs + R"(
    <isee:prefs layer="model"/><!-- two -- dashes -->
    <model><stock name="a"><eqn>1</eqn><isee:display/><display x="1"/></stock>
    <display zoom="200"><connector/></display><interface/></model></xmile>)");
  REQUIRE(r.project);
  CHECK(r.equation("a") == "1");
  CHECK(r.project->models[0].xml == "<display zoom=\"200\"><connector/></display>\n<interface/>");
  CHECK(r.codes() == "ignored_element");  // isee:display: a note, nothing more
}

TEST_CASE("a file may bind XMILE to a prefix") {
  Reading r = read("<x:xmile xmlns:x='u'><x:sim_specs><x:start>1</x:start><x:stop>2</x:stop></x:sim_specs>"
                   "<x:model><x:variables><x:aux name='a'><x:eqn>5</x:eqn></x:aux></x:variables></x:model></x:xmile>");
  CHECK(r.codes() == "");
  REQUIRE(r.project);
  CHECK(r.equation("a") == "5");
  CHECK(r.project->specs.start == 1);
}

TEST_CASE("equation text leads back to its place in the file") {
  Reading r = read_variables("\n<aux name='y'><eqn>\n  a &lt; b<!-- why -->\r\n +<![CDATA[c<d]]>&#x20AC;  </eqn></aux>");
  REQUIRE(r.project);
  const SourceText& equation = r.variable("y").definitions[0].equation;
  CHECK(equation.text == "a < b\n +c<d\u20AC");
  LineIndex lines(r.project->source);
  auto place = [&](std::string_view part) {
    return source_span(equation, lines, uint32_t(equation.text.find(part)), uint32_t(part.size()));
  };
  CHECK(in_file(r, place("a")) == "a");
  CHECK(in_file(r, place("<")) == "&lt;");
  CHECK(in_file(r, place("< b")) == "&lt; b");  // not the comment after it
  CHECK(in_file(r, place("+")) == "+");
  CHECK(in_file(r, place("c<d")) == "c<d");
  CHECK(in_file(r, place("\u20AC")) == "&#x20AC;");
  CHECK(in_file(r, equation.span) == "a &lt; b<!-- why -->\r\n +<![CDATA[c<d]]>&#x20AC;");
  CHECK(equation.span.line == 3);
  CHECK(equation.span.column == 3);
  CHECK(place("+").line == 4);
  CHECK(place("+").column == 2);
  Span counted = span_at(r.project->source, place("c<d").offset, 3);
  CHECK(counted.line == place("c<d").line);
  CHECK(counted.column == place("c<d").column);
}

TEST_CASE("spans of names and empty equations are known too") {
  Reading r = read_variables("<aux name='A &amp; B'><eqn/></aux>");
  REQUIRE(r.project);
  const Variable& variable = r.variable("a_&_b");
  CHECK(variable.name == "A & B");
  CHECK(in_file(r, variable.span) == "A &amp; B");
  CHECK(variable.definitions[0].equation.present());
  CHECK(variable.definitions[0].equation.text.empty());
  CHECK_FALSE(variable.definitions[0].initial.present());
}

TEST_CASE("non_negative is said by the variable, else by its model, else by the file") {
  const std::string body = "<model><behavior><flow><non_negative>FALSE </non_negative></flow></behavior><variables>"
                           "<stock name='s'/><stock name='no'><non_negative> false  </non_negative></stock>"
                           "<flow name='f'/><flow name='yes'><non_negative> TruE </non_negative></flow><aux name='a'/>"
                           "</variables></model></xmile>";
  Reading r = read("<xmile>" + specs + body + "");
  CHECK_FALSE(r.variable("s").non_negative);
  r = read("<xmile>" + specs + "<behavior><non_negative/></behavior>" + body);
  CHECK(r.variable("s").non_negative);
  CHECK_FALSE(r.variable("no").non_negative);
  CHECK_FALSE(r.variable("f").non_negative);
  CHECK(r.variable("yes").non_negative);
  CHECK_FALSE(r.variable("a").non_negative);
}

TEST_CASE("simulation specs in all their spellings") {
  auto specs_of = [](const std::string& text) {
    Reading r = read_specs(text);
    CHECK(r.codes() == "");
    return r.project->specs;
  };
  CHECK(specs_of("<sim_specs method='Runge-Kutta 4'><start>0</start><stop>1</stop></sim_specs>").method == Method::Rk4);
  CHECK(specs_of("<sim_specs method='RK 2'><start>0</start><stop>1</stop></sim_specs>").method == Method::Rk2);
  CHECK(specs_of("<sim_specs method='gear, rk2'><start>0</start><stop>1</stop></sim_specs>").method == Method::Rk2);
  CHECK(specs_of("<sim_specs start='1' stop='5' dt='.25' save_interval='2'/>").save_interval == 2.0);
  CHECK(specs_of("<sim_specs start='1' stop='5' dt='.25'/>").dt == 0.25);
  CHECK(specs_of("<sim_specs><start>0</start><stop>1</stop><save_step>3</save_step></sim_specs>").save_interval == 3.0);
  CHECK(specs_of("<sim_specs><start>0</start><stop>1</stop><time_units>Year</time_units></sim_specs>").time_units == "Year");
  CHECK(specs_of("<sim_specs><start>0</start><stop>1</stop><dt reciprocal='false'>4</dt></sim_specs>").dt == 4);
  CHECK(read_specs("<sim_specs method='rk45'><start>0</start><stop>1</stop></sim_specs>").codes() == "adjusted_sim_specs");
  CHECK(read_specs("<sim_specs method='magic'><start>0</start><stop>1</stop></sim_specs>").codes() == "bad_sim_specs");
  CHECK(read_specs("<sim_specs><start>soon</start><stop>1</stop></sim_specs>").codes() == "bad_number");
  CHECK(read_specs("<sim_specs><start>0</start></sim_specs>").codes() == "bad_sim_specs");
  CHECK(read_specs("").codes() == "missing_sim_specs");
}

TEST_CASE("the main model is the nameless one, else the one with the file's name, else the first") {
  const std::string specs_only = "<xmile><header><name>The File</name></header>" + specs;
  auto main = [&](const std::string& models) {
    Reading r = read(specs_only + models + "</xmile>");
    REQUIRE(r.project);
    CHECK(r.project->models[0].name.empty());
    return r.project->models[0].variables.at(0).name;
  };
  const std::string part = "<model name='part'><aux name='p'/></model>", own = "<model name='the_file'><aux name='o'/></model>",
                    nameless = "<model><aux name='n'/></model>";
  CHECK(main(part + own + nameless) == "n");
  CHECK(main(part + own) == "o");
  CHECK(main(part) == "p");
  CHECK(read(specs_only + part + part + "</xmile>").codes() == "duplicate_name");
  CHECK(read(specs_only + nameless + nameless + "</xmile>").codes() == "missing_name");
  CHECK(read(specs_only + "</xmile>").codes() == "no_model");
}

TEST_CASE("a variable that is wrong is named and the others are read") {
  Reading r = read_variables("<aux name='a'><eqn>1</eqn></aux><aux><eqn>2</eqn></aux><flow name='A'/><aux name='b'><eqn>3</eqn></aux>");
  CHECK(r.codes() == "missing_name duplicate_name");
  REQUIRE(r.project);
  CHECK(r.project->models[0].variables.size() == 2);
  CHECK(r.diagnostics[1].variable == "A");
  CHECK(in_file(r, r.diagnostics[1].span) == "A");
}

TEST_CASE("graphical functions that cannot be used are errors of their variable") {
  auto table = [](const std::string& inside) {
    Reading r = read_variables("<aux name='v'><eqn>1</eqn><gf>" + inside + "</gf></aux>");
    for (const Diagnostic& d : r.diagnostics) CHECK(d.variable == "v");
    const auto& read = r.variable("v").definitions[0].table;
    REQUIRE(read);
    CHECK(read->x.size() == read->y.size());
    return r.codes();
  };
  CHECK(table("<xpts>0,1,1,2</xpts><ypts>1,2,3,4,</ypts>") == "");
  CHECK(table("<xscale min='0' max='1'/><ypts sep=' '>1  2\n3</ypts>") == "");
  CHECK(table("<xpts>0,1</xpts><ypts>1,2,3</ypts>") == "bad_graphical_function");
  CHECK(table("<xpts>0,2,1</xpts><ypts>1,2,3</ypts>") == "bad_graphical_function");
  CHECK(table("<xscale min='2' max='1'/><ypts>1,2,3</ypts>") == "bad_graphical_function");
  CHECK(table("<ypts>1,2,3</ypts>") == "bad_graphical_function");
  CHECK(table("<xpts>1,2</xpts>") == "bad_graphical_function");
  CHECK(table("<xpts>1,2</xpts><ypts>1,two</ypts>") == "bad_number");
  CHECK(table("<xscale min='a' max='1'/><ypts>1,2</ypts>") == "bad_number bad_graphical_function");
  Reading r = read_variables("<gf name='g' type='wavy'><xpts>1,2</xpts><ypts>1,oops</ypts></gf>");
  CHECK(r.codes() == "bad_graphical_function bad_number");
  CHECK(in_file(r, r.diagnostics[0].span) == "wavy");
  CHECK(in_file(r, r.diagnostics[1].span) == "oops");
  CHECK(read_variables("<gf name='g' discrete='true'><xpts>1,2</xpts><ypts>1,3</ypts></gf>").variable("g").definitions[0].table->kind ==
        TableKind::Discrete);
}

TEST_CASE("dimensions need names, elements or a size") {
  CHECK(read_variables("", "<dimensions><dim name='d' size='2'/><dim name='D' size='2'/></dimensions>").codes() == "duplicate_name");
  CHECK(read_variables("", "<dimensions><dim size='2'/></dimensions>").codes() == "missing_name");
  CHECK(read_variables("", "<dimensions><dim name='d'/></dimensions>").codes() == "bad_number");
  CHECK(read_variables("", "<dimensions><dim name='d' size='2.5'/></dimensions>").codes() == "bad_number");
  CHECK(read_variables("", "<dimensions><dim name='d'><elem name='e'/><elem name='E'/></dim></dimensions>").codes() == "duplicate_name");
  CHECK(read_variables("<aux name='a'><eqn>1</eqn><eqn>2</eqn></aux>").codes() == "unsupported_feature");
  CHECK(read_variables("<aux name='a'><dimensions><dim name='d'/></dimensions><eqn>1,2,3</eqn></aux>",
                       "<dimensions><dim name='d' size='2'/></dimensions>").codes() == "unsupported_feature");
}

TEST_CASE("what changes the behaviour and is not simulated is listed with its variable") {
  Reading r = read_variables("<stock name='s'><eqn>1</eqn><conveyor><len>4</len></conveyor></stock>"
                             "<flow name='f' isee:spreadflow='dist'><eqn>1</eqn><leak/></flow>");
  CHECK(r.codes() == "");
  CHECK(r.variable("s").unsupported == std::vector<std::string>{"conveyor"});
  CHECK(r.variable("f").unsupported == std::vector<std::string>{"spread flow", "conveyor leakage"});
}

TEST_CASE("unknown elements are noted once a name, presentation not at all") {
  Reading r = read_variables("<aux name='a'><eqn>1</eqn><odd/><odd/><format/><isee:delay_aux/></aux><aux name='b'><odd/></aux><thing/>",
                             "<style/><isee:prefs/><model_units/>");
  CHECK(r.codes() == "ignored_element ignored_element");
}

TEST_CASE("files that are not well-formed say where") {
  auto first = [](const std::string& text) {
    Reading r = read(text);
    CHECK_FALSE(r.project);
    REQUIRE(r.diagnostics.size() == 1);
    const Diagnostic& d = r.diagnostics[0];
    CHECK(d.span.known());
    return std::string(code_name(d.code)) + " " + std::to_string(d.span.line) + ":" + std::to_string(d.span.column);
  };
  CHECK(first("<xmile>\n<flow name='x'>\n</xmile>") == "xml_syntax 3:1");
  CHECK(first("<xmile>\n <model>") == "xml_syntax 2:2");
  CHECK(first("<xmile><aux name=\"a><eqn>1</eqn></xmile>") == "xml_syntax 1:8");
  CHECK(first("<xmile><aux name=a></aux></xmile>").starts_with("xml_syntax 1:"));
  CHECK(first("<xmile><eqn>a < b</eqn></xmile>") == "xml_syntax 1:15");
  CHECK(first("<xmile/><xmile/>") == "xml_syntax 1:9");
  CHECK(first("<xmile/>\n text") == "xml_syntax 2:2");
  CHECK(first("<xmile><!-- ") == "xml_syntax 1:8");
  CHECK(first("</xmile>").ends_with(" 1:1"));
  CHECK(first(std::string("<xmile>\0</xmile>", 16)) == "xml_syntax 1:8");
  CHECK(first("<?xml version='1.0'?>\n<!DOCTYPE xmile [<!ENTITY a 'b'>]><xmile/>") == "xml_doctype 2:1");
  std::string deep = "<xmile>";
  for (int i = 0; i < 100000; i++) deep += "<a>";
  CHECK(first(deep) == "nesting_too_deep 1:605");
}

TEST_CASE("other formats are named, other encodings converted") {
  CHECK(read("").codes() == "unknown_format");
  CHECK(read("<svg/>").codes() == "unknown_format");
  CHECK(read("hello").codes() == "unknown_format");
  CHECK(read("{\"models\": []}").codes() == "no_model");
  CHECK(read("{UTF-8}\nx = 1\n~\n~\n|\n").codes() == "missing_sim_specs");
  CHECK(read("x = 1 ~ dollars \xA3 ~ |").codes() == "missing_sim_specs");
  CHECK(read("<xmile name='\xE9'/>").codes() == "bad_encoding");
  CHECK(read("<?xml version='1.0' encoding='koi8-r'?><xmile/>").codes() == "bad_encoding");

  const std::string body = "<model><aux name='";
  const std::string tail = "'/></model></xmile>";
  auto name = [&](const std::string& text) {
    Reading r = read(text);
    REQUIRE(r.project);
    CHECK(r.codes() == "");
    return r.project->models[0].variables.at(0).name;
  };
  CHECK(name("\xEF\xBB\xBF<xmile>" + specs + body + "\u00E9" + tail) == "\u00E9");
  CHECK(name("<?xml version='1.0' encoding='Windows-1252'?><xmile>" + specs + body + "\xE9\x80" + tail) == "\u00E9\u20AC");
  std::string wide("\xFF\xFE", 2);
  for (char c : "<?xml version='1.0' encoding='UTF-16'?><xmile>" + specs + body + "a" + tail) wide += c, wide += '\0';
  CHECK(name(wide) == "a");
}

TEST_CASE("hostile files end soon, with few words") {
  std::string many = "<xmile>" + specs + "<model>";
  for (int i = 0; i < 20000; i++) many += "<aux/>";
  CHECK(read(many + "</model></xmile>").diagnostics.size() <= 1000);

  std::string copies = "<aux name='a'><eqn>" + std::string(1 << 20, '1') + "</eqn>";
  for (int i = 0; i < 2000; i++) copies += "<element subscript='x'/>";
  CHECK(read_variables(copies + "</aux>").codes() == "input_too_large");

  std::string crowd = "<xmile>" + specs + "<model>";
  for (int i = 0; i < 2000001; i++) crowd += "<a b=''/>";
  CHECK(read(crowd + "</model></xmile>").codes() == "input_too_large");

  CHECK(read_variables("<aux name='a'><element subscript='" + std::string(100, ',') + "'/></aux>").codes() == "input_too_large");

  CHECK(read(std::string((64 << 20) + 1, ' ')).codes() == "input_too_large");
}
