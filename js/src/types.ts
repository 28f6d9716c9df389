import type { Diagnostic } from './errors.js';

/** Which machine runs the model. Both give the same bits: `wasm` compiles a module for the model, `vm` interprets it inside the engine. */
export type EngineKind = 'wasm' | 'vm';
export type LtmMode = 'auto' | 'exhaustive' | 'discovery';
export type Method = 'euler' | 'rk2' | 'rk4' | 'rk2auto' | 'rk4auto' | 'difference';
export type LinkPolarity = 'positive' | 'negative' | 'unknown';
export type LoopPolarity = 'reinforcing' | 'balancing' | 'mostly_reinforcing' | 'mostly_balancing' | 'undetermined';

/** What is decided when the model is compiled. Whatever is left out is as the model file has it. Times are in the model's time units. */
export interface CompileOptions {
  /** Score links and loops in the run (Loops That Matter). Default false. */
  enableLtm?: boolean;
  /** How loops are found. `auto`, the default, enumerates all of them where that is affordable. */
  ltmMode?: LtmMode;
  start?: number;
  /** The end; of a model whose FINAL TIME depends on the run the latest time to which it may go. */
  stop?: number;
  dt?: number;
  /** Time between saved points; a multiple of `dt`. */
  saveInterval?: number;
  method?: Method;
  /** Loops to score in any mode, each named by its variables in causal order. Of an array: all of its elements, or one (`stock[north]`). */
  pinnedLoops?: readonly (readonly string[])[];
  /** The limits of discovery mode. */
  discovery?: DiscoveryOptions;
}

export interface DiscoveryOptions {
  /** Loops that are listed, one that repeats for every element counted once; default 200. One that is the largest of its partition at some time is never left out. */
  maxLoops?: number;
  /** Share of its partition's total that a loop must reach at some time, with all of its slots; default 0.001. */
  threshold?: number;
  /**
   * Milliseconds that the search may take; default 2000. Beyond, loops are sampled, for as long again. It is work that is counted, as much as a usual
   * machine does in that time, so that the same model and options give the same loops everywhere; if a clock had to end it, `note` says so.
   */
  budgetMs?: number;
}

export interface SimulateOptions extends CompileOptions {
  /** Default `wasm`. */
  engine?: EngineKind;
  /** Values for constants, by name; an arrayed constant's name without subscripts sets all its elements. */
  overrides?: Readonly<Record<string, number>>;
}

export interface Dimension {
  readonly name: string;
  readonly elements: readonly string[];
}

/** A variable of a compiled model. */
export interface Variable {
  /** Canonical name: the key in `Run.series`. */
  readonly id: string;
  /** The name as the modeller wrote it. */
  readonly name: string;
  /** The last three are hidden machinery. */
  readonly kind: 'stock' | 'flow' | 'auxiliary' | 'module' | 'initial' | 'helper' | 'score';
  readonly units: string;
  readonly dimensions: readonly Dimension[];
  /** True if its value can be set. */
  readonly constant: boolean;
  /** Machinery (insides of macros, scores) that a person is not shown unless they ask. */
  readonly hidden: boolean;
  /** Where it stands: in each saved row, or once for the whole run. */
  readonly place: 'row' | 'fixed';
  /** First slot there; an array takes consecutive slots, last subscript fastest. */
  readonly slot: number;
}

/** The geometry of the results of one compiled program; docs/interfaces.md. */
export interface Layout {
  readonly version: number;
  readonly name: string;
  readonly start: number;
  readonly stop: number;
  readonly dt: number;
  /**
   * Where FINAL TIME depends on the run: the variable that ends it when its time has come. `stop`, `steps` and `rows` are then the most there may be:
   * what the options say (`stopGiven`), or what there is room for.
   */
  readonly finalTime?: { readonly variable: string; readonly stopGiven: boolean };
  readonly saveInterval: number;
  /** Number of dt steps from start to stop; rows are saved every `saveEvery` of them. */
  readonly steps: number;
  readonly saveEvery: number;
  readonly rows: number;
  readonly rowSlots: number;
  readonly fixedSlots: number;
  readonly constants: number;
  readonly stocks: number;
  readonly method: Method;
  readonly timeUnits: string;
  readonly variables: readonly Variable[];
  readonly ltm: { readonly mode: string } | null;
}

/** One causal link. Scores are dimensionless, one a saved time; 0 at the start. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly polarity: LinkPolarity;
  readonly score: Float64Array;
  /** |score| over the sum of |score| of all links into `to`. */
  readonly relative: Float64Array;
}

/** One feedback loop. */
export interface Loop {
  /** Stable: depends on the loop's variables alone (`r1`, `b2`, `u1`). */
  readonly id: string;
  /** As seen in the run. */
  readonly polarity: LoopPolarity;
  /** As it follows from the equations. */
  readonly structural: string;
  /** The variables a person is shown, from the alphabetically first on in causal direction. */
  readonly variables: readonly string[];
  /** All nodes, machinery included. */
  readonly path: readonly string[];
  /** The reducers inside equations that the loop passes, as they are written: `sum(population[*])`. */
  readonly reducers: readonly string[];
  /** Named in `pinnedLoops`. */
  readonly pinned: boolean;
  /** Mean |relative| over the times at which the loop is active: 0 to 1. Of a loop with slots: their sum, a partition. */
  readonly share: number;
  /** Index in `partitions`: only loops of one partition are compared. Of a loop with slots they have these three. */
  readonly partition?: number;
  readonly score?: Float64Array;
  /** Score over the sum of |score| in the partition: -1 to 1, NaN where it cannot be told. */
  readonly relative?: Float64Array;
  /** Of a loop that repeats for every element of an array; `loopSlots` treats both kinds alike. */
  readonly slots?: readonly LoopSlot[];
}

/** One element of a loop that repeats. */
export interface LoopSlot {
  /** Its subscripts: `["north"]`; the slot goes by `r1[north]`. */
  readonly element: readonly string[];
  /** All nodes, element by element. */
  readonly path: readonly string[];
  readonly polarity: LoopPolarity;
  readonly partition: number;
  readonly score: Float64Array;
  readonly relative: Float64Array;
  readonly share: number;
}

/** How the loops were looked for, and what there was. */
export interface LoopSearch {
  readonly mode: LtmMode;
  /** Why that mode, and what was done, in a sentence. */
  readonly note: string;
  readonly method: 'exhaustive' | 'enumeration' | 'sampling';
  /** Circuits that were found: of a loop that repeats, its slots. */
  readonly universe: number;
  /** Of those, the ones that matter at some time. */
  readonly retained: number;
  /** There may be others: a budget ended the search, or more loops matter than are listed. */
  readonly truncated: boolean;
}

/** Stocks that feedback connects. */
export interface Partition {
  readonly stocks: readonly string[];
}

/** A finished (or partial) run as plain data: nothing of the engine behind it, safe to keep or to post to another thread. */
export interface Run {
  /** The saved times. */
  readonly time: Float64Array;
  /** Keys of `series` in model order: `population`, `stock[north,young]`. Hidden machinery is left out. */
  readonly names: readonly string[];
  readonly series: Readonly<Record<string, Float64Array>>;
  /** Empty unless the run was made with `enableLtm`. */
  readonly links: readonly Link[];
  readonly loops: readonly Loop[];
  readonly partitions: readonly Partition[];
  /** How loops were found (`exhaustive` or `discovery`); null without LTM. */
  readonly mode: string | null;
  /** Why that mode, and what was done, in a sentence; empty without LTM. */
  readonly note: string;
  readonly search: LoopSearch | null;
  /** What there is to say about the model and this run, short of an error. */
  readonly diagnostics: readonly Diagnostic[];
}
