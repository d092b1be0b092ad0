// One Markdown page as an HTML fragment for /docs: called by docs.mjs, which knows all pages.
//
// The fragment holds nothing that a page's Content-Security-Policy would refuse, and no HTML of the Markdown's own:
// comments are for those who read the source, any other tag is shown as it is written.
import { Marked, Renderer } from 'marked';

const escaped = (text) =>
    text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** As GitHub makes them, so that a link with an anchor is good in both places. */
function id_of(text, taken) {
    const plain = text.toLowerCase().trim().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const count = taken.get(plain) ?? 0;
    taken.set(plain, count + 1);
    return count ? `${plain}-${count}` : plain;
}

function plain_text(tokens) {
    return tokens.map((token) => (token.tokens ? plain_text(token.tokens) : (token.text ?? ''))).join('');
}

const is_comment = (text) => /^\s*<!--[\s\S]*?-->\s*$/.test(text);

/**
 * `{title, html, anchors}`. `link_to(href)` gives the address of a link, or null where the target is no page
 * of the site: the link's text stays.
 */
export function render_markdown(text, link_to) {
    const anchors = [];
    const taken = new Map();
    let title = null;

    const renderer = {
        heading({ tokens, depth }) {
            if (tokens.some(({ type }) => type === 'link')) throw new Error('a heading is a link already');
            const heading = plain_text(tokens);
            const id = id_of(heading, taken);
            const inside = this.parser.parseInline(tokens);
            anchors.push(id);
            if (depth === 1) {
                title ??= heading;
                return `<h1 id="${escaped(id)}">${inside}</h1>\n`;
            }
            // A heading is the link to itself: whoever wants to point at it has it under the pointer.
            return `<h${depth} id="${escaped(id)}"><a href="#${escaped(id)}">${inside}</a></h${depth}>\n`;
        },
        code({ text: code, lang }) {
            const language = /^[a-z]+/.exec(lang ?? '')?.[0];
            const name = language ? ` class="language-${language}"` : '';
            // Focusable, since a long line is read by scrolling, also with a keyboard.
            return `<pre tabindex="0"><code${name}>${escaped(code)}</code></pre>\n`;
        },
        html({ text: html }) {
            return is_comment(html) ? '' : escaped(html);
        },
        link({ href, tokens }) {
            const address = link_to(href);
            const inside = this.parser.parseInline(tokens);
            return address === null ? inside : `<a href="${escaped(address)}">${inside}</a>`;
        },
        image({ href }) {
            throw new Error(`the image ${href} is not served: describe in words what it shows`);
        },
        tablecell(token) {
            const cell = Renderer.prototype.tablecell.call(this, token);
            return token.column ? cell.replace('<td', `<td data-column="${escaped(token.column)}"`) : cell;
        },
        table(token) {
            // On a phone a row's cells stand below each other, without the head: of more than two they say whose they are.
            for (const row of token.header.length > 2 ? token.rows : []) {
                row.forEach((cell, i) => { cell.column = i === 0 ? '' : plain_text(token.header[i].tokens); });
            }
            const table = Renderer.prototype.table.call(this, token);
            // Columns that need no name have an empty header in Markdown; a reader of screens would wait for a name.
            const nameless = token.header.every((cell) => cell.text.trim() === '');
            return nameless
                ? table.replace(/<thead>[\s\S]*?<\/thead>\n?/, '')
                : table.replace(/<th><\/th>/g, '<td></td>');
        },
    };
    const html = new Marked({ gfm: true }).use({ renderer }).parse(text);
    return { title, html, anchors };
}
