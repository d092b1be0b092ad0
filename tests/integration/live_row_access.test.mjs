// Row access while things change: rows that move between regions under their watchers, histories, ETags, first
// frames that are kept, and people who come back with other rights. Every version of a row has a note that only its
// region may see.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { IdentityProvider } from '../support/identity_provider.mjs';
import { apiConfiguration, assertProblem, embedToken } from '../support/live_api.mjs';
import { LiveServer, testKey } from '../support/live_server.mjs';
import { PermissionServer } from '../support/permission_world.mjs';

const provider = new IdentityProvider();
let server;
let secrets = 0;

/** Whom the regions are shown to. */
const people = {
    north: ['north'], south: ['south'], 'north and south': ['north', 'south'], nobody: [], all: ['*'],
};
const tokens = {};
const sees = (regions, region) => regions[0] === '*' || regions.includes(region);
const secretOf = (region) => `secret-${region}-${(secrets += 1)}`;

/** Not one cell of another region in the raw text. */
function assertNoLeak(text, regions, where) {
    for (const [found, region] of text.matchAll(/secret-([a-z]+)-\d+/g)) {
        assert.ok(sees(regions, region), `${found} in ${where}`);
    }
}

before(async () => {
    await provider.make('first').publish('first').start();
    server = await new PermissionServer(provider).start();
    for (const [name, regions] of Object.entries(people)) {
        tokens[name] = provider.sign({ sub: name, regions });
    }
}, { timeout: 30_000 });
after(async () => {
    await server?.stop();
    provider.stop();
});

const watch = (token, auth = {}, options = {}) => server.client({ token, charts: ['moves'], ...auth }, options);
const plainWatch = (token) => watch(token, { delta: false }, { namespace: '/charts/moves' });
const lastOption = (client) => client.seen.filter(([event]) => event.endsWith('chart data')).at(-1)?.[1];
const optionRows = (option) => option?.dataset[0].source;
const deltas = (client) => client.messages('delta');

async function publish(op, body) {
    const answer = await server.request('POST', `/api/v1/datasets/moves/rows?op=${op}&durability=memory`, { body });
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
}
/** A row of the north and one of the south, with new notes. */
const publishBoth = (op = 'replace', value = 1) => publish(op, ['north', 'south'].map((where) => (
    { id: where, region: where, amount: value, note: secretOf(where) })));
const reached = (client, { v }) => client.until(() => client.datasets.get('moves')?.v >= v, `version ${v}`);
const opened = (client) => client.until(() => client.datasets.has('moves'), 'snapshot');

test('a row that moves is removed for the one and comes for the other', async () => {
    const before = { id: 'mover', region: 'north', amount: 1, note: secretOf('north') };
    await publish('replace', [before, { id: 'stays', region: 'south', amount: 1, note: secretOf('south') }]);
    const north = watch(tokens.north);
    const south = watch(tokens.south);
    await Promise.all([opened(north), opened(south)]);
    const note = secretOf('south');
    const moved = await publish('upsert', [{ id: 'mover', region: 'south', note }]);
    await Promise.all([reached(north, moved), reached(south, moved)]);
    assert.deepEqual(deltas(north)[0].ops, [['remove', ['mover']]]);
    const [[op, rows]] = deltas(south)[0].ops;
    assert.deepEqual([op, rows], ['upsert', [['mover', 'south', 1, note]]]);
    assert.deepEqual(north.rows('moves'), []);
    assert.deepEqual(south.rows('moves').map(([id]) => id), ['mover', 'stays']);
    assertNoLeak(north.frames.join(), ['north'], 'frames of the north');
    assertNoLeak(south.frames.join(), ['south'], 'frames of the south');
});

test('a batch of other people\'s rows is no frame, and counts in the next one', async () => {
    await publish('replace', [{ id: 'own', region: 'north', amount: 0, note: secretOf('north') }]);
    const north = watch(tokens.north);
    const south = watch(tokens.south);
    const plain = plainWatch(tokens.north);
    await Promise.all([opened(north), opened(south), plain.until(lastOption, 'option')]);
    const { v } = north.datasets.get('moves');
    const foreign = await publish('upsert', [{ id: 'foreign', region: 'south', amount: 0, note: secretOf('south') }]);
    await reached(south, foreign);
    const own = await publish('patch', [{ key: 'own', inc: { amount: 1 } }]);
    await reached(north, own);
    await plain.until(() => optionRows(lastOption(plain))[0][2] === 1, 'own change');
    assert.equal(deltas(north).length, 1);
    assert.deepEqual([deltas(north)[0].from, deltas(north)[0].to], [v, own.v]);
    assert.equal(plain.seen.filter(([event]) => event === 'new chart data').length, 1);
});

test('a stay in another region within one tick is not seen', async () => {
    await publish('replace', [{ id: 'mover', region: 'north', amount: 0, note: secretOf('north') }]);
    const clients = ['north', 'south', 'north and south'].map((who) => ({
        who, client: server.client({ token: tokens[who], charts: ['moves_slow'] }),
    }));
    await Promise.all(clients.map(({ client }) => opened(client)));
    let last;
    for (let at = 1; at <= 20; at += 1) {
        const region = at % 2 ? 'south' : 'north';
        last = await publish('upsert', [{ id: 'mover', region, amount: at, note: secretOf(region) }]);
    }
    last = await publish('upsert', [{ id: 'end', region: 'south', amount: 0, note: secretOf('south') },
        { id: 'begin', region: 'north', amount: 0, note: secretOf('north') }]);
    const expected = { north: ['begin', 'mover'], south: ['end'], 'north and south': ['begin', 'end', 'mover'] };
    for (const { who, client } of clients) {
        await reached(client, last);
        assert.deepEqual(client.rows('moves').map(([id]) => id).sort(), expected[who]);
        assertNoLeak(client.frames.join(), people[who], `frames of ${who}`);
        assert.ok(deltas(client).some(({ n }) => n > 1), 'the batches were conflated');
    }
});

/** The same numbers in every run. */
function dice(seed) {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

test('whatever happens to the rows, each sees its own, and no cell of others', async () => {
    const roll = dice(11);
    const regions = ['north', 'south', 'east', null];
    const region = () => regions[roll(regions.length)];
    const row = () => {
        const where = region();
        return { id: `r${roll(12)}`, region: where, amount: roll(9), note: secretOf(where ?? 'nowhere') };
    };
    const distinct = (rows) => [...new Map(rows.map((one) => [one.id, one])).values()];
    await publish('replace', []);
    const watchers = [];
    for (const who of Object.keys(people)) {
        const token = tokens[who];
        watchers.push(
            { who, client: watch(token) }, { who, client: watch(token), comesAndGoes: true },
            { who, client: watch(token, { charts: ['moves_slow'] }) },
            { who, plain: plainWatch(token) }, { who, stream: await server.events('moves', token) });
    }
    const comers = watchers.filter(({ comesAndGoes }) => comesAndGoes).map(({ client }) => client);
    await Promise.all(watchers.map(({ client }) => client && opened(client)));
    const first = (await server.rows('moves')).v;
    const begun = new Date().toISOString();
    const known = new Map();
    const note = (rows) => rows.forEach((one) => known.set(one.id, one));
    const operations = {
        upsert: (rows = distinct(Array.from({ length: 1 + roll(3) }, row))) => (note(rows), rows),
        replace: (rows = distinct(Array.from({ length: roll(8) }, row))) => (known.clear(), note(rows), rows),
        remove: (keys = [...known.keys()].slice(0, roll(3))) => (keys.forEach((key) => known.delete(key)), keys),
        patch: (one = [...known.values()][roll(known.size)]) => (
            one ? [{ key: one.id, set: { note: secretOf(one.region ?? 'nowhere') }, inc: { amount: 1 } }] : []),
    };
    const often = ['upsert', 'upsert', 'upsert', 'patch', 'patch', 'remove', 'upsert', 'replace'];
    for (let at = 0; at < 120; at += 1) {
        const op = often[roll(often.length)];
        await publish(op, operations[op]());
        if (at % 20 === 10) {
            comers.forEach((client) => client.socket.disconnect());
        } else if (at % 20 === 15) {
            comers.forEach((client) => client.socket.connect());
        }
    }
    await publish('upsert', operations.upsert(['north', 'south', 'east'].map((where) => (
        { id: `last of ${where}`, region: where, amount: 0, note: secretOf(where) }))));
    const table = (await server.rows('moves')).rows;
    for (const { who, client, plain, stream } of watchers) {
        const expected = JSON.stringify(table.filter((one) => sees(people[who], one.region))
            .map(({ id, region: where, amount, note: text }) => [id, where, amount, text]));
        const same = (rows) => JSON.stringify(rows) === expected;
        await (client?.until(() => same(client.rows('moves')), `rows of ${who}`)
            ?? plain?.until(() => same(optionRows(lastOption(plain))), `option of ${who}`)
            ?? stream.until(() => same(optionRows(stream.last())), `events of ${who}`));
        const text = stream ? stream.text : (client ?? plain).frames.join('\n');
        assertNoLeak(text, people[who], `what ${who} was sent`);
        assert.equal(client?.resyncs ?? 0, 0);
    }
    const ended = new Date().toISOString();
    const { v } = await server.rows('moves');
    for (const [who, own] of Object.entries(people)) {
        for (const query of ['limit=1000', `from=${first}&to=${v}&limit=1000`, `from=${begun}&to=${ended}&limit=1000`]) {
            const answer = await server.get(`/api/v1/datasets/moves/history?${query}`, tokens[who]);
            assert.equal(answer.status, 200, answer.text);
            assertNoLeak(answer.text, own, `history of ${who}`);
            const rows = answer.json.batches.flatMap(({ ops }) => ops)
                .filter(([op, cells]) => op !== 'replace' || cells.length > 0);
            assert.equal(rows.length > 0, own.length > 0, `history of ${who}`);
        }
        const past = await server.get(`/api/v1/datasets/moves/rows.csv?at=${begun}`, tokens[who]);
        assert.equal(past.status, 200, past.text);
        assertNoLeak(past.text, own, `past of ${who}`);
    }
});

test('an ETag of another set of rows is no 304', async () => {
    await publishBoth();
    for (const route of ['/api/v1/datasets/moves/rows.json', '/api/v1/datasets/moves/rows.csv',
        '/api/v1/charts/moves/option']) {
        const tags = new Map();
        for (const who of Object.keys(people)) {
            const answer = await server.get(route, tokens[who]);
            tags.set(who, answer.headers.get('etag'));
            assert.match(answer.headers.get('cache-control'), /private/);
            assert.match(answer.headers.get('vary'), /authorization/i);
        }
        assert.equal(new Set(tags.values()).size, tags.size, `each has its own: ${[...tags.values()]}`);
        for (const [owner, tag] of tags) {
            for (const who of Object.keys(people)) {
                const answer = await server.get(route, tokens[who], { 'if-none-match': tag });
                assert.equal(answer.status, who === owner ? 304 : 200, `${who} with the tag of ${owner}`);
                assertNoLeak(answer.text, people[who], route);
            }
        }
    }
    const north = await server.events('moves', tokens.north);
    await north.until(() => north.last(), 'event');
    const [, id] = /^id: (.*)$/m.exec(north.text);
    const south = await server.events('moves', tokens.south, { 'last-event-id': id });
    await south.until(() => south.last(), 'event of its own');
    assertNoLeak(south.text, ['south'], 'events');
});

test('a first frame that is kept for one set of rows is not given to another', async () => {
    const order = ['north', 'south', 'nobody', 'north', 'all', 'north and south', 'south', 'nobody', 'all', 'north'];
    for (const make of [watch, plainWatch]) {
        for (const who of order) {
            const client = await server.settled(make(tokens[who]));
            const text = client.frames.join();
            assertNoLeak(text, people[who], `first frame of ${who}`);
            for (const where of ['north', 'south']) {
                assert.equal(text.includes(`secret-${where}`), sees(people[who], where), `${where} for ${who}`);
            }
            client.close();
        }
    }
});

const changes = [['all', 'north'], ['north', 'all'], ['north', 'south'], ['nobody', 'north'], ['north', 'nobody']];
for (const [from, to] of changes) {
    test(`who saw ${from} and comes back with the rights of ${to} has the rows of ${to}`, async () => {
        await publishBoth();
        const client = watch(tokens[from]);
        await opened(client);
        client.socket.disconnect();
        client.frames.length = 0;
        const { v } = await publishBoth('upsert', 2);
        client.auth.token = tokens[to];
        client.socket.connect();
        await client.until(() => client.datasets.get('moves').v === v, 'resume');
        assertNoLeak(client.frames.join(), people[to], 'the resume');
        const expected = ['north', 'south'].filter((where) => sees(people[to], where));
        assert.deepEqual(client.rows('moves').map(([id]) => id), expected);
        assert.equal(client.messages('resume')[0].recovered, false);
    });

    test(`auth:renew from the rights of ${from} to those of ${to} sends the rows of ${to}`, async () => {
        const client = watch(tokens[from]);
        const plain = plainWatch(tokens[from]);
        await Promise.all([opened(client), plain.until(lastOption, 'option')]);
        client.frames.length = plain.frames.length = 0;
        const before = [client.seen.length, plain.seen.length];
        for (const one of [client, plain]) {
            assert.deepEqual(await one.ask('auth:renew', { token: tokens[to] }), { ok: true });
        }
        await client.until(() => client.seen.length > before[0], 'snapshot');
        await plain.until(() => plain.seen.length > before[1], 'option');
        const expected = ['north', 'south'].filter((where) => sees(people[to], where));
        assert.deepEqual(client.rows('moves').map(([id]) => id), expected);
        assert.deepEqual(optionRows(lastOption(plain)).map(([id]) => id), expected);
        // And from here on the changes of these rows.
        const { v } = await publishBoth('upsert', 3);
        if (expected.length > 0) {
            await client.until(() => client.datasets.get('moves').v === v, 'change');
        }
        await client.ask('chart:resync', { chart: 'moves' });
        await plain.ask('chart:resync', { chart: 'moves' });
        [client, plain].forEach((one) => assertNoLeak(one.frames.join(), people[to], `frames since ${to}`));
    });
}

test('who loses a chart by auth:renew is told so, and is sent nothing more of it', async () => {
    await server.publish('board', 'replace', [{ id: 'b', region: 'north', amount: 1, note: secretOf('north') }]);
    const token = provider.sign({ regions: ['north'], roles: ['board'] });
    const client = watch(token, { charts: ['closed', 'moves'] });
    await client.until(() => client.datasets.size === 2, 'snapshots');
    client.frames.length = 0;
    assert.deepEqual(await client.ask('auth:renew', { token: tokens.north }), { ok: true });
    const [, refusal] = await client.until(({ seen }) => seen.find(([event]) => event === 'chart:refused'), 'refusal');
    assert.deepEqual(refusal, { chart: 'closed', code: 'forbidden' });
    await server.publish('board', 'upsert', [{ id: 'b', amount: 2, note: secretOf('north') }]);
    const own = await publish('upsert', [{ id: 'after', region: 'north', amount: 1, note: secretOf('north') }]);
    await reached(client, own);
    assert.ok(!client.frames.some((frame) => frame.includes('"board"')), client.frames.join());
    assert.deepEqual(await client.ask('chart:resume', { chart: 'closed' }), { ok: false, code: 'unknown_chart' });
    assert.deepEqual(await client.ask('chart:sub', { chart: 'closed' }), { ok: false, code: 'forbidden' });
});

test('what came before rows were divided is not told to who sees some of them', async () => {
    const divided = apiConfiguration('.');
    const { row_access: access, ...undivided } = divided.datasets.regions;
    const alone = await new LiveServer((folder) => {
        const base = apiConfiguration(folder);
        return { ...base, datasets: { ...base.datasets, regions: undivided } };
    }).start();
    try {
        const key = embedToken({ charts: ['regions'], rows: { region: ['north'] } });
        await alone.publish('regions', 'replace', [{ region: 'north', n: 1 }, { region: 'south', n: 1 }]);
        const then = (await alone.request('GET', '/api/v1/datasets/regions/history?limit=1')).json.batches[0].ts;
        const from = alone.program.output.length;
        alone.configure(apiConfiguration(alone.folder.path));
        await alone.program.printed(/configuration reloaded/, { from });
        await alone.publish('regions', 'upsert', [{ region: 'north', n: 2 }, { region: 'south', n: 2 }]);
        const past = await alone.request('GET', `/api/v1/datasets/regions/rows?at=${then}`, { key });
        assertProblem(past, 410, 'too_old');
        const history = await alone.request('GET', '/api/v1/datasets/regions/history', { key });
        assert.equal(history.status, 200, history.text);
        assert.doesNotMatch(history.text, /south/);
        assert.match(history.text, /north/);
        const all = await alone.request('GET', `/api/v1/datasets/regions/rows?at=${then}`);
        assert.equal(all.json.count, 2);
        assert.ok(access);
    } finally {
        await alone.stop();
    }
});

test('the key of the configuration sees every region', async () => {
    assert.ok((await server.rows('moves', { key: testKey })).rows.length >= 3);
});
