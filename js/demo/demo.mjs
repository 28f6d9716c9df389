// npm run demo: a model with its loops scored, in the terminal.
import asciichart from 'asciichart';
import { load } from '../dist/index.js';

const file = new URL('../../corpus/logistic-growth/model.xmile', import.meta.url);
const [bar, other] = [asciichart.blue, asciichart.yellow];
const tint = process.stdout.isTTY ? asciichart.colored : (text) => text;

const ms = async (work) => {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
};

const [project, starting] = await ms(() => load(file)); // the first load starts the engine
const model = project.mainModel();
const [sim, compiling] = await ms(() => model.simulate({ engine: 'wasm', enableLtm: true }));
const [, running] = await ms(() => sim.runToEnd());
const run = sim.getRun();
const blobSize = sim.saveBlob().length;

const [left, right] = ['population', 'net_birth_rate'];
const last = run.time.length - 1;
console.log(`${sim.layout.name}: ${left} and ${right}, ${run.time[0]} to ${run.time[last]} ${sim.layout.timeUnits}\n`);
console.log(chart(left, bar));
console.log(chart(right, other));

const edges = [0, 0.2, 0.4, 0.6, 0.8, 1].map((part) => Math.round(part * last));
const heads = edges.slice(1).map((to, i) => `${run.time[edges[i]]}-${run.time[to]}`);
console.log(`\nWhich loop drives it: mean share of each loop in five parts of the run (mode ${run.mode})\n`);
const rows = run.loops.map((loop) => [loop.id, loop.polarity, ...edges.slice(1).map((to, i) => percent(mean(loop.relative, edges[i] + 1, to))), loop.variables.join(' → ')]);
print([['loop', 'polarity', ...heads, 'variables'], ...rows]);

const times = [
  ['engine started, model read', starting],
  [`compiled to ${blobSize} bytes of wasm`, compiling],
  [`${sim.layout.steps} steps with all scores`, running],
];
console.log();
for (const [what, took] of times) console.log(`  ${what.padEnd(34)}${took.toFixed(2).padStart(8)} ms`);
sim.dispose();
project.dispose();

function chart(name, colour) {
  const columns = 72;
  const series = Array.from({ length: columns }, (_, i) => run.series[name][Math.round((i / (columns - 1)) * last)]);
  const format = (value) => value.toFixed(Math.max(...series) < 100 ? 1 : 0).padStart(7);
  return `${tint(name, colour)}\n${asciichart.plot(series, { height: 8, format, ...(process.stdout.isTTY ? { colors: [colour] } : {}) })}\n`;
}

function mean(relative, from, to) {
  const part = relative.subarray(from, to + 1);
  return part.reduce((sum, value) => sum + Math.abs(value), 0) / part.length;
}

function percent(fraction) {
  return `${(100 * fraction).toFixed(1)} %`;
}

function print(table) {
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  for (const row of table) console.log('  ' + row.map((cell, i) => (/%$/.test(cell) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd());
}
