// Messages that are none of an adapter's protocol, for every channel that a server listens to.

import { randomBytes, randomInt } from 'node:crypto';

import { bytesOf, decode, notepack, scenarios } from './redis_vectors.mjs';

const pick = (list) => list[randomInt(list.length)];

/** Recorded messages as they would be on a channel of this kind. */
const recorded = [...scenarios.values()].flatMap(({ messages }) => messages);
const own = {
    broadcast: recorded.filter(({ decoded }) => Array.isArray(decoded)).map(bytesOf),
    classic: recorded.filter(({ decoded }) => !Array.isArray(decoded) && !('nsp' in decoded)).map(bytesOf),
    cluster: recorded.filter(({ decoded }) => !Array.isArray(decoded) && 'nsp' in decoded).map(bytesOf),
};

/** MessagePack that is complete, and no message: a container would have to be an array of three or a map. */
const packed = [0, -1, 2.5, null, true, 'text', Buffer.from('bytes'), [], [1], [1, 2], ['x', 'y', 'z'], [[], [], []],
    Array.from({ length: 40 }, (_, n) => n)].map((value) => notepack.encode(value));

const texts = ['', ' ', '{', '{}', '[]', 'null', 'GET / HTTP/1.1\r\n\r\n', '{"type":', '{"type":"3"}', '{"type":{}}',
    '{"type":3,"data":5}', '\u0000', '{"__proto__":1}', `{"a":${'['.repeat(20_000)}`].map((text) => Buffer.from(text));

/** Of a message that is right, an incomplete one. */
function truncated(bytes) {
    return bytes.subarray(0, randomInt(1, bytes.length));
}

/** Bytes that begin with one that MessagePack never has, or nesting that never ends. */
function noise() {
    const bytes = randomBytes(randomInt(1, 300));
    bytes[0] = 0xc1;
    return randomInt(4) === 0 ? Buffer.alloc(randomInt(1, 5000), pick([0x91, 0x81, 0xdd, 0xc4, 0xd9])) : bytes;
}

/** Something that no server takes for a message on a channel of this kind: broadcast, classic (requests) or cluster. */
export function malformed(kind) {
    switch (randomInt(5)) {
        case 0: return noise();
        case 1: return truncated(pick(own[kind]));
        case 2: return pick(packed);
        case 3: return pick(texts);
        // Foreign: another adapter's, which has another shape.
        default: return pick(kind === 'broadcast' ? own.cluster : own.broadcast);
    }
}

/**
 * Messages of which a changed byte makes no order that concerns the clients of a test: none to everybody, which might
 * become one to leave.
 */
const harmless = {
    broadcast: own.broadcast,
    classic: ofOneRoom(own.classic, 4),
    cluster: ofOneRoom(own.cluster, 6),
};

function ofOneRoom(messages, disconnectType) {
    return messages.filter((bytes) => bytes.includes('room1') && decode(bytes).type !== disconnectType);
}

/** Something that may be a message here or not: recorded ones with a byte changed, and anything at random. */
export function doubtful(kind) {
    if (randomInt(3) === 0) {
        return randomBytes(randomInt(0, 200));
    }
    const bytes = Buffer.from(pick(harmless[kind]));
    bytes[randomInt(bytes.length)] = randomInt(256);
    return bytes;
}

const field = (data) => ['uid', '0123456789abcdef', 'nsp', '/', 'type', '3', 'data', data];

/** Fields of an entry of the stream that is no message. */
export function malformedEntry() {
    const bytes = malformed('cluster');
    switch (randomInt(5)) {
        case 0: return field(bytes.toString('base64') || '!');
        case 1: return field(`{${bytes.toString('latin1')}`);
        case 2: return field('{"packet":{"type":2,"data":["x"]},"opts":');
        case 3: return field('*** not base64 ***');
        default: return field(pick(['{}', '{"packet":5,"opts":{}}', '{"packet":{"type":2,"data":[]},"opts":{"rooms":5}}', '']));
    }
}
