// Random models against their twins: what the hand-written pairs did not think of.
import { randomModel } from './generate.mjs';
import { xmileOf } from './notation.mjs';
import { printArrayed } from './print_arrayed.mjs';
import { printScalar } from './print_scalar.mjs';
import { compare, engines, matchAggregates, scoresOf, twinName } from './scores.mjs';
import { shrink } from './shrink.mjs';

const mostLoops = 300;

/** As `compareWithTwin` of the model of this seed; one that differs is made as small as it will go and still differ. */
export async function randomTwins(seed) {
  const model = randomModel(seed);
  const result = await compareWithTwin(model);
  if (!result.wrong?.length) return result;
  const kind = ({ wrong }) => wrong[0].split(' ').slice(0, 4).filter((word) => /^[a-z]+:?$/.test(word)).join(' '); // `vm: link`, `the arrayed model does`
  return shrink(model, result, async () => {
    const smaller = await compareWithTwin(model).catch(() => ({}));
    return smaller.wrong?.length > 0 && kind(smaller) === kind(result) ? smaller : null;
  });
}

/**
 * A model against its twin on both engines: { skipped: why } or { wrong, counted, arrayed, twin } with what differs, if
 * anything, the scores of the twin and the texts.
 */
async function compareWithTwin(model) {
  const arrayed = printArrayed(model);
  const written = printScalar(model);
  if (written === null) return { skipped: 'two reducers that read the same by other axes' };
  const twin = written.text;
  const wrong = [];
  const counted = [];
  for (const engine of engines) {
    const second = await scoresOf(xmileOf(twin), { engine }).catch((error) => ({ error }));
    if (second.error) return { wrong: [`the twin does not run: ${second.error.rendered ?? second.error.stack}`], arrayed, twin };
    if (!second.complete || second.loops.length > mostLoops) return { skipped: `more than ${mostLoops} loops` };
    if (second.loops.length === 0) return { skipped: 'no loops' };
    const first = await scoresOf(xmileOf(arrayed), { engine }).catch((error) => ({ error }));
    if (first.error) return { wrong: [`the arrayed model does not run: ${first.error.rendered || first.error.stack}`], arrayed, twin };
    // In the twin a subscript computed at run time is a choice, and a reducer of constants a variable: their signs are another matter.
    const structural = !twin.includes('NAN') && ![...written.aggregates].some((name) => second.fixed.has(name));
    const found = matchAggregates(first, second, written.aggregates);
    const differences = compare(first, second, { rename: (name) => twinName(name, found), passed: (name) => written.aggregates.has(name), structural });
    wrong.push(...differences.map((difference) => `${engine}: ${difference}`));
    counted.push(second);
  }
  return { wrong, counted, arrayed, twin };
}
