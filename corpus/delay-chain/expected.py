"""The delays written out as the stocks they stand for: DELAY3 three in a chain, SMTH1 one."""
import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import simulate, write

constants = {'base_demand': 100, 'demand_step': 20, 'desired_inventory': 400, 'lead_time': 3, 'averaging_time': 4,
             'adjustment_time': 6, 'minimum_shipping_time': 1}
stages = ('stage1', 'stage2', 'stage3')


def values(t, s):
    demand = 100 + (20 if t >= 5 else 0)
    shipments = min(demand, s['inventory'] / 1)
    orders = max(0, s['smoothed'] + (400 - s['inventory']) / 6)
    return {'arrivals': s['stage3'] / (3 / 3), 'shipments': shipments, 'orders': orders, 'expected_demand': s['smoothed'],
            'demand': demand, **constants}


def net(v):
    through = [v[stage] / (3 / 3) for stage in stages]
    return {'inventory': v['arrivals'] - v['shipments'], 'smoothed': (v['shipments'] - v['smoothed']) / 4,
            'stage1': v['orders'] - through[0], 'stage2': through[0] - through[1], 'stage3': through[1] - through[2]}


# In balance at the start: shipments 100, so smoothed 100, orders 100, and each stage holds 100 * lead time / 3.
initial = {'inventory': 400, 'smoothed': 100, 'stage1': 100, 'stage2': 100, 'stage3': 100}
write(__file__, simulate(values, net, initial, start=0, stop=60, dt=0.25, save_every=4, hidden=('smoothed', *stages)))
