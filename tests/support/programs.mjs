// Programs under test as child processes: each is watched by what it prints and ended by its own pid.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { within } from './waiting.mjs';

const run = promisify(execFile);

/** A program of the build folder, as in built('chartcast') or built('examples/hello'). */
export function built(name) {
    const build = process.env.CHARTCAST_BUILD;
    assert.ok(build, 'set CHARTCAST_BUILD to a build folder, as in build/release');
    const file = path.resolve(build, name);
    assert.ok(existsSync(file), `${file} is not built`);
    return file;
}

/** A folder of the build folder for files that a test leaves behind, as screenshots are. */
export function buildFolder(name) {
    return path.resolve(process.env.CHARTCAST_BUILD ?? os.tmpdir(), name);
}

/**
 * A port that was free a moment ago; for programs that cannot choose one themselves. It is below those that the system
 * gives out by itself (Linux: from 32768), so that no other test's listener or connection gets it before the program.
 */
export async function freePort() {
    for (;;) {
        const port = randomInt(10_000, 32_000);
        const server = net.createServer();
        const isFree = await new Promise((resolve, reject) => {
            server.on('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
            server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
        });
        if (isFree) {
            return port;
        }
    }
}

/** A running child process and everything that it has printed on both outputs. */
export class Program {
    output = '';
    #child;
    #watchers = new Set();

    /** `stdin: 'pipe'` lets a test write to the program. */
    constructor(file, args, { env, stdin = 'ignore' } = {}) {
        this.name = path.basename(file);
        this.#child = spawn(file, args, {
            stdio: [stdin, 'pipe', 'pipe'], env: { ...process.env, ...env },
        });
        for (const stream of [this.#child.stdout, this.#child.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => {
                this.output += text;
                for (const watch of [...this.#watchers]) {
                    watch();
                }
            });
        }
        this.exited = new Promise((resolve, reject) => {
            this.#child.on('error', reject);
            this.#child.on('close', (code, signal) => resolve({ code, signal }));
        });
        this.exited.catch(() => {});
    }

    get stdin() {
        return this.#child.stdin;
    }

    get pid() {
        return this.#child.pid;
    }

    get running() {
        return this.#child.exitCode === null && this.#child.signalCode === null;
    }

    /** Resolves with the match once the output from position `from` on fits; fails when the program ends. */
    printed(pattern, { from = 0, ms = 10_000 } = {}) {
        let watch;
        const found = new Promise((resolve) => {
            watch = () => {
                const match = pattern.exec(this.output.slice(from));
                if (match) {
                    resolve(match);
                }
            };
            this.#watchers.add(watch);
            watch();
        });
        const ended = this.exited.then(({ code, signal }) => {
            watch();
            throw new Error(`${this.name} ended (${code ?? signal}) without printing ${pattern}:\n`
                + this.output);
        });
        ended.catch(() => {});
        return within(Promise.race([found, ended]), `output of ${this.name} like ${pattern}`, ms)
            .catch((error) => {
                throw new Error(`${error.message}\n${this.name} printed:\n${this.output}`);
            })
            .finally(() => this.#watchers.delete(watch));
    }

    signal(name) {
        this.#child.kill(name);
    }

    /** Ends it and waits for its end; a program that hangs is killed and fails the test. */
    async stop(signal = 'SIGTERM') {
        if (!this.running) {
            return this.exited;
        }
        this.signal(signal);
        try {
            return await within(this.exited, `end of ${this.name}`, 10_000);
        } catch (error) {
            this.signal('SIGKILL');
            throw error;
        }
    }
}

/** A chartcast on a free port of this machine; `url` is where it listens. */
export async function startChartcast(args = [], { port = 0, ...options } = {}) {
    const program = new Program(built('chartcast'), ['--listen', `127.0.0.1:${port}`, ...args], options);
    const [, url] = await program.printed(/listens open=(http:\/\/[^/\s]+)\//);
    program.url = url;
    program.port = Number(new URL(url).port);
    return program;
}

/** An example program that prints "listening on port N". */
export async function startExample(name, args) {
    const program = new Program(built(`examples/${name}`), args);
    program.port = Number((await program.printed(/listening on port (\d+)/))[1]);
    program.url = `http://127.0.0.1:${program.port}`;
    return program;
}

/**
 * A redis-server of the test's own, which keeps nothing on disk: started again it comes back empty. `args` are
 * further ones of its command line; with `sentinel`, the lines of a configuration, it is a Sentinel.
 */
export class RedisServer {
    #program;
    #folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-redis-'));
    #args;
    #sentinel;

    constructor({ password = '', args = [], sentinel = null } = {}) {
        this.password = password;
        this.#args = args;
        this.#sentinel = sentinel;
    }

    get url() {
        return `redis://${this.password ? `:${encodeURIComponent(this.password)}@` : ''}127.0.0.1:${this.port}`;
    }

    async start() {
        this.port ??= await freePort();
        const args = this.#sentinel ? this.#sentinelArgs() : this.#serverArgs();
        this.#program = new Program('redis-server', args.map(String));
        await this.#program.printed(this.#sentinel ? /Sentinel ID is/ : /Ready to accept connections/);
        return this;
    }

    #serverArgs() {
        return ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.#folder, '--save', '', '--appendonly', 'no',
            ...(this.password ? ['--requirepass', this.password] : []), ...this.#args];
    }

    // A Sentinel keeps what it learns in its configuration.
    #sentinelArgs() {
        const file = path.join(this.#folder, 'sentinel.conf');
        if (!existsSync(file)) {
            const lines = [`port ${this.port}`, 'bind 127.0.0.1', `dir ${this.#folder}`, ...this.#sentinel];
            writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
        }
        return [file, '--sentinel'];
    }

    /** What redis-cli prints for one command, without the newline at its end. */
    async cli(...args) {
        const login = this.password ? ['--no-auth-warning', '-a', this.password] : [];
        const { stdout } = await run('redis-cli', ['-p', String(this.port), ...login, ...args.map(String)]);
        return stdout.trimEnd();
    }

    /** As a crash: no goodbye to anybody. */
    kill() {
        return this.#program.stop('SIGKILL');
    }

    signal(name) {
        this.#program.signal(name);
    }

    async stop() {
        await this.#program?.stop();
        rmSync(this.#folder, { recursive: true, force: true });
    }
}
