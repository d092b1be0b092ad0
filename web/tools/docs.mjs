// Renders the pages of docs/ that are served at /docs: `node web/tools/docs.mjs --out DIR`, run by the build.
//
// Makes DIR/NAME.html, a fragment for web/pages/docs.mustache, of each page, and DIR/docs.json: in reading order
// {name, title, group, lang}. A link that leads nowhere fails the build, with its page. `--list` prints the files
// that are read, for the build's dependencies.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { render_markdown } from './docs_markdown.mjs';

const docs = join(dirname(fileURLToPath(import.meta.url)), '../../docs');

/** In the order in which somebody new reads them. */
const groups = {
    Guide: ['guide/getting_started', 'guide/getting_started.zh-CN', 'guide/embed', 'guide/from_node',
        'guide/sql_dashboards', 'guide/permission', 'guide/api_reference'],
    Reference: ['config', 'cli', 'http-api', 'protocol', 'sources', 'store', 'auth', 'pages', 'operating', 'cluster',
        'seed', 'demo'],
    Library: ['library', 'http', 'slow-clients', 'sharding'],
};

const pages = Object.entries(groups).flatMap(([group, files]) =>
    files.map((file) => {
        const name = basename(file);
        return { file: `${file}.md`, name, group, lang: /\.([a-z]{2}-[A-Z]{2})$/.exec(name)?.[1] ?? 'en' };
    }));
const page_of_file = new Map(pages.map((page) => [page.file, page]));

/** The address of a link on a page, and null for a file that is in the repository only. */
function address_of(page, href, found) {
    if (/^(https?:|mailto:|\/)/.test(href)) return href;
    const [path, anchor] = href.split('#');
    const file = path === '' ? page.file : normalize(join(dirname(page.file), path));
    const target = page_of_file.get(file);
    if (!target) {
        if (file.endsWith('.md') && !file.startsWith('..')) throw new Error(`${href} is no page of /docs`);
        return null;
    }
    if (anchor !== undefined) found.push({ page, target, href, anchor: decodeURIComponent(anchor) });
    return (path === '' ? '' : `/docs/${target.name}`) + (anchor === undefined ? '' : `#${anchor}`);
}

function rendered(page, found) {
    try {
        const text = readFileSync(join(docs, page.file), 'utf8');
        return render_markdown(text, (href) => address_of(page, href, found));
    } catch (error) {
        throw new Error(`docs/${page.file}: ${error.message}`, { cause: error });
    }
}

function write_pages(out) {
    mkdirSync(out, { recursive: true });
    const found = [];
    for (const page of pages) Object.assign(page, rendered(page, found));
    for (const { page, target, href, anchor } of found) {
        if (!target.anchors.includes(anchor)) throw new Error(`docs/${page.file}: nothing is at ${href}`);
    }
    for (const page of pages) {
        if (!page.title) throw new Error(`docs/${page.file} has no heading of the first level`);
        writeFileSync(join(out, `${page.name}.html`), page.html);
    }
    const table = pages.map(({ name, title, group, lang }) => ({ name, title, group, lang }));
    writeFileSync(join(out, 'docs.json'), `${JSON.stringify(table, null, 2)}\n`);
}

const { values: options } = parseArgs({ options: { out: { type: 'string' }, list: { type: 'boolean' } } });
if (options.list) {
    for (const page of pages) process.stdout.write(`${relative(process.cwd(), join(docs, page.file))}\n`);
} else if (options.out) {
    write_pages(options.out);
} else {
    process.stderr.write('usage: node web/tools/docs.mjs --out DIR | --list\n');
    process.exitCode = 2;
}
