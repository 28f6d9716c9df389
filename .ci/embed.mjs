// embed.mjs BASE.wasm OUT.cpp: the base module as a C array, after a look at what it wants from its host.
import { readFileSync, writeFileSync } from 'node:fs';

const [wasm, out] = process.argv.slice(2);
const bytes = readFileSync(wasm);
const strangers = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
  .map((i) => `${i.module}.${i.name}`)
  .filter((name) => !name.startsWith('env.model_'));
if (strangers.length) {
  // A blob has no host: whatever is missing here would be missing in every saved model.
  console.error(`${wasm} needs ${strangers.join(', ')}: only model_* may be left open in wasm-runtime`);
  process.exit(1);
}
const rows = [];
for (let i = 0; i < bytes.length; i += 32) rows.push(bytes.subarray(i, i + 32).join(','));
writeFileSync(
  out,
  `// Generated from ${wasm.split('/').pop()} by .ci/embed.mjs.
extern const unsigned char loopscope_base_module[] = {
${rows.join(',\n')}};
extern const unsigned loopscope_base_module_size = ${bytes.length};
`,
);
