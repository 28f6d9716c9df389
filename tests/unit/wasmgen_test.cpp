// What the C++ side of code generation promises: a module with its layout inside, and a named refusal where wasm32 cannot hold the run.
// (That the module computes the same bits as the VM is tests/parity.) Code generation exists only in the wasm build.
#ifdef __EMSCRIPTEN__
#include <doctest/doctest.h>

#include <algorithm>

#include "compile.h"
#include "vm/vm.h"
#include "wasmgen/wasmgen.h"

using namespace loopscope;

namespace {
CompiledProgram compile(const char* stop) {
  std::string text = std::string("<xmile version=\"1.0\"><sim_specs><start>0</start><stop>") + stop +
                     "</stop><dt>1</dt></sim_specs><model><variables><stock name=\"water\"><eqn>10</eqn><outflow>leak</outflow></stock>"
                     "<flow name=\"leak\"><eqn>water * rate</eqn></flow><aux name=\"rate\"><eqn>0.1</eqn></aux></variables></model></xmile>";
  return compile_project(load_project(text), {});
}
}  // namespace

TEST_CASE("a blob is a wasm module that carries its layout") {
  CompiledProgram compiled = compile("100");
  REQUIRE(compiled.program);
  auto blob = generate_blob(*compiled.program, compiled.layout);
  REQUIRE(bool(blob));
  CHECK(std::string(blob->begin(), blob->begin() + 4) == std::string("\0asm", 4));
  CHECK(std::search(blob->begin(), blob->end(), compiled.layout.begin(), compiled.layout.end()) != blob->end());
  auto named = generate_blob(*compiled.program, compiled.layout, true);
  REQUIRE(bool(named));
  CHECK(named->size() > blob->size());
}

TEST_CASE("results beyond wasm32 are refused by name on both engines, before any memory is asked for") {
  CompiledProgram compiled = compile("1000000000");
  REQUIRE(compiled.program);
  auto blob = generate_blob(*compiled.program, compiled.layout);
  REQUIRE(!blob);
  CHECK(std::string(code_name(blob.errors()[0].code)) == "wasmgen_unsupported");
  CHECK(blob.errors()[0].variable == "results");
  CHECK(blob.errors()[0].message.find("1000000001 saved rows") != std::string::npos);
  auto vm = Vm::create(compiled.program);
  REQUIRE(!vm);
  CHECK(std::string(code_name(vm.errors()[0].code)) == "results_too_large");
}
#endif
