// Two chartcast nodes on one Redis with a password: whatever pushes, on whichever node, redraws the
// windows of both, and goes on after Redis was killed.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { Emitter } from '@socket.io/redis-emitter';
import { createClient } from 'redis';
import oldEmitter from 'socket.io-emitter';
import { io } from 'socket.io-client';

import { httpRequest } from '../support/http.mjs';
import { Program, RedisServer, built, freePort, startChartcast } from '../support/programs.mjs';
import { elapse, nextEvent, within } from '../support/waiting.mjs';

const require = createRequire(import.meta.url);
const redisOfItsTime = createRequire(require.resolve('socket.io-emitter'))('redis');

const password = 'p@ss/word %21';
const redis = new RedisServer({ password });
const nodes = [];
const windows = [];

before(async () => {
    await redis.start();
    for (let i = 0; i < 2; ++i) {
        nodes.push(await startNode());
        await joined(nodes[i]);
        windows.push(await openWindow(nodes[i]));
    }
}, { timeout: 60_000 });
after(async () => {
    windows.forEach((window) => window.disconnect());
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
});

async function startNode(url = redis.url) {
    const node = await startChartcast(['--redis', url, '--shards', '2', '--log-level', 'debug']);
    node.track = () => {};
    return node;
}

/** Resolves when a node has every connection to Redis that it needs, as its output from `from` on says. */
async function joined(node, from = 0) {
    const ms = 20_000;
    await node.printed(/seed feed ready/, { from, ms });
    await node.printed(/redis adapter ready/, { from, ms });
}

/** What a node's /metrics says of Redis: {connected, lag_seconds, round_trip_seconds_count, …}. */
async function redisFigures(node) {
    const [, internal] = await node.printed(/listens open=.* internal=(\S+)/);
    const text = await (await fetch(`http://${internal}/metrics`)).text();
    return Object.fromEntries([...text.matchAll(/^chartcast_redis_(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
}

/** A client that keeps the newest picture it got. */
async function openWindow(node) {
    const window = io(node.url, { forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 200 });
    window.pictures = [];
    for (const event of ['init chart data', 'new chart data']) {
        window.on(event, (option, meta) => {
            window.pictures.push({ option, version: meta?.v, months: option.title?.subtext });
            window.onPicture?.();
        });
    }
    await nextEvent(window, 'init chart data');
    return window;
}

/** Resolves with the first picture, past or coming, that fits. */
const picture = (window, fits, what) => within(new Promise((resolve) => {
    window.onPicture = () => {
        const found = window.pictures.find(fits);
        if (found) {
            resolve(found);
        }
    };
    window.onPicture();
}), what);

async function push(node) {
    const answer = await httpRequest(node, '/charts/pollingChartData');
    return { status: answer.status, headers: answer.headers, ...JSON.parse(answer.text) };
}

async function pushAccepted(node) {
    const answer = await push(node);
    assert.equal(answer.status, 200, JSON.stringify(answer));
    return answer;
}

const allShow = (version) => Promise.all(windows.map(async (window, i) =>
    (await picture(window, (one) => one.version === version, `version ${version} on node ${i}`)).option));

async function emittedReachesAll(emit) {
    const marker = `emitted ${Math.random()}`;
    await emit({ title: { text: marker }, series: [{ id: 'new', type: 'bar', data: [1, 2, 3] }] });
    const shown = await Promise.all(windows.map((window, i) => picture(
        window, ({ option }) => option.title?.text === marker, `the emitter's chart on node ${i}`)));
    for (const { option } of shown) {
        assert.deepEqual(option.series, [{ id: 'new', type: 'bar', data: [1, 2, 3] }]);
    }
    // Relayed once, not once by each path.
    for (const window of windows) {
        assert.equal(window.pictures.filter(({ option }) => option.title?.text === marker).length, 1);
    }
}

async function withRedisClient(use) {
    const client = createClient({ socket: { host: '127.0.0.1', port: redis.port }, password });
    client.on('error', () => {});
    await client.connect();
    try {
        return await use(client);
    } finally {
        await client.disconnect();
    }
}

const byNewEmitter = (option) =>
    withRedisClient(async (client) => {
        new Emitter(client).emit('new chart data', option);
        // The emitter tells nobody when it is done: what is sent after it on the same connection is.
        await client.ping();
    });

/** As in the seed pattern: with the redis package of its time, which takes the password. */
async function byOldEmitter(option) {
    const client = redisOfItsTime.createClient({ host: '127.0.0.1', port: redis.port, password });
    oldEmitter(client).emit('new chart data', option);
    // QUIT is answered after what was sent before it.
    await within(new Promise((resolve) => client.quit(resolve)), 'end of the old client');
}

async function byCppEmitter(option) {
    const program = new Program(built('examples/emitter'),
        [option.title.text, ...option.series[0].data.map(String)], { env: { REDIS_URL: redis.url } });
    const { code } = await within(program.exited, 'end of the emitter');
    assert.equal(code, 0, program.output);
    assert.equal(program.output, 'reached 2 servers\n');
}

test('a push on either node redraws the windows of both', async () => {
    const first = await pushAccepted(nodes[0]);
    const [shown, alsoShown] = await allShow(first.version);
    assert.equal(shown.title.subtext, first.shows);
    assert.deepEqual(alsoShown, shown);

    const second = await pushAccepted(nodes[1]);
    assert.equal(second.version, first.version + 1);
    const [next, alsoNext] = await allShow(second.version);
    assert.notDeepEqual(next.series, shown.series);
    assert.deepEqual(alsoNext, next);
});

test('a window that comes later, on a node that comes later, shows the same', async () => {
    const { version } = await pushAccepted(nodes[0]);
    const late = await startNode();
    try {
        const window = await openWindow(late);
        const { option } = await picture(window, (one) => one.version === version, 'the state of the others');
        assert.deepEqual(option, (await allShow(version))[0]);
        window.disconnect();
    } finally {
        await late.stop();
    }
});

test('pushes on both nodes at once get one order', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => push(nodes[i % 2])));
    const versions = answers.map(({ version }) => version).sort((a, b) => a - b);
    assert.deepEqual(versions, versions.map((_, i) => versions[0] + i));
    await allShow(versions.at(-1));
    for (const window of windows) {
        const seen = window.pictures.map(({ version }) => version).filter((version) => version !== undefined);
        assert.deepEqual(seen, [...seen].sort((a, b) => a - b), 'no window falls back');
    }
});

test('@socket.io/redis-emitter redraws the windows of both nodes', () => emittedReachesAll(byNewEmitter));
test('socket.io-emitter 3.2 redraws the windows of both nodes', () => emittedReachesAll(byOldEmitter));
test('the C++ Emitter redraws the windows of both nodes', () => emittedReachesAll(byCppEmitter));

test('/metrics says how long a message takes through Redis', async () => {
    // One leaves as soon as the subscription is confirmed.
    let figures = await redisFigures(nodes[0]);
    for (let tries = 0; !figures.round_trip_seconds_count && tries < 100; ++tries) {
        await elapse(100);
        figures = await redisFigures(nodes[0]);
    }
    assert.equal(figures.connected, 1);
    assert.ok(figures.lag_seconds > 0 && figures.lag_seconds < 5, `${figures.lag_seconds} s`);
});

test('a killed Redis: pushes are refused, windows keep their picture; all works again by itself', async () => {
    const before = await pushAccepted(nodes[0]);
    await allShow(before.version);
    const connectedAs = windows.map((window) => window.id);
    const from = nodes.map((node) => node.output.length);
    await redis.kill();
    await nodes[0].printed(/seed feed waits for redis/, { from: from[0] });
    const refused = await push(nodes[0]);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['content-type'], 'application/problem+json');
    assert.equal(refused.code, 'redis_unavailable');
    assert.doesNotMatch(JSON.stringify(refused), /p@ss|p%40ss/);
    assert.equal(JSON.parse((await httpRequest(nodes[0], '/healthz')).text).degraded, 'redis');
    assert.equal((await redisFigures(nodes[0])).connected, 0);

    await redis.start();
    await Promise.all(nodes.map((node, i) => joined(node, from[i])));
    // Redis has lost its memory; the nodes have not.
    const afterwards = await pushAccepted(nodes[1]);
    assert.equal(afterwards.version, before.version + 1);
    await allShow(afterwards.version);
    const more = await pushAccepted(nodes[0]);
    await allShow(more.version);
    assert.deepEqual(windows.map((window) => window.id), connectedAs, 'no window had to reconnect');
    await emittedReachesAll(byNewEmitter);
    await emittedReachesAll(byOldEmitter);
    await emittedReachesAll(byCppEmitter);
}, { timeout: 60_000 });

test('a frozen Redis is noticed in seconds', async () => {
    const from = nodes.map((node) => node.output.length);
    redis.signal('SIGSTOP');
    const started = Date.now();
    try {
        // Both must have noticed it: a node that notices when it is all over still has to connect again.
        for (const refused of await Promise.all(nodes.map(push))) {
            assert.equal(refused.status, 503);
        }
        assert.ok(Date.now() - started < 9_000, `${Date.now() - started} ms`);
    } finally {
        redis.signal('SIGCONT');
    }
    await Promise.all(nodes.map((node, i) => node.printed(/seed feed ready/, { from: from[i] })));
    const { version } = await pushAccepted(nodes[0]);
    await allShow(version);
}, { timeout: 60_000 });

test('rubbish in the state does no harm', async () => {
    await withRedisClient(async (client) => {
        await client.publish('chartcast:{seed}:pushed', 'rubbish');
        await client.publish('chartcast:{seed}:pushed', '{"v":1e99,"ts":0,"option":{}}');
        await client.set('chartcast:{seed}:state', '[[[[');
    });
    const { version } = await pushAccepted(nodes[1]);
    await allShow(version);
});

for (const [what, url, cause] of [
    ['a wrong password', () => `redis://:wr0ngsecret@127.0.0.1:${redis.port}`, /password/i],
    ['a missing password', () => `redis://127.0.0.1:${redis.port}`, /password/i],
    ['an unknown user', () => `redis://nobody:wr0ngsecret@127.0.0.1:${redis.port}`, /nobody|user/i],
]) {
    test(`${what} is named in the log, and never shown`, async () => {
        const node = await startNode(url());
        try {
            const [line] = await node.printed(/.*redis login refused.*\n/);
            assert.match(line, / error /);
            assert.match(line, cause);
            assert.match(line, new RegExp(`127\\.0\\.0\\.1:${redis.port}`));
            const refused = await push(node);
            assert.equal(refused.status, 503);
            // A node without Redis still shows its chart.
            (await openWindow(node)).disconnect();
        } finally {
            await node.stop();
        }
        assert.doesNotMatch(node.output, /wr0ngsecret/);
    });
}

test('a password that is mended in Redis lets a node in without a restart', async () => {
    const node = await startNode(`redis://guest:wr0ngsecret@127.0.0.1:${redis.port}`);
    try {
        await node.printed(/redis login refused/);
        // The rights that docs/seed.md names, and no more.
        const rights = '~chartcast:* &chartcast:* &socket.io#/* &socket.io-* '
            + '+@connection +@pubsub +@scripting +get +set +incr';
        await withRedisClient((client) =>
            client.sendCommand(['ACL', 'SETUSER', 'guest', 'on', '>wr0ngsecret', ...rights.split(' ')]));
        await joined(node);
        const { version } = await pushAccepted(node);
        await allShow(version);
        assert.doesNotMatch(node.output, /NOPERM/);
    } finally {
        await node.stop();
    }
}, { timeout: 60_000 });

test('no Redis at all: the node starts, says so and keeps trying', async () => {
    const port = await freePort();
    const node = await startNode(`redis://127.0.0.1:${port}`);
    const late = new RedisServer();
    try {
        await node.printed(/redis disconnected .*cannot be reached/);
        assert.equal((await push(node)).status, 503);
        late.port = port;
        await late.start();
        await joined(node);
        await pushAccepted(node);
    } finally {
        await node.stop();
        await late.stop();
    }
}, { timeout: 60_000 });
