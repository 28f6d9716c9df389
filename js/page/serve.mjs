// Serves the page on 127.0.0.1: `npm run page [-- --port N]`. Only what the page needs of the checkout is there to be had, under
// the strictest policy that WebAssembly allows.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = new URL('../../', import.meta.url);

const headers = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};
const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  wasm: 'application/wasm',
  xmile: 'application/xml; charset=utf-8',
};

const files = {
  '/': 'js/page/index.html',
  '/style.css': 'js/page/style.css',
  '/uplot.css': 'node_modules/uplot/dist/uPlot.min.css',
  '/js/dist/page/uplot.js': 'node_modules/uplot/dist/uPlot.esm.js', // where page/charts.js imports it from
  '/build/emscripten/loopscope.mjs': 'build/emscripten/loopscope.mjs',
  '/build/emscripten/loopscope.wasm': 'build/emscripten/loopscope.wasm',
};
// Names of a kind: nothing in them leads out of their folder.
const patterns = [/^\/js\/dist\/(?:page\/)?[a-z-]+\.js$/, /^\/corpus\/[a-z0-9-]+\/model\.xmile$/];

const fileOf = (path) => files[path] ?? (patterns.some((pattern) => pattern.test(path)) ? path.slice(1) : null);

/** The models of the corpus: `[{id, name}]`. */
function models() {
  const corpus = new URL('corpus/', root);
  const folders = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name: id }) => ({ id, file: new URL(`${id}/model.xmile`, corpus) }))
    .filter(({ file }) => existsSync(file))
    .map(({ id, file }) => ({ id, name: /<name>([^<]*)<\/name>/.exec(readFileSync(file, 'utf8'))?.[1] ?? id }));
}

async function answer(request, response) {
  const send = (status, type, body = '') => {
    response.writeHead(status, { ...headers, ...(type ? { 'Content-Type': type } : {}) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405);
  const path = request.url.split('?', 1)[0];
  if (path === '/favicon.ico') return send(204);
  if (path === '/models.json') return send(200, types.json, JSON.stringify(models()));
  const file = fileOf(path);
  if (!file) return send(404, 'text/plain; charset=utf-8', 'not here\n');
  try {
    send(200, types[file.split('.').pop()], await readFile(new URL(file, root)));
  } catch {
    send(404, 'text/plain; charset=utf-8', 'not built\n');
  }
}

/** Starts the server; port 0 takes a free one. -> { url, close() } */
export async function serve({ port = 0 } = {}) {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
  const { url } = await serve({ port: Number(values.port) });
  console.log(`the page is at ${url} (Ctrl-C ends it)`);
}
