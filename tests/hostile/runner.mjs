// The process in which the hostile cases run, one after the other in one engine: a child of the test, so that a case that
// hangs can be ended. Its stack is that of an ordinary Node program. Asked by messages {id, name, path, options}.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { main } from '../../js/dist/cli/main.js';
import { startEngine } from '../../js/dist/engine.js';
import { liveObjects, load } from '../../js/dist/index.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const first = await startEngine();
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Exit code and output of the command in this process. */
async function cli(args) {
  const output = { stdout: '', stderr: '' };
  const write = {};
  for (const stream of ['stdout', 'stderr']) {
    write[stream] = process[stream].write;
    process[stream].write = (chunk) => {
      output[stream] += chunk;
      return true;
    };
  }
  try {
    return { exit: await main(args), ...output };
  } finally {
    for (const stream of ['stdout', 'stderr']) process[stream].write = write[stream];
  }
}

const errorOf = (error) => ({ code: error.code ?? 'not a LoopscopeError', message: error.message, stack: error.stack, diagnostics: error.diagnostics ?? [], rendered: error.rendered ?? '' });

async function inApi(name, path, { run = true, ltm = true, until, dump = false }) {
  const result = { diagnostics: [], rendered: '', listed: null, runs: {} };
  const project = await load(readFileSync(path), { file: name }).catch((error) => {
    Object.assign(result, { unreadable: error.code, diagnostics: error.diagnostics, rendered: error.rendered });
    if (!error.diagnostics?.length) throw error;
  });
  if (!project) return result;
  const model = project.mainModel();
  result.diagnostics = model.diagnostics;
  result.rendered = model.renderedDiagnostics;
  result.listed = model.dump('model').slice(0, 10_000);
  const good = !model.diagnostics.some((d) => d.severity === 'error');
  if (!good) result.refused = await model.run({ engine: 'vm' }).then(() => 'run', (error) => error.code);
  if (good && dump) for (const phase of ['ast', 'equations', 'ir', 'ltm', 'program', 'layout']) model.dump(phase);
  if (good && run) {
    for (const engine of ['vm', 'wasm']) {
      for (const enableLtm of ltm ? [false, true] : [false]) {
        const sim = await model.simulate({ engine, enableLtm }).catch(errorOf);
        const key = `${engine}${enableLtm ? ' ltm' : ''}`;
        result.runs[key] = sim.code ? { error: sim } : runOf(sim, until);
      }
    }
  }
  project.dispose();
  return result;
}

/** The last values of a run, by name, and a checksum of all of them. */
function runOf(sim, until) {
  try {
    if (until === undefined) sim.runToEnd();
    else sim.runTo(until);
    const last = {};
    let sum = 0;
    for (const name of sim.getSeriesNames()) {
      const series = sim.getSeries(name);
      if (Object.keys(last).length < 20) last[name] = String(series.at(-1));
      for (const bits of new Uint32Array(series.map((x) => (Number.isNaN(x) ? NaN : x)).buffer)) sum = (Math.imul(sum, 31) + bits) | 0;
    }
    if (sim.layout.ltm) sim.getLoops();
    return { last, sum };
  } catch (error) {
    return { error: errorOf(error) };
  } finally {
    sim.dispose();
  }
}

process.on('message', async ({ id, name, path, options }) => {
  const reply = { id };
  try {
    const live = liveObjects();
    const start = performance.now();
    reply.api = options.api === false ? null : await inApi(name, path, options);
    reply.apiTime = performance.now() - start;
    reply.cli = await cli(options.args ? ['simulate', path, '-o', `${root}build/hostile/out.csv`, ...options.args] : ['check', path]);
    reply.left = liveObjects() - live;
  } catch (error) {
    reply.thrown = errorOf(error);
  }
  const engine = await startEngine();
  reply.sameEngine = engine === first;
  if (options.gc) gc();
  reply.engineMemory = engine.module.HEAPU8.length;
  reply.processMemory = process.memoryUsage().rss;
  process.send(reply);
});
process.send({ ready: true });
