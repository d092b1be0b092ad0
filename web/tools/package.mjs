// Makes the folder that is published as the npm package `chartcast`.
//
//   node web/tools/package.mjs --out DIR
//
// DIR/dist    ES modules: the SDK, and the web components as an entry of their own. What they use of npm stays
//             an import; their style sheets are in them, since not every bundler takes CSS for text
// DIR/types   their types
//
// A node_modules in DIR stays: examples/web has the package as a folder.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const { values: options } = parseArgs({ options: { out: { type: 'string' } } });
if (!options.out) {
    console.error('usage: node web/tools/package.mjs --out DIR');
    process.exit(2);
}
const out = resolve(options.out);

for (const folder of ['dist', 'types']) {
    rmSync(join(out, folder), { recursive: true, force: true });
}
mkdirSync(out, { recursive: true });

await build({
    absWorkingDir: web,
    entryPoints: { index: 'sdk/src/index.ts', elements: 'elements/index.ts' },
    outdir: join(out, 'dist'),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    packages: 'external',
    splitting: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
});

const compiler = join(web, 'node_modules/typescript/bin/tsc');
const types = spawnSync(process.execPath, [compiler, '-p', join(web, 'sdk/tsconfig.json'), '--outDir', join(out, 'types')], { stdio: 'inherit' });
if (types.status !== 0) {
    process.exit(types.status ?? 1);
}

for (const file of ['package.json', 'README.md']) {
    copyFileSync(join(web, 'sdk', file), join(out, file));
}
copyFileSync(join(web, '../LICENSE'), join(out, 'LICENSE'));
