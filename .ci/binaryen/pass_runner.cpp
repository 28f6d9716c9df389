// Our own PassRunner, in place of Binaryen's passes/pass.cpp: that file holds the PassRegistry, which names every
// pass and so links them all. Binaryen's writer itself needs a runner (it counts types with a function-parallel
// pass), so this one runs what it is given: no registry, no threads, no validation, no environment variables.
#include "pass.h"

namespace wasm {

void PassRunner::run() {
  for (auto& pass : passes) {
    if (!pass->isFunctionParallel()) {
      runPass(pass.get());
      continue;
    }
    for (auto& func : wasm->functions) {
      if (!func->imported()) {
        runPassOnFunction(pass.get(), func.get());
      }
    }
  }
}

void PassRunner::runOnFunction(Function* func) {
  for (auto& pass : passes) {
    runPassOnFunction(pass.get(), func);
  }
}

void PassRunner::doAdd(std::unique_ptr<Pass> pass) {
  passes.emplace_back(std::move(pass));
}

void PassRunner::runPass(Pass* pass) {
  pass->run(this, wasm);
  handleAfterEffects(pass);
}

void PassRunner::runPassOnFunction(Pass* pass, Function* func) {
  // A function-parallel pass wants a fresh instance per function.
  std::unique_ptr<Pass> instance(pass->create());
  instance->runOnFunction(this, wasm, func);
  handleAfterEffects(pass, func);
}

// Stack IR derived from the old IR would be wrong after a change.
void PassRunner::handleAfterEffects(Pass* pass, Function* func) {
  if (!pass->modifiesBinaryenIR()) {
    return;
  }
  if (func) {
    func->stackIR.reset();
    return;
  }
  for (auto& each : wasm->functions) {
    each->stackIR.reset();
  }
}

} // namespace wasm
