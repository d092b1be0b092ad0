// A stand-in, until the bundler of the SDK is here: one file for each entry, of its source where there is one.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
mkdirSync(out, { recursive: true });
const assets = {};
for (const entry of ['overview_page.js', 'chart_page.js', 'embed_page.js', 'dashboard_page.js', 'pages.css']) {
  const source = join(web, 'pages', entry);
  const bytes = existsSync(source) ? readFileSync(source) : Buffer.from(entry.endsWith('.css') ? 'body{margin:0}\n' : 'export {};\n');
  const hash = createHash('sha256').update(entry).update(bytes).digest('hex').slice(0, 8).toUpperCase();
  const [stem, ending] = entry.split('.');
  writeFileSync(join(out, `${stem}-${hash}.${ending}`), bytes);
  assets[ending === 'css' ? entry : stem] = `${stem}-${hash}.${ending}`;
}
writeFileSync(join(out, 'chartcast.js'), 'export {};\n');
writeFileSync(join(out, 'licences.txt'), 'none\n');
writeFileSync(join(out, 'assets.json'), JSON.stringify(assets));
