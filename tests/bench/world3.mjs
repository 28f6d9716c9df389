// World3-03, the Vensim model of the shared corpus that people judge an engine by.
import { readFileSync } from 'node:fs';
import { readManifest } from '../conformance/corpus.mjs';

/** Its text as bytes; null, and a line that says so, where the shared corpus is not there. */
export function world3() {
  const entry = readManifest()?.models.find(({ model }) => model.endsWith('wrld3-03.mdl'));
  if (entry) return readFileSync(entry.file);
  console.log('World3-03 is left out: there is no shared corpus beside the checkout nor where LOOPSCOPE_SHARED says.\n');
  return null;
}
