// A server with charts of its own, a chromium, and windows on its pages: what tests of pages have in common.
//
// What the browser complains of, as of a blocked script, is in `problems`, which the last test of a file looks at.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { launchBrowser } from './browser.mjs';
import { LiveServer, testApiKey } from './live_server.mjs';
import { buildFolder, freePort } from './programs.mjs';
import { timeScale } from './waiting.mjs';

const patience = 30_000 * timeScale;

const bars = (id, x, y) => ({
    xAxis: { type: 'category' }, yAxis: { type: 'value' },
    series: [{ id, type: 'bar', encode: { x, y } }],
});

/** Charts with rows, without any, for a few, and one that is published whole; with a history of their rows. */
export const pagesConfiguration = (port, more = {}) => (folder) => ({
    version: 1,
    server: { listen: [`127.0.0.1:${port}`], internal: { listen: '127.0.0.1:0' }, ...more.server },
    store: { path: path.join(folder, 'store') },
    auth: { anonymous: 'view', api_keys: [testApiKey], ...more.auth },
    datasets: {
        sales: {
            fields: { region: 'string', amount: 'number', seen_at: 'time' }, key: ['region'], source: { push: {} },
        },
        tickets: { fields: { kind: 'string', open: 'integer' }, key: ['kind'], source: { push: {} } },
    },
    charts: {
        sales_by_region: {
            title: { en: 'Sales by region', 'zh-CN': '各区销售' }, data: ['sales'],
            option: { ...bars('s', 'region', 'amount'),
                yAxis: { type: 'value', axisLabel: { $format: 'currency:CNY' } } },
        },
        tickets_open: {
            title: { en: 'Open tickets', 'zh-CN': '未结工单' }, data: ['tickets'],
            option: bars('t', 'kind', 'open'),
        },
        board_only: {
            title: { en: 'For the board', 'zh-CN': '董事会' }, data: ['sales'], allow: { view: ['role:board'] },
            option: bars('b', 'region', 'amount'), ...more.board,
        },
        published: { title: { en: 'Published whole', 'zh-CN': '整体发布' } },
    },
});

export class PageWorld {
    problems = [];

    /** `configure(port)` gives the configuration; the port stays the same when the server starts again. */
    async start(configure = pagesConfiguration, screenshots = 'screenshots') {
        this.screenshots = buildFolder(screenshots);
        mkdirSync(this.screenshots, { recursive: true });
        this.port = await freePort();
        this.server = await new LiveServer(configure(this.port)).start();
        this.browser = await launchBrowser();
        return this;
    }

    async stop() {
        await this.browser?.close();
        await this.server?.stop();
    }

    /** A window of its own; `sockets` counts its WebSockets, `status` is the page's. */
    async open(address, { expected = [], ...options } = {}) {
        const context = await this.browser.newContext({
            viewport: { width: 1200, height: 760 }, locale: 'en-US', reducedMotion: 'reduce', ...options,
        });
        const page = await context.newPage();
        page.setDefaultTimeout(patience);
        const complain = (text) => {
            if (!expected.some((pattern) => pattern.test(text))) {
                this.problems.push(`${address}: ${text}`);
            }
        };
        page.on('pageerror', (error) => complain(error.stack ?? error.message));
        page.on('console', (message) => message.type() === 'error' && complain(message.text()));
        page.sockets = 0;
        page.on('websocket', () => {
            page.sockets += 1;
        });
        await page.addInitScript(watchShifts);
        const answer = await page.goto(/^https?:/.test(address) ? address : this.server.url + address);
        page.status = answer.status();
        return page;
    }

    close(...pages) {
        return Promise.all(pages.map((page) => page.context().close()));
    }

    shot(page, name) {
        return page.screenshot({ path: path.join(this.screenshots, `${name}.png`) });
    }

    expectNoProblems() {
        assert.deepEqual(this.problems, []);
    }
}

/** Runs in the page: how far things have moved that nobody moved; a word that is longer than another may. */
function watchShifts() {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) {
            globalThis.shifted += hadRecentInput ? 0 : value;
        }
    }).observe({ type: 'layout-shift', buffered: true });
}

export const expectStill = async (page) => {
    const shifted = await page.evaluate(() => globalThis.shifted);
    assert.ok(shifted < 0.01, `the layout has shifted by ${shifted}`);
};

/** The mark of a page's (or frame's) chart says this. */
export const saysState = (page, word) => page.locator('live-chart cc-state-mark .word').getByText(word, { exact: true })
    .waitFor();

/** The window is called this: it follows what is drawn by a frame or, beside other work, by several. */
export const isTitled = (page, title) => page.waitForFunction((wanted) => document.title === wanted, title);

export const noticeOf = (page) => page.locator('live-chart cc-notice').first();

/** The chart has a row with these cells, and has been drawn. */
export const shows = (page, row) => page.waitForFunction((wanted) => {
    const chart = document.querySelector('live-chart');
    const rows = chart?.handle?.rows() ?? [];
    const drawn = chart?.shadowRoot?.querySelector('.stage canvas');
    return drawn && rows.some((one) => Object.entries(wanted).every(([name, cell]) => one[name] === cell));
}, row);

/** What is drawn, as text that is another one when the picture is. */
export const pictureOf = (page) => page.evaluate(() =>
    document.querySelector('live-chart').shadowRoot.querySelector('.stage canvas').toDataURL());

export const chooseFromMenu = async (page, label) => {
    await page.locator('live-chart cc-menu button.icon').click();
    await page.locator('live-chart cc-menu').getByRole('menuitem', { name: label }).click();
};

/** The texts of the table's rows. */
export const tableOf = (page) => page.locator('live-chart cc-data-table tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
