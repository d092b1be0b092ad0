// The users of docs/cluster.md, as they stand there: what they may do in Redis is enough for servers and emitters.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { io } from 'socket.io-client';

import { Program, RedisServer, built } from '../support/programs.mjs';
import { nextEvent, within } from '../support/waiting.mjs';

const page = readFileSync(new URL('../../docs/cluster.md', import.meta.url), 'utf8');
const users = [...page.matchAll(/^ACL SETUSER .+$/gm)].map(([line]) => line);

let redis;
const programs = new Set();
const clients = new Set();

afterEach(async () => {
    clients.forEach((client) => client.disconnect());
    clients.clear();
    await Promise.all([...programs].map((program) => program.stop()));
    programs.clear();
    await redis?.stop();
});

async function startRedis() {
    redis = new RedisServer();
    const { port } = await redis.start();
    for (const line of users) {
        const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...line.split(' ')]);
        assert.equal(stdout.trim(), 'OK', `${line}: ${stdout}`);
    }
}

const urlOf = (user) => redis.url.replace('redis://', `redis://${user}:SECRET@`);

function assertNothingRefused(program) {
    assert.doesNotMatch(program.output, /refused|NOPERM|no permissions/i);
}

async function startNode(adapter, name) {
    const program = new Program(built('examples/cluster_node'),
        ['--port', '0', '--redis', urlOf(`charts-${adapter}`), '--adapter', adapter, '--name', name]);
    programs.add(program);
    program.port = (await program.printed(/listening on port (\d+)/))[1];
    await program.printed(/redis adapter ready/);
    return program;
}

async function connect(node) {
    const client = io(`http://127.0.0.1:${node.port}`, { forceNew: true, transports: ['websocket'] });
    clients.add(client);
    await nextEvent(client, 'connect');
    return client;
}

const operate = (client, ...operation) => within(
    new Promise((resolve) => client.emit('cluster', ...operation, resolve)), `answer to ${operation[0]}`);

describe('users of docs/cluster.md', () => {
    test('there is one for the servers of each adapter, and for its emitters', () => {
        const names = users.map((line) => line.split(' ')[2]);
        for (const name of ['classic', 'sharded', 'streams']) {
            assert.ok(names.includes(`charts-${name}`) && names.includes(`jobs-${name}`), name);
        }
    });

    for (const adapter of ['classic', 'sharded', 'streams']) {
        test(`${adapter}: servers broadcast, ask and answer`, { timeout: 60_000 }, async () => {
            await startRedis();
            const nodes = [await startNode(adapter, 'first'), await startNode(adapter, 'second')];
            const [one, two] = [await connect(nodes[0]), await connect(nodes[1])];
            const heard = nextEvent(two, 'news');
            assert.equal(await operate(one, 'emit', { event: 'news', data: 1 }), 'ok');
            assert.equal((await heard)[0], 1);
            const names = (await operate(one, 'fetchSockets', {})).map(({ data }) => data.name);
            assert.deepEqual(names.sort(), ['first', 'second']);
            assert.equal(await operate(one, 'socketsJoin', { join: ['readers'] }), 'ok');
            assert.deepEqual(await operate(one, 'serverSideEmitWithAck', {}), ['second']);
            nodes.forEach(assertNothingRefused);
        });
    }

    test('an emitter may emit', { timeout: 60_000 }, async () => {
        await startRedis();
        const client = await connect(await startNode('classic', 'first'));
        const heard = nextEvent(client, 'news');
        const emitter = new Program(built('chartcast'),
            ['emit', 'news', '"good"', '--redis', urlOf('jobs-classic')]);
        programs.add(emitter);
        assert.deepEqual(await within(emitter.exited, 'end of the emitter'), { code: 0, signal: null }, emitter.output);
        assert.equal((await heard)[0], 'good');
        assertNothingRefused(emitter);
    });
});
