// Recorded outputs and how ours are compared with them: the rules of ../shared/corpus/README.md, as in ../shared/tools/conformance.py.
import { readFileSync } from 'node:fs';

const control = new Set(['initial_time', 'final_time', 'time_step', 'saveper', 'time']);

function readText(file) {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // takes a byte order mark off
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The name under which columns are matched. */
export function canonical(name) {
  const unquoted = (text) => {
    const s = text.trim();
    return s.length > 1 && s.startsWith('"') && s.endsWith('"') ? s.slice(1, -1) : s;
  };
  const one = (text) =>
    unquoted(text)
      .replaceAll('\\"', '"')
      .replaceAll('""', '"')
      .replaceAll('\\\\', '\\')
      .replace(/(?:\\n|\\r|[\s_\u00a0])+/g, '_')
      .replace(/^_+|_+$/g, '')
      .toLowerCase();
  const whole = unquoted(name);
  const match = /^(.*?)\s*\[([^[\]]*)\]$/s.exec(whole);
  return match ? `${one(match[1])}[${match[2].split(',').map(one).join(',')}]` : one(whole);
}

function number(text) {
  const t = text.trim().toLowerCase().replace(/^\+/, '');
  if (['1.#inf', 'infinity', 'inf'].includes(t)) return Infinity;
  if (['-1.#inf', '-infinity', '-inf'].includes(t)) return -Infinity;
  if (['nan', '1.#qnan', '-1.#ind', '#n/a', 'na'].includes(t)) return NaN;
  const value = Number(t);
  if (t === '' || Number.isNaN(value)) throw new Error(`"${text}" is no number`);
  return value;
}

function splitRows(text, delimiter) {
  const rows = [];
  let row = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === delimiter || c === '\n') {
      row.push(cell);
      cell = '';
      if (c === '\n') rows.push(row.splice(0));
    } else cell += c;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}

/** A table or a .dat: canonical name -> { points: [time, value][], quantum: half a unit of the last printed decimal }. */
export function readExpected(file) {
  return file.endsWith('.dat') ? readDat(file) : readTable(file);
}

function readTable(file) {
  const text = readText(file).replace(/\r\n?/g, '\n');
  const delimiter = text.split('\n', 1)[0].includes('\t') ? '\t' : ',';
  const [head, ...rest] = splitRows(text, delimiter);
  const rows = rest.filter((row) => row.some((cell) => cell.trim() !== ''));
  const columns = new Map();
  head.forEach((name, j) => {
    const key = canonical(name);
    if (j === 0 || name.trim() === '' || columns.has(key)) return;
    const cells = rows.filter((row) => j < row.length && row[j].trim() !== '').map((row) => [number(row[0]), row[j].trim()]);
    const decimals = Math.max(0, ...cells.map(([, c]) => (/[.]/.test(c) && !/e/i.test(c) ? c.split('.')[1].length : 0)));
    const exponents = cells.some(([, c]) => /e/i.test(c));
    columns.set(key, { points: cells.map(([t, c]) => [t, number(c)]), quantum: decimals > 0 && !exponents ? 0.5 * 10 ** -decimals : 0 });
  });
  return columns;
}

function readDat(file) {
  const columns = new Map();
  let points = [];
  for (const line of readText(file).split(/\r\n?|\n/)) {
    const fields = line.split('\t').map((field) => field.trim());
    if (line.trim() === '') continue;
    if (fields.length < 2 || fields[1] === '') {
      const key = canonical(fields[0]);
      if (!columns.has(key)) columns.set(key, { points: [], quantum: 0 });
      points = columns.get(key).points;
    } else {
      points.push([Number(fields[0]), Number(fields[1])]);
    }
  }
  return columns;
}

const timeKey = (time) => Math.round(time * 1e9);

/**
 * Compares a run (`time`, and `series`: canonical name -> numbers) with what was recorded. `rule` is a tolerance class of the
 * manifest. Gives the number of cells compared and a list of what is wrong.
 */
export function compare(expected, run, rule, ignored = []) {
  const ignore = new Set(ignored.map(canonical));
  const rowAt = new Map(Array.from(run.time, (t, i) => [timeKey(t), i]));
  const problems = [];
  let cells = 0;
  let comparable = 0;
  for (const [key, { points, quantum }] of expected) {
    if (control.has(key) || key.startsWith('#') || points.length === 0) continue;
    comparable++;
    if (ignore.has(key.replace(/\[.*/s, ''))) continue;
    const series = run.series.get(key);
    if (!series) {
      problems.push(`${key}: missing`);
      continue;
    }
    const peak = Math.max(0, ...points.map(([, v]) => Math.abs(v)).filter(Number.isFinite));
    let bad = 0;
    let worst = null;
    for (const [t, wanted] of points) {
      const row = rowAt.get(timeKey(t)) ?? nearestRow(run.time, t);
      if (row < 0) {
        problems.push(`${key}: no row at time ${t}`);
        break;
      }
      cells++;
      const got = series[row];
      const finite = Number.isFinite(wanted) && Number.isFinite(got);
      const error = finite ? Math.abs(wanted - got) : Infinity;
      const allowed = (rule.rtol ?? 0) * Math.max(Math.abs(wanted), Math.abs(got)) + (rule.atol ?? 0) + (rule.peak ?? 0) * peak + quantum;
      if (finite ? error <= allowed : Object.is(wanted, got)) continue;
      bad++;
      if (worst === null || error > worst.error) worst = { error, t, wanted, got };
    }
    if (bad > 0) problems.push(`${key}: ${bad} of ${points.length} cells off, worst at ${worst.t}: expected ${worst.wanted}, got ${worst.got}`);
  }
  if (comparable > 0 && cells === 0 && problems.length === 0) problems.push('nothing could be compared');
  return { cells, problems };
}

/** Stella prints times with 3 decimals. */
function nearestRow(times, t) {
  let best = -1;
  for (let i = 0; i < times.length; i++) if (Math.abs(times[i] - t) <= 1.1e-3 && (best < 0 || Math.abs(times[i] - t) < Math.abs(times[best] - t))) best = i;
  return best;
}
