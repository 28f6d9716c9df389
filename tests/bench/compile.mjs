// How long a model's text takes to become a blob that can be run, and what World3's loops cost to find. Both in engines of their own: what
// other models left behind in an engine's memory is not counted.
import { load, setEngineSource } from '../../js/dist/index.js';
import { startEngine } from '../../js/dist/engine.js';
import { summary } from './times.mjs';

const newEngine = () => setEngineSource(new URL('../../build/emscripten/loopscope.wasm', import.meta.url));

/** Of [[name, bytes]], in turns: [{ name, bytes, time: ms from text to a blob in its instance }]. */
export async function compileTimes(models, turns = 25) {
  newEngine();
  const samples = models.map(() => []);
  for (let turn = -3; turn < turns; turn++) { // the first ones warm the engine's own code up
    for (const [i, [, bytes]] of models.entries()) {
      const began = performance.now();
      const project = await load(bytes);
      const sim = await project.mainModel().simulate({ engine: 'wasm' });
      const took = performance.now() - began;
      sim.runToEnd(); // it is a blob that runs
      sim.dispose();
      project.dispose();
      if (turn >= 0) samples[i].push(took);
    }
  }
  return models.map(([name, bytes], i) => ({ name, bytes: bytes.length, time: summary(samples[i]) }));
}

/** Scores in discovery mode: a run, the analysis after it (a new one each time), what it found, and the engine's memory after all of that. */
export async function discoveryOf(name, bytes, turns = 7) {
  newEngine();
  const project = await load(bytes);
  const sim = await project.mainModel().simulate({ engine: 'wasm', enableLtm: true, ltmMode: 'discovery' });
  const [runs, analyses] = [[], []];
  let listed = 0;
  for (let turn = -1; turn < turns; turn++) {
    let began = performance.now();
    sim.reset();
    sim.runToEnd();
    const run = performance.now() - began;
    began = performance.now();
    listed = sim.getLoops().length;
    const analysis = performance.now() - began;
    if (turn < 0) continue;
    runs.push(run);
    analyses.push(analysis);
  }
  const { universe, retained, truncated } = sim.getLoopSearch();
  const { module } = await startEngine();
  const result = { name, run: summary(runs), analysis: summary(analyses), universe, retained, listed, truncated, engineBytes: module.HEAPU8.buffer.byteLength };
  sim.dispose();
  project.dispose();
  return result;
}
