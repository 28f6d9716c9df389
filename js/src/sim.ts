import { disposeSymbol, own, type Handle } from './engine.js';
import type { EngineAnalysis } from './engine-types.js';
import { LoopscopeError, type Diagnostic } from './errors.js';
import { blobMachine, vmMachine, type Machine } from './machine.js';
import type { Column, Program } from './program.js';
import type { EngineKind, Layout, Link, Loop, LoopSearch, Partition, Run } from './types.js';

/** What a Sim frees, apart from the Sim so that the finalizer can hold it. */
interface Held {
  analysis: Handle<EngineAnalysis> | null;
}

/**
 * One simulation, to be run in steps or at once, and run again with other constants. Made by `model.simulate()`.
 *
 * Times are in the model's time units. Series and scores cover the saved times that the run has reached.
 * Every method throws LoopscopeError `disposed` after `dispose()`.
 */
export class Sim {
  readonly engine: EngineKind;
  readonly #program: Program;
  readonly #machine: Machine;
  readonly #held: Held = { analysis: null };
  readonly #release: () => void;
  #disposed = false;
  /** dt steps done; -1 before the first row. */
  #step = -1;
  /** A constant was set since the current row was evaluated. */
  #stale = false;
  #slab: Float64Array | null = null;

  private constructor(engine: EngineKind, program: Program, machine: Machine) {
    this.engine = engine;
    this.#program = program;
    this.#machine = machine;
    const held = this.#held;
    this.#release = own(this, () => {
      held.analysis?.free();
      machine.free();
      program.release();
    });
  }

  /** @internal Takes over one use of the program. */
  static async start(program: Program, engine: EngineKind, overrides: Readonly<Record<string, number>>): Promise<Sim> {
    let sim: Sim;
    try {
      sim = new Sim(engine, program, engine === 'vm' ? vmMachine(program) : await blobMachine(program));
    } catch (error) {
      program.release();
      throw error;
    }
    try {
      for (const [name, value] of Object.entries(overrides)) sim.setValue(name, value);
    } catch (error) {
      sim.dispose();
      throw error;
    }
    return sim;
  }

  /** Geometry of the results and the list of variables. */
  get layout(): Layout {
    return this.#program.layout;
  }

  /** What the compiler had to say short of an error, and then what there is to say about the run. */
  get diagnostics(): readonly Diagnostic[] {
    this.#alive();
    return [...this.#program.diagnostics, ...this.#ofTheRun()];
  }

  /** The same as text, with places and carets. */
  get renderedDiagnostics(): string {
    this.#alive();
    return this.#program.renderedDiagnostics + this.#ofTheRun().map(({ severity, code, variable, message }) => `${this.#program.file}: ${severity}[${code}]: ${variable ? `${variable}: ` : ''}${message}\n`).join('');
  }

  /** The time that the run has reached; the start time before it begins. */
  get time(): number {
    return this.layout.start + Math.max(0, this.#step) * this.layout.dt;
  }

  /** Runs until the last dt step at or before `time` (to the end at most); a time that has passed already changes nothing. */
  runTo(time: number): void {
    if (Number.isNaN(time)) throw new LoopscopeError('bad_option', 'runTo needs a time, not NaN');
    this.#advance(() => this.#machine.runTo(time));
  }

  runToEnd(): void {
    this.#advance(() => this.#machine.runToEnd());
  }

  /** Back to before the start. Values that were set stay set. */
  reset(): void {
    this.#alive();
    this.#machine.reset();
    this.#step = -1;
    this.#changed();
  }

  /**
   * Sets a constant, at any time: before a run, between runs, or during one, where it takes effect from the current time on.
   * An array's name without subscripts sets all its elements.
   * Throws `unknown_override` (with the nearest name), `not_overridable`, `bad_option` if the value is no number.
   */
  setValue(name: string, value: number): void {
    this.#alive();
    if (typeof value !== 'number') throw new LoopscopeError('bad_option', `the value of "${name}" must be a number, not ${String(value)}`);
    for (const slot of this.#program.constantSlots(name)) {
      if (!this.#machine.setValue(slot, value)) throw new LoopscopeError('not_overridable', `"${name}" cannot be set`);
    }
    this.#changed();
    this.#stale = this.#step >= 0;
  }

  /**
   * The value of a variable or array element at the last saved time reached (that of the start before the run begins).
   * `time` is a name too. Throws `unknown_variable` with the nearest name.
   */
  getValue(name: string): number {
    this.#alive();
    const { start, dt, saveEvery } = this.layout;
    if (isTime(name)) return start + Math.max(0, this.#rowsDone - 1) * saveEvery * dt;
    const column = this.#program.column(name);
    if (this.#step >= 0) return this.#at(column, this.#rowsDone - 1);
    // A look at the start must not begin the run: a constant set afterwards still has its say in the initial values.
    this.#advance(() => this.#machine.runTo(this.layout.start));
    const value = this.#at(column, 0);
    this.reset();
    return value;
  }

  /** One number a saved time reached so far. Throws `unknown_variable` with the nearest name. */
  getSeries(name: string): Float64Array {
    this.#alive();
    return isTime(name) ? this.#times() : this.#series(this.#program.column(name));
  }

  /** Names for `getSeries`, in model order, arrays element by element. `hidden` adds the machinery: macro insides and scores. */
  getSeriesNames({ hidden = false }: { hidden?: boolean } = {}): string[] {
    return this.#columns(hidden).map((column) => column.name);
  }

  /** The names in `getSeriesNames` that a variable stands for: itself, or the elements of an array. Throws `unknown_variable`. */
  elementNames(name: string): string[] {
    return isTime(name) ? ['time'] : this.#program.columnsOf(name, 'unknown_variable').map((column) => column.name);
  }

  /** The links of the causal graph with their scores. Throws `ltm_not_enabled`. */
  getLinks(): Link[] {
    return this.#links(this.#analysis());
  }

  /** The feedback loops with their scores and shares, pinned ones first. Found at the first call for what the run has reached. Throws `ltm_not_enabled`. */
  getLoops(): Loop[] {
    return this.#analysis().call((a) => a.loops());
  }

  /** Throws `ltm_not_enabled`. */
  getPartitions(): Partition[] {
    return this.#analysis().call((a) => a.partitions());
  }

  /** How the loops were looked for, and what there was. Throws `ltm_not_enabled`. */
  getLoopSearch(): LoopSearch {
    return this.#analysis().call((a) => a.search());
  }

  /** The relative score of one loop (`r1`) or slot (`r1[north]`) at each saved time, -1 to 1. Throws `ltm_not_enabled`, `unknown_loop`. */
  getRelativeLoopScore(id: string): Float64Array {
    const score = this.#analysis().call((a) => a.relativeLoopScore(id));
    if (!score) throw new LoopscopeError('unknown_loop', `there is no loop "${id}": see getLoops(), and name the slot of a loop that repeats (r1[north])`);
    return score;
  }

  /** What the run has given so far as plain data that outlives the Sim. */
  getRun(): Run {
    this.#alive();
    const columns = this.#columns(false);
    const series: Record<string, Float64Array> = Object.create(null) as Record<string, Float64Array>; // a variable may be called __proto__
    for (const column of columns) series[column.name] = this.#series(column);
    const analysis = this.layout.ltm && this.#step >= 0 ? this.#analysis() : null;
    const search = analysis?.call((a) => a.search()) ?? null;
    return {
      time: this.#times(),
      names: columns.map((column) => column.name),
      series,
      links: analysis ? this.#links(analysis) : [],
      loops: analysis?.call((a) => a.loops()) ?? [],
      partitions: analysis?.call((a) => a.partitions()) ?? [],
      mode: search?.mode ?? null,
      note: search?.note ?? '',
      search,
      diagnostics: this.diagnostics,
    };
  }

  /**
   * The compiled model: a wasm module of its own that wasm-runtime/run-blob.mjs runs without the engine. It has the model's own
   * constants, not those set here. Throws `wasmgen_unsupported`.
   */
  saveBlob(): Uint8Array {
    this.#alive();
    return this.#program.blob().slice();
  }

  /** Frees what the engine holds for this simulation. Calling it again does nothing. */
  dispose(): void {
    this.#disposed = true;
    this.#slab = null;
    this.#release();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  get #rowsDone(): number {
    return this.#step < 0 ? 0 : Math.floor(this.#step / this.layout.saveEvery) + 1;
  }

  /** That the run has used up its room before its FINAL TIME came, or that an adaptive method did not keep to its tolerance. */
  #ofTheRun(): Diagnostic[] {
    const { finalTime, steps } = this.layout;
    const warning = (code: string, variable: string, message: string): Diagnostic => ({ code, severity: 'warning', model: '', variable, message, line: 0, column: 0, offset: 0, length: 0 });
    const all: Diagnostic[] = [];
    if (finalTime && !finalTime.stopGiven && this.#step >= steps && !this.#machine.hasEnded()) {
      const message = `the run ended at ${this.time} before this time came, since there is room for ${steps} steps; if it should go on, give it a stop time to go to`;
      all.push(warning('final_time_not_reached', finalTime.variable, message));
    }
    const loose = this.#machine.looseSteps();
    if (loose > 0) {
      const message = `in ${loose} of ${this.#step} steps even 1/1024 of dt was not within the tolerance of the adaptive method; the results there are less exact than it promises: use a smaller dt, or look at what changes so fast`;
      all.push(warning('tolerance_not_met', '', message));
    }
    return all;
  }

  #alive(): void {
    if (this.#disposed) throw new LoopscopeError('disposed', 'this simulation has been disposed of');
  }

  #advance(run: () => number): void {
    this.#alive();
    this.#step = run();
    this.#stale = false;
    this.#changed();
  }

  #changed(): void {
    this.#slab = null;
    this.#held.analysis?.free();
    this.#held.analysis = null;
  }

  #results(): Float64Array {
    if (this.#stale) this.#advance(() => this.#machine.runTo(this.layout.start)); // evaluates the current row again
    this.#slab ??= this.#machine.slab();
    return this.#slab;
  }

  #at({ variable, slot }: Column, row: number): number {
    const { fixedSlots, rowSlots } = this.layout;
    return this.#results()[variable.place === 'fixed' ? slot : fixedSlots + row * rowSlots + slot]!;
  }

  #series(column: Column): Float64Array {
    const rows = this.#rowsDone;
    if (column.variable.place === 'fixed') return new Float64Array(rows).fill(rows > 0 ? this.#at(column, 0) : 0);
    return this.#gather(column.slot);
  }

  #times(): Float64Array {
    return this.#gather(0);
  }

  #gather(slot: number): Float64Array {
    const { fixedSlots, rowSlots } = this.layout;
    const series = new Float64Array(this.#rowsDone);
    const slab = this.#results();
    for (let i = 0, at = fixedSlots + slot; i < series.length; i++, at += rowSlots) series[i] = slab[at]!;
    return series;
  }

  #columns(hidden: boolean): readonly Column[] {
    return this.#program.columns(hidden).filter(({ variable }) => !isTime(variable.id) && variable.kind !== 'module');
  }

  #links(analysis: Handle<EngineAnalysis>): Link[] {
    const links = analysis.call((a) => a.links());
    if (links) return links;
    throw new LoopscopeError('results_too_large', 'the scores of all links at all saved times need more memory than there is: save fewer times (saveInterval), or ask for getLoops() or getSeries() of a score');
  }

  #analysis(): Handle<EngineAnalysis> {
    this.#alive();
    if (!this.layout.ltm) throw new LoopscopeError('ltm_not_enabled', 'links and loops are scored only when the model is simulated with enableLtm: true');
    if (this.#step < 0) throw new LoopscopeError('not_run', 'there is nothing to analyse yet: call runTo or runToEnd first');
    const slab = this.#results();
    const { fixedSlots, rowSlots } = this.layout;
    this.#held.analysis ??= this.#program.analyze(slab.subarray(0, fixedSlots + this.#rowsDone * rowSlots));
    return this.#held.analysis;
  }
}

const isTime = (name: string): boolean => name.trim().toLowerCase() === 'time';
