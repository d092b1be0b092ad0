// What the <live-chart> elements of a page say, by their own events: cc-update and cc-state, wherever they are.

import { elapse, timeScale } from './waiting.mjs';

/** Has every page of the context count what its charts say, from the first moment on. */
export const watchElements = (context) => context.addInitScript(() => {
    const noted = { updates: {}, states: {} };
    Object.setPrototypeOf(noted.updates, null);
    Object.setPrototypeOf(noted.states, null);
    Object.defineProperty(globalThis, 'chartNotes', { value: noted });
    const idOf = (event) => event.composedPath()[0].getAttribute('chart');
    addEventListener('cc-update', (event) => {
        const id = idOf(event);
        noted.updates[id] = (noted.updates[id] ?? 0) + 1;
    }, true);
    addEventListener('cc-state', (event) => {
        noted.states[idOf(event)] = event.detail.status;
    }, true);
});

/** Every <live-chart> of a page, through open shadow roots, in a function that runs in it. */
const elementsScript = `function* charts(root = document) {
    for (const element of root.querySelectorAll('*')) {
        if (element.localName === 'live-chart') yield element;
        if (element.shadowRoot) yield* charts(element.shadowRoot);
    }
}`;

/** Source text: an expression over `charts()`, an iterator of the elements. */
export const ofCharts = (expression) => `(() => {${elementsScript}\nreturn ${expression};})()`;

/** What such an expression gives in a page. */
export const withCharts = (page, expression) => page.evaluate(ofCharts(expression));

/** Resolves when the expression is true. Asks from here: a page's policy lets no text be evaluated in it. */
export async function untilCharts(page, expression, ms = 20_000) {
    const deadline = Date.now() + ms * timeScale;
    while (!await withCharts(page, expression)) {
        if (Date.now() > deadline) {
            throw new Error(`never true of the charts of ${page.url()}: ${expression}`);
        }
        await elapse(25);
    }
}

/** Resolves when a page's chart has told of at least `count` updates. */
export const updated = (page, chart, count = 1, options = {}) => page.waitForFunction(
    ([id, wanted]) => (chartNotes.updates[id] ?? 0) >= wanted, [chart, count], options);

/** Resolves when a page's chart is in the state. */
export const inState = (page, chart, status, options = {}) => page.waitForFunction(
    ([id, wanted]) => chartNotes.states[id] === wanted, [chart, status], options);

/** Resolves when every chart in the window is drawn and not dimmed, or has said why it shows none. */
export const chartsReady = (page) => untilCharts(page, `document.readyState === 'complete'
    && [...charts()].every((element) => {
        const { top, bottom, width } = element.getBoundingClientRect();
        const id = element.getAttribute('chart');
        const [count, state] = [chartNotes.updates[id], chartNotes.states[id]];
        return width === 0 || bottom <= 0 || top >= innerHeight
            || (count > 0 && state !== 'disconnected' && !element.shadowRoot.querySelector('.skeleton'))
            || ['refused', 'source_error'].includes(state);
    })`);
