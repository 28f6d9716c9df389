// npm run size: what a page has to fetch, against budget.json (bytes). Exits 1 when something is over its budget.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = new URL('../../', import.meta.url);
const budgets = JSON.parse(readFileSync(new URL('budget.json', import.meta.url), 'utf8'));

/** The entry and what it imports statically, as one text. */
function library(entry) {
  const seen = new Map();
  const visit = (url) => {
    if (seen.has(url.href)) return;
    const text = readFileSync(url, 'utf8');
    seen.set(url.href, text);
    for (const [, from] of text.matchAll(/(?:^|\n)(?:import|export)\b[^;]*?from '(\.[^']+)'/g)) visit(new URL(from, url));
  };
  visit(entry);
  return Buffer.from([...seen.values()].join('\n'));
}

const parts = {
  'engine (loopscope.wasm)': readFileSync(new URL('build/emscripten/loopscope.wasm', root)),
  'glue (loopscope.mjs)': readFileSync(new URL('build/emscripten/loopscope.mjs', root)),
  'library (js/dist, what the entry imports)': library(new URL('js/dist/index.js', root)),
};

const columns = ['raw', 'gzip', 'brotli'];
const measured = Object.entries(parts).map(([name, bytes]) => ({
  name,
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
}));

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
const width = Math.max(...measured.map(({ name }) => name.length));
console.log(`${''.padEnd(width)}${columns.map((c) => c.padStart(11)).join('')}   budget`);
let over = 0;
for (const part of measured) {
  const budget = Object.entries(budgets[part.name]);
  const notes = budget.map(([kind, limit]) => {
    const exceeded = part[kind] > limit;
    if (exceeded) over++;
    return `${kind} ${grouped(limit)}${exceeded ? ' EXCEEDED' : ''}`;
  });
  console.log(`${part.name.padEnd(width)}${columns.map((c) => grouped(part[c]).padStart(11)).join('')}   ${notes.join(', ')}`);
}
console.log(`${measured.length - over} passed, ${over} failed`);
process.exit(over > 0 ? 1 : 0);
