// Sources of the real program: the example configuration as it is, SQLite, files and stdin, and what viewers see
// of their failures.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { PlainClient } from '../support/plain_client.mjs';
import { built } from '../support/programs.mjs';
import { SqliteWriter } from '../support/sqlite.mjs';
import { elapse, timeScale, within } from '../support/waiting.mjs';

const example = fileURLToPath(new URL('../../examples/crm.yaml', import.meta.url));

/** An identity provider: its keys on loopback, and tokens that they sign. */
class Provider {
    #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

    async start() {
        const key = { ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
        this.server = createServer((_, response) => {
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify({ keys: [key] }));
        }).listen(0, '127.0.0.1');
        await once(this.server, 'listening');
        this.url = `http://127.0.0.1:${this.server.address().port}/jwks`;
        return this;
    }

    token(claims) {
        const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const now = Math.floor(Date.now() / 1000);
        const text = `${part({ alg: 'RS256', kid: 'one' })}.`
            + part({ aud: 'chartcast', iat: now, exp: now + 600, ...claims });
        return `${text}.${createSign('RSA-SHA256').update(text).sign(this.#keys.privateKey, 'base64url')}`;
    }

    stop() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

/** Rows that a query groups, as the example's does. */
const dealsTable = `
    CREATE TABLE deals (stage TEXT, region TEXT, amount REAL, closed_at INTEGER);
    INSERT INTO deals VALUES ('won', 'north', 100, NULL), ('won', 'south', 50, NULL), ('lost', 'north', 1, 1);`;

const sqlite = new SqliteWriter();
after(() => sqlite.stop());

/** A SQL dataset of the file `data.db` in the test's folder, and its chart. */
const sqlConfiguration = (sql, query = 'SELECT stage, sum(amount) AS amount FROM deals GROUP BY stage ORDER BY stage') => ({
    ...dealsConfiguration,
    connections: { crm: { driver: 'sqlite', path: 'data.db' } },
    datasets: {
        stages: {
            fields: { stage: 'string', amount: 'number' }, key: ['stage'],
            source: { sql: { connection: 'crm', query, ...sql } },
        },
    },
    charts: {
        stages: { data: ['stages'], option: { series: [{ id: 's', type: 'funnel' }] } },
        again: { data: ['stages'], option: { series: [{ id: 's', type: 'pie' }] } },
    },
});

/** A server that a describe has, with a database beside its configuration. */
async function startWithDatabase(configuration) {
    const server = new LiveServer(configuration, { args: ['--shards', '2'] });
    await sqlite.execute(path.join(server.folder.path, 'data.db'), dealsTable);
    return server.start();
}

const runs = (server, dataset = 'stages') => server.metric(`chartcast_source_runs_total{dataset="${dataset}"}`);
const state = (client, chart = 'stages') => client.charts.get(chart)?.fresh.state;

describe('the example configuration', () => {
    let server;
    let provider;
    let database;
    const clients = [];

    before(async () => {
        provider = await new Provider().start();
        const text = readFileSync(example, 'utf8')
            .replace('0.0.0.0:8080', '127.0.0.1:0')
            .replace('127.0.0.1:9090', '127.0.0.1:0')
            .replace('  embed:', `  jwt: { jwks_url: "${provider.url}", audience: chartcast }\n  embed:`);
        server = new LiveServer(text);
        database = path.join(server.folder.path, 'crm.db');
        server.env = { CRM_DB: database };
        await sqlite.execute(database, dealsTable);
        await server.start();
    });
    after(async () => {
        clients.forEach((client) => client.close());
        await server?.stop();
        provider?.stop();
    });

    const command = (...args) => spawnSync(built('chartcast'), args, { encoding: 'utf8', env: { ...process.env, ...server.env } });

    test('is valid as it stands, and as it runs here', () => {
        for (const file of [example, server.file]) {
            const { status, stdout, stderr } = command('check', file);
            assert.equal(status, 0, stderr);
            assert.match(stdout, /^ok: 3 datasets, 2 charts/);
        }
    });

    test('an insert into its database is on screens within a second', async () => {
        const token = command('token', '-c', server.file, '--chart', 'pipeline_funnel', '--rows', 'regions=north');
        assert.equal(token.status, 0, token.stderr);
        const plain = new PlainClient(server.url,
            { namespace: '/charts/pipeline_funnel', auth: { token: token.stdout.trim() } });
        const delta = new LiveClient(server.url, {
            charts: ['pipeline_funnel'],
            token: provider.token({ sub: 'ada', regions: ['north', 'south'] }),
        });
        clients.push(plain, delta);
        const south = ['won', 'south', 50, 1];
        await plain.until(() => plain.rows?.length === 1, 'rows of the plain client');
        await delta.until(() => delta.rows('pipeline')?.length === 2, 'rows of the delta client');
        assert.deepEqual(plain.rows, [['won', 'north', 100, 1]]);
        for (let turn = 1; turn <= 3; turn += 1) {
            await elapse(2000);
            const begun = performance.now();
            await sqlite.execute(database, "INSERT INTO deals VALUES ('won', 'north', 10, NULL)");
            const won = ['won', 'north', 100 + 10 * turn, 1 + turn];
            const seen = (rows) => rows.some((row) => JSON.stringify(row) === JSON.stringify(won));
            const times = await Promise.all([plain, delta].map((client, at) => client
                .until(() => seen(at === 0 ? plain.rows : delta.rows('pipeline')), `insert ${turn}`)
                .then(() => performance.now() - begun)));
            assert.ok(Math.max(...times) < 1000 * timeScale, `after ${times.map(Math.round)} ms`);
            assert.ok(delta.rows('pipeline').some((row) => JSON.stringify(row) === JSON.stringify(south)));
            assert.equal(plain.rows.length, 1);
        }
        assert.equal(delta.resyncs, 0);
    });

    test('who has no region sees no row', async () => {
        const nobody = new LiveClient(server.url, { charts: ['pipeline_funnel'] });
        clients.push(nobody);
        await nobody.until(() => nobody.charts.has('pipeline_funnel'), 'snapshot');
        assert.deepEqual(nobody.rows('pipeline'), []);
    });

    test('a reload keeps the keys of a provider that is away', async () => {
        provider.stop();
        const from = server.program.output.length;
        server.configure(readFileSync(server.file, 'utf8').replace('Sales funnel', 'Funnel of sales'));
        await server.program.printed(/configuration reloaded/, { from });
        const token = provider.token({ sub: 'bob', regions: '*' });
        const late = new LiveClient(server.url, { charts: ['pipeline_funnel'], token, locale: 'en' });
        clients.push(late);
        await late.until(() => late.charts.has('pipeline_funnel'), 'snapshot');
        assert.equal(late.charts.get('pipeline_funnel').option.title.text, 'Funnel of sales');
        assert.equal(late.rows('pipeline').length, 2);
    });
});

describe('a query', () => {
    test('runs once in its interval for two hundred viewers, and not at all for none', async () => {
        const every = 500;
        const server = await startWithDatabase(sqlConfiguration({ every: `${every}ms`, only_while_watched: true }));
        const clients = [];
        try {
            assert.equal(await runs(server), 0);
            for (let at = 0; at < 100; at += 1) {
                clients.push(new LiveClient(server.url, { charts: [at % 2 ? 'stages' : 'again'] }));
                clients.push(new PlainClient(server.url, { namespace: at % 2 ? '/charts/stages' : '/charts/again' }));
            }
            await Promise.all(clients.map((client) => client.until(
                () => (client.rows instanceof Function ? client.rows('stages') : client.rows)?.length === 2, 'rows', 30_000)));
            const before = [await runs(server), performance.now()];
            await elapse(3000);
            const after = [await runs(server), performance.now()];
            const intervals = (after[1] - before[1]) / every;
            const ran = after[0] - before[0];
            assert.ok(ran <= intervals + 1, `${ran} queries in ${intervals} intervals`);
            assert.ok(ran >= intervals / 2, `${ran} queries in ${intervals} intervals`);
            clients.forEach((client) => client.close());
            await until(async () => await server.metric('chartcast_streams') === 0, 'end of all streams');
            const last = await runs(server);
            await elapse(4 * every);
            assert.ok(await runs(server) <= last + 1, 'nobody watches');
        } finally {
            clients.forEach((client) => client.close());
            await server.stop();
        }
    });

    test('that fails leaves the last good rows, says so, and recovers', async () => {
        const server = await startWithDatabase(sqlConfiguration({ every: '30s', on_change: {} }));
        const file = path.join(server.folder.path, 'data.db');
        const client = new LiveClient(server.url, { charts: ['stages'] });
        const plain = new PlainClient(server.url, { namespace: '/charts/stages' });
        const opened = [client, plain];
        const good = [['lost', 1], ['won', 150]];
        const failed = async (why) => {
            await client.until(() => state(client) === 'source_error', `source_error: ${why}`);
            assert.equal(client.messages('state').at(-1).fresh.state, 'source_error');
            const late = new LiveClient(server.url, { charts: ['stages'] });
            opened.push(late);
            await late.until(() => late.charts.has('stages'), 'snapshot');
            assert.equal(state(late), 'source_error');
            assert.equal(await server.metric('chartcast_source_up{dataset="stages"}'), 0);
            return late;
        };
        try {
            await client.until(() => client.rows('stages')?.length === 2, 'rows');
            assert.equal(state(client), 'live');
            await sqlite.execute(file, 'ALTER TABLE deals RENAME TO elsewhere');
            const late = await failed('the table is gone');
            for (const one of [client.rows('stages'), late.rows('stages')]) {
                assert.deepEqual(one, good);
            }
            await plain.until(() => plain.rows?.length === 2, 'plain rows');
            assert.match(server.program.output, /source failed .*no such table: deals/);
            // The change is seen; no waiting for the next interval.
            await sqlite.execute(file, "ALTER TABLE elsewhere RENAME TO deals; UPDATE deals SET amount = 2 WHERE stage = 'lost'");
            await client.until(() => state(client) === 'live', 'live again');
            await client.until(() => client.rows('stages')[0][1] === 2, 'new rows');
            await late.until(() => state(late) === 'live', 'live for who came in between');

            for (const end of ['', '-wal', '-shm', '-journal']) {
                rmSync(file + end, { force: true });
            }
            await failed('the file is gone');
            assert.deepEqual(client.rows('stages'), [['lost', 2], ['won', 150]]);
            await sqlite.execute(file, `${dealsTable} INSERT INTO deals VALUES ('new', 'x', 7, NULL)`);
            await client.until(() => state(client) === 'live', 'live again');
            await client.until(() => client.rows('stages').length === 3, 'rows of the new file');
            assert.deepEqual(client.rows('stages').find(([stage]) => stage === 'new'), ['new', 7]);
            await plain.until(() => plain.rows.length === 3, 'plain rows of the new file');
            assert.equal(client.resyncs, 0);
        } finally {
            opened.forEach((one) => one.close());
            await server.stop();
        }
    });

    test('that never works is an error from the start, and nothing else suffers', async () => {
        const configuration = sqlConfiguration({ every: '1s' }, 'SELECT stage FROM nowhere');
        configuration.datasets.deals = dealsConfiguration.datasets.deals;
        configuration.charts.deals_live = dealsConfiguration.charts.deals_live;
        const server = await startWithDatabase(configuration);
        await server.program.printed(/source failed/);
        const client = new LiveClient(server.url, { charts: ['stages', 'deals_live'] });
        try {
            await client.until(() => client.charts.size === 2, 'both charts');
            assert.equal(state(client), 'source_error');
            assert.equal(state(client, 'deals_live'), 'live');
            assert.deepEqual(client.rows('stages'), []);
            await server.publish('deals', 'upsert', [{ id: 'a', region: 'n', amount: 1 }]);
            await client.until(() => client.rows('deals').length === 1, 'pushed row');
        } finally {
            client.close();
            await server.stop();
        }
    });
});

/** Lines of a log: one dataset without a key, whose rows are appended. */
const linesConfiguration = (source) => ({
    ...dealsConfiguration,
    datasets: { lines: { fields: { n: 'integer', text: 'string' }, source } },
    charts: { lines: { data: ['lines'], option: { series: [{ id: 's', type: 'line' }] } } },
});

const line = (n) => `${JSON.stringify({ n, text: `line ${n}` })}\n`;
const numbers = (client) => client.rows('lines')?.map(([n]) => n);
const upTo = (count) => Array.from({ length: count }, (_, at) => at + 1);

describe('stdin', () => {
    test('brings rows to viewers as they come; its end is no problem', async () => {
        const server = await new LiveServer(linesConfiguration({ stdin: {} }), { stdin: 'pipe' }).start();
        const client = new LiveClient(server.url, { charts: ['lines'] });
        const plain = new PlainClient(server.url, { namespace: '/charts/lines' });
        try {
            await client.until(() => client.charts.has('lines'), 'snapshot');
            server.program.stdin.write(line(1));
            await client.until(() => numbers(client).length === 1, 'first line');
            // Half a line waits for its other half.
            server.program.stdin.write(line(2) + line(3).slice(0, 9));
            await client.until(() => numbers(client).length === 2, 'second line');
            server.program.stdin.write(line(3).slice(9));
            await client.until(() => numbers(client).length === 3, 'third line');
            server.program.stdin.write(upTo(5000).slice(3).map(line).join(''));
            await client.until(() => numbers(client).length === 5000, 'many lines');
            server.program.stdin.end(line(5001).trimEnd());
            await client.until(() => numbers(client).length === 5001, 'a last line without an end');
            await server.program.printed(/stdin has ended/);
            assert.deepEqual(numbers(client), upTo(5001));
            await plain.until(() => plain.rows?.length === 5001, 'plain rows');
            assert.equal(state(client, 'lines'), 'live');
            assert.equal(client.messages('state').length, 0);
        } finally {
            client.close();
            plain.close();
            await server.stop();
        }
    });

    test('a line that is no row is passed over, said, and forgotten after a while', async () => {
        const server = await new LiveServer(linesConfiguration({ stdin: {} }), { stdin: 'pipe' }).start();
        const client = new LiveClient(server.url, { charts: ['lines'] });
        try {
            await client.until(() => client.charts.has('lines'), 'snapshot');
            server.program.stdin.write(`${line(1)}no row\n{"n":"text"}\n${line(2)}`);
            await client.until(() => numbers(client).length === 2, 'rows around bad lines');
            await client.until(() => state(client, 'lines') === 'source_error', 'source_error');
            // Nothing more comes of the pipe: time alone makes it good.
            await client.until(() => state(client, 'lines') === 'live', 'live again', 15_000);
            assert.deepEqual(numbers(client), [1, 2]);
        } finally {
            client.close();
            await server.stop();
        }
    });
});

describe('a file', () => {
    test('is followed through rotation and truncation', async () => {
        const server = new LiveServer(linesConfiguration({ file: { path: 'app.log' } }));
        const log = path.join(server.folder.path, 'app.log');
        writeFileSync(log, line(1) + line(2));
        await server.start();
        const client = new LiveClient(server.url, { charts: ['lines'] });
        try {
            await client.until(() => numbers(client)?.length === 2, 'what was there');
            appendFileSync(log, line(3));
            await client.until(() => numbers(client).length === 3, 'appended line');
            renameSync(log, `${log}.1`);
            appendFileSync(`${log}.1`, line(4));
            await elapse(300);
            appendFileSync(`${log}.1`, line(5));
            writeFileSync(log, line(6));
            await client.until(() => numbers(client).length === 6, 'lines of both files');
            truncateSync(log);
            await elapse(600);
            appendFileSync(log, line(7));
            await client.until(() => numbers(client).length === 7, 'line behind a truncation');
            assert.deepEqual(numbers(client), upTo(7));
            assert.equal(state(client, 'lines'), 'live');
        } finally {
            client.close();
            await server.stop();
        }
    });

    test('that is not there is an error until it comes', async () => {
        const server = await new LiveServer(linesConfiguration({ file: { path: 'late.log' } })).start();
        const client = new LiveClient(server.url, { charts: ['lines'] });
        try {
            await client.until(() => state(client, 'lines') === 'source_error', 'source_error');
            writeFileSync(path.join(server.folder.path, 'late.log'), line(1));
            await client.until(() => state(client, 'lines') === 'live', 'live');
            await client.until(() => numbers(client).length === 1, 'first line');
        } finally {
            client.close();
            await server.stop();
        }
    });
});

/** For what only a question tells. */
async function until(found, what) {
    await within((async () => {
        while (!await found()) {
            await elapse(50);
        }
    })(), what);
}
