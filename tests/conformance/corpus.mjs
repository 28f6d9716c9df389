// Which models there are: our own (corpus/, always there) and those of the shared corpus where it lies beside the checkout or
// where LOOPSCOPE_SHARED says.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** [{ id, file, expected }] */
export const ownModels = readdirSync(path.join(root, 'corpus'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
  .map(({ name }) => ({ id: `corpus/${name}`, file: ['xmile', 'mdl'].map((kind) => path.join(root, 'corpus', name, `model.${kind}`)).find((file) => existsSync(file)), expected: path.join(root, 'corpus', name, 'expected.csv') }));

const sharedFolder = path.join(process.env.LOOPSCOPE_SHARED ?? path.join(root, '../shared'), 'corpus');

/** The folder, or null. */
export const shared = existsSync(path.join(sharedFolder, 'manifest.json')) ? sharedFolder : null;

/** The shared corpus' manifest with absolute paths in `file`; null where it is not there. */
export function readManifest() {
  if (shared === null) return null;
  const manifest = JSON.parse(readFileSync(path.join(shared, 'manifest.json'), 'utf8'));
  for (const entry of manifest.models) entry.file = path.join(shared, entry.model);
  return manifest;
}

// What the engine does not do yet, as it shows in `requires` and `features` of an entry.
const formats = new Set(['xmile', 'json', 'systems', 'mdl']);
const notYet = /^(?:lang:)?(?:conveyor|queue)/;

/** The entries of the manifest that there are readers for; of a few the model itself is not in the corpus. */
export const readableEntries = (manifest) => manifest.models.filter((entry) => formats.has(entry.format) && existsSync(entry.file));

/** Those that the engine is to handle. */
export const supportedEntries = (manifest) => readableEntries(manifest).filter((entry) => ![...entry.requires, ...entry.features].some((need) => notYet.test(need)));
