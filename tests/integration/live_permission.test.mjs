// Who may do what with live charts, on every way in: a table of callers and charts, from which the cases are made.
// Every row carries a marker that only rows of its region have, so that a leak is found in the raw text of frames
// and answers, wherever it stands.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { IdentityProvider, signEmbedToken } from '../support/identity_provider.mjs';
import { testKey } from '../support/live_server.mjs';
import { embedSecret, keyOf, PermissionServer, tokenOfCommand } from '../support/permission_world.mjs';

const provider = new IdentityProvider();
const servers = {};

// ---- The table ----------------------------------------------------------------------------------

/** Regions whose rows somebody sees. Rows of "nowhere" have no region. */
const all = ['nowhere', 'north', 'south'];
const none = [];
const refused = null;
const yes = true;
const no = false;
/** What a chart shows, and what its dataset does. */
const dataOnly = { chart: refused, data: all };

const person = (claims) => () => provider.sign(claims);
const askForToken = (body) => async ({ strict }) => {
    const answer = await strict.request('POST', '/api/v1/tokens', { key: keyOf('issuer'), body });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.token;
};

//   who, token, [view, publish, edit] of open, closed, notices
const table = [
    ['anonymous, who may nothing', () => null, [refused, no, no], [refused, no, no], [refused, no, no]],
    ['anonymous, who may view', () => null, [none, no, no], [refused, no, no], [all, no, no], 'free'],
    ['a key that publishes', () => keyOf('publisher'), [refused, yes, no], [refused, yes, no], [refused, yes, no]],
    ['a key that publishes, anonymous views', () => keyOf('publisher'), [refused, yes, no], [refused, yes, no], [refused, yes, no], 'free'],
    ['a key that views a chart', () => keyOf('chart_viewer'), [all, no, no], [refused, no, no], [refused, no, no]],
    ['a key that views a dataset', () => keyOf('dataset_viewer'), [dataOnly, no, no], [refused, no, no], [refused, no, no]],
    ['a key that edits', () => keyOf('editor'), [refused, no, yes], [refused, no, no], [refused, no, no]],
    ['a key that makes tokens', () => keyOf('issuer'), [refused, no, no], [refused, no, no], [refused, no, no]],
    ['a key that allow names', () => keyOf('named'), [refused, no, no], [all, yes, no], [refused, no, no]],
    ['a key that may do everything', () => testKey, [all, yes, yes], [all, yes, yes], [all, yes, yes]],
    ['a person of the north', person({ regions: ['north'] }), [['north'], no, no], [refused, no, no], [all, no, no]],
    ['the same where anonymous views',         person({ regions: ['north'] }),            [['north'], no, no], [refused, no, no], [all, no, no], 'free'],
    ['a person of the south, as a text', person({ regions: 'south' }), [['south'], no, no], [refused, no, no], [all, no, no]],
    ['a person of the board', person({ regions: ['north', 'south'], roles: ['board'] }),
        [['north', 'south'], no, no], [['north', 'south'], no, no], [all, no, no]],
    ['a person of all regions', person({ regions: ['*'] }), [all, no, no], [refused, no, no], [all, no, no]],
    ['a person without regions', person({ roles: ['board'] }), [none, no, no], [none, no, no], [all, no, no]],
    ['a person with regions that are none', person({ regions: { north: true } }), [none, no, no], [refused, no, no], [all, no, no]],
    ['a person who publishes', person({ regions: ['north'], roles: 'publisher' }),
        [['north'], no, no], [refused, yes, no], [all, no, no]],
    ['a person who edits', person({ regions: ['north'], roles: ['editor'] }),
        [['north'], no, no], [refused, no, yes], [all, no, no]],
    ['a person called as a key', person({ roles: ['named', 'key:named'], sub: 'named', can: ['publish:*'] }),
        [none, no, no], [refused, no, no], [all, no, no]],
    ['an embed token that was asked for', askForToken({ charts: ['open'], rows: { regions: ['north'] } }),
        [['north'], no, no], [refused, no, no], [refused, no, no]],
    ['an embed token of the command',
        ({ strict }) => tokenOfCommand(strict, '--chart', 'closed', '--rows', 'regions=south'),
        [refused, no, no], [['south'], no, no], [refused, no, no]],
    ['an embed token of another program', () => signEmbedToken(embedSecret, { charts: ['*'] }),
        [none, no, no], [none, no, no], [all, no, no]],
    ['an embed token with roles',
        () => signEmbedToken(embedSecret, { charts: ['open'], rows: { regions: ['south'], roles: ['board', 'editor'] } }),
        [['south'], no, no], [refused, no, no], [refused, no, no]],
];
const datasetOf = { open: 'deals', closed: 'board', notices: 'notices' };
const chartIds = Object.keys(datasetOf);

// ---- The rows -----------------------------------------------------------------------------------

const marker = (dataset, region) => `${dataset}-${region}-only`;
const rowOf = (dataset, region) => ({
    id: marker(dataset, region), note: marker(dataset, region),
    ...(dataset === 'notices' ? {} : { region: region === 'nowhere' ? null : region, amount: 1 }),
});

/** A batch for each region, so that the history has some. */
async function publishRows(server) {
    for (const dataset of Object.values(datasetOf)) {
        for (const region of all) {
            await server.publish(dataset, 'upsert', [rowOf(dataset, region)]);
        }
    }
}

function assertSees(text, regions, { mayLack = [] } = {}) {
    for (const dataset of Object.values(datasetOf)) {
        for (const region of all) {
            const seen = regions.dataset === dataset && regions.seen.includes(region);
            if (!seen) {
                assert.ok(!text.includes(marker(dataset, region)), `leaks ${marker(dataset, region)}: ${text}`);
            } else if (!mayLack.includes(region)) {
                assert.ok(text.includes(marker(dataset, region)), `lacks ${marker(dataset, region)}: ${text}`);
            }
        }
    }
}

// ---- The ways in --------------------------------------------------------------------------------

const ofHttp = (route) => async (server, token, chart) => {
    const { status, text } = await server.get(route(chart, datasetOf[chart]), token);
    return { status, text };
};
const ofSocket = (make) => async (server, token, chart) => {
    const client = await make(server, token ? { token } : {}, chart);
    const { refused: code, frames } = client;
    client.close();
    return { code, text: frames.join('\n') };
};
const sinceOf = new Map();

/** Each gives `{status or code, text}`; `isData` ask for a dataset, the others for a chart. */
const ways = {
    'rows.json': { isData: true, ask: ofHttp((_, dataset) => `/api/v1/datasets/${dataset}/rows.json`) },
    CSV: { isData: true, ask: ofHttp((_, dataset) => `/api/v1/datasets/${dataset}/rows.csv`) },
    'rows of the past': {
        isData: true, ask: ofHttp((_, dataset) => `/api/v1/datasets/${dataset}/rows?at=${Date.now()}`),
    },
    history: { isData: true, ask: ofHttp((_, dataset) => `/api/v1/datasets/${dataset}/history`) },
    option: { ask: ofHttp((chart) => `/api/v1/charts/${chart}/option`) },
    'token in the URL': {
        ask: async (server, token, chart) => {
            const query = token ? `?token=${encodeURIComponent(token)}` : '';
            const { status, text } = await server.get(`/api/v1/charts/${chart}/option${query}`, null);
            return { status, text };
        },
    },
    'server-sent events': {
        ask: async (server, token, chart) => {
            const stream = await server.events(chart, token);
            await stream.until(() => stream.ended || stream.last(), 'first event');
            stream.close();
            return { status: stream.status, text: stream.text };
        },
    },
    'delta socket': {
        ask: ofSocket((server, auth, chart) => server.settled(server.client({ ...auth, charts: [chart] }))),
    },
    'plain socket': {
        ask: ofSocket((server, auth, chart) => (
            server.settled(server.client({ ...auth, delta: false }, { namespace: `/charts/${chart}` })))),
    },
    'plain socket with the token in its URL': {
        ask: ofSocket((server, auth, chart) => (
            server.settled(server.client({ delta: false }, { namespace: `/charts/${chart}`, query: auth })))),
    },
    resume: {
        isResume: true,
        ask: ofSocket((server, auth, chart) => {
            // Taken by somebody who sees everything, and had the first row only.
            const [epoch] = sinceOf.get(server).get(chart).ds[datasetOf[chart]];
            const client = server.client({ ...auth, charts: [chart] });
            client.since = () => ({ ...sinceOf.get(server).get(chart), ds: { [datasetOf[chart]]: [epoch, 1] } });
            return server.settled(client);
        }),
    },
    'chart:sub': {
        ask: ofSocket(async (server, auth, chart) => {
            const client = server.client({ ...auth, charts: [] });
            await client.until(({ seen }) => seen.length > 0, 'connection');
            if (client.seen[0][0] === 'connect_error') {
                return server.settled(client);
            }
            const answer = await client.ask('chart:sub', { chart });
            client.refused = answer.ok ? undefined : answer.code;
            return client;
        }),
    },
};

const isAnonymous = (who) => who.startsWith('anonymous');
const tokens = new Map();

before(async () => {
    await provider.make('first').publish('first').start();
    servers.strict = await new PermissionServer(provider).start();
    servers.free = await new PermissionServer(provider, { anonymous: 'view' }).start();
    for (const server of Object.values(servers)) {
        await publishRows(server);
        sinceOf.set(server, new Map());
        for (const chart of chartIds) {
            const client = await server.settled(server.client({ token: testKey, charts: [chart] }));
            sinceOf.get(server).set(chart, client.since());
            client.close();
        }
    }
    for (const [who, token] of table) {
        tokens.set(who, await token(servers));
    }
}, { timeout: 60_000 });
after(async () => {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    provider.stop();
});

// ---- View ---------------------------------------------------------------------------------------

for (const [who, , ...charts] of table) {
    const server = () => servers[charts[3] ?? 'strict'];
    for (const [place, chart] of chartIds.entries()) {
        const [view] = charts[place];
        for (const [way, { ask, isData, isResume }] of Object.entries(ways)) {
            const sees = view?.chart === undefined ? view : isData ? view.data : view.chart;
            const what = sees ? `sees ${sees.join(' and ') || 'no rows'}` : 'is refused';
            test(`${who}: ${chart} by ${way} ${what}`, async () => {
                const { status, code, text } = await ask(server(), tokens.get(who), chart);
                const mayLack = isResume ? ['nowhere'] : [];
                assertSees(text, { dataset: datasetOf[chart], seen: sees ?? [] }, { mayLack });
                if (sees) {
                    assert.ok(status === 200 || (!status && !code), `${status} ${code} ${text}`);
                } else if (status !== undefined) {
                    assert.equal(status, isAnonymous(who) ? 401 : 403, text);
                } else {
                    assert.equal(code, isAnonymous(who) && !charts[3] ? 'missing' : 'forbidden', text);
                }
            });
        }
    }
}

// ---- Publish and edit ---------------------------------------------------------------------------

/** Own rows and other people's: who may publish writes all rows of a dataset. What is there already is no change. */
const publications = (chart) => {
    const dataset = datasetOf[chart];
    const rows = `/api/v1/datasets/${dataset}/rows`;
    const ofRegion = (region) => {
        const row = rowOf(dataset, region);
        return [
            [`a row of ${region}`, 200, 'POST', `${rows}?op=upsert`, [row]],
            [`cells of a row of ${region}`, 200, 'PATCH', `${rows}/${row.id}`, { set: { note: row.note } }],
            [`a publish with a row of ${region}`, 200, 'POST', '/api/v1/publish', [{ dataset, rows: [row] }]],
        ];
    };
    return [...ofRegion('north'), ...ofRegion('south'),
        ['the removal of a row that is not there', 404, 'DELETE', `${rows}/absent`]];
};
const edits = (chart) => [
    ['a patch of the template', 200, 'PATCH', `/api/v1/charts/${chart}/option`, {}],
    ['a patch in a publish', 200, 'POST', '/api/v1/publish', [{ chart, patch: {} }]],
    ['an option', 422, 'PUT', `/api/v1/charts/${chart}/option`, {}],
];

for (const [who, , ...charts] of table) {
    const server = () => servers[charts[3] ?? 'strict'];
    for (const [place, chart] of chartIds.entries()) {
        const [, publish, edit] = charts[place];
        const cases = [
            ...publications(chart).map((one) => [publish, ...one]), ...edits(chart).map((one) => [edit, ...one])];
        for (const [may, what, status, method, route, body] of cases) {
            test(`${who}: ${chart} ${may ? 'takes' : 'refuses'} ${what}`, async () => {
                const answer = await server().request(method, route, { key: tokens.get(who), body });
                const no = isAnonymous(who) ? 401 : 403;
                assert.equal(answer.status, may ? status : no, answer.text);
                assertSees(answer.text, { seen: [] });
                assert.notEqual(answer.json.changed, true);
            });
        }
    }
    test(`${who}: tokens`, async () => {
        const answer = await server().request('POST', '/api/v1/tokens',
            { key: tokens.get(who), body: { charts: ['closed'] } });
        const may = [keyOf('issuer'), testKey].includes(tokens.get(who));
        assert.equal(answer.status, may ? 201 : isAnonymous(who) ? 401 : 403, answer.text);
    });
}

const rawChart = [
    ['a key that publishes', 200], ['a key that edits', 200],
    ['a person who publishes', 403], ['a person of the north', 403],
    ['an embed token of another program', 403], ['anonymous, who may nothing', 401],
];
for (const [who, status] of rawChart) {
    test(`${who}: the option of a raw chart ${status === 200 ? 'is taken' : 'is refused'}`, async () => {
        for (const method of ['PUT', 'PATCH']) {
            const answer = await servers.strict.request(method, '/api/v1/charts/note/option',
                { key: tokens.get(who), body: { title: { text: who } } });
            assert.equal(answer.status, status, answer.text);
        }
    });
}

test('nothing of all this changed a row', async () => {
    for (const server of Object.values(servers)) {
        for (const dataset of Object.values(datasetOf)) {
            assert.equal((await server.rows(dataset)).v, all.length);
        }
    }
});
