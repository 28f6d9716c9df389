// Scores of a run as the twins compare them: everything element by element, whatever form the engine presents it in. The two
// functions `elementLinks` and `elementLoops` are the only ones that know that form.
import { load } from '../../js/dist/index.js';

export const engines = ['vm', 'wasm'];
export const aggregate = (n, elements = '') => `$\u205Altm\u205Aagg\u205A${n}${elements}`;
/** U+205A is in the name of everything that the engine makes for itself. */
const machinery = (name) => name.includes('\u205A');
const isAggregate = (name) => name.startsWith(aggregate(''));

/** Every link that is scored, machinery included: [{ from, to, score }], ends named as elements (`pop[nyc]`). */
export function elementLinks(sim) {
  const { variables, ltm } = sim.layout;
  const scores = new Map(variables.filter((v) => v.place === 'row' && v.kind === 'score').map((v) => [v.slot, sim.elementNames(v.id)]));
  return ltm.links.flatMap(({ from, to, slot, edges }) => {
    const [sources, targets, series] = [sim.elementNames(from), sim.elementNames(to), scores.get(slot)];
    const edge = (source, target, score) => ({ from: sources[source], to: targets[target], score: sim.getSeries(series[score]) });
    if (!edges) return series.map((_, i) => edge(i, i, i));
    return Array.from({ length: edges.length / 3 }, (_, i) => edge(...edges.slice(3 * i, 3 * i + 3)));
  });
}

/** Every loop: [{ path, score, relative, structural }], path all of its elements, machinery included. */
export function elementLoops(sim) {
  const slots = (loop) => (loop.slots ?? [loop]).map(({ path, score, relative }) => ({ path, score, relative, structural: loop.structural }));
  return sim.getLoops().flatMap(slots);
}

/**
 * Runs a model and gives { series, fixed, links, shown, loops, complete } of it as plain data. `fixed`: names of what cannot change in a run.
 * `options` are those of simulate().
 */
export async function scoresOf(xmile, options = {}) {
  const project = await load(xmile);
  let sim;
  try {
    sim = await project.mainModel().simulate({ enableLtm: true, ...options });
    sim.runToEnd();
    const names = sim.getSeriesNames({ hidden: true }).filter((name) => !name.includes('_score\u205A'));
    const series = new Map(names.map((name) => [name, sim.getSeries(name)]));
    return {
      series,
      fixed: new Set(sim.layout.variables.filter((v) => v.place === 'fixed').map((v) => v.id)),
      links: elementLinks(sim),
      shown: sim.getLinks().map(({ from, to, score }) => ({ from, to, score })),
      loops: elementLoops(sim),
      complete: sim.getLoopSearch().mode === 'exhaustive',
    };
  } finally {
    sim?.dispose();
    project.dispose();
  }
}

/**
 * A name of the arrayed model as its twin has it: `m[a,b]` is `m_a_b`, and an aggregate has the name that `aggregates` gives it by
 * number ({ 0: 'total' }: `$⁚ltm⁚agg⁚0[a]` is `total_a`) or by its full name. Other machinery keeps its name.
 */
export function twinName(name, aggregates) {
  const [, stem, , elements] = name.match(/^([^[]*)(\[(.*)\])?$/);
  const suffix = elements === undefined ? '' : `_${elements.replaceAll(',', '_')}`;
  if (!isAggregate(name)) return stem + suffix;
  if (aggregates[name] !== undefined) return aggregates[name];
  const given = aggregates[stem.split('\u205A').at(-1)];
  return given === undefined ? name : given + suffix;
}

/**
 * The names of the twin's aggregates for those of the arrayed model, found by what they read, what reads them, and their values:
 * full name -> name. `named` are the twin's variables that stand for aggregates.
 */
export function matchAggregates(arrayed, twin, named) {
  const found = {};
  const neighbours = (scores, node, rename) => {
    const counts = (name) => !machinery(name) && !twin.fixed.has(name);
    const ends = (side, other) => scores.links.filter((l) => l[side] === node).map((l) => rename(l[other])).filter(counts).sort().join(' ');
    return `${ends('to', 'from')} → ${ends('from', 'to')}`;
  };
  const free = new Map([...named].map((name) => [name, neighbours(twin, name, (n) => n)]));
  for (const name of arrayed.series.keys()) {
    if (!isAggregate(name)) continue;
    const wanted = neighbours(arrayed, name, (n) => twinName(n, {}));
    const [match] = [...free].find(([candidate, has]) => has === wanted && !differs(arrayed.series.get(name), twin.series.get(candidate))) ?? [];
    if (match === undefined) continue;
    found[name] = match;
    free.delete(match);
  }
  return found;
}

export const near = (a, b, tolerance = 1e-12) => Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
/** Where two series first differ: a sentence, or null. */
export function differs(a, b, tolerance) {
  if (a.length !== b.length) return `${a.length} and ${b.length} values`;
  for (let i = 0; i < a.length; i++) if (!near(a[i], b[i], tolerance)) return `row ${i}: ${a[i]} and ${b[i]}\n      ${[...a].join(' ')}\n      ${[...b].join(' ')}`;
  return null;
}

/**
 * What is not the same in two models' scores: sentences, none where all is well. `rename` gives the names of the first as the second has
 * them (two may become one: an input of a module is what it is connected to); `passed` says which of the second's names are aggregates,
 * machinery to the first; `structural`: whether to compare what follows from the form of the equations.
 */
export function compare(first, second, { rename = (name) => name, passed = () => false, structural = true } = {}) {
  // An element that cannot change makes no links in the twin. In an array where others do it may: of score 0.
  const moving = ({ from, score }) => !second.fixed.has(from) || score.some((s) => s !== 0);
  const links = named(first.links, rename).filter(moving);
  const shown = named(first.shown, rename).filter(moving);
  return [
    ...compareSeries(first, second, rename),
    ...compareLinks('link', links, named(second.links, (n) => n)),
    ...compareLinks('shown link', strongest(shown), strongest(throughPassed(second.shown, passed))),
    ...compareLoops(first.loops, second.loops, rename, structural),
  ];
}

/** Those with both ends outside machinery, renamed; none between two names for the same. */
const named = (links, rename) =>
  links
    .map(({ from, to, score }) => ({ from: rename(from), to: rename(to), score }))
    .filter(({ from, to }) => from !== to && !machinery(from) && !machinery(to));

function compareSeries(first, second, rename) {
  const out = [];
  for (const [name, values] of first.series) {
    const other = rename(name);
    if (machinery(other)) continue;
    const difference = second.series.has(other) ? differs(values, second.series.get(other)) : 'not in the twin';
    if (difference) out.push(`values of ${name} and ${other}: ${difference}`);
  }
  return out;
}

/** Both sides are lists of { from, to, score }; links between the same two are paired by what they score. */
function compareLinks(what, first, second) {
  return compareGroups(what, group(first, (l) => `${l.from} → ${l.to}`), group(second, (l) => `${l.from} → ${l.to}`), (a, b) => differs(a.score, b.score));
}

function compareLoops(first, second, rename, structural) {
  const shown = (name, i, path) => !machinery(name) && name !== path.at(i - 1);
  const keyed = (loops, renamed) => group(loops, (loop) => circle(loop.path.map(renamed).filter(shown)));
  return compareGroups('loop', keyed(first, rename), keyed(second, (n) => n), (a, b) => {
    const difference = differs(a.score, b.score) ?? differs(a.relative, b.relative);
    return difference ?? (!structural || a.structural === b.structural ? null : `structural polarity ${a.structural} and ${b.structural}`);
  });
}

/** A cycle from its alphabetically first name on. */
function circle(path) {
  const start = path.indexOf(path.toSorted()[0]);
  const turned = path.map((_, i) => path.slice(i).concat(path.slice(0, i)));
  return (path.filter((name) => name === path[start]).length > 1 ? turned.map((p) => p.join(' → ')).sort()[0] : turned[start]?.join(' → ')) ?? '';
}

function group(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function compareGroups(what, first, second, difference) {
  const out = [];
  for (const key of new Set([...first.keys(), ...second.keys()])) {
    const a = first.get(key) ?? [], b = [...(second.get(key) ?? [])];
    if (a.length !== b.length) {
      out.push(`${what} ${key}: there ${a.length === 1 ? 'is' : 'are'} ${a.length} in the first model and ${b.length} in the second`);
      continue;
    }
    for (const item of a) {
      const at = b.findIndex((other) => difference(item, other) === null);
      if (at < 0) out.push(`${what} ${key}: ${difference(item, b[0])}`);
      else b.splice(at, 1);
    }
  }
  return out;
}

/** Links as they are where the variables `passed` are machinery: a route through them is a link. */
function throughPassed(links, passed) {
  const out = [];
  const walk = (from, link, score, seen) => {
    if (!passed(link.to)) return out.push({ from, to: link.to, score });
    for (const next of links)
      if (next.from === link.to && !seen.includes(next.to)) walk(from, next, score.map((s, i) => s * next.score[i]), [...seen, next.to]);
  };
  for (const link of links) if (!passed(link.from)) walk(link.from, link, link.score, [link.to]);
  return out;
}

/** One a pair of ends: at each time the magnitude of the strongest route. How many routes are shown, and how merged, is left open. */
function strongest(links) {
  return [...group(links, (l) => `${l.from} → ${l.to}`).values()].map(([first, ...others]) => {
    const score = first.score.map(Math.abs);
    for (const other of others) other.score.forEach((s, i) => (score[i] = Math.max(score[i], Math.abs(s))));
    return { ...first, score };
  });
}
