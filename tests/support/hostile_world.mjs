// A server whose configuration and rows are full of markup and odd names, a foreign site without any policy, and a
// browser that notes whatever is executed: for the tests of tests/browser/hostile*.test.mjs.

import assert from 'node:assert/strict';

import { launchBrowser } from './browser.mjs';
import { ForeignSite } from './foreign_site.mjs';
import { untilCharts, watchElements } from './live_elements.mjs';
import { LiveServer, testApiKey } from './live_server.mjs';
import { watchContext, watchPage } from './page_checks.mjs';
import { timeScale } from './waiting.mjs';

/** Tells the test that it has been executed. */
export const html = (where) => `<img src=x onerror="executed('${where}')"><script>executed('${where}')</script>`;
export const link = (where) => `javascript:executed('${where}')`;

// Names that every object of JavaScript has; ids may be called so.
export const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
// ECharts itself fails with dimensions of the other two.
const drawable = ['constructor', 'toString'];

const bars = (x, y) => ({
    xAxis: { type: 'category' }, yAxis: {}, series: [{ id: 's', type: 'bar', encode: { x, y } }],
});

const table = (fields, key) => ({ fields, key, source: { push: {} } });

// Made from pairs: written out, "__proto__" would be no member.
const configuration = (origin) => (folder) => ({
    version: 1,
    store: { path: `${folder}/store` },
    server: { listen: ['127.0.0.1:0'], internal: { listen: '127.0.0.1:0' }, origins: [origin],
        frame_ancestors: [origin] },
    auth: { anonymous: 'view', api_keys: [testApiKey] },
    datasets: Object.fromEntries([
        ['good', table({ name: 'string', amount: 'number' }, ['name'])],
        ['markup', table({ [html('field')]: 'string', amount: 'number' }, [html('field')])],
        ...inherited.map((id) => [id, table(Object.fromEntries([
            ...drawable.map((name) => [name, 'number']), ['name', 'string']]), ['name'])]),
    ]),
    charts: Object.fromEntries([
        ['good', { title: { en: 'Good' }, data: ['good'], option: bars('name', 'amount') }],
        ['markup', {
            title: { en: html('title'), 'zh-CN': html('title') }, data: ['markup'],
            option: {
                ...bars(html('field'), 'amount'), tooltip: { trigger: 'axis', formatter: html('tooltip') }, legend: {},
                yAxis: { name: html('axis'), axisLabel: { $format: `unit:${html('unit')}` } },
            },
        }],
        ...inherited.map((id) => [id,
            { title: { en: `Chart ${id}` }, data: [id], option: bars('name', 'constructor') }]),
        ['raw', { title: { en: 'Raw' } }],
    ]),
    dashboards: {
        hostile: {
            title: { en: html('dashboard') },
            variables: [{ name: 'which', label: { en: html('variable') }, type: 'select', dataset: 'markup',
                field: html('field'), multi: true },
            { name: 'constructor', type: 'select', dataset: 'good', field: 'name' },
            { name: 'words', type: 'text', dataset: 'good', field: 'name' }],
            panels: [
                { chart: 'markup', at: [0, 0, 6, 4], on_click: { set: 'which' } },
                { chart: 'good', at: [6, 0, 6, 4], on_click: { set: 'words' } },
                ...inherited.map((chart, at) => ({ chart, at: [at * 3, 4, 3, 4] })),
            ],
        },
    },
});


/** What has been executed, blocked on the way to it, or put into the document of a page. */
const lookAround = () => {
    const injected = [];
    const look = (root) => root.querySelectorAll('*').forEach((one) => {
        if (one.matches('img[src="x"], [onerror], script:not([src], [type])') && !one.hasAttribute('data-own')) {
            injected.push(one.outerHTML);
        }
        if (one.shadowRoot) {
            look(one.shadowRoot);
        }
    });
    look(document);
    return {
        blocked: globalThis.pageNotes?.blocked ?? [], injected,
        polluted: [...Object.keys(Object.prototype), ...('polluted' in {} ? ['polluted'] : [])],
    };
};

export class HostileWorld {
    executed = [];
    #amount = 100;

    async start() {
        this.site = await new ForeignSite().start();
        this.server = await new LiveServer(configuration(this.site.url)).start();
        await this.server.publish('good', 'upsert', [{ name: 'a', amount: 1 }, { name: 'b', amount: 2 }]);
        await this.server.publish('markup', 'upsert', [{ [html('field')]: html('row'), amount: 4 }]);
        for (const id of inherited) {
            await this.server.publish(id, 'upsert', ['one', 'two'].map((name, row) => Object.fromEntries(
                [['name', name], ...drawable.map((field, at) => [field, row + at])])));
        }
        this.browser = await launchBrowser();
        this.context = await this.browser.newContext({
            viewport: { width: 1000, height: 700 }, locale: 'en-US', reducedMotion: 'reduce',
        });
        this.context.setDefaultTimeout(20_000 * timeScale);
        await this.context.exposeBinding('executed', ({ page }, where) =>
            this.executed.push(`${where} in ${page.url()}`));
        await watchContext(this.context);
        await watchElements(this.context);
        return this;
    }

    async stop() {
        await this.browser?.close();
        await this.site?.stop();
        await this.server?.stop();
    }

    /** `expected`: complaints that belong to the test, as those of the browser itself about a status. */
    async open(address, { expected = [] } = {}) {
        const page = await this.context.newPage();
        page.complaints = watchPage(page, expected);
        page.answer = await page.goto(address.startsWith('http') ? address : this.server.url + address);
        return page;
    }

    element(chart, { origin = this.server.url, attributes = '' } = {}) {
        return `<live-chart chart="${chart}" origin="${origin}" ${attributes} `
            + 'style="display:block;height:500px"></live-chart>';
    }

    /** A page of the foreign site with the server's SDK. */
    foreignPage(body) {
        return this.site.page(`${body}<script type="module" src="${this.server.url}/sdk/chartcast.js"></script>`);
    }

    async unharmed(page) {
        const { blocked, injected, polluted } = await page.evaluate(lookAround);
        assert.deepEqual({ executed: this.executed.splice(0), blocked, injected, polluted },
            { executed: [], blocked: [], injected: [], polluted: [] });
        assert.deepEqual(page.complaints, []);
    }

    /** A chart "good" of the page shows what is published now. */
    async goesOn(page) {
        this.#amount += 1;
        // One that is out of sight is sent nothing.
        await page.locator('live-chart[chart="good"]').first().scrollIntoViewIfNeeded();
        await this.server.publish('good', 'upsert', [{ name: 'a', amount: this.#amount }]);
        await untilCharts(page, `[...charts()].some((element) => element.getAttribute('chart') === 'good'
            && element.handle?.rows().some((row) => row.name === 'a' && row.amount === ${this.#amount}))`);
    }
}

/** Windows that a page opens are closed, once what was to run in them has run. */
export function closePopups(page) {
    page.on('popup', (popup) => setTimeout(() => popup.close().catch(() => {}), 300));
}

/** Points everywhere on a page, and clicks there when that is asked for. */
export async function pointEverywhere(page, { clicks = false } = {}) {
    for (let y = 20; y < 600; y += 90) {
        for (let x = 20; x < 980; x += 160) {
            await page.mouse.move(x, y);
            if (clicks) {
                await page.mouse.click(x, y);
            }
        }
    }
}
