// Arrays at the edge of what is scored and compiled: what is too large says so and leaves the engine alive.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from '../../js/dist/index.js';

const dimension = (name, size) => `<dim name="${name}">${Array.from({ length: size }, (_, i) => `<elem name="${name.toLowerCase()}${i}"/>`).join('')}</dim>`;
const over = (...names) => `<dimensions>${names.map((name) => `<dim name="${name}"/>`).join('')}</dimensions>`;
const model = (dimensions, variables, specs = '<sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs>') =>
  `<xmile version="1.0"><header><vendor>test</vendor><product version="1">test</product></header>${specs}<dimensions>${dimensions}</dimensions><model><variables>${variables}</variables></model></xmile>`;

/** x = SUM(y) over `size` elements: size * size links. */
const everyToEvery = (size) =>
  model(dimension('D', size), `<stock name="y">${over('D')}<eqn>1 + D</eqn><inflow>f</inflow></stock><aux name="x">${over('D')}<eqn>SUM(y[*])</eqn></aux><flow name="f">${over('D')}<eqn>x * 0.001</eqn></flow>`);

const simulate = async (text, options) => {
  const project = await load(text);
  try {
    return await project.mainModel().simulate(options);
  } finally {
    project.dispose();
  }
};

test('more links between elements than memory holds are refused, and the engine lives on', async () => {
  const computed = model(
    dimension('D', 1000) + dimension('E', 1000),
    `<stock name="y">${over('D', 'E')}<eqn>1</eqn></stock><stock name="s"><eqn>1</eqn><inflow>f</inflow></stock><flow name="f"><eqn>s</eqn></flow><aux name="x">${over('D')}<eqn>y[s, s + 1]</eqn></aux>`,
  );
  for (const text of [everyToEvery(8000), computed]) {
    await assert.rejects(simulate(text, { enableLtm: true, engine: 'vm' }), (error) => error.diagnostics.some(({ code }) => code === 'input_too_large'));
    const sim = await simulate(text, { engine: 'vm' });
    sim.runTo(1);
    sim.dispose();
  }
});

test('an array of stocks that cannot go negative is clamped in a loop', async () => {
  const text = model(
    dimension('D', 640) + dimension('E', 640),
    `<stock name="s">${over('D', 'E')}<eqn>D</eqn><outflow>f</outflow><non_negative/></stock><flow name="f">${over('D', 'E')}<eqn>100</eqn></flow>`,
    '<sim_specs method="rk4"><start>0</start><stop>3</stop><dt>1</dt></sim_specs>',
  );
  const sim = await simulate(text, { engine: 'wasm' });
  sim.runToEnd();
  assert.deepEqual(['s[d0,e0]', 's[d149,e7]', 's[d639,e639]'].map((name) => sim.getValue(name)), [0, 0, 340]);
  sim.dispose();
});

test('a table of 160,000 links', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'loopscope-'));
  try {
    const file = path.join(folder, 'model.xmile');
    writeFileSync(file, everyToEvery(400));
    const cli = fileURLToPath(new URL('../../js/bin/loopscope.mjs', import.meta.url));
    const text = execFileSync('node', [cli, 'links', file, '--stop', '1'], { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.match(text, /^160800 links at time 1\n/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is asked before the run says that there was none; the time is that of the last saved row', async () => {
  const sim = await simulate(everyToEvery(2), { enableLtm: true, saveInterval: 2 });
  for (const ask of ['getLinks', 'getLoops', 'getPartitions', 'getLoopSearch']) assert.throws(() => sim[ask](), { code: 'not_run' });
  sim.runTo(3);
  assert.equal(sim.time, 3);
  assert.equal(sim.getValue('time'), 2);
  assert.equal(sim.getSeries('time').at(-1), 2);
  sim.dispose();
});
