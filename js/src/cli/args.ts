// The command line, read into values; whatever does not fit is a UsageError.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { SimulateOptions } from '../index.js';

export class UsageError extends Error {}

export type OptionSpecs = NonNullable<ParseArgsConfig['options']>;
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface Parsed {
  positionals: string[];
  values: Values;
}

export const dataOption: OptionSpecs = { data: { type: 'string', multiple: true } };

/** What --data gives. */
export const dataOf = (values: Values): readonly string[] => (values['data'] as string[] | undefined) ?? [];

export const runOptions: OptionSpecs = {
  engine: { type: 'string' },
  start: { type: 'string' },
  stop: { type: 'string' },
  dt: { type: 'string' },
  saveper: { type: 'string' },
  method: { type: 'string' },
  ...dataOption,
};

/** How loops are found. */
export const loopOptions: OptionSpecs = {
  mode: { type: 'string' },
  pin: { type: 'string', multiple: true },
  'max-loops': { type: 'string' },
  threshold: { type: 'string' },
  budget: { type: 'string' },
};

export function parse(args: readonly string[], options: OptionSpecs): Parsed {
  // util.parseArgs takes the -5 of `--start -5` for an option.
  const joined: string[] = [];
  for (const arg of args) {
    const option = /^--([a-z-]+)$/.exec(joined.at(-1) ?? '')?.[1];
    if (option !== undefined && options[option]?.type === 'string' && /^-[\d.]/.test(arg)) joined.push(`${joined.pop()}=${arg}`);
    else joined.push(arg);
  }
  try {
    const { positionals, values } = parseArgs({ args: joined, options: { ...options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true, strict: true });
    return { positionals, values: values as Values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export const text = (values: Values, name: string): string | undefined => values[name] as string | undefined;

export function number(values: Values, name: string): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const parsed = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(parsed)) throw new UsageError(`--${name} needs a number, not "${value}"`);
  return parsed;
}

export function choice<T extends string>(values: Values, name: string, choices: readonly T[]): T | undefined {
  const value = text(values, name);
  if (value === undefined || (choices as readonly string[]).includes(value)) return value as T | undefined;
  throw new UsageError(`--${name} is one of ${choices.join(', ')}, not "${value}"`);
}

/** The model file, which comes first, and the `name=value` that follow. */
export function modelAndOverrides({ positionals }: Parsed): { file: string; overrides: Record<string, number> } {
  const [file, ...rest] = positionals;
  if (file === undefined) throw new UsageError('which model? Give its file');
  const overrides: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const word of rest) {
    const cut = word.lastIndexOf('=');
    if (cut < 1) throw new UsageError(`"${word}" is not of the form name=value`);
    const value = word.slice(cut + 1);
    const parsed = value.trim() === '' ? NaN : Number(value);
    if (Number.isNaN(parsed)) throw new UsageError(`"${word}": "${value}" is not a number`);
    overrides[word.slice(0, cut)] = parsed;
  }
  return { file, overrides };
}

export function onlyModel({ positionals }: Parsed): string {
  const [file, extra] = positionals;
  if (file === undefined) throw new UsageError('which model? Give its file');
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many`);
  return file;
}

/** The options that say how a run is made; what the command line leaves out is the model's own. */
export function simulateOptions(values: Values): SimulateOptions {
  const method = text(values, 'method')?.toLowerCase();
  return {
    engine: choice(values, 'engine', ['wasm', 'vm']),
    ltmMode: choice(values, 'mode', ['auto', 'exhaustive', 'discovery']),
    pinnedLoops: (values['pin'] as string[] | undefined)?.map((loop) => loop.split(/\s*(?:->|→|>)\s*/)),
    discovery: { maxLoops: number(values, 'max-loops'), threshold: number(values, 'threshold'), budgetMs: number(values, 'budget') },
    start: number(values, 'start'),
    stop: number(values, 'stop'),
    dt: number(values, 'dt'),
    saveInterval: number(values, 'saveper'),
    method: choice({ method }, 'method', ['euler', 'rk2', 'rk4', 'rk2auto', 'rk4auto', 'difference']),
  };
}
