// Makes a model of about `equations` equations, always the same for the same number: sectors of stocks, flows, products, quotients,
// MIN and MAX, IF, graphical functions, smooths and constants. Each sector has four feedback loops of its own and is driven by the one
// before it, so that the number of loops grows with the model and not with its square.
//   node tests/bench/generate.mjs 5000 > model.xmile

/** A small generator of numbers in [0, 1), the same everywhere. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const perSector = 40;

export function generateModel(equations) {
  const random = randomNumbers(equations);
  const between = (low, high, digits = 3) => (low + (high - low) * random()).toFixed(digits);
  const out = [];
  let count = 0;
  const add = (text) => {
    out.push(text);
    count++;
  };
  const aux = (name, equation) => add(`<aux name="${name}"><eqn>${equation}</eqn></aux>`);
  const flow = (name, equation) => add(`<flow name="${name}"><eqn>${equation}</eqn></flow>`);
  const stock = (name, initial, inflows, outflows) =>
    add(`<stock name="${name}"><eqn>${initial}</eqn>${inflows.map((f) => `<inflow>${f}</inflow>`).join('')}${outflows.map((f) => `<outflow>${f}</outflow>`).join('')}</stock>`);
  const table = (name, input, from, to, points) =>
    add(`<aux name="${name}"><eqn>${input}</eqn><gf><xscale min="${from}" max="${to}"/><ypts>${points.join(',')}</ypts></gf></aux>`);

  for (let sector = 0; count < equations; sector++) {
    const first = count;
    const _ = (name) => `${name} ${sector}`.replaceAll(' ', '_');
    const before = (name) => `${name} ${sector - 1}`.replaceAll(' ', '_');

    // Constants.
    aux(_('growth fraction'), between(0.02, 0.06));
    aux(_('lifetime'), between(15, 40, 1));
    aux(_('capacity'), between(800, 1500, 0));
    aux(_('supply time'), between(2, 6, 1));
    aux(_('unit need'), between(0.5, 1.5));
    aux(_('averaging time'), between(2, 8, 1));
    aux(_('target cover'), between(2, 4, 1));
    aux(_('price elasticity'), between(0.2, 0.6));
    aux(_('share passed on'), between(0.05, 0.3));

    // A stock that grows, ages, and is held back as it nears its capacity: three loops.
    stock(_('people'), between(80, 300, 0), [_('births')], [_('deaths')]);
    aux(_('crowding'), `${_('people')} / ${_('capacity')}`);
    table(_('effect of crowding'), _('crowding'), 0, 2, [1.1, 1.06, 1, 0.9, 0.75, 0.6, 0.45, 0.33, 0.25, 0.2, 0.18]);
    flow(_('births'), `${_('people')} * ${_('growth fraction')} * ${_('effect of crowding')}`);
    flow(_('deaths'), `${_('people')} / ${_('lifetime')}`);

    // A store of goods that the people draw on, kept at its target: one loop. What the sector before passes on comes in.
    aux(_('imports'), sector === 0 ? between(10, 30, 1) : `MAX(${before('use')} * ${before('share_passed_on')}, 0)`);
    aux(_('need'), `${_('people')} * ${_('unit need')} * (1 + 0.1 * SIN(TIME / ${between(2, 5, 2)}))`);
    aux(_('expected need'), `SMTH1(${_('need')}, ${_('averaging time')})`);
    flow(_('supply'), `MAX(${_('expected need')} * ${between(0.9, 1.1)} + (${_('target cover')} * ${_('expected need')} - ${_('goods')}) / ${_('supply time')}, 0) + ${_('imports')}`);
    flow(_('use'), `IF ${_('need')} > ${_('expected need')} THEN ${_('need')} * ${between(0.95, 1)} ELSE ${_('need')} + ${_('imports')} / ${_('supply time')}`);
    stock(_('goods'), between(300, 600, 0), [_('supply')], [_('use')]);
    aux(_('cover'), `${_('goods')} / MAX(${_('expected need')}, 1)`);
    aux(_('shortage'), `MAX(0, 1 - ${_('cover')} / ${_('target cover')})`);
    table(_('effect of cover'), `${_('cover')} / ${_('target cover')}`, 0, 3, [2.2, 1.6, 1.2, 1, 0.9, 0.85, 0.82]);
    aux(_('price'), `${between(5, 15, 1)} * ${_('effect of cover')} ^ ${_('price elasticity')}`);

    // Figures that people like to see.
    const seen = ['people', 'goods', 'births', 'deaths', 'need', 'supply', 'use', 'cover', 'price', 'imports', 'crowding'];
    const constants = ['capacity', 'supply time', 'unit need', 'lifetime', 'target cover'];
    const pick = (from) => _(from[Math.floor(random() * from.length)]);
    const figures = [
      () => `${pick(seen)} * ${pick(constants)} + ${pick(seen)}`,
      () => `${pick(seen)} / (1 + ABS(${pick(seen)})) - ${between(0, 2)}`,
      () => `MIN(${pick(seen)}, ${pick(constants)} * ${pick(seen)})`,
      () => `MAX(${pick(seen)} - ${pick(seen)}, ${between(0, 5)})`,
      () => `IF ${pick(seen)} > ${pick(constants)} AND ${pick(seen)} &gt; 0 THEN ${pick(seen)} ELSE ${pick(seen)} / ${pick(constants)}`.replaceAll(' > ', ' &gt; '),
      () => `(${pick(seen)} + ${pick(seen)} + ${pick(seen)}) / 3`,
      () => `${pick(seen)} * (1 - ${_('shortage')}) / ${pick(constants)}`,
    ];
    for (let i = 0; count - first < perSector && count < equations; i++) aux(`${_('figure')}_${i}`, figures[i % figures.length]());
  }
  return xmile(`generated ${count}`, '<start>0</start><stop>50</stop><dt>0.25</dt>', '', out.join('\n').replaceAll(' > ', ' &gt; '));
}

const xmile = (name, specs, dimensions, variables) => `<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><name>${name}</name><vendor>loopscope</vendor><product version="1">tests/bench/generate.mjs</product></header>
<sim_specs method="Euler" time_units="Year">${specs}</sim_specs>
${dimensions}<model><variables>
${variables}
</variables></model></xmile>
`;

const dimension = (name, size) => `<dim name="${name}">${Array.from({ length: size }, (_, i) => `<elem name="${name.toLowerCase()}${i + 1}"/>`).join('')}</dim>`;
const arrayed = (kind, name, dimensions, equation, rest = '') =>
  `<${kind} name="${name}"><dimensions>${dimensions.map((d) => `<dim name="${d}"/>`).join('')}</dimensions><eqn>${equation.replaceAll('<', '&lt;')}</eqn>${rest}</${kind}>`;

/** `side` x `side` stocks that grow to their capacities, each by itself: loops over arrays and nothing else. */
export function generateStocks(side, steps) {
  const both = ['Region', 'Age'];
  return xmile(`${side * side} stocks`, `<start>0</start><stop>${steps}</stop><dt>1</dt>`, `<dimensions>${dimension('Region', side)}${dimension('Age', side)}</dimensions>`, [
    arrayed('stock', 'people', both, '100 + Region + 2 * Age', '<inflow>births</inflow><outflow>deaths</outflow>'),
    arrayed('flow', 'births', both, 'people * birth_rate[Region] * (1 - people / capacity)'),
    arrayed('flow', 'deaths', both, 'people / lifetime[Age]'),
    arrayed('aux', 'capacity', both, '1000 + 10 * Region + Age'),
    arrayed('aux', 'birth_rate', ['Region'], '0.05 + 0.0001 * Region'),
    arrayed('aux', 'lifetime', ['Age'], '40 + 0.1 * Age'),
  ].join('\n'));
}

/** `side` senders and as many receivers, joined by matrices: reducers over their rows and their columns. */
export function generateMatrix(side, steps) {
  const both = ['From', 'To'];
  return xmile(`matrix of ${side}`, `<start>0</start><stop>${steps}</stop><dt>1</dt>`, `<dimensions>${dimension('From', side)}${dimension('To', side)}</dimensions>`, [
    arrayed('stock', 'sender', ['From'], '100 + From', '<inflow>returned</inflow><outflow>leaving</outflow>'),
    arrayed('stock', 'receiver', ['To'], '50 + To', '<inflow>arriving</inflow><outflow>returning</outflow>'),
    arrayed('aux', 'weight', both, `(1 + 0.5 * SIN(From + 2 * To)) / ${side}`),
    arrayed('aux', 'sent', both, '0.1 * sender[From] * weight[From, To] * (1 - receiver[To] / 1000)'),
    arrayed('flow', 'leaving', ['From'], 'SUM(sent[From, *])'),
    arrayed('flow', 'arriving', ['To'], 'SUM(sent[*, To])'),
    arrayed('flow', 'returning', ['To'], '0.05 * receiver[To] * SUM(weight[*, To])'),
    arrayed('flow', 'returned', ['From'], '0.05 * SUM(receiver[*] * weight[From, *])'),
  ].join('\n'));
}

const population = (name, side, steps, variables) => {
  const both = ['Region', 'Age'];
  return xmile(name, `<start>0</start><stop>${steps}</stop><dt>1</dt>`, `<dimensions>${dimension('Region', side)}${dimension('Age', side)}</dimensions>`, [
    arrayed('stock', 'population', both, '100 + Region + 2 * Age', '<inflow>births</inflow><outflow>deaths</outflow>'),
    ...variables.map(([kind, variable, equation]) => arrayed(kind, variable, kind === 'aux' ? [] : both, equation)),
  ].join('\n'));
};

/** `side` x `side` stocks, their births limited by the sum of all: three loops that repeat for every element, in one partition. */
export function generateLimited(side, steps) {
  return population(`${side * side} stocks, one limit`, side, steps, [
    ['flow', 'births', '0.05 * population * (1 - SUM(population[*, *]) / capacity)'],
    ['flow', 'deaths', '0.01 * population'],
    ['aux', 'capacity', `${500 * side * side}`],
  ]);
}

/** The same stocks limited by the sums of their rows and of their columns: a loop goes from row to column to row as long as it likes. */
export function generateCrowded(side, steps) {
  return population(`${side * side} stocks, rows and columns`, side, steps, [
    ['flow', 'births', '0.05 * population * (1 - SUM(population[Region, *]) / capacity)'],
    ['flow', 'deaths', '0.01 * population * (1 + SUM(population[*, Age]) / capacity)'],
    ['aux', 'capacity', `${500 * side}`],
  ]);
}

if (process.argv[1] === new URL(import.meta.url).pathname) process.stdout.write(generateModel(Number(process.argv[2] ?? 5000)));
