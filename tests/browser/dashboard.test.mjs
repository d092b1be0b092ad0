// /d/{dashboard} in Debian's chromium: the charts and how they move, variables, clicks, the time line, kiosk mode,
// a lost connection; by mouse and by keyboard.
//
// Screenshots go to <build>/screenshots/dashboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
    barsAre, boardConfiguration, choicesInAddress, clickBar, dashboardMark, panel, panelShows, pushFirstRows,
} from '../support/board_world.mjs';
import { withCharts } from '../support/live_elements.mjs';
import { isTitled, PageWorld } from '../support/page_world.mjs';
import { timeScale } from '../support/waiting.mjs';

const world = new PageWorld();
const push = (rows, dataset = 'sales') => world.server.publish(dataset, 'upsert', rows);
const bar = (page) => page.locator('live-dashboard cc-variable-bar');
const select = (page) => bar(page).locator('cc-select-variable');
const everyDeal = ['d1', 'd2', 'd3'];

before(async () => {
    await world.start(boardConfiguration, 'screenshots/dashboard');
    await pushFirstRows(world.server);
}, { timeout: 120_000 * timeScale });

after(() => world.stop());

async function openBoard(query = '', options = {}) {
    const page = await world.open(`/d/sales${query}`, options);
    await dashboardMark(page, 'Live');
    return page;
}

test('the start page leads to the dashboard, which draws its charts in their places and moves with the data', async () => {
    const page = await world.open('/?theme=light', { viewport: { width: 1440, height: 900 } });
    assert.equal(new URL(page.url()).pathname, '/d/sales');
    assert.equal(new URL(page.url()).search, '?theme=light');
    await dashboardMark(page, 'Live');
    await panelShows(page, 'sales_by_region', 'amount', [40, 25]);
    await isTitled(page, 'Sales');
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Sales');
    // Reading order, whatever the order in the configuration.
    const titles = await page.locator('live-dashboard live-chart').evaluateAll((charts) => charts.map(({ chart }) => chart));
    assert.deepEqual(titles, ['sales_by_region', 'deals', 'shares', 'tickets_open']);
    const boxes = await Promise.all(titles.map((chart) => panel(page, chart).boundingBox()));
    assert.ok(boxes[0].x < boxes[1].x && boxes[0].y === boxes[1].y && boxes[0].height === boxes[1].height);
    assert.ok(Math.abs(boxes[1].x + boxes[1].width - (boxes[3].x + boxes[3].width)) < 1, 'the right edges are one line');
    await push([{ region: 'North', amount: 62 }]);
    await panelShows(page, 'sales_by_region', 'amount', [62, 25]);
    await panelShows(page, 'shares', 'amount', [62, 25]);
    assert.equal(page.sockets, 1);
    const moved = await page.evaluate(() => globalThis.shifted);
    assert.ok(moved < 0.01, `things moved by ${moved} while the page was built`);
    await world.shot(page, 'sales');
    await push([{ region: 'North', amount: 40 }]);
    await world.close(page);
});

test('two windows agree, and a window that is loaded again shows what is true by then', async () => {
    const pages = await Promise.all([openBoard(), openBoard()]);
    await push([{ region: 'East', amount: 7 }]);
    for (const page of pages) {
        await panelShows(page, 'sales_by_region', 'amount', [40, 25, 7]);
    }
    await world.server.publish('sales', 'remove', ['East']);
    await pages[0].reload();
    for (const page of pages) {
        await panelShows(page, 'sales_by_region', 'amount', [40, 25]);
    }
    await world.close(...pages);
});

test('a lost connection is said within three seconds, and heals without a reload', async () => {
    const page = await openBoard('', { expected: [/WebSocket|ERR_CONNECTION|Failed to load/] });
    await panelShows(page, 'deals', 'id', everyDeal);
    await page.evaluate(() => {
        globalThis.kept = true;
    });
    const begin = Date.now();
    await world.server.kill();
    await dashboardMark(page, 'Reconnecting');
    assert.ok(Date.now() - begin < 3000 * timeScale, `said after ${Date.now() - begin} ms`);
    await panel(page, 'deals').locator('.stage.lost canvas').waitFor();
    await world.shot(page, 'reconnecting');
    await world.server.start();
    await push([{ region: 'South', amount: 26 }]);
    await dashboardMark(page, 'Live');
    await panelShows(page, 'sales_by_region', 'amount', [40, 26]);
    assert.equal(await page.evaluate(() => globalThis.kept), true);
    await push([{ region: 'South', amount: 25 }]);
    await world.close(page);
});

test('a dashboard that is asked for while the server is away is shown once it is there', async () => {
    const page = await openBoard('', { expected: [/WebSocket|ERR_CONNECTION|Failed to load|fetch/] });
    await panelShows(page, 'deals', 'id', everyDeal);
    await world.server.kill();
    await dashboardMark(page, 'Reconnecting');
    await page.evaluate(() => {
        document.querySelector('live-dashboard').dashboard = 'region';
    });
    await page.locator('live-dashboard cc-notice').getByText('cannot be reached').waitFor();
    await world.server.start();
    await panelShows(page, 'deals', 'id', everyDeal);
    await world.close(page);
});

test('a select filters every panel that has its field, offers what rows have, and is in the address', async () => {
    const page = await openBoard();
    await panelShows(page, 'deals', 'id', everyDeal);
    await select(page).getByRole('button', { name: 'Region: All' }).click();
    const list = select(page).getByRole('listbox', { name: 'Region' });
    await list.getByRole('option', { name: 'South' }).waitFor();
    assert.deepEqual((await list.getByRole('option').allTextContents()).map((text) => text.trim()), ['North', 'South']);
    await push([{ region: 'Anywhere', amount: 1 }]);
    await list.getByRole('option', { name: 'Anywhere' }).waitFor();
    await list.getByRole('option', { name: 'South' }).click();
    await panelShows(page, 'deals', 'id', ['d2']);
    await panelShows(page, 'sales_by_region', 'region', ['South']);
    await panelShows(page, 'tickets_open', 'kind', ['bug']);
    assert.deepEqual(choicesInAddress(page), ['var-region=South']);
    await list.getByRole('option', { name: 'North' }).click();
    await panelShows(page, 'deals', 'id', everyDeal);
    assert.deepEqual(choicesInAddress(page), ['var-region=South', 'var-region=North']);
    await world.shot(page, 'select');

    const other = await openBoard(new URL(page.url()).search.replace('&var-region=North', ''));
    await panelShows(other, 'deals', 'id', ['d2']);
    await select(other).getByRole('button', { name: 'Remove South' }).click();
    await panelShows(other, 'deals', 'id', everyDeal);
    assert.deepEqual(choicesInAddress(other), []);
    await world.server.publish('sales', 'remove', ['Anywhere']);
    await world.close(page, other);
});

test('a text filters by a part of it, a time range by a span or by what is typed', async () => {
    const page = await openBoard();
    await bar(page).getByRole('searchbox', { name: 'Owner' }).fill('li n');
    await panelShows(page, 'deals', 'id', ['d2', 'd3']);
    const time = bar(page).locator('cc-time-variable');
    await time.getByRole('button', { name: 'Time: All times' }).click();
    await time.getByRole('option', { name: 'Last 1 hour' }).click();
    await panelShows(page, 'deals', 'id', ['d2']);
    assert.deepEqual(choicesInAddress(page), ['var-owner=li n', 'var-when=1h']);
    await bar(page).getByRole('button', { name: 'Clear filters' }).click();
    await panelShows(page, 'deals', 'id', everyDeal);

    await time.getByRole('button', { name: 'Time: All times' }).click();
    await time.getByLabel('From').fill('not a time');
    await time.getByRole('button', { name: 'Apply' }).click();
    await time.getByRole('alert').waitFor();
    await time.getByLabel('From').fill('2020-01-01');
    await time.getByLabel('To').fill('2020-02-01 9:00');
    await time.getByRole('button', { name: 'Apply' }).click();
    await panelShows(page, 'deals', 'id', []);
    assert.match(choicesInAddress(page)[0], /^var-when=20(19|20)-.+Z\/2020-.+Z$/);
    await world.close(page);
});

test('a click on an item filters the other panels, lights what is chosen in its own, and is taken back', async () => {
    const page = await openBoard();
    await panelShows(page, 'sales_by_region', 'region', ['North', 'South']);
    await clickBar(page, 'sales_by_region', 'South', 25);
    await panelShows(page, 'deals', 'id', ['d2']);
    await panelShows(page, 'shares', 'region', ['South']);
    await panelShows(page, 'sales_by_region', 'region', ['North', 'South']);
    await page.mouse.move(2, 2);
    await barsAre(page, 'sales_by_region', ['blur', 'emphasis']);
    assert.deepEqual(choicesInAddress(page), ['var-region=South', 'by-region=sales_by_region']);
    await world.shot(page, 'clicked');

    // What is lit stays so when the chart is drawn anew, and when the page is.
    await push([{ region: 'North', amount: 41 }]);
    await panelShows(page, 'sales_by_region', 'amount', [41, 25]);
    await barsAre(page, 'sales_by_region', ['blur', 'emphasis']);
    await page.reload();
    await panelShows(page, 'deals', 'id', ['d2']);
    await barsAre(page, 'sales_by_region', ['blur', 'emphasis']);

    await clickBar(page, 'sales_by_region', 'North', 41);
    await panelShows(page, 'deals', 'id', everyDeal);
    await clickBar(page, 'sales_by_region', 'North', 41);
    await clickBar(page, 'sales_by_region', 'South', 25);
    await select(page).getByRole('button', { name: 'Region: All' }).waitFor();
    await page.mouse.move(2, 2);
    await barsAre(page, 'sales_by_region', ['normal', 'normal']);
    assert.deepEqual(choicesInAddress(page), []);
    await push([{ region: 'North', amount: 40 }]);
    await world.close(page);
});

test('a click leads to another dashboard, with the clicked value and what is chosen; back leads back', async () => {
    const page = await openBoard('?theme=light&var-owner=li');
    await panel(page, 'shares').locator('.stage canvas').waitFor();
    const [x, y] = await panel(page, 'shares').evaluate((element) => {
        const { instance } = element.view;
        const data = instance.getModel().getSeriesByIndex(0).getData();
        const { cx, cy, r, r0, startAngle, endAngle } = data.getItemGraphicEl(1).shape;
        const middle = (startAngle + endAngle) / 2;
        const box = instance.getDom().getBoundingClientRect();
        return [box.left + cx + ((r + r0) / 2) * Math.cos(middle), box.top + cy + ((r + r0) / 2) * Math.sin(middle)];
    });
    await page.mouse.click(x, y);
    await page.waitForURL('**/d/region?**');
    assert.deepEqual([...new URL(page.url()).searchParams], [['theme', 'light'], ['var-region', 'South']]);
    await panelShows(page, 'deals', 'id', ['d2']);
    await page.goBack();
    await panelShows(page, 'deals', 'id', ['d2', 'd3']);
    assert.deepEqual(choicesInAddress(page), ['var-owner=li']);
    await world.close(page);
});

test('the time line leads all charts back through what was pushed, and to now again', async () => {
    const page = await openBoard();
    const before = Date.now();
    await page.waitForFunction((time) => Date.now() > time + 1200, before);
    await push([{ region: 'North', amount: 99 }]);
    await panelShows(page, 'sales_by_region', 'amount', [99, 25]);
    await page.waitForFunction((time) => Date.now() > time + 4000, before);
    await page.getByRole('button', { name: 'Go back in time' }).click();
    const slider = page.locator('live-dashboard > cc-time-scrubber, live-dashboard cc-time-scrubber').first().getByRole('slider');
    await slider.waitFor();
    await slider.evaluate((input, time) => {
        input.value = String(time);
        input.dispatchEvent(new Event('input', { bubbles: true }));
    }, before + 600);
    await panelShows(page, 'sales_by_region', 'amount', [40, 25]);
    await dashboardMark(page, 'Replay');
    assert.ok(Math.abs(Date.parse(new URL(page.url()).searchParams.get('at')) - before) < 2000);
    await world.shot(page, 'replay');

    const other = await world.open(new URL(page.url()).pathname + new URL(page.url()).search);
    await panelShows(other, 'sales_by_region', 'amount', [40, 25]);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await panelShows(page, 'sales_by_region', 'amount', [99, 25]);
    await dashboardMark(page, 'Live');
    assert.equal(new URL(page.url()).searchParams.get('at'), null);
    await push([{ region: 'North', amount: 40 }]);
    await panelShows(page, 'sales_by_region', 'amount', [40, 25]);
    await panelShows(other, 'sales_by_region', 'amount', [40, 25]);
    await world.close(page, other);
});

test('a phone has the time line, too, before the charts below its window have been seen', async () => {
    const page = await openBoard('', { viewport: { width: 390, height: 500 } });
    await page.getByRole('button', { name: 'Go back in time' }).waitFor();
    assert.equal(await withCharts(page, '[...charts()].at(-1).handle.datasets.length'), 0, 'the last one is not known');
    await world.close(page);
});

test('kiosk mode shows charts only, in the height of the screen, and Escape leaves it', async () => {
    const page = await world.open('/d/sales?kiosk', { viewport: { width: 1600, height: 900 } });
    await panelShows(page, 'deals', 'id', everyDeal);
    assert.equal(await page.locator('header.site').isVisible(), false);
    assert.equal(await page.locator('live-dashboard h1').count(), 0);
    const { scrollHeight, innerHeight } = await page.evaluate(() => (
        { scrollHeight: document.documentElement.scrollHeight, innerHeight }));
    assert.ok(scrollHeight <= innerHeight, `${scrollHeight} px of ${innerHeight} px`);
    const lowest = await panel(page, 'tickets_open').boundingBox();
    assert.ok(lowest.y + lowest.height > innerHeight - 60, 'the rows share the height');
    await page.locator('live-dashboard .rests').waitFor();
    await world.shot(page, 'kiosk');
    await page.keyboard.press('Escape');
    await dashboardMark(page, 'Live');
    assert.equal(await page.locator('header.site').isVisible(), true);
    await world.close(page);
});

test('a screen turns from dashboard to dashboard, and from part to part of one that is higher than it', async () => {
    const page = await world.open('/d/sales?kiosk&rotate=2s&with=region');
    const shown = (id) => page.waitForFunction((wanted) => document.querySelector('live-dashboard').definition?.id === wanted, id);
    await shown('sales');
    await shown('region');
    await shown('sales');
    await world.close(page);
    const tall = await world.open('/d/tall?kiosk&rotate=1s');
    await tall.waitForFunction(() => scrollY > 400);
    await tall.waitForFunction(() => scrollY === 0);
    await world.close(tall);
});

test('the keyboard alone chooses, filters by the table as by a click, and finds every tool', async () => {
    const page = await openBoard();
    const focused = () => page.evaluate(() => {
        let { activeElement: element } = document;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent.trim();
    });
    const seen = [];
    for (let presses = 0; presses < 60 && !seen.includes('Region: All'); presses += 1) {
        await page.keyboard.press('Tab');
        seen.push(await focused());
    }
    for (const name of ['Go back in time', 'Copy the link to this view', 'More of Sales', 'Region: All']) {
        assert.ok(seen.includes(name), `${name} is not among ${seen.join(' | ')}`);
    }
    await page.keyboard.press('ArrowDown');
    await select(page).getByRole('listbox').waitFor();
    await page.keyboard.press('s');
    await page.keyboard.press(' ');
    await panelShows(page, 'deals', 'id', ['d2']);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await panelShows(page, 'deals', 'id', everyDeal);
    await page.keyboard.press('Escape');
    assert.match(await focused(), /^Region: /);
    await select(page).getByRole('button', { name: 'Remove South' }).press('Enter');
    await select(page).getByRole('button', { name: 'Remove North' }).press('Enter');
    await panelShows(page, 'deals', 'id', everyDeal);

    const chart = panel(page, 'sales_by_region');
    await chart.getByRole('button', { name: 'Show the data as a table' }).press('Enter');
    await chart.getByRole('rowheader').getByRole('button', { name: 'South' }).press('Enter');
    await panelShows(page, 'deals', 'id', ['d2']);
    await panelShows(page, 'sales_by_region', 'region', ['North', 'South']);
    assert.equal(await chart.getByRole('button', { name: 'South' }).getAttribute('aria-pressed'), 'true');
    assert.deepEqual(choicesInAddress(page), ['var-region=South', 'by-region=sales_by_region']);
    await world.close(page);
});

test('a dashboard that there is not, and one for others, say so', async () => {
    const notice = (page) => page.locator('live-dashboard cc-notice p');
    const missing = await world.open('/d/no_such', { expected: [/status of 404/] });
    assert.equal(missing.status, 404);
    await missing.locator('live-dashboard cc-notice').waitFor();
    assert.match(await notice(missing).textContent(), /There is no dashboard of that name/);
    const refused = await world.open('/d/board', { locale: 'zh-CN', expected: [/status of 401/] });
    await refused.locator('live-dashboard cc-notice').waitFor();
    assert.match(await notice(refused).textContent(), /需要访问令牌/);
    await world.close(missing, refused);
});

test('the look is the one of the dashboard, of the address, or what the reader chooses', async () => {
    const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = 'rgb(15, 18, 22)';
    const light = 'rgb(246, 247, 249)';
    const [byDashboard, byAddress] = await Promise.all([world.open('/d/region'), world.open('/d/region?theme=light')]);
    await panelShows(byDashboard, 'deals', 'id', everyDeal);
    await panelShows(byAddress, 'deals', 'id', everyDeal);
    assert.equal(await ground(byDashboard), dark);
    assert.equal(await ground(byAddress), light);
    await byDashboard.getByRole('button', { name: 'More of One region' }).click();
    await byDashboard.getByRole('menuitem', { name: 'Light' }).click();
    await byDashboard.waitForFunction((wanted) => getComputedStyle(document.body).backgroundColor === wanted, light);
    await world.close(byDashboard, byAddress);
});

test('on paper everything is light, and as wide as paper, before the browser has printed', async () => {
    const page = await openBoard('', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } });
    for (const chart of ['sales_by_region', 'deals', 'shares', 'tickets_open']) {
        await panel(page, chart).locator('.stage canvas').waitFor();
    }
    const drawn = () => page.locator('live-dashboard live-chart').evaluateAll((charts) => charts.map(({ view }) => (
        { dark: view.instance.getModel().get('darkMode'), width: view.instance.getWidth() })));
    const before = await drawn();
    assert.ok(before.every(({ dark }) => dark));
    const printed = await page.locator('live-dashboard live-chart').evaluateAll((charts) => {
        dispatchEvent(new Event('beforeprint'));
        return charts.map(({ view }) => ({ dark: view.instance.getModel().get('darkMode'), width: view.instance.getWidth() }));
    });
    assert.ok(printed.every(({ dark, width }) => !dark && width < 690), JSON.stringify(printed));
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    assert.deepEqual(await drawn(), before);
    await world.close(page);
});

test('the copied link leads to the same view, without the token', async () => {
    const { json: { token } } = await world.server.request('POST', '/api/v1/tokens', {
        body: { charts: ['deals', 'sales_by_region', 'shares', 'tickets_open'], ttl: 600 },
    });
    const page = await openBoard(`?token=${token}&var-region=South`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await panelShows(page, 'deals', 'id', ['d2']);
    assert.equal(new URL(page.url()).search, '?var-region=South');
    await page.getByRole('button', { name: 'Copy the link to this view' }).click();
    await page.locator('live-dashboard .toast').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${world.server.url}/d/sales?var-region=South`);
    await world.close(page);
});

// Runs last: scripts that the content security policy blocks are reported on the console.
test('no window had anything to complain of', () => world.expectNoProblems());
