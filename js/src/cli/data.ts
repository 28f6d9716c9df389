// Finds the files that a model reads: beside it, under the names that --data gives them, or in the list `MODEL_spec.json` beside it.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DataFile, Project } from '../index.js';
import { UsageError } from './args.js';

export const dataHelp = `  --data FILE               series for data variables: Vensim's .dat, or .csv or .tab with a column each and time in the first
  --data NAME=FILE          the file that the model calls NAME or ?NAME; others are looked for beside the model, as is MODEL.dat
  --data FILE.json          a list of both (docs/interfaces.md); MODEL_spec.json beside the model is read in any case`;

interface Files {
  /** By the model's names for them, without a question mark. */
  readonly named: Map<string, string>;
  readonly series: string[];
}

const nameKey = (name: string): string => name.replace(/^\?/, '').toLowerCase();

const exists = (file: string): Promise<boolean> => stat(file).then((found) => found.isFile(), () => false);

/** `{"directData": {"?name": "file"}, "datFiles": ["file"]}`, the files relative to the list. */
async function readList(file: string, files: Files): Promise<void> {
  let list: Record<string, unknown>;
  try {
    list = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const place = (name: unknown): string => path.resolve(path.dirname(file), String(name));
  for (const [name, target] of Object.entries(list?.['directData'] ?? {})) if (!files.named.has(nameKey(name))) files.named.set(nameKey(name), place(target));
  for (const key of ['datFiles', 'externalDatfiles']) {
    const several = list?.[key];
    if (Array.isArray(several)) files.series.push(...several.map(place));
  }
}

async function filesOf(model: string, given: readonly string[]): Promise<Files> {
  const files: Files = { named: new Map(), series: [] };
  const lists: string[] = [];
  for (const word of given) {
    const [, name, file] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    if (name !== undefined && !(await exists(word))) files.named.set(nameKey(name), file!);
    else if (/\.json$/i.test(word)) lists.push(word);
    else files.series.push(word);
  }
  const beside = model.replace(/\.[^.\\/]*$/, '') + '_spec.json';
  if (await exists(beside)) lists.push(beside);
  for (const list of lists) await readList(list, files);
  return files;
}

/** The file of that name; where letters are no different but for their case, as on the modeller's machine. */
async function findFile(file: string): Promise<string | null> {
  if (await exists(file)) return file;
  const [folder, name] = [path.dirname(file), path.basename(file).toLowerCase()];
  const near = (await readdir(folder).catch(() => [])).find((other) => other.toLowerCase() === name);
  return near !== undefined && (await exists(path.join(folder, near))) ? path.join(folder, near) : null;
}

const largest = 200_000_000;

async function readData(file: string): Promise<DataFile> {
  const { size } = await stat(file);
  if (size > largest) throw new UsageError(`${file} is larger than 200 MB`);
  const bytes = new Uint8Array(await readFile(file));
  const sheets = /\.(xls[xmb]?|ods|wk[1-4s]|123)$/i.test(file) || (bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0xd0 && bytes[1] === 0xcf);
  if (!sheets) return bytes;
  const { readWorkbook } = await import('../spreadsheet.js');
  return readWorkbook(bytes, file);
}

/** Hands the project what it asks for and was found; what was not, its diagnostics say. */
export async function provideData(project: Project, model: string, given: readonly string[]): Promise<void> {
  const requests = project.dataRequests();
  if (requests.length === 0 && given.length === 0) return;
  const { named, series } = await filesOf(model, given);
  const tables = new Map(requests.flatMap((request) => (request.kind === 'table' ? [[request.file, request.target]] : [])));
  for (const [name, written] of tables) {
    const beside = written ?? (name.startsWith('?') ? null : name);
    const target = named.get(nameKey(name)) ?? (beside === null ? null : path.resolve(path.dirname(model), beside.replaceAll('\\', '/')));
    const file = target === null ? null : await findFile(target);
    if (file !== null) project.provide(name, await readData(file));
    else if (named.has(nameKey(name))) throw new UsageError(`${target} cannot be read: there is no such file`);
  }
  // Without a word about it, the series of the model's own name.
  if (series.length === 0 && requests.some(({ kind }) => kind === 'series')) {
    const beside = await findFile(model.replace(/\.[^.\\/]*$/, '') + '.dat');
    if (beside !== null) series.push(beside);
  }
  for (const file of new Set(series.map((name) => path.resolve(name)))) {
    if (!(await exists(file))) throw new UsageError(`${file} cannot be read: there is no such file`);
    project.provide(file, await readData(file));
  }
}
