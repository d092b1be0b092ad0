// A dashboard of twenty charts that stays open: what its page holds, how busy it is, and whether it still shows what
// the server has.
//
// usage: node tests/soak/page_soak.mjs [--minutes 20 | --seconds 25] [--charts 20] [--rate 5]
// CHARTCAST_BUILD names the build folder. Prints a line a minute and a verdict; the exit status is 1 when something
// was wrong. From ten minutes on the verdict is about memory and time, too: less tells nothing about either.

import assert from 'node:assert/strict';
import http from 'node:http';
import { parseArgs } from 'node:util';

import { launchBrowser } from '../support/browser.mjs';
import { endWithUs } from '../support/last_will.mjs';
import { chartsReady, watchElements, withCharts } from '../support/live_elements.mjs';
import { LiveServer, testKey } from '../support/live_server.mjs';
import { elapse } from '../support/waiting.mjs';
import { wallCharts, wallConfiguration } from './wall.mjs';

const { values } = parseArgs({
    options: {
        minutes: { type: 'string', default: '20' }, seconds: { type: 'string' },
        charts: { type: 'string', default: '20' }, rate: { type: 'string', default: '5' },
    },
});
const lasts = values.seconds ? Number(values.seconds) * 1000 : Number(values.minutes) * 60_000;
const period = 1000 / Number(values.rate);
const say = (text) => process.stdout.write(`${text}\n`);
const percent = (share) => `${(share * 100).toFixed(1)} %`;

const charts = wallCharts(Number(values.charts));
const server = new LiveServer(wallConfiguration(charts), { logLevel: 'info' });
await server.start();
const callOff = endWithUs(server.program.pid);

// ---- Publishers ---------------------------------------------------------------------------------------
const agent = new http.Agent({ keepAlive: true, maxSockets: charts.length });
let publishing = true;
let published = 0;

const publish = (id, op, rows) => new Promise((resolve, reject) => {
    const request = http.request(`${server.url}/api/v1/datasets/${id}/rows?op=${op}&durability=memory`, {
        method: 'POST', agent, headers: { 'content-type': 'application/json', authorization: `Bearer ${testKey}` },
    }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(
            new Error(`publish to ${id}: ${response.statusCode}`))));
    });
    request.on('error', reject);
    request.end(JSON.stringify(rows));
});

async function publisher({ id, number, kind }) {
    let due = Date.now() + (number / charts.length) * period;
    for (let step = 0; publishing; step += 1) {
        await elapse(Math.max(0, due - Date.now()));
        await publish(id, ...kind.batch(step, number, Date.now()));
        published += 1;
        due += period;
    }
}

await Promise.all(charts.map(({ id, number, kind }) => publish(id, ...kind.start(number, Date.now()))));

// ---- The page -----------------------------------------------------------------------------------------
const browser = await launchBrowser();
const context = await browser.newContext({ viewport: { width: 1920, height: 1200 } });
await watchElements(context);
const page = await context.newPage();
const complaints = [];
page.on('pageerror', (error) => complaints.push(error.message));
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
const sockets = { opened: 0, closed: 0 };
page.on('websocket', (socket) => {
    sockets.opened += 1;
    socket.on('close', () => { sockets.closed += 1; });
});
await page.goto(`${server.url}/d/wall`);
await page.setViewportSize({
    width: 1920, height: await page.evaluate(() => Math.min(4000, document.documentElement.scrollHeight)),
});
await chartsReady(page);
const drawn = await withCharts(page, '[...charts()].length');
assert.equal(drawn, charts.length, 'every chart is on the dashboard');

const devtools = await context.newCDPSession(page);
await devtools.send('Performance.enable');
await devtools.send('HeapProfiler.enable');

async function metrics() {
    const { metrics: list } = await devtools.send('Performance.getMetrics');
    return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** What the page holds: the lowest of several, since what it allocates between a collection and the reading is more. */
async function heapMegabytes() {
    const sizes = [];
    while (sizes.length < 5) {
        await devtools.send('HeapProfiler.collectGarbage');
        sizes.push((await devtools.send('Runtime.getHeapUsage')).usedSize / 1e6);
    }
    return Math.min(...sizes);
}

const updates = () => page.evaluate(() => Object.values(chartNotes.updates).reduce((sum, count) => sum + count, 0));

// ---- A minute after the other ---------------------------------------------------------------------------
const publishers = charts.map(publisher);
const heaps = [await heapMegabytes()];
const busy = [];
const handshakes = await server.metric('chartcast_handshakes_total');
const began = Date.now();
let before = { ...await metrics(), at: Date.now(), updates: await updates(), published };

async function interval(until) {
    await elapse(until - Date.now());
    const now = { ...await metrics(), at: Date.now(), updates: await updates(), published };
    const seconds = (now.at - before.at) / 1000;
    busy.push((now.TaskDuration - before.TaskDuration) / seconds);
    heaps.push(await heapMegabytes());
    say(`${((now.at - began) / 60_000).toFixed(1).padStart(5)} min  heap ${heaps.at(-1).toFixed(1)} MB  `
        + `main thread ${percent(busy.at(-1))} busy  nodes ${now.Nodes}  listeners ${now.JSEventListeners}  `
        + `${((now.updates - before.updates) / seconds).toFixed(0)} updates/s drawn of `
        + `${((now.published - before.published) / seconds).toFixed(0)} published  `
        + `sockets closed ${sockets.closed}`);
    // The collection itself is no work of the page.
    before = { ...now, ...await metrics(), at: Date.now() };
}

const step = Math.min(60_000, lasts);
for (let until = began + step; until <= began + lasts + 500; until += step) {
    await interval(until);
}

// ---- The end: the page has the server's rows --------------------------------------------------------------
publishing = false;
await Promise.all(publishers);
const wanted = Object.fromEntries(await Promise.all(charts.map(async ({ id }) =>
    [id, JSON.stringify((await server.rows(id)).rows)])));
const shown = () => withCharts(page, `Object.fromEntries([...charts()].map((element) =>
    [element.getAttribute('chart'), JSON.stringify(element.handle?.rows() ?? null)]))`);
const deadline = Date.now() + 10_000;
let behind;
do {
    const rows = await shown();
    behind = charts.map(({ id }) => id).filter((id) => rows[id] !== wanted[id]);
    await elapse(behind.length > 0 ? 100 : 0);
} while (behind.length > 0 && Date.now() < deadline);
const dropped = sockets.closed + (await server.metric('chartcast_handshakes_total') - handshakes);
const frames = await updates();
const leastDrawn = await page.evaluate(() => Math.min(...Object.values(chartNotes.updates)));
await browser.close();
await server.stop();
callOff();

// ---- The verdict ------------------------------------------------------------------------------------------
const minutes = lasts / 60_000;
const share = busy.reduce((sum, one) => sum + one, 0) / busy.length;
const early = heaps[Math.min(5, Math.floor(minutes / 4))];
const growth = heaps.at(-1) / early;
say(`${charts.length} charts, ${values.rate} updates/s each: heap ${early.toFixed(1)} MB, then `
    + `${heaps.at(-1).toFixed(1)} MB (× ${growth.toFixed(3)}), main thread ${percent(share)} busy `
    + `(most: ${percent(Math.max(...busy))}), ${dropped} connections dropped, ${frames} updates drawn of `
    + `${published} published, ${behind.length} charts with other rows than the server`);
assert.deepEqual(complaints, [], 'the page complains of nothing');
assert.deepEqual(behind, [], 'every chart ends with the rows of the server');
assert.equal(dropped, 0, 'no connection is dropped');
assert.ok(leastDrawn >= 3, `every chart moves: one was drawn ${leastDrawn} times`);
assert.ok(frames >= charts.length * (lasts / 1000) * 0.5, 'charts are drawn every two seconds');
if (minutes >= 10) {
    assert.ok(growth <= 1.1, `the heap stays as it was: × ${growth.toFixed(3)}`);
    assert.ok(share < 0.3, `the main thread has time left: ${percent(share)} busy`);
}
say('verdict: passed');
