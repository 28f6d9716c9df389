// Writes seeds for the fuzz targets: node tests/fuzz/seeds.mjs OUT FOLDER...
// Models of up to 30 kB, every equation in them once, and a dictionary of the words of the equation language.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [out, ...folders] = process.argv.slice(2);
const maxModel = 30_000;
const names = { xmile: join(out, 'xmile'), vensim: join(out, 'vensim'), equation: join(out, 'equation') };
for (const folder of Object.values(names)) mkdirSync(folder, { recursive: true });

const save = (folder, bytes) => writeFileSync(join(folder, createHash('sha1').update(bytes).digest('hex').slice(0, 16)), bytes);

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.(xmile|stmx|itmx|xml|json|txt|mdl)$/i.test(entry.name)) yield path;
  }
}

const unescaped = (text) =>
  text.replace(/<!\[CDATA\[|\]\]>/g, '').replace(/&(lt|gt|amp|quot|apos);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" })[name]);

/** Diagrams are most of such a file and say nothing. */
const withoutSketch = (bytes) => Buffer.from(bytes.toString('latin1').replace(/^\{UTF-8\}/i, '').replace(/\\\\\\---\/\/\/[^]*?(?=\/\/\/---\\\\\\|$)/, '\\\\\\---///\n'), 'latin1');

let models = 0;
const equations = new Set();
for (const folder of folders) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue;
  for (const file of files(folder)) {
    const bytes = readFileSync(file);
    if (bytes.length <= maxModel) {
      if (/\.mdl$/i.test(file)) save(names.vensim, withoutSketch(bytes));
      else save(names.xmile, bytes);
      models++;
    }
    for (const [, text] of bytes.toString('utf8').matchAll(/<(?:eqn|init_eqn)>(.*?)<\/(?:eqn|init_eqn)>/gs)) equations.add(unescaped(text).trim());
  }
}

// The names of builtins.def, each called.
const builtins = readFileSync(new URL('../../engine/semantics/builtins.def', import.meta.url), 'utf8');
const words = ['population', 'births', 'rate', 'effect', 'IF ', ' THEN ', ' ELSE ', ' MOD ', ' AND ', ' OR ', 'NOT ', '//', '<>', '<=', '>=', '{', '}', '1e308', '1e-300', 'TIME', 'INF', 'NAN', 'DT'];
for (const [, list, least, kind] of builtins.matchAll(/^BUILTIN\("([^"]+)", (\d+), \d+, (\w+)/gm)) {
  for (const name of list.split(' ')) words.push(kind === 'Value' ? name : `${name}(`);
  if (kind === 'Value') continue;
  const rest = Array.from({ length: Number(least) }, (_, i) => (i === 0 ? (kind === 'Table' ? 'effect' : 'population') : i));
  equations.add(`${list.split(' ')[0]}(${rest.join(', ')})`);
}
for (const text of equations) save(names.equation, Buffer.from(`\0${text}`));
const quoted = (word) => `"${word.replace(/["\\]/g, '\\$&')}"`;
writeFileSync(join(out, 'equation.dict'), words.map(quoted).join('\n') + '\n');
process.stderr.write(`seeds: ${models} models, ${equations.size} equations\n`);
