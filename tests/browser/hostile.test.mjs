// Data, options, addresses, attributes and messages from people who mean harm: nothing of it is executed, nothing
// hangs, and the charts beside it go on.
//
// Pages of a foreign site have no policy: what would run there would run in the embedder's own page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { closePopups, HostileWorld, html, inherited, link, pointEverywhere } from '../support/hostile_world.mjs';
import { chartsReady, untilCharts, updated } from '../support/live_elements.mjs';
import { elapse, timeScale } from '../support/waiting.mjs';

// What ECharts would execute, open or put into the document when one points at it or clicks it.
const wide = { width: '100%', height: '100%', left: 0, top: 0 };
const pie = { id: 's', type: 'pie', radius: '100%', data: [{ name: html('name'), value: 1 }] };
const tooltip = (where) => ({ show: true, trigger: 'item', renderMode: 'html', formatter: html(where) });
const options = {
    'a tooltip of HTML': { tooltip: tooltip('tooltip'), series: [pie] },
    'a tooltip of HTML in a list': { tooltip: [tooltip('tooltip list')], series: [pie] },
    'a tooltip of HTML for small windows': {
        baseOption: { series: [pie] }, media: [{ option: { tooltip: tooltip('media') } }],
    },
    'a tooltip of HTML in a base option': { baseOption: { tooltip: tooltip('base'), series: [pie] }, media: [] },
    'a tooltip of HTML on a time line': {
        baseOption: { timeline: { data: ['a', 'b'], show: false }, series: [pie] },
        options: [{ tooltip: tooltip('time line') }, {}],
    },
    'a tooltip of a series and of an item': {
        tooltip: {}, series: [{ ...pie, tooltip: tooltip('series'), data: [{ value: 1, tooltip: tooltip('item') }] }],
    },
    'a title that is a link': {
        title: ['blank', 'self'].map((target, at) => ({
            text: '████████████', link: link(`title ${target}`), target, textStyle: { fontSize: 60 },
            subtext: '████████████', sublink: link('subtitle'), subtarget: target, subtextStyle: { fontSize: 60 },
            left: 0, top: at * 170,
        })),
        series: [{ ...pie, radius: 1 }],
    },
    'a tree map of links': {
        series: [{ id: 's', type: 'treemap', ...wide, nodeClick: 'link', breadcrumb: { show: false },
            data: [{ name: 'a', value: 1, link: link('tree map'), target: 'self' }] }],
    },
    'a sunburst of links': {
        series: [{ id: 's', type: 'sunburst', radius: '100%', nodeClick: 'link',
            data: [{ name: 'a', value: 1, link: link('sunburst'), target: 'self' }] }],
    },
    'a view of data with texts of HTML': {
        toolbox: {
            left: 0, top: 0, itemSize: 300, showTitle: false,
            feature: {
                dataView: { title: html('view title'), lang: ['', html('close'), html('refresh')],
                    optionToContent: html('content') },
            },
        },
        series: [pie],
    },
};

let world;

before(async () => {
    world = await new HostileWorld().start();
}, { timeout: 60_000 * timeScale });

after(() => world?.stop());

describe('data', () => {
    test('markup in titles, names of fields, rows, variables and formats stays text', async () => {
        for (const address of ['/', '/c/markup', '/embed/c/markup', '/d/hostile', '/embed/d/hostile', '/plain/markup',
            '/d/hostile?var-which=' + encodeURIComponent(html('row'))]) {
            const page = await world.open(address);
            await chartsReady(page);
            await pointEverywhere(page);
            await world.unharmed(page);
            await page.close();
        }
    });

    test('names that every object has are ids and fields like others', async () => {
        const page = await world.open('/d/hostile');
        for (const id of inherited) {
            // A chart that nobody can see has asked for nothing yet.
            await page.locator(`live-chart[chart="${id}"]`).scrollIntoViewIfNeeded();
            await untilCharts(page, `[...charts()].some((element) => element.getAttribute('chart') === '${id}'
                && element.handle?.rows().length === 2 && element.handle.title === 'Chart ${id}')`);
            const one = await world.open(`/c/${id}`);
            await updated(one, id);
            await world.unharmed(one);
            await one.close();
        }
        await world.unharmed(page);
        await world.goesOn(page);
        await page.close();
    });
});

describe('options that are published', () => {
    // What nobody would execute proves nothing about us.
    test('ECharts alone executes them', async (context) => {
        const harmless = [];
        const page = await world.open(world.site.page('<div id="chart" style="width:960px;height:600px"></div>'
            + `<script src="${world.server.url}/assets/echarts.min.js"></script>`), { expected: [/./] });
        closePopups(page);
        for (const [name, option] of Object.entries(options)) {
            await page.evaluate((one) => {
                const box = document.getElementById('chart');
                globalThis.echarts.getInstanceByDom(box)?.dispose();
                globalThis.echarts.init(box).setOption(one);
            }, option);
            await pointEverywhere(page, { clicks: true });
            for (const end = Date.now() + 5_000 * timeScale; world.executed.length === 0 && Date.now() < end;) {
                await elapse(20);
            }
            if (world.executed.splice(0).length === 0) {
                harmless.push(name);
            }
        }
        await page.close();
        // Chromium before 156 opens nothing for a link of these.
        const [version] = world.browser.version().split('.');
        const mayBe = Number(version) < 156 ? ['a tree map of links', 'a sunburst of links'] : [];
        context.diagnostic(`executed: all but [${harmless.join(', ')}]`);
        assert.deepEqual(harmless.filter((name) => !mayBe.includes(name)), []);
    });

    for (const [name, option] of Object.entries(options)) {
        test(`${name}: nothing is executed, here and on a foreign site`, async () => {
            const answer = await world.server.request('PUT', '/api/v1/charts/raw/option', { body: option });
            assert.equal(answer.status, 200, answer.text);
            for (const address of ['/c/raw', world.foreignPage(world.element('raw'))]) {
                const page = await world.open(address);
                closePopups(page);
                await updated(page, 'raw');
                await untilCharts(page, `[...charts()].every((element) =>
                    element.shadowRoot.querySelector('.stage:not(.hidden) canvas'))`);
                await pointEverywhere(page, { clicks: true });
                await world.unharmed(page);
                await page.close();
            }
        });
    }

    test('a patch of __proto__ changes no other object', async () => {
        await world.server.request('PUT', '/api/v1/charts/raw/option', { body: { title: { text: 'before' } } });
        const page = await world.open('/c/raw');
        await updated(page, 'raw');
        const answer = await world.server.request('PATCH', '/api/v1/charts/raw/option', {
            body: '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"title":{"text":"after",'
                + '"__proto__":{"polluted":1}}}',
        });
        assert.equal(answer.status, 200, answer.text);
        await untilCharts(page, "[...charts()][0].handle.option?.title?.text === 'after'");
        await world.unharmed(page);
        await page.close();
    });
});

describe('addresses', () => {
    const nonsense = [html('address'), '"><script>executed(1)</script>', "'-executed(1)-'", '{{executed}}', '%00',
        '../../etc/passwd', 'x'.repeat(3000), '__proto__', 'NaN', '-1', '1e999', '\u202e\u0000', link('address'), '[]',
        '{}'];
    const names = ['at', 'theme', 'locale', 'lang', 'kiosk', 'rotate', 'var-which', 'var-constructor',
        'var-words', 'var-__proto__', 'var-none', '__proto__[polluted]', 'constructor.prototype.polluted'];

    test('parameters are held to what they may say', async () => {
        let turn = 0;
        for (const address of ['/', '/c/good', '/embed/c/good', '/d/hostile', '/embed/d/hostile', '/plain/good',
            '/docs/']) {
            for (let round = 0; round < 4; round += 1) {
                turn += 1;
                const parameters = names.map((name, at) => `${encodeURIComponent(name)}=`
                    + encodeURIComponent(nonsense[(at * 4 + turn) % nonsense.length]).slice(0, 4000)).join('&');
                const page = await world.open(`${address}?${parameters}`);
                assert.equal(page.answer.status(), 200, address);
                await page.waitForLoadState('load');
                await world.unharmed(page);
                await page.close();
            }
        }
    });

    test('a variable with very many values, and very many variables, hold nobody up', async () => {
        const many = Array.from({ length: 1500 }, (_, at) => `var-which=v${at}`).join('&');
        for (const parameters of [many, many.replace(/which=v(\d+)/g, 'v$1=1')]) {
            const page = await world.open(`/d/hostile?${parameters.slice(0, 12_000)}`);
            await world.goesOn(page);
            await world.unharmed(page);
            await page.close();
        }
    });

    test('a token that is none is a sentence, not a script', async () => {
        const addresses = ['/c/good', '/embed/c/good', '/d/hostile', '/'];
        for (const [turn, value] of nonsense.slice(0, 8).entries()) {
            const page = await world.open(`${addresses[turn % 4]}?token=${encodeURIComponent(value)}`,
                { expected: [/status of 40[013]/, /WebSocket connection/] });
            await page.waitForLoadState('load');
            await world.unharmed(page);
            await page.close();
        }
    });

    test('ids that are none answer 404 with a page that says nothing of them as markup', async () => {
        for (const value of [...nonsense.slice(0, 5), 'a'.repeat(65), '%E0%A4%A', '%', '%2e%2e%2f', 'a/b']) {
            for (const prefix of ['/c/', '/embed/c/', '/d/', '/embed/d/', '/plain/', '/docs/']) {
                const raw = /^%/.test(value) ? value : encodeURIComponent(value);
                const answer = await fetch(world.server.url + prefix + raw, { redirect: 'manual' });
                assert.ok([400, 404].includes(answer.status), `${prefix}${value}: ${answer.status}`);
                const text = await answer.text();
                assert.ok(!text.includes('<img src=x') && !text.includes('executed('), `${prefix}${value}`);
            }
        }
    });
});

describe('attributes', () => {
    test('an element with nonsense says so or passes over it, and its neighbours go on', async () => {
        const wrong = [
            ['chart', html('chart')], ['chart', '../../x'], ['chart', '__proto__'], ['chart', 'x'.repeat(100_000)],
            ['chart', ''], ['origin', link('origin')], ['origin', 'http://'], ['origin', 'data:text/html,x'],
            ['origin', 'not an address'], ['token-url', link('token')], ['token-url', 'data:text/plain,x'],
            ['token-url', 'http://127.0.0.1:1/'], ['token', html('token')], ['theme', html('theme')],
            ['theme', '{"__proto__":{"polluted":1}}'], ['locale', html('locale')], ['locale', '__proto__'],
            ['locale', 'x-'.repeat(5000)], ['max-rate', 'NaN'], ['max-rate', '-1'], ['max-rate', '1e999'],
            ['max-rate', html('rate')], ['at', html('at')], ['at', '1e99'], ['heading', html('heading')],
            ['heading', 'script'],
        ];
        const page = await world.open(world.foreignPage(world.element('good')), {
            expected: [/status of 40[0134]/, /ERR_/, /CORS/, /WebSocket/, /Fetch API cannot load/],
        });
        await updated(page, 'good');
        await page.evaluate(([origin, list]) => {
            for (const [name, value] of list) {
                for (const tag of ['live-chart', 'live-dashboard']) {
                    const one = document.createElement(tag);
                    const all = { origin, chart: 'good', dashboard: 'hostile', [name]: value };
                    Object.entries(all).forEach(([attribute, text]) => one.setAttribute(attribute, text));
                    document.body.append(one);
                }
            }
        }, [world.server.url, wrong]);
        await world.goesOn(page);
        await world.unharmed(page);
        await page.evaluate(() => document.querySelectorAll('live-chart, live-dashboard').forEach((one, at) => {
            if (at > 0) {
                one.remove();
            }
        }));
        await world.goesOn(page);
        await world.unharmed(page);
        await page.close();
    });

    test('attributes that change a hundred times in a turn end with the last one', async () => {
        const page = await world.open(world.foreignPage(world.element('good')));
        await updated(page, 'good');
        await page.evaluate((ids) => {
            const one = document.querySelector('live-chart');
            for (let turn = 0; turn < 100; turn += 1) {
                one.setAttribute('chart', ids[turn % ids.length]);
                one.setAttribute('theme', turn % 2 ? 'dark' : 'light');
                one.remove();
                document.body.append(one);
            }
            one.setAttribute('chart', 'good');
        }, ['markup', 'raw', 'none', ...inherited]);
        await world.goesOn(page);
        await world.unharmed(page);
        await page.close();
    });
});

describe('messages of a foreign window', () => {
    test('a page that frames a chart cannot make it do anything by messages', async () => {
        const page = await world.open(world.site.page(`<iframe src="${world.server.url}/embed/c/good" `
            + 'width="600" height="400" title="A chart"></iframe>'));
        const embedded = await (await page.waitForSelector('iframe')).contentFrame();
        await untilCharts(embedded, '[...charts()][0]?.handle?.rows().length > 0');
        const address = embedded.url();
        await page.evaluate((payloads) => {
            const target = document.querySelector('iframe').contentWindow;
            const types = ['token', 'auth', 'renew', 'chartcast:token', 'chartcast', 'theme', 'navigate', 'eval'];
            for (const type of types) {
                for (const payload of payloads) {
                    target.postMessage({ type, kind: type, event: type, token: payload, data: payload, value: payload,
                        url: payload, theme: payload }, '*');
                    target.postMessage(JSON.stringify({ type, token: payload }), '*');
                }
            }
            target.postMessage(null, '*');
            target.postMessage('x'.repeat(1e6), '*');
            target.postMessage(Object.fromEntries([['__proto__', { polluted: 1 }]]), '*');
        }, [html('message'), link('message'), 'a token of nobody', '', null, 7, { toString: 1 }]);
        await world.goesOn(embedded);
        assert.equal(embedded.url(), address);
        await world.unharmed(page);
        await page.close();
    });

    test('only who may frame a page frames it', async () => {
        for (const [address, allowed] of [['/embed/c/good', true], ['/embed/d/hostile', true], ['/c/good', false],
            ['/d/hostile', false], ['/', false], ['/docs/', false]]) {
            const answer = await fetch(world.server.url + address);
            await answer.text();
            const ancestors = /frame-ancestors ([^;]*)/.exec(answer.headers.get('content-security-policy'))[1];
            assert.equal(ancestors.includes(world.site.url), allowed, `${address}: ${ancestors}`);
        }
    });
});
