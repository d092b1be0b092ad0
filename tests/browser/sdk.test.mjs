// The SDK in a browser: what it asks for when charts come into sight and go, how often it draws, and the
// pictures that it gives. /sdk/chartcast.js is loaded by a page that has nothing else.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { launchBrowser } from '../support/browser.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { Changing, timeScale } from '../support/waiting.mjs';

const count = 12;
const ids = Array.from({ length: count }, (_, at) => `chart${at}`);
const option = { xAxis: { type: 'category' }, yAxis: {}, series: [{ id: 'd', type: 'bar', encode: { x: 'id', y: 'amount' } }] };

let server;
let browser;
let window;
const frames = Object.assign(new Changing(), { sent: [] });
const problems = [];

before(async () => {
    server = await new LiveServer({
        ...dealsConfiguration,
        charts: {
            ...Object.fromEntries(ids.map((id) => [id, { title: `Title of ${id}`, data: ['deals'], option }])),
            heat: { data: ['deals'], option: { ...option, yAxis: { type: 'category' }, visualMap: { min: 0, max: 9 }, series: [{ id: 'h', type: 'heatmap', encode: { x: 'id', y: 'region', value: 'amount' } }] } },
        },
    }).start();
    await server.publish('deals', 'upsert', [{ id: 'a', region: 'n', amount: 3 }, { id: 'b', region: 's', amount: 1 }]);
    browser = await launchBrowser();
}, { timeout: 60_000 * timeScale });
after(async () => {
    await browser?.close();
    await server?.stop();
});
afterEach(() => window?.context().close());

/** A page with an empty column of holders, each as high as the window, and the SDK in `sdk`. */
async function openPage(settings = {}) {
    const context = await browser.newContext({ viewport: { width: 800, height: 600 }, locale: 'en-US', ...settings });
    window = await context.newPage();
    window.setDefaultTimeout(30_000 * timeScale);
    frames.sent = [];
    window.on('pageerror', (error) => problems.push(String(error)));
    window.on('websocket', (socket) => socket.on('framesent', ({ payload }) => {
        frames.sent.push(String(payload));
        frames.changed();
    }));
    // A page without a script, under the policy of all pages.
    await window.goto(`${server.url}/docs/`);
    await window.evaluate(async (wanted) => {
        document.body.replaceChildren(...wanted.map((id) => {
            const holder = document.createElement('div');
            holder.id = id;
            Object.assign(holder.style, { height: '600px', width: '700px', margin: '0 0 400px' });
            return holder;
        }));
        globalThis.sdk = await import('/sdk/chartcast.js');
        globalThis.cast = sdk.Chartcast.connect();
        globalThis.charts = {};
        globalThis.views = {};
        globalThis.show = (id, settings) => {
            charts[id] = cast.chart(id);
            views[id] = charts[id].mount(document.getElementById(id), settings);
        };
    }, [...ids, 'heat']);
    return window;
}

const asked = (event, charts) => frames.until(() => frames.sent.map((frame) => /^42\d*(\[.*)$/.exec(frame)).filter(Boolean)
    .map(([, json]) => JSON.parse(json)).find(([name, body]) => name === event && JSON.stringify(body.charts) === JSON.stringify(charts)), `${event} ${charts}`);
const drawn = (page, id) => page.waitForFunction((name) => views[name].instance?.getOption()?.dataset?.[0].source.length > 0, id);

test('charts far down a page ask for nothing; those that leave its sight are paused, and resumed where they were', { timeout: 60_000 * timeScale }, async () => {
    const page = await openPage();
    await page.evaluate((wanted) => wanted.forEach((id) => show(id)), ids);
    await drawn(page, 'chart0');
    const [hello] = frames.sent.filter((frame) => frame.startsWith('40'));
    assert.deepEqual(JSON.parse(hello.slice(2)).charts, ['chart0']);
    await page.waitForFunction(() => charts.chart5.state.paused && charts.chart5.state.status === 'connecting');
    await page.evaluate(() => document.getElementById('chart5').scrollIntoView());
    await asked('chart:sub', ['chart5']);
    await asked('chart:pause', ['chart0']);
    await drawn(page, 'chart5');
    await page.evaluate(() => document.getElementById('chart0').scrollIntoView());
    const [, resumed] = await asked('chart:resume', ['chart0']);
    assert.equal(resumed.since.ds.deals.length, 2);
    await page.waitForFunction(() => !charts.chart0.state.paused && charts.chart0.state.status === 'live');
    assert.equal(await page.evaluate(() => views.chart9.instance), null, 'never drawn');
});

test('however much is pushed, a frame draws once, and what is out of sight not at all', { timeout: 60_000 * timeScale }, async () => {
    const page = await openPage();
    await page.evaluate(() => ['chart0', 'chart1'].forEach((id) => show(id)));
    await drawn(page, 'chart0');
    await page.evaluate(() => document.getElementById('chart1').scrollIntoView());
    await drawn(page, 'chart1');
    await page.evaluate(() => {
        globalThis.frame = 0;
        globalThis.drawings = { chart0: [], chart1: [] };
        const next = () => {
            frame += 1;
            requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
        for (const [id, list] of Object.entries(drawings)) {
            const { instance } = views[id];
            if (!instance) continue;
            const { setOption } = instance;
            instance.setOption = (...args) => {
                list.push(frame);
                return setOption.apply(instance, args);
            };
        }
    });
    const shows = (amount) => page.waitForFunction(
        (wanted) => views.chart1.instance.getOption().dataset[0].source[0][2] === wanted, amount);
    for (let amount = 1; amount <= 60; amount += 1) {
        await server.publish('deals', 'upsert', [{ id: 'a', region: 'n', amount }]);
        if (amount === 30) {
            // On a busy machine all 60 may come within one frame.
            await shows(amount);
        }
    }
    await shows(60);
    const { chart0, chart1 } = await page.evaluate(() => drawings);
    assert.ok(chart1.length > 1 && chart1.length <= 60, `${chart1.length} drawings`);
    assert.equal(new Set(chart1).size, chart1.length, 'one for each frame');
    assert.deepEqual(chart0, []);
    assert.equal(await page.evaluate(() => charts.chart0.rows()[0].amount), 60, 'its rows are those of the other one');
});

test('the look is the reader\'s, or the page\'s; a chart that needs more of ECharts gets it', { timeout: 60_000 * timeScale }, async () => {
    const page = await openPage({ colorScheme: 'light' });
    await page.evaluate(() => {
        document.body.replaceChildren(document.getElementById('chart0'), document.getElementById('heat'));
        document.getElementById('chart0').style.setProperty('--cc-accent', 'color-mix(in srgb, red 100%, blue)');
        document.getElementById('chart0').style.setProperty('--cc-accent', 'light-dark(#cc0066, #00aa88)');
        document.documentElement.style.colorScheme = 'light dark';
        show('chart0', { titled: true });
    });
    await drawn(page, 'chart0');
    const look = () => page.evaluate(() => [views.chart0.instance.getOption().color[0], views.chart0.instance.getOption().darkMode]);
    assert.deepEqual(await look(), ['rgb(204, 0, 102)', false]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(() => views.chart0.instance.getOption().darkMode === true);
    assert.deepEqual(await look(), ['rgb(0, 170, 136)', true]);
    await page.evaluate(() => views.chart0.setTheme('light'));
    await page.waitForFunction(() => views.chart0.instance.getOption().darkMode === false);
    await page.evaluate(() => {
        document.getElementById('heat').scrollIntoView();
        show('heat');
    });
    await drawn(page, 'heat');
    assert.equal(await page.evaluate(() => views.heat.instance.getModel().getSeriesByIndex(0).getData().count()), 2);
});

/** Older chromiums never ask again for a module that could not be fetched. */
async function remembersFailures(page) {
    const script = /\/sdk\/chartcast\.js\?again$/;
    await page.route(script, (route) => route.abort(), { times: 1 });
    return page.evaluate(async () => {
        const failed = () => import('/sdk/chartcast.js?again').then(() => false, () => true);
        await failed();
        return failed();
    });
}

test('what could not be loaded is loaded once it can be', { timeout: 60_000 * timeScale }, async (context) => {
    const page = await openPage();
    if (await remembersFailures(page)) {
        return context.skip('this browser keeps a failed import for as long as the page');
    }
    const blocked = new Set();
    await page.route(/\/assets\/(drawing|base)-/, (route) => {
        const { pathname } = new URL(route.request().url());
        const first = !blocked.has(pathname);
        blocked.add(pathname);
        return first ? route.abort() : route.continue();
    });
    await page.evaluate(() => show('chart0'));
    await drawn(page, 'chart0');
    assert.equal(blocked.size, 2);
});

test('a chart as PNG, SVG and CSV', { timeout: 60_000 * timeScale }, async () => {
    const page = await openPage();
    await page.evaluate(() => show('chart0', { titled: true }));
    await drawn(page, 'chart0');
    const { png, svg, csv, bare } = await page.evaluate(async () => {
        const sizeOf = async (blob) => {
            const { width, height } = await createImageBitmap(blob);
            return [blob.type, width, height];
        };
        const unseen = cast.chart('chart0');
        const there = new Promise((resolve) => { unseen.on('update', resolve); });
        return {
            png: await sizeOf(await charts.chart0.png({ scale: 1, background: '#fff' })),
            svg: await (await charts.chart0.svg()).text(),
            csv: charts.chart0.csv(),
            bare: await there.then(() => unseen.png()).then(sizeOf),
        };
    });
    assert.deepEqual(png, ['image/png', 700, 600]);
    assert.deepEqual(bare, ['image/png', 1920, 1080]);
    assert.match(svg, /^<svg width="700" height="600"[^>]*>/);
    assert.match(svg, />Title of chart0</);
    assert.match(csv, /^id,region,amount\r\na,n,\d+\r\nb,s,1\r\n$/);
});

test('what is destroyed leaves nothing behind', { timeout: 60_000 * timeScale }, async () => {
    const page = await openPage();
    await page.evaluate(() => show('chart0'));
    await drawn(page, 'chart0');
    await page.evaluate(() => charts.chart0.destroy());
    await asked('chart:unsub', ['chart0']);
    assert.deepEqual(await page.evaluate(() => [views.chart0.instance, document.getElementById('chart0').childElementCount]), [null, 0]);
    const closed = page.waitForFunction(() => cast.status === 'closed');
    await page.evaluate(() => cast.close());
    await closed;
});

test('nothing went wrong on any page', () => {
    assert.deepEqual(problems, []);
});
