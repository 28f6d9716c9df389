// Loops and their slots as one kind of thing.
import type { Loop, LoopSlot } from './types.js';

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
