// Dashboards of the real program: who reads which, what a reload changes, what pages of other origins may read, and
// under which names and for how long browsers keep what pages load.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';

import { httpRequest } from '../support/http.mjs';
import { apiConfiguration, assertProblem, embedToken } from '../support/live_api.mjs';
import { apiKey, LiveServer } from '../support/live_server.mjs';

const otherSite = 'https://crm.example.cn';
const publicUrl = 'https://bi.example.cn';
const stranger = 'https://stranger.example';
const wallKey = 'the key of wall, long enough';

const sales = {
    title: { en: 'Sales', 'zh-CN': '销售' }, theme: 'dark',
    variables: [
        { name: 'region', label: { en: 'Region' }, type: 'select', dataset: 'regions', field: 'region', multi: true },
        { name: 'word', type: 'text' },
    ],
    panels: [
        { chart: 'regions', at: [0, 0, 4, 6], on_click: { set: 'region' } },
        { chart: 'deals_live', at: [4, 0, 8, 6], on_click: { set: 'region', open: 'board' } },
        { chart: 'regions', at: [0, 6, 12, 2] },
    ],
};
const board = {
    allow: { view: ['user:anna', 'key:wall'] },
    variables: [{ name: 'region', dataset: 'regions', field: 'region' }],
    panels: [{ chart: 'closed', at: [0, 0, 12, 4] }],
};

const configuration = (folder, changes = {}) => {
    const base = apiConfiguration(folder);
    return {
        ...base,
        server: { ...base.server, public_url: `${publicUrl}/`, origins: [otherSite], frame_ancestors: [otherSite] },
        auth: { ...base.auth, api_keys: [...base.auth.api_keys, apiKey('wall', [], wallKey)] },
        dashboards: { sales, board },
        ...changes,
    };
};

let server;
before(async () => {
    server = await new LiveServer(configuration, { args: ['--shards', '2'] }).start();
    server.track = () => {};
}, { timeout: 30_000 });
after(() => server?.stop());

const get = (path, options) => server.request('GET', path, options);
/** Raw, so that a test may say where it comes from. */
const raw = (path, headers = {}, options = {}) => httpRequest(server, path, { headers, ...options });
const idsFor = async (key) => (await get('/api/v1/dashboards', { key })).json.dashboards.map(({ id }) => id);

async function reconfigure(changes) {
    const from = server.program.output.length;
    server.configure((folder) => configuration(folder, changes));
    await server.program.printed(/configuration reloaded/, { from });
}

// ---- The API ------------------------------------------------------------------------------------

test('a dashboard is read as the configuration has it', async () => {
    const answer = await get('/api/v1/dashboards/sales', { key: '' });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { id: 'sales', ...sales });
    assert.match(answer.headers.get('vary'), /authorization/);
    assert.match(answer.headers.get('cache-control'), /^private/);
    const etag = answer.headers.get('etag');
    assert.match(etag, /^"[0-9a-f]{24}"$/);
    const again = await get('/api/v1/dashboards/sales', { key: '', headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
    const head = await server.request('HEAD', '/api/v1/dashboards/sales', { key: '' });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('etag'), etag);
});

test('what a dashboard leaves out is not there, and what has a usual value has it', async () => {
    const { json } = await get('/api/v1/dashboards/board');
    assert.deepEqual(json, {
        id: 'board', title: {}, theme: 'auto',
        variables: [{ name: 'region', type: 'select', dataset: 'regions', field: 'region' }], panels: board.panels,
    });
});

test('the lists name what their reader may see', async () => {
    const { json } = await get('/api/v1/dashboards', { key: '' });
    assert.deepEqual(json.dashboards, [{ id: 'sales', title: sales.title, charts: ['regions', 'deals_live'] }]);
    assert.deepEqual(await idsFor(wallKey), ['board']);
    assert.deepEqual(await idsFor(), ['sales', 'board']);
    const { charts } = (await get('/api/v1/charts', { key: '' })).json;
    assert.deepEqual(charts.find(({ id }) => id === 'both').data, ['deals', 'pairs']);
    assert.deepEqual(charts.find(({ id }) => id === 'note').data, []);
});

test('who may not see a dashboard is told so, and its charts decide for themselves', async () => {
    assertProblem(await get('/api/v1/dashboards/board', { key: '' }), 401, 'token_missing');
    assertProblem(await get('/api/v1/dashboards/sales', { key: wallKey }), 403, 'forbidden');
    assertProblem(await get('/api/v1/dashboards/sales', { key: 'guessed' }), 401, 'token_unknown');
    assertProblem(await get('/api/v1/dashboards/nothing', { key: '' }), 404, 'unknown_dashboard');
    const seen = await get('/api/v1/dashboards/board', { key: wallKey });
    assert.deepEqual(seen.json.panels, board.panels);
    assertProblem(await get('/api/v1/charts/closed/option', { key: wallKey }), 403, 'forbidden');
});

test('an embed token sees the dashboard whose charts it names', async () => {
    assert.deepEqual(await idsFor(embedToken({ charts: ['regions', 'deals_live'] })), ['sales']);
    assert.deepEqual(await idsFor(embedToken({ charts: ['closed'] })), ['board']);
    assert.deepEqual(await idsFor(embedToken({ charts: ['regions'] })), []);
});

test('dashboards are written in the configuration, not over HTTP', async () => {
    for (const method of ['PUT', 'DELETE', 'POST']) {
        const answer = await server.request(method, '/api/v1/dashboards/sales', { body: method === 'DELETE' ? undefined : {} });
        assertProblem(answer, 405, 'method_not_allowed');
        assert.equal(answer.headers.get('allow'), 'GET, HEAD');
    }
});

test('a changed dashboard is served at once, and one with a mistake is not', async () => {
    const before = await get('/api/v1/dashboards/sales');
    const wider = { ...sales, panels: [{ chart: 'note', at: [0, 0, 12, 6] }] };
    await reconfigure({ dashboards: { sales: wider } });
    const changed = await get('/api/v1/dashboards/sales', { headers: { 'if-none-match': before.headers.get('etag') } });
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.json.panels, wider.panels);
    assertProblem(await get('/api/v1/dashboards/board'), 404, 'unknown_dashboard');
    assert.equal((await get('/d/board')).status, 404);
    const from = server.program.output.length;
    server.configure((folder) => configuration(folder, {
        dashboards: { sales: { ...sales, panels: [...sales.panels, { chart: 'note', at: [11, 6, 1, 1] }] } },
    }));
    await server.program.printed(/configuration refused.*dashboards\.sales\.panels\[3\]\.at: lies over panels\[2\] \(regions\)/, { from });
    assert.deepEqual((await get('/api/v1/dashboards/sales')).json.panels, wider.panels);
    await reconfigure({});
    assert.equal((await get('/api/v1/dashboards/sales')).headers.get('etag'), before.headers.get('etag'));
});

// ---- Pages of other origins -----------------------------------------------------------------------

test('pages of this server, of its public address and of origins may read answers', async () => {
    for (const origin of [server.url, publicUrl, otherSite]) {
        for (const [path, status] of [['/api/v1/dashboards/sales', 200], ['/api/v1/dashboards/nothing', 404],
            ['/api/v1/dashboards/board', 401], ['/api/v1/openapi.json', 200], ['/api/v1/charts/note/image.png', 503]]) {
            const answer = await raw(path, { origin });
            assert.equal(answer.status, status, path);
            assert.equal(answer.headers['access-control-allow-origin'], origin, path);
            assert.match(answer.headers['access-control-expose-headers'], /\betag\b/, path);
            assert.match(answer.headers.vary, /\borigin\b/, path);
            assert.equal(answer.headers['access-control-allow-credentials'], undefined, path);
        }
    }
});

test('other pages get no label, and caches know that there are some', async () => {
    for (const origin of [stranger, 'null', `${otherSite}.evil.example`, `${otherSite}:444`, 'http://crm.example.cn']) {
        const answer = await raw('/api/v1/dashboards/sales', { origin });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['access-control-allow-origin'], undefined, origin);
        assert.match(answer.headers.vary, /\borigin\b/);
    }
    const plain = await raw('/api/v1/dashboards/sales');
    assert.equal(plain.headers['access-control-allow-origin'], undefined);
    assert.match(plain.headers.vary, /\borigin\b/);
});

test('a preflight says which methods and headers a path takes', async () => {
    const ask = (path, origin) => raw(path, {
        origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type',
    }, { method: 'OPTIONS' });
    const answer = await ask('/api/v1/datasets/deals/rows', otherSite);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], otherSite);
    assert.equal(answer.headers['access-control-allow-methods'], 'POST, PUT, PATCH, GET, HEAD');
    for (const header of ['authorization', 'content-type', 'if-match', 'if-none-match', 'idempotency-key', 'last-event-id']) {
        assert.ok(answer.headers['access-control-allow-headers'].split(', ').includes(header), header);
    }
    assert.ok(Number(answer.headers['access-control-max-age']) > 0);
    assert.equal((await ask('/api/v1/datasets/deals/rows', stranger)).headers['access-control-allow-origin'], undefined);
});

test('rows and events of other origins are labelled, too', async () => {
    const headers = { origin: otherSite, 'content-type': 'application/json' };
    const wrong = await raw('/api/v1/datasets/deals/rows', headers, { method: 'POST', body: '[]' });
    assert.equal(wrong.status, 401);
    assert.equal(wrong.headers['access-control-allow-origin'], otherSite);
    const publish = await raw('/api/v1/publish', headers, { method: 'POST', body: '{' });
    assert.equal(publish.status, 400);
    assert.equal(publish.headers['access-control-allow-origin'], otherSite);
    const events = await fetch(`${server.url}/api/v1/charts/note/events`, { headers: { origin: otherSite } });
    assert.equal(events.headers.get('access-control-allow-origin'), otherSite);
    await events.body.cancel();
});

// ---- Pages and what they load ---------------------------------------------------------------------

const pages = ['/', '/charts', '/c/deals_live', '/embed/c/deals_live', '/plain/deals_live', '/d/sales', '/embed/d/sales'];

test('every page comes in the reader\'s language, under a strict policy, with nothing inline', async () => {
    for (const path of pages) {
        const answer = await raw(path, { 'accept-language': 'zh-CN' });
        assert.equal(answer.status, 200, path);
        assert.match(answer.text, /<html lang="zh-CN"/, path);
        assert.doesNotMatch(answer.text, /<script>|<style>|\sstyle=|\son\w+=/, path);
        const policy = answer.headers['content-security-policy'];
        assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;/, path);
        assert.match(policy, /worker-src 'none'/, path);
        assert.match(policy, path.startsWith('/embed/') ? /frame-ancestors 'self' https:\/\/crm\.example\.cn$/ : /frame-ancestors 'self'$/, path);
        assert.equal(answer.headers['cross-origin-opener-policy'], 'same-origin', path);
        assert.match(answer.headers['permissions-policy'], /camera=\(\)/, path);
        assert.equal(answer.headers['x-content-type-options'], 'nosniff', path);
        const known = await raw(path, { 'accept-language': 'zh-CN', 'if-none-match': answer.headers.etag });
        assert.equal(known.status, 304, path);
    }
});

test('what is in no configuration is the same page with status 404', async () => {
    for (const path of pages.filter((one) => /\/[cd]\/|plain/.test(one))) {
        const missing = await raw(path.replace(/\w+$/, 'nothing'));
        assert.equal(missing.status, 404, path);
        assert.equal(missing.text, (await raw(path)).text, path);
        assert.match(missing.headers['content-security-policy'], /default-src 'none'/);
    }
});

test('a default dashboard is where / leads to, with its query, as soon as a reload names it', async () => {
    assert.equal((await raw('/')).status, 200);
    await reconfigure({ default_dashboard: 'sales' });
    const answer = await raw('/?token=abc&theme=dark');
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.location, '/d/sales?token=abc&theme=dark');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal((await raw('/charts')).status, 200);
    await reconfigure({});
    assert.equal((await raw('/')).status, 200);
});

test('a file with a hash in its name is kept for good, and pages of every site may load it', async () => {
    const addresses = new Set();
    for (const path of pages) {
        const { text } = await raw(path);
        for (const [, address] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
            addresses.add(address);
        }
    }
    const hashed = [...addresses].filter((address) => /-[A-Z0-9]{8}\.\w+$/.test(address));
    assert.ok(hashed.length >= 4, [...addresses].join(' '));
    for (const address of hashed) {
        const answer = await raw(address, { origin: stranger });
        assert.equal(answer.status, 200, address);
        assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
        assert.equal(answer.headers['access-control-allow-origin'], '*');
        assert.equal(answer.headers['cross-origin-resource-policy'], 'cross-origin');
        assert.equal(answer.headers['x-content-type-options'], 'nosniff');
        const small = await raw(address, { 'accept-encoding': 'br' });
        const bytes = small.headers['content-encoding'] === 'br' ? brotliDecompressSync(small.body) : small.body;
        assert.deepEqual(bytes, answer.body, address);
    }
    for (const address of [...addresses].filter((one) => !hashed.includes(one))) {
        const answer = await raw(address);
        assert.equal(answer.status, 200, address);
        assert.equal(answer.headers['cache-control'], 'no-cache', address);
    }
});

test('the SDK is there for every site, and is asked for again after a while', async () => {
    const answer = await raw('/sdk/chartcast.js', { origin: stranger });
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /javascript/);
    assert.equal(answer.headers['cache-control'], 'public, max-age=300');
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal((await raw('/sdk/chartcast.js', { 'if-none-match': answer.headers.etag })).status, 304);
    for (const [, chunk] of answer.text.matchAll(/["'](\.\.\/assets\/[^"']+)["']/g)) {
        const loaded = await raw(new URL(chunk, `${server.url}/sdk/chartcast.js`).pathname);
        assert.equal(loaded.status, 200, chunk);
        assert.match(loaded.headers['cache-control'], /immutable/, chunk);
    }
    assert.equal((await raw('/assets/licences.txt')).status, 200);
    for (const path of ['/sdk/', '/sdk/nothing.js', '/assets/assets.json', '/assets/chart_page-AAAAAAAA.js']) {
        assert.equal((await raw(path)).status, 404, path);
    }
});

test('the documentation is served, its first page at /docs/', async () => {
    const first = await raw('/docs/');
    assert.equal(first.status, 302);
    const page = await raw(first.headers.location);
    assert.equal(page.status, 200, first.headers.location);
    assert.match(page.text, /<main[^>]*>\s*<h1/);
    assert.match(page.headers['content-security-policy'], /script-src 'self'/);
    const links = [...page.text.matchAll(/<a href="(\/docs\/[^"#]+)"/g)].map(([, href]) => href);
    assert.ok(links.length > 0);
    for (const link of new Set(links)) {
        assert.equal((await raw(link)).status, 200, link);
    }
    assert.equal((await raw(first.headers.location, { 'if-none-match': page.headers.etag })).status, 304);
    for (const path of ['/docs/nothing', '/docs/docs.json', '/docs/../chartcast.yaml', '/docs/%2e%2e%2fetc']) {
        assert.equal((await raw(path)).status, 404, path);
    }
});
