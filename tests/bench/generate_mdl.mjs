// Makes a Vensim model of about `variables` arrayed variables over dimensions of five elements, always the same for the same number: sectors of
// stocks, lookups, smooths, sums, constants in lists and one by one, with the comments and the diagram that such files carry. 1,000 variables are
// about 1,400 kB of text and 5,000 elements. Each sector is driven by the one before it.
//   node tests/bench/generate_mdl.mjs 1000 > model.mdl
import { fileURLToPath } from 'node:url';

/** A small generator of numbers in [0, 1), the same everywhere. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const words = 'the stock of capital in each region changes with investment and wears out over its lifetime while demand follows income and prices with a delay'.split(' ');

export function generateMdl(variables) {
  const random = randomNumbers(variables);
  const between = (low, high, digits = 3) => (low + (high - low) * random()).toFixed(digits);
  const text = (count) => Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ');
  const out = ['{UTF-8}'];
  const names = [];
  const add = (name, equation, units = 'Dmnl') => {
    names.push(name.replace(/\[.*/, ''));
    out.push(`${name}=\n\t${equation}\n\t~\t${units}\n\t~\t${wrapped(text(140))}\n\t|\n`);
  };
  const elements = ['North', 'South', 'East', 'West', 'Centre'];
  out.push(`Region:\n\t${elements.join(', ')}\n\t~\t\n\t~\t\n\t|\n`, `Coast:\n\tNorth, East, West\n\t~\t\n\t~\t\n\t|\n`);
  for (let sector = 0; names.length < variables; sector++) {
    const _ = (name) => `${name} ${sector}[Region]`;
    const each = (name, low, high) => elements.forEach((element, i) => {
      if (i === 0) names.push(`${name} ${sector}`);
      out.push(`${name} ${sector}[${element}]=\n\t${between(low, high)}\n\t~\tDmnl\n\t~\t${wrapped(text(85))}\n\t|\n`);
    });
    const list = (name, low, high) => add(_(name), elements.map(() => between(low, high)).join(', '));
    const before = (name) => `${name} ${Math.max(sector - 1, 0)}[Region]`;
    list('growth fraction', 0.02, 0.06);
    list('lifetime', 15, 40);
    list('capacity', 800, 1500);
    each('unit need', 0.5, 1.5);
    add(_('people'), `INTEG(${_('births')} - ${_('deaths')}, ${between(80, 300, 0)})`, 'Person');
    out.push(`effect of crowding ${sector}(\n\t[(0,0)-(2,1.5)],(0,1.1),(0.4,1),(0.8,0.75),(1.2,0.45),(1.6,0.25),(2,0.18))\n\t~\tDmnl\n\t~\t${wrapped(text(85))}\n\t|\n`);
    names.push(`effect of crowding ${sector}`);
    add(_('crowding'), `${_('people')} / ${_('capacity')}`);
    add(_('births'), `${_('people')} * ${_('growth fraction')} * effect of crowding ${sector}(${_('crowding')})`, 'Person/Year');
    add(_('deaths'), `${_('people')} / ${_('lifetime')}`, 'Person/Year');
    add(`everybody ${sector}`, `SUM(people ${sector}[Region!])`, 'Person');
    add(`on the coast ${sector}`, `SUM(people ${sector}[Coast!])`, 'Person');
    add(_('imports'), sector === 0 ? between(10, 30, 1) : `MAX(${before('use')} * ${between(0.05, 0.3)}, 0)`);
    add(_('need'), `${_('people')} * ${_('unit need')} * (1 + 0.1 * SIN(Time / ${between(2, 5, 2)}))`);
    add(_('expected need'), `SMOOTH(${_('need')}, ${between(2, 8, 1)})`);
    add(_('supply'), `MAX(${_('expected need')} * ${between(0.9, 1.1)} + (${between(2, 4, 1)} * ${_('expected need')} - ${_('goods')}) / ${between(2, 6, 1)}, 0) + ${_('imports')}`);
    add(_('use'), `IF THEN ELSE(${_('need')} > ${_('expected need')} :AND: everybody ${sector} > 0, ${_('need')} * ${between(0.95, 1)}, ${_('need')} + ${_('imports')} / 4)`);
    add(_('goods'), `INTEG(${_('supply')} - ${_('use')}, ${between(300, 600, 0)})`);
    add(_('share'), `ZIDZ(${_('people')}, everybody ${sector})`);
    add(_('price'), `${between(5, 15, 1)} * MAX(${_('goods')} / MAX(${_('expected need')}, 1), 0.1) ^ -${between(0.2, 0.6)}`);
    add(_('figure'), `${_('price')} * ${_('share')} + MIN(${_('supply')}, ${_('use')}) / ${_('capacity')}`);
  }
  for (const [name, value] of [['FINAL TIME', 100], ['INITIAL TIME', 0], ['SAVEPER', 'TIME STEP'], ['TIME STEP', 0.25]]) out.push(`${name} = ${value} ~ Year ~ |\n`);
  out.push('\\\\\\---/// Sketch information - do not modify anything except names', 'V300  Do not put anything below this section - it will be ignored', '*View 1',
    '$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0');
  names.forEach((name, i) => {
    out.push(`10,${3 * i + 1},${name},${100 + (i % 40) * 90},${100 + Math.floor(i / 40) * 60},40,20,3,3,0,0,0,0,0,0`);
    for (let k = 0; k < 6; k++) out.push(`1,${3 * i + 2 + k},${3 * i + 1},${Math.max(1, 3 * i - 2 - 3 * k)},1,0,0,0,0,64,0,-1--1--1,,1|(${100 + (i % 40) * 90},${130 + k * 7})|`);
  });
  out.push('///---\\\\\\', ':L\x7F<%^E!@', '15:0,0,0,0,0,0', '');
  return out.join('\n');
}

/** As Vensim breaks its comments. */
function wrapped(text) {
  return text.replace(/(.{70}\S*) /g, '$1\\\n\t\t');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(generateMdl(Number(process.argv[2] ?? 1000)));
