// / and /charts in Debian's chromium: the list of dashboards and charts, its small pictures, the search, the keys;
// and what somebody sees who has nothing yet.
//
// Screenshots go to <build>/screenshots/overview.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { boardConfiguration, pushFirstRows } from '../support/board_world.mjs';
import { testApiKey } from '../support/live_server.mjs';
import { PageWorld } from '../support/page_world.mjs';
import { timeScale } from '../support/waiting.mjs';

const world = new PageWorld();
const cards = (page) => page.locator('article:visible h3 a');
const titles = async (page) => (await cards(page).allTextContents()).sort();
const everything = ['Deals', 'One region', 'Open tickets', 'Sales', 'Sales by region', 'Shares', 'Tall'];
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);

before(async () => {
    await world.start(boardConfiguration, 'screenshots/overview');
    await pushFirstRows(world.server);
}, { timeout: 120_000 * timeScale });

after(() => world.stop());

async function openList(query = '', options = {}) {
    const page = await world.open(`/charts${query}`, options);
    await cards(page).first().waitFor();
    return page;
}

test('everything that one may see is there, draws itself on one connection, and leads to its page', async () => {
    const page = await openList();
    assert.deepEqual(await titles(page), everything);
    await page.locator('chart-preview[chart="sales_by_region"]').scrollIntoViewIfNeeded();
    await page.locator('chart-preview[chart="sales_by_region"] canvas').waitFor({ state: 'attached' });
    await page.locator('cc-state-mark .word').getByText('Live', { exact: true }).first().waitFor();
    assert.equal(page.sockets, 1);
    const moved = await page.evaluate(() => globalThis.shifted);
    assert.ok(moved < 0.02, `things moved by ${moved} while the page was built`);
    await world.shot(page, 'list');
    await cards(page).getByText('Shares').click();
    await page.waitForURL('**/c/shares');
    await page.goBack();
    await cards(page).getByText('One region').click();
    await page.waitForURL('**/d/region');
    await world.close(page);
});

test('pictures connect when they come near the window', async () => {
    const page = await openList('', { viewport: { width: 700, height: 400 } });
    await page.locator('dashboard-preview live-dashboard').first().waitFor({ state: 'attached' });
    const far = page.locator('chart-preview').last();
    assert.equal(await far.locator('canvas').count(), 0);
    await far.scrollIntoViewIfNeeded();
    await far.locator('canvas').waitFor({ state: 'attached' });
    await world.close(page);
});

test('the search finds by title in any language and by id, says how many, and is in the address', async () => {
    const page = await openList();
    await page.keyboard.press('/');
    assert.equal(await focused(page), 'search');
    await page.keyboard.type('sales');
    assert.deepEqual(await titles(page), ['Sales', 'Sales by region']);
    assert.equal(await page.locator('#found').textContent(), '2 found');
    assert.equal(new URL(page.url()).search, '?q=sales');
    await page.locator('#search').fill('占比');
    assert.deepEqual(await titles(page), ['Shares']);
    await page.locator('#search').fill('nothing of that name');
    await page.locator('cc-notice').getByText('Nothing is called that').waitFor();
    await page.locator('cc-notice').getByRole('button', { name: 'Show all' }).click();
    assert.deepEqual(await titles(page), everything);
    assert.equal(new URL(page.url()).search, '');

    const other = await openList('?q=tickets_open');
    assert.deepEqual(await titles(other), ['Open tickets']);
    await other.locator('#search').press('Enter');
    await other.waitForURL('**/c/tickets_open');
    await world.close(page, other);
});

test('arrows go from card to card as they stand, and up to the search', async () => {
    const page = await openList('', { viewport: { width: 1100, height: 800 } });
    const order = await cards(page).allTextContents();
    await page.locator('#search').press('ArrowDown');
    assert.equal(await focused(page), order[0]);
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(page), order[1]);
    await page.keyboard.press('End');
    assert.equal(await focused(page), order.at(-1));
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const below = await page.evaluate(() => document.activeElement.getBoundingClientRect().left);
    const first = await cards(page).first().evaluate((link) => link.getBoundingClientRect().left);
    assert.ok(Math.abs(below - first) < 2, 'straight down');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(page), 'search');
    await world.close(page);
});

test('light, dark, Chinese, phone and wall: nothing is wider than the window', async () => {
    const looks = {
        light: {}, dark: { colorScheme: 'dark' }, 'zh-CN': { locale: 'zh-CN' },
        phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
        wall: { viewport: { width: 3840, height: 2160 } },
    };
    for (const [name, options] of Object.entries(looks)) {
        const page = await openList('', options);
        await page.locator('dashboard-preview canvas').first().waitFor({ state: 'attached' });
        await world.shot(page, name);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, name);
        await world.close(page);
    }
});

test('somebody who has nothing yet is told how to begin, in lines that work here', async () => {
    const empty = new PageWorld();
    await empty.start((port) => ({
        version: 1, server: { listen: [`127.0.0.1:${port}`], internal: { listen: '127.0.0.1:0' } },
        auth: { anonymous: 'view', api_keys: [testApiKey] },
    }), 'screenshots/overview');
    try {
        const page = await empty.open('/');
        await page.getByRole('heading', { name: 'No charts yet' }).waitFor();
        assert.equal(await page.locator('#search').isVisible(), false);
        assert.match(await page.locator('[data-origin]').textContent(), new RegExp(`curl -X PUT ${empty.server.url}/api/v1/charts/hello/option`));
        await empty.shot(page, 'empty');
        empty.expectNoProblems();
    } finally {
        await empty.stop();
    }
});

test('a token that is none is told, and nothing else', async () => {
    const page = await world.open('/charts?token=none', { expected: [/status of 401/] });
    await page.locator('cc-notice p').getByText('access token').waitFor();
    assert.equal(await page.locator('article').count(), 0);
    await world.close(page);
});

// Runs last: scripts that the content security policy blocks are reported on the console.
test('no window had anything to complain of', () => world.expectNoProblems());
