// A chartcast whose charts not everybody may see, the callers that ask it, and what each of them is sent: the
// raw text of every frame or answer, to be searched for what must not be in it.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

import { LiveClient } from './live_client.mjs';
import { LiveServer, testApiKey } from './live_server.mjs';
import { built } from './programs.mjs';
import { within } from './waiting.mjs';

export const embedSecret = 'a secret for embed tokens that is long enough';

const scopes = {
    publisher: ['publish:*'], chart_viewer: ['view:open'], dataset_viewer: ['view:deals'], named: [],
    issuer: ['tokens'], editor: ['edit:open', 'edit:note'],
};
export const keyOf = (id) => `the key of ${id}, which is long enough`;
const hashOf = (key) => `sha256:${createHash('sha256').update(key).digest('hex')}`;

const rowAccess = {
    fields: { id: 'string', region: 'string', amount: 'number', note: 'string' }, key: ['id'],
    row_access: { field: 'region', claim: 'regions' }, source: { push: {} },
};
const bars = { xAxis: { type: 'category' }, yAxis: {}, series: [{ id: 'd', type: 'bar' }] };

export function permissionConfiguration(provider, { anonymous = 'none', datasets = {}, charts = {} } = {}) {
    return (folder) => ({
        version: 1,
        server: { listen: ['127.0.0.1:0'], internal: { listen: '127.0.0.1:0' } },
        store: { path: `${folder}/store` },
        auth: {
            anonymous,
            api_keys: [testApiKey, ...Object.entries(scopes).map(([id, can]) => ({ id, hash: hashOf(keyOf(id)), can }))],
            jwt: { jwks_url: provider.url, audience: 'chartcast', issuer: 'https://sso.test' },
            embed: { secret: embedSecret, max_ttl: '1h' },
        },
        datasets: {
            deals: rowAccess, board: rowAccess, moves: rowAccess,
            notices: { fields: { id: 'string', note: 'string' }, key: ['id'], source: { push: {} } },
            ...datasets,
        },
        charts: {
            open: { data: ['deals'], option: bars },
            closed: {
                data: ['board'], option: bars, allow: {
                    view: ['role:board', 'key:named'], publish: ['role:publisher', 'key:named'], edit: ['role:editor'],
                },
            },
            notices: { data: ['notices'], option: bars },
            moves: { data: ['moves'], option: bars },
            moves_slow: { data: ['moves'], option: bars, max_rate: '5/s' },
            note: { option: { title: { text: 'note' } } },
            ...charts,
        },
    });
}

export async function tokenOfCommand(server, ...args) {
    const { stdout } = await promisify(execFile)(built('chartcast'), ['token', '-c', server.file, ...args]);
    return stdout.trim();
}

/** A LiveServer whose clients go with it. */
export class PermissionServer extends LiveServer {
    #open = new Set();

    constructor(provider, options = {}) {
        super(permissionConfiguration(provider, options), { args: ['--shards', String(options.shards ?? 2)] });
    }

    async stop() {
        this.#open.forEach((one) => one.close());
        await super.stop();
    }

    /** A LiveClient with `frames`, the text of everything that came. `auth.delta: false` makes it a plain one. */
    client(auth = {}, options = {}) {
        const client = new LiveClient(this.url, auth, options);
        client.frames = [];
        client.socket.io.on('open', () => {
            client.socket.io.engine.on('packet', ({ data }) => client.frames.push(String(data)));
        });
        this.#open.add(client);
        return client;
    }

    /** The same, once it is connected or refused: `refused` is the code then. */
    async settled(client) {
        const [event, first] = await client.until(({ seen }) => seen.find(([name]) => (
            name !== 'connect' && name !== 'disconnect')), 'first answer');
        if (event === 'connect_error') {
            client.refused = first.data?.code ?? first.message;
        } else if (event === 'chart:refused') {
            client.refused = first.code;
        }
        // What was sent before this answer is here, too.
        if (client.socket.connected) {
            await client.ask('chart:unsub', { chart: 'note' });
        }
        return client;
    }

    get(route, token, headers = {}) {
        return this.request('GET', route, { key: token, headers });
    }

    /** Server-sent events: `{status, text, last(), until(), close()}`. */
    async events(chart, token, headers = {}) {
        const stop = new AbortController();
        const response = await fetch(`${this.url}/api/v1/charts/${chart}/events`, {
            signal: stop.signal, headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
        });
        const stream = { status: response.status, text: '', close: () => stop.abort(), ended: false };
        let watch = () => {};
        (async () => {
            const decoder = new TextDecoder();
            for await (const chunk of response.body) {
                stream.text += decoder.decode(chunk, { stream: true });
                watch();
            }
        })().catch(() => {}).finally(() => {
            stream.ended = true;
            watch();
        });
        stream.last = () => {
            const events = stream.text.split('\n\n').slice(0, -1).filter((event) => event.startsWith('event: option'));
            const data = events.at(-1)?.split('\n').find((line) => line.startsWith('data: '));
            return data && JSON.parse(data.slice(6));
        };
        stream.until = (found, what) => within(new Promise((resolve) => {
            watch = () => found(stream) && resolve(found(stream));
            watch();
        }), what);
        this.#open.add(stream);
        return stream;
    }
}
