// The seed demo over plain HTTP, and the program's own words: start, mistakes, end.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { httpRequest } from '../support/http.mjs';
import { Program, built, startChartcast } from '../support/programs.mjs';

let chartcast;
const server = { track: () => {} };

before(async () => {
    chartcast = await startChartcast(['--shards', '2']);
    server.port = chartcast.port;
}, { timeout: 30_000 });
after(() => chartcast?.stop());

const get = (path, headers = {}, options = {}) => httpRequest(server, path, { headers, ...options });

/** Runs chartcast to its end: {code, output}. */
async function runToEnd(args, env) {
    const program = new Program(built('chartcast'), args, { env });
    const { code } = await program.exited;
    return { code, output: program.output };
}

test('/ leads to the dashboard of the demo, and /charts is the page of all charts, the seed\'s among them', async () => {
    const start = await get('/');
    assert.equal(start.status, 302);
    assert.equal(start.headers.location, '/d/crm');
    assert.equal((await get('/d/crm')).status, 200);
    const answer = await get('/charts');
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/);
    const { charts } = JSON.parse((await get('/api/v1/charts')).text);
    assert.deepEqual(charts.map(({ id }) => id).sort(),
        ['calls_per_minute', 'deals_live', 'pipeline_funnel', 'revenue_by_region', 'signups_today', 'simpleBarChart']);
});

test('the page comes in the language of its reader, under a strict policy', async () => {
    const english = await get('/charts/simpleBarChart');
    assert.equal(english.status, 200);
    assert.match(english.headers['content-type'], /^text\/html; charset=utf-8$/);
    assert.match(english.text, /<html lang="en">/);
    assert.doesNotMatch(english.text, /<script>|<style>|\sstyle=|\son\w+=/);
    assert.match(english.headers['content-security-policy'], /default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(english.headers['content-security-policy'], /unsafe/);

    const chinese = await get('/charts/simpleBarChart', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.5' });
    assert.match(chinese.text, /<html lang="zh-CN">/);
    assert.equal(chinese.headers.vary, 'accept-language');

    const again = await get('/charts/simpleBarChart', { 'if-none-match': english.headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
});

test('everything that the page loads is here, compressed and with an ETag', async () => {
    const page = (await get('/charts/simpleBarChart')).text;
    const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
    assert.deepEqual(files.sort(), ['/assets/echarts.min.js', '/assets/favicon.svg', '/assets/seed.css',
        '/assets/seed.js', '/socket.io/socket.io.min.js']);
    for (const file of files) {
        const plain = await get(file);
        assert.equal(plain.status, 200, file);
        assert.equal(plain.headers['content-encoding'], undefined, file);
        const brotli = await get(file, { 'accept-encoding': 'gzip, deflate, br' });
        assert.equal(brotli.headers['content-encoding'], 'br', file);
        assert.deepEqual(brotliDecompressSync(brotli.body), plain.body, file);
        const gzip = await get(file, { 'accept-encoding': 'gzip, br;q=0' });
        assert.equal(gzip.headers['content-encoding'], 'gzip', file);
        assert.deepEqual(gunzipSync(gzip.body), plain.body, file);
        const known = await get(file, { 'if-none-match': plain.headers.etag });
        assert.equal(known.status, 304, file);
        assert.equal(known.body.length, 0, file);
    }
});

test('HEAD answers like GET without a body', async () => {
    const whole = await get('/assets/seed.css');
    const head = await get('/assets/seed.css', {}, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-length'], String(whole.body.length));
    assert.equal(head.body.length, 0);
});

test('a push answers with the version that every window now shows', async () => {
    const answers = [];
    for (let i = 0; i < 8; ++i) {
        const answer = await get('/charts/pollingChartData');
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.match(answer.headers['content-type'], /^application\/json/);
        answers.push(JSON.parse(answer.text));
    }
    answers.forEach((answer, i) => {
        assert.equal(answer.version, answers[0].version + i);
        assert.equal(answer.watchers, 0);
    });
    assert.equal(new Set(answers.slice(0, 6).map((answer) => answer.shows)).size, 6);
    assert.equal(answers[6].shows, answers[0].shows);
});

test('concurrent pushes each get a version of their own', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => get('/charts/pollingChartData')));
    const versions = answers.map((answer) => JSON.parse(answer.text).version).sort((a, b) => a - b);
    assert.deepEqual(versions, versions.map((_, i) => versions[0] + i));
});

test('health names the version', async () => {
    const answer = await get('/healthz');
    assert.equal(answer.status, 200);
    const { code, output } = await runToEnd(['--version']);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(answer.text),
        { status: 'ok', version: /^chartcast (\d+\.\d+\.\d+)\n$/.exec(output)[1] });
});

test('what is not there and what is not allowed', async () => {
    const page = await get('/nope', { accept: 'text/html,*/*' });
    assert.equal(page.status, 404);
    assert.match(page.text, /Nothing is here/);
    const program = await get('/nope');
    assert.equal(program.status, 404);
    assert.equal(program.headers['content-type'], 'application/problem+json');
    assert.equal(JSON.parse(program.text).code, 'not_found');
    for (const path of ['/assets/', '/assets/../main.cpp', '/assets/%2e%2e/x']) {
        assert.equal((await get(path)).status, 404, path);
    }
    const post = await get('/charts/pollingChartData', {}, { method: 'POST', body: '{}' });
    assert.equal(post.status, 405);
    assert.equal(post.headers.allow, 'GET, HEAD');
});

test('--help shows a newcomer the way', async () => {
    const { code, output } = await runToEnd(['--help']);
    assert.equal(code, 0);
    assert.match(output, /curl http:\/\/localhost:8080\/charts\/pollingChartData/);
    assert.ok(output.split('\n').every((line) => line.length <= 110), output);
});

test('a port in use is named, with what to do', async () => {
    const { code, output } = await runToEnd(['--listen', `127.0.0.1:${chartcast.port}`]);
    assert.equal(code, 1);
    assert.match(output, new RegExp(`port ${chartcast.port} .*in use.*--listen`));
});

test('mistakes on the command line are told, passwords are not', async () => {
    for (const args of [['--redis', 'redis://:s3cret@h:x'], ['--listen', 'nowhere:1'], ['--nope'],
        ['redis://:s3cret@h']]) {
        const { code, output } = await runToEnd(args);
        assert.equal(code, 2, args.join(' '));
        assert.match(output, /^chartcast: /);
        assert.doesNotMatch(output, /s3cret/);
    }
    const { code, output } = await runToEnd([], { CHARTCAST_REDIS: 'http://:s3cret@h' });
    assert.equal(code, 2);
    assert.match(output, /--redis/);
    assert.doesNotMatch(output, /s3cret/);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} ends it in order`, async () => {
        const program = await startChartcast();
        // A connection that says nothing does not hold it up.
        const idle = net.connect(program.port, '127.0.0.1').on('error', () => {});
        await new Promise((resolve) => idle.on('connect', resolve));
        assert.deepEqual(await program.stop(signal), { code: 0, signal: null });
        assert.match(program.output, /stopped\n$/);
    });
}
