// A saved blob runs without the engine and gives the same bits.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from '../../js/dist/index.js';
import { runBlob } from '../../wasm-runtime/run-blob.mjs';
import { assertSameBits, corpusNames, modelUrl } from './helpers.mjs';

for (const name of corpusNames) {
  test(`blob of corpus/${name}`, async () => {
    const model = (await load(modelUrl(name))).mainModel();
    const sim = await model.simulate({ enableLtm: true });
    sim.runToEnd();
    const bytes = sim.saveBlob();
    assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), [], 'it needs nothing');
    const blob = await runBlob(bytes);
    assert.deepEqual(blob.layout, sim.layout);
    assert.equal(blob.getSeries('time').length, 0);
    blob.run();
    for (const series of ['time', ...sim.getSeriesNames({ hidden: true })]) assertSameBits(blob.getSeries(series), sim.getSeries(series), series);

    const constant = sim.layout.variables.find((v) => v.constant && !v.hidden && v.dimensions.length === 0);
    const twice = 2 * sim.getValue(constant.id) + 1;
    sim.reset();
    blob.reset();
    for (const run of [sim, blob]) {
      run.setValue(constant.id, twice);
      run.runTo((sim.layout.start + sim.layout.stop) / 2);
      run.setValue(constant.id, twice / 3);
    }
    for (const series of sim.getSeriesNames()) assertSameBits(blob.getSeries(series), sim.getSeries(series), `${series}, changed half way`);
    const stock = sim.layout.variables.find((v) => v.kind === 'stock').id;
    assert.throws(() => blob.setValue(stock, 1), /only constants/);
    assert.throws(() => blob.getSeries('nowhere'), /no variable "nowhere"/);
    sim.dispose();
    model.dispose();
  });
}

test('bytes of something else are refused', async () => {
  await assert.rejects(runBlob(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])), /not a module that loopscope compiled/);
});
