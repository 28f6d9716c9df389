// Made book.xlsx and book.xls beside it with SheetJS: node tests/js/data/make.mjs
import { fileURLToPath } from 'node:url';
import xlsx from 'xlsx';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const sheet = (rows, origin = 'A1') => {
  const made = xlsx.utils.aoa_to_sheet([[]]);
  xlsx.utils.sheet_add_aoa(made, rows, { origin });
  return made;
};
const book = xlsx.utils.book_new();
xlsx.utils.book_append_sheet(book, sheet([['', 'c1', 'c2'], ['r1', 1, 2], ['r2', 3, '4'], ['r3', 5, 6.5]]), 'Constants');
// From B3 on: time down, two columns, a gap, a word, a cell that is true.
xlsx.utils.book_append_sheet(book, sheet([['time', 'north', 'south "quoted", name'], [0, 10, 1], [1, null, 2], [2, 30, 'n/a'], [4, 50, true]], 'B3'), 'Time Down');
// Time across, out of order; the last is a date: 2 January 1900 is day 2.
const across = sheet([[4, 0, 2], [40, 0, 20]]);
across.C1 = { t: 'n', v: 2, z: 'yyyy-mm-dd' };
xlsx.utils.book_append_sheet(book, across, "It's across");
xlsx.utils.book_append_sheet(book, sheet([['Element'], ['r1'], [], ['r2'], [3]]), 'Elements');
book.Workbook = { Names: [{ Name: 'Matrix', Ref: 'Constants!$B$2:$C$4' }, { Name: 'when', Ref: "'It''s across'!$A$1:$C$1" }, { Name: 'what', Ref: "'It''s across'!$A$2:$C$2" }] };
xlsx.writeFile(book, here('book.xlsx'));
xlsx.writeFile(book, here('book.xls'), { bookType: 'biff8' });
