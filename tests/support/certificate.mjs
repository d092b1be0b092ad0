// Certificates of a test's own, made by openssl: an authority, one between, and the server's for 127.0.0.1.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ellipticKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...args) {
    const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) {
        throw new Error(`openssl ${args[0]}: ${error?.message ?? stderr}`);
    }
}

/**
 * Writes what a server needs into the folder: {cert, key} are files, the first with its chain; `authority` is the
 * text that a client trusts. The server's name in it is `name`.
 */
export function makeCertificate(folder, name = 'localhost') {
    const file = (part, ending) => path.join(folder, `${name}-${part}.${ending}`);
    const request = (part) => openssl('req', ...ellipticKey, '-subj', `/CN=${name} ${part}`,
        '-keyout', file(part, 'key'), '-out', file(part, 'csr'));
    const sign = (part, by, extensions) => {
        writeFileSync(file(part, 'ext'), extensions);
        openssl('x509', '-req', '-in', file(part, 'csr'), '-CA', file(by, 'pem'), '-CAkey', file(by, 'key'),
            '-CAcreateserial', '-days', '2', '-extfile', file(part, 'ext'), '-out', file(part, 'pem'));
    };
    openssl('req', '-x509', ...ellipticKey, '-days', '2', '-subj', `/CN=${name} authority`,
        '-keyout', file('authority', 'key'), '-out', file('authority', 'pem'));
    request('between');
    sign('between', 'authority', 'basicConstraints=critical,CA:TRUE\n');
    request('server');
    sign('server', 'between', 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const chain = file('chain', 'pem');
    writeFileSync(chain, readFileSync(file('server', 'pem')) + readFileSync(file('between', 'pem')));
    return { cert: chain, key: file('server', 'key'), authority: readFileSync(file('authority', 'pem'), 'utf8') };
}
