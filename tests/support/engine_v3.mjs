// The payload encodings of Engine.IO v3 (EIO=3), as socket.io-client 1.x and 2.x speak them.
// A packet is a string ('4hello') or, for a binary message, a Buffer without its type byte.

/** `<length in UTF-16 units>:<packet>` repeated; binary as b4 + base64. */
export function encodeTextPayload(packets) {
    return packets.map((packet) => {
        const text = Buffer.isBuffer(packet) ? 'b4' + packet.toString('base64') : packet;
        return `${text.length}:${text}`;
    }).join('');
}

export function decodeTextPayload(text) {
    const packets = [];
    for (let at = 0; at < text.length;) {
        const colon = text.indexOf(':', at);
        const length = Number(text.slice(at, colon));
        if (colon < 0 || !Number.isInteger(length) || colon + 1 + length > text.length) {
            throw new Error(`not a v3 payload: ${text}`);
        }
        const packet = text.slice(colon + 1, colon + 1 + length);
        packets.push(packet.startsWith('b4') ? Buffer.from(packet.slice(2), 'base64') : packet);
        at = colon + 1 + length;
    }
    return packets;
}

/** Per packet: 0 or 1 (binary), the decimal digits of the length as bytes, 255, the packet. */
export function encodeBinaryPayload(packets) {
    return Buffer.concat(packets.map((packet) => {
        const isBinary = Buffer.isBuffer(packet);
        const bytes = isBinary ? Buffer.concat([Buffer.from([4]), packet]) : Buffer.from(packet);
        const digits = [...String(bytes.length)].map(Number);
        return Buffer.concat([Buffer.from([isBinary ? 1 : 0, ...digits, 255]), bytes]);
    }));
}

export function decodeBinaryPayload(bytes) {
    const packets = [];
    for (let at = 0; at < bytes.length;) {
        const end = bytes.indexOf(255, at);
        const length = Number([...bytes.subarray(at + 1, end)].join(''));
        const body = bytes.subarray(end + 1, end + 1 + length);
        if (end < 0 || body.length !== length) {
            throw new Error(`not a v3 binary payload: ${bytes.toString('hex')}`);
        }
        packets.push(bytes[at] === 1 ? Buffer.from(body.subarray(1)) : body.toString('utf8'));
        at = end + 1 + length;
    }
    return packets;
}
