// What tests of dashboards have beside a PageWorld: a configuration with three dashboards, and ways to look into
// the panels of the one that a window shows.

import path from 'node:path';

import { testApiKey } from './live_server.mjs';

const bars = (id, x, y) => ({
    xAxis: { type: 'category' }, yAxis: { type: 'value' }, tooltip: {},
    series: [{ id, type: 'bar', encode: { x, y } }],
});

const region = { name: 'region', label: { en: 'Region', 'zh-CN': '区域' }, type: 'select', dataset: 'sales', field: 'region' };

/** `sales` with every kind of variable and of click, `region` that it leads to, and `tall`, higher than a window. */
export const boardConfiguration = (port) => (folder) => ({
    version: 1,
    server: { listen: [`127.0.0.1:${port}`], internal: { listen: '127.0.0.1:0' } },
    store: { path: path.join(folder, 'store') },
    auth: { anonymous: 'view', api_keys: [testApiKey], embed: { secret: 'for tests only, and long enough to sign' } },
    default_dashboard: 'sales',
    datasets: {
        sales: { fields: { region: 'string', amount: 'number' }, key: ['region'], source: { push: {} } },
        deals: {
            fields: { id: 'string', region: 'string', owner: 'string', amount: 'number', ts: 'time' }, key: ['id'],
            source: { push: {} },
        },
        tickets: { fields: { kind: 'string', open: 'integer' }, key: ['kind'], source: { push: {} } },
    },
    charts: {
        sales_by_region: {
            title: { en: 'Sales by region', 'zh-CN': '各区销售' }, data: ['sales'], option: bars('s', 'region', 'amount'),
        },
        deals: { title: { en: 'Deals', 'zh-CN': '成交' }, data: ['deals'], option: bars('d', 'id', 'amount') },
        shares: {
            title: { en: 'Shares', 'zh-CN': '占比' }, data: ['sales'],
            option: { series: [{ id: 'p', type: 'pie', encode: { itemName: 'region', value: 'amount' } }] },
        },
        tickets_open: {
            title: { en: 'Open tickets', 'zh-CN': '未结工单' }, data: ['tickets'], option: bars('t', 'kind', 'open'),
        },
        board_only: {
            title: { en: 'For the board', 'zh-CN': '董事会' }, data: ['sales'], allow: { view: ['role:board'] },
            option: bars('b', 'region', 'amount'),
        },
    },
    dashboards: {
        sales: {
            title: { en: 'Sales', 'zh-CN': '销售' },
            variables: [
                { ...region, multi: true },
                { name: 'owner', label: { en: 'Owner', 'zh-CN': '负责人' }, type: 'text', field: 'owner' },
                { name: 'when', label: { en: 'Time', 'zh-CN': '时间' }, type: 'time_range', field: 'ts' },
            ],
            panels: [
                { chart: 'tickets_open', at: [6, 5, 6, 5] },
                { chart: 'sales_by_region', at: [0, 0, 5, 5], on_click: { set: 'region' } },
                { chart: 'deals', at: [5, 0, 7, 5] },
                { chart: 'shares', at: [0, 5, 6, 5], on_click: { open: 'region', set: 'region' } },
            ],
        },
        region: {
            title: { en: 'One region', 'zh-CN': '单个区域' }, theme: 'dark', variables: [region],
            panels: [{ chart: 'deals', at: [0, 0, 12, 6] }],
        },
        tall: {
            title: { en: 'Tall', 'zh-CN': '长页' },
            panels: [0, 1, 2].map((place) => ({ chart: 'deals', at: [0, place * 30, 12, 30] })),
        },
        board: {
            title: { en: 'Board', 'zh-CN': '董事会' }, allow: { view: ['role:board'] },
            panels: [{ chart: 'board_only', at: [0, 0, 12, 6] }],
        },
    },
});

/** Rows of every dataset: two regions, three deals of two owners. */
export async function pushFirstRows(server) {
    const minutesAgo = (minutes) => Date.now() - minutes * 60_000;
    await server.publish('sales', 'upsert', [{ region: 'North', amount: 40 }, { region: 'South', amount: 25 }]);
    await server.publish('deals', 'upsert', [
        { id: 'd1', region: 'North', owner: 'Wang Wei', amount: 10, ts: minutesAgo(2) },
        { id: 'd2', region: 'South', owner: 'Li Na', amount: 20, ts: minutesAgo(30) },
        { id: 'd3', region: 'North', owner: 'Li Na', amount: 30, ts: minutesAgo(300) },
    ]);
    await server.publish('tickets', 'upsert', [{ kind: 'bug', open: 3 }]);
}

/** The n-th panel with that chart. */
export const panel = (page, chart) => page.locator(`live-dashboard live-chart[chart="${chart}"]`).first();

/** The panel has been drawn, and these are the cells of that field in the rows that it shows, in any order. */
export async function panelShows(page, chart, field, cells) {
    // Where there are no rows a sentence stands in the drawing's place.
    await panel(page, chart).locator('.stage canvas').waitFor({ state: cells.length > 0 ? 'visible' : 'hidden' });
    await page.waitForFunction(([id, name, wanted]) => {
        const grid = document.querySelector('live-dashboard')?.shadowRoot.querySelector('cc-panel-grid');
        const rows = grid?.shadowRoot.querySelector(`live-chart[chart="${id}"]`)?.handle?.rows() ?? [];
        return JSON.stringify(rows.map((row) => row[name]).sort()) === wanted;
    }, [chart, field, JSON.stringify([...cells].sort())]);
}

/** Clicks into the bar of that category, half way up. */
export async function clickBar(page, chart, category, value) {
    const [x, y] = await panel(page, chart).evaluate(async (element, [name, height]) => {
        const { instance } = element.view;
        const [left, top] = instance.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [name, height / 2]);
        const box = instance.getDom().getBoundingClientRect();
        return [box.left + left, box.top + top];
    }, [category, value]);
    await page.mouse.click(x, y);
}

/** The bars are drawn so, as ECharts says of their elements: 'normal', 'emphasis' or 'blur'. */
export const barsAre = (page, chart, states) => page.waitForFunction(([id, wanted]) => {
    const grid = document.querySelector('live-dashboard')?.shadowRoot.querySelector('cc-panel-grid');
    const instance = grid?.shadowRoot.querySelector(`live-chart[chart="${id}"]`)?.view?.instance;
    const data = instance?.getModel()?.getSeriesByIndex(0)?.getData();
    return data?.count() === wanted.length && wanted.every((state, place) => {
        const { currentStates } = data.getItemGraphicEl(place);
        return state === 'normal' ? currentStates.length === 0 : currentStates.includes(state);
    });
}, [chart, states]);

export const dashboardMark = (page, word) => page.locator('live-dashboard .head cc-state-mark .word')
    .getByText(word, { exact: true }).waitFor();

/** What the address says of variables. */
export const choicesInAddress = (page) => [...new URL(page.url()).searchParams].filter(([name]) => /^(var|by)-/.test(name))
    .map(([name, value]) => `${name}=${value}`);
