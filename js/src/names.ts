// Names as the engine matches them (engine/model/names.h): quotes off, case folded, blanks of every kind one underscore.

// Upper case first so that letters with two lower-case forms (sigma) or none of their own (sharp s) meet in one spelling.
const foldCase = (text: string): string => text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');

const foldPart = (part: string): string => {
  const text = part.replace(/^[ \t\r\n\u00a0]+|[ \t\r\n\u00a0]+$/g, '');
  const inside = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1] ?? text;
  const joined = inside.replace(/\\(["\\])|(?:\\[nrt\r\n]|[_ \t\r\n\u00a0])+/g, (_, literal?: string) => literal ?? '_');
  return foldCase(joined.replace(/^_+|_+$/g, ''));
};

/** The key of a name that is canonical already: `id`s of variables, elements of dimensions. */
export const idKey = foldCase;

/** The key under which a name is found, subscripts included: `Birth  Rate[North, "B c"]` -> `birth_rate[north,b_c]`. */
export function matchKey(name: string): string {
  const { base, subscripts } = splitSubscripts(name);
  return subscripts === null ? foldPart(base) : `${foldPart(base)}[${subscripts.map(foldPart).join(',')}]`;
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const arrayed = new RegExp(String.raw`^\s*(${quoted}|[^[]*)\s*\[((?:${quoted}|[^\]"])*)\]\s*$`, 's');
const beforeComma = new RegExp(`((?:${quoted}|[^,"])*),`, 'gs');

/** Takes `name[a,b]` apart; `subscripts` is null where there are none. What stands in quotes may hold brackets and commas of its own. */
function splitSubscripts(name: string): { base: string; subscripts: string[] | null } {
  const match = arrayed.exec(name);
  if (!match) return { base: name, subscripts: null };
  return { base: match[1] ?? '', subscripts: Array.from(`${match[2]},`.matchAll(beforeComma), ([, subscript]) => subscript ?? '') };
}

/** `births` of `births[north]`. */
export const withoutSubscripts = (name: string): string => splitSubscripts(name).base;

/** The candidate that is the fewest edits away from `name`, if it is near enough to be a slip of the hand. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const wanted = matchKey(name);
  let best: string | null = null;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(wanted, matchKey(candidate), least);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** Levenshtein distance, or any number >= `limit` once it is known to reach it. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return row[b.length]!;
}
