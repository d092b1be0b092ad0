// The programs of bench/, for a second: that what they count is what was sent. No times are judged here.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { makeCertificate } from '../support/certificate.mjs';
import { temporaryFolder } from '../support/live_server.mjs';
import { Program, RedisServer, built } from '../support/programs.mjs';

const clients = 20;
const live = fileURLToPath(new URL('../../bench/live', import.meta.url));
const nodeServer = fileURLToPath(new URL('../../bench/peers/node/fanout_server.mjs', import.meta.url));

let server;
afterEach(() => server?.stop());

async function start(file, ...args) {
    server = new Program(file, [...args, '--interval-ms', '20']);
    server.port = (await server.printed(/listening on port (\d+)/))[1];
}

/** What clients report that saw the server's broadcasts begin and end. */
async function count(...options) {
    const { stdout } = await promisify(execFile)(built('bench/fanout_client'), [
        '--port', server.port, '--server', server.pid, '--clients', clients,
        '--seconds', 0.5, '--drain-seconds', 1, ...options,
    ].map(String));
    return JSON.parse(stdout);
}

async function assertAllCounted(result) {
    const sent = Number((await server.printed(/sent (\d+) broadcasts/))[1]);
    assert.ok(sent > 0);
    assert.deepEqual([result.fewest, result.most, result.total], [sent, sent, sent * clients]);
}

/** What clients report that were spread over two servers, and emitted themselves. */
async function countCluster(redis, interval, file, args) {
    const servers = [1, 2].map(() => new Program(file, [...args, '--redis', redis.url]));
    try {
        const addresses = [];
        for (const server of servers) {
            const [, port] = await server.printed(/listening on port (\d+)/);
            addresses.push('--server', server.pid, '--port', port);
        }
        const { stdout } = await promisify(execFile)(built('bench/fanout_client'), [
            ...addresses, '--redis-port', redis.port, '--interval-ms', interval, '--clients', clients,
            '--seconds', 0.5, '--drain-seconds', 1,
        ].map(String));
        return JSON.parse(stdout);
    } finally {
        await Promise.all(servers.map((each) => each.stop()));
    }
}

describe('the benchmark programs', () => {
    test('every client has every message, of the length that was asked for', async () => {
        // The longest frame with a header of 2 bytes, the shortest with 4, one with 10.
        for (const bytes of [127, 130, 200, 2_000, 70_000]) {
            await start(built('bench/fanout_server'), '--bytes', String(bytes));
            const result = await count();
            await assertAllCounted(result);
            assert.equal(result.wire_bytes, result.deliveries * bytes);
            assert.ok(result.p99_us >= result.p50_us && result.p50_us > 0);
            await server.stop();
        }
    });

    test('bursts and shards lose nothing', async () => {
        await start(built('bench/fanout_server'), '--burst', '10', '--shards', '2');
        await assertAllCounted(await count());
    });

    test('the limit sends one by one and gathered', async () => {
        for (const gather of [[], ['--gather']]) {
            await start(built('bench/limit'), '--burst', '10', ...gather);
            await assertAllCounted(await count('--raw'));
            await server.stop();
        }
    });

    test('the limit sends through io_uring where the kernel allows it', async (context) => {
        try {
            await start(built('bench/limit'), '--burst', '10', '--ring');
        } catch (error) {
            if (/io_uring: /.test(error.message)) return context.skip(error.message);
            throw error;
        }
        await assertAllCounted(await count('--raw'));
    });

    test('a server on Node does the same job', async () => {
        await start('node', nodeServer, '--burst', '2');
        const result = await count();
        await assertAllCounted(result);
        assert.equal(result.wire_bytes, result.deliveries * 200);
    });

    test('over TLS the same arrives', async () => {
        const folder = temporaryFolder();
        try {
            const { cert, key } = makeCertificate(folder.path);
            for (const [file, ...args] of [[built('bench/fanout_server')], ['node', nodeServer]]) {
                await start(file, ...args, '--tls-cert', cert, '--tls-key', key, '--burst', '3');
                const result = await count('--tls');
                await assertAllCounted(result);
                assert.equal(result.wire_bytes, result.deliveries * 200);
                await server.stop();
            }
        } finally {
            folder.remove();
        }
    });

    test('two servers over Redis pass on what an emitter says', async () => {
        const redis = await new RedisServer().start();
        try {
            for (const [file, ...args] of [[built('bench/fanout_server')], ['node', nodeServer]]) {
                for (const interval of [20, 0]) {
                    const result = await countCluster(redis, interval, file, args);
                    assert.ok(result.published > 0);
                    assert.deepEqual([result.fewest, result.most, result.total],
                        [result.published, result.published, result.published * clients]);
                    assert.equal(result.wire_bytes, result.deliveries * 200);
                    assert.ok(result.cpu_us_per_delivery > 0);
                }
            }
        } finally {
            await redis.stop();
        }
    });

    test('what the adapter takes of a message stands beside its decoding and its reading', async () => {
        const redis = await new RedisServer().start();
        try {
            for (const interval of [0, 1000]) {
                const { stdout } = await promisify(execFile)(built('bench/adapter_cost'),
                    ['--redis-port', redis.port, '--messages', 300, '--interval-us', interval].map(String));
                const result = JSON.parse(stdout);
                assert.equal(result.messages, 300);
                assert.ok(result.decode_us > 0 && result.receive_us > 0 && result.adapter_us > 0);
            }
        } finally {
            await redis.stop();
        }
    });

    test('compressed messages are counted', async () => {
        for (const [file, ...args] of [[built('bench/fanout_server')], ['node', nodeServer]]) {
            await start(file, ...args, '--deflate', '--bytes', '2000');
            const result = await count('--deflate');
            await assertAllCounted(result);
            assert.ok(result.inflated_one);
            assert.ok(result.compressed >= result.total);
            assert.ok(result.wire_bytes < 0.4 * 2_000 * result.deliveries);
            await server.stop();
        }
    });

    test('live charts are measured: each publish reaches each viewer, and who comes back recovers', async () => {
        const folder = temporaryFolder();
        try {
            const file = path.join(folder.path, 'figures.json');
            const { stdout } = await promisify(execFile)(live,
                ['--smoke', '--json', file, '--folder', folder.path,
                    '--build', path.dirname(built('chartcast'))]);
            assert.match(stdout, /the last has its answer/);
            const { runs } = JSON.parse(readFileSync(file, 'utf8'));
            const of = (job) => runs.filter((run) => run.job === job);
            assert.deepEqual(of('publish').map(({ connections, memory }) => [connections, memory]),
                [1, 16, 64].flatMap((connections) => [[connections, false], [connections, true]]));
            for (const run of of('publish')) {
                assert.ok(run.publishes > 0 && run.p99_us >= run.p50_us && run.server_cpu_us > 0);
            }
            const [fanout] = of('fanout');
            assert.equal(fanout.deliveries, fanout.clients * fanout.publishes);
            const [bytes] = of('bytes');
            assert.ok(bytes.delta_least > 100 && bytes.plain_most > 100 * bytes.delta_most);
            const [resume] = of('resume');
            assert.equal(resume.recovered, resume.clients);
        } finally {
            folder.remove();
        }
    });

    test('an option that a program does not have is refused', async () => {
        for (const name of ['limit', 'fanout_server', 'fanout_client', 'live_client', 'adapter_cost']) {
            await assert.rejects(promisify(execFile)(built(`bench/${name}`), ['--fast']),
                { code: 2, stderr: /unknown option --fast/ });
        }
    });
});
