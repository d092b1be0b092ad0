// What programs say to a Redis, command by command (MONITOR): it sees all kinds of publishing, and is no subscriber
// that others would count.

import net from 'node:net';

import { Changing, within } from './waiting.mjs';

const escapes = { n: 10, r: 13, t: 9, a: 7, b: 8 };

/** The bytes of what MONITOR prints between quotes. */
function unquote(text) {
    const bytes = [];
    for (let i = 0; i < text.length; i += 1) {
        if (text[i] !== '\\') {
            bytes.push(text.charCodeAt(i));
        } else if (text[i += 1] === 'x') {
            bytes.push(parseInt(text.slice(i + 1, i + 3), 16));
            i += 2;
        } else {
            bytes.push(escapes[text[i]] ?? text.charCodeAt(i));
        }
    }
    return Buffer.from(bytes);
}

export class RedisMonitor extends Changing {
    /** {name, args} in their order; args are buffers, the name is in small letters. */
    commands = [];
    #socket;
    #rest = '';

    async start(port) {
        this.#socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
        this.#socket.on('error', () => {});
        const begun = new Promise((resolve) => this.#socket.once('data', resolve));
        this.#socket.write('MONITOR\r\n');
        await within(begun, 'answer to MONITOR');
        this.#socket.on('data', (text) => this.#take(text));
        return this;
    }

    /** The first command from position `from` on that fits. */
    command(fits, what, { from = 0, ms } = {}) {
        return this.until(() => this.commands.slice(from).find(fits), what, ms);
    }

    stop() {
        this.#socket?.destroy();
    }

    #take(text) {
        const lines = (this.#rest + text).split('\r\n');
        this.#rest = lines.pop();
        for (const line of lines) {
            const [name, ...args] = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) => unquote(quoted));
            if (name) {
                this.commands.push({ name: name.toString().toLowerCase(), args });
            }
        }
        this.changed();
    }
}
