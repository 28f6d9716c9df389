// Makes a generated model (generate.mjs) that shows a difference smaller, one simplification after the other, as long as it shows one.

/** `model` is changed in place. `retry()` gives the result of the model as it is if that still differs, else null; the last such result is given. */
export async function shrink(model, result, retry) {
  let left = 400; // attempts
  for (let changed = true; changed; ) {
    changed = false;
    for (const change of simplifications(model)) {
      if (left-- <= 0) return result;
      const undo = change();
      const smaller = loopsAreRead(model) && (await retry());
      if (smaller) {
        result = smaller;
        changed = true;
        break;
      }
      undo();
    }
  }
  return result;
}

/** Functions that simplify the model a little and give the one that takes it back. */
function* simplifications(model) {
  const { variables } = model;
  const set = (holder, key, value) => () => {
    const before = holder[key];
    holder[key] = value;
    return () => (holder[key] = before);
  };
  for (const v of variables.filter((one) => !isRead(one, variables))) yield without(model, v);
  for (const v of variables) {
    if (v.table) yield set(v, 'table', undefined);
    if (v.nonneg) yield set(v, 'nonneg', false);
    for (const [holder, key] of places(v)) {
      const tree = holder[key];
      const parts = ['a', 'b'].map((side) => tree[side]).filter(Boolean);
      if (tree.args) parts.push(tree.args[0]);
      for (const part of parts) yield set(holder, key, part);
      if (!['num', 'ref'].includes(tree.t)) yield set(holder, key, { t: 'num', v: 2 });
    }
  }
  if (!model.specs.startsWith('0 3 1 ')) yield set(model, 'specs', '0 3 1 euler');
}

function without(model, v) {
  return () => {
    const before = model.variables;
    const flows = before.filter((f) => f.kind === 'flow').map((f) => [f, f.from, f.to]);
    model.variables = before.filter((one) => one !== v);
    for (const [flow, from, to] of flows) Object.assign(flow, { from: from === v ? null : from, to: to === v ? null : to });
    return () => {
      model.variables = before;
      for (const [flow, from, to] of flows) Object.assign(flow, { from, to });
    };
  };
}

/** Where trees hang: [holder, key] of every tree of a variable, outer ones first. */
function places(v) {
  const out = [];
  const walk = (holder, key) => {
    const tree = holder[key];
    out.push([holder, key]);
    for (const part of ['a', 'b', 'x', 'y', 'body']) if (tree[part]) walk(tree, part);
    tree.args?.forEach((_, i) => walk(tree.args, i));
    for (const index of tree.ix ?? []) if (index.k === 'computed') walk(index, 'of');
  };
  if (v.tree) walk(v, 'tree');
  v.trees?.forEach((_, i) => walk(v.trees, i));
  return out;
}

/** A reducer whose body has lost one of its loops is another one. */
function loopsAreRead({ variables }) {
  const reads = (tree, loop) => places({ tree }).some(([holder, key]) => holder[key].ix?.some((index) => index.loop === loop));
  return variables.every((v) => places(v).every(([holder, key]) => holder[key].t !== 'reduce' || holder[key].loops.every((loop) => reads(holder[key].body, loop))));
}

const isRead = (v, variables) => variables.some((other) => places(other).some(([holder, key]) => holder[key].v === v));
