// What stands between clients and the server under test: PROXY headers of version 2, and a proxy that sends them.

import net from 'node:net';

import { dial } from './dial.mjs';

/** A PROXY header of version 2 for IPv4; `secure`: its client speaks TLS. */
export function proxyHeader(source, { secure = false } = {}) {
    const remark = Buffer.from([0x20, 0, 5, secure ? 1 : 0, 0, 0, 0, 0]);
    const addresses = Buffer.from([...source.split('.').map(Number), 198, 51, 100, 1, 0xdc, 4, 1, 0xbb]);
    const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\0', 'latin1');
    head.writeUInt16BE(addresses.length + remark.length, 14);
    return Buffer.concat([head, addresses, remark]);
}

/**
 * What HAProxy does: a port whose connections go on to the server, each behind a header of its own, for `source` or
 * for an address of its own.
 */
export async function startProxy(server, { source, ...options } = {}) {
    const sockets = new Set();
    let clients = 0;
    const proxy = net.createServer((client) => {
        clients += 1;
        const upstream = dial({ port: server.port });
        upstream.write(proxyHeader(source ?? `192.0.2.${clients}`, options));
        client.pipe(upstream).pipe(client);
        for (const [socket, other] of [[client, upstream], [upstream, client]]) {
            sockets.add(socket);
            socket.on('error', () => other.destroy());
            socket.on('close', () => other.destroy());
        }
    });
    await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    server.track({
        destroy() {
            proxy.close();
            sockets.forEach((socket) => socket.destroy());
        },
    });
    return { port: proxy.address().port, track: (resource) => server.track(resource), tls: server.tls };
}
