// Arrays and what the engine makes of stocks, delays, tables, the past, chance and Runge-Kutta.
export const machinery = [
  {
    name: 'an arrayed stock and a flow that is scalar',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births, help
        [nyc] = 20
      stock fund = 5; in saving; out spending
      flow births[Region] = 0.05 * pop[Region]
      flow help[Region] = 0.1 * fund * pop[Region] / SUM(pop[*])
      flow saving = 0.02 * SUM(pop[*])
      flow spending = 0.1 * fund`,
    twin: `
      stock pop_nyc = 20; in births_nyc, help_nyc
      stock pop_boston = 10; in births_boston, help_boston
      stock fund = 5; in saving; out spending
      aux total = pop_nyc + pop_boston
      flow births_nyc = 0.05 * pop_nyc
      flow births_boston = 0.05 * pop_boston
      flow help_nyc = 0.1 * fund * pop_nyc / total
      flow help_boston = 0.1 * fund * pop_boston / total
      flow saving = 0.02 * total
      flow spending = 0.1 * fund`,
  },
  {
    name: 'one scalar flow into every element of a stock',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in rain; out loss
        [nyc] = 20
      flow rain = 5 - 0.05 * SUM(pop[*])
      flow loss[Region] = 0.1 * pop[Region]`,
    twin: `
      stock pop_nyc = 20; in rain; out loss_nyc
      stock pop_boston = 10; in rain; out loss_boston
      aux total = pop_nyc + pop_boston
      flow rain = 5 - 0.05 * total
      flow loss_nyc = 0.1 * pop_nyc
      flow loss_boston = 0.1 * pop_boston`,
  },
  {
    name: 'arrayed stocks that cannot go negative',
    aggregates: { 0: 'wanted' },
    arrayed: `
      specs 0 10 0.5
      dim Shop: a, b
      stock goods[Shop] = 10; in supply; out sale; nonneg
        [b] = 3
      flow supply[Shop] = 0.5 + 0.05 * goods[Shop]
      flow sale[Shop] = 0.3 * SUM(goods[*]) + 0.1 * TIME`,
    twin: `
      specs 0 10 0.5
      stock goods_a = 10; in supply_a; out sale_a; nonneg
      stock goods_b = 3; in supply_b; out sale_b; nonneg
      aux wanted = goods_a + goods_b
      flow supply_a = 0.5 + 0.05 * goods_a
      flow supply_b = 0.5 + 0.05 * goods_b
      flow sale_a = 0.3 * wanted + 0.1 * TIME
      flow sale_b = 0.3 * wanted + 0.1 * TIME`,
  },
  {
    name: 'an arrayed SMTH1 and SMTH3 in a loop',
    aggregates: { 0: 'total' },
    arrayed: `
      specs 0 10 0.5
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux seen[Region] = SMTH1(pop[Region], 3)
      flow births[Region] = 0.1 * SMTH3(pop[Region], 2 + Region) * (1 - seen[Region] / 100) - 0.01 * SUM(seen[*])`,
    twin: `
      specs 0 10 0.5
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux seen_nyc = SMTH1(pop_nyc, 3)
      aux seen_boston = SMTH1(pop_boston, 3)
      aux total = seen_nyc + seen_boston
      flow births_nyc = 0.1 * SMTH3(pop_nyc, 2 + 1) * (1 - seen_nyc / 100) - 0.01 * total
      flow births_boston = 0.1 * SMTH3(pop_boston, 2 + 2) * (1 - seen_boston / 100) - 0.01 * total`,
  },
  {
    name: 'arrayed DELAY1, DELAY3 and DELAY in a loop',
    aggregates: {},
    arrayed: `
      specs 0 10 0.5
      dim Region: nyc, boston
      stock pop[Region] = 10; in births; out deaths
        [nyc] = 20
      flow births[Region] = 0.2 * DELAY3(pop[Region], 3) - 0.03 * DELAY1(pop[Region], Region)
      aux past[Region] = DELAY(pop[Region], 2)
      flow deaths[Region] = 0.002 * past[Region] * pop[Region]`,
    twin: `
      specs 0 10 0.5
      stock pop_nyc = 20; in births_nyc; out deaths_nyc
      stock pop_boston = 10; in births_boston; out deaths_boston
      flow births_nyc = 0.2 * DELAY3(pop_nyc, 3) - 0.03 * DELAY1(pop_nyc, 1)
      flow births_boston = 0.2 * DELAY3(pop_boston, 3) - 0.03 * DELAY1(pop_boston, 2)
      aux past_nyc = DELAY(pop_nyc, 2)
      aux past_boston = DELAY(pop_boston, 2)
      flow deaths_nyc = 0.002 * past_nyc * pop_nyc
      flow deaths_boston = 0.002 * past_boston * pop_boston`,
  },
  {
    name: 'a smooth of a sum by name, over a time that changes',
    aggregates: {},
    arrayed: `
      specs 0 10 0.5
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux total = SUM(pop[*])
      aux seen = SMTH1(total, 2 + pop[nyc] / 20)
      flow births[Region] = 0.1 * pop[Region] * (1 - seen / 100)`,
    twin: `
      specs 0 10 0.5
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux total = pop_nyc + pop_boston
      aux seen = SMTH1(total, 2 + pop_nyc / 20)
      flow births_nyc = 0.1 * pop_nyc * (1 - seen / 100)
      flow births_boston = 0.1 * pop_boston * (1 - seen / 100)`,
  },
  {
    name: 'a smooth of a sum',
    aggregates: { 0: 'total' },
    arrayed: `
      specs 0 10 0.5
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux seen = SMTH1(SUM(pop[*]), 2 + pop[nyc] / 20)
      flow births[Region] = 0.1 * pop[Region] * (1 - seen / 100)`,
    twin: `
      specs 0 10 0.5
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux total = pop_nyc + pop_boston
      aux seen = SMTH1(total, 2 + pop_nyc / 20)
      flow births_nyc = 0.1 * pop_nyc * (1 - seen / 100)
      flow births_boston = 0.1 * pop_boston * (1 - seen / 100)`,
  },
  {
    name: 'a graphical function of an array, one for all',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux effect[Region] = pop[Region] / SUM(pop[*]); gf 0 1: 2, 1.5, 0.7, 0.2
      flow births[Region] = 0.2 * pop[Region] * effect[Region]`,
    twin: `
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux total = pop_nyc + pop_boston
      aux effect_nyc = pop_nyc / total; gf 0 1: 2, 1.5, 0.7, 0.2
      aux effect_boston = pop_boston / total; gf 0 1: 2, 1.5, 0.7, 0.2
      flow births_nyc = 0.2 * pop_nyc * effect_nyc
      flow births_boston = 0.2 * pop_boston * effect_boston`,
  },
  {
    name: 'a graphical function for each element',
    aggregates: {},
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux effect[Region] =
        [nyc] = pop[nyc] / 20; gf 0 4: 2, 1.5, 0.7, 0.2
        [boston] = pop[boston] / 10; gf 0 3: 0.1, 0.4, 0.3
      flow births[Region] = 0.2 * pop[Region] * effect[Region]`,
    twin: `
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux effect_nyc = pop_nyc / 20; gf 0 4: 2, 1.5, 0.7, 0.2
      aux effect_boston = pop_boston / 10; gf 0 3: 0.1, 0.4, 0.3
      flow births_nyc = 0.2 * pop_nyc * effect_nyc
      flow births_boston = 0.2 * pop_boston * effect_boston`,
  },
  {
    name: 'the past of an arrayed variable',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux before[Region] = PREVIOUS(births[Region], 1)
      flow births[Region] = 0.1 * pop[Region] + 0.2 * before[Region] - 0.1 * PREVIOUS(pop[nyc], 2) - 0.002 * SUM(before[*])`,
    twin: `
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux before_nyc = PREVIOUS(births_nyc, 1)
      aux before_boston = PREVIOUS(births_boston, 1)
      aux total = before_nyc + before_boston
      flow births_nyc = 0.1 * pop_nyc + 0.2 * before_nyc - 0.1 * PREVIOUS(pop_nyc, 2) - 0.002 * total
      flow births_boston = 0.1 * pop_boston + 0.2 * before_boston - 0.1 * PREVIOUS(pop_nyc, 2) - 0.002 * total`,
  },
  {
    // A stream of random numbers belongs to each element, in the order of the calls: the twin draws the same.
    name: 'random draws',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      aux luck[Region] = RANDOM(0.8, 1.2, 7)
      flow births[Region] = 0.1 * pop[Region] * luck[Region] * (0.5 + RANDOM(0, 1, 3)) - 0.01 * SUM(pop[*])`,
    twin: `
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux total = pop_nyc + pop_boston
      aux luck_nyc = RANDOM(0.8, 1.2, 7)
      aux luck_boston = RANDOM(0.8, 1.2, 7)
      flow births_nyc = 0.1 * pop_nyc * luck_nyc * (0.5 + RANDOM(0, 1, 3)) - 0.01 * total
      flow births_boston = 0.1 * pop_boston * luck_boston * (0.5 + RANDOM(0, 1, 3)) - 0.01 * total`,
  },
  ...['rk4', 'rk2'].map((method) => ({
    name: `integrated by ${method}`,
    aggregates: { 0: 'all_prey' },
    arrayed: `
      specs 0 10 0.5 ${method}
      dim Field: near, far
      stock prey[Field] = 10; in births; out eaten
        [far] = 6
      stock hunters = 2; in growth; out deaths
      flow births[Field] = 0.3 * prey[Field]
      flow eaten[Field] = 0.05 * prey[Field] * hunters
      flow growth = 0.01 * hunters * SUM(prey[*])
      flow deaths = 0.2 * hunters + 0.01 * TIME`,
    twin: `
      specs 0 10 0.5 ${method}
      stock prey_near = 10; in births_near; out eaten_near
      stock prey_far = 6; in births_far; out eaten_far
      stock hunters = 2; in growth; out deaths
      aux all_prey = prey_near + prey_far
      flow births_near = 0.3 * prey_near
      flow births_far = 0.3 * prey_far
      flow eaten_near = 0.05 * prey_near * hunters
      flow eaten_far = 0.05 * prey_far * hunters
      flow growth = 0.01 * hunters * all_prey
      flow deaths = 0.2 * hunters + 0.01 * TIME`,
  })),
  {
    name: 'a time input and a condition beside a sum',
    aggregates: { 0: 'total' },
    arrayed: `
      specs 0 10
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 20
      flow births[Region] = IF SUM(pop[*]) > 45 THEN 0.05 * pop[Region] ELSE 0.1 * pop[Region] + STEP(0.5, 4) * Region`,
    twin: `
      specs 0 10
      stock pop_nyc = 20; in births_nyc
      stock pop_boston = 10; in births_boston
      aux total = pop_nyc + pop_boston
      flow births_nyc = IF total > 45 THEN 0.05 * pop_nyc ELSE 0.1 * pop_nyc + STEP(0.5, 4) * 1
      flow births_boston = IF total > 45 THEN 0.05 * pop_boston ELSE 0.1 * pop_boston + STEP(0.5, 4) * 2`,
  },
  {
    name: 'an arrayed flow between two arrayed stocks of other sizes of step',
    aggregates: { 0: 'ill' },
    arrayed: `
      specs 0 10 0.25
      dim Region: nyc, boston, chicago
      stock healthy[Region] = 100; out infection
        [boston] = 60
      stock sick[Region] = 1; in infection; out recovery
        [chicago] = 0
      flow infection[Region] = 0.5 * healthy[Region] * (sick[Region] + 0.1 * SUM(sick[*])) / (healthy[Region] + sick[Region])
      flow recovery[Region] = sick[Region] / 4`,
    twin: `
      specs 0 10 0.25
      stock healthy_nyc = 100; out infection_nyc
      stock healthy_boston = 60; out infection_boston
      stock healthy_chicago = 100; out infection_chicago
      stock sick_nyc = 1; in infection_nyc; out recovery_nyc
      stock sick_boston = 1; in infection_boston; out recovery_boston
      stock sick_chicago = 0; in infection_chicago; out recovery_chicago
      aux ill = sick_nyc + sick_boston + sick_chicago
      flow infection_nyc = 0.5 * healthy_nyc * (sick_nyc + 0.1 * ill) / (healthy_nyc + sick_nyc)
      flow infection_boston = 0.5 * healthy_boston * (sick_boston + 0.1 * ill) / (healthy_boston + sick_boston)
      flow infection_chicago = 0.5 * healthy_chicago * (sick_chicago + 0.1 * ill) / (healthy_chicago + sick_chicago)
      flow recovery_nyc = sick_nyc / 4
      flow recovery_boston = sick_boston / 4
      flow recovery_chicago = sick_chicago / 4`,
  },
];
