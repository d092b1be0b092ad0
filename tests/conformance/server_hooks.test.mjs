// Namespaces that come and go with their clients, what is told of rooms, upgrades and refusals, headers of the
// application's own, and the end of the server.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { Fixture, onNode } from '../support/fixture.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent } from '../support/waiting.mjs';

const engineUrl = (server, query) => `http://127.0.0.1:${server.port}/socket.io/?${query}`;

for (const journey of ['websocket', 'polling']) {
    describe(`socket.io-client 4.8, ${journey}`, () => {
        const server = useServer({ cleanup: true }, 'api_fixture');
        let names = 0;
        const newName = (kind = 'dynamic') => `/${kind}-${++names}`;

        async function connect(namespace, auth = {}) {
            const socket = createClient(server, 4, { ...journeys[journey], auth }, namespace);
            socket.on('to', (value) => socket.events.push(['to', value]));
            await nextEvent(socket, 'connect');
            return socket;
        }
        async function refusal(namespace, auth = {}) {
            const socket = createClient(server, 4, { ...journeys[journey], auth }, namespace);
            return (await nextEvent(socket, 'connect_error'))[0].message;
        }
        const countLines = (wanted) => server.lines.filter((line) => line === wanted).length;

        check('a namespace that a pattern knows is made once and has its parent\'s handlers',
            async () => {
                const name = newName();
                const [a, b] = [await connect(name), await connect(name)];
                await server.line(new RegExp(`^new namespace ${name}$`));
                assert.equal(countLines('new namespace ' + name), 1);
                assert.deepEqual(await ask(a, 'echo', 1), [1]);
                await ask(b, 'join', ['room']);
                a.emit('emit-to', { rooms: ['room'] }, 2);
                assert.deepEqual(await b.events.next(), ['to', 2]);
            });

        check('a function sees the name and the auth payload', async () => {
            const name = newName('tenant');
            assert.equal(await refusal(name, { token: 'x' }), 'Invalid namespace');
            const socket = await connect(name, { token: 't' });
            assert.deepEqual(await ask(socket, 'echo', 1), [1]);
        });

        check('a name that no parent knows is no namespace', async () => {
            for (const name of ['/dynamic-x', '/x/dynamic-1', '/dynamic-' + '1'.repeat(100) + 'x']) {
                assert.equal(await refusal(name), 'Invalid namespace');
            }
        });

        check('the parent\'s middleware refuses', async () => {
            assert.equal(await refusal(newName(), { refuse: 1 }), 'not here');
        });

        check('an emit of the parent reaches the sockets of all its children', async () => {
            const [one, two] = [await connect(newName()), await connect(newName())];
            const root = await connect('/');
            const tenant = await connect(newName('tenant'), { token: 't' });
            root.emit('emit-to-children', 7);
            assert.deepEqual(await one.events.next(), ['to', 7]);
            assert.deepEqual(await two.events.next(), ['to', 7]);
            tenant.emit('emit-to', {}, 'own');
            assert.deepEqual(await tenant.events.next(), ['to', 'own']);
        });

        check('a child that everybody has left comes back for who asks', async () => {
            const name = newName();
            for (let round = 0; round < 3; ++round) {
                const [a, b] = [await connect(name), await connect(name)];
                const { id } = b;
                a.disconnect();
                assert.deepEqual(await ask(b, 'echo', round), [round]);
                b.disconnect();
                await server.disconnectReason(id, name);
            }
        });

        check('many clients come to one new namespace at once', async () => {
            const name = newName();
            const all = await Promise.all(Array.from({ length: 10 }, () => connect(name)));
            all[0].emit('emit-to', {}, 'everybody');
            for (const socket of all) {
                assert.deepEqual(await socket.events.next(), ['to', 'everybody']);
            }
        });

        check('the end of the server: `server shutting down`, and `transport close` for clients',
            async () => {
                const own = await new Fixture('api_fixture').start();
                try {
                    const socket = createClient(own, 4, journeys[journey]);
                    await nextEvent(socket, 'connect');
                    const { id } = socket;
                    const gone = nextEvent(socket, 'disconnect');
                    own.signal('SIGTERM');
                    // With Node a poll may be cut off before it is answered.
                    assert.match((await gone)[0],
                        journey === 'polling' && onNode ? /^transport (close|error)$/ : /^transport close$/);
                    assert.equal(await own.disconnectReason(id), 'server shutting down');
                    assert.deepEqual(await own.exited(), { code: 0, signal: null });
                } finally {
                    own.kill();
                }
            });
    });

    describe(`socket.io-client 4.8, ${journey}: rooms`, () => {
        // Each shard tells of its own rooms: with one it is as in Node.
        const server = useServer({ shards: 1 }, 'api_fixture');
        async function connect() {
            const socket = createClient(server, 4, journeys[journey]);
            await nextEvent(socket, 'connect');
            return socket;
        }

        check('rooms are told of as they come and go', async () => {
            const [a, b] = [await connect(), await connect()];
            const room = `${journey} room`;
            const ids = [a.id, b.id];
            await ask(a, 'join', [room]);
            await ask(b, 'join', [room]);
            await ask(b, 'join', [room]);
            a.disconnect();
            await server.disconnectReason(ids[0]);
            b.emit('sockets-leave', { rooms: [ids[1]] }, [room]);
            await server.line(new RegExp(`^delete-room ${room}\\|$`));
            assert.deepEqual(server.lines.filter((line) => line.includes(room)), [
                `create-room ${room}|`, `join-room ${room}|${ids[0]}`, `join-room ${room}|${ids[1]}`,
                `leave-room ${room}|${ids[0]}`, `leave-room ${room}|${ids[1]}`,
                `delete-room ${room}|`,
            ]);
            assert.deepEqual(
                server.lines.filter((line) => line.includes(ids[0]) && !line.includes(room)), [
                    `create-room ${ids[0]}|`, `join-room ${ids[0]}|${ids[0]}`,
                    `connect / ${ids[0]}`,
                    `leave-room ${ids[0]}|${ids[0]}`, `delete-room ${ids[0]}|`,
                    `disconnect / ${ids[0]} client namespace disconnect`,
                ]);
        });
    });
}

describe('Engine.IO', () => {
    const server = useServer({}, 'api_fixture');

    check('an upgrade is told of', async () => {
        const socket = createClient(server, 4, journeys.upgraded);
        await nextEvent(socket, 'connect');
        const [, transport] = await server.line(new RegExp(`^upgrade ${socket.id} (.+)$`));
        assert.equal(transport, 'websocket');
    });

    check('headers of the application\'s own, on the first answer and on all', async () => {
        const first = await fetch(engineUrl(server, 'EIO=4&transport=polling'));
        assert.equal(first.headers.get('x-first'), 'yes');
        assert.equal(first.headers.get('x-every'), 'GET');
        const { sid } = JSON.parse((await first.text()).slice(1));
        const url = engineUrl(server, `EIO=4&transport=polling&sid=${sid}`);
        const post = await fetch(url, { method: 'POST', body: '40' });
        assert.equal(post.headers.get('x-first'), null);
        assert.equal(post.headers.get('x-every'), 'POST');
        const get = await fetch(url);
        assert.equal(get.headers.get('x-first'), null);
        assert.equal(get.headers.get('x-every'), 'GET');
        await get.text();
    });

    const refusals = {
        'EIO=4&transport=telepathy': '0 Transport unknown|transport|telepathy',
        'EIO=4&transport=polling&sid=nobody': '1 Session ID unknown|sid|nobody',
        'EIO=4&transport=websocket': '3 Bad request|name|TRANSPORT_HANDSHAKE_ERROR',
        'EIO=3&transport=polling': '5 Unsupported protocol version|protocol|3',
    };
    for (const [query, said] of Object.entries(refusals)) {
        check(`a refusal is told of: ${said}`, async () => {
            const answer = await fetch(engineUrl(server, query));
            assert.equal(answer.status, 400);
            await answer.text();
            await server.line(new RegExp('^refused ' + said.replace(/\|/g, '\\|') + '$'));
        });
    }

    check('a refused method is told of', async () => {
        await (await fetch(engineUrl(server, 'EIO=4&transport=polling'), { method: 'POST' })).text();
        await server.line(/^refused 2 Bad handshake method\|method\|POST$/);
    });
});
