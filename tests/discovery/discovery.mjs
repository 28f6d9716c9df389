// npm run discovery: discovery mode against an oracle that walks every path (oracle.mjs), on both engines: every model of corpus/, of the
// shared corpus where it is there, hand-made and random ones, as far as they load and are small enough to walk; pinned loops
// (pinned.mjs). Then its limits, its gate, and a graph that nothing can enumerate.
//   node tests/discovery/discovery.mjs [-v] [--count N] [--seed S] [TEXT]     N random models from seed S on; TEXT: only checks whose name contains it
import { existsSync, readFileSync } from 'node:fs';
import { load, loopSlots } from '../../js/dist/index.js';
import { ownModels, readManifest } from '../conformance/corpus.mjs';
import { xmileOf } from '../twins/notation.mjs';
import { printArrayed } from '../twins/print_arrayed.mjs';
import { randomModel } from '../twins/generate.mjs';
import { compare } from './compare.mjs';
import { gate } from './gate.mjs';
import { known } from './known.mjs';
import { gated, models } from './models.mjs';
import { bruteForce, causalGraph } from './oracle.mjs';
import { pinnedAsListed, pinnedOf } from './pinned.mjs';

const options = { '--count': 60, '--seed': 1 };
const words = process.argv.slice(2);
for (const name of Object.keys(options)) if (words.includes(name)) options[name] = Number(words.splice(words.indexOf(name), 2)[1]);
const verbose = words.includes('-v');
const only = words.find((word) => word !== '-v') ?? '';
const totals = { passed: 0, failed: 0, known: 0, models: 0, circuits: 0, universe: 0, listed: 0 };
const left = new Map();  // why a model is left out -> how many
const unlimited = { budgetMs: 1e6 };  // of time: a busy machine finds the same

const manifest = readManifest();
if (manifest === null) console.log('skip: no shared corpus (LOOPSCOPE_SHARED, or ../shared beside the checkout)');
for (const { name, text, limits, options: compiled } of models) await check(name, () => againstOracle(xmileOf(text), limits, compiled));
for (const { id, file } of [...ownModels, ...(manifest?.models ?? [])]) {
  if (!existsSync(file)) continue;
  await check(id, () => againstOracle(readFileSync(file)));
  await check(`${id}: pinned as listed`, () => pinnedAsListed(readFileSync(file)));
}
for (let seed = options['--seed']; seed < options['--seed'] + options['--count']; seed++) {
  await check(`random model ${seed}`, () => againstOracle(xmileOf(printArrayed(randomModel(seed)))));
  await check(`links that come and go ${seed}`, () => againstOracle(xmileOf(gated(seed))));
  await check(`pinned loops of random model ${seed}`, () => pinnedOf(seed, seed % 2 ? 'vm' : 'wasm'));
}
for (const { name, run } of gate) await check(name, run);
await check('the comparison finds what is changed', comparisonHasTeeth);

console.log(`${totals.models} models, ${totals.circuits} circuits of which ${totals.universe} are active at some time, ${totals.listed} loops compared`);
if (left.size > 0) console.log(`left out: ${[...left].map(([why, n]) => `${n} with ${why}`).join(', ')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.known} known to fail`);
process.exit(totals.failed > 0 ? 1 : 0);

/** Runs a check, which gives a list of what is wrong, or null if it is left out. One that is known to fail must fail. */
async function check(name, work) {
  if (!name.includes(only)) return;
  const started = performance.now();
  const wrong = await work().catch((error) => [error.rendered || error.stack]);
  const reason = known.find(([text]) => name === text)?.[1];
  if (wrong === null) return;
  const time = `${Math.round(performance.now() - started)} ms`;
  if (wrong.length > 0 && reason !== undefined) {
    totals.known++;
    if (verbose) console.log(`known ${name}: ${reason}\n    ${wrong.slice(0, 3).join('\n    ')}`);
  } else if (wrong.length > 0 || reason !== undefined) {
    totals.failed++;
    console.log(`FAIL ${name}\n    ${(reason === undefined ? wrong : ['passes: take it out of known.mjs']).slice(0, 6).join('\n    ')}`);
    if (wrong.length > 6) console.log(`    and ${wrong.length - 6} more`);
  } else {
    totals.passed++;
    if (verbose) console.log(`ok   ${name} (${time})`);
  }
}

function leaveOut(why) {
  left.set(why, (left.get(why) ?? 0) + 1);
  return null;
}

function foundBy(sim) {
  return { loops: sim.getLoops().map(loopSlots), search: sim.getLoopSearch(), partitions: sim.getPartitions() };
}

/** What is wrong with discovery mode on a model, on either engine. The walk is made once: parity says that the scores are the same. */
async function againstOracle(source, limits = {}, compiled = {}) {
  const project = await load(source).catch(() => null);
  if (project === null) return leaveOut('errors');
  try {
    const model = project.mainModel();
    const errors = model.diagnostics.filter((d) => d.severity === 'error');
    if (errors.length > 0) return leaveOut('errors');
    const wrong = [];
    let wanted = null;
    for (const engine of ['vm', 'wasm']) {
      const settings = { ...compiled, engine, enableLtm: true, ltmMode: 'discovery', discovery: { ...unlimited, ...limits } };
      const sim = await model.simulate(settings);
      try {
        sim.runToEnd();
        wanted ??= bruteForce(causalGraph(sim, model.dump('ltm', settings)), limits);
        if (wanted === null) return leaveOut('too many circuits for a walk');
        if (wanted.circuits === 0) return leaveOut('no circuits');
        const found = foundBy(sim);
        wrong.push(...compare(found, wanted, limits).map((what) => `${engine}: ${what}`));
        if (engine === 'vm') totals.listed += found.loops.flat().length;
      } finally {
        sim.dispose();
      }
    }
    totals.models++;
    totals.circuits += wanted.circuits;
    totals.universe += wanted.universe;
    return wrong;
  } finally {
    project.dispose();
  }
}

/** A result that agrees, with one thing in it changed, must be found out. */
async function comparisonHasTeeth() {
  const { text } = models.find(({ name }) => name === 'loops of several partitions, one alone in its own, one without stock');
  const project = await load(xmileOf(text));
  const settings = { engine: 'vm', enableLtm: true, ltmMode: 'discovery' };
  const sim = await project.mainModel().simulate(settings);
  sim.runToEnd();
  const wanted = bruteForce(causalGraph(sim, project.mainModel().dump('ltm', settings)));
  const found = foundBy(sim);
  sim.dispose();
  project.dispose();
  const unnoticed = compare(found, wanted);
  const expectDifference = (what, changed) => compare({ ...found, ...changed }, wanted).length === 0 && unnoticed.push(`${what} goes unnoticed`);
  const { loops, search } = found;
  expectDifference('another universe', { search: { ...search, universe: search.universe + 1 } });
  expectDifference('more retained', { search: { ...search, retained: search.retained + 1 } });
  expectDifference('not all listed and said so', { loops: loops.slice(1), search: { ...search, truncated: true } });
  expectDifference('another order', { loops: loops.toReversed() });
  loops.forEach(([slot], i) => {
    const nudged = (series) => series.map((value, row) => (row === 3 ? value + 1e-10 : value));
    const put = (changed) => ({ loops: loops.with(i, [{ ...slot, ...changed }]) });
    expectDifference(`loop ${i} left out`, { loops: loops.toSpliced(i, 1) });
    expectDifference(`loop ${i} twice`, { loops: [...loops, loops[i]] });
    expectDifference(`score of loop ${i} off by 1e-10`, put({ score: nudged(slot.score) }));
    expectDifference(`relative score of loop ${i} off by 1e-10`, put({ relative: nudged(slot.relative) }));
    expectDifference(`share of loop ${i} off by 1e-10`, put({ share: slot.share + 1e-10 }));
    expectDifference(`partition of loop ${i}`, put({ partition: (slot.partition + 1) % found.partitions.length }));
    if (slot.path.length > 2) expectDifference(`loop ${i} the other way`, put({ path: slot.path.toReversed() }));
  });
  return unnoticed;
}
