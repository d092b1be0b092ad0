// The programs in examples/, run as their comments say.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { io } from 'socket.io-client';

import { Program, RedisServer, built, freePort, startExample } from '../support/programs.mjs';
import { Inbox, nextEvent, within } from '../support/waiting.mjs';

const sockets = new Set();
const programs = new Set();

afterEach(async () => {
    sockets.forEach((socket) => socket.disconnect());
    sockets.clear();
    await Promise.all([...programs].map((program) => program.stop()));
    programs.clear();
});

async function start(name, ...args) {
    const program = await startExample(name, args.length > 0 ? args : ['0']);
    programs.add(program);
    return program;
}

/** A client whose `inbox` collects [event, ...arguments] of the given events. */
async function connect(url, events = [], options = {}) {
    const socket = io(url, { forceNew: true, reconnection: false, ...options });
    sockets.add(socket);
    socket.inbox = new Inbox();
    for (const event of events) {
        socket.on(event, (...args) => socket.inbox.push([event, ...args]));
    }
    await nextEvent(socket, 'connect');
    return socket;
}

const ask = (socket, ...args) => within(
    new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer))), `answer to ${args[0]}`);

describe('hello', () => {
    // The one program whose port is fixed: it stands in the README as it is.
    test('says to the others, tells the time, notes who left', async () => {
        // Its output is read while it runs: line by line, as on a terminal.
        const program = new Program('stdbuf', ['-oL', built('examples/hello')]);
        programs.add(program);
        const url = 'http://127.0.0.1:3000';
        const ada = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100 });
        sockets.add(ada);
        await nextEvent(ada, 'connect', 15_000);
        const bob = await connect(url, ['said']);
        ada.emit('say', 'hello');
        assert.deepEqual(await bob.inbox.next('said'), ['said', ada.id, 'hello']);
        const [seconds] = await ask(ada, 'time');
        assert.ok(Math.abs(seconds - Date.now() / 1000) < 60, String(seconds));
        const left = bob.id;
        bob.disconnect();
        await program.printed(new RegExp(`${left} left: client namespace disconnect`));
        assert.deepEqual(await program.stop('SIGINT'), { code: 0, signal: null });
    });
});

describe('chat', () => {
    test('needs a name', async () => {
        const { url } = await start('chat');
        const socket = io(url, { forceNew: true, reconnection: false });
        sockets.add(socket);
        const [error] = await nextEvent(socket, 'connect_error');
        assert.match(error.message, /name/);
    });

    test('people in one room hear each other, others do not', async () => {
        const { url } = await start('chat');
        const ada = await connect(url, ['message'], { auth: { name: 'Ada' } });
        const bob = await connect(url, ['message'], { auth: { name: 'Bob' } });
        const eve = await connect(url, ['message'], { auth: { name: 'Eve' } });
        assert.deepEqual(await ask(ada, 'enter', 'kitchen'), [['Ada']]);
        assert.deepEqual(await ask(bob, 'enter', 'kitchen'), [['Ada', 'Bob']]);
        assert.deepEqual(await ask(eve, 'enter', 'hall'), [['Eve']]);
        assert.deepEqual(await ada.inbox.next(), ['message', 'chat', 'Bob came in']);
        bob.emit('say', 'hello');
        assert.deepEqual(await ada.inbox.next(), ['message', 'Bob', 'hello']);
        assert.deepEqual(await bob.inbox.next(), ['message', 'Bob', 'hello']);
        bob.disconnect();
        assert.deepEqual(await ada.inbox.next(), ['message', 'chat', 'Bob left']);
        assert.deepEqual(await ask(ada, 'enter', 'hall'), [['Ada', 'Eve']]);
        assert.deepEqual(await eve.inbox.next(), ['message', 'chat', 'Ada came in']);
        assert.equal(eve.inbox.size, 0);
        // A mistake of one client ends its event, not its session.
        ada.emit('say', 42);
        assert.deepEqual(await ask(ada, 'enter', 'hall'), [['Ada', 'Eve']]);
    });
});

describe('rooms_and_acks', () => {
    test('each kind of broadcast reaches whom it should', async () => {
        const { url } = await start('rooms_and_acks');
        const [a, b, c] = await Promise.all([1, 2, 3].map(() => connect(url, ['news'])));
        assert.deepEqual(await ask(a, 'join', 'blue'), [[a.id, 'blue']]);
        await ask(b, 'join', 'blue');
        a.emit('to others in', 'blue', 1);
        a.emit('to all in', 'blue', 2);
        a.emit('to all but', 'blue', 3);
        assert.deepEqual(await b.inbox.next(), ['news', 1]);
        assert.deepEqual(await b.inbox.next(), ['news', 2]);
        assert.deepEqual(await a.inbox.next(), ['news', 2]);
        assert.deepEqual(await c.inbox.next(), ['news', 3]);
        assert.deepEqual(await ask(b, 'leave', 'blue'), ['left']);
        a.emit('to all in', 'blue', 4);
        assert.deepEqual(await a.inbox.next(), ['news', 4]);
        await ask(b, 'add', 0, 0);
        assert.deepEqual([a, b, c].flatMap((socket) => socket.inbox.drain()), []);
    });

    test('both sides can ask', async () => {
        const { url } = await start('rooms_and_acks');
        const socket = await connect(url);
        assert.deepEqual(await ask(socket, 'add', 2, 0.5), [2.5]);
        socket.once('what time', (answer) => answer('noon'));
        assert.deepEqual(await ask(socket, 'ask me'), ['you said', 'noon']);
        const [said, why] = await ask(socket, 'ask me');
        assert.equal(said, 'no answer');
        assert.ok(why.length > 0);
    });
});

describe('two_nodes and emitter', () => {
    const redis = new RedisServer({ password: 'secret' });
    before(() => redis.start());
    after(() => redis.stop());

    /** Resolves once what one node says arrives at a client of the other. */
    async function joined(from, to) {
        const heard = nextEvent(to, 'said', 15_000);
        const timer = setInterval(() => from.emit('say', 'are you there?'), 100);
        await heard.finally(() => clearInterval(timer));
    }

    test('act as one server; whispers stay on their node; an emitter reaches both', async () => {
        const [one, two] = await Promise.all(
            [1, 2].map(async () => start('two_nodes', String(await freePort()), redis.url)));
        const a = await connect(one.url, ['said', 'new chart data']);
        const b = await connect(two.url, ['said', 'new chart data']);
        await joined(a, b);
        await joined(b, a);

        a.emit('whisper', 'only here');
        a.emit('say', 'to all');
        /** What a client hears up to a text; greetings of joined() may still be on their way. */
        const heardUntil = async (socket, text) => {
            const heard = [];
            while (!heard.some((one) => one.includes(text))) {
                heard.push(await socket.inbox.next(text));
            }
            return heard;
        };
        const texts = (heard) => heard.map((one) => one[2]);
        assert.ok(texts(await heardUntil(a, 'to all')).includes('only here'));
        assert.ok(!texts(await heardUntil(b, 'to all')).includes('only here'));

        const emitter = new Program(built('examples/emitter'), ['Orders', '1', '2.5'],
            { env: { REDIS_URL: redis.url } });
        assert.equal((await within(emitter.exited, 'end of the emitter')).code, 0, emitter.output);
        for (const socket of [a, b]) {
            const [, option] = (await heardUntil(socket, 'new chart data')).at(-1);
            assert.deepEqual(option, {
                title: { text: 'Orders' }, series: [{ id: 'new', type: 'bar', data: [1, 2.5] }],
            });
        }
    });

    test('a bad URL is told', async () => {
        const url = 'redis://:secret@h:x';
        for (const program of [new Program(built('examples/two_nodes'), ['0', url]),
            new Program(built('examples/emitter'), ['Orders', '1'], { env: { REDIS_URL: url } })]) {
            assert.equal((await program.exited).code, 2);
            assert.match(program.output, /port/);
            assert.doesNotMatch(program.output, /secret/);
        }
    });
});
