// Which mode a model gets and why, what the limits of discovery do, and what becomes of a graph that nothing can enumerate.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { load, loopSlots } from '../../js/dist/index.js';
import { generateCrowded } from '../bench/generate.mjs';
import { xmileOf } from '../twins/notation.mjs';
import { circle } from './compare.mjs';
import { complete, models } from './models.mjs';

const bin = fileURLToPath(new URL('../../js/bin/loopscope.mjs', import.meta.url));
const textOf = (name) => models.find((model) => model.name === name).text;

/** A finished run of `text`: { loops, slots, search, warnings, sim } given to `use`. */
async function withRun(text, options, use) {
  const project = await load(text.startsWith('<?xml') ? text : xmileOf(text));
  let sim;
  try {
    sim = await project.mainModel().simulate({ enableLtm: true, ...options });
    sim.runToEnd();
    const started = performance.now();
    const loops = sim.getLoops();
    const elapsed = performance.now() - started;
    return await use({ sim, loops, slots: loops.flatMap(loopSlots), search: sim.getLoopSearch(), elapsed, warnings: sim.diagnostics.filter((d) => d.severity === 'warning') });
  } finally {
    sim?.dispose();
    project.dispose();
  }
}

/** The command on a model: { status, stdout, stderr }. */
function cli(text, ...args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'loopscope-'));
  try {
    const file = path.join(folder, 'model.xmile');
    writeFileSync(file, xmileOf(text));
    return spawnSync(process.execPath, [bin, args[0], file, ...args.slice(1)], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const checks = {
  async 'gate: up to 1,000 loops are enumerated, more flip the mode, with the reason'() {
    await withRun(complete(6), {}, ({ search, loops, warnings }) => {
      assert.deepEqual({ ...search, note: '' }, { mode: 'exhaustive', note: '', method: 'exhaustive', universe: 415, retained: 415, truncated: false });
      assert.equal(loops.length, 415);
      assert.match(search.note, /^all 415 loops of the causal graph$/);
      assert.deepEqual(warnings, []);
    });
    await withRun(complete(7), {}, ({ search, loops, warnings }) => {
      assert.equal(search.mode, 'discovery');
      assert.match(search.note, /^the causal graph has more than 1,?000 (?:loops|circuits); discovery by enumeration found 2372 loops/);
      assert.equal(search.universe, 2372);
      assert.equal(loops.length, search.retained);
      assert.equal(search.truncated, false, 'all that matter are listed');
      assert.deepEqual(warnings, []);
    });
    await withRun(textOf('the arms race: both directions around three parties'), { ltmMode: 'discovery' }, ({ search }) => assert.match(search.note, /^as asked for; /));
  },

  async 'gate: exhaustive mode lists more when asked, and warns where it cannot'() {
    await withRun(complete(7), { ltmMode: 'exhaustive' }, ({ loops, search, warnings }) => {
      assert.equal(loops.length, 2372);
      assert.equal(search.mode, 'exhaustive');
      assert.deepEqual(warnings, []);
    });
    await withRun(complete(8), { ltmMode: 'exhaustive' }, ({ sim, loops, search, warnings }) => {
      assert.deepEqual(loops, []);
      assert.equal(search.mode, 'exhaustive');
      assert.deepEqual(warnings.map((d) => d.code), ['too_many_loops']);
      assert.match(warnings[0].message, /more than 10,?000 .*discovery mode/);
      assert.equal(sim.getLinks().length, 72, 'links are scored all the same');
    });
  },

  async 'gate: the command says it too'() {
    const auto = cli(complete(7), 'loops', '--mode', 'auto', '--top', '3');
    assert.equal(auto.status, 0, auto.stderr);
    assert.match(auto.stdout, /^183 loops in 1 partition \(discovery: the causal graph has more than 1,?000 .*; discovery by enumeration found 2372 loops/);
    const json = JSON.parse(cli(complete(7), 'loops', '--json').stdout);
    assert.equal(json.mode, 'discovery');
    assert.deepEqual(Object.keys(json.search), ['mode', 'note', 'method', 'universe', 'retained', 'truncated']);
    const asked = cli(complete(8), 'loops', '--mode', 'exhaustive');
    assert.equal(asked.status, 0);
    assert.match(asked.stderr, /warning\[too_many_loops\]/);
    assert.match(asked.stdout, /^0 loops in 0 partitions \(exhaustive: the causal graph has more than 10,?000/);
    const few = JSON.parse(cli(complete(7), 'loops', '--json', '--max-loops', '9', '--threshold', '0.01', '--budget', '5000').stdout);
    assert.equal(few.loops.length, 9);
    assert.ok(few.search.retained > 9 && few.search.retained < json.search.retained, `${few.search.retained} of ${json.search.retained}`);
    assert.equal(few.search.truncated, true, 'more matter than are listed');
    const sampled = JSON.parse(cli(complete(9), 'loops', '--json', '--budget', '1').stdout);
    assert.equal(sampled.search.method, 'sampling');
  },

  async 'limits: maxLoops, threshold and budgetMs each show'() {
    const run = (discovery, n = 8) => withRun(complete(n), { ltmMode: 'discovery', discovery }, ({ search, slots }) => ({ ...search, listed: slots.map(({ path: p }) => circle(p)) }));
    const plain = await run({ budgetMs: 1e6, threshold: 0.0001 });
    assert.equal(plain.method, 'enumeration');
    assert.equal(plain.listed.length, 200);
    assert.equal(plain.truncated, true);
    const more = await run({ budgetMs: 1e6, threshold: 0.0001, maxLoops: 300 });
    assert.equal(more.listed.length, 300);
    assert.deepEqual([more.universe, more.retained], [plain.universe, plain.retained]);
    assert.ok(plain.listed.every((loop) => more.listed.includes(loop)), 'a longer list has all of the shorter one');
    const strict = await run({ budgetMs: 1e6, threshold: 0.01 });
    assert.ok(strict.retained < plain.retained && strict.retained > 0, `${strict.retained} of ${plain.retained}`);
    assert.equal(strict.universe, plain.universe);
    const hasty = await run({ budgetMs: 1 }, 9);
    assert.equal(hasty.method, 'sampling');
    assert.equal(hasty.truncated, true);
    assert.match(hasty.note, /there may be others: the search has used up its budget$/);
    assert.ok(hasty.universe > 0 && hasty.universe < 125_673, `${hasty.universe} loops in the sample`);
  },

  async 'limits: a budget is so much work: the same loops on either engine, and again, and more for more'() {
    const run = (engine, budgetMs, text = complete(9)) =>
      withRun(text, { engine, ltmMode: 'discovery', discovery: { budgetMs } }, ({ search, slots }) => ({ search, slots: slots.map(({ id, path: p, share }) => [id, circle(p), share]) }));
    for (const text of [complete(9), generateCrowded(8, 6)]) {
      const first = await run('vm', 3, text);
      assert.equal(first.search.method, 'sampling');
      assert.match(first.search.note, /the search has used up its budget$/);
      for (const engine of ['wasm', 'vm']) assert.deepEqual(await run(engine, 3, text), first, engine);
      const more = await run('wasm', 6, text);
      assert.ok(more.search.universe >= first.search.universe, `${more.search.universe} loops for twice the work, ${first.search.universe} before`);
    }
  },

  async 'limits: short loops of every stock come first, and a loop over arrays has all of its slots'() {
    const side = 20;
    await withRun(generateCrowded(side, 6), { discovery: { budgetMs: 20 } }, ({ loops, slots, search }) => {
      assert.equal(search.method, 'sampling');
      assert.deepEqual(loops.map(({ variables, reducers, slots: all }) => [variables.join(' '), reducers.join(), all.length]).toSorted(), [
        ['births population', '', side * side],
        ['births population', 'sum(population[region, *])', side * side],
        ['deaths population', '', side * side],
        ['deaths population', 'sum(population[*, age])', side * side],
      ]);
      const stocks = new Set(slots.flatMap(({ path: p }) => p.filter((name) => name.startsWith('population['))));
      assert.equal(stocks.size, side * side, 'every stock is in a loop that is listed');
    });
  },

  async 'limits: the threshold is for a loop with all of its slots'() {
    const elements = Array.from({ length: 40 }, (_, i) => `e${i}`);
    const text = `specs 0 8 1\ndim R: ${elements.join(', ')}\nstock x[R] = 10; in f\nflow f[R] = 0.002 * x[R] + 0.001 * SUM(x[*]) + 0.000001 * MEAN(x[*])`;
    const listed = (threshold, method) =>
      withRun(text, { ltmMode: 'discovery', discovery: { threshold, maxLoops: 3, budgetMs: 1e4 } }, ({ loops, search }) => {
        assert.equal(search.method, 'enumeration', method);
        return loops.map(({ reducers, slots: all, share }) => [reducers.join(), all.length, share > threshold]);
      });
    // A slot comes to a sixtieth of the total, or half of that.
    assert.deepEqual(await listed(0.1), [['', 40, true], ['sum(x[*])', 40, true]]);
    assert.equal((await listed(1e-7)).length, 3);
    assert.deepEqual(await listed(0.9999), [['', 40, false]], 'the largest stays, with all of its slots');
  },

  async 'limits: what is no limit is an error'() {
    for (const discovery of [{ maxLoops: -1 }, { threshold: -0.1 }, { threshold: 'much' }, { budgetMs: 0 }])
      await assert.rejects(() => withRun(complete(3), { ltmMode: 'discovery', discovery }, () => {}), { code: 'bad_option' }, JSON.stringify(discovery));
  },

  async 'a loop whose links are never active together: not in discovery, and in exhaustive mode'() {
    const text = textOf('a loop whose links are never active together');
    const loop = circle(['x', 'early', 'late', 'echo']);
    const pathsOf = (ltmMode) => withRun(text, { ltmMode }, ({ slots }) => slots.map((slot) => ({ path: circle(slot.path), active: slot.score.some((s) => s !== 0) })));
    const [all, found] = [await pathsOf('exhaustive'), await pathsOf('discovery')];
    assert.deepEqual(all.find(({ path: p }) => p === loop), { path: loop, active: false });
    assert.deepEqual(found.map(({ path: p }) => p), [circle(['grow', 'x'])]);
    // Each of its links is active at some time.
    await withRun(text, { ltmMode: 'discovery' }, ({ sim }) => {
      for (const [from, to] of [['x', 'early'], ['early', 'late'], ['late', 'echo'], ['echo', 'x']])
        assert.ok(sim.getLinks().find((l) => l.from === from && l.to === to).score.some((s) => s !== 0), `${from} → ${to}`);
    });
  },

  async 'opposite directions are two loops in both modes'() {
    const text = textOf('the arms race: both directions around three parties');
    const directions = [['a', 'db', 'b', 'dc', 'c', 'da'], ['a', 'dc', 'c', 'db', 'b', 'da']].map(circle);
    for (const ltmMode of ['exhaustive', 'discovery'])
      await withRun(text, { ltmMode }, ({ slots }) => {
        const [one, other] = directions.map((direction) => slots.filter((slot) => circle(slot.path) === direction));
        assert.deepEqual([one.length, other.length, slots.length], [1, 1, 8], ltmMode);
        assert.notDeepEqual(one[0].score, other[0].score);
        assert.notEqual(one[0].id, other[0].id);
      });
  },

  async 'a complete graph of 14 nodes flips the gate, ends within its budget, and says that it was cut short'() {
    for (const engine of ['vm', 'wasm'])
      await withRun(complete(14), { engine, discovery: { budgetMs: 400 } }, ({ sim, slots, search, elapsed, warnings }) => {
        assert.equal(search.mode, 'discovery');
        assert.equal(search.method, 'sampling');
        assert.equal(search.truncated, true);
        assert.match(search.note, /^the causal graph has (?:more than [\d,]+ loops|too many circuits to enumerate); discovery by sampling found \d+ loops .*; there may be others: /);
        // The budget is for the enumeration and again for the sample; the rest is for a machine that does other things.
        assert.ok(elapsed < 2 * 400 + 1500, `${elapsed} ms`);
        assert.ok(slots.length >= 200, `${slots.length} loops`);
        assert.deepEqual(warnings, []);
        // Every loop is one, and scored with its links' scores.
        const links = new Map(sim.getLinks().map((link) => [`${link.from} ${link.to}`, link.score]));
        for (const { path: p, score } of slots) {
          assert.equal(new Set(p).size, p.length);
          score.forEach((value, row) => {
            const product = p.reduce((all, node, i) => all * links.get(`${node} ${p[(i + 1) % p.length]}`)[row], 1);
            assert.ok(Math.abs(value - product) <= 1e-12 * Math.max(1, Math.abs(product)), `${circle(p)} row ${row}`);
          });
        }
        assert.equal(new Set(slots.map((slot) => circle(slot.path))).size, slots.length, 'none twice');
      });
  },
};

export const gate = Object.entries(checks).map(([name, work]) => ({
  name,
  run: () => work().then(() => [], (error) => [error.message ?? String(error)]),
}));
