// What the HTTP API of the real program does when all is well: rows in and out in every format, conditions,
// repeated requests, several datasets at once, the past, and events.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { apiConfiguration, assertProblem, embedToken, openEvents } from '../support/live_api.mjs';
import { LiveClient } from '../support/live_client.mjs';
import { LiveServer } from '../support/live_server.mjs';
import { elapse } from '../support/waiting.mjs';

const require = createRequire(import.meta.url);
const msgpack = createRequire(require.resolve('socket.io-msgpack-parser'))('notepack.io');

let server;
const open = new Set();
before(async () => {
    server = await new LiveServer(apiConfiguration, { args: ['--shards', '2'] }).start();
}, { timeout: 30_000 });
after(async () => {
    open.forEach((one) => one.close());
    await server?.stop();
});

const rowsOf = (dataset) => `/api/v1/datasets/${dataset}/rows`;
const etag = ({ epoch, v }) => `"${epoch}:${v}"`;
/** The path and method of every request of this file. */
const asked = [];

async function ask(method, path, options) {
    asked.push([method, path.replace(/\?.*/, '')]);
    return server.request(method, path, options);
}

async function ok(method, path, options, status = 200) {
    const answer = await ask(method, path, options);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
}

async function events(path, headers) {
    const stream = await openEvents(server, path, headers);
    open.add(stream);
    assert.equal(stream.status, 200);
    assert.equal(stream.headers['content-type'], 'text/event-stream');
    return stream;
}

function delta(auth) {
    const client = new LiveClient(server.url, auth);
    open.add(client);
    return client;
}

const clear = (dataset) => ok('POST', `${rowsOf(dataset)}?op=clear`);

test('the answer to a publish says where the dataset is, and its ETag is that of the rows', async () => {
    const answer = await ok('POST', rowsOf('deals'), { body: [{ id: 'a', region: 'north', amount: 1 }] });
    assert.deepEqual(Object.keys(answer.json).sort(), ['changed', 'epoch', 'rows', 'v', 'watchers']);
    assert.equal(answer.json.changed, true);
    assert.equal(answer.json.rows, 1);
    assert.equal(answer.headers.get('etag'), etag(answer.json));
    const read = await ok('GET', `${rowsOf('deals')}.json`);
    assert.equal(read.headers.get('etag'), etag(answer.json));
    assert.deepEqual(read.json.rows, [{ id: 'a', region: 'north', amount: 1 }]);
    assert.deepEqual(read.json.key, ['id']);
    assert.equal(read.json.fields.amount, 'number');
    const again = await ok('GET', rowsOf('deals'), { headers: { 'if-none-match': etag(answer.json) } }, 304);
    assert.equal(again.text, '');
    assert.equal((await ok('HEAD', rowsOf('deals'))).text, '');
});

test('a batch that changes nothing says so, and is no version', async () => {
    const first = await ok('POST', rowsOf('deals'), { body: { id: 'same', amount: 5 } });
    const second = await ok('POST', rowsOf('deals'), { body: { id: 'same', amount: 5 } });
    assert.equal(second.json.changed, false);
    assert.equal(second.json.v, first.json.v);
});

const formats = {
    'application/json': JSON.stringify([{ state: 'won', id: 'N,1', amount: 1.5 }, ['lost', '时间', null]]),
    'application/x-ndjson': '\uFEFF{"state":"won","id":"N,1","amount":1.5}\r\n\r\n{"state":"lost","id":"时间"}',
    'text/csv': '\uFEFFstate, id ,amount\r\nwon,"N,1", 1.5\r\nlost,时间,\r\n',
    'application/msgpack': msgpack.encode([{ state: 'won', id: 'N,1', amount: 1.5 }, ['lost', '时间', null]]),
};
for (const [type, body] of Object.entries(formats)) {
    test(`rows come as ${type}`, async () => {
        await clear('pairs');
        const answer = await ok('POST', rowsOf('pairs'), { body, headers: { 'content-type': `${type}; charset=utf-8` } });
        assert.equal(answer.json.rows, 2);
        assert.deepEqual((await server.rows('pairs')).rows,
            [{ state: 'won', id: 'N,1', amount: 1.5 }, { state: 'lost', id: '时间', amount: null }]);
    });
}

test('maps of MessagePack follow each other', async () => {
    await clear('pairs');
    const body = Buffer.concat([msgpack.encode({ state: 'a', id: '1' }), msgpack.encode({ state: 'b', id: '2' })]);
    await ok('POST', rowsOf('pairs'), { body, headers: { 'content-type': 'application/vnd.msgpack' } });
    assert.equal((await server.rows('pairs')).count, 2);
});

test('every type of cell survives CSV out and in again', async () => {
    await clear('kinds');
    await ok('POST', rowsOf('kinds'), { body: [
        { id: ' "quoted",\n', n: -0.5, i: 9007199254740991, b: true, at: '2026-01-02T03:04:05.678Z', j: { a: [1, null] } },
        { id: 'null', n: null, i: null, b: null, at: null, j: null },
        { id: '=1+1', n: 1e300, i: -9007199254740991, b: false, at: 0, j: 'text' },
    ] });
    const before = await server.rows('kinds');
    assert.equal(before.rows[0].at, Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    const csv = await ok('GET', rowsOf('kinds'), { headers: { accept: 'text/csv' } });
    assert.match(csv.headers.get('content-type'), /^text\/csv/);
    assert.equal(csv.text, (await ok('GET', `${rowsOf('kinds')}.csv`)).text);
    await clear('kinds');
    await ok('POST', rowsOf('kinds'), { body: csv.text, headers: { 'content-type': 'text/csv' } });
    assert.deepEqual((await server.rows('kinds')).rows, before.rows);
});

test('a dataset learns its fields from its first batch: 201, then 200', async () => {
    const headers = { 'idempotency-key': 'learns' };
    const body = [{ name: 'a', n: 1 }];
    const first = await ok('POST', rowsOf('learned'), { body, headers }, 201);
    const again = await ok('POST', rowsOf('learned'), { body, headers });
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.equal(again.json.v, first.json.v);
    await ok('POST', rowsOf('learned'), { body: [{ name: 'b', n: 2 }] });
    const read = await server.rows('learned');
    assert.deepEqual(read.fields, { name: 'string', n: 'number' });
    assert.equal(read.count, 2);
});

test('a request that is repeated has its first answer, and changes nothing', async () => {
    const headers = { 'idempotency-key': 'repeat-1' };
    const body = [{ id: 'repeated', amount: 1 }];
    const first = await ok('POST', rowsOf('deals'), { body, headers });
    assert.equal(first.headers.get('idempotent-replayed'), null);
    await ok('POST', rowsOf('deals'), { body: [{ id: 'repeated', amount: 2 }] });
    const again = await ok('POST', rowsOf('deals'), { body, headers });
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual({ ...again.json, watchers: 0 }, { ...first.json, watchers: 0 });
    assert.equal((await server.rows('deals')).rows.find(({ id }) => id === 'repeated').amount, 2);
    const asNdjson = await ok('POST', rowsOf('pairs'), { body: [{ state: 'k', id: '1' }], headers: { 'idempotency-key': 'elsewhere' } });
    assert.equal(asNdjson.headers.get('idempotent-replayed'), null);
    assertProblem(await ask('POST', rowsOf('deals'), { body: [{ id: 'other' }], headers }), 422, 'key_reused');
});

test('a stream with a key that is sent again adds nothing twice', async () => {
    await clear('log');
    const body = Array.from({ length: 2500 }, (_, n) => `{"text":"t","n":${n}}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'stream-1' };
    const first = await ok('POST', rowsOf('log'), { body, headers });
    assert.equal(first.json.rows, 2500);
    const again = await ok('POST', rowsOf('log'), { body, headers });
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.equal(again.json.v, first.json.v);
    const { rows, count } = await server.rows('log');
    assert.equal(count, 1000);
    assert.deepEqual(rows.map(({ n }) => n), Array.from({ length: 1000 }, (_, n) => 1500 + n));
});

test('If-Match admits who has seen the newest version, and nobody else', async () => {
    const { json } = await ok('POST', rowsOf('deals'), { body: { id: 'matched', amount: Math.random() } });
    const next = await ok('POST', rowsOf('deals'), { body: { id: 'matched', amount: -1 }, headers: { 'if-match': etag(json) } });
    const refused = await ask('POST', rowsOf('deals'), { body: { id: 'matched', amount: -2 }, headers: { 'if-match': etag(json) } });
    assertProblem(refused, 412, 'precondition_failed', { epoch: next.json.epoch, v: next.json.v });
    await ok('POST', rowsOf('deals'), { body: { id: 'matched', amount: -3 }, headers: { 'if-match': '*' } });
    const rows = (await server.rows('deals')).rows;
    assert.equal(rows.find(({ id }) => id === 'matched').amount, -3);
});

test('PUT replaces, PATCH upserts, and each operation does what its name says', async () => {
    await ok('PUT', rowsOf('deals'), { body: [{ id: 'a', amount: 1 }, { id: 'b', amount: 2 }] });
    await ok('PATCH', rowsOf('deals'), { body: [{ id: 'b', region: 'x' }, { id: 'c', amount: 3 }] });
    await ok('POST', `${rowsOf('deals')}?op=append`, { body: [{ id: 'd', amount: 4 }] });
    await ok('POST', `${rowsOf('deals')}?op=patch`, { body: [{ key: 'c', set: { region: 'y' }, inc: { amount: 0.5 } }] });
    await ok('POST', `${rowsOf('deals')}?op=remove`, { body: ['a', { id: 'd' }, ['nobody']] });
    assert.deepEqual((await server.rows('deals')).rows,
        [{ id: 'b', region: 'x', amount: 2 }, { id: 'c', region: 'y', amount: 3.5 }]);
    assertProblem(await ask('POST', `${rowsOf('deals')}?op=append`, { body: [{ id: 'b' }] }), 422, 'invalid_rows');
});

test('one row is named by its key, however its cells have to be encoded', async () => {
    await clear('pairs');
    const keys = [['won', 'N,1'], ['50%', 'a/b'], ['', '?#&'], ['时', '间 +']];
    await ok('POST', rowsOf('pairs'), { body: keys.map(([state, id]) => ({ state, id, amount: 1 })) });
    for (const key of keys) {
        const path = `${rowsOf('pairs')}/${key.map(encodeURIComponent).join(',')}`;
        await ok('PATCH', path, { body: { set: { amount: 10 }, inc: { amount: 5 } } });
        const [state, id] = key;
        const row = async () => (await server.rows('pairs')).rows.find((one) => one.state === state && one.id === id);
        assert.equal((await row()).amount, 15, path);
        await ok('PATCH', path, { body: { amount: null }, headers: { 'content-type': 'application/merge-patch+json' } });
        assert.equal((await row()).amount, null, path);
        await ok('DELETE', path);
        assert.equal(await row(), undefined, path);
        assertProblem(await ask('DELETE', path), 404, 'missing_key');
    }
});

test('a publish of several is all or nothing, also in what viewers see', async () => {
    await clear('deals');
    await clear('pairs');
    const client = delta({ charts: ['both'] });
    await client.until(() => client.datasets.size === 2, 'snapshot');
    const wrong = [
        { dataset: 'deals', rows: [{ id: 'x', amount: 1 }] },
        { dataset: 'pairs', op: 'upsert', rows: [{ state: 'x', id: 'y', amount: 'much' }] },
    ];
    assertProblem(await ask('POST', '/api/v1/publish', { body: wrong }), 422, 'invalid_rows', { part: 1 });
    assert.equal((await server.rows('deals')).count, 0);
    const right = [wrong[0], { dataset: 'pairs', rows: [{ state: 'x', id: 'y', amount: 2 }] }];
    const answer = await ok('POST', '/api/v1/publish', { body: right });
    assert.deepEqual(answer.json.parts.map(({ status, dataset }) => [status, dataset]), [[200, 'deals'], [200, 'pairs']]);
    await client.until(() => client.rows('deals').length === 1 && client.rows('pairs').length === 1, 'both changes');
    // Nothing of the one that was refused came before.
    assert.deepEqual(client.messages('delta').map(({ ds, n }) => [ds, n]).sort(), [['deals', undefined], ['pairs', undefined]]);
    assert.equal(client.resyncs, 0);
});

test('a publish with options changes rows and charts, and is replayed as a whole', async () => {
    const body = [
        { dataset: 'deals', op: 'upsert', rows: [{ id: 'with-option', amount: Math.random() }] },
        { chart: 'note', option: { title: { text: 'published' } } },
        { chart: 'note', patch: { legend: {} } },
    ];
    const answer = await ok('POST', '/api/v1/publish', { body });
    assert.deepEqual(answer.json.parts.map(({ changed }) => changed), [true, true, true]);
    const option = await ok('GET', '/api/v1/charts/note/option');
    assert.deepEqual(option.json, { title: { text: 'published' }, legend: {} });
    const keyed = { body: [...body.slice(0, 2), { chart: 'note', patch: { legend: { top: 7 } } }], headers: { 'idempotency-key': 'parts-1' } };
    const once = await ok('POST', '/api/v1/publish', keyed);
    assert.equal(once.headers.get('idempotent-replayed'), null);
    await ok('PUT', '/api/v1/charts/note/option', { body: { title: { text: 'meanwhile' } } });
    const again = await ok('POST', '/api/v1/publish', keyed);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(again.json.parts, once.json.parts);
    assert.deepEqual((await ok('GET', '/api/v1/charts/note/option')).json, { title: { text: 'meanwhile' } });
    const stale = [{ dataset: 'deals', rows: [{ id: 'z' }], if_match: `${answer.json.parts[0].epoch}:1` }];
    assertProblem(await ask('POST', '/api/v1/publish', { body: stale }), 412, 'precondition_failed', { part: 0 });
});

test('atomic=false answers for each part', async () => {
    const body = [
        { dataset: 'deals', rows: [{ id: 'kept', amount: 1 }] }, { dataset: 'deals', rows: [{ id: 'k', amount: 'much' }] },
        { dataset: 'nothing', rows: [] }, { chart: 'deals_live', option: {} },
        { dataset: 'pairs', rows: [{ state: 'kept', id: 'too' }] },
    ];
    const answer = await ok('POST', '/api/v1/publish?atomic=false', { body }, 207);
    assert.deepEqual(answer.json.parts.map(({ status, code }) => [status, code]), [
        [200, undefined], [422, 'invalid_rows'], [404, 'unknown_dataset'], [422, 'not_raw'], [200, undefined],
    ]);
    assert.ok((await server.rows('deals')).rows.some(({ id }) => id === 'kept'));
});

test('durability=memory is answered at once, and seen at once', async () => {
    const answer = await ok('POST', `${rowsOf('deals')}?durability=memory`, { body: [{ id: 'quick', amount: 1 }] });
    assert.equal(answer.json.changed, true);
    assert.ok((await server.rows('deals')).rows.some(({ id }) => id === 'quick'));
});

test('rows are read as they were, and the history says how they changed', async () => {
    await ok('PUT', rowsOf('pairs'), { body: [{ state: 's', id: '1', amount: 1 }] });
    await elapse(5);
    const then = Date.now();
    await elapse(5);
    const { json: last } = await ok('PATCH', rowsOf('pairs'), { body: [{ state: 's', id: '1', amount: 2 }, { state: 's', id: '2', amount: 3 }] });
    for (const at of [then, new Date(then).toISOString()]) {
        const past = await ok('GET', `${rowsOf('pairs')}?at=${at}`);
        assert.deepEqual(past.json.rows, [{ state: 's', id: '1', amount: 1 }]);
        assert.equal(past.json.v, last.v - 1);
    }
    const newest = await ok('GET', `${rowsOf('pairs')}?limit=1`);
    assert.deepEqual(newest.json.rows, [{ state: 's', id: '2', amount: 3 }]);
    assert.equal(newest.json.count, 2);
    const history = (query) => ok('GET', `/api/v1/datasets/pairs/history?${query}`);
    const { json: page } = await history(`from=${last.v - 1}&to=${last.v}&limit=1`);
    assert.equal(page.batches.length, 1);
    assert.equal(page.batches[0].v, last.v - 1);
    assert.equal(page.next, last.v);
    assert.deepEqual(page.dims, ['state', 'id', 'amount']);
    const { json: rest } = await history(`from=${page.next}`);
    assert.deepEqual(rest.batches.map(({ v }) => v), [last.v]);
    assert.equal(rest.next, null);
    const { json: since } = await history(`from=${new Date(then).toISOString()}`);
    assert.deepEqual(since.batches.map(({ v }) => v), [last.v]);
    assertProblem(await ask('GET', `${rowsOf('pairs')}?at=${then - 86_400_000}`), 410, 'too_old');
});

test('a history begins with a batch whose time can be asked for, also for who sees some rows', async () => {
    await ok('PUT', rowsOf('regions'), { body: [{ region: 'south', n: 1 }] });
    await ok('POST', rowsOf('regions'), { body: [{ region: 'south', n: 2 }] });
    await ok('POST', rowsOf('regions'), { body: [{ region: 'north', n: 3 }, { region: 'south', n: 3 }] });
    const oldest = (options) => ok('GET', '/api/v1/datasets/regions/history?limit=1', options);
    for (const key of [undefined, embedToken({ charts: ['regions'], rows: { region: ['north'] } })]) {
        const { json, text } = await oldest({ key });
        assert.equal(json.batches.length, 1, text);
        const [{ ts }] = json.batches;
        const past = await ok('GET', `${rowsOf('regions')}?at=${ts}`, { key });
        if (key) {
            assert.doesNotMatch(text + past.text, /south/);
        }
    }
    // Who sees no row finds no batch.
    const { json: nothing } = await oldest({ key: embedToken({ charts: ['regions'], rows: { region: ['nowhere'] } }) });
    assert.deepEqual(nothing.batches.filter(({ ops }) => ops.some(([op]) => op !== 'replace')), []);
});

test('an option is read with its rows and replaced under its version', async () => {
    const first = await ok('PUT', '/api/v1/charts/note/option', { body: { title: { text: 'one' } } });
    const read = await ok('GET', '/api/v1/charts/note/option');
    await ok('GET', '/api/v1/charts/note/option', { headers: { 'if-none-match': read.headers.get('etag') } }, 304);
    await ok('PATCH', '/api/v1/charts/note/option', { body: { title: { left: 3 } }, headers: { 'if-match': etag(first.json) } });
    assertProblem(await ask('PUT', '/api/v1/charts/note/option', { body: {}, headers: { 'if-match': etag(first.json) } }),
        412, 'precondition_failed');
    assert.deepEqual((await ok('GET', '/api/v1/charts/note/option')).json, { title: { text: 'one', left: 3 } });
    const chinese = await ok('GET', '/api/v1/charts/deals_live/option?locale=zh-CN');
    assert.equal(chinese.json.title.text, '实时成交');
    const accepted = await ok('GET', '/api/v1/charts/deals_live/option', { headers: { 'accept-language': 'zh-CN,en;q=0.5' } });
    assert.equal(accepted.json.title.text, '实时成交');
});

test('a change of an option that is repeated has its first answer, and changes nothing', async () => {
    for (const [chart, method, body] of [['note', 'PUT', { title: { text: 'once' } }], ['note', 'PATCH', { legend: { left: 9 } }],
        ['deals_live', 'PATCH', { tooltip: { confine: true } }]]) {
        const path = `/api/v1/charts/${chart}/option`;
        const headers = { 'idempotency-key': `option-${chart}-${method}` };
        const first = await ok(method, path, { body, headers });
        assert.equal(first.json.changed, true);
        assert.equal(first.headers.get('idempotent-replayed'), null);
        await ok('PATCH', path, { body: { tooltip: { confine: false, note: `${chart} ${method}` }, legend: { left: 1 } } });
        const between = await ok('GET', path);
        const again = await ok(method, path, { body, headers });
        assert.equal(again.headers.get('idempotent-replayed'), 'true');
        assert.deepEqual([again.json.v, again.json.changed], [first.json.v, true]);
        assert.deepEqual((await ok('GET', path)).json, between.json);
        assertProblem(await ask(method, path, { body: { other: 1 }, headers }), 422, 'key_reused');
    }
});

test('events are a chart at once and after each change, and nothing again to who has it', async () => {
    await ok('PUT', '/api/v1/charts/note/option', { body: { n: 1 } });
    const stream = await events('/api/v1/charts/note/events');
    const first = await stream.events.next('first option');
    assert.equal(first.event, 'option');
    assert.deepEqual(JSON.parse(first.data), { n: 1 });
    await ok('PUT', '/api/v1/charts/note/option', { body: { n: 2 } });
    const second = await stream.events.next('second option');
    assert.deepEqual(JSON.parse(second.data), { n: 2 });
    assert.notEqual(second.id, first.id);
    stream.close();
    const knows = await events('/api/v1/charts/note/events', { 'last-event-id': second.id });
    const missed = await events('/api/v1/charts/note/events', { 'last-event-id': first.id });
    assert.deepEqual(JSON.parse((await missed.events.next('what was missed')).data), { n: 2 });
    await ok('PUT', '/api/v1/charts/note/option', { body: { n: 3 } });
    assert.deepEqual(JSON.parse((await knows.events.next('what is new')).data), { n: 3 });
});

test('a token shows its charts and its rows until it expires, and no others', async () => {
    await ok('PUT', rowsOf('regions'), { body: [{ region: 'north', n: 1 }, { region: 'south', n: 2 }] });
    const body = { charts: ['regions'], rows: { region: ['north'] }, ttl: 600, name: 'partner page' };
    const made = await ok('POST', '/api/v1/tokens', { body }, 201);
    assert.ok(Math.abs(made.json.expires_at - Date.now() - 600_000) < 60_000, made.text);
    const key = made.json.token;
    const { json, headers } = await ok('GET', rowsOf('regions'), { key });
    assert.deepEqual(json.rows, [{ region: 'north', n: 1 }]);
    assert.equal(json.count, 1);
    assert.notEqual(headers.get('etag'), etag(json));
    const option = await ok('GET', `/api/v1/charts/regions/option?token=${key}`, { key: '' });
    assert.deepEqual(option.json.dataset[0].source, [['north', 1]]);
    assertProblem(await ask('GET', '/api/v1/charts/deals_live/option', { key }), 403, 'forbidden');
    const history = await ok('GET', '/api/v1/datasets/regions/history', { key });
    assert.doesNotMatch(history.text, /south/);
    // Which sees the rows of nobody: anonymous has no claim.
    assert.equal((await ok('GET', rowsOf('regions'), { key: '' })).json.count, 0);
});

test('a stream of events ends when its token does', async () => {
    const stream = await events(`/api/v1/charts/regions/events?token=${embedToken({ charts: ['regions'], from: -10, to: 2 })}`);
    assert.equal((await stream.events.next('option')).event, 'option');
    assert.equal((await stream.events.next('end')).event, 'expired');
    await assert.rejects(stream.events.next('more'), /ended/);
});

test('openapi.json describes every request of this file', async () => {
    const { json, headers } = await ok('GET', '/api/v1/openapi.json', { key: '' });
    assert.equal(json.openapi, '3.1.0');
    assert.match(headers.get('content-type'), /^application\/json/);
    const routes = Object.entries(json.paths).map(([path, methods]) =>
        [new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`), methods]);
    for (const [method, path] of asked) {
        const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
        assert.ok(routes.some(([pattern, methods]) => pattern.test(path) && methods[wanted]), `${method} ${path}`);
    }
});
