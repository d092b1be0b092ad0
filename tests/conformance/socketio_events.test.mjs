// Events and acks of Socket.IO v5, rooms and broadcasts, and what closes the connection.
// WIRE: B6, "Extra parser facts", A3 (forced close, reserved names).

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { Peer, settle } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';

const server = useServer();

/** The JSON part of a packet, parsed. */
const payloadOf = (packet) => JSON.parse(packet.slice(packet.indexOf('[')));

/** Argument lists as they stand in the packet, after the event's name. */
const argumentLists = {
    'no argument': '',
    'strings': ',"a","","€😀 ü","\\u0000\\n\\"\\\\"',
    'numbers': ',0,-1,1.5,1e300,-2.5e-7,9007199254740991',
    'literals': ',true,false,null',
    'containers': ',[],{},[[[]]],{"a":{"b":[1,{"c":null}]}}',
    '__proto__ as plain data': ',{"__proto__":{"polluted":true},"constructor":1}',
    'keys that look like numbers': ',{"a":1,"10":2,"9":3}',
    'an object that looks like a placeholder': ',{"_placeholder":true,"num":0}',
    'white space in the JSON': ' , [ 1 ,\t2 ]\n',
    'nesting 100 deep': ',' + '['.repeat(100) + ']'.repeat(100),
    'a duplicate key, of which the last counts': ',{"a":1,"a":2}',
    'a string of 100 kB': `,"${'x'.repeat(100_000)}"`,
};

for (const transport of ['websocket', 'polling']) {
    const open = () => Peer.open(server, transport);

    describe(`${transport}: events`, () => {
        for (const [what, args] of Object.entries(argumentLists)) {
            check(`arguments come back as they were: ${what}`, async () => {
                const peer = await open();
                await peer.send(`2["message"${args}]`);
                const reply = await peer.next();
                assert.equal(reply.slice(0, 1), '2');
                const [event, ...received] = payloadOf(reply);
                assert.equal(event, 'message-back');
                assert.deepEqual(received, JSON.parse(`["message"${args}]`).slice(1));
            });
        }

        check('a lone surrogate, escaped, becomes U+FFFD', async () => {
            const peer = await open();
            await peer.send('2["message","a\\ud800b"]');
            const [, received] = payloadOf(await peer.next());
            assert.equal(received, 'a\ufffdb');
        }, { nodeDiffers: 'its texts are UTF-16 and keep it; ours are UTF-8 (docs/protocol.md)' });

        check('on another namespace', async () => {
            const peer = await Peer.openEngine(server, transport);
            await peer.join('/custom');
            await peer.send('2/custom,["message",1]');
            assert.equal(await peer.next(), '2/custom,["message-back",1]');
        });

        check('many events in one go keep their order', async () => {
            const peer = await open();
            const count = 500;
            await peer.send(...Array.from({ length: count }, (_, i) => `2["message",${i}]`));
            for (let i = 0; i < count; ++i) {
                assert.equal(await peer.next(), `2["message-back",${i}]`);
            }
        });

        check('events that nobody handles and numeric names are tolerated', async () => {
            const peer = await open();
            await peer.send('2["nobody",1]', '2[1,2]', '2[""]', '2["message"]');
            assert.equal(await peer.next(), '2["message-back"]');
        });

        check('an EVENT without a payload does not close the connection', async () => {
            const peer = await open();
            await peer.send('2');
            await peer.assertEchoes();
        });
    });

    describe(`${transport}: acks`, () => {
        for (const [what, args] of Object.entries(argumentLists)) {
            check(`an ack carries the arguments: ${what}`, async () => {
                const peer = await open();
                await peer.send(`21["message-with-ack"${args}]`);
                const reply = await peer.next();
                assert.equal(reply.slice(0, 3), '31[');
                const [, ...sent] = JSON.parse(`["message-with-ack"${args}]`);
                assert.deepEqual(payloadOf(reply), sent);
            });
        }

        for (const id of ['0', '12', '456', '9007199254740991']) {
            check(`the ack names the id ${id}`, async () => {
                const peer = await open();
                await peer.send(`2${id}["message-with-ack","x"]`);
                assert.equal(await peer.next(), `3${id}["x"]`);
            });
        }

        check('an id above 2^53 does no harm', async () => {
            const peer = await open();
            await peer.send('29007199254740993["message-with-ack","x"]');
            assert.match(await peer.next(), /^3900719925474099[23]\["x"\]$/);
            await peer.assertEchoes();
        });

        check('on another namespace', async () => {
            const peer = await Peer.openEngine(server, transport);
            await peer.join('/custom');
            await peer.send('2/custom,12["message-with-ack",1,"2"]');
            assert.equal(await peer.next(), '3/custom,12[1,"2"]');
        });

        check('an event whose ack is never given does no harm', async () => {
            const peer = await open();
            await peer.send('23["nobody"]');
            await peer.assertEchoes();
        });

        check('the server asks, the client answers', async () => {
            const peer = await open();
            await peer.send('2["ask","really",{"n":1}]');
            const question = await peer.next();
            const [, id] = /^2(\d+)\["question","really",\{"n":1\}\]$/.exec(question);
            await peer.send(`3${id}["yes",null,2]`);
            assert.equal(await peer.next(), '2["answer","yes",null,2]');
        });

        check('each question has its own id, and answers may come in any order', async () => {
            const peer = await open();
            await peer.send('2["ask","first"]', '2["ask","second"]');
            const ids = [];
            for (const name of ['first', 'second']) {
                const question = new RegExp(`^2(\\d+)\\["question","${name}"\\]$`);
                ids.push(question.exec(await peer.next())[1]);
            }
            assert.notEqual(ids[0], ids[1]);
            await peer.send(`3${ids[1]}["two"]`, `3${ids[0]}["one"]`);
            assert.equal(await peer.next(), '2["answer","two"]');
            assert.equal(await peer.next(), '2["answer","one"]');
        });

        check('an answer counts once; unknown and missing ids are ignored', async () => {
            const peer = await open();
            await peer.send('3999999["x"]', '3[]', '2["ask"]');
            const [, id] = /^2(\d+)\["question"\]$/.exec(await peer.next());
            await peer.send(`3${id}["once"]`, `3${id}["twice"]`, '2["message"]');
            assert.equal(await peer.next(), '2["answer","once"]');
            assert.equal(await peer.next(), '2["message-back"]');
        });

        check('an answer to somebody else\'s question is ignored', async () => {
            const asked = await open();
            const other = await open();
            await asked.send('2["ask"]');
            const [, id] = /^2(\d+)\["question"\]$/.exec(await asked.next());
            await other.send(`3${id}["forged"]`);
            await other.assertEchoes();
            await asked.send(`3${id}["genuine"]`);
            assert.equal(await asked.next(), '2["answer","genuine"]');
        });
    });

    describe(`${transport}: rooms and broadcasts`, () => {
        let rooms = 0;
        const newRoom = () => `${transport} room ${++rooms}`;

        /** Two peers on this transport and one on the other, so that broadcasts cross both. */
        async function openThree() {
            const other = transport === 'websocket' ? 'polling' : 'websocket';
            return [await open(), await open(), await Peer.open(server, other)];
        }

        async function join(peer, room) {
            await peer.send(`27["join","${room}"]`);
            assert.equal(await peer.next(), `37["${room}"]`);
        }

        async function leave(peer, room) {
            await peer.send(`28["leave","${room}"]`);
            assert.equal(await peer.next(), `38["${room}"]`);
        }

        check('an emit to a room reaches its members, each once, and nobody else', async () => {
            const [a, b, c] = await openThree();
            const room = newRoom();
            await join(a, room);
            await join(c, room);
            await join(c, room);
            await b.send(`2["to-room","${room}","x"]`);
            assert.equal(await a.next(), '2["room","x"]');
            assert.equal(await c.next(), '2["room","x"]');
            await b.assertEchoes();
            await c.assertEchoes();
        });

        check('several rooms are a union: a member of both receives once', async () => {
            const [a, b, c] = await openThree();
            const [one, two] = [newRoom(), newRoom()];
            await join(a, one);
            await join(b, one);
            await join(b, two);
            await join(c, two);
            await a.send(`2["to-room",["${one}","${two}"],"x"]`);
            for (const peer of [a, b, c]) {
                assert.equal(await peer.next(), '2["room","x"]');
                await peer.assertEchoes();
            }
        });

        check('members of an excepted room do not receive', async () => {
            const [a, b, c] = await openThree();
            const [one, two] = [newRoom(), newRoom()];
            await join(a, one);
            await join(b, one);
            await join(b, two);
            await join(c, one);
            await a.send(`2["to-room-except","${one}","${two}","x"]`);
            assert.equal(await a.next(), '2["room","x"]');
            assert.equal(await c.next(), '2["room","x"]');
            await b.assertEchoes();
        });

        check('a socket that left a room does not receive any more', async () => {
            const [a, b] = await openThree();
            const room = newRoom();
            await join(a, room);
            await join(b, room);
            await leave(a, room);
            await b.send(`2["to-room","${room}","x"]`);
            assert.equal(await b.next(), '2["room","x"]');
            await a.assertEchoes();
        });

        check('a socket\'s id is a room', async () => {
            const [a, b, c] = await openThree();
            await a.send(`2["to-room","${c.sid}","private"]`);
            assert.equal(await c.next(), '2["room","private"]');
            await b.assertEchoes();
        });

        check('rooms of another namespace are other rooms', async () => {
            const [a, b] = await openThree();
            const room = newRoom();
            await join(a, room);
            await b.join('/custom');
            await b.send(`2/custom,["to-room","${room}","x"]`, '2/custom,["message"]');
            assert.equal(await b.next(), '2/custom,["message-back"]');
            await a.assertEchoes();
        });

        check('a broadcast to all reaches the sender as well', async () => {
            const all = await openThree();
            await all[0].send('2["to-all",1,{"a":[2]}]');
            for (const peer of all) {
                assert.equal(await peer.next(), '2["all",1,{"a":[2]}]');
            }
        });

        check('socket.broadcast reaches everybody but the sender', async () => {
            const [a, b, c] = await openThree();
            await a.send('2["broadcast","x"]');
            assert.equal(await b.next(), '2["broadcast","x"]');
            assert.equal(await c.next(), '2["broadcast","x"]');
            await a.assertEchoes();
        });

        check('broadcasts of one sender arrive in order', async () => {
            const [a, b, c] = await openThree();
            const count = 100;
            await a.send(...Array.from({ length: count }, (_, i) => `2["broadcast",${i}]`));
            for (let i = 0; i < count; ++i) {
                assert.equal(await b.next(), `2["broadcast",${i}]`);
                assert.equal(await c.next(), `2["broadcast",${i}]`);
            }
        });

        check('a broadcast with attachments arrives whole', async () => {
            const [a, b, c] = await openThree();
            await a.send('51-["broadcast",{"_placeholder":true,"num":0}]', Buffer.from([1, 2, 3]));
            for (const peer of [b, c]) {
                assert.equal(await peer.next(), '51-["broadcast",{"_placeholder":true,"num":0}]');
                assert.deepEqual(await peer.next(), Buffer.from([1, 2, 3]));
            }
        });

        check('a volatile event to an idle client arrives', async () => {
            const peer = await open();
            await settle(server);  // On polling the GET has to be back first.
            await peer.send('2["volatile","x"]');
            assert.equal(await peer.next(), '2["volatile-back","x"]');
        });
    });

    describe(`${transport}: packets that close the connection with \`forced close\``, () => {
        const packets = {
            'an unknown type': ['7', '8', '9["message"]', 'x', '-1'],
            'an empty message': [''],
            'an EVENT whose payload is no array': ['2{}', '2"message"', '21{}', '2null'],
            'an EVENT whose payload is no JSON': [
                '2abc["message"]', '2[', '2["message"', '2["message"]]', '2["message",]',
                '2[\'message\']', '2["message",NaN]', '2["message"]x',
            ],
            'an EVENT without a name': ['2[]', '2[null]', '2[{}]', '2[["message"]]', '2[true]'],
            'a reserved name': ['connect', 'connect_error', 'disconnect', 'disconnecting',
                'newListener', 'removeListener'].map((name) => `2["${name}"]`),
            'an ACK whose payload is no array': ['31{}', '31"x"', '3{}', '31null'],
            'a DISCONNECT with a payload': ['1{"a":1}', '1[]', '1null'],
            'a CONNECT_ERROR from a client':
                ['4{"message":"x"}', '4"x"', '4/custom,{"message":"x"}'],
            'a namespace that is not joined': ['2/nope,["message"]', '2/custom,["message"]',
                '1/custom,', '3/custom,1[]'],
            'a second CONNECT': ['0', '0{}', '0/,'],
        };

        for (const [what, list] of Object.entries(packets)) {
            check(`${what}: ${list.map((packet) => '4' + packet).join('  ')}`, async () => {
                for (const packet of list) {
                    const peer = await open();
                    await peer.sendFatal(packet);
                    const how = await peer.closed();
                    if (transport === 'websocket') {
                        assert.equal(how, 1005, packet);
                    }
                    assert.equal(await peer.disconnectReason(), 'forced close', packet);
                }
            });
        }

        check('an EVENT before any CONNECT', async () => {
            for (const packet of ['2["message"]', '1', '31[]']) {
                const peer = await Peer.openEngine(server, transport);
                await peer.sendFatal(packet);
                await peer.closed();
            }
        });
    });
}
