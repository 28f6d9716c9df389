"""Euler's method step by step, each function by what its documentation says: what arrives is looked for among all that was sent."""
import math, pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import write

dt, steps = 0.5, 32
step_input = lambda height, at, t: height if t + dt / 2 > at else 0
level, tank, tanks, stage1, stage2, discount, accumulated = 10.0, 5.0, 4.0, 9.0, 9.0, 1.0, 1.0
orders, levels, arrivals, rows = [], [], [], []


def special(x):  # between 0 and 9, and 6 where it is near
    x = max(0, min(9, x))
    return 6 if abs(x - 6) < 0.5 else x


for n in range(steps + 1):
    t = n * dt
    ordering = level * 0.2 + 5 * (2 < t + dt / 2 < 3)
    lead = 2 + step_input(1.5, 4.1, t) - step_input(2.5, 8, t)
    came = [i for i in range(n) if arrivals[i] == n]
    first = 4  # steps of the lead time at the start
    arriving = sum(orders[i] for i in came) + (2 if n < first else 0)
    newest = [i for i in range(n) if arrivals[i] <= n]
    perceived = levels[max(newest)] if newest else 10
    leaving = 0.1 * perceived
    orders.append(ordering)
    levels.append(level)
    arrivals.append(n + max(1, math.ceil(lead / dt - 1e-6)))
    # Three fiscal periods of 1: those wholly past, with a stream of 2 before the start, and the current stream.
    period = int(t)
    spent = lambda p: 2 if p < 0 else sum(orders[int(p / dt):int((p + 1) / dt)]) * dt
    depreciation = ordering / 3 + (spent(period - 1) + spent(period - 2)) / 3
    row = {'time': t, 'level': level, 'ordering': ordering, 'lead_time': lead, 'arriving': arriving, 'leaving': leaving, 'perceived': perceived,
           'depreciation': depreciation, 'present_value': 2 * (accumulated + leaving * dt * discount / (1 + 0.1 * dt)), 'tank': tank, 'tanks': tanks,
           'clock': t + 1, 'year': 2000 + t / 2, 'smoothed': stage2, 'leaving_fraction': 0.1}
    rows.append(row)
    accumulated += leaving * dt * discount / (1 + 0.1 * dt)
    discount /= 1 + 0.1 * dt
    tank = special(tank + dt * 4 * (arriving - 1.5 * leaving))
    tanks = 2 * math.trunc(min(20, tanks + dt * arriving) / 2)
    stage1, stage2 = stage1 + dt * (level - stage1) / 1.5, stage2 + dt * (stage1 - stage2) / 1.5
    level += dt * (arriving - leaving)
write(__file__, rows)
