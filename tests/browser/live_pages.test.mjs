// The pages of live charts in Debian's chromium: /, /c/{chart} and /embed/c/{chart} of a configured server.
//
// Screenshots go to <build>/screenshots.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { launchBrowser } from '../support/browser.mjs';
import { testApiKey, testKey } from '../support/live_server.mjs';
import { buildFolder, startChartcast } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

const screenshots = buildFolder('screenshots');
const patience = 30_000 * timeScale;
const folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-pages-'));
const file = path.join(folder, 'pages.yaml');

writeFileSync(file, `version: 1
server:
  internal: { listen: "127.0.0.1:0" }
  frame_ancestors: ["https://crm.example.cn"]
auth:
  anonymous: view
  api_keys: [${JSON.stringify(testApiKey)}]
datasets:
  sales:
    fields: { region: string, amount: number }
    key: [region]
    source: { push: {} }
  tickets:
    fields: { kind: string, open: integer }
    key: [kind]
    source: { push: {} }
charts:
  sales_by_region:
    title: { en: Sales by region, zh-CN: 各区销售 }
    data: [sales]
    option:
      xAxis: { type: category }
      yAxis: { type: value }
      series: [{ id: s, type: bar, encode: { x: region, y: amount } }]
  sales_pie:
    title: { en: Shares, zh-CN: 占比 }
    data: [sales]
    option:
      series: [{ id: p, type: pie, encode: { itemName: region, value: amount } }]
  tickets_open:
    title: { en: Open tickets, zh-CN: 未结工单 }
    data: [tickets]
    option:
      xAxis: { type: category }
      yAxis: { type: value }
      series: [{ id: t, type: bar, encode: { x: kind, y: open } }]
  board_only:
    title: { en: For the board, zh-CN: 董事会 }
    data: [sales]
    allow: { view: ["role:board"] }
    option:
      xAxis: { type: category }
      yAxis: { type: value }
      series: [{ id: b, type: bar, encode: { x: region, y: amount } }]
`);

const start = (options) => startChartcast(['serve', '-c', file], options);

let server;
let browser;
const problems = [];

async function push(rows) {
    const answer = await fetch(`${server.url}/api/v1/datasets/sales/rows?op=upsert`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${testKey}` },
        body: JSON.stringify(rows),
    });
    assert.equal(answer.status, 200, await answer.text());
}

before(async () => {
    mkdirSync(screenshots, { recursive: true });
    server = await start();
    await push([{ region: 'North', amount: 40 }, { region: 'South', amount: 25 }]);
    browser = await launchBrowser();
}, { timeout: 120_000 * timeScale });

after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
});

/** A window of its own on a page of the server. */
async function openWindow(address, options = {}) {
    const context = await browser.newContext({
        viewport: { width: 1200, height: 760 }, locale: 'en-US', reducedMotion: 'reduce', ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
        if (message.type() === 'error') {
            problems.push(message.text());
        }
    });
    page.sockets = 0;
    page.on('websocket', () => {
        page.sockets += 1;
    });
    page.status = (await page.goto(server.url + address)).status();
    return page;
}

const close = (page) => page.context().close();
const shot = (page, name) => page.screenshot({ path: path.join(screenshots, `live-${name}.png`) });
const inState = (page, state) => page.waitForSelector(`#connection[data-state="${state}"]`);
const notice = (page) => page.textContent('[data-part="notice"]:not([hidden]) [data-part="text"]');

/** Resolves when the page's (first) chart draws a row of these cells. */
const draws = (page, ...cells) => page.waitForFunction((wanted) => {
    const chart = echarts.getInstanceByDom(document.querySelector('[data-part="chart"]'));
    const source = chart?.getOption()?.dataset?.[0]?.source ?? [];
    return source.some((row) => JSON.stringify(row) === JSON.stringify(wanted));
}, cells);

test('a push over HTTP changes the chart of an open page', async () => {
    const page = await openWindow('/c/sales_by_region');
    await draws(page, 'North', 40);
    await inState(page, 'live');
    assert.equal(await page.textContent('h1'), 'Sales by region');
    assert.match(await page.textContent('[data-part="as-of"]'), /^As of .+ · /);
    await push([{ region: 'North', amount: 62 }, { region: 'West', amount: 30 }]);
    await draws(page, 'North', 62);
    await draws(page, 'West', 30);
    await draws(page, 'South', 25);
    await close(page);
});

test('every chart that one may see is on the start page, all of them on one connection', async () => {
    const page = await openWindow('/');
    await inState(page, 'live');
    const cards = await page.$$eval('article h2 a', (links) => links.map(({ href }) => new URL(href).pathname));
    assert.deepEqual(cards.sort(), ['/c/sales_by_region', '/c/sales_pie', '/c/tickets_open']);
    await page.waitForFunction(() => [...document.querySelectorAll('article')]
        .every((card) => !card.textContent.includes('Waiting for data')));
    assert.equal(page.sockets, 1);
    await shot(page, 'overview');
    await page.click('article a[href="/c/sales_pie"]');
    await page.waitForFunction(() => document.querySelector('h1').textContent === 'Shares');
    await close(page);
});

test('a chart that there is not, and one that is not for everybody, say so', async () => {
    const missing = await openWindow('/c/no_such_chart');
    assert.equal(missing.status, 404);
    await inState(missing, 'refused');
    assert.equal(await notice(missing), 'There is no chart of that name.');

    const address = await openWindow('/c/not%20a%20name');
    await inState(address, 'refused');
    assert.match(await notice(address), /^This address names no chart/);

    const refused = await openWindow('/c/board_only', { locale: 'zh-CN' });
    assert.equal(refused.status, 200);
    await inState(refused, 'refused');
    assert.equal(await notice(refused), '您没有查看此图表的权限。');
    await Promise.all([missing, address, refused].map(close));
    // The browser itself reports the status of a page, and of a poll that was under way when the client left.
    problems.splice(0, problems.length, ...problems.filter((text) => !/status of (404|400)/.test(text)));
});

test('a chart without rows says that it waits, and fills', async () => {
    const page = await openWindow('/c/tickets_open');
    await inState(page, 'live');
    await page.waitForFunction(() => document.querySelector('[data-part="text"]').textContent.startsWith('There is nothing'));
    const answer = await fetch(`${server.url}/api/v1/datasets/tickets/rows?op=upsert`, {
        method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${testKey}` }, body: '[{"kind":"bug","open":3}]',
    });
    assert.equal(answer.status, 200);
    await draws(page, 'bug', 3);
    await page.waitForSelector('[data-part="notice"][hidden]', { state: 'attached' });
    await close(page);
});

test('the page says that it is no longer live, and recovers by itself', async () => {
    const page = await openWindow('/c/sales_by_region');
    await draws(page, 'South', 25);
    const { port } = server;
    await server.stop();
    await inState(page, 'reconnecting');
    assert.match(await page.textContent('#announcer'), /^The connection is lost/);
    assert.ok(await page.isVisible('.stale canvas'));
    await shot(page, 'reconnecting');
    server = await start({ port });
    await push([{ region: 'North', amount: 5 }, { region: 'South', amount: 6 }]);
    await inState(page, 'live');
    await draws(page, 'South', 6);
    await close(page);
    problems.splice(0);
});

test('the page for frames has no header and no ground, and says who may frame it', async () => {
    const page = await openWindow('/embed/c/sales_by_region');
    await draws(page, 'South', 6);
    assert.equal(await page.$('header'), null);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgba(0, 0, 0, 0)');
    const { headers } = await fetch(`${server.url}/embed/c/sales_by_region`);
    assert.match(headers.get('content-security-policy'), /frame-ancestors 'self' https:\/\/crm\.example\.cn$/);
    const fixed = await openWindow('/embed/c/sales_by_region?theme=dark');
    await draws(fixed, 'South', 6);
    assert.equal(await fixed.evaluate(() => getComputedStyle(document.body).color), 'rgb(236, 239, 244)');
    await Promise.all([page, fixed].map(close));
});

test('light, dark, phone and Chinese', async () => {
    const looks = {
        light: {},
        dark: { colorScheme: 'dark' },
        phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
        'zh-CN': { locale: 'zh-CN' },
    };
    for (const [name, options] of Object.entries(looks)) {
        for (const address of ['/', '/c/sales_by_region']) {
            const page = await openWindow(address, options);
            await inState(page, 'live');
            await draws(page, 'South', 6);
            await shot(page, address === '/' ? `overview-${name}` : name);
            assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false,
                `${address} scrolls sideways: ${name}`);
            await close(page);
        }
    }
    const page = await openWindow('/c/sales_by_region', { locale: 'zh-CN' });
    await page.waitForFunction(() => document.title === '各区销售');
    const label = () => page.evaluate(() => echarts.getInstanceByDom(document.querySelector('[data-part="chart"]'))
        .getVisual({ seriesIndex: 0 }, 'color'));
    await draws(page, 'South', 6);
    const light = await label();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction((before) => echarts.getInstanceByDom(document.querySelector('[data-part="chart"]'))
        .getVisual({ seriesIndex: 0 }, 'color') !== before, light);
    await close(page);
});

// Runs last: scripts that the content security policy blocks are reported on the console.
test('no window had anything to complain of', () => {
    assert.deepEqual(problems, []);
});
