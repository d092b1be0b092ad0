// What /metrics tells of the bytes that viewers are sent.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { elapse, within } from '../support/waiting.mjs';

let server;
let client;
before(async () => {
    server = await new LiveServer(dealsConfiguration, { args: ['--shards', '2'] }).start();
}, { timeout: 30_000 });
after(async () => {
    client?.close();
    await server?.stop();
});

const sent = () => server.metric('chartcast_websocket_sent_bytes_total');

/** Resolves with the counter once it fits; counters are those of turns that have ended. */
async function sentUntil(fits, what) {
    let value = await sent();
    await within((async () => {
        while (!fits(value)) {
            await elapse(20);
            value = await sent();
        }
    })(), what);
    return value;
}

test('bytes to WebSockets are counted apart from pages and the API', async () => {
    assert.equal(await sent(), 0);
    for (let turn = 0; turn < 5; turn += 1) {
        await server.request('GET', '/api/v1/charts');
    }
    assert.equal(await sent(), 0);
    assert.ok(await server.metric('chartcast_sent_bytes_total') > 1000);
    client = new LiveClient(server.url, { charts: ['deals_live'] }, { transports: ['websocket'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    const first = await sentUntil((value) => value > 300, 'bytes of a snapshot');
    await server.publish('deals', 'upsert', [{ id: 'x'.repeat(5000), region: 'n', amount: 1 }]);
    await client.until(() => client.rows('deals').length === 1, 'row');
    // A WebSocket may be compressed; what is sent is what is counted.
    const second = await sentUntil((value) => value > first, 'bytes of a delta');
    for (let turn = 0; turn < 5; turn += 1) {
        await server.request('GET', '/api/v1/datasets/deals/rows');
    }
    assert.equal(await sent(), second);
});
