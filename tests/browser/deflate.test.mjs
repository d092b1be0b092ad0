// Chromium reads what the server compresses: the browser's own client, compression as browsers offer it, and a
// relay between the two that sees whether the frames on the wire were compressed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';

import { launchBrowser } from '../support/browser.mjs';
import { Fixture } from '../support/fixture.mjs';
import { Relay } from '../support/relay.mjs';
import { timeScale, within } from '../support/waiting.mjs';
import { opcode } from '../support/websocket.mjs';

const compressed = 4;
const server = new Fixture();
const relay = new Relay();
let browser;

before(async () => {
    await server.start();
    await relay.start(server.port);
    browser = await launchBrowser();
}, { timeout: 120_000 * timeScale });

after(async () => {
    await browser?.close();
    relay.stop();
    await server.stop();
});

/** A page of the server's origin with the server's own socket.io client. */
async function openClientPage(page) {
    // Chromium lets only a page that came from this machine itself connect to it.
    const client = `http://127.0.0.1:${relay.port}/socket.io/socket.io.min.js`;
    await page.goto(client);
    await page.addScriptTag({ url: client });
}

/** Resolves with what the server agreed to when a WebSocket of the page opens. */
async function agreedExtension(page) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    const answered = new Promise((resolve) => {
        devtools.on('Network.webSocketHandshakeResponseReceived', ({ response }) => {
            const names = Object.entries(response.headers);
            resolve(names.find(([name]) => name.toLowerCase() === 'sec-websocket-extensions')?.[1]);
        });
    });
    return () => within(answered, 'handshake of a WebSocket');
}

/** What a socket of the page gets when it has the server broadcast these texts. */
const broadcastAndReceive = (page, texts) => page.evaluate((sent) => new Promise((resolve, reject) => {
    const socket = io({ transports: ['websocket'], reconnection: false });
    const received = [];
    socket.on('connect_error', reject);
    socket.on('disconnect', (reason) => reject(new Error(reason)));
    socket.on('all', (text) => {
        received.push(text);
        if (received.length === sent.length) resolve(received);
    });
    socket.on('connect', () => sent.forEach((text) => socket.emit('to-all', text)));
}), texts);

/** Shrinks well, is different everywhere, and is no ASCII. */
function rows(bytes) {
    let text = '';
    for (let i = 0; text.length < bytes; ++i) {
        text += `Zeile ${i}: ${i * i} €;`;
    }
    return text.slice(0, bytes);
}

function inflate(payload) {
    return zlib.inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]),
        { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString();
}

test('chromium reads broadcasts that the server has compressed, and plain ones between', async () => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(30_000 * timeScale);
    const agreed = await agreedExtension(page);
    await openClientPage(page);
    const texts = [rows(20_000), 'short', rows(2_000), rows(2_000), rows(40_000)];
    assert.deepEqual(await broadcastAndReceive(page, texts), texts);
    assert.match(await agreed(), /^permessage-deflate(;|$)/);

    const frames = relay.webSocketFrames()
        .filter(({ op, rsv, payload }) => op === opcode.text
            && (rsv === compressed || payload.toString().startsWith('42["all"')));
    assert.deepEqual(frames.map(({ rsv }) => rsv), texts.map((text) => text === 'short' ? 0 : compressed));
    for (const [i, { rsv, payload }] of frames.entries()) {
        const message = `42${JSON.stringify(['all', texts[i]])}`;
        assert.equal(rsv ? inflate(payload) : payload.toString(), message);
        assert.ok(rsv === 0 || payload.length < 0.5 * Buffer.byteLength(message), `${payload.length} bytes`);
    }
    await page.context().close();
});
