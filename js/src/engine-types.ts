// The embind classes of the engine, as docs/interfaces.md has them.
import type { Link, Loop, LoopSearch, Partition } from './types.js';

export interface Deletable {
  delete(): void;
}

export interface EngineProject extends Deletable {
  ok(): boolean;
  diagnostics(): string;
  name(): string;
  source(): string;
  renderDiagnostics(file: string): string;
  write(format: string, file: string): { text: string | null; diagnostics: string; rendered: string };
  requests(): string;
  give(file: string, sheet: string, text: string, names: string): void;
  giveSeries(file: string, text: string): string;
  compile(options: string): EngineProgram;
}

export interface EngineProgram extends Deletable {
  ok(): boolean;
  diagnostics(): string;
  renderDiagnostics(file: string): string;
  layout(): string;
  blob(): Uint8Array<ArrayBuffer> | null;
  namedBlob(): Uint8Array<ArrayBuffer> | null;
  vm(): EngineVm | null;
  dump(phase: string): string;
  analyze(slab: Float64Array): EngineAnalysis;
}

export interface EngineVm extends Deletable {
  runTo(time: number): number;
  runToEnd(): number;
  hasEnded(): boolean;
  looseSteps(): number;
  reset(): void;
  setValue(slot: number, value: number): boolean;
  slab(): Float64Array;
}

export interface EngineAnalysis extends Deletable {
  ok(): boolean;
  diagnostics(): string;
  search(): LoopSearch;
  links(): Link[] | null;
  partitions(): Partition[];
  loops(): Loop[];
  relativeLoopScore(id: string): Float64Array | null;
}

export interface EngineModule {
  version(): string;
  liveObjects(): number;
  Project: new (bytes: Uint8Array) => EngineProject;
}

export type EngineFactory = (options: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
  print?(text: string): void;
  printErr?(text: string): void;
  onAbort?(what: unknown): void;
}) => Promise<EngineModule>;
