"""Euler's method step by step with the queue as a list, the oldest first: what came in a step has one age, what was there at the start is spread between two."""
import math, pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import write

dt, steps = 0.5, 80
queue, rows = [[0.5, 4.5, 20.0]], []  # youngest and oldest age, amount


def take(amount):
    while amount > 0 and queue:
        youngest, oldest, there = queue[0]
        taken = min(there, amount)
        amount -= taken
        if there - taken <= 1e-12:
            queue.pop(0)
        else:
            queue[0] = [youngest, youngest + (oldest - youngest) * (there - taken) / there, there - taken]


def average(count):
    total = sum(there for *_, there in queue)
    left = count = total if count <= 0 or count > total else count
    ages = 0.0
    for youngest, oldest, there in queue:
        part = min(there, left)
        ages += part * (oldest - (oldest - youngest) * part / there / 2)
        left -= part
    return ages / count if count > 0 else 0


def in_range(least, most):
    total = 0.0
    for youngest, oldest, there in queue:
        if youngest == oldest:
            total += there if least <= youngest <= most else 0
        else:
            total += there * max(0, min(most, oldest) - max(least, youngest)) / (oldest - youngest)
    return total


step_input = lambda height, at, t: height if t + dt / 2 > at else 0  # as Vensim has it
for n in range(steps + 1):
    t = n * dt
    waiting = sum(there for *_, there in queue)
    mean = average(0)
    ordering = max(0, 6 + 4 * math.sin(t) - 0.4 * mean)
    ready = in_range(1, math.inf)
    capacity = 4 + step_input(3, 12.1, t) - step_input(6, 25.1, t)
    shipping = min(capacity, ready / dt)
    rows.append({'time': t, 'waiting': waiting, 'ordering': ordering, 'shipping': shipping, 'ready': ready, 'recent': in_range(0.25, 2.2),
                 'oldest': queue[0][1] if queue else 0, 'average_age': mean, 'age_of_the_next': average(7), 'impatience': 0.4, 'capacity': capacity})
    take(shipping * dt)
    queue = [[youngest + dt, oldest + dt, there] for youngest, oldest, there in queue]
    if ordering > 0:
        queue.append([dt, dt, ordering * dt])
write(__file__, rows)
