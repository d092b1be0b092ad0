// Starts the server under test as a child process on a free port and watches what it prints.
// The contract of that program is written down in tests/conformance/README.md.
// CONFORMANCE_TARGET=node runs its reference on the real Node packages instead.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { makeCertificate } from './certificate.mjs';
import { defaultDeadlineMs, within } from './waiting.mjs';

export const onNode = process.env.CONFORMANCE_TARGET === 'node';

const shards = process.env.CONFORMANCE_SHARDS;
/** Who runs the server and who accepts: own, mounted or handed-over. Only protocol_fixture knows others than own. */
const loop = process.env.CONFORMANCE_LOOP;

/** CONFORMANCE_TLS=1: the program has TLS, and all that talks to it does. */
const certificate = process.env.CONFORMANCE_TLS === '1' ? temporaryCertificate() : undefined;

function temporaryCertificate() {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fixture-tls-'));
    process.on('exit', () => rmSync(folder, { recursive: true }));
    return makeCertificate(folder);
}

/** Programs under test, each with what keeps its contract on Node. */
const references = {
    protocol_fixture: 'reference_fixture.mjs',
    client_fixture: 'client_reference.mjs',
    api_fixture: 'api_reference.mjs',
    limits_fixture: 'limits_reference.mjs',
};

// A test that fails or is cut off leaves no server behind.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => process.exit(1));
}

/** The command line of the program under test: [file, leading arguments]. */
function commandOf(program) {
    if (onNode) {
        const reference = new URL(`../conformance/${references[program]}`, import.meta.url);
        return [process.execPath, [fileURLToPath(reference)]];
    }
    const build = process.env.CHARTCAST_BUILD;
    assert.ok(build, 'set CHARTCAST_BUILD to a build folder, or CONFORMANCE_TARGET=node');
    const binary = path.resolve(build, 'examples', program);
    assert.ok(existsSync(binary), `${binary} is not built`);
    return [binary, []];
}

/** {pingIntervalMs: 100, eio3: true} -> ['--ping-interval-ms', '100', '--eio3'] */
function commandLine(options) {
    const args = [];
    for (const [name, value] of Object.entries(options)) {
        if (value === undefined || value === false) {
            continue;
        }
        const flag = '--' + name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
        for (const one of [value].flat()) {
            args.push(...(one === true ? [flag] : [flag, String(one)]));
        }
    }
    return args;
}

/** Starts the program with these options and gives back the process, for tests of its start. */
export function spawnFixture(options = {}, program = 'protocol_fixture') {
    const [file, leading] = commandOf(program);
    const defaults = {
        port: 0,
        ...(shards && !onNode ? { shards } : {}),
        ...(loop && !onNode && program === 'protocol_fixture' ? { loop } : {}),
        ...(certificate ? { tlsCert: certificate.cert, tlsKey: certificate.key } : {}),
    };
    const child = spawn(file, [...leading, ...commandLine({ ...defaults, ...options })], {
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.on('exit', () => running.delete(child));
    return child;
}

export class Fixture {
    port = 0;
    /** For those who connect to it: see dial.mjs. */
    tls = certificate && { ca: certificate.authority };
    socketPath = undefined;
    lines = [];
    #program;
    #child;
    #exited;
    #stderr = '';
    #watchers = new Set();
    #resources = new Set();

    constructor(program = 'protocol_fixture') {
        this.#program = program;
    }

    async start(options = {}) {
        this.#child = spawnFixture(options, this.#program);
        this.#exited = new Promise((resolve) => {
            this.#child.on('exit', (code, signal) => resolve({ code, signal }));
        });
        this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#stderr += text));
        createInterface({ input: this.#child.stdout }).on('line', (line) => {
            this.lines.push(line);
            for (const watcher of [...this.#watchers]) {
                watcher(line);
            }
        });
        const early = this.#exited.then(({ code, signal }) => {
            throw new Error(`fixture ended at its start (${code ?? signal}): ${this.#stderr}`);
        });
        early.catch(() => {});
        const ready = this.line(/^listening on 127\.0\.0\.1:(\d+)$/, 'listening line', 60_000);
        this.port = Number((await Promise.race([ready, early]))[1]);
        if (this.#program === 'protocol_fixture' && !onNode) {
            const [, running] = await this.line(/^loop (\S+)$/);
            assert.equal(running, options.loop ?? loop ?? 'own', 'the fixture does not run as it was asked to');
        }
        return this;
    }

    /** Resolves with the match of the first printed line, past or coming, that fits. */
    line(pattern, what = String(pattern), ms = defaultDeadlineMs) {
        let watcher;
        const found = new Promise((resolve) => {
            watcher = (line) => {
                const match = pattern.exec(line);
                if (match) {
                    resolve(match);
                }
            };
            this.#watchers.add(watcher);
            this.lines.forEach(watcher);
        });
        return within(found, what, ms).finally(() => this.#watchers.delete(watcher));
    }

    /** The reason for which the server says that a Socket.IO socket went away. */
    async disconnectReason(sid, namespace = '/', ms = defaultDeadlineMs) {
        const line = await this.line(
            new RegExp(`^disconnect ${escape(namespace)} ${escape(sid)} (.+)$`),
            `disconnect line of ${namespace} ${sid}`, ms);
        return line[1];
    }

    /** The reason for which the server closed a session of the bare Engine.IO endpoint. */
    async engineCloseReason(sid, ms = defaultDeadlineMs) {
        const line = await this.line(
            new RegExp(`^engine-close ${escape(sid)} (.+)$`), `engine-close line of ${sid}`, ms);
        return line[1];
    }

    /** Whatever has destroy() is destroyed when the current test ends. */
    track(resource) {
        this.#resources.add(resource);
        return resource;
    }

    releaseResources() {
        for (const resource of this.#resources) {
            resource.destroy();
        }
        this.#resources.clear();
    }

    get pid() {
        return this.#child.pid;
    }

    signal(name) {
        this.#child.kill(name);
    }

    /** Ends the program and its peers without any order, after a test that may have failed. */
    kill() {
        this.releaseResources();
        this.signal('SIGKILL');
    }

    exited(ms = 30_000) {
        return within(this.#exited, 'end of the fixture', ms);
    }

    /** Ends the program; a crash, a leak report or a hang at the end fails the test file. */
    async stop() {
        this.releaseResources();
        if (!this.#child) {
            return;
        }
        this.signal('SIGTERM');
        try {
            const { code, signal } = await this.exited();
            assert.deepEqual({ code, signal }, { code: 0, signal: null },
                `fixture ended badly; it wrote to stderr:\n${this.#stderr}`);
        } finally {
            this.signal('SIGKILL');
        }
    }
}

function escape(text) {
    return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
