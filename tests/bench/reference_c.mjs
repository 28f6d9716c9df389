// The model as C (print_c.cpp) compiled by emcc -O3 with the run-time functions, link-time optimised: what the engines are
// measured against. Kept in build/bench by content.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = path.join(root, 'build/bench');
const runtime = path.join(root, 'wasm-runtime');
// The time loop is in the C itself (where it is not Euler's, by including this file).
const sources = readdirSync(runtime).filter((name) => name.endsWith('.c') && name !== 'ls_run.c').map((name) => path.join(runtime, name));
const flags = ['-O3', '-flto', '-std=gnu11', '-mbulk-memory', '-ffp-contract=off', '-fno-math-errno', '-w', '-I', runtime];

/** The instance's { init, run, set_value, slab(layout) }; `vectors`: for processors with 128-bit vectors. */
export async function referenceC(text, layout, vectors = false) {
  const wasm = compile(text, layout, vectors ? [...flags, '-msimd128'] : flags);
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { env: { emscripten_notify_memory_growth() {} } });
  const { memory, init, run, set_value, results } = instance.exports;
  init();
  const { fixedSlots, rows, rowSlots } = layout;
  return { init, run, set_value, bytes: readFileSync(wasm).length, slab: () => new Float64Array(memory.buffer, results() >>> 0, fixedSlots + rows * rowSlots) };
}

/** The C of a model: tests/bench/print_c.cpp, built beside the engine. */
export function cOf(bytes) {
  const build = path.join(root, 'build/emscripten');
  execFileSync('cmake', ['--build', build, '--target', 'print_c'], { stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'model.xmile');
  writeFileSync(file, bytes);
  return execFileSync('node', [path.join(build, 'print_c.js'), file, '{}'], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

function compile(text, { fixedSlots, rows, rowSlots, steps }, flags) {
  const hash = createHash('sha256').update(JSON.stringify([text, flags, emcc('--version')]));
  for (const source of [...sources, path.join(runtime, 'ls_run.c'), path.join(runtime, 'ls_runtime.h')]) hash.update(readFileSync(source));
  const base = path.join(folder, hash.digest('hex').slice(0, 16));
  if (existsSync(`${base}.wasm`)) return `${base}.wasm`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${base}.c`, text);
  const pages = Math.ceil((8 * (fixedSlots + (rows + 8) * rowSlots + 64 * (steps + 1)) + (2 << 20)) / 65536);
  emcc(...flags, `${base}.c`, ...sources, '--no-entry', '-sSTANDALONE_WASM', '-sTOTAL_STACK=262144', `-sINITIAL_MEMORY=${pages * 65536}`, '-o', `${base}.new.wasm`);
  renameSync(`${base}.new.wasm`, `${base}.wasm`);
  return `${base}.wasm`;
}

function emcc(...args) {
  try {
    return execFileSync('emcc', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`emcc failed: ${error.stderr || error.message}`);
  }
}
