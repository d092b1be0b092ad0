// Lines to copy: how to show a chart elsewhere, and how to change what it shows.

import type { Row } from '../sdk/src/types.js';

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const inHtml = (text: string): string => text.replace(/[&<>"]/g, (mark) => MARKS[mark]);

/** One word for a POSIX shell, whatever is in it. */
const inShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Plain JSON, in which a shell's word needs as little as possible escaped. */
const json = (value: unknown): string => JSON.stringify(value);

export function frameSnippet(origin: string, id: string, title: string): string {
  return `<iframe src="${origin}/embed/c/${id}"
  title="${inHtml(title)}" width="640" height="400"
  allow="fullscreen; clipboard-write"></iframe>`;
}

export function elementSnippet(origin: string, id: string): string {
  return `<script type="module" src="${origin}/sdk/chartcast.js"></script>
<live-chart chart="${id}"></live-chart>`;
}

export function plainSnippet(origin: string, id: string): string {
  return `<div id="chart" style="height: 400px"></div>
<script src="${origin}/socket.io/socket.io.min.js"></script>
<script src="${origin}/assets/echarts.min.js"></script>
<script>
  const chart = echarts.init(document.getElementById('chart'));
  const socket = io('${origin}/charts/${id}');
  for (const event of ['init chart data', 'new chart data']) {
    socket.on(event, (option) => chart.setOption(option));
  }
</script>`;
}

/** `row`: one that the dataset has, so that names and kinds of the cells are right. */
export function rowsSnippet(origin: string, dataset: string, row: Row): string {
  return curl('POST', `${origin}/api/v1/datasets/${dataset}/rows`, json([row]));
}

/** Of a raw chart: its option is what is pushed. */
export function optionSnippet(origin: string, id: string, option: unknown): string {
  return curl('PUT', `${origin}/api/v1/charts/${id}/option`, json(option));
}

function curl(method: string, address: string, body: string): string {
  const verb = method === 'POST' ? '' : `-X ${method} `;
  return `curl ${verb}${address} \\
  -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\
  -d ${inShell(body)}`;
}
