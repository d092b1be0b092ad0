// Emitters from outside: what npm's two emitters send through Redis becomes a raw chart's value, for plain
// clients, delta clients, those who come later, and REST; everything else is relayed to whom it names.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { Emitter } from '@socket.io/redis-emitter';
import { createClient } from 'redis';
import { io } from 'socket.io-client';
import oldEmitter from 'socket.io-emitter';

import { openEvents } from '../support/live_api.mjs';
import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { RedisServer } from '../support/programs.mjs';
import { Inbox, nextEvent, within } from '../support/waiting.mjs';

const require = createRequire(import.meta.url);
const redisOfItsTime = createRequire(require.resolve('socket.io-emitter'))('redis');

const redis = new RedisServer({ password: 'a word' });
const open = new Set();
let server;
let emitter;
let redisClient;
let oldClient;

before(async () => {
    await redis.start();
    server = await new LiveServer({
        ...dealsConfiguration,
        cluster: { redis: { url: redis.url } },
        default_chart: 'wall',
        charts: {
            ...dealsConfiguration.charts,
            note: { title: 'Note', option: {} }, wall: { title: 'Wall', option: {} },
        },
    }, { args: ['--shards', '2'] }).start();
    await server.program.printed(/redis adapter ready/);
    redisClient = createClient({ url: redis.url });
    redisClient.on('error', () => {});
    await redisClient.connect();
    emitter = new Emitter(redisClient);
    oldClient = redisOfItsTime.createClient({ host: '127.0.0.1', port: redis.port, password: redis.password });
    oldClient.on('error', () => {});
}, { timeout: 60_000 });
after(async () => {
    await Promise.all([...open].map((one) => one.close()));
    await redisClient?.disconnect();
    oldClient?.end(false);
    await server?.stop();
    await redis.stop();
});

/** A plain client whose `news` are the arguments of every event that it was sent after its first option. */
async function plain(namespace, at = server) {
    const socket = io(at.url + namespace, { forceNew: true, reconnection: false, transports: ['websocket'] });
    open.add({ close: () => socket.disconnect() });
    [socket.first] = await nextEvent(socket, 'init chart data');
    socket.news = new Inbox();
    socket.onAny((event, ...args) => socket.news.push([event, ...args]));
    return socket;
}

async function delta(chart) {
    const client = new LiveClient(server.url, { charts: [chart] });
    open.add(client);
    await client.until(() => client.raw.has(chart) || client.charts.has(chart), 'snapshot');
    return client;
}

const pictureOf = (text) => ({ title: { text }, series: [{ type: 'line', data: [1, 2, 3, null] }] });
const optionOf = async (chart) => (await server.request('GET', `/api/v1/charts/${chart}/option`)).json;

const ways = {
    'to its namespace': ['note', '/charts/note', (io, option) => io.of('/charts/note').emit('new chart data', option)],
    'to its room': ['note', '/charts/note', (io, option) => io.to('chart:note').emit('new chart data', option)],
    'to the root namespace': ['wall', '/', (io, option) => io.emit('new chart data', option)],
};
const emitters = { '@socket.io/redis-emitter': () => emitter, 'socket.io-emitter': () => oldEmitter(oldClient) };

for (const [name, make] of Object.entries(emitters)) {
    for (const [where, [chart, namespace, emit]] of Object.entries(ways)) {
        test(`${name}, ${where}: everybody has the chart's new value`, async () => {
            const [watcher, client] = [await plain(namespace), await delta(chart)];
            const before = client.raw.get(chart).v;
            const option = pictureOf(`${name} ${where}`);
            emit(make(), option);
            // One argument: what the emitter sent, and nothing of ours.
            assert.deepEqual(await watcher.news.next('emitted option'), ['new chart data', option]);
            await client.until(() => client.raw.get(chart).v > before, 'change');
            assert.deepEqual(client.raw.get(chart).option, option);
            assert.equal(client.resyncs, 0);
            assert.deepEqual((await plain(namespace)).first, option);
            assert.deepEqual((await delta(chart)).raw.get(chart).option, option);
            assert.deepEqual(await optionOf(chart), option);
            assert.equal(watcher.news.size, 0);
        });
    }
}

test('an event that the emitter repeats reaches plain clients each time, and is no version', async () => {
    const option = pictureOf('twice');
    const watcher = await plain('/charts/note');
    emitter.of('/charts/note').emit('new chart data', option);
    await watcher.news.next('first');
    const client = await delta('note');
    const { v } = client.raw.get('note');
    emitter.of('/charts/note').emit('new chart data', option);
    assert.deepEqual(await watcher.news.next('second'), ['new chart data', option]);
    const put = await server.request('PUT', '/api/v1/charts/note/option', { body: pictureOf('next') });
    assert.equal(put.json.v, v + 1);
});

test('who reads events has the value of an emitter, too', async () => {
    const stream = await openEvents(server, '/api/v1/charts/note/events');
    open.add(stream);
    await stream.events.next('first option');
    emitter.of('/charts/note').emit('new chart data', pictureOf('for readers'));
    assert.deepEqual(JSON.parse((await stream.events.next('emitted option')).data), pictureOf('for readers'));
});

test('with accept_emitter: false nobody hears an emitter', async () => {
    const deaf = await new LiveServer({
        ...dealsConfiguration,
        cluster: { redis: { url: redis.url }, accept_emitter: false },
        charts: { note: { title: 'Note', option: {} } },
    }).start();
    open.add({ close: () => deaf.stop() });
    await deaf.program.printed(/redis adapter ready/);
    const watcher = await plain('/charts/note', deaf);
    const heard = await plain('/charts/note');
    emitter.of('/charts/note').emit('new chart data', pictureOf('unheard'));
    emitter.of('/charts/note').emit('hello', 1);
    await heard.news.next('option where emitters are heard');
    await heard.news.next('event where emitters are heard');
    const put = await deaf.request('PUT', '/api/v1/charts/note/option', { body: { own: 1 } });
    assert.equal(put.status, 200, put.text);
    const [event, option] = await watcher.news.next('own option');
    assert.deepEqual([event, option], ['new chart data', { own: 1 }]);
});

test('an event to a chart with datasets is relayed, and changes nothing', async () => {
    await server.publish('deals', 'replace', [{ id: 'a', region: 'n', amount: 1 }]);
    const [watcher, client] = [await plain('/charts/deals_live'), await delta('deals_live')];
    const before = await optionOf('deals_live');
    emitter.of('/charts/deals_live').emit('new chart data', pictureOf('foreign'));
    assert.deepEqual(await watcher.news.next('relayed option'), ['new chart data', pictureOf('foreign')]);
    assert.deepEqual(await optionOf('deals_live'), before);
    assert.deepEqual((await plain('/charts/deals_live')).first, watcher.first);
    const { v } = await server.publish('deals', 'upsert', [{ id: 'a', amount: 2 }]);
    await client.until(() => client.datasets.get('deals').v === v, 'change');
    assert.equal(client.messages('delta').length, 1);
});

test('what is no option, no chart, or for somebody else is relayed, and changes nothing', async () => {
    const [watcher, root] = [await plain('/charts/note'), await plain('/')];
    const before = [await optionOf('note'), await optionOf('wall')];
    emitter.of('/charts/note').emit('new chart data', 'a text');
    assert.deepEqual(await watcher.news.next('text'), ['new chart data', 'a text']);
    emitter.of('/charts/note').emit('hello', { a: 1 });
    assert.deepEqual(await watcher.news.next('other event'), ['hello', { a: 1 }]);
    emitter.of('/charts/note').to(watcher.id).emit('new chart data', pictureOf('for one'));
    assert.deepEqual(await watcher.news.next('event for one'), ['new chart data', pictureOf('for one')]);
    emitter.of('/charts/note').except(watcher.id).emit('new chart data', pictureOf('for others'));
    emitter.of('/elsewhere').emit('new chart data', pictureOf('elsewhere'));
    emitter.to('chart:nothing').emit('new chart data', pictureOf('nothing'));
    emitter.of('/charts/note').to('a room').emit('new chart data', pictureOf('for a room'));
    emitter.emit('last', 1);
    assert.deepEqual(await root.news.next('last event'), ['last', 1]);
    assert.deepEqual([await optionOf('note'), await optionOf('wall')], before);
    assert.equal(watcher.news.size, 0);
});

test('emitters are heard again after Redis was gone', async () => {
    const from = server.program.output.length;
    await redis.kill();
    await redis.start();
    await server.program.printed(/redis adapter ready/, { from, ms: 30_000 });
    const watcher = await plain('/charts/note');
    const client = createClient({ url: redis.url });
    client.on('error', () => {});
    await client.connect();
    new Emitter(client).of('/charts/note').emit('new chart data', pictureOf('after'));
    assert.deepEqual(await watcher.news.next('option', 20_000), ['new chart data', pictureOf('after')]);
    await within(client.quit(), 'end of the emitter');
});
