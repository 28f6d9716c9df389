// Loops and their slots as one kind of thing.
import { withoutSubscripts } from './names.js';
import type { Loop, LoopSlot, Partition } from './types.js';

/** A loop, or one element of a loop that repeats. */
export interface SlotOfLoop extends LoopSlot {
  /** `r1`, or `r1[north]`: what `getRelativeLoopScore` takes. */
  readonly id: string;
}

/** The slots of a loop that repeats; the loop itself as the only one of another. */
export function loopSlots(loop: Loop): SlotOfLoop[] {
  if (loop.slots) return loop.slots.map((slot) => ({ ...slot, id: `${loop.id}[${slot.element.join(',')}]` }));
  const { id, path, polarity, share, partition = 0, score = new Float64Array(), relative = new Float64Array() } = loop;
  return [{ id, element: [], path, polarity, partition, score, relative, share }];
}

/** The stocks that the loop passes, in its order: what a long loop is told by. Empty where all of them are machinery. */
export function loopStocks(loop: Loop, partitions: readonly Partition[]): string[] {
  const passed = new Set(loopSlots(loop).map((slot) => slot.partition));
  const stocks = new Set([...passed].flatMap((partition) => partitions[partition]?.stocks ?? []).map(withoutSubscripts));
  return loop.variables.filter((variable) => stocks.has(variable));
}

/** A loop in a line: its variables, or of a long one its stocks; then the reducers that it passes. */
export function loopText(loop: Loop, partitions: readonly Partition[]): string {
  const longest = 12;
  const stocks = loop.variables.length > longest ? loopStocks(loop, partitions) : [];
  const path = stocks.length > 0 ? `${stocks.join(' → ')} (stocks of ${loop.variables.length} variables)` : loop.variables.join(' → ');
  return loop.reducers.length > 0 ? `${path} (${loop.reducers.join(', ')})` : path;
}

/** Saved times from one to another, both included, at which one loop has the greatest |relative| score of its partition. */
export interface Dominance {
  readonly from: number;
  readonly to: number;
  readonly loop: SlotOfLoop;
  /** The greatest |relative| of that time. */
  readonly peak: number;
}

/** Which loop of a partition dominates when, in the order of time; times at which none is active are left out. Of equals, the first. */
export function dominance(time: Float64Array, loops: readonly Loop[], partition: number): Dominance[] {
  return dominanceAmong(time, loops.flatMap(loopSlots).filter((slot) => slot.partition === partition));
}

/** The same among slots that are known to be those of one partition. */
export function dominanceAmong(time: Float64Array, slots: readonly SlotOfLoop[]): Dominance[] {
  const stretches: { from: number; to: number; loop: SlotOfLoop; peak: number }[] = [];
  for (let row = 0, before: SlotOfLoop | null = null; row < time.length; row++) {
    let first: SlotOfLoop | null = null;
    let peak = 0;
    for (const slot of slots) {
      const size = Math.abs(slot.relative[row]!);
      if (size > peak) [first, peak] = [slot, size]; // never for what is no number
    }
    const last = stretches.at(-1);
    if (first && first === before && last) [last.to, last.peak] = [time[row]!, Math.max(last.peak, peak)];
    else if (first) stretches.push({ from: time[row]!, to: time[row]!, loop: first, peak });
    before = first;
  }
  return stretches;
}
