"""Closed form of Euler's method: each dt multiplies the population by 1 + dt * (birth fraction - 1/lifetime)."""
import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from integrator import write

rows = []
for year in range(21):
    population = 100 * (1 + 0.25 * (0.1 - 1 / 20)) ** (4 * year)
    rows.append({'time': year, 'population': population, 'births': population * 0.1, 'deaths': population / 20, 'birth_fraction': 0.1, 'lifetime': 20})
write(__file__, rows)
