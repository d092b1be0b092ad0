// What a page of ours costs to load, compressed with gzip: the SDK alone, and a dashboard with all that it loads.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { launchBrowser } from '../support/browser.mjs';
import { chartsReady, watchElements } from '../support/live_elements.mjs';
import { startChartcast } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

const sdkBytesMax = 25_000;
const dashboardBytesMax = 330_000;

let server;
let browser;

before(async () => {
    server = await startChartcast(['demo']);
    browser = await launchBrowser();
}, { timeout: 60_000 * timeScale });

after(async () => {
    await browser?.close();
    await server?.stop();
});

/** How many bytes an address is as it travels, and its text. */
const load = (address) => new Promise((resolve, reject) => {
    http.get(address, { headers: { 'accept-encoding': 'gzip' } }, async (response) => {
        const chunks = await response.toArray();
        const body = Buffer.concat(chunks);
        const zipped = response.headers['content-encoding'] === 'gzip';
        resolve({ status: response.statusCode, zipped, bytes: body.length,
            text: (zipped ? gunzipSync(body) : body).toString() });
    }).on('error', reject);
});

const statement = /(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+?\s*from\s*)?["']([^"']+)["']/g;

/** A module and what it imports at once, not what it may import later. */
async function withImports(address, found = new Map()) {
    if (!found.has(address)) {
        const module = await load(address);
        assert.equal(module.status, 200, address);
        found.set(address, module);
        for (const [, from] of module.text.matchAll(statement)) {
            await withImports(new URL(from, address).href, found);
        }
    }
    return found;
}

const list = (files) => [...files].map(([address, { bytes, zipped }]) =>
    `${String(bytes).padStart(8)} ${zipped ? 'gzip' : 'as is'} ${new URL(address).pathname}`).join('\n');
const sum = (files) => [...files.values()].reduce((total, { bytes }) => total + bytes, 0);

test('the SDK without ECharts', async (context) => {
    const files = await withImports(`${server.url}/sdk/chartcast.js`);
    context.diagnostic(`${sum(files)} bytes\n${list(files)}`);
    assert.ok([...files.values()].every(({ zipped, bytes }) => zipped || bytes < 1024), list(files));
    assert.ok(sum(files) <= sdkBytesMax, `${sum(files)} bytes:\n${list(files)}`);
});

test('a dashboard with everything that it loads', async (context) => {
    const windows = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await watchElements(windows);
    const page = await windows.newPage();
    page.setDefaultTimeout(20_000 * timeScale);
    const addresses = new Set();
    page.on('request', (request) => {
        if (!/\/socket\.io\/\?|\/api\//.test(request.url()) && request.url().startsWith('http')) {
            addresses.add(request.url());
        }
    });
    await page.goto(`${server.url}/d/crm`);
    await chartsReady(page);
    await page.waitForLoadState('networkidle');
    await windows.close();
    const files = new Map();
    for (const address of addresses) {
        files.set(address, await load(address));
    }
    context.diagnostic(`${sum(files)} bytes\n${list(files)}`);
    assert.ok(files.size >= 3, 'a page, scripts and ECharts');
    assert.ok([...files.values()].every(({ status }) => status === 200), list(files));
    assert.ok(sum(files) <= dashboardBytesMax, `${sum(files)} bytes:\n${list(files)}`);
});
