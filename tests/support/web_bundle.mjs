// Modules of web/ for tests that run in Node: bundled by the build's own esbuild into a temporary file, with
// the real socket.io-client and ECharts beside them.

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const web = fileURLToPath(new URL('../../web', import.meta.url));
const requireFromWeb = createRequire(path.join(web, 'package.json'));
const { build } = requireFromWeb('esbuild');

/** The whole of ECharts, as the pages of others have it. */
export const echarts = requireFromWeb('echarts');

/** Packages are not bundled: what Node finds for itself is what people get from npm. */
const packages = {
    name: 'packages',
    setup({ onResolve }) {
        onResolve({ filter: /^socket\.io-client$/ }, () => ({ path: import.meta.resolve('socket.io-client'), external: true }));
        onResolve({ filter: /^echarts\/\w+$/ }, ({ path: name }) => ({
            path: pathToFileURL(path.join(web, 'node_modules', `${name}.js`)).href, external: true,
        }));
    },
};

/** The modules of these sources of web/, in their order; those that share a module share one instance of it. */
export async function webModules(...sources) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-web-'));
    try {
        await build({
            absWorkingDir: web, outdir: folder, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node18',
            outExtension: { '.js': '.mjs' }, entryNames: 'modules', logLevel: 'warning', plugins: [packages],
            stdin: {
                resolveDir: web, loader: 'ts',
                contents: sources.map((source, at) => `export * as m${at} from './${source}';`).join('\n'),
            },
        });
        const modules = await import(pathToFileURL(path.join(folder, 'modules.mjs')).href);
        // What is loaded later is there by then.
        process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
        return sources.map((_, at) => modules[`m${at}`]);
    } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
    }
}

/** Numbers that look random and are the same in every run. */
export function dice(seed) {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}
