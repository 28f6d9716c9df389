// The page in a real browser, under its policy: both engines, numbers equal to Node's in every bit.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { load, loopSlots } from '../../js/dist/index.js';
import { serve } from '../../js/page/serve.mjs';
import { generateCrowded, generateLimited } from '../bench/generate.mjs';
import { engines, growth, modelUrl, root, xmile } from '../js/helpers.mjs';

const executablePath = '/usr/bin/chromium';
const skip = existsSync(executablePath) ? false : `${executablePath} is missing`;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const screenshots = fileURLToPath(new URL('build/', root));
const bytesOf = (series) => Array.from(new BigUint64Array(series.buffer.slice(series.byteOffset, series.byteOffset + series.byteLength)), String);

/** Peak resident memory in MB of the largest process in which this one's browser shows pages. */
function pageMegabytes() {
  const read = (pid, file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const status = new Map(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => [pid, read(pid, 'status')]));
  const field = (pid, name) => new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status.get(pid) ?? '')?.[1];
  const isOurs = (pid) => pid !== undefined && (pid === String(process.pid) || isOurs(field(pid, 'PPid')));
  const renderers = [...status.keys()].filter((pid) => read(pid, 'cmdline').includes('--type=renderer') && isOurs(pid));
  return Math.max(...renderers.map((pid) => Number(field(pid, 'VmHWM')) / 1024));
}

describe('the page', { skip }, () => {
  let server, context, page, profile;
  const complaints = [];
  before(async () => {
    server = await serve();
    profile = mkdtempSync(join(tmpdir(), 'loopscope-chromium-'));
    context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: flags, viewport: { width: 1200, height: 1100 } });
    page = context.pages()[0] ?? (await context.newPage());
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  after(async () => {
    await context?.close();
    await server?.close();
    rmSync(profile, { recursive: true, force: true });
  });
  const at = (id) => page.locator(`[data-testid="${id}"]`);
  const done = (pattern = /./) => page.waitForFunction((source) => {
    const status = document.getElementById('status');
    return status.dataset.state === 'done' && new RegExp(source).test(status.textContent);
  }, pattern.source);
  const openText = async (text) => {
    await page.evaluate(() => (document.getElementById('text-panel').open = true));
    await at('model-text').fill(text);
    await at('status').evaluate((status) => delete status.dataset.state);
    await at('load-text').click();
  };

  test('runs the first model of the list on both engines; values equal to Node in every bit', async () => {
    await page.goto(server.url);
    await done();
    const project = await load(modelUrl('logistic-growth'));
    const run = await project.mainModel().run({ enableLtm: true });
    for (const engine of engines) {
      await at(`engine-${engine}`).check();
      await done(engine === 'wasm' ? /WebAssembly/ : /interpreter/);
      for (const name of run.names) {
        assert.equal(await at(`value-${name}`).getAttribute('data-value'), String(run.series[name].at(-1)), `${engine}: ${name}`);
      }
      for (const loop of run.loops) assert.equal(await at(`loop-${loop.id}`).getAttribute('data-share'), String(loop.share));
      assert.equal(await page.locator('#chart canvas').count(), 1);
      assert.equal(await page.locator('#shares canvas').count(), 1);
    }
    project.dispose();
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, 'page.png'), fullPage: true });
    assert.deepEqual(complaints, []);
  });

  test('every series of every engine, bit by bit', async () => {
    for (const name of ['workforce', 'predator-prey', 'delay-chain']) {
      const text = readFileSync(modelUrl(name), 'utf8');
      const project = await load(text);
      for (const engine of engines) {
        const here = await project.mainModel().run({ engine, enableLtm: true });
        const there = await page.evaluate(async ([text, engine]) => {
          const { load } = await import('/js/dist/index.js');
          const project = await load(text);
          const run = await project.mainModel().run({ engine, enableLtm: true });
          project.dispose();
          const bits = (series) => Array.from(new BigUint64Array(series.buffer.slice(0)), String);
          return { series: run.names.map((n) => [n, bits(run.series[n])]), loops: run.loops.map((l) => [l.id, bits(l.relative)]) };
        }, [text, engine]);
        assert.deepEqual(there.series, here.names.map((n) => [n, bytesOf(here.series[n])]), `${name} on ${engine}`);
        assert.deepEqual(there.loops, here.loops.map((l) => [l.id, bytesOf(l.relative)]), `loops of ${name} on ${engine}`);
      }
      project.dispose();
    }
    assert.deepEqual(complaints, []);
  });

  for (const [what, generate, mode, slots] of [
    ['a sum in their feedback', generateLimited, 'exhaustive', 3],
    ['sums of rows and columns in it', generateCrowded, 'discovery', 4],
  ]) test(`10,000 elements with ${what} are scored within the memory of a tab`, async (t) => {
    const text = generate(100, 12);
    const places = ['region1,age1', 'region37,age64', 'region100,age100'];
    const project = await load(text);
    const sim = await project.mainModel().simulate({ engine: 'wasm', enableLtm: true });
    sim.runToEnd();
    const tab = await context.newPage();
    await tab.goto(server.url);
    const there = await tab.evaluate(async ([text, places]) => {
      const began = performance.now();
      const { load, loopSlots } = await import('/js/dist/index.js');
      const project = await load(text);
      const sim = await project.mainModel().simulate({ engine: 'wasm', enableLtm: true });
      sim.runToEnd();
      const loops = sim.getLoops();
      const milliseconds = performance.now() - began;
      const bits = (series) => Array.from(new BigUint64Array(series.buffer.slice(0)), String);
      const scores = loops.map(({ id }) => [id, places.map((place) => bits(sim.getRelativeLoopScore(`${id}[${place}]`)))]);
      const answer = { milliseconds, mode: sim.getLoopSearch().mode, slots: loops.map((loop) => loopSlots(loop).length), scores };
      sim.dispose();
      project.dispose();
      return answer;
    }, [text, places]);
    const megabytes = pageMegabytes();
    t.diagnostic(`${Math.round(there.milliseconds)} ms, ${Math.round(megabytes)} MB`);
    const loops = sim.getLoops();
    assert.equal(there.mode, mode);
    assert.deepEqual(there.slots, Array(slots).fill(10_000));
    assert.deepEqual(loops.map((loop) => loopSlots(loop).length), there.slots);
    assert.deepEqual(there.scores, loops.map(({ id }) => [id, places.map((place) => bytesOf(sim.getRelativeLoopScore(`${id}[${place}]`)))]));
    assert.ok(megabytes > 0 && megabytes < 500, `${megabytes} MB`);
    sim.dispose();
    project.dispose();
    await tab.close();
    assert.deepEqual(complaints, []);
  });

  test('a constant that is changed runs again at once', async () => {
    await openText(growth);
    await done(/test/);
    assert.equal(await at('value-s').getAttribute('data-value'), String((await (await load(growth)).mainModel().run()).series.s.at(-1)));
    await at('constant-growth_rate').fill('0.2');
    const run = await (await load(growth)).mainModel().run({ overrides: { growth_rate: 0.2 } });
    await page.waitForFunction((value) => document.querySelector('[data-testid="value-s"]').dataset.value === value, String(run.series.s.at(-1)));
    assert.equal(await at('slider-growth_rate').inputValue(), '0.2');
    await at('defaults').click();
    assert.equal(await at('constant-growth_rate').inputValue(), '0.1');
    await at('variable-grow').check();
    await at('ltm').uncheck();
    await page.waitForFunction(() => document.getElementById('loops-panel').hidden);
    await at('ltm').check();
    await page.waitForFunction(() => !document.getElementById('loops-panel').hidden);
  });

  test('what is wrong with a model is shown with its line', async () => {
    await openText(xmile('<aux name="a"><eqn>nowhere + 1</eqn></aux>'));
    await at('diagnostic').first().waitFor();
    const shown = at('diagnostic').first();
    assert.equal(await shown.getAttribute('data-code'), 'unknown_variable');
    assert.match(await shown.textContent(), /line 6/);
    await shown.locator('button').click();
    const selected = await at('model-text').evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    assert.match(selected, /nowhere \+ 1/);
    await openText('not a model');
    await page.waitForFunction(() => document.getElementById('status').dataset.state === 'failed');
    await page.screenshot({ path: join(screenshots, 'page-error.png') });
  });

  test('importing the library does no work and touches no DOM', async () => {
    const bare = await context.newPage();
    await bare.goto(`${server.url}models.json`);
    const requests = [];
    bare.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const seen = await bare.evaluate(async () => {
      const used = [];
      const watch = (host, name) => {
        const real = host[name];
        host[name] = function (...args) {
          used.push(name);
          return Reflect.apply(real, this, args);
        };
      };
      for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) watch(WebAssembly, name);
      for (const name of ['fetch', 'setTimeout', 'requestAnimationFrame', 'Worker', 'addEventListener']) watch(window, name);
      for (const name of ['createElement', 'getElementById', 'querySelector', 'querySelectorAll']) watch(document, name);
      let mutations = 0;
      new MutationObserver((list) => (mutations += list.length)).observe(document, { subtree: true, childList: true, attributes: true });
      const globals = Object.getOwnPropertyNames(window).length;
      const library = await import('/js/dist/index.js');
      const grown = Object.getOwnPropertyNames(window).length - globals;
      await new Promise((resolve) => queueMicrotask(resolve));
      return { used, mutations, grown, live: library.liveObjects() };
    });
    assert.deepEqual(seen, { used: [], mutations: 0, grown: 0, live: 0 });
    assert.deepEqual(requests.filter((path) => !/^\/js\/dist\/[a-z-]+\.js$/.test(path)), [], 'no engine is fetched');
    await bare.close();
  });

  test('the server gives only what the page needs, under its policy', async () => {
    const fetched = (path) =>
      new Promise((resolve, reject) => get(new URL(server.url).origin, { path }, (response) => resolve(response.resume())).on('error', reject)); // fetch would tidy the path
    for (const path of ['/package.json', '/js/page/serve.mjs', '/js/dist/../../package.json', '/corpus/../package.json', '/corpus/%2e%2e/package.json', '//etc/passwd', '/js/dist/cli/main.js']) {
      assert.equal((await fetched(path)).statusCode, 404, path);
    }
    const index = await fetched('/');
    assert.equal(index.statusCode, 200);
    assert.equal(index.headers['content-security-policy'], "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'");
    assert.equal((await fetched('/build/emscripten/loopscope.wasm')).headers['content-type'], 'application/wasm');
    assert.match((await fetched('/js/dist/index.js')).headers['content-type'], /^text\/javascript/);
  });
});
