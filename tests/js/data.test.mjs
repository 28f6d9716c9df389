// Data from files: through the API with what a host has, and through the command, which looks for files itself.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { liveObjects, load } from '../../js/dist/index.js';
import { readWorkbook } from '../../js/dist/spreadsheet.js';
import { assertClose, assertSameBits, commandIn, engines, thrown, xmile } from './helpers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'loopscope-'));
after(() => rmSync(folder, { recursive: true }));
const data = (name) => new Uint8Array(readFileSync(new URL(`data/${name}`, import.meta.url)));
const file = (name, content) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
for (const name of ['book.xlsx', 'book.xls', 'table.csv', 'series.dat']) copyFileSync(new URL(`data/${name}`, import.meta.url), join(folder, name));
const { ok, fails } = commandIn(folder);

const aux = (name, eqn, dimensions = '') =>
  `<aux name="${name}">${dimensions && `<dimensions>${dimensions.split(' ').map((d) => `<dim name="${d}"/>`).join('')}</dimensions>`}<eqn>${eqn}</eqn></aux>`;
const dimension = (name, ...elements) => `<dim name="${name}">${elements.map((e) => `<elem name="${e}"/>`).join('')}</dim>`;
const arrays = (variables, specs = '<start>0</start><stop>4</stop><dt>1</dt>') =>
  xmile(variables, specs).replace('<model>', `<dimensions>${dimension('R', 'r1', 'r2', 'r3')}${dimension('C', 'c1', 'c2')}</dimensions><model>`);
const matrix = arrays(aux('m', "GET DIRECT CONSTANTS('table.csv', ',', 'B2')", 'R C') + aux('total', 'SUM(m)'));

/** Loads, runs on both engines, which must agree, and gives the run. */
async function run(text, files, more = () => {}) {
  const project = await load(text, { data: files });
  try {
    more(project);
    const runs = [];
    for (const engine of engines) runs.push(await project.mainModel().run({ engine }));
    for (const name of runs[0].names) assertSameBits(runs[0].series[name], runs[1].series[name], name);
    return runs[0];
  } finally {
    project.dispose();
  }
}
const values = (series) => [...series];

test('data: what a model reads is listed', async () => {
  const project = await load(arrays(aux('x', "GET XLS DATA('book.xlsx', 'Time Down', 'B', 'C4')") + aux('y', "GET DIRECT CONSTANTS('?a', ',', 'B2')")));
  assert.deepEqual(project.dataRequests(), [
    { kind: 'table', file: 'book.xlsx', sheet: 'Time Down' },
    { kind: 'table', file: '?a', sheet: ',' },
  ]);
  project.dispose();
});

test('data: a table as text, bytes, a workbook, or what a function finds', async () => {
  const text = new TextDecoder().decode(data('table.csv'));
  const asked = [];
  const cells = [['x', 'c1', 'c2'], ['r1', 1, 2], ['r2', '3', 4], [null, 5, 6.5]];
  const ways = [
    { 'table.csv': text },
    { 'TABLE.CSV': data('table.csv') },
    { 'table.csv': { sheets: { ',': cells } } },
    async (name, sheet) => (asked.push([name, sheet]), text),
  ];
  for (const way of ways) {
    const { series } = await run(matrix, way);
    assert.equal(series.total[0], 21.5);
    assert.equal(series['m[r3,c2]'][0], 6.5);
  }
  assert.deepEqual(asked, [['table.csv', ',']]);
});

test('data: UTF-16 and the Western European code page', async () => {
  const model = xmile(aux('x', "GET DIRECT CONSTANTS('f.txt', '\t', 'B1')"));
  const text = 'Größe\t12\n';
  const utf16 = new Uint8Array([0xff, 0xfe, ...new Uint8Array(new Uint16Array([...text].map((c) => c.charCodeAt(0))).buffer)]);
  const western = Uint8Array.from(text, (c) => c.charCodeAt(0));
  for (const bytes of [utf16, western, new TextEncoder().encode(`\ufeff${text}`)]) assert.equal((await run(model, { 'f.txt': bytes })).series.x[0], 12);
});

test('data: real .xlsx and .xls files', async () => {
  for (const name of ['book.xlsx', 'book.xls']) {
    const book = await readWorkbook(data(name), name);
    assert.deepEqual(Object.keys(book.sheets), ['Constants', 'Time Down', "It's across", 'Elements']);
    const { series } = await run(
      arrays(
        aux('m', `GET XLS CONSTANTS('${name}', 'constants', 'B2')`, 'R C') +
          aux('turned', `GET DIRECT CONSTANTS('${name}', 'Constants', 'B2*')`, 'C R') +
          aux('down', `GET XLS DATA('${name}', 'Time Down', 'B', 'C4')`, 'C') +
          aux('f', `GET XLS LOOKUPS('${name}', 'Time Down', 'B', 'D4')`) +
          aux('y', 'f(3)'),
      ),
      { [name]: book },
    );
    assert.equal(series['m[r2,c2]'][0], 4); // a text that is a number
    assert.equal(series['turned[c2,r3]'][0], 6.5);
    assert.deepEqual(values(series['down[c1]']), [10, 20, 30, 40, 50]);
    assertClose(series['down[c2]'], [1, 2, 2 - 1 / 3, 2 - 2 / 3, 1], 'down'); // true is 1, a word is no point
    assert.equal(series.y[0], series['down[c2]'][3]);
  }
});

test('data: named ranges of a spreadsheet', async () => {
  const book = await readWorkbook(data('book.xlsx'));
  const model = arrays(aux('m', "GET DIRECT CONSTANTS('b', 'Constants', 'matrix')", 'R C') + aux('t', "GET DIRECT CONSTANTS('b', 'Constants', 'MATRIX*')", 'C R'));
  const { series } = await run(model, { b: book });
  assert.equal(series['m[r3,c1]'][0], 5);
  assert.equal(series['t[c2,r1]'][0], 2);
  assert.deepEqual(book.names, [
    { name: 'Matrix', sheet: 'Constants', area: '$B$2:$C$4' },
    { name: 'when', sheet: "It's across", area: '$A$1:$C$1' },
    { name: 'what', sheet: "It's across", area: '$A$2:$C$2' },
  ]);
});

test('data: constants of single elements and of parts of an array, in a .mdl file', async () => {
  const mdl = `{UTF-8}
R: r1, r2, r3 ~~|
C: c1, c2 ~~|
Part: r2, r3 ~~|
x[r1] = GET DIRECT CONSTANTS('table.csv', ',', 'B2') ~~|
x[r2] = 7 ~~|
x[r3] == GET XLS CONSTANTS('book.xlsx', 'Constants', 'C4') ~~|
y[R, c1] = GET DIRECT CONSTANTS('table.csv', ',', 'B2*') ~~|
y[r1, c2] = GET DIRECT CONSTANTS('table.csv', ',', 'C2') ~~|
y[Part, c2] = GET DIRECT CONSTANTS('book.xlsx', 'Constants', 'C3*') ~~|
z[r1, C] = GET DIRECT CONSTANTS('table.csv', ',', 'B4') ~~|
z[Part, C] = GET DIRECT CONSTANTS('table.csv', ',', 'B2') ~~|
w[R, C] :EXCEPT: [r1, c2] = GET DIRECT CONSTANTS('table.csv', ',', 'B2') ~~|
w[r1, c2] = 100 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 1 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
`;
  const { series } = await run(mdl, { 'table.csv': data('table.csv'), 'book.xlsx': await readWorkbook(data('book.xlsx')) });
  const all = (name, columns) => ['r1', 'r2', 'r3'].flatMap((row) => columns.map((column) => series[`${name}[${row}${column}]`][0]));
  assert.deepEqual(all('x', ['']), [1, 7, 6.5]);
  assert.deepEqual(all('y', [',c1', ',c2']), [1, 2, 3, 4, 5, 6.5]);
  assert.deepEqual(all('z', [',c1', ',c2']), [5, 6.5, 1, 2, 3, 4]);
  assert.deepEqual(all('w', [',c1', ',c2']), [1, 100, 3, 4, 5, 6.5]);
});

test('data: a cell goes by its letters and number, whatever else spreadsheets may call it', async () => {
  const project = await load(arrays(aux('m', "GET DIRECT CONSTANTS('table.csv', ',', 'R2C2')")), { data: { 'table.csv': data('table.csv') } });
  assert.match(project.mainModel().renderedDiagnostics, /'R2C2' is neither a cell such as B2 nor the name of a range in table\.csv/);
  project.dispose();
});

test('data: given later, and again', async () => {
  const before = liveObjects();
  const project = await load(matrix);
  const model = project.mainModel();
  assert.deepEqual(model.diagnostics.map((d) => d.code), ['missing_data']);
  assert.match(model.renderedDiagnostics, /error\[missing_data\]: m: GET DIRECT CONSTANTS reads table\.csv/);
  project.provide('table.csv', data('table.csv'));
  assert.deepEqual(model.diagnostics, []);
  const sim = await model.simulate();
  project.provide('table.csv', 'x,c1,c2\n,1,1\n,1,1\n,1,1\n');
  assert.equal((await model.run()).series.total[0], 6);
  sim.runToEnd();
  assert.equal(sim.getValue('total'), 21.5); // made before
  sim.dispose();
  project.dispose();
  assert.equal(liveObjects(), before);
});

test('data: what cannot be read says so', async () => {
  const before = liveObjects();
  const error = await thrown('bad_data', () => load(matrix, { data: { 'table.csv': data('book.xlsx') } }));
  assert.match(error.message, /readWorkbook/);
  assert.match((await thrown('bad_data', () => load(matrix, { data: { 'x.dat': 'v\n1\ttwo\n' } }))).message, /x\.dat has a line 2 that is neither/);
  assert.match((await thrown('bad_data', () => readWorkbook(new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3]), 'b.xlsx'))).message, /b\.xlsx cannot be read as a spreadsheet/);
  await thrown('model_has_errors', () => run(matrix, { 'table.csv': '1,"2\n' }));
  await assert.rejects(load(matrix, { data: async () => Promise.reject(new Error('no network')) }), /no network/);
  assert.equal(liveObjects(), before);
});

test('data: the command finds files beside the model', () => {
  const model = file('matrix.xmile', matrix);
  assert.match(ok('simulate', model, '--vars', 'total'), /^time,total\n0,21\.5\n/);
  for (const command of ['check', 'loops', 'links']) ok(command, model);
  ok('dump', model, '--phase', 'equations');
  ok('compile', model, '-o', join(folder, 'm.wasm'));
  mkdirSync(join(folder, 'Sub'));
  copyFileSync(join(folder, 'table.csv'), join(folder, 'Sub', 'Table.CSV'));
  file('sub.xmile', matrix.replace("'table.csv'", "'Sub\\table.csv'"));
  assert.match(ok('simulate', 'sub.xmile', '--vars', 'total'), /21\.5/);
  file('book.xmile', matrix.replace("'table.csv', ','", "'book.xls', 'Constants'"));
  assert.match(ok('simulate', 'book.xmile', '--vars', 'total'), /21\.5/);
});

test('data: the command takes names for files, and a list beside the model', () => {
  const model = file('alias.xmile', matrix.replace("'table.csv', ','", "'?numbers', 'Constants'"));
  fails(1, /missing_data\]: m: \?numbers stands for a file/, 'simulate', model);
  assert.match(ok('simulate', model, '--data', 'numbers=book.xlsx', '--vars', 'total'), /21\.5/);
  assert.match(ok('simulate', model, '--data', '?NUMBERS=book.xls', '--vars', 'total'), /21\.5/);
  fails(2, /nowhere\.xlsx cannot be read: there is no such file/, 'simulate', model, '--data', 'numbers=nowhere.xlsx');
  file('list.json', '{"directData": {"?numbers": "book.xlsx"}, "datFiles": ["series.dat"]}');
  assert.match(ok('simulate', model, '--data', 'list.json', '--vars', 'total'), /21\.5/);
  copyFileSync(join(folder, 'list.json'), join(folder, 'alias_spec.json'));
  assert.match(ok('simulate', model, '--vars', 'total'), /21\.5/);
  file('alias_spec.json', '{"directData": ');
  fails(2, /alias_spec\.json cannot be read/, 'simulate', model);
  rmSync(join(folder, 'alias_spec.json'));
});

test('data: files that are none, are broken or never end', () => {
  const broken = (target, sheet = ',') => file('broken.xmile', matrix.replace("'table.csv', ','", `'${target}', '${sheet}'`));
  fails(1, /missing_data/, 'simulate', broken('/dev/zero'));
  fails(1, /missing_data/, 'simulate', broken('.'));
  fails(1, /missing_data/, 'simulate', broken('../'.repeat(40)));
  fails(1, /missing_data/, 'simulate', broken('no\u0000such'.replace('\u0000', '%00')));
  fails(1, /book\.xlsx has no sheet Nowhere; it has Constants, Time Down/, 'simulate', broken('book.xlsx', 'Nowhere'));
  file('fake.xlsx', 'PK\u0003\u0004 this is no archive');
  fails(1, /fake\.xlsx cannot be read as a spreadsheet/, 'simulate', broken('fake.xlsx', 'S'));
  file('open.csv', 'x,c1\n"r1,1\n');
  fails(1, /open\.csv has a quote in line 2 that is not closed/, 'simulate', broken('open.csv'));
  file('junk.dat', Buffer.from([0, 1, 2, 9, 255, 10, 9, 9, 10]));
  fails(1, /junk\.dat has a line 1 that is neither/, 'simulate', join(folder, 'matrix.xmile'), '--data', 'junk.dat');
  fails(2, /nothing\.dat cannot be read/, 'simulate', join(folder, 'matrix.xmile'), '--data', 'nothing.dat');
});

test('data: Vensim models: data variables with their rules, elements from a file, names from the settings', async () => {
  const mdl = String.raw`{UTF-8}
Row: GET XLS SUBSCRIPT('?book', 'Elements', 'A2', 'A', '') ~~|
first: r1, r2 ~~|
list[Row] = 1, 2, 3 ~~|
total = SUM(list[Row!]) ~~|
down:RAW::= GET DIRECT DATA('?book', 'time down', 'B', 'C4') ~~|
hold:HOLD BACKWARD::= GET DIRECT DATA('?book', 'Time Down', 'B', 'C4') ~~|
ahead:LOOK FORWARD::= GET DIRECT DATA('?book', 'Time Down', 'B', 'C4') ~~|
Demand[first] ~~|
wanted = Demand[r1] ~~|
exact = GET DATA AT TIME(hold, Time) ~~|
earlier[first] = GET DATA BETWEEN TIMES(Demand[first], Time, -1) ~~|
later = GET DATA BETWEEN TIMES(hold, Time, 1) ~~|
line = GET DATA BETWEEN TIMES(hold, Time - 0.5, 0) ~~|
average = GET DATA MEAN(hold, Time, 4) + GET DATA MAX(hold, 0, Time) + GET DATA MIN(hold, Time, 9) ~~|
span = GET DATA LAST TIME(hold) - GET DATA FIRST TIME(hold) + GET DATA TOTAL POINTS(hold) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 4 ~~|
TIME STEP = 1 ~~|
SAVEPER = TIME STEP ~~|
\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
///---\\\
:L\x7f<%^E!@
30:?book=book.xlsx
`;
  const model = file('vensim.mdl', mdl);
  file('demand.csv', 'Time,Demand[r1],"Demand[r2]"\n0,5,1\n2,7,1\n');
  const project = await load(mdl);
  assert.deepEqual(project.dataRequests().map(({ target, variables }) => target ?? variables), ['book.xlsx', 'book.xlsx', 'book.xlsx', ['Demand']]);
  project.dispose();
  const na = -(2 ** 109);
  const outputs = new Set();
  for (const engine of engines) {
    const [head, ...rows] = ok('simulate', model, '--engine', engine, '--data', 'demand.csv').trimEnd().split('\n').map((line) => line.split(','));
    const column = (name) => rows.map((row) => Number(row[head.indexOf(name)]));
    assert.deepEqual(column('total'), [6, 6, 6, 6, 6]);
    assert.deepEqual(column('down'), [10, na, 30, na, 50]);
    assert.deepEqual(column('hold'), [10, 10, 30, 30, 50]);
    assert.deepEqual(column('ahead'), [10, 30, 30, 50, 50]);
    assert.deepEqual(column('wanted'), [5, 6, 7, 7, 7]);
    assert.deepEqual(column('exact'), [10, na, 30, na, 50]);
    assert.deepEqual(column('earlier[r1]'), [5, 5, 5, na, na]);
    assert.deepEqual(column('later'), [10, 30, 30, 50, 50]);
    assert.deepEqual(column('line'), [na, 15, 25, 35, 45]);
    assert.deepEqual(column('average'), [30 + 10 + 10, 40 + 10 + 30, 40 + 30 + 30, 50 + 30 + 50, 50 + 50 + 50]);
    assert.deepEqual(column('span'), [7, 7, 7, 7, 7]);
    outputs.add([head, ...rows].join('\n'));
  }
  assert.equal(outputs.size, 1); // both engines, to the bit
  fails(1, /there is no data for demand\[r1\] and 1 more/, 'simulate', model);
});
