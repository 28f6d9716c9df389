// Every model that can be read, written in its own language and as JSON and read again: the same model, the same text when that is
// written, and the same numbers to the bit. Then in the other language, XMILE or Vensim's: every series there again, the same to 1e-12 of its
// largest value. Run by conformance.mjs.
import { readFileSync } from 'node:fs';
import { provideData } from '../../js/dist/cli/data.js';
import { load, LoopscopeError } from '../../js/dist/index.js';
import { seriesOf } from './data.mjs';
import { canonical } from './tables.mjs';

const isError = ({ severity }) => severity === 'error';
const tolerance = 1e-12;
// Models that are another when they are written, or whose numbers are others in the other language, and why.
const different = JSON.parse(readFileSync(new URL('conversions.json', import.meta.url), 'utf8'));
// In Vensim's files these stand for the simulation specifications and are no variables.
const controls = new Set(['initial_time', 'final_time', 'time_step', 'saveper']);

/** Gives { cells, problems, note }; a file that cannot be read, or was read with errors, has nothing to compare. `entry`: { id, file }. */
export async function roundTrip(entry) {
  const { id, file } = entry;
  const read = async (text) => {
    const project = await load(text);
    await provideData(project, file, seriesOf(entry));
    return project;
  };
  let project;
  try {
    project = await read(readFileSync(file));
  } catch (error) {
    if (!(error instanceof LoopscopeError)) throw error;
    return { cells: 0, problems: [], note: 'not readable' };
  }
  try {
    if (project.diagnostics.some(isError)) return { cells: 0, problems: [], note: 'read with errors' };
    const run = await resultsOf(project);
    const own = JSON.parse(project.toJson()).dialect === 'vensim' ? 'mdl' : 'xmile';
    const problems = [...(await sameModel(project, own, run, read)), ...(await sameModel(project, 'json', run, read, own))];
    problems.push(...(await sameNumbers(project, own === 'mdl' ? 'xmile' : 'mdl', run, read)));
    return { cells: run.names.length * (run.time?.length ?? 0), problems: expected(id, problems) };
  } finally {
    project.dispose();
  }
}

async function sameModel(project, format, run, read, also) {
  const problems = [];
  const { text } = project.convert(format);
  const again = await read(text);
  if (again.mainModel().dump('model') !== project.mainModel().dump('model')) problems.push(`${format}: another model`);
  if (again.convert(format).text !== text) problems.push(`${format}: written again, it differs`);
  if (also && again.convert(also).text !== project.convert(also).text) problems.push(`${format}: as ${also}, it differs`); // JSON has all that the others have
  if (Buffer.compare(bitsOf(await resultsOf(again)), bitsOf(run)) !== 0) problems.push(`${format}: other numbers`);
  again.dispose();
  return problems;
}

async function sameNumbers(project, format, run, read) {
  let again;
  try {
    again = await read(project.convert(format).text);
  } catch (error) {
    if (run.code) return []; // neither runs
    if (!(error instanceof LoopscopeError)) throw error;
    return [`${format}: cannot be read: ${error.message}`];
  }
  try {
    const refused = again.diagnostics.find(isError);
    if (refused) return [`${format}: read with errors: ${refused.message}`];
    if (run.code) return [];
    const other = await resultsOf(again);
    if (other.code) return [`${format}: does not run: ${other.code}`];
    const series = new Map(other.names.map((name) => [canonical(name), other.series[name]]));
    const problems = [];
    for (const name of run.names) {
      const values = series.get(canonical(name));
      if (!values) {
        if (!controls.has(canonical(name))) problems.push(`${format}: no ${name}`);
      } else if (distance(run.series[name], values) > tolerance) problems.push(`${format}: ${name} is another`);
    }
    return problems;
  } finally {
    again.dispose();
  }
}

/** A model that is known to differ must, so that the list stays true. */
function expected(id, problems) {
  if (!(id in different)) return problems;
  return problems.length > 0 ? [] : [`listed in conversions.json and the same: take it out (${id})`];
}

/** The largest difference as a part of the largest value. */
function distance(a, b) {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  let scale = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) {
      if (Number.isFinite(a[i])) scale = Math.max(scale, Math.abs(a[i]));
      continue;
    }
    const difference = Math.abs(a[i] - b[i]);
    if (!Number.isFinite(difference)) return Infinity;
    most = Math.max(most, difference);
    scale = Math.max(scale, Math.abs(a[i]));
  }
  return most === 0 ? 0 : most / scale;
}

/** The run, or { code, names: [] } that says why there is none. */
async function resultsOf(project) {
  try {
    return await project.mainModel().run({ engine: 'vm' });
  } catch (error) {
    if (!(error instanceof LoopscopeError)) throw error;
    return { code: error.code, names: [] };
  }
}

function bitsOf({ code, names, series }) {
  if (code) return Buffer.from(code.padEnd(8));
  return Buffer.concat(names.map((name) => Buffer.from(series[name].buffer, series[name].byteOffset, series[name].byteLength)));
}
