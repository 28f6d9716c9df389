// How long a user waits: for the engine, for the first result, for the next one. Medians of many, in ms.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { load } from '../../js/dist/index.js';
import { generateModel } from './generate.mjs';
import { summary } from './times.mjs';

const engineWasm = new URL('../../build/emscripten/loopscope.wasm', import.meta.url);

export async function latencies(demo) {
  const larger = new TextEncoder().encode(generateModel(200));
  const [rerun, bareRun] = await rerunOf(demo, 'maximum_growth_rate', 200);
  const [rerunLarger, bareRunLarger] = await rerunOf(larger, 'growth_fraction_0', 40);
  return {
    engineStart: engineStart(),
    engineStartAgain: await engineStartAgain(),
    firstResult: await firstResult(demo, {}),
    firstScores: await firstResult(demo, { enableLtm: true }),
    rerun,
    bareRun,
    rerunLarger,
    bareRunLarger,
  };
}

/** From the library's entry to an engine that answers, in a process that has done nothing before. */
function engineStart() {
  const script = `const { engineVersion } = await import(${JSON.stringify(new URL('../../js/dist/index.js', import.meta.url).href)});
    const began = performance.now();
    await engineVersion();
    console.log(performance.now() - began);`;
  return summary(Array.from({ length: 15 }, () => Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))));
}

/** Another instance of the engine from its bytes. */
async function engineStartAgain() {
  const { default: factory } = await import('../../build/emscripten/loopscope.mjs');
  const bytes = readFileSync(engineWasm);
  const samples = [];
  for (let i = 0; i < 15; i++) {
    const began = performance.now();
    const compiled = await WebAssembly.compile(bytes);
    const engine = await new Promise((resolve, reject) => {
      factory({ instantiateWasm: (imports, done) => (WebAssembly.instantiate(compiled, imports).then(done, reject), {}) }).then(resolve, reject);
    });
    engine.version();
    samples.push(performance.now() - began);
  }
  return summary(samples);
}

async function firstResult(bytes, options) {
  const samples = [];
  for (let i = 0; i < 200; i++) {
    const began = performance.now();
    const project = await load(bytes);
    const sim = await project.mainModel().simulate({ engine: 'wasm', ...options });
    sim.runToEnd();
    sim.getSeries('population');
    if (options.enableLtm) sim.getLoops();
    samples.push(performance.now() - began);
    sim.dispose();
    project.dispose();
  }
  return summary(samples.slice(20));
}

/** Through the API: set, reset, run; and the run alone. In turns of `repeats`. */
async function rerunOf(bytes, constant, repeats) {
  const project = await load(bytes);
  const sim = await project.mainModel().simulate();
  const blob = await WebAssembly.instantiate(sim.saveBlob(), {});
  const { init, reset, run } = blob.instance.exports;
  init();
  sim.runToEnd();
  const value = sim.getValue(constant);
  let k = 0;
  const changed = () => {
    sim.setValue(constant, value * (1 + (k++ % 10) / 100));
    sim.reset();
    sim.runToEnd();
  };
  const bare = () => {
    reset();
    run();
  };
  const took = (work) => {
    const began = performance.now();
    for (let i = 0; i < repeats; i++) work();
    return (performance.now() - began) / repeats;
  };
  const samples = [[], []];
  for (let turn = 0; turn < 400; turn++) {
    samples[0].push(took(changed));
    samples[1].push(took(bare));
  }
  sim.dispose();
  project.dispose();
  return samples.map((s) => summary(s.slice(200)));
}
