// Every command of the guide and the README, run page by page as a reader does, against the real program: it has to
// succeed and to print what the page says. What cannot run here is counted, with its reason.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { stepsOf } from '../support/doc_page.mjs';
import { DocReader } from '../support/doc_reader.mjs';
import { timeScale } from '../support/waiting.mjs';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const guide = readdirSync(path.join(repository, 'docs/guide')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', ...guide.sort().map((name) => `docs/guide/${name}`)];

/** More of them would mean that pages are written which nobody can check. */
const notRunMax = 3;
const notRun = [];
let commands = 0;

async function work(reader, step) {
    if (step.kind === 'file') {
        reader.writeFile(step);
    } else if (step.kind === 'command') {
        await reader.run(step);
        ++commands;
    }
    if (step.from !== undefined) {
        const file = readFileSync(path.join(repository, step.from), 'utf8');
        assert.ok(file.includes(step.text.trim()), `it is no piece of ${step.from}`);
    }
}

for (const page of pages) {
    test(page, { timeout: 120_000 * timeScale }, async () => {
        const steps = stepsOf(path.join(repository, page));
        const reader = await new DocReader().open(steps.flatMap(({ staysOn }) => staysOn ?? []));
        try {
            for (const step of steps) {
                if (step.notRun !== undefined) {
                    notRun.push(`${page}:${step.line}: ${step.notRun}`);
                    continue;
                }
                await work(reader, step).catch((error) => {
                    throw new Error(`${page}:${step.line}: ${error.message}`, { cause: error });
                });
            }
        } finally {
            await reader.close();
        }
    });
}

test('what cannot be run is little', () => {
    assert.ok(commands > 0 && notRun.length <= notRunMax, notRun.join('\n'));
});

after(() => console.log([`${commands} commands run, ${notRun.length} not:`, ...notRun].join('\n  ')));
