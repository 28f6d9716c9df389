// What discovery mode has to find, worked out from nothing but the links' scores (the contract, sections 1, 4 and 5), by walking every
// path. Knows no trick: where there are more circuits or steps than a walk can do, it says so.
import { elementLinks } from '../twins/scores.mjs';

const mostCircuits = 20_000, mostSteps = 3_000_000;

/**
 * The causal graph that loops are found in: { nodes: [{ name, hidden, stock, axes }], edges: [{ from, to, score, stock, sign }] }, edges in the
 * order of the layout. Of a macro instance there are its inputs, its output, and the composite links between them. `dump`: the phase
 * `ltm` of the same program, which says which links those are.
 */
export function causalGraph(sim, dump) {
  const links = elementLinks(sim);
  const kinds = dump.matchAll(/^link (.*) -> (.*) (positive|negative|unknown)(?: \((\w+)\))?$/gm);
  for (const link of links) {
    const [, from, to, polarity, kind] = kinds.next().value ?? [];
    if (from !== link.from || to !== link.to) throw new Error(`the layout has the link ${link.from} -> ${link.to} where the dump has ${from} -> ${to}`);
    link.composite = kind === 'composite';
    link.sign = { positive: 1, negative: -1, unknown: 0 }[polarity];
  }
  const variables = new Map(sim.layout.variables.flatMap((v) => (v.place === 'row' ? sim.elementNames(v.id).map((name) => [name, v]) : [])));
  const inside = macroInsides(links, variables);
  const shown = links.filter(({ from, to, composite }) => composite || (!inside.has(to) && inside.get(from) !== 'inner'));
  const numbers = new Map([...new Set(shown.flatMap(({ from, to }) => [from, to]))].map((name, i) => [name, i]));
  return {
    nodes: [...numbers.keys()].map((name) => ({ name, hidden: variables.get(name).hidden, stock: variables.get(name).kind === 'stock', axes: variables.get(name).dimensions.map((d) => d.name) })),
    edges: shown.map(({ from, to, score, composite, sign }) => ({ sign, from: numbers.get(from), to: numbers.get(to), score, stock: composite || variables.get(from).kind === 'stock' })),
  };
}

/**
 * Nodes of macro instances: name -> 'output' or 'inner'. An instance is its output and all hidden nodes that serve it and nothing else: a
 * reducer that is read elsewhere too is no part of it. What a hidden node that serves nothing reads is not read elsewhere by that (how far a
 * lag looks back has no link).
 */
function macroInsides(links, variables) {
  const outputs = macroOutputs(links, variables);
  const sources = new Map(), targets = new Map();
  for (const { from, to, composite } of links) {
    if (composite || !variables.get(from)?.hidden) continue;
    sources.set(to, [...(sources.get(to) ?? []), from]);
    targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const serves = new Map();  // hidden node -> the variables that it serves
  for (const output of outputs) {
    const walked = new Set([...variables.keys()].filter((name) => stem(name) === output));
    for (const node of walked) {
      for (const from of sources.get(node) ?? []) if (!outputs.has(stem(from))) walked.add(from);
      serves.set(node, (serves.get(node) ?? new Set()).add(output));
    }
  }
  const servesNothing = (name) => variables.get(name).hidden && !targets.has(name) && !outputs.has(stem(name));
  const inside = new Map([...serves].filter(([, all]) => all.size === 1).map(([name]) => [name, outputs.has(stem(name)) ? 'output' : 'inner']));
  for (let before = -1; before !== inside.size; ) {
    before = inside.size;
    for (const [name, how] of inside) if (how === 'inner' && !targets.get(name).every((to) => inside.has(to) || servesNothing(to))) inside.delete(name);
  }
  return inside;
}

const stem = (name) => name.replace(/\[.*\]$/, '');

/** The outputs of macro instances, except of those that are a part of another instance's argument. */
function macroOutputs(links, variables) {
  const outputs = new Set(links.filter(({ composite }) => composite).map(({ to }) => stem(to)));
  // An instance that nothing drives has no composite: it is known by its lines, `$⁚x⁚0⁚smth1⁚change_1` beside `$⁚x⁚1⁚smth1`, and by being read.
  const parts = (name) => stem(name).split('\u205A');
  const lines = new Set([...variables.keys()].map(parts).filter((p) => p.length === 5 && p[1] !== 'ltm').map(([, owner, , macro]) => `${owner} ${macro}`));
  for (const { from, to } of links) {
    const [, owner, , macro, line] = parts(from);
    if (variables.get(from)?.hidden && line === undefined && lines.has(`${owner} ${macro}`) && !variables.get(to).hidden) outputs.add(stem(from));
  }
  return outputs;
}

/** The edges that begin (`from`) or end (`to`) at each node. */
function edgesBy(end, { nodes, edges }) {
  const lists = nodes.map(() => []);
  edges.forEach((e, i) => lists[e[end]].push(i));
  return lists;
}

/** Strongly connected components, a number a node: those that reach each other. */
function components(graph) {
  const lists = { from: edgesBy('from', graph), to: edgesBy('to', graph) };
  const reach = (start, from, to) => {
    const seen = new Set([start]);
    for (const node of seen) for (const i of lists[from][node]) seen.add(graph.edges[i][to]);
    return seen;
  };
  const of = new Array(graph.nodes.length);
  graph.nodes.forEach((_, node) => {
    if (of[node] !== undefined) return;
    const back = reach(node, 'to', 'from');
    for (const other of reach(node, 'from', 'to')) if (back.has(other)) of[other] = node;
  });
  return of;
}

/** All simple circuits as lists of edges from the least; null if they are too many for a walk. */
function circuits(graph, component) {
  const { nodes, edges } = graph;
  const [out, into] = [edgesBy('from', graph), edgesBy('to', graph)];
  const found = [];
  let steps = 0;
  for (let start = 0; start < nodes.length; start++) {
    // Circuits whose least node this is; what cannot come back to it is not walked.
    const back = new Set([start]);
    for (const node of back) for (const i of into[node]) if (edges[i].from > start && component[edges[i].from] === component[start]) back.add(edges[i].from);
    const onPath = new Set([start]), path = [];
    const walk = (node) => {
      for (const i of out[node]) {
        const { to } = edges[i];
        if (++steps > mostSteps || found.length > mostCircuits) return;
        if (to === start) {
          const circuit = [...path, i];
          const least = circuit.indexOf(Math.min(...circuit));
          found.push([...circuit.slice(least), ...circuit.slice(0, least)]);
        } else if (back.has(to) && !onPath.has(to)) {
          onPath.add(to);
          path.push(i);
          walk(to);
          path.pop();
          onPath.delete(to);
        }
      }
    };
    walk(start);
    if (steps > mostSteps || found.length > mostCircuits) return null;
  }
  return found;
}

/**
 * { loops, paths, circuits, universe, retained: [least, most], partitions } of a graph; null if it is too much for a walk. `paths`: the nodes of
 * every circuit, active or not, `circuits` of them. `loops` are all of the universe: { path, score, relative, share, component, alone, whole, together, largest, nearlyLargest }.
 * `whole` is the loop that it is a slot of, one object for all of them: { share, alone, retained }; `together` what the slots in its component come to, which is the largest or not. `retained` is a range,
 * since a share may lie on the threshold up to rounding. `partitions`: component -> the names of the stocks that are shown.
 */
export function bruteForce(graph, { threshold = 0.001 } = {}) {
  const component = components(graph);
  const all = circuits(graph, component);
  if (all === null) return null;
  const rows = graph.edges[0]?.score.length ?? 0;
  const loops = all.filter((circuit) => activeTogether(graph, circuit, rows)).map((circuit) => scored(graph, circuit, component, rows));
  const sums = new Map();
  for (const loop of loops) {
    if (!sums.has(loop.component)) sums.set(loop.component, { count: 0, total: new Float64Array(rows) });
    const sum = sums.get(loop.component);
    sum.count++;
    loop.score.forEach((s, r) => Number.isFinite(s) && (sum.total[r] += Math.abs(s)));
  }
  for (const loop of loops) relate(loop, sums.get(loop.component));
  judge(loops, sums, threshold);
  const retained = ['surely', 'perhaps'].map((how) => loops.filter(({ whole }) => whole.retained === 'surely' || whole.retained === how).length);
  const partitions = new Map();
  graph.nodes.forEach(({ name, stock, hidden }, n) => stock && !hidden && partitions.set(component[n], [...(partitions.get(component[n]) ?? []), name]));
  return { loops, paths: all.map((circuit) => circuit.map((i) => graph.nodes[graph.edges[i].from])), circuits: all.length, universe: loops.length, retained, partitions };
}

const active = (score) => score !== 0 && !Number.isNaN(score);

function activeTogether({ edges }, circuit, rows) {
  for (let r = 0; r < rows; r++) if (circuit.every((i) => active(edges[i].score[r]))) return true;
  return false;
}

let lonely = 0;
function scored({ nodes, edges }, circuit, component, rows) {
  const score = Float64Array.from({ length: rows }, (_, r) => circuit.reduce((product, i) => product * edges[i].score[r], 1));
  const stock = circuit.some((i) => edges[i].stock);
  return { path: circuit.map((i) => nodes[edges[i].from].name), repeats: repeating({ nodes, edges }, circuit), score, component: stock ? component[edges[circuit[0]].from] : `alone ${lonely++}` };
}

/**
 * What the slots of one loop have in common, null if it does not repeat: it stays at one element of every dimension (the n-th of those that a
 * variable has twice). Variables in their order around the loop, and the sign that can be proved.
 */
function repeating({ nodes, edges }, circuit) {
  const at = new Map();
  for (const { name, axes } of circuit.map((i) => nodes[edges[i].from])) {
    const elements = name.match(/\[(.*)\]$/)?.[1].split(',') ?? [];
    for (const [i, axis] of axes.entries()) {
      const dimension = `${axis} ${axes.slice(0, i).filter((other) => other === axis).length}`;
      if ((at.get(dimension) ?? elements[i]) !== elements[i]) return null;
      at.set(dimension, elements[i]);
    }
  }
  if (at.size === 0) return null;
  const names = circuit.map((i) => stem(nodes[edges[i].from].name));
  const start = names.indexOf(names.toSorted()[0]);
  return [circuit.reduce((sign, i) => sign * edges[i].sign, 1) + 0, ...names.slice(start), ...names.slice(0, start)].join(' ');
}

/** Relative scores and share of one slot. */
function relate(loop, { count, total }) {
  loop.relative = loop.score.map((s, r) => (!Number.isFinite(s) ? NaN : total[r] === 0 ? 0 : s / total[r]));
  const sizes = loop.relative.map(Math.abs).filter((_, r) => Number.isFinite(loop.score[r]) && loop.score[r] !== 0);
  loop.share = sizes.length > 0 ? sizes.reduce((a, b) => a + b) / sizes.length : 0;
  loop.alone = count === 1;
}

/** Whether loops matter, with all of their slots: at some time, in some partition, at least the threshold of the total, or the largest. */
function judge(loops, sums, threshold) {
  const hair = 1e-9;
  const wholes = new Map();
  for (const loop of loops) {
    const key = loop.repeats ?? loop;
    loop.whole = wholes.get(key) ?? { parts: new Map() };
    wholes.set(key, loop.whole);
    const { parts } = loop.whole;
    if (!parts.has(loop.component)) parts.set(loop.component, { together: loop.score.map(() => 0), slots: [] });
    const part = parts.get(loop.component);
    part.slots.push(loop);
    loop.score.forEach((s, r) => Number.isFinite(s) && (part.together[r] += Math.abs(s)));
  }
  const parts = [...wholes.values()].flatMap((whole) => [...whole.parts.entries()]);
  const tops = new Map();
  for (const [component, { together }] of parts) tops.set(component, together.map((size, r) => Math.max(size, tops.get(component)?.[r] ?? 0)));
  for (const [component, { together, slots }] of parts) {
    const is = (size) => together.some((sum, r) => sum > 0 && sum >= size * tops.get(component)[r]);
    const shared = { together, largest: is(1), nearlyLargest: is(1 - hair) };
    for (const slot of slots) Object.assign(slot, shared);
  }
  for (const whole of wholes.values()) {
    const all = [...whole.parts.entries()];
    const slots = all.flatMap(([, part]) => part.slots);
    const reaches = (bar) => all.some(([component, { together }]) => together.some((sum, r) => sum > 0 && sum >= bar * sums.get(component).total[r]));
    whole.share = slots.reduce((sum, { share }) => sum + share, 0) / all.length;
    whole.alone = slots.every(({ alone }) => alone);
    whole.slots = slots.length;
    const surely = slots.some(({ largest }) => largest) || reaches(threshold * (1 + hair));
    whole.retained = surely ? 'surely' : slots.some(({ nearlyLargest }) => nearlyLargest) || reaches(threshold * (1 - hair)) ? 'perhaps' : 'no';
  }
}
