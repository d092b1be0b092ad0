// Bundles what browsers get: the SDK, the web components, the pages' scripts and their style sheet.
//
//   node web/tools/bundle.mjs --out DIR [--dev]
//
// DIR/sdk/chartcast.js   the SDK under its own name; imports the rest as ../assets/...
// DIR/assets/            everything else, flat, with the hash of its content in its name
// DIR/assets.json        {entry: "/assets/NAME-HASH.js"} for templates
// DIR/licences.txt       of every package that is in there
//
// The same sources make the same bytes. Prints what each page costs, and fails when it costs too much. --dev
// does not minify, and writes source maps beside the files.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

/** Bytes of gzip -9. */
const bounds = {
    'SDK without ECharts: chartcast.js and its imports': 25_000,
    'dashboard page': 330_000,
};

/** Browsers since spring 2022: they know private members of classes, which older targets pay for in bytes. */
const target = ['chrome94', 'edge94', 'firefox93', 'safari15.4'];

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const entries = {
    chartcast: 'sdk/src/served.ts',
    elements: 'elements/index.ts',
    overview_page: 'pages/overview_page.ts',
    chart_page: 'pages/chart_page.ts',
    embed_page: 'pages/embed_page.ts',
    dashboard_page: 'pages/dashboard_page.ts',
    pages: 'pages/pages.css',
    docs: 'pages/docs.css',
};

const { values: options } = parseArgs({ options: { out: { type: 'string' }, dev: { type: 'boolean' } } });
if (!options.out) {
    console.error('usage: node web/tools/bundle.mjs --out DIR [--dev]');
    process.exit(2);
}
const out = resolve(options.out);

/** `chartcast/elements` is the components' entry; without one, as in a part of the tree, it is empty. */
const elements = {
    name: 'elements',
    setup({ onResolve, onLoad }) {
        onResolve({ filter: /^chartcast\/elements$/ }, () => {
            const path = join(web, entries.elements);
            return existsSync(path) ? { path } : { path: 'none', namespace: 'elements' };
        });
        onLoad({ filter: /.*/, namespace: 'elements' }, () => ({ contents: 'export {};' }));
    },
};

/**
 * ECharts offers its parts in lists (`echarts/charts`). A file that two chunks load parts from goes with all of
 * them into what both share: here each part is imported from where the list has it from.
 */
const echartsParts = {
    name: 'echarts-parts',
    setup({ onLoad }) {
        onLoad({ filter: /sdk[\\/]src[\\/]echarts[\\/]\w+\.ts$/ }, ({ path }) => ({
            loader: 'ts', resolveDir: dirname(path),
            contents: readFileSync(path, 'utf8').replace(
                /import \{([^}]+)\} from 'echarts\/(charts|components|features|renderers)';/g,
                (_, names, list) => importsOf(names.split(',').map((name) => name.trim()).filter(Boolean), list)),
        }));
    },
};

/** No server of ours speaks WebTransport: a kilobyte for nobody. */
const noWebTransport = {
    name: 'no-webtransport',
    setup({ onLoad }) {
        onLoad({ filter: /engine\.io-client[\\/]build[\\/]esm[\\/]transports[\\/]webtransport\.js$/ },
            () => ({ contents: 'export class WT {}' }));
    },
};

function importsOf(names, list) {
    const folder = join(web, 'node_modules/echarts/lib/export');
    const text = readFileSync(join(folder, `${list}.js`), 'utf8');
    const places = new Map([...text.matchAll(/export \{ (\w+) as (\w+) \} from '(.+?)'/g)].map(([, own, name, path]) => [name, { own, path }]));
    return names.map((name) => {
        const place = places.get(name);
        if (!place) throw new Error(`echarts/${list} has no ${name}`);
        return `import { ${place.own} as ${name} } from ${JSON.stringify(join(folder, place.path))};`;
    }).join('');
}

async function bundle() {
    const there = Object.entries(entries).filter(([name, path]) => {
        if (existsSync(join(web, path))) return true;
        console.log(`web/${path} is not there: "${name}" is left out`);
        return false;
    });
    const result = await build({
        absWorkingDir: web,
        entryPoints: there.map(([name, path]) => ({ in: path, out: name === 'chartcast' ? 'sdk/chartcast' : `assets/${name}` })),
        outdir: out,
        entryNames: '[dir]/[name]-[hash]',
        chunkNames: 'assets/[name]-[hash]',
        assetNames: 'assets/[name]-[hash]',
        bundle: true,
        splitting: true,
        format: 'esm',
        target,
        minify: !options.dev,
        sourcemap: options.dev ? 'linked' : false,
        legalComments: 'none',
        metafile: true,
        write: false,
        logLevel: 'warning',
        plugins: [elements, echartsParts, noWebTransport],
    });
    return result;
}

// ---- Files -------------------------------------------------------------------------------------

/** The SDK's file has a name of its own, which nothing else imports. */
const finalName = (path) => relative(out, path).replace(/^sdk\/chartcast-[A-Z0-9]+\.js/, 'sdk/chartcast.js');

function writeFiles(files) {
    for (const folder of ['sdk', 'assets']) {
        rmSync(join(out, folder), { recursive: true, force: true });
        mkdirSync(join(out, folder), { recursive: true });
    }
    for (const { path, contents } of files) {
        writeFileSync(join(out, finalName(path)), contents);
    }
}

/** What esbuild knows of each file, by its final name. */
function outputsOf({ metafile, outputFiles }) {
    const contents = new Map(outputFiles.map((file) => [finalName(file.path), file.contents]));
    return new Map(Object.entries(metafile.outputs).map(([path, output]) => {
        const name = finalName(resolve(web, path));
        return [name, {
            ...output,
            contents: contents.get(name),
            imports: output.imports.filter(({ external }) => !external)
                .map((one) => ({ ...one, name: finalName(resolve(web, one.path)) })),
        }];
    }));
}

function assetNames(outputs) {
    const names = {};
    for (const [entry, path] of Object.entries(entries)) {
        const found = [...outputs].find(([name, { entryPoint }]) => entryPoint === path && !name.endsWith('.map'));
        if (found) names[entry] = `/${found[0]}`;
    }
    return names;
}

// ---- Licences ----------------------------------------------------------------------------------

/** The folders of the packages that bytes of which are in the bundle. */
function packagesOf(metafile) {
    const folders = new Set();
    for (const { inputs } of Object.values(metafile.outputs)) {
        for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
            const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
            if (found && bytesInOutput > 0) folders.add(found[1]);
        }
    }
    return [...folders].sort().map((folder) => ({
        folder: join(web, folder), ...JSON.parse(readFileSync(join(web, folder, 'package.json'), 'utf8')),
    }));
}

function licences(metafile) {
    const parts = packagesOf(metafile).map(({ folder, name, version, license }) => {
        const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
        const texts = files.map((file) => join(folder, file))
            .flatMap((path) => (existsSync(path) && !path.endsWith('licenses') ? [readFileSync(path, 'utf8').trim()] : []));
        return [`${name} ${version} (${license})`, ...(texts.length > 0 ? texts : [`Licence: ${license}`])].join('\n\n');
    });
    return `What chartcast's pages and SDK are made with, beside chartcast itself.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

// ---- Sizes -------------------------------------------------------------------------------------

/** These files and all that they import at once; with `lazily`, what they load later, too. */
function closure(outputs, names, lazily = () => false) {
    const found = new Set();
    const visit = (name) => {
        if (found.has(name) || !outputs.has(name)) return;
        found.add(name);
        for (const one of outputs.get(name).imports) {
            if (one.kind !== 'dynamic-import' || lazily(one.name)) visit(one.name);
        }
    };
    names.forEach(visit);
    return found;
}

const fileOf = (outputs, source) => [...outputs].find(([, { entryPoint }]) => entryPoint === source)?.[0];

function sums(outputs) {
    const file = (source) => fileOf(outputs, source);
    const sdk = 'sdk/chartcast.js';
    const drawing = [file('sdk/src/drawing.ts'), file('sdk/src/load_echarts.ts')].filter(Boolean);
    const base = file('sdk/src/echarts/base.ts');
    const full = file('sdk/src/echarts/full.ts');
    const components = file(entries.elements);
    const page = file(entries.dashboard_page) ?? sdk;
    const styles = [file(entries.pages)];
    const all = {
        'SDK without ECharts: chartcast.js and its imports': closure(outputs, [sdk]),
        'SDK and what draws, ECharts given by the page': closure(outputs, [sdk, ...drawing]),
        'SDK and components without ECharts': closure(outputs, [sdk, ...drawing, components].filter(Boolean)),
        'ECharts, base': closure(outputs, [base]),
        'ECharts, full': closure(outputs, [full]),
        'dashboard page': closure(outputs, [page, sdk, ...drawing, components, base, ...styles].filter(Boolean)),
    };
    return Object.entries(all).map(([name, files]) => ({ name, ...sizeOf([...files].map((one) => outputs.get(one).contents)) }));
}

const sizes = new Map();

function sizeOf(contents) {
    const sum = { raw: 0, gzip: 0, brotli: 0 };
    for (const bytes of contents) {
        if (!sizes.has(bytes)) {
            const size = { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
            sizes.set(bytes, size);
        }
        for (const form of Object.keys(sum)) sum[form] += sizes.get(bytes)[form];
    }
    return sum;
}

function print(rows) {
    const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
    console.log(`${'kB'.padEnd(52)}${['raw', 'gzip', 'brotli'].map((text) => text.padStart(9)).join('')}`);
    for (const { name, raw, gzip, brotli } of rows) {
        const bound = bounds[name] ? `   (at most ${bounds[name] / 1000} gzip)` : '';
        console.log(`${name.padEnd(52)}${kb(raw)}${kb(gzip)}${kb(brotli)}${bound}`);
    }
}

const result = await bundle();
writeFiles(result.outputFiles);
const outputs = outputsOf(result);
writeFileSync(join(out, 'assets.json'), `${JSON.stringify(assetNames(outputs), null, 2)}\n`);
writeFileSync(join(out, 'licences.txt'), licences(result.metafile));

const files = [...outputs].filter(([name]) => !name.endsWith('.map')).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { contents }]) => ({ name, ...sizeOf([contents]) }));
const totals = sums(outputs);
print([...files, ...totals]);
const excess = options.dev ? [] : totals.filter(({ name, gzip }) => bounds[name] && gzip > bounds[name]);
for (const { name, gzip } of excess) {
    console.error(`${name}: ${gzip} bytes of gzip are more than the ${bounds[name]} that bundle.mjs allows`);
}
process.exitCode = excess.length > 0 ? 1 : 0;
