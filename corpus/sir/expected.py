import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import simulate, write

constants = {'population': 10000, 'initial_infectious': 10, 'contact_rate': 6, 'infectivity': 0.05, 'duration': 8}


def values(t, s):
    return {'infection': 6 * 0.05 * s['susceptible'] * s['infectious'] / 10000, 'recovery': s['infectious'] / 8,
            'reproduction_number': 6 * 0.05 * 8 * s['susceptible'] / 10000, **constants}


net = lambda v: {'susceptible': -v['infection'], 'infectious': v['infection'] - v['recovery'], 'recovered': v['recovery']}
initial = {'susceptible': 9990, 'infectious': 10, 'recovered': 0}
write(__file__, simulate(values, net, initial, start=0, stop=60, dt=0.25, save_every=4, method='rk2'))
