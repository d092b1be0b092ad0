// Messages of the real npm packages, recorded byte by byte (tests/unit/cluster/redis_vectors.json), and how both sides
// read such bytes.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** What Node's adapters read and write MessagePack with. */
export const notepack = createRequire(require.resolve('@socket.io/redis-adapter'))('notepack.io');

export const vectors = JSON.parse(readFileSync(new URL('../unit/cluster/redis_vectors.json', import.meta.url), 'utf8'));

/** Every scenario of both eras, by its name. */
export const scenarios = new Map([...vectors.scenarios, ...vectors.seed_era.scenarios].map((one) => [one.name, one]));

export const bytesOf = (message) => Buffer.from(message.hex, 'hex');

/** A value as it stands in the file: {$bin} for bytes, text for dates, null for what JSON has not. */
export function plain(value) {
    if (value instanceof Uint8Array) {
        return { $bin: Buffer.from(value).toString('hex') };
    }
    if (value instanceof Date) {
        return value.toISOString();
    }
    if (Array.isArray(value)) {
        return value.map((one) => plain(one) ?? null);
    }
    if (value !== null && typeof value === 'object') {
        return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)
            .map(([key, one]) => [key, plain(one)]));
    }
    return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

/** As Node's adapters do it. */
export function decode(payload) {
    return plain(payload[0] === 0x7b ? JSON.parse(payload.toString()) : notepack.decode(payload));
}

/** What stands in a stream's field `data`. */
export function decodeField(text) {
    return plain(text.startsWith('{') ? JSON.parse(text) : notepack.decode(Buffer.from(text, 'base64')));
}

/** {uid, nsp, type, data} of XADD's arguments, and those before the fields. */
export function readEntry(args) {
    const texts = args.map(String);
    const start = texts.indexOf('*') + 1;
    const fields = {};
    for (let i = start; i < texts.length; i += 2) {
        fields[texts[i]] = texts[i + 1];
    }
    return { options: texts.slice(0, start), fields, data: fields.data === undefined ? null : decodeField(fields.data) };
}

/** Bytes in which one name stands for another of the same length: lengths before it stay right. */
export function rename(bytes, from, to) {
    if (from.length !== to.length) {
        throw new Error(`${from} and ${to} differ in length`);
    }
    return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

/** Without the names that are made up anew each time. */
export function withoutNames(value) {
    if (Array.isArray(value)) {
        return value.map(withoutNames);
    }
    if (value !== null && typeof value === 'object' && !('$bin' in value)) {
        return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'uid' && key !== 'requestId')
            .map(([key, one]) => [key, withoutNames(one)]));
    }
    return value;
}

// ---- What a message says ----------------------------------------------------------------------------

const classicKinds = { 0: 'old', 1: 'rooms', 2: 'join', 3: 'leave', 4: 'disconnect', 5: 'fetch', 6: 'serverSide', 7: 'ask' };
const clusterKinds = { 4: 'join', 5: 'leave', 6: 'disconnect', 7: 'fetch', 9: 'serverSide' };

function readClassic(channel, said) {
    if (Array.isArray(said)) {
        const [, packet, opts] = said;
        return { kind: 'broadcast', nsp: packet.nsp ?? '/', event: packet.data, opts };
    }
    if (!('type' in said) || channel.includes('-response#')) {
        return { kind: 'response' };
    }
    const kind = 'requestid' in said ? 'old' : classicKinds[said.type];
    return { ...said, kind, nsp: '/', event: said.packet?.data ?? said.data };
}

function readCluster(said) {
    const { type, nsp, data } = said;
    if (type === 3) {
        return { ...data, kind: data.requestId ? 'ask' : 'broadcast', nsp, event: data.packet.data };
    }
    return { ...data, kind: clusterKinds[type] ?? 'response', nsp, event: data.packet };
}

/** Each message of a scenario: {bytes, channel, sharded} or {entry}, with what it says. */
export function messagesOf(scenario) {
    const published = scenario.messages.map((message) => ({
        bytes: bytesOf(message), sharded: message.op === 'SPUBLISH', decoded: message.decoded,
        channel: message.channel.replace(/^(sh-[a-z-]+|crm)(?=[#-])/, 'socket.io'),
        ...(Array.isArray(message.decoded) || !('nsp' in message.decoded)
            ? readClassic(message.channel, message.decoded) : readCluster(message.decoded)),
    }));
    const added = scenario.commands.filter(([name]) => name === 'xadd').map((entry) => {
        const fields = Object.fromEntries(entry.slice(entry.indexOf('*') + 1).reduce((pairs, text, i, all) => (
            i % 2 === 0 ? [...pairs, [text, all[i + 1]]] : pairs), []));
        return { entry, ...readCluster({ type: Number(fields.type), nsp: fields.nsp, data: decodeField(fields.data) }) };
    });
    return [...published, ...added];
}

/** The adapters and their modes that scenarios were recorded of. */
export const variants = ['classic', 'sharded.static', 'sharded.dynamic', 'sharded.dynamic-private', 'streams'];

export const variantOf = (name) => /^(sharded\.[a-z-]+|streams)\./.exec(name)?.[1] ?? 'classic';
