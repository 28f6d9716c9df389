// The files that a model of the corpus reads, found as the command finds them (js/src/cli/data.ts).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { provideData } from '../../js/dist/cli/data.js';
import { load, LoopscopeError } from '../../js/dist/index.js';
import { shared } from './corpus.mjs';

/** Series that an entry of the manifest gives to its model's data variables. */
export const seriesOf = (entry) => (entry?.data_files ?? []).filter((name) => name.endsWith('.dat')).map((name) => path.join(shared, name));

/** A project with its data. `entry`: of the manifest, if it is one. */
export async function open(file, entry) {
  const project = await load(readFileSync(file), { file: path.basename(String(file)) });
  try {
    await provideData(project, String(file), seriesOf(entry));
  } catch (error) {
    project.dispose();
    throw error;
  }
  return project;
}

/** What is handed to a project, as [name, content]: to give it to others. */
export async function dataOf(file, entry) {
  const given = [];
  let project;
  try {
    project = await load(readFileSync(file));
  } catch (error) {
    if (!(error instanceof LoopscopeError)) throw error;
    return given;
  }
  await provideData({ dataRequests: () => project.dataRequests(), provide: (name, content) => given.push([name, content]) }, String(file), seriesOf(entry));
  project.dispose();
  return given;
}
