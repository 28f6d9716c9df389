// The entry `loopscope/spreadsheet`: .xlsx, .xls and what else SheetJS reads, as values for `load(..., { data })`. Needs the package `xlsx`.
import type { CellObject, WorkBook } from 'xlsx';
import type { Cell, Workbook } from './data.js';
import { LoopscopeError } from './errors.js';

type SheetJs = typeof import('xlsx');

async function sheetJs(): Promise<SheetJs> {
  try {
    const module = (await import('xlsx')) as SheetJs & { default?: SheetJs };
    return module.default ?? module; // Node sees a CommonJS module
  } catch (cause) {
    throw new LoopscopeError('missing_package', 'spreadsheets are read by the package xlsx, which is not installed: npm install xlsx', { cause });
  }
}

const valueOf = ({ t, v }: CellObject): Cell => (t === 'n' || t === 's' || t === 'b' ? (v as Cell) : null);

/** The values of a spreadsheet's cells and its named ranges. `file` is what errors call it. */
export async function readWorkbook(bytes: Uint8Array, file = 'the file'): Promise<Workbook> {
  const { read, utils } = await sheetJs();
  let book: WorkBook;
  try {
    book = read(bytes, { type: 'array', cellFormula: false, cellHTML: false, cellText: false });
  } catch (cause) {
    throw new LoopscopeError('bad_data', `${file} cannot be read as a spreadsheet: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const sheets: Record<string, Cell[][]> = {};
  for (const [name, sheet] of Object.entries(book.Sheets)) {
    const rows: Cell[][] = [];
    for (const [address, cell] of Object.entries(sheet)) {
      if (address.startsWith('!')) continue;
      const { r, c } = utils.decode_cell(address);
      (rows[r] ??= [])[c] = valueOf(cell as CellObject);
    }
    sheets[name] = rows;
  }
  const names = [];
  for (const { Name: name, Ref: ref } of book.Workbook?.Names ?? []) {
    const [, quoted, plain, area] = /^(?:'((?:[^']|'')*)'|([^!]*))!(.+)$/.exec(ref ?? '') ?? [];
    if (area !== undefined) names.push({ name, sheet: quoted?.replaceAll("''", "'") ?? plain!, area });
  }
  return { sheets, names };
}
