// Chromium with the client that the server serves as socket.io.msgpack.min.js, on both transports, in one room with
// a client that reads JSON.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser } from '../support/browser.mjs';
import { ask, connectClient } from '../support/clients.mjs';
import { Fixture } from '../support/fixture.mjs';
import { timeScale } from '../support/waiting.mjs';

const server = new Fixture();
let browser;

before(async () => {
    await server.start({ parser: 'by-client' });
    browser = await launchBrowser();
}, { timeout: 120_000 * timeScale });

after(async () => {
    await browser?.close();
    await server.stop();
});

/** A page of the server's origin with a socket of this client, in the room `page`. */
async function openClient(transports) {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(30_000 * timeScale);
    const client = `http://127.0.0.1:${server.port}/socket.io/socket.io.msgpack.min.js`;
    await page.goto(client);
    await page.addScriptTag({ url: client });
    await page.evaluate((chosen) => new Promise((resolve, reject) => {
        window.socket = io({ transports: chosen, reconnection: false });
        window.received = [];
        window.problem = new Promise((_, fail) => socket.on('disconnect', (why) => fail(new Error(why))));
        window.problem.catch(() => {});
        /** Binary as what it holds, so that it can leave the page. */
        const plain = (value) => value instanceof ArrayBuffer ? { bytes: [...new Uint8Array(value)] } : value;
        socket.onAny((event, ...args) => received.push([event, ...args.map(plain)]));
        socket.on('connect_error', reject);
        socket.on('connect', () => socket.emit('join', 'page', resolve));
    }), transports);
    return page;
}

const until = (page, count) => page.waitForFunction((wanted) => received.length >= wanted, count)
    .then(() => page.evaluate(() => received));

for (const transport of ['websocket', 'polling']) {
    test(`chromium on ${transport} shares a room with a client that reads JSON`, async () => {
        const page = await openClient([transport]);
        const json = await connectClient(server, 4, 'websocket');
        await ask(json, 'join', 'page');

        json.emit('to-room', 'page', 'from json', { a: [1.5, null] }, Buffer.from([1, 255]));
        const expected = ['room', 'from json', { a: [1.5, null] }, { bytes: [1, 255] }];
        assert.deepEqual(await until(page, 2), [['auth', {}], expected]);
        assert.equal((await json.events.next())[1], 'from json');

        await page.evaluate(() => socket.emit('to-room', 'page', 'from the page €', new Uint8Array([2, 3]).buffer));
        const [event, text, bytes] = await json.events.next();
        assert.deepEqual([event, text], ['room', 'from the page €']);
        assert.deepEqual(Buffer.from(bytes), Buffer.from([2, 3]));
        assert.deepEqual((await until(page, 3)).at(-1),
            ['room', 'from the page €', { bytes: [2, 3] }]);

        const answer = await page.evaluate(() => Promise.race([
            problem, socket.timeout(10_000).emitWithAck('message-with-ack', { deep: [true] })]));
        assert.deepEqual(answer, { deep: [true] });
        await page.context().close();
        server.releaseResources();
    });
}
