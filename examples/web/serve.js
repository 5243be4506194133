// Serves the example on this machine alone: node examples/web/serve.js [PORT]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const here = import.meta.dirname, root = join(here, '../..');
const PLACES = [['/uytin/', join(root, 'bindings/wasm/dist')], ['/data/', join(root, 'examples/data')], ['/', here]];
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json',
  '.jsonl': 'application/x-ndjson; charset=utf-8', '.wasm': 'application/wasm', '.svg': 'image/svg+xml',
};
// The page may run what comes from here and nothing else, and may ask nobody else.
const HEADERS = {
  'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache',
};

export const serve = (port = 0) => new Promise((resolve, reject) => {
  const server = createServer(async (request, response) => {
    const answer = (status, type, body) => response.writeHead(status, { ...HEADERS, 'content-type': type }).end(request.method === 'HEAD' ? undefined : body);
    try {
      const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
      const [prefix, folder] = PLACES.find(([prefix]) => path.startsWith(prefix));
      const file = normalize(join(folder, path.slice(prefix.length) || 'index.html'));
      if (!file.startsWith(folder + sep) || !TYPES[extname(file)] || !['GET', 'HEAD'].includes(request.method)) throw new Error('no such page');
      answer(200, TYPES[extname(file)], await readFile(file));
    } catch {
      answer(404, 'text/plain; charset=utf-8', 'there is no such page\n');
    }
  });
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => resolve({ url: `http://localhost:${server.address().port}/`, close: () => server.close() }));
});

if (process.argv[1] === import.meta.filename) {
  const { url } = await serve(Number(process.argv[2] ?? 8417));
  console.log(`the example is at ${url} (Ctrl-C ends it)`);
}
