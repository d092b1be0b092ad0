// Ways to a server other than its own TCP port: behind proxies, and over a unix socket. docs/http.md, "Behind
// proxies" and "Listening".

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, describe } from 'node:test';

import WebSocket from 'ws';

import { makeCertificate } from '../support/certificate.mjs';
import { ask, createClient, journeys } from '../support/clients.mjs';
import { dial } from '../support/dial.mjs';
import { PollingSession, WebSocketSession } from '../support/engine.mjs';
import { Fixture, onNode } from '../support/fixture.mjs';
import { httpRequest } from '../support/http.mjs';
import { temporaryFolder } from '../support/live_server.mjs';
import { startProxy } from '../support/proxies.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent, within } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const folder = temporaryFolder();
after(() => folder.remove());

if (!onNode) {
    for (const journey of ['websocket', 'polling', 'upgraded']) {
        describe(`PROXY headers, ${journey}`, () => {
            const server = useServer({ proxyProtocol: true, trustedProxy: '127.0.0.1' }, 'entrance_fixture');

            check('the handshake has the client\'s address', async () => {
                const socket = createClient(await startProxy(server), 4, journeys[journey]);
                const upgraded = journey === 'upgraded' ? nextEvent(socket.io.engine, 'upgrade') : undefined;
                await nextEvent(socket, 'connect');
                await upgraded;
                assert.deepEqual(await ask(socket, 'client'), [{ address: '192.0.2.1', secure: false }]);
                assert.deepEqual(await ask(socket, 'echo', Buffer.alloc(50_000, 7)), [Buffer.alloc(50_000, 7)]);
            });

            check('and knows that it spoke TLS with the proxy', async () => {
                const proxy = await startProxy(server, { secure: true });
                const socket = createClient(proxy, 4, journeys[journey]);
                await nextEvent(socket, 'connect');
                assert.deepEqual(await ask(socket, 'client'), [{ address: '192.0.2.1', secure: true }]);
            });
        });
    }

    describe('PROXY headers before TLS', () => {
        const certificate = makeCertificate(folder.path);
        const server = useServer({
            proxyProtocol: true, trustedProxy: '127.0.0.1', tlsCert: certificate.cert, tlsKey: certificate.key,
        }, 'entrance_fixture');
        server.tls = { ca: certificate.authority };

        check('https through a proxy that passes it on', async () => {
            const proxy = await startProxy(server);
            assert.deepEqual(JSON.parse((await httpRequest(proxy, '/client')).text),
                { address: '192.0.2.1', secure: true });
            const socket = createClient(proxy, 4, journeys.upgraded);
            await nextEvent(socket.io.engine, 'upgrade');
            if (!socket.connected) {
                await nextEvent(socket, 'connect');
            }
            assert.equal((await ask(socket, 'client'))[0].secure, true);
        });

        check('without a header there is no TLS either', async () => {
            const socket = server.track(dial(server));
            const error = await within(new Promise((resolve) => {
                socket.on('error', resolve);
                socket.on('close', resolve);
                socket.on('secureConnect', () => resolve('secure'));
            }), 'end of the connection');
            assert.notEqual(error, 'secure');
        });
    });

    describe('forwarded headers', () => {
        const server = useServer({ trustedProxy: ['127.0.0.1', '10.0.0.0/8'] }, 'entrance_fixture');
        const extraHeaders = { 'X-Forwarded-For': '198.51.100.9, 192.0.2.1, 10.0.0.7', 'X-Forwarded-Proto': 'https' };

        for (const journey of Object.keys(journeys)) {
            check(`${journey}: of a trusted proxy, they make the handshake's address and secure`, async () => {
                const socket = createClient(server, 4, { ...journeys[journey], extraHeaders });
                await nextEvent(socket, 'connect');
                assert.deepEqual(await ask(socket, 'client'), [{ address: '192.0.2.1', secure: true }]);
            });
        }

        check('of anybody else they are nothing', async () => {
            const strict = await new Fixture('entrance_fixture').start({ trustedProxy: '127.0.0.2' });
            try {
                const socket = createClient(strict, 4, { ...journeys.websocket, extraHeaders });
                await nextEvent(socket, 'connect');
                assert.deepEqual(await ask(socket, 'client'), [{ address: '127.0.0.1', secure: false }]);
            } finally {
                await strict.stop();
            }
        });
    });

    describe('a unix socket', () => {
        const socketPath = path.join(folder.path, 'server.sock');
        const server = useServer({ unix: socketPath, trustedProxy: 'unix' }, 'entrance_fixture');
        /** The same server by its path. */
        const local = { socketPath, track: (resource) => server.track(resource) };

        check('polling, with a message of many packets', async () => {
            const session = await PollingSession.open(local);
            await session.post('40');
            assert.match((await session.poll())[0], /^40\{/);
            await session.post(`420["echo","${'x'.repeat(200_000)}"]`);
            assert.deepEqual(await session.poll(), [`430["${'x'.repeat(200_000)}"]`]);
        });

        check('websocket, with compression too', async () => {
            const session = await WebSocketSession.open(local);
            session.send('40');
            assert.match(await session.next(), /^40\{/);
            session.send('420["client"]');
            assert.equal(await session.next(), '430[{"address":"","secure":false}]');
            const ws = new WebSocket(`ws+unix://${socketPath}:/socket.io/?EIO=4&transport=websocket`);
            server.track({ destroy: () => ws.terminate() });
            await nextEvent(ws, 'open');
            assert.match(ws.extensions, /permessage-deflate/);
        });

        check('an upgrade from polling, on either shard', async () => {
            for (let i = 0; i < 4; ++i) {
                const session = await PollingSession.open(local);
                const ws = await RawWebSocket.connect(local, session.url({ transport: 'websocket' }));
                ws.send('2probe');
                assert.equal(await ws.nextMessage(), '3probe');
                ws.send('5');
                ws.send('40');
                assert.match(await ws.nextMessage(), /^40\{/);
            }
        });

        check('a proxy behind it names the client', async () => {
            const answer = await httpRequest(local, '/client', { headers: { 'X-Forwarded-For': '192.0.2.1' } });
            assert.deepEqual(JSON.parse(answer.text), { address: '192.0.2.1', secure: false });
        });

        check('its port serves as well', async () => {
            assert.equal((await httpRequest(server, '/client')).status, 200);
        });

        check('it goes with the server', async () => {
            const own = path.join(folder.path, 'own.sock');
            const fixture = await new Fixture('entrance_fixture').start({ unix: own });
            assert.ok(existsSync(own));
            await fixture.stop();
            assert.ok(!existsSync(own));
        });
    });
}
