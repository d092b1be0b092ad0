// What the HTTP API does with bytes that are no rows, with streams of any length and with peers that stall:
// a clear refusal, and memory that stays where it was.
//
//   NDJSON_MIB=1024 node --test --test-name-pattern="stream of" tests/integration/live_api_hostile.test.mjs

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { apiConfiguration, assertProblem, openEvents, ownMebibytes, upload } from '../support/live_api.mjs';
import { LiveServer, testKey } from '../support/live_server.mjs';
import { within } from '../support/waiting.mjs';

const mebibytes = Number(process.env.NDJSON_MIB ?? 64);
/** More than this is not a spike of the allocator any more. */
const growthMax = 64;

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
const types = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv', msgpack: 'application/msgpack' };
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

const send = (body, type, dataset = 'kinds', headers = {}) => server.request('POST', rowsOf(dataset),
    { body: Buffer.isBuffer(body) ? body : Buffer.from(body), headers: { 'content-type': types[type], ...headers } });

/** Runs work, and fails when the server's own memory is much larger afterwards. Gives what it grew by. */
async function bounded(work) {
    const before = ownMebibytes(server.program.pid);
    await work();
    const grown = ownMebibytes(server.program.pid) - before;
    assert.ok(grown < growthMax, `${grown} MiB more`);
    return grown;
}

// ---- Bytes that are no rows --------------------------------------------------------------------------

const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const refusals = [
    ['10,000 lists in each other', nested(10_000), 'json', 400, 'too_deep'],
    ['10,000 lists in each other that never end', '['.repeat(10_000), 'json', 400, 'too_deep'],
    ['10,000 objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'json', 400, 'too_deep'],
    ['10,000 lists in each other in a line', nested(10_000), 'ndjson', 422, 'too_deep'],
    ['10,000 lists in each other of MessagePack', Buffer.alloc(10_000, 0x91), 'msgpack', 400, 'too_deep'],
    ['a cell 33 deep', `[{"id":"a","j":${nested(33)}}]`, 'json', 422, 'invalid_rows'],
    ['a megabyte of brackets', `[${'[],'.repeat(300_000)}[]]`, 'json', 422, 'invalid_rows'],
    ['a megabyte of empty objects', `[${'{},'.repeat(300_000)}{}]`, 'json', 422, 'invalid_rows'],
    ['a megabyte of nil', Buffer.concat([Buffer.from([0xdd, 0, 15, 66, 64]), Buffer.alloc(1_000_000, 0xc0)]), 'msgpack', 422, 'invalid_rows'],
    ['a megabyte of commas', `id\n${','.repeat(1_000_000)}`, 'csv', 413, 'line_too_long'],
    ['a map that claims 4 thousand million entries', bytes([0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61, 1]), 'msgpack', 400, 'truncated'],
    ['a list that claims as many', bytes([0xdd, 0xff, 0xff, 0xff, 0xff, 0x80]), 'msgpack', 400, 'truncated'],
    ['a text that claims 4 GiB', bytes([0x81, 0xdb, 0xff, 0xff, 0xff, 0xff], 'abc'), 'msgpack', 400, 'truncated'],
    ['a quote that is never closed', 'id,n\n"a,1\nb,2\n', 'csv', 400, 'invalid_csv'],
    ['text behind a closing quote', 'id,n\n"a"b,1\n', 'csv', 400, 'invalid_csv'],
    ['UTF-8 that is none, in JSON', bytes('[{"id":"', [0xc3, 0x28], '"}]'), 'json', 400, 'invalid_utf8'],
    ['UTF-8 that is none, in CSV', bytes('id\n', [0xed, 0xa0, 0x80], '\n'), 'csv', 400, 'invalid_utf8'],
    ['UTF-8 that is none, in NDJSON', bytes('{"id":"', [0xf5], '"}\n'), 'ndjson', 422, 'invalid_utf8'],
    ['UTF-8 that is none, in MessagePack', bytes([0x81, 0xa2], 'id', [0xa1, 0xff]), 'msgpack', 400, 'invalid_utf8'],
    ['NaN', '[{"id":"a","n":NaN}]', 'json', 400, 'invalid_json'],
    ['Infinity', '{"id":"a","n":-Infinity}\n', 'ndjson', 422, 'invalid_json'],
    ['NaN in CSV', 'id,n\na,NaN\n', 'csv', 422, 'invalid_rows'],
    ['infinity in CSV', 'id,n\na,inf\n', 'csv', 422, 'invalid_rows'],
    ['NaN of MessagePack', bytes([0x82, 0xa2], 'id', [0xa1], 'a', [0xa1], 'n', [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]), 'msgpack', 422, 'invalid_rows'],
    ['2^63 in an integer', '[{"id":"a","i":9223372036854775808}]', 'json', 422, 'invalid_rows'],
    ['2^53 + 1 as a double in an integer', '[{"id":"a","i":1e30}]', 'json', 422, 'invalid_rows'],
    ['a number that no double holds', '[{"id":"a","n":1e999}]', 'json', [400, 422], ['invalid_json', 'invalid_rows']],
    ['a key twice in a batch', '[{"id":"a"},{"id":"a"}]', 'json', 422, 'invalid_rows'],
    ['a field that nobody knows', '[{"id":"a","new":1}]', 'json', 422, 'invalid_rows'],
    ['a field that nobody knows, in CSV', 'id,new\na,1\n', 'csv', 422, 'invalid_rows'],
    ['two JSON texts', '[][]', 'json', 400, 'invalid_json'],
    ['nothing', '', 'json', 400, 'truncated'],
];
for (const [what, body, type, status, code] of refusals) {
    test(`${what}: refused, nothing is changed, memory stays`, async () => {
        const { v } = await server.rows('kinds');
        await bounded(async () => {
            const answer = await send(body, type);
            assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.text.slice(0, 500)}`);
            assert.ok([code].flat().includes(answer.json.code), answer.text.slice(0, 500));
            assertProblem(answer, answer.status, answer.json.code);
            if (answer.json.code === 'invalid_rows') {
                assert.ok(answer.json.errors.length <= 32 && answer.json.count >= answer.json.errors.length);
            }
        });
        assert.equal((await server.rows('kinds')).v, v);
    });
}

test('errors of rows name their codes', async () => {
    const codeOf = async (row) => (await send(JSON.stringify([row]), 'json')).json.errors[0].code;
    assert.equal(await codeOf({ id: 'a', new: 1 }), 'unknown_field');
    assert.equal(await codeOf({ id: null }), 'missing_key');
    assert.equal(await codeOf({ id: 'a', n: 'x' }), 'wrong_type');
    assert.equal(await codeOf({ id: 'a', i: 0.5 }), 'wrong_type');
    assert.equal(await codeOf({ id: 'a', i: 1e30 }), 'integer_range');
    assert.equal(await codeOf({ id: 'a', at: 'noon' }), 'invalid_time');
    assert.equal(await codeOf(17), 'not_a_row');
    assert.equal(await codeOf(['a']), 'cell_count');
    const twice = await send('[{"id":"a"},{"id":"b"},{"id":"a"}]', 'json');
    assert.deepEqual(twice.json.errors.map(({ row, code }) => [row, code]), [[2, 'duplicate_key']]);
});

test('integers are kept exactly up to 2^53 - 1, and beyond refused, never rounded', async () => {
    const answer = await send('[{"id":"big","i":9007199254740991,"n":-9007199254740991}]', 'json');
    assert.equal(answer.status, 200, answer.text);
    const { text } = await server.request('GET', `${rowsOf('kinds')}.json`);
    assert.match(text, /"n":-9007199254740991,"i":9007199254740991\b/);
    for (const field of ['i', 'n']) {
        for (const [type, body] of [['json', `[{"id":"big","${field}":9007199254740993}]`], ['csv', `id,${field}\nbig,9007199254740993\n`]]) {
            const refused = await send(body, type);
            assertProblem(refused, 422, 'invalid_rows');
            assert.equal(refused.json.errors[0].code, 'integer_range', type);
        }
    }
});

test('a body that is compressed is 415', async () => {
    assertProblem(await send(gzipSync('[{"id":"a"}]'), 'json', 'kinds', { 'content-encoding': 'gzip' }), 415, 'unsupported_media_type');
    assertProblem(await send(gzipSync('[{"id":"a"}]'), 'json'), 400, 'invalid_utf8');
});

test('a body of 64 MiB that is no stream is refused after its first', async () => {
    await bounded(async () => {
        const { request, answer } = upload(server, `${rowsOf('window')}?op=replace`, { headers: { 'content-type': types.ndjson }, key: testKey });
        request.on('error', () => {});
        const piece = Buffer.from(`{"id":"${'x'.repeat(65_500)}"}\n`);
        let refused = false;
        answer.finally(() => { refused = true; }).catch(() => {});
        for (let sent = 0; sent < 1024 && !refused; ++sent) {
            if (!request.write(piece)) {
                await Promise.race([once(request, 'drain'), answer]);
            }
        }
        request.end();
        assertProblem(await within(answer, 'refusal'), 413, 'body_too_large');
    });
});

// ---- Streams -----------------------------------------------------------------------------------------

test(`a stream of ${mebibytes} MiB of NDJSON costs what its window costs`, { timeout: 3_600_000 }, async () => {
    const rows = (round) => Array.from({ length: 500 }, (_, row) =>
        `{"id":"key-${row}-${'k'.repeat(100)}","n":${round * 500 + row}}\n`).join('');
    const line = Buffer.byteLength(rows(0)) / 500;
    let sent = 0;
    let most = 0;
    const begun = Date.now();
    const start = ownMebibytes(server.program.pid);
    const { request, answer } = upload(server, `${rowsOf('window')}?op=upsert&durability=memory`,
        { headers: { 'content-type': types.ndjson }, key: testKey });
    let rounds = 0;
    while (sent < mebibytes * 1024 * 1024) {
        const piece = rows(rounds++);
        sent += piece.length;
        if (!request.write(piece)) {
            await within(Promise.race([once(request, 'drain'), answer]), 'drain', 60_000);
            most = Math.max(most, ownMebibytes(server.program.pid) - start);
        }
    }
    request.end();
    const done = await within(answer, 'answer to the stream', 60_000);
    assert.equal(done.status, 200, done.text);
    assert.equal(done.json.rows, rounds * 500);
    const table = await server.rows('window');
    assert.equal(table.count, 500);
    assert.equal(table.rows.at(-1).n, rounds * 500 - 1);
    console.log(`${Math.round(sent / 1048576)} MiB, ${done.json.rows} rows of ${Math.round(line)} bytes in `
        + `${(Date.now() - begun) / 1000} s; at most ${most.toFixed(1)} MiB more memory`);
    assert.ok(most < growthMax, `${most} MiB more`);
});

test('rows of a stream are seen while it goes on, and stay when it breaks off', async () => {
    const { request, answer } = upload(server, `${rowsOf('log')}?op=append`, { headers: { 'content-type': types.ndjson }, key: testKey });
    const stream = await openEvents(server, '/api/v1/charts/windowed/events');
    open.add(stream);
    request.write('{"text":"first","n":1}\n{"text":"half');
    const seen = async (text) => {
        while (!(await server.rows('log')).rows.some((row) => row.text === text)) {
            await new Promise(setImmediate);
        }
    };
    await within(seen('first'), 'first row');
    request.write('","n":2}\n');
    await within(seen('half'), 'second row');
    request.write('{"text":"never');
    request.destroy();
    await assert.rejects(answer);
    await server.publish('log', 'append', [{ text: 'after', n: 3 }]);
    const { rows } = await server.rows('log');
    assert.deepEqual(rows.slice(-3).map(({ text }) => text), ['first', 'half', 'after']);
});

test('a wrong line ends a stream, and the answer says what was kept', async () => {
    const good = Array.from({ length: 1500 }, (_, n) => `{"text":"good","n":${n}}\n`).join('');
    const { request, answer } = upload(server, rowsOf('log'), { headers: { 'content-type': types.ndjson, 'idempotency-key': 'broken' }, key: testKey });
    request.end(`${good}{"text":"bad","n":"x"}\n${good}`);
    const refused = await within(answer, 'refusal');
    assertProblem(refused, 422, 'invalid_rows', { committed_lines: 1000, committed_rows: 1000 });
    assert.equal(refused.json.errors[0].row, 1500);
    assert.equal(refused.json.errors[0].pointer, '/1500/n');
    assert.equal((await server.rows('log')).rows.at(-1).n, 999);
});

// ---- Peers that stall --------------------------------------------------------------------------------

test('200 uploads that stall in the middle hold nobody up', async () => {
    await bounded(async () => {
        const stalled = Array.from({ length: 200 }, () => {
            const { request } = upload(server, rowsOf('kinds'), { headers: { 'content-type': types.json }, key: testKey });
            request.on('error', () => {});
            request.write('[{"id":"stalled"');
            return request;
        });
        await Promise.all(stalled.map((request) => within(once(request, 'socket'), 'connection')));
        const answer = await send('[{"id":"beside"}]', 'json');
        assert.equal(answer.status, 200, answer.text);
        stalled.forEach((request) => request.destroy());
        const { rows } = await server.rows('kinds');
        assert.ok(!rows.some(({ id }) => id === 'stalled'));
    });
});

test('a reader of events who is slow gets the newest next, and costs no queue', async () => {
    const text = 'x'.repeat(200_000);
    const slow = await openEvents(server, '/api/v1/charts/note/events');
    const quick = await openEvents(server, '/api/v1/charts/note/events');
    open.add(slow).add(quick);
    await slow.events.next('first');
    await quick.events.next('first');
    slow.pause();
    await bounded(async () => {
        for (let n = 1; n <= 300; ++n) {
            const answer = await server.request('PUT', '/api/v1/charts/note/option', { body: { n, text } });
            assert.equal(answer.status, 200, answer.text);
        }
    });
    const untilNewest = async (stream) => {
        for (let count = 1; ; ++count) {
            if (JSON.parse((await stream.events.next('option')).data).n === 300) {
                return count;
            }
        }
    };
    await untilNewest(quick);
    slow.resume();
    const frames = await untilNewest(slow);
    // What the kernel's buffers hold, and then the newest.
    assert.ok(frames < 150, `${frames} frames`);
});

test('1,000 idle readers of events cost little, and all are told', async () => {
    await server.request('PUT', '/api/v1/charts/note/option', { body: { n: 0 } });
    await bounded(async () => {
        const readers = [];
        for (let at = 0; at < 1000; at += 100) {
            readers.push(...await Promise.all(Array.from({ length: 100 }, () => openEvents(server, '/api/v1/charts/note/events'))));
        }
        readers.forEach((one) => open.add(one));
        await Promise.all(readers.map(({ events }) => events.next('first option')));
        await server.request('PUT', '/api/v1/charts/note/option', { body: { n: 1 } });
        await Promise.all(readers.map(async ({ events }) =>
            assert.deepEqual(JSON.parse((await events.next('second option')).data), { n: 1 })));
        readers.forEach((one) => one.close());
    });
});
