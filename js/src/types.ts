/** Which machine runs the model. Both give the same bits: `wasm` compiles a module for the model, `vm` interprets it inside the engine. */
export type EngineKind = 'wasm' | 'vm';
export type LtmMode = 'auto' | 'exhaustive' | 'discovery';
export type Method = 'euler' | 'rk2' | 'rk4';
export type LinkPolarity = 'positive' | 'negative' | 'unknown';
export type LoopPolarity = 'reinforcing' | 'balancing' | 'mostly_reinforcing' | 'mostly_balancing' | 'undetermined';

/** What is decided when the model is compiled. Whatever is left out is as the model file has it. Times are in the model's time units. */
export interface CompileOptions {
  /** Score links and loops in the run (Loops That Matter). Default false. */
  enableLtm?: boolean;
  /** How loops are found. `auto`, the default, enumerates all of them where that is affordable. */
  ltmMode?: LtmMode;
  start?: number;
  stop?: number;
  dt?: number;
  /** Time between saved points; a multiple of `dt`. */
  saveInterval?: number;
  method?: Method;
  /** Loops to score in any mode, each named by its variables in causal order. */
  pinnedLoops?: readonly (readonly string[])[];
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
  /** Index in `partitions`: only loops of one partition are compared. */
  readonly partition: number;
  readonly score: Float64Array;
  /** Score over the sum of |score| in the partition: -1 to 1, NaN where it cannot be told. */
  readonly relative: Float64Array;
  /** Mean |relative| over the times at which the loop is active: 0 to 1. */
  readonly share: number;
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
  /** Why that mode, in a sentence; empty without LTM. */
  readonly note: string;
}
