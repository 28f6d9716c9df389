// Every model that can be read, written as XMILE and as JSON and read again: the same model, the same text when that is written, and
// the same numbers to the bit. Run by conformance.mjs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load, LoopscopeError } from '../../js/dist/index.js';

const isError = ({ severity }) => severity === 'error';
const writers = { xmile: (project) => project.toXmile(), json: (project) => project.toJson() };

/** Gives { cells, problems, note }; a file that cannot be read, or was read with errors, has nothing to compare. */
export async function roundTrip(file) {
  let project;
  try {
    project = await load(readFileSync(file), { file: path.basename(file) });
  } catch (error) {
    if (!(error instanceof LoopscopeError)) throw error;
    return { cells: 0, problems: [], note: 'not readable' };
  }
  try {
    if (project.diagnostics.some(isError)) return { cells: 0, problems: [], note: 'read with errors' };
    const dump = project.mainModel().dump('model');
    const bits = await resultsOf(project);
    const problems = [];
    for (const [format, write] of Object.entries(writers)) {
      const text = write(project);
      const again = await load(text);
      if (again.mainModel().dump('model') !== dump) problems.push(`${format}: another model`);
      if (write(again) !== text) problems.push(`${format}: written again, it differs`);
      if (again.toXmile() !== project.toXmile()) problems.push(`${format}: as XMILE, it differs`); // JSON has all that XMILE has
      const result = await resultsOf(again);
      if (Buffer.compare(result, bits) !== 0) problems.push(`${format}: other numbers`);
      again.dispose();
    }
    return { cells: Math.floor(bits.length / 8), problems };
  } finally {
    project.dispose();
  }
}

/** The bits of all series of a run, or why there is none. */
async function resultsOf(project) {
  try {
    const run = await project.mainModel().run({ engine: 'vm' });
    return Buffer.concat(run.names.map((name) => Buffer.from(run.series[name].buffer, run.series[name].byteOffset, run.series[name].byteLength)));
  } catch (error) {
    if (!(error instanceof LoopscopeError)) throw error;
    return Buffer.from(error.code.padEnd(8));
  }
}
