// What must change no score: naming a reducer, moving a part into a module, splitting a flow, an auxiliary read linearly, the size of
// dt. And what a macro's composite must be: the strongest path through its stages written out.
import { xmileOf } from './notation.mjs';
import { aggregate, compare, differs, near, scoresOf } from './scores.mjs';

const scores = (text, options) => scoresOf(xmileOf(text), options);
/** With a stem replaced: `stems` { from: to }, subscripts kept. */
const restemmed = (stems) => (name) => {
  const [, stem, elements] = name.match(/^([^[]*)(.*)$/);
  return (stems[stem] ?? stem) + elements;
};

// ---- naming a reducer

const naming = [
  {
    what: 'the sum of all',
    inline: `
      dim R: a, b, c
      stock pop[R] = 10; in births
        [a] = 30
      flow births[R] = pop[R] * 0.1 * (1 - SUM(pop[*]) / 200)`,
    named: `
      dim R: a, b, c
      stock pop[R] = 10; in births
        [a] = 30
      aux total = SUM(pop[*])
      flow births[R] = pop[R] * 0.1 * (1 - total / 200)`,
    names: { 0: 'total' },
  },
  {
    what: 'the sum of each row',
    inline: `
      dim R: a, b
      dim Q: x, y
      stock pop[R, Q] = 10; in births
        [a, y] = 30
      flow births[R, Q] = pop[R, Q] * (0.1 - SUM(pop[R, *]) / 500) + 0.01 * pop[R, x]`,
    named: `
      dim R: a, b
      dim Q: x, y
      stock pop[R, Q] = 10; in births
        [a, y] = 30
      aux row[R] = SUM(pop[R, *])
      flow births[R, Q] = pop[R, Q] * (0.1 - row[R] / 500) + 0.01 * pop[R, x]`,
    names: { 0: 'row' },
  },
  {
    what: 'a deviation and a greatest, each in two equations',
    inline: `
      dim R: a, b, c
      stock pop[R] = 10; in births; out deaths
        [a] = 30
        [c] = 14
      flow births[R] = 0.1 * pop[R] + 0.02 * STDDEV(pop[*]) - 0.01 * MAX(pop[*])
      flow deaths[R] = 0.02 * pop[R] * STDDEV(pop[*]) / MAX(pop[*])`,
    named: `
      dim R: a, b, c
      stock pop[R] = 10; in births; out deaths
        [a] = 30
        [c] = 14
      aux spread = STDDEV(pop[*])
      aux most = MAX(pop[*])
      flow births[R] = 0.1 * pop[R] + 0.02 * spread - 0.01 * most
      flow deaths[R] = 0.02 * pop[R] * spread / most`,
    names: { 0: 'spread', 1: 'most' },
  },
  {
    what: 'a mean of products over a range',
    inline: `
      dim R: a, b, c
      stock pop[R] = 10; in births
        [a] = 30
      aux price[R] = 3 - MEAN(pop[a:b]) / 20 + pop[R] / 100
      flow births[R] = 0.01 * pop[R] * price[R] + 0.001 * MEAN(pop[*] * price[*]) + 0.001 * MEAN(pop[a:b])`,
    named: `
      dim R: a, b, c
      stock pop[R] = 10; in births
        [a] = 30
      aux products = MEAN(pop[*] * price[*])
      aux front = MEAN(pop[a:b])
      aux price[R] = 3 - front / 20 + pop[R] / 100
      flow births[R] = 0.01 * pop[R] * price[R] + 0.001 * products + 0.001 * front`,
    names: { 0: 'products', 1: 'front' },
  },
];

async function nameReducers({ inline, named, names }, options) {
  const stems = Object.fromEntries(Object.entries(names).map(([n, name]) => [aggregate(n), name]));
  const passed = (name) => Object.values(names).includes(name.split('[')[0]);
  return compare(await scores(inline, options), await scores(named, options), { rename: restemmed(stems), passed });
}

// ---- moving a part into a module

const moving = [
  {
    what: 'an arrayed effect and its sum',
    flat: `
      dim R: a, b
      stock pop[R] = 10; in births
        [b] = 12
      flow births[R] = 0.1 * effect[R] * pop[R]
      aux total = SUM(pop[*])
      aux effect[R] = 2 - pop[R] / 20 - total / 50 + 0.001 * SUM(pop[*])`,
    parted: `
      dim R: a, b
      stock pop[R] = 10; in births
        [b] = 12
      flow births[R] = 0.1 * ward.effect[R] * pop[R]
      module ward; join ward.crowd = pop
      model ward
      input crowd[R] = 0
      aux total = SUM(crowd[*])
      aux effect[R] = 2 - crowd[R] / 20 - total / 50 + 0.001 * SUM(crowd[*])`,
    stems: { 'ward.crowd': 'pop', 'ward.total': 'total', 'ward.effect': 'effect' },
  },
  {
    what: 'an arrayed stock with its flows',
    flat: `
      dim R: a, b
      stock prey[R] = 10; in births; out eaten
        [b] = 12
      flow births[R] = 0.2 * prey[R]
      flow eaten[R] = 0.03 * prey[R] * hunters[R]
      stock hunters[R] = 2; in growth; out deaths
      flow growth[R] = 0.01 * hunters[R] * prey[R] + 0.0001 * SUM(hunters[*])
      flow deaths[R] = 0.1 * hunters[R]`,
    parted: `
      dim R: a, b
      stock prey[R] = 10; in births; out eaten
        [b] = 12
      flow births[R] = 0.2 * prey[R]
      flow eaten[R] = 0.03 * prey[R] * pack.hunters[R]
      module pack; join pack.food = prey
      model pack
      input food[R] = 0
      stock hunters[R] = 2; in growth; out deaths
      flow growth[R] = 0.01 * hunters[R] * food[R] + 0.0001 * SUM(hunters[*])
      flow deaths[R] = 0.1 * hunters[R]`,
    stems: { 'pack.food': 'prey', 'pack.hunters': 'hunters', 'pack.growth': 'growth', 'pack.deaths': 'deaths' },
  },
  {
    what: 'the whole feedback, with a smooth in it',
    flat: `
      specs 0 10 0.5
      dim R: a, b
      aux capacity = 100
      stock pop[R] = 10; in births
        [b] = 12
      aux seen[R] = SMTH1(pop[R], 3)
      flow births[R] = 0.1 * pop[R] * (1 - (seen[R] + SUM(pop[*])) / capacity)
      stock heard = 0; in hearing
      flow hearing = 0.1 * middle - 0.2 * heard
      aux middle = MEAN(pop[*])`,
    parted: `
      specs 0 10 0.5
      aux capacity = 100
      dim R: a, b
      module town; join town.room = capacity
      stock heard = 0; in hearing
      flow hearing = 0.1 * town.middle - 0.2 * heard
      model town
      input room = 0
      stock pop[R] = 10; in births
        [b] = 12
      aux seen[R] = SMTH1(pop[R], 3)
      aux middle = MEAN(pop[*])
      flow births[R] = 0.1 * pop[R] * (1 - (seen[R] + SUM(pop[*])) / room)`,
    stems: { 'town.room': 'capacity', 'town.pop': 'pop', 'town.seen': 'seen', 'town.births': 'births', 'town.middle': 'middle' },
  },
  {
    what: 'two instances of one module, with scalars',
    flat: `
      stock a = 10; in grow_a
      stock b = 5; in grow_b
      aux pull_a = 0.1 * a - 0.01 * b * a / 10
      aux pull_b = 0.1 * b - 0.01 * a * b / 10
      flow grow_a = pull_a
      flow grow_b = pull_b`,
    parted: `
      stock a = 10; in grow_a
      stock b = 5; in grow_b
      flow grow_a = first.pull
      flow grow_b = second.pull
      module first; of rival; join first.mine = a, first.theirs = b
      module second; of rival; join second.mine = b, second.theirs = a
      model rival
      input mine = 0
      input theirs = 0
      aux pull = 0.1 * mine - 0.01 * theirs * mine / 10`,
    stems: { 'first.mine': 'a', 'first.theirs': 'b', 'first.pull': 'pull_a', 'second.mine': 'b', 'second.theirs': 'a', 'second.pull': 'pull_b' },
  },
];

async function movePart({ flat, parted, stems }, options) {
  return compare(await scores(parted, options), await scores(flat, options), { rename: restemmed(stems) });
}

// ---- composites of macros

const stages = {
  SMTH3: (time) => `
    stock stage1[R] = pop[R]; in change1
    flow change1[R] = (pop[R] - stage1[R]) / (${time} / 3)
    stock stage2[R] = pop[R]; in change2
    flow change2[R] = (stage1[R] - stage2[R]) / (${time} / 3)
    stock stage3[R] = pop[R]; in change3
    flow change3[R] = (stage2[R] - stage3[R]) / (${time} / 3)
    aux seen[R] = stage3[R]`,
  SMTH1: (time) => `
    stock stage1[R] = pop[R]; in change1
    flow change1[R] = (pop[R] - stage1[R]) / ${time}
    aux seen[R] = stage1[R]`,
  DELAY3: (time) => `
    stock stage1[R] = pop[R] * (${time} / 3); in entering; out leaving1
    flow entering[R] = pop[R]
    flow leaving1[R] = stage1[R] / (${time} / 3)
    stock stage2[R] = pop[R] * (${time} / 3); in leaving1; out leaving2
    flow leaving2[R] = stage2[R] / (${time} / 3)
    stock stage3[R] = pop[R] * (${time} / 3); in leaving2; out leaving3
    flow leaving3[R] = stage3[R] / (${time} / 3)
    aux seen[R] = leaving3[R]`,
};

const around = (method) => `
  specs 0 12 0.5 ${method}
  dim R: a, b
  stock pop[R] = 10; in births
    [b] = 14
  aux time_to_see = 3 + pop[a] / 50
  flow births[R] = 0.1 * pop[R] * (1 - seen[R] / 60) - 0.002 * SUM(seen[*])`;

/** Composite links and the loops through them: the strongest of the paths, or loops, of the version with stages, at each time. */
async function composite(macro, time, method, options) {
  const short = await scores(`${around(method)}\n aux seen[R] = ${macro}(pop[R], ${time})`, options);
  const long = await scores(`${around(method)}\n${stages[macro](time)}`, options);
  const inside = (name) => /^(stage|change|entering|leaving)/.test(name);
  const inputs = ['pop', ...(time === 'time_to_see' ? ['time_to_see'] : [])];
  const wrong = [];
  for (const r of ['a', 'b']) {
    const output = `seen[${r}]`;
    for (const input of inputs.map((name) => (name === 'pop' ? `pop[${r}]` : name))) {
      const link = short.shown.filter(({ from, to }) => from === input && to === output);
      if (link.length !== 1) wrong.push(`${link.length} links ${input} → ${output}`);
      else report(`composite ${input} → ${output}`, link[0].score, strongestOf(paths(long.links, input, output, inside).map((path) => product(path))));
    }
  }
  // A loop of the short version stands for all those of the long one that show the same. Loops within the macro are none.
  const key = (path) => path.filter((name) => !inside(name) && !name.includes('\u205A')).sort().join(' ');
  const outside = long.loops.filter((loop) => loop.path.some((name) => /^(pop|births)/.test(name)));
  const keys = new Set([...short.loops, ...outside].map((loop) => key(loop.path)));
  for (const one of keys) {
    const [these, those] = [short.loops, outside].map((loops) => loops.filter((loop) => key(loop.path) === one).map((loop) => loop.score));
    if (these.length === 0 || those.length === 0) wrong.push(`loop ${one}: ${these.length} and ${those.length}`);
    else report(`loop ${one}`, strongestOf(these), strongestOf(those));
  }
  return wrong;

  function report(what, a, b) {
    const difference = differs(a, b);
    if (difference) wrong.push(`${what}: ${difference}`);
    else if (b.every((score) => score === 0)) wrong.push(`${what} is 0 throughout: nothing was compared`);
  }
}

/** All simple paths of links from one name to another through `inside`. */
function paths(links, from, to, inside, seen = [from]) {
  return links
    .filter((link) => link.from === from && !seen.includes(link.to))
    .flatMap((link) => {
      if (link.to === to) return [[link]];
      return inside(link.to) ? paths(links, link.to, to, inside, [...seen, link.to]).map((rest) => [link, ...rest]) : [];
    });
}
const product = (path) => path[0].score.map((_, i) => path.reduce((score, link) => score * link.score[i], 1));
const strongestOf = (series) => series[0].map((_, i) => series.map((s) => s[i]).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));

// ---- dt, flows in two, auxiliaries

const logistic = (dt) => `
  specs 0 20 ${dt}
  dim R: a, b
  stock pop[R] = 10; in births; out deaths
    [b] = 20
  flow births[R] = 0.3 * pop[R] * (1 - SUM(pop[*]) / 300)
  flow deaths[R] = 0.05 * pop[R] + 0.001 * pop[R] * pop[a]`;

/** With half the dt relative scores come about half as far from where they go; a score that had dt in it would not. */
async function halvedStep(options) {
  const byLoop = async (dt) => {
    const { loops } = await scores(logistic(dt), options);
    return new Map(loops.map(({ path, relative }) => [path.join(), relative.filter((_, row) => (row * dt) % 4 === 0)]));
  };
  const [coarse, middle, fine] = [await byLoop(0.125), await byLoop(0.0625), await byLoop(0.03125)];
  const wrong = [];
  for (const [path, last] of fine) {
    const distance = (a, b) => Math.max(...a.map((value, i) => (i === 0 ? 0 : Math.abs(value - b[i]))));
    const [first, second] = [distance(coarse.get(path), middle.get(path)), distance(middle.get(path), last)];
    if (!(second <= 0.65 * first + 1e-9 && first < 0.05)) wrong.push(`${path}: ${first} from dt 0.125 to 0.0625, ${second} from there to 0.03125`);
  }
  return wrong;
}

async function isolatedLoops(options) {
  const wrong = [];
  for (const dt of [1, 0.5, 0.25, 0.125])
    for (const method of ['euler', 'rk4']) {
      const { loops } = await scores(`specs 0 5 ${dt} ${method}\ndim R: a, b, c\nstock s[R] = R * 10; in f\nflow f[R] = y[R] - 1\naux y[R] = s[R] * s[R] * (R - 2.5) / 500`, options);
      if (loops.length !== 3) wrong.push(`${loops.length} loops`);
      for (const { path, score, relative } of loops)
        for (let row = 1; row < score.length; row++)
          if (!near(Math.abs(score[row]), 1) || !near(Math.abs(relative[row]), 1)) wrong.push(`dt ${dt}, ${method}, row ${row}, ${path}: ${score[row]}`);
    }
  return wrong;
}

const growing = (births, more = '') => `
  specs 0 12 0.5
  dim R: a, b
  stock pop[R] = 10; ${births}; out deaths
    [b] = 20
  flow deaths[R] = 0.02 * pop[R] + 0.0005 * pop[R] * SUM(pop[*])
  ${more}`;
const wholeFlow = growing('in births', 'flow births[R] = 0.2 * pop[R] + 0.01 * pop[a]');
const variants = {
  'a flow split in two changes no share': growing('in first, second', 'flow first[R] = 0.4 * (0.2 * pop[R] + 0.01 * pop[a])\nflow second[R] = 0.6 * (0.2 * pop[R] + 0.01 * pop[a])'),
  'an auxiliary read linearly changes no share': growing('in births', 'aux wanted[R] = (0.2 * pop[R] + 0.01 * pop[a]) / 3\nflow births[R] = 3 * wanted[R]'),
};

/** Relative scores of loops through the same stocks and aggregates add up to the same. */
async function sameShares(variant, options) {
  const shares = async (text) => {
    const sums = new Map();
    for (const { path, relative } of (await scores(text, options)).loops) {
      const key = [...path.filter((name) => !/^(first|second|births|wanted)/.test(name))].sort().join(' ');
      const sum = sums.get(key);
      sums.set(key, sum ? sum.map((s, i) => s + relative[i]) : relative);
    }
    return sums;
  };
  const [whole, changed] = [await shares(wholeFlow), await shares(variant)];
  if (whole.size !== changed.size) return [`${whole.size} and ${changed.size} sets of stocks with loops`];
  return [...whole].map(([key, relative]) => [key, differs(relative, changed.get(key), 1e-11)]).filter(([, d]) => d).map(([key, d]) => `${key}: ${d}`);
}

/** [{ name, run(options) }]: run gives what is wrong. */
export const properties = [
  ...naming.map((pair) => ({ name: `naming ${pair.what} changes no score`, run: (options) => nameReducers(pair, options) })),
  ...moving.map((pair) => ({ name: `a module of ${pair.what} changes no score`, run: (options) => movePart(pair, options) })),
  ...Object.keys(stages).flatMap((macro) =>
    ['4', 'time_to_see'].flatMap((time) =>
      ['euler', 'rk4'].map((method) => ({
        name: `the composite of ${macro} over ${time}, ${method}, is its strongest path`,
        run: (options) => composite(macro, time, method, options),
      })),
    ),
  ),
  { name: 'halving dt changes shares as little as it changes the run', run: halvedStep },
  { name: 'a loop alone scores 1 at every dt', run: isolatedLoops },
  ...Object.entries(variants).map(([name, text]) => ({ name, run: (options) => sameShares(text, options) })),
];
