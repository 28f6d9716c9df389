/** A compiled model that runs by itself. Times are in the model's time units. */
export interface BlobRun {
  /** Geometry, names and units, as docs/interfaces.md has them. */
  readonly layout: any;
  /** The module's memory; the results stand in it from the exported global `slab` on. */
  readonly memory: WebAssembly.Memory;
  /** Runs until the last dt step at or before `time`. */
  runTo(time: number): void;
  /** Runs to the end. */
  run(): void;
  /** Is the run at its end? After `run()` false only where the model computes its FINAL TIME and the room for results was used up before it came. */
  hasEnded(): boolean;
  /** Back to before the start; values that were set stay set. */
  reset(): void;
  /** Sets a constant (an element of an arrayed one as `name[a,b]`). Throws for what is not a constant. */
  setValue(name: string, value: number): void;
  /** One number a saved time reached so far; `time` is a name too. Throws for an unknown name. */
  getSeries(name: string): Float64Array;
}

/** Starts a model from the bytes of its module, or from the module compiled already. Throws where it is not a loopscope module. */
export function runBlob(bytes: BufferSource | WebAssembly.Module): Promise<BlobRun>;
