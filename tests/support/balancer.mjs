// nginx or HAProxy as a child process, with a file of examples/cluster whose ports and files are the test's own.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { temporaryFolder } from './live_server.mjs';
import { Program, freePort } from './programs.mjs';

/** What each file's name begins with, and how it is checked and run. */
const kinds = {
    nginx: {
        check: (file, folder) => ['-t', '-p', folder, '-c', file, '-e', 'stderr',
            '-g', `pid ${folder}/nginx.pid;`],
        run: (file, folder) => ['-p', folder, '-c', file, '-e', 'stderr',
            '-g', `pid ${folder}/nginx.pid; daemon off;`],
        // Those that are compiled in are for the system's own nginx.
        rewrite: (text) => replaced(text, 'http {\n', 'http {\n'
            + ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};\n`).join('')),
    },
    haproxy: {
        check: (file) => ['-c', '-f', file],
        run: (file) => ['-db', '-f', file],
        // It does not start with fewer open files than these need.
        rewrite: (text) => replaced(text, 'maxconn 30000', 'maxconn 200'),
    },
};

/** Where a program for the system's operators is, whose folder need not be on PATH. */
export function installed(name) {
    return [...process.env.PATH.split(':'), '/usr/sbin', '/usr/local/sbin']
        .map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

function replaced(text, what, by) {
    assert.ok(text.includes(what), `the file has no ${what}`);
    return text.replaceAll(what, by);
}

export class Balancer {
    #folder = temporaryFolder();
    #kind;
    #program;
    #running;

    /** `file`: one of examples/cluster. */
    constructor(file) {
        const name = /^[a-z]+/.exec(file)[0];
        this.#kind = kinds[name];
        this.#program = installed(name);
        this.file = path.join(this.#folder.path, file);
        this.source = new URL(`../../examples/cluster/${file}`, import.meta.url);
    }

    /** Writes the file for two servers at these ports. */
    async configure(ports) {
        this.port = await freePort();
        let text = this.#kind.rewrite(readFileSync(this.source, 'utf8'));
        for (const [what, by] of [[':3001', `:${ports[0]}`], [':3002', `:${ports[1]}`], ['8080', String(this.port)]]) {
            text = replaced(text, what, by);
        }
        writeFileSync(this.file, text);
    }

    /** Rejects with the program's own words. */
    check() {
        return promisify(execFile)(this.#program, this.#kind.check(this.file, this.#folder.path));
    }

    start() {
        this.#running = new Program(this.#program, this.#kind.run(this.file, this.#folder.path));
        this.url = `http://127.0.0.1:${this.port}`;
    }

    async stop() {
        await this.#running?.stop();
        this.#folder.remove();
    }
}
