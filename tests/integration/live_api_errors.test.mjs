// Every row of the table of errors in docs/http-api.md, asked of the real program. The table itself is read:
// a code that is documented and not asked for here fails the last test. What concerns the disk is in
// live_store.test.mjs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { apiConfiguration, assertProblem, embedToken, narrowKey, upload } from '../support/live_api.mjs';
import { LiveServer, testKey } from '../support/live_server.mjs';
import { within } from '../support/waiting.mjs';

/** "404 unknown_dataset" of every answer so far. */
const seen = new Set();
const elsewhere = ['503 disk_full', '503 store_failed'];

let server;
let bare;
before(async () => {
    server = await new LiveServer(apiConfiguration).start();
    // Without a store, without a secret, and with the smallest bound of a body.
    bare = await new LiveServer((folder) => {
        const { store, ...rest } = apiConfiguration(folder);
        const { embed, ...auth } = rest.auth;
        return { ...rest, auth, server: { ...rest.server, limits: { max_body: '1KiB' } } };
    }).start();
}, { timeout: 30_000 });
after(() => Promise.all([server?.stop(), bare?.stop()]));

const rowsOf = (dataset) => `/api/v1/datasets/${dataset}/rows`;
const csv = { 'content-type': 'text/csv' };
const ndjson = { 'content-type': 'application/x-ndjson' };
const msgpack = { 'content-type': 'application/msgpack' };
const rows = [{ id: 'a', amount: 1 }];

/** [what, status, code, method, path, {options, more members, of which server}] */
const table = [
    ['JSON that is none', 400, 'invalid_json', 'POST', rowsOf('deals'), { body: '[{"a":}]', more: { line: 1, column: 7 } }],
    ['MessagePack that is none', 400, 'invalid_msgpack', 'POST', rowsOf('deals'), { body: new Uint8Array([0x81, 0xa1, 0x61, 0xc1]), headers: msgpack }],
    ['CSV with a quote that is never closed', 400, 'invalid_csv', 'POST', rowsOf('deals'), { body: 'id,amount\n"a,1\n', headers: csv }],
    ['CSV with a column twice', 400, 'invalid_csv', 'POST', rowsOf('deals'), { body: 'id,id\na,1\n', headers: csv, more: { line: 1 } }],
    ['JSON that is not UTF-8', 400, 'invalid_utf8', 'POST', rowsOf('deals'), { body: new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]) }],
    ['CSV that is not UTF-8', 400, 'invalid_utf8', 'POST', rowsOf('deals'), { body: new Uint8Array([...Buffer.from('id\n'), 0xff, 0x0a]), headers: csv }],
    ['10,000 lists in each other', 400, 'too_deep', 'POST', rowsOf('deals'), { body: '['.repeat(10_000) + ']'.repeat(10_000) }],
    ['CSV without a line', 400, 'no_header', 'POST', rowsOf('deals'), { body: '', headers: csv }],
    ['JSON that ends in the middle', 400, 'truncated', 'POST', rowsOf('deals'), { body: '[{"id":"a"' }],
    ['MessagePack that ends in the middle', 400, 'truncated', 'POST', rowsOf('deals'), { body: new Uint8Array([0x82, 0xa1, 0x61]), headers: msgpack }],
    ['an unknown operation', 400, 'invalid_parameter', 'POST', `${rowsOf('deals')}?op=add`, { body: rows }],
    ['an unknown durability', 400, 'invalid_parameter', 'POST', `${rowsOf('deals')}?durability=paper`, { body: rows }],
    ['a limit that is no number', 400, 'invalid_parameter', 'GET', `${rowsOf('deals')}?limit=-1`, {}],
    ['a time that is none', 400, 'invalid_parameter', 'GET', `${rowsOf('deals')}?at=yesterday`, {}],
    ['a bound of history that is none', 400, 'invalid_parameter', 'GET', '/api/v1/datasets/deals/history?from=x', {}],
    ['atomic=perhaps', 400, 'invalid_parameter', 'POST', '/api/v1/publish?atomic=perhaps', { body: [] }],
    ['an If-Match that is no ETag', 400, 'invalid_if_match', 'POST', rowsOf('deals'), { body: rows, headers: { 'if-match': '118' } }],
    ['an Idempotency-Key with a blank', 400, 'invalid_idempotency_key', 'POST', rowsOf('deals'), { body: rows, headers: { 'idempotency-key': 'two words' } }],
    ['an Idempotency-Key of 129 characters', 400, 'invalid_idempotency_key', 'POST', rowsOf('deals'), { body: rows, headers: { 'idempotency-key': 'k'.repeat(129) } }],
    ['a key with too few cells', 400, 'invalid_key', 'PATCH', `${rowsOf('pairs')}/a`, { body: { set: { amount: 1 } } }],
    ['a key that is not UTF-8', 400, 'invalid_key', 'DELETE', `${rowsOf('deals')}/%FF`, {}],
    ['a key that is not percent-encoded', 400, 'invalid_key', 'DELETE', `${rowsOf('deals')}/%4`, {}],
    ['nobody who publishes', 401, 'token_missing', 'POST', rowsOf('deals'), { body: rows, key: '', challenge: 'Bearer realm="chartcast"' }],
    ['an embed token that was changed', 401, 'token_unknown', 'GET', rowsOf('deals'), { key: `${embedToken()}x`, challenge: /invalid_token/ }],
    ['a token that has expired', 401, 'token_expired', 'GET', rowsOf('deals'), { key: embedToken({ from: -600, to: -60 }), challenge: /invalid_token/ }],
    ['a token of tomorrow', 401, 'token_not_yet', 'GET', rowsOf('deals'), { key: embedToken({ from: 600, to: 1200 }), challenge: /invalid_token/ }],
    ['a token that is none', 401, 'token_malformed', 'GET', rowsOf('deals'), { key: 'cc1.only-two', challenge: /invalid_token/ }],
    ['a wrong token where nobody needs one', 401, 'token_unknown', 'GET', '/api/v1/charts/note/option', { key: 'guessed', challenge: /invalid_token/ }],
    ['who may publish elsewhere', 403, 'forbidden', 'POST', rowsOf('deals'), { body: rows, key: narrowKey }],
    ['who may not read', 403, 'forbidden', 'GET', rowsOf('deals'), { key: narrowKey }],
    ['who may not edit', 403, 'forbidden', 'PUT', '/api/v1/charts/note/option', { body: {}, key: narrowKey }],
    ['who may not see', 403, 'forbidden', 'GET', '/api/v1/charts/closed/events', { key: narrowKey }],
    ['who may not make tokens', 403, 'forbidden', 'POST', '/api/v1/tokens', { body: { charts: ['note'] }, key: narrowKey }],
    ['an embed token that publishes', 403, 'forbidden', 'POST', rowsOf('deals'), { body: rows, key: embedToken() }],
    ['a dataset that is not there', 404, 'unknown_dataset', 'POST', rowsOf('nothing'), { body: rows }],
    ['rows of a dataset that is not there', 404, 'unknown_dataset', 'GET', rowsOf('nothing'), {}],
    ['a dataset that has not learned its fields', 404, 'unknown_dataset', 'GET', rowsOf('nameless'), {}],
    ['a chart that is not there', 404, 'unknown_chart', 'GET', '/api/v1/charts/nothing/option', {}],
    ['events of a chart that is not there', 404, 'unknown_chart', 'GET', '/api/v1/charts/nothing/events', {}],
    ['DELETE of a row that is not there', 404, 'missing_key', 'DELETE', `${rowsOf('deals')}/nobody`, { more: { count: 1, errors: [{ row: 0, pointer: '/0', code: 'no_such_row' }] } }],
    ['PATCH of a row that is not there', 404, 'missing_key', 'PATCH', `${rowsOf('deals')}/nobody`, { body: { set: { amount: 1 } } }],
    ['a dashboard that is not there', 404, 'unknown_dashboard', 'GET', '/api/v1/dashboards/nothing', {}],
    ['a dashboard that is written', 405, 'method_not_allowed', 'PUT', '/api/v1/dashboards/one', { body: {}, allow: 'GET, HEAD' }],
    ['images', 503, 'not_in_this_build', 'GET', '/api/v1/charts/note/image.png', {}],
    ['a method that a path does not have', 405, 'method_not_allowed', 'DELETE', rowsOf('deals'), {}],
    ['a path of the API that is none', 404, 'not_found', 'GET', '/api/v1/nothing', {}],
    ['a dataset that is read from a file', 409, 'not_pushed', 'POST', rowsOf('fed'), { body: [{ n: 1 }] }],
    ['a row of a dataset without a key', 409, 'keyless', 'DELETE', `${rowsOf('log')}/1`, {}],
    ['a token without a secret', 409, 'embed_not_configured', 'POST', '/api/v1/tokens', { body: { charts: ['note'] }, of: () => bare }],
    ['rows of before the history', 410, 'too_old', 'GET', `${rowsOf('deals')}?at=2001-01-01T00:00:00Z`, {}],
    ['rows of a time, without a store', 410, 'no_history', 'GET', `${rowsOf('deals')}?at=${Date.now()}`, { of: () => bare }],
    ['history of a time, without a store', 410, 'no_history', 'GET', '/api/v1/datasets/deals/history?from=1', { of: () => bare }],
    ['an If-Match of another epoch', 412, 'precondition_failed', 'POST', rowsOf('deals'), { body: rows, headers: { 'if-match': '"other:7"' }, elsewhere: true }],
    ['If-Match: * of what is not there', 412, 'precondition_failed', 'POST', rowsOf('nameless'), { body: rows, headers: { 'if-match': '*' } }],
    ['an option at another version', 412, 'precondition_failed', 'PUT', '/api/v1/charts/note/option', { body: {}, headers: { 'if-match': '"other:7"' }, elsewhere: true }],
    ['a body of rows over the bound', 413, 'body_too_large', 'POST', rowsOf('deals'), { body: JSON.stringify([{ id: 'x'.repeat(1100) }]), of: () => bare }],
    ['a publish over the bound', 413, 'body_too_large', 'POST', '/api/v1/publish', { body: JSON.stringify([{ dataset: 'deals', rows: [{ id: 'x'.repeat(1100) }] }]), of: () => bare }],
    ['a MessagePack row over 256 KiB', 413, 'line_too_long', 'POST', rowsOf('deals'), { body: Buffer.concat([Buffer.from([0x81, 0xa2, 0x69, 0x64, 0xdb, 0, 4, 0x80, 0]), Buffer.alloc(294_912, 0x61)]), headers: msgpack }],
    ['a body that is compressed', 415, 'unsupported_media_type', 'POST', rowsOf('deals'), { body: rows, headers: { 'content-encoding': 'gzip' }, accepted: true }],
    ['a body of another type', 415, 'unsupported_media_type', 'POST', rowsOf('deals'), { body: '<row/>', headers: { 'content-type': 'application/xml' }, accepted: true }],
    ['a publish that is CSV', 415, 'unsupported_media_type', 'POST', '/api/v1/publish', { body: 'id\n', headers: csv, accepted: true }],
    ['a row with a wrong cell', 422, 'invalid_rows', 'POST', rowsOf('deals'), { body: [...rows, { id: 'b', amount: 'much' }], more: { count: 1, errors: [{ row: 1, field: 'amount', pointer: '/1/amount', code: 'wrong_type' }] } }],
    ['rows that are a number', 422, 'not_rows', 'POST', rowsOf('deals'), { body: '7' }],
    ['a CSV record longer than the header', 422, 'cell_count', 'POST', rowsOf('deals'), { body: 'id,amount\na,1\nb,2,3\n', headers: csv, more: { line: 3 } }],
    ['a first batch without names', 422, 'no_fields', 'POST', rowsOf('nameless'), { body: [[1, 2]] }],
    ['an option that is a list', 422, 'not_an_object', 'PUT', '/api/v1/charts/note/option', { body: [] }],
    ['a patch of a row with a third member', 422, 'invalid_patch', 'PATCH', `${rowsOf('deals')}/a`, { body: { put: { amount: 1 } } }],
    ['a publish that is no list', 422, 'invalid_part', 'POST', '/api/v1/publish', { body: {} }],
    ['a publish of 101 parts', 422, 'invalid_part', 'POST', '/api/v1/publish', { body: Array(101).fill({ dataset: 'deals', rows }) }],
    ['a part without rows', 422, 'invalid_part', 'POST', '/api/v1/publish', { body: [{ dataset: 'deals', rows }, { dataset: 'deals' }], more: { part: 1 } }],
    ['a token for no chart', 422, 'invalid_token_request', 'POST', '/api/v1/tokens', { body: { charts: [] } }],
    ['a new option of a chart with datasets', 422, 'not_raw', 'PUT', '/api/v1/charts/deals_live/option', { body: {} }],
];

for (const [what, status, code, method, path, { more = {}, challenge, elsewhere: moved, accepted, allow, of, ...options }] of table) {
    test(`${what} is ${status} ${code}`, async () => {
        const answer = await (of?.() ?? server).request(method, path, options);
        assertProblem(answer, status, code, more);
        seen.add(`${status} ${code}`);
        if (challenge) {
            assert.match(answer.headers.get('www-authenticate'), challenge instanceof RegExp ? challenge : new RegExp(`^${challenge}$`));
        }
        if (moved) {
            assert.equal(typeof answer.json.epoch, 'string');
            assert.equal(typeof answer.json.v, 'number');
        }
        if (accepted) {
            assert.ok(answer.json.accepted.includes('application/json'), answer.text);
        }
        if (status === 405) {
            assert.match(answer.headers.get('allow'), allow ? new RegExp(`^${allow}$`) : /GET.*PATCH|PATCH.*GET/);
        }
    });
}

test('an API key with a letter wrong is 401', async () => {
    const answer = await server.request('GET', rowsOf('deals'), { key: `${testKey}!` });
    assert.equal(answer.status, 401);
    assertProblem(answer, 401, answer.json.code);
    assert.match(answer.json.code, /^token_(malformed|unknown)$/);
});

test('a JWT whose provider cannot be asked is 503 provider_unavailable', async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = `${part({ alg: 'RS256', kid: 'k' })}.${part({ sub: 'anna', aud: 'chartcast', exp: 4e9 })}.${'A'.repeat(342)}`;
    assertProblem(await server.request('GET', rowsOf('deals'), { key: jwt }), 503, 'provider_unavailable');
    seen.add('503 provider_unavailable');
});

test('a dataset that takes two batches an hour refuses the third, and says when', async () => {
    let answer;
    for (let batch = 0; batch < 3; ++batch) {
        answer = await server.request('POST', rowsOf('limited'), { body: [{ n: batch }] });
        if (answer.status !== 200) {
            break;
        }
    }
    assertProblem(answer, 429, 'rate_limited');
    assert.ok(Number(answer.headers.get('retry-after')) > 60, answer.headers.get('retry-after'));
    seen.add('429 rate_limited');
});

test('an Idempotency-Key of another request is 422 key_reused', async () => {
    const headers = { 'idempotency-key': 'reused' };
    const first = await server.request('POST', rowsOf('deals'), { body: rows, headers });
    assert.equal(first.status, 200, first.text);
    const second = await server.request('POST', rowsOf('deals'), { body: [{ id: 'b' }], headers });
    assertProblem(second, 422, 'key_reused');
    seen.add('422 key_reused');
});

test('one key twice at once is one batch: the same answer, or 409 in_progress', async () => {
    const before = (await server.rows('log')).count;
    let conflicts = 0;
    for (let round = 0; round < 20; ++round) {
        const headers = { 'idempotency-key': `twice-${round}` };
        const ask = () => server.request('POST', rowsOf('log'), { body: [{ text: 'once', n: round }], headers });
        const answers = await Promise.all([ask(), ask(), ask(), ask()]);
        const good = answers.filter(({ status }) => status === 200);
        assert.ok(good.length > 0);
        assert.equal(new Set(good.map(({ json }) => json.v)).size, 1);
        for (const answer of answers.filter(({ status }) => status !== 200)) {
            assertProblem(answer, 409, 'in_progress');
            assert.ok(Number(answer.headers.get('retry-after')) >= 1);
            seen.add('409 in_progress');
            ++conflicts;
        }
    }
    assert.equal((await server.rows('log')).count, before + 20);
    assert.ok(conflicts > 0, 'no request met another one of its key');
});

test('the answer to a publish names the part that is wrong', async () => {
    const body = [{ dataset: 'deals', rows }, { dataset: 'deals', rows: [{ amount: 'much' }] }];
    const atomic = await server.request('POST', '/api/v1/publish', { body });
    assertProblem(atomic, 422, 'invalid_rows', { part: 1 });
    assert.ok(atomic.json.errors.length > 0);
    for (const { pointer } of atomic.json.errors) {
        assert.match(pointer, /^\/1\/rows\/0/);
    }
});

test('a line over 256 KiB ends a stream with what was kept', async () => {
    const { request, answer } = upload(server, `${rowsOf('window')}?op=upsert`, { headers: ndjson, key: testKey });
    request.write('{"id":"a","n":1}\n');
    request.write(`{"id":"${'x'.repeat(300 * 1024)}"}\n`);
    request.end();
    const refused = await within(answer, 'answer to a long line');
    assertProblem(refused, 422, 'line_too_long', { line: 2 });
    assert.equal(typeof refused.json.committed_lines, 'number');
});

test('a body whose chunks are none is 400 malformed_body', async () => {
    const { request, answer } = upload(server, rowsOf('deals'), { headers: { 'content-type': 'application/json' }, key: testKey });
    request.flushHeaders();
    request.socket ?? await once(request, 'socket');
    request.socket.write('no length\r\n');
    assertProblem(await within(answer, 'answer to a broken chunk'), 400, 'malformed_body');
    seen.add('400 malformed_body');
});

test('a body that stops coming is 408 request_timeout; a stream of NDJSON may be as quiet', async () => {
    const headers = { 'content-type': 'application/json' };
    const stalled = upload(server, rowsOf('deals'), { headers, key: testKey });
    stalled.request.write('[{"id":"a"');
    const stream = upload(server, `${rowsOf('deals')}?op=upsert`, { headers: ndjson, key: testKey });
    stream.request.write('{"id":"quiet","amount":1}\n');
    assertProblem(await within(stalled.answer, 'answer to a stalled body', 45_000), 408, 'request_timeout');
    seen.add('408 request_timeout');
    stream.request.end('{"id":"quiet","amount":2}\n');
    const { status, json } = await within(stream.answer, 'answer to a stream');
    assert.equal(status, 200);
    assert.equal(json.rows, 2);
}, { timeout: 60_000 });

test('every error that is documented was asked for', () => {
    const page = readFileSync(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
    const [, text] = /\n\| status \| code \|.*\n\|--.*\n((?:\|.*\n)+)/.exec(page);
    const documented = text.trim().split('\n').flatMap((line) => {
        const [, statuses, codes] = line.split('|');
        // "404, 503" with one code means both.
        return statuses.split(',').flatMap((status) => [...codes.matchAll(/`([a-z_0-9]+)`/g)].map(([, code]) => `${status.trim()} ${code}`));
    });
    assert.ok(documented.length > 40, documented.join());
    const missing = documented.filter((one) => !seen.has(one) && !elsewhere.includes(one));
    assert.deepEqual(missing, []);
});
