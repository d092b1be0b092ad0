// How a conformance test file is written: useServer() once, then check() for each fact.

import { after, afterEach, before, test } from 'node:test';

import { Fixture, onNode } from './fixture.mjs';
import { timeScale } from './waiting.mjs';

/** One server for all tests of a file (or of a describe block), with these fixture options. */
export function useServer(options = {}, program = undefined) {
    const server = new Fixture(program);
    before(() => server.start(options), { timeout: 60_000 * timeScale });
    afterEach(() => server.releaseResources());
    after(() => server.stop(), { timeout: 60_000 * timeScale });
    return server;
}

/**
 * One fact about the server. `nodeDiffers` is the documented reason why ours behaves differently
 * from the Node reference; such a fact is skipped only when the reference is under test.
 */
export function check(name, body, { nodeDiffers, timeoutMs = 20_000 } = {}) {
    const skip = onNode && nodeDiffers ? `Node differs: ${nodeDiffers}` : false;
    test(name, { timeout: timeoutMs * timeScale, skip }, body);
}
