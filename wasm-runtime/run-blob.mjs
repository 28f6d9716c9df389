// Runs a model that `loopscope compile` or `sim.saveBlob()` has made, without the engine: in a page, a worker or Node.
// Take a copy of this file along with the .wasm; it needs nothing else. What it exports is described in run-blob.d.mts.

export async function runBlob(bytes) {
  const module = bytes instanceof WebAssembly.Module ? bytes : await WebAssembly.compile(bytes);
  const [section] = WebAssembly.Module.customSections(module, 'loopscope.layout');
  if (!section) throw new Error('this is not a module that loopscope compiled: it holds no layout');
  const layout = JSON.parse(new TextDecoder().decode(section));
  const { memory, slab, init, run_to, run, has_ended, reset, set_value } = (await WebAssembly.instantiate(module, {})).exports;
  const { fixedSlots, rowSlots, saveEvery } = layout;
  let step = -1; // dt steps done; -1 before the start
  let stale = false; // a constant was set since the current row was evaluated
  init();

  // Canonical names: blanks of every kind one underscore, lower case, no quotes.
  const key = (name) => name.trim().replace(/^"(.*)"$/s, '$1').replace(/[\s_\u00a0]+/g, '_').toLowerCase();
  const columns = new Map([['time', { place: 'row', slot: 0, constant: false }]]);
  for (const variable of layout.variables) {
    let names = [''];
    for (const { elements } of variable.dimensions) names = names.flatMap((head) => elements.map((e) => (head ? `${head},${e}` : e)));
    names.forEach((subscripts, i) => columns.set(key(subscripts ? `${variable.id}[${subscripts}]` : variable.id), { ...variable, slot: variable.slot + i }));
  }
  const column = (name) => {
    const found = columns.get(key(name));
    if (!found) throw new Error(`the model has no variable "${name}"`);
    return found;
  };
  const advance = (reached) => {
    step = reached;
    stale = false;
  };

  return {
    layout,
    memory,
    runTo: (time) => advance(run_to(time)),
    run: () => advance(run()),
    hasEnded: () => (has_ended ? has_ended() === 1 : step === layout.steps),
    reset() {
      reset();
      step = -1;
      stale = false;
    },
    setValue(name, value) {
      const { slot, constant } = column(name);
      if (!constant || set_value(slot, value) !== 1) throw new Error(`"${name}" is computed: only constants can be set`);
      stale = step >= 0;
    },
    getSeries(name) {
      const { place, slot } = column(name);
      if (stale) advance(run_to(layout.start)); // evaluates the current row again
      const results = new Float64Array(memory.buffer, slab.value >>> 0, fixedSlots + layout.rows * rowSlots);
      const rows = step < 0 ? 0 : Math.floor(step / saveEvery) + 1;
      return Float64Array.from({ length: rows }, (_, row) => results[place === 'fixed' ? slot : fixedSlots + row * rowSlots + slot]);
    },
  };
}
