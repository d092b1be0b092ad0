// Answers to polls, compressed as Accept-Encoding, the packets' flags and the bounds allow it. WIRE: A1
// (httpCompression).

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import zlib from 'node:zlib';

import { enginePath, Peer, PollingSession } from '../support/engine.mjs';
import { httpRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';

const decoders = { gzip: zlib.gunzipSync, deflate: zlib.inflateSync };

/** An event that makes a body of exactly that many bytes, and compresses well. */
function textOf(bodyBytes) {
    const around = '42["text",""]'.length;
    return 'abcdefgh'.repeat(bodyBytes).slice(0, bodyBytes - around);
}

/** A session that has joined `/`, and the answer to the poll that a server's event waits for. */
async function pollFor(server, encoding, event) {
    const headers = encoding === undefined ? {} : { 'Accept-Encoding': encoding };
    const session = await PollingSession.open(server, { headers });
    await session.post('40');
    await session.poll();
    await session.postRaw(event);
    return session.startPoll().response;
}

/** The same for a client of EIO 3, which joins by itself. */
async function pollForV3(server, encoding, event) {
    const first = await httpRequest(server, enginePath({ EIO: 3 }));
    const url = enginePath({ EIO: 3, sid: /"sid":"([^"]+)"/.exec(first.text)[1] });
    if (!first.text.endsWith('2:40')) {
        await httpRequest(server, url);
    }
    await httpRequest(server, url, { method: 'POST', body: `${event.length}:${event}` });
    return httpRequest(server, url, { headers: { 'Accept-Encoding': encoding } });
}

const textEvent = (text, compress = true) => `42["text","${text}",${compress}]`;

/** What the client reads once its browser has undone the coding. */
function decoded(response) {
    const coding = response.headers['content-encoding'];
    return (coding ? decoders[coding](response.body) : response.body).toString();
}

describe('polls', () => {
    const server = useServer({ eio3: true }, 'limits_fixture');
    const text = textOf(8_000);

    for (const [encoding, coding] of [
        ['gzip', 'gzip'], ['deflate', 'deflate'], ['gzip, deflate, br', 'gzip'],
        ['deflate, gzip', 'deflate'], ['gzip;q=0.5, deflate', 'deflate'], ['GZIP', 'gzip'],
        ['gzip;q=0.2, deflate;q=0.1', 'gzip'], ['*', 'gzip'], ['*;q=0.5, deflate;q=0.5', 'deflate'],
        ['gzip;q=0, *', 'deflate'], ['identity;q=1, gzip;q=0.1', 'gzip'],
        ['br', undefined], ['gzip;q=0', undefined], ['*;q=0', undefined], ['identity', undefined],
        ['', undefined], [undefined, undefined], ['gzip;q=none', undefined], ['x-gzip', undefined],
    ]) {
        check(`Accept-Encoding ${encoding ?? 'missing'}: ${coding ?? 'as it is'}`, async () => {
            const response = await pollFor(server, encoding, textEvent(text));
            assert.equal(response.headers['content-encoding'], coding);
            assert.equal(response.headers['content-type'], 'text/plain; charset=UTF-8');
            assert.equal(Number(response.headers['content-length']), response.body.length);
            assert.equal(decoded(response), `42["text","${text}"]`);
            assert.ok(coding === undefined || response.body.length < 1_000);
        });
    }

    check('a browser\'s fetch reads it without knowing', async () => {
        const session = await PollingSession.open(server);
        await session.post('40');
        await session.poll();
        await session.post(textEvent(text));
        const answer = await fetch(`http://127.0.0.1:${server.port}${session.url()}`);
        assert.equal(answer.headers.get('content-encoding'), 'gzip');
        assert.equal(await answer.text(), `42["text","${text}"]`);
    });

    check('a body of 1023 bytes goes as it is, one of 1024 does not', async () => {
        const below = await pollFor(server, 'gzip', textEvent(textOf(1_023)));
        assert.equal(below.headers['content-encoding'], undefined);
        assert.equal(below.body.length, 1_023);
        const at = await pollFor(server, 'gzip', textEvent(textOf(1_024)));
        assert.equal(at.headers['content-encoding'], 'gzip');
    });

    check('compress(false) is kept', async () => {
        const response = await pollFor(server, 'gzip', textEvent(text, false));
        assert.equal(response.headers['content-encoding'], undefined);
        assert.equal(response.text, `42["text","${text}"]`);
    });

    check('one packet that may be compressed takes the others of its body with it', async () => {
        const response = await pollFor(server, 'gzip',
            [textEvent(text, false), textEvent('x', true)].join('\x1e'));
        assert.equal(response.headers['content-encoding'], 'gzip');
        assert.equal(decoded(response), `42["text","${text}"]\x1e42["text","x"]`);
    });

    check('EIO3 clients, too', async () => {
        const response = await pollForV3(server, 'gzip', textEvent(text));
        assert.equal(response.headers['content-encoding'], 'gzip');
        assert.ok(decoded(response).endsWith(`:42["text","${text}"]`));
    });

    check('a body over 64 KiB goes as it is', async () => {
        const response = await pollFor(server, 'gzip', textEvent(textOf(65_537)));
        assert.equal(response.headers['content-encoding'], undefined);
        assert.equal(response.body.length, 65_537);
        const within = await pollFor(server, 'gzip', textEvent(textOf(65_536)));
        assert.equal(within.headers['content-encoding'], 'gzip');
    }, { nodeDiffers: 'it compresses what is long on a thread of its own' });

    check('POSTs and handshakes are small and go as they are', async () => {
        const session = await PollingSession.open(server, { headers: { 'Accept-Encoding': 'gzip' } });
        const post = await session.postRaw('40', { headers: { 'Accept-Encoding': 'gzip' } });
        assert.equal(post.headers['content-encoding'], undefined);
        assert.equal(post.text, 'ok');
    });

    check('a broadcast reaches clients of every coding', async () => {
        const sender = await Peer.openEngine(server, 'websocket');
        await sender.send('0');
        await sender.next();
        const codings = ['gzip', 'deflate', undefined, 'gzip', 'deflate', undefined];
        const polls = await Promise.all(codings.map(async (coding) => {
            const headers = coding ? { 'Accept-Encoding': coding } : {};
            const session = await PollingSession.open(server, { headers });
            await session.post('40');
            await session.poll();
            return session.startPoll();
        }));
        await sender.send(`2["to-all","${text}"]`);
        const answers = await Promise.all(polls.map(({ response }) => response));
        answers.forEach((answer, i) => {
            assert.equal(decoded(answer), `42["all","${text}"]`);
            assert.ok(codings[i] === answer.headers['content-encoding']);
        });
    });
});

describe('options', () => {
    const low = useServer({ compressionThreshold: 100 }, 'limits_fixture');
    const off = useServer({ noCompression: true }, 'limits_fixture');

    check('a threshold of 100 bytes', async () => {
        const response = await pollFor(low, 'gzip', textEvent(textOf(200)));
        assert.equal(response.headers['content-encoding'], 'gzip');
        assert.equal(decoded(response), `42["text","${textOf(200)}"]`);
    });

    check('off: nothing is compressed', async () => {
        const response = await pollFor(off, 'gzip', textEvent(textOf(8_000)));
        assert.equal(response.headers['content-encoding'], undefined);
    });
});
