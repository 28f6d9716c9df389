// A run in discovery mode against what brute force says: sentences, none where all is well.
import { differs } from '../twins/scores.mjs';

const hair = 1e-12;

/** A circuit from its alphabetically first node on: in one direction, wherever it begins. */
export function circle(path) {
  const start = path.indexOf(path.toSorted()[0]);
  return [...path.slice(start), ...path.slice(0, start)].join(' → ');
}

/** `found`: { loops: [[slot...]...], search, partitions } in the order of the list; `wanted`: what bruteForce gives. */
export function compare(found, wanted, { maxLoops = 200 } = {}) {
  const { search } = found;
  const slots = found.loops.flat();
  const out = [];
  if (search.mode !== 'discovery' || search.method !== 'enumeration') return [`it ran in mode ${search.mode} by ${search.method}: ${search.note}`];
  if (search.universe !== wanted.universe) out.push(`universe ${search.universe}, not ${wanted.universe}`);
  const [least, most] = wanted.retained;
  if (search.retained < least || search.retained > most) out.push(`retained ${search.retained}, not ${least}${most > least ? ` to ${most}` : ''}`);
  if (search.truncated !== slots.length < search.retained) out.push(`truncated: ${search.truncated} with ${slots.length} of ${search.retained} listed`);
  const pairs = match(slots, wanted.loops, out);
  out.push(...ranking(found.loops, pairs), ...selection(slots, pairs, wanted.loops, maxLoops), ...partitions(found, pairs, wanted));
  return out;
}

/** slot -> loop of the oracle, of the same nodes and the same score; what has none is said in `out`. */
function match(slots, loops, out) {
  const byPath = new Map();
  for (const loop of loops) byPath.set(circle(loop.path), [...(byPath.get(circle(loop.path)) ?? []), loop]);
  const pairs = new Map();
  const difference = (slot, loop) =>
    differs(slot.score, loop.score) ?? differs(slot.relative, loop.relative) ?? (Math.abs(slot.share - loop.share) <= hair ? null : `share ${slot.share} and ${loop.share}`);
  for (const slot of slots) {
    const candidates = byPath.get(circle(slot.path)) ?? [];
    const at = candidates.findIndex((loop) => difference(slot, loop) === null);
    if (at >= 0) pairs.set(slot, candidates.splice(at, 1)[0]);
    else out.push(`${slot.id} ${circle(slot.path)}: ${candidates.length === 0 ? 'is no loop that was active, or is listed twice' : difference(slot, candidates[0])}`);
  }
  return pairs;
}

const rankOf = ({ whole }) => (whole.alone ? -10 : 0) + whole.share;

/** Loops come by rank, each as a whole: those alone in their partition last, then by share. */
function ranking(loops, pairs) {
  const ranks = loops.map(([slot]) => (pairs.has(slot) ? rankOf(pairs.get(slot)) : NaN));
  return loops.flatMap((slots, i) => (i > 0 && ranks[i] > ranks[i - 1] + hair ? [`${slots[0].id} of rank ${ranks[i]} comes after ${loops[i - 1][0].id} of rank ${ranks[i - 1]}`] : []));
}

/** All that matter are listed, or so many that there is no place for the others: the largest ones, and of the rest the best. */
function selection(slots, pairs, loops, maxLoops) {
  const listed = new Set(pairs.values());
  const wholes = new Set([...listed].map(({ whole }) => whole));
  const out = [];
  for (const loop of listed) if (loop.whole.retained === 'no') out.push(`${circle(loop.path)} is listed and does not matter`);
  for (const loop of loops) if (wholes.has(loop.whole) && !listed.has(loop)) out.push(`${circle(loop.path)} is not listed, and other slots of its loop are`);
  const missing = loops.filter((loop) => loop.whole.retained === 'surely' && !listed.has(loop));
  // Of loops that are equally large up to rounding, one is the largest.
  const owned = (loop) => loops.some((other) => listed.has(other) && other.nearlyLargest && other.component === loop.component && sharesTops(loop, other));
  for (const loop of missing) if (loop.largest && !owned(loop)) out.push(`${circle(loop.path)} is the largest of its partition at some time and is not listed`);
  const retained = (...how) => new Set(loops.filter(({ whole }) => how.includes(whole.retained)).map(({ whole }) => whole)).size;
  if (retained('surely', 'perhaps') <= maxLoops) for (const loop of missing) out.push(`${circle(loop.path)} matters (share ${loop.whole.share}) and is not listed`);
  else if (wholes.size < Math.min(maxLoops, retained('surely'))) out.push(`${wholes.size} listed where there is place for ${maxLoops}`);
  const others = [...listed].filter(({ whole }) => !loops.some((loop) => loop.whole === whole && loop.nearlyLargest));
  if (others.length > 0 && wholes.size > maxLoops) out.push(`${wholes.size} listed, some of them never the largest, where there is place for ${maxLoops}`);
  const worst = Math.min(...others.map(rankOf));
  for (const loop of missing) if (rankOf(loop) > worst + hair) out.push(`${circle(loop.path)} of rank ${rankOf(loop)} is not listed, one of ${worst} is`);
  return out;
}

const sharesTops = (a, b) => a.together.some((sum, r) => sum > 0 && Math.abs(sum - b.together[r]) <= 1e-9 * sum);

function partitions({ loops, partitions }, pairs, wanted) {
  const components = new Map();
  const out = [];
  for (const slot of loops.flat()) {
    const component = pairs.get(slot)?.component;
    if (component === undefined) continue;
    if ((components.get(slot.partition) ?? component) !== component) out.push(`${slot.id} is in partition ${slot.partition} with loops that it is not connected to`);
    components.set(slot.partition, component);
    const stocks = partitions[slot.partition]?.stocks, expected = wanted.partitions.get(component) ?? [];
    if (stocks?.toSorted().join() !== expected.toSorted().join()) out.push(`partition ${slot.partition} of ${slot.id} has the stocks ${stocks}, not ${expected}`);
  }
  if (new Set(components.values()).size !== components.size) out.push('loops of one partition have two numbers for it');
  return [...new Set(out)];
}
