import { give, giveAll, requestsOf, type DataFile, type DataFiles, type DataRequest } from './data.js';
import { disposeSymbol, Handle, own, startEngine } from './engine.js';
import type { EngineProject } from './engine-types.js';
import { LoopscopeError, errorsOf, parseDiagnostics, type Diagnostic } from './errors.js';
import { compileError, compileKey, Program } from './program.js';
import { Sim } from './sim.js';
import { readBytes } from './source.js';
import type { CompileOptions, Run, SimulateOptions, Variable } from './types.js';

export interface LoadOptions {
  /** What rendered diagnostics call the file. Default: the URL's last part, or `model`. */
  file?: string;
  /** The files that the model reads (`project.dataRequests()` lists them). More can be given later, by `project.provide`. */
  data?: DataFiles;
}

/**
 * Reads a model: its text, its bytes, or where it is (`http:`, `https:`, `data:`, `blob:`, and `file:` in Node).
 *
 * A model with errors in some equations loads all the same and lists them in `diagnostics`; it refuses to run.
 * Throws LoopscopeError, with `.diagnostics`, where the file cannot be read as a model at all, and `unreadable_source` where
 * there is no file to read.
 */
export async function load(from: string | Uint8Array | URL, options: LoadOptions = {}): Promise<Project> {
  const reading = from instanceof URL ? readBytes(from) : Promise.resolve(typeof from === 'string' ? new TextEncoder().encode(from) : from);
  const [bytes, engine] = await Promise.all([reading, startEngine()]);
  const file = options.file ?? (from instanceof URL ? from.pathname.split('/').pop() || 'model' : 'model');
  const handle = new Handle(engine, engine.guard(() => new engine.module.Project(bytes)));
  if (handle.call((project) => project.ok())) {
    try {
      if (options.data !== undefined) await giveAll(handle, options.data);
    } catch (error) {
      handle.free();
      throw error;
    }
    return new Project(handle, file);
  }
  const diagnostics = parseDiagnostics(handle.call((project) => project.diagnostics()));
  const rendered = handle.call((project) => project.renderDiagnostics(file));
  handle.free();
  const [first] = errorsOf(diagnostics);
  throw new LoopscopeError(first?.code ?? 'unknown_format', first?.message ?? `${file} cannot be read as a model`, { diagnostics, rendered });
}

/** What a project can be written as. */
export type Format = 'xmile' | 'json' | 'mdl';

/** A project as text of a format. */
export interface Converted {
  readonly text: string;
  /** What the format cannot say. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same as text, each with its place in the file that was read. */
  readonly renderedDiagnostics: string;
}

/** A model file that was read. Made by `load()`. */
export class Project {
  /** Name of the model as the file has it. */
  readonly name: string;
  /** The text that the places in diagnostics refer to. */
  readonly source: string;
  /** What the reader had to say; errors in equations are found by the model. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same as text, each with its file, line, column, source line and a caret. */
  readonly renderedDiagnostics: string;
  readonly #model: Model;
  readonly #handle: Handle<EngineProject>;
  readonly #file: string;

  /** @internal */
  constructor(handle: Handle<EngineProject>, file: string) {
    this.#handle = handle;
    this.#file = file;
    this.name = handle.call((project) => project.name());
    this.source = handle.call((project) => project.source());
    this.diagnostics = parseDiagnostics(handle.call((project) => project.diagnostics()));
    this.renderedDiagnostics = handle.call((project) => project.renderDiagnostics(file));
    this.#model = new Model(handle, file);
  }

  /** The model that is simulated; the same object at every call. */
  mainModel(): Model {
    return this.#model;
  }

  /** What the model reads from files, given or not. */
  dataRequests(): readonly DataRequest[] {
    return requestsOf(this.#handle);
  }

  /**
   * Gives the model a file: under the name that the model calls it, a table for its GET calls; under any other, series for its data variables
   * (.csv and .tab: a column each, time in the first; else Vensim's .dat). Given again, it takes the place of what was there. Simulations that
   * were made before keep what they have. Throws `bad_data` where it cannot be read.
   */
  provide(file: string, content: DataFile): void {
    give(this.#handle, file, content);
    this.#model.forget();
  }

  /** The project as XMILE 1.0. Of an XMILE file reading that gives the same model. Throws as `toJson` does. */
  toXmile(): string {
    return this.convert('xmile').text;
  }

  /** The project as a Vensim model, the text of an .mdl file. Throws as `toJson` does. */
  toVensim(): string {
    return this.convert('mdl').text;
  }

  /** The project in this project's own format (docs/formats.md). Throws `model_has_errors` where the file was read with errors. */
  toJson(): string {
    return this.convert('json').text;
  }

  /** The project in another format, and what that format cannot say: warnings `not_expressible`, each naming its variable. Throws as `toJson` does. */
  convert(format: Format): Converted {
    const { text, diagnostics, rendered: renderedDiagnostics } = this.#handle.call((project) => project.write(format, this.#file));
    if (text !== null) return { text, diagnostics: parseDiagnostics(diagnostics), renderedDiagnostics };
    const [first, ...more] = errorsOf(parseDiagnostics(diagnostics));
    const read = errorsOf(this.diagnostics).length > 0;
    if (!read) throw new LoopscopeError(first!.code, first!.message, { diagnostics: [first!, ...more] });
    const { diagnostics: all, renderedDiagnostics: rendered } = this;
    throw new LoopscopeError('model_has_errors', 'a file that was read with errors is not written: the text would hide them', { diagnostics: all, rendered });
  }

  /** Frees the project and its model in the engine. Simulations that were made of it live on until they are disposed of themselves. */
  dispose(): void {
    this.#model.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}

/** Programs kept for a re-run; an editor that drags dt about must not collect them without end. */
const kept = 8;

/** A model that can be compiled and run. Made by `project.mainModel()`. */
export class Model {
  readonly #handle: Handle<EngineProject>;
  readonly #file: string;
  /** By options, the least recently used first. */
  readonly #programs = new Map<string, Program>();
  readonly #release: () => void;
  #disposed = false;
  #checked: { variables: readonly Variable[]; diagnostics: readonly Diagnostic[]; rendered: string } | null = null;

  /** @internal */
  constructor(handle: Handle<EngineProject>, file: string) {
    this.#handle = handle;
    this.#file = file;
    const programs = this.#programs;
    // The model, not the project, owns what was read: people keep the model and let the project go.
    this.#release = own(this, () => {
      for (const program of programs.values()) program.release();
      programs.clear();
      handle.free();
    });
  }

  /** The variables, hidden machinery included; empty where the model has errors. Compiles the model once. */
  get variables(): readonly Variable[] {
    return this.#check().variables;
  }

  /** Everything that is wrong with the model, or worth a note. Compiles the model once. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#check().diagnostics;
  }

  /** The diagnostics as text, each with its file, line, column, source line and a caret. */
  get renderedDiagnostics(): string {
    return this.#check().rendered;
  }

  /**
   * A simulation that stands before its start. What was compiled is kept: another simulation with the same options but other
   * `overrides` compiles nothing.
   *
   * Throws LoopscopeError: `model_has_errors` (with `.diagnostics`), `bad_option`, `unknown_override`, `not_overridable`,
   * `wasmgen_unsupported` where the wasm engine cannot express the model (the VM may), `results_too_large`, `blob_refused`.
   */
  async simulate(options: SimulateOptions = {}): Promise<Sim> {
    const engine = options.engine ?? 'wasm';
    if (engine !== 'wasm' && engine !== 'vm') throw new LoopscopeError('bad_option', `engine must be "wasm" or "vm", not "${String(engine)}"`);
    return Sim.start(this.#program(options).retain(), engine, options.overrides ?? {});
  }

  /** Runs to the end and gives the results as plain data. Throws as `simulate` does. */
  async run(options: SimulateOptions = {}): Promise<Run> {
    const sim = await this.simulate(options);
    try {
      sim.runToEnd();
      return sim.getRun();
    } finally {
      sim.dispose();
    }
  }

  /**
   * A phase of compilation as text, for people: `model`, `ast`, `equations`, `ir`, `ltm`, `program`, `layout`; of a model
   * with errors, the phases that it reaches. (`loopscope dump --phase wat` shows the wasm module.) Throws `model_has_errors`, `bad_option`.
   */
  dump(phase: string, options: CompileOptions = {}): string {
    const program = this.#compile(compileKey(options));
    try {
      const text = program.call((p) => p.dump(phase));
      if (text !== '') return text;
      if (!program.call((p) => p.ok())) throw compileError(program, this.#file);
      throw new LoopscopeError('bad_option', `the model has nothing to show for phase "${phase}"`);
    } finally {
      program.free();
    }
  }

  /** @internal The wasm module with the names of its functions, for `dump --phase wat`. */
  namedBlob(options: CompileOptions = {}): Uint8Array {
    const program = this.#compile(compileKey(options));
    try {
      const bytes = program.call((p) => p.namedBlob());
      if (bytes === null) throw compileError(program, this.#file);
      return bytes;
    } finally {
      program.free();
    }
  }

  /** @internal What was compiled before the model had other data. */
  forget(): void {
    for (const program of this.#programs.values()) program.release();
    this.#programs.clear();
    this.#checked = null;
  }

  /** Frees what the engine keeps of this model. Its simulations live on until they are disposed of themselves. */
  dispose(): void {
    this.#disposed = true;
    this.#release();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  #compile(key: string) {
    if (this.#disposed) throw new LoopscopeError('disposed', 'this model has been disposed of');
    return new Handle(this.#handle.engine, this.#handle.call((project) => project.compile(key)));
  }

  #program(options: CompileOptions): Program {
    const key = compileKey(options);
    const program = this.#programs.get(key) ?? new Program(this.#compile(key), this.#file);
    this.#programs.delete(key);
    this.#programs.set(key, program);
    if (this.#programs.size > kept) {
      const [oldest, old] = this.#programs.entries().next().value!;
      this.#programs.delete(oldest);
      old.release();
    }
    return program;
  }

  #check() {
    if (this.#checked) return this.#checked;
    try {
      const program = this.#program({});
      this.#checked = { variables: program.layout.variables, diagnostics: program.diagnostics, rendered: program.renderedDiagnostics };
    } catch (error) {
      if (!(error instanceof LoopscopeError) || error.code !== 'model_has_errors') throw error;
      this.#checked = { variables: [], diagnostics: error.diagnostics, rendered: error.rendered };
    }
    return this.#checked;
  }
}
