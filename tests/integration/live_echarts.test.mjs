// What a plain client's chart shows, in real ECharts: after any sequence of updates the same as a chart that
// was given the last option alone. SVGs are compared, since they are all that a person sees.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { io } from 'socket.io-client';

import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { within } from '../support/waiting.mjs';

const echarts = createRequire(new URL('../../web/package.json', import.meta.url))('echarts');
const seeds = [1, 2, 3, 4, 5, 6];

const template = {
    animation: false, legend: {}, tooltip: {}, xAxis: { type: 'category' }, yAxis: {},
    series: [
        { id: 'amount', name: 'amount', type: 'bar', encode: { x: 'id', y: 'amount' } },
        { name: 'line', type: 'line', encode: { x: 'id', y: 'amount' } },
    ],
};

const third = { id: 'third', name: 'third', type: 'scatter', encode: { x: 'id', y: 'amount' } };

let server;
before(async () => {
    server = await new LiveServer({
        ...dealsConfiguration,
        charts: { random: { title: 'Random', data: ['deals'], option: template } },
    }).start();
}, { timeout: 30_000 });
after(() => server?.stop());

function makeChart() {
    return echarts.init(null, null, { renderer: 'svg', ssr: true, width: 480, height: 320 });
}

/** Element ids count up in the order of drawing, and say nothing. */
/** Without paths that draw nothing: what ECharts keeps of them depends on what was drawn before. */
const picture = (chart) => chart.renderToSVGString().replace(/<path d=""[^>]*><\/path>\n/g, '')
    .replace(/zr\d+[-\w]*/g, 'zr').replace(/_ec_\w+/g, '');

function dice(seed) {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

const randomRow = (roll) => ({ id: `k${roll(8)}`, region: 'n', amount: roll(100) });

/** Does one thing to the dataset or the template; gives what the page will have when it has seen it. */
async function change(roll) {
    const what = roll(10);
    if (what < 5) {
        await server.publish('deals', 'upsert', [randomRow(roll)]);
    } else if (what < 6) {
        await server.publish('deals', 'replace', Array.from({ length: roll(6) }, (_, id) => ({ id: `k${id}`, region: 'n', amount: roll(50) })));
    } else if (what < 7) {
        await server.publish('deals', 'remove', [`k${roll(8)}`]);
    } else if (what < 8) {
        await server.publish('deals', 'clear', []);
    } else {
        const series = [...template.series, third];
        for (let missing = roll(3); missing > 0; missing -= 1) {
            series.splice(roll(series.length), 1);
        }
        const answer = await server.request('PATCH', '/api/v1/charts/random/option', {
            body: { series }, headers: { 'content-type': 'application/merge-patch+json' },
        });
        assert.equal(answer.status, 200, answer.text);
    }
}

for (const seed of seeds) {
    test(`a page after random updates is the picture of the last option (seed ${seed})`, async (context) => {
        const roll = dice(seed);
        const page = makeChart();
        const fresh = makeChart();
        context.after(() => [page, fresh].forEach((chart) => chart.dispose()));
        let last;
        let look = () => {};
        const socket = io(`${server.url}/charts/random`, { forceNew: true, reconnection: false, transports: ['websocket'] });
        for (const event of ['init chart data', 'new chart data']) {
            socket.on(event, (option) => {
                page.setOption(option);
                last = option;
                look();
            });
        }
        for (let step = 0; step < 25; step += 1) {
            await change(roll);
        }
        const wanted = (await server.request('GET', '/api/v1/charts/random/option')).json;
        await within(new Promise((resolve) => {
            look = () => {
                if (last && JSON.stringify(last) === JSON.stringify(wanted)) {
                    resolve();
                }
            };
            look();
        }), 'the option that REST gives');
        socket.disconnect();
        fresh.setOption(wanted);
        assert.equal(picture(page), picture(fresh));
    });
}
