// Many clients on a bad network, and a server that is killed again and again. In the end every client has the
// server's rows, and nothing that was acknowledged is lost.
//
// usage: node tests/soak/live_soak.mjs [--seconds 600] [--clients 500] [--kill-every 30] [--shards 2]
// CHARTCAST_BUILD names the build folder. Prints what it found; the exit status is 1 when something was wrong.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { freePort } from '../support/programs.mjs';
import { elapse } from '../support/waiting.mjs';

const { values } = parseArgs({
    options: {
        seconds: { type: 'string', default: '600' }, clients: { type: 'string', default: '500' },
        'kill-every': { type: 'string', default: '30' }, shards: { type: 'string', default: '2' },
    },
});
const seconds = Number(values.seconds);
const killEvery = Number(values['kill-every']) * 1000;
const ends = Date.now() + seconds * 1000;
const say = (text) => process.stderr.write(`soak: ${text}\n`);

const port = await freePort();
const server = new LiveServer((folder) => ({
    ...dealsConfiguration,
    server: {
        listen: [`127.0.0.1:${port}`], internal: { listen: '127.0.0.1:0' }, limits: { connect_rate: '2000/s' },
    },
    store: { path: `${folder}/store` },
}), { args: ['--shards', values.shards] });
await server.start();

/** The longest that a client is away, in milliseconds. */
const absenceMax = 1500;
const publisherCount = 4;
/** A server keeps 256 batches for those who come back: no more may fall into an absence, however fast the machine. */
const publishPause = publisherCount * absenceMax / 220;

// ---- A publisher that remembers what was acknowledged ------------------------------------------------
const acknowledged = new Map();  // id → amount
const uncertain = new Map();  // id → amounts that were sent, and not answered
const counts = { published: 0, unanswered: 0, reconnects: 0, recovered: 0, restarts: 0, resyncs: 0 };
let generation = 0;  // of the server
let running = true;

async function publisher(number) {
    let step = 0;
    while (running) {
        const id = `p${number}-${step % 40}`;
        const amount = step;
        step += 1;
        try {
            await server.publish('deals', 'upsert', [{ id, region: 'n', amount }]);
            acknowledged.set(id, amount);
            uncertain.delete(id);
            counts.published += 1;
        } catch {
            // The answer was lost with the server: the row may be there or not.
            uncertain.set(id, [...(uncertain.get(id) ?? []), amount]);
            counts.unanswered += 1;
            await elapse(50);
        }
        await elapse(publishPause);
    }
}

// ---- Clients that come and go -------------------------------------------------------------------------
async function flapping(client) {
    while (running) {
        await elapse(500 + Math.random() * 6000);
        if (!running || !client.socket.connected) {
            continue;
        }
        client.socket.disconnect();
        const leftIn = client.knownFrom;
        await elapse(Math.random() * absenceMax);
        client.seen.length = 0;
        client.socket.connect();
        try {
            await client.until(() => client.messages('resume').length > 0, 'resume', 5000);
        } catch {
            continue;  // The server went away meanwhile.
        }
        if (leftIn === generation && client.knownFrom === generation) {
            counts.reconnects += 1;
            counts.recovered += client.messages('resume')[0].recovered ? 1 : 0;
        }
    }
}

const clients = Array.from({ length: Number(values.clients) }, () => {
    const client = new LiveClient(server.url, { charts: ['deals_live'] }, {
        reconnection: true, reconnectionDelay: 200, reconnectionDelayMax: 1500,
    });
    /** The server that its rows are from: odd while that one is being started. */
    client.knownFrom = -1;
    for (const event of ['init chart data', 'new chart data']) {
        client.socket.on(event, () => { client.knownFrom = generation; });
    }
    return client;
});
const publishers = Array.from({ length: publisherCount }, (_, number) => publisher(number));
const flappers = clients.map(flapping);

// ---- Kill and start again -------------------------------------------------------------------------------
while (Date.now() < ends) {
    await elapse(Math.min(killEvery, ends - Date.now()));
    if (Date.now() >= ends) {
        break;
    }
    await server.kill();
    counts.restarts += 1;
    generation += 1;
    await server.start();
    generation += 1;
    say(`${counts.restarts} restarts, ${counts.published} acknowledged, ${counts.recovered} of ${counts.reconnects} recovered`);
}
running = false;
await Promise.all([...publishers, ...flappers]);

// ---- What must hold -------------------------------------------------------------------------------------
for (const client of clients) {
    client.socket.connect();
}
const { rows, v } = await server.rows('deals');
const wanted = JSON.stringify(rows.map(({ id, region, amount }) => [id, region, amount]));
const late = [];
const wrong = [];
for (const client of clients) {
    try {
        await client.until(() => client.datasets.get('deals')?.v >= v, `version ${v}`, 20_000);
        if (JSON.stringify(client.rows('deals')) !== wanted) {
            wrong.push(client);
        }
    } catch {
        late.push(client);
    }
    counts.resyncs += client.resyncs;
}
const stored = new Map(rows.map(({ id, amount }) => [id, amount]));
const lost = [...acknowledged].filter(([id, amount]) =>
    stored.get(id) !== amount && !(uncertain.get(id) ?? []).includes(stored.get(id)));
for (const client of [...late, ...wrong].slice(0, 10)) {
    const dataset = client.datasets.get('deals');
    say(`${client.socket.connected ? 'connected' : 'not connected'}, at ${dataset?.epoch}:${dataset?.v} with `
        + `${dataset?.rows.length} of ${rows.length} rows, wanted ${v}; `
        + `last heard: ${client.seen.slice(-4).map(([event, , message]) => message?.mode ?? event)}`);
}
clients.forEach((client) => client.close());
await server.stop();

const share = counts.reconnects === 0 ? 1 : counts.recovered / counts.reconnects;
process.stdout.write(`${JSON.stringify({ ...counts, recoveredShare: Number(share.toFixed(4)),
    clientsThatNeverCame: late.length, clientsWithOtherRows: wrong.length, acknowledgedRowsLost: lost.length })}\n`);
assert.equal(late.length + wrong.length, 0, 'every client ends with the rows of the server');
assert.equal(lost.length, 0, `nothing acknowledged is lost: ${JSON.stringify(lost.slice(0, 5))}`);
assert.ok(share >= 0.9, `at least 90 % of the reconnects without a restart recover: ${share}`);
