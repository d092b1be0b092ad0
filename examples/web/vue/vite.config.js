import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const isCustomElement = (tag) => tag.startsWith('live-');

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
  define: { CHARTCAST_URL: JSON.stringify(process.env.CHARTCAST_URL ?? 'http://localhost:8080') },
});
