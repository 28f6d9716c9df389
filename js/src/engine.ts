// The one engine instance that all projects share, how it is started, and how it is replaced when it fails.
import type { Deletable, EngineModule } from './engine-types.js';
import { LoopscopeError } from './errors.js';
import { readBytes } from './source.js';

/** Where the engine's own .wasm comes from: an address, its bytes, or the module compiled already. */
export type EngineSource = URL | Uint8Array<ArrayBuffer> | WebAssembly.Module;

let source: EngineSource | null = null;
let compiled: Promise<WebAssembly.Module> | null = null;
let starting: Promise<Engine> | null = null;
let running: Engine | null = null;

/**
 * Says where the engine's .wasm is, for hosts that keep it elsewhere than beside this package (bundlers, offline pages).
 * Takes effect with the next engine that is started: call it before the first `load`.
 */
export function setEngineSource(from: EngineSource): void {
  source = from;
  compiled = null;
  starting = null;
}

/** Number of objects inside the engine that nobody has disposed of yet; 0 before the first `load`. For tests and leak hunts. */
export const liveObjects = (): number => (running && !running.dead ? running.guard(() => running!.module.liveObjects()) : 0);

/** The engine's version. Starts the engine if need be. */
export const engineVersion = async (): Promise<string> => {
  const engine = await startEngine();
  return engine.guard(() => engine.module.version());
};

export class Engine {
  dead = false;
  constructor(readonly module: EngineModule) {}

  /** Every call into the engine goes through here. No call is meant to throw: one that does leaves the instance in an unknown state. */
  guard<T>(call: () => T): T {
    if (this.dead) throw new LoopscopeError('engine_failure', 'the engine that held this object failed earlier: load the model again');
    try {
      return call();
    } catch (cause) {
      this.dead = true;
      if (running === this) running = starting = null;
      const what = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
      throw new LoopscopeError('engine_failure', `the engine failed (${what}); the next load starts a new one. Please report this with the model`, { cause });
    }
  }
}

/** The running engine, or a new one. */
export function startEngine(): Promise<Engine> {
  if (!starting) {
    const attempt = instantiate();
    starting = attempt;
    attempt.then(
      (engine) => {
        if (starting === attempt) running = engine;
      },
      () => {
        if (starting === attempt) starting = compiled = null; // so that a later load may try again
      },
    );
  }
  return starting;
}

async function instantiate(): Promise<Engine> {
  try {
    return new Engine(await instantiateModule());
  } catch (cause) {
    if (cause instanceof LoopscopeError) throw cause;
    throw new LoopscopeError('engine_failure', `the engine cannot be started: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function instantiateModule(): Promise<EngineModule> {
  compiled ??= compile(source ?? new URL('../../build/emscripten/loopscope.wasm', import.meta.url));
  const [module, glue] = await Promise.all([compiled, import('../../build/emscripten/loopscope.mjs')]);
  return new Promise<EngineModule>((resolve, reject) => {
    glue
      .default({
        instantiateWasm(imports, done) {
          WebAssembly.instantiate(module, imports).then(done, reject);
          return {};
        },
        print: () => {},
        printErr: () => {}, // what an abort has to say is in its exception
      })
      .then(resolve, reject);
  });
}

async function compile(from: EngineSource): Promise<WebAssembly.Module> {
  if (from instanceof WebAssembly.Module) return from;
  return WebAssembly.compile(from instanceof URL ? await readBytes(from) : from);
}

/** An object of the engine and the way to free it once. */
export class Handle<T extends Deletable> {
  #object: T | null;

  constructor(
    readonly engine: Engine,
    object: T,
  ) {
    this.#object = object;
  }

  call<R>(use: (object: T) => R): R {
    const object = this.#object;
    if (!object) throw new LoopscopeError('disposed', 'this object has been disposed of');
    return this.engine.guard(() => use(object));
  }

  free(): void {
    const object = this.#object;
    this.#object = null;
    if (object && !this.engine.dead) this.engine.guard(() => object.delete());
  }
}

// `Symbol.dispose` where the host has it, so that `using` works; the name that polyfills use elsewhere.
export const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

let net: FinalizationRegistry<() => void> | null = null;

/**
 * Ties `free` to the life of `owner`: the function returned frees at once and only once, and the garbage collector does where nobody
 * called it. `free` must not refer to `owner`.
 */
export function own(owner: object, free: () => void): () => void {
  net ??= new FinalizationRegistry((release) => release());
  let owned = true;
  const release = (): void => {
    if (!owned) return;
    owned = false;
    net?.unregister(release);
    free();
  };
  net.register(owner, release, release);
  return release;
}
