// The SDK's replica of a dataset against the receiver that the protocol's tests have: after any sequence of
// ops both have the same rows and say the same of what they are told.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DatasetReceiver } from '../support/live_client.mjs';
import { dice, webModules } from '../support/web_bundle.mjs';

const [{ Table, MalformedOps }, { readChanges, readRows }] = await webModules('sdk/src/table.ts', 'sdk/src/protocol.ts');

const dims = ['id', 'region', 'amount'];

/** A dataset as the server has it: makes batches of ops that are right for what it holds. */
class Dataset {
    rows = new Map();  // sequence number → cells
    next = 1;
    v = 0;

    constructor(roll, key) {
        this.roll = roll;
        this.key = key;
    }

    snapshot() {
        const numbers = [...this.rows.keys()].sort((a, b) => a - b);
        const gapless = numbers.every((seq, at) => seq === numbers[0] + at);
        return {
            epoch: 'e1', v: this.v, dims, ...(this.key.length > 0 ? { key: this.key } : {}),
            seq: gapless ? numbers[0] ?? 0 : numbers, rows: numbers.map((seq) => this.rows.get(seq)),
        };
    }

    /** One batch: {epoch, from, to, ops}. */
    batch() {
        const from = this.v;
        this.v += 1;
        const kinds = ['replace', 'trim', 'remove', 'append', 'upsert', 'update', 'set'].filter(() => this.roll(3) === 0);
        const ops = kinds.map((kind) => this[`_${kind}`]()).filter(Boolean);
        return { epoch: 'e1', from, to: this.v, ops };
    }

    #cells() {
        return [`k${this.roll(30)}`, ['n', 's', null][this.roll(3)], this.roll(1000)];
    }

    #keyOf(seq, cells) {
        return this.key.length === 0 ? seq : this.key.length === 1 ? cells[this.key[0]] : this.key.map((dim) => cells[dim]);
    }

    /** Rows of keys that are not there, with new sequence numbers. */
    #fresh(count) {
        const known = new Set([...this.rows].map(([seq, cells]) => JSON.stringify(this.#keyOf(seq, cells))));
        const rows = [];
        for (let at = 0; at < count; at += 1) {
            const cells = this.#cells();
            const name = JSON.stringify(this.#keyOf(this.next + rows.length, cells));
            if (!known.has(name)) {
                known.add(name);
                rows.push(cells);
            }
        }
        return rows;
    }

    #some() {
        return [...this.rows].filter(() => this.roll(5) === 0);
    }

    _replace() {
        this.rows.clear();
        const rows = this.#fresh(this.roll(20));
        const seq = this.next;
        rows.forEach((cells, at) => this.rows.set(seq + at, cells));
        this.next += rows.length;
        return ['replace', rows, rows.length > 0 ? seq : 0];
    }

    _trim() {
        const before = this.next - this.roll(25);
        for (const seq of [...this.rows.keys()]) {
            if (seq < before) {
                this.rows.delete(seq);
            }
        }
        return before > 0 ? ['trim', before] : null;
    }

    _remove() {
        const gone = this.#some();
        gone.forEach(([seq]) => this.rows.delete(seq));
        // One that nobody has is passed over.
        const nobody = this.key.length === 0 ? 0 : this.key.length === 1 ? 'nobody' : ['nobody', 'n'];
        return ['remove', [...gone.map(([seq, cells]) => this.#keyOf(seq, cells)), nobody]];
    }

    _append() {
        const rows = this.#fresh(1 + this.roll(6));
        const first = this.next;
        rows.forEach((cells, at) => this.rows.set(first + at, cells));
        this.next += rows.length;
        return rows.length > 0 ? ['append', first, rows] : null;
    }

    /** Rows that are new to this viewer, among those it has, and known ones at a new place. */
    _upsert() {
        const free = [];
        for (let seq = 1; seq < this.next; seq += 1) {
            if (!this.rows.has(seq) && this.roll(4) === 0) {
                free.push(seq);
            }
        }
        const moved = this.key.length > 0 ? this.#some().slice(0, Math.floor(free.length / 2)) : [];
        const rows = [];
        const place = (cells) => this.rows.set(free[rows.push(cells) - 1], cells);
        moved.forEach(([seq, cells]) => {
            this.rows.delete(seq);
            place([cells[0], cells[1], this.roll(1000)]);
        });
        this.#fresh(free.length - moved.length).forEach(place);
        const seqs = free.slice(0, rows.length);
        return rows.length > 0 ? ['upsert', rows, seqs] : null;
    }

    _update() {
        if (this.key.length === 0) {
            return null;
        }
        const rows = this.#some().map(([seq, cells]) => {
            const changed = [cells[0], cells[1], this.roll(1000)];
            this.rows.set(seq, changed);
            return changed;
        });
        return ['upsert', rows];
    }

    _set() {
        const changes = this.#some().map(([seq, cells]) => {
            const value = this.roll(1000);
            this.rows.set(seq, [cells[0], cells[1], value]);
            return [this.#keyOf(seq, cells), { 2: value }];
        });
        return ['set', changes];
    }

    get list() {
        return [...this.rows].sort(([a], [b]) => a - b).map(([, cells]) => cells);
    }
}

/** What travelled: nobody shares anything with the server. */
const sent = (body) => JSON.parse(JSON.stringify(body));

for (const [name, key] of [['no key', []], ['one field', [0]], ['two fields', [0, 1]]]) {
    test(`random ops leave the receiver's rows: key of ${name}`, () => {
        for (let seed = 1; seed <= 60; seed += 1) {
            const roll = dice(seed * 31 + key.length);
            const dataset = new Dataset(roll, key);
            const table = new Table();
            const receiver = new DatasetReceiver();
            dataset._replace();
            table.snapshot(readRows(sent(dataset.snapshot())));
            receiver.snapshot(sent(dataset.snapshot()));
            for (let step = 0; step < 40; step += 1) {
                const batch = dataset.batch();
                const again = roll(6) === 0;
                for (let times = again ? 2 : 1; times > 0; times -= 1) {
                    const verdict = table.changes(readChanges(sent(batch)));
                    assert.equal(verdict, receiver.changes(sent(batch)), `seed ${seed} step ${step}`);
                }
                // Not after every batch: lists are made when somebody asks.
                if (roll(2) === 0) {
                    assert.deepEqual(table.rows, receiver.rows, `seed ${seed} step ${step}`);
                }
            }
            assert.deepEqual(table.rows, dataset.list, `seed ${seed}`);
            assert.deepEqual(table.rows, receiver.rows, `seed ${seed}`);
            assert.deepEqual(table.place, ['e1', dataset.v]);
            assert.equal(table.size, dataset.rows.size);
        }
    });
}

const small = () => {
    const table = new Table();
    table.snapshot(readRows({ epoch: 'e1', v: 5, dims, key: [0], seq: 1, rows: [['a', 'n', 1], ['b', 's', 2]] }));
    return table;
};
const changes = (ops, from = 5, to = 6, epoch = 'e1') => readChanges({ epoch, from, to, ops });

test('what was missed, what is old and what overlaps is told from each other', () => {
    const table = small();
    assert.equal(table.changes(changes([], 6, 7)), 'resync');
    assert.equal(table.changes(changes([], 5, 6, 'e2')), 'resync');
    assert.equal(table.changes(changes([['remove', ['a']]], 3, 5)), 'ignored');
    assert.deepEqual(table.objects.map(({ id }) => id), ['a', 'b']);
    assert.equal(table.changes(changes([['set', [['a', { 2: 9 }]]]], 3, 8)), 'applied');
    assert.deepEqual(table.objects[0], { id: 'a', region: 'n', amount: 9 });
    assert.equal(table.beat(['e1', 8]), 'ignored');
    assert.equal(table.beat(['e1', 9]), 'resync');
    assert.equal(table.beat(['e2', 1]), 'resync');
});

test('rows that somebody holds are never changed, and lists are kept until something changes', () => {
    const table = small();
    const before = table.rows;
    const copy = structuredClone(before);
    assert.equal(table.rows, before);
    table.changes(changes([['set', [['a', { 2: 100 }]]], ['upsert', [['b', 's', 200]]]]));
    assert.deepEqual(before, copy);
    assert.notEqual(table.rows, before);
    assert.deepEqual(table.rows, [['a', 'n', 100], ['b', 's', 200]]);
});

test('older rows of the same history do not take back what another chart was told', () => {
    const table = small();
    table.changes(changes([['set', [['a', { 2: 3 }]]]]));
    assert.equal(table.snapshot(readRows({ epoch: 'e1', v: 5, dims, key: [0], seq: 1, rows: [] })), 'ignored');
    assert.equal(table.size, 2);
    assert.equal(table.snapshot(readRows({ epoch: 'e2', v: 1, dims, key: [0], seq: 0, rows: [] })), 'applied');
    assert.equal(table.size, 0);
});

const malformed = {
    'an op that is no list': [7],
    'an op that nobody knows': [['swap', 'a', 'b']],
    'rows that are none': [['replace', 'rows', 0]],
    'a row that is none': [['append', 3, [7]]],
    'a row with a cell too few': [['append', 3, [['c', 'n']]]],
    'a number too few': [['upsert', [['c', 'n', 1], ['d', 'n', 1]], [3]]],
    'a number that is none': [['append', -1, [['c', 'n', 1]]]],
    'a trim to nowhere': [['trim', 'all']],
    'keys that are no list': [['remove', 'a']],
    'a set that is no list': [['set', { a: 1 }]],
    'cells that are no object': [['set', [['a', [1]]]]],
    'a cell outside of the row': [['set', [['a', { 3: 1 }]]]],
    'a cell of another name': [['set', [['a', { amount: 1 }]]]],
};
for (const [name, ops] of Object.entries(malformed)) {
    test(`${name} is malformed, and the table has no place in the history any more`, () => {
        const table = small();
        assert.throws(() => table.changes(changes([['set', [['b', { 2: 7 }]]], ...ops])), MalformedOps);
        assert.equal(table.place, null);
        assert.equal(table.changes(changes([])), 'resync');
    });
}

test('bodies of another shape read as nothing', () => {
    const rows = { epoch: 'e', v: 1, dims, seq: 1, rows: [['a', 'n', 1]] };
    assert.deepEqual(readRows(rows), { ...rows, key: [] });
    const wrong = [
        null, [], 'rows', { ...rows, epoch: 7 }, { ...rows, epoch: '' }, { ...rows, v: -1 }, { ...rows, v: 1.5 }, { ...rows, dims: 'id' },
        { ...rows, dims: [1] }, { ...rows, key: [3] }, { ...rows, key: 0 }, { ...rows, seq: [1, 2] }, { ...rows, seq: 'x' }, { ...rows, rows: {} },
    ];
    assert.deepEqual(wrong.map(readRows), wrong.map(() => null));
    const delta = { epoch: 'e', from: 1, to: 2, ops: [] };
    assert.deepEqual(readChanges(delta), delta);
    const wrongDeltas = [null, { ...delta, from: 3 }, { ...delta, to: '2' }, { ...delta, ops: {} }, { ...delta, epoch: null }];
    assert.deepEqual(wrongDeltas.map(readChanges), wrongDeltas.map(() => null));
});

test('a window of many rows costs what moves, not what it holds', () => {
    const table = new Table();
    const size = 100_000;
    table.snapshot(readRows({
        epoch: 'e1', v: 0, dims, key: [0], seq: 0, rows: Array.from({ length: size }, (_, at) => [`k${at}`, 'n', at]),
    }));
    const begin = performance.now();
    const steps = 5_000;
    for (let step = 0; step < steps; step += 1) {
        const seq = size + step;
        table.changes(changes([['trim', step + 1], ['append', seq, [[`k${seq}`, 'n', 0]]], ['set', [[`k${seq - 7}`, { 2: 1 }]]]], step, step + 1));
    }
    const each = (performance.now() - begin) / steps;
    assert.equal(table.size, size);
    assert.equal(table.rows[0][0], `k${steps}`);
    // To copy the rows takes milliseconds.
    assert.ok(each < 1, `${each} ms for each batch`);
});
