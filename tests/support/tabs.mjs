// A chromium whose tabs are really hidden by each other. playwright keeps every page of its browsers "visible", so this
// one is spoken to directly, by the DevTools protocol.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import WebSocket from 'ws';

import { Program } from './programs.mjs';
import { elapse, timeScale, within } from './waiting.mjs';

export class TabbedBrowser {
    #folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-tabs-'));
    #answers = new Map();
    #number = 0;

    async start() {
        this.#program = new Program(process.env.CHROMIUM ?? '/usr/bin/chromium', [
            '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync', '--remote-debugging-port=0', '--window-size=1200,800',
            `--user-data-dir=${this.#folder}`, 'about:blank']);
        const [, address] = await this.#program.printed(/DevTools listening on (ws:\/\/\S+)/, { ms: 30_000 });
        this.#socket = new WebSocket(address, { perMessageDeflate: false });
        await within(new Promise((resolve, reject) => this.#socket.once('open', resolve).once('error', reject)),
            'connection to the browser');
        this.#socket.on('message', (data) => {
            const { id, result, error } = JSON.parse(data);
            const answer = this.#answers.get(id);
            this.#answers.delete(id);
            if (answer) {
                (error ? answer.reject(new Error(error.message)) : answer.resolve(result));
            }
        });
        return this;
    }

    #program;
    #socket;

    send(method, params = {}, sessionId = undefined) {
        this.#number += 1;
        const id = this.#number;
        this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
        return within(new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject })),
            `answer to ${method}`, 30_000);
    }

    /** A tab in front of those that there are. */
    async open(url) {
        const { targetId } = await this.send('Target.createTarget', { url });
        const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
        return new Tab(this, targetId, sessionId);
    }

    async stop() {
        this.#socket?.close();
        await this.#program?.stop();
        rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

/** What chromium answers while a tab goes from one document to the next: there is nothing yet that could be asked. */
const betweenDocuments = /Cannot find (default execution )?context|context was destroyed|navigated or closed/;

class Tab {
    #browser;
    #target;
    #session;

    constructor(browser, target, session) {
        this.#browser = browser;
        this.#target = target;
        this.#session = session;
    }

    send(method, params) {
        return this.#browser.send(method, params, this.#session);
    }

    async evaluate(expression) {
        const { result, exceptionDetails } = await this.send('Runtime.evaluate',
            { expression, awaitPromise: true, returnByValue: true });
        if (exceptionDetails) {
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        }
        return result.value;
    }

    /** Resolves with what the expression gives, once that is true. Asks from here: a hidden page draws no frames. */
    async until(expression, ms = 20_000) {
        const deadline = Date.now() + ms * timeScale;
        for (;;) {
            const value = await this.evaluate(expression).catch((error) => {
                if (!betweenDocuments.test(error.message)) {
                    throw error;
                }
            });
            if (value) {
                return value;
            }
            if (Date.now() > deadline) {
                throw new Error(`never true: ${expression}`);
            }
            await elapse(20);
        }
    }

    toFront() {
        return this.#browser.send('Target.activateTarget', { targetId: this.#target });
    }

    close() {
        return this.#browser.send('Target.closeTarget', { targetId: this.#target });
    }
}
