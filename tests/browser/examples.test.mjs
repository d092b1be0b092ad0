// The pages of examples/web in Debian's chromium, as somebody runs them: plain.html after a curl push, and the React
// and Vue examples built from npm, with tokens of their own site's server.
//
// Screenshots go to <build>/screenshots.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launchBrowser } from '../support/browser.mjs';
import { LiveServer, temporaryFolder } from '../support/live_server.mjs';
import { buildFolder, freePort, Program } from '../support/programs.mjs';
import { timeScale, within } from '../support/waiting.mjs';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const examples = path.join(repository, 'examples/web');
const patience = 30_000 * timeScale;
const key = 'demo-key-not-for-production';
const screenshots = buildFolder('screenshots');

let server;
let browser;
/** Where the site of the examples is served: it has to be in the configuration before it is there. */
let sitePort;

before(async () => {
    mkdirSync(screenshots, { recursive: true });
    sitePort = await freePort();
    const configuration = readFileSync(path.join(examples, 'charts.yaml'), 'utf8')
        .replace('http://localhost:3000', `http://localhost:${sitePort}`)
        .replace('server:\n', 'server:\n  listen: "127.0.0.1:0"\n  internal: { listen: "127.0.0.1:0" }\n');
    server = await new LiveServer(configuration).start();
    browser = await launchBrowser();
}, { timeout: 60_000 * timeScale });

after(async () => {
    await browser?.close();
    await server?.stop();
});

async function run(command, args, options) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => { output += text; });
    }
    const [code] = await within(once(child, 'close'), `end of ${command} ${args.join(' ')}`, 120_000);
    assert.equal(code, 0, `${command} ${args.join(' ')}\n${output}`);
    return output;
}

/** The site of an example: its own server with the key, and a window on the page. */
async function openSite(folder, page = '/') {
    const site = new Program(process.execPath, [path.join(examples, 'server.mjs'), folder], {
        env: { CHARTCAST_URL: server.url, CHARTCAST_KEY: key, PORT: String(sitePort) },
    });
    await site.printed(/serving .* on (http:\S+)/);
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce' });
    const window = await context.newPage();
    const problems = [];
    window.on('pageerror', (error) => problems.push(String(error)));
    window.on('console', (message) => {
        // Browsers ask every site for its icon; this one has none.
        const { url } = message.location();
        if (message.type() === 'error' && !url.endsWith('/favicon.ico')) {
            problems.push(`${message.text()} ${url}`);
        }
    });
    await window.goto(`http://localhost:${sitePort}${page}`);
    return {
        window, problems,
        async close() {
            await context.close();
            await site.stop();
        },
    };
}

/** A command of a page, with this server's address: pages name the usual one. */
const curl = (text) => run('bash', ['-c', text.replaceAll('localhost:8080', new URL(server.url).host)]);

const pushHello = ([monday, tuesday]) => curl(`curl -sf -X PUT localhost:8080/api/v1/charts/hello/option \
  -H 'content-type: application/json' -d '{
    "xAxis": {"data": ["Mon", "Tue"]}, "yAxis": {},
    "series": [{"type": "bar", "data": [${monday}, ${tuesday}]}]}'`);

const pushOrders = (rows) => server.request('PATCH', '/api/v1/datasets/orders/rows', { body: rows, key })
    .then((answer) => assert.equal(answer.status, 200, answer.text));

const limit = { timeout: 120_000 * timeScale };

test('plain.html shows a chart after a curl push, and changes with the next', limit, async () => {
    const text = readFileSync(path.join(examples, 'plain.html'), 'utf8');
    assert.ok(text.trimEnd().split('\n').length <= 15, 'it is a page of at most fifteen lines');
    const folder = temporaryFolder();
    writeFileSync(path.join(folder.path, 'plain.html'), text.replaceAll('http://localhost:8080', server.url));
    const site = await openSite(folder.path, '/plain.html');
    try {
        const shows = (last) => site.window.waitForFunction(
            (wanted) => document.querySelector('live-chart').handle?.option?.series?.[0]?.data[1] === wanted,
            last, { timeout: patience });
        const drawing = site.window.locator('live-chart canvas').first();
        await pushHello([5, 9]);
        await drawing.waitFor({ timeout: patience });
        await shows(9);
        // Its option has none of its own.
        await site.window.getByText('Hello', { exact: true }).waitFor({ timeout: patience });
        await settled(site.window);
        const before = await drawing.screenshot();
        await pushHello([9, 1]);
        await shows(1);
        const drawn = async () => {
            while (before.equals(await drawing.screenshot()));
        };
        await within(drawn(), 'other picture', patience);
        await site.window.screenshot({ path: path.join(screenshots, 'example-plain.png') });
        assert.deepEqual(site.problems, []);
    } finally {
        await site.close();
        folder.remove();
    }
});

/** Two frames after the last change: what was to be drawn is drawn. */
const settled = (window) => window.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
}));

for (const name of ['react', 'vue']) {
    describe(name, () => {
        const folder = path.join(examples, name);
        let site;

        before(async () => {
            assert.ok(existsSync(path.join(folder, 'node_modules')), 'run tools/setup --test');
            await run('npm', ['run', 'build'], { cwd: folder, env: { ...process.env, CHARTCAST_URL: server.url } });
            await pushOrders([
                { region: 'North', amount: 4200, orders: 12 }, { region: 'South', amount: 3100, orders: 9 },
            ]);
            site = await openSite(path.join(folder, 'dist'));
        }, { timeout: 180_000 * timeScale });
        after(() => site?.close());

        test('shows the chart with a token of its own server', { timeout: 60_000 * timeScale }, async () => {
            await site.window.locator('canvas').first().waitFor({ timeout: patience });
            await site.window.locator('[data-state="live"]').waitFor({ timeout: patience });
        });

        test('shows the rows as numbers, which follow a push', { timeout: 60_000 * timeScale }, async () => {
            const north = site.window.locator('.totals li', { hasText: 'North' }).locator('strong');
            await within(assertText(north, '4200'), 'the first number', patience);
            await pushOrders([{ region: 'North', amount: 4300, orders: 13 }]);
            await within(assertText(north, '4300'), 'the next number', patience);
        });

        test('shows what was clicked', { timeout: 60_000 * timeScale }, async () => {
            const box = await site.window.locator('canvas').first().boundingBox();
            const output = site.window.locator('output');
            // The bar of the first region: its foot is in the left half, just above the axis.
            await site.window.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.75);
            await within(assertText(output, 'North'), 'the name of what was clicked', patience);
            await site.window.screenshot({ path: path.join(screenshots, `example-${name}.png`) });
            assert.deepEqual(site.problems, []);
        });
    });
}

async function assertText(locator, text) {
    await locator.filter({ hasText: text }).waitFor({ timeout: patience });
}
