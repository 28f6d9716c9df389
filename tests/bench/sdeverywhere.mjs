// The blob of a Vensim model beside the JavaScript that SDEverywhere makes of it, every variable an output. Its packages live in
// tests/bench/sdeverywhere, apart from the product's, and are installed at the first use.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { load } from '../../js/dist/index.js';
import { inTurns } from './times.mjs';

const home = fileURLToPath(new URL('sdeverywhere/', import.meta.url));
const folder = fileURLToPath(new URL('../../build/bench/', import.meta.url));
const tolerance = 1e-6;

/** { outputs, steps, worst, times, ratio }; null, and a line that says why, where its packages cannot be had. Throws where the numbers are not the same. */
export async function besideSDEverywhere(name, bytes, seconds) {
  if (!installed()) return null;
  const theirs = await theirModel(bytes);
  const project = await load(bytes);
  const sim = await project.mainModel().simulate({ engine: 'wasm' });
  sim.runToEnd();
  theirs.run();
  const worst = greatestDifference(name, theirs, sim);
  const times = inTurns({ blob: () => (sim.reset(), sim.runToEnd()), theirs: theirs.run }, seconds);
  const result = { name, outputs: theirs.names.length, rows: sim.getSeries('time').length, worst, times, ratio: times.theirs.min / times.blob.min, medianRatio: times.theirs.median / times.blob.median };
  sim.dispose();
  project.dispose();
  return result;
}

function installed() {
  if (existsSync(path.join(home, 'node_modules/.package-lock.json'))) return true;
  try {
    execFileSync('npm', ['ci', '--fetch-retries=0', '--fetch-timeout=30000'], { cwd: home, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    return true;
  } catch (error) {
    const why = String(error.stderr || error.message).split('\n').find((line) => /^npm (?:error|ERR!)/.test(line)) ?? error.message;
    console.log(`The comparison with SDEverywhere is left out: its packages could not be installed (npm ci in tests/bench/sdeverywhere: ${why.replace(/^npm \S+ /, '')}).\n`);
    return false;
  }
}

/** { names, run, series(i) } */
async function theirModel(bytes) {
  const theirPackage = (name, file) => import(pathToFileURL(path.join(home, 'node_modules/@sdeverywhere', name, file)).href);
  const { parseAndGenerate } = await theirPackage('compile', 'src/index.js');
  const { createSynchronousModelRunner } = await theirPackage('runtime', 'dist/index.js');
  mkdirSync(folder, { recursive: true });
  await parseAndGenerate(inTheirWords(new TextDecoder().decode(bytes)), 'vensim', {}, ['generateJS'], folder, 'sdeverywhere', folder); // no list of outputs: all are
  const { default: make } = await import(pathToFileURL(path.join(folder, 'sdeverywhere.js')).href);
  const model = await make();
  const runner = createSynchronousModelRunner(model);
  const outputs = runner.createOutputs();
  return { names: model.outputVarNames, run: () => runner.runModelSync([], outputs), series: (i) => outputs.varSeries[i].points.map((point) => point.y) };
}

/** LOG to a base is a function that it does not know. */
const inTheirWords = (text) => text.replace(/\bLOG\(\s*([^,()]+),\s*([^,()]+)\)/gi, '(LN($1)/LN($2))');

/** Relative, over all outputs and times. What a run is told by (FINAL TIME and so on) are no variables of ours. */
function greatestDifference(name, theirs, sim) {
  const specs = /^(?:initial time|final time|time step|saveper)$/i;
  let worst = 0;
  const differing = [];
  for (const [i, output] of theirs.names.entries()) {
    if (specs.test(output)) continue;
    const ours = sim.getSeries(output.replace(/^"(.*)"$/, '$1'));
    const series = theirs.series(i);
    let difference = series.length === ours.length ? 0 : Infinity;
    for (const [k, value] of series.entries()) if (value !== ours[k]) difference = Math.max(difference, Math.abs(value - ours[k]) / Math.max(Math.abs(value), Math.abs(ours[k])));
    worst = Math.max(worst, difference);
    if (!(difference <= tolerance)) differing.push(`${output} by ${difference.toPrecision(2)}`);
  }
  if (differing.length > 0) throw new Error(`${name}: SDEverywhere's numbers and the blob's differ: ${differing.join(', ')}`);
  return worst;
}
