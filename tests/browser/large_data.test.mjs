// A dataset of a hundred thousand rows on a page: it comes up, answers while it changes, and its table stays small.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser } from '../support/browser.mjs';
import { untilCharts, updated, watchElements, withCharts } from '../support/live_elements.mjs';
import { LiveServer, testApiKey } from '../support/live_server.mjs';
import { watchPage } from '../support/page_checks.mjs';
import { elapse, timeScale } from '../support/waiting.mjs';

const count = 100_000;

let server;
let browser;

before(async () => {
    const series = [{ id: 's', type: 'line', showSymbol: false, encode: { x: 'ts', y: 'amount' } }];
    server = await new LiveServer({
        version: 1,
        server: {
            listen: ['127.0.0.1:0'], internal: { listen: '127.0.0.1:0' },
            limits: { max_body: '64MiB', client_queue: '16MiB' },
        },
        auth: { anonymous: 'view', api_keys: [testApiKey] },
        datasets: {
            many: { fields: { id: 'integer', ts: 'time', amount: 'number' }, key: ['id'], source: { push: {} } },
        },
        charts: { many: { title: { en: 'Many' }, data: ['many'],
            option: { xAxis: { type: 'time' }, yAxis: {}, series } } },
    }).start();
    const start = Date.parse('2026-01-01');
    await server.publish('many', 'upsert', Array.from({ length: count }, (_, id) =>
        ({ id, ts: start + id * 1000, amount: Math.round(1000 * Math.sin(id / 500)) })));
    browser = await launchBrowser();
}, { timeout: 60_000 * timeScale });

after(async () => {
    await browser?.close();
    await server?.stop();
});

/** The longest time that a page did not answer while `act` went on, in milliseconds. */
async function longestSilence(page, act) {
    let longest = 0;
    let going = true;
    const asking = (async () => {
        while (going) {
            const asked = performance.now();
            await page.evaluate(() => 0);
            longest = Math.max(longest, performance.now() - asked);
            await elapse(10);
        }
    })();
    await act();
    going = false;
    await asking;
    return longest;
}

test('a hundred thousand rows', async (context) => {
    const windows = await browser.newContext({ viewport: { width: 1200, height: 760 } });
    await watchElements(windows);
    const page = await windows.newPage();
    page.setDefaultTimeout(30_000 * timeScale);
    const complaints = watchPage(page);
    const began = performance.now();
    await page.goto(`${server.url}/c/many`);
    await updated(page, 'many');
    context.diagnostic(`the first picture after ${Math.round(performance.now() - began)} ms`);

    const silence = await longestSilence(page, async () => {
        for (let turn = 1; turn <= 20; turn += 1) {
            await server.publish('many', 'upsert', [{ id: turn, amount: turn * 1e6 }]);
            await elapse(100);
        }
        await untilCharts(page, "[...charts()][0].handle.rows()[20].amount === 20e6");
    });
    context.diagnostic(`the longest silence while it changes: ${Math.round(silence)} ms`);
    assert.ok(silence < 1500 * timeScale, `the page does not answer for ${Math.round(silence)} ms`);

    const nodes = () => page.evaluate(() => {
        const size = (root) => [...root.querySelectorAll('*')]
            .reduce((sum, one) => sum + 1 + (one.shadowRoot ? size(one.shadowRoot) : 0), 0);
        return size(document);
    });
    await withCharts(page, "[...charts()][0].setAttribute('table', '')");
    await page.locator('table').first().waitFor();
    const whole = await nodes();
    assert.ok(whole < 20_000, `${whole} elements with the table open`);

    const csv = await withCharts(page, '[...charts()][0].handle.csv()');
    assert.equal(csv.trimEnd().split(/\r?\n/).length, count + 1);
    assert.deepEqual(complaints, []);
    await windows.close();
});
