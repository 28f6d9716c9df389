// npm run twins: what settles every array question of Loops That Matter. A model with arrays has the scores of the same model written
// out by hand, element by element, with each aggregate as a variable of its own; on both engines.
//   node tests/twins/twins.mjs [-v] [--count N] [--seed S] [TEXT]     TEXT: only checks whose name contains it
import { machinery } from './cases/machinery.mjs';
import { reducers } from './cases/reducers.mjs';
import { subscripts } from './cases/subscripts.mjs';
import { known } from './known.mjs';
import { xmileOf } from './notation.mjs';
import { compare, engines, scoresOf, twinName } from './scores.mjs';

const words = process.argv.slice(2);
const verbose = words.includes('-v');
const only = words.find((word) => word !== '-v') ?? '';
const totals = { passed: 0, failed: 0, known: 0, loops: 0, links: 0, values: 0 };

for (const pair of [...reducers, ...subscripts, ...machinery]) for (const engine of engines) await check(`${pair.name} (${engine})`, () => twins(pair, { engine }));

console.log(`${totals.links} links and ${totals.loops} loops compared, ${totals.values} scores`);
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
    totals.failed++;
    console.log(`FAIL ${name}`);
    for (const line of reason === undefined ? wrong.slice(0, 6) : ['passes: take it out of known.mjs']) console.log(`    ${line}`);
    if (wrong.length > 6) console.log(`    and ${wrong.length - 6} more`);
  } else {
    totals.passed++;
    if (verbose) console.log(`ok   ${name}`);
  }
}

async function twins({ arrayed, twin, aggregates }, options) {
  const [first, second] = [await scoresOf(xmileOf(arrayed), options), await scoresOf(xmileOf(twin), options)];
  if (second.loops.length === 0) return ['the twin has no loops'];
  totals.links += second.links.length;
  totals.loops += second.loops.length;
  totals.values += [...second.links, ...second.loops, ...second.loops].reduce((sum, { score }) => sum + score.length, 0);
  const stems = Object.values(aggregates);
  return compare(first, second, {
    rename: (name) => twinName(name, aggregates),
    passed: (name) => stems.some((stem) => name === stem || name.startsWith(`${stem}_`)),
  });
}
