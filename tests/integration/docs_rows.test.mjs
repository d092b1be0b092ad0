// The tests that docs/protocol.md names row by row: each is there, by its own words. What it says is then shown by
// the run of that test.
//
//   file: words of a test; words of another      tests/conformance/<file>.test.mjs; `…` stands for anything
//   integration/file: words                      tests/integration, GoogleTests too; cluster/file: tests/cluster
//   unit: Suite, Suite.Test                      GoogleTests of tests/unit and tests/sim
//   fuzz_name                                    tests/fuzz

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const tests = path.join(repository, 'tests');

function* filesUnder(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const place = path.join(folder, entry.name);
        if (entry.isDirectory()) {
            yield* filesUnder(place);
        } else {
            yield place;
        }
    }
}

const textOf = (file) => readFileSync(file, 'utf8').replaceAll("\\'", "'").replaceAll('\\`', '`');

/** `Suite` and `Suite.Test` of each GoogleTest. */
const unitTests = new Set(['unit', 'sim'].flatMap((folder) => [...filesUnder(path.join(tests, folder))])
    .filter((file) => file.endsWith('.cpp'))
    .flatMap((file) => [...textOf(file).matchAll(/\bTEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)/g)])
    .flatMap(([, suite, name]) => [suite, `${suite}.${name}`]));

function filesNamed(name) {
    const [, folder = 'conformance', file] = /^(?:(integration|cluster)\/)?(\w+)$/.exec(name) ?? [];
    return ['.test.mjs', '_test.cpp'].map((end) => path.join(tests, folder, `${file}${end}`)).filter(existsSync);
}

/** The last cells of the tables in the sections that are called so. */
function* rows() {
    const sections = readFileSync(path.join(repository, 'docs/protocol.md'), 'utf8').split(/^## /m);
    for (const section of sections.filter((text) => text.startsWith('Row by row'))) {
        const [, , ...body] = section.split('\n').filter((line) => line.startsWith('|'));
        for (const line of body) {
            const cells = line.slice(1, -1).split(' | ').map((cell) => cell.trim());
            yield { row: cells[0] || cells[1], named: cells.at(-1) };
        }
    }
}

/** What is named in a cell and is not there. */
function missingOf(named) {
    let texts = [];
    const holds = (words) => texts.some((text) => words.split('…').every((part) => text.includes(part.trim())));
    return named.split(/;\s*/).flatMap((piece) => {
        const [head, words] = piece.split(/: (.*)/s);
        if (head === 'unit') {
            return words.split(/,\s*/).filter((name) => !unitTests.has(name));
        }
        if (head.startsWith('fuzz_')) {
            return existsSync(path.join(tests, 'fuzz', `${head}.cpp`)) ? [] : [head];
        }
        const files = head.split(/, | and /).map(filesNamed);
        if (files.some((found) => found.length === 0)) {
            return holds(piece) ? [] : [piece];
        }
        texts = files.flat().map(textOf);
        return words === undefined || holds(words) ? [] : [piece];
    });
}

test('every test that a row names is there', () => {
    const all = [...rows()];
    assert.ok(all.length > 100, `${all.length} rows`);
    assert.deepEqual(all.flatMap(({ row, named }) => missingOf(named).map((what) => `${row}: ${what}`)), []);
});
