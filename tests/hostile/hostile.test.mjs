// Hostile and broken input: each file of cases.json gets the diagnostic that the table says, from the API and from the command,
// and nothing crashes, hangs, leaks or prints a stack trace. All run in sequence in one engine (runner.mjs).
//
// A case: file (in cases/, or generated/ for those of generate.mjs); exit of `loopscope check`, or of `loopscope simulate` with
// `args`; codes, all of them; place, the line of the first diagnostic with codes[0]; says, words in its message. And where it
// matters: count, of diagnostics with codes[0]; excerpt, text of the line shown; last, the last values of a run; runs, the
// code an engine refuses the run with; until, a time to stop at; lists, variables that are listed all the same; dump, print all
// phases; any, whatever it says it must survive; todo, a bug that is known.
import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.mjs';

const here = new URL('./', import.meta.url);
const root = new URL('../../', here);
const generated = new URL('build/hostile/', root);
const cases = JSON.parse(readFileSync(new URL('cases.json', here), 'utf8'));
const limit = Number(process.env.LOOPSCOPE_HOSTILE_LIMIT ?? 20_000); // ms a case
const todoLimit = limit / 5; // of one that is known to hang
const MB = 1 << 20;

const pathOf = ({ file }) => fileURLToPath(file.startsWith('generated/') ? new URL(file.slice('generated/'.length), generated) : new URL(`cases/${file}`, here));
const nameOf = ({ file, args }) => [file, ...(args ?? [])].join(' ');
const isLarge = ({ file }) => file.startsWith('generated/');

let child = null;
let asked = 0;

async function startRunner() {
  child = fork(fileURLToPath(new URL('runner.mjs', here)), { silent: true });
  child.stderr.setEncoding('utf8');
  child.said = '';
  child.stderr.on('data', (text) => (child.said += text));
  await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error(`the runner did not start: ${child.said}`)));
  });
  child.removeAllListeners('exit');
}

/** Runs one case in the child; one that hangs or dies is an error, and the next gets a new child. */
async function ask(entry, more = {}) {
  if (!child) await startRunner();
  const runner = child;
  const id = ++asked;
  const { file, exit, codes, place, says, todo, seconds, ...options } = entry;
  try {
    const reply = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('not done in time')), seconds ? seconds * 1000 : todo ? todoLimit : limit);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        runner.removeAllListeners('message');
        runner.removeAllListeners('exit');
        how(value);
      };
      runner.once('message', settle(resolve));
      runner.once('exit', (code, signal) => settle(reject)(new Error(`the process died (${signal ?? code}): ${runner.said.slice(-500)}`)));
      runner.send({ id, name: file, path: pathOf(entry), options: { ...options, ...more } });
    });
    if (!reply.sameEngine) throw new Error(`the engine failed and was replaced: ${reply.thrown?.stack ?? JSON.stringify(reply.api?.runs)?.slice(0, 1000)}`);
    return reply;
  } catch (error) {
    child = null;
    runner.kill('SIGKILL');
    throw error;
  }
}

before(() => generate(fileURLToPath(generated)));
after(() => child?.disconnect());

/** What must hold of all of them. */
function checkReply(reply, entry) {
  assert.equal(reply.thrown, undefined, reply.thrown?.stack);
  assert.equal(reply.left, 0, 'objects left in the engine');
  for (const text of [reply.cli.stdout, reply.cli.stderr]) assert.doesNotMatch(text, /^\s+at .*[(:]\d+|engine_failure|run_failure|please report/im);
  assert.ok(reply.cli.stderr.length < 5 * MB, `${reply.cli.stderr.length} characters of messages`);
  // What a file holds does not reach the terminal as a command.
  assert.doesNotMatch(reply.cli.stderr, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  if (!entry.any) assert.equal(reply.cli.exit, entry.exit, reply.cli.stderr);
}

/** The diagnostics, as data and as text. */
function checkDiagnostics({ diagnostics, rendered }, { file, exit, codes, place, says, count, excerpt }) {
  assert.deepEqual([...new Set(diagnostics.map((d) => d.code))].sort(), [...codes].sort());
  assert.equal(diagnostics.some((d) => d.severity === 'error'), exit === 1);
  for (const d of diagnostics) {
    assert.ok(d.message.length <= 1100, 'a message of reasonable length');
    assert.doesNotMatch(d.message, /\u205A/, 'a message in terms of hidden variables');
    assert.equal(d.line === 0, d.column === 0);
  }
  if (codes.length === 0) return;
  const named = diagnostics.filter((d) => d.code === codes[0]);
  assert.equal(named[0].line, place ?? 0);
  assert.ok(named[0].message.includes(says), `"${named[0].message}" does not say "${says}"`);
  if (count !== undefined) assert.equal(named.length, count);
  const lines = rendered.split('\n');
  const at = lines.findIndex((line) => line.includes(`[${codes[0]}]`));
  const { line, column, severity, variable } = named[0];
  const head = place ? `${file}:${line}:${column}: ${severity}[${codes[0]}]: ` : `${file}: ${severity}[${codes[0]}]: `;
  assert.ok(lines[at].startsWith(head), `"${lines[at]}" does not start with "${head}"`);
  if (variable && !/[\x00-\x1f]/.test(variable)) assert.ok(lines[at].startsWith(`${head}${variable}: `), lines[at]);
  if (!place) return;
  assert.match(lines[at + 2], /^\s*\^~*$/, 'a caret below the line');
  assert.ok(lines[at + 1].length <= 300, 'a piece of a long line');
  if (excerpt !== undefined) assert.ok(lines[at + 1].includes(excerpt), lines[at + 1]);
}

function checkRuns(runs, { last = {}, runs: refusals }) {
  const good = Object.entries(runs).filter(([, run]) => run.last);
  for (const [key, { error }] of Object.entries(runs)) {
    const wanted = refusals?.[key.split(' ')[0]];
    if (wanted === undefined) assert.equal(error, undefined, `${key}: ${error?.stack}`);
    else assert.equal(error?.code, wanted, key);
  }
  for (const [key, run] of good) {
    assert.equal(run.sum, good[0][1].sum, `${key} gives other numbers than ${good[0][0]}`);
    for (const [name, value] of Object.entries(last)) assert.equal(run.last[name], value, `${key}: ${name}`);
  }
}

for (const entry of cases) {
  test(nameOf(entry), { todo: entry.todo }, async () => {
    const reply = await ask(entry);
    checkReply(reply, entry);
    if (entry.args) {
      const { stderr } = reply.cli;
      if (entry.codes.length > 0) assert.ok(stderr.includes(`[${entry.codes[0]}]: `), stderr);
      assert.ok(stderr.includes(entry.says), `"${stderr}" does not say "${entry.says}"`);
      if (entry.exit === 2 && entry.codes.length === 0) assert.match(stderr, /^loopscope: .*\nloopscope --help/);
      return;
    }
    const { api } = reply;
    if (entry.any) {
      for (const [key, { error }] of Object.entries(api.runs)) if (error) assert.doesNotMatch(error.code, /failure/, `${key}: ${error.stack}`);
      return;
    }
    checkDiagnostics({ ...api, rendered: reply.cli.stderr.replaceAll(pathOf(entry), entry.file) }, entry);
    for (const name of entry.lists ?? []) assert.match(api.listed, new RegExp(`\\b${name}\\b`), `${name} is not listed`);
    if (entry.exit === 1 && !api.unreadable) assert.equal(api.refused, 'model_has_errors');
    if (entry.exit === 0) checkRuns(api.runs, entry);
  });
}

test('memory does not grow when all of it is done again', { timeout: 600_000 }, async () => {
  const again = cases.filter((entry) => !entry.todo && !isLarge(entry));
  const memory = [];
  for (let round = 0; round < 4; round++) {
    let reply;
    for (const entry of again) {
      reply = await ask(entry, { gc: entry === again.at(-1) });
      assert.equal(reply.left, 0);
    }
    memory.push(reply);
  }
  const [, second, , fourth] = memory;
  assert.equal(fourth.engineMemory, second.engineMemory, 'memory of the engine');
  assert.ok(fourth.processMemory < second.processMemory + 100 * MB, `${second.processMemory} -> ${fourth.processMemory} bytes`);
});

test('the command itself: exit code, messages on stderr, no stack trace', async () => {
  const bin = fileURLToPath(new URL('js/bin/loopscope.mjs', root));
  const run = (...args) =>
    new Promise((resolve) => execFile(process.execPath, [bin, ...args], { timeout: limit }, (error, stdout, stderr) => resolve({ exit: error ? error.code : 0, stdout, stderr })));
  const file = (name) => fileURLToPath(new URL(`cases/${name}`, here));
  const bad = await run('check', file('unknown-name.xmile'));
  assert.equal(bad.exit, 1);
  assert.match(bad.stderr, /unknown-name\.xmile:5:30: error\[unknown_variable\]: growth: .*\n.*growht_rate.*\n +\^~+\n/);
  const json = await run('check', file('unknown-name.xmile'), '--json');
  assert.equal(json.exit, 1);
  assert.equal(JSON.parse(json.stdout).diagnostics[0].code, 'unknown_variable');
  const good = await run('check', file('division-by-zero.xmile'));
  assert.deepEqual([good.exit, good.stderr], [0, '']);
  for (const args of [['check', file('no-such-file.xmile')], ['check', fileURLToPath(here)], ['check'], ['mend', file('empty.xmile')]]) {
    const usage = await run(...args);
    assert.equal(usage.exit, 2, usage.stderr);
    assert.match(usage.stderr, /^loopscope: /);
    assert.doesNotMatch(usage.stderr, /^\s+at /m);
  }
  const large = await run('simulate', file('steps-and-variables.xmile'));
  assert.equal(large.exit, 1);
  assert.match(large.stderr, /error\[wasmgen_unsupported\]/);
});
