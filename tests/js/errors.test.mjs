// What goes wrong, and how it is said.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, LoopscopeError } from '../../js/dist/index.js';
import { startEngine } from '../../js/dist/engine.js';
import { engines, growth, modelUrl, thrown, xmile } from './helpers.mjs';

test('what is no model at all is refused by load, with diagnostics', async () => {
  for (const text of ['', 'not a model', '<xmile', '<html></html>']) {
    const error = await load(text, { file: 'x.xmile' }).then(() => assert.fail(`"${text}" was loaded`), (e) => e);
    assert.ok(error instanceof LoopscopeError, String(error));
    assert.ok(error.diagnostics.length > 0);
    assert.equal(error.code, error.diagnostics.find((d) => d.severity === 'error').code);
    assert.match(error.rendered, /^x\.xmile/);
  }
});

test('a model with errors loads, lists all of them, and refuses to run', async () => {
  const model = (await load(xmile('<aux name="a"><eqn>nowhere + 1</eqn></aux>\n<aux name="b"><eqn>2 +</eqn></aux>\n<aux name="c"><eqn>7</eqn></aux>'), { file: 'bad.xmile' })).mainModel();
  const errors = model.diagnostics.filter((d) => d.severity === 'error');
  assert.deepEqual(new Set(errors.map((d) => d.variable)), new Set(['a', 'b']));
  const unknown = errors.find((d) => d.code === 'unknown_variable');
  assert.equal(unknown.line, 6);
  assert.ok(unknown.column > 1);
  assert.match(model.renderedDiagnostics, /bad\.xmile:6:\d+: error\[unknown_variable\]: .*\n.*nowhere \+ 1.*\n.*\^/);
  assert.deepEqual(model.variables, []);
  for (const engine of engines) {
    const error = await thrown('model_has_errors', () => model.run({ engine }));
    assert.equal(error.diagnostics.filter((d) => d.severity === 'error').length, errors.length);
    assert.match(error.rendered, /\^/);
  }
  model.dispose();
});

test('what the wasm engine cannot express is an error with a code; there is no fallback', async () => {
  // Results of some 9 GB: beyond what a wasm32 memory holds.
  const variables = Array.from({ length: 60 }, (_, i) => `<aux name="v${i}"><eqn>TIME + ${i}</eqn></aux>`).join('\n');
  const model = (await load(xmile(variables, '<start>0</start><stop>20000000</stop><dt>1</dt>'))).mainModel();
  const error = await thrown('wasmgen_unsupported', () => model.run({ engine: 'wasm' }));
  assert.ok(error.diagnostics.some((d) => d.code === 'wasmgen_unsupported'));
  await thrown('results_too_large', () => model.run({ engine: 'vm' }));
  const less = await model.run({ engine: 'wasm', saveInterval: 1e6, stop: 2e6 });
  assert.deepEqual(Array.from(less.time), [0, 1e6, 2e6]);
  model.dispose();
});

test('after a failure the engine is replaced', async () => {
  const old = (await load(growth)).mainModel();
  const sim = await old.simulate({ engine: 'vm' });
  const engine = await startEngine();
  const fail = () =>
    engine.guard(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    });
  await thrown('engine_failure', fail);
  await thrown('engine_failure', () => sim.runToEnd());
  await thrown('engine_failure', () => old.run({ dt: 0.5 }));
  sim.dispose();
  old.dispose();
  const model = (await load(modelUrl('logistic-growth'))).mainModel();
  assert.equal((await model.run()).time.length, 101);
  model.dispose();
});
