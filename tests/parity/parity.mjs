// npm run parity: the VM and the blob give the same bits. Every model of corpus/ and tests/parity/models and, where it is there, every entry of the shared
// corpus that the engine compiles, of whatever format; without scores, with those of exhaustive mode and with those of discovery mode; as
// saved and saved every third step; each through the course of machines.mjs. Then what the analysis makes of either's results: links and
// loops. Last the check of the check: blobs with one operation broken, and scores a bit off, must be found out.
//   node tests/parity/parity.mjs [-v] [TEXT]     only models whose id contains TEXT
//   LOOPSCOPE_BLESS=1: writes floor.json, the models, modes and numbers of series that may not become fewer
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ownModels, readManifest } from '../conformance/corpus.mjs';
import { dataOf } from '../conformance/data.mjs';
import { blobMachine, compileModel, dataDifference, exercise } from './machines.mjs';
import { mutantsOf } from './mutation.mjs';

const arguments_ = process.argv.slice(2);
const verbose = arguments_.includes('-v');
const only = arguments_.find((a) => a !== '-v') ?? '';
const floorFile = new URL('floor.json', import.meta.url);
const manifest = readManifest();
const totals = { models: 0, variants: 0, series: 0, values: 0, links: 0, loops: 0, passed: 0, failed: 0 };
// Where much only counts at the start or when something flips (what a queue has at first, when a batch begins): breaking that means the same for most of a run, and for most scores.
const notBroken = ['corpus/vensim-delays', 'corpus/vensim-queues'];
const modes = { off: {}, exhaustive: { ltm: true, ltmMode: 'exhaustive' }, discovery: { ltm: true, ltmMode: 'discovery' } };

if (manifest === null) console.log('skip: no shared corpus (LOOPSCOPE_SHARED, or ../shared beside the checkout)');
const here = new URL('models/', import.meta.url);
const models = [...ownModels, ...readdirSync(here).map((name) => ({ id: `parity/${name}`, file: new URL(name, here) })), ...(manifest?.models ?? [])].filter(({ id, file }) => id.includes(only) && existsSync(file));
const covered = {};  // id -> mode -> number of series
for (const model of models) await parityOf(model.id, readFileSync(model.file), await dataOf(fileURLToPath(new URL(model.file, 'file:')), model));
if (only === '') compareWithFloor();
await mutants();
await nudges();

console.log(`${totals.models} models in ${totals.variants} variants, ${totals.series} series, ${totals.values} values, ${totals.links} links and ${totals.loops} loops equal in every bit`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed > 0 ? 1 : 0);

function fail(what, why) {
  totals.failed++;
  console.log(`FAIL ${what} | ${why}`);
}

function pass(what) {
  totals.passed++;
  if (verbose) console.log(`ok   ${what}`);
}

async function parityOf(id, bytes, data) {
  const plain = compileModel(bytes, {}, data);
  if (!plain.ok) {
    if (verbose) console.log(`     ${id} does not compile: ${plain.why}`);
    return;
  }
  const { start, dt, saveEvery, rowSlots, finalTime } = plain.layout;
  plain.dispose();
  // Where the model computes its own end there is room for a million steps.
  const bounded = finalTime === undefined ? {} : { stop: start + 1000 * dt };
  const steps = finalTime === undefined ? plain.layout.steps : 1000;
  const saved = [['', {}], [', every third step saved', { saveInterval: 3 * dt }]];
  if (steps < 3) saved.pop();
  if (saveEvery > 1) saved.push([', every step saved', { saveInterval: dt }]);
  // Other ways of saving are another matter than other models: a few large ones would take all of the time.
  if (steps * rowSlots > 500_000) saved.length = 1;
  const most = 2_000_000; // values of a run; longer ones are ended early
  if (steps * rowSlots > most) saved[0] = [', ended early', { stop: start + dt * Math.max(300, Math.floor(most / rowSlots)) }];
  const series = {};
  for (const [mode, options] of Object.entries(modes))
    for (const [name, saving] of mode === 'discovery' ? saved.slice(0, 1) : saved) {
      const result = await compareVariant(bytes, { ...bounded, ...options, ...saving }, data).catch((error) => ({ difference: error.stack }));
      if (result.difference !== null) return fail(id, `${mode}${name}: ${result.difference}`);
      series[mode] ??= result.series;
    }
  covered[id] = series;
  totals.models++;
  pass(`${id}: ${Object.values(series).join(', ')} series`);
}

/** { difference, series }: what differs, or null; and how many series there are. */
async function compareVariant(bytes, options, data) {
  const model = compileModel(bytes, options, data);
  if (!model.ok) return { difference: model.why };
  const { layout } = model;
  const vm = model.vm();
  try {
    const blob = await blobMachine(model.blob(), layout);
    const { values, difference } = exercise(vm, blob, layout, blob.slab().slice(0, layout.constants));
    if (difference !== null) return { difference };
    const analysed = options.ltm ? compareAnalyses(model, vm.slab(), blob.slab()) : null;
    if (analysed !== null) return { difference: analysed };
    const series = layout.fixedSlots + layout.rowSlots;
    totals.variants++;
    totals.series += series;
    totals.values += values;
    return { difference: null, series };
  } finally {
    vm.dispose();
    model.dispose();
  }
}

/** What differs between the analyses of two slabs, or null. */
function compareAnalyses(model, ofVm, ofBlob) {
  const [vm, blob] = [model.analyze(ofVm), model.analyze(ofBlob)];
  totals.links += vm.links?.length ?? 0;
  totals.loops += vm.loops.reduce((sum, loop) => sum + (loop.slots?.length ?? 1), 0);
  return dataDifference(vm, blob, 'analysis');
}

function compareWithFloor() {
  if (process.env.LOOPSCOPE_BLESS) {
    if (manifest === null) throw new Error('the floor is written with the shared corpus present');
    const lines = Object.keys(covered).toSorted().map((id) => ` ${JSON.stringify(id)}: ${JSON.stringify(covered[id])}`);
    writeFileSync(floorFile, `{\n${lines.join(',\n')}\n}\n`);
  }
  const floor = JSON.parse(readFileSync(floorFile, 'utf8'));
  const present = Object.keys(floor).filter((id) => manifest !== null || id.startsWith('corpus/'));
  const lost = present.flatMap((id) => Object.entries(floor[id]).flatMap(([mode, series]) => lostOf(id, mode, series)));
  for (const what of lost) fail('floor', what);
  const news = Object.keys(covered).filter((id) => !Object.hasOwn(floor, id));
  if (news.length > 0) console.log(`${news.length} models are not in floor.json yet (LOOPSCOPE_BLESS=1 adds them): ${news.slice(0, 5).join(', ')}`);
  if (lost.length === 0) pass(`all ${present.length} models of floor.json were compared`);
}

/** A list with what is below the floor, or none. */
function lostOf(id, mode, series) {
  const has = covered[id]?.[mode];
  if (has === undefined) return [`${id} is in floor.json with mode ${mode} and was not compared to the end`];
  return has < series ? [`${id} has ${has} series in mode ${mode}, ${series} in floor.json`] : [];
}

/** Each mutant of a few models goes where the true blob goes; parity must tell all of them from it but those that mean the same. */
async function mutants() {
  const found = { all: 0, told: 0, survivors: [] };
  for (const { id, file } of ownModels.filter((m) => m.id.includes(only) && !notBroken.includes(m.id))) {
    for (const ltm of [false, true]) {
      const model = compileModel(readFileSync(file), { ltm });
      const { layout } = model;
      const blob = model.blob();
      const course = async (bytes) => {
        const vm = model.vm();
        try {
          const machine = await blobMachine(bytes, layout);
          return exercise(vm, machine, layout, machine.slab().slice(0, layout.constants)).difference;
        } finally {
          vm.dispose();
        }
      };
      if ((await course(blob)) !== null) fail(`mutants of ${id}`, 'the blob that was not changed differs');
      for (const mutant of mutantsOf(blob)) {
        found.all++;
        if ((await course(mutant.bytes())) !== null) found.told++;
        else found.survivors.push(`${id}${ltm ? ' with scores' : ''}: ${mutant.what}`);
      }
      model.dispose();
    }
  }
  if (verbose) for (const survivor of found.survivors) console.log(`     survives: ${survivor}`);
  const what = `broken blobs found out: ${found.told} of ${found.all}`;
  console.log(what);
  if (found.all === 0 || found.told < 0.95 * found.all) fail('mutants', `${what}; survivors: ${found.survivors.slice(0, 5).join('; ')}`);
  else pass(what);
}

/** A score that is one bit off must show in the analysis, whichever it is. */
async function nudges() {
  const [{ file }] = ownModels.filter(({ id }) => id === 'corpus/arms-race');
  for (const mode of ['exhaustive', 'discovery']) {
    const model = compileModel(readFileSync(file), modes[mode]);
    const { fixedSlots, rowSlots, rows, variables } = model.layout;
    const vm = model.vm();
    vm.run();
    const slab = vm.slab();
    vm.dispose();
    const unnoticed = [];
    for (const { id, slot } of variables.filter((v) => v.kind === 'score')) {
      const other = slab.slice();
      const at = fixedSlots + (rows - 2) * rowSlots + slot;
      new BigUint64Array(other.buffer)[at] ^= 1n;
      if (dataDifference(model.analyze(slab), model.analyze(other)) === null) unnoticed.push(id);
    }
    model.dispose();
    if (unnoticed.length > 0) fail(`scores that are a bit off, ${mode}`, `${unnoticed.join(', ')}: not noticed`);
    else pass(`scores that are a bit off, ${mode}`);
  }
}
