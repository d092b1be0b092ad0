// Binary attachments of Socket.IO v5 in events and acks. WIRE: B6, D (bad placeholders, attachment
// counts: CVE-2022-2421, CVE-2023-32695, CVE-2026-33151).

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { Peer } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';

const server = useServer();

const bytes = (...values) => Buffer.from(values);
const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

/** Takes a packet with its attachments and puts them where the placeholders stand. */
async function nextValue(peer) {
    const packet = await peer.next();
    const [, head, json] = /^([^["]*)(\[.*)$/s.exec(packet);
    const count = /^[56](\d+)-/.exec(head)?.[1] ?? 0;
    const attachments = [];
    while (attachments.length < count) {
        const attachment = await peer.next('attachment');
        assert.ok(Buffer.isBuffer(attachment), `not an attachment: ${attachment}`);
        attachments.push(attachment);
    }
    const value = JSON.parse(json, (key, member) =>
        member?._placeholder && count > 0 ? attachments[member.num] : member);
    return { head, value, count: Number(count) };
}

for (const transport of ['websocket', 'polling']) {
    const open = () => Peer.open(server, transport);

    describe(`${transport}: events and acks with attachments`, () => {
        check('one attachment comes back, byte by byte as Node sends it', async () => {
            const peer = await open();
            await peer.send(`51-["message",${placeholder(0)}]`, bytes(1, 2, 3, 255));
            assert.equal(await peer.next(), `51-["message-back",${placeholder(0)}]`);
            assert.deepEqual(await peer.next(), bytes(1, 2, 3, 255));
        });

        check('several, in order, among other arguments', async () => {
            const peer = await open();
            await peer.send(
                `52-["message",${placeholder(0)},"between",${placeholder(1)},{"a":1}]`,
                bytes(1), bytes(2));
            const { head, value } = await nextValue(peer);
            assert.equal(head, '52-');
            assert.deepEqual(value, ['message-back', bytes(1), 'between', bytes(2), { a: 1 }]);
        });

        check('anywhere in the JSON', async () => {
            const peer = await open();
            await peer.send(
                `52-["message",{"a":[{"b":${placeholder(0)}}],"c":${placeholder(1)}}]`,
                bytes(1), bytes(2));
            const { value } = await nextValue(peer);
            assert.deepEqual(value, ['message-back', { a: [{ b: bytes(1) }], c: bytes(2) }]);
        });

        check('placeholders need not stand in order', async () => {
            const peer = await open();
            await peer.send(
                `52-["message",${placeholder(1)},${placeholder(0)}]`, bytes(1), bytes(2));
            assert.deepEqual((await nextValue(peer)).value, ['message-back', bytes(2), bytes(1)]);
        });

        check('an empty attachment', async () => {
            const peer = await open();
            await peer.send(`51-["message",${placeholder(0)}]`, Buffer.alloc(0));
            assert.deepEqual((await nextValue(peer)).value, ['message-back', Buffer.alloc(0)]);
        });

        check('every byte value', async () => {
            const peer = await open();
            const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
            await peer.send(`51-["message",${placeholder(0)}]`, all);
            assert.deepEqual((await nextValue(peer)).value, ['message-back', all]);
        });

        check('an attachment of 200 kB', async () => {
            const peer = await open();
            const large = Buffer.alloc(200_000, 7);
            await peer.send(`51-["message",${placeholder(0)}]`, large);
            assert.deepEqual((await nextValue(peer)).value, ['message-back', large]);
        });

        check('ten attachments are allowed', async () => {
            const peer = await open();
            const list = Array.from({ length: 10 }, (_, i) => bytes(i));
            await peer.send(
                `510-["message",${list.map((_, i) => placeholder(i)).join()}]`, ...list);
            assert.deepEqual((await nextValue(peer)).value, ['message-back', ...list]);
        });

        check('an attachment that no placeholder names is dropped', async () => {
            const peer = await open();
            await peer.send('51-["message","text"]', bytes(1));
            assert.equal(await peer.next(), '2["message-back","text"]');
        });

        check('a placeholder-like object without attachments stays an object', async () => {
            const peer = await open();
            await peer.send(`2["message",${placeholder(0)}]`);
            assert.equal(await peer.next(), `2["message-back",${placeholder(0)}]`);
        });

        check('an ack with an attachment is of type 6', async () => {
            const peer = await open();
            await peer.send(`51-12["message-with-ack",${placeholder(0)},"x"]`, bytes(9, 8));
            assert.equal(await peer.next(), `61-12[${placeholder(0)},"x"]`);
            assert.deepEqual(await peer.next(), bytes(9, 8));
        });

        check('the client may answer a question with attachments', async () => {
            const peer = await open();
            await peer.send(`51-["ask",${placeholder(0)}]`, bytes(1));
            const { head, value } = await nextValue(peer);
            assert.deepEqual(value, ['question', bytes(1)]);
            const [, id] = /^51-(\d+)$/.exec(head);
            await peer.send(`61-${id}[${placeholder(0)}]`, bytes(2));
            assert.deepEqual((await nextValue(peer)).value, ['answer', bytes(2)]);
        });

        check('on another namespace', async () => {
            const peer = await open();
            await peer.join('/custom');
            await peer.send(`51-/custom,3["message-with-ack",${placeholder(0)}]`, bytes(5));
            assert.equal(await peer.next(), `61-/custom,3[${placeholder(0)}]`);
            assert.deepEqual(await peer.next(), bytes(5));
        });

        check('attachments may come later than their packet', async () => {
            const peer = await open();
            await peer.send(`52-["message",${placeholder(0)},${placeholder(1)}]`);
            await peer.send(bytes(1));
            await peer.send(bytes(2));
            assert.deepEqual((await nextValue(peer)).value, ['message-back', bytes(1), bytes(2)]);
        });

        check('text and binary events keep their order', async () => {
            const peer = await open();
            const packets = [];
            for (let i = 0; i < 50; ++i) {
                packets.push(`2["message",${i}]`);
                packets.push(`51-["message",${placeholder(0)}]`, bytes(i));
            }
            await peer.send(...packets);
            for (let i = 0; i < 50; ++i) {
                assert.deepEqual((await nextValue(peer)).value, ['message-back', i]);
                assert.deepEqual((await nextValue(peer)).value, ['message-back', bytes(i)]);
            }
        });
    });

    describe(`${transport}: what closes the connection with \`forced close\``, () => {
        async function assertFatal(...messages) {
            const peer = await open();
            await peer.sendFatal(...messages);
            await peer.closed();
            assert.equal(await peer.disconnectReason(), 'forced close', messages.join(' '));
        }

        for (const packet of [
            '50-["message"]', '5-["message"]', '5["message"]', '51["message"]', '5', '51',
            '5-1-["message"]', '51.5-["message"]', '5x-["message"]', '60-1[]', '6-1[]',
            '51-{"a":1}', '51-["connect"]', '51-[null]', '51-[',
        ]) {
            check(`4${packet}`, () => assertFatal(packet, bytes(1)));
        }

        for (const count of ['11', '100', '4294967297', '99999999999999999999']) {
            check(`${count} attachments announced: ten is the limit`, async () => {
                await assertFatal(`5${count}-["message",${placeholder(0)}]`);
                await assertFatal(`6${count}-1[${placeholder(0)}]`);
            });
        }

        check('text while attachments are missing', () => assertFatal(
            `52-["message",${placeholder(0)},${placeholder(1)}]`, bytes(1), '2["message"]'));

        check('a CONNECT while attachments are missing', () =>
            assertFatal(`51-["message",${placeholder(0)}]`, '0/custom,'));

        check('an attachment when none is due', () => assertFatal(bytes(1)));

        check('one attachment too many', () =>
            assertFatal(`51-["message",${placeholder(0)}]`, bytes(1), bytes(2)));

        for (const num of ['1', '10', '-1', '1e9', '4294967296', '"0"', '"length"', '"splice"',
            'null', 'true', '{}', '[0]']) {
            check(`a placeholder with num ${num}`, () =>
                assertFatal(`51-["message",${placeholder(num)}]`, bytes(1)));
        }

        check('a placeholder with num 0.5', () =>
            assertFatal(`51-["message",${placeholder(0.5)}]`, bytes(1)),
        { nodeDiffers: 'it delivers undefined in its place' });

        check('a placeholder without num', () =>
            assertFatal('51-["message",{"_placeholder":true}]', bytes(1)));
    });
}
