// npm run twins: what settles every array question of Loops That Matter. A model with arrays has the scores of the same model written
// out by hand, element by element, with each aggregate as a variable of its own; on both engines.
//   node tests/twins/twins.mjs [-v] [--count N] [--seed S] [TEXT]     N random models from seed S on; TEXT: only checks whose name contains it
import { machinery } from './cases/machinery.mjs';
import { reducers } from './cases/reducers.mjs';
import { subscripts } from './cases/subscripts.mjs';
import { known } from './known.mjs';
import { xmileOf } from './notation.mjs';
import { properties } from './properties.mjs';
import { randomTwins } from './random.mjs';
import { compare, engines, scoresOf, twinName } from './scores.mjs';

const options = { '--count': 150, '--seed': 1 };
const words = process.argv.slice(2);
for (const name of Object.keys(options)) if (words.includes(name)) options[name] = Number(words.splice(words.indexOf(name), 2)[1]);
const verbose = words.includes('-v');
const only = words.find((word) => word !== '-v') ?? '';
const totals = { passed: 0, failed: 0, known: 0, loops: 0, links: 0, values: 0 };

const pairs = [...reducers, ...subscripts, ...machinery];
for (const pair of pairs) for (const engine of engines) await check(`${pair.name} (${engine})`, () => twins(pair, { engine }));
for (const { name, run } of properties) for (const engine of engines) await check(`${name} (${engine})`, () => run({ engine }));
await check('the comparison finds what is changed', comparisonHasTeeth);
await randomModels(options['--count'], options['--seed']);

console.log(`${pairs.length} pairs by hand, ${totals.links} links and ${totals.loops} loops compared, ${totals.values} scores`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.known} known to fail`);
process.exit(totals.failed > 0 ? 1 : 0);

/** Runs a check, which gives a list of what is wrong. One that is known to fail must fail. */
async function check(name, work) {
  if (!name.includes(only)) return;
  const reason = known.find(([text]) => name.startsWith(text))?.[1];
  const wrong = await work().catch((error) => [error.rendered ?? error.stack]);
  if (wrong.length > 0 && reason !== undefined) {
    totals.known++;
    if (verbose) console.log(`known ${name}: ${reason}\n    ${wrong.slice(0, 3).join('\n    ')}`);
  } else if (wrong.length > 0 || reason !== undefined) {
    fail(name, reason === undefined ? wrong : ['passes: take it out of known.mjs']);
  } else {
    totals.passed++;
    if (verbose) console.log(`ok   ${name}`);
  }
}

function fail(name, wrong) {
  totals.failed++;
  console.log(`FAIL ${name}`);
  for (const line of wrong.slice(0, 6)) console.log(`    ${line}`);
  if (wrong.length > 6) console.log(`    and ${wrong.length - 6} more`);
}

async function bothOf({ arrayed, twin }, options) {
  return [await scoresOf(xmileOf(arrayed), options), await scoresOf(xmileOf(twin), options)];
}

function compareTwins({ aggregates }, first, second) {
  const stems = Object.values(aggregates);
  return compare(first, second, {
    rename: (name) => twinName(name, aggregates),
    passed: (name) => stems.some((stem) => name === stem || name.startsWith(`${stem}_`)),
  });
}

async function twins(pair, options) {
  const [first, second] = await bothOf(pair, options);
  if (second.loops.length === 0) return ['the twin has no loops'];
  count(second);
  return compareTwins(pair, first, second);
}

function count({ links, loops }) {
  totals.links += links.length;
  totals.loops += loops.length;
  totals.values += [...links, ...loops, ...loops].reduce((sum, { score }) => sum + score.length, 0);
}

/** A link, loop or value of a pair that agrees, changed a little, taken away or given twice, must be noticed. */
async function comparisonHasTeeth() {
  const [pair] = reducers;
  const [first, second] = await bothOf(pair, { engine: 'vm' });
  const kept = [];
  const expectDifference = (what, changed) => compareTwins(pair, changed, second).length === 0 && kept.push(`${what} goes unnoticed`);
  const nudged = (series) => series.map((value, row) => (row === 3 ? value + 1e-10 : value));
  expectDifference('all shown links off by 1e-10', { ...first, shown: first.shown.map((link) => ({ ...link, score: nudged(link.score) })) });
  for (const [list, fields] of Object.entries({ links: ['score'], loops: ['score', 'relative'] }))
    first[list].forEach((item, i) => {
      expectDifference(`${list}[${i}] left out`, { ...first, [list]: first[list].toSpliced(i, 1) });
      expectDifference(`${list}[${i}] twice`, { ...first, [list]: [...first[list], item] });
      for (const field of fields) {
        const changed = first[list].with(i, { ...item, [field]: nudged(item[field]) });
        expectDifference(`${field} of ${list}[${i}] off by 1e-10`, { ...first, [list]: changed });
      }
    });
  for (const [name, values] of first.series) expectDifference(`${name} off by 1e-10`, { ...first, series: new Map(first.series).set(name, nudged(values)) });
  return kept;
}

/** `wanted` models that can be compared; what differs is shown with both texts. */
async function randomModels(wanted, seed) {
  if (!'random models'.includes(only)) return;
  const skipped = {};
  let compared = 0, shown = 0;
  for (; compared < wanted; seed++) {
    const result = await randomTwins(seed);
    if (result.skipped) {
      skipped[result.skipped] = (skipped[result.skipped] ?? 0) + 1;
      continue;
    }
    compared++;
    if (result.wrong.length === 0) {
      result.counted.forEach(count);
      totals.passed++;
      continue;
    }
    fail(`random model of seed ${seed}`, result.wrong);
    if (shown++ < 3) console.log(`  arrayed:\n${result.arrayed}\n  twin:\n${result.twin}\n`);
  }
  console.log(`${compared} random models; left out: ${Object.entries(skipped).map(([why, n]) => `${n} with ${why}`).join(', ') || 'none'}`);
}
