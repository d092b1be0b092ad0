// The npm packages that share a Redis with our servers, for tests/integration/redis_*_test.cpp.
//
//   node redis_peers.mjs emitter <port>       @socket.io/redis-emitter 5 says its piece and ends
//   node redis_peers.mjs old-emitter <port>   socket.io-emitter 3.2, as in the seed era
//   node redis_peers.mjs server <port>        socket.io 4 with the classic adapter and one client;
//                                             prints "ready", then a line of JSON for each event,
//                                             and what becomes of what the event "run" tells it

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createClient } from "redis";

const require = createRequire(import.meta.url);
const [role, port] = process.argv.slice(2);
const url = `redis://127.0.0.1:${port}`;

async function connected() {
    const client = createClient({ url });
    client.on("error", () => {});
    await client.connect();
    return client;
}

async function emitter() {
    const { Emitter } = await import("@socket.io/redis-emitter");
    const client = await connected();
    const io = new Emitter(client);
    io.emit("new chart data", { a: [1, 2.5, -129], when: new Date(0), none: null });
    io.to("room1").except(["x", "y"]).volatile.emit("hi", Buffer.from([222, 173]));
    io.of("admin").to(["a", "b"]).compress(false).emit("x");
    await client.quit();
}

function oldEmitter() {
    const client = require("socket.io-emitter/node_modules/redis").createClient(Number(port), "127.0.0.1");
    const io = require("socket.io-emitter")(client);
    io.emit("new chart data", { a: [1, 2, 3] });
    io.to("room1").volatile.emit("hi", Buffer.from([222, 173]));
    io.of("/admin").emit("x", null);
    client.quit();
}

async function server() {
    const { Server } = await import("socket.io");
    const { createAdapter } = await import("@socket.io/redis-adapter");
    const { io: connect } = await import("socket.io-client");
    const http = createServer();
    const [pub, sub] = [await connected(), await connected()];
    const io = new Server(http, { adapter: createAdapter(pub, sub) });
    const tell = (...what) => console.log(JSON.stringify(what));
    // Events of other servers.
    io.on("whoami", (...args) => args.pop()("node"));
    io.on("noted", (...args) => tell("noted", ...args));
    const calls = {
        fetch: async () => (await io.fetchSockets()).map(({ id, rooms, data }) => [id.length === 20 ? "client" : id, [...rooms].length, data]),
        ask: async () => (await io.timeout(10_000).emitWithAck("q", 41)).sort(),
        side: () => io.serverSideEmitWithAck("whoami"),
        rooms: async () => [...(await io.of("/").adapter.allRooms())].filter((room) => room.length < 20).sort(),
        note: () => io.serverSideEmit("noted", { a: 1 }),
        join: () => io.in("room1").socketsJoin(["y"]),
        leave: () => io.in("room1").except("z").socketsLeave("y"),
        disconnect: () => io.in("nobody").disconnectSockets(true),
    };
    io.on("run", async (name) => {
        try {
            tell(name, await calls[name]());
        } catch (error) {
            tell(name, error.message);
        }
    });
    io.on("connection", (socket) => {
        socket.join("room1");
        socket.on("please", (...args) => io.to("room1").emit("node says", ...args));
    });
    await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
    const client = connect(`http://127.0.0.1:${http.address().port}`);
    client.onAny((...event) => {
        console.log(JSON.stringify(event));
        if (event[0] === "q") event.at(-1)(`client says ${event[1]}`);
        if (event[0] === "question") client.emit("please", ...event.slice(1));
    });
    client.on("connect", async () => {
        // The adapter's own subscription is on its way since the server was made; a PING on the same
        // connection is answered behind it.
        await sub.ping();
        console.log("ready");
    });
}

await { emitter, "old-emitter": oldEmitter, server }[role]();
