// Every model of corpus/ against numbers that were computed without the engine, and both engines against each other.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from '../../js/dist/index.js';
import { assertClose, assertSameBits, corpusNames, engines, expected, modelUrl } from './helpers.mjs';

for (const name of corpusNames) {
  test(`corpus/${name}`, async () => {
    const project = await load(modelUrl(name));
    assert.deepEqual(project.diagnostics.filter((d) => d.severity === 'error'), []);
    const table = expected(name);
    const runs = [];
    for (const engine of engines) {
      const run = await project.mainModel().run({ engine });
      runs.push(run);
      assertClose(run.time, table.get('time'), `${engine}: time`);
      for (const [column, wanted] of table) {
        if (column === 'time') continue;
        assert.ok(run.series[column], `${engine}: no series "${column}"`);
        assertClose(run.series[column], wanted, `${engine}: ${column}`);
      }
      assert.deepEqual(new Set(['time', ...run.names]), new Set(table.keys()), 'nothing shown but what the model has');
    }
    for (const series of runs[0].names) assertSameBits(runs[0].series[series], runs[1].series[series], series);

    const scored = await Promise.all(engines.map((engine) => project.mainModel().run({ engine, enableLtm: true })));
    const [wasm, vm] = scored;
    for (const series of runs[0].names) assertSameBits(wasm.series[series], runs[0].series[series], `${series} with scores`);
    assert.ok(wasm.loops.length > 0 && wasm.links.length > 0);
    assert.deepEqual(wasm.loops.map((l) => l.id), vm.loops.map((l) => l.id));
    wasm.loops.forEach((loop, i) => assertSameBits(loop.score, vm.loops[i].score, `loop ${loop.id}`));
    wasm.links.forEach((link, i) => assertSameBits(link.score, vm.links[i].score, `link ${link.from} to ${link.to}`));
    project.dispose();
  });
}
