// Live charts over real sockets: plain, delta, resume, pause and rate, as docs/protocol.md describes them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { io } from 'socket.io-client';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { elapse, within } from '../support/waiting.mjs';

const slowChart = { ...dealsConfiguration.charts.deals_live, max_rate: '2/s' };
const configuration = {
    ...dealsConfiguration,
    default_chart: 'deals_live',
    charts: {
        ...dealsConfiguration.charts, slow: slowChart, note: { title: 'Note', option: { title: { text: 'first' } } },
    },
};

let server;
const clients = new Set();

before(async () => {
    server = await new LiveServer(configuration, { args: ['--shards', '2'] }).start();
}, { timeout: 30_000 });
after(async () => {
    clients.forEach((client) => client.close());
    await server?.stop();
});

function delta(auth, options) {
    const client = new LiveClient(server.url, auth, options);
    clients.add(client);
    return client;
}

/** A plain client: every option that it was sent, as [event, option, meta]. */
function plain(namespace = '/', options = {}) {
    const socket = io(server.url + (namespace === '/' ? '' : namespace),
        { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
    clients.add({ close: () => socket.disconnect() });
    socket.seen = [];
    const watchers = new Set();
    for (const event of ['init chart data', 'new chart data']) {
        socket.on(event, (...args) => {
            socket.seen.push([event, ...args]);
            watchers.forEach((look) => look());
        });
    }
    socket.until = (found, what) => within(new Promise((resolve) => {
        const look = () => found(socket.seen) && resolve(found(socket.seen));
        watchers.add(look);
        look();
    }), what);
    return socket;
}

const rowsOf = (option) => option.dataset[0].source;

test('a plain client is sent whole options that setOption takes', async () => {
    await server.publish('deals', 'replace', [{ id: 'a', region: 'north', amount: 1 }]);
    const socket = plain('/charts/deals_live', { query: { locale: 'zh-CN' } });
    const [event, option, meta] = await socket.until((seen) => seen[0], 'first option');
    assert.equal(event, 'init chart data');
    assert.equal(option.title.text, '实时成交');
    assert.deepEqual(option.dataset[0].dimensions, ['id', 'region', 'amount']);
    assert.deepEqual(rowsOf(option), [['a', 'north', 1]]);
    assert.equal(option.series[0].data, null);
    assert.equal(meta.chart, 'deals_live');
    const answer = await server.publish('deals', 'upsert', [{ id: 'b', region: 'south', amount: 2 }]);
    const next = await socket.until((seen) => seen[1], 'second option');
    assert.equal(next[0], 'new chart data');
    assert.deepEqual(rowsOf(next[1]), [['a', 'north', 1], ['b', 'south', 2]]);
    assert.deepEqual(next[2].ds.deals, [answer.epoch, answer.v]);
});

test('the root namespace shows the default chart', async () => {
    const socket = plain('/');
    const [, option] = await socket.until((seen) => seen[0], 'first option');
    assert.equal(option.title.text, 'Deals live');
});

test('a delta client is sent what changed, and has the rows of the server', async () => {
    await server.publish('deals', 'replace', [{ id: 'a', region: 'north', amount: 1 }, { id: 'b', region: 'x', amount: 5 }]);
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    assert.equal(client.messages('snapshot')[0].recovered, false);
    assert.equal(client.charts.get('deals_live').option.title.text, 'Deals live');
    const { v } = await server.publish('deals', 'upsert', [{ id: 'a', amount: 7 }]);
    await client.until(() => client.datasets.get('deals').v === v, 'delta');
    const change = client.messages('delta').at(-1);
    assert.equal(change.ds, 'deals');
    assert.equal(change.to, v);
    assert.deepEqual(change.ops, [['set', [['a', { 2: 7 }]]]]);
    assert.deepEqual(client.rows('deals'), [['a', 'north', 7], ['b', 'x', 5]]);
    const deleted = await server.publish('deals', 'remove', ['b']);
    await client.until(() => client.datasets.get('deals').v === deleted.v, 'removal');
    assert.deepEqual(client.rows('deals'), [['a', 'north', 7]]);
});

test('the first argument of a delta client is an option that changes nothing', async () => {
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.seen.some(([event]) => event === 'init chart data'), 'snapshot');
    assert.deepEqual(client.seen.find(([event]) => event === 'init chart data')[1], {});
});

test('an unchanged publish is no version and no frame', async () => {
    await server.publish('deals', 'replace', [{ id: 'a', region: 'north', amount: 1 }]);
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    const same = await server.publish('deals', 'upsert', [{ id: 'a', amount: 1 }]);
    assert.equal(same.changed, false);
    assert.equal(same.v, client.datasets.get('deals').v);
    const other = await server.publish('deals', 'upsert', [{ id: 'a', amount: 2 }]);
    await client.until(() => client.datasets.get('deals').v === other.v, 'delta');
    assert.equal(client.messages('delta').length, 1);
});

test('who comes back is sent what it missed', async () => {
    await server.publish('deals', 'replace', Array.from({ length: 200 }, (_, id) => ({ id: `k${id}`, region: 'n', amount: id })));
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    client.socket.disconnect();
    await server.publish('deals', 'upsert', [{ id: 'k3', amount: -1 }]);
    const { v } = await server.publish('deals', 'upsert', [{ id: 'k4', amount: -2 }]);
    client.socket.connect();
    await client.until(() => client.datasets.get('deals').v === v, 'resume');
    const [resume] = client.messages('resume');
    assert.equal(resume.recovered, true);
    assert.equal(resume.option, undefined);
    assert.equal(resume.ds.deals.rows, undefined);
    assert.equal(client.rows('deals').find(([id]) => id === 'k3')[2], -1);
    assert.equal(client.rows('deals').find(([id]) => id === 'k4')[2], -2);
});

test('who claims a history that is none is sent rows, and told so', async () => {
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    client.socket.disconnect();
    client.datasets.get('deals').epoch = 'foreign';
    client.socket.connect();
    await client.until(() => client.messages('resume').length === 1, 'resume');
    assert.equal(client.messages('resume')[0].recovered, false);
    assert.ok(client.messages('resume')[0].ds.deals.rows);
});

test('a hidden chart is silent until it is resumed', async () => {
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    assert.deepEqual(await client.ask('chart:pause', { chart: 'deals_live' }), { ok: true });
    const frames = client.seen.length;
    const { v } = await server.publish('deals', 'upsert', [{ id: 'hidden', region: 'n', amount: Math.random() }]);
    await elapse(300);
    assert.equal(client.seen.length, frames);
    assert.deepEqual(await client.ask('chart:resume', { chart: 'deals_live', since: client.since() }), { ok: true });
    await client.until(() => client.datasets.get('deals').v === v, 'resume');
    assert.equal(client.messages('resume').at(-1).recovered, true);
});

test('charts are subscribed to and left while connected', async () => {
    const client = delta({ charts: [] }, { namespace: '/charts/note' });
    await client.until(() => client.raw.has('note'), 'own chart');
    assert.deepEqual(await client.ask('chart:sub', { chart: 'deals_live' }), { ok: true });
    assert.ok(client.datasets.has('deals'));
    assert.deepEqual(await client.ask('chart:sub', { chart: 'nothing' }), { ok: false, code: 'unknown_chart' });
    assert.deepEqual(await client.ask('chart:sub', 17), { ok: false, code: 'malformed' });
    assert.deepEqual(await client.ask('chart:unsub', 'deals_live'), { ok: true });
    const frames = client.seen.length;
    await server.publish('deals', 'upsert', [{ id: 'left', region: 'n', amount: Math.random() }]);
    await elapse(200);
    assert.equal(client.seen.length, frames);
});

test('one refused chart does not refuse the connection', async () => {
    const client = delta({ charts: ['nothing', 'deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    const refused = client.seen.find(([event]) => event === 'chart:refused');
    assert.deepEqual(refused[1], { chart: 'nothing', code: 'unknown_chart' });
});

test('a rate sends the first change at once and conflates what follows', async () => {
    await server.publish('deals', 'replace', [{ id: 'a', region: 'n', amount: 0 }]);
    const client = delta({ charts: ['slow'], maxRate: 10 });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    await elapse(600);
    const begun = Date.now();
    let last;
    for (let amount = 1; amount <= 40; amount += 1) {
        last = await server.publish('deals', 'upsert', [{ id: 'a', amount }]);
        await elapse(25);
    }
    await client.until(() => client.datasets.get('deals').v === last.v, 'last change');
    const frames = client.messages('delta');
    const seconds = (Date.now() - begun) / 1000;
    assert.ok(frames.length <= Math.ceil(seconds * 2) + 1, `${frames.length} frames in ${seconds} s`);
    assert.equal(frames[0].n, undefined);
    assert.ok(frames.some(({ n }) => n > 5));
    assert.deepEqual(client.rows('deals'), [['a', 'n', 40]]);
});

test('a raw chart keeps its value and sends patches', async () => {
    const option = { title: { text: 'a long enough title that a patch is shorter' }, series: [{ type: 'line', data: [1, 2, 3] }] };
    const put = await server.request('PUT', '/api/v1/charts/note/option', { body: option });
    assert.equal(put.status, 200, put.text);
    const client = delta({ charts: ['note'] });
    await client.until(() => client.raw.has('note'), 'snapshot');
    assert.deepEqual(client.raw.get('note').option, option);
    const socket = plain('/charts/note');
    await socket.until((seen) => seen[0], 'plain option');
    const patch = await server.request('PATCH', '/api/v1/charts/note/option', {
        body: { legend: { show: true } }, headers: { 'content-type': 'application/merge-patch+json' },
    });
    assert.equal(patch.status, 200, patch.text);
    await client.until(() => client.raw.get('note').option.legend, 'patch');
    assert.deepEqual(client.raw.get('note').option, { ...option, legend: { show: true } });
    assert.ok(client.messages('delta').at(-1).patch);
    const [, next] = await socket.until((seen) => seen[1], 'plain update');
    assert.deepEqual(next, { ...option, legend: { show: true } });
});

test('a template that changes is sent without the rows', async () => {
    const client = delta({ charts: ['deals_live'] });
    await client.until(() => client.datasets.size === 1, 'snapshot');
    const { tpl } = client.charts.get('deals_live');
    const patch = await server.request('PATCH', '/api/v1/charts/deals_live/option', {
        body: { grid: { left: Math.random() } }, headers: { 'content-type': 'application/merge-patch+json' },
    });
    assert.equal(patch.status, 200, patch.text);
    await client.until(() => client.charts.get('deals_live').tpl !== tpl, 'option');
    const [message] = client.messages('option');
    assert.equal(message.from, tpl);
    assert.equal(message.ds, undefined);
    assert.ok(message.option.grid);
});

test('many clients that come back at once recover, whatever shard they are on', async () => {
    const group = Array.from({ length: 40 }, () => delta({ charts: ['deals_live'] }));
    await Promise.all(group.map((client) => client.until(() => client.datasets.size === 1, 'snapshot')));
    group.forEach((client) => client.socket.disconnect());
    const { v } = await server.publish('deals', 'upsert', [{ id: 'group', region: 'n', amount: Math.random() }]);
    group.forEach((client) => client.socket.connect());
    await Promise.all(group.map((client) => client.until(() => client.datasets.get('deals').v === v, 'resume')));
    const rows = (await server.rows('deals')).rows;
    for (const client of group) {
        assert.equal(client.messages('resume')[0].recovered, true);
        assert.equal(client.rows('deals').length, rows.length);
    }
});
