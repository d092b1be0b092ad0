// Debian's python3-socketio, its threaded client and its asyncio client, on every transport. WIRE: A3, B1 to B6, B9.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe } from 'node:test';

import { journeys } from '../support/clients.mjs';
import { onNode } from '../support/fixture.mjs';
import { check, useServer } from '../support/suite.mjs';

/** Debian's own: another one on PATH does not know its packages. */
const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('python_client.py', import.meta.url));

/** What the program prints when each of its tests passed; else an error with what it said. */
async function runTests(server, ...options) {
    const child = spawn(python, [program, String(server.port), ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    server.track({ destroy: () => child.kill('SIGKILL') });
    const [code, printed, log] = await Promise.all([
        new Promise((resolve) => child.on('exit', resolve)), text(child.stdout), text(child.stderr)]);
    assert.equal(code, 0, `the tests of ${options.join(' ')} failed:\n${log}`);
    assert.match(log, /Ran 11 tests[\s\S]*\bOK\b/);
    return printed;
}

// Of Node only one parser at a time is known.
for (const serializer of onNode ? ['default'] : ['default', 'msgpack']) {
    describe(`packets in ${serializer === 'msgpack' ? 'MessagePack' : 'JSON'}`, () => {
        const server = useServer({ parser: 'by-client', pingIntervalMs: 250, pingTimeoutMs: 8_000 });
        for (const client of ['Client', 'AsyncClient']) {
            for (const journey of Object.keys(journeys)) {
                check(`${client}, ${journey}`, async () => {
                    const printed = await runTests(server, client, journey, serializer);
                    const [, sid] = /^left (\S+)$/m.exec(printed);
                    // It says that it leaves and ends its connection at once: not all of that is heard.
                    assert.match(await server.disconnectReason(sid),
                        /^(client namespace disconnect|transport (close|error)|forced close)$/);
                }, { timeoutMs: 60_000 });
            }
        }
    });
}
