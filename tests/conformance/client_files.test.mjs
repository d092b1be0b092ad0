// The browser client, served below the Socket.IO path. WIRE: A1 (serveClient).

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { httpRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';

const server = useServer();

const packageFile = createRequire(import.meta.url).resolve('socket.io/package.json');
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
const folder = path.join(path.dirname(packageFile), 'client-dist');
const etag = `"${version}"`;

for (const name of readdirSync(folder)) {
    check(`${name}: the bytes of the npm package, with type and caching headers`, async () => {
        const response = await httpRequest(server, `/socket.io/${name}`);
        assert.equal(response.status, 200);
        assert.ok(response.body.equals(readFileSync(path.join(folder, name))));
        assert.equal(response.headers['content-type'],
            `application/${name.endsWith('.map') ? 'json' : 'javascript'}; charset=utf-8`);
        assert.equal(response.headers['cache-control'], 'public, max-age=0');
        assert.equal(response.headers.etag, etag);
    });
}

check('a query is ignored', async () => {
    const response = await httpRequest(server, '/socket.io/socket.io.min.js?v=1');
    assert.equal(response.status, 200);
});

for (const known of [etag, `W/${etag}`]) {
    check(`If-None-Match ${known}: 304 without a body`, async () => {
        const response = await httpRequest(
            server, '/socket.io/socket.io.js', { headers: { 'If-None-Match': known } });
        assert.equal(response.status, 304);
        assert.equal(response.text, '');
    });
}

check('another If-None-Match: 200', async () => {
    const response = await httpRequest(
        server, '/socket.io/socket.io.js', { headers: { 'If-None-Match': '"1.0.0"' } });
    assert.equal(response.status, 200);
});

for (const [encoding, decode] of [['gzip', gunzipSync], ['br', brotliDecompressSync]]) {
    check(`Accept-Encoding ${encoding} is answered compressed`, async () => {
        const response = await httpRequest(
            server, '/socket.io/socket.io.js', { headers: { 'Accept-Encoding': encoding } });
        assert.equal(response.status, 200);
        assert.equal(response.headers['content-encoding'], encoding);
        assert.ok(decode(response.body).equals(readFileSync(path.join(folder, 'socket.io.js'))));
    });
}

check('a file that does not exist is an engine request: 400, code 0', async () => {
    for (const name of ['nothing.js', 'socket.io.jsx', '../package.json', 'socket.io.js/']) {
        const response = await httpRequest(server, `/socket.io/${name}`);
        assert.equal(response.status, 400, name);
        assert.equal(response.text, '{"code":0,"message":"Transport unknown"}', name);
    }
});
