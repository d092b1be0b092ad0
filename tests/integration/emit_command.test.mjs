// `chartcast emit` beside servers of ours and of Node, with each adapter: what it says is seen by the clients of both.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Cluster, adapters } from '../support/cluster.mjs';
import { Program, built } from '../support/programs.mjs';
import { timeScale, within } from '../support/waiting.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-emit-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function testEmit(adapter) {
    const cluster = new Cluster(adapter);
    let marks = 0;

    before(async () => {
        await cluster.start({ ours: 'ours', node: 'node' });
        for (const name of ['ours', 'node']) {
            await cluster.client(name).join('red');
            await cluster.connect(name, { name: `${name}, blue`, rooms: ['blue'] });
        }
        await cluster.meet({ rooms: ['red', 'blue'] });
    }, { timeout: 60_000 * timeScale });
    after(() => cluster.stop(), { timeout: 30_000 * timeScale });

    /** Runs the program; gives its exit code and what it printed. */
    async function emit(args, { input = '' } = {}) {
        const program = new Program(built('chartcast'),
            ['emit', ...args, '--adapter', adapter, '--redis', cluster.redis.url], { stdin: 'pipe' });
        program.stdin.on('error', () => {});
        program.stdin.end(input);
        const { code } = await within(program.exited, `end of emit ${args[0]}`, 30_000);
        return { code, output: program.output };
    }

    /** What each client sees of an emit that succeeds: all until another one, which takes the same way, arrives. */
    async function seenOf(args, options) {
        const from = new Map(cluster.members().map((client) => [client, client.seen.length]));
        const { code, output } = await emit(args, options);
        assert.equal(code, 0, output);
        const mark = `mark ${++marks}`;
        assert.equal((await emit(['mark', JSON.stringify(mark)])).code, 0);
        await Promise.all([...from.keys()].map((client) => client.first('mark', (said) => said === mark)));
        return Object.fromEntries([...from].map(([client, at]) => [client.name,
            client.seen.slice(at).filter(([event]) => event !== 'mark')]));
    }

    const only = (receivers, ...events) =>
        Object.fromEntries(cluster.members().map((client) => [client.name, receivers.includes(client) ? events : []]));

    test('an event reaches everybody, with arguments from the command line, a file and standard input', async () => {
        const file = path.join(folder, `${adapter} report.json`);
        writeFileSync(file, '{"from": ["a file"]}\n');
        const seen = await seenOf(['news', '{"n":[1,[2]]}', '[3,4]', `@${file}`, '-', '-5'], { input: ' "stdin" \n' });
        assert.deepEqual(seen, only(cluster.members(),
            ['news', { n: [1, [2]] }, [3, 4], { from: ['a file'] }, 'stdin', -5]));
    });

    test('rooms, and rooms without another', async () => {
        assert.deepEqual(await seenOf(['--room', 'red', 'news', '1']), only(cluster.members('red'), ['news', 1]));
        assert.deepEqual(await seenOf(['news', '2', '--room', 'red', '--room', 'blue']),
            only(cluster.members(), ['news', 2]));
        assert.deepEqual(await seenOf(['news', '3', '--except', 'red', '--volatile']),
            only(cluster.members('blue'), ['news', 3]));
        const [one] = cluster.members('blue');
        assert.deepEqual(await seenOf(['news', '4', '--room', one.socket.id]), only([one], ['news', 4]));
    });

    test('sockets of all servers join a room, and leave it', async () => {
        await seenOf(['--join', 'vip', '--join', 'gold', '--room', 'red']);
        assert.deepEqual(await seenOf(['news', '5', '--room', 'vip']), only(cluster.members('red'), ['news', 5]));
        assert.deepEqual(await seenOf(['news', '6', '--room', 'gold']), only(cluster.members('red'), ['news', 6]));
        const [first, ...others] = cluster.members('red');
        await seenOf(['--leave', 'vip', '--except', first.socket.id]);
        assert.deepEqual(await seenOf(['news', '7', '--room', 'vip']), only([first], ['news', 7]));
        assert.ok(others.length > 0);
    });

    test('servers are told, without their clients', async () => {
        const from = new Map(cluster.members().map((client) => [client, client.seen.length]));
        const { code, output } = await emit(['hello', '"w"', '3', '--server-side']);
        assert.equal(code, 0, output);
        for (const [client, at] of from) {
            await client.until(() => client.got('server side', at).length > 0, `what the server of ${client.name} heard`);
            assert.deepEqual(client.got('server side', at), [['hello', ['w', 3]]]);
        }
    });

    test('a thousand lines are a thousand events, in their order', async () => {
        const input = Array.from({ length: 1000 }, (_, n) => JSON.stringify({ n })).join('\n');
        const from = new Map(cluster.members().map((client) => [client, client.seen.length]));
        const { code, output } = await emit(['count', '"first"', '--lines'], { input });
        assert.equal(code, 0, output);
        assert.match(output, /emit: 1,000 events, /);
        for (const [client, at] of from) {
            await client.until(() => client.got('count', at).length === 1000, `all lines at ${client.name}`);
            assert.deepEqual(client.got('count', at), Array.from({ length: 1000 }, (_, n) => ['first', { n }]));
        }
    });

    test('a line that is no event is named, and the others go on', async () => {
        const input = '["one", 1]\n{"no": "event"}\n\n["connect"]\n["two", 2]\n';
        const { code, output } = await emit(['--lines', '--room', 'blue'], { input });
        assert.equal(code, 1);
        assert.match(output, /emit: line 2: is no \["event", argument, \.\.\.\]/);
        assert.match(output, /emit: line 4: "connect" is a reserved event name/);
        for (const client of cluster.members('blue')) {
            await client.first('two');
            assert.deepEqual(client.got('one'), [[1]]);
        }
    });

    test('it says how many servers heard it, or where it is', async () => {
        const { output } = await emit(['unheard']);
        assert.match(output, adapter === 'streams' ? /^emit: in the stream socket\.io\n$/ : /^emit: reached [1-9]\d* servers?\n$/);
        if (adapter !== 'streams') {
            const nobody = await emit(['unheard', '--key-prefix', 'other']);
            assert.equal(nobody.code, 0);
            assert.match(nobody.output, /reached 0 servers; are .*--key-prefix/);
        }
    });

    test('sockets are sent away', async () => {
        const leaving = cluster.members('blue');
        const { code, output } = await emit(['--disconnect', '--close', '--room', 'blue']);
        assert.equal(code, 0, output);
        for (const client of leaving) {
            await client.until(() => client.disconnects.length > 0, `end of ${client.name}`);
            cluster.forget(client);
        }
        assert.ok(cluster.members().every(({ disconnects }) => disconnects.length === 0));
    });
}

for (const adapter of adapters) {
    describe(`emit with ${adapter}`, { timeout: 120_000 * timeScale }, () => testEmit(adapter));
}

test('mistakes are told, with what to do, and end with 2', async () => {
    const told = async (...args) => {
        const program = new Program(built('chartcast'), ['emit', ...args]);
        const { code } = await within(program.exited, 'end of emit');
        assert.equal(code, 2, program.output);
        return program.output;
    };
    assert.match(await told('news', '@/nowhere/at.all'), /^emit: \/nowhere\/at\.all: No such file or directory\n$/);
    assert.match(await told('connect', '--redis', 'redis://127.0.0.1:1'), /"connect" is a reserved event name/);
    assert.match(await told('news', 'hello'), /a text needs its quotes/);
    assert.match(await told(), /say what to do/);
});
