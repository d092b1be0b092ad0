// Contrast of what a page shows, computed in the page: every text against what is behind it, through all its
// ancestors (also the hosts of shadow roots), with their alpha and opacity. Runs in the page beside page_measures.mjs;
// page_checks.mjs puts them together.

/* global parentOf */

const paint = new Map();

/** [red, green, blue, alpha] of a computed colour, in whatever notation; 0 to 255, alpha 0 to 1. */
export function colourOf(text) {
    const plain = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(text);
    if (plain) {
        return [Number(plain[1]), Number(plain[2]), Number(plain[3]), Number(plain[4] ?? 1)];
    }
    if (!paint.has(text)) {
        // Other notations (oklch, color-mix) are read by who can: a canvas.
        const brush = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        brush.fillStyle = text;
        brush.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
        paint.set(text, [red, green, blue, alpha / 255]);
    }
    return paint.get(text);
}

export const blend = ([red, green, blue, alpha = 1], behind, opacity = 1) => [red, green, blue]
    .map((channel, at) => channel * alpha * opacity + behind[at] * (1 - alpha * opacity));

function luminance(colour) {
    const [red, green, blue] = colour.map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrastOf(one, other) {
    const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
}

export const hex = (colour) => `#${colour.slice(0, 3)
    .map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;

/** The colour that a page without a background of its own stands on. */
export function canvasColour() {
    const probe = document.createElement('div');
    probe.style.backgroundColor = 'Canvas';
    document.documentElement.append(probe);
    const colour = colourOf(getComputedStyle(probe).backgroundColor);
    probe.remove();
    return colour.slice(0, 3);
}

/** What an element lays over what is behind it: one colour, or the stops of a gradient; null for an image. */
function grounds(style) {
    if (style.backgroundImage.includes('url(')) {
        return null;
    }
    const stops = style.backgroundImage.match(/(?:rgba?|color|ok[a-z]+|hsla?|lab|lch)\([^()]*\)/g) ?? [];
    const colour = colourOf(style.backgroundColor);
    return stops.length === 0 ? [colour] : stops.slice(0, 4).map(colourOf)
        .map((stop) => [...blend(stop, colour), Math.max(stop[3], colour[3])]);
}

/** Text that nobody is meant to see, as a title's place is kept before the title is known. */
export const isTransparent = (textColour) => colourOf(textColour)[3] === 0;

/**
 * The text's colour and the one behind it, as they reach the eye: the worst pair, where a gradient makes several.
 * Null when an image is behind it.
 */
export function seenColours(element, textColour, textOpacity = 1) {
    const chain = [];
    for (let at = element; at; at = parentOf(at)) {
        chain.unshift(getComputedStyle(at));
    }
    let behind = [canvasColour()];
    const groups = [];
    for (const style of chain) {
        const opacity = Number(style.opacity);
        if (opacity < 1) {
            groups.unshift({ backdrop: behind[0], opacity });
        }
        const layers = grounds(style);
        if (!layers) {
            return null;
        }
        behind = layers.flatMap((layer) => behind.map((colour) => blend(layer, colour))).slice(0, 8);
    }
    return behind.map((colour) => {
        let ground = colour;
        let ink = blend(colourOf(textColour), colour, textOpacity);
        for (const { backdrop, opacity } of groups) {
            ink = blend([...ink, 1], backdrop, opacity);
            ground = blend([...ground, 1], backdrop, opacity);
        }
        return { ink, ground, ratio: contrastOf(ink, ground) };
    }).reduce((worst, pair) => (pair.ratio < worst.ratio ? pair : worst));
}
