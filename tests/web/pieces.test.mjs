// The SDK's smaller parts, each by itself: filters, CSV, formats, tokens, merge patches, what an option has
// lost, and what is made of one before it is drawn.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mergePatch as referencePatch } from '../support/live_client.mjs';
import { elapse, timeScale } from '../support/waiting.mjs';
import { dice, webModules } from '../support/web_bundle.mjs';

const [
    { filtered }, { csvOf }, { formatterOf, valueFormatter }, { expiryOf, TokenKeeper }, { mergePatch }, { restOf }, { prepared, partsOf },
    { kindFor }, { selectionOf }, { materialise, resolved, titleOf }, { onFrame, offFrame },
] = await webModules(
    'sdk/src/filter.ts', 'sdk/src/csv.ts', 'sdk/src/format.ts', 'sdk/src/token.ts', 'sdk/src/merge_patch.ts', 'sdk/src/difference.ts',
    'sdk/src/prepare.ts', 'sdk/src/load_echarts.ts', 'sdk/src/selection.ts', 'sdk/src/materialise.ts',
    'sdk/src/frame.ts',
);

const dims = ['region', 'year', 'won'];
const rows = [['North', 2024, true], ['South', 2025, false], [null, 2025, null]];

test('a filter admits values of the fields that a dataset has, and is nothing to others', () => {
    assert.deepEqual(filtered(dims, rows, { region: ['North', null] }), [rows[0], rows[2]]);
    assert.deepEqual(filtered(dims, rows, { year: ['2025'] }), [rows[1], rows[2]], 'as an address has it');
    assert.deepEqual(filtered(dims, rows, { won: ['true'], year: [2024] }), [rows[0]]);
    assert.deepEqual(filtered(dims, rows, { region: [] }), []);
    assert.equal(filtered(dims, rows, { owner: ['Wang'] }), rows);
    assert.equal(filtered(dims, rows, null), rows);
    assert.deepEqual(filtered(dims, rows, (row) => row.region.startsWith('S')), [rows[1]], 'a row that the test cannot take');
});

test('CSV is what RFC 4180 says, and runs nothing in a spreadsheet', () => {
    const text = csvOf(['a', 'b,c'], [
        ['plain', 1.5], ['says "hi"', null], ['two\nlines', true], ['', { x: 1 }], ['=1+1', -3], ['-5', '+1e3'], ['@SUM(A1)', '-2+3'], [' padded', [1]],
    ]);
    assert.equal(text, [
        'a,"b,c"', 'plain,1.5', '"says ""hi""",', '"two\nlines",true', '"","{""x"":1}"', "'=1+1,-3", '-5,+1e3', "'@SUM(A1),'-2+3", '" padded",[1]', '',
    ].join('\r\n'));
});

test('formats speak the viewer\'s language, short at axes', () => {
    const of = (format, place, locale) => (value) => formatterOf(format, place, locale)(value).replace(/[\u00a0\u202f]/g, ' ');
    assert.equal(of('currency:CNY', 'axisLabel', 'zh-CN')(1_234_567), '¥123.5万');
    assert.equal(of('currency:CNY', 'axisLabel', 'en')(1_234_567), '¥1.2M');
    assert.equal(of('currency:EUR', 'axisLabel', 'de')(5), '5 €');
    assert.equal(of('currency:USD', 'detail', 'en')(1234.5), '$1,234.50');
    assert.equal(of('unit:deals', 'axisLabel', 'en')(0.25), '0.25 deals');
    assert.equal(of('unit:单', 'detail', 'zh-CN')(12_345), '12,345 单');
    assert.equal(of('unit:°C', 'detail', 'en')(null), '');
    assert.equal(of('unit:°C', 'detail', 'en')('n/a'), 'n/a');
    for (const [format, place] of [['currency:CNY', 'label'], ['currency:RMB1', 'detail'], ['percent:1', 'detail'], [7, 'detail'], ['unit', 'detail'], [undefined, 'axisLabel']]) {
        assert.equal(formatterOf(format, place, 'en'), undefined, `${format} at ${place}`);
    }
    assert.equal(valueFormatter('unit:x', 'en', { short: false })(2), '2 x');
});

test('$-keys are resolved or removed, and the rest stays as it is', () => {
    const option = {
        yAxis: [{ axisLabel: { $format: 'unit:t', fontSize: 12 } }], xAxis: { axisLabel: { $format: 'unit:x', formatter: '{value}!' } },
        series: [{ label: { $format: 'currency:CNY' }, $note: 1, data: [1, null, { $x: 1, value: 2 }] }], $id: 'x',
    };
    const result = resolved(option, 'en');
    assert.equal(result.yAxis[0].axisLabel.formatter(3), '3 t');
    assert.equal(result.xAxis.axisLabel.formatter, '{value}!');
    assert.deepEqual(result.series, [{ label: {}, data: [1, null, { value: 2 }] }]);
    assert.equal('$id' in result, false);
    assert.equal('$id' in option, true, 'the template itself is not changed');
    assert.deepEqual(titleOf({ title: [{ text: 'A', subtext: 'b' }, { text: 'C' }] }), { text: 'A', subtext: 'b' });
    assert.deepEqual(titleOf({ title: { text: 7 } }), { text: '', subtext: '' });
    assert.deepEqual(materialise({ dataset: { transform: {} } }, [{ id: 'd', dims, rows: [['x', null]] }]), {
        dataset: [{ id: 'd', dimensions: dims, source: [['x', null]], sourceHeader: false }, { transform: {} }],
    });
});

test('the end of a token is read where it stands, and nowhere else', () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    assert.equal(expiryOf(`cc1.${part({ exp: 1_800_000_000, name: 'ÿ?>ü' })}.mac`), 1_800_000_000_000);
    assert.equal(expiryOf(`${part({ alg: 'RS256' })}.${part({ exp: 5 })}.sig`), 5_000);
    for (const token of ['', 'key', 'a.b.c', `a.${part({})}.c`, `a.${part({ exp: '5' })}.c`, `a.${part(null)}.c`, `a.${part({ exp: 1e400 })}.c`]) {
        assert.equal(expiryOf(token), null, token);
    }
});

test('a token is asked for once by those who need one together, and again when it is of no use', async () => {
    let asks = 0;
    const keeper = new TokenKeeper(async () => ` token ${asks += 1}\n`);
    assert.deepEqual(await Promise.all([keeper.fresh(), keeper.fresh(), keeper.usable()]), ['token 1', 'token 1', 'token 1']);
    assert.equal(await keeper.usable(), 'token 1');
    keeper.discard();
    assert.equal(await keeper.usable(), 'token 2');
    keeper.replace('given');
    assert.equal(await keeper.usable(), 'given');
    assert.equal(await new TokenKeeper(undefined).usable(), undefined);
    assert.equal(await new TokenKeeper('fixed').fresh(), 'fixed');
    await assert.rejects(new TokenKeeper(() => '').fresh(), TypeError);
    const past = `cc1.${Buffer.from('{"exp":5}').toString('base64url')}.mac`;
    const ended = new TokenKeeper(() => (asks === 2 ? (asks += 1, past) : 'next'));
    await ended.fresh();
    ended.replace(past);
    ended.discard();
    assert.equal(await ended.usable(), 'next');
});

function randomValue(roll, depth) {
    const kind = roll(depth > 0 ? 7 : 4);
    if (kind === 0) return null;
    if (kind === 1) return roll(5);
    if (kind === 2) return ['x', 'y', 'z'][roll(3)];
    if (kind === 3) return [roll(3), null];
    return Object.fromEntries(Array.from({ length: roll(4) }, () => ['abcd'[roll(4)], randomValue(roll, depth - 1)]));
}

test('merge patches are those of RFC 7396, change nothing in place and set no prototype', () => {
    const roll = dice(7);
    for (let times = 0; times < 2_000; times += 1) {
        const [target, patch] = [randomValue(roll, 3), randomValue(roll, 3)];
        const before = structuredClone([target, patch]);
        assert.deepEqual(mergePatch(target, patch), referencePatch(target, patch));
        assert.deepEqual([target, patch], before);
    }
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"polluted":true},"a":1}'));
    assert.deepEqual(Object.keys(merged), ['a']);
    assert.equal(merged.polluted, undefined);
});

test('what an option has lost decides how ECharts is told', () => {
    const base = { xAxis: { type: 'category' }, series: [{ id: 'a', type: 'bar', label: { show: true } }, { id: 'b', type: 'line', data: [1, 2] }] };
    const with_ = (more) => ({ ...base, ...more });
    assert.deepEqual(restOf(base, base), {});
    assert.deepEqual(restOf(base, with_({ tooltip: {}, series: [...base.series, { id: 'c' }] })), {}, 'more is no loss');
    assert.deepEqual(restOf(base, with_({ series: [base.series[0], { ...base.series[1], data: [] }] })), {}, 'other data is no loss');
    assert.deepEqual(restOf(base, with_({ series: [base.series[1]] })), { replaceMerge: ['series'] });
    assert.deepEqual(restOf(base, with_({ series: [base.series[1], base.series[0]] })), {}, 'another order');
    assert.deepEqual(restOf(base, with_({ series: [{ id: 'a', type: 'bar', label: {} }, base.series[1]] })), { notMerge: true }, 'a member');
    assert.deepEqual(restOf(base, { series: base.series }), { notMerge: true }, 'a component without id');
    assert.deepEqual(restOf(with_({ animation: false }), base), { notMerge: true });
    const nameless = { series: [{ type: 'bar' }, { type: 'bar' }] };
    assert.deepEqual(restOf(nameless, { series: [{ type: 'bar' }] }), { notMerge: true });
    assert.deepEqual(restOf(nameless, { series: [{ type: 'line', data: [1] }, { type: 'bar' }, { type: 'bar' }] }), {});
});

test('tooltips are text, links lead to pages, and long legends are paged through', () => {
    const option = prepared({
        tooltip: [{ renderMode: 'html' }], legend: { orient: 'horizontal' }, dataZoom: [{ type: 'slider' }, { type: 'slider', top: 1 }, { type: 'inside' }],
        title: { text: 'x', link: 'javascript:alert(1)', sublink: 'https://example.com/a' },
        series: [{ type: 'treemap', data: [{ name: 'n', link: 'JAVASCRIPT:alert(1)', children: [{ link: '/inside' }, 7] }] }, { type: 'bar', data: [{ link: 'javascript:1' }] }],
    });
    assert.deepEqual(option.tooltip, [{ renderMode: 'richText' }]);
    assert.equal(option.legend.type, 'scroll');
    assert.deepEqual(option.dataZoom.map(({ bottom }) => bottom), [4, undefined, undefined]);
    assert.deepEqual(option.title, { text: 'x', link: undefined, sublink: 'https://example.com/a' });
    assert.deepEqual(option.series[0].data, [{ name: 'n', link: undefined, children: [{ link: '/inside' }, 7] }]);
    assert.deepEqual(partsOf({ legend: [{ show: false }], title: { text: 'a' }, yAxis: [{}, { type: 'category' }], dataZoom: { type: 'slider' }, visualMap: {} }), {
        title: true, subtitle: false, legend: false, visualMap: true, zoom: true, sideways: true,
    });
});

test('the larger ECharts is loaded for what the smaller one has not', () => {
    const base = [{}, { series: { type: 'bar' } }, { series: [{ type: 'gauge' }, { type: 'radar' }, {}], dataZoom: [], graphic: [] }];
    const full = [{ series: { type: 'sankey' } }, { series: [{ type: 'bar' }, { type: 'graph' }] }, { toolbox: {} }, { calendar: {}, series: [{ type: 'heatmap' }] }, { yAxis: { breaks: [] } }, { visualMap: {} }, { polar: {} }, { series: { type: 'candlestick' } }];
    assert.deepEqual(base.map(kindFor), base.map(() => 'base'));
    assert.deepEqual(full.map(kindFor), full.map(() => 'full'));
});

test('a click means the row that the item was made of, where there is one', () => {
    const sources = [{ id: 'd', dims, rows }, { id: 'e', dims: ['x'], rows: [[7]] }];
    const option = { series: [{ id: 's', type: 'bar' }, { id: 't', type: 'pie', datasetId: 'e' }, { id: 'u', type: 'bar', data: [1] }, { id: 'v', type: 'bar', datasetIndex: 2 }] };
    const click = (more) => selectionOf({ componentType: 'series', seriesIndex: 0, seriesId: 's', dataIndex: 1, name: 'South', value: rows[1], ...more }, option, sources);
    assert.deepEqual(click({}), { row: { region: 'South', year: 2025, won: false }, dataset: 'd', name: 'South', value: rows[1], seriesId: 's' });
    assert.deepEqual(click({ seriesIndex: 9, seriesId: 't', dataIndex: 0 }).row, { x: 7 });
    assert.deepEqual([click({ seriesId: 'u' }).row, click({ seriesId: 'u' }).dataset, click({ seriesId: 'u' }).seriesId], [null, null, 'u']);
    const transformed = click({ seriesId: 'v', data: ['North', 5], dimensionNames: ['region', 'sum'] });
    assert.deepEqual([transformed.row, transformed.dataset], [{ region: 'North', sum: 5 }, null]);
    assert.deepEqual(click({ componentType: 'title' }).seriesId, null);
    assert.deepEqual(selectionOf(null, null, []), { row: null, dataset: null, name: '', value: undefined, seriesId: null });
});

test('a job runs once in a frame however often it is asked for, and drawing leaves the page most of its time', async () => {
    const ran = { once: 0, never: 0, drawn: 0, told: 0 };
    const once = () => { ran.once += 1; };
    const never = () => { ran.never += 1; };
    for (let times = 0; times < 10; times += 1) {
        onFrame(once);
        onFrame(never);
    }
    offFrame(never);
    const work = 30;
    const draw = () => {
        ran.drawn += 1;
        for (const end = performance.now() + work; performance.now() < end;);
        onFrame(draw);
    };
    const tell = () => {
        ran.told += 1;
        onFrame(tell, { first: true });
    };
    const begin = performance.now();
    onFrame(draw);
    onFrame(tell, { first: true });
    await new Promise((resolve) => {
        const look = () => (ran.drawn < 5 ? setTimeout(look, 1) : resolve());
        look();
    });
    const took = performance.now() - begin;
    offFrame(draw);
    offFrame(tell);
    assert.deepEqual([ran.once, ran.never], [1, 0]);
    // Four rests of five times the work, and the work.
    assert.ok(took >= 4 * 5 * work + 5 * work, `${took} ms`);
    assert.ok(ran.told > ran.drawn, 'who is told something does not wait for who draws');
    // A frame of Node's is 16 ms: jobs that ask again have one in each, not two.
    assert.ok(ran.told <= took / 16 + 1, `${ran.told} times in ${took} ms`);
});

test('jobs that come first and take long keep nobody from drawing', { timeout: 20_000 * timeScale }, async () => {
    let drawn = 0;
    const tell = () => {
        for (const end = performance.now() + 10; performance.now() < end;);
        onFrame(tell, { first: true });
    };
    const draw = () => {
        drawn += 1;
        onFrame(draw);
    };
    onFrame(tell, { first: true });
    onFrame(draw);
    while (drawn < 3) {
        await elapse(1);
    }
    offFrame(tell);
    offFrame(draw);
});

test('a job that throws stops no other one', async () => {
    const errors = [];
    const { error } = console;
    console.error = (...args) => errors.push(args);
    const ran = await new Promise((resolve) => {
        onFrame(() => { throw new Error('of this job'); }, { first: true });
        onFrame(() => resolve(true), { first: true });
    });
    console.error = error;
    assert.equal(ran, true);
    assert.equal(errors[0][0].message, 'of this job');
});
