// The two machines that run a program, behind one interface: a blob of its own, or the VM inside the engine.
import type { Handle } from './engine.js';
import type { EngineVm } from './engine-types.js';
import { LoopscopeError } from './errors.js';
import type { Program } from './program.js';

export interface Machine {
  /** Both return the step reached. */
  runTo(time: number): number;
  runToEnd(): number;
  /** False where a run that computes its own end has not come to it, whatever room there was. */
  hasEnded(): boolean;
  /** Steps of an adaptive method that are not within its tolerance. */
  looseSteps(): number;
  /** Forgets the run, keeps values that were set. */
  reset(): void;
  setValue(slot: number, value: number): boolean;
  /** The results: for a blob a view of its memory, for the VM a copy. */
  slab(): Float64Array;
  free(): void;
}

interface BlobExports {
  memory: WebAssembly.Memory;
  init(): void;
  run_to(time: number): number;
  run(): number;
  has_ended?(): number;
  loose_steps?(): number;
  reset(): void;
  set_value(slot: number, value: number): number;
  slab: WebAssembly.Global<'i32'>;
}

export async function blobMachine(program: Program): Promise<Machine> {
  const module = await program.compiled();
  let exports: BlobExports;
  try {
    exports = (await WebAssembly.instantiate(module, {})).exports as unknown as BlobExports;
  } catch (cause) {
    throw new LoopscopeError('results_too_large', `there is no memory for this run: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const guard = <T>(call: () => T): T => {
    try {
      return call();
    } catch (cause) {
      throw new LoopscopeError('run_failure', `the run failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  };
  const { fixedSlots, rows, rowSlots } = program.layout;
  guard(() => exports.init());
  return {
    runTo: (time) => guard(() => exports.run_to(time)),
    runToEnd: () => guard(() => exports.run()),
    hasEnded: () => exports.has_ended?.() !== 0,
    looseSteps: () => exports.loose_steps?.() ?? 0,
    reset: () => guard(() => exports.reset()),
    setValue: (slot, value) => guard(() => exports.set_value(slot, value)) === 1,
    slab: () => new Float64Array(exports.memory.buffer, exports.slab.value >>> 0, fixedSlots + rows * rowSlots),
    free: () => {},
  };
}

export function vmMachine(program: Program): Machine {
  const vm: Handle<EngineVm> = program.vm();
  return {
    runTo: (time) => vm.call((v) => v.runTo(time)),
    runToEnd: () => vm.call((v) => v.runToEnd()),
    hasEnded: () => vm.call((v) => v.hasEnded()),
    looseSteps: () => vm.call((v) => v.looseSteps()),
    reset: () => vm.call((v) => v.reset()),
    setValue: (slot, value) => vm.call((v) => v.setValue(slot, value)),
    slab: () => vm.call((v) => v.slab()),
    free: () => vm.free(),
  };
}
