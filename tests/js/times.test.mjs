// Runs that compute their own end, and the dates of Vensim's GET TIME VALUE against JavaScript's calendar.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { load } from '../../js/dist/index.js';
import { runBlob } from '../../wasm-runtime/run-blob.mjs';
import { xmileOf } from '../twins/notation.mjs';
import { assertSameBits, commandIn, engines } from './helpers.mjs';

const mdl = (entries, finalTime, { start = 0, dt = 1, settings = '' } = {}) =>
  `{UTF-8}\n${entries}\nFINAL TIME = ${finalTime} ~ Day ~|\nINITIAL TIME = ${start} ~~|\nTIME STEP = ${dt} ~~|\nSAVEPER = TIME STEP ~~|\n\\\\\\---/// Sketch information\nV300\n///---\\\\\\\n:L\x7f<%^E!@\n${settings}`;
const filling = 'water = INTEG(rain, 0) ~~|\nrain = 2 - 0.01 * water ~~|\nlimit = 20 ~~|\nmost = 50 ~~|\n';
const full = 'IF THEN ELSE(water >= limit, Time, most)';
const never = mdl('x = INTEG(1, 0) ~~|\n', 'Time + 1');

for (const engine of engines) {
  test(`${engine}: a run that computes its end has the rows up to it, whoever reads them`, async () => {
    const project = await load(mdl(filling, full));
    const model = project.mainModel();
    const run = await model.run({ engine, enableLtm: true });
    const last = run.time.length - 1;
    assert.ok(run.series.water[last] >= 20 && run.series.water[last - 1] < 20);
    assert.equal(run.series.final_time[last], run.time[last]);
    assert.equal(run.series.final_time[last - 1], 50);
    for (const name of run.names) assert.equal(run.series[name].length, last + 1, name);
    for (const { score } of [...run.links, ...run.loops]) assert.equal(score.length, last + 1);
    assert.deepEqual(run.diagnostics, []);

    const sim = await model.simulate({ engine });
    assert.deepEqual(sim.layout.finalTime, { variable: 'final_time', stopGiven: false });
    sim.runTo(5.5);
    assert.equal(sim.time, 5);
    sim.runTo(1e9);
    assert.equal(sim.time, run.time[last]);
    assert.equal(sim.getValue('time'), run.time[last]);
    assertSameBits(sim.getSeries('water'), run.series.water, 'in pieces');
    sim.setValue('limit', 30); // it was the end, and is no longer
    sim.runToEnd();
    assert.ok(sim.time > run.time[last] && sim.getValue('water') >= 30);
    sim.reset();
    sim.setValue('limit', 1000);
    sim.runToEnd();
    assert.equal(sim.time, 50);
    assert.deepEqual(sim.diagnostics, []);
    sim.setValue('most', 75);
    sim.runToEnd();
    assert.equal(sim.time, 75);
    sim.dispose();
    project.dispose();
  });

  test(`${engine}: a run whose end never comes ends where the room does, and says so`, async () => {
    const project = await load(never);
    const sim = await project.mainModel().simulate({ engine });
    sim.runTo(100);
    assert.deepEqual(sim.diagnostics, []);
    sim.runToEnd();
    assert.equal(sim.time, sim.layout.stop);
    const [said, ...more] = sim.diagnostics;
    assert.deepEqual([said.code, said.severity, said.variable, more.length], ['final_time_not_reached', 'warning', 'final_time', 0]);
    assert.match(sim.renderedDiagnostics, new RegExp(`^model: warning\\[final_time_not_reached\\]: final_time: the run ended at ${sim.layout.stop} `));
    assert.equal(sim.getSeries('x').length, sim.layout.rows);
    sim.dispose();
    const asked = await project.mainModel().run({ engine, stop: 30 });
    assert.equal(asked.time.at(-1), 30);
    assert.deepEqual(asked.diagnostics, []);
    project.dispose();
  });
}

test('a saved blob knows its end', async () => {
  const project = await load(mdl(filling, full));
  const sim = await project.mainModel().simulate();
  const blob = await runBlob(sim.saveBlob());
  assert.equal(blob.hasEnded(), false);
  blob.run();
  sim.runToEnd();
  assert.equal(blob.hasEnded(), true);
  assertSameBits(blob.getSeries('water'), sim.getSeries('water'), 'water');
  blob.setValue('limit', 30);
  blob.runTo(5);
  assert.equal(blob.hasEnded(), false);
  sim.dispose();
  const endless = await (await load(never)).mainModel().simulate({ stop: 40 });
  const other = await runBlob(endless.saveBlob());
  other.run();
  assert.deepEqual([other.getSeries('x').length, other.hasEnded()], [41, false]);
});

test('the command prints the rows up to the end, and a warning where there is none', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'loopscope-times-'));
  try {
    writeFileSync(path.join(folder, 'full.mdl'), mdl(filling, full));
    writeFileSync(path.join(folder, 'never.mdl'), never);
    const { cli, ok } = commandIn(folder);
    for (const engine of engines) {
      const rows = ok('simulate', 'full.mdl', '--engine', engine).trim().split('\n');
      assert.equal(rows.length, 1 + 12);
      assert.deepEqual(JSON.parse(ok('simulate', 'full.mdl', '--engine', engine, '--format', 'json')).time.length, 12);
      const { status, stderr, stdout } = cli('simulate', 'never.mdl', '--engine', engine, '-o', 'out.csv');
      assert.deepEqual([status, stdout], [0, '']);
      assert.match(stderr, /^never\.mdl: warning\[final_time_not_reached\]: final_time: [^\n]*\n$/);
    }
    assert.equal(cli('simulate', 'never.mdl', '--stop', '3').stderr, '');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const seconds = [360 * 86400, 90 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1]; // of year, quarter, month, week, day, hour, minute, second
const columns = ['year', 'quarter', 'month', 'day', 'weekday', 'days', 'hour', 'minute', 'second'];

/** What GET TIME VALUE is documented to give, from JavaScript's dates. */
function byCalendar([year, month, day], unit, time) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setTime(date.getTime() + Math.round(time * seconds[unit] * 1000));
  const yearZero = new Date(0);
  yearZero.setUTCFullYear(0, 0, 1);
  const months = date.getUTCMonth();
  return [date.getUTCFullYear(), Math.floor(months / 3) + 1, months + 1, date.getUTCDate(), date.getUTCDay(), Math.floor((date - yearZero) / 86400e3), date.getUTCHours(), date.getUTCMinutes(),
    date.getUTCSeconds() + date.getUTCMilliseconds() / 1000];
}

/** The same in years of 360 days. */
function byMonths([year, month, day], unit, time) {
  const all = ((year * 12 + month - 1) * 30 + day - 1) * 86400 + time * seconds[unit];
  const whole = Math.round(all * 1000) / 1000, days = Math.floor(whole / 86400), rest = whole - days * 86400;
  const months = Math.floor(days / 30), m = ((months % 12) + 12) % 12;
  return [Math.floor(months / 12), Math.floor(m / 3) + 1, m + 1, days - months * 30 + 1, null, days, Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
}

const dateCases = [
  [[2000, 1, 1], 0, -30, 0.125, 20], [[1999, 12, 30], 1, -10, 0.1, 20], [[2023, 8, 17], 2, 0, 1 / 30, 30], [[1, 1, 1], 2, -40, 0.7, 40],
  [[1899, 12, 31], 3, -400, 3, 6000], [[2000, 2, 29], 4, -3000, 1.1, 3000], [[-4, 2, 28], 4, -2000, 7, 2000], [[2024, 2, 28], 5, 0, 0.3, 200], [[2099, 12, 31], 6, 0, 7.3, 5000], [[1970, 1, 1], 7, -100, 0.37, 100],
];
for (const [base, unit, start, dt, stop] of dateCases) {
  test(`dates: by unit ${unit} from ${base.join('-')}`, async () => {
    const settings = base.map((value, i) => `${37 + i}:${value}\n`).join('') + `40:${unit}\n`;
    const even = unit <= 2;
    const shown = columns.map((name, i) => [name, i + 1]).filter(([name]) => !(even && name === 'weekday'));
    const project = await load(mdl(shown.map(([name, measure]) => `${name} = GET TIME VALUE(0, 0, ${measure}) ~~|\n`).join(''), stop, { start, dt, settings }));
    const runs = [];
    for (const engine of engines) runs.push(await project.mainModel().run({ engine }));
    const [run, other] = runs;
    for (const name of run.names) assertSameBits(run.series[name], other.series[name], name);
    assert.ok(run.time.length > 100);
    run.time.forEach((time, i) => {
      const wanted = (even ? byMonths : byCalendar)(base, unit, time);
      for (const [name, measure] of shown) {
        const value = run.series[name][i];
        assert.ok(Math.abs(value - wanted[measure - 1]) < 2e-3 && (name === 'second' || value === wanted[measure - 1]), `${name} at ${time}: ${value} and ${wanted[measure - 1]}`);
      }
    });
    assert.deepEqual(run.diagnostics.map((d) => d.code), start === 0 ? [] : ['assumed_date']);
    project.dispose();
  });
}

test('an adaptive method that cannot keep to its tolerance says in how many steps', async () => {
  const jump = xmileOf(`
  specs 0 4 1 euler
  stock x = 0; in f
  flow f = 1000000 * STEP(1, 2.3)
  aux absolute_tolerance = 1e-9
  aux relative_tolerance = 1e-12`);
  for (const engine of engines) {
    const project = await load(jump);
    for (const [method, loose] of [['rk4auto', 1], ['rk2auto', 1], ['rk4', 0]]) {
      const run = await project.mainModel().run({ engine, method });
      assert.deepEqual(run.diagnostics.map(({ code }) => code), loose ? ['tolerance_not_met'] : [], `${engine} ${method}`);
      if (loose) assert.match(run.diagnostics[0].message, /^in 1 of 4 steps /);
    }
    project.dispose();
  }
});
