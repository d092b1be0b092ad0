// Tokens of live charts: forged, expired, of new keys, renewed while connected; what the log says of refusals, and
// that it never says a token.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
    forgeWithoutSignature, forgeWithSecret, IdentityProvider, signEmbedToken,
} from '../support/identity_provider.mjs';
import { testKey } from '../support/live_server.mjs';
import { embedSecret, keyOf, PermissionServer } from '../support/permission_world.mjs';
import { elapse } from '../support/waiting.mjs';

/** As docs/auth.md and docs/protocol.md say. */
const askInterval = 30_000;
const grace = 30_000;

const provider = new IdentityProvider();
const rotating = new IdentityProvider();
let server;
let rotated;
let audited;
/** Every token that a server has been shown. */
const shown = new Set();
const show = (token) => (shown.add(token), token);
const now = () => Math.floor(Date.now() / 1000);
const sign = (claims, how) => show(provider.sign({ regions: ['north'], ...claims }, how));
const embedOf = (ttl) => show(signEmbedToken(embedSecret, { charts: ['open'], rows: { regions: ['north'] } }, { ttl }));

const watch = (token, charts = ['open']) => server.client({ token, charts });
const plainWatch = (token) => server.client({ token, delta: false }, { namespace: '/charts/open' });
const rowsOf = (client) => client.rows('deals')?.map(([id]) => id);
const frames = (client) => client.seen.filter(([event]) => event.endsWith('chart data'));
const saw = (client, event) => client.until(({ seen }) => seen.find(([name]) => name === event), event);
let amount = 0;
const change = (id = 'n') => server.publish('deals', 'upsert', [{ id, amount: (amount += 1) }]);

/** Whose tokens run out at the start of this file, so that the grace passes while the other tests run. */
const silent = {};
let startedAt;

before(async () => {
    await provider.make('first').make('stranger').publish('first').start();
    await rotating.make('first').make('second').publish('first').start();
    const started = await Promise.all([
        new PermissionServer(provider).start(),
        new PermissionServer(rotating).start(),
        new PermissionServer(provider, { shards: 1 }).start()]);
    [server, rotated, audited] = started;
    await server.publish('deals', 'replace',
        [{ id: 'n', region: 'north', amount: 0 }, { id: 's', region: 'south', amount: 0 }]);
    silent.delta = watch(sign({ exp: now() + 1 }));
    silent.plain = plainWatch(sign({ exp: now() + 1 }));
    silent.embed = watch(embedOf(2));
    silent.renewed = watch(sign({ exp: now() + 1 }));
    silent.twice = watch(sign({ exp: now() + 1 }));
    startedAt = Date.now();
    for (const client of Object.values(silent)) {
        await client.until(() => frames(client).length > 0, 'first frame');
    }
}, { timeout: 40_000 });
after(async () => {
    await Promise.all([server, rotated, audited].map((one) => one?.stop()));
    provider.stop();
    rotating.stop();
});

// ---- Bad tokens ---------------------------------------------------------------------------------

const bad = {
    'HS256 with the public key as its secret': ['malformed', () => forgeWithSecret({}, 'first', provider.pem('first'))],
    'HS256 with nothing as its secret': ['malformed', () => forgeWithSecret({}, 'first', '')],
    'HS256 with a kid that is a path': ['malformed', () => forgeWithSecret({}, '/dev/null', '')],
    'alg none': ['malformed', () => forgeWithoutSignature({}, 'first')],
    'alg None with a signature': ['malformed', () => forgeWithoutSignature({}, 'first', 'None', 'AAAA')],
    'RS256 with a signature of nobody': ['unknown', () => forgeWithoutSignature({}, 'first', 'RS256', 'AAAA')],
    'the signature of a stranger under our kid': ['unknown', () => provider.sign({}, { kid: 'first', key: 'stranger' })],
    'a stranger\'s kid': ['unknown', () => provider.sign({}, { kid: 'stranger' })],
    'a key of its own in the header': ['unknown', () => provider.sign({},
        { key: 'stranger', header: { jwk: { kty: 'RSA' }, jku: 'http://127.0.0.1:1/' } })],
    'another algorithm than the key is for': ['unknown', () => provider.sign({}, { header: { alg: 'RS512' } })],
    'no kid': ['malformed', () => provider.sign({}, { header: { kid: undefined } })],
    'crit': ['malformed', () => provider.sign({}, { header: { crit: ['exp'] } })],
    'changed claims': ['unknown', () => {
        const [header, , signature] = provider.sign({ regions: ['north'] }).split('.');
        const [, payload] = provider.sign({ regions: ['*'] }).split('.');
        return `${header}.${payload}.${signature}`;
    }],
    'an expired JWT': ['expired', () => provider.sign({ exp: now() - 60 })],
    'a JWT without exp': ['malformed', () => provider.sign({ exp: undefined })],
    'a JWT of tomorrow': ['not_yet', () => provider.sign({ nbf: now() + 3600 })],
    'a JWT for somebody else': ['unknown', () => provider.sign({ aud: 'another' })],
    'a JWT of another issuer': ['unknown', () => provider.sign({ iss: 'https://evil.test' })],
    'a JWT without a name': ['malformed', () => provider.sign({ sub: undefined })],
    'an embed token with another secret': ['unknown', () => signEmbedToken(`${embedSecret}.`, { charts: ['*'] })],
    'an expired embed token': ['expired', () => signEmbedToken(embedSecret, { charts: ['*'] }, { ttl: -1 })],
    'an embed token for longer than allowed': ['malformed', () => signEmbedToken(embedSecret, { charts: ['*'] },
        { ttl: 7200 })],
    'an unknown API key': ['unknown', () => 'a key that nobody made'],
    'a token that is too long': ['malformed', () => 'x'.repeat(8193)],
};

for (const [what, [code, make]] of Object.entries(bad)) {
    test(`${what} is refused as ${code}`, async () => {
        const token = show(make());
        for (const client of [watch(token), plainWatch(token)]) {
            const [, error] = await saw(client, 'connect_error');
            // The library does not hand on a token that is too long: then there was none.
            const expected = token.length > 8192 ? [code, 'missing'] : [code];
            assert.equal(error.message, 'unauthorized');
            assert.ok(expected.includes(error.data.code), error.data.code);
            assert.equal(frames(client).length, 0);
        }
        const answer = await server.get('/api/v1/datasets/deals/rows.json', token);
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.json.code, `token_${code}`);
        assert.match(answer.headers.get('www-authenticate'), /^Bearer /);
    });
}

test('a bad token is refused where anonymous would be let in', async () => {
    const free = await new PermissionServer(provider, { anonymous: 'view' }).start();
    try {
        const client = free.client({ token: show(provider.sign({ exp: now() - 60 })), charts: ['notices'] });
        const [, error] = await saw(client, 'connect_error');
        assert.deepEqual(error.data, { code: 'expired' });
        const anonymous = await free.settled(free.client({ charts: ['notices'] }));
        assert.equal(anonymous.refused, undefined);
    } finally {
        await free.stop();
    }
});

// ---- Tokens that run out ------------------------------------------------------------------------

test('a token that runs out is said, and the charts go on for the grace', async () => {
    for (const client of Object.values(silent)) {
        const [, first] = await saw(client, 'auth:expired');
        assert.deepEqual(first, { grace });
    }
    const counts = [silent.delta, silent.plain, silent.embed].map((client) => frames(client).length);
    await change();
    await Promise.all([silent.delta, silent.plain, silent.embed].map((client, at) => (
        client.until(() => frames(client).length > counts[at], 'change in the grace'))));
    assert.deepEqual(await silent.renewed.ask('auth:renew', { token: sign({}) }), { ok: true });
    assert.deepEqual(await silent.twice.ask('auth:renew', { token: sign({ exp: now() + 5 }) }), { ok: true });
});

test('server-sent events end with their token', async () => {
    const stream = await server.events('open', embedOf(2));
    await stream.until(() => stream.ended, 'end');
    assert.match(stream.text, /event: expired\n/);
    const again = await server.events('open', [...shown].at(-1));
    assert.equal(again.status, 401);
});

test('auth:renew that is refused changes nothing', async () => {
    const client = watch(sign({}));
    await client.until(() => rowsOf(client), 'rows');
    const expired = show(provider.sign({ exp: now() - 60 }));
    for (const token of [expired, show(forgeWithoutSignature({ regions: ['*'] }, 'first')), '']) {
        assert.deepEqual(await client.ask('auth:renew', { token }), { ok: false, code: 'expired' });
    }
    assert.deepEqual(await client.ask('auth:renew', { token: 7 }), { ok: false, code: 'malformed' });
    assert.deepEqual(await client.ask('auth:renew'), { ok: false, code: 'malformed' });
    const { v } = await change();
    await client.until(() => client.datasets.get('deals').v === v, 'change');
    assert.deepEqual(rowsOf(client), ['n']);
});

test('auth:renew with the same rights sends nothing anew', async () => {
    const client = watch(sign({ iat: now() }));
    await client.until(() => rowsOf(client), 'rows');
    assert.deepEqual(await client.ask('auth:renew', { token: sign({ iat: now(), exp: now() + 900 }) }), { ok: true });
    const { v } = await change();
    await client.until(() => client.datasets.get('deals').v === v, 'change');
    assert.deepEqual(frames(client).map(([, , { mode }]) => mode), ['snapshot', 'delta']);
});

// ---- The log ------------------------------------------------------------------------------------

test('every refusal is in the log, with who and why', async () => {
    const refusals = () => [...audited.program.output.matchAll(/refused what=(.*)/g)].map(([, line]) => line);
    const count = () => refusals().reduce((sum, line) => sum + 1 + Number(/unsaid=(\d+)/.exec(line)?.[1] ?? 0), 0);
    const token = sign({ sub: 'bea' });
    const client = audited.client({ token, charts: ['moves'] });
    await client.until(() => client.datasets.has('moves'), 'snapshot');
    assert.equal(count(), 0, audited.program.output);
    assert.deepEqual(await client.ask('chart:sub', { chart: 'closed' }), { ok: false, code: 'forbidden' });
    const [first] = await audited.program.printed(/refused what=.*/);
    assert.match(first, /what=view who=user:bea reason=forbidden where=closed/);

    const route = '/api/v1/datasets/board/rows';
    const http = [
        ['GET', route], ['GET', `${route}.csv`], ['GET', '/api/v1/datasets/board/history'],
        ['GET', '/api/v1/charts/closed/option'], ['GET', '/api/v1/charts/closed/events'],
        ['POST', route, []], ['PUT', route, []], ['PATCH', `${route}/a`, { set: {} }], ['DELETE', `${route}/a`],
        ['PUT', '/api/v1/charts/closed/option', {}], ['PATCH', '/api/v1/charts/closed/option', {}],
        ['POST', '/api/v1/publish', [{ dataset: 'board', rows: [] }]],
        ['POST', '/api/v1/publish?atomic=false', [{ dataset: 'board', rows: [] }]],
        ['POST', '/api/v1/tokens', { charts: ['open'] }],
    ];
    let expected = 1;
    const refuse = async (what) => {
        await what;
        expected += 1;
    };
    for (const [method, path, body] of http) {
        for (const key of [token, null, show('a key that nobody made')]) {
            const { status, text } = await audited.request(method, path, { key, body });
            const isRefused = [401, 403].includes(status) || (status === 207 && text.includes('"forbidden"'));
            assert.ok(isRefused, `${method} ${path}: ${status} ${text}`);
            expected += 1;
        }
    }
    await refuse(client.ask('auth:renew', { token: show(provider.sign({ exp: now() - 60 })) }));
    await refuse(saw(audited.client({ charts: ['open'] }), 'connect_error'));
    await refuse(saw(audited.client({ token: show(forgeWithoutSignature({}, 'first')) }), 'connect_error'));
    await refuse(saw(audited.client({ token, charts: ['closed'] }), 'chart:refused'));
    await refuse(saw(audited.client({ token, delta: false }, { namespace: '/charts/closed' }), 'chart:refused'));
    // A line a second: the next one says how many went before.
    await elapse(1100);
    const from = audited.program.output.length;
    await refuse(audited.request('POST', route, { key: keyOf('chart_viewer'), body: [] }));
    const [last] = await audited.program.printed(/refused what=.*/, { from });
    assert.match(last, /what=publish who=key:chart_viewer reason=forbidden where=\S+\/board\/rows unsaid=\d/);
    assert.equal(count(), expected, refusals().join('\n'));
});

// ---- What takes its time ------------------------------------------------------------------------

test('after the grace nothing more arrives, and nothing can be asked for', { timeout: 60_000 }, async () => {
    await elapse(Math.max(0, startedAt + grace + 3_000 - Date.now()));
    const late = [silent.delta, silent.plain, silent.embed];
    const before = late.map((client) => client.frames.length);
    const { v } = await change();
    // The second token of `twice` has run out by now, and has a grace of its own.
    for (const witness of [silent.renewed, silent.twice]) {
        await witness.until(() => witness.datasets.get('deals').v === v, 'change');
    }
    for (const [at, client] of late.entries()) {
        assert.deepEqual(await client.ask('chart:sub', { chart: 'open' }), { ok: false, code: 'expired' });
        assert.deepEqual(await client.ask('chart:resync', { chart: 'open' }), { ok: false, code: 'expired' });
        // The two answers, and heartbeats.
        const since = client.frames.slice(before[at]);
        assert.ok(!since.some((frame) => frame.includes('chart data')), since.join());
    }
    const expiries = (client) => client.seen.filter(([event]) => event === 'auth:expired').length;
    assert.deepEqual([expiries(silent.renewed), expiries(silent.twice)], [1, 2]);
});

test('auth:renew after the grace sends every chart anew, with the new rows', async () => {
    for (const client of [silent.delta, silent.plain]) {
        const before = client.seen.length;
        assert.deepEqual(await client.ask('auth:renew', { token: sign({ regions: ['south'] }) }), { ok: true });
        await client.until(() => client.seen.length > before, 'chart');
    }
    assert.deepEqual(rowsOf(silent.delta), ['s']);
    assert.deepEqual(frames(silent.plain).at(-1)[1].dataset[0].source.map(([id]) => id), ['s']);
});

test('a new key works once the provider has published it, and the old one no more', { timeout: 60_000 }, async () => {
    const of = (kid) => show(rotating.sign({ regions: ['north'] }, { kid }));
    const state = async (token) => (await rotated.settled(rotated.client({ token, charts: ['open'] }))).refused ?? 'in';
    assert.equal(await state(of('first')), 'in');
    assert.equal(rotating.requests.length, 1);
    await elapse(Math.max(0, rotating.requests[0] + askInterval + 1_000 - Date.now()));
    rotating.publish('second');
    const tokens = Array.from({ length: 8 }, () => of('second'));
    assert.deepEqual(await Promise.all(tokens.map(state)), tokens.map(() => 'in'));
    assert.equal(rotating.requests.length, 2, 'one fetch for all');
    assert.equal(await state(of('first')), 'unknown');
    // The provider is not asked again so soon, whatever kids somebody makes up.
    rotating.make('third').publish('second', 'third');
    assert.equal(await state(of('third')), 'unknown');
    assert.equal(rotating.requests.length, 2);
});

test('no token is ever in the log', async () => {
    await server.get(`/api/v1/charts/open/option?token=${sign({ sub: 'in the URL' })}`, null);
    await server.get(`/api/v1/charts/closed/option?access_token=${sign({ sub: 'in the URL, and refused' })}`, null);
    for (const token of [sign({ sub: 'in the query' }), show(provider.sign({ exp: now() - 60 }))]) {
        const client = server.client({ delta: false }, { namespace: '/charts/closed', query: { token } });
        await client.until(({ seen }) => seen.length > 0, 'answer');
    }
    for (const one of [server, rotated, audited]) {
        const { output } = one.program;
        for (const token of [...shown, testKey, keyOf('chart_viewer'), embedSecret]) {
            // A part of it alone would be a leak.
            for (const part of [token, ...token.split('.')].filter((text) => text.length > 16)) {
                assert.ok(!output.includes(part), `the log has ${part}`);
            }
        }
    }
});
