// What tests of the HTTP API share: a configuration with one of each kind of dataset, and readers of its
// problems, events and memory.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';

import { apiKey, dealsConfiguration, testApiKey } from './live_server.mjs';
import { Inbox } from './waiting.mjs';

export const narrowKey = 'the key of narrow, long enough';
const embedSecret = 'a secret of tests that is long enough';

const bars = (dataset) => ({ title: dataset, data: [dataset], option: { xAxis: {}, yAxis: {}, series: [{ id: 's', type: 'bar' }] } });

/** `folder` holds the store and a file that is a source. */
export const apiConfiguration = (folder) => ({
    ...dealsConfiguration,
    store: { path: `${folder}/store` },
    auth: {
        anonymous: 'view',
        api_keys: [testApiKey, apiKey('narrow', ['publish:orders', 'view:orders'], narrowKey)],
        embed: { secret: embedSecret, max_ttl: '1h' },
        // Nobody listens there.
        jwt: { jwks_url: 'http://127.0.0.1:1/jwks', audience: 'chartcast' },
    },
    datasets: {
        ...dealsConfiguration.datasets,
        pairs: { fields: { state: 'string', id: 'string', amount: 'number' }, key: ['state', 'id'] },
        log: { fields: { text: 'string', n: 'integer' }, window: { rows: 1000 } },
        kinds: { fields: { id: 'string', n: 'number', i: 'integer', b: 'boolean', at: 'time', j: 'json' }, key: ['id'] },
        window: { fields: { id: 'string', n: 'number' }, key: ['id'], window: { rows: 1000 } },
        learned: { source: { push: { auto_create: true } } },
        nameless: { source: { push: { auto_create: true } } },
        limited: { fields: { n: 'integer' }, source: { push: { rate: '2/h' } } },
        regions: { fields: { region: 'string', n: 'number' }, key: ['region'], row_access: { field: 'region', claim: 'region' } },
        fed: { fields: { n: 'integer' }, source: { file: { path: `${folder}/fed.ndjson` } } },
    },
    charts: {
        ...dealsConfiguration.charts,
        both: { title: 'Both', data: ['deals', 'pairs'], option: { series: [{ id: 's', type: 'bar' }] } },
        regions: bars('regions'),
        windowed: bars('window'),
        note: { title: 'Note', option: { title: { text: 'first' } } },
        closed: { title: 'Closed', option: {}, allow: { view: ['user:anna'] } },
    },
});

/** An embed token as a server with the secret makes them; times in seconds from now. */
export function embedToken({ charts = ['*'], rows, from = 0, to = 600 } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const payload = Buffer.from(JSON.stringify({ charts, rows, iat: now + from, exp: now + to })).toString('base64url');
    return `cc1.${payload}.${createHmac('sha256', embedSecret).update(`cc1.${payload}`).digest('base64url')}`;
}

/** Fails unless the answer is that problem, in every member that docs/http-api.md promises. */
export function assertProblem(answer, status, code, more = {}) {
    assert.equal(answer.status, status, `${answer.status} ${answer.text}`);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json', answer.text);
    assert.equal(answer.json.type, 'about:blank');
    assert.equal(answer.json.status, status);
    assert.equal(answer.json.code, code, answer.text);
    for (const member of ['title', 'detail']) {
        assert.match(answer.json[member], /\S/, member);
    }
    for (const [name, value] of Object.entries(more)) {
        assert.deepEqual(answer.json[name], value, `${name} of ${answer.text}`);
    }
}

/** Memory of a process that is its own, in MiB. */
export function ownMebibytes(pid) {
    return Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/**
 * A request whose body the test writes piece by piece: {request, answer}. The answer may come before the
 * end of the body.
 */
export function upload(server, path, { method = 'POST', headers = {}, key }) {
    const request = http.request({
        host: '127.0.0.1', port: server.port, method, path, agent: false,
        headers: { authorization: `Bearer ${key}`, ...headers },
    });
    const answer = new Promise((resolve, reject) => {
        request.on('error', reject);
        request.on('response', (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (piece) => { text += piece; });
            response.on('end', () => resolve({
                status: response.statusCode, headers: new Headers(response.headers), text,
                json: text.startsWith('{') ? JSON.parse(text) : undefined,
            }));
        });
    });
    answer.catch(() => {});
    return { request, answer };
}

/** Server-sent events of a chart: {status, events: Inbox of {event, id, data}, pause(), resume(), close()}. */
export function openEvents(server, path, headers = {}) {
    return new Promise((resolve, reject) => {
        const request = http.get({ host: '127.0.0.1', port: server.port, path, headers, agent: false });
        request.on('error', reject);
        request.on('response', (response) => {
            const events = new Inbox();
            let text = '';
            response.setEncoding('utf8').on('data', (piece) => {
                const blocks = (text + piece).split('\n\n');
                text = blocks.pop();
                blocks.filter((block) => !block.startsWith(':')).map(eventOf).forEach((one) => events.push(one));
            });
            response.on('error', () => {});
            response.on('close', () => events.end('closed'));
            resolve({
                status: response.statusCode, headers: response.headers, events,
                pause: () => response.pause(), resume: () => response.resume(), close: () => request.destroy(),
            });
        });
    });
}

function eventOf(block) {
    const event = {};
    for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        event[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
    }
    return event;
}
