// A net flow as a list of flows: which sums are one, and with which signs.
#include "syntax/net_flow.h"

#include "small_models.h"

using namespace loopscope;

namespace {
// "+births -deaths", or "none".
std::string flows(const std::string& text) {
  std::vector<ParseError> errors;
  Ast ast = parse_equation(text, Dialect::Xmile, errors);
  REQUIRE(errors.empty());
  auto terms = flows_of(ast, ast.root);
  if (!terms) return "none";
  std::string out;
  for (const SignedName& term : *terms) out += (out.empty() ? "" : " ") + std::string(term.minus ? "-" : "+") + print_ast(ast, term.name);
  return out;
}
}  // namespace

TEST_CASE("net flows: sums and differences of names, in the order written") {
  CHECK(flows("births - deaths") == "+births -deaths");
  CHECK(flows("-deaths + births") == "-deaths +births");
  CHECK(flows("a - (b - c) - (-d)") == "+a -b +c +d");
  CHECK(flows("a[Region] - b[Region, north]") == "+a[region] -b[region, north]");
  CHECK(flows("inflow") == "+inflow");
  CHECK(flows("0") == "");
}

TEST_CASE("net flows: what is no list of flows") {
  for (const char* text : {"a * b", "a + 1", "2", "MAX(a, b)", "a + a", "x[north] - x[south]", "IF a THEN b ELSE c", "-(a / b)"}) CHECK(flows(text) == "none");
}
