// The SDK against the real server: what it shows is what the server has, after cuts, renewals, pauses and in
// the past.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { apiConfiguration, embedToken } from '../support/live_api.mjs';
import { LiveServer } from '../support/live_server.mjs';
import { Relay } from '../support/relay.mjs';
import { Changing } from '../support/waiting.mjs';
import { webModules } from '../support/web_bundle.mjs';

const [{ Chartcast, ChartcastError }] = await webModules('sdk/src/index.ts');

const formatted = {
    tooltip: { trigger: 'axis' }, xAxis: { type: 'category', $comment: 'not for ECharts' },
    yAxis: [{ axisLabel: { $format: 'currency:CNY', fontSize: 12 } }, { axisLabel: { $format: 'unit:deals' } }],
    dataset: { id: 'sorted', fromDatasetId: 'deals', transform: { type: 'sort', config: { dimension: 'amount', $why: 1 } } },
    series: [
        { type: 'bar', encode: { x: 'id', y: 'amount' }, label: { $format: 'unit:x' } },
        { id: 'sorted', type: 'line', datasetId: 'sorted', encode: { x: 'id', y: 'amount' } }, { type: 'gauge', detail: { $format: 'unit:%', formatter: '{value}!' } },
    ],
};

let server;
const open = [];

before(async () => {
    server = await new LiveServer((folder) => {
        const base = apiConfiguration(folder);
        return {
            ...base,
            charts: {
                ...base.charts,
                formatted: { title: { en: 'Formatted', 'zh-CN': '格式' }, data: ['deals', 'pairs', 'log'], option: formatted },
                titled: { title: 'Not shown', data: ['log'], option: { title: { text: 'Its own' }, series: { type: 'bar' } } },
                empty: { data: ['kinds'], option: {} },
            },
        };
    }).start();
    await server.publish('deals', 'upsert', [{ id: 'a', region: 'n', amount: 3 }, { id: 'b', region: 's', amount: 1 }]);
    await server.publish('pairs', 'upsert', [{ state: 'x', id: '1', amount: 5 }]);
}, { timeout: 30_000 });
after(() => server?.stop());
afterEach(async () => {
    for (const one of open.splice(0).reverse()) {
        await one();
    }
});

function connect({ url = server.url, ...options } = {}) {
    const cast = Chartcast.connect(url, { locale: 'en', ...options });
    open.push(() => cast.close());
    return cast;
}

/** A chart that a test can wait for. */
function watched(chart) {
    const seen = Object.assign(new Changing(), { chart, updates: [] });
    chart.on('update', (event) => {
        seen.updates.push(event);
        seen.changed();
    });
    chart.on('state', () => seen.changed());
    seen.status = (status, code) => seen.until(() => chart.state.status === status && chart.state.code === code, `status ${status} ${code ?? ''}`);
    seen.amount = (id, amount) => seen.until(() => chart.rows().some((row) => row.id === id && row.amount === amount), `${id}: ${amount}`);
    return seen;
}

/** Formatters are functions here and templates there; everything else has to be the same. */
function withoutFormatters(value, name = '') {
    if (Array.isArray(value)) {
        return value.map((item) => withoutFormatters(item, name));
    }
    if (value === null || typeof value !== 'object') {
        return value;
    }
    return Object.fromEntries(Object.entries(value)
        .filter(([key, member]) => !(key === 'formatter' && (typeof member === 'function' || /^(¥\{value\}|\{value\} \w+)$/.test(member))))
        .map(([key, member]) => [key, withoutFormatters(member, key)]));
}

for (const locale of ['en', 'zh-CN']) {
    test(`the option of a chart is the one that the server gives (${locale})`, async () => {
        const cast = connect({ locale });
        for (const id of ['formatted', 'titled', 'empty', 'deals_live', 'both', 'note']) {
            const seen = watched(cast.chart(id));
            await seen.status('live');
            const theirs = (await server.request('GET', `/api/v1/charts/${id}/option?locale=${locale}`)).json;
            assert.deepEqual(withoutFormatters(seen.chart.option), withoutFormatters(theirs), id);
        }
        const { option, title } = watched(cast.chart('formatted')).chart;
        assert.equal(title, locale === 'en' ? 'Formatted' : '格式');
        assert.equal(option.yAxis[0].axisLabel.formatter(20_000), locale === 'en' ? '¥20K' : '¥2万');
        assert.equal(option.series[2].detail.formatter, '{value}!');
    });
}

test('rows change as they are pushed, in every chart that draws from them', async () => {
    const cast = connect();
    const [one, two] = ['deals_live', 'both'].map((id) => watched(cast.chart(id)));
    await Promise.all([one.status('live'), two.status('live')]);
    await server.publish('deals', 'upsert', [{ id: 'a', region: 'n', amount: 4 }, { id: 'c', region: 'n', amount: 9 }]);
    await Promise.all([one.amount('c', 9), two.amount('c', 9)]);
    assert.deepEqual(one.chart.rows(), await rowsOf('deals'));
    assert.deepEqual(two.chart.rows('pairs'), await rowsOf('pairs'));
    assert.match(one.chart.csv(), /^id,region,amount\r\na,n,4\r\n/);
    one.chart.filter({ region: ['s'] });
    assert.deepEqual(one.chart.rows().map(({ id }) => id), ['b']);
    assert.equal(two.chart.rows().length, 3);
    assert.ok(one.chart.state.asOf > Date.now() - 60_000);
});

const rowsOf = async (dataset) => (await server.rows(dataset)).rows;

test('after a cut the chart goes on where it was, gaplessly', async () => {
    const relay = await new Relay().start(server.port);
    open.push(() => relay.stop());
    const seen = watched(connect({ url: `http://127.0.0.1:${relay.port}` }).chart('deals_live'));
    await seen.status('live');
    const before = relay.answers.length;
    relay.cut();
    await seen.status('disconnected');
    await server.publish('deals', 'upsert', [{ id: 'meanwhile', region: 'n', amount: 77 }]);
    await server.publish('deals', 'remove', ['b']);
    await seen.amount('meanwhile', 77);
    await seen.status('live');
    assert.deepEqual(seen.chart.rows(), await rowsOf('deals'));
    const said = relay.answers.slice(before).map(String).join('');
    assert.match(said, /"mode":"resume".*"ops":\[\["remove",\["b"\]\],\["upsert"/, 'changes, not rows');
    assert.doesNotMatch(said, /"option"/);
});

test('a token is renewed on the open socket; rights that change, change what is shown', async () => {
    let scope = { charts: ['deals_live'], to: 2 };
    let asks = 0;
    const cast = connect({ token: () => {
        asks += 1;
        return embedToken(scope);
    } });
    const deals = watched(cast.chart('deals_live'));
    const both = watched(cast.chart('both'));
    await deals.status('live');
    await both.status('refused', 'forbidden');
    scope = { charts: ['deals_live', 'both'], to: 600 };
    await both.status('live');
    assert.equal(asks, 2);
    assert.equal(cast.status, 'connected');
    await server.publish('deals', 'upsert', [{ id: 'renewed', region: 'n', amount: 1 }]);
    await Promise.all([deals.amount('renewed', 1), both.amount('renewed', 1)]);
    await cast.renew(embedToken({ charts: ['both'] }));
    await deals.status('refused', 'forbidden');
    await assert.rejects(cast.renew('cc1.nonsense'), (error) => error instanceof ChartcastError && error.code === 'expired');
});

test('a token that ends without another one ends the charts, and says why', async () => {
    const cast = connect({ token: embedToken({ charts: ['deals_live'], from: -600, to: -1 }) });
    const seen = watched(cast.chart('deals_live'));
    await seen.status('refused', 'expired');
    assert.equal(cast.status, 'refused');
    await assert.rejects(cast.charts(), (error) => error.code === 'token_expired' && error.status === 401);
    await cast.renew(embedToken({ charts: ['deals_live'] }));
    await seen.status('live');
    assert.deepEqual((await cast.charts()).map(({ id }) => id), ['deals_live']);
});

test('a paused chart is sent nothing, and has everything once it goes on', async () => {
    const relay = await new Relay().start(server.port);
    open.push(() => relay.stop());
    const cast = connect({ url: `http://127.0.0.1:${relay.port}` });
    const paused = watched(cast.chart('deals_live'));
    const other = watched(cast.chart('windowed'));
    await Promise.all([paused.status('live'), other.status('live')]);
    paused.chart.pause();
    assert.equal(paused.chart.state.paused, true);
    // What is asked after it is answered after it.
    const ordered = watched(cast.chart('both'));
    await ordered.status('live');
    ordered.chart.destroy();
    const mark = watched(cast.chart('note'));
    await mark.status('live');
    const quiet = relay.bytes;
    for (let amount = 0; amount < 50; amount += 1) {
        await server.publish('deals', 'upsert', [{ id: 'hidden', region: 'n', amount }]);
    }
    await server.publish('window', 'upsert', [{ id: 'w', n: 1 }]);
    await other.until(() => other.chart.rows().length === 1, 'the other chart');
    // One frame, and some pings.
    assert.ok(relay.bytes - quiet < 1_000, `${relay.bytes - quiet} bytes`);
    assert.equal(paused.chart.rows().some(({ id }) => id === 'hidden'), false);
    paused.chart.resume();
    await paused.amount('hidden', 49);
    assert.deepEqual(paused.chart.rows(), await rowsOf('deals'));
    assert.equal(paused.chart.state.paused, false);
});

test('everybody on the page shares one connection', async () => {
    const relay = await new Relay().start(server.port);
    open.push(() => relay.stop());
    const url = `http://127.0.0.1:${relay.port}`;
    const charts = ['deals_live', 'both', 'note', 'deals_live', 'windowed'].map((id) => watched(connect({ url }).chart(id)));
    await Promise.all(charts.map((seen) => seen.status('live')));
    assert.equal(relay.answers.filter((bytes) => bytes.includes('101 Switching')).length, 1);
});

test('two taps of a dataset have its rows, and what changed', async () => {
    const cast = connect();
    const taps = [0, 1].map(() => Object.assign(new Changing(), { updates: [] }));
    const stops = taps.map((tap) => cast.dataset('window').subscribe((update) => {
        tap.updates.push(update);
        tap.changed();
    }));
    await server.publish('window', 'replace', [{ id: 'a', n: 1 }, { id: 'b', n: 2 }]);
    const has = (tap, n) => tap.until(() => tap.updates.at(-1)?.rows.some((row) => row.n === n), `n ${n}`);
    await Promise.all(taps.map((tap) => has(tap, 2)));
    await server.publish('window', 'upsert', [{ id: 'a', n: 5 }]);
    await Promise.all(taps.map((tap) => has(tap, 5)));
    const { ops, rows, epoch, v } = taps[0].updates.at(-1);
    assert.deepEqual(rows, [{ id: 'a', n: 5 }, { id: 'b', n: 2 }]);
    assert.deepEqual(ops.map(([name]) => name), ['upsert']);
    const state = await server.rows('window');
    assert.deepEqual([epoch, v], [state.epoch, state.v]);
    stops[0]();
    const told = taps[0].updates.length;
    await server.publish('window', 'upsert', [{ id: 'a', n: 6 }]);
    await has(taps[1], 6);
    assert.equal(taps[0].updates.length, told);
    const refused = await new Promise((resolve) => { cast.dataset('nowhere').subscribe(() => {}, resolve); });
    assert.deepEqual([refused.code, refused instanceof ChartcastError], ['unknown_dataset', true]);
});

test('the past is shown while the present goes on behind it', async () => {
    const seen = watched(connect().chart('both'));
    await seen.status('live');
    await server.publish('deals', 'replace', [{ id: 'past', region: 'n', amount: 1 }]);
    await seen.amount('past', 1);
    const then = seen.chart.state.asOf;
    await server.publish('deals', 'replace', [{ id: 'present', region: 'n', amount: 2 }]);
    await seen.amount('present', 2);
    const reach = await seen.chart.history();
    assert.ok(reach.from <= then && then <= reach.to, `${reach.from} ${then} ${reach.to}`);
    await seen.chart.seek(then.toISOString());
    assert.deepEqual([seen.chart.state.status, seen.chart.state.asOf], ['replay', then]);
    assert.deepEqual(seen.chart.rows().map(({ id }) => id), ['past']);
    assert.deepEqual(seen.chart.option.dataset[0].source, [['past', 'n', 1]]);
    await server.publish('deals', 'upsert', [{ id: 'later', region: 'n', amount: 3 }]);
    const other = watched(connect().chart('deals_live'));
    await other.amount('later', 3);
    assert.deepEqual(seen.chart.rows().map(({ id }) => id), ['past']);
    seen.chart.live();
    assert.equal(seen.chart.state.status, 'live');
    await seen.amount('later', 3);
    await assert.rejects(seen.chart.seek(0), (error) => error.code === 'too_old' && error.status === 410);
    await assert.rejects(seen.chart.seek('never'), (error) => error.code === 'invalid_time');
    assert.equal(seen.chart.state.status, 'live');
});

test('lists say what one may see, and errors are words', async () => {
    const cast = connect({ token: embedToken({ charts: ['deals_live', 'note'] }) });
    assert.deepEqual((await cast.charts()).map(({ id, title, data }) => [id, Object.values(title)[0], data]).sort(), [['deals_live', 'Deals live', ['deals']], ['note', 'Note', []]]);
    await assert.rejects(cast.dashboard('nothing'), (error) => error instanceof ChartcastError && error.status === 404);
    const nobody = connect({ url: 'http://127.0.0.1:1' });
    await assert.rejects(nobody.charts(), (error) => error.code === 'unreachable' && error.status === 0);
    const seen = watched(nobody.chart('deals_live'));
    await seen.status('disconnected');
});
