// npm run conformance: runs models and compares with what other software recorded. Our own corpus/ always; the shared corpus where
// it is there (corpus.mjs). Both engines, in one process.
//   node tests/conformance/conformance.mjs [-v] [TEXT]     only entries whose id contains TEXT; -v: passing ones too
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LoopscopeError } from '../../js/dist/index.js';
import { ownModels, readableEntries, readManifest, shared, supportedEntries } from './corpus.mjs';
import { open } from './data.mjs';
import { ltmChecks } from './ltm_oracles.mjs';
import { roundTrip } from './round_trip.mjs';
import { canonical, compare, readExpected } from './tables.mjs';

const engines = ['wasm', 'vm'];
const arguments_ = process.argv.slice(2);
const verbose = arguments_.includes('-v');
const only = arguments_.find((a) => a !== '-v') ?? '';
const known = JSON.parse(readFileSync(new URL('known.json', import.meta.url), 'utf8'));
const totals = { passed: 0, failed: 0, known: 0, cells: 0 };

// Our own are computed in double precision without the engine.
const ownRule = { rtol: 1e-9, atol: 0, peak: 1e-12 };
for (const { id, file, expected } of ownModels) await check(id, (engine) => againstTable(file, expected, ownRule, [], engine));
for (const entry of ownModels) await check(`round-trip ${entry.id}`, () => roundTrip(entry), ['vm']);

const manifest = readManifest();
if (manifest === null) {
  console.log('skip: no shared corpus (LOOPSCOPE_SHARED, or ../shared beside the checkout)');
} else {
  const entries = supportedEntries(manifest);
  for (const entry of entries) await check(entry.id, checkOf(entry, manifest.tolerance_rules.classes));
  for (const entry of readableEntries(manifest)) await check(`round-trip ${entry.id}`, () => roundTrip(entry), ['vm']);
  for (const { id, run } of ltmChecks(shared, manifest)) await check(id, async (engine) => ({ cells: await run(engine), problems: [] }));
  for (const id of Object.keys(known)) if (!entries.some((entry) => entry.id === id)) fail(id, '', ['listed in known.json and not in the corpus']);
}

if (totals.known > 0) console.log(`${totals.known} known to differ (known.json)`);
console.log(`${totals.cells} cells compared`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed > 0 ? 1 : 0);

/** Runs one check on both engines. `work` gives { cells, problems, note? } or throws. */
async function check(id, work, machines = engines) {
  if (!id.includes(only)) return;
  for (const engine of machines) {
    let outcome;
    try {
      outcome = await work(engine);
    } catch (error) {
      outcome = { cells: 0, problems: [error instanceof LoopscopeError ? clearly(error) || error.message : error.stack] };
    }
    const { cells, problems, note } = outcome;
    totals.cells += cells;
    if (id in known) {
      if (problems.length === 0) fail(id, engine, ['listed in known.json and passes: take it out']);
      else totals.known++;
    } else if (problems.length > 0) fail(id, engine, problems);
    else {
      totals.passed++;
      if (verbose) console.log(`ok   ${id} (${engine}) ${note ?? `${cells} cells`}`);
    }
  }
}

function fail(id, engine, problems) {
  totals.failed++;
  const more = problems.length > 1 && !verbose ? ` (+${problems.length - 1} more)` : '';
  console.log(`FAIL ${id}${engine && ` (${engine})`} | ${problems[0]}${more}`);
  if (verbose) for (const problem of problems.slice(1)) console.log(`       ${problem}`);
}

function checkOf(entry, classes) {
  const rule = classes[entry.tolerance];
  if (entry.quality === 'broken') return (engine) => mustRefuse(entry, engine);
  if (['ok', 'oracle-unverified'].includes(entry.quality) && entry.expected.length > 0 && rule?.rtol !== undefined) {
    const table = (entry.expected.find((e) => e.primary) ?? entry.expected[0]).path;
    return (engine) => againstTable(entry.file, path.join(shared, table), rule, entry.ignore_columns, engine, entry);
  }
  return (engine) => runsOrSaysWhy(entry, engine);
}

async function againstTable(file, table, rule, ignored, engine, entry) {
  const run = await runFile(file, engine, entry);
  const series = new Map(run.names.map((name) => [canonical(name), run.series[name]]));
  return compare(readExpected(table), { time: run.time, series }, rule, ignored);
}

async function runFile(file, engine, entry) {
  const project = await open(file, entry);
  try {
    return await project.mainModel().run({ engine });
  } finally {
    project.dispose();
  }
}

async function mustRefuse(entry, engine) {
  try {
    await runFile(entry.file, engine, entry);
  } catch (error) {
    return refusal(error);
  }
  return { cells: 0, problems: ['it ran, and is known to be broken'] };
}

async function runsOrSaysWhy(entry, engine) {
  try {
    const run = await runFile(entry.file, engine, entry);
    return { cells: 0, problems: [], note: `no oracle; ran: ${run.names.length} series, ${run.time.length} rows` };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error) {
  if (!(error instanceof LoopscopeError)) throw error;
  const unclear = clearly(error) === '';
  return { cells: 0, problems: unclear ? [`not a clear error: ${error.code}: ${error.message}`] : [], note: `refused: ${clearly(error)}` };
}

/** What a modeller is told: the first error with its code and, unless the file as a whole is meant, its place. Empty if not clear. */
function clearly(error) {
  const first = error.diagnostics.find((d) => d.severity === 'error');
  if (['engine_failure', 'run_failure'].includes(error.code) || !first?.code || first.message.length < 10) return '';
  return `${first.line > 0 ? `${first.line}:${first.column}: ` : ''}${first.code}: ${first.message}`;
}
