// What the bench prints: times, ratios, and which targets are met.

const verdict = (met) => (met ? 'met   ' : 'MISSED');
const ms = (t) => `${t.min.toPrecision(3)} / ${t.median.toPrecision(3)}`;

export function printModels(results, targets) {
  if (results.length === 0) return;
  const head = ['model', 'eqns', 'steps', 'slots', 'loops', 'C -O3', 'blob', 'VM', 'blob+LTM', 'blob/C', 'VM/C', 'LTM/blob'];
  const rows = results.map((r) => [
    r.name,
    r.equations,
    r.steps,
    `${r.rowSlots} (${r.scoredRowSlots})`,
    r.loops,
    ms(r.times.c),
    ms(r.times.blob),
    ms(r.times.vm),
    ms(r.times.ltm),
    ...Object.keys(r.ratios).map((key) => `${r.ratios[key].toFixed(2)} / ${r.medianRatios[key].toFixed(2)}`),
  ]);
  console.log('Times in ms a run, every variable saved at every step: minimum / median. Slots: of a row, with scores in brackets.');
  print([head, ...rows]);
  console.log();
  const verdicts = [
    ['blobToC', 'the blob is no slower than', 'that of C'],
    ['vmToC', 'the VM is no slower than', 'that of C'],
    ['ltmToPlain', 'scores cost less than', 'the blob without'],
  ];
  for (const [key, what, of] of verdicts)
    for (const r of results) {
      if (key === 'vmToC' && r.arrays) continue; // no target: the VM interprets element by element
      const target = key === 'blobToC' ? r.blobToCTarget : targets[key];
      console.log(`${verdict(r.ratios[key] <= target)} ${r.name}: ${what} ${target} times ${of}: ${r.ratios[key].toFixed(2)}`);
    }
}

export function printSDEverywhere(r, targets) {
  if (!r) return;
  const { blob, theirs } = r.times;
  console.log(`\nBeside SDEverywhere's JavaScript in its model runner: ${r.name}, ${r.outputs} outputs at ${r.rows} times; greatest relative difference ${r.worst.toPrecision(2)}`);
  console.log(`${verdict(r.ratio >= targets.fasterThanSDEverywhere)} ${r.name}: the blob is at least ${targets.fasterThanSDEverywhere} times as fast: ${r.ratio.toFixed(1)} / ${r.medianRatio.toFixed(1)} (${ms(blob)} ms and ${ms(theirs)} ms)`);
}

export function printCompile(results, targets) {
  if (results.length === 0) return;
  console.log('\nFrom text to a blob in its instance, ms: minimum / median; judged by the median, its growth by the minimum');
  const generated = results.filter((r) => r.name.startsWith('generated'));
  const perByte = (r) => r.time.min / r.bytes;
  for (const r of results) {
    const target = r.name === 'World3-03' ? targets.compileWorld3 : r.name === 'generated .mdl, 1000' ? targets.compileLarge : null;
    const growth = generated.indexOf(r) > 0 ? perByte(r) / perByte(generated[0]) : null;
    console.log(`${target === null ? ' '.repeat(6) : verdict(r.time.median <= target)} ${r.name.padEnd(22)}${(r.bytes / 1000).toFixed(0).padStart(6)} kB  ${ms(r.time)}${target === null ? '' : `, target ${target}`}`);
    if (growth !== null) console.log(`${verdict(growth <= targets.compileGrowth)}   time a byte: ${growth.toFixed(2)} times that of ${generated[0].name}, target ${targets.compileGrowth}`);
  }
}

export function printDiscovery(r, targets) {
  if (!r) return;
  console.log(`\n${r.name} with scores, loops by discovery: ${r.universe} found${r.truncated ? ' (a budget or the list cut them short)' : ''}, ${r.retained} matter, ${r.listed} listed; the engine's memory ${(r.engineBytes / 2 ** 20).toFixed(0)} MiB`);
  console.log(`${verdict(r.run.median <= targets.discoveryRun)} the run: ${ms(r.run)} ms, target ${targets.discoveryRun}`);
  console.log(`${verdict(r.analysis.median <= targets.discoveryLoops)} getLoops(): ${ms(r.analysis)} ms, target ${targets.discoveryLoops}`);
}

export function printLatency(l, targets) {
  const rows = [
    ['engine start, new process', l.engineStart.median, targets.engineStart, 'ms'],
    ['engine start, this process', l.engineStartAgain.median, targets.engineStart, 'ms'],
    ['demo model, text to first result', l.firstResult.median, targets.firstResult, 'ms'],
    ['the same with scores and loops', l.firstScores.median, null, 'ms'],
    ['re-run with a changed constant / bare run', l.rerun.median / l.bareRun.median, targets.rerun, `times (${(1000 * l.rerun.median).toFixed(2)} / ${(1000 * l.bareRun.median).toFixed(2)} µs)`],
    ['the same, 200 equations', l.rerunLarger.median / l.bareRunLarger.median, targets.rerun, `times (${(1000 * l.rerunLarger.median).toFixed(1)} / ${(1000 * l.bareRunLarger.median).toFixed(1)} µs)`],
  ];
  console.log('\nLatency, medians');
  for (const [what, value, target, unit] of rows) {
    console.log(`${target === null ? ' '.repeat(6) : verdict(value <= target)} ${what.padEnd(44)}${value.toFixed(2).padStart(8)} ${unit}${target === null ? '' : `, target ${target}`}`);
  }
}

function print(table) {
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => String(row[i]).length)));
  for (const row of table) console.log(row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('  '));
}
