// Every page, in light and dark, English and Chinese, on a phone, a desk and a wall: what page_checks.mjs asks of it.
//
// Screenshots go to <build>/screenshots/pages, to be looked at.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launchBrowser } from '../support/browser.mjs';
import { chartsReady, watchElements, withCharts } from '../support/live_elements.mjs';
import {
    axeProblems, loadingProblems, lookProblems, watchContext, watchPage,
} from '../support/page_checks.mjs';
import { buildFolder, startChartcast } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

const screenshots = buildFolder('screenshots/pages');

const widths = { phone: 390, desk: 1440, wall: 3840 };
const heights = { phone: 844, desk: 900, wall: 2160 };
const sizeOf = (name) => ({ width: widths[name], height: heights[name] });

// Each look loads at another width, so that what jumps while a page loads shows on all of them.
const looks = [
    { colorScheme: 'light', locale: 'en-US', loads: 'desk' },
    { colorScheme: 'dark', locale: 'en-US', loads: 'phone' },
    { colorScheme: 'light', locale: 'zh-CN', loads: 'phone' },
    { colorScheme: 'dark', locale: 'zh-CN', loads: 'wall' },
];

const pages = [
    { name: 'start', address: '/' },
    { name: 'charts', address: '/charts' },
    { name: 'chart', address: '/c/revenue_by_region' },
    { name: 'embedded_chart', address: '/embed/c/revenue_by_region' },
    { name: 'dashboard', address: '/d/crm' },
    { name: 'embedded_dashboard', address: '/embed/d/crm' },
    { name: 'plain', address: '/plain/revenue_by_region' },
    { name: 'docs', address: '/docs/' },
    { name: 'docs_page', address: '/docs/getting_started' },
    { name: 'not_found', address: '/no/such/page', status: 404 },
    { name: 'no_such_chart', address: '/c/no_such_chart', status: 404 },
    { name: 'seed', address: '/charts/simpleBarChart' },
];

let server;
let browser;
const contexts = new Map();

before(async () => {
    mkdirSync(screenshots, { recursive: true });
    server = await startChartcast(['demo']);
    browser = await launchBrowser();
    for (const look of looks) {
        const context = await browser.newContext({
            colorScheme: look.colorScheme, locale: look.locale, viewport: sizeOf(look.loads), reducedMotion: 'reduce',
        });
        context.setDefaultTimeout(20_000 * timeScale);
        await watchContext(context);
        await watchElements(context);
        contexts.set(look, context);
    }
}, { timeout: 60_000 * timeScale });

after(async () => {
    await browser?.close();
    await server?.stop();
});

/** Charts that nobody can see wait with drawing, for data and for another size of the window. */
async function seeEverything(page) {
    const count = await withCharts(page, '[...charts()].length');
    for (let at = 0; at < count; ++at) {
        await withCharts(page, `[...charts()][${at}]?.scrollIntoView({ block: 'center', behavior: 'instant' })`);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))));
    }
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await chartsReady(page);
}

/** Everything that is wrong with a page in one look, at all widths. */
async function problemsIn(look, { name, address, status = 200 }) {
    const page = await contexts.get(look).newPage();
    const found = [];
    const complaints = watchPage(page, status === 404 ? [/status of 404/] : []);
    const answer = await page.goto(server.url + address);
    if (answer.status() !== status) {
        found.push(`answers ${answer.status()}, not ${status}`);
    }
    await chartsReady(page);
    found.push(...await loadingProblems(page));
    for (const size of [look.loads, ...Object.keys(widths).filter((one) => one !== look.loads)]) {
        await page.setViewportSize(sizeOf(size));
        await seeEverything(page);
        const wrong = await lookProblems(page);
        const style = `${look.colorScheme}-${look.locale.slice(0, 2)}`;
        await page.screenshot({ path: path.join(screenshots, `${name}-${style}-${widths[size]}.png`) });
        found.push(...wrong.map((text) => `${widths[size]} px: ${text}`));
    }
    found.push(...(await loadingProblems(page, { shiftMax: Infinity })).filter((text) => !found.includes(text)));
    // Last: axe-core reads style sheets in ways of its own.
    found.push(...await axeProblems(page));
    found.push(...complaints);
    await page.close();
    return found;
}

for (const page of pages) {
    describe(`${page.name} (${page.address})`, () => {
        for (const look of looks) {
            test(`${look.colorScheme}, ${look.locale}`, async () => {
                assert.deepEqual(await problemsIn(look, page), []);
            });
        }
    });
}
