// embed.mjs BASE.wasm OUT.cpp: takes the base module apart into tables for engine/wasmgen/base_module.cpp, so that the engine needs no
// reader of modules and copies machine code as it stands. Refuses whatever those tables could not say.
import { readFileSync, writeFileSync } from 'node:fs';

const [wasm, out] = process.argv.slice(2);
const bytes = readFileSync(wasm);
let at = 8;

function refuse(text) {
  console.error(`${wasm}: ${text}`);
  process.exit(1);
}
function leb(signed = false) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return Number(signed ? BigInt.asIntN(Number(shift) + 7, value) : value);
  }
}
const list = (item) => Array.from({ length: leb() }, item);
const text = () => {
  const size = leb();
  return bytes.toString('utf8', at, (at += size));
};
const type = () => ({ 0x7f: 'i', 0x7e: 'l', 0x7d: 'f', 0x7c: 'd', 0x7b: 'v' })[bytes[at++]] ?? refuse('a type that no blob has');
const constant = () => {
  if (bytes[at++] !== 0x41) refuse('an address or a global that is not a constant');
  const value = leb(true);
  at++; // end
  return value;
};

// --- machine code: where the calls are ---------------------------------------------------------------------------

const lebs = (count) => () => {
  for (let i = 0; i < count; i++) leb(true);
};
const skip = (count) => () => void (at += count);
const memory = lebs(2);
const lane = () => (memory(), at++);
const block = () => {
  if (!/[@\x7b-\x7f]/.test(String.fromCharCode(bytes[at++]))) refuse('a block with several results');
};
/** Reads an instruction's operands; undefined for an instruction that is not expected. */
function operands(opcode) {
  if (opcode === 0xfd) {
    const simd = leb();
    if (simd < 12 || simd === 92 || simd === 93) return memory;
    if (simd < 14) return skip(16);
    if (simd >= 21 && simd <= 34) return skip(1);
    return simd >= 84 && simd <= 91 ? lane : skip(0);
  }
  if (opcode === 0xfc) return { 10: lebs(2), 11: lebs(1) }[leb()] ?? skip(0);
  if (opcode >= 0x28 && opcode <= 0x3e) return memory;
  if (opcode >= 0x45 && opcode <= 0xc4) return skip(0);
  if ([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode)) return skip(0);
  if ([0x02, 0x03, 0x04].includes(opcode)) return block;
  if ([0x0c, 0x0d, 0x20, 0x21, 0x22, 0x3f, 0x40, 0x41, 0x42].includes(opcode)) return lebs(1);
  if (opcode === 0x0e) return () => (list(leb), leb());
  if (opcode === 0x23 || opcode === 0x24) return () => leb() === 0 || refuse('a global besides the stack pointer');
  return { 0x43: skip(4), 0x44: skip(8) }[opcode];
}

const code = [];
const calls = [];
/** The function that a body without locals only hands its `count` parameters to, or undefined. */
function passedOn(end, count) {
  const hands = Array.from({ length: count }, (_, i) => [0x20, i]).flat();
  const begin = [0, ...hands, 0x10];
  if (!begin.every((byte, i) => bytes[at + i] === byte)) return undefined;
  const kept = at;
  at += begin.length;
  const callee = leb();
  const only = at === end - 1;
  at = kept;
  return only ? callee : undefined;
}
function body(end) {
  let copied = at;
  list(() => (leb(), at++)); // locals
  while (at < end) {
    const opcode = bytes[at++];
    if (opcode === 0x10) {
      code.push(...bytes.subarray(copied, at));
      calls.push({ at: code.length, callee: leb() });
      copied = at;
    } else {
      (operands(opcode) ?? refuse(`instruction 0x${opcode.toString(16)}`))();
    }
  }
  code.push(...bytes.subarray(copied, end));
  at = end;
}

// --- the module ---------------------------------------------------------------------------------------------------

let types = [];
let imports = [];
let globals = [];
let exported = [];
const segments = [];
const functions = [];
const data = [];
const sections = {
  1: () => {
    types = list(() => {
      at++;
      const [parameters, results] = [list(type), list(type)];
      if (results.length > 1) refuse('a function with several results');
      return `${parameters.join('')}:${results.join('')}`;
    });
  },
  2: () => {
    imports = list(() => {
      const [module, name, kind] = [text(), text(), bytes[at++]];
      leb();
      // A blob has no host: whatever is missing here would be missing in every saved model.
      if (module !== 'env' || kind !== 0 || !name.startsWith('model_')) refuse(`needs ${module}.${name}: only model_* may be left open in wasm-runtime`);
      return name;
    });
  },
  3: () => list(() => functions.push({ type: types[leb()] })),
  6: () => {
    globals = list(() => ({ type: type(), mutable: bytes[at++], value: constant() }));
  },
  7: () => {
    exported = list(() => ({ name: text(), kind: bytes[at++], index: leb() }));
  },
  8: () => refuse('a start function'),
  9: () => refuse('function pointers'),
  10: () => {
    let i = 0;
    list(() => {
      const end = leb() + at;
      functions[i].passedOn = passedOn(end, functions[i].type.indexOf(':'));
      body(end);
      Object.assign(functions[i++], { code_end: code.length, calls_end: calls.length });
    });
  },
  11: () => {
    list(() => {
      if (leb() !== 0) refuse('a passive segment');
      const address = constant();
      const last = segments.at(-1);
      const gap = last ? address - last.address - last.size : Infinity;
      const size = leb();
      // wasm-opt drops runs of zeros that are shorter than what another segment takes.
      if (gap < 24) {
        data.push(...new Uint8Array(gap));
        last.size += gap + size;
      } else {
        segments.push({ address, size });
      }
      data.push(...bytes.subarray(at, at + size));
      at += size;
    });
  },
};
while (at < bytes.length) {
  const read = sections[bytes[at++]];
  const end = leb() + at;
  read?.();
  at = end;
}
for (const { name, kind, index } of exported) if (kind === 0) functions[index - imports.length].name = name;
// A name stands for the function behind it where there is nothing in between: a call less for every blob.
for (const f of functions) {
  const behind = f.name && functions[f.passedOn - imports.length];
  if (behind && !behind.name && behind.type === f.type) [behind.name, f.name] = [f.name, undefined];
}
const heap = exported.find((e) => e.name === '__heap_base') ?? refuse('exports no __heap_base');
if (globals[0].type !== 'i' || !globals[0].mutable) refuse('the first global is not the stack pointer');

const rows = (values) => {
  const lines = [];
  for (let i = 0; i < values.length; i += 32) lines.push(values.slice(i, i + 32).join(','));
  return lines.join(',\n');
};
const quoted = (name) => (name ? `"${name}"` : 'nullptr');
writeFileSync(
  out,
  `// Generated from ${wasm.split('/').pop()} by .ci/embed.mjs.
#include "wasmgen/base_image.h"

namespace loopscope {

const uint8_t base_code[] = {${rows(code)}};
const BaseCall base_calls[] = {${rows(calls.map((c) => `{${c.at},${c.callee}}`))}};
const BaseFunction base_functions[] = {${rows(functions.map((f) => `{${quoted(f.name)},"${f.type}",${f.code_end},${f.calls_end}}`))}};
const uint32_t base_function_count = ${functions.length};
const char* const base_imports[] = {${imports.map(quoted)}};
const uint32_t base_import_count = ${imports.length};
const char base_data[] = {${rows(data.map((byte) => (byte << 24) >> 24))}};
const BaseSegment base_segments[] = {${segments.map((s) => `{${s.address},${s.size}}`)}};
const uint32_t base_segment_count = ${segments.length};
const uint32_t base_stack = ${globals[0].value}, base_heap = ${globals[heap.index].value};

}  // namespace loopscope
`,
);
