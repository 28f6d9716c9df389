import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import simulate, write

constants = {'hare_birth_fraction': 0.6, 'kill_coefficient': 0.03, 'lynx_born_per_kill': 0.4, 'lynx_death_fraction': 0.8}


def values(t, s):
    hares, lynx = s['hares'], s['lynx']
    kills = 0.03 * hares
    return {'hare_births': hares * 0.6, 'hare_deaths': lynx * kills, 'kills_per_lynx': kills,
            'lynx_births': 0.4 * lynx * kills, 'lynx_deaths': lynx * 0.8, **constants}


net = lambda v: {'hares': v['hare_births'] - v['hare_deaths'], 'lynx': v['lynx_births'] - v['lynx_deaths']}
write(__file__, simulate(values, net, {'hares': 80, 'lynx': 12}, start=0, stop=50, dt=0.25, save_every=2, method='rk4'))
