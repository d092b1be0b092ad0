// The WebSocket transport of a session that was opened on it. WIRE: B1 (packets), A3 (reasons).

import assert from 'node:assert/strict';

import { enginePath, PollingSession, WebSocketSession } from '../support/engine.mjs';
import { httpRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { encodeFrame, expectedAccept, opcode } from '../support/websocket.mjs';

const server = useServer({ maxPayload: 10_000, engineEcho: true });

const open = () => WebSocketSession.open(server, { path: '/engine.io/' });

check('the upgrade is answered as RFC 6455 says, without extensions that nobody offered', async () => {
    const { ws } = await open();
    assert.equal(ws.headers['sec-websocket-accept'], expectedAccept);
    assert.equal(ws.headers['upgrade'].toLowerCase(), 'websocket');
    assert.equal(ws.headers['connection'].toLowerCase(), 'upgrade');
    assert.equal(ws.headers['sec-websocket-extensions'], undefined);
});

check('text messages travel as 4 + text in text frames', async () => {
    const session = await open();
    session.send('4hello €😀');
    assert.equal(await session.next(), '4hello €😀');
});

check('binary messages travel bare in binary frames', async () => {
    const session = await open();
    session.send(Buffer.from([4, 0, 255]));
    assert.deepEqual(await session.next(), Buffer.from([4, 0, 255]));
});

check('an empty binary message is a message', async () => {
    const session = await open();
    session.send(Buffer.alloc(0));
    assert.deepEqual(await session.next(), Buffer.alloc(0));
});

check('2000 messages in one burst come back in order', async () => {
    const session = await open();
    const count = 2_000;
    session.ws.write(Buffer.concat(
        Array.from({ length: count }, (_, i) => encodeFrame(`4#${i}`))));
    for (let i = 0; i < count; ++i) {
        assert.equal(await session.next(), `4#${i}`);
    }
});

check('client-sent open, upgrade and noop packets are ignored', async () => {
    const session = await open();
    for (const packet of ['0', '5', '6', '0{}']) {
        session.send(packet);
    }
    await session.assertEchoes();
});

check('an unasked pong is ignored', async () => {
    const session = await open();
    session.send('3');
    session.send('3');
    await session.assertEchoes();
});

for (const [what, packet] of [
    ['an unknown type', '9'], ['a type just beyond noop', '7'], ['a letter', 'abc'],
    ['an empty text frame', ''],
]) {
    check(`${what}: parse error, closed without a code`, async () => {
        const session = await open();
        session.send(packet);
        assert.equal(await session.ws.closeCode(), 1005);
        assert.equal(await server.engineCloseReason(session.sid), 'parse error');
    });
}

check('a client-sent ping closes: heartbeats go the other way', async () => {
    const session = await open();
    session.send('2');
    assert.equal(await session.ws.closeCode(), 1005);
    assert.equal(await server.engineCloseReason(session.sid), 'transport error');
});

check('a close frame is answered with its code; reason `transport close`', async () => {
    const session = await open();
    session.ws.sendClose(1000);
    assert.equal(await session.ws.closeCode(), 1000);
    await session.ws.ended();
    assert.equal(await server.engineCloseReason(session.sid), 'transport close');
});

check('an end of the TCP connection without a close frame: `transport close`', async () => {
    const session = await open();
    session.ws.socket.end();
    assert.equal(await server.engineCloseReason(session.sid), 'transport close');
});

check('a reset of the TCP connection ends the session', async () => {
    const session = await open();
    session.ws.socket.resetAndDestroy();
    assert.match(await server.engineCloseReason(session.sid), /^transport (close|error)$/);
});

check('a message of exactly the limit is accepted', async () => {
    const session = await open();
    const message = '4' + 'x'.repeat(9_999);
    session.send(message);
    assert.equal(await session.next(), message);
});

for (const op of [opcode.text, opcode.binary]) {
    check(`a larger message (opcode ${op}): 1009, reason \`transport error\``, async () => {
        const session = await open();
        session.ws.send('4' + 'x'.repeat(10_000), { op });
        assert.equal(await session.ws.closeCode(), 1009);
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
    });
}

check('polling requests for a session on websocket: 400, code 3', async () => {
    const session = await open();
    for (const options of [{}, { method: 'POST', body: '4a' }]) {
        const response = await httpRequest(
            server, enginePath({ sid: session.sid }, '/engine.io/'), options);
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":3,"message":"Bad request"}');
    }
    await session.assertEchoes();
});

check('sessions on both transports do not disturb each other', async () => {
    const websocket = await open();
    const polling = await PollingSession.open(server, { path: '/engine.io/' });
    websocket.send('4w');
    await polling.post('4p');
    assert.deepEqual(await polling.poll(), ['4p']);
    assert.equal(await websocket.next(), '4w');
});
