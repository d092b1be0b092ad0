// A server that lies: messages that are none, rows that are none, operations that nobody knows, answers that ask to be
// asked again. A page with such a chart lives on, its other charts notice nothing, and the chart itself is right again
// as soon as the server is.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { HostileWorld, html } from '../support/hostile_world.mjs';
import { untilCharts, updated } from '../support/live_elements.mjs';
import { LyingServer } from '../support/lying_server.mjs';
import { elapse, timeScale, within } from '../support/waiting.mjs';

const option = {
    xAxis: { type: 'category' }, yAxis: {}, series: [{ id: 's', type: 'bar', encode: { x: 'name', y: 'amount' } }],
};
const rows = { epoch: 'e', v: 1, dims: ['name', 'amount'], key: [0], seq: 1, rows: [['a', 1]] };
const snapshot = {
    mode: 'snapshot', chart: 'x', tpl: 'aaaaaaaaaaaa', option, ds: { d: rows }, recovered: false,
    fresh: { asOf: 1_760_000_000_000, state: 'live' },
};
const delta = { mode: 'delta', ds: 'd', epoch: 'e', from: 1, to: 2, ops: [['upsert', [['a', 5]], 1]], ts: 1 };
const polluting = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
const nested = (depth) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
const nothings = [undefined, null, 7, 'text', true, [], {}, [[[]]], { mode: 'none' }, { mode: null }, html('message'),
    polluting];

const firstFrames = {
    'no rows': [undefined, null, 7, 'x', [], { d: null }, { d: 7 }, { d: [] }, { d: {} }, polluting]
        .map((ds) => ({ ...snapshot, ds })),
    'rows that are none': [null, 7, 'abc', {}, [null], [7], ['ab'], [{}], [[]], [[1, 2, 3, 4, 5]], [[{}, []]],
        Array.from({ length: 10 }, () => ['a', 1])]
        .map((list) => ({ ...snapshot, ds: { d: { ...rows, rows: list } } })),
    'names of fields that are none': [null, 7, 'ab', [], [null, 7], [{}, []], ['__proto__', 'constructor'],
        ['a', 'a'], Array.from({ length: 5000 }, (_, at) => `f${at}`)]
        .map((dims) => ({ ...snapshot, ds: { d: { ...rows, dims } } })),
    'keys that are none': [null, 7, 'x', [99], [-1], ['a'], [0, 0], [null]]
        .map((key) => ({ ...snapshot, ds: { d: { ...rows, key } } })),
    'numbers that are none': [null, 'x', -1, 1e308, {}, [], [7, 8, 9], [-1]]
        .map((seq) => ({ ...snapshot, ds: { d: { ...rows, seq } } })),
    'versions that are none': [null, 'x', -1, 1e308, {}].flatMap((v) => [
        { ...snapshot, ds: { d: { ...rows, v } } }, { ...snapshot, ds: { d: { ...rows, epoch: v } } },
        { ...snapshot, tpl: v }]),
    'times that are none': [undefined, null, 'x', {}, { asOf: 'x', state: 7 }, { asOf: 1e300, state: 'live' },
        { asOf: -1e20, state: html('state') }].map((fresh) => ({ ...snapshot, fresh })),
    'options that are none': [undefined, null, 7, 'x', [], { series: null }, { series: 'x' }, { series: [null, 7] },
        { series: [{ type: 'none' }] }, { series: [{ type: 'bar' }] }, { ...option, xAxis: [[], 7] },
        { ...option, title: 7, tooltip: 'x', legend: [7] }, { ...option, dataset: 7 },
        { ...option, media: 7, timeline: 7, options: [7] },
        { baseOption: 7 }, { ...option, ...polluting }, { ...option, deep: nested(3000) }]
        .map((one) => ({ ...snapshot, option: one })),
    'raw charts that are none': [{}, { epoch: 'e' }, { epoch: 'e', v: 1, option: null },
        { epoch: 'e', v: 1, option: [] }, { epoch: 'e', v: 1, patch: {} }]
        .map((raw) => ({ mode: 'snapshot', chart: 'x', ...raw })),
};

const changes = {
    'operations that nobody knows': [null, 7, 'x', {}, [null], [7], [[]], [['none']], [[null]], [['__proto__', []]],
        [['constructor', []]]],
    'operations without what they need': ['replace', 'upsert', 'set', 'remove', 'append', 'trim']
        .flatMap((name) => [[], [null], ['x'], [{}], [7, 7], [[null]], [[7]], [[[]]], [1e308, [['b', 1]]]]
            .map((rest) => [[name, ...rest]])),
    'cells that are not there': [{ 99: 1 }, { '-1': 1 }, { x: 1 }, null, 7, polluting].map((cells) =>
        [['set', [['a', cells]]]]),
    'rows with odd places': [null, 'x', -5, 1e308, [1, 2, 3], [null]].map((seq) => [['upsert', [['z', 1]], seq]]),
};

let world;

before(async () => {
    world = await new HostileWorld().start();
}, { timeout: 60_000 * timeScale });

after(() => world?.stop());

const greeting = (socket) => socket.emit('init chart data', {}, snapshot);

// Complaints of the browser itself; and of ECharts, which throws what it cannot draw.
const ofBrowser = [/ERR_|WebSocket|status of/];
const ofEcharts = [...ofBrowser, /^error: .*\/assets\//s];

/** A page with a true chart, and with one of a lying server, which begins with `says`. */
async function openBoth(says = greeting, { answers, expected = ofBrowser } = {}) {
    const liar = await new LyingServer().start({ says, answers });
    const page = await world.open(world.foreignPage(
        world.element('good') + world.element('x', { origin: liar.url })), { expected });
    await updated(page, 'good');
    await within(liar.greeted, 'connection to the liar');
    if (says === greeting) {
        await updated(page, 'x');
    }
    return { liar, page };
}

async function close({ liar, page }) {
    await world.goesOn(page);
    await world.unharmed(page);
    await page.close();
    await liar.stop();
}

/** What the liar says at last is true, and shown. */
let truths = 0;
async function believes({ liar, page }) {
    truths += 1;
    liar.emit('init chart data', {}, {
        ...snapshot, tpl: String(truths).padStart(12, 'b'),
        ds: { d: { ...rows, epoch: `truth${truths}`, rows: [['a', truths]] } },
    });
    await untilCharts(page, `[...charts()].some((element) => element.getAttribute('chart') === 'x'
        && element.handle?.rows()[0]?.amount === ${truths})`);
}

const framesPass = (page) => page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
}));

describe('messages that are none', () => {
    test('in every event', async () => {
        const both = await openBoth();
        for (const nothing of nothings) {
            for (const event of ['init chart data', 'new chart data', 'chart:refused', 'auth:expired', 'message']) {
                both.liar.emit(event);
                both.liar.emit(event, nothing);
                both.liar.emit(event, {}, nothing);
            }
        }
        await close(both);
    });

    test('packets that are none', async () => {
        const both = await openBoth();
        for (const packet of ['', '2', '2[', '2{}', '2["init chart data",', '51-["x",{"_placeholder":true,"num":0}]',
            '59-["x"]', '3', '37[]', '4', '4{"message":"x"}', '0', '0{"sid":7}', '8', 'zzz', '2["__proto__"]']) {
            both.liar.raw(packet);
        }
        await close(both);
    });
});

for (const [name, messages] of Object.entries(firstFrames)) {
    test(`a first frame with ${name}`, async () => {
        const cannotBeDrawn = /^(options|names of fields)/.test(name);
        const both = await openBoth(greeting, { expected: cannotBeDrawn ? ofEcharts : ofBrowser });
        for (const message of messages) {
            both.liar.emit('init chart data', {}, message);
        }
        await believes(both);
        // One at a time, too: each is drawn.
        for (const message of messages) {
            both.liar.emit('init chart data', {}, message);
            await framesPass(both.page);
        }
        await believes(both);
        await close(both);
    });
}

for (const [name, lists] of Object.entries(changes)) {
    test(`changes with ${name}`, async () => {
        const both = await openBoth();
        for (const ops of lists) {
            both.liar.emit('init chart data', {}, snapshot);
            both.liar.emit('new chart data', {}, { ...delta, ops });
        }
        await believes(both);
        await close(both);
    });
}

test('places, beats, states and patches that are none', async () => {
    const both = await openBoth();
    const odd = [null, 'x', -1, 1e308, {}, []];
    const messages = [
        ...odd.flatMap((value) => ['epoch', 'from', 'to', 'n', 'ts', 'ds']
            .map((name) => ({ ...delta, [name]: value }))),
        ...[...odd, { d: null }, { d: 7 }, { d: [] }, { d: ['e', 1e308] }, { none: ['e', 1] }, polluting]
            .flatMap((ds) => [{ mode: 'beat', ds }, { mode: 'beat', raw: ds }]),
        ...odd.map((fresh) => ({ mode: 'state', chart: 'x', fresh })),
        ...odd.flatMap((value) => [
            { mode: 'option', chart: 'x', from: 'aaaaaaaaaaaa', tpl: 'b', option: value },
            { mode: 'option', chart: value, from: value, tpl: value, option },
            { mode: 'delta', chart: 'x', epoch: 'e', v: 2, from: 1, patch: value },
        ]),
        { mode: 'delta', chart: 'x', epoch: 'e', v: 2, from: 1, patch: polluting },
        { mode: 'delta', chart: 'x', epoch: 'e', v: 2, from: 1, patch: nested(3000) },
    ];
    for (const message of messages) {
        both.liar.emit('new chart data', {}, message);
    }
    await believes(both);
    await close(both);
});

describe('a server that wants to be asked again and again', () => {
    /** What a page asks while the other chart draws a second's worth of changes. */
    async function askedIn(both, ms) {
        const [asked, connected] = [both.liar.heard.length, both.liar.connections];
        await elapse(ms);
        await world.goesOn(both.page);
        return { asked: both.liar.heard.length - asked, connected: both.liar.connections - connected };
    }

    test('gaps that no answer closes: the page asks a few times a second at most', async () => {
        const gap = (socket) => socket.emit('new chart data', {}, { ...delta, from: 1e6, to: 1e6 + 1 });
        const both = await openBoth((socket) => {
            socket.emit('init chart data', {}, snapshot);
            gap(socket);
            socket.onAny((name) => {
                socket.emit('init chart data', {}, snapshot);
                gap(socket);
            });
        });
        const { asked } = await askedIn(both, 2000);
        assert.ok(asked <= 6, `${asked} questions in two seconds`);
        await close(both);
    });

    test('questions that are refused, or never answered', async () => {
        for (const answers of [() => ({ ok: false, code: 'limit' }), () => null, () => html('code')]) {
            const both = await openBoth((socket) => {
                socket.emit('init chart data', {}, snapshot);
                socket.emit('new chart data', {}, { ...delta, from: 1e6, to: 1e6 + 1 });
            }, { answers });
            const { asked } = await askedIn(both, 1500);
            assert.ok(asked <= 15, `${asked} questions`);
            await close(both);
        }
    });

    test('connections that are ended at once', async () => {
        for (const ends of [(socket) => socket.disconnect(true), (socket) => socket.disconnect(),
            (socket) => socket.conn.close()]) {
            const both = await openBoth((socket) => setImmediate(ends, socket));
            const { connected } = await askedIn(both, 2000);
            assert.ok(connected <= 8, `${connected} connections in two seconds`);
            await close(both);
        }
    });
});

test('a chart that is refused with markup for a code shows no markup', async () => {
    const both = await openBoth((socket) => socket.emit('chart:refused', { chart: 'x', code: html('code') }));
    await untilCharts(both.page, `[...charts()].some((element) => element.getAttribute('chart') === 'x'
        && element.handle?.state.status === 'refused')`);
    await close(both);
});

test('a hundred frames of ten thousand rows in one turn are drawn together', async () => {
    const both = await openBoth();
    const many = Array.from({ length: 10_000 }, (_, at) => [`n${at}`, at]);
    for (let turn = 0; turn < 100; turn += 1) {
        both.liar.emit('new chart data', {}, { ...delta, from: turn + 1, to: turn + 2, ops: [['replace', many, 1]] });
    }
    await untilCharts(both.page, `[...charts()].some((element) => element.getAttribute('chart') === 'x'
        && element.handle?.rows().length === 10_000)`);
    await close(both);
});
