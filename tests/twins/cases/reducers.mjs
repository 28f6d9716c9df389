// Reducers: whole, of a row, of a part, of two sources, and what shares one aggregate.
const cells = (n, of) => Array.from({ length: n }, (_, i) => of(i + 1));

export const reducers = [
  {
    name: 'the sum of a whole array inside an equation',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston, chicago
      stock pop[Region] = 10; in births
        [nyc] = 30
      flow births[Region] = pop[Region] * 0.1 * (1 - SUM(pop[*]) / 200)`,
    twin: `
      stock pop_nyc = 30; in births_nyc
      stock pop_boston = 10; in births_boston
      stock pop_chicago = 10; in births_chicago
      flow births_nyc = pop_nyc * 0.1 * (1 - total / 200)
      flow births_boston = pop_boston * 0.1 * (1 - total / 200)
      flow births_chicago = pop_chicago * 0.1 * (1 - total / 200)
      aux total = pop_nyc + pop_boston + pop_chicago`,
  },
  {
    name: 'a pinned row',
    aggregates: { 0: 'in_nyc' },
    arrayed: `
      dim Region: nyc, boston
      dim Age: young, old
      stock pop[Region, Age] = 10; in births
        [nyc, young] = 20
        [boston, old] = 5
      flow births[Region, Age] = 0.05 * pop[Region, Age] + 0.01 * pop[Region, Age] * SUM(pop[nyc, *]) / 10`,
    twin: `
      stock pop_nyc_young = 20; in births_nyc_young
      stock pop_nyc_old = 10; in births_nyc_old
      stock pop_boston_young = 10; in births_boston_young
      stock pop_boston_old = 5; in births_boston_old
      flow births_nyc_young = 0.05 * pop_nyc_young + 0.01 * pop_nyc_young * in_nyc / 10
      flow births_nyc_old = 0.05 * pop_nyc_old + 0.01 * pop_nyc_old * in_nyc / 10
      flow births_boston_young = 0.05 * pop_boston_young + 0.01 * pop_boston_young * in_nyc / 10
      flow births_boston_old = 0.05 * pop_boston_old + 0.01 * pop_boston_old * in_nyc / 10
      aux in_nyc = pop_nyc_young + pop_nyc_old`,
  },
  {
    name: 'iterated rows: an arrayed aggregate',
    aggregates: { 0: 'row' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y, z
      stock level[D1] = 10; in filling
        [b] = 4
      aux matrix[D1, D2] = level[D1] * (D2 + D1) / 10
      flow filling[D1] = 0.3 * level[D1] - level[D1] * SUM(matrix[D1, *]) / 100`,
    twin: `
      stock level_a = 10; in filling_a
      stock level_b = 4; in filling_b
      aux matrix_a_x = level_a * (1 + 1) / 10
      aux matrix_a_y = level_a * (2 + 1) / 10
      aux matrix_a_z = level_a * (3 + 1) / 10
      aux matrix_b_x = level_b * (1 + 2) / 10
      aux matrix_b_y = level_b * (2 + 2) / 10
      aux matrix_b_z = level_b * (3 + 2) / 10
      aux row_a = matrix_a_x + matrix_a_y + matrix_a_z
      aux row_b = matrix_b_x + matrix_b_y + matrix_b_z
      flow filling_a = 0.3 * level_a - level_a * row_a / 100
      flow filling_b = 0.3 * level_b - level_b * row_b / 100`,
  },
  {
    name: 'a range',
    aggregates: { 0: 'middle', 1: 'end' },
    arrayed: `
      dim Stage: a, b, c, d
      stock level[Stage] = 10; in change
        [b] = 20
        [d] = 3
      flow change[Stage] = 0.05 * SUM(level[b:c]) - 0.004 * level[Stage] * SUM(level[3:4])`,
    twin: `
      stock level_a = 10; in change_a
      stock level_b = 20; in change_b
      stock level_c = 10; in change_c
      stock level_d = 3; in change_d
      aux middle = level_b + level_c
      aux end = level_c + level_d
      flow change_a = 0.05 * middle - 0.004 * level_a * end
      flow change_b = 0.05 * middle - 0.004 * level_b * end
      flow change_c = 0.05 * middle - 0.004 * level_c * end
      flow change_d = 0.05 * middle - 0.004 * level_d * end`,
  },
  {
    name: 'two sources in one reducer',
    aggregates: { 0: 'value' },
    arrayed: `
      dim Good: food, tools
      stock amount[Good] = 10; in making
      stock price[Good] = 2; in rise
        [tools] = 5
      flow making[Good] = amount[Good] * (0.1 - SUM(amount[*] * price[*]) / 2000)
      flow rise[Good] = 0.01 * price[Good] * SUM(amount[*] * price[*]) / amount[Good] / 10`,
    twin: `
      stock amount_food = 10; in making_food
      stock amount_tools = 10; in making_tools
      stock price_food = 2; in rise_food
      stock price_tools = 5; in rise_tools
      aux value = amount_food * price_food + amount_tools * price_tools
      flow making_food = amount_food * (0.1 - value / 2000)
      flow making_tools = amount_tools * (0.1 - value / 2000)
      flow rise_food = 0.01 * price_food * value / amount_food / 10
      flow rise_tools = 0.01 * price_tools * value / amount_tools / 10`,
  },
  {
    name: 'MIN, MAX, MEAN, PROD and STDDEV',
    aggregates: { 0: 'least', 1: 'most', 2: 'middle', 3: 'product', 4: 'spread' },
    arrayed: `
      specs 0 12
      dim Team: red, blue, green
      stock skill[Team] = 2; in learning
        [red] = 3
        [blue] = 2.5
      flow learning[Team] = 0.3 * (MIN(skill[*]) + 1) / skill[Team] + 0.02 * MAX(skill[*]) + 0.05 * MEAN(skill[*]) * (3 - Team) - 0.002 * PROD(skill[*]) + 0.01 * skill[Team] * STDDEV(skill[*])`,
    twin: `
      specs 0 12
      stock skill_red = 3; in learning_red
      stock skill_blue = 2.5; in learning_blue
      stock skill_green = 2; in learning_green
      aux least = MIN(skill_red, skill_blue, skill_green)
      aux most = MAX(skill_red, skill_blue, skill_green)
      aux middle = (skill_red + skill_blue + skill_green) / 3
      aux product = skill_red * skill_blue * skill_green
      aux spread = SQRT(((skill_red - (skill_red + skill_blue + skill_green) / 3) * (skill_red - (skill_red + skill_blue + skill_green) / 3) + (skill_blue - (skill_red + skill_blue + skill_green) / 3) * (skill_blue - (skill_red + skill_blue + skill_green) / 3) + (skill_green - (skill_red + skill_blue + skill_green) / 3) * (skill_green - (skill_red + skill_blue + skill_green) / 3)) / 3)
      flow learning_red = 0.3 * (least + 1) / skill_red + 0.02 * most + 0.05 * middle * (3 - 1) - 0.002 * product + 0.01 * skill_red * spread
      flow learning_blue = 0.3 * (least + 1) / skill_blue + 0.02 * most + 0.05 * middle * (3 - 2) - 0.002 * product + 0.01 * skill_blue * spread
      flow learning_green = 0.3 * (least + 1) / skill_green + 0.02 * most + 0.05 * middle * (3 - 3) - 0.002 * product + 0.01 * skill_green * spread`,
  },
  {
    name: 'a reducer that is the whole equation',
    aggregates: {},
    arrayed: `
      dim Region: nyc, boston
      dim Age: young, old
      stock pop[Region, Age] = 10; in births
        [nyc, young] = 20
      aux total = SUM(pop[*, *])
      aux highest[Age] = MAX(pop[*, Age])
      aux regional[Region] = MEAN(pop[Region, *])
      flow births[Region, Age] = 0.1 * pop[Region, Age] * (1 - total / 300) + 0.01 * regional[Region] - 0.005 * highest[Age]`,
    twin: `
      stock pop_nyc_young = 20; in births_nyc_young
      stock pop_nyc_old = 10; in births_nyc_old
      stock pop_boston_young = 10; in births_boston_young
      stock pop_boston_old = 10; in births_boston_old
      aux total = pop_nyc_young + pop_nyc_old + pop_boston_young + pop_boston_old
      aux highest_young = MAX(pop_nyc_young, pop_boston_young)
      aux highest_old = MAX(pop_nyc_old, pop_boston_old)
      aux regional_nyc = (pop_nyc_young + pop_nyc_old) / 2
      aux regional_boston = (pop_boston_young + pop_boston_old) / 2
      flow births_nyc_young = 0.1 * pop_nyc_young * (1 - total / 300) + 0.01 * regional_nyc - 0.005 * highest_young
      flow births_nyc_old = 0.1 * pop_nyc_old * (1 - total / 300) + 0.01 * regional_nyc - 0.005 * highest_old
      flow births_boston_young = 0.1 * pop_boston_young * (1 - total / 300) + 0.01 * regional_boston - 0.005 * highest_young
      flow births_boston_old = 0.1 * pop_boston_old * (1 - total / 300) + 0.01 * regional_boston - 0.005 * highest_old`,
  },
  {
    name: 'a share: an element over the sum of its array',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Firm: a, b, c
      stock sales[Firm] = 10; in gain
        [a] = 12
      aux share[Firm] = sales[Firm] / SUM(sales[*])
      flow gain[Firm] = 3 * share[Firm] * share[Firm] - 0.05 * sales[Firm]`,
    twin: `
      stock sales_a = 12; in gain_a
      stock sales_b = 10; in gain_b
      stock sales_c = 10; in gain_c
      aux total = sales_a + sales_b + sales_c
      aux share_a = sales_a / total
      aux share_b = sales_b / total
      aux share_c = sales_c / total
      flow gain_a = 3 * share_a * share_a - 0.05 * sales_a
      flow gain_b = 3 * share_b * share_b - 0.05 * sales_b
      flow gain_c = 3 * share_c * share_c - 0.05 * sales_c`,
  },
  {
    name: 'one reducer in several equations and twice in one is one aggregate',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births; out deaths
        [nyc] = 14
      flow births[Region] = pop[Region] * (0.1 + SUM(pop[*]) / 400) / (1 + SUM(pop[*]) / 500)
      flow deaths[Region] = pop[Region] * 0.02 + 0.001 * SUM(pop[*])`,
    twin: `
      stock pop_nyc = 14; in births_nyc; out deaths_nyc
      stock pop_boston = 10; in births_boston; out deaths_boston
      aux total = pop_nyc + pop_boston
      flow births_nyc = pop_nyc * (0.1 + total / 400) / (1 + total / 500)
      flow births_boston = pop_boston * (0.1 + total / 400) / (1 + total / 500)
      flow deaths_nyc = pop_nyc * 0.02 + 0.001 * total
      flow deaths_boston = pop_boston * 0.02 + 0.001 * total`,
  },
  {
    name: 'a row pinned and the same rows iterated are two aggregates',
    aggregates: { 0: 'row', 1: 'first' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      stock level[D1, D2] = 5; in filling
        [a, x] = 8
      aux effect[D1] = 0.1 * SUM(level[D1, *]) + 1
      aux forcing[D1] = 0.2 * SUM(level[a, *]) + effect[D1]
      flow filling[D1, D2] = 0.02 * level[D1, D2] * forcing[D1]`,
    twin: `
      stock level_a_x = 8; in filling_a_x
      stock level_a_y = 5; in filling_a_y
      stock level_b_x = 5; in filling_b_x
      stock level_b_y = 5; in filling_b_y
      aux row_a = level_a_x + level_a_y
      aux row_b = level_b_x + level_b_y
      aux first = level_a_x + level_a_y
      aux effect_a = 0.1 * row_a + 1
      aux effect_b = 0.1 * row_b + 1
      aux forcing_a = 0.2 * first + effect_a
      aux forcing_b = 0.2 * first + effect_b
      flow filling_a_x = 0.02 * level_a_x * forcing_a
      flow filling_a_y = 0.02 * level_a_y * forcing_a
      flow filling_b_x = 0.02 * level_b_x * forcing_b
      flow filling_b_y = 0.02 * level_b_y * forcing_b`,
  },
  {
    name: 'an aggregate on fewer axes than its target',
    aggregates: { 0: 'row' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      stock level[D1, D2] = 5; in filling
        [a, y] = 9
        [b, x] = 2
      flow filling[D1, D2] = 0.1 * level[D1, D2] * (2 - SUM(level[D1, *]) / 10)`,
    twin: `
      stock level_a_x = 5; in filling_a_x
      stock level_a_y = 9; in filling_a_y
      stock level_b_x = 2; in filling_b_x
      stock level_b_y = 5; in filling_b_y
      aux row_a = level_a_x + level_a_y
      aux row_b = level_b_x + level_b_y
      flow filling_a_x = 0.1 * level_a_x * (2 - row_a / 10)
      flow filling_a_y = 0.1 * level_a_y * (2 - row_a / 10)
      flow filling_b_x = 0.1 * level_b_x * (2 - row_b / 10)
      flow filling_b_y = 0.1 * level_b_y * (2 - row_b / 10)`,
  },
  {
    name: 'an aggregate on the last axis of its target',
    aggregates: { 0: 'column' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      stock level[D1, D2] = 5; in filling
        [a, y] = 9
        [b, x] = 2
      flow filling[D1, D2] = 0.1 * level[D1, D2] * (2 - SUM(level[*, D2]) / 10)`,
    twin: `
      stock level_a_x = 5; in filling_a_x
      stock level_a_y = 9; in filling_a_y
      stock level_b_x = 2; in filling_b_x
      stock level_b_y = 5; in filling_b_y
      aux column_x = level_a_x + level_b_x
      aux column_y = level_a_y + level_b_y
      flow filling_a_x = 0.1 * level_a_x * (2 - column_x / 10)
      flow filling_a_y = 0.1 * level_a_y * (2 - column_y / 10)
      flow filling_b_x = 0.1 * level_b_x * (2 - column_x / 10)
      flow filling_b_y = 0.1 * level_b_y * (2 - column_y / 10)`,
  },
  {
    name: 'an aggregate on both axes of its target, permuted',
    aggregates: { 0: 'inner' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      dim D3: p, q
      stock level[D2, D1] = 5; in filling
        [x, a] = 8
        [x, b] = 3
      aux cube[D1, D2, D3] = level[D2, D1] * D3 / 10
      flow filling[D2, D1] = 0.2 + 0.1 * level[D2, D1] * SUM(cube[D1, D2, *])`,
    twin: `
      stock level_x_a = 8; in filling_x_a
      stock level_x_b = 3; in filling_x_b
      stock level_y_a = 5; in filling_y_a
      stock level_y_b = 5; in filling_y_b
      aux cube_a_x_p = level_x_a * 1 / 10
      aux cube_a_x_q = level_x_a * 2 / 10
      aux cube_a_y_p = level_y_a * 1 / 10
      aux cube_a_y_q = level_y_a * 2 / 10
      aux cube_b_x_p = level_x_b * 1 / 10
      aux cube_b_x_q = level_x_b * 2 / 10
      aux cube_b_y_p = level_y_b * 1 / 10
      aux cube_b_y_q = level_y_b * 2 / 10
      aux inner_x_a = cube_a_x_p + cube_a_x_q
      aux inner_x_b = cube_b_x_p + cube_b_x_q
      aux inner_y_a = cube_a_y_p + cube_a_y_q
      aux inner_y_b = cube_b_y_p + cube_b_y_q
      flow filling_x_a = 0.2 + 0.1 * level_x_a * inner_x_a
      flow filling_x_b = 0.2 + 0.1 * level_x_b * inner_x_b
      flow filling_y_a = 0.2 + 0.1 * level_y_a * inner_y_a
      flow filling_y_b = 0.2 + 0.1 * level_y_b * inner_y_b`,
  },
  {
    name: 'a reducer inside a reducer is one aggregate, the outer one',
    aggregates: { 0: 'spread' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      stock level[D1] = 5; in filling
        [a] = 8
      aux part[D2] = D2 + level[a] / 10
      flow filling[D1] = 0.1 * level[D1] + 0.001 * SUM(level[*] * SUM(part[*]))`,
    twin: `
      stock level_a = 8; in filling_a
      stock level_b = 5; in filling_b
      aux part_x = 1 + level_a / 10
      aux part_y = 2 + level_a / 10
      aux spread = level_a * (part_x + part_y) + level_b * (part_x + part_y)
      flow filling_a = 0.1 * level_a + 0.001 * spread
      flow filling_b = 0.1 * level_b + 0.001 * spread`,
  },
  {
    name: 'a scalar variable inside a reducer',
    aggregates: { 0: 'weighed' },
    arrayed: `
      dim D1: a, b
      stock level[D1] = 5; in filling
        [a] = 8
      stock pressure = 1; in rising
      flow filling[D1] = 0.05 * level[D1] + 0.1 * D1
      flow rising = 0.01 * SUM(level[*] * pressure) - 0.05 * pressure`,
    twin: `
      stock level_a = 8; in filling_a
      stock level_b = 5; in filling_b
      stock pressure = 1; in rising
      flow filling_a = 0.05 * level_a + 0.1 * 1
      flow filling_b = 0.05 * level_b + 0.1 * 2
      aux weighed = level_a * pressure + level_b * pressure
      flow rising = 0.01 * weighed - 0.05 * pressure`,
  },
  {
    name: 'a walk that meets an aggregate twice is two loops',
    aggregates: { 0: 'total' },
    arrayed: `
      dim D1: a, b, c
      stock level[D1] = 5; in filling
        [a] = 8
      aux effect[D1] = 0.1 * SUM(level[*]) / level[D1]
      flow filling[D1] = 0.1 * effect[D1] * level[D1] + 0.001 * SUM(level[*])`,
    twin: `
      stock level_a = 8; in filling_a
      stock level_b = 5; in filling_b
      stock level_c = 5; in filling_c
      aux total = level_a + level_b + level_c
      aux effect_a = 0.1 * total / level_a
      aux effect_b = 0.1 * total / level_b
      aux effect_c = 0.1 * total / level_c
      flow filling_a = 0.1 * effect_a * level_a + 0.001 * total
      flow filling_b = 0.1 * effect_b * level_b + 0.001 * total
      flow filling_c = 0.1 * effect_c * level_c + 0.001 * total`,
  },
  {
    name: 'a sum of constants that time chooses',
    aggregates: { 0: 'need' },
    arrayed: `
      dim Month: m1, m2, m3
      dim Good: x, y
      aux needed[Month, Good] = Month * Good
      stock store[Good] = 20; out use
      flow use[Good] = 0.01 * store[Good] * SUM(needed[1 + TIME MOD 3, *])`,
    twin: `
      aux needed_m1_x = 1 * 1
      aux needed_m1_y = 1 * 2
      aux needed_m2_x = 2 * 1
      aux needed_m2_y = 2 * 2
      aux needed_m3_x = 3 * 1
      aux needed_m3_y = 3 * 2
      stock store_x = 20; out use_x
      stock store_y = 20; out use_y
      aux need = (IF INT(1 + TIME MOD 3) = 1 THEN 1 * 1 ELSE IF INT(1 + TIME MOD 3) = 2 THEN 2 * 1 ELSE IF INT(1 + TIME MOD 3) = 3 THEN 3 * 1 ELSE NAN) + (IF INT(1 + TIME MOD 3) = 1 THEN 1 * 2 ELSE IF INT(1 + TIME MOD 3) = 2 THEN 2 * 2 ELSE IF INT(1 + TIME MOD 3) = 3 THEN 3 * 2 ELSE NAN)
      flow use_x = 0.01 * store_x * need
      flow use_y = 0.01 * store_y * need`,
  },
  {
    name: 'a sum over more than 500 elements',
    aggregates: { 0: 'total' },
    arrayed: `
      specs 0 3
      dim Cell: ${cells(600, (i) => `c${i}`).join(', ')}
      stock level = 10; in filling; out draining
      aux part[Cell] = level * (Cell + TIME) / 1000
      flow filling = 0.01 + 0.0001 * SUM(part[*])
      flow draining = 0.02 * level`,
    twin: `
      specs 0 3
      stock level = 10; in filling; out draining
      ${cells(600, (i) => `aux part_c${i} = level * (${i} + TIME) / 1000`).join('\n')}
      aux total = ${cells(600, (i) => `part_c${i}`).join(' + ')}
      flow filling = 0.01 + 0.0001 * total
      flow draining = 0.02 * level`,
  },
  {
    name: 'a sum over 40 elements, each in it and beside it',
    aggregates: { 0: 'total' },
    arrayed: `
      specs 0 4
      dim Cell: ${cells(40, (i) => `c${i}`).join(', ')}
      stock level[Cell] = 10 + Cell; in filling
      flow filling[Cell] = 0.05 * level[Cell] * (2 - SUM(level[*]) / 1000) + 0.001 * level[c7]`,
    twin: `
      specs 0 4
      ${cells(40, (i) => `stock level_c${i} = 10 + ${i}; in filling_c${i}`).join('\n')}
      aux total = ${cells(40, (i) => `level_c${i}`).join(' + ')}
      ${cells(40, (i) => `flow filling_c${i} = 0.05 * level_c${i} * (2 - total / 1000) + 0.001 * level_c7`).join('\n')}`,
  },
];
