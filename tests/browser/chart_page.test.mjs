// /c/{chart} in Debian's chromium: what is shown and when, the states, the table, the menu, the time line and
// the way to share, by mouse and by keyboard.
//
// Screenshots go to <build>/screenshots/chart.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { testKey } from '../support/live_server.mjs';
import {
    chooseFromMenu, expectStill, isTitled, noticeOf, PageWorld, pagesConfiguration, pictureOf, saysState, shows, tableOf,
} from '../support/page_world.mjs';
import { timeScale } from '../support/waiting.mjs';

const world = new PageWorld();
const push = (rows, dataset = 'sales') => world.server.publish(dataset, 'upsert', rows);
const first = [
    { region: 'North', amount: 40, seen_at: '2026-11-20T09:00:00Z' },
    { region: 'South', amount: 25.5, seen_at: '2026-11-20T09:00:00Z' },
];

before(async () => {
    await world.start(pagesConfiguration, 'screenshots/chart');
    await push(first);
}, { timeout: 120_000 * timeScale });

after(() => world.stop());

test('a push over HTTP changes the picture of an open page, and nothing moves but the data', async () => {
    const page = await world.open('/c/sales_by_region');
    await shows(page, { region: 'North', amount: 40 });
    await saysState(page, 'Live');
    assert.equal(await page.locator('live-chart h1').textContent(), 'Sales by region');
    await isTitled(page, 'Sales by region');
    assert.match(await page.locator('live-chart cc-state-mark time').textContent(), /\d:\d\d:\d\d/);
    const before = await pictureOf(page);
    await push([{ region: 'North', amount: 62 }, { region: 'West', amount: 30 }]);
    await shows(page, { region: 'North', amount: 62 });
    await shows(page, { region: 'West', amount: 30 });
    await page.waitForFunction((old) => document.querySelector('live-chart').shadowRoot
        .querySelector('.stage canvas').toDataURL() !== old, before);
    await expectStill(page);
    assert.equal(page.sockets, 1);
    await world.close(page);
});

test('a chart that there is not, one that is no name, and one for others say so', async () => {
    const missing = await world.open('/c/no_such_chart', { expected: [/status of 404/] });
    assert.equal(missing.status, 404);
    await saysState(missing, 'Not shown');
    assert.match(await noticeOf(missing).locator('p').textContent(), /There is no chart of that name/);

    const address = await world.open('/c/not%20a%20name', { expected: [/status of 404/] });
    await saysState(address, 'Not shown');
    assert.match(await noticeOf(address).locator('p').textContent(), /That is no name of a chart/);

    const refused = await world.open('/c/board_only', { locale: 'zh-CN' });
    assert.equal(refused.status, 200);
    await saysState(refused, '未显示');
    assert.match(await noticeOf(refused).locator('p').textContent(), /您没有查看权限/);
    await world.close(missing, address, refused);
});

test('an option that ECharts cannot draw says so, and one that it can is drawn in its place', async () => {
    const put = async (option) => {
        const answer = await world.server.request('PUT', '/api/v1/charts/published/option', { body: option });
        assert.equal(answer.status, 200);
    };
    const bar = { xAxis: { type: 'category', data: ['a'] }, yAxis: {}, series: [{ id: 's', type: 'bar', data: [3] }] };
    // Bars without axes.
    await put({ series: bar.series });
    const page = await world.open('/c/published');
    await page.getByText('ECharts cannot draw what this chart asks for.').waitFor();
    await world.shot(page, 'undrawable');
    await put(bar);
    await page.locator('live-chart .stage:not(.hidden) canvas').waitFor();
    assert.equal(await noticeOf(page).count(), 0);
    await world.close(page);
});

test('a refused chart that is asked for again when the rules are others is shown', async () => {
    const page = await world.open('/c/board_only');
    await saysState(page, 'Not shown');
    world.server.configure(pagesConfiguration(world.port, { board: { allow: { view: ['anonymous'] } } }));
    world.server.program.signal('SIGHUP');
    await world.server.program.printed(/configuration reloaded/);
    await page.locator('live-chart cc-notice').getByRole('button', { name: 'Try again' }).click();
    await shows(page, { region: 'South', amount: 25.5 });
    await saysState(page, 'Live');
    await world.close(page);
});

test('a chart without rows says that it waits, and fills', async () => {
    const page = await world.open('/c/tickets_open');
    await noticeOf(page).getByText('There is nothing to show yet').waitFor();
    await push([{ kind: 'bug', open: 3 }], 'tickets');
    await shows(page, { kind: 'bug', open: 3 });
    await noticeOf(page).waitFor({ state: 'detached' });
    await world.close(page);
});

test('a lost connection is said within three seconds, dims the chart, and heals without a reload', async () => {
    const page = await world.open('/c/sales_by_region', { expected: [/WebSocket|ERR_CONNECTION/] });
    await shows(page, { region: 'South', amount: 25.5 });
    await saysState(page, 'Live');
    await page.evaluate(() => {
        globalThis.kept = true;
    });
    const { port } = world.server;
    const begin = Date.now();
    await world.server.kill();
    await saysState(page, 'Reconnecting');
    assert.ok(Date.now() - begin < 3000 * timeScale, `said after ${Date.now() - begin} ms`);
    assert.match(await page.locator('live-chart cc-announcer [role="status"]').textContent(), /the connection is lost/);
    await page.locator('live-chart .stage.lost canvas').waitFor();
    await world.shot(page, 'reconnecting');
    await world.server.start();
    assert.equal(world.server.port, port);
    await push([{ region: 'South', amount: 6 }]);
    await saysState(page, 'Live');
    await shows(page, { region: 'South', amount: 6 });
    assert.equal(await page.evaluate(() => globalThis.kept), true);
    await world.close(page);
});

test('the table has the rows as the locale writes them, and follows them', async () => {
    await push([{ region: 'East', amount: 1234567.5, seen_at: '2026-11-20T09:00:00Z' }]);
    const options = { timezoneId: 'Asia/Shanghai' };
    const english = await world.open('/c/sales_by_region', options);
    const chinese = await world.open('/c/sales_by_region', { ...options, locale: 'zh-CN' });
    await chooseFromMenu(english, 'Show the data as a table');
    await chooseFromMenu(chinese, '以表格显示数据');
    const east = (rows) => rows.find(([region]) => region === 'East');
    assert.deepEqual(east(await tableOf(english)), ['East', '¥1,234,567.5', 'Nov 20, 2026, 5:00:00 PM']);
    assert.deepEqual(east(await tableOf(chinese)), ['East', '¥1,234,567.5', '2026年11月20日 17:00:00']);
    const table = english.locator('live-chart cc-data-table [role="region"]');
    await table.focus();
    await push([{ region: 'East', amount: 7 }]);
    await english.locator('live-chart cc-data-table').getByRole('cell', { name: '¥7', exact: true }).waitFor();
    assert.equal(await table.evaluate((one) => one.matches(':focus')), true);
    await world.close(english, chinese);
});

test('what is new is said to who listens, but rarely', async () => {
    const page = await world.open('/c/sales_by_region');
    await shows(page, { region: 'West', amount: 30 });
    await page.evaluate(() => {
        globalThis.heard = [];
        const region = document.querySelector('live-chart').shadowRoot.querySelector('cc-announcer')
            .shadowRoot.querySelector('[role="status"]');
        new MutationObserver(() => globalThis.heard.push({ at: performance.now(), text: region.textContent.trim() }))
            .observe(region, { childList: true, characterData: true, subtree: true });
    });
    let amount = 1000;
    const pushing = setInterval(() => push([{ region: 'West', amount: amount += 1 }]), 500);
    const heard = await page.waitForFunction(() => globalThis.heard.length > 1 && globalThis.heard);
    clearInterval(pushing);
    const [one, two] = await heard.jsonValue();
    assert.match(one.text, /^Sales by region: West ¥1,\d{3} –$/);
    assert.ok(two.at - one.at > 9000, `said again after ${two.at - one.at} ms`);
    await push([{ region: 'West', amount: 30 }]);
    await world.close(page);
});

test('PNG, SVG and CSV are saved', async () => {
    const page = await world.open('/c/sales_by_region');
    await shows(page, { region: 'West', amount: 30 });
    const saved = async (label) => {
        const [download] = await Promise.all([page.waitForEvent('download'), chooseFromMenu(page, label)]);
        return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const png = await saved('Save as PNG');
    assert.match(png.name, /^Sales by region .*\.png$/);
    assert.deepEqual([...png.bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    const svg = await saved('Save as SVG');
    assert.match(svg.bytes.toString(), /^<svg[^>]*>[\s\S]*West[\s\S]*<\/svg>$/);
    const csv = await saved('Save as CSV');
    assert.match(csv.bytes.toString(), /^\ufeffregion,amount,seen_at\r\n/);
    assert.match(csv.bytes.toString(), /\r\nWest,30,\r\n/);
    await world.close(page);
});

test('the time line goes back, plays, and returns', async () => {
    await push([{ region: 'North', amount: 100 }]);
    const page = await world.open('/c/sales_by_region');
    await shows(page, { region: 'North', amount: 100 });
    const slider = page.getByRole('slider', { name: 'Time that is shown' });
    await slider.focus();
    await page.keyboard.press('Home');
    await saysState(page, 'Replay');
    await shows(page, { region: 'North', amount: 40 });
    assert.match(new URL(page.url()).searchParams.get('at'), /^\d{4}-\d\d-\d\dT/);
    await world.shot(page, 'replay');

    await push([{ region: 'North', amount: 101 }]);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await saysState(page, 'Live');
    await shows(page, { region: 'North', amount: 101 });

    // Played fast, the little past of this test is soon over: what is shown is live again.
    await slider.focus();
    await page.keyboard.press('Home');
    await saysState(page, 'Replay');
    await page.getByRole('radio', { name: '60 times' }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await saysState(page, 'Live');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    assert.equal(new URL(page.url()).searchParams.has('at'), false);
    await world.close(page);
});

test('an address with a time shows that time, and one before the history says so', async () => {
    const history = await world.server.request('GET', '/api/v1/datasets/sales/history?limit=1');
    const begin = new Date(history.json.batches[0].ts + 1).toISOString();
    const past = await world.open(`/c/sales_by_region?at=${begin}`);
    await saysState(past, 'Replay');
    await shows(past, { region: 'North', amount: 40 });
    const early = await world.open('/c/sales_by_region?at=2001-01-01T00:00Z', { expected: [/status of 410/] });
    await early.getByText('The history does not reach back so far.').first().waitFor();
    await saysState(early, 'Live');
    const nonsense = await world.open('/c/sales_by_region?at=yesterday');
    await nonsense.getByText('That is no time.').first().waitFor();
    await saysState(nonsense, 'Live');
    await world.close(past, early, nonsense);
});

test('everything is done by the keyboard', async () => {
    const page = await world.open('/c/sales_by_region');
    await shows(page, { region: 'West', amount: 30 });
    // Both can be used once the page has heard of the first update.
    await page.locator('#share:enabled').waitFor();
    await page.locator('#time-line').getByRole('button', { name: 'Play' }).waitFor();
    const focused = () => page.evaluate(() => {
        let { activeElement: element } = document;
        while (element?.shadowRoot?.activeElement) {
            element = element.shadowRoot.activeElement;
        }
        return element.getAttribute('aria-label') ?? element.textContent.trim();
    });
    const stops = [];
    for (let presses = 0; presses < 7; presses += 1) {
        await page.keyboard.press('Tab');
        stops.push(await focused());
    }
    assert.deepEqual(stops, ['All charts', 'Share and embed', 'Show the data as a table', 'More of Sales by region',
        'Play', '1 times', 'Time that is shown']);

    await page.locator('live-chart .skip').focus();
    assert.ok(await page.locator('live-chart .skip').isVisible());
    await world.shot(page, 'skip_button');
    await page.keyboard.press('Enter');
    await page.locator('live-chart cc-data-table').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(), 'Save as CSV');
    await page.keyboard.press('Home');
    assert.equal(await focused(), 'Hide the table');
    await page.keyboard.press('s');
    assert.equal(await focused(), 'Save as PNG');
    await world.shot(page, 'menu');
    await page.keyboard.press('Escape');
    assert.equal(await focused(), 'More of Sales by region');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Data of Sales by region');

    await page.getByRole('button', { name: 'Share and embed' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Share and embed' }).waitFor();
    await world.shot(page, 'share');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Share and embed');
    await world.close(page);
});

test('the line for a shell that the page shows changes the chart', async () => {
    const page = await world.open('/c/tickets_open');
    await shows(page, { kind: 'bug' });
    await page.getByRole('button', { name: 'Share and embed' }).click();
    const line = await page.locator('cc-share-dialog pre', { hasText: 'curl' }).textContent();
    const { stdout } = await promisify(execFile)('bash', ['-c', line.replace(/"open":\d+/, '"open":12')],
        { env: { ...process.env, KEY: testKey } });
    assert.equal(JSON.parse(stdout).changed, true);
    await shows(page, { kind: 'bug', open: 12 });
    await world.close(page);
});

test('a chart that is published whole has a table and a line to publish', async () => {
    const answer = await world.server.request('PUT', '/api/v1/charts/published/option', {
        body: { title: { text: 'Visits', subtext: 'of this week' },
            xAxis: { type: 'category', data: ['Mon', 'Tue'] }, yAxis: {},
            series: [{ type: 'bar', name: 'Visits', data: [5, { value: 9 }] }] },
    });
    assert.equal(answer.status, 200, answer.text);
    const page = await world.open('/c/published');
    await page.locator('live-chart canvas').waitFor();
    assert.equal(await page.locator('live-chart h1').textContent(), 'Visits');
    assert.equal(await page.locator('live-chart .subtitle').textContent(), 'of this week');
    await chooseFromMenu(page, 'Show the data as a table');
    assert.deepEqual(await tableOf(page), [['Mon', '5'], ['Tue', '9']]);
    await page.getByRole('button', { name: 'Share and embed' }).click();
    const line = await page.locator('cc-share-dialog pre', { hasText: 'curl' }).textContent();
    assert.match(line, /^curl -X PUT http:\/\/\S+\/api\/v1\/charts\/published\/option/);
    await world.close(page);
});

test('a token in the address is used once and then not seen there, also after a reload', async () => {
    world.server.configure(pagesConfiguration(world.port));
    const page = await world.open(`/c/sales_by_region?token=${encodeURIComponent(testKey)}&theme=dark`);
    await shows(page, { region: 'West', amount: 30 });
    assert.equal(new URL(page.url()).search, '?theme=dark');
    assert.equal(await page.evaluate(() => document.querySelector('live-chart').token), testKey);
    await page.reload();
    await shows(page, { region: 'West', amount: 30 });
    assert.equal(await page.evaluate(() => document.querySelector('live-chart').token), testKey);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(15, 18, 22)');
    await world.close(page);

    const wrong = await world.open('/c/sales_by_region?token=cc1.wrong', { expected: [/./] });
    await saysState(wrong, 'Not shown');
    assert.match(await noticeOf(wrong).locator('p').textContent(), /access token/);
    await world.close(wrong);
});

test('the look follows the reader while the page is open', async () => {
    const page = await world.open('/c/sales_by_region', { locale: 'zh-CN' });
    await shows(page, { region: 'West', amount: 30 });
    await isTitled(page, '各区销售');
    const card = () => page.locator('live-chart .card').evaluate((one) => getComputedStyle(one).backgroundColor);
    assert.equal(await card(), 'rgb(255, 255, 255)');
    const light = await pictureOf(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction((before) => document.querySelector('live-chart').shadowRoot
        .querySelector('.stage canvas').toDataURL() !== before, light);
    assert.equal(await card(), 'rgb(23, 27, 33)');
    await world.close(page);
});

// Runs last: scripts and styles that the content security policy blocks are reported on the console.
test('no window had anything to complain of', () => world.expectNoProblems());
