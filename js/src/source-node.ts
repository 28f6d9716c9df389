// Node's way of reading a file; imported only when a `file:` URL has to be read.
import { readFile } from 'node:fs/promises';

export async function readFileUrl(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(url);
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
