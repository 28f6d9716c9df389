// Nothing stays behind in the engine: by dispose, by `Symbol.dispose`, by the garbage collector.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { liveObjects, load } from '../../js/dist/index.js';
import { disposeSymbol } from '../../js/dist/engine.js';
import { engines, growth, modelUrl, thrown, xmile } from './helpers.mjs';

test('before the first load nothing lives', () => assert.equal(liveObjects(), 0));

test('dispose brings the number of live objects back', async () => {
  (await load(growth)).dispose();
  const start = liveObjects();
  const project = await load(modelUrl('logistic-growth'));
  assert.ok(liveObjects() > start);
  const model = project.mainModel();
  const sims = [];
  for (const engine of engines) {
    for (const enableLtm of [false, true]) {
      const sim = await model.simulate({ engine, enableLtm });
      sim.runToEnd();
      if (enableLtm) sim.getLoops();
      sims.push(sim);
    }
  }
  project.dispose();
  project.dispose();
  for (const sim of sims) {
    assert.equal(sim.getSeries('population').length, 101, 'a simulation outlives its project');
    sim.dispose();
    sim.dispose();
  }
  assert.equal(liveObjects(), start);
  await thrown('disposed', () => sims[0].getSeries('population'));
  await thrown('disposed', () => sims[1].getLoops());
  await thrown('disposed', () => sims[2].runToEnd());
  await thrown('disposed', () => sims[0].setValue('carrying capacity', 1));
  await thrown('disposed', () => model.run());
});

test('failures leave nothing behind', async () => {
  const start = liveObjects();
  await load('<xmile').catch(() => {});
  const bad = await load(xmile('<aux name="a"><eqn>nowhere</eqn></aux>'));
  await bad.mainModel().run().catch(() => {});
  assert.equal(bad.mainModel().variables.length, 0);
  bad.dispose();
  const good = await load(growth);
  for (const engine of engines) await good.mainModel().run({ engine, overrides: { grow: 1 } }).catch(() => {});
  good.dispose();
  assert.equal(liveObjects(), start);
});

test('many step sizes do not collect programs', async () => {
  const project = await load(growth);
  for (let i = 1; i <= 30; i++) await project.mainModel().run({ dt: 1 / i });
  assert.ok(liveObjects() < 15, String(liveObjects()));
  project.dispose();
});

test('Symbol.dispose disposes', async () => {
  const start = liveObjects();
  const project = await load(growth);
  const sim = await project.mainModel().simulate({ engine: 'vm' });
  for (const thing of [sim, project.mainModel(), project]) thing[disposeSymbol]();
  assert.equal(liveObjects(), start);
});

test('what is forgotten is collected', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const start = liveObjects();
  await (async () => {
    for (let i = 0; i < 20; i++) {
      const sim = await (await load(growth)).mainModel().simulate({ engine: i % 2 ? 'vm' : 'wasm', enableLtm: true });
      sim.runToEnd();
      sim.getLoops();
    }
  })();
  assert.ok(liveObjects() > start);
  for (let i = 0; i < 100 && liveObjects() > start; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(liveObjects() - start <= 4, `${liveObjects() - start} of 20 simulations' objects are left`); // the last may still be on the stack
});
