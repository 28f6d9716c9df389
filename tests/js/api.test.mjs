// The library: loading, names, runs in parts, constants, scores, plain data.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { load, liveObjects } from '../../js/dist/index.js';
import { assertSameBits, engines, growth, modelUrl, thrown, xmile } from './helpers.mjs';

const logistic = modelUrl('logistic-growth');

test('a model is read from text, bytes and a URL alike', async () => {
  const bytes = readFileSync(logistic);
  const runs = [];
  for (const from of [bytes.toString('utf8'), new Uint8Array(bytes), logistic, new URL(`data:text/xml;base64,${bytes.toString('base64')}`)]) {
    const project = await load(from);
    assert.equal(project.name, 'Logistic growth');
    assert.match(project.source, /<stock name="Population">/);
    assert.equal(project.mainModel(), project.mainModel());
    runs.push(await project.mainModel().run());
    project.dispose();
  }
  for (const run of runs) assert.deepEqual(run, runs[0]);
  await thrown('unreadable_source', () => load(new URL('nowhere.xmile', logistic)));
});

test('the model lists its variables', async () => {
  const model = (await load(logistic)).mainModel();
  const shown = model.variables.filter((v) => !v.hidden);
  const byId = Object.fromEntries(shown.map((v) => [v.id, v]));
  assert.equal(byId.population.name, 'Population');
  assert.equal(byId.population.kind, 'stock');
  assert.equal(byId.population.units, 'people');
  assert.equal(byId.population.constant, false);
  assert.equal(byId.carrying_capacity.constant, true);
  assert.equal(byId.net_birth_rate.kind, 'flow');
  assert.equal(shown.length, 6);
  model.dispose();
});

for (const engine of engines) {
  test(`${engine}: runs in parts give what one run gives`, async () => {
    const model = (await load(logistic)).mainModel();
    const whole = await model.run({ engine });
    const sim = await model.simulate({ engine });
    assert.equal(sim.time, 0);
    assert.equal(sim.getSeries('population').length, 0);
    assert.equal(sim.getValue('population'), 5, 'a look at the start');
    assert.equal(sim.time, 0);
    sim.runTo(10.4);
    assert.equal(sim.time, 10);
    assert.equal(sim.getValue('time'), 10);
    assert.equal(sim.getValue('Population'), whole.series.population[10]);
    assertSameBits(sim.getSeries('population'), whole.series.population.subarray(0, 11), 'first part');
    sim.runTo(3);
    assert.equal(sim.time, 10, 'no way back');
    sim.runToEnd();
    assertSameBits(sim.getSeries('population'), whole.series.population, 'all of it');
    sim.runTo(1e9);
    assert.equal(sim.time, 100);
    sim.reset();
    assert.equal(sim.time, 0);
    sim.runToEnd();
    assert.deepEqual(sim.getRun(), whole);
    await thrown('bad_option', () => sim.runTo(NaN));
    sim.dispose();
    model.dispose();
  });

  test(`${engine}: times, steps and method can be chosen`, async () => {
    const model = (await load(growth)).mainModel();
    const run = await model.run({ engine, start: 2, stop: 4, dt: 0.1, saveInterval: 0.5, method: 'rk4' });
    assert.deepEqual(Array.from(run.time), [2, 2.5, 3, 3.5, 4]);
    assert.ok(Math.abs(run.series.s.at(-1) - 100 * Math.exp(0.2)) < 1e-5);
    // A dt that no double holds, saved at whole times: exactly those.
    const tenth = await model.run({ engine, dt: 0.1, saveInterval: 1 });
    assert.deepEqual(Array.from(tenth.time), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await thrown('bad_option', () => model.run({ engine, dt: NaN }));
    await thrown('bad_option', () => model.run({ engine: 'gpu' }));
    model.dispose();
  });

  test(`${engine}: constants before, between and during runs`, async () => {
    const model = (await load(growth)).mainModel();
    const last = (run) => run.series.s.at(-1);
    const plain = await model.run({ engine });
    const faster = await model.run({ engine, overrides: { 'Growth  Rate': 0.2 } });
    assert.ok(last(faster) > last(plain));
    assert.equal(faster.series.growth_rate[3], 0.2);

    const sim = await model.simulate({ engine });
    sim.setValue('growth_rate', 0.2);
    sim.runToEnd();
    assertSameBits(sim.getSeries('s'), faster.series.s, 'before the run');
    sim.setValue('growth rate', 0.1);
    sim.reset();
    sim.runToEnd();
    assertSameBits(sim.getSeries('s'), plain.series.s, 'between runs');

    sim.reset();
    sim.runTo(4);
    sim.setValue('growth_rate', 0.2);
    assert.equal(sim.getValue('growth_rate'), 0.2);
    assert.equal(sim.getValue('grow'), plain.series.s[4] * 0.2, 'the current row is evaluated again');
    assert.equal(sim.getSeries('grow')[3], plain.series.grow[3], 'earlier rows are not');
    sim.runToEnd();
    const bent = sim.getSeries('s');
    assertSameBits(bent.subarray(0, 5), plain.series.s.subarray(0, 5), 'until then');
    assert.ok(Math.abs(bent[5] / bent[4] - 1.2) < 1e-12);
    assert.ok(Math.abs(bent[10] / bent[4] - 1.2 ** 6) < 1e-12);

    sim.reset();
    sim.setValue('first', 50);
    assert.equal(sim.getValue('s'), 50, 'an initial value follows its constant');
    sim.dispose();
    assertSameBits((await model.run({ engine })).series.s, plain.series.s, 'the model keeps its own constants');
    model.dispose();
  });

  test(`${engine}: what cannot be set says why`, async () => {
    const model = (await load(growth)).mainModel();
    const computed = await thrown('not_overridable', () => model.run({ engine, overrides: { grow: 1 } }));
    assert.match(computed.message, /"grow" is a flow that an equation computes/);
    await thrown('not_overridable', () => model.run({ engine, overrides: { S: 1 } }));
    const unknown = await thrown('unknown_override', () => model.run({ engine, overrides: { 'growth rat': 1 } }));
    assert.match(unknown.message, /did you mean "growth_rate"\?/);
    await thrown('bad_option', () => model.run({ engine, overrides: { first: '7' } }));
    const sim = await model.simulate({ engine });
    await thrown('unknown_override', () => sim.setValue('nothing like it at all', 1));
    const missing = await thrown('unknown_variable', () => sim.getSeries('gro'));
    assert.match(missing.message, /did you mean "grow"\?/);
    sim.dispose();
    model.dispose();
  });

  test(`${engine}: loops and links`, async () => {
    const model = (await load(logistic)).mainModel();
    const sim = await model.simulate({ engine, enableLtm: true });
    sim.runToEnd();
    const loops = sim.getLoops();
    assert.deepEqual(loops.map((l) => [l.id, l.polarity]).sort(), [['b1', 'balancing'], ['r1', 'reinforcing']]);
    const [b1, r1] = ['b1', 'r1'].map((id) => loops.find((l) => l.id === id));
    assert.deepEqual(b1.variables, ['fraction_of_carrying_capacity_used', 'fractional_growth_rate', 'net_birth_rate', 'population']);
    assert.deepEqual(r1.variables, ['net_birth_rate', 'population']);
    assertSameBits(sim.getRelativeLoopScore('b1'), b1.relative, 'b1');
    assert.equal(r1.score.length, 101);
    for (const t of [1, 50, 100]) assert.ok(Math.abs(Math.abs(b1.relative[t]) + Math.abs(r1.relative[t]) - 1) < 1e-12);
    const link = sim.getLinks().find((l) => l.from === 'population' && l.to === 'fraction_of_carrying_capacity_used');
    assert.equal(link.polarity, 'positive');
    assert.equal(link.score[0], 0);
    assert.equal(link.score[7], 1);
    assert.equal(link.relative[7], 1);
    assert.deepEqual(sim.getPartitions(), [{ stocks: ['population'] }]);
    assert.equal(sim.getRun().mode, 'exhaustive');
    assert.ok(sim.getSeriesNames({ hidden: true }).length > sim.getSeriesNames().length, 'scores are hidden variables');
    await thrown('unknown_loop', () => sim.getRelativeLoopScore('r9'));

    // Scores of half a run are the first half of the scores.
    sim.reset();
    sim.runTo(50);
    const half = sim.getLoops().find((l) => l.id === 'r1');
    assertSameBits(half.score, r1.score.subarray(0, 51), 'r1, half a run');
    sim.dispose();

    const plain = await model.simulate({ engine });
    plain.runToEnd();
    await thrown('ltm_not_enabled', () => plain.getLoops());
    plain.dispose();
    model.dispose();
  });
}

test('a Run is plain data', async () => {
  const project = await load(logistic);
  const run = await project.mainModel().run({ enableLtm: true });
  project.dispose();
  assert.deepEqual(structuredClone(run).series.population, run.series.population);
  assert.deepEqual(structuredClone(run.loops), run.loops);
  assert.equal(run.time.length, 101);
  assert.ok(run.time.buffer.byteLength < 4096, 'a copy, not a view of a memory');
});

test('a changed constant recompiles nothing', async () => {
  const model = (await load(growth)).mainModel();
  await model.run();
  const compile = WebAssembly.compile;
  let compiled = 0;
  WebAssembly.compile = (...args) => (compiled++, compile.apply(WebAssembly, args));
  try {
    const before = liveObjects();
    for (const rate of [0.1, 0.2, 0.3]) await model.run({ overrides: { growth_rate: rate } });
    assert.equal(compiled, 0);
    assert.equal(liveObjects(), before);
    await model.run({ dt: 0.5 });
    assert.equal(compiled, 1);
  } finally {
    WebAssembly.compile = compile;
  }
  model.dispose();
});

test('several models and simulations live at once', async () => {
  const names = ['logistic-growth', 'arms-race', 'predator-prey', 'sir'];
  const models = await Promise.all(names.map(async (name) => (await load(modelUrl(name))).mainModel()));
  const alone = [];
  for (const model of models) alone.push(await model.run({ enableLtm: true }));
  const sims = await Promise.all(models.flatMap((model) => engines.map((engine) => model.simulate({ engine, enableLtm: true }))));
  for (let part = 1; part <= 10; part++) {
    for (const sim of sims) sim.runTo(sim.layout.start + ((sim.layout.stop - sim.layout.start) * part) / 10);
  }
  sims.forEach((sim, i) => assert.deepEqual(sim.getRun(), alone[i >> 1]));
  for (const thing of [...sims, ...models]) thing.dispose();
});

test('names are matched as the engine spells them', async () => {
  const model = (await load(xmile('<aux name="Größe der\\nStraße"><eqn>4</eqn></aux><aux name="&quot;a.b&quot;"><eqn>TIME</eqn></aux>'))).mainModel();
  const run = await model.run({ overrides: { 'GRÖSSE  der_straße': 5 } });
  const sim = await model.simulate();
  sim.runToEnd();
  assert.equal(run.series[run.names[0]][0], 5);
  assert.equal(sim.getValue('größe DER\nstraße'), 4);
  assert.equal(sim.getValue('"a.b"'), 10);
  assert.equal(sim.getValue('A.B'), 10);
  sim.dispose();
  model.dispose();
});

test('names with backslashes, and elements with commas, are matched as the engine spells them', async () => {
  const dimension = '<dimensions><dim name="D"><elem name="c"/><elem name="a, b"/></dim></dimensions><model>';
  const array = '<aux name="x"><dimensions><dim name="D"/></dimensions><eqn>D * 10</eqn></aux>';
  const model = (await load(xmile(String.raw`<aux name="a\\new"><eqn>4</eqn></aux><aux name="a\&quot;b\&quot;"><eqn>5</eqn></aux>` + array).replace('<model>', dimension))).mainModel();
  const sim = await model.simulate();
  sim.runToEnd();
  assert.equal(sim.getValue(String.raw`A\\new`), 4);
  assert.equal(sim.getValue(String.raw`"a\"b\""`), 5);
  assert.equal(sim.getValue('x["a, b"]'), 20);
  assert.equal(sim.getValue('x[ C ]'), 10);
  sim.dispose();
  model.dispose();
});
