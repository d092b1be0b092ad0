// The documentation as it is served: every page answers, and every link and anchor on it leads somewhere.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startChartcast } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

let server;
/** Path to text. */
const pages = new Map();

const marks = { '&#39;': "'", '&apos;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' };
const plain = (html) => html.replace(/<[^>]*>/g, '').replace(/&[#a-z0-9]+;/g, (mark) => marks[mark] ?? mark);
const links = (html) => [...html.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map(([, href]) => plain(href));
const ids = (html) => new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));

async function get(path, headers = {}) {
    const answer = await fetch(server.url + path, { headers: { accept: 'text/html', ...headers } });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

before(async () => {
    server = await startChartcast();
    const first = await get('/docs/');
    assert.equal(first.status, 200);
    const paths = new Set(links(first.text).filter((href) => /^\/docs\/[^/#]+$/.test(href)));
    for (const path of paths) {
        const answer = await get(path);
        assert.equal(answer.status, 200, path);
        pages.set(path, answer);
    }
}, { timeout: 60_000 * timeScale });
after(() => server?.stop());

test('the list has the guide and the reference', () => {
    const wanted = ['getting_started', 'getting_started.zh-CN', 'embed', 'from_node', 'sql_dashboards', 'permission',
        'api_reference', 'config', 'cli', 'http-api', 'protocol', 'sources', 'store', 'auth', 'pages', 'operating',
        'cluster'];
    for (const name of wanted) {
        assert.ok(pages.has(`/docs/${name}`), name);
    }
});

test('every link leads to a page that is there, and to an anchor on it', async () => {
    const elsewhere = new Set();
    let followed = 0;
    for (const [from, { text }] of pages) {
        for (const href of links(text)) {
            const target = new URL(href, server.url + from);
            if (target.origin !== server.url) {
                continue;
            }
            ++followed;
            const page = pages.get(target.pathname);
            if (page) {
                const anchor = decodeURIComponent(target.hash.slice(1));
                assert.ok(anchor === '' || ids(page.text).has(anchor), `${from}: ${href}`);
            } else {
                elsewhere.add(target.pathname);
            }
        }
    }
    for (const path of elsewhere) {
        assert.equal((await get(path)).status, 200, path);
    }
    assert.ok(followed > 200, `${followed} links`);
});

test('a page says its language and title, and which page of the list it is', () => {
    for (const [path, { text }] of pages) {
        const language = path.endsWith('.zh-CN') ? 'zh-CN' : 'en';
        assert.match(text, new RegExp(`<html lang="${language}">`), path);
        const [, heading] = /<h1 id="[^"]+">(.*?)<\/h1>/.exec(text);
        assert.equal(plain(/<title>(.*?)<\/title>/.exec(text)[1]), `${plain(heading)} · chartcast`, path);
        assert.equal(text.match(/<a href="([^"]+)"[^>]* aria-current="page"/)?.[1], path);
    }
});

const needy = /^<(script|style|iframe|object|form)\b|\s(style|on[a-z]+)=|javascript:/i;

test('nothing on a page needs more than its policy admits', async () => {
    for (const [path, { text, headers }] of pages) {
        assert.match(headers.get('content-security-policy'), /default-src 'none'/, path);
        const tags = text.match(/<[a-z][^>]*>/gi);
        assert.deepEqual(tags.filter((tag) => needy.test(tag)), [], path);
        for (const [, sheet] of text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)) {
            assert.equal((await get(sheet)).status, 200, sheet);
        }
    }
});

test('a page is told in the language of the reader where it has words of its own', async () => {
    const { text } = await get('/docs/config', { 'accept-language': 'zh-CN' });
    assert.match(text, /<html lang="en">/);
    assert.match(text, /<a class="to-contents" href="#contents">目录<\/a>/);
});

test('a page that is not there is 404, and one that has not changed 304', async () => {
    assert.equal((await get('/docs/nothing')).status, 404);
    assert.equal((await get('/docs/..%2Fconfig')).status, 404);
    const { headers } = pages.get('/docs/config');
    const again = await fetch(`${server.url}/docs/config`, { headers: { 'if-none-match': headers.get('etag') } });
    assert.equal(again.status, 304);
});
