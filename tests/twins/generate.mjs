// Random small models with arrays, and their twins. A model is held as trees whose every subscript is an explicit map, and written out
// twice from them: with arrays (print_arrayed.mjs), and element by element (print_scalar.mjs). Neither knows the other.
//
// A tree: { t: 'num', v }, { t: 'time' }, { t: 'axis', dim } (the position in that axis), { t: 'ref', v, ix },
// { t: 'bin', op, a, b }, { t: 'call', f, args }, { t: 'if', op, x, y, a, b }, { t: 'reduce', op, loops, body }.
// A subscript: { k: 'axis', dim } (an axis of the equation, mapped if it is of another dimension), { k: 'fixed', at },
// { k: 'loop', loop } (of the reducer around it), { k: 'computed', of } (a tree).
// A dimension: { name, elements, base, image }; those of one base are parts of it or map to it: element i is the base's element image[i].

import { avoided } from './known.mjs';

/** Numbers from a seed: next() in [0, 1). Mulberry32. */
export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(n) {
    return Math.floor(this.next() * n);
  }
  between(low, high) {
    return low + this.below(high - low + 1);
  }
  chance(p) {
    return this.next() < p;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  /** One of the keys of { key: weight }. */
  weighted(weights) {
    let left = this.next() * Object.values(weights).reduce((a, b) => a + b);
    for (const [key, weight] of Object.entries(weights)) if ((left -= weight) < 0) return key;
    return Object.keys(weights)[0];
  }
  shuffled(list) {
    return list.map((item) => [this.next(), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item);
  }
  /** A decimal that reads well. */
  decimal(low, high) {
    return Number((low + this.next() * (high - low)).toPrecision(3));
  }
}

/** Position in `to` of each element of `from`, or null where the one does not say which of the other. */
export function mapping(from, to) {
  if (from === to) return from.elements.map((_, i) => i);
  if (from.base !== to.base) return null;
  // A mapping by position is between the two that it names; parts and other orders go by the names of elements.
  if ((from.positional || to.positional) && from !== from.base && to !== to.base) return null;
  const map = from.image.map((at) => to.image.indexOf(at));
  return map.includes(-1) ? null : map;
}

const number = (v) => ({ t: 'num', v });
const binary = (op, a, b) => ({ t: 'bin', op, a, b });
const call = (f, ...args) => ({ t: 'call', f, args });

/** A model { specs, dimensions, variables } of this seed. */
export function randomModel(seed) {
  return new Generator(new Chance(seed)).run();
}

class Generator {
  constructor(chance) {
    this.chance = chance;
    this.variables = [];
  }

  run() {
    const c = this.chance;
    this.dimensions = this.makeDimensions();
    const stocks = Array.from({ length: c.between(1, 2) }, (_, i) => this.declare('stock', `level${i + 1}`, this.someDimensions(i === 0 ? 1 : 0)));
    if (c.chance(0.5)) this.constant();
    for (const stock of stocks) {
      stock.initial = stock.cells.map(() => c.decimal(4, 16));
      stock.nonneg = c.chance(0.15);
    }
    for (let i = c.between(0, 3); i > 0; i--) this.auxiliary(`aux${i}`);
    for (let i = 0; i < stocks.length + c.below(2); i++) this.flow(`flow${i + 1}`, stocks[i % stocks.length], stocks);
    const specs = `0 ${c.pick([6, 8])} ${c.pick([0.5, 1, 1])} ${c.weighted({ euler: 8, rk4: 1, rk2: 1 })}`;
    return { specs, dimensions: this.dimensions, variables: this.variables };
  }

  // ---- dimensions and declarations

  makeDimensions() {
    const c = this.chance;
    const out = [];
    const add = (name, elements, base = null, image = null) => {
      const dim = { name, elements, image: image ?? elements.map((_, i) => i), positional: false };
      dim.base = base ?? dim;
      out.push(dim);
      return dim;
    };
    const letters = ['abc', 'xyz', 'pqr'];
    for (let i = 0, n = c.between(1, 3); i < n; i++) add(`Dim${i + 1}`, [...letters[i]].slice(0, c.between(2, i === 0 ? 3 : 2)));
    const [first] = out;
    const images = first.elements.map((_, i) => i);
    if (c.chance(0.25) && first.elements.length > 2) {
      const image = c.pick([[0, 1], [1, 2], [0, 2], [2, 0]]);
      add('Part', image.map((i) => first.elements[i]), first, image);
    }
    if (c.chance(0.25)) add('Other', images.map((i) => `k${i + 1}`), first).positional = true;
    else if (c.chance(0.25)) {
      const image = c.shuffled(images);
      add('Turn', image.map((i) => first.elements[i]), first, image);
    }
    return out;
  }

  someDimensions(least) {
    const most = Math.min(this.dimensions.length, this.chance.weighted({ 1: 5, 2: 4, 3: 1 }));
    const count = this.chance.chance(0.15) && least === 0 ? 0 : Math.max(least, Number(most));
    const out = this.chance.shuffled(this.dimensions).slice(0, count);
    while (out.reduce((n, d) => n * d.elements.length, 1) > 9) out.pop();
    return out;
  }

  declare(kind, name, dims) {
    const cells = dims.reduce((all, d) => all.flatMap((cell) => d.elements.map((_, i) => [...cell, i])), [[]]);
    const variable = { kind, name, dims, cells };
    this.variables.push(variable);
    return variable;
  }

  constant() {
    const variable = this.declare('constant', 'weight', this.someDimensions(1));
    variable.initial = variable.cells.map(() => this.chance.decimal(0.2, 2));
  }

  auxiliary(name) {
    const c = this.chance;
    const readable = [...this.variables];
    const variable = this.declare('aux', name, this.someDimensions(0));
    const { dims } = variable;
    const shape = c.weighted({ reducer: 2, each: dims.length > 0 ? 1.5 : 0, table: 0.7, lag: 0.7, sum: 6 });
    if (shape === 'each') {
      // Later elements may read those before them.
      const stock = readable.find((v) => v.kind === 'stock');
      variable.trees = variable.cells.map((_, at) => {
        const scope = { axes: [], readable, own: { variable, before: at } };
        const tree = this.sum(scope);
        return avoided.constantElements ? binary('+', tree, binary('*', number(0.1), this.reference(scope, stock))) : tree;
      });
    } else {
      const scope = { axes: dims, readable };
      if (shape === 'reducer') variable.tree = this.reducer(scope) ?? this.sum(scope);
      else if (shape === 'lag') variable.tree = this.lag(scope);
      else variable.tree = this.sum(scope);
      if (shape === 'table') {
        variable.tree = binary('/', variable.tree, number(10));
        variable.table = Array.from({ length: c.between(3, 5) }, () => c.decimal(2, 12));
      }
    }
  }

  flow(name, into, stocks) {
    const c = this.chance;
    const shape = c.weighted({ same: 8, permuted: 1, fewer: 1 });
    const dims = shape === 'permuted' ? c.shuffled(into.dims) : shape === 'fewer' ? into.dims.slice(1) : into.dims;
    const readable = this.variables.filter((v) => v.kind !== 'flow');
    const flow = this.declare('flow', name, dims);
    flow.from = flow.to = null;
    if (c.chance(0.75)) flow.to = into;
    else flow.from = into;
    const other = c.pick(stocks);
    const fits = other.dims.length === dims.length && other.dims.every((d) => dims.includes(d));
    if (other !== into && shape === 'same' && fits && flow.to && c.chance(0.5)) flow.from = other;
    // Its own stock is in it, so that there is a loop.
    const own = dims.length === into.dims.length ? { t: 'ref', v: into, ix: into.dims.map((dim) => ({ k: 'axis', dim })) } : null;
    const scope = { axes: dims, readable };
    const rest = this.sum(scope, 0.06);
    const mine = own !== null && c.chance(0.3) ? binary('*', own, this.effect(scope)) : own;
    flow.tree = own === null ? rest : binary(c.pick(['+', '-']), binary('*', number(c.decimal(0.02, 0.15)), mine), rest);
  }

  // ---- trees of about the size of what they read. `scope`: axes of the equation, readable variables, loops of a reducer around.

  sum(scope, scale = 0.6) {
    const c = this.chance;
    let tree = null;
    for (let i = c.between(1, 3); i > 0; i--) {
      const term = binary('*', number(c.decimal(scale / 3, scale)), this.term(scope));
      tree = tree === null ? term : binary(c.pick(['+', '-']), tree, term);
    }
    return tree;
  }

  term(scope) {
    const c = this.chance;
    const ref = () => this.reference(scope);
    switch (c.weighted({ ref: 4, reducer: 5, product: 2, ratio: 1, difference: 1, condition: 1, extreme: 0.7, lag: 0.6, axis: scope.axes.length > 0 ? 0.6 : 0 })) {
      case 'reducer':
        return this.reducer(scope) ?? ref();
      case 'product':
        return binary('*', ref(), this.effect(scope));
      case 'ratio':
        return binary('/', binary('*', number(5), ref()), binary('+', number(3), call('ABS', this.reducer(scope) ?? ref())));
      case 'difference':
        return binary('-', ref(), ref());
      case 'condition':
        return { t: 'if', op: '>', x: ref(), y: (c.chance(0.4) && this.reducer(scope)) || number(c.decimal(4, 12)), a: ref(), b: binary('*', number(0.5), ref()) };
      case 'extreme':
        return call(c.pick(['MIN', 'MAX']), ref(), c.chance(0.5) ? (this.reducer(scope) ?? number(9)) : ref());
      case 'lag':
        return this.lag(scope);
      case 'axis':
        return binary('*', { t: 'axis', dim: c.pick(scope.axes) }, ref());
      default:
        return ref();
    }
  }

  /** About 1. */
  effect(scope) {
    const c = this.chance;
    const cause = (c.chance(0.6) && this.reducer(scope)) || this.reference(scope);
    return binary(c.pick(['+', '-']), number(1), binary('*', number(c.decimal(0.002, 0.01)), cause));
  }

  lag(scope) {
    const f = this.chance.weighted({ PREVIOUS: 2, SMTH1: 2, DELAY1: 1, SMTH3: 0.5 });
    return call(f, this.reference({ ...scope, inComputed: scope.inComputed || avoided.pastOfChosenElement }), number(this.chance.between(2, 5)));
  }

  reference(scope, wanted = null) {
    const c = this.chance;
    const { own } = scope;
    if (own && own.before > 0 && c.chance(0.3)) return { t: 'ref', v: own.variable, ix: own.variable.cells[c.below(own.before)].map((at) => ({ k: 'fixed', at })) };
    const v = wanted ?? c.pick(scope.readable);
    const used = new Set();
    const ix = v.dims.map((dim) => this.subscript(dim, scope, used));
    return { t: 'ref', v, ix };
  }

  /** `used`: loops that a subscript of the same reference has taken. */
  subscript(dim, scope, used) {
    const c = this.chance;
    const loop = (scope.loops ?? []).find((l) => !used.has(l) && l.over(dim));
    if (loop && c.chance(0.85)) {
      used.add(loop);
      return { k: 'loop', loop };
    }
    const axes = scope.axes.filter((axis) => mapping(axis, dim));
    if (axes.length > 0 && c.chance(0.8)) return { k: 'axis', dim: axes.includes(dim) && c.chance(0.7) ? dim : c.pick(axes) };
    const scalars = scope.readable.filter((v) => v.dims.length === 0 || v.kind === 'stock');
    if (c.chance(0.06) && scalars.length > 0 && !scope.inComputed)
      return { k: 'computed', of: this.computed(dim, { axes: scope.axes, readable: scalars, inComputed: true, inReducer: scope.inReducer }) };
    return { k: 'fixed', at: c.below(dim.elements.length) };
  }

  /** A number from 1 to the size of the dimension, and a bit. */
  computed(dim, scope) {
    const size = dim.elements.length;
    if (this.chance.chance(0.5) && !(scope.inReducer && avoided.reducerOfTimeAlone)) {
      const turning = call('MODULO', binary('*', { t: 'time' }, number(this.chance.pick([1, 2]))), number(size));
      return binary('+', number(1), turning);
    }
    return call('MIN', number(size), call('MAX', number(1), binary('/', this.reference(scope), number(this.chance.between(5, 8)))));
  }

  /** null where there is nothing to reduce. */
  reducer(scope) {
    const c = this.chance;
    const arrays = scope.readable.filter((v) => v.dims.length > 0);
    if (arrays.length === 0) return null;
    const first = c.pick(arrays);
    const loops = first.dims.filter(() => c.chance(0.6)).map((dim) => this.loop(dim));
    if (loops.length === 0) loops.push(this.loop(c.pick(first.dims)));
    const distinct = loops.filter((l, i) => loops.findIndex((m) => m.dim.base === l.dim.base) === i);
    const inside = { ...scope, loops: distinct, own: undefined, inReducer: true };
    const used = new Set();
    const ix = first.dims.map((dim) => {
      const loop = distinct.find((l) => !used.has(l) && l.over(dim));
      if (!loop) return this.subscript(dim, { ...inside, loops: [] }, used);
      used.add(loop);
      return { k: 'loop', loop };
    });
    let body = { t: 'ref', v: first, ix };
    if (used.size < distinct.length) return null;
    const count = distinct.reduce((n, l) => n * l.size, 1);
    let op = c.weighted({ SUM: 6, MEAN: 2, MIN: 1, MAX: 1, PROD: 1, STDDEV: count > 1 && count < 5 ? 1 : 0 });
    if (c.chance(0.3)) {
      const nested = c.chance(0.15) ? this.reducer({ ...scope, loops: undefined }) : null;
      const second = nested ?? this.reference(inside);
      body = c.chance(0.5) ? binary('*', body, binary('+', number(1), binary('*', number(0.05), second))) : binary(c.pick(['+', '-']), body, second);
    }
    if (op === 'PROD') body = binary('+', number(1), binary('*', number(0.02), body));
    const tree = { t: 'reduce', op, loops: distinct, body };
    return op === 'SUM' && count > 2 ? binary('/', tree, number(count)) : op === 'PROD' ? binary('*', number(4), tree) : tree;
  }

  /** The whole of a dimension, a range, or a dimension that is a part of it. */
  loop(dim) {
    const c = this.chance;
    const n = dim.elements.length;
    const part = this.dimensions.find((d) => d.name === 'Part');
    if (part && part !== dim && mapping(part, dim) && !dim.positional && dim.base === dim && c.chance(0.4)) return makeLoop(part, 0, part.elements.length);
    if (!c.chance(0.2)) return makeLoop(dim, 0, n);
    const low = c.below(n);
    return makeLoop(dim, low, c.between(low + 1, n));
  }
}

/** Over the elements from `low` to before `high` of `dim`; a variable over another dimension can follow where the whole of a part is meant. */
function makeLoop(dim, low, high) {
  const whole = low === 0 && high === dim.elements.length;
  return { dim, low, high, whole, size: high - low, over: (d) => d === dim || (whole && dim.name === 'Part' && d === dim.base) };
}
