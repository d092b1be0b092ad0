// Why a socket left, as the server's handlers are told, on both transports. WIRE: A3.
// Elsewhere: ping timeout (engine_heartbeat), the forms of forced close (socketio_events, _binary).

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { Peer, PollingSession, settle, WebSocketSession } from '../support/engine.mjs';
import { Fixture } from '../support/fixture.mjs';
import { startRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';

const server = useServer({ maxPayload: 1_000 });

/** A peer in two namespaces: every reason has to reach both sockets. */
async function openTwice(transport) {
    const peer = await Peer.open(server, transport);
    peer.customSid = await peer.join('/custom');
    return peer;
}

async function assertReason(peer, reason) {
    assert.equal(await peer.disconnectReason(), reason);
    assert.equal(await peer.disconnectReason('/custom', peer.customSid), reason);
}

for (const transport of ['websocket', 'polling']) {
    describe(transport, () => {
        check('client namespace disconnect: the client sent 41', async () => {
            const peer = await openTwice(transport);
            await peer.send('1/custom,');
            assert.equal(await peer.disconnectReason('/custom', peer.customSid),
                'client namespace disconnect');
            await peer.assertEchoes();
        });

        check('server namespace disconnect: disconnect(false) leaves one only', async () => {
            const peer = await openTwice(transport);
            await peer.send('2/custom,["kick",false]');
            assert.equal(await peer.next(), '1/custom,');
            assert.equal(await peer.disconnectReason('/custom', peer.customSid),
                'server namespace disconnect');
            await peer.assertEchoes();
            await peer.join('/custom');
        });

        check('server namespace disconnect: disconnect(true) leaves all and closes', async () => {
            const peer = await openTwice(transport);
            await peer.sendFatal('2["kick",true]');
            const left = [await peer.next(), await peer.next()].sort();
            assert.deepEqual(left, ['1', '1/custom,']);
            const how = await peer.closed();
            if (transport === 'websocket') {
                assert.equal(how, 1005);
            }
            await assertReason(peer, 'server namespace disconnect');
        });

        check('forced close: a broken Socket.IO packet', async () => {
            const peer = await openTwice(transport);
            await peer.sendFatal('2{}');
            await peer.closed();
            await assertReason(peer, 'forced close');
        });

        check('parse error: a broken Engine.IO packet', async () => {
            const peer = await openTwice(transport);
            await peer.sendFatalPackets('9');
            await peer.closed();
            await assertReason(peer, 'parse error');
        });

        check('transport error: a ping in the wrong direction', async () => {
            const peer = await openTwice(transport);
            await peer.sendFatalPackets('2');
            await peer.closed();
            await assertReason(peer, 'transport error');
        });

        check('nothing is delivered after a namespace was left', async () => {
            const peer = await openTwice(transport);
            const witness = await Peer.open(server, transport);
            await peer.send('1');
            await peer.disconnectReason();
            await witness.send('2["broadcast","late"]');
            await witness.assertEchoes();
            await peer.send('2/custom,["message"]');
            assert.equal(await peer.next(), '2/custom,["message-back"]');
        });

        check('packets behind a fatal one are not delivered', async () => {
            const witness = await Peer.open(server, 'websocket');
            const peer = await openTwice(transport);
            await peer.sendFatal('2{}', '2["broadcast","late"]');
            await peer.closed();
            await witness.assertEchoes();
        });
    });
}

describe('websocket only', () => {
    check('transport close: the peer sent a close frame', async () => {
        const peer = await openTwice('websocket');
        peer.session.ws.sendClose(1000);
        await assertReason(peer, 'transport close');
    });

    check('transport close: the connection ended', async () => {
        const peer = await openTwice('websocket');
        peer.session.ws.socket.end();
        await assertReason(peer, 'transport close');
    });

    check('transport error: a message over the limit', async () => {
        const peer = await openTwice('websocket');
        await peer.send(`2["message","${'x'.repeat(1_000)}"]`);
        assert.equal(await peer.closed(), 1009);
        await assertReason(peer, 'transport error');
    });

    check('transport error: a frame that breaks RFC 6455', async () => {
        const peer = await openTwice('websocket');
        peer.session.ws.send('42["message"]', { rsv: 4 });
        assert.equal(await peer.closed(), 1002);
        await assertReason(peer, 'transport error');
    });
});

describe('polling only', () => {
    check('transport close: the client posted 1', async () => {
        const peer = await openTwice('polling');
        await peer.sendFatalPackets('1');
        await assertReason(peer, 'transport close');
    });

    async function openByHand() {
        const session = await PollingSession.open(server);
        await session.post('40');
        const [reply] = await session.poll();
        return { session, sid: JSON.parse(reply.slice(2)).sid };
    }

    check('transport error: the waiting GET was aborted', async () => {
        const { session, sid } = await openByHand();
        const poll = session.startPoll();
        await settle(server);
        poll.abort();
        assert.equal(await server.disconnectReason(sid), 'transport error');
    });

    check('transport error: a POST was aborted', async () => {
        const { session, sid } = await openByHand();
        const post = startRequest(server, session.url(), {
            method: 'POST', headers: { 'Content-Length': 100 }, body: '42[', unfinished: true,
        });
        await settle(server);
        post.abort();
        assert.equal(await server.disconnectReason(sid), 'transport error');
    });

    check('transport error: two GETs at a time', async () => {
        const { session, sid } = await openByHand();
        const first = session.startPoll();
        await settle(server);
        const second = await session.startPoll().response;
        assert.equal(second.status, 400);
        assert.equal((await first.response).text, '1');
        assert.equal(await server.disconnectReason(sid), 'transport error');
    });

    check('a POST over the limit is not a reason to leave', async () => {
        const peer = await Peer.open(server, 'polling');
        const response = await peer.session.postRaw(`42["message","${'x'.repeat(1_000)}"]`);
        assert.equal(response.status, 413);
        await peer.assertEchoes();
    });

    check('a bad packet while no GET waits: the session is closed all the same', async () => {
        const { session, sid } = await openByHand();
        await session.postRaw('40').catch(() => {});
        const packets = await session.poll().catch(() => ['1']);
        assert.equal(packets.at(-1), '1');
        assert.match(await server.disconnectReason(sid), /^forced (server )?close$/);
        await session.assertClosed();
    });
});

describe('server shutting down', () => {
    for (const transport of ['websocket', 'polling']) {
        check(`${transport}: every socket leaves with it, and clients are let go`, async () => {
            const own = await new Fixture().start();
            server.track({ destroy: () => own.kill() });
            const peer = await Peer.open(own, transport);
            const custom = await peer.join('/custom');
            await settle(own);
            own.signal('SIGTERM');
            assert.equal(await own.disconnectReason(peer.sid), 'server shutting down');
            assert.equal(await own.disconnectReason(custom, '/custom'), 'server shutting down');
            await peer.closed();
            assert.deepEqual(await own.exited(), { code: 0, signal: null });
        });
    }

    check('no 41 is sent: clients shall reconnect', async () => {
        const own = await new Fixture().start();
        server.track({ destroy: () => own.kill() });
        const session = await WebSocketSession.open(own);
        session.send('40');
        await session.next('CONNECT reply');
        await session.next('auth');
        own.signal('SIGTERM');
        await assert.rejects(session.next(), /ended|opcode 8/);
        await own.exited();
    });
});
