// Models of 10,000 elements with reducers in their feedback: scored and analysed within what a browser tab has. Times are shown, never judged.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assertClose, root } from './helpers.mjs';

const side = 100, steps = 12, elements = side * side;
const maxMegabytes = 500;
const script = fileURLToPath(new URL('tests/js/large_run.mjs', root));

async function scored(t, generator) {
  const { stdout } = await promisify(execFile)(process.execPath, [script, generator, side, steps], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const result = JSON.parse(stdout);
  t.diagnostic(`${generator}, ${elements} elements: ${Math.round(result.milliseconds)} ms, ${Math.round(result.megabytes)} MB; ${result.search.note}`);
  assert.ok(result.megabytes < maxMegabytes, `${result.megabytes} MB`);
  assert.deepEqual(result.partitions, [elements], 'a reducer over all joins all');
  assert.equal(result.totals[0], 0, 'nothing moves at the start');
  return result;
}

describe('10,000 elements', { concurrency: true }, () => {
  test('with one sum in their feedback: every loop, a slot an element', async (t) => {
    const { search, loops, scores, series, total, totals } = await scored(t, 'generateLimited');
    assert.deepEqual([search.mode, search.method, search.universe, search.truncated], ['exhaustive', 'exhaustive', 3 * elements, false]);
    assert.deepEqual(loops.map(({ id, variables, reducers, slots }) => [id, variables.join(' '), reducers.join(), slots]).toSorted(), [
      ['b1', 'births population', 'sum(population[*, *])', elements],
      ['b2', 'deaths population', '', elements],
      ['u1', 'births population', '', elements],
    ]);
    assert.ok(Math.abs(loops.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, 'their shares are the partition');
    for (const [row, sum] of totals.entries()) if (row > 0) assert.ok(Math.abs(sum - 1) < 1e-9, `|relative| at row ${row} comes to ${sum}`);

    // The scores once more, from the series of the run and the definition.
    for (const [place, { population, births, deaths }] of Object.entries(series)) {
      const change = (values, row) => values[row] - values[row - 1];
      const net = births.map((b, row) => b - deaths[row]);
      const fraction = (stock, sum) => 0.05 * stock * (1 - sum / (500 * elements));
      const byHand = (of) => population.map((_, row) => (row === 0 ? 0 : of(row)));
      const wanted = {
        u1: byHand((row) => (fraction(population[row], total[row - 1]) - births[row - 1]) / change(net, row)),
        b1: byHand((row) => ((fraction(population[row - 1], total[row]) - births[row - 1]) / change(net, row)) * (change(population, row) / change(total, row))),
        b2: byHand((row) => -change(deaths, row) / change(net, row)),
      };
      for (const [loop, values] of Object.entries(wanted)) {
        const signed = values.map((value) => (loop === 'u1' ? Math.abs(value) : -Math.abs(value)));
        assertClose(scores.find((slot) => slot.loop === loop && slot.place === place).score, signed, `${loop}[${place}]`, 1e-7); // differences of large numbers
      }
    }
  });

  test('with sums over rows and columns: too many circuits, so that discovery takes over and ends', async (t) => {
    const { search, loops, totals } = await scored(t, 'generateCrowded');
    assert.equal(search.mode, 'discovery');
    assert.match(search.note, /too many circuits/);
    assert.equal(search.truncated, true, 'and says that it is not all');
    // The short ones of every stock, which are nearly all of it.
    assert.deepEqual(loops.map(({ variables, reducers, slots }) => [variables.join(' '), reducers.join(), slots]).toSorted(), [
      ['births population', '', elements],
      ['births population', 'sum(population[region, *])', elements],
      ['deaths population', '', elements],
      ['deaths population', 'sum(population[*, age])', elements],
    ]);
    assert.ok(totals.every((sum, row) => (row === 0 || sum > 0.99) && sum <= 1 + 1e-9), `${totals}`);
  });
});
