// Two charts: variables over time, and the loops' shares stacked over time.
import type { Run, SlotOfLoop } from '../index.js';
import UPlot from './uplot.js';

const palette = ['#0b63a5', '#c4511c', '#2d7d46', '#8a3fa0', '#b8860b', '#0f8a8a', '#a8201a', '#5b6b7b', '#3b4ba8', '#7a8f1d'];
export const colourOf = (index: number): string => palette[index % palette.length]!;

export interface Chart {
  destroy(): void;
}

/** uPlot leaves gaps at null. */
const finite = (values: ArrayLike<number>): (number | null)[] => Array.from(values, (v) => (Number.isFinite(v) ? v : null));

function mount(host: HTMLElement, options: Omit<UPlot.Options, 'width' | 'height'>, data: UPlot.AlignedData): Chart {
  const height = 260;
  const plot = new UPlot({ ...options, width: Math.max(200, host.clientWidth), height }, data, host);
  const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(200, host.clientWidth), height }));
  observer.observe(host);
  return {
    destroy: () => {
      observer.disconnect();
      plot.destroy();
    },
  };
}

export function drawVariables(host: HTMLElement, run: Run, names: readonly string[], colours: ReadonlyMap<string, string>): Chart {
  const series = names.map((label) => ({ label, stroke: colours.get(label) ?? '#000', width: 1.5 }));
  return mount(
    host,
    { scales: { x: { time: false } }, series: [{ label: 'time' }, ...series], axes: [{}, { size: 70 }] },
    [Array.from(run.time), ...names.map((name) => finite(run.series[name]!))],
  );
}

/** How many loops have a band of their own. */
export const bands = 8;

/** The first loops of one partition, each a band as high as its |relative| score; what is left up to 1 are the others. */
export function drawShares(host: HTMLElement, run: Run, loops: readonly SlotOfLoop[]): Chart {
  const shown = loops.slice(0, bands);
  const height = (loop: SlotOfLoop, row: number): number => Math.abs(loop.relative[row]!) || 0; // NaN: no height
  const tops = shown.map((_, i) =>
    Array.from(run.time, (__, row) => {
      const active = loops.some((loop) => height(loop, row) > 0); // at the start no loop is
      return active ? shown.slice(0, i + 1).reduce((sum, loop) => sum + height(loop, row), 0) : null;
    }),
  );
  const series = shown.map((loop, i) => ({
    label: loop.id,
    stroke: colourOf(i),
    width: 1,
    points: { show: false },
    value: (_: unknown, __: unknown, ___: unknown, at: number | null) => (at === null ? '' : `${(100 * (loop.relative[at] ?? NaN)).toFixed(1)} %`),
  }));
  return mount(
    host,
    {
      scales: { x: { time: false }, y: { range: [0, 1] } },
      series: [{ label: 'time' }, ...series.map((s, i) => (i === 0 ? { ...s, fill: `${colourOf(0)}aa` } : s))],
      bands: shown.slice(1).map((_, i) => ({ series: [i + 2, i + 1] as [number, number], fill: `${colourOf(i + 1)}aa` })),
      axes: [{}, { size: 60, values: (_, ticks) => ticks.map((t) => `${Math.round(100 * t)} %`) }],
    },
    [Array.from(run.time), ...tops],
  );
}
