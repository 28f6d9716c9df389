// The language of arrays, modules and macros: small models whose last values are known by hand, run on both engines and, with the scores of their
// loops, once more; and that a loop over elements stays a loop in what is compiled.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from '../../js/dist/index.js';
import { assertSameBits, engines, root } from './helpers.mjs';

const file = (variables, dimensions = '', more = '') =>
  `<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:isee="http://iseesystems.com/XMILE">
<header><name>t</name><vendor>test</vendor><product version="1">t</product></header>
<sim_specs><start>0</start><stop>3</stop><dt>1</dt></sim_specs>
<dimensions>${dimensions}</dimensions><model><variables>${variables}</variables></model>${more}</xmile>`;
const dim = (name, elements, more = '') =>
  typeof elements === 'number'
    ? `<dim name="${name}" size="${elements}"/>`
    : `<dim name="${name}">${more}${elements.split(' ').map((element) => `<elem name="${element}"/>`).join('')}</dim>`;
const mapsOnto = (name, elements) => `<loopscope:maps_to dimension="${name}" elements="${elements.split(' ').join(',')}"/>`;
const mapsTo = (name) => `<isee:maps_to>${name}</isee:maps_to>`;
const equation = (text) => (String(text).startsWith('<') ? text : `<eqn>${text}</eqn>`);
/** A variable: its equation or equations, dimensions (`A B`), equations of elements, anything else inside it. */
const variable = (tag) => (name, eqn, { over, elements = {}, more = '', access } = {}) =>
  `<${tag} name="${name}"${access ? ` access="${access}"` : ''}>${over ? `<dimensions>${over.split(' ').map((d) => `<dim name="${d}"/>`).join('')}</dimensions>` : ''}${
    eqn === null ? '' : [eqn].flat().map(equation).join('')
  }${Object.entries(elements).map(([at, text]) => `<element subscript="${at}">${equation(text)}</element>`).join('')}${more}</${tag}>`;
const aux = variable('aux');
const flow = variable('flow');
const stock = variable('stock');
const inflow = '<inflow>f</inflow>';
const model = (name, variables) => `<model name="${name}"><variables>${variables}</variables></model>`;
const module = (name, of, connections = {}) =>
  `<module name="${name}" model_name="${of}">${Object.entries(connections).map(([to, from]) => `<connect to="${to}" from="${from}"/>`).join('')}</module>`;
const macro = (name, parameters, eqn, variables = '') =>
  `<macro name="${name}">${parameters.map((p) => `<parm>${p}</parm>`).join('')}<eqn>${eqn}</eqn><variables>${variables}</variables></macro>`;
const steep = '<gf><xscale min="0" max="3"/><ypts>0,10,20,30</ypts></gf>';
const flat = '<gf><xscale min="0" max="3"/><ypts>0,1,2,3</ypts></gf>';
const all = dim('A', 'a1 a2 a3') + dim('B', 'b1 b2 b3') + dim('S', 'a1 a2') + dim('N', 4) + dim('Q', 'q1 q2');
const square = aux('m', null, { over: 'Q Q', elements: { 'q1,q1': 11, 'q1,q2': 12, 'q2,q1': 21, 'q2,q2': 22 } });
const doubler = model('doubler', aux('in', 3, { access: 'input' }) + aux('out', 'in * 2', { access: 'output' }) + aux('connected', 'ISMODULEINPUT(in)'));
const accumulator = macro('ACC', ['rate'], 's', stock('s', 0, { more: inflow }) + flow('f', 'rate'));
const arrayed = (variables) => file(variables, all);
const tables = aux('g', null, { over: 'Q', elements: { q1: steep, q2: flat } });

// Name: the file, and the last values.
const cases = {
  'dimensions named or sized': [
    arrayed(aux('x', 'N * 10', { over: 'N' }) + aux('y', 'x[3] + x[1]') + aux('z', 'A', { over: 'A' }) + aux('w', 'x[N] * 2', { over: 'N' })),
    { 'x[4]': 40, y: 40, 'z[a3]': 3, 'w[2]': 40 }],
  'subranges; a variable may be called like a dimension': [
    arrayed(aux('x', 'A', { over: 'A' }) + aux('y', 'x[S] * 10', { over: 'S' }) + aux('s', 'SUM(x[S])') + aux('t', 'SUM(x[*:S])') + aux('z', 0, { over: 'A', elements: { S: 'x[S] + 100' } })),
    { 'y[a2]': 20, s: 3, t: 3, 'z[a1]': 101, 'z[a3]': 0 }],
  'an element of a subrange is one of the dimension': [
    arrayed(aux('x', 'S', { over: 'S' }) + aux('y', 'x[a2]') + aux('z', 'x[S.a1] + x[s.a2]')), { y: 2, z: 3 }],
  'a mapping declared where it is read': [
    file(aux('x', 'A * 10', { over: 'A' }) + aux('y', 'x[B] + 1', { over: 'B' }), dim('A', 'a1 a2 a3') + dim('B', 'b1 b2 b3', mapsTo('A'))), { 'y[b2]': 21 }],
  'a mapping declared the other way': [
    file(aux('x', 'A * 10', { over: 'A' }) + aux('y', 'x[B] + 1', { over: 'B' }), dim('A', 'a1 a2 a3', mapsTo('B')) + dim('B', 'b1 b2 b3')), { 'y[b3]': 31 }],
  'a mapping inside a sum': [
    file(aux('x', 'A * 10', { over: 'A' }) + aux('w', 'B', { over: 'B' }) + aux('y', 'SUM(x[B] * w[B])') + aux('z', 'SUM(x[A] * w[A])'), dim('A', 'a1 a2 a3') + dim('B', 'b1 b2 b3', mapsTo('A'))),
    { y: 140, z: 140 }],
  'mappings element by element, to several dimensions, and for parts of them': [
    file(
      aux('x', 'A * 10 + TIME', { over: 'A' }) + aux('wb', 'B * 100', { over: 'B' }) + aux('wf', 'F * 7', { over: 'F' }) + aux('y', 'x[A] + wf[F]', { over: 'B' }) + aux('z', 'wb[B] * 2', { over: 'A' }) +
        aux('low', 'x[A]', { over: 'L' }) + aux('part', 'wb[B]', { over: 'P' }) + aux('sum', 'SUM(y[*])'),
      dim('A', 'a1 a2 a3', mapsOnto('B', 'b3 b2 b1') + mapsTo('C')) + dim('B', 'b1 b2 b3') + dim('C', 'c1 c2 c3') + dim('F', 'f1 f2', mapsOnto('B', 'L b3')) + dim('L', 'b1 b2') + dim('P', 'a2 a3')),
    { 'y[b1]': 40, 'y[b3]': 27, 'z[a1]': 600, 'low[b2]': 23, 'part[a3]': 100, sum: 97 }],
  'a stock that flows along a mapping': [
    file(stock('s', 'A', { over: 'A', more: inflow }) + flow('f', 't[B] * 0.5', { over: 'A' }) + stock('t', 'B', { over: 'B', more: '<inflow>g</inflow>' }) + flow('g', 's[A] * 0.5', { over: 'B' }),
      dim('A', 'a1 a2', mapsOnto('B', 'b2 b1')) + dim('B', 'b1 b2')),
    // s1 and t2 feed each other, from 1 and 2: their sum grows by half, their difference halves.
    { 's[a1]': (3 * 1.5 ** 3 - 0.5 ** 3) / 2, 't[b2]': (3 * 1.5 ** 3 + 0.5 ** 3) / 2, 's[a2]': (3 * 1.5 ** 3 + 0.5 ** 3) / 2 }],
  'slices: whole axes and ranges as the equation of an array': [
    arrayed(aux('x', 'A * 10', { over: 'A' }) + aux('m', 'A * 10 + B', { over: 'A B' }) + aux('y', 'x[*] * 2 + m[a1, *]', { over: 'B' }) + aux('z', 'x[2:3] - x[*:S]', { over: 'Q' }) +
      aux('w', 'm[*, b2:b3]', { over: 'A Q' }) + aux('t', 'm[@2, *]', { over: 'B A' }) +
      stock('s', 'x[*]', { over: 'B', more: inflow }) + flow('f', 'x[*] / 10', { over: 'B' })),
    { 'y[b3]': 73, 'z[q2]': 10, 'w[a3,q1]': 32, 't[b1,a3]': 31, 's[b2]': 26 }],
  'slices feed back': [
    arrayed(stock('s', 'Q', { over: 'Q', more: inflow }) + flow('f', 'x[2:3] * 0.5', { over: 'Q' }) + aux('x', 0, { over: 'A', elements: { a2: 's[q2]', a3: 's[q1]' } })),
    { 's[q1]': (3 * 1.5 ** 3 - 0.5 ** 3) / 2, 's[q2]': (3 * 1.5 ** 3 + 0.5 ** 3) / 2 }],
  'sums of what does not change, inside what does': [
    arrayed(stock('s', 'A', { over: 'A', more: inflow }) + flow('f', 's * k / SUM(k[*]) + 0 * MAX(k[*])', { over: 'A' }) + aux('k', 'A', { over: 'A' }) + aux('y', 'TIME * SUM(k[*]) + SUM(s[*])')),
    { 's[a3]': 10.125, y: 18 + (7 / 6) ** 3 + 2 * (4 / 3) ** 3 + 10.125 }],
  'indexed elements': [
    arrayed(aux('x', 'N', { over: 'N' }) + aux('y', 'x[2]') + aux('z', null, { over: 'N', elements: { 1: 5, 2: 6, 3: 7, 4: 8 } })), { y: 2, 'z[3]': 7 }],
  'elements that read each other, in the order that they need': [
    arrayed(aux('x', null, { over: 'A', elements: { a1: 'y[a3] + 1', a2: 1, a3: 'x[a2]' } }) + aux('y', 'x[A] * 2', { over: 'A' }) +
      aux('chain', null, { over: 'A', elements: { a1: 'TIME', a2: 'chain[A - 1] * 2', a3: 'chain[A - 1] * 2' } })),
    { 'x[a1]': 3, 'y[a1]': 6, 'chain[a3]': 12 }],
  'an equation for all beside those of elements': [
    arrayed(aux('x', 7, { over: 'A', elements: { a2: 1 } }) + aux('y', 1, { over: 'A Q', elements: { 'a1,Q': 2, 'a1,q2': 3 } }) + aux('z', 1, { over: 'A', elements: { S: 2, a1: 3 } }) +
      aux('w', null, { over: 'A Q', elements: { '*,q1': 'A', 'A,q2': 'A * 10' } })),
    { 'x[a1]': 7, 'x[a2]': 1, 'y[a1,q1]': 2, 'y[a1,q2]': 3, 'y[a2,q2]': 1, 'z[a1]': 3, 'z[a2]': 2, 'z[a3]': 1, 'w[a3,q1]': 3, 'w[a3,q2]': 30 }],
  'lists of equations and of numbers': [
    arrayed(aux('x', [1, 2, 3], { over: 'A' }) + aux('y', [1, 2, 3, 4, 5, 6], { over: 'A Q' }) + aux('z', '1,2,3', { over: 'A' })),
    { 'x[a2]': 2, 'y[a2,q2]': 4, 'y[a3,q1]': 5, 'z[a3]': 3 }],
  'graphical functions by element': [
    arrayed(aux('x', 'TIME', { over: 'Q', elements: { q1: `<eqn>TIME</eqn>${steep}`, q2: `<eqn>TIME</eqn>${flat}` } }) + aux('w', 'TIME * Q / 2', { over: 'Q', more: steep })),
    { 'x[q1]': 30, 'x[q2]': 3, 'w[q1]': 15, 'w[q2]': 30 }],
  'arrays of graphical functions, chosen by name, by loop, in a sum and as the model runs': [
    arrayed(tables + aux('y', 'LOOKUP(g[Q], TIME)', { over: 'Q' }) + aux('u', 'g(TIME)', { over: 'Q' }) + aux('v', 'LOOKUP(g, TIME)', { over: 'Q' }) + aux('w', 'LOOKUP(g[q1], 1)') +
      aux('sum', 'SUM(LOOKUP(g[*], TIME))') + aux('i', '1 + (TIME > 1)') + aux('chosen', 'LOOKUP(g[i], TIME)') + aux('none', 'LOOKUP(g[i + 1], TIME)')),
    { 'y[q1]': 30, 'y[q2]': 3, 'u[q1]': 30, 'v[q2]': 3, w: 10, sum: 33, chosen: 3, none: NaN }],
  'arrays of graphical functions alone': [
    arrayed(`<gf name="g"><dimensions><dim name="Q"/></dimensions><element subscript="q1">${steep}</element><element subscript="q2">${flat}</element></gf>` + aux('y', 'LOOKUP(g[Q], TIME)', { over: 'Q' })),
    { 'y[q1]': 30, 'y[q2]': 3 }],
  ranges: [
    arrayed(aux('x', 'A', { over: 'A' }) + aux('y', 'SUM(x[a2:a3])') + aux('z', 'SUM(x[1:2])') + aux('u', 'MAX(x[2:3]) - MIN(x[a1:a2])')), { y: 5, z: 3, u: 2 }],
  'positions: @1 is the first subscript of what is set': [
    arrayed(aux('x', 'A * 10 + B', { over: 'A B' }) + aux('y', 'x[@2, @1]', { over: 'B A' }) + aux('z', 'x[@1, b2]', { over: 'A' }) + square + aux('t', 'm[@2, @1]', { over: 'Q Q' })),
    { 'y[b2,a3]': 32, 'z[a3]': 32, 't[q1,q2]': 21 }],
  "transposition: by names, by order, and x'": [
    arrayed(aux('x', 'A * 10 + B', { over: 'A B' }) + aux('y', 'x[A, B]', { over: 'B A' }) + aux('z', "x'", { over: 'B A' }) + aux('w', 'x', { over: 'B A' }) + square +
      aux('u', "m' * 1", { over: 'Q Q' }) + aux('v', "m'[q1, q2]") + aux('same', 'm', { over: 'Q Q' }) + aux('twice', "m + m'", { over: 'Q Q' })),
    { 'y[b2,a3]': 32, 'z[b2,a3]': 32, 'w[b2,a3]': 32, 'u[q1,q2]': 21, v: 21, 'same[q1,q2]': 12, 'twice[q2,q1]': 33 }],
  SELF: [
    arrayed(aux('x', 'SIZE(SELF)', { over: 'A Q' }) + aux('y', 'SIZE(SELF[*, q1])', { over: 'A Q' }) + aux('p', 'PREVIOUS(SELF, 5) + A', { over: 'A' })), { 'x[a1,q1]': 6, 'y[a1,q1]': 3, 'p[a2]': 13 }],
  'computed subscripts': [
    arrayed(aux('x', 'A * 10', { over: 'A' }) + aux('i', '1 + TIME') + aux('y', 'x[i]') + aux('z', 'x[A + 1]', { over: 'A' }) + aux('w', 'x[MIN(3, A + 1)]', { over: 'A' }) + aux('n', 'x[0/0]') + aux('f', 'x[i - 0.1]')),
    { y: NaN, 'z[a1]': 20, 'z[a3]': NaN, 'w[a3]': 30, n: NaN, f: 30 }],
  'elements as numbers': [
    arrayed(aux('x', 'IF A = a2 THEN 1 ELSE 0', { over: 'A' }) + aux('y', 'IF A = A.a2 THEN 5 ELSE A', { over: 'A' })), { 'x[a2]': 1, 'x[a1]': 0, 'y[a2]': 5, 'y[a3]': 3 }],
  'reducers over names, wildcards and all': [
    arrayed(aux('x', 'A * 10 + B', { over: 'A B' }) + aux('y', 'SUM(x[A, B])') + aux('z', 'SUM(x[A, *])', { over: 'A' }) + aux('w', 'SUM(x[a1, B] * B)') + aux('mean', 'MEAN(x)') + aux('sd', 'STDDEV(x[a1, *])')),
    { y: 198, 'z[a2]': 66, w: 74, mean: 22, sd: Math.sqrt(2 / 3) }],
  'MAX and MIN of arrays and numbers': [
    arrayed(aux('x', 'A', { over: 'A' }) + aux('y', 'MAX(x, 2)', { over: 'A' }) + aux('z', 'MAX(x)') + aux('w', 'MAX(x[*], 10)') + aux('u', 'MIN(0, x)') + aux('v', 'SUM(MAX(x[*], 2))') + aux('t', 'MAX(x, x[*] * 2, 5)')),
    { 'y[a1]': 2, 'y[a3]': 3, z: 3, w: 10, u: 0, v: 7, t: 6 }],
  'arrayed stocks with arrayed and scalar flows; initial values by element': [
    arrayed(stock('s', 10, { over: 'A', elements: { a2: 20 }, more: inflow }) + flow('f', 's * 0.1', { over: 'A' }) + aux('total', 'SUM(s[*])') +
      stock('t', 0, { over: 'A', more: '<inflow>g</inflow>' }) + flow('g', 1) + stock('i', null, { over: 'A', elements: { a1: 1, a2: 2, a3: 'i[a1] + i[a2]' } })),
    { 's[a1]': 13.31, 's[a2]': 26.62, total: 53.24, 't[a2]': 3, 'i[a3]': 3 }],
  'memory of a whole axis inside a sum': [
    arrayed(aux('x', 'A * TIME', { over: 'A' }) + aux('y', 'SUM(PREVIOUS(x[*], 0))') + aux('z', 'PREVIOUS(SUM(x[*]), 0)') + aux('w', 'SMTH1(SUM(x[*]), 1)')), { y: 12, z: 12, w: 12 }],
  'a module, its input and its output': [
    file(aux('x', 5) + module('m', 'doubler', { in: 'x' }) + aux('y', 'm.out + 1'), '', doubler), { 'm.out': 10, y: 11, 'm.connected': 1 }],
  'two instances, one feeding the other': [
    file(aux('x', 5) + module('p', 'doubler', { in: 'x' }) + module('q', 'doubler', { in: 'p.out' }) + aux('y', 'q.out'), '', doubler), { 'p.out': 10, y: 20, 'q.in': 10 }],
  'a module on its own': [file(module('m', 'doubler') + aux('y', 'm.out'), '', doubler), { y: 6, 'm.connected': 0 }],
  'connections in full': [file(aux('x', 5) + module('m', 'doubler', { 'm.in': '.x' }) + aux('y', 'm.out'), '', doubler), { y: 10 }],
  'modules in modules': [
    file(aux('x', 5) + module('o', 'outer', { in: 'x' }) + aux('y', 'o.res + o.i.out'), '', model('outer', aux('in', 1) + module('i', 'doubler', { in: 'in' }) + aux('res', 'i.out + 1')) + doubler), { y: 21, 'o.i.out': 10 }],
  'an array for a module': [
    file(aux('x', 'A * 10', { over: 'A' }) + module('m', 'each', { in: 'x' }) + aux('y', 'SUM(m.out[*])'), all, model('each', aux('in', 0, { over: 'A' }) + aux('out', 'in * 2', { over: 'A' }))), { 'm.out[a2]': 40, y: 120 }],
  'elements of a module connected one by one; the rest keeps its own equation': [
    file(aux('x', 5) + aux('v', 'A', { over: 'A' }) + module('m', 'each', { 'm.in[a1]': 'x', 'in[a3]': 'v[a2]', k: 'v[3]' }) + aux('y', 'SUM(m.out[*])'), all,
      model('each', aux('in', 'A * 100', { over: 'A', access: 'input' }) + aux('k', 1, { access: 'input' }) + aux('out', 'in * k', { over: 'A' }) + aux('known', 'ISMODULEINPUT(in)'))),
    { 'm.in[a1]': 5, 'm.in[a2]': 200, 'm.in[a3]': 2, y: 621, 'm.known': 1 }],
  'rows and parts of arrays for a module': [
    file(aux('v', 'A * 10 + Q', { over: 'A Q' }) + aux('r', 'S * 7', { over: 'S' }) + module('m', 'each', { 'in[q1, *]': 'v[a2, Q]', 'in[Q, q2]': 'v[a1, *]' }) + module('o', 'part', { 'in[S]': 'r' }), all,
      model('each', aux('in', 0, { over: 'Q Q' })) + model('part', aux('in', 'A', { over: 'A' }))),
    { 'm.in[q1,q1]': 21, 'm.in[q1,q2]': 11, 'm.in[q2,q2]': 12, 'm.in[q2,q1]': 0, 'o.in[a2]': 14, 'o.in[a3]': 3 }],
  'stocks, smooths and tables in modules': [
    file(aux('x', 5) + module('p', 'm', { in: 'x' }) + module('q', 'm', {}) + aux('y', 'p.s + q.s') + aux('z', 'LOOKUP(p.g, 2)'), '',
      model('m', aux('in', 3) + stock('s', 'in', { more: inflow }) + flow('f', 'in') + aux('t', 'SMTH1(in, 2)') + aux('g', null, { more: steep }) + aux('u', 'g(1)'))),
    { y: 32, 'p.t': 5, 'q.t': 3, z: 20, 'q.u': 10 }],
  'a flow inside a module': [file(stock('s', 1, { more: '<inflow>m.f</inflow>' }) + module('m', 'm'), '', model('m', flow('f', 2))), { s: 7 }],
  'a name with blanks': [file(aux('my x', 5) + module('My Module', 'doubler', { in: 'my_x' }) + aux('y', 'My_Module.out + My Module.out'), '', doubler), { y: 20, 'my_module.out': 10 }],
  'feedback through a module': [file(module('m', 'doubler', { in: 's' }) + stock('s', 1, { more: inflow }) + flow('f', 'm.out'), '', doubler), { s: 27 }],
  'macros with and without variables': [
    file(aux('x', 2) + aux('y', 'F(x, 3) + F(1, 1)') + aux('z', 'G(x, 3)') + aux('w', 'My Macro(2)'), '',
      macro('F', ['a', 'b'], 'a * b') + macro('G', ['a', 'b'], 'c + 1', aux('c', 'a * b')) + macro('My Macro', ['an input'], 'an_input * 2')),
    { y: 7, z: 7, w: 4 }],
  'macros with stocks, apart for each call': [file(aux('y', 'ACC(2)') + aux('z', 'ACC(TIME)') + aux('w', '1 + ACC(1)'), '', accumulator), { y: 6, z: 3, w: 4 }],
  'macros over arrays': [
    file(aux('x', 'A * 10', { over: 'A' }) + aux('y', 'F(x)', { over: 'A' }) + aux('z', 'F(x[A]) + 1', { over: 'A' }) + aux('w', 'F(x[a2])') + aux('t', 'F(SUM(x[*]))') + aux('s', 'ACC(x)', { over: 'A' }) + aux('u', 'T(x)') + aux('v', 'T(x[*])'), all,
      macro('F', ['a'], 'a * 2') + macro('T', ['a'], 'SUM(a)') + accumulator),
    { 'y[a2]': 40, 'z[a3]': 61, w: 40, t: 120, 's[a2]': 60, u: 60, v: 60 }],
  'a macro hides the builtin of its name': [
    file(aux('y', 'MAX(1, 2) + SMTH1(1, 2)') + aux('z', 'MIN(1, 2)'), '', macro('MAX', ['a', 'b'], 'a * 100 + b') + macro('SMTH1', ['a', 'b'], 'a + b')), { y: 105, z: 1 }],
  'macros in macros, with memory, time and the variables of the model': [
    file(aux('k', 9) + aux('y', 'G(3)') + aux('z', 'H(TIME)') + aux('w', 'T()') + aux('v', 'K(2)'), '',
      macro('F', ['a'], 'a * 2') + macro('G', ['a'], 'F(a) + F(a + 1)') + macro('H', ['a'], 'PREVIOUS(a, 7) + DELAY(a, 1, 0)') + macro('T', [], 'TIME * 2') + macro('K', ['a'], 'a * k')),
    { y: 14, z: 4, w: 6, v: 18 }],
  'graphical functions in macros and as their arguments': [
    file(aux('g', null, { more: steep }) + aux('x', 'F(1.5)') + aux('y', 'E(1.5)') + aux('z', 'H(g, 1.5) + H(g, 0.5)') + aux('w', 'K(1.5)'), '',
      macro('F', ['a'], 'LOOKUP(t, a)', aux('t', null, { more: flat })) + macro('E', ['a'], 't + 1', aux('t', 'a', { more: steep })) + macro('H', ['t', 'x'], 'LOOKUP(t, x)') + macro('K', ['a'], 'g(a)')),
    { x: 1.5, y: 16, z: 20, w: 15 }],
  'a macro in a module': [file(module('m', 'm') + aux('y', 'm.q'), '', model('m', aux('q', 'F(r)') + aux('r', 4)) + macro('F', ['a'], 'a * 2')), { y: 8 }],
};

for (const [name, [text, last]] of Object.entries(cases)) {
  test(`language: ${name}`, async () => {
    const project = await load(text, { file: 'model' });
    const main = project.mainModel();
    assert.deepEqual(main.diagnostics.filter((d) => d.severity !== 'note'), [], main.renderedDiagnostics);
    for (const options of [...engines.map((engine) => ({ engine })), { engine: 'vm', enableLtm: true }]) {
      const sim = await main.simulate(options);
      sim.runToEnd();
      for (const [id, value] of Object.entries(last)) {
        const got = sim.getSeries(id).at(-1);
        assert.ok(Object.is(got, value) || Math.abs(got - value) <= 1e-14 * Math.abs(value), `${id} is ${got}, not ${value} ${JSON.stringify(options)}`);
      }
      sim.dispose();
    }
    project.dispose();
  });
}

const nested = file(module('o', 'outer') + aux('y', 'o.i.out'), all, model('outer', module('i', 'inner')) + model('inner', aux('my k', 3) + aux('v', 'my_k', { over: 'Q' }) + aux('out', 'my_k * 2 + SUM(c[*])') + aux('c', 1, { over: 'Q' })));

test('language: a constant inside a module is set by its path', async () => {
  const project = await load(nested);
  const main = project.mainModel();
  for (const engine of engines) {
    for (const overrides of [{ 'o.i.my k': 5, 'o.i.c[q2]': 10 }, { 'O.I.my_k': 5, 'o.i.c[2]': 10 }].slice(0, 1)) {
      const run = await main.run({ engine, overrides });
      assert.equal(run.series.y[0], 21);
    }
    const sim = await main.simulate({ engine });
    sim.setValue('o.i.my_k', 5);
    sim.runToEnd();
    assert.equal(sim.getValue('y'), 12);
    assert.deepEqual([...sim.getSeries('o.i.v[q2]')], [5, 5, 5, 5]);
    sim.dispose();
  }
  project.dispose();
  const folder = mkdtempSync(join(tmpdir(), 'loopscope-'));
  const path = join(folder, 'nested.xmile');
  writeFileSync(path, nested);
  const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('js/bin/loopscope.mjs', root)), 'simulate', path, 'o.i.my_k=5', 'o.i.c[q1]=2', '--vars', 'y,"o.i.v[q1]"', '--stop', '1'], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(stderr, '');
  assert.match(stdout, /^time,y,"?o\.i\.v\[q1\]"?\n0,13,5\n/);
});

// n x n elements: stocks, flows, reads of neighbours and transposed ones, sums of rows, an allocation.
const grid = (n) =>
  file(
    stock('s', 'X + Y / 100', { over: 'X Y', more: `${inflow}<outflow>g</outflow>` }) +
      flow('f', 's[X, Y] * rate', { over: 'X Y' }) +
      flow('g', 's * 0.01 + MAX(0, s[@1, Y]) / total[X]', { over: 'X Y' }) +
      aux('rate', 0.1) +
      aux('total', 'SUM(s[X, *])', { over: 'X' }) +
      aux('all', 'SUM(s[*, *]) + MEAN(total[*])') +
      aux('shift', 's[X, MIN(Y + 1, SIZE(s[1, *]))] - PREVIOUS(s[X, Y], 0)', { over: 'X Y' }) +
      aux('ranked', 'RANK(total[X], 1)', { over: 'X' }) +
      aux('given', 'ALLOCATE BY PRIORITY(total[X], ranked[X], 1, 2, all / 4)', { over: 'X' }),
    dim('X', n) + dim('Y', n),
  );

test('loops stay loops: 100 x 100 elements are the same program as 10 x 10, and data', async (t) => {
  const made = {};
  for (const n of [10, 100]) {
    const project = await load(grid(n), { file: 'grid' });
    const main = project.mainModel();
    const start = performance.now();
    const sim = await main.simulate({ engine: 'wasm' });
    const time = performance.now() - start;
    sim.runToEnd();
    const vm = await main.simulate({ engine: 'vm' });
    vm.runToEnd();
    for (const id of ['all', `s[${n},${n}]`, `shift[1,${n}]`, `given[${n}]`]) assert.deepEqual([...sim.getSeries(id)], [...vm.getSeries(id)], id);
    const blob = sim.saveBlob();
    const layout = WebAssembly.Module.customSections(new WebAssembly.Module(blob), 'loopscope.layout')[0];
    made[n] = { blob: blob.length - layout.byteLength, equations: main.dump('program').split('\n').length, time };
    sim.dispose();
    vm.dispose();
    project.dispose();
  }
  t.diagnostic(`10 x 10: ${made[10].blob} bytes, ${made[10].time.toFixed(1)} ms; 100 x 100: ${made[100].blob} bytes, ${made[100].time.toFixed(1)} ms`);
  assert.equal(made[100].equations, made[10].equations);
  // Larger numbers take a byte or so more in code.
  assert.ok(made[100].blob <= made[10].blob + 300, `${made[10].blob} -> ${made[100].blob} bytes without the layout`);
});

test('VECTOR SELECT by an action that is known as the model runs gives the bits of each action, in loops and alone, with and without scores', async () => {
  const model = (action) => `{UTF-8}
D: (d1-d7) ~~|\nL: (l1-l5) ~~|
chosen[D] = IF THEN ELSE(MODULO(D, 3) = 1, D / 2, 0) ~~|
x[D] = INTEG(0.1 * total * D, D - 2.5) ~~|
y[L] = VECTOR SELECT(chosen[D!], x[D!] * (L + 0.1), 9, ${action}, 0) ~~|
alone = VECTOR SELECT(chosen[D!], x[D!], 9, ${action}, 0) ~~|
total = SUM(y[L!]) * 0.001 + alone * 0.0001 ~~|
action = 0 ~~|
INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n`;
  const runs = async (text, options) => {
    const project = await load(text);
    try {
      const all = [];
      for (const engine of engines) all.push(await project.mainModel().run({ engine, ...options }));
      for (const name of all[0].names) assertSameBits(all[0].series[name], all[1].series[name], name);
      all[0].links.forEach((link, i) => assertSameBits(link.score, all[1].links[i].score, `${link.from} -> ${link.to}`));
      return all[0];
    } finally {
      project.dispose();
    }
  };
  for (const enableLtm of [false, true])
    for (let action = 0; action <= 10; action++) {
      const [known, computed] = [await runs(model(action), { enableLtm }), await runs(model('action + 0 * Time'), { enableLtm, overrides: { action } })];
      for (const name of known.names.filter((name) => name !== 'action')) assertSameBits(computed.series[name], known.series[name], `${name}, action ${action}`);
    }
});
