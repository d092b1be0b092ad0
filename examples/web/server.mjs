// The server of a site with a live chart in its pages: it serves a built example, and gives its reader tokens.
// The key that may make tokens stays here; a page never has it.
//
//   CHARTCAST_KEY=… node server.mjs FOLDER        http://localhost:3000
//   CHARTCAST_URL, PORT                           of chartcast (http://127.0.0.1:8080), and of this server
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? '.');
const chartcast = process.env.CHARTCAST_URL ?? 'http://127.0.0.1:8080';
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };

async function token() {
  const answer = await fetch(`${chartcast}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.CHARTCAST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ charts: ['orders_by_region'], ttl: 600 }),
  });
  if (!answer.ok) throw new Error(`chartcast gives no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).token;
}

async function answerTo(path) {
  // A site asks here who is signed in, and gives a token for what this person may see.
  if (path === '/my/token') return { type: 'text/plain', body: await token() };
  const file = join(folder, normalize(path === '/' ? '/index.html' : path));
  return { type: types[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
}

const server = createServer(async (request, response) => {
  try {
    const { type, body } = await answerTo(new URL(request.url, 'http://localhost').pathname);
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  } catch (error) {
    const missing = error.code === 'ENOENT' || error.code === 'EISDIR';
    if (!missing) console.error(error.message);
    response.writeHead(missing ? 404 : 502).end();
  }
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`serving ${folder} on http://localhost:${server.address().port}`);
});
