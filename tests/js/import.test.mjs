// Importing the library does nothing; using it needs no eval.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { modelUrl, root } from './helpers.mjs';

const child = (script) => spawnSync(process.execPath, ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script], { encoding: 'utf8', cwd: root });

test('importing does no work and touches no globals', () => {
  const { status, stderr } = child(`
    import assert from 'node:assert/strict';
    const used = [];
    const watch = (host, name) => { const real = host[name]; host[name] = function (...args) { used.push(name); return Reflect.apply(real, this, args); }; };
    for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) watch(WebAssembly, name);
    for (const name of ['fetch', 'setTimeout', 'setInterval', 'queueMicrotask']) watch(globalThis, name);
    for (const name of ['Module', 'Instance', 'Memory']) WebAssembly[name] = class { constructor() { used.push(name); } };
    FinalizationRegistry = class { constructor() { used.push('FinalizationRegistry'); } };
    const before = Reflect.ownKeys(globalThis).length;
    const library = await import('./js/dist/index.js');
    assert.deepEqual(used, []);
    assert.equal(Reflect.ownKeys(globalThis).length, before);
    assert.equal(typeof library.load, 'function');
    assert.equal(library.liveObjects(), 0);`);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('it loads, compiles and runs where strings are never made code', () => {
  const { status, stderr, stdout } = child(`
    import assert from 'node:assert/strict';
    assert.throws(() => eval('1'), EvalError);
    const { load } = await import('./js/dist/index.js');
    const project = await load(new URL('${modelUrl('logistic-growth')}'));
    for (const engine of ['wasm', 'vm']) {
      const run = await project.mainModel().run({ engine, enableLtm: true });
      console.log(run.series.population.at(-1), run.loops.length);
    }`);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const [wasm, vm] = stdout.trim().split('\n');
  assert.equal(wasm, vm);
});

test('only the reader of files knows Node, and nothing of the library the DOM', () => {
  const folder = new URL('js/dist/', root);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(new URL(file, folder), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    if (file !== 'source-node.js') assert.doesNotMatch(code, /['"]node:|\bprocess\.|\brequire\(|\bBuffer\b/, file);
    assert.doesNotMatch(code, /\bdocument\b|\bwindow\b|\beval\(|new Function/, file);
  }
});
