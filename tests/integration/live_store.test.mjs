// What the real program does with its disk: one that is full, that is damaged, that somebody else uses, and
// ends in the middle of everything. docs/store.md promises each of these.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterEach, test } from 'node:test';

import { assertProblem } from '../support/live_api.mjs';
import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer, temporaryFolder } from '../support/live_server.mjs';
import { built, Program } from '../support/programs.mjs';
import { within } from '../support/waiting.mjs';

const configuration = (folder, store = `${folder}/store`) => ({
    ...dealsConfiguration,
    store: { path: store },
    datasets: { ...dealsConfiguration.datasets, other: { fields: { n: 'integer' }, window: { rows: 10_000 } } },
    charts: { ...dealsConfiguration.charts, note: { title: 'Note', option: {} } },
});

/** Ended after each test, the last one first. */
const endings = [];
afterEach(async () => {
    while (endings.length > 0) {
        await endings.pop()();
    }
});

async function started(make = configuration) {
    const server = new LiveServer(make);
    endings.push(() => server.stop());
    return server.start();
}

function delta(server, auth = { charts: ['deals_live', 'note'] }) {
    const client = new LiveClient(server.url, auth);
    endings.push(() => client.close());
    return client;
}

const has = (client) => client.until(() => client.datasets.has('deals') && client.raw.has('note'), 'snapshot');
const rowsPath = '/api/v1/datasets/deals/rows';
const ready = async (server) => (await fetch(`${server.internalUrl}/readyz`)).status;
const database = (server) => path.join(server.folder.path, 'store', 'chartcast.db');

/** A program that is to refuse to start: what it said. */
async function refused(args) {
    const program = new Program(built('chartcast'), args);
    const { code } = await within(program.exited, 'end of a program that cannot start', 20_000);
    assert.equal(code, 1, program.output);
    assert.doesNotMatch(program.output, /listens/);
    return program.output;
}

/** A command of chartcast that is to succeed. */
const run = (...args) => execFileSync(built('chartcast'), args, { encoding: 'utf8' });

const hashes = (folder) => Object.fromEntries(readdirSync(folder).sort()
    .filter((name) => name !== 'chartcast.lock')
    .map((name) => [name, createHash('sha256').update(readFileSync(path.join(folder, name))).digest('hex')]));

// ---- Ends --------------------------------------------------------------------------------------------

test('a clean end keeps everything, and clients go on where they were', async () => {
    const server = await started();
    await server.publish('deals', 'upsert', Array.from({ length: 100 }, (_, id) => ({ id: `k${id}`, region: 'n', amount: id })));
    await server.request('PUT', '/api/v1/charts/note/option', { body: { title: { text: 'kept' } } });
    const keyed = { body: [{ id: 'k1', amount: -1 }], headers: { 'idempotency-key': 'before' } };
    const first = await server.request('POST', rowsPath, keyed);
    const client = delta(server);
    await has(client);
    const left = client.until(() => !client.socket.connected, 'end of the connection');
    await server.program.stop();
    await left;
    assert.match(server.program.output, /stopped/);
    await server.start();
    // The port is another one.
    const again = delta(server);
    again.datasets = client.datasets;
    again.charts = client.charts;
    again.raw = client.raw;
    const { v } = await server.publish('deals', 'upsert', [{ id: 'k2', amount: -2 }]);
    await again.until(() => again.datasets.get('deals').v === v && again.messages('resume').length === 2, 'resume');
    for (const message of again.messages('resume')) {
        assert.equal(message.recovered, true, JSON.stringify(message).slice(0, 300));
    }
    assert.deepEqual(again.rows('deals'), (await server.rows('deals')).rows.map(({ id, region, amount }) => [id, region, amount]));
    assert.equal((await server.rows('deals')).epoch, first.json.epoch);
    assert.deepEqual((await server.request('GET', '/api/v1/charts/note/option')).json, { title: { text: 'kept' } });
    const replayed = await server.request('POST', rowsPath, keyed);
    assert.equal(replayed.headers.get('idempotent-replayed'), 'true');
    assert.equal(replayed.json.v, first.json.v);
});

test('kill -9 in the middle of publishes loses nothing that was acknowledged, and begins a new epoch', async () => {
    const server = await started();
    const { epoch } = await server.publish('deals', 'upsert', [{ id: 'first', amount: 0 }]);
    const client = delta(server, { charts: ['deals_live'] });
    await client.until(() => client.datasets.has('deals'), 'snapshot');
    const acknowledged = [];
    let enough;
    const many = new Promise((resolve) => { enough = resolve; });
    const publishers = Array.from({ length: 8 }, async (_, publisher) => {
        for (let n = 0; ; ++n) {
            const id = `p${publisher}-${n}`;
            const body = [{ id, region: 'x', amount: n }];
            const answer = await server.request('POST', rowsPath, { body, headers: { 'idempotency-key': id } }).catch(() => undefined);
            if (answer?.status !== 200) {
                return;
            }
            acknowledged.push({ id, body, v: answer.json.v });
            if (acknowledged.length >= 200) {
                enough();
            }
        }
    });
    await within(many, '200 publishes', 30_000);
    await server.kill();
    await Promise.all(publishers);
    await server.start();
    assert.match(server.program.output, /unclean/);
    const state = await server.rows('deals');
    assert.notEqual(state.epoch, epoch);
    const there = new Map(state.rows.map((row) => [row.id, row.amount]));
    for (const { id, body } of acknowledged) {
        assert.equal(there.get(id), body[0].amount, `${id} was acknowledged`);
    }
    assert.ok(state.v >= Math.max(...acknowledged.map(({ v }) => v)));
    // Their keys, too.
    const last = acknowledged.at(-1);
    const replayed = await server.request('POST', rowsPath, { body: last.body, headers: { 'idempotency-key': last.id } });
    assert.equal(replayed.headers.get('idempotent-replayed'), 'true', replayed.text);
    const again = delta(server, { charts: ['deals_live'] });
    again.datasets = client.datasets;
    again.charts = client.charts;
    await again.until(() => again.messages('resume').length === 1, 'resume');
    assert.equal(again.messages('resume')[0].recovered, false);
    assert.equal(again.datasets.get('deals').epoch, state.epoch);
    assert.equal(again.rows('deals').length, state.count);
});

// ---- A full disk -------------------------------------------------------------------------------------

/** A file system of its own for the store; the test is skipped where that may not be mounted. */
function smallDisk(context) {
    const folder = temporaryFolder();
    const mount = path.join(folder.path, 'disk');
    mkdirSync(mount);
    try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
        folder.remove();
        context.skip('no tmpfs may be mounted here');
        return null;
    }
    endings.push(() => {
        execFileSync('umount', [mount]);
        folder.remove();
    });
    return mount;
}

/** Publishes until the store refuses: that answer. */
async function publishUntilFull(server, acknowledged) {
    for (let n = 0; n < 2000; ++n) {
        const body = [{ id: `k${n % 20}`, region: `${n}-`.padEnd(20_000, 'x'), amount: n }];
        const answer = await server.request('POST', rowsPath, { body });
        if (answer.status !== 200) {
            return answer;
        }
        acknowledged.set(body[0].id, n);
    }
    throw new Error('the disk was never full');
}

test('a full disk: 503, viewers go on, not ready; with room again all is well without a restart', { timeout: 60_000 }, async (context) => {
    const mount = smallDisk(context);
    if (!mount) {
        return;
    }
    const server = await started((folder) => configuration(folder, `${mount}/store`));
    const ballast = path.join(mount, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_500_000));
    const client = delta(server);
    await has(client);
    assert.equal(await ready(server), 200);
    const acknowledged = new Map();
    const full = await publishUntilFull(server, acknowledged);
    assertProblem(full, 503, 'disk_full');
    assert.ok(Number(full.headers.get('retry-after')) >= 1);
    assert.equal(await ready(server), 503);
    assert.equal((await (await fetch(`${server.internalUrl}/healthz`)).json()).degraded, 'store');
    // Viewers are shown what the disk would not take.
    const live = await server.request('POST', `${rowsPath}?durability=memory`, { body: [{ id: 'seen', region: 'y', amount: 7 }] });
    assert.equal(live.status, 200, live.text);
    await client.until(() => client.rows('deals').some(([id]) => id === 'seen'), 'change on a full disk');
    assert.ok(server.program.running);
    rmSync(ballast);
    await within((async () => {
        for (;;) {
            const answer = await server.request('POST', rowsPath, { body: [{ id: 'after', region: 'z', amount: Math.random() }] });
            if (answer.status === 200) {
                return;
            }
            assertProblem(answer, 503, 'disk_full');
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    })(), 'recovery', 20_000);
    assert.equal(await ready(server), 200);
    const before = await server.rows('deals');
    await server.kill();
    await server.start();
    const { rows, v } = await server.rows('deals');
    assert.equal(v, before.v);
    assert.deepEqual(rows, before.rows);
    for (const id of [...acknowledged.keys(), 'seen', 'after']) {
        assert.ok(rows.some((row) => row.id === id), id);
    }
});

test('kill -9 on a full disk loses nothing that was acknowledged', { timeout: 60_000 }, async (context) => {
    const mount = smallDisk(context);
    if (!mount) {
        return;
    }
    const server = await started((folder) => configuration(folder, `${mount}/store`));
    const acknowledged = new Map();
    assertProblem(await publishUntilFull(server, acknowledged), 503, 'disk_full');
    await server.kill();
    // A start writes that it has begun; make room for that.
    execFileSync('mount', ['-o', 'remount,size=8m', mount]);
    await server.start();
    const there = new Map((await server.rows('deals')).rows.map((row) => [row.id, row.amount]));
    for (const [id, amount] of acknowledged) {
        assert.ok(there.get(id) >= amount, `${id}: ${there.get(id)} instead of ${amount}`);
    }
});

test('a file that may grow no more is a full disk', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    endings.push(() => folder.remove());
    const file = path.join(folder.path, 'chartcast.yaml');
    writeFileSync(file, JSON.stringify(configuration(folder.path)));
    // 1,024 blocks of 512 bytes or of 1 KiB, as the shell has it.
    const program = new Program('/bin/sh', ['-c', 'ulimit -f 1024; exec "$@"', 'sh', built('chartcast'), 'serve', '-c', file]);
    endings.push(() => program.stop('SIGKILL'));
    const server = Object.assign(new LiveServer(configuration), { program });
    endings.push(() => server.folder.remove());
    const [, url, internal] = await program.printed(/listens open=(http:\/\/[^/\s]+)\/ internal=(\S+)/);
    Object.assign(server, { url, internalUrl: `http://${internal}` });
    assertProblem(await publishUntilFull(server, new Map()), 503, 'disk_full');
    assert.ok(program.running, 'SIGXFSZ does not end it');
    assert.equal(await ready(server), 503);
});

test('another program that holds the database makes a publish fail, not hang, and not for long', { timeout: 60_000 }, async (context) => {
    const server = await started();
    await server.publish('deals', 'upsert', [{ id: 'a', amount: 1 }]);
    const holder = spawn('sqlite3', [database(server)], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (await new Promise((resolve) => { holder.once('error', () => resolve(true)).once('spawn', () => resolve(false)); })) {
        context.skip('sqlite3 is not installed');
        return;
    }
    endings.push(() => holder.kill('SIGKILL'));
    holder.stdin.write('BEGIN IMMEDIATE; SELECT 1;\n');
    await within(new Promise((resolve) => { holder.stdout.once('data', resolve); }), 'lock');
    const answer = await within(server.request('POST', rowsPath, { body: [{ id: 'held', amount: 2 }] }), 'answer', 20_000);
    assertProblem(answer, 503, 'store_failed');
    assert.equal(await ready(server), 503);
    assert.ok((await server.rows('deals')).rows.some(({ id }) => id === 'held'), 'it is shown');
    holder.stdin.end('ROLLBACK;\n');
    await within(new Promise((resolve) => { holder.once('exit', resolve); }), 'end of the other program');
    await within((async () => {
        while ((await server.request('POST', rowsPath, { body: [{ id: 'free', amount: Math.random() }] })).status !== 200) {
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    })(), 'recovery', 20_000);
    assert.equal(await ready(server), 200);
    await server.kill();
    await server.start();
    assert.ok((await server.rows('deals')).rows.some(({ id }) => id === 'held'), 'it came to disk later');
});

// ---- A store that cannot be used ---------------------------------------------------------------------

/** A server that was killed, with some hundred pages in its store. */
async function killedServer() {
    const server = await started();
    for (let n = 0; n < 30; ++n) {
        await server.publish('deals', 'upsert', Array.from({ length: 50 }, (_, at) => ({ id: `k${at}`, region: `${n} `.repeat(40), amount: n })));
    }
    await server.program.stop();
    await server.start();
    await server.publish('deals', 'upsert', [{ id: 'last', amount: 1 }]);
    await server.kill();
    return server;
}

const overwritten = 'pages that were overwritten';
const damages = {
    [overwritten]: [/is damaged|malformed/, (file) => {
        const handle = openSync(file, 'r+');
        const pages = Math.floor(statSync(file).size / 4096);
        for (let page = 1; page < pages; page += 2) {
            writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
        }
        closeSync(handle);
    }],
    'a text instead of a database': [/file is not a database/, (file) => writeFileSync(file, 'these are my notes\n'.repeat(500))],
    'a database of another program': [/is a database of another program/, (file) => {
        rmSync(file);
        execFileSync('sqlite3', [file, 'CREATE TABLE customers (id); INSERT INTO customers VALUES (1);']);
    }],
    'a database that was cut off': [/is damaged|malformed/, (file) => truncateSync(file, Math.floor(statSync(file).size / 8192) * 4096)],
};
for (const [what, [sentence, damage]] of Object.entries(damages)) {
    test(`${what}: it does not start, says why, and does not touch the file`, { timeout: 60_000 }, async () => {
        const server = await killedServer();
        const folder = path.dirname(database(server));
        if (what !== overwritten) {
            for (const name of ['chartcast.db-wal', 'chartcast.db-shm']) {
                rmSync(path.join(folder, name), { force: true });
            }
        }
        damage(database(server));
        const before = hashes(folder);
        for (let attempt = 0; attempt < 2; ++attempt) {
            const said = await refused(['serve', '-c', server.file]);
            assert.match(said, sentence);
            assert.ok(said.includes(database(server)) || said.includes(folder), said);
        }
        assert.equal(hashes(folder)['chartcast.db'], before['chartcast.db']);
    });
}

test('a store is used by one program at a time', async () => {
    const server = await started();
    await server.publish('deals', 'upsert', [{ id: 'a', amount: 1 }]);
    const said = await refused(['serve', '-c', server.file]);
    assert.match(said, /another chartcast uses this store/);
    assert.ok(said.includes(path.dirname(database(server))), said);
    await server.publish('deals', 'upsert', [{ id: 'b', amount: 2 }]);
    await server.kill();
    await server.start();
    assert.equal((await server.rows('deals')).count, 2);
});

// ---- Backups -----------------------------------------------------------------------------------------

test('a backup of a running server is restored under new epochs, and never overwrites', async () => {
    const server = await started();
    const { epoch } = await server.publish('deals', 'upsert', [{ id: 'saved', region: 'n', amount: 1 }]);
    await server.request('PUT', '/api/v1/charts/note/option', { body: { title: { text: 'saved' } } });
    const copy = path.join(server.folder.path, 'copy.db');
    assert.match(run('backup', '-c', server.file, copy), /is copied to/);
    await server.publish('deals', 'upsert', [{ id: 'later', amount: 2 }]);
    assert.match(await refused(['backup', '-c', server.file, copy]), /is there already/);
    const folder = path.join(server.folder.path, 'restored');
    assert.match(run('restore', copy, '--store', folder), /is restored from/);
    assert.match(await refused(['restore', copy, '--store', folder]), /./);
    const other = await started((own) => configuration(own, folder));
    const state = await other.rows('deals');
    assert.deepEqual(state.rows, [{ id: 'saved', region: 'n', amount: 1 }]);
    assert.notEqual(state.epoch, epoch);
    assert.deepEqual((await other.request('GET', '/api/v1/charts/note/option')).json, { title: { text: 'saved' } });
    assert.equal((await server.rows('deals')).count, 2);
});

test('what is no copy of a store is not restored', async () => {
    const folder = temporaryFolder();
    endings.push(() => folder.remove());
    const file = path.join(folder.path, 'notes');
    writeFileSync(file, 'these are my notes\n'.repeat(500));
    const store = path.join(folder.path, 'store');
    assert.match(await refused(['restore', file, '--store', store]), /not a database|no copy of a store/);
    assert.match(await refused(['restore', path.join(folder.path, 'nothing'), '--store', store]), /there is no such file/);
    assert.ok(!existsSync(path.join(store, 'chartcast.db')));
});
