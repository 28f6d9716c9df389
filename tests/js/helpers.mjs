// What the JavaScript tests share.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = new URL('../../', import.meta.url);
export const engines = ['wasm', 'vm'];
export const corpusNames = readdirSync(new URL('corpus/', root), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
  .map((entry) => entry.name);
export const modelUrl = (name) => ['xmile', 'mdl'].map((kind) => new URL(`corpus/${name}/model.${kind}`, root)).find((url) => existsSync(url));

/** A model of these variables, for cases that are no model of the corpus. */
export const xmile = (variables, specs = '<start>0</start><stop>10</stop><dt>1</dt>') =>
  `<?xml version="1.0"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><name>test</name><vendor>test</vendor><product version="1">test</product></header>
<sim_specs method="Euler">${specs}</sim_specs>
<model><variables>
${variables}
</variables></model></xmile>`;

/** A stock that grows by `rate * stock`; the start of most tests here. */
export const growth = xmile(`<stock name="S"><eqn>first</eqn><inflow>grow</inflow></stock>
<flow name="grow"><eqn>S * growth rate</eqn></flow>
<aux name="growth rate"><eqn>0.1</eqn></aux>
<aux name="first"><eqn>100</eqn></aux>`);

/** expected.csv of a corpus model: name -> numbers. */
export function expected(name) {
  const [head, ...rows] = readFileSync(new URL(`corpus/${name}/expected.csv`, root), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return new Map(head.map((column, i) => [column, rows.map((row) => Number(row[i]))]));
}

export function assertClose(actual, wanted, what, relative = 1e-9) {
  assert.equal(actual.length, wanted.length, `${what}: number of rows`);
  const scale = Math.max(...wanted.map(Math.abs), 1e-300);
  wanted.forEach((value, i) => {
    const limit = relative * Math.max(Math.abs(value), 1e-3 * scale);
    assert.ok(Math.abs(actual[i] - value) <= limit, `${what}, row ${i}: ${actual[i]} should be ${value}`);
  });
}

/** Equal in every bit, so that -0 is not 0. */
export function assertSameBits(a, b, what) {
  assert.equal(a.length, b.length, `${what}: length`);
  for (let i = 0; i < a.length; i++) assert.ok(Object.is(a[i], b[i]), `${what}, row ${i}: ${a[i]} and ${b[i]}`);
}

/** The error that `work` throws, which must carry that code. */
export async function thrown(code, work) {
  try {
    await work();
  } catch (error) {
    assert.equal(error.code, code, `${error.stack}`);
    return error;
  }
  assert.fail(`nothing was thrown; ${code} was expected`);
}

export const bin = fileURLToPath(new URL('js/bin/loopscope.mjs', root));

/** The command, run in a folder: as it is, where it must succeed (its output), where it must fail with a code and a message. */
export function commandIn(folder) {
  const cli = (...args) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', cwd: folder });
  const ok = (...args) => {
    const { status, stdout, stderr } = cli(...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const fails = (wanted, pattern, ...args) => {
    const { status, stdout, stderr } = cli(...args);
    assert.equal(status, wanted, `${args.join(' ')}: ${stdout}${stderr}`);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(stdout, '');
  };
  return { cli, ok, fails };
}
