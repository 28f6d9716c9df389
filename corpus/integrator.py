"""A fixed-step integrator in plain Python, the oracle of the models here: it shares no code with the engine.

A model is `values(t, stocks) -> dict` (everything that is computed at one instant) and `net(values) -> dict` (net flow of
each stock). Steps are counted in integers and time is start + n * dt.
"""
import csv, pathlib


def simulate(values, net, stocks, *, start, stop, dt, save_every=1, method='euler', hidden=()):
    """-> rows, one a saved time: {'time': t, **stocks, **values} without the stocks named in `hidden`."""
    steps, rows, s = round((stop - start) / dt), [], dict(stocks)
    slope = lambda t, at: net({**at, **values(t, at)})
    moved = lambda by, k: {name: s[name] + by * k[name] for name in s}
    for n in range(steps + 1):
        t = start + n * dt
        if n % save_every == 0:
            shown = {name: value for name, value in s.items() if name not in hidden}
            rows.append({'time': t, **shown, **values(t, s)})
        k1 = slope(t, s)
        if method == 'euler':
            k = k1
        elif method == 'rk2':  # Heun
            k2 = slope(t + dt, moved(dt, k1))
            k = {name: (k1[name] + k2[name]) / 2 for name in s}
        else:
            k2 = slope(t + dt / 2, moved(dt / 2, k1))
            k3 = slope(t + dt / 2, moved(dt / 2, k2))
            k4 = slope(t + dt, moved(dt, k3))
            k = {name: (k1[name] + 2 * k2[name] + 2 * k3[name] + k4[name]) / 6 for name in s}
        s = moved(dt, k)
    return rows


def graph(points):
    """A graphical function: linear between the points, its ends held."""
    def at(x):
        if x <= points[0][0]:
            return points[0][1]
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            if x <= x1:
                return y0 + (x - x0) / (x1 - x0) * (y1 - y0)
        return points[-1][1]
    return at


def write(script, rows):
    """Writes rows as expected.csv beside the script that made them."""
    path = pathlib.Path(script).with_name('expected.csv')
    with open(path, 'w', newline='', encoding='utf-8') as file:
        out = csv.writer(file, lineterminator='\n')
        out.writerow(rows[0])
        out.writerows([repr(float(value)) for value in row.values()] for row in rows)
    print(path, len(rows), 'rows,', len(rows[0]), 'columns')
