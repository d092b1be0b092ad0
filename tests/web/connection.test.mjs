// The SDK's connection against a server that says what a test wants: what it is asked and when, and what
// becomes of answers that are late, wrong or none.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { delta, ScriptedServer, snapshot } from '../support/scripted_server.mjs';
import { Changing, elapse, within } from '../support/waiting.mjs';
import { webModules } from '../support/web_bundle.mjs';

const [{ Chartcast, ChartcastError }] = await webModules('sdk/src/index.ts');

let server;
const casts = [];

beforeEach(async () => {
    server = await new ScriptedServer().start();
});
afterEach(async () => {
    casts.splice(0).forEach((cast) => cast.close());
    await server.stop();
});

function connect(options = {}) {
    const cast = Chartcast.connect(server.url, { locale: 'en', ...options });
    casts.push(cast);
    return cast;
}

/** A chart whose events a test can wait for. */
class Seen extends Changing {
    updates = [];
    states = [];

    constructor(chart) {
        super();
        this.chart = chart;
        chart.on('update', (event) => {
            this.updates.push(event);
            this.changed();
        });
        chart.on('state', (state) => {
            this.states.push(state);
            this.changed();
        });
    }

    status(status, code) {
        return this.until(() => this.chart.state.status === status && this.chart.state.code === code, `status ${status} ${code ?? ''}`);
    }

    rows(rows) {
        return this.until(() => JSON.stringify(this.chart.rows().map(Object.values)) === JSON.stringify(rows), `rows ${JSON.stringify(rows)}`);
    }
}

const hello = (count = 1) => server.until(() => server.hellos.length >= count && server.hellos[count - 1], `hello ${count}`);
const asked = (event, count = 1) => server.until(() => server.questions(event).length >= count && server.questions(event)[count - 1], `${event} ${count}`);

/** Answers hellos and questions for charts as the real server does, with these rows for all of them. */
function serve(rows, options) {
    const tell = (charts) => setImmediate(() => charts.forEach((chart) => server.say(snapshot(chart, 'd', rows, options), 'init chart data')));
    server.io.on('connection', (socket) => tell(socket.handshake.auth.charts));
    server.answer = (event, body) => {
        if (event !== 'chart:unsub' && event !== 'chart:pause' && event.startsWith('chart:')) {
            tell(body.charts);
        }
        return { ok: true };
    };
}

test('everything that is wanted when the connection is made is in its hello', async () => {
    serve([['a', 1]]);
    const cast = connect({ token: 'a token', locale: 'zh-CN' });
    const chart = new Seen(cast.chart('one', { maxRate: 4 }));
    const again = new Seen(cast.chart('one', { maxRate: 4 }));
    const other = new Seen(cast.chart('two', { maxRate: 4 }));
    assert.equal(chart.chart.state.status, 'connecting');
    const said = await hello();
    assert.deepEqual(said, {
        chartcast: 1, delta: true, charts: ['one', 'two'], since: { tpl: {}, ds: {}, raw: {} }, locale: 'zh-CN', maxRate: 4, token: 'a token',
    });
    await Promise.all([chart, again, other].map((one) => one.rows([['a', 1]])));
    await chart.status('live');
    assert.equal(chart.chart.title, 'Title of one');
    assert.deepEqual(chart.chart.datasets, ['d']);
    assert.deepEqual(chart.chart.fields(), ['id', 'amount']);
    assert.deepEqual(chart.chart.state.asOf, new Date(1_700_000_000_000));
    assert.equal(server.asked.length, 0);
    assert.equal(server.hellos.length, 1);
});

test('what is wanted later goes out in one question for each kind, and what is wanted twice once', async () => {
    serve([['a', 1]]);
    const cast = connect();
    const first = new Seen(cast.chart('one'));
    await first.status('live');
    const charts = ['two', 'three', 'two'].map((id) => cast.chart(id));
    assert.deepEqual((await asked('chart:sub')).charts, ['two', 'three']);
    charts[0].destroy();
    const late = new Seen(cast.chart('four', { maxRate: 2 }));
    const sub = await asked('chart:sub', 2);
    assert.deepEqual([sub.charts, sub.maxRate], [['four'], 2]);
    await late.status('live');
    assert.equal(server.questions('chart:unsub').length, 0, 'another one still wants it');
    charts[2].destroy();
    assert.deepEqual((await asked('chart:unsub')).charts, ['two']);
    // There and back in one turn is nothing.
    first.chart.pause();
    first.chart.resume();
    charts[1].pause();
    assert.deepEqual(await asked('chart:pause'), { charts: ['three'] });
    charts[1].resume();
    const resumed = await asked('chart:resume');
    assert.deepEqual(resumed.since, { tpl: { three: 't1' }, ds: { d: ['e1', 1] }, raw: {} });
    assert.equal(server.questions('chart:pause').length, 1);
});

test('after a cut the hello says where everything was, and changes are enough', async () => {
    serve([['a', 1], ['b', 2]]);
    const seen = new Seen(connect().chart('one'));
    await seen.rows([['a', 1], ['b', 2]]);
    server.say(delta('d', 1, 2, [['set', [['a', { 1: 5 }]]]]));
    await seen.rows([['a', 5], ['b', 2]]);
    server.io.removeAllListeners('connection');
    server.io.on('connection', () => setImmediate(() => server.say({
        mode: 'resume', chart: 'one', tpl: 't1', recovered: true, fresh: { asOf: 1_700_000_005_000, state: 'live' },
        ds: { d: { epoch: 'e1', from: 2, to: 3, ops: [['append', 3, [['c', 3]]]] } },
    }, 'init chart data')));
    server.cut();
    await seen.status('disconnected');
    assert.deepEqual(seen.chart.rows().length, 2, 'the last known rows stay');
    const said = await hello(2);
    assert.deepEqual(said.since, { tpl: { one: 't1' }, ds: { d: ['e1', 2] }, raw: {} });
    assert.deepEqual(said.charts, ['one']);
    await seen.rows([['a', 5], ['b', 2], ['c', 3]]);
    await seen.status('live');
    assert.deepEqual(seen.states.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1]), ['live', 'disconnected', 'connecting', 'live']);
});

test('charts of several rates: one is said for all, or each its own; a limit is lifted by a higher one', async () => {
    serve([['a', 1]]);
    const cast = connect();
    const [slow, free] = [{ maxRate: 1 }, {}].map((options, at) => new Seen(cast.chart(`c${at}`, options)));
    await Promise.all([slow.status('live'), free.status('live')]);
    assert.deepEqual([server.hellos[0].charts, server.hellos[0].maxRate], [['c1'], undefined]);
    const [sub] = server.questions('chart:sub');
    assert.deepEqual([sub.charts, sub.maxRate], [['c0'], 1]);
    const second = cast.chart('c0');
    assert.deepEqual([(await asked('chart:sub', 2)).charts, server.questions('chart:sub')[1].maxRate], [['c0'], 1000]);
    second.destroy();
    assert.equal((await asked('chart:sub', 3)).maxRate, 1);

    const limited = connect({ token: 'another' });
    await new Seen(limited.chart('l0', { maxRate: 2 })).status('live');
    assert.equal(server.hellos[1].maxRate, 2);
    await new Seen(limited.chart('l1')).status('live');
    assert.deepEqual([server.questions('chart:sub').at(-1).charts, server.questions('chart:sub').at(-1).maxRate], [['l1'], 1000]);
});

test('whoever wants nothing at the moment is told so nothing, also after a cut', async () => {
    serve([['a', 1]]);
    const seen = new Seen(connect().chart('one'));
    await seen.status('live');
    seen.chart.pause();
    await asked('chart:pause');
    server.cut();
    assert.deepEqual((await hello(2)).charts, []);
    await seen.until(() => seen.chart.state.status === 'connecting' || seen.chart.state.status === 'live', 'the connection');
    // As a server with a default chart does, when no other one is named.
    server.say(snapshot('default', 'd', [['z', 1]]), 'init chart data');
    assert.deepEqual(await asked('chart:unsub'), { chart: 'default' });
    assert.deepEqual(seen.chart.rows(), [{ id: 'a', amount: 1 }]);
    seen.chart.resume();
    assert.deepEqual((await asked('chart:sub')).since.ds, { d: ['e1', 1] });
    await seen.status('live');
});

test('a gap asks for what is missing, once', async () => {
    serve([['a', 1]]);
    const seen = new Seen(connect().chart('one'));
    await seen.status('live');
    serve([['a', 9]], { v: 9 });
    for (let v = 5; v < 9; v += 1) {
        server.say(delta('d', v, v + 1, [['set', [['a', { 1: v }]]]]));
    }
    await seen.rows([['a', 9]]);
    assert.equal(server.questions('chart:resync').length, 1);
    assert.deepEqual(server.questions('chart:resync')[0], { charts: ['one'], since: { tpl: { one: 't1' }, ds: { d: ['e1', 1] }, raw: {} } });
    server.say({ mode: 'beat', ds: { d: ['e1', 9] } });
    server.say({ mode: 'beat', ds: { d: ['e1', 12] } });
    await asked('chart:resync', 2);
});

const shapes = {
    'a message that is none': (say) => { say('text'); say(null); say([1]); say(7); },
    'a message of no kind': (say) => { say({}); say({ mode: 'delta' }); say({ mode: 7, chart: 'one' }); },
    'a delta without ops': (say) => say({ mode: 'delta', ds: 'd', epoch: 'e1', from: 1, to: 2 }),
    'ops of another kind': (say) => say(delta('d', 1, 2, [['set', 'a'], 7])),
    'a snapshot without rows': (say) => say({ mode: 'snapshot', chart: 'one', tpl: 't', option: {}, ds: { d: {} } }),
    'datasets that are none': (say) => say({ mode: 'snapshot', chart: 'one', tpl: 't', option: {}, ds: { d: null, e: 'x' } }),
    'an option that is none': (say) => say({ mode: 'option', chart: 'one', from: 't1', tpl: 't2', option: 'x' }),
    'a beat of nonsense': (say) => { say({ mode: 'beat', ds: { d: 'x', nobody: ['e', 1] }, raw: { one: ['e', 4] } }); say({ mode: 'beat', ds: [] }); },
    'a state of nonsense': (say) => say({ mode: 'state', chart: 'one', fresh: 'fine' }),
    'a raw change of what is not raw': (say) => say({ mode: 'delta', chart: 'one', epoch: 'e', from: 1, v: 2, patch: { a: 1 } }),
};
for (const [name, speak] of Object.entries(shapes)) {
    test(`${name} stops nobody: the chart is right afterwards`, async () => {
        serve([['a', 1]]);
        const cast = connect();
        const seen = new Seen(cast.chart('one'));
        const other = new Seen(cast.chart('two'));
        await Promise.all([seen.status('live'), other.status('live')]);
        serve([['a', 2]], { v: 2 });
        speak((message) => server.say(message));
        server.say(snapshot('two', 'other', [['z', 1]]), 'init chart data');
        await other.rows([['z', 1]]);
        server.say(delta('d', 1, 2, [['set', [['a', { 1: 2 }]]]]));
        await seen.rows([['a', 2]]);
        await seen.status('live');
    });
}

test('a server that never says anything sensible is asked less and less often', async () => {
    server.answer = (event, body) => {
        if (event === 'chart:resync') {
            server.say({ mode: 'snapshot', chart: body.charts[0], option: {}, ds: { d: { rows: 'none' } } });
        }
        return { ok: true };
    };
    server.io.on('connection', () => setImmediate(() => server.say({ mode: 'snapshot', chart: 'one', option: {}, ds: { d: 7 } })));
    const seen = new Seen(connect().chart('one'));
    await asked('chart:resync', 2);
    // The third comes two seconds behind the second, whatever is said meanwhile.
    for (let times = 0; times < 20; times += 1) {
        server.say(delta('d', 1, 2, []));
    }
    await elapse(500);
    assert.equal(server.questions('chart:resync').length, 2);
    assert.equal(seen.chart.state.status, 'connecting');
    assert.deepEqual(seen.chart.rows(), []);
});

test('charts are refused one by one, with the reason, and may be asked for again', async () => {
    serve([['a', 1]]);
    const cast = connect();
    const good = new Seen(cast.chart('good'));
    const bad = new Seen(cast.chart('bad'));
    const nameless = new Seen(cast.chart('no name'));
    await good.status('live');
    assert.deepEqual(server.hellos[0].charts, ['good', 'bad']);
    assert.deepEqual([nameless.chart.state.status, nameless.chart.state.code], ['refused', 'unknown_chart']);
    server.emit('chart:refused', { chart: 'bad', code: 'forbidden' });
    await bad.status('refused', 'forbidden');
    assert.equal(good.chart.state.status, 'live');
    server.answer = () => ({ ok: false, code: 'unknown_chart' });
    const late = new Seen(cast.chart('late'));
    await late.status('refused', 'unknown_chart');
    serve([['b', 1]], { v: 2 });
    bad.chart.resume();
    await bad.status('live');
    await assert.rejects(late.chart.seek(0), (error) => error instanceof ChartcastError && error.code === 'unknown_chart');
});

test('more charts than the server takes: each is asked for alone, and those too many are refused', async () => {
    serve([['a', 1]]);
    const cast = connect();
    const seen = new Seen(cast.chart('first'));
    await seen.status('live');
    const room = new Set(['b']);
    const serving = server.answer;
    server.answer = (event, body) => {
        if (event !== 'chart:sub' || body.charts.every((id) => room.has(id))) {
            return serving(event, body);
        }
        return { ok: false, code: 'limit' };
    };
    const [a, b] = ['a', 'b'].map((id) => new Seen(cast.chart(id)));
    await b.status('live');
    await a.status('refused', 'limit');
    assert.deepEqual(server.questions('chart:sub').map(({ charts }) => charts), [['a', 'b'], ['a'], ['b']]);
    room.add('a');
    seen.chart.destroy();
    await a.status('live');
});

test('a question that nobody answers is asked again', { timeout: 60_000 }, async () => {
    serve([['a', 1]]);
    const cast = connect();
    await new Seen(cast.chart('one')).status('live');
    const serving = server.answer;
    server.answer = (event, body) => (event === 'chart:sub' ? undefined : serving(event, body));
    const lost = new Seen(cast.chart('two'));
    await server.until(() => server.questions('chart:resync').length > 0, 'a resync', 20_000);
    assert.deepEqual(server.questions('chart:resync')[0].charts, ['two']);
    await lost.status('live');
});

test('users with the same token share a socket, which the last of them closes', async () => {
    serve([['a', 1]]);
    const token = () => 'from a function';
    const pairs = [connect({ token: 'same' }), connect({ token: 'same' }), connect({ token }), connect({ token })];
    await Promise.all(pairs.map((cast) => new Seen(cast.chart('one')).status('live')));
    assert.deepEqual(server.hellos.map((said) => said.token).sort(), ['from a function', 'same']);
    const different = connect({ token: () => 'from a function' });
    await new Seen(different.chart('one')).status('live');
    assert.equal(server.hellos.length, 3);
    pairs[0].close();
    assert.equal(pairs[0].status, 'closed');
    assert.equal(pairs[1].status, 'connected');
    pairs[1].close();
    await server.until(() => server.io.sockets.sockets.size === 2, 'the end of the first socket');
    assert.throws(() => pairs[0].chart('one'), ChartcastError);
});

test('whoever is refused for its token is asked for another one, and told why meanwhile', async () => {
    serve([['a', 1]]);
    const tokens = ['old', 'new'];
    server.refuse = ({ token }) => (token === 'old' ? 'expired' : null);
    const seen = new Seen(connect({ token: async () => tokens.shift() }).chart('one'));
    await seen.status('refused', 'expired');
    await seen.rows([['a', 1]]);
    assert.deepEqual(server.hellos.map(({ token }) => token), ['old', 'new']);

    server.refuse = () => 'unknown';
    const fixed = connect({ token: 'wrong' });
    const refused = new Seen(fixed.chart('one'));
    await refused.status('refused', 'unknown');
    assert.equal(fixed.status, 'refused');
    server.refuse = () => null;
    await fixed.renew('right');
    await refused.status('live');
    assert.equal(server.hellos.at(-1).token, 'right');
});

test('a token source that fails is asked again, and stops no other connection', async () => {
    serve([['a', 1]]);
    let asks = 0;
    const cast = connect({ token: () => {
        asks += 1;
        if (asks === 1) {
            throw new Error('the shop is closed');
        }
        return 'at last';
    } });
    const seen = new Seen(cast.chart('one'));
    await seen.status('disconnected');
    await seen.status('live');
    assert.deepEqual(server.hellos.map(({ token }) => token), ['at last']);
    assert.equal(asks, 2);
});

/** As an embed token looks, with an end so many milliseconds from now. */
const endingIn = (ms, name) => `cc1.${Buffer.from(JSON.stringify({ name, exp: (Date.now() + ms) / 1000 })).toString('base64url')}.mac`;

test('a token that says when it ends is renewed before, on the open socket', async () => {
    serve([['a', 1]]);
    const given = [];
    const cast = connect({ token: () => {
        given.push(endingIn(given.length === 0 ? 2_000 : 600_000, `t${given.length}`));
        return given.at(-1);
    } });
    const seen = new Seen(cast.chart('one'));
    await seen.status('live');
    // A token asked for a moment ago is shared: this one ends within that moment.
    const { token } = await asked('auth:renew');
    assert.equal(token, given[1]);
    assert.equal(server.hellos.length, 1);
    assert.equal(seen.chart.state.status, 'live');
});

test('auth:expired asks for a token until one is taken; then what was refused comes back', async () => {
    serve([['a', 1]]);
    let number = 0;
    const cast = connect({ token: () => `token ${number += 1}` });
    const seen = new Seen(cast.chart('one'));
    await seen.status('live');
    const serving = server.answer;
    server.answer = (event, body) => (event === 'auth:renew' && server.questions(event).length === 1 ? { ok: false, code: 'expired' } : serving(event, body));
    server.emit('auth:expired', { grace: 100 });
    await seen.status('refused', 'expired');
    await seen.status('live');
    assert.equal(server.questions('auth:renew').length, 2);
    assert.deepEqual(server.questions('chart:sub').map(({ charts }) => charts), [['one']]);
    assert.equal(server.hellos.length, 1);
});

test('a server that falls silent is noticed within three seconds, and taken back when it speaks', { timeout: 60_000 }, async () => {
    serve([['a', 1]]);
    const cast = connect();
    const seen = new Seen(cast.chart('one'));
    await seen.status('live');
    // The process goes on, the cable is pulled: nothing comes, and nothing says that nothing will.
    const [{ conn }] = server.io.sockets.sockets.values();
    const { socket } = conn.transport;
    const write = socket.send.bind(socket);
    const held = [];
    socket.send = (...args) => held.push(args);
    const begin = performance.now();
    await seen.status('disconnected');
    const took = performance.now() - begin;
    assert.ok(took < 3_000, `${took} ms`);
    socket.send = write;
    held.forEach((args) => write(...args));
    await seen.status('live');
    assert.equal(server.hellos.length, 1, 'the same connection');
});

test('raw charts: patches, whole values, and a patch of what is not there', async () => {
    const init = (more) => ({ mode: 'snapshot', chart: 'raw', recovered: false, fresh: { asOf: 5, state: 'live' }, ...more });
    server.io.on('connection', () => setImmediate(() => server.say(init({ epoch: 'e', v: 1, option: { title: { text: 'A' }, series: [{ data: [1] }] } }), 'init chart data')));
    const seen = new Seen(connect().chart('raw'));
    await seen.status('live');
    assert.deepEqual([seen.chart.title, seen.chart.datasets, seen.chart.rows()], ['A', [], []]);
    const change = (more) => server.say({ mode: 'delta', chart: 'raw', epoch: 'e', ts: 9, ...more });
    change({ from: 1, v: 2, patch: { title: { text: 'B', subtext: 'b' } } });
    await seen.until(() => seen.chart.title === 'B', 'the patch');
    assert.deepEqual(seen.chart.option, { title: { text: 'B', subtext: 'b' }, series: [{ data: [1] }] });
    change({ from: 2, v: 3, patch: { title: { subtext: null } } });
    change({ from: 1, v: 2, patch: { title: { text: 'an old one' } } });
    change({ v: 4, option: { title: { text: 'C' } } });
    await seen.until(() => seen.chart.title === 'C', 'the value');
    assert.deepEqual(seen.chart.option, { title: { text: 'C' } });
    assert.equal(server.questions('chart:resync').length, 0);
    change({ from: 7, v: 8, patch: { title: null } });
    assert.deepEqual((await asked('chart:resync')).since.raw, { raw: ['e', 4] });
    server.say(init({ epoch: 'e', v: 8, option: { title: { text: 'D' } } }), 'init chart data');
    await seen.until(() => seen.chart.title === 'D', 'the answer');
    await assert.rejects(seen.chart.seek(new Date()), (error) => error.code === 'no_history');
    assert.equal(await seen.chart.history(), null);
});

test('states of the source, and a listener that throws', async () => {
    serve([['a', 1]]);
    const seen = new Seen(connect().chart('one'));
    await seen.status('live');
    const warned = [];
    const { error } = console;
    console.error = (...args) => warned.push(args);
    seen.chart.on('state', () => { throw new Error('of the page'); });
    const told = [];
    seen.chart.on('state', ({ status }) => told.push(status));
    for (const state of ['stale', 'source_error', 'degraded', 'live']) {
        server.say({ mode: 'state', chart: 'one', fresh: { asOf: 1_700_000_000_000, state } });
        await seen.status(state);
    }
    console.error = error;
    assert.deepEqual(told, ['stale', 'source_error', 'degraded', 'live']);
    assert.equal(warned.length, 4);
});

test('a second chart of the same id is told what the first one was', async () => {
    serve([['a', 1]]);
    const cast = connect();
    await new Seen(cast.chart('one')).status('live');
    const second = new Seen(cast.chart('one'));
    assert.equal(second.chart.state.status, 'live');
    assert.deepEqual(second.chart.rows(), [{ id: 'a', amount: 1 }]);
    await second.until(() => second.updates.length > 0, 'its first update');
    assert.deepEqual(second.updates, [{ datasets: ['d'], reason: 'snapshot' }]);
    assert.equal(server.asked.length, 0);
});

test('several changes within a frame are one update', async () => {
    serve([['a', 1]]);
    const seen = new Seen(connect().chart('one'));
    await seen.status('live');
    await seen.until(() => seen.updates.length > 0, 'the first update');
    assert.deepEqual(seen.updates, [{ datasets: ['d'], reason: 'snapshot' }]);
    for (let v = 1; v <= 50; v += 1) {
        server.say(delta('d', v, v + 1, [['set', [['a', { 1: v }]]]]));
    }
    await seen.rows([['a', 50]]);
    await seen.until(() => seen.updates.at(-1).reason === 'delta', 'the update');
    await within(elapse(50), 'a few frames');
    assert.ok(seen.updates.length < 20, `${seen.updates.length} updates`);
});
