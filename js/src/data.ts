// What a model reads from files: what it asks for, and how the host's answers go to the engine. Nothing here opens a file.
import type { Handle } from './engine.js';
import type { EngineProject } from './engine-types.js';
import { errorsOf, LoopscopeError, parseDiagnostics } from './errors.js';

/** A cell of a sheet. Dates are the serial numbers that spreadsheets have for them. */
export type Cell = number | string | boolean | null | undefined;

/** A spreadsheet's values; `readWorkbook` of `loopscope/spreadsheet` makes one of an .xlsx or .xls file. */
export interface Workbook {
  /** Rows of cells by the sheets' names, both from the sheet's first. */
  readonly sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>;
  /** Named ranges: `{ name: 'sales', sheet: 'Sheet1', area: '$B$2:$G$2' }`. */
  readonly names?: readonly { readonly name: string; readonly sheet: string; readonly area: string }[];
}

/** The text of a .csv, .tab or .dat file, its bytes, or a spreadsheet's values. */
export type DataFile = string | Uint8Array | Workbook;

/** What a model reads: a table by a GET call, or series for its data variables without an equation, by their names. */
export type DataRequest =
  | { readonly kind: 'table'; readonly file: string; /** A spreadsheet's sheet, or what stands between the cells of a text file. */ readonly sheet: string; /** The file that the model says its `?name` stands for. */ readonly target?: string }
  | { readonly kind: 'series'; readonly variables: readonly string[] };

/** Files by the names that the model calls them (`'data/a.csv'`, `'?alias'`) and, with series, by any name; or what finds a table's file. */
export type DataFiles = Readonly<Record<string, DataFile>> | ((file: string, sheet: string) => DataFile | null | undefined | Promise<DataFile | null | undefined>);

export const requestsOf = (handle: Handle<EngineProject>): readonly DataRequest[] => JSON.parse(handle.call((project) => project.requests())) as DataRequest[];

const sameFile = (a: string, b: string): boolean => a.replaceAll('\\', '/').toLowerCase() === b.replaceAll('\\', '/').toLowerCase();

/** Hands one file to the engine. */
export function give(handle: Handle<EngineProject>, file: string, content: DataFile, requests = requestsOf(handle)): void {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const text = typeof content === 'string' ? content : decode(file, content);
    if (requests.some((request) => request.kind === 'table' && sameFile(request.file, file))) return handle.call((project) => project.give(file, '', text, ''));
    const diagnostics = parseDiagnostics(handle.call((project) => project.giveSeries(file, text)));
    const [first] = errorsOf(diagnostics);
    if (first) throw new LoopscopeError(first.code, first.message, { diagnostics });
    return;
  }
  handle.call((project) => project.give(file, '', '', '')); // no sheets of before
  for (const [sheet, rows] of Object.entries(content.sheets)) {
    const names = (content.names ?? []).filter((range) => range.sheet.toLowerCase() === sheet.toLowerCase()).map(({ name, area }) => [name, area]);
    handle.call((project) => project.give(file, sheet, delimited(rows), delimited(names)));
  }
}

export async function giveAll(handle: Handle<EngineProject>, data: DataFiles): Promise<void> {
  const requests = requestsOf(handle);
  if (typeof data !== 'function') {
    for (const [file, content] of Object.entries(data)) give(handle, file, content, requests);
    return;
  }
  const files = new Map<string, string>();
  for (const request of requests) if (request.kind === 'table' && !files.has(request.file)) files.set(request.file, request.sheet);
  for (const [file, sheet] of files) {
    const content = await data(file, sheet);
    if (content !== null && content !== undefined) give(handle, file, content, requests);
  }
}

function delimited(rows: readonly (readonly Cell[])[]): string {
  const text = (cell: Cell): string => {
    if (typeof cell === 'string') return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    if (typeof cell === 'boolean') return cell ? '1' : '0';
    return typeof cell === 'number' && Number.isFinite(cell) ? String(cell) : '';
  };
  return Array.from(rows, (row) => Array.from(row ?? [], text).join(',') + '\n').join('');
}

/** UTF-8, what a byte order mark says, or the Western European code page that older tools write. */
function decode(file: string, bytes: Uint8Array): string {
  const [a, b] = bytes;
  if ((a === 0x50 && b === 0x4b) || (a === 0xd0 && b === 0xcf))
    throw new LoopscopeError('bad_data', `${file} is a spreadsheet, not text; give what readWorkbook of loopscope/spreadsheet makes of it`);
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return new TextDecoder(a === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
