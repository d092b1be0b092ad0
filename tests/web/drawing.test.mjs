// What a view of the SDK draws, in real ECharts: after any sequence of changes the picture of a chart that was
// given the last option alone, with no more work than there are frames. SVGs are compared.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { delta, ScriptedServer, snapshot } from '../support/scripted_server.mjs';
import { Changing } from '../support/waiting.mjs';
import { dice, echarts, webModules } from '../support/web_bundle.mjs';

const [{ Chartcast }, { themeAt }, { prepared }] = await webModules('sdk/src/index.ts', 'sdk/src/look.ts', 'sdk/src/prepare.ts');

const size = { width: 480, height: 320 };
/** What a view needs of an element where there is no page. */
const element = { clientWidth: size.width, clientHeight: size.height };
const makeChart = (theme) => echarts.init(null, theme, { renderer: 'svg', ssr: true, ...size });

/** Element ids count up in the order of drawing, and say nothing; neither does which of two bars was there first. */
const picture = (chart) => chart.renderToSVGString().replace(/zr\d+[-\w]*/g, 'zr').replace(/_ec_\w+/g, '').split('\n').sort().join('\n');

/** ECharts as a page may give it, which notes what it is told. */
class Noted extends Changing {
    told = [];
    themes = 0;

    init = (_, theme) => {
        const chart = makeChart(theme);
        const { setOption, setTheme } = chart;
        chart.setOption = (option, rest) => {
            this.told.push({ option, rest });
            setOption.call(chart, option, rest);
            this.changed();
        };
        chart.setTheme = (...args) => {
            this.themes += 1;
            setTheme.apply(chart, args);
        };
        return chart;
    };
}

let server;
before(async () => {
    server = await new ScriptedServer().start();
});
const casts = [];
afterEach(() => casts.splice(0).forEach((cast) => cast.close()));
after(() => server.stop());

function connect(options) {
    const cast = Chartcast.connect(server.url, { locale: 'en', ...options });
    casts.push(cast);
    return cast;
}

const templates = [
    { xAxis: { type: 'category' }, yAxis: {}, series: [{ id: 's', type: 'bar', encode: { x: 'id', y: 'amount' } }] },
    {
        legend: {}, tooltip: {}, xAxis: { type: 'category' }, yAxis: { name: 'amount' },
        series: [{ id: 's', name: 'bars', type: 'bar', encode: { x: 'id', y: 'amount' } }, { id: 't', name: 'line', type: 'line', encode: { x: 'id', y: 'amount' } }],
    },
    { series: [{ id: 'p', type: 'pie', encode: { itemName: 'id', value: 'amount' } }] },
    {
        xAxis: { type: 'category' }, yAxis: {}, dataset: [{ id: 'sorted', fromDatasetId: 'd', transform: { type: 'sort', config: { dimension: 'amount', order: 'desc' } } }],
        series: [{ id: 's', type: 'bar', datasetId: 'sorted', encode: { x: 'id', y: 'amount' } }],
    },
];

/** A view of a chart of its own, whose server says the next thing when the last one has been drawn. */
async function open(chartId, first) {
    const noted = new Noted();
    const cast = connect({ echarts: noted, token: chartId });
    const chart = cast.chart(chartId);
    const view = chart.mount(element, { titled: false });
    await server.welcomed(chartId);
    server.say(first, 'init chart data');
    return { noted, cast, chart, view };
}

const drawn = ({ noted, chart }) => noted.until(() => {
    const source = noted.told.at(-1)?.option.dataset?.[0].source;
    return source && JSON.stringify(source) === JSON.stringify(chart.option.dataset[0].source);
}, 'the picture of what the server has said');

for (const seed of [1, 2, 3, 4, 5, 6]) {
    test(`a view after random changes is the picture of the last option (seed ${seed})`, async () => {
        const roll = dice(seed);
        const id = `random${seed}`;
        let template = { animation: false, ...templates[0] };
        const rows = new Map();
        let v = 1;
        let seq = 1;
        const page = await open(id, snapshot(id, 'd', [], { option: template }));
        for (let step = 0; step < 25; step += 1) {
            const key = `k${roll(8)}`;
            const amount = roll(100);
            const what = roll(10);
            const change = (op) => server.say(delta('d', v, v += 1, [op]));
            if (what < 4 && rows.has(key)) {
                rows.set(key, amount);
                change(['set', [[key, { 1: amount }]]]);
            } else if (what < 6 && !rows.has(key)) {
                rows.set(key, amount);
                change(['append', seq += 1, [[key, amount]]]);
            } else if (what < 7) {
                rows.delete(key);
                change(['remove', [key]]);
            } else if (what < 8) {
                page.chart.filter(roll(2) === 0 ? null : { id: ['k1', 'k2', 'k3', 'k4'] });
            } else {
                template = { animation: false, ...templates[roll(templates.length)] };
                server.say({ mode: 'option', chart: id, from: 't', tpl: `t${step}`, option: template });
            }
            if (roll(3) === 0) {
                await drawn(page);
            }
        }
        page.chart.filter(null);
        server.say(delta('d', v, v += 1, [['append', seq += 1, [['last', seed]]]]));
        rows.set('last', seed);
        await page.noted.until(() => JSON.stringify(page.noted.told.at(-1)?.option.dataset?.[0].source) === JSON.stringify([...rows]), 'the last rows');
        assert.deepEqual(page.chart.option.dataset[0].source, [...rows]);
        const fresh = makeChart(themeAt({ element: null, ...size, theme: 'auto', titled: false }, page.chart.option).theme);
        fresh.setOption(prepared(page.chart.option));
        assert.equal(picture(page.view.instance), picture(fresh));
        fresh.dispose();
        page.cast.close();
        assert.equal(page.view.instance, null);
    });
}

test('a change of rows hands over rows alone, uncopied, and a frame is one setOption', async () => {
    const rows = Array.from({ length: 1000 }, (_, at) => [`k${at}`, at]);
    const page = await open('rows', snapshot('rows', 'd', rows));
    await drawn(page);
    assert.equal(page.noted.told.length, 1);
    for (let v = 1; v <= 100; v += 1) {
        server.say(delta('d', v, v + 1, [['set', [['k3', { 1: v }]]]]));
    }
    await page.noted.until(() => page.chart.rows()[3].amount === 100, 'the rows');
    await drawn(page);
    const told = page.noted.told.slice(1);
    assert.ok(told.length > 0 && told.length < 50, `${told.length} times`);
    for (const { option, rest } of told) {
        assert.deepEqual([Object.keys(option).sort(), rest], [['animation', 'dataset'], undefined]);
        assert.equal(option.animation, false, 'what changes all the time does not move');
    }
    const held = page.view.instance.getModel().getComponent('dataset', 0).option.source;
    assert.equal(held[7], page.chart.option.dataset[0].source[7], 'the very rows');
});

test('nothing new is nothing drawn; a theme draws nothing but the theme', async () => {
    const page = await open('still', snapshot('still', 'd', [['a', 1]]));
    await drawn(page);
    server.say({ mode: 'state', chart: 'still', fresh: { asOf: 1_700_000_009_000, state: 'stale' } });
    server.say({ mode: 'beat', ds: { d: ['e1', 1] } });
    await page.noted.until(() => page.chart.state.status === 'stale' || (page.chart.on('state', () => page.noted.changed()), false), 'the state');
    page.view.setTheme('dark');
    page.view.resize();
    page.view.setTheme('dark');
    server.say(delta('d', 1, 2, [['set', [['a', { 1: 2 }]]]]));
    await page.noted.until(() => page.noted.told.length === 2, 'the next rows');
    assert.equal(page.noted.themes, 1);
    assert.deepEqual(page.noted.told[1].option.dataset[0].source, [['a', 2]]);
});

test('raw charts lose what their option has lost', async () => {
    const value = (v, option) => ({ mode: v === 1 ? 'snapshot' : 'delta', chart: 'raw', epoch: 'e', v, option, fresh: { asOf: 1, state: 'live' } });
    const axes = { animation: false, xAxis: { type: 'category', data: ['a', 'b'] }, yAxis: {} };
    const page = await open('raw', value(1, { ...axes, title: { text: 'T' }, series: [{ type: 'bar', data: [1, 2], markLine: { data: [{ type: 'max' }] } }, { type: 'line', data: [3, 4] }] }));
    await page.noted.until(() => page.noted.told.length === 1, 'the first picture');
    const last = { ...axes, series: [{ type: 'bar', data: [5, 6] }] };
    server.say(value(2, last));
    await page.noted.until(() => page.noted.told.length === 2, 'the second picture');
    const fresh = makeChart(themeAt({ element: null, ...size, theme: 'auto', titled: false }, last).theme);
    fresh.setOption(prepared(last));
    assert.equal(picture(page.view.instance), picture(fresh));
    fresh.dispose();
});

test('a click tells which row it was, after the filter', async () => {
    const page = await open('click', snapshot('click', 'd', [['a', 10], ['b', 20]]));
    const selected = [];
    page.chart.on('select', (event) => selected.push(event));
    page.chart.filter({ id: ['b'] });
    await drawn(page);
    const { instance } = page.view;
    const [x, y] = instance.convertToPixel('grid', ['b', 10]);
    for (const type of ['mousedown', 'mouseup', 'click']) {
        instance.getZr().handler.dispatch(type, { zrX: x, zrY: y, offsetX: x, offsetY: y, preventDefault() {}, stopPropagation() {} });
    }
    assert.deepEqual(selected.map(({ row, dataset, seriesId }) => ({ row, dataset, seriesId })), [{ row: { id: 'b', amount: 20 }, dataset: 'd', seriesId: 's' }]);
});

test('an SVG of a chart that is nowhere on the page', async () => {
    const cast = connect({ echarts, token: 'svg' });
    const chart = cast.chart('exported');
    await assert.rejects(chart.svg(), (error) => error.code === 'no_data');
    await server.welcomed('exported');
    const loaded = new Promise((resolve) => { chart.on('update', resolve); });
    server.say(snapshot('exported', 'd', [['<b>a</b>', 1]]), 'init chart data');
    await loaded;
    const blob = await chart.svg();
    const text = await blob.text();
    assert.equal(blob.type, 'image/svg+xml');
    assert.match(text, /^<svg width="960" height="540"/);
    assert.match(text, /Title of exported/);
    assert.match(text, /&lt;b&gt;a&lt;\/b&gt;/);
});
