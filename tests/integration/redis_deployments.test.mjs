// Two chartcast nodes whose Redis is several servers: a push on either redraws the windows of both, also after the
// master died that the chart is kept on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { eventually } from '../support/cluster.mjs';
import { startChartcast } from '../support/programs.mjs';
import { RedisCluster, RedisSentinels } from '../support/redis_deployments.mjs';
import { nextEvent, timeScale } from '../support/waiting.mjs';

const failoverMs = 60_000;

async function startNode(redis) {
    const node = await startChartcast(['--redis', redis.url, '--shards', '2', '--log-level', 'debug']);
    await node.printed(/seed feed ready/, { ms: 20_000 });
    await node.printed(/redis adapter ready/, { ms: 20_000 });
    return node;
}

/** A client that knows the newest version it was shown. */
async function openWindow(node) {
    const window = io(node.url, { forceNew: true, reconnection: false, transports: ['websocket'] });
    window.version = 0;
    for (const event of ['init chart data', 'new chart data']) {
        window.on(event, (option, meta) => {
            window.version = meta?.v ?? window.version;
        });
    }
    await nextEvent(window, 'init chart data');
    return window;
}

/** The version that a push makes; fails while Redis cannot be used. */
async function push(node) {
    const answer = await fetch(`${node.url}/charts/pollingChartData`);
    const body = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(body));
    return body.version;
}

async function pushReachesAll(node, windows, ms) {
    const version = await eventually(() => push(node), 'a push', ms);
    for (const window of windows) {
        await eventually(() => assert.ok(window.version >= version, `${window.version} < ${version}`),
            'the push at all windows', ms);
    }
}

const health = async (node) => (await (await fetch(`${node.url}/healthz`)).json()).status;

async function withNodes(redis, body) {
    const nodes = [];
    const windows = [];
    try {
        await redis.start();
        for (let i = 0; i < 2; i += 1) {
            nodes.push(await startNode(redis));
            windows.push(await openWindow(nodes[i]));
        }
        await body(nodes, windows);
    } finally {
        windows.forEach((window) => window.disconnect());
        await Promise.all(nodes.map((node) => node.stop()));
        await redis.stop();
    }
}

for (const [what, make, masterOf] of [
    ['behind Sentinels', () => new RedisSentinels(), (redis) => redis.masters[0]],
    ['in a Cluster', () => new RedisCluster(), (redis) => redis.ownerOf('chartcast:{seed}:counter')],
]) {
    test(`${what}: pushes reach all windows, and do so again when the master was killed`,
        { timeout: 110_000 * timeScale }, async () => {
            const redis = make();
            await withNodes(redis, async (nodes, windows) => {
                await pushReachesAll(nodes[0], windows, 20_000);
                await pushReachesAll(nodes[1], windows, 20_000);
                const ids = windows.map(({ id }) => id);
                await (await masterOf(redis)).kill();
                await pushReachesAll(nodes[1], windows, failoverMs);
                await pushReachesAll(nodes[0], windows, failoverMs);
                for (const node of nodes) {
                    await eventually(async () => assert.equal(await health(node), 'ok'), 'a healthy node', failoverMs);
                }
                assert.deepEqual(windows.map(({ id }) => id), ids, 'no window had to connect again');
            });
        });
}
