// Raw HTTP to the server under test. Every request uses a TCP connection of its own unless an
// agent is given, so that with several shards the requests of one session land on all of them.

import http from 'node:http';
import https from 'node:https';

import { dial, placeOf } from './dial.mjs';
import { within } from './waiting.mjs';

/** Starts a request: {response, abort(), request}; response = {status, headers, body, text}. */
export function startRequest(server, path, options = {}) {
    const { method = 'GET', headers = {}, body, agent = false, unfinished = false } = options;
    const { request: begin } = server.tls ? https : http;
    const request = begin({ ...placeOf(server), path, method, headers, agent });
    const response = new Promise((resolve, reject) => {
        request.on('error', reject);
        request.on('response', (incoming) => {
            const chunks = [];
            incoming.on('data', (chunk) => chunks.push(chunk));
            incoming.on('error', reject);
            incoming.on('end', () => {
                const bytes = Buffer.concat(chunks);
                resolve({
                    status: incoming.statusCode,
                    headers: incoming.headers,
                    rawHeaders: incoming.rawHeaders,
                    body: bytes,
                    text: bytes.toString('utf8'),
                });
            });
        });
    });
    response.catch(() => {});
    if (body !== undefined) {
        request.write(body);
    }
    if (unfinished) {
        request.flushHeaders();
    } else {
        request.end();
    }
    const handle = {
        request,
        response: within(response, `answer to ${method} ${path}`, options.deadlineMs),
        abort: () => request.destroy(),
        destroy: () => request.destroy(),
    };
    handle.response.catch(() => {});
    server.track(handle);
    return handle;
}

export function httpRequest(server, path, options) {
    return startRequest(server, path, options).response;
}

/**
 * A bare TCP connection to the server: {socket, write(), received(), ended()}. `options` are net.connect's, as
 * `localAddress` is.
 */
export async function openTcp(server, options) {
    const socket = dial(server, options);
    const chunks = [];
    let watcher = () => {};
    socket.on('data', (chunk) => {
        chunks.push(chunk);
        watcher();
    });
    const ended = new Promise((resolve) => socket.on('close', resolve));
    const connected = new Promise((resolve, reject) => {
        socket.on('connect', resolve);
        socket.on('error', reject);
    });
    await within(connected, 'TCP connection');
    server.track(socket);
    const text = () => Buffer.concat(chunks).toString('latin1');
    return {
        socket,
        write: (bytes) => socket.write(bytes),
        text,
        /** Resolves when everything received so far fits the pattern (or the function says so). */
        received(pattern, ms) {
            const fits = pattern instanceof RegExp ? (bytes) => pattern.exec(bytes) : pattern;
            const found = new Promise((resolve) => {
                watcher = () => {
                    const match = fits(text());
                    if (match) {
                        resolve(match);
                    }
                };
                watcher();
            });
            return within(found, `bytes like ${pattern}`, ms);
        },
        /** Resolves with everything received, once the server has closed the connection. */
        ended: (ms) => within(ended, 'end of the TCP connection', ms).then(text),
    };
}

/** Writes bytes to a new connection and gives everything that comes back until it is closed. */
export async function rawExchange(server, bytes, ms) {
    const connection = await openTcp(server);
    connection.write(bytes);
    return connection.ended(ms);
}
