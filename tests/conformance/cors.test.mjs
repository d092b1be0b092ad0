// Cross-origin headers. They label answers and refuse nobody. WIRE: B3.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { enginePath, PollingSession, WebSocketSession } from '../support/engine.mjs';
import { httpRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';

const good = 'http://good.example';
const better = 'https://better.example:8443';
const evil = 'http://evil.example';

const corsHeaders = (response) => Object.keys(response.headers)
    .filter((name) => name.startsWith('access-control-'));

const varyOf = (response) => (response.headers.vary ?? '').split(/\s*,\s*/).filter(Boolean);

const preflight = (server, path, origin, headers = {}) => httpRequest(server, path, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', ...headers },
});

describe('off, which is the default', () => {
    const server = useServer();

    check('no headers, and the request of a foreign origin is served', async () => {
        const response = await httpRequest(server, enginePath(), { headers: { Origin: evil } });
        assert.equal(response.status, 200);
        assert.deepEqual(corsHeaders(response), []);
    });

    check('a preflight is answered 400, code 2', async () => {
        const response = await preflight(server, enginePath(), good);
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":2,"message":"Bad handshake method"}');
        assert.deepEqual(corsHeaders(response), []);
    });
});

describe('a list of origins', () => {
    const server = useServer({ corsOrigin: [good, better] });

    for (const origin of [good, better]) {
        check(`${origin} is echoed, with Vary`, async () => {
            const response = await httpRequest(
                server, enginePath(), { headers: { Origin: origin } });
            assert.equal(response.status, 200);
            assert.equal(response.headers['access-control-allow-origin'], origin);
            assert.ok(varyOf(response).includes('Origin'), response.headers.vary);
            assert.equal(response.headers['access-control-allow-credentials'], undefined);
        });
    }

    for (const origin of [evil, `${good}.evil.example`, 'http://good.exampl', 'null',
        'HTTP://GOOD.EXAMPLE']) {
        check(`${origin} is served without the header`, async () => {
            const response = await httpRequest(
                server, enginePath(), { headers: { Origin: origin } });
            assert.equal(response.status, 200);
            assert.equal(response.headers['access-control-allow-origin'], undefined);
        });
    }

    check('a request without an origin is served', async () => {
        const response = await httpRequest(server, enginePath());
        assert.equal(response.status, 200);
        assert.equal(response.headers['access-control-allow-origin'], undefined);
    });

    check('GET and POST of a session carry the header', async () => {
        const session = await PollingSession.open(server);
        const headers = { Origin: good };
        const post = await session.postRaw('40', { headers });
        assert.equal(post.headers['access-control-allow-origin'], good);
        const poll = await httpRequest(server, session.url(), { headers });
        assert.equal(poll.headers['access-control-allow-origin'], good);
    });

    check('refusals carry it too, so that a browser can read them', async () => {
        const response = await httpRequest(
            server, enginePath({ transport: 'abc' }), { headers: { Origin: good } });
        assert.equal(response.status, 400);
        assert.equal(response.headers['access-control-allow-origin'], good);
    });

    check('the client files carry it', async () => {
        const response = await httpRequest(
            server, '/socket.io/socket.io.js', { headers: { Origin: good } });
        assert.equal(response.status, 200);
        assert.equal(response.headers['access-control-allow-origin'], good);
    });

    check('a preflight: 204, no body, methods, the asked-for headers reflected', async () => {
        const response = await preflight(
            server, enginePath(), good, { 'Access-Control-Request-Headers': 'x-one, x-two' });
        assert.equal(response.status, 204);
        assert.equal(response.text, '');
        assert.equal(response.headers['content-length'], '0');
        assert.equal(response.headers['access-control-allow-origin'], good);
        assert.equal(response.headers['access-control-allow-methods'], 'GET,POST');
        assert.equal(response.headers['access-control-allow-headers'], 'x-one, x-two');
        assert.deepEqual(varyOf(response).sort(), ['Access-Control-Request-Headers', 'Origin']);
    });

    check('a preflight of a session that is open: 204, the session is untouched', async () => {
        const session = await PollingSession.open(server);
        const response = await preflight(server, session.url(), good);
        assert.equal(response.status, 204);
        await session.post('40');
    });

    check('a preflight from another origin: 204 without the origin header', async () => {
        const response = await preflight(server, enginePath(), evil);
        assert.equal(response.status, 204);
        assert.equal(response.headers['access-control-allow-origin'], undefined);
    });

    check('a WebSocket of another origin is served: refusing is for allow_request', async () => {
        const session = await WebSocketSession.open(server, { headers: { Origin: evil } });
        assert.equal(session.ws.status, 101);
        assert.equal(session.ws.headers['access-control-allow-origin'], undefined);
    });
});

describe('credentials', () => {
    const server = useServer({ corsOrigin: [good], corsCredentials: true });

    check('are allowed in answers and preflights', async () => {
        for (const response of [
            await httpRequest(server, enginePath(), { headers: { Origin: good } }),
            await preflight(server, enginePath(), good),
        ]) {
            assert.equal(response.headers['access-control-allow-origin'], good);
            assert.equal(response.headers['access-control-allow-credentials'], 'true');
        }
    });
});

describe('any origin', () => {
    const server = useServer({ corsOrigin: '*' });

    check('is answered with a star', async () => {
        const response = await httpRequest(server, enginePath(), { headers: { Origin: evil } });
        assert.equal(response.headers['access-control-allow-origin'], '*');
    });
});
