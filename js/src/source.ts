// Bytes from wherever they are. The only place that knows that there is Node: `file:` URLs, which fetch does not read.
import { LoopscopeError } from './errors.js';

export async function readBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (url.protocol === 'file:') {
      const { readFileUrl } = await import('./source-node.js');
      return await readFileUrl(url);
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LoopscopeError('unreadable_source', `${url.href} cannot be read: ${why}`, { cause });
  }
}
