// `chartcast emit` and examples/emitter.cpp write what the npm emitter writes, byte for byte: as it was recorded, and
// where a call has no like among the recorded ones, as the package writes it now. WIRE: B11.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Emitter } from '@socket.io/redis-emitter';
import { createClient } from 'redis';

import { Program, RedisServer, built } from '../support/programs.mjs';
import { RedisMonitor } from '../support/redis_monitor.mjs';
import { bytesOf, decode, decodeField, messagesOf, readEntry, scenarios, withoutNames } from '../support/redis_vectors.mjs';
import { timeScale, within } from '../support/waiting.mjs';

const timeout = 60_000 * timeScale;
const redis = new RedisServer();
const monitor = new RedisMonitor();
let client;

before(async () => {
    await redis.start();
    await monitor.start(redis.port);
    client = createClient({ url: redis.url });
    client.on('error', () => {});
    await client.connect();
}, { timeout });
after(async () => {
    monitor.stop();
    await client.quit();
    await redis.stop();
}, { timeout });

/** The first command of these names that comes of an action. */
async function written(action, names = ['publish', 'spublish', 'xadd']) {
    const from = monitor.commands.length;
    await action();
    return monitor.command(({ name }) => names.includes(name), names.join(' or '), { from });
}

async function run(file, args, env) {
    const program = new Program(file, args, { env });
    try {
        const { code } = await within(program.exited, `end of ${program.name}`, 30_000);
        assert.equal(code, 0, program.output);
    } finally {
        await program.stop('SIGKILL');
    }
}

const chartcastEmit = (...args) => run(built('chartcast'), ['emit', ...args, '--redis', redis.url]);

/** The command line that is each recorded call. */
const calls = {
    'emitter.emit': ['new chart data', '{"a":[1,2,3]}'],
    'emitter.room': ['hi', '"there"', '--room', 'room1'],
    'emitter.nsp': ['x', 'null', '--nsp', '/admin', '--room', 'r'],
    'emitter.nsp.noslash': ['x', '--nsp', 'admin'],
    'emitter.socketsJoin': ['--join', 'r2', '--room', 'room1'],
    'emitter.socketsLeave': ['--leave', 'r2', '--leave', 'r3', '--except', 'x'],
    'emitter.disconnectSockets': ['--disconnect', '--close', '--room', 'room1'],
    'emitter.serverSideEmit': ['--server-side', 'hello', '"w"', '3'],
    'emitter.customKey': ['x', 'true', '--room', 'r', '--nsp', '/dash', '--key-prefix', 'crm'],
};

describe('chartcast emit, as it was recorded', { timeout }, () => {
    for (const [name, args] of Object.entries(calls)) {
        test(name, async () => {
            const [message] = scenarios.get(name).messages;
            const command = await written(() => chartcastEmit(...args));
            assert.equal(command.name, message.op.toLowerCase());
            assert.equal(String(command.args[0]), message.channel);
            assert.equal(command.args[1].toString('hex'), bytesOf(message).toString('hex'));
        });
    }

    test('every scenario is told', () => {
        const rest = [...scenarios.keys()].filter((name) => name.startsWith('emitter.') && !(name in calls));
        // One says compress(true), which is no flag of the command: below, without it. The other has bytes, and
        // arguments are JSON: EmitterMessages of tests/unit.
        assert.deepEqual(rest, ['emitter.rooms', 'emitter.binary']);
    });
});

describe('chartcast emit, as the package does it now', { timeout }, () => {
    const emitter = () => new Emitter(client);
    const pairs = {
        'several rooms but one, volatile': [
            () => emitter().to(['a', 'b']).except('c').volatile.emit('hi'),
            ['hi', '--room', 'a', '--room', 'b', '--except', 'c', '--volatile']],
        'numbers, texts, nothing': [
            () => emitter().emit('n', 0, -1, 127, 128, -32, -33, 65536, 1e10, 0.1, -0.5, 2 ** 53, 'é€😀', '', null, true, [], {}),
            ['n', ...['0', '-1', '127', '128', '-32', '-33', '65536', '1e10', '0.1', '-0.5', '9007199254740992', '"é€😀"', '""',
                'null', 'true', '[]', '{}']]],
        'long texts and arrays': [
            () => emitter().emit('l', 'x'.repeat(300), Array.from({ length: 20 }, (_, n) => n)),
            ['l', JSON.stringify('x'.repeat(300)), JSON.stringify(Array.from({ length: 20 }, (_, n) => n))]],
        'those of one namespace leave': [
            () => emitter().of('/admin').in('r').disconnectSockets(false),
            ['--disconnect', '--room', 'r', '--nsp', '/admin']],
    };
    for (const [name, [theirs, ours]] of Object.entries(pairs)) {
        test(name, async () => {
            const expected = await written(theirs);
            assert.deepEqual(await written(() => chartcastEmit(...ours)), expected);
        });
    }
});

test('the example writes what the package writes of the same option', { timeout }, async () => {
    const option = {
        title: { text: 'Orders today' }, series: [{ id: 'new', type: 'bar', data: [112, 248.5, -7] }],
    };
    const expected = await written(() => new Emitter(client).emit('new chart data', option));
    const example = () => run(built('examples/emitter'), ['Orders today', '112', '248.5', '-7'], { REDIS_URL: redis.url });
    assert.deepEqual(await written(example), expected);
});

describe('chartcast emit to servers with the other adapters', { timeout }, () => {
    test('sharded', async () => {
        const [message] = scenarios.get('sharded.static.broadcast').messages;
        const command = await written(() => chartcastEmit('hello', '1', '--adapter', 'sharded'));
        assert.equal(command.name, 'spublish');
        assert.equal(String(command.args[0]), 'socket.io#/#');
        assert.deepEqual(withoutNames(decode(command.args[1])), withoutNames(message.decoded));
    });

    test('streams', async () => {
        const [{ entry }] = messagesOf(scenarios.get('streams.broadcast'));
        const { name, args } = await written(() => chartcastEmit('hello', '{"v":1}', '--adapter', 'streams'));
        assert.equal(name, 'xadd');
        const { fields, data } = readEntry(args);
        assert.deepEqual({ nsp: fields.nsp, type: fields.type }, { nsp: '/', type: '3' });
        // Emitters name the namespace in the packet, too.
        const { packet, opts } = decodeField(entry.at(-1));
        assert.deepEqual(data, { packet: { ...packet, nsp: '/' }, opts });
    });
});
