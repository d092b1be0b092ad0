// Turns a list of files, and those of a folder, into a C++ table and an assembler file with their bytes: each as it
// is and, where that is smaller, as gzip and brotli. Called by cmake/embed.cmake, which describes the result.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const content_types = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.ico': 'image/x-icon',
    '.js': 'application/javascript; charset=utf-8',
    '.json': 'application/json; charset=utf-8',
    '.map': 'application/json; charset=utf-8',
    '.mustache': 'text/html; charset=utf-8',
    '.png': 'image/png',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
    '.woff2': 'font/woff2',
    '.yaml': 'application/yaml; charset=utf-8',
};
// These are compressed already.
const stored_as_is = new Set(['.png', '.woff2']);

const encoders = {
    gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
    brotli: (bytes) =>
        promisify(brotliCompress)(bytes, {
            params: {
                [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
                [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
            },
        }),
};

const { values: options } = parseArgs({
    options: {
        manifest: { type: 'string' },
        folder: { type: 'string' },
        out: { type: 'string' },
        cache: { type: 'string' },
        namespace: { type: 'string' },
        function: { type: 'string' },
        type: { type: 'string' },
    },
});

function read_manifest(path) {
    const files = [];
    let etag;
    for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
        const [name, value] = line.split('\t');
        if (name) files.push({ name, path: value });
        else etag = value;
    }
    return { files, etag };
}

/** Those of a folder that the build made, and of the folders in it, under their own names. */
function files_in(folder) {
    return readdirSync(folder, { recursive: true }).sort()
        .map((name) => ({ name, path: join(folder, name) }))
        .filter(({ path }) => statSync(path).isFile());
}

function read_if_exists(path) {
    try {
        return readFileSync(path);
    } catch (error) {
        if (error.code === 'ENOENT') return undefined;
        throw error;
    }
}

// Several builds may fill the cache at once: a file appears whole or not at all.
function write_whole(path, bytes) {
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, path);
}

async function compressed(bytes, hash, encoding) {
    const path = join(options.cache, `${hash}.${encoding}`);
    const kept = read_if_exists(path);
    if (kept) return { path, size: kept.length };
    const result = await encoders[encoding](bytes);
    write_whole(path, result);
    return { path, size: result.length };
}

async function describe(file, etag) {
    const ending = extname(file.name);
    const content_type = content_types[ending];
    if (!content_type) throw new Error(`${file.name}: no content type is known for '${ending}'`);
    const bytes = readFileSync(file.path);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const forms = { identity: { path: file.path, size: bytes.length } };
    if (!stored_as_is.has(ending)) {
        for (const encoding of Object.keys(encoders)) {
            const form = await compressed(bytes, hash, encoding);
            if (form.size < bytes.length) forms[encoding] = form;
        }
    }
    return { name: file.name, content_type, etag: `"${etag ?? hash.slice(0, 24)}"`, forms };
}

const symbol = (index, encoding) => `embedded_${options.function}_${index}_${encoding}`;

function assembler(files) {
    const parts = ['    .section .rodata\n'];
    files.forEach((file, index) => {
        for (const [encoding, form] of Object.entries(file.forms)) {
            const label = symbol(index, encoding);
            // Hidden: the bytes belong to this library alone.
            parts.push(
                `    .global ${label}\n    .hidden ${label}\n    .balign 16\n${label}:\n` +
                    `    .incbin ${JSON.stringify(resolve(form.path))}\n`,
            );
        }
    });
    // Without this note the linker would make the whole program's stack executable.
    parts.push('    .section .note.GNU-stack,"",%progbits\n');
    return parts.join('');
}

function table(files) {
    const declarations = [];
    const rows = files.map((file, index) => {
        const views = ['identity', 'gzip', 'brotli'].map((encoding) => {
            const form = file.forms[encoding];
            if (!form) return '{}';
            declarations.push(`extern "C" const char ${symbol(index, encoding)}[];`);
            return `{${symbol(index, encoding)}, ${form.size}}`;
        });
        const words = [file.name, file.content_type, file.etag].map((word) => JSON.stringify(word));
        return `    {${[...words, ...views].join(', ')}},`;
    });
    return [
        `#include "embedded/${options.function}.hpp"`,
        '',
        ...declarations,
        '',
        `namespace ${options.namespace} {`,
        '',
        `std::span<const ${options.type}> ${options.function}() {`,
        `    static constexpr ${options.type} files[] = {`,
        ...rows.map((row) => `    ${row}`),
        '    };',
        '    return files;',
        '}',
        '',
        `}  // namespace ${options.namespace}`,
        '',
    ].join('\n');
}

const { files, etag } = read_manifest(options.manifest);
if (options.folder) files.push(...files_in(options.folder));
mkdirSync(options.cache, { recursive: true });
const described = await Promise.all(files.map((file) => describe(file, etag)));
writeFileSync(join(options.out, 'bytes.S'), assembler(described));
writeFileSync(join(options.out, 'table.cpp'), table(described));
