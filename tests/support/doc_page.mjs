// A page of the documentation as somebody works through it: commands with what they print, and files to write.
//
// What a reader does not need to see stands in HTML comments before a block:
//   <!-- not run: REASON -->   it cannot run here, for that reason
//   <!-- stays on PORT -->     it runs until another one stays on that port, as a reader ends it with Ctrl-C
//   <!-- soon -->              it only looks, and what it should print may take a moment
//   <!-- exits CODE -->        it is meant to fail
//   <!-- from FILE -->         it is a piece of that file of the repository

import { readFileSync } from 'node:fs';

const fence = /^```(\w*)\s*$/;
const note = /^<!--\s*(.*?)\s*-->$/;
const fileName = /^(?:#|\/\/) ([\w.-]+\.(?:yaml|mjs|js|py|json|csv|ndjson))$/;

const settings = { 'not run': 'notRun', 'stays on': 'staysOn', soon: 'soon', exits: 'exits', from: 'from' };

function settingsOf(notes) {
    return Object.fromEntries(notes.flatMap((text) => {
        const [, name, value] = /^(not run|stays on|soon|exits|from)\b:?\s*(.*)$/.exec(text) ?? [];
        return name ? [[settings[name], value]] : [];
    }));
}

function stepOf(language, lines, notes, line) {
    const step = { text: `${lines.join('\n')}\n`, line, ...settingsOf(notes) };
    if (language === 'sh') {
        return { kind: 'command', ...step };
    }
    const name = fileName.exec(lines[0] ?? '')?.[1];
    return name ? { kind: 'file', name, ...step } : { kind: 'snippet', ...step };
}

/** The steps in their order; `output` of a command is {language, text} when the page quotes one right below it. */
export function stepsOf(file) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const steps = [];
    let notes = [];
    let last = null;
    for (let at = 0; at < lines.length; ++at) {
        const [, language] = fence.exec(lines[at]) ?? [];
        if (language === undefined) {
            const text = note.exec(lines[at])?.[1];
            if (text !== undefined) {
                notes.push(text);
            } else if (lines[at].trim() !== '') {
                notes = [];
            }
            last = null;
            continue;
        }
        const end = lines.indexOf('```', at + 1);
        if (end < 0) {
            throw new Error(`${file}:${at + 1}: the block has no end`);
        }
        const step = stepOf(language, lines.slice(at + 1, end), notes, at + 1);
        if (last?.kind === 'command' && (language === 'json' || language === 'text')) {
            last.output = { language, text: step.text };
            last = null;
        } else {
            steps.push(step);
            last = step;
        }
        notes = [];
        at = end;
    }
    return steps;
}

/** What differs each time that a command runs: only its type is compared. */
const changing = new Set(['epoch', 'ts', 'token', 'expires_at', 'watchers']);

function patternOf(text) {
    const parts = text.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`);
}

function differenceOf(expected, actual, path) {
    if (typeof expected !== typeof actual || Array.isArray(expected) !== Array.isArray(actual)) {
        return `${path} is ${JSON.stringify(actual)}`;
    }
    if (expected !== null && typeof expected === 'object') {
        const names = [...new Set([...Object.keys(expected), ...Object.keys(actual ?? {})])];
        return names.map((name) => (changing.has(name) && typeof expected[name] === typeof actual[name]
            ? null : differenceOf(expected[name], actual[name], `${path}.${name}`))).find(Boolean) ?? null;
    }
    const same = typeof expected === 'string' ? patternOf(expected).test(actual) : expected === actual;
    return same ? null : `${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}

/** Null when a command has printed what the page says, with `…` for anything; else what is different. */
export function outputDiffers({ language, text }, actual) {
    if (language === 'json') {
        try {
            return differenceOf(JSON.parse(text), JSON.parse(actual), 'the answer');
        } catch (error) {
            return error.message;
        }
    }
    const [expected, printed] = [text, actual].map((all) => all.trimEnd().split('\n').map((one) => one.trimEnd()));
    if (expected.length !== printed.length) {
        return `${printed.length} lines in place of ${expected.length}`;
    }
    const wrong = expected.findIndex((line, at) => !patternOf(line).test(printed[at]));
    return wrong < 0 ? null : `line ${wrong + 1} is ${JSON.stringify(printed[wrong])}`;
}
