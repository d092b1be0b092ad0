// The npm clients by their major version, connected to the server under test with one call.
// Every socket has a manager of its own and is disconnected when its test ends.

import assert from 'node:assert/strict';

import client1 from 'socket.io-client-1';
import client2 from 'socket.io-client-2';
import { io as client4 } from 'socket.io-client';

import { Inbox, nextEvent } from './waiting.mjs';

const clients = { 1: client1, 2: client2, 4: client4 };

/** How a client may travel; `upgraded` starts on polling and is used once it is on WebSocket. */
export const journeys = {
    websocket: { transports: ['websocket'] },
    polling: { transports: ['polling'] },
    upgraded: { transports: ['polling', 'websocket'] },
};

/** A socket that has not been waited for; `events` is an Inbox of all that it receives. */
export function createClient(server, major, options = {}, namespace = '/') {
    const scheme = server.tls ? 'https' : 'http';
    const socket = clients[major](`${scheme}://127.0.0.1:${server.port}${namespace}`, {
        forceNew: true, reconnection: false, ...server.tls, ...options,
    });
    server.track({
        destroy() {
            socket.io.reconnection(false);
            socket.disconnect();
            socket.io.engine?.close();
        },
    });
    socket.events = new Inbox();
    for (const event of ['auth', 'message-back', 'answer', 'room', 'all', 'broadcast']) {
        socket.on(event, (...args) => socket.events.push([event, ...args]));
    }
    return socket;
}

/** A connected socket that has taken its `auth` event and, if asked to, has upgraded. */
export async function connectClient(server, major, journey, options = {}, namespace = '/') {
    const socket = createClient(
        server, major, { ...journeys[journey], ...options }, namespace);
    const upgraded = journey === 'upgraded' ? engineUpgrade(socket) : undefined;
    await nextEvent(socket, 'connect');
    socket.auth0 = (await socket.events.next('auth event'))[1];
    await upgraded;
    const { name } = socket.io.engine.transport;
    assert.equal(name, journey === 'polling' ? 'polling' : 'websocket');
    return socket;
}

/** Resolves when the engine of a socket that is still connecting is on WebSocket. */
function engineUpgrade(socket) {
    return nextEvent(socket.io.engine, 'upgrade');
}

/** What a server with connection state recovery puts behind the arguments of an event. */
export const offsetPattern = /^[0-9A-Za-z_-]{7}(\.[0-9A-Za-z_-]+)?$/;

/** [event, ...arguments] without that. */
export function withoutOffset(event) {
    const last = event.at(-1);
    const has = event.length > 1 && typeof last === 'string' && offsetPattern.test(last);
    return has ? event.slice(0, -1) : event;
}

/** Emits with an ack and gives what the server answered. */
export function ask(socket, event, ...args) {
    return new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer)));
}
