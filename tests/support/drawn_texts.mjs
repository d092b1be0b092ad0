// The texts that ECharts draws on a canvas, read from its list of what it draws: large and distinct enough, inside
// their chart, not on each other. Runs in the page, beside page_measures.mjs; page_checks.mjs puts them together.

/* global elementsOf, nameOf, seenColours, hex */

function* instances() {
    for (const element of elementsOf()) {
        const given = element.localName === 'live-chart' ? element.session?.view?.instance
            : element.hasAttribute('_echarts_instance_') && globalThis.echarts?.getInstanceByDom(element);
        if (given && element.checkVisibility()) {
            yield given;
        }
    }
}

const placeOf = (item) => {
    const box = item.getBoundingRect().clone();
    const turn = item.getComputedTransform();
    if (turn) {
        box.applyTransform(turn);
    }
    return box;
};

/** What is left of a text inside of what cuts it off, as the pages of a legend are. */
function within(box, clips) {
    const all = clips.map(placeOf);
    const left = Math.max(box.x, ...all.map(({ x }) => x));
    const top = Math.max(box.y, ...all.map(({ y }) => y));
    const right = Math.min(box.x + box.width, ...all.map(({ x, width }) => x + width));
    const bottom = Math.min(box.y + box.height, ...all.map(({ y, height }) => y + height));
    return { x: left, y: top, width: right - left, height: bottom - top };
}

function* textsOf(instance) {
    for (const item of instance.getZr().storage.getDisplayList(true)) {
        const { style } = item;
        if (item.type !== 'tspan' || !String(style.text ?? '').trim() || !style.fill || style.fill === 'none') {
            continue;
        }
        const turn = item.getComputedTransform() ?? [1, 0, 0, 1, 0, 0];
        const opacity = (style.opacity ?? 1) * (style.fillOpacity ?? 1);
        if (!item.invisible && !item.ignore && opacity > 0.05 && Math.abs(turn[1]) < 0.01) {
            const box = within(placeOf(item), item.__clipPaths ?? []);
            const size = parseFloat(/([\d.]+)px/.exec(style.font)?.[1] ?? style.fontSize ?? 12) * turn[0];
            if (box.width > 1 && box.height > 1) {
                yield { item, text: String(style.text).slice(0, 40), box, size, fill: style.fill, opacity };
            }
        }
    }
}

/** Whether something with a colour of its own lies between a text and the chart's ground. */
function isOnShape({ item, box }, items) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return items.some((other) => other !== item && other.type !== 'tspan' && other.style?.fill
        && other.style.fill !== 'none' && !other.invisible && !other.ignore && (other.type === 'image'
        || other.contain(x, y)));
}

function wrongTextsOf(instance) {
    const wrong = [];
    const dom = instance.getDom();
    const items = instance.getZr().storage.getDisplayList();
    const texts = [...textsOf(instance)];
    const [width, height] = [instance.getWidth(), instance.getHeight()];
    for (const text of texts) {
        const { box, size } = text;
        if (size < 10.99) {
            wrong.push(`"${text.text}" is drawn with ${size.toFixed(1)} px`);
        }
        if (box.x < -2 || box.y < -2 || box.x + box.width > width + 2 || box.y + box.height > height + 2) {
            wrong.push(`"${text.text}" sticks out of its chart of ${width} × ${height}: ${Math.round(box.x)}, `
                + `${Math.round(box.y)}, ${Math.round(box.width)} × ${Math.round(box.height)}`);
        }
        if (typeof text.fill === 'string' && !isOnShape(text, items)) {
            const seen = seenColours(dom, text.fill, text.opacity);
            if (seen && seen.ratio < 4.495) {
                wrong.push(`"${text.text}" is drawn with a contrast of ${seen.ratio.toFixed(2)}: ${hex(seen.ink)} `
                    + `on ${hex(seen.ground)}`);
            }
        }
    }
    texts.forEach((one, at) => texts.slice(at + 1).forEach((other) => {
        const across = Math.min(one.box.x + one.box.width, other.box.x + other.box.width)
            - Math.max(one.box.x, other.box.x);
        const down = Math.min(one.box.y + one.box.height, other.box.y + other.box.height)
            - Math.max(one.box.y, other.box.y);
        if (across > 2 && down > Math.min(one.box.height, other.box.height) * 0.35) {
            wrong.push(`"${one.text}" and "${other.text}" are drawn on each other`);
        }
    }));
    return wrong.map((sentence) => `${sentence}: ${nameOf(dom)}`);
}

export const wrongDrawnTexts = () => [...instances()].flatMap(wrongTextsOf);
