// Programs that run the server on an event loop of theirs, or accept for it: examples/mounted_server and handed_over.

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';

import { io } from 'socket.io-client';

import { ask } from '../support/clients.mjs';
import { startExample } from '../support/programs.mjs';
import { nextEvent, within } from '../support/waiting.mjs';

const journeys = {
    polling: { transports: ['polling'] },
    websocket: { transports: ['websocket'] },
    upgraded: { transports: ['polling', 'websocket'] },
};
const sockets = new Set();
const agents = new Set();

afterEach(() => {
    sockets.forEach((socket) => socket.disconnect());
    sockets.clear();
    agents.forEach((agent) => agent.destroy());
    agents.clear();
});

async function connect(program, journey, options = {}) {
    const socket = io(program.url, {
        forceNew: true, reconnection: false, ...journeys[journey], ...options,
    });
    sockets.add(socket);
    const upgraded = journey === 'upgraded' ? nextEvent(socket.io.engine, 'upgrade') : undefined;
    await nextEvent(socket, 'connect');
    await upgraded;
    assert.equal(socket.io.engine.transport.name, journey === 'polling' ? 'polling' : 'websocket');
    return socket;
}

function keptConnections() {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    agents.add(agent);
    return agent;
}

/** A request over an agent's one connection: {status, headers, text, reused}. */
function request(program, agent, path, { method = 'GET', body } = {}) {
    return within(new Promise((resolve, reject) => {
        const asked = http.request(program.url + path, { agent, method }, (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (piece) => (text += piece));
            answer.on('end', () => resolve({
                status: answer.statusCode, headers: answer.headers, text, reused: asked.reusedSocket,
            }));
        }).on('error', reject);
        asked.end(body);
    }), `answer to ${method} ${path}`);
}

describe('mounted_server', () => {
    let program;
    before(async () => {
        program = await startExample('mounted_server', ['0']);
    });
    after(async () => {
        assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.output);
    });

    for (const journey of Object.keys(journeys)) {
        test(`${journey}: clients reach each other, and the program counts in its own thread`, async () => {
            const agent = keptConnections();
            const said = Number.parseInt((await request(program, agent, '/')).text, 10);
            const one = await connect(program, journey);
            const two = await connect(program, journey);
            const heard = [one, two].map((socket) => nextEvent(socket, 'said'));
            one.emit('say', { text: 'hello', bytes: Buffer.from([1, 2, 3]) });
            for (const [what] of await Promise.all(heard)) {
                assert.deepEqual(what, { text: 'hello', bytes: Buffer.from([1, 2, 3]) });
            }
            assert.equal((await request(program, agent, '/')).text, `${said + 1} said so far\n`);
        });
    }

    test('a browser\'s connection serves the program, then Socket.IO, and then comes back to the program', async () => {
        const agent = keptConnections();
        const page = await request(program, agent, '/');
        assert.equal(page.status, 200);
        const missing = await request(program, agent, '/missing');
        assert.deepEqual([missing.status, missing.reused], [404, true]);

        const opened = await request(program, agent, '/socket.io/?EIO=4&transport=polling');
        assert.deepEqual([opened.status, opened.reused], [200, true], 'the same connection');
        assert.equal(opened.headers.connection, 'close');
        const { sid } = JSON.parse(opened.text.slice(1));

        // The next one is a new connection, whatever it is for.
        const again = await request(program, agent, '/');
        assert.deepEqual([again.status, again.reused], [200, false]);
        const posted = await request(program, agent, `/socket.io/?EIO=4&transport=polling&sid=${sid}`,
            { method: 'POST', body: '40' });
        assert.deepEqual([posted.text, posted.reused], ['ok', true], 'head and body by way of Beast');
        const polled = await request(program, agent, `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
        assert.match(polled.text, /^40\{"sid":/);
    });

    test('clients that keep their connections', async () => {
        const agent = keptConnections();
        agent.maxSockets = 4;
        await request(program, agent, '/');
        const socket = await connect(program, 'polling', { agent });
        for (const text of ['one', 'two', 'three']) {
            const heard = nextEvent(socket, 'said');
            socket.emit('say', text);
            assert.deepEqual(await heard, [text]);
        }
    });

    test('the browser client comes from the server that is mounted', async () => {
        const file = await request(program, keptConnections(), '/socket.io/socket.io.min.js');
        assert.equal(file.status, 200);
        assert.match(file.headers['content-type'], /javascript/);
    });

    test('a signal ends both: clients hear it', async () => {
        const own = await startExample('mounted_server', ['0']);
        try {
            const socket = await connect(own, 'websocket');
            const left = nextEvent(socket, 'disconnect');
            own.signal('SIGTERM');
            assert.equal((await left)[0], 'transport close');
            assert.deepEqual(await within(own.exited, 'end of the program'), { code: 0, signal: null });
        } finally {
            own.signal('SIGKILL');
        }
    });
});

describe('handed_over', () => {
    let program;
    before(async () => {
        program = await startExample('handed_over', ['0']);
    });
    after(async () => {
        assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.output);
    });

    for (const journey of Object.keys(journeys)) {
        test(`${journey}: clients are served on the server's threads`, async () => {
            const all = await Promise.all([1, 2, 3, 4].map(() => connect(program, journey)));
            const shards = await Promise.all(all.map((socket) => within(ask(socket, 'where'), 'answer')));
            for (const [shard] of shards) {
                assert.ok(shard === 0 || shard === 1, String(shard));
            }
        });
    }

    test('the other protocol is the program\'s, on the same port', async () => {
        const socket = net.connect(program.port, '127.0.0.1');
        let heard = '';
        socket.setEncoding('utf8').on('data', (text) => (heard += text));
        const ended = within(new Promise((resolve) => socket.on('close', resolve)), 'end of the connection');
        socket.write('PING\n');
        await ended;
        assert.equal(heard, 'PONG\n');
    });

    test('a connection stays the server\'s, and what it does not have is not found', async () => {
        const agent = keptConnections();
        const opened = await request(program, agent, '/socket.io/?EIO=4&transport=polling');
        assert.equal(opened.status, 200);
        const other = await request(program, agent, '/page');
        assert.deepEqual([other.status, other.reused], [404, true]);
    });
});
