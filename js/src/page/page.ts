// The page: a model, its run, its loops. Everything that is shown follows from one loaded model and its one simulation.
import { load, loopSlots, loopText, LoopscopeError, type Diagnostic, type EngineKind, type Project, type Run, type Sim } from '../index.js';
import { bands, colourOf, drawShares, drawVariables, type Chart } from './charts.js';
import { brief, make, part, showConstants, showDiagnostics, showLoops, tested } from './view.js';

let project: Project | null = null;
let sim: Sim | null = null;
let run: Run | null = null;
let initials = new Map<string, number>();
let overrides: Record<string, number> = {};
let chosen = new Set<string>();
let colours = new Map<string, string>();
const charts = new Map<HTMLElement, Chart>();
/** Counts what the user asked for, so that an answer that comes late is dropped. */
let turn = 0;

const text = part<HTMLTextAreaElement>('model-text');
const select = part<HTMLSelectElement>('model-select');
const partition = part<HTMLSelectElement>('partition');
const ltm = part<HTMLInputElement>('ltm');
const status = part('status');

const engine = (): EngineKind => (document.querySelector<HTMLInputElement>('input[name=engine]:checked')?.value === 'vm' ? 'vm' : 'wasm');

async function open(source: string | Uint8Array): Promise<void> {
  const mine = ++turn;
  close();
  try {
    const opened = await load(source);
    if (mine !== turn) return opened.dispose();
    project = opened;
    text.value = opened.source;
    await start();
  } catch (error) {
    if (mine === turn) fail(error);
  }
}

function close(): void {
  sim?.dispose();
  project?.dispose();
  [project, sim, run] = [null, null, null];
  [overrides, chosen, initials] = [{}, new Set(), new Map()];
}

/** A new simulation of the open model, with the engine and options that are set. */
async function start(): Promise<void> {
  if (!project) return;
  const mine = ++turn;
  try {
    const began = performance.now();
    const started = await project.mainModel().simulate({ engine: engine(), enableLtm: ltm.checked });
    if (mine !== turn) return started.dispose();
    sim?.dispose();
    sim = started;
    const took = performance.now() - began;
    if (initials.size === 0) meet(started);
    for (const [name, value] of Object.entries(overrides)) started.setValue(name, value);
    constants();
    again(took);
  } catch (error) {
    if (mine === turn) fail(error);
  }
}

/** What is learnt of a model once: the constants' own values, and which variables to show at first. */
function meet(fresh: Sim): void {
  const shown = fresh.layout.variables.filter((variable) => !variable.hidden);
  const names = fresh.getSeriesNames();
  for (const { id } of shown.filter((v) => v.constant)) for (const name of fresh.elementNames(id)) initials.set(name, fresh.getValue(name));
  colours = new Map(names.map((name, i) => [name, colourOf(i)]));
  const interesting = shown.filter((v) => v.kind === 'stock').flatMap((v) => fresh.elementNames(v.id));
  chosen = new Set((interesting.length > 0 ? interesting : names).slice(0, 4));
}

/** The run itself: nothing is compiled here. */
function again(compiling: number | null = null): void {
  if (!sim) return;
  try {
    const began = performance.now();
    sim.reset();
    sim.runToEnd();
    const took = performance.now() - began;
    run = sim.getRun();
    tell(run.diagnostics);
    const { name, start, dt } = sim.layout;
    status.textContent = `${name || 'model'}: ${Math.round((sim.time - start) / dt)} steps on ${engine() === 'wasm' ? 'WebAssembly' : 'the interpreter'} in ${took.toFixed(1)} ms${compiling === null ? '' : `, compiled in ${compiling.toFixed(1)} ms`}`;
    status.dataset['state'] = 'done';
    show();
  } catch (error) {
    fail(error);
  }
}

function show(): void {
  variables();
  loops();
}

function replaceChart(id: string, draw: (host: HTMLElement) => Chart): void {
  const host = part(id);
  charts.get(host)?.destroy();
  charts.set(host, draw(host));
}

function variables(): void {
  if (!run || !sim) return;
  const current = run;
  part('chart-panel').hidden = false;
  replaceChart('chart', (host) => drawVariables(host, current, current.names.filter((name) => chosen.has(name)), colours));
  const body = part('variables');
  const byName = new Map(sim.layout.variables.flatMap((v) => (v.hidden ? [] : sim!.elementNames(v.id).map((name) => [name, v] as const))));
  if (body.childElementCount !== current.names.length || body.dataset['model'] !== current.names.join()) {
    body.dataset['model'] = current.names.join();
    body.replaceChildren(
      ...current.names.map((name) => {
        const tick = tested(make('input', { type: 'checkbox', checked: chosen.has(name) }), `variable-${name}`);
        tick.addEventListener('change', () => {
          if (tick.checked) chosen.add(name);
          else chosen.delete(name);
          variables();
        });
        const swatch = make('span', { className: 'swatch' });
        swatch.style.background = colours.get(name) ?? 'transparent';
        const value = tested(make('td', { className: 'number' }), `value-${name}`);
        const variable = byName.get(name);
        return make('tr', {}, make('td', {}, make('label', {}, tick, ' ', swatch, name)), make('td', { textContent: variable?.kind ?? '' }), make('td', { textContent: variable?.units ?? '' }), value);
      }),
    );
  }
  current.names.forEach((name, i) => {
    const value = current.series[name]!.at(-1)!;
    const cell = body.children[i]!.lastElementChild as HTMLElement;
    cell.textContent = brief(value);
    cell.dataset['value'] = String(value);
  });
}

function loops(): void {
  if (!run) return;
  const current = run;
  part('loops-panel').hidden = current.mode === null;
  if (current.mode === null) return;
  const all = current.loops.flatMap((loop) => {
    const told = { text: loopText(loop, current.partitions), variables: loop.variables };
    return loopSlots(loop).map((slot) => ({ ...slot, ...told }));
  });
  const wanted = partition.value === '' ? (all[0]?.partition ?? 0) : Number(partition.value);
  const used = [...new Set(all.map((loop) => loop.partition))];
  const now = used.includes(wanted) ? wanted : (used[0] ?? 0);
  partition.replaceChildren(
    ...used.map((p) => make('option', { value: String(p), selected: p === now, textContent: `${p}: ${current.partitions[p]?.stocks.join(', ') ?? 'no stocks'}` })),
  );
  part('partition-label').hidden = used.length < 2;
  const ranked = all.filter((loop) => loop.partition === now).sort((a, b) => b.share - a.share || 0);
  part('loops-note').textContent = `${current.loops.length} loops, mode ${current.mode}: ${current.note}`;
  part('shares').hidden = ranked.length === 0;
  if (ranked.length > 0) replaceChart('shares', (host) => drawShares(host, current, ranked));
  showLoops(part('loops'), ranked, (loop) => (ranked.indexOf(loop) < bands ? colourOf(ranked.indexOf(loop)) : null));
}

function constants(): void {
  const units = new Map(sim?.layout.variables.map((v) => [v.id, v.units]));
  const all = [...initials].map(([name, initial]) => ({ name, initial, value: overrides[name] ?? initial, units: units.get(name.replace(/\[.*/s, '')) ?? '' }));
  let waiting = 0;
  showConstants(part('constants'), all, (name, value) => {
    overrides[name] = value;
    sim?.setValue(name, value);
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => again()); // once a frame however fast the slider moves
  });
}

function tell(diagnostics: readonly Diagnostic[]): void {
  showDiagnostics(part('diagnostics-panel'), part('diagnostics'), diagnostics, text.value, (line) => {
    part<HTMLDetailsElement>('text-panel').open = true;
    const lines = text.value.split('\n');
    const at = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
    text.focus();
    text.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
  });
}

function fail(error: unknown): void {
  const known = error instanceof LoopscopeError;
  status.textContent = known || error instanceof Error ? error.message : String(error);
  status.dataset['state'] = 'failed';
  tell(known ? error.diagnostics : []);
  for (const id of ['chart-panel', 'loops-panel']) part(id).hidden = true;
  part('constants').replaceChildren();
}

async function begin(): Promise<void> {
  const pick = async (): Promise<void> => {
    const response = await fetch(`/corpus/${select.value}/model.xmile`);
    await open(new Uint8Array(await response.arrayBuffer()));
  };
  select.addEventListener('change', () => void pick());
  part<HTMLInputElement>('model-file').addEventListener('change', async (event) => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file) await open(new Uint8Array(await file.arrayBuffer()));
  });
  part('load-text').addEventListener('click', () => void open(text.value));
  for (const radio of document.querySelectorAll('input[name=engine]')) radio.addEventListener('change', () => void start());
  ltm.addEventListener('change', () => void start());
  partition.addEventListener('change', loops);
  part('defaults').addEventListener('click', () => {
    for (const [name, value] of initials) sim?.setValue(name, value);
    overrides = {};
    constants();
    again();
  });
  const models = (await (await fetch('/models.json')).json()) as { id: string; name: string }[];
  select.replaceChildren(...models.map(({ id, name }) => make('option', { value: id, textContent: name })));
  select.value = models.some(({ id }) => id === 'logistic-growth') ? 'logistic-growth' : (models[0]?.id ?? '');
  await pick();
}

begin().catch(fail);
