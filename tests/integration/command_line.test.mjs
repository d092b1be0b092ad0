// The program's other commands: check, hash-key, emit through a real Redis, and push against a server that
// answers as docs/http-api.md says, refusals and pauses included.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { io } from 'socket.io-client';

import { RedisServer, built, startChartcast } from '../support/programs.mjs';
import { nextEvent, within } from '../support/waiting.mjs';

const example = fileURLToPath(new URL('../../examples/crm.yaml', import.meta.url));
const documented = fileURLToPath(new URL('../unit/config/product.yaml', import.meta.url));

function start(args, env = {}) {
    const child = spawn(built('chartcast'), args, { env: { ...process.env, ...env } });
    child.out = '';
    child.err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { child.out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { child.err += text; });
    child.stdin.on('error', () => {});
    child.ended = within(once(child, 'close'), `end of ${args[0]}`, 30_000)
        .then(([code]) => ({ code, out: child.out, err: child.err }));
    return child;
}

async function run(args, { input = '', env } = {}) {
    const child = start(args, env);
    child.stdin.end(input);
    return child.ended;
}

/** A server whose answers a test gives, one for each request: [status, body, headers]. */
async function startApi(answers) {
    const requests = [];
    const server = createServer(async (request, response) => {
        let body = '';
        for await (const piece of request) {
            body += piece;
        }
        requests.push({ url: request.url, headers: request.headers, body });
        server.emit('taken', requests.length);
        const [status, content, headers = {}] = answers[requests.length - 1]
            ?? [200, { epoch: 'e', v: requests.length, changed: true, rows: 3, watchers: 1 }];
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(content));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    after(() => { server.closeAllConnections(); server.close(); });
    return { server, requests, url: `http://127.0.0.1:${server.address().port}` };
}

test('check says what a configuration holds, and what this build does not do', async () => {
    const { code, out, err } = await run(['check', example]);
    assert.equal(code, 0, err);
    assert.match(out, /^ok: 3 datasets, 2 charts/);
    assert.match(err, /warning: alerts/);
});

test('check tells every mistake with its place', async () => {
    const { code, out, err } = await run(['check', documented], { env: { REDIS_PASSWORD: 'x' } });
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /product\.yaml:18:31: auth\.api_keys\[0\]\.hash: /);
    assert.match(err, /CRM_PW is not set/);
});

test('hash-key makes a key and hashes one that is given', async () => {
    const made = await run(['hash-key']);
    const [, key, hash] = /^key: {2}(\S+)\nhash: (sha256:[0-9a-f]{64})\n$/.exec(made.out);
    const given = await run(['hash-key', '--stdin'], { input: key });
    assert.equal(given.out, `hash: ${hash}\n`);
    assert.equal((await run(['hash-key', '--stdin'])).code, 2);
});

test('emit reaches browsers through Redis', async () => {
    const redis = await new RedisServer({ password: 'p@ss' }).start();
    const node = await startChartcast(['--redis', redis.url]);
    const window = io(node.url, { forceNew: true });
    try {
        await node.printed(/redis adapter ready/);
        await nextEvent(window, 'connect');
        const heard = nextEvent(window, 'told');
        const sent = await run(['emit', 'told', '{"n":1}', '"x"'],
            { env: { CHARTCAST_REDIS: redis.url } });
        assert.equal(sent.code, 0, sent.err);
        assert.match(sent.out, /reached \d+ server/);
        assert.deepEqual(await heard, [{ n: 1 }, 'x']);
    } finally {
        window.disconnect();
        await node.stop();
        await redis.stop();
    }
});

test('push sends batches with a key each, and says what it did', async () => {
    const api = await startApi([]);
    const { code, err } = await run(['push', 'deals', '--batch', '2', '--url', api.url, '-o', 'append'],
        { input: '{"a":1}\n\n{"a":2}\n{"a":3}', env: { CHARTCAST_KEY: 'secret' } });
    assert.equal(code, 0, err);
    assert.deepEqual(api.requests.map(({ body }) => JSON.parse(body)), [[{ a: 1 }, { a: 2 }], [{ a: 3 }]]);
    const [first, second] = api.requests;
    assert.equal(first.url, '/api/v1/datasets/deals/rows?op=append');
    assert.equal(first.headers.authorization, 'Bearer secret');
    assert.equal(first.headers['content-type'], 'application/json');
    assert.notEqual(first.headers['idempotency-key'], second.headers['idempotency-key']);
    assert.match(err, /push: 3 rows, .* 2 batches; deals: version 2, 1 watching\n$/);
});

test('push does not wait for more when its input pauses', async () => {
    const api = await startApi([]);
    const child = start(['push', 'calls', '--url', api.url]);
    child.stdin.write('{"a":1}\n');
    await nextEvent(api.server, 'taken');
    assert.deepEqual(JSON.parse(api.requests[0].body), [{ a: 1 }]);
    child.stdin.end('{"a":2}\n');
    assert.equal((await child.ended).code, 0);
    assert.equal(api.requests.length, 2);
});

test('push repeats the header of CSV, and replaces with one batch', async () => {
    const api = await startApi([]);
    await run(['push', 'a', '-f', 'csv', '--batch', '1', '--url', api.url], { input: 'x,y\n1,2\n3,4\n' });
    await run(['push', 'a', '-f', 'csv', '-o', 'replace', '--url', api.url], { input: 'x,y\n1,2\n3,4\n' });
    assert.deepEqual(api.requests.map(({ body }) => body), ['x,y\n1,2\n', 'x,y\n3,4\n', 'x,y\n1,2\n3,4\n']);
    assert.equal(api.requests[0].headers['content-type'], 'text/csv');
});

test('push tries again with the same key when the server is busy', async () => {
    const api = await startApi([[503, { code: 'store_failed' }, { 'retry-after': '1' }]]);
    const { code, err } = await run(['push', 'a', '--url', api.url], { input: '{}' });
    assert.equal(code, 0, err);
    assert.match(err, /503 store_failed; trying again in 1 s/);
    const [first, again] = api.requests;
    assert.equal(first.headers['idempotency-key'], again.headers['idempotency-key']);
    assert.equal(first.body, again.body);
});

test('push names the lines that a server refuses', async () => {
    const api = await startApi([undefined, [422, { code: 'invalid_rows', detail: 'Some rows are wrong.',
        errors: [{ row: 0, field: 'amount', code: 'wrong_type' }], count: 1 }]]);
    const { code, err } = await run(['push', 'a', '--batch', '2', '--url', api.url],
        { input: '{}\n{}\n{"amount":"x"}\n{}\n{}\n' });
    assert.equal(code, 1);
    assert.match(err, /422 invalid_rows: Some rows are wrong\.\n {2}line 3: amount: wrong_type\n/);
    assert.match(err, /nothing was taken of lines 3 to 4; all rows before them were/);
    assert.equal(api.requests.length, 2);
});

test('push says at once when nobody listens', async () => {
    const { code, err } = await run(['push', 'a', '--url', 'http://127.0.0.1:1'], { input: '{}' });
    assert.equal(code, 1);
    assert.match(err, /cannot reach http:\/\/127\.0\.0\.1:1\//);
});
