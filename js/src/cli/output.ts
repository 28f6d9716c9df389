// Where data goes and how numbers and tables are written.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Link, Loop, LoopSearch, Partition } from '../index.js';
import { UsageError } from './args.js';

/** Writes to the file, or to stdout where none is given. A reader that has seen enough (`| head`) ends the output quietly. */
export async function emit(chunks: Iterable<string | Uint8Array>, file: string | undefined): Promise<void> {
  if (file !== undefined) {
    try {
      await writeFile(file, chunks);
    } catch (error) {
      throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    return;
  }
  const { stdout } = process;
  let closed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
  });
  for (const chunk of chunks) {
    if (closed) return;
    if (!stdout.write(chunk)) await once(stdout, 'drain').catch(() => {});
  }
}

/** The shortest text that reads back as the same number. */
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

export interface Table {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

export function* delimited({ names, columns }: Table, delimiter: ',' | '\t'): Generator<string> {
  const special = delimiter === ',' ? /[",\r\n]/ : /["\t\r\n]/;
  const cell = (text: string): string => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  yield names.map(cell).join(delimiter) + '\n';
  const rows = columns[0]?.length ?? 0;
  for (let row = 0; row < rows; row++) yield columns.map((column) => numberText(column[row]!)).join(delimiter) + '\n';
}

const numbers = (values: Iterable<number>): string => JSON.stringify(Array.from(values)); // not finite: null

export function* tableJson({ names, columns }: Table): Generator<string> {
  yield `{"time":${numbers(columns[0]!)},\n"series":{`;
  for (let i = 1; i < names.length; i++) yield `${i === 1 ? '' : ','}\n${JSON.stringify(names[i])}:${numbers(columns[i]!)}`;
  yield '}}\n';
}

function* jsonItems<T>(items: Iterable<T>, one: (item: T) => string): Generator<string> {
  let first = true;
  for (const item of items) {
    yield `${first ? '' : ','}\n${one(item)}`;
    first = false;
  }
  yield ']}\n';
}

/** An object as JSON, typed arrays as lists. */
const record = (fields: object): string => JSON.stringify(fields, (_, value: unknown) => (value instanceof Float64Array ? Array.from(value) : value));

export function* linksJson(mode: string, time: Float64Array, links: readonly Link[]): Generator<string> {
  yield `{"mode":${JSON.stringify(mode)},"time":${numbers(time)},"links":[`;
  yield* jsonItems(links, ({ from, to, polarity, score, relative }) => record({ from, to, polarity, score, relative }));
}

export function* loopsJson(search: LoopSearch, time: Float64Array, partitions: readonly Partition[], loops: readonly Loop[]): Generator<string> {
  yield `{"mode":${JSON.stringify(search.mode)},"search":${JSON.stringify(search)},"time":${numbers(time)},"partitions":${JSON.stringify(partitions.map(({ stocks }) => ({ stocks })))},"loops":[`;
  yield* jsonItems(loops, ({ id, polarity, structural, variables, path, partition, score, relative, share, reducers, pinned, slots }) =>
    record({ id, polarity, structural, variables, path, partition, score, relative, share, reducers, pinned, slots }),
  );
}

/** Columns under their heads; those named in `right` are set to the right. */
export function aligned(head: readonly string[], rows: readonly (readonly string[])[], right: readonly string[] = []): string {
  const widths = head.map((title, i) => rows.reduce((width, row) => Math.max(width, row[i]!.length), title.length));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right.includes(head[i]!) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n') + '\n';
}

export const percent = (fraction: number): string => (Number.isFinite(fraction) ? `${(100 * fraction).toFixed(1)} %` : 'n/a');

/** The pinned ones first, as they come. */
export const byShare = (loops: readonly Loop[]): Loop[] =>
  [...loops].sort((a, b) => (a.pinned || b.pinned ? Number(b.pinned) - Number(a.pinned) : b.share > a.share ? 1 : b.share < a.share ? -1 : a.id.localeCompare(b.id, 'en', { numeric: true })));

export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
