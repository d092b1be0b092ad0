// Builds dist/, for the chartcast of CHARTCAST_URL (http://localhost:8080).
import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.jsx'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  jsx: 'automatic',
  minify: true,
  define: {
    CHARTCAST_URL: JSON.stringify(process.env.CHARTCAST_URL ?? 'http://localhost:8080'),
    'process.env.NODE_ENV': '"production"',
  },
});
for (const file of ['index.html', 'page.css']) await copyFile(file, `dist/${file}`);
