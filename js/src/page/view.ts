// The page's DOM: finding its parts, filling its tables and lists.
import type { Diagnostic, SlotOfLoop } from '../index.js';

/** What a row of the table and a band of the chart are about. */
export type ShownLoop = SlotOfLoop & { readonly text: string; readonly variables: readonly string[] };

export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element "${id}"`);
  return element as T;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export const tested = <T extends HTMLElement>(element: T, id: string): T => {
  element.dataset['testid'] = id;
  return element;
};

export const brief = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value));

export interface Constant {
  readonly name: string;
  readonly units: string;
  readonly initial: number;
  readonly value: number;
}

/** A slider and a number box for each constant; both tell `changed` as soon as they move. */
export function showConstants(host: HTMLElement, constants: readonly Constant[], changed: (name: string, value: number) => void): void {
  host.replaceChildren(
    ...constants.map(({ name, units, initial, value }, i) => {
      const id = `constant-${i}`;
      const reach = initial === 0 ? 1 : 2 * Math.abs(initial);
      const number = tested(make('input', { type: 'number', id, step: 'any', value: String(value) }), `constant-${name}`);
      const range = tested(make('input', { type: 'range', step: 'any', ariaLabel: `${name}, slider` }), `slider-${name}`);
      range.min = String(initial < 0 ? -reach : 0); // before the value, which they bound
      range.max = String(reach);
      range.value = String(value);
      const tell = (from: HTMLInputElement, to: HTMLInputElement): void => {
        if (!Number.isFinite(from.valueAsNumber)) return; // half typed
        to.value = from.value;
        changed(name, from.valueAsNumber);
      };
      number.addEventListener('input', () => tell(number, range));
      range.addEventListener('input', () => tell(range, number));
      const label = make('label', { htmlFor: id }, name, ' ', make('small', { textContent: units }));
      return make('div', { className: 'constant' }, label, number, range);
    }),
  );
  if (constants.length === 0) host.append('The model has none.');
}

/** Each with its place, which `goTo` shows in the text. */
export function showDiagnostics(panel: HTMLElement, list: HTMLElement, diagnostics: readonly Diagnostic[], source: string, goTo: (line: number) => void): void {
  const lines = source.split(/\r\n|\r|\n/);
  panel.hidden = diagnostics.length === 0;
  list.replaceChildren(
    ...diagnostics.map((d) => {
      const item = make('li', {}, make('strong', { className: d.severity, textContent: d.severity }), ` ${d.message} `);
      if (d.line > 0) {
        const button = make('button', { type: 'button', textContent: `line ${d.line}` });
        button.addEventListener('click', () => goTo(d.line));
        item.append(button, make('pre', { textContent: (lines[d.line - 1] ?? '').trim().slice(0, 200) }));
      }
      item.dataset['code'] = d.code;
      return tested(item, 'diagnostic');
    }),
  );
}

export function showLoops(body: HTMLElement, loops: readonly ShownLoop[], colour: (loop: ShownLoop) => string | null): void {
  body.replaceChildren(
    ...loops.map((loop) => {
      const swatch = make('span', { className: 'swatch' });
      swatch.style.background = colour(loop) ?? 'transparent';
      const row = make(
        'tr',
        {},
        make('th', { scope: 'row' }, swatch, loop.id),
        make('td', { textContent: loop.polarity.replace('_', ' ') }),
        make('td', { className: 'number', textContent: Number.isFinite(loop.share) ? `${(100 * loop.share).toFixed(1)} %` : 'n/a' }),
        make('td', { textContent: loop.text, title: loop.variables.join(' → ') }),
      );
      row.dataset['share'] = String(loop.share);
      return tested(row, `loop-${loop.id}`);
    }),
  );
}
