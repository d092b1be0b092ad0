// A web site of somebody else on this machine: pages without any policy, of another origin than the server's.

import http from 'node:http';

export class ForeignSite {
    #pages = new Map();
    #server;

    /** `port` is one that was free, for tests that have to name the origin before. */
    async start(port = 0) {
        this.#server = http.createServer((request, response) => {
            const page = this.#pages.get(new URL(request.url, 'http://here').pathname);
            response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
            response.end(page ?? '');
        });
        await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.#server.address().port}`;
        return this;
    }

    /** Serves a page with this body from here on, and gives its address. */
    page(body, { head = '' } = {}) {
        const path = `/page-${this.#pages.size}`;
        this.#pages.set(path, '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A foreign site</title>'
            + `<link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`);
        return this.url + path;
    }

    async stop() {
        this.#server?.closeAllConnections();
        await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve()));
    }
}
