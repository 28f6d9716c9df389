// npm run bench: how fast the two engines run some models, against the same models as C compiled by emcc -O3; what loop scores cost;
// World3 beside SDEverywhere; how long compiling takes and how it grows; and how long a user waits. Everything that a ratio compares is
// run in turns in one process.
//   node tests/bench/bench.mjs [--json FILE] [--seconds N] [--only PATTERN]     N: time spent on each model (default 4); models by name
// It prints which targets are met and never fails for being slow, nor for a model or a package that is not to be had: it says so. It does
// fail where a result is not the same: to the bit between our machines, to 1e-6 from another program.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { blobMachine, compileModel, firstDifference } from '../parity/machines.mjs';
import { compileTimes, discoveryOf } from './compile.mjs';
import { generateMatrix, generateModel, generateStocks } from './generate.mjs';
import { generateMdl } from './generate_mdl.mjs';
import { latencies } from './latency.mjs';
import { cOf, referenceC } from './reference_c.mjs';
import { printCompile, printDiscovery, printLatency, printModels, printSDEverywhere } from './report.mjs';
import { besideSDEverywhere } from './sdeverywhere.mjs';
import { inTurns } from './times.mjs';
import { world3 } from './world3.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' }, seconds: { type: 'string', default: '4' }, only: { type: 'string' } } });
const seconds = Number(options.seconds);
const targets = {
  blobToC: 1.15,
  vensimBlobToC: 1.1,
  arrayBlobToC: 1,
  vmToC: 12,
  ltmToPlain: 3,
  fasterThanSDEverywhere: 12,
  compileWorld3: 40,
  compileLarge: 400,
  compileGrowth: 1.25, // of the time a byte, as a text of the same kind gets longer
  discoveryRun: 25,
  discoveryLoops: 400,
  engineStart: 60,
  firstResult: 5,
  rerun: 1.3,
};

const corpusModel = readFileSync(new URL('../../corpus/logistic-growth/model.xmile', import.meta.url));
const bytes = (text) => new TextEncoder().encode(text);
const generated = (equations) => bytes(generateModel(equations));
const only = options.only ? new RegExp(options.only) : /./;
const world = only.test('World3-03') ? world3() : null;
const vensim = [500, 1000, 2000].map((variables) => [`generated .mdl, ${variables}`, bytes(generateMdl(variables))]);

// `arrays`: the C is compiled for 128-bit vectors, and the VM, which interprets element by element, has no target.
const models = [
  { name: 'logistic-growth', text: corpusModel },
  { name: 'generated, 200', text: generated(200) },
  { name: 'generated, 5000', text: generated(5000) },
  { name: '10,000 stocks', text: bytes(generateStocks(100, 500)), arrays: true, blobToC: targets.arrayBlobToC },
  { name: '100 x 100 matrix', text: bytes(generateMatrix(100, 200)), arrays: true, blobToC: targets.arrayBlobToC },
  ...(world ? [{ name: 'World3-03', text: world, mode: 'discovery', blobToC: targets.vensimBlobToC }] : []),
  { name: vensim[1][0], text: vensim[1][1], arrays: true, blobToC: targets.vensimBlobToC },
];

const report = { targets, models: [], sdeverywhere: null, compile: [], discovery: null, latency: null };
for (const model of models) if (only.test(model.name)) report.models.push(await measureModel(model));
printModels(report.models, targets);
if (world) report.sdeverywhere = await besideSDEverywhere('World3-03', world, seconds);
printSDEverywhere(report.sdeverywhere, targets);
report.compile = await compileTimes([...(world ? [['World3-03', world]] : []), ...vensim.filter(([name]) => only.test(name))]);
printCompile(report.compile, targets);
if (world) report.discovery = await discoveryOf('World3-03', world);
printDiscovery(report.discovery, targets);
report.latency = await latencies(corpusModel);
printLatency(report.latency, targets);
if (options.json) writeFileSync(options.json, JSON.stringify(report, null, 1) + '\n');

async function measureModel({ name, text, arrays = false, mode = 'exhaustive', blobToC = targets.blobToC }) {
  const plain = compiled(text, {});
  const scored = compiled(text, { ltm: true, ltmMode: mode });
  const c = await referenceC(cOf(text), plain.layout, arrays);
  const blob = await blobMachine(plain.blob(), plain.layout);
  const vm = plain.vm();
  const ltm = await blobMachine(scored.blob(), scored.layout);
  const runners = {
    c: () => c.run(),
    blob: () => (blob.reset(), blob.run()),
    vm: () => (vm.reset(), vm.run()),
    ltm: () => (ltm.reset(), ltm.run()),
  };
  for (const run of Object.values(runners)) run();
  for (const [other, slab] of [['the C', c.slab()], ['the VM', vm.slab()]]) {
    const at = firstDifference(blob.slab(), slab);
    if (at >= 0) throw new Error(`${name}: ${other} and the blob differ in double ${at}: ${slab[at]} and ${blob.slab()[at]}`);
  }
  const times = inTurns(runners, seconds);
  const { steps, rowSlots, variables } = plain.layout;
  const ratios = (which) => ({
    blobToC: times.blob[which] / times.c[which],
    vmToC: times.vm[which] / times.c[which],
    ltmToPlain: times.ltm[which] / times.blob[which],
  });
  const result = {
    name,
    arrays,
    blobToCTarget: blobToC,
    equations: variables.filter((v) => !v.hidden && v.id !== 'time').length,
    steps,
    rowSlots,
    loops: scored.layout.ltm.loops.length,
    scoredRowSlots: scored.layout.rowSlots,
    blobBytes: plain.blob().length,
    cBytes: c.bytes,
    times,
    ratios: ratios('min'),
    medianRatios: ratios('median'),
  };
  vm.dispose();
  plain.dispose();
  scored.dispose();
  return result;
}

function compiled(bytes, compileOptions) {
  const model = compileModel(bytes, compileOptions);
  if (!model.ok) throw new Error(model.why);
  return model;
}
