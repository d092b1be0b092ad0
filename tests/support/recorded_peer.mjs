// A peer that is no server: it listens where one would, and answers questions with messages that were recorded of
// Node's packages. Other servers count it as one of them.

import { createClient } from 'redis';

import { bytesOf, rename } from './redis_vectors.mjs';

export class RecordedPeer {
    constructor(adapter, url) {
        Object.assign(this, { adapter, url });
    }

    async start({ nsp = '/', rooms = [] } = {}) {
        this.subscriber = await connected(this.url);
        this.publisher = await connected(this.url);
        const heard = (message, channel) => this.#heard(message, String(channel));
        if (this.adapter === 'sharded') {
            for (const channel of [`socket.io#${nsp}#`, ...rooms.map((room) => `socket.io#${nsp}#${room}#`)]) {
                await this.subscriber.sSubscribe(channel, heard, true);
            }
        } else if (this.adapter === 'streams') {
            await this.subscriber.subscribe(`socket.io#${nsp}#`, heard, true);
        } else {
            await this.subscriber.pSubscribe(`socket.io#${nsp}#*`, () => {}, true);
            await this.subscriber.subscribe([`socket.io-request#${nsp}#`, `socket.io-response#${nsp}#`], heard, true);
        }
        return this;
    }

    /** The next question is answered with these messages, in the name of whoever asks. */
    answerWith(messages) {
        this.next = messages;
    }

    async stop() {
        await this.subscriber?.quit();
        await this.publisher?.quit();
    }

    #heard(message, channel) {
        const names = namesIn(message);
        if (!this.next || channel.includes('-response#') || !names) {
            return;
        }
        const messages = this.next;
        this.next = undefined;
        for (const recorded of messages) {
            const was = namesIn(bytesOf(recorded));
            const bytes = rename(bytesOf(recorded), was.requestId, names.requestId);
            const to = this.adapter === 'classic'
                ? answerChannel(recorded.channel, names.uid) : `socket.io#/#${names.uid}#`;
            this.publisher.sendCommand([recorded.op ?? 'PUBLISH', to, bytes]);
        }
    }
}

/** The common one, or the asker's own where the recorded answer went to one. */
const answerChannel = (recorded, uid) => (/-response#[^#]*#[^#]+#$/.test(recorded)
    ? `socket.io-response#/#${uid}#` : 'socket.io-response#/#');

/** {requestId, uid} of JSON or MessagePack, found by the keys before them. */
function namesIn(bytes) {
    const text = bytes.toString('latin1');
    const of = (key) => new RegExp(`"${key}":"([^"]+)"`).exec(text)?.[1] ?? packedText(text, key);
    const requestId = of('requestId');
    return requestId && { requestId, uid: of('uid') };
}

/** A text behind its key: fixstr, that is a byte 0xa0 + length. */
function packedText(text, key) {
    const at = text.indexOf(String.fromCharCode(0xa0 + key.length) + key);
    if (at < 0) {
        return undefined;
    }
    const begin = at + 1 + key.length + 1;
    return text.slice(begin, begin + text.charCodeAt(begin - 1) - 0xa0);
}

async function connected(url) {
    const client = createClient({ url });
    client.on('error', () => {});
    await client.connect();
    return client;
}
