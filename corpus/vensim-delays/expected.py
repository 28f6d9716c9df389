"""Euler's method step by step, each function by what its documentation says: every step's input goes its own way, and is followed until it comes out."""
import pathlib, sys
from fractions import Fraction as F
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import write

dt, steps = F(1, 2), 60


def density(points):
    """-> the part of the area between two x, and the mean x, of straight lines between the points."""
    pairs = list(zip(points, points[1:]))
    line = lambda p, q, x: p[1] + (q[1] - p[1]) * (x - p[0]) / (q[0] - p[0])

    def area(a, b):
        total = F(0)
        for p, q in pairs:
            lo, hi = max(a, p[0]), min(b, q[0])
            if lo < hi:
                total += (hi - lo) * (line(p, q, lo) + line(p, q, hi)) / 2
        return total
    first, last = F(points[0][0]), F(points[-1][0])
    whole = area(first, last)
    mean = sum((q[0] - p[0]) * (p[0] * (2 * p[1] + q[1]) + q[0] * (p[1] + 2 * q[1])) for p, q in pairs) / F(6) / whole
    return (lambda a, b: area(F(a), F(b)) / whole), mean, first, last


loading, _, first, last = density([(2, 1), (3, 3), (6, 0)])
answer, middle, _, _ = density([(0, 0), (1, 2), (4, 0)])

level, rows = 10.0, []
# On the belt: what was put on a step, and between which places of the belt's movement it comes out.
belt, place, loaded = [], F(0), 12.0
promised = {}   # step -> what the profile brings then
before_start = 1.5
backlog, burning, ready_at = 6.0, 3.0, F(3, 2)
invested = {}   # by fiscal period
for n in range(steps + 1):
    t = n * dt
    transit = F(3) if t < 10 else F(9, 5) if t < 20 else F(17, 4)
    leak = 0.02 if t < 15 else 0.1
    further = place + dt / transit
    # At the start the belt has what comes out within 4, at the speed of the start.
    length = F(4, 3)
    x = lambda p: first + (last - first) * p / length
    arriving = loaded * float(loading(x(place), x(further))) / 0.5
    for rate, left, begin, end in belt:
        overlap = min(end, further) - max(begin, place)
        if overlap > 0:
            arriving += rate * left * float(overlap / (end - begin))
    ordering = 2 + 0.3 * (12 - level)
    leaving = 0.2 * level
    waiting = F(5, 2) if t < 12 else F(5)
    # Older inputs were 1.5 for ever; what of those is still to come at this step?
    older = (1 if n == 0 else answer((n + F(1, 2)) * dt * middle / F(5, 2), 4))
    spread = before_start * float(older) + promised.pop(n, 0.0)
    for k in range(1, steps - n + 1):
        scale = middle / waiting
        part = answer(0 if k == 1 else (k - F(1, 2)) * dt * scale, (k + F(1, 2)) * dt * scale)
        promised[n + k] = promised.get(n + k, 0.0) + leaving * float(part)
    fired = 0.0
    firing = F(2) if t < 18 else F(16, 5)
    if burning and t >= ready_at:
        fired, burning = burning, 0.0
    if not burning and backlog >= 4:
        backlog, burning, ready_at = backlog - 4, 4 / 0.5, t + firing
    period = (t - 1) // F(5, 2)
    earlier = [invested.get(period - j, 0.0) for j in (1, 2)]
    written_off = (5 * leaving + (3 * earlier[0] + 2 * earlier[1]) / 2.5) / 10
    rows.append({'time': t, 'level': level, 'ordering': ordering, 'transit': transit, 'leak': leak, 'arriving': arriving, 'leaving': leaving, 'waiting': waiting,
                 'spread': spread, 'firing': firing, 'fired': fired, 'parts[y1]': 5, 'parts[y2]': 3, 'parts[y3]': 2, 'earlier': 0, 'written_off': written_off, 'correction': 0.3, 'wanted': 12})
    belt.append((ordering, 1.0, place + 1, further + 1))
    belt = [(rate, left * (1 - leak * 0.5), begin, end) for rate, left, begin, end in belt]
    loaded *= 1 - leak * 0.5
    place = further
    backlog += 0.5 * leaving
    invested[period] = invested.get(period, 0.0) + 0.5 * leaving
    level += 0.5 * (arriving - leaving)
write(__file__, rows)
