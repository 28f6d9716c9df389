// npm run bench: how fast the two engines run three models, against the same models as C compiled by emcc -O3; what loop scores
// cost; and how long a user waits. Everything that a ratio compares is run in turns in one process.
//   node tests/bench/bench.mjs [--json FILE] [--seconds N] [--only PATTERN]     N: time spent on each model (default 4); models by name
// It prints which targets are met and never fails for being slow; it does fail where a result is not the same to the bit.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { blobMachine, compileModel, firstDifference } from '../parity/machines.mjs';
import { generateMatrix, generateModel, generateStocks } from './generate.mjs';
import { latencies } from './latency.mjs';
import { cOf, referenceC } from './reference_c.mjs';
import { summary } from './summary.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' }, seconds: { type: 'string', default: '4' }, only: { type: 'string' } } });
const seconds = Number(options.seconds);
const targets = { blobToC: 1.15, arrayBlobToC: 1, vmToC: 12, ltmToPlain: 3, engineStart: 60, firstResult: 5, rerun: 1.3 };

const corpusModel = readFileSync(new URL('../../corpus/logistic-growth/model.xmile', import.meta.url));
const bytes = (text) => new TextEncoder().encode(text);
const generated = (equations) => bytes(generateModel(equations));
const models = [
  ['logistic-growth', corpusModel],
  ['generated, 200', generated(200)],
  ['generated, 5000', generated(5000)],
  // The C of these is compiled for 128-bit vectors.
  ['10,000 stocks', bytes(generateStocks(100, 500)), true],
  ['100 x 100 matrix', bytes(generateMatrix(100, 200)), true],
];

const report = { targets, models: [], latency: null };
const only = options.only ? new RegExp(options.only) : /./;
for (const [name, text, arrays = false] of models) if (only.test(name)) report.models.push(await measureModel(name, text, arrays));
printModels(report.models);
report.latency = await latencies(corpusModel);
printLatency(report.latency);
if (options.json) writeFileSync(options.json, JSON.stringify(report, null, 1) + '\n');

async function measureModel(name, bytes, arrays) {
  const plain = compiled(bytes, {});
  const scored = compiled(bytes, { ltm: true, ltmMode: 'exhaustive' });
  const c = await referenceC(cOf(bytes), plain.layout, arrays);
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

/** Runs them in turns, each turn long enough for the clock; gives ms a run: minimum and median of the turns after warm-up. */
function inTurns(runners, seconds) {
  const samples = {};
  const repeats = {};
  for (const [name, run] of Object.entries(runners)) {
    // Warm until V8's optimised code is there: it compiles in the background after some calls.
    const end = performance.now() + 150 * seconds;
    let runs = 0;
    const began = performance.now();
    while (performance.now() < end || runs < 3) {
      run();
      runs++;
    }
    repeats[name] = Math.max(1, Math.round((1.5 * runs) / (performance.now() - began))); // turns of about 1.5 ms
    samples[name] = [];
  }
  const end = performance.now() + 1000 * seconds;
  for (let turn = 0; performance.now() < end || turn < 15; turn++) {
    for (const [name, run] of Object.entries(runners)) {
      const began = performance.now();
      for (let i = 0; i < repeats[name]; i++) run();
      samples[name].push((performance.now() - began) / repeats[name]);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, summary(all)]));
}

function printModels(results) {
  const ms = (t) => `${t.min.toPrecision(3)} / ${t.median.toPrecision(3)}`;
  const head = ['model', 'eqns', 'steps', 'slots', 'loops', 'C -O3', 'blob', 'VM', 'blob+LTM', 'blob/C', 'VM/C', 'LTM/blob'];
  const rows = results.map((r) => [
    r.name,
    r.equations,
    r.steps,
    `${r.rowSlots} (${r.scoredRowSlots})`,
    r.loops,
    ms(r.times.c),
    ms(r.times.blob),
    ms(r.times.vm),
    ms(r.times.ltm),
    ...Object.keys(r.ratios).map((key) => `${r.ratios[key].toFixed(2)} / ${r.medianRatios[key].toFixed(2)}`),
  ]);
  console.log('Times in ms a run, every variable saved at every step: minimum / median. Slots: of a row, with scores in brackets.');
  print([head, ...rows]);
  console.log();
  const verdicts = [
    ['blobToC', 'the blob is no slower than', 'that of C'],
    ['vmToC', 'the VM is no slower than', 'that of C'],
    ['ltmToPlain', 'scores cost less than', 'the blob without'],
  ];
  for (const [key, what, of] of verdicts)
    for (const r of results) {
      if (key === 'vmToC' && r.arrays) continue; // no target: the VM interprets element by element
      const target = key === 'blobToC' && r.arrays ? targets.arrayBlobToC : targets[key];
      console.log(`${r.ratios[key] <= target ? 'met   ' : 'MISSED'} ${r.name}: ${what} ${target} times ${of}: ${r.ratios[key].toFixed(2)}`);
    }
}

function printLatency(l) {
  const rows = [
    ['engine start, new process', l.engineStart.median, targets.engineStart, 'ms'],
    ['engine start, this process', l.engineStartAgain.median, targets.engineStart, 'ms'],
    ['demo model, text to first result', l.firstResult.median, targets.firstResult, 'ms'],
    ['the same with scores and loops', l.firstScores.median, null, 'ms'],
    ['re-run with a changed constant / bare run', l.rerun.median / l.bareRun.median, targets.rerun, `times (${(1000 * l.rerun.median).toFixed(2)} / ${(1000 * l.bareRun.median).toFixed(2)} µs)`],
    ['the same, 200 equations', l.rerunLarger.median / l.bareRunLarger.median, targets.rerun, `times (${(1000 * l.rerunLarger.median).toFixed(1)} / ${(1000 * l.bareRunLarger.median).toFixed(1)} µs)`],
  ];
  console.log('\nLatency, medians');
  for (const [what, value, target, unit] of rows) {
    const verdict = target === null ? '' : value <= target ? 'met' : 'MISSED';
    console.log(`${verdict.padEnd(6)} ${what.padEnd(44)}${value.toFixed(2).padStart(8)} ${unit}${target === null ? '' : `, target ${target}`}`);
  }
}

function print(table) {
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => String(row[i]).length)));
  for (const row of table) console.log(row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('  '));
}
