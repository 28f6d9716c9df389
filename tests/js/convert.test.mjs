// Models as text of another format, through the API and the command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from '../../js/dist/index.js';
import { assertSameBits, corpusNames, engines, modelUrl, root, thrown, xmile } from './helpers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'loopscope-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name) => join(folder, name);
const bin = fileURLToPath(new URL('js/bin/loopscope.mjs', root));
const cli = (...args) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', cwd: folder });
const logistic = fileURLToPath(modelUrl('logistic-growth'));

async function using(from, use) {
  const project = await load(from);
  try {
    return await use(project);
  } finally {
    project.dispose();
  }
}

const isXmile = (name) => modelUrl(name).pathname.endsWith('.xmile');

test('in its own format and as JSON: the same model, the same numbers', async () => {
  for (const name of corpusNames) {
    await using(modelUrl(name), async (project) => {
      const model = project.mainModel();
      const run = await model.run({ engine: 'vm' });
      const own = isXmile(name) ? 'xmile' : 'mdl';
      for (const text of [project.convert(own).text, project.toJson()]) {
        await using(text, async (again) => {
          assert.equal(again.name, project.name);
          assert.equal(again.mainModel().dump('model'), model.dump('model'), name);
          assert.equal(again.convert(own).text, project.convert(own).text);
          assert.equal(again.toJson(), project.toJson());
          const other = await again.mainModel().run({ engine: 'wasm' });
          assert.deepEqual(other.names, run.names);
          for (const series of run.names) assertSameBits(other.series[series], run.series[series], `${name}: ${series}`);
        });
      }
    });
  }
});

test('toJson: an object that other programs can read', async () => {
  const json = await using(modelUrl('logistic-growth'), (project) => JSON.parse(project.toJson()));
  assert.deepEqual(json.simSpecs, { startTime: 0, endTime: 100, dt: '1', method: 'euler', timeUnits: 'years' });
  assert.deepEqual(json.models[0].stocks[0], { name: 'Population', initialEquation: '5', units: 'people', inflows: ['net_birth_rate'], outflows: [] });
});

test('toVensim and back: the same numbers', async () => {
  const rungeKutta = ['adaptive', 'sir']; // which is another in Vensim
  for (const name of corpusNames.filter((each) => isXmile(each) && !rungeKutta.includes(each))) {
    await using(modelUrl(name), async (project) => {
      const run = await project.mainModel().run({ engine: 'vm' });
      await using(project.toVensim(), async (vensim) => {
        assert.equal(await using(vensim.toVensim(), (again) => again.toVensim()), vensim.toVensim());
        await using(vensim.toXmile(), async (again) => {
          for (const [language, other] of [['Vensim', await vensim.mainModel().run()], ['XMILE', await again.mainModel().run()]])
            for (const series of run.names) {
              const largest = Math.max(...run.series[series].map(Math.abs));
              const off = run.series[series].some((value, i) => Math.abs(value - other.series[series][i]) > 1e-12 * largest);
              assert.ok(!off, `${name} in ${language}: ${series}`);
            }
        });
      });
    });
  }
});

test('convert: what a format cannot say is a warning that names the variable', async () => {
  const source = xmile('<aux name="a"><eqn>ARCTAN2(1, 2)</eqn></aux>');
  await using(source, (project) => {
    const { text, diagnostics, renderedDiagnostics } = project.convert('mdl');
    assert.match(text, /a=\n\tARCTAN2\(1, 2\)/);
    assert.deepEqual(diagnostics.map(({ code, severity, variable }) => [code, severity, variable]), [['not_expressible', 'warning', 'a']]);
    assert.match(renderedDiagnostics, /warning\[not_expressible\]/);
  });
  writeFileSync(file('arctan.xmile'), source);
  const { status, stderr } = cli('convert', file('arctan.xmile'), '-o', file('arctan.mdl'));
  assert.equal(status, 0);
  assert.match(stderr, /arctan\.xmile:\d+:\d+: warning\[not_expressible\]/);
});

test('a model of the systems language runs, and converts', async () => {
  await using('[Candidates] > Screens @ 25\nScreens > Hires @ 0.5\nHires(5) > [Gone] @ Leak(0.2)\n', async (project) => {
    for (const engine of engines) {
      const run = await project.mainModel().run({ engine, enableLtm: true });
      assert.deepEqual([...run.series.hires.slice(0, 4)], [5, 4, 16, 25]);
      assert.ok(run.loops.length > 0);
    }
    assert.match(project.toXmile(), /<stock name="Hires">/);
  });
});

test('a file that was read with errors is not written; one whose equations are wrong is', async () => {
  await using(xmile('<aux name="a"><eqn>1</eqn></aux><aux name="A"><eqn>2</eqn></aux>'), async (project) => {
    const error = await thrown('model_has_errors', () => project.toXmile());
    assert.equal(error.diagnostics[0].code, 'duplicate_name');
    assert.match(error.rendered, /duplicate_name/);
  });
  await using(xmile('<aux name="a"><eqn>nowhere +</eqn></aux>'), (project) => assert.match(project.toXmile(), /<eqn>nowhere \+<\/eqn>/));
  const project = await load(modelUrl('logistic-growth'));
  project.dispose();
  await thrown('disposed', () => project.toJson());
});

test('convert: the extension or --to says the format', async () => {
  const text = await using(modelUrl('logistic-growth'), (project) => ({ xmile: project.toXmile(), json: project.toJson(), mdl: project.toVensim() }));
  for (const [args, wanted] of [
    [['-o', file('out.mdl')], text.mdl],
    [['-o', file('out.xmile')], text.xmile],
    [['-o', file('out.stmx')], text.xmile],
    [['-o', file('out.JSON')], text.json],
    [['-o', file('out.txt'), '--to', 'json'], text.json],
  ]) {
    const { status, stdout, stderr } = cli('convert', logistic, ...args);
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
    assert.equal(readFileSync(args[1], 'utf8'), wanted);
  }
  assert.equal(cli('convert', logistic, '--to', 'xmile').stdout, text.xmile);
  for (const args of [[], ['-o', file('out.csv')], ['--to', 'dynamo']]) {
    const { status, stderr } = cli('convert', logistic, ...args);
    assert.equal(status, 2);
    assert.match(stderr, /xmile.*mdl.*json/);
  }
  writeFileSync(file('bad.json'), '{"models": [{"name": "main", "stocks": [{"name": 5}]}]}');
  const { status, stderr, stdout } = cli('convert', file('bad.json'), '--to', 'xmile');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /bad\.json:1:50: error\[json_field\]: models\[0\]\.stocks\[0\]\.name must be a string, not a number\n/);
});
