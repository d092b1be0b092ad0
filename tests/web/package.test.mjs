// The npm package as a stranger has it: what is in it, what it exports, and that its types are those of its code.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { temporaryFolder } from '../support/live_server.mjs';
import { timeScale } from '../support/waiting.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const web = path.join(repository, 'web');
const site = temporaryFolder();
const installed = path.join(site.path, 'node_modules/chartcast');

before(() => {
    mkdirSync(path.dirname(installed), { recursive: true });
    execFileSync(process.execPath, [path.join(web, 'tools/package.mjs'), '--out', installed]);
    // As npm would: what the package needs lies beside it.
    for (const name of readdirSync(path.join(web, 'node_modules')).filter((entry) => !entry.startsWith('.'))) {
        symlinkSync(path.join(web, 'node_modules', name), path.join(site.path, 'node_modules', name));
    }
}, { timeout: 60_000 * timeScale });
after(() => site.remove());

const description = () => JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));

test('its version is the one of the server, and its packages are those that the server was built with', () => {
    const [, version] = /project\(chartcast VERSION (\S+)/.exec(readFileSync(path.join(repository, 'CMakeLists.txt'), 'utf8'));
    assert.equal(description().version, version);
    const { devDependencies } = JSON.parse(readFileSync(path.join(web, 'package.json'), 'utf8'));
    for (const [name, range] of Object.entries(description().dependencies)) {
        assert.equal(range.replace('^', '').split('.').slice(0, 2).join('.'), devDependencies[name].split('.').slice(0, 2).join('.'), name);
    }
});

test('npm packs the modules, their types and the licence, and nothing else', () => {
    const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: installed, encoding: 'utf8' }));
    const names = files.map(({ path: name }) => name);
    for (const name of ['LICENSE', 'README.md', 'dist/index.js', 'dist/elements.js', 'types/sdk/src/index.d.ts', 'types/elements/index.d.ts']) {
        assert.ok(names.includes(name), name);
    }
    assert.deepEqual(names.filter((name) => !/^(dist\/.*\.js|types\/.*\.d\.ts|LICENSE|README\.md|package\.json)$/.test(name)), []);
    const code = names.filter((name) => name.startsWith('dist/')).map((name) => readFileSync(path.join(installed, name), 'utf8')).join('');
    const imported = new Set([...code.matchAll(/^(?:import|export|\}) ?[^"\n]*"([^."][^"]*)";$|import\("([^."][^"]*)"\)/gm)].map(([, name, lazily]) => name ?? lazily));
    assert.ok(imported.has('lit') && imported.has('echarts/core'));
    assert.deepEqual([...imported].filter((name) => !/^(lit|echarts|socket\.io-client)(\/|$)/.test(name)), [], 'only what it depends on');
});

test('a program in Node imports the SDK, and is told what it did wrong', async () => {
    const file = path.join(site.path, 'program.mjs');
    writeFileSync(file, `import { Chartcast, ChartcastError } from 'chartcast';
export const kinds = [typeof Chartcast.connect, typeof ChartcastError];
export const failed = () => { try { Chartcast.connect('ftp://nowhere'); } catch (error) { return [error.code, error instanceof ChartcastError]; } };
const cast = Chartcast.connect('http://127.0.0.1:1/path', { token: 'x' });
export const said = [cast.origin, cast.status];
cast.close();
`);
    const { kinds, failed, said } = await import(pathToFileURL(file).href);
    assert.deepEqual(kinds, ['function', 'function']);
    assert.deepEqual(failed(), ['no_origin', true]);
    assert.deepEqual(said, ['http://127.0.0.1:1', 'connecting']);
});

const compile = (name, text) => {
    writeFileSync(path.join(site.path, name), text);
    writeFileSync(path.join(site.path, 'tsconfig.json'), JSON.stringify({
        compilerOptions: { noEmit: true, strict: true, target: 'es2022', module: 'nodenext', skipLibCheck: true, types: [] }, files: [name],
    }));
    const args = [path.join(web, 'node_modules/typescript/bin/tsc'), '-p', '.'];
    try {
        execFileSync(process.execPath, args, { cwd: site.path, encoding: 'utf8' });
        return '';
    } catch (error) {
        return error.stdout;
    }
};

test('its types are there for both entries, and refuse what is wrong', { timeout: 60_000 * timeScale }, () => {
    assert.equal(compile('right.mts', `import { Chartcast, ChartcastError, type LiveChart, type Row } from 'chartcast';
import 'chartcast/elements';
const cast = Chartcast.connect('https://charts.example.com', { token: async () => 'x', locale: 'zh-CN' });
const chart: LiveChart = cast.chart('deals', { maxRate: 2 });
chart.on('select', ({ row }) => console.log((row as Row).region));
chart.on('state', ({ status, code }) => console.log(status === 'refused' ? code : ''));
cast.dataset('deals').subscribe(({ rows, v }) => console.log(rows.length + v), (error: ChartcastError) => console.log(error.code));
document.querySelector('live-chart')!.chart = 'deals';
`), '');
    const wrong = compile('wrong.mts', `import { Chartcast } from 'chartcast';
const cast = Chartcast.connect('https://charts.example.com', { tokens: 'x' });
cast.chart(7);
cast.chart('deals').on('updated', () => {});
`);
    assert.deepEqual([...wrong.matchAll(/wrong\.mts\((\d)/g)].map(([, line]) => line), ['2', '3', '4'], wrong);
});
