// Shows that parity can fail: the blob of a model with one operation broken must not pass. Each mutant is the blob's bytes with one
// instruction of one generated function replaced by another of the same type.

const replacements = new Map([
  [0xa0, 0xa2], // f64.add -> mul: a term is often 0, and then add and sub are the same
  [0xa1, 0xa0],
  [0xa2, 0xa1], // mul -> sub: a factor is often 1, and the sign of a product of rising things is that of their sum
  [0xa3, 0xa2], // div -> mul
  [0xa4, 0xa5], // min -> max
  [0xa5, 0xa4],
  [0x63, 0x66], // lt -> ge
  [0x64, 0x65], // gt -> le
]);

const names = { 0xa0: 'add', 0xa1: 'sub', 0xa2: 'mul', 0xa3: 'div', 0xa4: 'min', 0xa5: 'max', 0x63: 'lt', 0x64: 'gt' };

/** [{ what, bytes() }]: one for every such instruction in the functions that were generated for the model. */
export function mutantsOf(blob) {
  return operations(blob).map(({ at, opcode, body }) => ({
    what: `f64.${names[opcode]} at byte ${at} (function ${body})`,
    bytes() {
      const copy = blob.slice();
      copy[at] = replacements.get(opcode);
      return copy;
    },
  }));
}

/** Places of instructions that can be replaced, found by decoding the code section. */
function operations(blob) {
  const reader = new Reader(blob, 8);
  const found = [];
  let generated = 0;
  while (reader.at < blob.length) {
    const id = reader.byte();
    const size = reader.leb();
    const end = reader.at + size;
    if (id === 7) generated = indexOfExport(reader, 'run_to'); // the program's functions stand before the ABI's and the runtime's
    if (id === 10) {
      const count = Math.min(reader.leb(), generated);
      for (let body = 0; body < count; body++) {
        const bodyEnd = reader.leb() + reader.at;
        for (let groups = reader.leb(); groups > 0; groups--) {
          reader.leb();
          reader.byte();
        }
        while (reader.at < bodyEnd) {
          const at = reader.at;
          const opcode = reader.instruction();
          if (replacements.has(opcode)) found.push({ at, opcode, body });
        }
      }
    }
    reader.at = end;
  }
  return found;
}

function indexOfExport(reader, wanted) {
  for (let count = reader.leb(); count > 0; count--) {
    const name = reader.text();
    const kind = reader.byte();
    const index = reader.leb();
    if (kind === 0 && name === wanted) return index;
  }
  throw new Error(`the blob does not export ${wanted}`);
}

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** Unsigned; of a signed number only the length is right, which is all that is needed. */
  leb() {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }
  text() {
    const length = this.leb();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
  /** Steps over one instruction and gives its opcode. */
  instruction() {
    const opcode = this.byte();
    if (opcode >= 0x02 && opcode <= 0x04) this.leb(); // block, loop, if: type
    else if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10) this.leb(); // br, br_if, call
    else if (opcode >= 0x20 && opcode <= 0x24) this.leb(); // local.*, global.*
    else if (opcode >= 0x28 && opcode <= 0x3e) this.leb(), this.leb(); // loads, stores: alignment, offset
    else if (opcode === 0x41 || opcode === 0x42) this.leb();
    else if (opcode === 0x43) this.at += 4;
    else if (opcode === 0x44) this.at += 8;
    else if (opcode === 0xfc) {
      const operation = this.leb();
      if (operation > 7) throw new Error(`instruction 0xfc ${operation} is not known here`);
    } else if (!(opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f || opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4))) {
      throw new Error(`instruction 0x${opcode.toString(16)} is not known here`);
    }
    return opcode;
  }
}
