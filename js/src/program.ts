// A compiled model: its layout, its blob, and the names by which its values are found.
import { Handle } from './engine.js';
import type { EngineAnalysis, EngineProgram, EngineVm } from './engine-types.js';
import { LoopscopeError, errorsOf, parseDiagnostics, type Diagnostic } from './errors.js';
import { idKey, matchKey, nearest } from './names.js';
import type { CompileOptions, Layout, Variable } from './types.js';

/** One value a saved time: a scalar variable or one element of an array. */
export interface Column {
  readonly name: string;
  readonly variable: Variable;
  readonly slot: number;
}

/** The options as the engine reads them; equal text means an equal program. */
export function compileKey(options: CompileOptions): string {
  const number = (name: 'start' | 'stop' | 'dt' | 'saveInterval'): number | undefined => {
    const value = options[name];
    if (value !== undefined && !Number.isFinite(value)) throw new LoopscopeError('bad_option', `${name} must be a finite number, not ${String(value)}`);
    return value;
  };
  const ltm = options.enableLtm === true;
  return JSON.stringify({
    ltm,
    ltmMode: ltm ? (options.ltmMode ?? 'auto') : undefined,
    start: number('start'),
    stop: number('stop'),
    dt: number('dt'),
    saveInterval: number('saveInterval'),
    method: options.method,
    pinnedLoops: ltm ? options.pinnedLoops : undefined,
    discovery: ltm ? options.discovery : undefined,
  });
}

/** Why a program that is not ok is not. */
export function compileError(handle: Handle<EngineProgram>, file: string): LoopscopeError {
  const diagnostics = parseDiagnostics(handle.call((program) => program.diagnostics()));
  const rendered = handle.call((program) => program.renderDiagnostics(file));
  const errors = errorsOf(diagnostics);
  const first = errors[0]?.message ?? 'the engine gave no reason';
  if (errors.some((error) => error.code === 'bad_option')) return new LoopscopeError('bad_option', first, { diagnostics, rendered });
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new LoopscopeError('model_has_errors', `the model cannot be run: ${first}${rest}`, { diagnostics, rendered });
}

export class Program {
  readonly layout: Layout;
  readonly #constantSlots = new Map<string, number[]>();
  readonly #variables = new Map<string, Variable>();
  readonly #positions = new Map<readonly string[], Map<string, number>>(); // of the elements of a dimension
  readonly #handle: Handle<EngineProgram>;
  /** What rendered diagnostics call the file. */
  readonly file: string;
  #users = 1;
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #module: Promise<WebAssembly.Module> | null = null;

  /** Takes over the handle; throws (and frees it) if the model did not compile. */
  constructor(handle: Handle<EngineProgram>, file: string) {
    this.#handle = handle;
    this.file = file;
    if (!handle.call((program) => program.ok())) {
      const error = compileError(handle, file);
      handle.free();
      throw error;
    }
    this.layout = JSON.parse(handle.call((program) => program.layout())) as Layout;
    // The names of scores hold those of dimensions, as they are written.
    for (const variable of this.layout.variables) this.#variables.set(variable.hidden ? matchKey(variable.id) : idKey(variable.id), variable);
  }

  /** Columns in layout order. Not kept: with scores a large array has hundreds of thousands. */
  columns(hidden: boolean): Column[] {
    return this.layout.variables.filter((variable) => hidden || !variable.hidden).flatMap(elements);
  }

  /** Each Sim keeps the program alive for itself, the model's cache too. */
  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#handle.free();
  }

  /** The columns that `name` stands for: one, or all elements of an array. Throws `code` with the nearest name. */
  columnsOf(name: string, code: string): readonly Column[] {
    const variable = this.#variables.get(matchKey(name));
    if (variable) return elements(variable);
    const one = this.#element(name);
    if (one) return [one];
    const shown = this.columns(false);
    const near = nearest(name, [...shown.map((column) => column.name), ...shown.map((column) => column.variable.id)]);
    throw new LoopscopeError(code, `the model has no variable "${name}"${near === null ? '' : `: did you mean "${near}"?`}`);
  }

  /** `name[a,b]`, subscripts by name. */
  #element(name: string): Column | null {
    const key = matchKey(name);
    const bracket = key.lastIndexOf('[');
    const variable = bracket < 0 || !key.endsWith(']') ? undefined : this.#variables.get(key.slice(0, bracket));
    let subscripts = key.slice(bracket + 1, -1).split(',');
    // A list of elements of several dimensions is a dimension too, of names with commas.
    if (variable?.dimensions.length === 1) subscripts = [subscripts.join(',')];
    if (!variable || subscripts.length !== variable.dimensions.length) return null;
    let element = 0;
    for (const [i, { elements: names }] of variable.dimensions.entries()) {
      const at = this.#positionOf(subscripts[i]!, names);
      if (at === undefined) return null;
      element = element * names.length + at;
    }
    return { name: elementName(variable, element), variable, slot: variable.slot + element };
  }

  #positionOf(element: string, names: readonly string[]): number | undefined {
    let positions = this.#positions.get(names);
    if (!positions) this.#positions.set(names, (positions = new Map(names.map((name, i) => [idKey(name), i]))));
    return positions.get(element);
  }

  /** The one column of that name. Throws `unknown_variable`. */
  column(name: string): Column {
    const [column, ...more] = this.columnsOf(name, 'unknown_variable');
    if (column && more.length === 0) return column;
    throw new LoopscopeError('unknown_variable', `"${name}" is an array: name an element, such as "${column?.name}"`);
  }

  /** The slots that setting `name` sets. Throws `unknown_override`, `not_overridable`. */
  constantSlots(name: string): number[] {
    // A slider sets the same name many times a second: the spelling is looked up once.
    const known = this.#constantSlots.get(name);
    if (known) return known;
    const slots = this.columnsOf(name, 'unknown_override').map(({ variable, slot }) => {
      if (variable.constant) return slot;
      const kind = variable.kind === 'auxiliary' ? 'an auxiliary variable' : `a ${variable.kind}`;
      throw new LoopscopeError('not_overridable', `"${variable.id}" is ${kind} that an equation computes: only constants can be set`);
    });
    this.#constantSlots.set(name, slots);
    return slots;
  }

  /** The wasm module of this model as bytes. */
  blob(): Uint8Array<ArrayBuffer> {
    this.#bytes ??= this.#handle.call((program) => program.blob()) ?? this.#refused('wasmgen_unsupported');
    return this.#bytes;
  }

  compiled(): Promise<WebAssembly.Module> {
    this.#module ??= WebAssembly.compile(this.blob()).catch((cause: unknown) => {
      throw new LoopscopeError('blob_refused', `the host refused the module compiled for this model: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    });
    return this.#module;
  }

  vm(): Handle<EngineVm> {
    const vm = this.#handle.call((program) => program.vm()) ?? this.#refused('results_too_large');
    return new Handle(this.#handle.engine, vm);
  }

  analyze(slab: Float64Array): Handle<EngineAnalysis> {
    const analysis = new Handle(this.#handle.engine, this.#handle.call((program) => program.analyze(slab)));
    if (analysis.call((a) => a.ok())) return analysis;
    const diagnostics = parseDiagnostics(analysis.call((a) => a.diagnostics()));
    analysis.free();
    const [first] = errorsOf(diagnostics);
    throw new LoopscopeError(first?.code ?? 'bad_slab', first?.message ?? 'the results could not be analysed', { diagnostics });
  }

  get diagnostics(): readonly Diagnostic[] {
    return parseDiagnostics(this.#handle.call((program) => program.diagnostics()));
  }

  get renderedDiagnostics(): string {
    return this.#handle.call((program) => program.renderDiagnostics(this.file));
  }

  #refused(code: string): never {
    const diagnostics = this.diagnostics;
    const error = diagnostics.find((d) => d.code === code) ?? errorsOf(diagnostics).at(-1);
    throw new LoopscopeError(error?.code ?? code, error?.message ?? 'the engine cannot make this run', { diagnostics, rendered: this.renderedDiagnostics });
  }
}

function elements(variable: Variable): Column[] {
  const count = variable.dimensions.reduce((product, dimension) => product * dimension.elements.length, 1);
  return Array.from({ length: count }, (_, i) => ({ name: elementName(variable, i), variable, slot: variable.slot + i }));
}

/** `name`, or `name[a,x]` of an array: elements in slot order, last subscript fastest. */
function elementName(variable: Variable, element: number): string {
  let subscripts = '';
  for (const { elements: names } of [...variable.dimensions].reverse()) {
    subscripts = names[element % names.length]! + (subscripts === '' ? '' : `,${subscripts}`);
    element = Math.floor(element / names.length);
  }
  return variable.dimensions.length === 0 ? variable.id : `${variable.id}[${subscripts}]`;
}
