// Namespaces: CONNECT, CONNECT_ERROR, DISCONNECT, the connect timeout. WIRE: B6, A3.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { Peer } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';

const sidPattern = /^[A-Za-z0-9_-]{20}$/;

describe('namespaces', () => {
    const server = useServer();

    for (const transport of ['websocket', 'polling']) {
        const open = () => Peer.openEngine(server, transport);

        check(`${transport}: 40 is answered with a sid and nothing else`, async () => {
            const peer = await open();
            await peer.send('0');
            const reply = await peer.next();
            assert.match(reply, /^0\{/);
            const payload = JSON.parse(reply.slice(1));
            assert.deepEqual(Object.keys(payload), ['sid']);
            assert.match(payload.sid, sidPattern);
            assert.notEqual(payload.sid, peer.engineSid);
            assert.equal(await peer.next(), '2["auth",{}]');
        });

        check(`${transport}: the auth object reaches the handler`, async () => {
            const peer = await open();
            await peer.send('0{"token":"t","nested":{"a":[1,null,"€"]}}');
            await peer.next('CONNECT reply');
            assert.equal(
                await peer.next(), '2["auth",{"token":"t","nested":{"a":[1,null,"€"]}}]');
        });

        for (const packet of ['0/custom,', '0/custom', '0/custom,{"token":"t"}']) {
            check(`${transport}: 4${packet} joins /custom without joining /`, async () => {
                const peer = await open();
                await peer.send(packet);
                const reply = await peer.next();
                assert.match(reply, /^0\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
                const auth = packet.endsWith('}') ? '{"token":"t"}' : '{}';
                assert.equal(await peer.next(), `2/custom,["auth",${auth}]`);
                await peer.sendFatal('2["message"]');  // Not connected to `/`.
                await peer.closed();
            });
        }

        check(`${transport}: a query in the name makes it another namespace`, async () => {
            const peer = await open();
            await peer.send('0/?a=b,', '0/custom?a=b,{}');
            assert.equal(await peer.next(), '4/?a=b,{"message":"Invalid namespace"}');
            assert.equal(await peer.next(), '4/custom?a=b,{"message":"Invalid namespace"}');
        });

        check(`${transport}: an unknown namespace is refused, the connection stays`, async () => {
            const peer = await open();
            for (const packet of ['0/nope,', '0/nope', '0/nope,{"token":"t"}']) {
                await peer.send(packet);
                assert.equal(await peer.next(), '4/nope,{"message":"Invalid namespace"}');
            }
            await peer.join();
            await peer.assertEchoes();
        });

        check(`${transport}: a middleware refuses with message and data`, async () => {
            const peer = await open();
            await peer.send('0/guarded,{"data":{"code":"E1","n":[1]}}');
            assert.equal(await peer.next(),
                '4/guarded,{"message":"not authorized","data":{"code":"E1","n":[1]}}');
        });

        check(`${transport}: data is left out when there is none; then it lets in`, async () => {
            const peer = await open();
            await peer.send('0/guarded,{"token":"wrong"}');
            assert.equal(await peer.next(), '4/guarded,{"message":"not authorized"}');
            await peer.join('/guarded', { token: 'secret' });
        });

        check(`${transport}: events of a refused namespace close the connection`, async () => {
            const peer = await open();
            await peer.send('0/guarded,');
            await peer.next('CONNECT_ERROR');
            await peer.sendFatal('2/guarded,["message"]');
            await peer.closed();
        });

        check(`${transport}: several namespaces on a connection, each with its id`, async () => {
            const peer = await open();
            const root = await peer.join();
            const custom = await peer.join('/custom');
            assert.notEqual(root, custom);
            await peer.send('2/custom,["message","c"]', '2["message","r"]');
            assert.equal(await peer.next(), '2/custom,["message-back","c"]');
            assert.equal(await peer.next(), '2["message-back","r"]');
        });

        check(`${transport}: 41 leaves a namespace; joining again gives a new id`, async () => {
            const peer = await Peer.open(server, transport);
            await peer.send('1');
            assert.equal(await peer.disconnectReason(), 'client namespace disconnect');
            const second = await peer.join();
            assert.notEqual(second, peer.sid);
            await peer.assertEchoes();
        });

        for (const packet of ['1/custom,', '1/custom']) {
            check(`${transport}: 4${packet} leaves the others alone`, async () => {
                const peer = await Peer.open(server, transport);
                const custom = await peer.join('/custom');
                await peer.send(packet);
                assert.equal(await server.disconnectReason(custom, '/custom'),
                    'client namespace disconnect');
                await peer.assertEchoes();
            });
        }

        check(`${transport}: an event after 41 closes the connection`, async () => {
            const peer = await Peer.open(server, transport);
            await peer.send('1');
            await peer.disconnectReason();
            await peer.sendFatal('2["message"]');
            await peer.closed();
        });

        check(`${transport}: a second CONNECT to a namespace closes: forced close`, async () => {
            const peer = await Peer.open(server, transport);
            const custom = await peer.join('/custom');
            await peer.sendFatal('0/custom,');
            await peer.closed();
            assert.equal(await peer.disconnectReason(), 'forced close');
            assert.equal(await peer.disconnectReason('/custom', custom), 'forced close');
        });

        for (const packet of [
            '0[1]', '0"token"', '0null', '0true', '0{', '0/custom,[]', '0/custom,x',
        ]) {
            check(`${transport}: 4${packet}: the payload has to be an object`, async () => {
                const peer = await Peer.openEngine(server, transport);
                await peer.sendFatal(packet);
                await peer.closed();
            });
        }
    }
});

describe('connect timeout', () => {
    const connectTimeoutMs = 300;
    const server = useServer({ connectTimeoutMs });

    for (const transport of ['websocket', 'polling']) {
        check(`${transport}: a session that joins nothing is closed`, async () => {
            const peer = await Peer.openEngine(server, transport);
            const opened = performance.now();
            const how = await peer.closed();
            assert.ok(performance.now() - opened > connectTimeoutMs - 60);
            if (transport === 'websocket') {
                assert.equal(how, 1005);
            }
        });

        check(`${transport}: so is one whose joins were all refused`, async () => {
            const peer = await Peer.openEngine(server, transport);
            await peer.send('0/nope,', '0/guarded,');
            await peer.closed();
        });

        check(`${transport}: one that joined stays`, async () => {
            const joined = await Peer.openEngine(server, transport);
            await joined.join('/custom');
            const idle = await Peer.openEngine(server, transport);
            await idle.closed();  // Opened later, so the first one's time has passed too.
            await joined.join('/');
            await joined.assertEchoes();
        });
    }
});
