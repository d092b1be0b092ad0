// What a page looks like, measured in the page itself, through open shadow roots: each measure gives sentences about
// what is wrong, none when all is well. Runs in the page, with page_colours.mjs and drawn_texts.mjs; page_checks.mjs
// puts them together.

/* global seenColours, isTransparent, hex, wrongDrawnTexts */

/** The element around it, as it is drawn: also out of a slot or a shadow root. */
export const parentOf = (element) => element.assignedSlot ?? element.parentElement
    ?? element.getRootNode().host ?? null;

export function* elementsOf(root = document) {
    for (const element of root.children) {
        yield element;
        if (element.shadowRoot) {
            yield* elementsOf(element.shadowRoot);
        }
        yield* elementsOf(element);
    }
}

const isVisible = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

/** As in "live-chart#a >> button.quiet". */
export function nameOf(element) {
    const short = element.tagName.toLowerCase() + (element.id ? `#${element.id}` : '')
        + [...element.classList].map((name) => `.${name}`).join('');
    const host = element.getRootNode().host;
    return host ? `${nameOf(host)} >> ${short}` : short;
}

const isWithin = (element, other) => {
    for (let at = element; at; at = parentOf(at)) {
        if (at === other) {
            return true;
        }
    }
    return false;
};

const cut = (rect, box, sides) => ({
    left: sides.x ? Math.max(rect.left, box.left) : rect.left,
    right: sides.x ? Math.min(rect.right, box.right) : rect.right,
    top: sides.y ? Math.max(rect.top, box.top) : rect.top,
    bottom: sides.y ? Math.min(rect.bottom, box.bottom) : rect.bottom,
});
const widthOf = ({ left, right }) => right - left;
const heightOf = ({ top, bottom }) => bottom - top;
const isSeen = (rect) => widthOf(rect) > 1.5 && heightOf(rect) > 1.5;

/** The boxes that cut an element off, with the sides they do it at, and whether one can scroll to the rest. */
function clippersOf(element) {
    const found = [];
    let position = 'static';
    for (let at = element; at && at !== document.body && at !== document.documentElement; at = parentOf(at)) {
        const style = getComputedStyle(at);
        const holds = style.position !== 'static' || style.transform !== 'none' || style.contain.includes('paint');
        const passedOver = at !== element && ((position === 'absolute' && !holds)
            || (position === 'fixed' && style.transform === 'none'));
        if (!passedOver) {
            position = style.position;
            const sides = { x: style.overflowX !== 'visible', y: style.overflowY !== 'visible' };
            if ((sides.x || sides.y) && style.display !== 'inline' && style.display !== 'contents') {
                const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
                const meant = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
                found.push({ box: at.getBoundingClientRect(), sides, scrolls, meant });
            }
            if (style.clipPath.startsWith('inset(50%') || style.clip === 'rect(0px, 0px, 0px, 0px)') {
                found.push({ box: { left: 0, right: 0, top: 0, bottom: 0 }, sides: { x: true, y: true } });
            }
        }
    }
    return found;
}

/** A text, where it stands, and what of it is not cut off. */
function pieceOf(element, text, rects, style) {
    const clippers = clippersOf(element);
    const seen = rects.map((rect) => clippers.reduce((left, { box, sides }) => cut(left, box, sides), rect));
    return { element, text: text.trim().replace(/\s+/g, ' ').slice(0, 40), rects, seen, clippers, style };
}

/** Where a field's text stands, which no range tells. */
function boxInField(element, text, style) {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const brush = new OffscreenCanvas(1, 1).getContext('2d');
    brush.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const start = left + parseFloat(getComputedStyle(element).paddingLeft);
    const spare = Math.max(0, (bottom - top - parseFloat(style.fontSize) * 1.2) / 2);
    const width = Math.min(brush.measureText(text).width, right - start);
    return { left: start, right: start + width, top: top + spare, bottom: bottom - spare };
}

const fields = 'textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=hidden])';

/** Every text that can be seen: of text nodes, of fields, and what style sheets add. */
export function textPieces() {
    const pieces = [];
    for (const element of elementsOf()) {
        if (element.closest('svg, script, style, template, noscript') || !isVisible(element)) {
            continue;
        }
        for (const node of element.childNodes) {
            if (node.nodeType === Node.TEXT_NODE && node.data.trim() !== '') {
                const range = document.createRange();
                range.selectNodeContents(node);
                const rects = [...range.getClientRects()].filter(isSeen);
                pieces.push(pieceOf(element, node.data, rects, getComputedStyle(element)));
            }
        }
        if (element.matches(fields)) {
            const empty = element.value === '';
            const text = empty ? element.placeholder : element.value;
            if (text) {
                const style = getComputedStyle(element, empty ? '::placeholder' : null);
                pieces.push(pieceOf(element, text, [boxInField(element, text, style)], style));
            }
        }
        for (const side of ['::before', '::after']) {
            const style = getComputedStyle(element, side);
            const text = /^"(.*\p{L}.*)"$/su.exec(style.content)?.[1];
            if (text && style.display !== 'none') {
                pieces.push(pieceOf(element, text, [element.getBoundingClientRect()], style));
            }
        }
    }
    return pieces.filter(({ seen }) => seen.some(isSeen));
}

export function sidewaysOverflow() {
    const room = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= room) {
        return [];
    }
    const wide = [...elementsOf()].filter((element) => isVisible(element)
        && element.getBoundingClientRect().right > room + 0.5 && !clippersOf(element).some(({ sides }) => sides.x));
    return [`the document is ${document.scrollingElement.scrollWidth} px wide in a window of ${room}: `
        + wide.slice(-3).map(nameOf).join(', ')];
}

const panelSelector = 'live-chart, article, [data-panel], .panel, .card, [part~="panel"]';

export function overlappingPanels() {
    const panels = [...elementsOf()].filter((element) => element.matches(panelSelector) && isVisible(element)
        && isSeen(element.getBoundingClientRect()) && !element.closest('dialog, [popover]'));
    const wrong = [];
    panels.forEach((one, at) => panels.slice(at + 1).forEach((other) => {
        const shared = cut(one.getBoundingClientRect(), other.getBoundingClientRect(), { x: true, y: true });
        if (isSeen(shared) && !isWithin(one, other) && !isWithin(other, one)) {
            wrong.push(`${nameOf(one)} and ${nameOf(other)} overlap by `
                + `${Math.round(widthOf(shared))} × ${Math.round(heightOf(shared))} px`);
        }
    }));
    return wrong;
}

export function clippedTexts(pieces) {
    return pieces.filter(({ rects, seen, clippers }) => {
        if (clippers.some(({ meant, scrolls }) => meant || scrolls)) {
            return false;
        }
        return rects.some((rect, at) => widthOf(rect) - Math.max(0, widthOf(seen[at])) > 2
            || heightOf(rect) - Math.max(0, heightOf(seen[at])) > heightOf(rect) * 0.25);
    }).map(({ element, text }) => `"${text}" is cut off: ${nameOf(element)}`);
}

/** Two texts in one place; what lies in a layer of its own (a menu) may cover what is below. */
export function overlappingTexts(pieces) {
    const inLayer = (element) => {
        for (let at = element; at; at = parentOf(at)) {
            if (at.matches('dialog, [popover], [role=menu], [role=listbox], [role=tooltip]')
                || ['fixed', 'sticky'].includes(getComputedStyle(at).position)) {
                return true;
            }
        }
        return false;
    };
    const placed = pieces.slice(0, 1500).filter(({ element }) => !inLayer(element))
        .flatMap((piece) => piece.seen.filter(isSeen).map((rect) => ({ ...piece, rect })))
        .sort((one, other) => one.rect.top - other.rect.top);
    const wrong = new Set();
    placed.forEach((one, at) => {
        for (const other of placed.slice(at + 1)) {
            if (other.rect.top >= one.rect.bottom) {
                break;
            }
            const shared = cut(one.rect, other.rect, { x: true, y: true });
            const least = Math.min(heightOf(one.rect), heightOf(other.rect));
            if (one.element !== other.element && widthOf(shared) > 2 && heightOf(shared) > least * 0.35
                && !isWithin(one.element, other.element) && !isWithin(other.element, one.element)) {
                wrong.add(`"${one.text}" (${nameOf(one.element)}) and "${other.text}" (${nameOf(other.element)}) `
                    + 'stand on each other');
            }
        }
    });
    return [...wrong];
}

/** What a text stands on cannot be known where a canvas is between it and its ground. */
function isOverCanvas({ element, seen }, canvases) {
    return canvases.some((canvas) => {
        const box = canvas.getBoundingClientRect();
        const shared = seen.some((rect) => isSeen(cut(rect, box, { x: true, y: true })));
        if (!shared) {
            return false;
        }
        for (let at = element; at && !isWithin(canvas, at); at = parentOf(at)) {
            if (/^rgb\(|^color\([^/]*\)$/.test(getComputedStyle(at).backgroundColor)) {
                return false;
            }
        }
        return true;
    });
}

export function faintTexts(pieces) {
    const canvases = [...elementsOf()].filter((element) => element.matches('canvas') && isVisible(element));
    return pieces.filter((piece) => !piece.element.matches(':disabled, [aria-disabled="true"]')
        && !isTransparent(piece.style.color) && !isOverCanvas(piece, canvases)).flatMap(({ element, text, style }) => {
        const seen = seenColours(element, style.color);
        return seen && seen.ratio < 4.495
            ? [`"${text}" has a contrast of ${seen.ratio.toFixed(2)}: ${hex(seen.ink)} on ${hex(seen.ground)}, `
                + nameOf(element)]
            : [];
    });
}

export function smallTexts(pieces) {
    const drawn = [...elementsOf()].filter((element) => element.matches('svg text, svg tspan') && isVisible(element)
        && element.textContent.trim() !== '')
        .map((element) => ({ element, text: element.textContent, style: getComputedStyle(element) }));
    return [...pieces, ...drawn].filter(({ style }) => parseFloat(style.fontSize) < 10.99)
        .map(({ element, text, style }) => `"${text}" has ${style.fontSize}: ${nameOf(element)}`);
}

const widgets = 'button, select, input, textarea, progress, meter';
const widgetLook = ['appearance', 'borderTopStyle', 'borderTopWidth', 'borderTopColor', 'backgroundColor',
    'borderTopLeftRadius', 'accentColor'];

/** Widgets that look as the browser makes them: as one beside them of which every style is taken back. */
export function bareWidgets() {
    return [...elementsOf()].filter((element) => element.matches(widgets) && element.type !== 'hidden'
        && isVisible(element) && isSeen(element.getBoundingClientRect())).filter((element) => {
        const plain = document.createElement(element.tagName);
        if (element.hasAttribute('type')) {
            plain.type = element.type;
        }
        plain.multiple = element.multiple;
        plain.style.setProperty('all', 'revert', 'important');
        plain.style.setProperty('color-scheme', getComputedStyle(element).colorScheme, 'important');
        (element.getRootNode().body ?? element.getRootNode()).append(plain);
        const [own, bare] = [element, plain].map((one) => {
            const style = getComputedStyle(one);
            return widgetLook.map((name) => style[name]).join(' ');
        });
        plain.remove();
        return own === bare;
    }).map((element) => `a ${element.type ?? ''} widget as the browser makes it: ${nameOf(element)}`);
}

/** All of them. */
export function measurePage() {
    const pieces = textPieces();
    return [...sidewaysOverflow(), ...overlappingPanels(), ...clippedTexts(pieces), ...overlappingTexts(pieces),
        ...faintTexts(pieces), ...smallTexts(pieces), ...bareWidgets(), ...wrongDrawnTexts()];
}
