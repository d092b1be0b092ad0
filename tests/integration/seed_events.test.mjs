// The seed demo's events, for clients of every generation: what a window gets, and in which order.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import client1 from 'socket.io-client-1';
import client2 from 'socket.io-client-2';
import { io as client4 } from 'socket.io-client';

import { httpRequest } from '../support/http.mjs';
import { startChartcast } from '../support/programs.mjs';
import { nextEvent, within } from '../support/waiting.mjs';

let chartcast;
const windows = new Set();
const clients = { '1.7.4': client1, '2.5.0': client2, '4.8': client4 };

before(async () => {
    chartcast = await startChartcast(['--shards', '4', '--log-level', 'debug']);
    chartcast.track = () => {};
}, { timeout: 30_000 });
after(async () => {
    windows.forEach((socket) => socket.disconnect());
    await chartcast?.stop();
});

const push = async () =>
    JSON.parse((await httpRequest(chartcast, '/charts/pollingChartData')).text);

/** A client that keeps every picture it gets: {event, option, version}. */
function openWindow(version = '4.8', options = {}) {
    const socket = clients[version](chartcast.url, { forceNew: true, reconnection: false, ...options });
    windows.add(socket);
    socket.seen = [];
    for (const event of ['init chart data', 'new chart data']) {
        socket.on(event, (option, meta) => {
            socket.seen.push({ event, option, version: meta.v, ts: meta.ts });
            socket.onPicture?.();
        });
    }
    /** Resolves once the window shows that version or a newer one. */
    socket.shows = (wanted) => within(new Promise((resolve) => {
        socket.onPicture = () => socket.seen.some((picture) => picture.version >= wanted) && resolve();
        socket.onPicture();
    }), `picture ${wanted}`);
    return socket;
}

function closeWindow(socket) {
    windows.delete(socket);
    socket.disconnect();
}

for (const version of Object.keys(clients)) {
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
        test(`socket.io-client ${version} over ${transports.join(' and ')}`, async () => {
            const socket = openWindow(version, { transports });
            const current = await push();
            await socket.shows(current.version);
            const next = await push();
            await socket.shows(next.version);
            const last = socket.seen.at(-1);
            assert.equal(socket.seen[0].event, 'init chart data');
            assert.equal(last.event, 'new chart data');
            assert.equal(last.version, next.version);
            assert.equal(last.option.title.subtext, next.shows);
            assert.ok(Math.abs(last.ts - Date.now()) < 60_000);
            closeWindow(socket);
        });
    }
}

test('a message is accepted and logged as one line', async () => {
    const socket = openWindow();
    await nextEvent(socket, 'connect');
    const from = chartcast.output.length;
    socket.emit('message', { hello: 'a\nb' }, 2);
    const [, text] = await chartcast.printed(/ message socket=\S+ text=(.*)\n/, { from });
    assert.equal(JSON.parse(JSON.parse(text)).hello, 'a\nb');
    closeWindow(socket);
});

test('a late window shows what everybody shows', async () => {
    const early = openWindow();
    await early.shows(0);
    const { version } = await push();
    await early.shows(version);
    const late = openWindow();
    await late.shows(version);
    assert.equal(late.seen[0].event, 'init chart data');
    assert.equal(late.seen[0].version, version);
    assert.deepEqual(late.seen[0].option, early.seen.at(-1).option);
    [early, late].forEach(closeWindow);
});

// The table at the top of pages/seed_demo.hpp: windows connect on every shard while pushes are on their way.
test('a window that connects during pushes misses none and never falls back', async () => {
    const opened = [];
    let pushing = true;
    let last = 0;
    const pushes = (async () => {
        while (pushing) {
            last = (await push()).version;
        }
    })();
    for (let round = 0; round < 15; ++round) {
        const batch = Array.from({ length: 8 }, () => openWindow('4.8', { transports: ['websocket'] }));
        opened.push(...batch);
        await Promise.all(batch.map((socket) => socket.shows(0)));
    }
    pushing = false;
    await pushes;
    await Promise.all(opened.map((socket) => socket.shows(last)));
    for (const { seen } of opened) {
        assert.equal(seen[0].event, 'init chart data');
        for (let i = 1; i < seen.length; ++i) {
            const step = seen[i].version - seen[i - 1].version;
            assert.equal(seen[i].event, 'new chart data');
            // The same picture twice is possible right after `init chart data`, and only there.
            assert.ok(step === 1 || (i === 1 && step === 0),
                `after ${seen[i - 1].version} came ${seen[i].version}`);
        }
        assert.equal(seen.at(-1).version, last);
    }
    assert.ok(new Set(opened.map(({ seen }) => seen[0].version)).size > 5, 'windows met different pushes');
    opened.forEach(closeWindow);
});

test('windows are told when the server ends', async () => {
    const program = await startChartcast();
    const socket = client4(program.url, { reconnection: false, transports: ['websocket'] });
    await nextEvent(socket, 'init chart data');
    const gone = nextEvent(socket, 'disconnect');
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
    assert.equal((await gone)[0], 'transport close');
});
