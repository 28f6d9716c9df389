// Hostile models that are too large to keep in the repository, made when the tests run: node tests/hostile/generate.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const model = (variables, specs = '<start>0</start><stop>10</stop><dt>1</dt>') => `<xmile version="1.0">
<sim_specs>${specs}</sim_specs>
<model><variables>
${variables}
</variables></model>
</xmile>
`;
const aux = (name, equation) => `<aux name="${name}"><eqn>${equation}</eqn></aux>`;
const stock = (flows, initial = 1) => `<stock name="s"><eqn>${initial}</eqn>${flows.map((name) => `<inflow>${name}</inflow>`).join('')}</stock>`;
const flow = (name, equation) => `<flow name="${name}"><eqn>${equation}</eqn></flow>`;
const many = (count, line) => Array.from({ length: count }, (_, i) => line(i));
const lines = (count, line) => many(count, line).join('\n');
const nested = (depth, open, inside, close) => open.repeat(depth) + inside + close.repeat(depth);

const json = (auxiliaries) => `{"simSpecs": {"startTime": 0, "endTime": 10}, "models": [{"name": "main", "auxiliaries": [${auxiliaries}]}]}`;

const mdl = (entries) => `{UTF-8}\n${entries}\nINITIAL TIME = 0 ~~|\nFINAL TIME = 10 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n`;

// By file name. What is expected of each is in cases.json.
const files = {
  'json-deep.json': () => nested(1e6, '{"a":', '1', '}'),
  'json-9-million-values.json': () => `{"models": [${'0,'.repeat(9e6)}0]}`,
  'json-wrong-100000.json': () => json(many(1e5, () => '7').join()),
  'json-variables-50000.json': () => json(many(5e4, (i) => `{"name": "v${i}", "order": ${5e4 - i}, "equation": "TIME + ${i}"}`).join()),
  'json-name-of-a-megabyte.json': () => json(`{"name": "${'\\u006e'.repeat(2e5)}", "equation": "1"}`),
  'systems-flows-5000.txt': () => `a(1000000)\n${lines(5000, (i) => `a > b${i % 10} @ ${(i % 7) + 1}`)}`,
  'systems-parentheses-half-million.txt': () => `a > b @ ${nested(5e5, '(', '1', ')')}`,
  'systems-wrong-100000.txt': () => `a > b @ 1\n${lines(1e5, () => 'a > b @ 1 +')}`,
  'vensim-entries-100000.mdl': () => mdl(lines(1e5, (i) => `v ${i} = ${i === 0 ? 'Time' : `v ${i - 1} + 1`} ~~|`)),
  'vensim-wrong-100000.mdl': () => mdl(lines(1e5, () => 'x[ = ~~|')),
  'vensim-line-of-a-megabyte.mdl': () => mdl(`x = 1${' + 1'.repeat(500)} {${'x'.repeat(9e5)}} ~ ${'u'.repeat(1e6)} ~ ${'c'.repeat(1e6)} |`),
  'vensim-name-of-a-megabyte.mdl': () => mdl(`${'long name '.repeat(1e5)} = 1 ~~|`),
  'vensim-quotes-million.mdl': () => mdl(`x = 1 ~~|\n${'"\\'.repeat(1e6)}`),
  'vensim-comments-million-deep.mdl': () => mdl(`x = ${nested(1e6, '{', '', '}')} 1 ~~|`),
  'vensim-comments-million-open.mdl': () => mdl(`x = ${'{'.repeat(1e6)} 1 ~~|`),
  'vensim-parentheses-half-million.mdl': () => mdl(`x = ${nested(5e5, '(', '1', ')')} ~~|\ny = INTEG(${nested(5e5, '(', '1', ')')}, 1) ~~|`),
  'vensim-points-200000.mdl': () => mdl(`f(${many(2e5, (i) => `(${2e5 - i},${i})`).join(',')}) ~~|\nx = f(Time) ~~|`),
  'vensim-list-200000.mdl': () => mdl(`d: (e1-e200000) ~~|\nx[d] = ${many(2e5, (i) => i).join(', ')} ~~|`),
  'vensim-ranges-deep.mdl': () => mdl(`${lines(5000, (i) => `r${i}: r${i + 1} ~~|`)}\nr5000: a, b ~~|\nx[r0] = 1 ~~|`),
  'vensim-ranges-many.mdl': () => mdl(`whole: (e1-e2000) ~~|\n${lines(2000, (i) => `r${i}: whole ~~|`)}\nx[r0] = 1 ~~|`),
  'vensim-final-time-doubles.mdl': () => mdl(`x = Time ~~|\n${lines(60, (i) => `v${i} = MAX(v${i + 1}, MIN(v${i + 1}, v${i + 1} + Time)) ~~|`)}\nv60 = 10 ~~|`).replace('FINAL TIME = 10', 'FINAL TIME = MIN(v0, v0)'),
  'vensim-macros-double.mdl': () => mdl(`:MACRO: M0(a)\nM0 = a ~~|\n:END OF MACRO:\n${lines(40, (i) => `:MACRO: M${i + 1}(a)\nM${i + 1} = M${i}(a) + M${i}(a) ~~|\n:END OF MACRO:`)}\nx = M40(1) ~~|`),
  'vensim-aliases-20000.mdl': () => mdl(`whole: (e1-e200000) ~~|\n${lines(20000, (i) => `r${i} <-> whole ~~|`)}\nx[e1] = 1 ~~|`),
  'vensim-lists-too-short-100000.mdl': () => mdl(`whole: (e1-e200000) ~~|\n${lines(1e5, (i) => `x${i}[whole] = 1, 2 ~~|`)}`),
  'vensim-macro-outputs-3000.mdl': () => mdl(`:MACRO: M(a : ${many(3000, (i) => `o${i}`).join(', ')})\nM = a ~~|\n${lines(3000, (i) => `o${i} = a ~~|`)}\n:END OF MACRO:\nx = 1 ~~|`),
  'json-mappings-1000.json': () => `{"simSpecs": {"startTime": 0, "endTime": 10}, "dimensions": [{"name": "D", "size": 1000000, "mappings": [${many(1000, () => '{"target": "E", "elementMap": [{"source": "1", "target": "1"}]}').join()}]}, {"name": "E", "size": 3}], "models": [{"name": "main", "auxiliaries": [{"name": "x", "equation": "1"}]}]}`,
  'systems-sums-of-products-half-million.txt': () => `a > b @ 1${' + 2 * 3'.repeat(250000)}`,
  'elements-million-deep.xmile': () => model(nested(1e6, '<a>', '', '</a>')),
  'elements-5-million.xmile': () => model('<a/>'.repeat(5e6)),
  'attributes-200000.xmile': () => model(`<aux ${many(2e5, (i) => `a${i}="1"`).join(' ')} name="a"><eqn>1</eqn></aux>`),
  'file-65-MiB.xmile': () => new Uint8Array((64 << 20) + 1),
  'not-a-model-60-MB.xmile': () => new Uint8Array(60e6).fill(60),
  'parentheses-half-million.xmile': () => model(aux('a', nested(5e5, '(', '1', ')'))),
  'signs-million.xmile': () => model(aux('a', `${'-'.repeat(1e6)}1`)),
  'line-of-a-megabyte.xmile': () => model(aux('a', `1 {${'x'.repeat(1e6)}} + 1`)),
  'equation-over-a-megabyte.xmile': () => model(aux('a', `1 {${'x'.repeat(1.1e6)}} + 1`)),
  'equation-with-200000-comments.xmile': () => model(aux('a', `1${'<!-- x -->'.repeat(2e5)} + 1`)),
  'equation-of-entities.xmile': () => model(aux('a', '&lt;'.repeat(2e5))),
  'terms-900.xmile': () => model(`${aux('x', 'TIME')}\n${aux('a', Array(900).fill('x').join(' + '))}`),
  'terms-5000.xmile': () => model(`${aux('x', 'TIME')}\n${aux('a', Array(5000).fill('x').join('+'))}`),
  'terms-100000.xmile': () => model(`${aux('x', 'TIME')}\n${aux('a', Array(1e5).fill('x').join('+'))}`),
  'arguments-100000.xmile': () => model(`${aux('x', 'TIME')}\n${aux('a', `MAX(${Array(1e5).fill('x').join(',')})`)}`),
  'arguments-255-nested.xmile': () => model(`${aux('x', 'TIME')}\n${aux('a', nested(60, `MAX(${'x,'.repeat(254)}`, 'x', ')'))}`),
  'name-of-a-megabyte.xmile': () => model(`${aux('n'.repeat(1e6), 1)}\n${aux('b', 'm'.repeat(5e5))}`),
  'name-of-400000-words.xmile': () => model(aux('a', 'x '.repeat(4e5))),
  'variables-100000.xmile': () => model(lines(1e5, (i) => aux(`v${i}`, `TIME + ${i}`))),
  'constants-100000.xmile': () => model(lines(1e5, (i) => aux(`v${i}`, i))),
  'chain-50000.xmile': () => model(lines(5e4, (i) => aux(`v${i}`, i ? `v${i - 1} + 1` : 'TIME'))),
  'chain-50000-backwards.xmile': () => model(lines(5e4, (i) => aux(`v${i}`, i < 49999 ? `v${i + 1} + 1` : 'TIME'))),
  'chain-of-20000-initial-values.xmile': () => model(lines(2e4, (i) => `<stock name="s${i}"><eqn>${i ? `s${i - 1} + 1` : 'TIME'}</eqn></stock>`)),
  'cycle-50000.xmile': () => model(lines(5e4, (i) => aux(`v${i}`, `v${(i + 1) % 5e4} + 1`))),
  'loop-2000.xmile': () => model(`${stock(['f'])}\n${flow('f', 'v1999')}\n${lines(2e3, (i) => aux(`v${i}`, i ? `v${i - 1} * 0.99` : 's'))}`),
  'loop-50000.xmile': () => model(`${stock(['f'])}\n${flow('f', 'v49999')}\n${lines(5e4, (i) => aux(`v${i}`, i ? `v${i - 1} * 0.99` : 's'))}`),
  'inflows-500.xmile': () => model(`${stock(many(500, (i) => `f${i}`))}\n${lines(500, (i) => flow(`f${i}`, `s / ${i + 1e5}`))}`),
  'inflows-50000.xmile': () => model(`${stock(many(5e4, (i) => `f${i}`))}\n${lines(5e4, (i) => flow(`f${i}`, `s / ${i + 1e5}`))}`),
  'stocks-60-all-linked.xmile': () =>
    model(lines(60, (i) => `<stock name="s${i}"><eqn>1</eqn><inflow>f${i}</inflow></stock>\n${flow(`f${i}`, `0.001 * (${many(60, (j) => `s${j}`).join(' + ')})`)}`)),
  'unknown-names-20000.xmile': () => model(lines(2e4, (i) => aux(`variable number ${i}`, `varable_nmber_${i}`))),
  'unknown-functions-20000.xmile': () => model(lines(2e4, (i) => aux(`v${i}`, `smthing(${i})`))),
  'duplicates-100000.xmile': () => model(lines(1e5, (i) => aux('v', i))),
  'table-of-500000-points.xmile': () => model(`<aux name="a"><eqn>TIME</eqn><gf><xscale min="0" max="1"/><ypts>${many(5e5, (i) => i % 7).join(',')}</ypts></gf></aux>`),
  'delays-500-of-order-200.xmile': () => model(lines(500, (i) => aux(`a${i}`, 'DELAYN(TIME, 5, 200)'))),
  'smooths-190-nested.xmile': () => model(aux('a', nested(190, 'SMTH3(', 'TIME', ', 5)'))),
  'previous-190-nested.xmile': () => model(aux('a', nested(190, 'PREVIOUS(', 'TIME', ', 5)'))),
  'order-computed-four-ways-each.xmile': () =>
    model(`${lines(10, (i) => aux(`n${i}`, i < 9 ? `PULSE_TRAIN(${Array(4).fill(`n${i + 1}`).join(', ')})` : 1))}\n${aux('a', 'DELAYN(TIME, 5, n0)')}`),
  'modules-300-deep.xmile': () =>
    model(`<module name="m" model_name="p0"/>\n${aux('y', 1)}`).replace('</xmile>', `${many(300, (i) => `<model name="p${i}"><variables><module name="a" model_name="p${i + 1}"/></variables></model>`).join('\n')}
<model name="p300"><variables>${aux('x', 1)}</variables></model>\n</xmile>`),
  'elements-20000-that-read-each-other.xmile': () =>
    model(`<aux name="x"><dimensions><dim name="A"/></dimensions>${many(2e4, (i) => `<element subscript="${i + 1}"><eqn>${i ? `x[${i}] + 1` : 'TIME'}</eqn></element>`).join('\n')}</aux>\n${aux('y', 'x[20000]')}`).replace(
      '<model>', '<dimensions><dim name="A" size="20000"/></dimensions><model>'),
  // Written out as trees, these have 2^190 nodes.
  'squares-190-nested.xmile': () => model(`${aux('x', 'TIME / 10')}\n${aux('a', nested(190, '(', 'x', ')^2'))}`),
  'safe-divisions-190-nested.xmile': () => model(`${stock(['f'], 2)}\n${flow('f', nested(190, '(0.01 // ', 's', ')'))}`),
  'ifs-190-nested.xmile': () => model(`${aux('x', 'TIME')}\n${aux('a', nested(190, 'IF x &gt; 10 THEN x ELSE ', 'x + 1', ''))}`),
};

/** Writes them all; gives their names. */
export function generate(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(files)) writeFileSync(join(folder, name), make());
  return Object.keys(files);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) generate(process.argv[2] ?? 'build/hostile');
