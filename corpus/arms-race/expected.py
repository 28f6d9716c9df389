import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import simulate, write


def values(t, s):
    a, b, c = (s['arms_of_' + party] for party in 'abc')
    target = {'a': b + 0.9 * c, 'b': a + 1.1 * c, 'c': 1.1 * a + 0.9 * b}
    out = {'adjustment_time': 10}
    for party, own in zip('abc', (a, b, c)):
        out['target_of_' + party] = target[party]
        out['change_of_' + party] = (target[party] - own) / 10
    return out


net = lambda v: {'arms_of_' + party: v['change_of_' + party] for party in 'abc'}
write(__file__, simulate(values, net, {'arms_of_a': 50, 'arms_of_b': 100, 'arms_of_c': 150}, start=0, stop=100, dt=1))
