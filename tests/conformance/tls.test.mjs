// TLS on the server's own port, with real clients: docs/http.md, "TLS". What the protocols do over it is in the
// runs of the other files that end in `.tls`.

import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { after, describe } from 'node:test';
import tls from 'node:tls';

import WebSocket from 'ws';

import { makeCertificate } from '../support/certificate.mjs';
import { ask, createClient, journeys } from '../support/clients.mjs';
import { PollingSession } from '../support/engine.mjs';
import { Fixture, onNode, spawnFixture } from '../support/fixture.mjs';
import { httpRequest } from '../support/http.mjs';
import { temporaryFolder } from '../support/live_server.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent, within } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const folder = temporaryFolder();
after(() => folder.remove());
const certificate = makeCertificate(folder.path);
const files = { tlsCert: certificate.cert, tlsKey: certificate.key };
const trusting = { ca: certificate.authority };

/** A TLS connection and nothing else, tracked by the server; fails with the handshake's error. */
async function shakeHands(server, options = {}) {
    const socket = tls.connect({ host: '127.0.0.1', port: server.port, ...server.tls, ...options });
    server.track(socket);
    await within(new Promise((resolve, reject) => {
        socket.on('secureConnect', resolve);
        socket.on('error', reject);
        socket.on('close', () => reject(new Error('closed')));
    }), 'TLS handshake');
    return socket;
}

const json = async (server, path) => JSON.parse((await httpRequest(server, path)).text);

/** Resolves when the server's counter is that high: it tells of a turn once the turn is over. */
async function counted(server, name, value) {
    let counters = await json(server, '/counters');
    while (counters[name] < value) {
        counters = await json(server, '/counters');
    }
    assert.equal(counters[name], value);
}

/** Until the server closes it: everything that came. */
async function untilClosed(socket) {
    const chunks = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    await within(new Promise((resolve) => {
        socket.on('end', resolve);
        socket.on('close', resolve);
    }), 'end of the connection');
    return Buffer.concat(chunks).toString('latin1');
}

if (!onNode) {
    describe('real clients', () => {
        const server = useServer({ ...files, tlsHandshakeTimeoutMs: 1_500 }, 'entrance_fixture');
        server.tls = trusting;

        check('a client that trusts the authority gets the whole chain; one that does not, does not', async () => {
            const socket = await shakeHands(server);
            assert.ok(socket.authorized);
            assert.equal(socket.getPeerCertificate().subject.CN, 'localhost server');
            await assert.rejects(shakeHands(server, { ca: [] }), /unable to (verify|get)|self[- ]signed/);
        });

        check('https is told to the application', async () => {
            assert.deepEqual(await json(server, '/client'), { address: '127.0.0.1', secure: true });
        });

        for (const journey of Object.keys(journeys)) {
            check(`socket.io-client 4.8, ${journey}: handshake.secure, text and binary`, async () => {
                const socket = createClient(server, 4, journeys[journey]);
                const upgraded = journey === 'upgraded' ? nextEvent(socket.io.engine, 'upgrade') : undefined;
                await nextEvent(socket, 'connect');
                await upgraded;
                assert.deepEqual(await ask(socket, 'client'), [{ address: '127.0.0.1', secure: true }]);
                const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 255));
                const [text, binary] = await ask(socket, 'echo', '€'.repeat(20_000), bytes);
                assert.equal(text, '€'.repeat(20_000));
                assert.deepEqual(Buffer.from(binary), bytes);
            });
        }

        check('twenty clients upgrade at once', async () => {
            const sockets = Array.from({ length: 20 }, () => createClient(server, 4, journeys.upgraded));
            await Promise.all(sockets.map(async (socket, number) => {
                const upgraded = nextEvent(socket.io.engine, 'upgrade');
                await nextEvent(socket, 'connect');
                // On its way from one shard to another, perhaps.
                for (let i = 0; i < 20; ++i) {
                    assert.deepEqual(await ask(socket, 'echo', number, i), [number, i]);
                }
                await upgraded;
                assert.deepEqual(await ask(socket, 'echo', 'upgraded'), ['upgraded']);
            }));
        });

        check('bodies of many records, both ways', async () => {
            const body = Buffer.from(Array.from({ length: 900_000 }, (_, i) => 97 + (i * 7 + (i >> 9)) % 26));
            const answer = await httpRequest(server, '/echo', { method: 'POST', body });
            assert.equal(answer.status, 200);
            assert.ok(answer.body.equals(body));
        });

        check('many messages in a turn leave in order', async () => {
            const socket = createClient(server, 4, journeys.websocket);
            const seen = [];
            const all = new Promise((resolve) => {
                socket.on('drop', (number, filling) => {
                    seen.push(number);
                    assert.equal(filling.length, 10_000);
                    if (seen.length === 200) {
                        resolve();
                    }
                });
            });
            await nextEvent(socket, 'connect');
            socket.emit('flood', 200, 10_000);
            await within(all, '200 messages');
            assert.deepEqual(seen, Array.from({ length: 200 }, (_, i) => i));
        });

        check('permessage-deflate', async () => {
            const ws = new WebSocket(`wss://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`, trusting);
            server.track({ destroy: () => ws.terminate() });
            const messages = [];
            const flood = new Promise((resolve) => {
                ws.on('message', (data) => {
                    messages.push(String(data));
                    if (messages.length === 12) {
                        resolve();
                    }
                });
            });
            await nextEvent(ws, 'open');
            assert.match(ws.extensions, /permessage-deflate/);
            ws.send('40');
            ws.send('42["flood",10,5000]');
            await within(flood, 'ten messages behind two of the handshake');
            assert.equal(messages[11], `42["drop",9,"${'x'.repeat(5_000)}"]`);
            assert.ok(ws._socket.bytesRead < 20_000, 'they were compressed');
        });

        check('a session resumes on whichever shard', async () => {
            const first = await shakeHands(server);
            const [session] = await nextEvent(first, 'session');
            for (let i = 0; i < 4; ++i) {
                const again = await shakeHands(server, { session });
                assert.ok(again.isSessionReused());
            }
            assert.ok(!(await shakeHands(server)).isSessionReused());
            const older = await shakeHands(server, { maxVersion: 'TLSv1.2' });
            const resumed = await shakeHands(server, { maxVersion: 'TLSv1.2', session: older.getSession() });
            assert.ok(resumed.isSessionReused());
        });

        check('TLS 1.3 and 1.2 with forward secrecy, nothing older', async () => {
            assert.equal((await shakeHands(server)).getProtocol(), 'TLSv1.3');
            const older = await shakeHands(server, { maxVersion: 'TLSv1.2' });
            assert.match(older.getCipher().name, /^ECDHE-/);
            const weak = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
            await assert.rejects(shakeHands(server, weak), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
            const without = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' };
            await assert.rejects(shakeHands(server, without), /handshake failure/);
        });

        check('HTTP/1.1 and no other protocol', async () => {
            const socket = await shakeHands(server, { ALPNProtocols: ['h2', 'http/1.1'] });
            assert.equal(socket.alpnProtocol, 'http/1.1');
            await assert.rejects(shakeHands(server, { ALPNProtocols: ['h2'] }), /no application protocol/);
        });

        check('a client may not begin anew', async () => {
            const socket = await shakeHands(server, { maxVersion: 'TLSv1.2' });
            const refused = new Promise((resolve) => {
                socket.on('error', resolve);
                socket.on('close', resolve);
                socket.renegotiate({}, (error) => error && resolve(error));
            });
            await within(refused, 'refusal');
        });

        check('who speaks plain HTTP is closed without an answer', async () => {
            const { tlsHandshakesFailed: before } = await json(server, '/counters');
            const socket = server.track(net.connect(server.port, '127.0.0.1'));
            socket.write('GET /client HTTP/1.1\r\nHost: h\r\n\r\n');
            assert.doesNotMatch(await untilClosed(socket), /HTTP\/1/);
            await counted(server, 'tlsHandshakesFailed', before + 1);
        });

        check('who stalls in its handshake is closed, and nobody waits for it', async () => {
            const { tlsHandshakesFailed: before } = await json(server, '/counters');
            const stalled = ['', '\x16\x03\x01\x02\x00\x01'].map((bytes) => {
                const socket = server.track(net.connect(server.port, '127.0.0.1'));
                socket.write(Buffer.from(bytes, 'latin1'));
                return untilClosed(socket);
            });
            assert.equal((await httpRequest(server, '/client')).status, 200);
            assert.deepEqual(await Promise.all(stalled), ['', '']);
            await counted(server, 'tlsHandshakesFailed', before + 2);
        });

        check('a handshake in single bytes', async () => {
            const socket = server.track(net.connect({ port: server.port, host: '127.0.0.1', noDelay: true }));
            await nextEvent(socket, 'connect');
            const slow = new Duplex({
                read() {},
                write(chunk, _, done) {
                    for (const byte of chunk) {
                        socket.write(Buffer.from([byte]));
                    }
                    done();
                },
            });
            socket.on('data', (chunk) => slow.push(chunk));
            socket.on('end', () => slow.push(null));
            const secure = server.track(tls.connect({ socket: slow, ...trusting, servername: 'localhost' }));
            await nextEvent(secure, 'secureConnect');
            secure.write('GET /client HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
            assert.match(await untilClosed(secure), /"secure":true/);
        });
    });

    describe('certificates', () => {
        const useCopy = (name) => {
            const copy = { tlsCert: `${folder.path}/${name}.pem`, tlsKey: `${folder.path}/${name}.key` };
            copyFileSync(certificate.cert, copy.tlsCert);
            copyFileSync(certificate.key, copy.tlsKey);
            return copy;
        };
        const reloading = useCopy('reloading');
        const server = useServer(reloading, 'entrance_fixture');
        server.tls = trusting;
        const reload = (pattern) => {
            server.signal('SIGHUP');
            return server.line(pattern);
        };

        check('SIGHUP: new connections have the new one, and the others go on', async () => {
            const socket = createClient(server, 4, journeys.upgraded);
            const upgraded = nextEvent(socket.io.engine, 'upgrade');
            const poller = createClient(server, 4, journeys.polling);
            const gone = [];
            for (const one of [socket, poller]) {
                one.on('disconnect', (reason) => gone.push(reason));
            }
            await nextEvent(socket, 'connect');
            await upgraded;
            if (!poller.connected) {
                await nextEvent(poller, 'connect');
            }
            const renewed = makeCertificate(folder.path, 'renewed');
            copyFileSync(renewed.cert, reloading.tlsCert);
            copyFileSync(renewed.key, reloading.tlsKey);
            await reload(/^certificates reloaded$/);
            for (let i = 0; i < 4; ++i) {
                const fresh = await shakeHands(server, { ca: renewed.authority });
                assert.equal(fresh.getPeerCertificate().subject.CN, 'renewed server');
            }
            assert.deepEqual(await ask(socket, 'echo', 1), [1]);
            assert.deepEqual(gone, []);
            server.tls = { ca: [certificate.authority, renewed.authority] };
        });

        check('one that cannot be used is refused with its file, and the old one stays', async () => {
            const before = (await shakeHands(server)).getPeerCertificate().subject.CN;
            writeFileSync(reloading.tlsCert, 'nothing of the kind');
            await reload(/^certificates refused: certificate \S*reloading\.pem cannot be used: error:/);
            assert.equal((await shakeHands(server)).getPeerCertificate().subject.CN, before);
        });
    });

    describe('start and end', () => {
        const endOf = (child) => within(new Promise((resolve) => {
            let words = '';
            child.stderr.setEncoding('utf8').on('data', (text) => (words += text));
            child.on('close', (code) => resolve({ code, words }));
        }), 'end of the program');

        check('a file that is missing, and a key that belongs to another certificate', async () => {
            const missing = await endOf(spawnFixture({ ...files, tlsCert: '/nowhere.pem' }, 'entrance_fixture'));
            assert.equal(missing.code, 1);
            assert.match(missing.words, /certificate \/nowhere\.pem cannot be used: .*No such file/);
            const other = makeCertificate(folder.path, 'other');
            const foreign = await endOf(spawnFixture({ ...files, tlsKey: other.key }, 'entrance_fixture'));
            assert.equal(foreign.code, 1);
            assert.match(foreign.words, /key \S*other-server\.key cannot be used: .*mismatch/);
        });

        check('a server that stops does not wait for handshakes', async () => {
            const own = await new Fixture('entrance_fixture').start(files);
            own.tls = trusting;
            try {
                const stalled = own.track(net.connect(own.port, '127.0.0.1'));
                stalled.write('\x16\x03\x01');
                const session = await PollingSession.open(own);
                assert.ok(session.sid);
                const closed = untilClosed(stalled);
                own.signal('SIGTERM');
                assert.equal(await closed, '');
                assert.deepEqual(await own.exited(), { code: 0, signal: null });
            } finally {
                own.kill();
            }
        });

        check('only TLS 1.3, where that is wanted', async () => {
            const own = await new Fixture('entrance_fixture').start({ ...files, 'tls-1-3': true });
            own.tls = trusting;
            try {
                assert.equal((await shakeHands(own)).getProtocol(), 'TLSv1.3');
                await assert.rejects(shakeHands(own, { maxVersion: 'TLSv1.2' }),
                    { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
                const ws = await RawWebSocket.connect(own, '/socket.io/?EIO=4&transport=websocket');
                assert.match(await ws.nextMessage(), /^0\{/);
            } finally {
                await own.stop();
            }
        });
    });
}
