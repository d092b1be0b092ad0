// A running server whose configuration changes: by a file that is written anew, by SIGHUP, by folders. Nobody is
// disconnected, nothing is lost, and a mistake changes nothing.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { PlainClient } from '../support/plain_client.mjs';
import { elapse, nextEvent, within } from '../support/waiting.mjs';

const base = { ...dealsConfiguration, store: { path: 'store' } };
const { deals_live: dealsChart } = base.charts;
const { deals } = base.datasets;

/** Writes the configuration anew and waits until it counts. */
async function reconfigure(server, configuration, pattern = /configuration reloaded/) {
    const from = server.program.output.length;
    server.configure(configuration);
    await server.program.printed(pattern, { from });
}

const withChart = (id, chart, others = base) => ({ ...others, charts: { ...others.charts, [id]: chart } });
const changed = (chart) => withChart('deals_live', { ...dealsChart, ...chart });
const listOf = async (server, dataset, dims) => (await server.rows(dataset)).rows.map((row) => dims.map((dim) => row[dim]));
const disconnects = (client) => client.disconnects ?? client.seen.filter(([event]) => event === 'disconnect');
const keyHash = (key) => `sha256:${createHash('sha256').update(key).digest('hex')}`;

async function until(found, what) {
    await within((async () => {
        while (!await found()) {
            await elapse(50);
        }
    })(), what);
}

describe('fifty viewers, of whom nobody is disconnected', () => {
    let server;
    let publishing = true;
    let publisher;
    const group = [];
    const guests = new Set();

    const deltas = () => group.filter((client) => client instanceof LiveClient);
    const plains = () => group.filter((client) => client instanceof PlainClient);
    const everybody = (clients, found, what) => Promise.all(clients.map((client) => client.until(found, what)));

    before(async () => {
        server = await new LiveServer(base, { args: ['--shards', '2'] }).start();
        await server.publish('deals', 'replace', [{ id: 'a', region: 'n', amount: 1.5 }]);
        for (let at = 0; at < 25; at += 1) {
            group.push(new LiveClient(server.url, { charts: ['deals_live'] }));
            group.push(new PlainClient(server.url, { namespace: '/charts/deals_live' }));
        }
        await everybody(deltas(), (client) => client.datasets.size === 1, 'snapshot');
        await everybody(plains(), (client) => client.seen.length > 0, 'first option');
        // Rows come all the time, also in the middle of a reload.
        publisher = (async () => {
            for (let turn = 0; publishing; turn += 1) {
                await server.publish('deals', 'upsert', [{ id: `k${turn % 50}`, region: 'n', amount: turn }]);
                await elapse(10);
            }
        })();
        publisher.catch(() => {});
    }, { timeout: 30_000 });
    after(async () => {
        publishing = false;
        [...group, ...guests].forEach((client) => client.close());
        await publisher.catch(() => {});
        await server?.stop();
    });

    const guest = (client) => {
        guests.add(client);
        return client;
    };

    test('see another template', async () => {
        const before = deltas().map((client) => client.charts.get('deals_live').tpl);
        await reconfigure(server, changed({ option: { ...dealsChart.option, grid: { left: 77 } } }));
        await everybody(deltas(), (client) => client.charts.get('deals_live').option.grid?.left === 77, 'template');
        await everybody(plains(), (client) => client.option.grid?.left === 77, 'plain option');
        deltas().forEach((client, at) => assert.notEqual(client.charts.get('deals_live').tpl, before[at]));
        assert.ok(plains().every(({ seen }) => seen.filter(([event]) => event === 'init chart data').length === 1));
    });

    test('see another title', async () => {
        await reconfigure(server, changed({ title: { en: 'Renamed', de: 'Umbenannt' } }));
        await everybody(deltas(), (client) => client.charts.get('deals_live').option.title.text === 'Renamed', 'title');
        await everybody(plains(), (client) => client.option.title.text === 'Renamed', 'plain title');
    });

    test('may watch a new chart, which has a namespace of its own', async () => {
        const [first] = deltas();
        assert.deepEqual(await first.ask('chart:sub', 'fresh'), { ok: false, code: 'unknown_chart' });
        const early = guest(new PlainClient(server.url, { namespace: '/charts/fresh' }));
        assert.equal((await nextEvent(early.socket, 'connect_error'))[0].message, 'Invalid namespace');
        await reconfigure(server, withChart('fresh', { title: 'Fresh', data: ['deals'], option: { series: [{ type: 'pie' }] } }));
        assert.deepEqual(await first.ask('chart:sub', 'fresh'), { ok: true });
        assert.equal(first.charts.get('fresh').option.title.text, 'Fresh');
        const plain = guest(new PlainClient(server.url, { namespace: '/charts/fresh' }));
        await plain.until(() => plain.rows?.length > 0, 'rows of the new chart');
    });

    test('lose a chart that was taken away, and no other', async () => {
        const inside = guest(new PlainClient(server.url, { namespace: '/charts/fresh' }));
        const [first] = deltas();
        await inside.until(() => inside.seen.length > 0, 'option');
        const frames = first.messages('delta').length;
        await reconfigure(server, base);
        await first.until(() => first.seen.some(([event]) => event === 'chart:refused'), 'chart:refused');
        assert.deepEqual(first.seen.find(([event]) => event === 'chart:refused')[1], { chart: 'fresh', code: 'unknown_chart' });
        await inside.until(() => inside.disconnects.length > 0, 'end of the namespace');
        assert.deepEqual(inside.disconnects, ['io server disconnect']);
        await first.until(() => first.messages('delta').length > frames + 3, 'frames of the chart that stayed');
        assert.equal((await server.request('GET', '/api/v1/charts/fresh/option')).status, 404);
    });

    test('see nothing of a reload that changes nothing of theirs', async () => {
        const firstFrames = () => group.map(({ seen }) => seen.filter(([event, , message]) => event === 'init chart data'
            || message?.mode === 'snapshot').length);
        const before = firstFrames();
        const { epoch } = await server.rows('deals');
        const from = server.program.output.length;
        server.program.signal('SIGHUP');
        await server.program.printed(/configuration reloaded/, { from });
        await reconfigure(server, withChart('elsewhere', { title: 'Another', option: {} }));
        const { v } = await server.rows('deals');
        await everybody(deltas(), (client) => client.datasets.get('deals').v > v, 'a frame behind');
        await everybody(plains(), (client) => client.seen.at(-1)[2].ds.deals[1] > v, 'a plain frame behind');
        assert.deepEqual(firstFrames(), before);
        assert.equal((await server.rows('deals')).epoch, epoch);
        await reconfigure(server, base);
    });

    test('see nothing of a mistake, which is told with its place', async () => {
        const text = JSON.stringify(base, null, 1);
        await reconfigure(server, text.replace('"anonymous"', '"anonymus"'), /configuration refused.*/);
        assert.match(server.program.output, /chartcast\.yaml:\d+:\d+: auth\.anonymus: unknown key; did you mean anonymous\?/);
        const { status, degraded } = await server.health();
        assert.deepEqual({ status, degraded }, { status: 'degraded', degraded: 'configuration' });
        assert.equal((await fetch(`${server.internalUrl}/readyz`)).status, 200);
        await reconfigure(server, '', /configuration refused.*is empty/);
        // SIGHUP says the same again.
        const from = server.program.output.length;
        server.program.signal('SIGHUP');
        await server.program.printed(/configuration refused/, { from });
        assert.equal((await server.request('GET', '/api/v1/charts/deals_live/option')).status, 200);
        await reconfigure(server, base);
        assert.equal((await server.health()).status, 'ok');
    });

    test('end with the rows of the server', async () => {
        publishing = false;
        await publisher;
        const expected = await listOf(server, 'deals', ['id', 'region', 'amount']);
        const text = JSON.stringify(expected);
        await everybody(deltas(), (client) => JSON.stringify(client.rows('deals')) === text, 'all rows');
        await everybody(plains(), (client) => JSON.stringify(client.rows) === text, 'all plain rows');
        assert.equal(group.reduce((sum, client) => sum + disconnects(client).length, 0), 0);
        assert.equal(deltas().reduce((sum, client) => sum + client.resyncs, 0), 0);
    });

    test('get rows of other fields under another epoch, where they fit', async () => {
        await server.publish('deals', 'replace', [
            { id: 'a', region: 'north', amount: 3 }, { id: 'b', region: 'south', amount: 4.5 }, { id: 'c', region: 'east', amount: 5 },
        ]);
        const { epoch } = await server.rows('deals');
        const fields = { owner: 'string', id: 'string', amount: 'integer' };
        await reconfigure(server, { ...base, datasets: { deals: { ...deals, fields } } });
        const expected = [[null, 'a', 3], [null, 'c', 5]];
        assert.deepEqual(await listOf(server, 'deals', ['owner', 'id', 'amount']), expected);
        await everybody(deltas(), (client) => client.datasets.get('deals').dims.length === 3
            && client.datasets.get('deals').epoch !== epoch, 'rows under another epoch');
        await everybody(plains(), (client) => client.option.dataset[0].dimensions[0] === 'owner', 'plain rows');
        for (const client of group) {
            assert.deepEqual(client instanceof LiveClient ? client.rows('deals') : client.rows, expected);
        }
        const answer = await server.publish('deals', 'upsert', [{ id: 'c', owner: 'Wang' }]);
        assert.notEqual(answer.epoch, epoch);
        await everybody(deltas(), (client) => client.datasets.get('deals').v === answer.v, 'change');
        assert.deepEqual(deltas()[0].rows('deals'), [[null, 'a', 3], ['Wang', 'c', 5]]);
        assert.equal(group.reduce((sum, client) => sum + disconnects(client).length, 0), 0);
    });
});

describe('a reload', () => {
    const cleanups = [];
    after(async () => {
        for (const clean of cleanups.reverse()) {
            await clean();
        }
    });

    async function start(configuration, options) {
        const server = new LiveServer(configuration, options);
        cleanups.push(() => server.stop());
        return server.start();
    }

    const watch = (client) => {
        cleanups.push(() => client.close());
        return client;
    };

    test('adds and removes API keys, also for those who are connected', async () => {
        const key = 'another key that is long enough';
        const other = { id: 'other', hash: keyHash(key), can: ['view:deals_live', 'view:deals'] };
        const closed = { ...base, auth: { ...base.auth, anonymous: 'none' } };
        const open = { ...closed, auth: { ...closed.auth, api_keys: [...closed.auth.api_keys, other] } };
        const server = await start(closed);
        await server.publish('deals', 'replace', [{ id: 'a', region: 'n', amount: 1 }]);
        const status = async () => (await server.request('GET', '/api/v1/datasets/deals/rows.json', { key })).status;
        assert.equal(await status(), 401);
        await reconfigure(server, open);
        assert.equal(await status(), 200);
        const client = watch(new LiveClient(server.url, { token: key, charts: ['deals_live'] }));
        await client.until(() => client.rows('deals')?.length === 1, 'rows');
        await reconfigure(server, closed);
        assert.equal(await status(), 401);
        await client.until(() => client.seen.some(([event]) => event === 'chart:refused'), 'refusal');
        const frames = client.seen.length;
        await server.publish('deals', 'upsert', [{ id: 'a', amount: 2 }]);
        await elapse(200);
        assert.equal(client.seen.length, frames);
    });

    test('shortens what is kept', async () => {
        const server = await start({ ...base, store: { path: 'store', history: { max_size: '1GiB' } } });
        const text = 'x'.repeat(2000);
        const bytes = () => server.metric('chartcast_store_bytes');
        const large = 6 * 1024 * 1024;
        for (let turn = 0; await bytes() < large; turn += 1) {
            await server.publish('deals', 'upsert', Array.from({ length: 200 }, (_, at) => ({ id: `k${at}`, region: text, amount: turn })));
        }
        await reconfigure(server, { ...base, store: { path: 'store', history: { max_size: '2MiB' } } });
        for (let turn = 0; await bytes() > large / 2; turn += 1) {
            assert.ok(turn < 100, `still ${await bytes()} bytes`);
            await server.publish('deals', 'upsert', [{ id: 'k1', amount: -turn }]);
            await elapse(50);
        }
        assert.equal((await server.request('GET', '/api/v1/datasets/deals/history?from=1')).status, 410);
        assert.equal((await server.rows('deals')).count, 200);
    });

    test('leaves what flags have said', async () => {
        const server = await start({ ...base, server: { ...base.server, listen: ['127.0.0.1:1'] } },
            { args: ['--listen', '127.0.0.1:0', '--shards', '2'] });
        const client = watch(new LiveClient(server.url, { charts: ['deals_live'] }));
        await client.until(() => client.datasets.size === 1, 'snapshot');
        await reconfigure(server, changed({ title: 'Again' }));
        await client.until(() => client.charts.get('deals_live').option.title.text === 'Again', 'title');
        assert.equal((await server.request('GET', '/api/v1/charts/deals_live/option')).status, 200);
        assert.equal(disconnects(client).length, 0);
    });

    test('does not read a file again whose dataset is as it was', async () => {
        const lines = { fields: { n: 'integer' }, source: { file: { path: 'app.log' } } };
        const configuration = { ...base, datasets: { deals, lines }, charts: { ...base.charts, lines: { data: ['lines'], option: {} } } };
        const server = new LiveServer(configuration);
        cleanups.push(() => server.stop());
        const log = path.join(server.folder.path, 'app.log');
        writeFileSync(log, '{"n":1}\n{"n":2}\nno row\n');
        await server.start();
        const client = watch(new LiveClient(server.url, { charts: ['lines'] }));
        await client.until(() => client.rows('lines')?.length === 2, 'lines');
        await client.until(() => client.charts.get('lines').fresh.state === 'source_error', 'source_error');
        await reconfigure(server, withChart('lines', { title: 'Lines', data: ['lines'], option: {} }, configuration));
        await client.until(() => client.charts.get('lines').option.title, 'title');
        // What was wrong still is.
        assert.equal(client.charts.get('lines').fresh.state, 'source_error');
        appendFileSync(log, '{"n":3}\n');
        await client.until(() => client.rows('lines').at(-1)[0] === 3, 'next line');
        assert.deepEqual(client.rows('lines'), [[1], [2], [3]]);
    });

    test('starts a source that is another now, and ends one that is gone', async () => {
        const lines = (file) => ({ fields: { n: 'integer' }, key: ['n'], source: { file: { path: file, op: 'upsert' } } });
        const configuration = (source) => ({
            ...base, datasets: { lines: source }, charts: { lines: { data: ['lines'], option: {} } },
        });
        const server = new LiveServer(configuration(lines('one.log')));
        cleanups.push(() => server.stop());
        writeFileSync(path.join(server.folder.path, 'two.log'), '{"n":2}\n');
        await server.start();
        const client = watch(new LiveClient(server.url, { charts: ['lines'] }));
        await client.until(() => client.charts.get('lines')?.fresh.state === 'source_error', 'no file');
        await reconfigure(server, configuration(lines('two.log')));
        await client.until(() => client.charts.get('lines').fresh.state === 'live', 'live');
        await client.until(() => client.rows('lines').length === 1, 'line of the other file');
        await reconfigure(server, configuration({ ...lines(''), source: { push: {} } }));
        const { v } = await server.publish('lines', 'upsert', [{ n: 3 }]);
        await client.until(() => client.datasets.get('lines').v === v, 'pushed row');
        assert.deepEqual(client.rows('lines'), [[2], [3]]);
        assert.equal(await server.metric('chartcast_source_up{dataset="lines"}'), undefined);
        assert.equal(disconnects(client).length, 0);
    });

    test('knows several files in a folder', async () => {
        const { datasets, charts, ...rest } = base;
        const server = new LiveServer({ ...rest, datasets });
        const folder = path.join(server.folder.path, 'conf.d');
        const file = (name) => path.join(folder, name);
        const write = (name, value) => writeFileSync(file(name), JSON.stringify(value));
        const heard = async (pattern, change) => {
            const from = server.program.output.length;
            change();
            await server.program.printed(pattern, { from });
        };
        mkdirSync(folder);
        write('10-deals.yaml', { charts });
        write('.hidden.yaml', { nonsense: 1 });
        server.args = ['-c', folder];
        cleanups.push(() => server.stop());
        await server.start();
        const client = watch(new LiveClient(server.url, { charts: ['deals_live', 'more'] }));
        await client.until(() => client.charts.has('deals_live'), 'snapshot');
        await heard(/configuration reloaded/, () => write('20-more.json', { charts: { more: { data: 'deals', option: {} } } }));
        assert.deepEqual(await client.ask('chart:sub', 'more'), { ok: true });
        await heard(/configuration refused.*/, () => write('30-again.yml', { charts: { more: {} } }));
        assert.match(server.program.output, /30-again\.yml:\d+:\d+.*20-more\.json/);
        assert.deepEqual(await client.ask('chart:resync', 'more'), { ok: true });
        await heard(/configuration reloaded/, () => rmSync(file('30-again.yml')));
        await heard(/configuration reloaded/, () => rmSync(file('20-more.json')));
        await client.until(() => client.seen.filter(([event]) => event === 'chart:refused').length === 2, 'chart:refused');
        await until(async () => (await server.health()).status === 'ok', 'health');
        assert.equal(disconnects(client).length, 0);
    });
});
