// A stand-in, until the renderer of docs/ is here: one page, with the addresses of the routes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'pages.html'), '<h1>Pages</h1>\n');
writeFileSync(join(out, 'docs.json'), JSON.stringify([{ name: 'pages', title: 'Pages', group: 'Reference', lang: 'en' }]));
