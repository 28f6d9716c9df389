// A generated model (generate.mjs) with its arrays, in the notation of notation.mjs.

export function printArrayed({ specs, dimensions, variables }) {
  const lines = [`specs ${specs}`];
  for (const d of dimensions) lines.push(`dim ${d.name}: ${d.elements.join(', ')}${d.positional ? ` -> ${d.base.name}` : ''}`);
  for (const v of variables) lines.push(...variableLines(v, variables));
  return lines.join('\n');
}

function variableLines(v, variables) {
  const head = `${v.kind === 'constant' ? 'aux' : v.kind} ${v.name}${v.dims.length > 0 ? `[${v.dims.map((d) => d.name).join(', ')}]` : ''} =`;
  const options = optionsOf(v, variables, (flow) => flow.name);
  const label = (cell) => `[${cell.map((at, i) => v.dims[i].elements[at]).join(', ')}]`;
  if (v.tree) return [`${head} ${text(v.tree, v.dims)}${options}`];
  const each = v.trees ? v.trees.map((tree) => text(tree, [])) : v.initial;
  return v.dims.length === 0 ? [`${head} ${each[0]}${options}`] : [`${head}${options}`, ...v.cells.map((cell, i) => `  ${label(cell)} = ${each[i]}`)];
}

export function optionsOf(v, variables, nameOf) {
  const flows = (side) => variables.filter((f) => f.kind === 'flow' && f[side] === v).map(nameOf);
  const list = (word, names) => (names.length > 0 ? `; ${word} ${names.join(', ')}` : '');
  if (v.kind === 'stock') return list('in', flows('to')) + list('out', flows('from')) + (v.nonneg ? '; nonneg' : '');
  return v.table ? `; gf 0 3: ${v.table.join(', ')}` : '';
}

/** `axes`: those of the equation. */
function text(tree, axes) {
  const t = (part) => text(part, axes);
  switch (tree.t) {
    case 'num':
      return `${tree.v}`;
    case 'time':
      return 'TIME';
    case 'axis':
      return tree.dim.name;
    case 'bin':
      return `(${t(tree.a)} ${tree.op} ${t(tree.b)})`;
    case 'call':
      return `${tree.f}(${tree.args.map(t).join(', ')})`;
    case 'if':
      return `(IF ${t(tree.x)} ${tree.op} ${t(tree.y)} THEN ${t(tree.a)} ELSE ${t(tree.b)})`;
    case 'reduce':
      return `${tree.op}(${t(tree.body)})`;
    case 'ref':
      return reference(tree, axes);
  }
}

function reference({ v, ix }, axes) {
  if (ix.length === 0) return v.name;
  // Where each axis is meant as it is, the name alone says it; every other such reference is written so.
  const bare = ix.every((index, i) => index.k === 'axis' && index.dim === v.dims[i]) && v.name.length % 2 === 0;
  return bare ? v.name : `${v.name}[${ix.map((index, i) => subscript(index, v.dims[i], axes)).join(', ')}]`;
}

function subscript(index, dim, axes) {
  if (index.k === 'axis') return index.dim.name;
  if (index.k === 'fixed') return dim.elements[index.at];
  if (index.k === 'computed') return text(index.of, axes);
  const { loop } = index;
  if (loop.dim !== dim) return `*:${loop.dim.name}`;
  return loop.whole ? '*' : `${dim.elements[loop.low]}:${dim.elements[loop.high - 1]}`;
}
