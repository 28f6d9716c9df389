"""TREND written out as the smooth it stands for: (input - average) / (average * averaging time), in balance at the start."""
import math, pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import graph, simulate, write

c = {'base_demand': 280, 'demand_step': 0.25, 'season': 0.05, 'trend_averaging_time': 6, 'planning_horizon': 4,
     'target_completion_time': 3, 'minimum_completion_time': 0.5, 'time_to_hire': 3, 'time_to_promotion': 24,
     'junior_quit_fraction': 0.02, 'senior_quit_fraction': 0.015, 'time_to_tire': 4, 'junior_productivity': 3,
     'senior_productivity': 6, 'mentoring_per_junior': 0.1, 'hiring_freeze': 0, 'freeze_start': 36}
overtime_of = graph([(0, 0.7), (0.5, 0.8), (0.8, 0.93), (1, 1), (1.2, 1.12), (1.5, 1.25), (2, 1.35)])
output_of = graph([(0.7, 1.02), (1, 1), (1.1, 0.97), (1.2, 0.92), (1.3, 0.85), (1.4, 0.75)])
quits_of = graph([(0.7, 0.8), (1, 1), (1.1, 1.2), (1.2, 1.6), (1.3, 2.2), (1.4, 3)])


def incoming(t):
    return c['base_demand'] * (1 + (c['demand_step'] if t >= 12 else 0) + c['season'] * math.sin(2 * math.pi * t / 12))


def values(t, s):
    v = dict(c)
    v['incoming_work'] = incoming(t)
    v['demand_trend'] = (v['incoming_work'] - s['average']) / (s['average'] * c['trend_averaging_time'])
    v['expected_demand'] = v['incoming_work'] * (1 + v['demand_trend'] * c['planning_horizon'])
    v['desired_completion_rate'] = s['backlog'] / c['target_completion_time']
    v['mentoring_fraction'] = min(0.5, c['mentoring_per_junior'] * s['juniors'] / s['seniors']) if s['seniors'] > 0 else 0.5
    v['potential_output'] = s['juniors'] * c['junior_productivity'] + s['seniors'] * c['senior_productivity'] * (1 - v['mentoring_fraction'])
    v['schedule_pressure'] = v['desired_completion_rate'] / v['potential_output']
    v['overtime'] = overtime_of(v['schedule_pressure'])
    v['effect_of_fatigue_on_output'] = output_of(s['fatigue'])
    v['effect_of_fatigue_on_quits'] = quits_of(s['fatigue'])
    v['workforce'] = s['juniors'] + s['seniors']
    v['average_productivity'] = v['potential_output'] / v['workforce'] if v['workforce'] > 0 else c['junior_productivity']
    v['desired_workforce'] = v['expected_demand'] / v['average_productivity']
    v['workforce_gap'] = v['desired_workforce'] - v['workforce']
    v['completed_work'] = min(s['backlog'] / c['minimum_completion_time'], v['potential_output'] * v['overtime'] * v['effect_of_fatigue_on_output'])
    v['junior_quits'] = s['juniors'] * c['junior_quit_fraction'] * v['effect_of_fatigue_on_quits']
    v['senior_quits'] = s['seniors'] * c['senior_quit_fraction'] * v['effect_of_fatigue_on_quits']
    v['quits'] = v['junior_quits'] + v['senior_quits']
    v['hiring'] = 0 if c['hiring_freeze'] == 1 and t >= c['freeze_start'] else max(0, v['workforce_gap'] / c['time_to_hire'] + v['quits'])
    v['promotions'] = s['juniors'] / c['time_to_promotion']
    v['fatigue_change'] = (v['overtime'] - s['fatigue']) / c['time_to_tire']
    return v


def net(v):
    return {'backlog': v['incoming_work'] - v['completed_work'], 'juniors': v['hiring'] - v['promotions'] - v['junior_quits'],
            'seniors': v['promotions'] - v['senior_quits'], 'fatigue': v['fatigue_change'],
            'average': (v['incoming_work'] - v['average']) / c['trend_averaging_time']}


initial = {'backlog': incoming(0) * c['target_completion_time'], 'juniors': 40, 'seniors': 30, 'fatigue': 1, 'average': incoming(0)}
write(__file__, simulate(values, net, initial, start=0, stop=72, dt=0.125, save_every=8, hidden=('average',)))
