// What each command does. Data to stdout or -o, everything said about the model to stderr.
import { readFile } from 'node:fs/promises';
import { load, loopSlots, loopText, LoopscopeError, type Diagnostic, type Loop, type Model, type Project, type Sim, type SimulateOptions, type SlotOfLoop } from '../index.js';
import { dominanceAmong } from '../loops.js';
import { choice, dataOf, dataOption, loopOptions, modelAndOverrides, number, onlyModel, runOptions, simulateOptions, text, UsageError, type OptionSpecs, type Parsed } from './args.js';
import { dataHelp, provideData } from './data.js';
import { aligned, byShare, count, delimited, emit, linksJson, loopsJson, numberText, percent, tableJson, type Table } from './output.js';

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  /** Lines of help about its options. */
  readonly help: string;
  /** Gives the exit code. */
  run(parsed: Parsed): Promise<number>;
}

const runHelp = `  --engine wasm|vm          the machine that runs the model (default wasm); both give the same numbers
  --start, --stop, --dt T   instead of the model's own times (of a FINAL TIME that depends on the run: the latest)
  --saveper T               time between saved points
  --method NAME             euler, rk2, rk4, rk2auto, rk4auto or difference
${dataHelp}
  name=value                sets a constant`;
const outputOption: OptionSpecs = { output: { type: 'string', short: 'o' } };
const modeHelp = `  --mode MODE               auto (default), exhaustive or discovery: how loops are found
  --pin 'a > b > c'         score this loop in any mode; may be given several times
  --max-loops, --threshold, --budget  of discovery: loops listed (200), least share (0.001), milliseconds (2000)`;

async function withProject<T>(file: string, data: readonly string[] | null, use: (project: Project) => Promise<T>): Promise<T> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  const project = await load(bytes, { file });
  try {
    if (data !== null) await provideData(project, file, data);
    return await use(project);
  } finally {
    project.dispose();
  }
}

const withModel = <T>(file: string, data: readonly string[], use: (model: Model) => Promise<T>): Promise<T> => withProject(file, data, (project) => use(project.mainModel()));

/** Loads, starts a simulation, says what there is to say about the model, and runs to the end. */
function withRun<T>(parsed: Parsed, enableLtm: boolean, use: (sim: Sim) => Promise<T>): Promise<T> {
  const { file, overrides } = modelAndOverrides(parsed);
  const options: SimulateOptions = { ...simulateOptions(parsed.values), enableLtm, overrides };
  return withModel(file, dataOf(parsed.values), async (model) => {
    const sim = await model.simulate(options);
    try {
      const before = sim.renderedDiagnostics;
      say(before);
      sim.runToEnd();
      say(sim.renderedDiagnostics.slice(before.length));
      return await use(sim);
    } finally {
      sim.dispose();
    }
  });
}

export function say(message: string): void {
  if (message !== '') process.stderr.write(message.endsWith('\n') ? message : `${message}\n`);
}

function tableOf(sim: Sim, vars: string | undefined, hidden: boolean): Table {
  const names = vars === undefined ? sim.getSeriesNames({ hidden }) : splitNames(vars);
  const columns = [sim.getSeries('time')];
  const heads = ['time'];
  for (const name of names) {
    for (const exact of sim.elementNames(name)) {
      heads.push(exact);
      columns.push(sim.getSeries(exact));
    }
  }
  return { names: heads, columns };
}

/** Splits at commas that stand outside brackets and quotes: `a,b[x,y]`. */
function splitNames(list: string): string[] {
  const names = list.match(/(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^,"[])+/g) ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

type Format = 'csv' | 'tsv' | 'json';

function formatOf(parsed: Parsed): Format {
  const asked = choice(parsed.values, 'format', ['csv', 'tsv', 'json']);
  if (asked) return asked;
  const file = text(parsed.values, 'output');
  if (file === undefined) return 'csv';
  const extension = /\.(csv|tsv|json)$/i.exec(file)?.[1]?.toLowerCase();
  if (!extension) throw new UsageError(`which format is ${file}? Name it .csv, .tsv or .json, or give --format`);
  return extension as Format;
}

const simulate: Command = {
  usage: 'simulate MODEL [name=value ...] [-o FILE]',
  summary: 'run the model and print its variables over time',
  options: {
    ...runOptions,
    ...outputOption,
    format: { type: 'string' },
    vars: { type: 'string' },
    all: { type: 'boolean' },
    ltm: { type: 'boolean' },
    ...loopOptions,
  },
  help: `${runHelp}
  -o FILE                   write to FILE (.csv, .tsv or .json) instead of stdout
  --format csv|tsv|json     when the file's name does not say it (default csv)
  --vars a,b                only these variables
  --all                     hidden variables too: insides of macros, and scores with --ltm
  --ltm                     score links and loops in the run (see them with --all)
${modeHelp}`,
  async run(parsed) {
    const { values } = parsed;
    const format = formatOf(parsed);
    return withRun(parsed, values['ltm'] === true, async (sim) => {
      const table = tableOf(sim, text(values, 'vars'), values['all'] === true);
      await emit(format === 'json' ? tableJson(table) : delimited(table, format === 'csv' ? ',' : '\t'), text(values, 'output'));
      return 0;
    });
  },
};

const links: Command = {
  usage: 'links MODEL [name=value ...] [--at T] [--json]',
  summary: 'score the causal links',
  options: { ...runOptions, ...outputOption, ...loopOptions, at: { type: 'string' }, json: { type: 'boolean' } },
  help: `  --at T                    scores at time T only (the table's default: the end)
  --json                    all of it as JSON
  -o FILE                   write to FILE instead of stdout
${modeHelp}
${runHelp}`,
  async run(parsed) {
    const { values } = parsed;
    const at = number(values, 'at');
    return withRun(parsed, true, async (sim) => {
      const run = sim.getRun();
      const row = at === undefined ? run.time.length - 1 : rowAt(run.time, at);
      if (values['json'] === true) {
        const cut = (series: Float64Array): Float64Array => (at === undefined ? series : series.slice(row, row + 1));
        const shown = run.links.map((link) => ({ ...link, score: cut(link.score), relative: cut(link.relative) }));
        await emit(linksJson(run.mode ?? '', cut(run.time), shown), text(values, 'output'));
        return 0;
      }
      const sorted = [...run.links].sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : (b.relative[row] || 0) - (a.relative[row] || 0)));
      const rows = sorted.map((link) => [link.from, link.to, link.polarity, scoreText(link.score[row]!), percent(link.relative[row]!)]);
      const head = `${count(rows.length, 'link')} at time ${numberText(run.time[row]!)}\n`;
      await emit([head, aligned(['from', 'to', 'polarity', 'score', 'relative'], rows, ['score', 'relative'])], text(values, 'output'));
      return 0;
    });
  },
};

const scoreText = (score: number): string => (Number.isFinite(score) ? score.toPrecision(4) : String(score));

function rowAt(time: Float64Array, at: number): number {
  const [first, last] = [time[0]!, time.at(-1)!];
  if (at < first || at > last) throw new UsageError(`--at ${at} is outside the run, which goes from ${first} to ${last}`);
  let nearest = 0;
  for (let i = 1; i < time.length; i++) if (Math.abs(time[i]! - at) < Math.abs(time[nearest]! - at)) nearest = i;
  return nearest;
}

/** Which loop dominates when, for the partitions in which that is a question. */
function* dominanceText(time: Float64Array, found: readonly Loop[]): Generator<string> {
  const most = { partitions: 4, stretches: 20 };
  const slots = new Map<number, SlotOfLoop[]>(); // by partition: an array may have thousands
  for (const slot of found.flatMap(loopSlots)) {
    const others = slots.get(slot.partition);
    if (others) others.push(slot);
    else slots.set(slot.partition, [slot]);
  }
  let shown = 0;
  for (const i of [...slots.keys()].sort((a, b) => a - b)) {
    const stretches = dominanceAmong(time, slots.get(i)!);
    if (new Set(stretches.map(({ loop }) => loop.id)).size < 2) continue;
    if (shown++ === most.partitions) return;
    const longest = [...stretches].sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, most.stretches);
    const rows = stretches
      .filter((stretch) => longest.includes(stretch))
      .map(({ from, to, loop, peak }) => [numberText(from), numberText(to), loop.id, loop.polarity.replace('_', ' '), percent(peak)]);
    const left = stretches.length > longest.length ? `, the ${longest.length} longest of ${stretches.length} times` : '';
    yield `\nstrongest in partition ${i}${left}\n${aligned(['from', 'to', 'loop', 'polarity', 'up to'], rows, ['from', 'to', 'up to'])}`;
  }
}

const loops: Command = {
  usage: 'loops MODEL [name=value ...] [--top N] [--json]',
  summary: 'score the feedback loops and rank them',
  options: { ...runOptions, ...outputOption, ...loopOptions, top: { type: 'string' }, json: { type: 'boolean' } },
  help: `  --top N                   the N loops of largest share
  --json                    with scores over time, as JSON
  -o FILE                   write to FILE instead of stdout
${modeHelp}
${runHelp}`,
  async run(parsed) {
    const { values } = parsed;
    const top = number(values, 'top');
    if (top !== undefined && !(Number.isInteger(top) && top > 0)) throw new UsageError(`--top needs a number of loops, not "${text(values, 'top')}"`);
    return withRun(parsed, true, async (sim) => {
      const [found, partitions, search] = [sim.getLoops(), sim.getPartitions(), sim.getLoopSearch()];
      const shown = byShare(found).slice(0, top);
      if (values['json'] === true) {
        await emit(loopsJson(search, sim.getSeries('time'), partitions, shown), text(values, 'output'));
        return 0;
      }
      const rows = shown.map((loop) => [
        loop.slots ? `${loop.id} ×${loop.slots.length}` : loop.id,
        loop.polarity.replace('_', ' '),
        percent(loop.share),
        [...new Set(loopSlots(loop).map((slot) => slot.partition))].slice(0, 4).join(','),
        loopText(loop, partitions),
      ]);
      const all = shown.length === found.length ? '' : `, the first ${shown.length} shown`;
      const head = `${count(found.length, 'loop')} in ${count(partitions.length, 'partition')} (${search.mode}: ${search.note})${all}\n`;
      const table = aligned(['loop', 'polarity', 'share', 'partition', 'variables'], rows, ['share', 'partition']);
      await emit([head, table, ...dominanceText(sim.getSeries('time'), found)], text(values, 'output'));
      return 0;
    });
  },
};

const check: Command = {
  usage: 'check MODEL [--json]',
  summary: 'say what is wrong with the model',
  options: { ...dataOption, json: { type: 'boolean' } },
  help: `  --json                    {"ok": ..., "diagnostics": [...]}
${dataHelp}`,
  async run(parsed) {
    const file = onlyModel(parsed);
    const { diagnostics, rendered, variables } = await inspect(file, dataOf(parsed.values));
    const errors = diagnostics.filter((d) => d.severity === 'error').length;
    if (parsed.values['json'] === true) {
      await emit([JSON.stringify({ ok: errors === 0, diagnostics }, null, 1) + '\n'], undefined);
    } else {
      say(rendered);
      const warnings = diagnostics.filter((d) => d.severity === 'warning').length;
      const found = [errors > 0 ? count(errors, 'error') : 'no errors', warnings > 0 ? count(warnings, 'warning') : ''].filter(Boolean).join(', ');
      await emit([`${file}: ${errors > 0 ? '' : `${count(variables, 'variable')}, `}${found}\n`], undefined);
    }
    return errors > 0 ? 1 : 0;
  },
};

async function inspect(file: string, data: readonly string[]): Promise<{ diagnostics: readonly Diagnostic[]; rendered: string; variables: number }> {
  try {
    return await withModel(file, data, async (model) => ({
      diagnostics: model.diagnostics,
      rendered: model.renderedDiagnostics,
      variables: model.variables.filter((variable) => !variable.hidden).length,
    }));
  } catch (error) {
    if (!(error instanceof LoopscopeError) || error.diagnostics.length === 0) throw error;
    return { diagnostics: error.diagnostics, rendered: error.rendered, variables: 0 }; // not readable at all
  }
}

const phases = ['model', 'ast', 'equations', 'ir', 'ltm', 'program', 'layout', 'wat'] as const;

/** The text form of a module. The library that makes it is only loaded for this. */
async function watOf(bytes: Uint8Array): Promise<string> {
  const { default: start } = await import('wabt');
  const module = (await start()).readWasm(bytes, { readDebugNames: true, simd: true, bulk_memory: true, sign_extension: true, sat_float_to_int: true });
  try {
    module.applyNames();
    return module.toText({ foldExprs: true, inlineExport: false });
  } finally {
    module.destroy();
  }
}

const dump: Command = {
  usage: 'dump MODEL --phase PHASE [--ltm] [-o FILE]',
  summary: 'print a phase of compilation',
  options: { ...runOptions, ...outputOption, phase: { type: 'string' }, ltm: { type: 'boolean' }, ...loopOptions },
  help: `  --phase PHASE             ${phases.join(', ')}
  --ltm                     with scores (always so for phase ltm)`,
  async run(parsed) {
    const file = onlyModel(parsed);
    const phase = choice(parsed.values, 'phase', phases);
    if (phase === undefined) throw new UsageError(`which phase? --phase is one of ${phases.join(', ')}`);
    const enableLtm = parsed.values['ltm'] === true || phase === 'ltm';
    return withModel(file, dataOf(parsed.values), async (model) => {
      const options = { ...simulateOptions(parsed.values), enableLtm };
      const shown = phase === 'wat' ? await watOf(model.namedBlob(options)) : model.dump(phase, options);
      await emit([shown.endsWith('\n') ? shown : `${shown}\n`], text(parsed.values, 'output'));
      return 0;
    });
  },
};

const compile: Command = {
  usage: 'compile MODEL -o model.wasm [--ltm]',
  summary: 'write the model as a wasm module that runs without the engine',
  options: { ...runOptions, ...outputOption, ltm: { type: 'boolean' }, ...loopOptions },
  help: `  -o FILE                   where the module goes; wasm-runtime/run-blob.mjs runs it
  --ltm                     with scores
  --start, --stop, --dt, --saveper, --method as in simulate`,
  async run(parsed) {
    const file = onlyModel(parsed);
    const output = text(parsed.values, 'output');
    if (output === undefined) throw new UsageError('where to? Give -o model.wasm');
    return withModel(file, dataOf(parsed.values), async (model) => {
      const sim = await model.simulate({ ...simulateOptions(parsed.values), engine: 'wasm', enableLtm: parsed.values['ltm'] === true });
      try {
        say(sim.renderedDiagnostics);
        const bytes = sim.saveBlob();
        await emit([bytes], output);
        say(`${output}: ${bytes.length} bytes`);
      } finally {
        sim.dispose();
      }
      return 0;
    });
  },
};

const convert: Command = {
  usage: 'convert MODEL -o out.xmile|out.mdl|out.json',
  summary: 'write the model in another format',
  options: { ...outputOption, to: { type: 'string' } },
  help: `  -o FILE                   where it goes; its extension says the format
  --to xmile|mdl|json       the format, for stdout or a file of another extension`,
  async run(parsed) {
    const file = onlyModel(parsed);
    const output = text(parsed.values, 'output');
    const extension = /\.(xmile|stmx|xml|mdl|json)$/i.exec(output ?? '')?.[1]?.toLowerCase();
    const to = choice(parsed.values, 'to', ['xmile', 'mdl', 'json']) ?? (extension === undefined ? undefined : extension === 'json' || extension === 'mdl' ? extension : 'xmile');
    if (to === undefined) throw new UsageError('which format? Give -o out.xmile, out.mdl or out.json, or --to xmile, mdl or json');
    return withProject(file, null, async (project) => {
      const { text: written, renderedDiagnostics } = project.convert(to);
      say(project.renderedDiagnostics);
      say(renderedDiagnostics);
      await emit([written], output);
      return 0;
    });
  },
};

export const commands: Readonly<Record<string, Command>> = { simulate, links, loops, check, dump, compile, convert };
