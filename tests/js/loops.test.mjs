// Loops as a program meets them: pinned ones, those that repeat for every element of an array, discovery in parts of a run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dominance, load, loopSlots, loopStocks, loopText } from '../../js/dist/index.js';
import { xmileOf } from '../twins/notation.mjs';
import { assertClose, assertSameBits, engines, modelUrl, root, thrown } from './helpers.mjs';

const modes = ['exhaustive', 'discovery'];
const armsRace = xmileOf(`
  specs 0 40 1
  stock A = 50; in dA
  stock B = 100; in dB
  stock C = 150; in dC
  flow dA = (B + weight * C - A) / 10
  flow dB = (A + 1.1 * C - B) / 10
  flow dC = (1.1 * A + 0.9 * B - C) / 10
  aux weight = 0.9`);
const oneWay = ['A', 'dB', 'B', 'dC', 'C', 'dA'], otherWay = ['A', 'dC', 'C', 'dB', 'B', 'dA'];
const regions = xmileOf(`
  specs 0 10 1
  dim Region: north, south
  stock stock[Region] = 10; in grow; out drain
    [south] = 30
  flow grow[Region] = 0.1 * stock[Region]
  flow drain[Region] = 0.02 * stock[Region] + 0.001 * SUM(stock[*])`);
const matrix = xmileOf(`
  specs 0 10 1
  dim Region: north, south
  dim Age: young, old
  stock people[Region, Age] = 10; in births
  flow births[Region, Age] = 0.1 * people[Region, Age] * (1 - people[Region, Age] / 100)`);
const score = (id) => `$\u205Altm\u205Aloop_score\u205A${id}`;

/** A finished run given to `use`, everything disposed of afterwards. */
async function withSim(text, options, use) {
  const project = await load(text);
  const sim = await project.mainModel().simulate({ enableLtm: true, ...options });
  try {
    if (!options.partial) sim.runToEnd();
    return await use(sim);
  } finally {
    sim.dispose();
    project.dispose();
  }
}
const briefly = (loops) => loops.map(({ id, pinned, path }) => `${id} ${pinned} ${path.join(' ')}`);

for (const engine of engines)
  for (const ltmMode of modes) {
    test(`pinned loops come first, in the order asked for, and are scored in the run (${engine}, ${ltmMode})`, () =>
      withSim(armsRace, { engine, ltmMode, pinnedLoops: [otherWay, ['B', 'dB'], oneWay] }, (sim) => {
        const loops = sim.getLoops();
        assert.equal(loops.length, 8, 'none twice');
        assert.deepEqual(loops.map((loop) => loop.pinned), [true, true, true, false, false, false, false, false]);
        assert.deepEqual(loops.slice(0, 3).map((loop) => loop.path), [['a', 'dc', 'c', 'db', 'b', 'da'], ['b', 'db'], ['a', 'db', 'b', 'dc', 'c', 'da']]);
        assert.notDeepEqual(loops[0].score, loops[2].score, 'one direction is not the other');
        const names = sim.getSeriesNames({ hidden: true }).filter((name) => name.startsWith(score('')));
        const scored = ltmMode === 'exhaustive' ? loops : loops.slice(0, 3);
        assert.deepEqual(names.toSorted(), scored.map(({ id }) => score(id)).toSorted());
        for (const loop of scored) assertSameBits(sim.getSeries(score(loop.id)), loop.score, loop.id);
        assert.deepEqual(sim.layout.ltm.loops.map(({ id }) => id).toSorted(), scored.map(({ id }) => id).toSorted());
      }));
  }

test('ids of pinned loops follow from the loops alone', async () => {
  const idsOf = (options) => withSim(armsRace, options, (sim) => Object.fromEntries(sim.getLoops().filter((loop) => loop.pinned).map(({ id, path }) => [path.join(' '), id])));
  for (const ltmMode of modes) {
    const ids = await idsOf({ ltmMode, pinnedLoops: [oneWay, otherWay, ['a', 'da']] });
    assert.equal(new Set(Object.values(ids)).size, 3);
    for (const options of [{ engine: 'vm' }, { overrides: { weight: -2 } }, { stop: 3 }, { method: 'rk4', dt: 0.25 }])
      assert.deepEqual(await idsOf({ ltmMode, pinnedLoops: [oneWay, otherWay, ['a', 'da']], ...options }), ids, JSON.stringify(options));
    assert.deepEqual(await idsOf({ ltmMode, pinnedLoops: [['da', 'A'], otherWay, oneWay] }), ids, 'another order, a loop from another of its variables on');
    assert.deepEqual(await idsOf({ ltmMode, pinnedLoops: [oneWay, otherWay, ['a', 'da'], oneWay] }), ids, 'one of them twice');
  }
});

test('a pinned loop is listed however little it matters, and changes nothing for the others', async () => {
  const bySharing = (loops) => new Map(loops.map((loop) => [loop.path.join(' '), loop]));
  const all = bySharing(await withSim(armsRace, { ltmMode: 'exhaustive' }, (sim) => sim.getLoops()));
  const listed = await withSim(armsRace, { ltmMode: 'discovery', pinnedLoops: [oneWay], discovery: { maxLoops: 1, threshold: 0.3 } }, (sim) => sim.getLoops());
  assert.ok(listed.length < 8 && listed.length > 1);
  assert.deepEqual(listed.filter((loop) => loop.pinned).map((loop) => loop.path), [['a', 'db', 'b', 'dc', 'c', 'da']]);
  for (const loop of listed) {
    const same = all.get(loop.path.join(' '));
    assertClose(loop.relative, Array.from(same.relative), loop.path.join(' '), 1e-12);
    assert.ok(Math.abs(loop.share - same.share) < 1e-12);
    assert.equal(loop.polarity, same.polarity);
  }
  // Never active: of no interest to discovery, and still asked for.
  const text = xmileOf('stock x = 1; in f\nflow f = 0.1 * x + IF TIME > 1000 THEN y ELSE 0\naux y = 2 * x');
  for (const ltmMode of modes) {
    const [pinned] = await withSim(text, { ltmMode, pinnedLoops: [['f', 'x', 'y']] }, (sim) => sim.getLoops());
    assert.deepEqual([pinned.pinned, pinned.share, pinned.score.every((s) => s === 0)], [true, 0, true], ltmMode);
  }
});

test('pinned loops of arrays: all of the elements, or one', async () => {
  for (const ltmMode of modes) {
    await withSim(regions, { ltmMode, pinnedLoops: [['stock', 'grow']] }, (sim) => {
      const [loop, ...others] = sim.getLoops();
      assert.deepEqual([loop.pinned, loop.variables, loop.slots.map((slot) => slot.element)], [true, ['grow', 'stock'], [['north'], ['south']]]);
      assert.deepEqual(loop.slots.map((slot) => slot.path), [['grow[north]', 'stock[north]'], ['grow[south]', 'stock[south]']]);
      for (const slot of loopSlots(loop)) assertSameBits(sim.getSeries(score(slot.id)), slot.score, slot.id);
      assert.equal(others.length, 2);
      assert.ok(others.every((other) => !other.pinned && other.slots.length === 2));
    });
    await withSim(regions, { ltmMode, pinnedLoops: [['Stock[ South ]', 'grow[south]']] }, (sim) => {
      const [loop] = sim.getLoops();
      assert.equal(loop.pinned, true);
      const slot = loopSlots(loop).find(({ path }) => path.join(' ') === 'grow[south] stock[south]');
      assertSameBits(sim.getSeries(score(slot.id)), slot.score, slot.id);
      if (ltmMode === 'discovery') assert.equal(loopSlots(loop).length, 1, 'that element alone');
      const everywhere = sim.getLoops().flatMap(loopSlots).map(({ path }) => path.join(' '));
      assert.equal(new Set(everywhere).size, 6, 'and the other one among the others');
      assert.equal(everywhere.length, 6);
    });
  }
  // Directly and through the sum: the two loops that the same variables make.
  await withSim(regions, { ltmMode: 'discovery', pinnedLoops: [['drain', 'stock']] }, (sim) => {
    const pinned = sim.getLoops().filter((loop) => loop.pinned);
    assert.deepEqual(pinned.map((loop) => loop.reducers), [[], ['sum(stock[*])']]);
  });
});

test('a pinned loop that is none says why', async () => {
  const cases = [
    [armsRace, ['a', 'nowhere'], /pinned loop a -> nowhere names nowhere, which is no variable/],
    [armsRace, ['a', 'weight'], /names weight, which is no variable that changes/],
    [armsRace, ['a', 'b'], /no feedback loop a -> b -> a in this order; name all of its variables/],
    [armsRace, ['a', 'da', 'b', 'db'], /no feedback loop a -> da -> b -> db -> a/],
    [regions, ['stock[east]', 'grow[east]'], /names stock\[east\]/],
    [regions, ['stock[north]', 'grow[south]'], /no feedback loop stock\[north\] -> grow\[south\]/],
  ];
  for (const ltmMode of [...modes, 'auto'])
    for (const [text, names, pattern] of cases) {
      const error = await thrown('model_has_errors', () => withSim(text, { ltmMode, pinnedLoops: [names] }, () => {}));
      assert.match(error.message, pattern);
      assert.deepEqual(error.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code), ['unknown_loop']);
    }
  for (const pinnedLoops of [[[]], 'a > da', [['a', 3]], [{ a: 'da' }]]) await thrown('bad_option', () => withSim(armsRace, { pinnedLoops }, () => {}));
});

for (const engine of engines)
  for (const ltmMode of modes)
    test(`slots: their names, scores and shares (${engine}, ${ltmMode})`, async () => {
      await withSim(regions, { engine, ltmMode }, async (sim) => {
        const loops = sim.getLoops();
        assert.deepEqual(loops.map((loop) => loop.id).toSorted(), ['b1', 'b2', 'r1']);
        const r1 = loops.find((loop) => loop.id === 'r1');
        assert.deepEqual([r1.path, r1.partition, r1.score, r1.relative], [['grow', 'stock'], undefined, undefined, undefined]);
        assertSameBits(sim.getRelativeLoopScore('r1[north]'), r1.slots[0].relative, 'r1[north]');
        assertSameBits(sim.getRelativeLoopScore('r1[south]'), r1.slots[1].relative, 'r1[south]');
        for (const id of ['r1', 'r1[east]', 'r1[north,south]', 'r9[north]', '']) assert.match((await thrown('unknown_loop', () => sim.getRelativeLoopScore(id))).message, /name the slot/);
        const slots = loops.flatMap(loopSlots);
        assert.deepEqual(loopSlots(r1).map((slot) => slot.id), ['r1[north]', 'r1[south]']);
        assert.ok(Math.abs(r1.share - r1.slots[0].share - r1.slots[1].share) < 1e-12, 'both are in one partition');
        for (let row = 1; row < r1.slots[0].score.length; row++) assert.ok(Math.abs(slots.reduce((sum, slot) => sum + Math.abs(slot.relative[row]), 0) - 1) < 1e-12);
        assert.deepEqual(sim.getPartitions(), [{ stocks: ['stock[north]', 'stock[south]'] }]);
      });
      await withSim(matrix, { engine, ltmMode }, (sim) => {
        const loops = sim.getLoops();
        const elements = [['north', 'young'], ['north', 'old'], ['south', 'young'], ['south', 'old']];
        for (const loop of loops) assert.deepEqual(loop.slots.map((slot) => slot.element), elements);
        const [first] = loops;
        assertSameBits(sim.getRelativeLoopScore(`${first.id}[south,young]`), first.slots[2].relative, 'south, young');
        assert.deepEqual(sim.getPartitions().map(({ stocks }) => stocks), elements.map((e) => [`people[${e}]`]), 'each element by itself');
        assert.deepEqual(first.slots.map((slot) => slot.partition), [0, 1, 2, 3]);
        assert.ok(Math.abs(first.share - first.slots.reduce((sum, slot) => sum + slot.share, 0) / 4) < 1e-12, 'the mean over the partitions');
      });
    });

test('a loop without elements is its own only slot', () =>
  withSim(armsRace, {}, (sim) => {
    for (const loop of sim.getLoops()) {
      const { id, path, polarity, partition, score: series, relative, share } = loop;
      assert.deepEqual(loopSlots(loop), [{ id, element: [], path, polarity, partition, score: series, relative, share }]);
      assertSameBits(sim.getRelativeLoopScore(id), relative, id);
    }
  }));

test('which loop dominates when: of logistic growth, the one to half the capacity and the other from there', () =>
  withSim(modelUrl('logistic-growth'), {}, (sim) => {
    const [time, population, loops] = [sim.getSeries('time'), sim.getSeries('population'), sim.getLoops()];
    // What births gain by more people is (1 - P/K) to P/K of what they lose by less room, P the people of the step before.
    const turn = population.findIndex((people) => people >= 500) + 1;
    const found = dominance(time, loops, 0);
    assert.deepEqual(found.map(({ from, to, loop }) => [from, to, loop.id]), [[1, turn - 1, 'r1'], [turn, 100, 'b1']]);
    const largest = (id, from, to) => Math.max(...sim.getRelativeLoopScore(id).slice(from, to + 1).map(Math.abs));
    assert.deepEqual(found.map(({ peak }) => peak), [largest('r1', 1, turn - 1), largest('b1', turn, 100)]);
    assert.deepEqual(dominance(time, loops, 1), [], 'there is no such partition');
  }));

test('every series has its name, also scores over dimensions of several words', async () => {
  const text = xmileOf(`
  specs 0 4 1
  dim Wide Region: Far North, south
  stock people[Wide Region] = 10; in births
  flow births[Wide Region] = 0.01 * SUM(people[*])`.replaceAll('Wide Region', 'Wide_Region')).replaceAll('"Wide_Region"', '"Wide Region"');
  await withSim(text, {}, (sim) => {
    const names = sim.layout.variables.map(({ id }) => id);
    assert.ok(names.some((id) => id.includes('[Wide Region,') || id.includes('[Wide Region]')), names.join(' '));
    for (const name of [...names, ...sim.getSeriesNames({ hidden: true })]) assert.ok(sim.elementNames(name).length > 0, name);
  });
});

test('a long loop is told by its stocks', async () => {
  const links = Array.from({ length: 12 }, (_, i) => `  aux step_${i} = ${i ? `step_${i - 1}` : 'far'} * 0.99`);
  const ring = xmileOf(['', '  specs 0 5 1', '  stock near = 10; in arrival', '  stock far = 5; in passing', '  flow passing = near / 3', ...links, '  flow arrival = step_11 / 4'].join('\n'));
  await withSim(ring, {}, (sim) => {
    const [loop] = sim.getLoops();
    assert.deepEqual(loopStocks(loop, sim.getPartitions()).toSorted(), ['far', 'near']);
    assert.equal(loopText(loop, sim.getPartitions()), 'near → far (stocks of 16 variables)');
  });
  await withSim(regions, {}, (sim) => {
    const b2 = sim.getLoops().find((loop) => loop.reducers.length > 0);
    assert.match(loopText(b2, sim.getPartitions()), /^drain → stock \(sum\(stock\[\*\]\)\)$/);
    assert.deepEqual(loopStocks(b2, sim.getPartitions()), ['stock']);
  });
});

test('how loops were looked for', async () => {
  await withSim(regions, {}, (sim) =>
    assert.deepEqual(sim.getLoopSearch(), { mode: 'exhaustive', note: 'all 3 loops of the causal graph', method: 'exhaustive', universe: 6, retained: 6, truncated: false }));
  await withSim(regions, { ltmMode: 'discovery' }, (sim) => {
    const { note, ...search } = sim.getLoopSearch();
    assert.deepEqual(search, { mode: 'discovery', method: 'enumeration', universe: 6, retained: 6, truncated: false });
    assert.match(note, /^as asked for; discovery by enumeration found 6 loops active at some time, of which 6 matter and 6 are listed$/);
    const run = sim.getRun();
    assert.deepEqual([run.search, run.mode, run.note], [sim.getLoopSearch(), 'discovery', note]);
  });
  await thrown('bad_option', () => withSim(regions, { ltmMode: 'some' }, () => {}));
});

test('a run with slots is plain data', async () => {
  for (const ltmMode of modes) {
    const project = await load(regions);
    const run = await project.mainModel().run({ enableLtm: true, ltmMode, pinnedLoops: [['drain', 'stock']] });
    project.dispose();
    const copy = structuredClone(run);
    assert.deepEqual({ ...copy, series: { ...copy.series } }, { ...run, series: { ...run.series } });
    assert.ok(copy.loops[0].slots[1].score instanceof Float64Array);
    for (const slot of run.loops.flatMap(loopSlots)) assert.equal(slot.score.buffer.byteLength, 88, 'a copy, not a view of a memory');
  }
});

for (const engine of engines)
  test(`discovery in a part of a run finds what a run that ends there finds (${engine})`, async () => {
    for (const text of [armsRace, regions, modelUrl('workforce'), modelUrl('delay-chain')]) {
      const settings = { engine, ltmMode: 'discovery', discovery: { budgetMs: 60_000 } };
      await withSim(text, { ...settings, partial: true }, async (sim) => {
        assert.deepEqual([sim.getRun().loops, sim.getRun().search], [[], null], 'before the start');
        const { start, stop } = sim.layout;
        const half = start + (stop - start) / 2;
        sim.runTo(half);
        const part = sim.getRun();
        const shorter = await withSim(text, { ...settings, stop: half }, (other) => other.getRun());
        assert.deepEqual(part, shorter);
        assert.equal(part.loops.flatMap(loopSlots)[0].score.length, part.time.length);
        sim.runToEnd();
        const whole = await withSim(text, settings, (other) => other.getRun());
        assert.deepEqual(sim.getRun(), whole, 'and the rest of it');
        sim.reset();
        sim.runTo(start);
        assert.deepEqual([sim.getLoops(), sim.getLoopSearch().universe], [[], 0], 'nothing moves at the start');
      });
    }
  });

// ---- the command

const folder = mkdtempSync(join(tmpdir(), 'loopscope-'));
after(() => rmSync(folder, { recursive: true }));
const bin = fileURLToPath(new URL('js/bin/loopscope.mjs', root));
const cli = (text, ...args) => {
  const file = join(folder, 'model.xmile');
  writeFileSync(file, text);
  return spawnSync(process.execPath, [bin, args[0], file, ...args.slice(1)], { encoding: 'utf8' });
};

test('loops --pin: any arrow, several times, an element or all', () => {
  for (const mode of modes) {
    const { status, stdout, stderr } = cli(armsRace, 'loops', '--mode', mode, '--pin', 'A > dC > C > dB > B > dA', '--pin', 'b->db', '--pin=a → da', '--json');
    assert.equal(status, 0, stderr);
    const { loops } = JSON.parse(stdout);
    assert.deepEqual(loops.slice(0, 3).map((loop) => [loop.pinned, loop.path.join(' ')]), [[true, 'a dc c db b da'], [true, 'b db'], [true, 'a da']]);
    assert.equal(loops.filter((loop) => loop.pinned).length, 3);
  }
  assert.match(cli(armsRace, 'loops', '--pin', 'b > db').stdout, /-\nb2 +balancing/, 'first in the table too');
  assert.match(cli(regions, 'simulate', '--ltm', '--all', '--mode', 'discovery', '--pin', 'stock[south] > grow[south]').stdout.split('\n')[0], /loop_score⁚r1(?:,|$)/);
  for (const [pin, pattern] of [['a > nowhere', /unknown_loop.*names nowhere/], ['a > b', /unknown_loop.*no feedback loop a -> b -> a/]]) {
    const failed = cli(armsRace, 'loops', '--pin', pin);
    assert.notEqual(failed.status, 0);
    assert.match(failed.stderr, pattern);
    assert.equal(failed.stdout, '');
  }
});

test('loops --json of arrays: slots with their elements', () => {
  for (const mode of modes) {
    const { loops, partitions, search } = JSON.parse(cli(regions, 'loops', '--mode', mode, '--json').stdout);
    assert.equal(search.mode, mode);
    assert.deepEqual(partitions, [{ stocks: ['stock[north]', 'stock[south]'] }]);
    for (const loop of loops) {
      assert.deepEqual(Object.keys(loop), ['id', 'polarity', 'structural', 'variables', 'path', 'share', 'reducers', 'pinned', 'slots']);
      for (const slot of loop.slots) assert.deepEqual(Object.keys(slot), ['element', 'path', 'partition', 'score', 'relative', 'polarity', 'share']);
      assert.deepEqual(loop.slots.map((slot) => slot.element), [['north'], ['south']]);
      assert.ok(loop.slots.every((slot) => slot.score.length === 11 && slot.relative.length === 11 && slot.partition === 0));
    }
    const sum = loops.find((loop) => loop.reducers.length > 0);
    assert.deepEqual([sum.variables, sum.path, sum.reducers], [['drain', 'stock'], ['drain', 'stock', '$\u205Altm\u205Aagg\u205A0'], ['sum(stock[*])']]);
    assert.deepEqual(sum.slots[0].path, ['drain[north]', 'stock[north]', '$\u205Altm\u205Aagg\u205A0']);
  }
  assert.match(cli(regions, 'loops').stdout, /^r1 ×2 +reinforcing .* grow → stock$/m);
});
