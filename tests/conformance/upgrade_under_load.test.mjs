// 200 polling clients upgrade while they send and receive without a pause, on two shards. Every
// request has a TCP connection of its own, so about half of all requests, and of the upgrades, land
// on the shard that does not hold the session. Numbered messages show that order is kept and
// nothing is lost or doubled, in both directions:
// - each client's own messages come back as `message-back`, in the order in which they were sent;
// - a ticker on another connection broadcasts to all of them, before, during and after the upgrade.

import assert from 'node:assert/strict';

import { Peer, PollingSession } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, Inbox } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const clientCount = 200;
const messagesPerClient = 25;
const upgradeAfter = 8;
const patience = 60_000;

// Nothing runs out of time, however slow the machine is.
const server = useServer({
    shards: 2, pingIntervalMs: 600_000, upgradeTimeoutMs: 600_000, requestTimeoutMs: 60_000,
});

class UpgradingClient {
    echoes = [];
    ticks = [];
    #arrived = new Inbox();
    #pausing = false;

    async open() {
        this.session = await PollingSession.open(server);
        await this.session.post('40');
        this.polling = this.#pollUntilPaused();
        this.polling.catch((error) => this.#arrived.end(error.message));
        assert.match(await this.#arrived.next('CONNECT reply', patience), /^40\{/);
        assert.equal(await this.#arrived.next('auth', patience), '42["auth",{}]');
    }

    /** Sends all messages, changing transports on the way, and collects until all came back. */
    async run() {
        for (let number = 0; number < messagesPerClient; ++number) {
            if (number === upgradeAfter) {
                this.probing = this.#probe();
                this.probing.catch((error) => this.#arrived.end(error.message));
            }
            if (this.#pausing && !this.ws) {
                await this.#switch();
            }
            await this.#send(`42["message",${number}]`);
            await elapse(3);
        }
        await this.probing;
        if (!this.ws) {
            await this.#switch();
        }
        while (this.echoes.length < messagesPerClient) {
            await this.collectOne();
        }
    }

    async collectOne() {
        const packet = await this.#arrived.next('message', patience);
        const [event, number] = JSON.parse(packet.slice(2));
        (event === 'all' ? this.ticks : this.echoes).push(number);
    }

    async #send(packet) {
        if (this.ws) {
            this.ws.send(packet);
        } else {
            const response = await this.session.postRaw(packet, { deadlineMs: patience });
            assert.equal(response.status, 200, `POST answered ${response.status}`);
        }
    }

    async #pollUntilPaused() {
        while (!this.#pausing) {
            for (const packet of await this.session.poll({ deadlineMs: patience })) {
                this.#take(packet);
            }
        }
    }

    /** Opens the second transport while polling goes on; then asks the sender to pause. */
    async #probe() {
        this.next = await RawWebSocket.connect(
            server, this.session.url({ transport: 'websocket' }));
        this.next.send('2probe');
        assert.equal(await this.next.nextMessage('3probe', patience), '3probe');
        this.#pausing = true;
    }

    /** With no POST under way and the last GET answered, the session moves. */
    async #switch() {
        await this.polling;
        this.next.send('5');
        this.ws = this.next;
        this.#readMessages();
    }

    async #readMessages() {
        try {
            for (;;) {
                this.#take(await this.ws.nextMessage('message', Infinity));
            }
        } catch (error) {
            this.#arrived.end(error.message);
        }
    }

    #take(packet) {
        if (packet !== '6') {
            this.#arrived.push(packet);
        }
    }
}

/** Broadcasts consecutive numbers until it is stopped, which gives the last of them. */
async function startTicker() {
    const peer = await Peer.open(server, 'websocket');
    let last = -1;
    const timer = setInterval(() => peer.send(`2["to-all",${++last}]`), 100);
    server.track({ destroy: () => clearInterval(timer) });
    return {
        stop() {
            clearInterval(timer);
            peer.send(`2["to-all",${++last}]`);
            return last;
        },
    };
}

function assertConsecutive(numbers, first, last, whose) {
    const expected = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    assert.deepEqual(numbers, expected, whose);
}

check('200 clients upgrade under load: order is kept, nothing is lost', async () => {
    const ticker = await startTicker();
    const clients = Array.from({ length: clientCount }, () => new UpgradingClient());
    for (let at = 0; at < clientCount; at += 20) {
        await Promise.all(clients.slice(at, at + 20).map((client) => client.open()));
    }
    await Promise.all(clients.map((client) => client.run()));

    const last = ticker.stop();
    await Promise.all(clients.map(async (client) => {
        while (client.ticks.at(-1) !== last) {
            await client.collectOne();
        }
    }));

    clients.forEach((client, index) => {
        assert.ok(client.ws, `client ${index} is on WebSocket`);
        assertConsecutive(client.echoes, 0, messagesPerClient - 1, `echoes of client ${index}`);
        assert.ok(client.ticks.length > 3, `client ${index} got ${client.ticks.length} ticks`);
        assertConsecutive(client.ticks, client.ticks[0], last, `ticks of client ${index}`);
    });
}, { timeoutMs: 110_000 });
