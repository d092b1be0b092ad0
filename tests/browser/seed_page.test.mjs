// The seed page in Debian's chromium: what the people in front of it see.
//
// Screenshots go to <build>/screenshots. CHARTCAST_README_IMAGE=docs/images/seed.png makes this run
// draw the picture of the README too.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { launchBrowser } from '../support/browser.mjs';
import { buildFolder, startChartcast } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

const run = promisify(execFile);
const screenshots = buildFolder('screenshots');
const patience = 30_000 * timeScale;

let server;
let browser;
const problems = [];

before(async () => {
    mkdirSync(screenshots, { recursive: true });
    server = await startChartcast(['--shards', '2']);
    browser = await launchBrowser();
}, { timeout: 120_000 * timeScale });

after(async () => {
    await browser?.close();
    await server?.stop();
});

/** A window of its own, with its own cache, on a page of the server. */
async function openWindow(options = {}, { address = '/charts/simpleBarChart', prepare } = {}) {
    const context = await browser.newContext({
        viewport: { width: 1200, height: 760 }, locale: 'en-US', ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
        if (message.type() === 'error') {
            problems.push(message.text());
        }
    });
    await prepare?.(page);
    await page.goto(server.url + address);
    return page;
}

const close = (page) => page.context().close();

/** What a window's chart shows now. */
const chartOf = (page) => page.evaluate(() => {
    const option = echarts.getInstanceByDom(document.getElementById('chart')).getOption();
    return {
        title: option.title[0].text,
        month: option.title[0].subtext,
        categories: option.xAxis[0].data,
        series: option.series.map(({ id, name, data }) => ({ id, name, data })),
    };
});

/** Resolves when a window's chart shows another month than `month`. */
const redrawn = (page, month) => page.waitForFunction((before) => {
    const chart = echarts.getInstanceByDom(document.getElementById('chart'));
    const title = chart?.getOption()?.title;
    return title?.length > 0 && title[0].subtext !== before;
}, month);

/** Resolves when nothing moves in the chart any more. */
const settled = (page) => page.evaluate(() => new Promise((resolve) => {
    const chart = echarts.getInstanceByDom(document.getElementById('chart'));
    chart.on('finished', resolve);
    chart.resize();
}));

const inState = (page, ...states) => page.waitForFunction(
    (wanted) => wanted.includes(document.getElementById('connection').dataset.state), states);

async function openChart(options, extras) {
    const page = await openWindow(options, extras);
    await inState(page, 'connected');
    await redrawn(page, undefined);
    return page;
}

const push = async () => JSON.parse((await run('curl', [
    '--silent', '--fail', '--max-time', '10', `${server.url}/charts/pollingChartData`])).stdout);

const shot = (page, name) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });

test('a push redraws every window, and a later window shows the same', async () => {
    const first = await openChart();
    const second = await openChart();
    const before = await chartOf(first);
    assert.deepEqual(await chartOf(second), before);
    assert.equal(before.series.length, 2);
    assert.equal(before.series[0].data.length, before.categories.length);

    const answer = await push();
    await Promise.all([redrawn(first, before.month), redrawn(second, before.month)]);
    const after = await chartOf(first);
    assert.equal(after.month, answer.shows);
    assert.notDeepEqual(after.series, before.series);
    assert.deepEqual(await chartOf(second), after);

    const third = await openChart();
    assert.deepEqual(await chartOf(third), after);
    assert.equal(answer.watchers, 2);
    assert.equal(await third.textContent('#push-number'), `Push ${answer.version}`);
    await Promise.all([first, second, third].map(close));
});

test('the bars move: a redraw is animated, or at once for those who want no motion', async () => {
    const moving = await openChart();
    const still = await openChart({ reducedMotion: 'reduce' });
    const animated = (page) => page.evaluate(
        () => echarts.getInstanceByDom(document.getElementById('chart')).getModel().isAnimationEnabled());
    assert.equal(await animated(moving), true);
    assert.equal(await animated(still), false);
    await Promise.all([moving, still].map(close));
});

test('the button pushes too', async () => {
    const page = await openChart();
    const { month } = await chartOf(page);
    await page.click('#push');
    await redrawn(page, month);
    await close(page);
});

test('the page says that it is no longer live, and recovers by itself', async () => {
    const page = await openChart();
    const { port } = server;
    await server.stop();
    await inState(page, 'disconnected', 'reconnecting');
    await shot(page, 'disconnected');
    await inState(page, 'reconnecting');
    assert.equal(await page.textContent('#connection'), 'Reconnecting');
    assert.equal(await page.getAttribute('#connection', 'aria-live'), 'polite');
    server = await startChartcast(['--shards', '2'], { port });
    await inState(page, 'connected');
    assert.equal((await chartOf(page)).month, 'January');
    await close(page);
    // The browser itself complains of the refused attempts.
    assert.deepEqual(problems.splice(0).filter((text) => !text.includes('ERR_CONNECTION_REFUSED')), []);
});

test('a server that falls silent is noticed within 3 seconds', async () => {
    const page = await openChart();
    server.signal('SIGSTOP');
    const silentSince = Date.now();
    try {
        await inState(page, 'disconnected', 'reconnecting');
    } finally {
        server.signal('SIGCONT');
    }
    // Half a second for the machine that both run on.
    assert.ok(Date.now() - silentSince < 3_500 * timeScale, `${Date.now() - silentSince} ms`);
    await inState(page, 'connected');
    await close(page);
    problems.splice(0);
});

test('light, dark, phone and Chinese', async () => {
    await push();
    const looks = {
        light: {},
        dark: { colorScheme: 'dark' },
        phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
        'zh-CN': { locale: 'zh-CN' },
        'zh-CN-phone-dark': {
            locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 360, height: 740 }, deviceScaleFactor: 2,
        },
    };
    const seen = {};
    for (const [name, options] of Object.entries(looks)) {
        const page = await openChart({ reducedMotion: 'reduce', ...options });
        await settled(page);
        await shot(page, name);
        seen[name] = await page.evaluate(() => ({
            language: document.documentElement.lang,
            title: document.title,
            ground: getComputedStyle(document.body).backgroundColor,
            wider: document.documentElement.scrollWidth > innerWidth,
        }));
        seen[name].categories = (await chartOf(page)).categories;
        await close(page);
    }
    assert.notEqual(seen.light.ground, seen.dark.ground);
    for (const name of Object.keys(looks)) {
        assert.equal(seen[name].wider, false, `${name} scrolls sideways`);
    }
    assert.equal(seen.light.language, 'en');
    assert.equal(seen['zh-CN'].language, 'zh-CN');
    assert.equal(seen['zh-CN'].title, '简单柱状图');
    assert.ok(seen['zh-CN'].categories.includes('华北'), seen['zh-CN'].categories.join());
});

test('a change between light and dark reaches the chart that is open', async () => {
    const page = await openChart({ colorScheme: 'light' });
    const color = () => page.evaluate(
        () => echarts.getInstanceByDom(document.getElementById('chart')).getVisual({ seriesIndex: 0 }, 'color'));
    const light = await color();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction((before) => echarts.getInstanceByDom(document.getElementById('chart'))
        .getVisual({ seriesIndex: 0 }, 'color') !== before, light);
    assert.equal((await chartOf(page)).series.length, 2);
    await close(page);
});

test('nothing jumps while the page is drawn', async () => {
    const page = await openChart({}, {
        prepare: (fresh) => fresh.addInitScript(() => {
            window.shift = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) {
                    window.shift += entry.value;
                }
            }).observe({ type: 'layout-shift', buffered: true });
        }),
    });
    const { month } = await chartOf(page);
    await push();
    await redrawn(page, month);
    await settled(page);
    // Good is below 0.1: https://web.dev/articles/cls
    assert.ok(await page.evaluate(() => window.shift) < 0.02);
    await close(page);
});

test('an unknown address has a page that leads back', async () => {
    const page = await openWindow({}, { address: '/nothing/here' });
    assert.equal(await page.textContent('h1'), 'Nothing is here');
    await shot(page, 'not-found');
    await page.click('main a');
    await inState(page, 'connected');
    await close(page);
    problems.splice(0, problems.length, ...problems.filter((text) => !text.includes('404')));
});

// Runs last: scripts that the content security policy blocks are reported on the console.
test('no window had anything to complain of', () => {
    assert.deepEqual(problems, []);
});

/** Two windows side by side, each in a frame, as one picture. */
async function composeReadmeImage(file) {
    const size = { width: 720, height: 640 };
    const windows = await Promise.all([1, 2].map(() => openChart({ viewport: size, deviceScaleFactor: 2,
        reducedMotion: 'reduce' })));
    const { month } = await chartOf(windows[0]);
    await push();
    await Promise.all(windows.map((page) => redrawn(page, month)));
    await Promise.all(windows.map(settled));
    const images = await Promise.all(windows.map(async (page) => (await page.screenshot()).toString('base64')));
    await Promise.all(windows.map(close));

    const context = await browser.newContext({ viewport: { width: 1240, height: 598 } });
    const page = await context.newPage();
    const frames = images.map((image) => `<div><i></i><i></i><i></i>
        <img src="data:image/png;base64,${image}"></div>`).join('');
    await page.setContent(`<style>
        body { margin: 0; padding: 28px; display: flex; gap: 28px; background: #dfe5ee; }
        div { flex: 1; padding-top: 28px; position: relative; border-radius: 10px; overflow: hidden;
              background: #fff; box-shadow: 0 10px 30px rgb(20 28 45 / 18%); }
        i { position: absolute; top: 9px; width: 10px; height: 10px; border-radius: 5px; background: #cfd6e0; }
        i:nth-child(1) { left: 12px; } i:nth-child(2) { left: 28px; } i:nth-child(3) { left: 44px; }
        img { display: block; width: 100%; }</style>${frames}`);
    mkdirSync(path.dirname(file), { recursive: true });
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    await page.screenshot({ path: file });
    await context.close();
}

test('the picture of the README', { skip: !process.env.CHARTCAST_README_IMAGE }, async () => {
    // The picture shows the address, so it has to be the one that readers will use.
    await server.stop();
    server = await startChartcast([], { port: 8080 });
    server.url = 'http://localhost:8080';
    await composeReadmeImage(path.resolve(process.env.CHARTCAST_README_IMAGE));
});
