// A chart that nobody sees costs nothing: in a hidden tab and below the window's edge its traffic stops, as the server
// counts it, and when it is seen again it has the newest rows, without a reload.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launchBrowser } from '../support/browser.mjs';
import { chartsReady, ofCharts, untilCharts, watchElements } from '../support/live_elements.mjs';
import { LiveServer, testApiKey } from '../support/live_server.mjs';
import { TabbedBrowser } from '../support/tabs.mjs';
import { timeScale } from '../support/waiting.mjs';

const names = ['upper', 'lower'];
const series = [{ id: 's', type: 'bar', encode: { x: 'name', y: 'amount' } }];

let server;

before(async () => {
    server = await new LiveServer({
        version: 1,
        server: { listen: ['127.0.0.1:0'], internal: { listen: '127.0.0.1:0' } },
        auth: { anonymous: 'view', api_keys: [testApiKey] },
        datasets: Object.fromEntries(names.map((id) => [id,
            { fields: { name: 'string', amount: 'number', text: 'string' }, key: ['name'], source: { push: {} } }])),
        charts: Object.fromEntries(names.map((id) => [id,
            { title: { en: id }, data: [id], option: { xAxis: { type: 'category' }, yAxis: {}, series } }])),
        dashboards: {
            tall: {
                title: { en: 'Tall' },
                panels: [{ chart: 'upper', at: [0, 0, 12, 8] }, { chart: 'lower', at: [0, 40, 12, 8] }],
            },
        },
    }).start();
    await Promise.all(names.map((name) => publish(name, 0)));
}, { timeout: 60_000 * timeScale });

after(() => server?.stop());

/** Twenty rows, all of them other ones than before: some 4 KB for each viewer, which nothing can compress. */
function publish(dataset, turn) {
    return server.publish(dataset, 'upsert', Array.from({ length: 20 }, (_, at) => ({
        name: `n${at}`, amount: turn + at,
        text: Array.from({ length: 10 }, () => Math.random().toString(36).slice(2)).join(''),
    })));
}

/** What the server has sent to clients of charts while `act` went on, in bytes. */
async function sentWhile(act) {
    const count = () => server.metric('chartcast_websocket_sent_bytes_total');
    const earlier = await count();
    await act();
    return await count() - earlier;
}

let turn = 0;
async function publishSome(dataset, times = 20) {
    let answer;
    for (let at = 0; at < times; at += 1) {
        turn += 1;
        answer = await publish(dataset, turn);
    }
    return answer;
}

/** Publishes until as many watch as are wanted. */
async function publishUntilWatched(dataset, watchers) {
    const deadline = Date.now() + 20_000 * timeScale;
    while ((await publishSome(dataset, 1)).watchers !== watchers) {
        assert.ok(Date.now() < deadline, `never ${watchers} who watch ${dataset}`);
    }
}

const newest = (dataset) => `[...charts()].some((element) => element.getAttribute('chart') === '${dataset}'
    && element.handle?.rows()[0]?.amount === ${turn})`;

// Twenty publishes are some 80 KB for a viewer.
const stopped = 2000;
const flowing = 20_000;

describe('a hidden tab', () => {
    let browser;
    before(async () => {
        browser = await new TabbedBrowser().start();
    }, { timeout: 60_000 * timeScale });
    after(() => browser?.stop());

    for (const address of ['/c/upper', '/embed/c/upper', '/d/tall']) {
        test(`${address}: its traffic stops, and it is up to date when it is shown again`, async () => {
            const tab = await browser.open(server.url + address);
            await tab.until("document.readyState === 'complete' && document.visibilityState === 'visible'");
            await publishUntilWatched('upper', 1);
            await tab.until(ofCharts(newest('upper')));
            await tab.evaluate('globalThis.stayed = true');
            assert.ok(await sentWhile(async () => {
                await publishSome('upper');
                await tab.until(ofCharts(newest('upper')));
            }) > flowing, 'a tab that is seen is sent what changes');

            const other = await browser.open('about:blank');
            await tab.until("document.visibilityState === 'hidden'");
            await publishUntilWatched('upper', 0);
            const sent = await sentWhile(() => publishSome('upper'));
            assert.ok(sent < stopped, `a hidden tab is sent ${sent} bytes`);

            await tab.toFront();
            await tab.until(ofCharts(newest('upper')));
            assert.ok(await tab.evaluate('globalThis.stayed'), 'it was not loaded again');
            await publishUntilWatched('upper', 1);
            await tab.until(ofCharts(newest('upper')));
            await other.close();
            await tab.close();
            await publishUntilWatched('upper', 0);
        });
    }
});

describe('a chart below the edge of the window', () => {
    let browser;
    before(async () => {
        browser = await launchBrowser();
    }, { timeout: 60_000 * timeScale });
    after(() => browser?.close());

    test('is sent nothing until one scrolls to it, nor once one has scrolled away', async () => {
        const context = await browser.newContext({ viewport: { width: 1200, height: 600 }, reducedMotion: 'reduce' });
        context.setDefaultTimeout(20_000 * timeScale);
        await watchElements(context);
        const page = await context.newPage();
        await page.goto(`${server.url}/d/tall`);
        await chartsReady(page);
        await publishUntilWatched('upper', 1);
        await publishUntilWatched('lower', 0);
        let sent = await sentWhile(() => publishSome('lower'));
        assert.ok(sent < stopped, `what was never seen is sent ${sent} bytes`);

        const scrollTo = (place) => page.evaluate((top) => scrollTo({ top, behavior: 'instant' }), place);
        await scrollTo(1e6);
        await untilCharts(page, newest('lower'));
        await publishUntilWatched('lower', 1);
        await publishUntilWatched('upper', 0);
        sent = await sentWhile(() => publishSome('upper'));
        assert.ok(sent < stopped, `what was scrolled away is sent ${sent} bytes`);

        await scrollTo(0);
        await untilCharts(page, newest('upper'));
        assert.ok(await sentWhile(async () => {
            await publishSome('upper');
            await untilCharts(page, newest('upper'));
        }) > flowing, 'what is seen again is sent what changes');
        await context.close();
    });
});
