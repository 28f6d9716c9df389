// Pinned loops. Of random models: names of circuits that the oracle walked, some of them of whole arrays, must pin exactly the circuits that
// they name and leave the rest of the list as it is.
import { load, loopSlots } from '../../js/dist/index.js';
import { xmileOf } from '../twins/notation.mjs';
import { Chance, randomModel } from '../twins/generate.mjs';
import { printArrayed } from '../twins/print_arrayed.mjs';
import { differs } from '../twins/scores.mjs';
import { circle } from './compare.mjs';
import { bruteForce, causalGraph } from './oracle.mjs';

const discovery = { budgetMs: 1e6 };
const variable = (name) => name.replace(/\[.*\]$/, '');

/** What is wrong with pinned loops of the random model of this seed, or null if it is left out. */
export async function pinnedOf(seed, engine) {
  const project = await load(xmileOf(printArrayed(randomModel(seed))));
  try {
    const model = project.mainModel();
    const run = async (ltmMode, pinnedLoops, use) => {
      const settings = { engine, enableLtm: true, ltmMode, pinnedLoops, discovery };
      const sim = await model.simulate(settings);
      sim.runToEnd();
      const result = use(sim, settings);
      sim.dispose();
      return result;
    };
    const [wanted, plain] = await run('discovery', undefined, (sim, settings) => [bruteForce(causalGraph(sim, model.dump('ltm', settings))), pathsOf(sim.getLoops())]);
    if (wanted === null || wanted.circuits === 0) return null;
    const pins = choose(new Chance(seed), wanted.paths);
    if (pins.length === 0) return null;
    const named = pins.map((names) => wanted.paths.filter((path) => isNamed(path, names)).map((path) => circle(path.map(({ name }) => name))));
    const scores = new Map(wanted.loops.map((loop) => [circle(loop.path), loop]));
    const wrong = await run('discovery', pins, (sim) => inDiscovery(sim, named, plain, scores));
    wrong.push(...(await run('exhaustive', pins, (sim) => (sim.getLoopSearch().universe < wanted.circuits ? [] : inExhaustive(sim, named, wanted)))));
    return wrong.map((what) => `${what}; pinned ${pins.map((names) => names.join(' > ')).join(', ')}`);
  } finally {
    project.dispose();
  }
}

/** What is wrong where a loop is pinned by the variables that it is listed with, in either mode; null if the model has none. */
export async function pinnedAsListed(source) {
  const project = await load(source).catch(() => null);
  if (project === null) return null;
  try {
    const model = project.mainModel();
    if (model.diagnostics.some((d) => d.severity === 'error')) return null;
    const loopsOf = async (ltmMode, pinnedLoops) => {
      const sim = await model.simulate({ engine: 'vm', enableLtm: true, ltmMode, pinnedLoops, discovery });
      sim.runToEnd();
      const loops = sim.getLoops();
      sim.dispose();
      return loops;
    };
    const listed = (await loopsOf('exhaustive')).filter(({ variables }) => variables.length > 0);
    const wrong = [];
    // Of many loops some, spread over the list.
    for (let i = 0; i < listed.length; i += Math.ceil(listed.length / 8))
      for (const ltmMode of ['exhaustive', 'discovery']) {
        const pinned = new Set(pathsOf((await loopsOf(ltmMode, [listed[i].variables])).filter((loop) => loop.pinned)));
        wrong.push(...pathsOf([listed[i]]).filter((path) => !pinned.has(path)).map((path) => `${ltmMode}: ${path} is not pinned by ${listed[i].variables.join(' > ')}`));
      }
    return listed.length > 0 ? wrong : null;
  } finally {
    project.dispose();
  }
}

const pathsOf = (loops) => loops.flatMap(loopSlots).map((slot) => circle(slot.path));

/** Up to three circuits' names, from a random one of their nodes on: elements, or the variables of all elements. */
function choose(chance, paths) {
  const below = (n) => Math.floor(chance.next() * n);
  const shown = paths.map((path) => path.filter(({ hidden }) => !hidden).map(({ name }) => name)).filter((path) => path.length > 0);
  return Array.from({ length: Math.min(3, shown.length) }, () => {
    const path = shown[below(shown.length)], start = below(path.length), whole = below(2) === 0;
    const turned = [...path.slice(start), ...path.slice(0, start)];
    return whole ? turned.map(variable) : turned;
  });
}

/** Whether the shown nodes of a circuit are what the names say, in this order. */
function isNamed(path, names) {
  const shown = path.filter(({ hidden }) => !hidden).map(({ name }) => name);
  if (shown.length !== names.length) return false;
  const is = (node, name) => node === name || variable(node) === name;
  return shown.some((_, start) => names.every((name, i) => is(shown[(start + i) % shown.length], name)));
}

/** Pinned ones come first, those of the first pin before those of the second. */
function order(loops, named) {
  const flags = loops.map(({ pinned }) => pinned);
  if (flags.lastIndexOf(true) !== flags.filter(Boolean).length - 1) return ['a pinned loop comes after one that is not'];
  const first = loops.filter(({ pinned }) => pinned).map((loop) => Math.min(...loopSlots(loop).map((slot) => named.findIndex((all) => all.includes(circle(slot.path)))).filter((at) => at >= 0)));
  return first.some((at, i) => i > 0 && at < first[i - 1]) ? [`pinned loops come in the order ${first} of the pins`] : [];
}

function inDiscovery(sim, named, plain, scores) {
  const loops = sim.getLoops();
  const pinned = pathsOf(loops.filter((loop) => loop.pinned)), all = pathsOf(loops);
  const wrong = order(loops, named);
  const same = (what, a, b) => a.toSorted().join('; ') === b.toSorted().join('; ') || wrong.push(`discovery: ${what}: ${a.join('; ')} and not ${b.join('; ')}`);
  const wanted = [...new Set(named.flat())];
  // Parallel links make several circuits of the same path.
  same('pinned', [...new Set(pinned)], wanted);
  same('listed', [...new Set(all)], [...new Set([...plain, ...wanted])]);
  for (const slot of loops.filter((loop) => loop.pinned).flatMap(loopSlots)) {
    const series = sim.getSeries(`$\u205Altm\u205Aloop_score\u205A${slot.id}`);
    const loop = scores.get(circle(slot.path));
    const difference = differs(slot.score, series, 0) ?? (loop && unique(pinned, slot) ? differs(slot.score, loop.score) ?? differs(slot.relative, loop.relative) : null);
    if (difference) wrong.push(`discovery: ${slot.id}: ${difference}`);
    if (!loop && slot.share !== 0) wrong.push(`discovery: ${slot.id} is never active and has the share ${slot.share}`);
  }
  return wrong;
}

const unique = (paths, slot) => paths.filter((path) => path === circle(slot.path)).length === 1;

function inExhaustive(sim, named, { paths }) {
  const loops = sim.getLoops();
  const wrong = order(loops, named);
  const wanted = new Set(named.flat());
  if (pathsOf(loops).length !== paths.length) wrong.push(`exhaustive: ${pathsOf(loops).length} loops, not ${paths.length}`);
  const pinned = loops.filter((loop) => loop.pinned);
  for (const path of wanted) if (!pathsOf(pinned).includes(path)) wrong.push(`exhaustive: ${path} is not pinned`);
  for (const loop of pinned) if (!pathsOf([loop]).some((path) => wanted.has(path))) wrong.push(`exhaustive: ${loop.id} is pinned`);
  return wrong;
}
