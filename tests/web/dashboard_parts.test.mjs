// What a dashboard decides without drawing anything: choices and addresses, times, which rows a panel shows, what
// a click means, where panels stand.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { webModules } from '../support/web_bundle.mjs';

const part = (name) => `elements/dashboard/${name}.ts`;
const [
    { cellText, readChoices, toggled, withChoice, writeChoices },
    { isMoving, rangeOf, rangeText, typeable, typedTime },
    { isMovingFilter, rowFilter },
    { choicesFor, chosenIn, clickedValue },
    { placed, rowCount },
    { momentOf },
] = await webModules(...['choices', 'time_range', 'row_filter', 'drill_down', 'layout', 'moment'].map(part));

const region = { name: 'region', type: 'select', dataset: 'sales', field: 'region', multi: true };
const owner = { name: 'owner', type: 'text', field: 'owner' };
const when = { name: 'when', type: 'time_range', field: 'ts' };
const one = { name: 'one', type: 'select', dataset: 'sales', field: 'region' };
const read = (query, variables = [region, owner, when, one]) => readChoices(new URLSearchParams(query), variables);

test('an address says what is chosen, and what it says is read again', () => {
    const choices = read('token=t&var-region=North&var-region=South&by-region=bars&var-owner=li&var-when=6h');
    assert.deepEqual(Object.fromEntries(choices), {
        region: { values: ['North', 'South'], by: 'bars' }, owner: { values: ['li'] }, when: { values: ['6h'] },
    });
    const written = new URLSearchParams('token=t&var-old=1&by-old=x&at=5');
    writeChoices(written, choices);
    assert.equal(written.get('token'), 't');
    assert.equal(written.get('at'), '5');
    assert.equal(written.get('var-old'), null);
    assert.equal(written.get('by-old'), null);
    assert.deepEqual(Object.fromEntries(read(written)), Object.fromEntries(choices));
});

test('an address of somebody else brings no more than the variables may have', () => {
    assert.deepEqual([...read('var-nothing=1&by-region=bars')], []);
    assert.deepEqual(read('var-one=a&var-one=b').get('one'), { values: ['a'] });
    assert.deepEqual(read('var-region=a&var-region=a').get('region'), { values: ['a'] });
    assert.deepEqual(read('var-region=').get('region'), { values: [''] });
    assert.equal(read('var-owner=').get('owner'), undefined);
    assert.equal(read(`var-region=${'x'.repeat(257)}`).size, 0);
    const many = Array.from({ length: 300 }, (_, at) => `var-region=${at}`).join('&');
    assert.equal(read(many).get('region').values.length, 100);
    assert.deepEqual([...read('var-__proto__=1', [{ ...region, name: '__proto__' }]).keys()], ['__proto__']);
});

test('a click adds its value to those of a multiple choice, takes the place of a single one, and takes itself back', () => {
    const first = toggled(new Map(), region, 'North', 'bars');
    assert.deepEqual(first.get('region'), { values: ['North'], by: 'bars' });
    const both = toggled(first, region, 'South', 'bars');
    assert.deepEqual(both.get('region').values, ['North', 'South']);
    assert.deepEqual(toggled(both, region, 'North', 'bars').get('region').values, ['South']);
    assert.equal(toggled(first, region, 'North', 'bars').size, 0);
    const single = toggled(withChoice(new Map(), 'one', { values: ['a'] }), one, 'b', 'pie');
    assert.deepEqual(single.get('one'), { values: ['b'], by: 'pie' });
});

test('cells are the texts that addresses have', () => {
    assert.deepEqual([null, undefined, 5, true, 'x', [1, 'a']].map(cellText), ['', '', '5', 'true', 'x', '[1,"a"]']);
});

test('a time range is a span up to now, or two times of which one may be missing', () => {
    const now = Date.parse('2026-11-20T12:00:00Z');
    assert.deepEqual(rangeOf('15m', now), { from: now - 900_000, to: Infinity });
    assert.deepEqual(rangeOf('7d', now), { from: now - 7 * 86_400_000, to: Infinity });
    assert.deepEqual(rangeOf('2026-11-20T09:00Z/2026-11-20T10:00Z', now),
        { from: Date.parse('2026-11-20T09:00Z'), to: Date.parse('2026-11-20T10:00Z') });
    assert.equal(rangeOf('2026-11-20T09:00Z/', now).to, Infinity);
    assert.equal(rangeOf('/2026-11-20T09:00Z', now).from, -Infinity);
    for (const text of ['', '/', '0m', '1w', 'x/y', '2026-11-20T10:00Z/2026-11-20T09:00Z', 'a/b/c', '999999m']) {
        assert.equal(rangeOf(text, now), null, text);
    }
    assert.deepEqual(['6h', '/2026-11-20T09:00Z'].map(isMoving), [true, false]);
});

test('what is typed is a time of the clock on the wall, or told to be none', () => {
    assert.equal(typedTime(''), undefined);
    assert.deepEqual(typedTime(' 2026-11-20 9:05 '), new Date(2026, 10, 20, 9, 5));
    assert.deepEqual(typedTime('2026/1/2'), new Date(2026, 0, 2));
    assert.deepEqual(typedTime('2026-11-20T09:05:30'), new Date(2026, 10, 20, 9, 5, 30));
    for (const text of ['2026-02-31', '2026-13-01', '2026-11-20 25:00', '2026-11-20 9:60', 'yesterday', '20-11-2026']) {
        assert.equal(typedTime(text), null, text);
    }
    assert.equal(typeable(new Date(2026, 10, 20, 9, 5)), '2026-11-20 09:05');
    const from = new Date(2026, 10, 20, 9);
    assert.equal(rangeText(from, undefined), `${from.toISOString()}/`);
    assert.equal(rangeText(undefined, undefined), '');
});

const panel = { chart: 'table', at: [0, 0, 6, 4] };
const bars = { chart: 'bars', at: [6, 0, 6, 4], on_click: { set: 'region' } };
const dashboard = { id: 'd', title: {}, theme: 'auto', variables: [region, owner, when], panels: [panel, bars] };
const admits = (choices, row, of = panel, now = 0) => rowFilter(dashboard, of, new Map(choices), () => now)?.(row) ?? true;

test('a panel shows the rows that all choices admit; datasets without the field stay whole', () => {
    const north = { region: 'North', owner: 'Wang Wei', ts: 5 };
    assert.equal(rowFilter(dashboard, panel, new Map(), Date.now), null);
    assert.equal(admits([['region', { values: ['North', 'East'] }]], north), true);
    assert.equal(admits([['region', { values: ['South'] }]], north), false);
    assert.equal(admits([['region', { values: ['South'] }]], { kind: 'bug' }), true);
    assert.equal(admits([['region', { values: [''] }]], { region: null }), true);
    assert.equal(admits([['region', { values: ['2024'] }]], { region: 2024 }), true);
    assert.equal(admits([['owner', { values: ['ANG w'] }]], north), true);
    assert.equal(admits([['owner', { values: ['li'] }]], north), false);
    assert.equal(admits([['region', { values: ['North'] }], ['owner', { values: ['li'] }]], north), false);
    assert.equal(admits([['unknown', { values: ['x'] }]], north), true);
});

test('a span of time moves with the clock; a range that is none admits everything', () => {
    const minute = 60_000;
    const span = [['when', { values: ['15m'] }]];
    assert.equal(admits(span, { ts: 0 }, panel, 10 * minute), true);
    assert.equal(admits(span, { ts: 0 }, panel, 20 * minute), false);
    assert.equal(admits(span, { ts: null }, panel, 0), false);
    assert.equal(admits([['when', { values: ['nonsense'] }]], { ts: 0 }), true);
    assert.equal(isMovingFilter(dashboard, new Map(span)), true);
    assert.equal(isMovingFilter(dashboard, new Map([['when', { values: ['/2026-01-01'] }]])), false);
});

test('the chart in which a choice was clicked shows all rows, and which of them are chosen', () => {
    const clicked = [['region', { values: ['South'], by: 'bars' }]];
    assert.equal(admits(clicked, { region: 'North' }, bars), true);
    assert.equal(admits(clicked, { region: 'North' }, panel), false);
    assert.deepEqual(chosenIn(dashboard, bars, new Map(clicked)), { field: 'region', values: ['South'] });
    assert.equal(chosenIn(dashboard, panel, new Map(clicked)), null);
    assert.equal(chosenIn(dashboard, bars, new Map([['region', { values: ['South'] }]])), null);
});

const select = (row, name = '') => ({ row, name, dataset: null, value: null, seriesId: null });

test('a click gives the field of its row, or its name where there are no rows', () => {
    assert.equal(clickedValue(select({ region: 'North' }), region), 'North');
    assert.equal(clickedValue(select({ region: null }), region), '');
    assert.equal(clickedValue(select({ other: 1 }, 'North'), region), undefined);
    assert.equal(clickedValue(select(null, 'North'), region), 'North');
    assert.equal(clickedValue(select(null), region), undefined);
    assert.equal(clickedValue(select({ region: 'North' }), undefined), undefined);
});

test('a way into another dashboard takes along what that one knows', () => {
    const target = { ...dashboard, id: 't', variables: [one, owner] };
    const way = { chart: 'bars', at: [0, 0, 1, 1], on_click: { open: 't', set: 'one' } };
    const choices = new Map([['owner', { values: ['li'] }], ['region', { values: ['East'], by: 'bars' }]]);
    const taken = choicesFor(target, way, select({ region: 'North' }), choices);
    assert.deepEqual(Object.fromEntries(taken), { owner: { values: ['li'] }, one: { values: ['North'] } });
    const bare = choicesFor(target, { ...way, on_click: { open: 't' } }, select({ region: 'North' }), choices);
    assert.deepEqual(Object.fromEntries(bare), { owner: { values: ['li'] } });
});

test('panels stand in reading order, and within the grid whatever they say', () => {
    const at = (...numbers) => ({ chart: numbers.join(), at: numbers });
    const places = placed([at(6, 0, 6, 4), at(0, 4, 12, 2), at(0, 0, 6, 4)]);
    assert.deepEqual(places.map(({ panel: { chart } }) => chart), ['0,0,6,4', '6,0,6,4', '0,4,12,2']);
    assert.deepEqual(places[1], { panel: at(6, 0, 6, 4), column: '7 / span 6', row: '1 / span 4', rows: 4, isNarrow: true });
    const [odd] = placed([at(11, -3, 99, NaN)]);
    assert.equal(odd.column, '12 / span 1');
    assert.equal(odd.row, '1 / span 1');
    assert.equal(rowCount([at(0, 0, 6, 4), at(0, 4, 12, 2)]), 6);
});

test('a moment is a date, a count or ISO 8601, and nothing else', () => {
    assert.equal(momentOf('2026-11-20T09:00:00Z'), Date.parse('2026-11-20T09:00:00Z'));
    assert.equal(momentOf('1700000000000'), 1_700_000_000_000);
    assert.equal(momentOf(new Date(5)), 5);
    for (const time of [null, '', 'soon', NaN, '9'.repeat(30)]) {
        assert.equal(momentOf(time), null);
    }
});
