// Models made for one question of discovery each, in the notation of the twins; `limits` as in `discovery`, other `options` as in
// simulate().
import { Chance } from '../twins/generate.mjs';

/** n stocks, each with a net flow that reads all of them: every order of every choice of stocks is a loop. */
export function complete(n, dt = 1) {
  const all = Array.from({ length: n }, (_, i) => i);
  const rate = (i, j) => (((i * 7 + j * 13) % 11) - 5.5) / 500;
  const lines = all.map((i) => `stock s${i} = ${10 + i}; in f${i}\nflow f${i} = ${all.map((j) => `${rate(i, j)} * s${j}`).join(' + ')}`);
  return `specs 0 8 ${dt}\n${lines.join('\n')}`;
}

/**
 * A random model whose links come and go: stocks, smooths and variables that read the past, each reading some of the others, many only for
 * a while. So loops have different times, some none, some have no stock, and there are several partitions.
 */
export function gated(seed) {
  const chance = new Chance(seed);
  const below = (n) => Math.floor(chance.next() * n);
  const kinds = Array.from({ length: 4 + below(5) }, () => ['stock', 'stock', 'stock', 'past', 'smooth'][below(5)]);
  const weight = () => ((below(41) - 20) / 400 || 0.01).toFixed(4);
  const term = (reader, j) => {
    const name = kinds[reader] === 'stock' || kinds[j] === 'stock' ? `v${j}` : `PREVIOUS(v${j}, ${j})`;
    const from = below(12), value = `${weight()} * ${name}${below(3) === 0 ? ' * (1 + v0 / 50)' : ''}`;
    return below(5) < 3 ? value : `(IF TIME >= ${from} AND TIME < ${from + 2 + below(8)} THEN ${value} ELSE 0)`;
  };
  const lines = kinds.map((kind, i) => {
    const terms = kinds.flatMap((_, j) => (below(10) < 3 || j === (i + 1) % kinds.length ? [term(i, j)] : []));
    const sum = `${terms.join(' + ') || 'TIME'} + ${below(3)}`;
    if (kind === 'stock') return `stock v${i} = ${5 + i}; in f${i}\nflow f${i} = ${sum}`;
    return kind === 'past' ? `aux v${i} = ${sum}` : `aux v${i} = SMTH1(${sum}, ${1 + below(4)})`;
  });
  // What is read at once by all must be a stock: no equation then reads itself without a step between.
  return `specs 0 20 1\n${lines.join('\n').replaceAll('v0 / 50', kinds[0] === 'stock' ? 'v0 / 50' : 'TIME / 50')}`;
}

export const models = [
  {
    name: 'the arms race: both directions around three parties',
    text: `
      specs 0 40 1
      stock A = 50; in dA
      stock B = 100; in dB
      stock C = 150; in dC
      flow dA = (B + 0.9 * C - A) / 10
      flow dB = (A + 1.1 * C - B) / 10
      flow dC = (1.1 * A + 0.9 * B - C) / 10`,
  },
  {
    name: 'a loop whose links are never active together',
    text: `
      specs 0 12 1
      stock x = 1; in grow, echo
      flow grow = 0.1 * x
      aux early = IF TIME < 4 THEN x ELSE TIME
      aux late = IF TIME > 6 THEN early ELSE 1
      flow echo = 0.01 * late`,
  },
  {
    name: 'loops of several partitions, one alone in its own, one without stock',
    text: `
      specs 0 20 1
      stock a = 10; in ga; out da
      flow ga = 0.1 * a
      flow da = 0.002 * a * a
      stock b = 5; in gb
      flow gb = 0.3 * b * (1 - b / 100) + 0.01 * a
      stock c = 100; out dc
      flow dc = c / 7
      aux echo = 0.5 * PREVIOUS(echo2, 1) + 0.1 * a
      aux echo2 = echo + 1`,
  },
  {
    name: 'the same two variables read by two reducers and directly',
    text: `
      specs 0 10 1
      dim R: n, s, w
      stock pop[R] = 10; in births
      flow births[R] = 0.02 * pop[R] + 0.001 * SUM(pop[*]) + 0.0005 * MAX(pop[*]) + 0.0001 * pop[R] * MEAN(pop[*])`,
  },
  {
    name: 'a matrix, its rows and a transposition',
    text: `
      specs 0 6 0.5
      dim R: n, s
      dim Q: a, b
      stock m[R,Q] = 10; in f
      flow f[R,Q] = 0.01 * m[R,Q] + 0.002 * SUM(m[R,*]) + 0.003 * SUM(m[*,Q]) / (1 + SUM(m[*,*]))`,
  },
  {
    name: 'loops through smooths and delays',
    text: `
      specs 0 30 0.5
      stock s = 100; in i; out o
      flow i = DELAY3(order, 4)
      flow o = s / 8
      aux seen = SMTH1(s, 3) + SMTH3(o * 2, 5)
      aux order = MAX(0, 20 + (300 - seen) / 6 + FORCST(s, 4, 2) * 0.01 + TREND(s + o, 4))`,
  },
  {
    name: 'a smooth that nothing drives has no loop to show',
    text: `
      specs 0 10 1
      stock s = 10; in f
      aux steady = SMTH1(7, 3, 1)
      flow f = 0.1 * s * steady`,
  },
  {
    name: 'the same sum inside a smooth and outside',
    text: `
      specs 0 10 0.5
      dim R: n, s
      stock x[R] = 10; in f
      flow f[R] = 0.01 * felt + 0.002 * (1 + SUM(x[*])) + 0.001 * x[R]
      aux felt = SMTH1(3 + SUM(x[*]), 4)`,
  },
  {
    name: 'the same sum inside a forecast and after it',
    text: `
      specs 0 10 0.5
      dim R: n, s
      stock x[R] = 10; in f
      flow f[R] = 0.01 * felt + 0.002 * x[R]
      aux felt = 5 + 0.1 * ahead + 0.2 * SUM(x[*])
      aux ahead = FORCST(3 + SUM(x[*]), 4, 2)`,
  },
  {
    name: 'the same sum inside two smooths',
    text: `
      specs 0 10 0.5
      dim R: n, s
      stock x[R] = 10; in f
      flow f[R] = 0.01 * felt + 0.02 * later
      aux felt = SMTH1(3 + SUM(x[*]), 4)
      aux later = SMTH1(5 + SUM(x[*]), 6)`,
  },
  {
    name: 'scores that are no numbers',
    text: `
      specs 0 10 1
      stock s = 10; in f
      stock t = 1; in g
      flow f = 0.1 * s + IF TIME = 4 THEN 0 / (TIME - 4) ELSE 0.01 * t
      flow g = 0.05 * t + 0.001 * s`,
  },
  {
    name: 'fixed delays and the past, in loops with a stock and without',
    text: `
      specs 0 20 1
      stock s = 10; in f
      flow f = 0.05 * DELAY(s, 3) + 0.02 * echo
      aux echo = 0.4 * PREVIOUS(answer, 2) + 0.1 * s
      aux answer = DELAY(echo, 2) + 0.3 * PREVIOUS(answer, 1)`,
  },
  {
    name: 'loops through a module',
    text: `
      specs 0 20 0.5 rk4
      stock people = 100; in arrivals
      flow arrivals = 10 + 0.02 * people - 0.001 * ward.full * people
      module ward; join ward.waiting = people, ward.staff = arrivals
      model ward
      input waiting = 0
      input staff = 1
      stock beds = 10; in filling; out leaving
      flow filling = 0.02 * waiting / (1 + staff / 50)
      flow leaving = beds / 5
      aux full = beds / 40`,
  },
  {
    name: 'links that come and go, every third row saved',
    text: gated(12),
    options: { saveInterval: 3 },
  },
  { name: 'the same at a quarter of the step', text: gated(12), options: { dt: 0.25, method: 'rk2' } },
  { name: 'seven stocks that all read each other: 2,372 loops', text: complete(7) },
  { name: 'eight of them: 16,072 loops', text: complete(8) },
  { name: 'a tenth of the total', text: complete(6), limits: { threshold: 0.1 } },
  { name: 'no loop below half of the total unless it is the largest', text: complete(6), limits: { threshold: 0.5 } },
  { name: 'threshold 0: all that is active', text: complete(4), limits: { threshold: 0 } },
  { name: 'three loops listed', text: complete(6), limits: { maxLoops: 3 } },
  { name: 'one loop listed', text: complete(5, 0.25), limits: { maxLoops: 1 } },
  {
    name: 'loops that repeat: only together do their slots reach the threshold',
    text: `
      specs 0 10 1
      dim R: a, b, c, d, e, g, h
      stock x[R] = 10; in f; out o
      flow f[R] = 0.01 * x[R] + 0.002 * SUM(x[*]) + 0.0001 * MAX(x[*]) * y
      flow o[R] = 0.001 * x[R] * x[R]
      stock y = 2; in g
      flow g = 0.01 * y + 0.001 * MEAN(x[*])`,
    limits: { threshold: 0.1 },
  },
  {
    name: 'loops that repeat in several partitions, two listed',
    text: `
      specs 0 10 1
      dim R: a, b, c
      dim Q: k, l
      stock x[R,Q] = 10; in f; out o
      flow f[R,Q] = 0.02 * x[R,Q] + 0.001 * SUM(x[R,*])
      flow o[R,Q] = 0.001 * x[R,Q] * x[R,Q] * (1 + m[R] / 100)
      stock m[R] = 5; in n
      flow n[R] = 0.01 * m[R] + 0.0001 * MAX(x[R,*])`,
    limits: { threshold: 0.05, maxLoops: 2 },
  },
  { name: 'a thousand loops listed', text: complete(6), limits: { maxLoops: 1000, threshold: 0 } },
];
