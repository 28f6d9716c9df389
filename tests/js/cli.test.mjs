// The command, as a shell runs it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from '../../js/dist/index.js';
import { runBlob } from '../../wasm-runtime/run-blob.mjs';
import { bin, commandIn, engines, growth, modelUrl, xmile } from './helpers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'loopscope-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name, text) => {
  const path = join(folder, name);
  if (text !== undefined) writeFileSync(path, text);
  return path;
};
const logistic = fileURLToPath(modelUrl('logistic-growth'));
const grow = file('grow.xmile', growth);
const bad = file('bad.xmile', xmile('<aux name="a"><eqn>nowhere + 1</eqn></aux>'));

const { cli, ok, fails } = commandIn(folder);

test('simulate: numbers that read back as they were', async () => {
  const project = await load(modelUrl('logistic-growth'));
  const run = await project.mainModel().run();
  project.dispose();
  for (const engine of engines) {
    const [head, ...lines] = ok('simulate', logistic, '--engine', engine).trimEnd().split('\n');
    const names = head.split(',');
    assert.equal(names[0], 'time');
    assert.deepEqual(names.slice(1), [...run.names]);
    assert.equal(lines.length, 101);
    lines.forEach((line, row) => {
      const cells = line.split(',').map(Number);
      assert.equal(cells[0], run.time[row]);
      run.names.forEach((name, i) => assert.equal(cells[i + 1], run.series[name][row]));
    });
  }
});

test('simulate: overrides, variables, times, formats', () => {
  const csv = ok('simulate', grow, 'growth rate=0.5', '--vars', 'S,"growth rate"', '--stop', '2', '--dt=0.5', '--saveper', '1');
  assert.equal(csv, 'time,s,growth_rate\n0,100,0.5\n1,156.25,0.5\n2,244.140625,0.5\n');
  assert.match(ok('simulate', grow, '--start', '-1', '--stop=0', '--method', 'RK4', '--vars=s'), /^time,s\n-1,100\n0,110\.51/);
  ok('simulate', grow, 'growth_rate=-0.5', '--vars', 's', '--stop', '1', '-o', file('out.tsv'));
  assert.equal(readFileSync(file('out.tsv'), 'utf8'), 'time\ts\n0\t100\n1\t50\n');
  ok('simulate', grow, '--vars', 's', '--stop', '1', '-o', file('out.json'));
  assert.deepEqual(JSON.parse(readFileSync(file('out.json'), 'utf8')), { time: [0, 1], series: { s: [100, 110] } });
  assert.deepEqual(JSON.parse(ok('simulate', grow, '--vars', 's', '--stop', '1', '--format', 'json')), { time: [0, 1], series: { s: [100, 110] } });
});

test('simulate: what is not finite, quoted names, hidden variables', () => {
  const odd = file('odd.xmile', xmile('<aux name="&quot;a, b&quot;"><eqn>1/0</eqn></aux><aux name="n"><eqn>0/0</eqn></aux><aux name="d"><eqn>SMTH1(TIME, 2)</eqn></aux>', '<start>0</start><stop>1</stop><dt>1</dt>'));
  const rows = ok('simulate', odd, '--vars', '"a, b",n').split('\n');
  assert.equal(rows[0], 'time,"a,_b",n');
  assert.equal(rows[1], '0,Infinity,NaN');
  assert.deepEqual(JSON.parse(ok('simulate', odd, '--vars', 'n', '--format', 'json')).series.n, [null, null]);
  const columns = (...args) => ok('simulate', odd, ...args).split('\n')[0].split(',').length;
  assert.ok(columns('--all') > columns(), 'insides of macros');
  assert.ok(columns('--all', '--ltm') >= columns('--all'));
});

test('links and loops: tables and JSON', () => {
  for (const engine of engines) {
    const { mode, time, partitions, loops } = JSON.parse(ok('loops', logistic, '--json', '--engine', engine));
    assert.equal(mode, 'exhaustive');
    assert.equal(time.length, 101);
    assert.deepEqual(partitions, [{ stocks: ['population'] }]);
    assert.deepEqual(loops.map((l) => l.id).sort(), ['b1', 'r1']);
    assert.ok(loops[0].share >= loops[1].share);
    for (const loop of loops) {
      assert.deepEqual(Object.keys(loop), ['id', 'polarity', 'structural', 'variables', 'path', 'partition', 'score', 'relative', 'share', 'reducers', 'pinned']);
      assert.equal(loop.score.length, 101);
    }
    const { links } = JSON.parse(ok('links', logistic, '--json', '--engine', engine));
    for (const link of links) assert.deepEqual(Object.keys(link), ['from', 'to', 'polarity', 'score', 'relative']);
    assert.ok(links.some((l) => l.from === 'population' && l.to === 'net_birth_rate'));
  }
  const table = ok('loops', logistic);
  assert.match(table, /^2 loops in 1 partition \(exhaustive/);
  assert.match(table, /^r1 +reinforcing +\d+\.\d % +0 +net_birth_rate → population$/m);
  assert.equal(ok('loops', logistic, '--top', '1').split('\n\n')[0].trim().split('\n').length, 4);
  assert.match(table, /\n\nstrongest in partition 0\n.*\n.*\n +1 +\d+ +r1 +reinforcing +\d+\.\d %\n +\d+ +100 +b1 +balancing +\d+\.\d %\n$/);
  assert.match(ok('links', logistic, '--at', '50'), /^\d+ links at time 50\n/);
  assert.equal(JSON.parse(ok('links', logistic, '--at', '50', '--json')).time[0], 50);
});

test('check', () => {
  assert.match(ok('check', logistic), /6 variables, no errors/);
  const { status, stdout, stderr } = cli('check', bad);
  assert.equal(status, 1);
  assert.match(stdout, /bad\.xmile: 1 error/);
  assert.match(stderr, /bad\.xmile:6:\d+: error\[unknown_variable\].*\n.*\n *\|? *\^/);
  const json = cli('check', bad, '--json');
  assert.equal(json.status, 1);
  const { ok: fine, diagnostics } = JSON.parse(json.stdout);
  assert.equal(fine, false);
  assert.equal(diagnostics[0].code, 'unknown_variable');
  assert.equal(JSON.parse(ok('check', logistic, '--json')).ok, true);
});

test('dump and compile', async () => {
  for (const phase of ['model', 'ast', 'equations', 'ir', 'ltm', 'program', 'layout', 'wat']) {
    assert.ok(ok('dump', logistic, '--phase', phase).length > 20, phase);
  }
  assert.ok(ok('dump', bad, '--phase', 'model').length > 0, 'what there is of a model with errors');
  const wasm = file('model.wasm');
  ok('compile', logistic, '-o', wasm);
  const blob = await runBlob(readFileSync(wasm));
  blob.run();
  const [head, ...lines] = ok('simulate', logistic, '--vars', 'population').trim().split('\n');
  assert.equal(head, 'time,population');
  assert.deepEqual(Array.from(blob.getSeries('population')), lines.map((line) => Number(line.split(',')[1])));
});

test('help and version', () => {
  for (const arg of ['--help', 'help', '-h']) assert.match(ok(arg), /simulate MODEL[^]*compile MODEL/);
  assert.match(ok('simulate', '--help'), /--saveper/);
  assert.match(ok('--version'), /^loopscope \d+\.\d+\.\d+/);
});

test('errors of the model end in 1', () => {
  fails(1, /bad\.xmile:6:\d+: error\[unknown_variable\]/, 'simulate', bad);
  fails(1, /error\[/, 'loops', bad);
  fails(1, /broken\.xmile.*error\[xml_syntax\]/, 'simulate', file('broken.xmile', '<xmile'));
});

test('errors of the command line end in 2', () => {
  const usage = /loopscope: /;
  fails(2, usage);
  fails(2, /no command "run"/, 'run');
  fails(2, /which model/, 'simulate');
  fails(2, /nowhere\.xmile cannot be read/, 'simulate', 'nowhere.xmile');
  fails(2, /"abc" is not a number/, 'simulate', grow, 'growth rate=abc');
  fails(2, /not of the form name=value/, 'simulate', grow, 'growth');
  fails(2, /error\[unknown_override\].*did you mean "growth_rate"/, 'simulate', grow, 'growth rat=1');
  fails(2, /error\[not_overridable\]/, 'simulate', grow, 'grow=1');
  fails(2, /error\[unknown_variable\]/, 'simulate', grow, '--vars', 'x');
  fails(2, /--engine is one of/, 'simulate', grow, '--engine', 'gpu');
  fails(2, /--dt needs a number/, 'simulate', grow, '--dt', 'small');
  fails(2, usage, 'simulate', grow, '--colour', 'red');
  fails(2, /which format/, 'simulate', grow, '-o', 'out.xls');
  fails(2, /which phase/, 'dump', grow);
  fails(2, /where to/, 'compile', grow);
  fails(2, /--at 99 is outside/, 'links', grow, '--at', '99');
  fails(2, /cannot be written/, 'simulate', grow, '-o', join(folder, 'no', 'folder.csv'));
});

test('a reader that has seen enough ends it quietly', async () => {
  const child = spawn(process.execPath, [bin, 'simulate', logistic, '--dt', '0.001', '--saveper', '0.001'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(stderr, '');
  assert.equal(code, 0);
});
