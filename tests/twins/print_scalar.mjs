// A generated model (generate.mjs) written out: a scalar variable an element, and one for each reducer inside a larger equation.
import { mapping } from './generate.mjs';
import { avoided } from './known.mjs';
import { optionsOf } from './print_arrayed.mjs';

const joined = (name, labels) => [name, ...labels].join('_');

/** { text, aggregates }: the model in the notation, and the names of the variables that stand for reducers. null: two reducers with other axes read the same. */
export function printScalar(model) {
  return new Writer(model).run();
}

class Writer {
  constructor(model) {
    this.model = model;
    this.lines = [`specs ${model.specs}`];
    this.numbers = new Map(); // a reducer's key -> its number
    this.aggregates = new Map(); // name -> what it is
  }

  run() {
    for (const v of this.model.variables) v.cells.forEach((cell, i) => this.variable(v, cell, i));
    for (const [name, value] of this.aggregates) this.lines.push(`aux ${name} = ${value}`);
    if (avoided.pinnedBesideIterated && new Set(this.aggregates.values()).size < this.aggregates.size) return null;
    return { text: this.lines.join('\n'), aggregates: new Set(this.aggregates.keys()) };
  }

  variable(v, cell, i) {
    const tree = v.tree ?? v.trees?.[i];
    const axes = v.tree ? new Map(v.dims.map((d, axis) => [d, cell[axis]])) : new Map();
    const value = tree ? this.equation(tree, axes) : v.initial[i];
    const elementOf = new Map(v.dims.map((d, axis) => [d, cell[axis]]));
    const options = optionsOf(v, this.model.variables, (flow) => joined(flow.name, flow.dims.map((d) => d.elements[elementOf.get(d)])));
    this.lines.push(`${v.kind === 'constant' ? 'aux' : v.kind} ${this.name(v, cell)} = ${value}${options}`);
  }

  name(v, cell) {
    return joined(v.name, cell.map((at, i) => v.dims[i].elements[at]));
  }

  equation(tree, axes) {
    return tree.t === 'reduce' ? this.reduced(tree, { axes, loops: new Map() }) : this.write(tree, { axes, loops: new Map(), hoist: true });
  }

  write(tree, at) {
    const t = (part) => this.write(part, at);
    switch (tree.t) {
      case 'num':
        return `${tree.v}`;
      case 'time':
        return 'TIME';
      case 'axis':
        return `${at.axes.get(tree.dim) + 1}`;
      case 'bin':
        return `(${t(tree.a)} ${tree.op} ${t(tree.b)})`;
      case 'call':
        return `${tree.f}(${tree.args.map(t).join(', ')})`;
      case 'if':
        return `(IF ${t(tree.x)} ${tree.op} ${t(tree.y)} THEN ${t(tree.a)} ELSE ${t(tree.b)})`;
      case 'reduce':
        return at.hoist ? this.aggregate(tree, at) : this.reduced(tree, at);
      case 'ref':
        return this.reference(tree.v, tree.ix, [], at);
    }
  }

  /** The element that the subscripts choose; one after the other, those computed at run time as a choice. */
  reference(v, ix, cell, at) {
    if (cell.length === ix.length) return this.name(v, cell);
    const index = ix[cell.length];
    const dim = v.dims[cell.length];
    const next = (position) => this.reference(v, ix, [...cell, position], at);
    if (index.k === 'fixed') return next(index.at);
    if (index.k === 'axis') return next(mapping(index.dim, dim)[at.axes.get(index.dim)]);
    if (index.k === 'loop') return next(mapping(index.loop.dim, dim)[at.loops.get(index.loop)]);
    const chosen = this.write(index.of, at);
    return dim.elements.reduceRight((otherwise, _, i) => `(IF INT(${chosen}) = ${i + 1} THEN ${next(i)} ELSE ${otherwise})`, 'NAN');
  }

  /** Every value of the body, the last loop running fastest. */
  values({ loops, body }, at) {
    const walk = (depth, chosen) => {
      if (depth === loops.length) return [this.write(body, { ...at, hoist: false, loops: new Map([...at.loops, ...chosen]) })];
      const loop = loops[depth];
      return Array.from({ length: loop.size }, (_, i) => walk(depth + 1, [...chosen, [loop, loop.low + i]])).flat();
    };
    return walk(0, []);
  }

  reduced(tree, at) {
    const values = this.values(tree, at);
    const sum = (of) => `(${of.join(' + ')})`;
    const mean = `(${sum(values)} / ${values.length})`;
    switch (tree.op) {
      case 'SUM':
        return sum(values);
      case 'PROD':
        return `(${values.join(' * ')})`;
      case 'MEAN':
        return mean;
      case 'STDDEV':
        return `SQRT((${sum(values.map((x) => `(${x} - ${mean}) * (${x} - ${mean})`))} / ${values.length}))`;
      default:
        return `${tree.op}(${values.join(', ')})`;
    }
  }

  /** The name of the variable that stands for this reducer here: one for each element of the axes that it depends on. */
  aggregate(tree, at) {
    const free = new Set();
    const key = describe(tree, free);
    if (!this.numbers.has(key)) this.numbers.set(key, this.numbers.size + 1);
    const name = joined(`total${this.numbers.get(key)}`, [...free].sort((a, b) => (a.name < b.name ? -1 : 1)).map((d) => d.elements[at.axes.get(d)]));
    if (!this.aggregates.has(name)) this.aggregates.set(name, this.reduced(tree, at));
    return name;
  }
}

/** A text that is equal for equal trees; the axes that the tree depends on are added to `free`. */
function describe(tree, free) {
  const inner = (part) => describe(part, free);
  if (tree.t === 'axis') free.add(tree.dim);
  if (tree.t === 'ref') {
    const index = (ix) => {
      if (ix.k === 'axis') free.add(ix.dim);
      return ix.k === 'axis' ? ix.dim.name : ix.k === 'fixed' ? `#${ix.at}` : ix.k === 'loop' ? `*${ix.loop.dim.name}.${ix.loop.low}.${ix.loop.high}` : inner(ix.of);
    };
    return `${tree.v.name}[${tree.ix.map(index).join()}]`;
  }
  const parts = ['a', 'b', 'x', 'y', 'body'].filter((key) => tree[key]).map((key) => inner(tree[key]));
  return `${tree.t}:${tree.op ?? tree.f ?? tree.v ?? tree.dim?.name ?? ''}(${[...parts, ...(tree.args ?? []).map(inner)].join()})`;
}
