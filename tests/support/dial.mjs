// A connection to a server under test: TCP, TLS where the server has `tls` (options of tls.connect), a unix socket
// where it has `socketPath`.

import net from 'node:net';
import tls from 'node:tls';

/** As options of http.request and the like. */
export function placeOf(server) {
    const place = server.socketPath
        ? { socketPath: server.socketPath, path: server.socketPath }
        : { host: '127.0.0.1', port: server.port };
    return { ...place, ...server.tls };
}

/** What is written before it is connected waits. `options` are net.connect's, as `localAddress` is. */
export function dial(server, options = {}) {
    const place = { ...placeOf(server), ...options };
    const connection = net.connect(place);
    if (!server.tls) {
        return connection;
    }
    const secure = tls.connect({ ...place, socket: connection });
    // Node cannot reset what TLS has wrapped, only the connection below.
    secure.resetAndDestroy = () => connection.resetAndDestroy();
    return secure;
}
