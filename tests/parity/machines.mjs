// Both machines of one compiled model at the level of their ABI (docs/interfaces.md), and comparison of their slabs bit by bit.
import { give } from '../../js/dist/data.js';
import { startEngine } from '../../js/dist/engine.js';

const { module: engine } = await startEngine();

/** Compiles; null if the model cannot be compiled (`why` says so). Call dispose() when done. `data`: of data.mjs. */
export function compileModel(bytes, options, data = []) {
  const project = new engine.Project(bytes);
  for (const [name, content] of data) give({ call: (use) => use(project) }, name, content);
  const program = project.ok() ? project.compile(JSON.stringify(options)) : null;
  const first = () => JSON.parse((program ?? project).diagnostics()).find((d) => d.severity === 'error');
  const free = () => {
    program?.delete();
    project.delete();
  };
  if (!program?.ok()) {
    const why = first();
    free();
    return { ok: false, why: `${why.code}: ${why.message}` };
  }
  const layout = JSON.parse(program.layout());
  return {
    ok: true,
    layout,
    blob: () => program.blob() ?? refuse(first()),
    vm: () => vmMachine(program.vm() ?? refuse(first())),
    /** What the analysis makes of a slab: { links, loops, partitions, search } as plain data. */
    analyze(slab) {
      const analysis = program.analyze(slab);
      try {
        if (!analysis.ok()) refuse(JSON.parse(analysis.diagnostics())[0]);
        return { search: analysis.search(), partitions: analysis.partitions(), links: analysis.links(), loops: analysis.loops() };
      } finally {
        analysis.delete();
      }
    },
    dispose: free,
  };
}

function refuse(why) {
  throw new Error(`${why.code}: ${why.message}`);
}

function vmMachine(vm) {
  return {
    runTo: (t) => vm.runTo(t),
    run: () => vm.runToEnd(),
    reset: () => vm.reset(),
    set: (slot, value) => vm.setValue(slot, value),
    slab: () => vm.slab(),
    dispose: () => vm.delete(),
  };
}

export async function blobMachine(bytes, { fixedSlots, rows, rowSlots, saveEvery, finalTime }) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const { memory, slab, init, run_to, run, reset, set_value } = instance.exports;
  init();
  let step = 0;
  const saved = () => (finalTime === undefined ? rows : Math.floor(step / saveEvery) + 1); // as the VM's
  return {
    runTo: (t) => (step = run_to(t)),
    run: () => (step = run()),
    reset: () => (reset(), (step = 0)),
    set: (slot, value) => set_value(slot, value) === 1,
    slab: () => new Float64Array(memory.buffer, slab.value >>> 0, fixedSlots + saved() * rowSlots),
    dispose: () => {},
  };
}

/** Index of the first double that differs in any bit (NaNs are all alike), or -1. */
export function firstDifference(a, b) {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  const x = new BigUint64Array(a.buffer, a.byteOffset, a.length);
  const y = new BigUint64Array(b.buffer, b.byteOffset, b.length);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return i;
  return -1;
}

/** Where two pieces of plain data first differ in any bit: a path into them and both values, or null. */
export function dataDifference(a, b, path = '') {
  if (a instanceof Float64Array && b instanceof Float64Array) {
    const i = firstDifference(a, b);
    return i < 0 ? null : `${path}[${i}] is ${a[i]} and ${b[i]}`;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b) ? null : `${path} is ${a} and ${b}`;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return `${path} has ${keys.length} and ${Object.keys(b).length} parts`;
  for (const key of keys) {
    const difference = dataDifference(a[key], b[key], `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

/**
 * Takes both machines through the same course: a run; the run again in pieces; all constants changed and run; changed back in the
 * middle of a run. Compares the slabs after each. Gives { values, difference }, difference a sentence or null.
 */
export function exercise(vm, blob, layout, defaults) {
  const { start, dt, finalTime } = layout;
  const steps = finalTime === undefined ? layout.steps : vm.run();
  vm.reset();
  const at = (fraction) => start + Math.floor(steps * fraction) * dt;
  const setAll = (machine, change) => {
    for (let slot = 0; slot < layout.constants; slot++) if (!machine.set(slot, change(defaults[slot], slot))) throw new Error(`slot ${slot} cannot be set`);
  };
  const other = (value, slot) => (value === 0 ? 0.01 * (slot + 1) : value * (1 + 0.03 * ((slot % 7) - 3.5)));
  const courses = [
    ['a whole run', (m) => m.run()],
    ['the first row', (m) => (m.reset(), m.runTo(start))],
    ['a third of a run', (m) => m.runTo(at(1 / 3))],
    ['a piece that ends between steps', (m) => m.runTo(at(0.71) + dt / 3)],
    ['a run in pieces', (m) => m.run(), 'a whole run'],
    ['a run with changed constants', (m) => (setAll(m, other), m.reset(), m.run())],
    ['a part with changed constants', (m) => (m.reset(), m.runTo(at(0.4)))],
    ['constants changed back during a run', (m) => (setAll(m, (value) => value), m.run())],
    ['a run after all that', (m) => (m.reset(), m.run()), 'a whole run'],
  ];
  const kept = new Map();
  let values = 0;
  for (const [what, go, same] of courses) {
    const steps = [go(vm), go(blob)];
    if (steps[0] !== steps[1]) return { values, difference: `${what}: the VM is at step ${steps[0]}, the blob at ${steps[1]}` };
    const results = [vm.slab(), blob.slab()];
    const i = firstDifference(...results);
    values += results[0].length;
    if (i >= 0) return { values, difference: `${what}: ${placeOf(layout, i)} is ${results[0][i]} on the VM and ${results[1][i]} in the blob` };
    if (!kept.has(what)) kept.set(what, results[0]);
    const before = same && firstDifference(kept.get(same), results[0]);
    if (before >= 0) return { values, difference: `${what} and ${same} differ in ${placeOf(layout, before)}` };
  }
  return { values, difference: null };
}

function placeOf({ fixedSlots, rowSlots, variables }, i) {
  const row = i < fixedSlots ? null : Math.floor((i - fixedSlots) / rowSlots);
  const slot = row === null ? i : (i - fixedSlots) % rowSlots;
  const owner = variables.findLast((v) => v.place === (row === null ? 'fixed' : 'row') && v.slot <= slot);
  return `${owner?.id ?? 'time'}${row === null ? '' : ` in row ${row}`}`;
}
