// Options of the server that a client can see, each off or other than usual. WIRE: A1.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { enginePath, PollingSession, WebSocketSession } from '../support/engine.mjs';
import { httpRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const transportUnknown = '{"code":0,"message":"Transport unknown"}';

async function connect(server, options) {
    const socket = createClient(server, 4, options);
    await nextEvent(socket, 'connect');
    assert.deepEqual(await ask(socket, 'echo', 1), [1]);
    return socket;
}

describe('path', () => {
    const own = useServer({ path: '/live/' }, 'limits_fixture');
    const bare = useServer({ path: '/socket.io' }, 'limits_fixture');

    for (const journey of ['websocket', 'polling']) {
        check(`of one's own, ${journey}`, async () => {
            await connect(own, { ...journeys[journey], path: '/live/' });
        });

        check(`without a slash, ${journey}`, async () => {
            await connect(bare, { ...journeys[journey], path: '/socket.io', addTrailingSlash: false });
        });
    }

    check('the usual one is not served then', async () => {
        const response = await httpRequest(own, enginePath());
        assert.equal(response.status, 404);
        assert.equal((await httpRequest(own, '/live/socket.io.min.js')).status, 200);
    });

    check('without a slash the query may follow at once', async () => {
        const response = await httpRequest(bare, enginePath({}, '/socket.io'));
        assert.equal(response.status, 200);
        assert.match(response.text, /^0\{"sid":/);
    });
});

describe('serve_client', () => {
    const server = useServer({ noClient: true }, 'limits_fixture');

    check('off: client files are engine requests, code 0', async () => {
        for (const file of ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js.map']) {
            const response = await httpRequest(server, `/socket.io/${file}`);
            assert.equal(response.status, 400);
            assert.equal(response.text, transportUnknown);
        }
    });
});

describe('transports', () => {
    const websocketAlone = useServer({ noPolling: true }, 'limits_fixture');
    const pollingAlone = useServer({ noWebsocket: true }, 'limits_fixture');

    check('without polling: code 0 for polls, WebSockets as ever', async () => {
        const response = await httpRequest(websocketAlone, enginePath());
        assert.equal(response.status, 400);
        assert.equal(response.text, transportUnknown);
        await connect(websocketAlone, journeys.websocket);
    });

    check('without WebSockets: none is offered, and one that comes is refused', async () => {
        const session = await PollingSession.open(pollingAlone);
        assert.deepEqual(session.handshake.upgrades, []);
        const ws = await RawWebSocket.attempt(pollingAlone, enginePath({ transport: 'websocket' }));
        assert.equal(ws.status, 400);
        assert.equal(await ws.refusal(), 'Transport unknown');
        await connect(pollingAlone, journeys.upgraded);
    });
});

describe('allow_upgrades', () => {
    const server = useServer({ noUpgrades: true }, 'limits_fixture');

    check('off: none is offered, and clients stay on polling', async () => {
        const session = await PollingSession.open(server);
        assert.deepEqual(session.handshake.upgrades, []);
        const socket = await connect(server, journeys.upgraded);
        assert.equal(socket.io.engine.transport.name, 'polling');
    });

    check('off: WebSockets of their own are let in', async () => {
        await WebSocketSession.open(server);
    });
});

describe('cookie', () => {
    const server = useServer({ cookie: 'io' }, 'limits_fixture');
    const named = useServer({ cookie: 'node' }, 'limits_fixture');
    const off = useServer({}, 'limits_fixture');

    check('names the session, on the handshake only', async () => {
        const first = await httpRequest(server, enginePath());
        const { sid } = JSON.parse(first.text.slice(1));
        assert.deepEqual(first.headers['set-cookie'],
            [`io=${sid}; Path=/; HttpOnly; SameSite=Lax`]);
        const post = await httpRequest(server, enginePath({ sid }), { method: 'POST', body: '40' });
        assert.equal(post.headers['set-cookie'], undefined);
        const get = await httpRequest(server, enginePath({ sid }));
        assert.equal(get.headers['set-cookie'], undefined);
    });

    check('stands in the answer to a WebSocket, too', async () => {
        const ws = await RawWebSocket.connect(server, enginePath({ transport: 'websocket' }));
        const { sid } = JSON.parse((await ws.nextMessage()).slice(1));
        assert.equal(ws.headers['set-cookie'], `io=${sid}; Path=/; HttpOnly; SameSite=Lax`);
    });

    check('may have another name', async () => {
        const response = await httpRequest(named, enginePath());
        assert.match(response.headers['set-cookie'][0], /^node=[\w-]{20}; Path=\/; HttpOnly; SameSite=Lax$/);
    });

    check('off, which is the default: there is none', async () => {
        assert.equal((await httpRequest(off, enginePath())).headers['set-cookie'], undefined);
    });
});
