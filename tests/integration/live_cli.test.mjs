// The command line against a real server: what `push` sends is there, keys and tokens open what they say.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer, testKey } from '../support/live_server.mjs';
import { built, Program } from '../support/programs.mjs';
import { within } from '../support/waiting.mjs';

const configuration = {
    ...dealsConfiguration,
    auth: { ...dealsConfiguration.auth, anonymous: 'none', embed: { secret: 'a secret that signs tokens of tests', max_ttl: '10m' } },
    datasets: {
        deals: {
            fields: { id: 'string', region: 'string', amount: 'number', ts: 'time' }, key: ['id'],
            row_access: { field: 'region', claim: 'regions' }, source: { push: {} },
        },
    },
};

let server;
before(async () => {
    server = await new LiveServer(configuration).start();
}, { timeout: 30_000 });
after(() => server?.stop());

async function run(args, { input = '', env } = {}) {
    const child = spawn(built('chartcast'), args, { env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [code] = await within(once(child, 'close'), `end of ${args[0]}`, 30_000);
    return { code, out, err };
}

const push = (args, input, env) => run(['push', 'deals', '--url', server.url, ...args], { input, env });
const rows = async () => (await server.rows('deals')).rows;

test('push brings NDJSON from a pipe', async () => {
    const input = Array.from({ length: 2500 }, (_, at) => JSON.stringify({ id: `n${at}`, region: 'north', amount: at })).join('\n');
    const { code, err } = await push(['--key', testKey, '-o', 'replace'], '{"id":"old"}');
    assert.equal(code, 0, err);
    assert.deepEqual((await rows()).map(({ id }) => id), ['old']);
    const pushed = await push(['--key', testKey], input);
    assert.equal(pushed.code, 0, pushed.err);
    assert.match(pushed.err, /push: 2,500 rows, .* 3 batches; deals: version 4, 0 watching\n$/);
    assert.equal((await rows()).length, 2501);
});

test('push brings CSV, with the key from the environment', async () => {
    const input = 'region,id,amount,ts\n"north, by west",c1,1.5,1970-01-01T00:00:01Z\nsouth,c2,,\n';
    const { code, err } = await push(['-f', 'csv', '-o', 'replace'], input, { CHARTCAST_KEY: testKey });
    assert.equal(code, 0, err);
    assert.deepEqual(await rows(), [
        { id: 'c1', region: 'north, by west', amount: 1.5, ts: 1000 },
        { id: 'c2', region: 'south', amount: null, ts: null },
    ]);
});

test('push tells which line was refused, and what was taken before', async () => {
    await server.publish('deals', 'clear');
    const input = '{"id":"a","amount":1}\n{"id":"b","amount":2}\n\n{"id":"c","amount":3}\n{"id":"d","amount":"much"}\n{"id":"e"}\n';
    const { code, err } = await push(['--key', testKey, '--batch', '2'], input);
    assert.equal(code, 1);
    assert.match(err, /push: 422 invalid_rows: .*\n {2}line 5: amount: wrong_type\n/);
    assert.match(err, /nothing was taken of lines 4 to 5; all rows before them were/);
    assert.deepEqual((await rows()).map(({ id }) => id), ['a', 'b']);
    const broken = await push(['--key', testKey], '{"id":"f"}\n{"id":\n');
    assert.equal(broken.code, 1);
    assert.match(broken.err, /push: 400 .*\n {2}line 2\n/);
    const csv = await push(['--key', testKey, '-f', 'csv'], 'id,amount\ng,1\nh,much\n');
    assert.equal(csv.code, 1);
    assert.match(csv.err, /line 3: amount: wrong_type/);
    assert.equal((await rows()).length, 2);
});

test('push says what was wrong with the key, the dataset or the command line', async () => {
    const wrong = await push(['--key', 'no key at all, but long enough'], '{"id":"x"}');
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /push: 401 token_unknown/);
    const none = await push([], '{"id":"x"}');
    assert.equal(none.code, 1);
    assert.match(none.err, /push: 401 token_missing/);
    const unknown = await run(['push', 'nothing', '--url', server.url, '--key', testKey], { input: '{"id":"x"}' });
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /push: 404 unknown_dataset/);
    assert.equal((await push(['--op', 'add'], '')).code, 2);
    assert.equal((await run(['push', 'no/id', '--url', server.url])).code, 2);
});

test('top reads the internal listener', async () => {
    const top = new Program(built('chartcast'), ['top', '--url', server.internalUrl]);
    try {
        await top.printed(new RegExp(`^chartcast at ${server.internalUrl}\n`));
        await top.printed(/info .*\s1\n/);
        assert.ok(!top.output.includes('\x1b'), 'no screen, no escape sequences');
    } finally {
        await top.stop();
    }
    const { code, err } = await run(['top', '--url', 'http://127.0.0.1:1']);
    assert.equal(code, 1);
    assert.match(err, /top: cannot read http:\/\/127\.0\.0\.1:1\/metrics: /);
});

test('token opens a chart, and the rows that it names', async () => {
    await server.publish('deals', 'replace', [
        { id: 'a', region: 'north', amount: 1 }, { id: 'b', region: 'south', amount: 2 }, { id: 'c', region: 'east', amount: 3 },
    ]);
    const { code, out, err } = await run(['token', '-c', server.file, '--chart', 'deals_live',
        '--rows', 'regions=north', '--rows', 'regions=east', '--ttl', '5m']);
    assert.equal(code, 0, err);
    const client = new LiveClient(server.url, { charts: ['deals_live'], token: out.trim() });
    try {
        await client.until(() => client.rows('deals'), 'snapshot');
        assert.deepEqual(client.rows('deals').map(([id]) => id), ['a', 'c']);
    } finally {
        client.close();
    }
    const other = await run(['token', '--chart', 'deals_live'],
        { env: { CHARTCAST_EMBED_SECRET: 'another secret that signs other tokens' } });
    assert.equal(other.code, 0, other.err);
    const refused = new LiveClient(server.url, { charts: ['deals_live'], token: other.out.trim() });
    await refused.until(() => refused.seen.some(([event]) => event === 'connect_error'), 'refusal');
    assert.equal((await run(['token', '--chart', 'deals_live'])).code, 2);
});

test('hash-key makes a key that a configuration lets in', async () => {
    const { out } = await run(['hash-key']);
    const [, key, hash] = /^key: {2}(\S+)\nhash: (\S+)\n$/.exec(out);
    const from = server.program.output.length;
    const keys = [...configuration.auth.api_keys, { id: 'made', hash, can: ['publish:deals'] }];
    server.configure({ ...configuration, auth: { ...configuration.auth, api_keys: keys } });
    await server.program.printed(/configuration reloaded/, { from });
    const { code, err } = await push(['--key', key], '{"id":"made","region":"n"}');
    assert.equal(code, 0, err);
});
