// Runs a model of tests/bench/generate.mjs with scores, as a program of its own so that its memory can be told, and prints what came of it:
//   node tests/js/large_run.mjs generateLimited SIDE STEPS
import { load, loopSlots } from '../../js/dist/index.js';
import * as generate from '../bench/generate.mjs';

const [generator, side, steps] = process.argv.slice(2);
const text = generate[generator](Number(side), Number(steps));
const seen = ['1,1', '37,64', '64,37', '100,100'].map((place) => place.split(',')).map(([region, age]) => `region${region},age${age}`);

const began = performance.now();
const project = await load(text);
const run = await project.mainModel().run({ enableLtm: true, engine: 'wasm' });
project.dispose();
const milliseconds = performance.now() - began;
const megabytes = process.resourceUsage().maxRSS / 1024;

const slots = run.loops.flatMap((loop) => loopSlots(loop).map((slot) => ({ ...slot, loop: loop.id })));
const numbers = (series) => Array.from(series);
console.log(JSON.stringify({
  milliseconds,
  megabytes,
  search: run.search,
  partitions: run.partitions.map(({ stocks }) => stocks.length),
  loops: run.loops.map((loop) => ({ id: loop.id, variables: loop.variables, reducers: loop.reducers, slots: loopSlots(loop).length, share: loop.share })),
  totals: numbers(run.time).map((_, row) => slots.reduce((sum, slot) => sum + Math.abs(slot.relative[row]), 0)),
  series: Object.fromEntries(seen.map((place) => [place, Object.fromEntries(['population', 'births', 'deaths'].map((name) => [name, numbers(run.series[`${name}[${place}]`])]))])),
  total: numbers(run.time).map((_, row) => run.names.filter((name) => name.startsWith('population[')).reduce((sum, name) => sum + run.series[name][row], 0)),
  scores: slots.filter((slot) => seen.includes(slot.element.join(','))).map(({ id, loop, element, score, relative }) => ({ id, loop, place: element.join(','), score: numbers(score), relative: numbers(relative) })),
}));
