import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import simulate, write


def values(t, s):
    used = s['population'] / 1000
    rate = 0.12 * (1 - used)
    return {'net_birth_rate': rate * s['population'], 'fractional_growth_rate': rate, 'fraction_of_carrying_capacity_used': used,
            'carrying_capacity': 1000, 'maximum_growth_rate': 0.12}


write(__file__, simulate(values, lambda v: {'population': v['net_birth_rate']}, {'population': 5}, start=0, stop=100, dt=1))
