"""Euler's method step by step, each function by what its documentation says: what arrives is looked for among all that was sent."""
import math, pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import write

dt, steps = 0.5, 60
step_input = lambda height, at, t: height if t + dt / 2 > at else 0
level, tank, tanks, stage1, stage2 = 10.0, 5.0, 4.0, 9.0, 9.0
orders, levels, arrivals, rows = [], [], [], []


def special(x):  # between 0 and 9, and 6 where it is near
    x = max(0, min(9, x))
    return 6 if abs(x - 6) < 0.5 else x


for n in range(steps + 1):
    t = n * dt
    lead = 2 + step_input(1.5, 4.1, t) - step_input(2.5, 8, t)
    came = [i for i in range(n) if arrivals[i] == n]
    first = 4  # steps of the lead time at the start
    arriving = sum(orders[i] for i in came) + (2 if n < first else 0)
    newest = [i for i in range(n) if arrivals[i] <= n]
    perceived = levels[max(newest)] if newest else 10
    leaving = 0.1 * perceived
    ordering = leaving + 0.6 * (12 - level) + 5 * (2 < t + dt / 2 < 3)
    orders.append(ordering)
    levels.append(level)
    arrivals.append(n + max(1, math.ceil(lead / dt - 1e-6)))
    row = {'time': t, 'level': level, 'ordering': ordering, 'lead_time': lead, 'arriving': arriving, 'leaving': leaving, 'perceived': perceived,
           'tank': tank, 'tanks': tanks, 'clock': t + 1, 'smoothed': stage2, 'leaving_fraction': 0.1, 'correction': 0.6, 'wanted': 12}
    rows.append(row)
    tank = special(tank + dt * 4 * (arriving - 1.5 * leaving))
    tanks = 2 * math.trunc(min(20, tanks + dt * arriving) / 2)
    stage1, stage2 = stage1 + dt * (level - stage1) / 1.5, stage2 + dt * (stage1 - stage2) / 1.5
    level += dt * (arriving - leaving)
write(__file__, rows)
