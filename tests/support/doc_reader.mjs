// Somebody who works through a page of the documentation: one terminal in an empty folder, files written as they
// come, programs that stay running behind it. Ports of the page are free ones of this machine.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from './live_server.mjs';
import { built, freePort } from './programs.mjs';
import { elapse, timeScale, within } from './waiting.mjs';
import { outputDiffers } from './doc_page.mjs';

const tests = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

function connects(port) {
    return new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1', () => {
            socket.destroy();
            resolve(true);
        });
        socket.on('error', () => resolve(false));
    });
}

export class DocReader {
    #folder = temporaryFolder();
    #ports = new Map();
    #running = new Map();
    #blocks = 0;
    #printed = '';
    #look = () => {};

    /** `ports`: those that the page names. */
    async open(ports) {
        for (const port of new Set(['8080', ...ports])) {
            this.#ports.set(port, await freePort());
        }
        mkdirSync(path.join(this.#folder.path, '.reader'));
        this.#write('.reader/internal.json', '{"server": {"internal": {"listen": "127.0.0.1:0"}}}');
        this.#write('.reader/chartcast', `#!/bin/sh
# The listener for operators has a fixed port, where another test may be.
[ "$1" = serve ] && set -- "$@" -c '${this.#folder.path}/.reader/internal.json'
exec '${built('chartcast')}' "$@"
`);
        // What it does once all is built.
        this.#write('run', '#!/bin/sh\nexec chartcast "$@"\n');
        for (const program of ['.reader/chartcast', 'run']) {
            chmodSync(path.join(this.#folder.path, program), 0o755);
        }
        symlinkSync(path.join(tests, 'node_modules'), path.join(this.#folder.path, 'node_modules'));
        const at = this.#ports.get('8080');
        this.shell = spawn('bash', ['--norc'], {
            cwd: this.#folder.path, stdio: ['pipe', 'pipe', 'pipe'],
            env: {
                ...process.env, PATH: `${this.#folder.path}/.reader:${process.env.PATH}`,
                CHARTCAST_LISTEN: `127.0.0.1:${at}`, CHARTCAST_URL: `http://localhost:${at}`,
            },
        });
        this.shell.stdin.on('error', () => {});
        this.closed = once(this.shell, 'close');
        for (const stream of [this.shell.stdout, this.shell.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => {
                this.#printed += text;
                this.#look();
            });
        }
        // Each program in the background has a process group, so that all of it can be ended.
        this.shell.stdin.write('set -m -euo pipefail\n');
        return this;
    }

    writeFile(step) {
        this.#write(step.name, this.#local(step.text));
    }

    async run(step) {
        if (step.staysOn) {
            return this.#start(step);
        }
        const deadline = Date.now() + 15_000 * timeScale;
        for (;;) {
            const output = await this.#execute(step);
            const different = step.output ? outputDiffers(this.#localOutput(step.output), output) : null;
            if (!different) {
                return;
            }
            if (step.soon === undefined || Date.now() > deadline) {
                throw new Error(`${different}; it printed\n${output}`);
            }
            await elapse(100);
        }
    }

    async close() {
        for (const port of [...this.#running.keys()]) {
            await this.#end(port);
        }
        this.shell.stdin.end('exit 0\n');
        await within(this.closed, 'end of the shell', 10_000);
        this.#folder.remove();
    }

    #write(name, text) {
        writeFileSync(path.join(this.#folder.path, name), text);
    }

    #read(name) {
        return readFileSync(path.join(this.#folder.path, name), 'utf8');
    }

    #local(text) {
        return text.replace(/\b\d{4}\b/g, (number) => this.#ports.get(number) ?? number);
    }

    #localOutput({ language, text }) {
        return { language, text: this.#local(text) };
    }

    /** Has the shell do that, and gives what stands behind the mark that it prints then. */
    async #told(command) {
        const mark = `reader-${++this.#blocks}:`;
        this.shell.stdin.write(`${command}; echo "${mark}$result"\n`);
        const answered = new Promise((resolve) => {
            this.#look = () => {
                const found = new RegExp(`^${mark}(.*)\n`, 'm').exec(this.#printed);
                if (found) {
                    resolve(found[1]);
                }
            };
            this.#look();
        });
        const ended = this.closed.then(([code]) => {
            throw new Error(`it failed (${code})`);
        });
        ended.catch(() => {});
        return within(Promise.race([answered, ended]), 'end of the command', 60_000);
    }

    async #execute(step) {
        const name = `.reader/block-${this.#blocks}`;
        this.#write(`${name}.sh`, this.#local(step.text));
        const files = `< /dev/null > ${name}.out 2> ${name}.err`;
        const command = step.exits === undefined
            ? `. ${name}.sh ${files}; result=0` : `result=0; ( . ${name}.sh ) ${files} || result=$?`;
        try {
            const code = await this.#told(command);
            if (code !== (step.exits ?? '0')) {
                throw new Error(`it ended with ${code}`);
            }
        } catch (error) {
            const printed = this.#read(`${name}.out`) + this.#read(`${name}.err`);
            throw new Error(`${error.message}\n${printed}${this.#logs()}`, { cause: error });
        }
        return this.#read(`${name}.out`);
    }

    async #start(step) {
        const port = this.#ports.get(step.staysOn);
        await this.#end(port);
        const name = `.reader/block-${this.#blocks}`;
        this.#write(`${name}.sh`, this.#local(step.text));
        const pid = Number(await this.#told(`( . ${name}.sh ) < /dev/null > ${name}.out 2>&1 & result=$!`));
        this.#running.set(port, { pid, log: `${name}.out` });
        const deadline = Date.now() + 20_000 * timeScale;
        const runs = async () => await this.#told(`kill -0 ${pid} 2> /dev/null && result=yes || result=no`) === 'yes';
        while (!await connects(port)) {
            if (Date.now() > deadline || !await runs()) {
                throw new Error(`nothing answers on port ${step.staysOn}:\n${this.#read(`${name}.out`)}`);
            }
            await elapse(50);
        }
    }

    async #end(port) {
        const running = this.#running.get(port);
        if (!running) {
            return;
        }
        this.#running.delete(port);
        if (this.shell.exitCode === null) {
            await this.#told(`kill -TERM -- -${running.pid} || true; wait ${running.pid} || true; result=ended`);
        } else {
            process.kill(-running.pid, 'SIGTERM');
        }
        // The shell that started it is gone at once, the program when it has said goodbye to its clients.
        const deadline = Date.now() + 20_000 * timeScale;
        while (await connects(port)) {
            if (Date.now() > deadline) {
                throw new Error(`what ran on port ${port} does not end:\n${this.#read(running.log)}`);
            }
            await elapse(20);
        }
    }

    #logs() {
        return [...this.#running.values()].map(({ log }) => `--- ${log}\n${this.#read(log).slice(-2000)}`).join('\n');
    }
}
