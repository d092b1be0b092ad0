// What a stranger sees after ./run: the address that is printed, the dashboard behind it, which moves by itself, and
// the line that changes it, run in a shell as it stands there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { launchBrowser } from '../support/browser.mjs';
import { chartsReady, untilCharts, watchElements, withCharts } from '../support/live_elements.mjs';
import { watchPage } from '../support/page_checks.mjs';
import { buildFolder, startChartcast } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

const patience = 30_000 * timeScale;

let chartcast;
let browser;

before(async () => {
    chartcast = await startChartcast([]);
    browser = await launchBrowser();
}, { timeout: 60_000 * timeScale });

after(async () => {
    await browser?.close();
    await chartcast?.stop();
});

/** The printed address, opened; what the page complains of is noted. */
async function openDemo(options) {
    const [, address] = /open=(http:\/\/\S+)/.exec(chartcast.output);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    await watchElements(context);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const complaints = watchPage(page);
    await page.goto(address);
    await chartsReady(page);
    return { page, complaints };
}

/** Of the sign-ups of the website; undefined until that chart, which may be below the window, has its rows. */
const websiteRow = `[...charts()].find((element) => element.getAttribute('chart') === 'signups_today')
    ?.handle?.rows().find(({ channel }) => channel === 'website')`;
const signups = `${websiteRow}?.signups`;

test('the printed address leads to the CRM dashboard, which moves by itself', async () => {
    const { page, complaints } = await openDemo();
    assert.equal(new URL(page.url()).pathname, '/d/crm');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const before = await page.evaluate(() => ({ ...chartNotes.updates }));
    // Also of charts that were not there yet: their first drawing is no move.
    await page.waitForFunction((old) => Object.entries(chartNotes.updates)
        .filter(([id, count]) => count >= (old[id] ?? 0) + 2).length >= 2, before);
    assert.deepEqual(complaints, []);
    await page.context().close();
});

test('the line of the box changes the page, and the box says what arrived', async () => {
    const { page, complaints } = await openDemo();
    const line = await page.locator('#push code').textContent();
    assert.match(line, /^curl /);
    await untilCharts(page, `${websiteRow} !== undefined`, patience);
    const before = await withCharts(page, signups);
    await promisify(execFile)('bash', ['-c', line]);
    await untilCharts(page, `${signups} === ${before + 5}`, patience);
    await page.locator('#push.arrived').waitFor();
    const told = await page.locator('#push [role="status"]').textContent();
    assert.ok(told.includes(String(before)) && told.includes(String(before + 5)), told);
    await page.screenshot({ path: `${buildFolder('screenshots')}/demo_pushed.png` });
    assert.deepEqual(complaints, []);
    await page.context().close();
});

test('in Chinese it says the same', async () => {
    const { page, complaints } = await openDemo({ locale: 'zh-CN' });
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
    assert.match(await page.locator('#push summary').textContent(), /[\u4e00-\u9fff]/);
    assert.match(await page.locator('#push code').textContent(), /^curl /);
    assert.deepEqual(complaints, []);
    await page.context().close();
});
