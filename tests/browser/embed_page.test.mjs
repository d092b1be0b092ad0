// /embed/c/{chart} and /plain/{chart} in Debian's chromium: what a frame shows, what it says to the page around
// it, and the tokens that it takes from there and from nowhere else.
//
// Screenshots go to <build>/screenshots/embed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ForeignSite } from '../support/foreign_site.mjs';
import { signEmbedToken } from '../support/identity_provider.mjs';
import { expectStill, noticeOf, PageWorld, pagesConfiguration, saysState, shows } from '../support/page_world.mjs';
import { timeScale } from '../support/waiting.mjs';

const secret = 'a secret for tests that is long enough';
const world = new PageWorld();
const site = new ForeignSite();
const push = (rows) => world.server.publish('sales', 'upsert', rows);
const tokenFor = (ttl) => signEmbedToken(secret, { charts: ['board_only'] }, { ttl });

before(async () => {
    await site.start();
    await world.start((port) => pagesConfiguration(port, {
        server: { frame_ancestors: [site.url] }, auth: { embed: { secret, max_ttl: '1h' } },
    }), 'screenshots/embed');
    await push([{ region: 'North', amount: 40 }, { region: 'South', amount: 25 }]);
}, { timeout: 120_000 * timeScale });

after(async () => {
    await world.stop();
    await site.stop();
});

/** A page of the site with the address in a frame, which notes what the frame says and, in `heard`, is sent. */
async function openFramed(address, options) {
    const around = site.page('<h1>CRM</h1><iframe width="640" height="400" title="A chart"></iframe>');
    const page = await world.open(around, options);
    page.heard = [];
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => page.heard.push(String(payload))));
    await page.evaluate((url) => {
        globalThis.said = [];
        addEventListener('message', ({ data, source }) => {
            if (source === document.querySelector('iframe').contentWindow) {
                globalThis.said.push(data);
            }
        });
        document.querySelector('iframe').src = url;
    }, world.server.url + address);
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await frame.waitForURL(/\/embed\//);
    return { page, frame };
}

const give = (page, token) => page.evaluate((one) => {
    document.querySelector('iframe').contentWindow.postMessage({ type: 'chartcast:token', token: one }, '*');
}, token);

const said = (page, type) => page.waitForFunction((wanted) => globalThis.said.find((one) => one.type === wanted), type);

test('the page has no header and no ground, and says who may frame it', async () => {
    const page = await world.open('/embed/c/sales_by_region?theme=light');
    await shows(page, { region: 'South', amount: 25 });
    assert.equal(await page.locator('body > header').count(), 0);
    const grounds = await page.evaluate(() => [document.body,
        document.querySelector('live-chart').shadowRoot.querySelector('.card')]
        .map((one) => getComputedStyle(one).backgroundColor));
    assert.deepEqual(grounds, ['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)']);
    await expectStill(page);
    const answer = await fetch(`${world.server.url}/embed/c/sales_by_region`);
    await answer.text();
    assert.ok(answer.headers.get('content-security-policy').includes(`frame-ancestors 'self' ${site.url}`));
    await world.shot(page, 'light');
    const dark = await world.open('/embed/c/sales_by_region?theme=dark&locale=zh-CN');
    await saysState(dark, '实时');
    const ink = await dark.locator('live-chart h2').evaluate((one) => getComputedStyle(one).color);
    assert.equal(ink, 'rgb(236, 239, 244)');
    await world.shot(dark, 'dark');
    await world.close(page, dark);
});

test('the page around the frame is told its states', async () => {
    const { page, frame } = await openFramed('/embed/c/sales_by_region');
    await shows(frame, { region: 'South', amount: 25 });
    const live = await page.waitForFunction(() => globalThis.said
        .find(({ type, status, asOf }) => type === 'chartcast:state' && status === 'live' && asOf));
    const message = await live.jsonValue();
    assert.equal(message.chart, 'sales_by_region');
    assert.equal(message.code, null);
    assert.ok(Math.abs(Date.parse(message.asOf) - Date.now()) < 600_000);
    const asked = await page.evaluate(() => globalThis.said.some(({ type }) => type === 'chartcast:token-needed'));
    assert.equal(asked, false);
    await world.close(page);
});

test('a token that ends is renewed on the open socket, and the chart goes on', async () => {
    const ttl = 6;
    const { page, frame } = await openFramed(`/embed/c/board_only?token=${tokenFor(ttl)}`);
    const end = Date.now() + ttl * 1000;
    await shows(frame, { region: 'South', amount: 25 });
    assert.equal(new URL(frame.url()).search, '');
    await said(page, 'chartcast:token-needed');
    assert.ok(Date.now() < end, 'asked before the end');
    await give(page, tokenFor(600));
    await frame.waitForFunction((time) => Date.now() > time, end + 1000);
    await push([{ region: 'South', amount: 77 }]);
    await shows(frame, { region: 'South', amount: 77 });
    await saysState(frame, 'Live');
    assert.equal(page.sockets, 1);
    assert.deepEqual(page.heard.filter((text) => text.includes('auth:expired')), [], 'the server knows the new token');
    const states = await page.evaluate(() => globalThis.said.filter(({ type }) => type === 'chartcast:state'));
    assert.equal(states.some(({ status }) => ['refused', 'disconnected'].includes(status)), false);
    await world.close(page);
});

test('a frame without a token, or with an old one, asks and is shown what the next one allows', async () => {
    for (const query of ['', `?token=${tokenFor(-5)}`, '?token=cc1.none']) {
        const { page, frame } = await openFramed(`/embed/c/board_only${query}`, { expected: [/WebSocket/] });
        await said(page, 'chartcast:token-needed');
        await saysState(frame, 'Not shown');
        await give(page, tokenFor(600));
        await shows(frame, { region: 'North', amount: 40 });
        await saysState(frame, 'Live');
        await world.close(page);
    }
});

test('tokens are taken from the page around the frame only', async () => {
    const { page, frame } = await openFramed('/embed/c/board_only');
    await said(page, 'chartcast:token-needed');
    await saysState(frame, 'Not shown');
    // From the frame itself, and from another frame of the same page.
    await frame.evaluate((token) => window.postMessage({ type: 'chartcast:token', token }, '*'), tokenFor(600));
    await page.evaluate((token) => new Promise((resolve) => {
        const other = document.createElement('iframe');
        other.srcdoc = '<p>another</p>';
        other.onload = () => {
            const script = other.contentDocument.createElement('script');
            script.textContent = `parent.frames[0].postMessage({ type: 'chartcast:token', token: '${token}' }, '*')`;
            other.contentDocument.body.append(script);
            resolve();
        };
        document.body.append(other);
    }), tokenFor(600));
    // A message of the page itself behind them: once it is read, they have been, too.
    await frame.evaluate(() => new Promise((resolve) => {
        addEventListener('message', ({ data }) => data === 'mark' && resolve());
        parent.postMessage('ready', '*');
        window.postMessage('mark', '*');
    }));
    assert.match(await noticeOf(frame).locator('p').textContent(), /permission/);
    await give(page, tokenFor(600));
    await shows(frame, { region: 'North', amount: 40 });
    await world.close(page);
});

test('the shortest page shows the chart, and moves', async () => {
    const page = await world.open('/plain/sales_by_region');
    const draws = (amount) => page.waitForFunction((wanted) => {
        const chart = globalThis.echarts.getInstanceByDom(document.getElementById('chart'));
        const [dataset] = chart?.getOption()?.dataset ?? [];
        return dataset?.source.some(([, cell]) => cell === wanted);
    }, amount);
    await draws(40);
    await push([{ region: 'North', amount: 41 }]);
    await draws(41);
    const source = await (await fetch(`${world.server.url}/assets/plain_chart.js`)).text();
    assert.ok(source.split('\n').length < 35, 'it is short');
    await world.close(page);
});

// Runs last: scripts and styles that the content security policy blocks are reported on the console.
test('no window had anything to complain of', () => world.expectNoProblems());
