// Twenty charts on one wall for tests/soak/page_soak.mjs: their configuration, and what is published to each.

import { testApiKey } from '../support/live_server.mjs';

const regions = ['North', 'East', 'South', 'West', 'Centre', 'Coast', 'Hills', 'Islands'];
const axes = (x) => ({ grid: { containLabel: true }, xAxis: { type: x }, yAxis: { type: 'value' } });
const wave = (step, chart) => Math.round(500 + 300 * Math.sin(step / 20 + chart) + 50 * Math.sin(step * 1.7));

/** Each kind: the dataset's definition, the chart's option, and the batch of a step, as [operation, rows]. */
const kinds = [
    {
        name: 'line', fields: { ts: 'time', value: 'number' }, window: { rows: 600 },
        option: {
            tooltip: { trigger: 'axis' }, ...axes('time'),
            series: [{ id: 's', type: 'line', showSymbol: false, encode: { x: 'ts', y: 'value' } }],
        },
        batch: (step, chart, now) => ['append', [{ ts: now, value: wave(step, chart) }]],
        start: (chart, now) => ['append', Array.from({ length: 600 }, (_, at) =>
            ({ ts: now - (600 - at) * 200, value: wave(at - 600, chart) }))],
    },
    {
        name: 'bars', fields: { region: 'string', amount: 'number', count: 'integer' }, key: ['region'],
        option: {
            tooltip: { trigger: 'axis' }, legend: {}, ...axes('category'),
            series: [{ id: 'a', name: 'Amount', type: 'bar', encode: { x: 'region', y: 'amount' } },
                { id: 'c', name: 'Count', type: 'line', encode: { x: 'region', y: 'count' } }],
        },
        batch: (step, chart) => ['upsert', [0, 1].map((more) =>
            ({ region: regions[(step + more * 3) % 8], amount: wave(step + more, chart), count: step % 400 }))],
        start: (chart) => ['upsert', regions.map((region, at) => ({ region, amount: wave(at, chart), count: at }))],
    },
    {
        name: 'scatter', fields: { id: 'integer', ts: 'time', amount: 'number' }, key: ['id'], window: { rows: 400 },
        option: {
            tooltip: { trigger: 'item' }, ...axes('time'),
            series: [{ id: 's', type: 'scatter', symbolSize: 7, encode: { x: 'ts', y: 'amount', itemId: 'id' } }],
        },
        batch: (step, chart, now) => ['upsert', [{ id: step, ts: now, amount: wave(step * 7, chart) }]],
        start: (chart, now) => ['upsert', Array.from({ length: 400 }, (_, at) =>
            ({ id: at - 400, ts: now - (400 - at) * 200, amount: wave(at * 7, chart) }))],
    },
    {
        name: 'pie', fields: { region: 'string', amount: 'number' }, key: ['region'],
        option: {
            tooltip: { trigger: 'item' }, legend: {},
            series: [{ id: 's', type: 'pie', radius: '60%', encode: { itemName: 'region', value: 'amount' } }],
        },
        batch: (step, chart) => ['upsert', [{ region: regions[step % 8], amount: wave(step, chart) }]],
        start: (chart) => ['upsert', regions.map((region, at) => ({ region, amount: wave(at, chart) }))],
    },
    {
        name: 'area', fields: { ts: 'time', one: 'number', two: 'number' }, window: { rows: 300 },
        option: {
            tooltip: { trigger: 'axis' }, legend: {}, ...axes('time'),
            series: ['one', 'two'].map((name) => ({
                id: name, name, type: 'line', stack: 'all', areaStyle: {}, showSymbol: false,
                encode: { x: 'ts', y: name },
            })),
        },
        batch: (step, chart, now) => ['append', [{ ts: now, one: wave(step, chart), two: wave(step, chart + 2) }]],
        start: (chart, now) => ['append', Array.from({ length: 300 }, (_, at) =>
            ({ ts: now - (300 - at) * 200, one: wave(at - 300, chart), two: wave(at - 300, chart + 2) }))],
    },
];

/** The charts of the wall: each has one dataset of its own, which has the chart's name. */
export const wallCharts = (count) => Array.from({ length: count }, (_, number) => {
    const kind = kinds[number % kinds.length];
    return { id: `${kind.name}_${number}`, number, kind };
});

export const wallConfiguration = (charts) => ({
    version: 1,
    server: { listen: ['127.0.0.1:0'], internal: { listen: '127.0.0.1:0' } },
    auth: { anonymous: 'view', api_keys: [testApiKey] },
    datasets: Object.fromEntries(charts.map(({ id, kind: { fields, key, window } }) =>
        [id, { fields, ...(key && { key }), ...(window && { window }), source: { push: {} } }])),
    charts: Object.fromEntries(charts.map(({ id, number, kind: { name, option } }) =>
        [id, { title: { en: `${name} ${number}` }, data: [id], option }])),
    dashboards: {
        wall: {
            title: { en: 'A wall' },
            panels: charts.map(({ id, number }) =>
                ({ chart: id, at: [(number % 4) * 3, Math.floor(number / 4) * 3, 3, 3] })),
        },
    },
});
