// Times in ms: of a list, and of several things run in turns.

/** Of a list of times. */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], count: sorted.length };
}

/** Runs them in turns, each turn long enough for the clock; gives ms a run: minimum and median of the turns after warm-up. */
export function inTurns(runners, seconds) {
  const samples = {};
  const repeats = {};
  for (const [name, run] of Object.entries(runners)) {
    // Warm until V8's optimised code is there: it compiles in the background after some calls.
    const end = performance.now() + 150 * seconds;
    let runs = 0;
    const began = performance.now();
    while (performance.now() < end || runs < 3) {
      run();
      runs++;
    }
    repeats[name] = Math.max(1, Math.round((1.5 * runs) / (performance.now() - began))); // turns of about 1.5 ms
    samples[name] = [];
  }
  const end = performance.now() + 1000 * seconds;
  for (let turn = 0; performance.now() < end || turn < 15; turn++) {
    for (const [name, run] of Object.entries(runners)) {
      const began = performance.now();
      for (let i = 0; i < repeats[name]; i++) run();
      samples[name].push((performance.now() - began) / repeats[name]);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, summary(all)]));
}
