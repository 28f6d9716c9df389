// A short notation for models, written out as XMILE. One thing a line:
//
//   specs 0 8 0.5 rk4                      start, stop, dt and method; 0 8 1 Euler where left out
//   dim Region: nyc, boston                a dimension; `dim Port: a, b -> Region` maps to another one by position
//   stock pop[Region] = 10; in births, arrivals; out deaths; nonneg
//   flow births[Region] = 0.1 * pop[Region]
//   aux effect[Region] = pop[Region] / 10; gf 0 4: 1, 0.8, 0.5
//     [nyc] = 2 * pop[nyc]                 an element of the variable above with an equation of its own
//   model ward                             the lines from here on are another model's
//   module ward; of hospital; join beds = total, staff = nurses     an instance of a model and what its inputs are connected to
//   input beds = 0                         a variable of such a model that is connected from outside
//
// A `#` begins a comment.

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const list = (text) => text.split(',').map((part) => part.trim());

/** The XMILE text of a model in the notation above. */
export function xmileOf(text) {
  const file = { specs: '0 8 1 euler', dimensions: [], models: [{ name: '', variables: [] }] };
  for (const line of text.split('\n').map((l) => l.replace(/#.*/, '').trim())) if (line !== '') read(line, file);
  const [start, stop, dt = '1', method = 'euler'] = file.specs.split(/\s+/);
  return `<?xml version="1.0"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><name>twins</name><vendor>test</vendor><product version="1">test</product></header>
<sim_specs method="${method}"><start>${start}</start><stop>${stop}</stop><dt>${dt}</dt></sim_specs>
<dimensions>${file.dimensions.join('')}</dimensions>
${file.models.map(modelText).join('\n')}
</xmile>`;
}

function read(line, file) {
  const { variables } = file.models.at(-1);
  const [word] = line.split(/\s/, 1);
  const rest = line.slice(word.length).trim();
  if (word === 'specs') file.specs = rest;
  else if (word === 'dim') file.dimensions.push(dimension(rest));
  else if (word === 'model') file.models.push({ name: rest, variables: [] });
  else if (word === 'module') variables.push(module(rest));
  else if (line.startsWith('[')) variables.at(-1).elements.push(definition(line));
  else if (['stock', 'flow', 'aux', 'input'].includes(word)) variables.push({ kind: word, ...definition(rest), elements: [] });
  else throw new Error(`not in the notation: ${line}`);
}

function dimension(text) {
  const [, name, elements, maps] = text.match(/^(\w+):\s*([^>]*?)(?:\s*->\s*(.*))?$/);
  const maps_to = maps ? list(maps).map((to) => `<isee:maps_to>${to}</isee:maps_to>`).join('') : '';
  return `<dim name="${name}">${list(elements).map((e) => `<elem name="${e}"/>`).join('')}${maps_to}</dim>`;
}

/** `name[subscripts] = equation; option ...` */
function definition(text) {
  const [head, ...options] = text.split(';').map((part) => part.trim());
  const [, name, subscripts, equation] = head.match(/^([\w.]*)\s*(?:\[([^\]]*)\])?\s*=\s*(.*)$/);
  const out = { name, subscripts: subscripts ? list(subscripts) : [], equation, inside: '' };
  for (const option of options) {
    const [word] = option.split(/\s/, 1);
    const rest = option.slice(word.length).trim();
    if (word === 'in' || word === 'out') out.inside += list(rest).map((flow) => `<${word}flow>${flow}</${word}flow>`).join('');
    else if (word === 'nonneg') out.inside += '<non_negative/>';
    else if (word === 'gf') out.inside += graphicalFunction(rest);
    else throw new Error(`not in the notation: ${option}`);
  }
  return out;
}

function graphicalFunction(text) {
  const [, low, high, points] = text.match(/^(\S+)\s+(\S+)\s*:\s*(.*)$/);
  return `<gf><xscale min="${low}" max="${high}"/><ypts>${points}</ypts></gf>`;
}

function module(text) {
  const [name, ...options] = text.split(';').map((part) => part.trim());
  const out = { kind: 'module', name, modelName: name, connections: [] };
  for (const option of options) {
    if (option.startsWith('of ')) out.modelName = option.slice(3).trim();
    if (option.startsWith('join ')) out.connections = list(option.slice(5)).map((pair) => pair.split('=').map((side) => side.trim()));
  }
  return out;
}

const modelText = ({ name, variables }) => `<model${name && ` name="${name}"`}><variables>
${variables.map(variableText).join('\n')}
</variables></model>`;

function variableText(v) {
  if (v.kind === 'module')
    return `<module name="${v.name}" model_name="${v.modelName}">${v.connections.map(([to, from]) => `<connect to="${to}" from="${from}"/>`).join('')}</module>`;
  const tag = v.kind === 'input' ? 'aux' : v.kind;
  const dimensions = v.subscripts.length > 0 ? `<dimensions>${v.subscripts.map((d) => `<dim name="${d}"/>`).join('')}</dimensions>` : '';
  const elements = v.elements.map((e) => `<element subscript="${e.subscripts.join(', ')}"><eqn>${escape(e.equation)}</eqn>${e.inside}</element>`).join('');
  // Where every element has its own equation the variable has none.
  const equation = v.equation === '' ? '' : `<eqn>${escape(v.equation)}</eqn>`;
  return `<${tag} name="${v.name}"${v.kind === 'input' ? ' access="input"' : ''}>${dimensions}${equation}${elements}${v.inside}</${tag}>`;
}
