// A company's identity provider: serves its public keys on loopback and signs JWTs with their private halves.

import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import http from 'node:http';

const base64url = (value) => Buffer.from(value).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1000);

export class IdentityProvider {
    /** When it was asked for its keys, in milliseconds. */
    requests = [];
    #published = [];
    #pairs = new Map();

    async start() {
        this.server = http.createServer((request, response) => {
            this.requests.push(Date.now());
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify({ keys: this.#published }));
        });
        await new Promise((resolve) => { this.server.listen(0, '127.0.0.1', resolve); });
        this.url = `http://127.0.0.1:${this.server.address().port}/jwks`;
        return this;
    }

    stop() {
        this.server?.closeAllConnections();
        this.server?.close();
    }

    /** A new RSA key, not published yet. */
    make(kid) {
        this.#pairs.set(kid, generateKeyPairSync('rsa', { modulusLength: 2048 }));
        return this;
    }

    /** From here on these are its keys. */
    publish(...kids) {
        this.#published = kids.map((kid) => (
            { ...this.#pairs.get(kid).publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }));
        return this;
    }

    pem(kid) {
        return this.#pairs.get(kid).publicKey.export({ type: 'spki', format: 'pem' });
    }

    /** `{sub: 'anna'}` for ten minutes, unless the claims say otherwise; undefined leaves a claim out. */
    sign(claims, { kid = 'first', header = {}, key = kid } = {}) {
        const signed = signedPart({ alg: 'RS256', typ: 'JWT', kid, ...header }, claims);
        const signature = createSign('RSA-SHA256').update(signed).sign(this.#pairs.get(key).privateKey);
        return `${signed}.${base64url(signature)}`;
    }
}

function signedPart(header, claims) {
    const usual = { sub: 'anna', aud: 'chartcast', iss: 'https://sso.test', iat: seconds(), exp: seconds() + 600 };
    const all = { ...usual, ...claims };
    return `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(all))}`;
}

/** A JWT as an attacker makes it: HS256 with a secret of his choice. */
export function forgeWithSecret(claims, kid, secret) {
    const signed = signedPart({ alg: 'HS256', typ: 'JWT', kid }, claims);
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** And with no signature, or with any. */
export function forgeWithoutSignature(claims, kid, alg = 'none', signature = '') {
    return `${signedPart({ alg, typ: 'JWT', kid }, claims)}.${signature}`;
}

/** An embed token as docs/auth.md says that a server may make it without asking. */
export function signEmbedToken(secret, members, { ttl = 600 } = {}) {
    const payload = base64url(JSON.stringify({ iat: seconds(), exp: seconds() + ttl, ...members }));
    const mac = createHmac('sha256', secret).update(`cc1.${payload}`).digest('base64url');
    return `cc1.${payload}.${mac}`;
}
