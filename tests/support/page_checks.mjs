// What every page of ours owes whoever looks at it: nothing that overflows, overlaps or is cut off, text that can be
// read, no widgets as the browser makes them, nothing that jumps while it loads, nothing blocked or failed, and
// nothing that axe-core calls serious. The measures themselves are in page_measures.mjs, page_colours.mjs and
// drawn_texts.mjs.

import { readFileSync } from 'node:fs';

const source = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
// Modules become one script: what runs in a page under a strict policy cannot import.
const measures = ['./page_colours.mjs', './page_measures.mjs', './drawn_texts.mjs'].map(source).join('\n').replace(/^export /gm, '');
const axe = source('../node_modules/axe-core/axe.min.js');

/** What an expression with the functions of page_measures.mjs gives in a page. */
export const inPage = (page, expression) => page.evaluate(`(() => {${measures}\nreturn ${expression};})()`);

/** Has every page of the context note what moves and what its policy blocks, from the first moment on. */
export const watchContext = (context) => context.addInitScript(() => {
    const noted = { shift: 0, moved: new Set(), blocked: [] };
    Object.defineProperty(globalThis, 'pageNotes', { value: noted });
    const nameOf = (node) => (node ? `${node.nodeName.toLowerCase()}${node.id ? `#${node.id}` : ''}`
        + `${node.classList?.length ? `.${[...node.classList].join('.')}` : ''}` : 'something gone');
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        if (!entry.hadRecentInput) {
            noted.shift += entry.value;
            entry.sources.forEach(({ node }) => noted.moved.add(nameOf(node)));
        }
    })).observe({ type: 'layout-shift', buffered: true });
    document.addEventListener('securitypolicyviolation', (event) => noted.blocked.push(
        `${event.effectiveDirective} blocks ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber} `
        + event.sample));
});

/**
 * Collects what a page complains of on its console. `expected` are complaints that belong to the page: the browser
 * itself reports the status of a page that is not there.
 */
export function watchPage(page, expected = []) {
    const complaints = [];
    const note = (text) => {
        if (!expected.some((pattern) => pattern.test(text))) {
            complaints.push(text);
        }
    };
    page.on('pageerror', (error) => note(`error: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
        if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) {
            note(`console: ${message.text()} (${message.location().url})`);
        }
    });
    return complaints;
}

/** The shift since the page's navigation, and what its policy has blocked, as sentences. */
export async function loadingProblems(page, { shiftMax = 0.02 } = {}) {
    const { shift, moved, blocked } = await page.evaluate(() => ({
        ...pageNotes, moved: [...pageNotes.moved],
    }));
    return [
        ...blocked.map((text) => `policy: ${text}`),
        ...(shift < shiftMax ? [] : [`the layout shifts by ${shift.toFixed(3)}: ${moved.join(', ')}`]),
    ];
}

/**
 * Violations of WCAG 2 A and AA that axe-core calls serious or critical, as sentences. It takes the ground of a page
 * that has none, as those for frames, for white; there the contrast is page_colours.mjs' alone to judge.
 */
export async function axeProblems(page) {
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
        const hasGround = [document.documentElement, document.body]
            .some((element) => getComputedStyle(element).backgroundColor !== 'rgba(0, 0, 0, 0)');
        const { violations: found } = await globalThis.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa'], rules: { 'color-contrast': { enabled: hasGround } },
            resultTypes: ['violations'], preload: false,
        });
        return found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, impact, help, nodes }) => ({ id, impact, help,
                targets: nodes.slice(0, 3).map(({ target, failureSummary }) =>
                    `${target.flat().join(' >> ')} (${failureSummary.split('\n')[1]?.trim() ?? ''})`) }));
    });
    return violations.map(({ id, impact, help, targets }) => `axe: ${id} (${impact}): ${help}: ${targets.join('; ')}`);
}

/** Resolves when nothing moves any more that ends by itself, and everything moved has been drawn. */
export const atRest = (page) => page.evaluate(async () => {
    const moving = () => document.getAnimations().filter(({ playState, effect }) => playState === 'running'
        && effect.getComputedTiming().endTime !== Infinity);
    while (moving().length > 0) {
        await Promise.allSettled(moving().map(({ finished }) => finished));
    }
    await document.fonts.ready;
    for (let frame = 0; frame < 2; frame += 1) {
        await new Promise(requestAnimationFrame);
    }
});

/** What is wrong with how the page looks now, as sentences. */
export async function lookProblems(page) {
    await atRest(page);
    return inPage(page, 'measurePage()');
}
