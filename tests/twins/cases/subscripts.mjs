// Subscripts: mapped, of a part, transposed, broadcast, computed; equations of their own for elements.
export const subscripts = [
  {
    name: 'a mapped dimension, by position',
    aggregates: {},
    arrayed: `
      dim City: nyc, boston
      dim Port: east, north -> City
      stock people[City] = 10; in arriving
        [nyc] = 20
      aux ships[Port] = people[City] / 5 + Port
      flow arriving[City] = 0.3 * ships[Port] - 0.01 * people[City]`,
    twin: `
      stock people_nyc = 20; in arriving_nyc
      stock people_boston = 10; in arriving_boston
      aux ships_east = people_nyc / 5 + 1
      aux ships_north = people_boston / 5 + 2
      flow arriving_nyc = 0.3 * ships_east - 0.01 * people_nyc
      flow arriving_boston = 0.3 * ships_north - 0.01 * people_boston`,
  },
  {
    name: 'a mapped dimension, by the names of its elements',
    aggregates: { 0: 'row' },
    arrayed: `
      dim City: nyc, boston, chicago
      dim Turn: chicago, nyc, boston
      stock people[City] = 10; in arriving
        [nyc] = 20
      aux queue[Turn] = people[City] / Turn
      aux crowd[Turn, City] = queue[Turn] * City / 10
      flow arriving[City] = 0.3 * queue[Turn] - 0.01 * people[City] * SUM(crowd[City, *])`,
    twin: `
      stock people_nyc = 20; in arriving_nyc
      stock people_boston = 10; in arriving_boston
      stock people_chicago = 10; in arriving_chicago
      aux queue_chicago = people_chicago / 1
      aux queue_nyc = people_nyc / 2
      aux queue_boston = people_boston / 3
      aux crowd_chicago_nyc = queue_chicago * 1 / 10
      aux crowd_chicago_boston = queue_chicago * 2 / 10
      aux crowd_chicago_chicago = queue_chicago * 3 / 10
      aux crowd_nyc_nyc = queue_nyc * 1 / 10
      aux crowd_nyc_boston = queue_nyc * 2 / 10
      aux crowd_nyc_chicago = queue_nyc * 3 / 10
      aux crowd_boston_nyc = queue_boston * 1 / 10
      aux crowd_boston_boston = queue_boston * 2 / 10
      aux crowd_boston_chicago = queue_boston * 3 / 10
      aux row_nyc = crowd_nyc_nyc + crowd_nyc_boston + crowd_nyc_chicago
      aux row_boston = crowd_boston_nyc + crowd_boston_boston + crowd_boston_chicago
      aux row_chicago = crowd_chicago_nyc + crowd_chicago_boston + crowd_chicago_chicago
      flow arriving_nyc = 0.3 * queue_nyc - 0.01 * people_nyc * row_nyc
      flow arriving_boston = 0.3 * queue_boston - 0.01 * people_boston * row_boston
      flow arriving_chicago = 0.3 * queue_chicago - 0.01 * people_chicago * row_chicago`,
  },
  {
    name: 'a part of a dimension',
    aggregates: { 0: 'coastal' },
    arrayed: `
      dim City: nyc, boston, chicago
      dim Coast: nyc, boston
      stock people[City] = 10; in arriving
        [nyc] = 20
      aux trade[Coast] = people[Coast] / 5
      flow arriving[City] = 0.02 * SUM(people[Coast]) - 0.01 * people[City] + 0.1 * trade[boston]`,
    twin: `
      stock people_nyc = 20; in arriving_nyc
      stock people_boston = 10; in arriving_boston
      stock people_chicago = 10; in arriving_chicago
      aux trade_nyc = people_nyc / 5
      aux trade_boston = people_boston / 5
      aux coastal = people_nyc + people_boston
      flow arriving_nyc = 0.02 * coastal - 0.01 * people_nyc + 0.1 * trade_boston
      flow arriving_boston = 0.02 * coastal - 0.01 * people_boston + 0.1 * trade_boston
      flow arriving_chicago = 0.02 * coastal - 0.01 * people_chicago + 0.1 * trade_boston`,
  },
  {
    name: 'a part of a dimension that starts later, after *:',
    aggregates: { 0: 'inland' },
    arrayed: `
      dim City: nyc, boston, chicago, dallas
      dim Inland: chicago, dallas
      stock people[City] = 10; in arriving
        [dallas] = 20
      aux rail[Inland] = people[Inland] / 5 + Inland
      flow arriving[City] = 0.02 * SUM(people[*:Inland]) - 0.01 * people[City] + 0.1 * rail[dallas]`,
    twin: `
      stock people_nyc = 10; in arriving_nyc
      stock people_boston = 10; in arriving_boston
      stock people_chicago = 10; in arriving_chicago
      stock people_dallas = 20; in arriving_dallas
      aux rail_chicago = people_chicago / 5 + 1
      aux rail_dallas = people_dallas / 5 + 2
      aux inland = people_chicago + people_dallas
      flow arriving_nyc = 0.02 * inland - 0.01 * people_nyc + 0.1 * rail_dallas
      flow arriving_boston = 0.02 * inland - 0.01 * people_boston + 0.1 * rail_dallas
      flow arriving_chicago = 0.02 * inland - 0.01 * people_chicago + 0.1 * rail_dallas
      flow arriving_dallas = 0.02 * inland - 0.01 * people_dallas + 0.1 * rail_dallas`,
  },
  {
    name: 'transposed: m[D1, D2] of other axes',
    aggregates: {},
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      stock level[D1, D2] = 5; in filling
        [a, y] = 9
        [b, x] = 2
      aux turned[D2, D1] = level[D1, D2] / 4
      flow filling[D1, D2] = turned[D2, D1] - 0.02 * level[D1, D2] * level[D1, D2]`,
    twin: `
      stock level_a_x = 5; in filling_a_x
      stock level_a_y = 9; in filling_a_y
      stock level_b_x = 2; in filling_b_x
      stock level_b_y = 5; in filling_b_y
      aux turned_x_a = level_a_x / 4
      aux turned_x_b = level_b_x / 4
      aux turned_y_a = level_a_y / 4
      aux turned_y_b = level_b_y / 4
      flow filling_a_x = turned_x_a - 0.02 * level_a_x * level_a_x
      flow filling_a_y = turned_y_a - 0.02 * level_a_y * level_a_y
      flow filling_b_x = turned_x_b - 0.02 * level_b_x * level_b_x
      flow filling_b_y = turned_y_b - 0.02 * level_b_y * level_b_y`,
  },
  {
    name: 'an element beside the one across the diagonal',
    aggregates: {},
    arrayed: `
      dim D1: a, b
      dim D2: a, b
      stock level[D1, D2] = 5; in filling
        [a, b] = 9
        [b, b] = 2
      flow filling[D1, D2] = 0.1 * level[D1, D2] - 0.01 * level[D1, D2] * level[D2, D1]`,
    twin: `
      stock level_a_a = 5; in filling_a_a
      stock level_a_b = 9; in filling_a_b
      stock level_b_a = 5; in filling_b_a
      stock level_b_b = 2; in filling_b_b
      flow filling_a_a = 0.1 * level_a_a - 0.01 * level_a_a * level_a_a
      flow filling_a_b = 0.1 * level_a_b - 0.01 * level_a_b * level_b_a
      flow filling_b_a = 0.1 * level_b_a - 0.01 * level_b_a * level_a_b
      flow filling_b_b = 0.1 * level_b_b - 0.01 * level_b_b * level_b_b`,
  },
  {
    name: 'broadcast: a vector into a matrix, from the side and from above',
    aggregates: { 0: 'back' },
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      stock level[D1] = 5; in filling
        [b] = 8
      aux wide[D1, D2] = level[D1] * D2 / 2
      aux weight[D2] = 1 + wide[a, D2] / 20
      aux product[D1, D2] = wide[D1, D2] * weight[D2] * level[D1]
      flow filling[D1] = 0.2 + 0.002 * SUM(product[D1, *]) - 0.01 * wide[D1, x]`,
    twin: `
      stock level_a = 5; in filling_a
      stock level_b = 8; in filling_b
      aux wide_a_x = level_a * 1 / 2
      aux wide_a_y = level_a * 2 / 2
      aux wide_b_x = level_b * 1 / 2
      aux wide_b_y = level_b * 2 / 2
      aux weight_x = 1 + wide_a_x / 20
      aux weight_y = 1 + wide_a_y / 20
      aux product_a_x = wide_a_x * weight_x * level_a
      aux product_a_y = wide_a_y * weight_y * level_a
      aux product_b_x = wide_b_x * weight_x * level_b
      aux product_b_y = wide_b_y * weight_y * level_b
      aux back_a = product_a_x + product_a_y
      aux back_b = product_b_x + product_b_y
      flow filling_a = 0.2 + 0.002 * back_a - 0.01 * wide_a_x
      flow filling_b = 0.2 + 0.002 * back_b - 0.01 * wide_b_x`,
  },
  {
    name: 'permuted axes of three dimensions',
    aggregates: {},
    arrayed: `
      dim D1: a, b
      dim D2: x, y
      dim D3: p, q
      stock level[D1, D2, D3] = 5; in filling
        [a, x, q] = 7
        [b, x, p] = 3
        [b, y, q] = 2
      aux turned[D3, D1, D2] = level[D1, D2, D3] / 4
      flow filling[D1, D2, D3] = 0.3 * turned[D3, D1, D2] - 0.01 * level[D1, D2, D3] * turned[p, D1, D2]`,
    twin: `
      stock level_a_x_p = 5; in filling_a_x_p
      stock level_a_x_q = 7; in filling_a_x_q
      stock level_a_y_p = 5; in filling_a_y_p
      stock level_a_y_q = 5; in filling_a_y_q
      stock level_b_x_p = 3; in filling_b_x_p
      stock level_b_x_q = 5; in filling_b_x_q
      stock level_b_y_p = 5; in filling_b_y_p
      stock level_b_y_q = 2; in filling_b_y_q
      aux turned_p_a_x = level_a_x_p / 4
      aux turned_q_a_x = level_a_x_q / 4
      aux turned_p_a_y = level_a_y_p / 4
      aux turned_q_a_y = level_a_y_q / 4
      aux turned_p_b_x = level_b_x_p / 4
      aux turned_q_b_x = level_b_x_q / 4
      aux turned_p_b_y = level_b_y_p / 4
      aux turned_q_b_y = level_b_y_q / 4
      flow filling_a_x_p = 0.3 * turned_p_a_x - 0.01 * level_a_x_p * turned_p_a_x
      flow filling_a_x_q = 0.3 * turned_q_a_x - 0.01 * level_a_x_q * turned_p_a_x
      flow filling_a_y_p = 0.3 * turned_p_a_y - 0.01 * level_a_y_p * turned_p_a_y
      flow filling_a_y_q = 0.3 * turned_q_a_y - 0.01 * level_a_y_q * turned_p_a_y
      flow filling_b_x_p = 0.3 * turned_p_b_x - 0.01 * level_b_x_p * turned_p_b_x
      flow filling_b_x_q = 0.3 * turned_q_b_x - 0.01 * level_b_x_q * turned_p_b_x
      flow filling_b_y_p = 0.3 * turned_p_b_y - 0.01 * level_b_y_p * turned_p_b_y
      flow filling_b_y_q = 0.3 * turned_q_b_y - 0.01 * level_b_y_q * turned_p_b_y`,
  },
  {
    name: 'nested dimensions: a sum over a part of the rows',
    aggregates: { 0: 'inner' },
    arrayed: `
      dim Age: child, adult, elder
      dim Grown: adult, elder
      dim Place: town, land
      stock people[Place, Age] = 10; in change
        [town, child] = 20
        [land, elder] = 6
      aux workers[Place, Grown] = people[Place, Grown] / 2
      flow change[Place, Age] = 0.02 * SUM(workers[Place, *]) - 0.001 * people[Place, Age] * people[Place, Age]`,
    twin: `
      stock people_town_child = 20; in change_town_child
      stock people_town_adult = 10; in change_town_adult
      stock people_town_elder = 10; in change_town_elder
      stock people_land_child = 10; in change_land_child
      stock people_land_adult = 10; in change_land_adult
      stock people_land_elder = 6; in change_land_elder
      aux workers_town_adult = people_town_adult / 2
      aux workers_town_elder = people_town_elder / 2
      aux workers_land_adult = people_land_adult / 2
      aux workers_land_elder = people_land_elder / 2
      aux inner_town = workers_town_adult + workers_town_elder
      aux inner_land = workers_land_adult + workers_land_elder
      flow change_town_child = 0.02 * inner_town - 0.001 * people_town_child * people_town_child
      flow change_town_adult = 0.02 * inner_town - 0.001 * people_town_adult * people_town_adult
      flow change_town_elder = 0.02 * inner_town - 0.001 * people_town_elder * people_town_elder
      flow change_land_child = 0.02 * inner_land - 0.001 * people_land_child * people_land_child
      flow change_land_adult = 0.02 * inner_land - 0.001 * people_land_adult * people_land_adult
      flow change_land_elder = 0.02 * inner_land - 0.001 * people_land_elder * people_land_elder`,
  },
  {
    name: 'a subscript computed at run time',
    aggregates: {},
    arrayed: `
      dim Shop: a, b, c
      stock goods[Shop] = 5; in supply
        [b] = 7
        [c] = 4
      aux chosen = 1 + (TIME * 2) MOD 3
      aux pick = goods[chosen]
      flow supply[Shop] = 0.1 * goods[Shop] + 0.05 * pick - 0.002 * goods[Shop] * pick`,
    twin: `
      stock goods_a = 5; in supply_a
      stock goods_b = 7; in supply_b
      stock goods_c = 4; in supply_c
      aux chosen = 1 + (TIME * 2) MOD 3
      aux pick = IF INT(chosen) = 1 THEN goods_a ELSE IF INT(chosen) = 2 THEN goods_b ELSE IF INT(chosen) = 3 THEN goods_c ELSE NAN
      flow supply_a = 0.1 * goods_a + 0.05 * pick - 0.002 * goods_a * pick
      flow supply_b = 0.1 * goods_b + 0.05 * pick - 0.002 * goods_b * pick
      flow supply_c = 0.1 * goods_c + 0.05 * pick - 0.002 * goods_c * pick`,
  },
  {
    name: 'a subscript computed from a stock, one axis of two',
    aggregates: {},
    arrayed: `
      specs 0 10
      dim Shop: a, b
      dim Good: x, y
      stock goods[Shop, Good] = 5; in supply
        [a, y] = 7
        [b, x] = 4
      stock clock = 1; in ticking
      flow ticking = 0.02 * goods[a, x] - 0.1 * clock
      aux pick[Shop] = goods[Shop, MIN(2, MAX(1, clock + 0.4))]
      flow supply[Shop, Good] = 0.1 * goods[Shop, Good] + 0.05 * pick[Shop]`,
    twin: `
      specs 0 10
      stock goods_a_x = 5; in supply_a_x
      stock goods_a_y = 7; in supply_a_y
      stock goods_b_x = 4; in supply_b_x
      stock goods_b_y = 5; in supply_b_y
      stock clock = 1; in ticking
      flow ticking = 0.02 * goods_a_x - 0.1 * clock
      aux pick_a = IF INT(MIN(2, MAX(1, clock + 0.4))) = 1 THEN goods_a_x ELSE IF INT(MIN(2, MAX(1, clock + 0.4))) = 2 THEN goods_a_y ELSE NAN
      aux pick_b = IF INT(MIN(2, MAX(1, clock + 0.4))) = 1 THEN goods_b_x ELSE IF INT(MIN(2, MAX(1, clock + 0.4))) = 2 THEN goods_b_y ELSE NAN
      flow supply_a_x = 0.1 * goods_a_x + 0.05 * pick_a
      flow supply_a_y = 0.1 * goods_a_y + 0.05 * pick_a
      flow supply_b_x = 0.1 * goods_b_x + 0.05 * pick_b
      flow supply_b_y = 0.1 * goods_b_y + 0.05 * pick_b`,
  },
  {
    name: 'the sum of a row chosen at run time',
    aggregates: { 0: 'row' },
    arrayed: `
      dim Shop: a, b
      dim Good: x, y
      stock goods[Shop, Good] = 5; in supply
        [a, y] = 7
        [b, x] = 4
      flow supply[Shop, Good] = 0.1 * goods[Shop, Good] - 0.01 * SUM(goods[1 + TIME MOD 2, *])`,
    twin: `
      stock goods_a_x = 5; in supply_a_x
      stock goods_a_y = 7; in supply_a_y
      stock goods_b_x = 4; in supply_b_x
      stock goods_b_y = 5; in supply_b_y
      aux row = (IF INT(1 + TIME MOD 2) = 1 THEN goods_a_x ELSE IF INT(1 + TIME MOD 2) = 2 THEN goods_b_x ELSE NAN) + (IF INT(1 + TIME MOD 2) = 1 THEN goods_a_y ELSE IF INT(1 + TIME MOD 2) = 2 THEN goods_b_y ELSE NAN)
      flow supply_a_x = 0.1 * goods_a_x - 0.01 * row
      flow supply_a_y = 0.1 * goods_a_y - 0.01 * row
      flow supply_b_x = 0.1 * goods_b_x - 0.01 * row
      flow supply_b_y = 0.1 * goods_b_y - 0.01 * row`,
  },
  {
    name: 'the past of an element chosen at run time',
    aggregates: {},
    arrayed: `
      dim Shop: a, b
      stock goods[Shop] = 5; in supply
        [b] = 7
      aux chosen = 1 + TIME MOD 2
      flow supply[Shop] = 0.1 * goods[Shop] + 0.05 * PREVIOUS(goods[chosen], 3)`,
    twin: `
      stock goods_a = 5; in supply_a
      stock goods_b = 7; in supply_b
      aux chosen = 1 + TIME MOD 2
      flow supply_a = 0.1 * goods_a + 0.05 * PREVIOUS(IF INT(chosen) = 1 THEN goods_a ELSE IF INT(chosen) = 2 THEN goods_b ELSE NAN, 3)
      flow supply_b = 0.1 * goods_b + 0.05 * PREVIOUS(IF INT(chosen) = 1 THEN goods_a ELSE IF INT(chosen) = 2 THEN goods_b ELSE NAN, 3)`,
  },
  {
    name: 'an equation for each element',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston, chicago
      stock pop[Region] = 10; in births
        [nyc] = 30
      aux effect[Region] =
        [nyc] = 1 - pop[nyc] / 100
        [boston] = 0.5 + SUM(pop[*]) / 1000
        [chicago] = effect[nyc] * effect[boston]
      flow births[Region] = pop[Region] * 0.1 * effect[Region]`,
    twin: `
      stock pop_nyc = 30; in births_nyc
      stock pop_boston = 10; in births_boston
      stock pop_chicago = 10; in births_chicago
      aux effect_nyc = 1 - pop_nyc / 100
      aux effect_boston = 0.5 + total / 1000
      aux effect_chicago = effect_nyc * effect_boston
      aux total = pop_nyc + pop_boston + pop_chicago
      flow births_nyc = pop_nyc * 0.1 * effect_nyc
      flow births_boston = pop_boston * 0.1 * effect_boston
      flow births_chicago = pop_chicago * 0.1 * effect_chicago`,
  },
  {
    name: 'equations for elements that cannot change',
    aggregates: {},
    arrayed: `
      dim Region: nyc, boston
      aux weight[Region] = 2
        [nyc] = 0.6
      aux factor[Region] =
        [nyc] = 0.2 * MEAN(weight[*])
        [boston] = 0.1 * weight[boston]
      stock pop[Region] = 10; in births
      flow births[Region] = pop[Region] * factor[Region]`,
    twin: `
      aux weight_nyc = 0.6
      aux weight_boston = 2
      aux factor_nyc = 0.2 * (weight_nyc + weight_boston) / 2
      aux factor_boston = 0.1 * weight_boston
      stock pop_nyc = 10; in births_nyc
      stock pop_boston = 10; in births_boston
      flow births_nyc = pop_nyc * factor_nyc
      flow births_boston = pop_boston * factor_boston`,
  },
  {
    name: 'an array of which only some elements can change',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
      aux effect[Region] =
        [nyc] = 0.8
        [boston] = 1 - pop[boston] / 100
      flow births[Region] = 0.1 * pop[Region] * effect[Region] + 0.1 * SUM(effect[*])`,
    twin: `
      stock pop_nyc = 10; in births_nyc
      stock pop_boston = 10; in births_boston
      aux effect_nyc = 0.8
      aux effect_boston = 1 - pop_boston / 100
      aux total = effect_nyc + effect_boston
      flow births_nyc = 0.1 * pop_nyc * effect_nyc + 0.1 * total
      flow births_boston = 0.1 * pop_boston * effect_boston + 0.1 * total`,
  },
  {
    name: 'a direct reference and a reducer side by side',
    aggregates: { 0: 'total' },
    arrayed: `
      dim Region: nyc, boston
      stock pop[Region] = 10; in births
        [nyc] = 30
      flow births[Region] = 0.1 * pop[Region] + 0.01 * SUM(pop[*]) - 0.002 * pop[nyc] * SUM(pop[*])`,
    twin: `
      stock pop_nyc = 30; in births_nyc
      stock pop_boston = 10; in births_boston
      aux total = pop_nyc + pop_boston
      flow births_nyc = 0.1 * pop_nyc + 0.01 * total - 0.002 * pop_nyc * total
      flow births_boston = 0.1 * pop_boston + 0.01 * total - 0.002 * pop_nyc * total`,
  },
  {
    name: 'an element less the first',
    aggregates: {},
    arrayed: `
      dim Region: nyc, boston, chicago
      stock pop[Region] = 10; in change
        [nyc] = 30
        [chicago] = 12
      flow change[Region] = 0.05 * pop[Region] - 0.1 * (pop[Region] - pop[nyc]) - 0.001 * pop[Region] * pop[nyc]`,
    twin: `
      stock pop_nyc = 30; in change_nyc
      stock pop_boston = 10; in change_boston
      stock pop_chicago = 12; in change_chicago
      flow change_nyc = 0.05 * pop_nyc - 0.1 * (pop_nyc - pop_nyc) - 0.001 * pop_nyc * pop_nyc
      flow change_boston = 0.05 * pop_boston - 0.1 * (pop_boston - pop_nyc) - 0.001 * pop_boston * pop_nyc
      flow change_chicago = 0.05 * pop_chicago - 0.1 * (pop_chicago - pop_nyc) - 0.001 * pop_chicago * pop_nyc`,
  },
  {
    name: 'loops from element to element',
    aggregates: {},
    arrayed: `
      dim Stage: 1, 2, 3
      stock level[Stage] = 10; in entering; out leaving
        [2] = 5
      flow leaving[Stage] = level[Stage] * 0.2
      flow entering[Stage] =
        [1] = 0.05 * level[3] * level[1] / 10
        [2] = leaving[1]
        [3] = leaving[2] + 0.1 * level[1]`,
    twin: `
      stock level_1 = 10; in entering_1; out leaving_1
      stock level_2 = 5; in entering_2; out leaving_2
      stock level_3 = 10; in entering_3; out leaving_3
      flow leaving_1 = level_1 * 0.2
      flow leaving_2 = level_2 * 0.2
      flow leaving_3 = level_3 * 0.2
      flow entering_1 = 0.05 * level_3 * level_1 / 10
      flow entering_2 = leaving_1
      flow entering_3 = leaving_2 + 0.1 * level_1`,
  },
  {
    name: 'the element before, by arithmetic on the dimension',
    aggregates: {},
    arrayed: `
      dim Stage: 1, 2, 3
      stock level[Stage] = 10; in entering; out leaving
        [2] = 5
      flow leaving[Stage] = level[Stage] * 0.2
      flow entering[Stage] = IF Stage = 1 THEN 0.05 * level[3] ELSE leaving[Stage - 1]`,
    twin: `
      stock level_1 = 10; in entering_1; out leaving_1
      stock level_2 = 5; in entering_2; out leaving_2
      stock level_3 = 10; in entering_3; out leaving_3
      flow leaving_1 = level_1 * 0.2
      flow leaving_2 = level_2 * 0.2
      flow leaving_3 = level_3 * 0.2
      flow entering_1 = IF 1 = 1 THEN 0.05 * level_3 ELSE NAN
      flow entering_2 = IF 2 = 1 THEN 0.05 * level_3 ELSE leaving_1
      flow entering_3 = IF 3 = 1 THEN 0.05 * level_3 ELSE leaving_2`,
  },
];
