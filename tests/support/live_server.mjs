// A chartcast with a configuration of the test's own, and what a publisher does with it.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { built, Program } from './programs.mjs';
import { timeScale } from './waiting.mjs';

/** A folder for a test's files, which goes when `remove` is called. */
export function temporaryFolder() {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-test-'));
    return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The key of every test, which may do everything. */
export const testKey = 'a key for tests that is long enough';
const testKeyHash = 'sha256:b0ef4f287bcb1f4b4297d8a27e23233a946968d64190960d58a3afd6de6919e2';
export const testApiKey = { id: 'test', hash: testKeyHash, can: ['publish:*', 'view:*', 'edit:*', 'tokens'] };

/** A key of another program, as a configuration has it; `key` is what goes into the header. */
export function apiKey(id, can, key = `the key of ${id}, long enough`) {
    return { id, can, hash: `sha256:${createHash('sha256').update(key).digest('hex')}` };
}

/** A dataset and its chart, enough for most tests. */
export const dealsConfiguration = {
    version: 1,
    server: { listen: ['127.0.0.1:0'], internal: { listen: '127.0.0.1:0' } },
    auth: { anonymous: 'view', api_keys: [testApiKey] },
    datasets: {
        deals: {
            fields: { id: 'string', region: 'string', amount: 'number' },
            key: ['id'],
            source: { push: {} },
        },
    },
    charts: {
        deals_live: {
            title: { en: 'Deals live', 'zh-CN': '实时成交' },
            data: ['deals'],
            option: {
                xAxis: { type: 'category' }, yAxis: {},
                series: [{ id: 'd', type: 'bar', encode: { x: 'id', y: 'amount' } }],
            },
        },
    },
};

export class LiveServer {
    /** `configuration` is YAML text, or a value, or a function that gives either for the test's folder. */
    constructor(configuration, { args = [], env = {}, stdin = 'ignore', logLevel = 'debug' } = {}) {
        this.folder = temporaryFolder();
        this.file = path.join(this.folder.path, 'chartcast.yaml');
        this.args = args;
        this.logLevel = logLevel;
        this.env = env;
        this.stdin = stdin;
        this.configure(configuration);
    }

    configure(configuration) {
        const value = typeof configuration === 'function' ? configuration(this.folder.path) : configuration;
        // JSON is YAML.
        writeFileSync(this.file, typeof value === 'string' ? value : JSON.stringify(value, null, 1));
    }

    async start() {
        this.program = new Program(built('chartcast'),
            ['serve', '-c', this.file, '--log-level', this.logLevel, ...this.args], { env: this.env, stdin: this.stdin });
        const [, url, internal] = await this.program.printed(
            /listens open=(http:\/\/[^/\s]+)\/.* internal=(\S+)/);
        this.url = url;
        /** Of the listener for operators. */
        this.internalUrl = `http://${internal}`;
        this.port = Number(new URL(url).port);
        return this;
    }

    async kill() {
        this.program.signal('SIGKILL');
        await this.program.exited;
    }

    async stop() {
        await this.program?.stop();
        this.folder.remove();
    }

    async request(method, route, { body, headers = {}, key = testKey } = {}) {
        const text = body === undefined || typeof body === 'string' || body instanceof Uint8Array
            ? body : JSON.stringify(body);
        const response = await fetch(this.url + route, {
            method, body: text, redirect: 'manual', signal: AbortSignal.timeout(30_000 * timeScale),
            headers: {
                ...(text === undefined ? {} : { 'content-type': 'application/json' }),
                ...(key ? { authorization: `Bearer ${key}` } : {}),
                ...headers,
            },
        });
        const answer = await response.text();
        let json;
        try {
            json = JSON.parse(answer);
        } catch {
            json = undefined;
        }
        return { status: response.status, headers: response.headers, text: answer, json };
    }

    /** Publishes rows and gives the answer's body; anything but a success fails the test. */
    async publish(dataset, op, rows) {
        const answer = await this.request('POST', `/api/v1/datasets/${dataset}/rows?op=${op}`, { body: rows });
        if (answer.status !== 200 && answer.status !== 201) {
            throw new Error(`publish to ${dataset}: ${answer.status} ${answer.text}`);
        }
        return answer.json;
    }

    /** A number of /metrics, as in 'chartcast_streams' or 'chartcast_source_up{dataset="deals"}'. */
    async metric(name) {
        const text = await (await fetch(`${this.internalUrl}/metrics`)).text();
        const line = text.split('\n').find((one) => one.startsWith(`${name} `));
        return line === undefined ? undefined : Number(line.slice(name.length + 1));
    }

    async health() {
        return (await fetch(`${this.internalUrl}/healthz`)).json();
    }

    async rows(dataset, options) {
        return (await this.request('GET', `/api/v1/datasets/${dataset}/rows.json`, options)).json;
    }
}
