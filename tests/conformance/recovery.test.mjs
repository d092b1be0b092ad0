// Connection state recovery: sockets that come back after a lost connection with their id, rooms and data, and
// with what they missed; driven by socket.io-client 4.8 in both formats and by hand, and beside clients that know
// nothing of it. WIRE: B7, B9, A3.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import msgpackParser from 'socket.io-msgpack-parser';

import {
    ask, connectClient, createClient, journeys, offsetPattern, withoutOffset,
} from '../support/clients.mjs';
import { Peer } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, nextEvent, within } from '../support/waiting.mjs';

const idPattern = /^[A-Za-z0-9_-]{20}$/;

let rooms = 0;
const newRoom = () => `room ${++rooms}`;

/** Of lines that come several times, the one after those that are there. */
function oneMore(server, text) {
    let left = server.lines.filter((line) => line.startsWith(text)).length + 1;
    return { exec: (line) => (line.startsWith(text) && --left === 0 ? [line] : null) };
}

/** What a client of version 4 got so far, without offsets; buffers as they are. */
const received = (socket) => socket.events.drain().map(withoutOffset);

/** A client's connection ends, and the server knows. */
async function loseClient(server, socket) {
    const noticed = server.line(oneMore(server, `disconnect / ${socket.id} `), 'its end');
    const gone = nextEvent(socket, 'disconnect');
    socket.io.engine.close();
    await gone;
    await noticed;
}

async function comeBack(socket) {
    const connected = nextEvent(socket, 'connect');
    socket.connect();
    await connected;
}

for (const journey of ['websocket', 'polling', 'upgraded']) {
    describe(`socket.io-client 4.8, ${journey}`, () => {
        const server = useServer({ recovery: true });

        /** A connected socket whose `auth` event has come. */
        async function connect(options = {}) {
            const socket = createClient(server, 4, { ...journeys[journey], ...options });
            const upgraded = journey === 'upgraded'
                ? nextEvent(socket.io.engine, 'upgrade') : undefined;
            await nextEvent(socket, 'connect');
            await upgraded;
            await socket.events.next('auth event');
            return socket;
        }
        const lose = (socket) => loseClient(server, socket);

        check('it comes back with its id, rooms and data, and with what it missed', async () => {
            const [socket, other] = [await connect(), await connect()];
            const room = newRoom();
            await ask(socket, 'join', room);
            await ask(socket, 'remember', { n: [1] });
            other.emit('to-room', room, 'arrived');
            assert.deepEqual(withoutOffset(await socket.events.next()), ['room', 'arrived']);
            const { id } = socket;
            await lose(socket);
            other.emit('to-room', room, 'missed', Buffer.from([1, 2]));
            other.emit('to-room', newRoom(), 'not for it');
            other.emit('to-all', 'missed too');
            other.emit('to-room', id, 'by its id');
            await ask(other, 'message-with-ack');
            await comeBack(socket);
            assert.equal(socket.recovered, true);
            assert.equal(socket.id, id);
            assert.deepEqual(await ask(socket, 'recall'), [true, { n: [1] }, [id, room].sort()]);
            const [first, second, third, auth] = received(socket);
            assert.deepEqual(
                [first[0], first[1], Buffer.from(first[2])], ['room', 'missed', Buffer.from([1, 2])]);
            assert.deepEqual([second, third], [['all', 'missed too'], ['room', 'by its id']]);
            // With which it asked for it.
            assert.match(auth[1].pid, idPattern);
            assert.match(auth[1].offset, offsetPattern);
            other.emit('to-room', room, 'after');
            assert.deepEqual(withoutOffset(await socket.events.next()), ['room', 'after']);
        });

        check('it comes back again and again', async () => {
            const [socket, other] = [await connect(), await connect()];
            const { id } = socket;
            for (let round = 0; round < 4; ++round) {
                await lose(socket);
                other.emit('to-room', id, round);
                await ask(other, 'message-with-ack');
                await comeBack(socket);
                assert.equal(socket.recovered, true);
                assert.equal(socket.id, id);
                assert.deepEqual(received(socket)[0], ['room', round]);
                await ask(socket, 'recall');
                received(socket);
            }
        });

        check('it does not come back when the server sent it away', async () => {
            const socket = await connect();
            const { id } = socket;
            const gone = nextEvent(socket, 'disconnect');
            socket.emit('kick', false);
            await gone;
            await comeBack(socket);
            assert.ok(!socket.recovered);
            assert.notEqual(socket.id, id);
            assert.deepEqual((await ask(socket, 'recall')).slice(0, 2), [false, null]);
        });

        check('it does not come back when it said goodbye', async () => {
            const socket = await connect();
            const { id } = socket;
            socket.disconnect();
            await server.disconnectReason(id);
            await comeBack(socket);
            assert.ok(!socket.recovered);
            assert.notEqual(socket.id, id);
        });

        check('each of its namespaces comes back', async () => {
            const socket = await connect();
            const custom = socket.io.socket('/custom');
            await nextEvent(custom, 'auth');
            const ids = [socket.id, custom.id];
            await lose(socket);
            await server.disconnectReason(ids[1], '/custom');
            const both = Promise.all([nextEvent(socket, 'connect'), nextEvent(custom, 'connect')]);
            socket.connect();
            custom.connect();
            await both;
            assert.deepEqual([socket.recovered, custom.recovered], [true, true]);
            assert.deepEqual([socket.id, custom.id], ids);
        });
    });
}

describe('socket.io-client 4.8 that has got no event yet', () => {
    const server = useServer({}, 'client_fixture');

    for (const journey of ['websocket', 'polling']) {
        check(`comes back with its pid alone, ${journey}`, async () => {
            const socket = createClient(server, 4, journeys[journey]);
            await nextEvent(socket, 'connect');
            const { id } = socket;
            const gone = nextEvent(socket, 'disconnect');
            socket.io.engine.close();
            await gone;
            const connected = nextEvent(socket, 'connect');
            socket.connect();
            await connected;
            assert.equal(socket.recovered, true);
            assert.deepEqual(await ask(socket, 'getId'), [id]);
        }, { nodeDiffers: 'it takes an offset for a must (issue 5538)' });
    }
});

for (const transport of ['websocket', 'polling']) {
    describe(`by hand, ${transport}`, () => {
        const server = useServer({ recovery: true, eio3: true });

        /** Joins, and keeps what a client has to keep. */
        async function join(peer, namespace = '/', payload = undefined) {
            const prefix = namespace === '/' ? '' : namespace + ',';
            await peer.send(`0${prefix}${payload ? JSON.stringify(payload) : ''}`);
            peer.missed = [];
            let packet;
            while (!(packet = await peer.next()).toString().startsWith('0')) {
                peer.missed.push(packet);
            }
            Object.assign(peer, JSON.parse(packet.slice(1 + prefix.length)));
            peer.offset = lastArgument(await peer.next('auth event'));
            return peer;
        }
        const open = async (namespace, payload) =>
            join(await Peer.openEngine(server, transport), namespace, payload);
        const lastArgument = (packet) => JSON.parse(packet.slice(packet.indexOf('['))).at(-1);
        const memoryOf = ({ pid, offset }) => ({ pid, offset });
        /** The session ends, and the server knows. */
        async function lose(peer, namespace = '/') {
            const noticed = server.line(
                oneMore(server, `disconnect ${namespace} ${peer.sid} `), 'its end');
            await peer.sendFatalPackets('1');
            await noticed;
        }

        check('the reply has a pid, and each event an offset as its last argument', async () => {
            const peer = await Peer.openEngine(server, transport);
            await peer.send('0');
            const reply = JSON.parse((await peer.next()).slice(1));
            assert.deepEqual(Object.keys(reply), ['sid', 'pid']);
            assert.match(reply.sid, idPattern);
            assert.match(reply.pid, idPattern);
            assert.notEqual(reply.sid, reply.pid);
            const auth = await peer.next();
            assert.match(auth, /^2\["auth",\{\},"[0-9A-Za-z_-]{7}(\.[0-9A-Za-z_-]+)?"\]$/);
            await peer.send('2["message","a",1]', '2["to-all",2]');
            assert.match(await peer.next(), /^2\["message-back","a",1,"[^"]+"\]$/);
            assert.match(await peer.next(), /^2\["all",2,"[^"]+"\]$/);
            await peer.send('51-["message",{"_placeholder":true,"num":0}]', Buffer.from([1]));
            assert.match(await peer.next(),
                /^51-\["message-back",\{"_placeholder":true,"num":0\},"[^"]+"\]$/);
            assert.deepEqual(await peer.next(), Buffer.from([1]));
        });

        check('offsets differ', async () => {
            const peer = await open();
            const offsets = new Set();
            await peer.send(...Array.from({ length: 50 }, (_, i) => `2["message",${i}]`));
            for (let i = 0; i < 50; ++i) {
                offsets.add(lastArgument(await peer.next()));
            }
            assert.equal(offsets.size, 50);
        });

        check('questions, answers and volatile events have none', async () => {
            const peer = await open();
            await peer.send('2["ask","why"]', '27["message-with-ack","x"]');
            assert.match(await peer.next(), /^2\d+\["question","why"\]$/);
            assert.equal(await peer.next(), '37["x"]');
            if (transport === 'websocket') {
                await peer.send('2["volatile","v"]');
                assert.equal(await peer.next(), '2["volatile-back","v"]');
            }
        });

        check('what was missed comes ahead of the reply, which is as before', async () => {
            const peer = await open();
            const other = await open();
            await lose(peer);
            await other.send(`2["to-room",${JSON.stringify(peer.sid)},"missed"]`,
                '51-["to-all",{"_placeholder":true,"num":0}]', Buffer.from([7]),
                '21["message-with-ack"]');
            for (let packet; !String(packet).startsWith('31');) {
                packet = await other.next();
            }
            const back = await open('/', memoryOf(peer));
            assert.equal(back.missed.length, 3);
            assert.match(back.missed[0], /^2\["room","missed","[^"]+"\]$/);
            assert.match(back.missed[1], /^51-\["all",\{"_placeholder":true,"num":0\},"[^"]+"\]$/);
            assert.deepEqual(back.missed[2], Buffer.from([7]));
            assert.deepEqual([back.sid, back.pid], [peer.sid, peer.pid]);
        });

        check('the newest connection wins, whether the end of the old one was noticed or not',
            async () => {
                const old = await open();
                const other = await open();
                await other.send(`2["to-room",${JSON.stringify(old.sid)},"on its way"]`);
                const back = await open('/', memoryOf(old));
                assert.deepEqual([back.sid, back.pid], [old.sid, old.pid]);
                assert.equal(await old.disconnectReason('/', old.sid), 'forced server close');
                await old.closed();
                const again = await open('/', memoryOf(old));
                assert.equal(again.sid, old.sid);
                await back.closed();
            }, { nodeDiffers: 'a socket that is connected cannot be restored' });

        check('it is for one time', async () => {
            const peer = await open();
            await lose(peer);
            const back = await open('/', memoryOf(peer));
            assert.equal(back.sid, peer.sid);
            await back.send('1');
            await server.line(new RegExp(`^disconnect / ${peer.sid} client namespace disconnect$`));
            const third = await open('/', memoryOf(peer));
            assert.notEqual(third.sid, peer.sid);
            assert.notEqual(third.pid, peer.pid);
        }, { nodeDiffers: 'sessions in memory can be restored again and again' });

        check('who asks for what is not there connects anew', async () => {
            const peer = await open();
            await lose(peer);
            for (const payload of [
                { pid: 'A'.repeat(20), offset: peer.offset },
                { pid: peer.pid + 'A', offset: peer.offset },
                { pid: 7, offset: peer.offset },
                { pid: { a: peer.pid }, offset: [peer.offset] },
                { pid: peer.pid, offset: 7 },
                { pid: peer.pid, offset: 'no offset' },
                { offset: peer.offset },
            ]) {
                const anew = await open('/', payload);
                assert.notEqual(anew.sid, peer.sid);
                assert.notEqual(anew.pid, peer.pid);
                assert.deepEqual(anew.missed, []);
            }
            const elsewhere = await open('/custom', memoryOf(peer));
            assert.notEqual(elsewhere.sid, peer.sid);
            const back = await open('/', memoryOf(peer));
            assert.equal(back.sid, peer.sid, 'none of them took it away');
        });

        check('middlewares are not asked again', async () => {
            const peer = await open('/guarded', { token: 'secret' });
            await lose(peer, '/guarded');
            const back = await open('/guarded', memoryOf(peer));
            assert.equal(back.sid, peer.sid);
        });

        check('who sends before it is back is at fault', async () => {
            const peer = await open();
            await lose(peer);
            const back = await Peer.openEngine(server, transport);
            await back.sendFatal(`0${JSON.stringify(memoryOf(peer))}`, `0${JSON.stringify(memoryOf(peer))}`);
            await back.closed();
        }, { nodeDiffers: 'two CONNECTs make two sockets' });
    });
}

describe('a socket that was away for too long', () => {
    const server = useServer({ recovery: true, recoveryMs: 300 });

    check('connects anew', async () => {
        const socket = createClient(server, 4, journeys.websocket);
        await nextEvent(socket, 'connect');
        await socket.events.next('auth event');
        const { id } = socket;
        const gone = nextEvent(socket, 'disconnect');
        socket.io.engine.close();
        await gone;
        await server.disconnectReason(id);
        await elapse(400);
        const connected = nextEvent(socket, 'connect');
        socket.connect();
        await connected;
        assert.ok(!socket.recovered);
        assert.notEqual(socket.id, id);
    });
});

for (const [name, major] of [['2.5.0', 2], ['1.7.4', 1]]) {
    describe(`socket.io-client ${name}`, () => {
        const server = useServer({ recovery: true, eio3: true });

        for (const journey of ['websocket', 'polling']) {
            check(`gets no offsets beside clients that do, ${journey}`, async () => {
                const old = createClient(server, major, journeys[journey]);
                const young = createClient(server, 4, journeys[journey]);
                assert.equal((await old.events.next('auth event')).length, 2);
                assert.equal((await young.events.next('auth event')).length, 3);
                await ask(old, 'join', 'both');
                await ask(young, 'join', 'both');
                young.emit('to-room', 'both', 'x', Buffer.from([1, 2]));
                for (const [socket, length] of [[old, 3], [young, 4]]) {
                    const event = await socket.events.next();
                    assert.equal(event.length, length, JSON.stringify(event));
                    assert.deepEqual([event[1], Buffer.from(event[2])], ['x', Buffer.from([1, 2])]);
                }
                old.emit('message', 1);
                assert.deepEqual(await old.events.next(), ['message-back', 1]);
            }, { nodeDiffers: 'it gives them offsets, too' });

            check(`connects anew when it comes back, ${journey}`, async () => {
                const old = createClient(server, major, {
                    ...journeys[journey], reconnection: true, reconnectionDelay: 10,
                    reconnectionDelayMax: 20,
                });
                await old.events.next('auth event');
                const before = old.id;
                const back = nextEvent(old, 'connect');
                old.io.engine.close();
                await back;
                assert.notEqual(old.id, before);
            });
        }
    });
}

// ---- Both formats ----------------------------------------------------------------------------------

/** Events as they compare: both kinds of clients have binary as Buffers then. */
const comparable = (events) => events.map((event) => event.map((value) =>
    (ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? Buffer.from(value) : value)));

for (const [name, fixture, parsers, options] of [
    ['a MessagePack client', { parser: 'msgpack' }, [msgpackParser], {}],
    ['a JSON client and a MessagePack client in one room', { parser: 'by-client', eio3: true },
        [undefined, msgpackParser], { nodeDiffers: 'it has one parser for all of its clients' }],
]) {
    describe(name, () => {
        const server = useServer({ recovery: true, ...fixture });

        for (const journey of Object.keys(journeys)) {
            const connect = (parser) =>
                connectClient(server, 4, journey, parser === undefined ? {} : { parser });

            check(`misses nothing, ${journey}`, async () => {
                const room = newRoom();
                const sockets = [];
                for (const parser of parsers) {
                    const socket = await connect(parser);
                    await ask(socket, 'join', room);
                    await ask(socket, 'remember', { n: [1] });
                    sockets.push(socket);
                }
                const sender = await connect(parsers[0]);
                sender.emit('to-room', room, 'arrived');
                for (const socket of sockets) {
                    assert.deepEqual(withoutOffset(await socket.events.next()), ['room', 'arrived']);
                }
                const ids = sockets.map(({ id }) => id);
                for (const socket of sockets) {
                    await loseClient(server, socket);
                }
                sender.emit('to-room', room, 1, { a: [1.5, null, '€'] });
                sender.emit('to-room', room, 2, Buffer.from([1, 2]), 'text');
                sender.emit('to-room', newRoom(), 'not for them');
                sender.emit('to-all', 3);
                await ask(sender, 'message-with-ack');
                for (const [index, socket] of sockets.entries()) {
                    await comeBack(socket);
                    assert.equal(socket.recovered, true);
                    assert.equal(socket.id, ids[index]);
                    assert.deepEqual(await ask(socket, 'recall'),
                        [true, { n: [1] }, [ids[index], room].sort()]);
                    const events = received(socket).filter(([event]) => event !== 'auth');
                    assert.deepEqual(comparable(events), [
                        ['room', 1, { a: [1.5, null, '€'] }],
                        ['room', 2, Buffer.from([1, 2]), 'text'],
                        ['all', 3],
                    ]);
                }
                sender.emit('to-room', room, 'after');
                for (const socket of sockets) {
                    const event = await socket.events.next();
                    assert.deepEqual(withoutOffset(event), ['room', 'after']);
                    assert.match(event.at(-1), offsetPattern);
                }
            }, options);

            check(`misses nothing of what is sent to it alone, ${journey}`, async () => {
                for (const parser of parsers) {
                    const socket = await connect(parser);
                    const other = await connect(parsers[0]);
                    const { id } = socket;
                    for (let round = 0; round < 3; ++round) {
                        await loseClient(server, socket);
                        other.emit('to-room', id, round, Buffer.from([round]));
                        await ask(other, 'message-with-ack');
                        await comeBack(socket);
                        assert.equal(socket.recovered, true);
                        assert.deepEqual(comparable(received(socket))[0],
                            ['room', round, Buffer.from([round])]);
                        await ask(socket, 'recall');
                        received(socket);
                    }
                }
            }, options);
        }
    });
}

describe('clients of both formats beside one of an old protocol', () => {
    const server = useServer({ recovery: true, parser: 'by-client', eio3: true });

    check('who cannot come back gets no offsets', async () => {
        const old = createClient(server, 2, journeys.websocket);
        assert.equal((await old.events.next('auth event')).length, 2);
        const text = await connectClient(server, 4, 'websocket');
        const packed = await connectClient(server, 4, 'websocket', { parser: msgpackParser });
        for (const socket of [old, text, packed]) {
            await ask(socket, 'join', 'all kinds');
        }
        text.emit('to-room', 'all kinds', 'x', Buffer.from([1]));
        const [plain, ...recoverable] = comparable([
            await old.events.next(), await text.events.next(), await packed.events.next()]);
        assert.deepEqual(plain, ['room', 'x', Buffer.from([1])]);
        for (const event of recoverable) {
            assert.deepEqual(event.slice(0, -1), plain);
            assert.match(event.at(-1), offsetPattern);
        }
        assert.equal(recoverable[0].at(-1), recoverable[1].at(-1), 'it is one event');
    }, { nodeDiffers: 'it has one parser for all of its clients' });
});

describe('many clients of both formats that come back while events go out', () => {
    const server = useServer({ recovery: true, parser: 'by-client' });

    check('each gets each event once, in its order', async () => {
        const events = 600;
        const clients = [];
        for (let i = 0; i < 30; ++i) {
            const journey = journeys[['websocket', 'polling'][i % 2]];
            const parser = i % 4 < 2 ? {} : { parser: msgpackParser };
            const socket = createClient(server, 4, { ...journey, ...parser });
            await nextEvent(socket, 'connect');
            socket.numbers = [];
            socket.on('all', (number) => socket.numbers.push(number));
            clients.push(socket);
        }
        const sender = createClient(server, 4, journeys.websocket);
        await nextEvent(sender, 'connect');
        let sent = 0;
        async function send() {
            while (sent < events) {
                sender.emit('to-all', sent++);
                await ask(sender, 'message-with-ack');
            }
        }
        async function wander(socket) {
            while (sent < events) {
                const gone = nextEvent(socket, 'disconnect');
                // Neither says goodbye nor reads what is on its way.
                const { transport } = socket.io.engine;
                transport.ws ? transport.ws.terminate() : socket.io.engine.close();
                await gone;
                const connected = nextEvent(socket, 'connect');
                socket.connect();
                await connected;
                assert.equal(socket.recovered, true, 'it got its socket back');
                await ask(socket, 'message-with-ack');
            }
        }
        await within(Promise.all([send(), ...clients.map(wander)]), 'end of the events', 60_000);
        sender.emit('to-all', 'the end');
        for (const socket of clients) {
            await within(new Promise((resolve) => {
                const look = () => socket.numbers.at(-1) === 'the end' && resolve();
                socket.on('all', look);
                look();
            }), 'the end');
            assert.deepEqual(socket.numbers.slice(0, -1), Array.from({ length: events }, (_, i) => i));
        }
    }, { nodeDiffers: 'a connection whose end has not been noticed is not restored', timeoutMs: 90_000 });
});
