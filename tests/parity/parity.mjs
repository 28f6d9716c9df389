// npm run parity: the VM and the blob give the same bits. Every model of corpus/ and, where it is there, every entry of the shared
// corpus that the engine handles; with and without scores, as saved and saved every third step; each through the course of
// machines.mjs. Then the check of the check: blobs with one operation broken must be found out.
//   node tests/parity/parity.mjs [-v] [TEXT]     only models whose id contains TEXT
//   LOOPSCOPE_BLESS=1: writes floor.json, the list of models that may not drop out
import { readFileSync, writeFileSync } from 'node:fs';
import { ownModels, readManifest, supportedEntries } from '../conformance/corpus.mjs';
import { blobMachine, compileModel, exercise } from './machines.mjs';
import { mutantsOf } from './mutation.mjs';

const arguments_ = process.argv.slice(2);
const verbose = arguments_.includes('-v');
const only = arguments_.find((a) => a !== '-v') ?? '';
const floorFile = new URL('floor.json', import.meta.url);
const manifest = readManifest();
const totals = { models: 0, variants: 0, series: 0, values: 0, passed: 0, failed: 0 };

if (manifest === null) console.log('skip: no shared corpus (LOOPSCOPE_SHARED, or ../shared beside the checkout)');
const models = [...ownModels, ...(manifest === null ? [] : supportedEntries(manifest))].filter(({ id }) => id.includes(only));
const covered = [];
for (const { id, file } of models) await parityOf(id, readFileSync(file));
if (only === '') compareWithFloor();
await mutants();

console.log(`${totals.models} models in ${totals.variants} variants, ${totals.series} series, ${totals.values} values equal in every bit`);
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

async function parityOf(id, bytes) {
  const plain = compileModel(bytes, {});
  if (!plain.ok) {
    if (verbose) console.log(`     ${id} does not compile: ${plain.why}`);
    return;
  }
  const { dt, steps, saveEvery, variables } = plain.layout;
  plain.dispose();
  const saved = [['', {}], [', every third step saved', { saveInterval: 3 * dt }]];
  if (steps < 3) saved.pop();
  if (saveEvery > 1) saved.push([', every step saved', { saveInterval: dt }]);
  const feedback = variables.some((v) => v.kind === 'stock');
  let bad = null;
  for (const ltm of [false, true]) {
    for (const [name, options] of saved) {
      const variant = `${ltm ? 'with scores' : 'plain'}${name}`;
      const difference = await compareVariant(bytes, ltm ? { ...options, ltm: true, ltmMode: 'exhaustive' } : options).catch((error) => error.stack);
      if (difference !== null) bad ??= `${variant}: ${difference}`;
    }
  }
  if (bad !== null) return fail(id, bad);
  covered.push(id);
  totals.models++;
  pass(`${id}${feedback ? '' : ' (no stocks)'}`);
}

/** null, or what differs. */
async function compareVariant(bytes, options) {
  const model = compileModel(bytes, options);
  if (!model.ok) return model.why;
  const { layout } = model;
  const vm = model.vm();
  try {
    const blob = await blobMachine(model.blob(), layout);
    const { values, difference } = exercise(vm, blob, layout, blob.slab().slice(0, layout.constants));
    if (difference !== null) return difference;
    totals.variants++;
    totals.series += layout.fixedSlots + layout.rowSlots;
    totals.values += values;
    return null;
  } finally {
    vm.dispose();
    model.dispose();
  }
}

function compareWithFloor() {
  if (process.env.LOOPSCOPE_BLESS) {
    if (manifest === null) throw new Error('the floor is written with the shared corpus present');
    writeFileSync(floorFile, JSON.stringify(covered.toSorted(), null, 1) + '\n');
  }
  const floor = JSON.parse(readFileSync(floorFile, 'utf8'));
  const present = floor.filter((id) => manifest !== null || id.startsWith('corpus/'));
  const lost = present.filter((id) => !covered.includes(id));
  for (const id of lost) fail(id, 'is in floor.json and was not compared to the end');
  const news = covered.filter((id) => !floor.includes(id));
  if (news.length > 0) console.log(`${news.length} models are not in floor.json yet (LOOPSCOPE_BLESS=1 adds them): ${news.slice(0, 5).join(', ')}`);
  if (lost.length === 0) pass(`all ${present.length} models of floor.json were compared`);
}

/** Each mutant of a few models goes where the true blob goes; parity must tell all of them from it but those that mean the same. */
async function mutants() {
  const found = { all: 0, told: 0, survivors: [] };
  for (const { id, file } of ownModels.filter((m) => m.id.includes(only))) {
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
