// The library as others use it: installed to a prefix of its own, and built against from outside the tree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { io } from 'socket.io-client';

import { ask } from '../support/clients.mjs';
import { temporaryFolder } from '../support/live_server.mjs';
import { Program, RedisServer } from '../support/programs.mjs';
import { nextEvent, timeScale, within } from '../support/waiting.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = path.join(root, 'tests/consume');
const temporary = temporaryFolder();
const folder = temporary.path;
const prefix = path.join(folder, 'prefix');
const outside = path.join(folder, 'outside');
const environment = { ...process.env, PKG_CONFIG_PATH: path.join(prefix, 'lib/pkgconfig') };
const slow = { timeout: 240_000 * timeScale };

async function run(file, ...args) {
    const options = { env: environment, cwd: folder, maxBuffer: 16 * 1024 * 1024 };
    try {
        return (await promisify(execFile)(file, args, options)).stdout;
    } catch (error) {
        throw new Error(`${file} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error });
    }
}

async function pkgConfig(...args) {
    return (await run('pkg-config', ...args, 'socketio')).trim().split(/\s+/);
}

/** Every file below a folder, with its path from there. */
function filesBelow(place, below = '') {
    return readdirSync(path.join(place, below)).flatMap((name) => {
        const file = path.join(below, name);
        return statSync(path.join(place, file)).isDirectory() ? filesBelow(place, file) : [file];
    });
}

/** Runs a program on a free port and gives what `use` makes of it and of a client of its. */
async function withClient(file, args, use) {
    const program = new Program(file, ['0', ...args]);
    let client;
    try {
        const [, port] = await program.printed(/listening on port (\d+)/);
        client = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false });
        await nextEvent(client, 'connect');
        await use(client, program);
        client.disconnect();
        assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.output);
    } finally {
        client?.disconnect();
        program.signal('SIGKILL');
    }
}

async function tellsTheTime(client) {
    const [seconds] = await nextEvent(client, 'time');
    assert.ok(Math.abs(seconds - Date.now() / 1000) < 60, String(seconds));
    const [text, binary] = await within(
        ask(client, 'echo', 'text', Buffer.from([1, 2])), 'answer to echo');
    assert.equal(text, 'text');
    assert.deepEqual(binary, Buffer.from([1, 2]));
}

before(async () => {
    const build = path.resolve(process.env.CHARTCAST_BUILD);
    await run('cmake', '--install', build, '--component', 'socketio', '--prefix', prefix);
    mkdirSync(outside);
    for (const name of ['CMakeLists.txt', 'clock.cpp', 'beside.cpp', 'mounted.cpp']) {
        cpSync(path.join(sources, name), path.join(outside, name));
    }
}, slow);
after(() => temporary.remove());

test('what is installed are public headers, one library, and how to find them', () => {
    const headers = readdirSync(path.join(root, 'socketio/include/socketio'))
        .map((name) => `include/socketio/${name}`);
    const others = filesBelow(prefix).filter((file) => !headers.includes(file));
    assert.deepEqual(others.sort().map((file) => file.replace(/Targets-\w+\.cmake/, 'Targets-BUILD.cmake')), [
        'lib/cmake/socketio/socketioConfig.cmake',
        'lib/cmake/socketio/socketioConfigVersion.cmake',
        'lib/cmake/socketio/socketioTargets-BUILD.cmake',
        'lib/cmake/socketio/socketioTargets.cmake',
        'lib/libsocketio.a',
        'lib/pkgconfig/socketio.pc',
        'share/doc/socketio/LICENSE',
    ]);
    assert.deepEqual(filesBelow(prefix).filter((file) => headers.includes(file)).sort(), headers.sort());
});

test('nothing that is installed names the tree, or the prefix that it was configured for', () => {
    for (const file of filesBelow(prefix).filter((name) => !name.endsWith('.a'))) {
        const text = readFileSync(path.join(prefix, file), 'utf8');
        assert.ok(!text.includes(root), file);
        assert.ok(!text.includes(prefix), file);
    }
});

test('the headers need nothing that is not installed', slow, async () => {
    const source = path.join(folder, 'all_headers.cpp');
    const names = readdirSync(path.join(prefix, 'include/socketio'));
    writeFileSync(source, names.map((name) => `#include <socketio/${name}>\n`).join(''));
    await run('c++', '-std=c++20', '-fsyntax-only', ...await pkgConfig('--cflags'), source);
});

describe('with CMake', () => {
    const build = path.join(folder, 'build');

    before(async () => {
        await run('cmake', '-S', outside, '-B', build, '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${prefix}`);
        await run('cmake', '--build', build);
    }, slow);

    test('a program with a timer in the server\'s event loop', () =>
        withClient(path.join(build, 'clock'), [], tellsTheTime));

    test('a program that has Redis between its processes', async () => {
        const redis = await new RedisServer().start();
        try {
            await withClient(path.join(build, 'clock'), [redis.url], async (client, program) => {
                await program.printed(/redis adapter ready/);
                await tellsTheTime(client);
            });
        } finally {
            await redis.stop();
        }
    });

    test('a program with an io_context of its own beside the server', () =>
        withClient(path.join(build, 'beside'), [], async (client) => {
            for (const count of [1, 2]) {
                const ordered = nextEvent(client, 'ordered');
                client.emit('order', { tea: count });
                assert.deepEqual(await ordered, [{ tea: count }, count]);
            }
        }));

    test('a program whose event loop the server is in', () =>
        withClient(path.join(build, 'mounted'), [], async (client) => {
            assert.deepEqual(await within(ask(client, 'order', 'tea'), 'answer'), ['tea', 1]);
            assert.deepEqual(await within(ask(client, 'order', 'coffee'), 'answer'), ['coffee', 2]);
        }));

    test('another version is not taken for this one', async () => {
        const asked = path.join(folder, 'asked');
        mkdirSync(asked);
        writeFileSync(path.join(asked, 'CMakeLists.txt'), [
            'cmake_minimum_required(VERSION 3.25)', 'project(asked LANGUAGES CXX)',
            'find_package(socketio 99 REQUIRED)', ''].join('\n'));
        await assert.rejects(run('cmake', '-S', asked, '-B', path.join(asked, 'build'), '-G', 'Ninja',
            `-DCMAKE_PREFIX_PATH=${prefix}`), /compatible with requested version "99"/);
    });
});

test('with pkg-config', slow, async () => {
    const program = path.join(folder, 'clock');
    await run('c++', '-std=c++20', path.join(outside, 'clock.cpp'), '-o', program,
        ...await pkgConfig('--cflags', '--libs'));
    await withClient(program, [], tellsTheTime);
});

test('the library is configured without the rest of the tree', slow, async () => {
    const build = path.join(folder, 'library');
    await run('cmake', '-S', root, '-B', build, '-G', 'Ninja', '-DCHARTCAST_LIBRARY_ONLY=ON');
    const targets = await run('ninja', '-C', build, '-t', 'targets', 'all');
    assert.match(targets, /^socketio_library: phony$/m);
    assert.doesNotMatch(targets, /^(chartcast|example_hello|unit_hub): phony$/m);
});

test('docs/library.md shows the programs of this test as they are', () => {
    const page = readFileSync(path.join(root, 'docs/library.md'), 'utf8');
    for (const name of ['CMakeLists.txt', 'clock.cpp', 'beside.cpp', 'mounted.cpp']) {
        assert.ok(page.includes(readFileSync(path.join(sources, name), 'utf8')), name);
    }
});
