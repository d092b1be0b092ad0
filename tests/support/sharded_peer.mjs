// A server of socket.io 4 with the sharded adapter and one client in room1, for
// tests/integration/sharded_adapter_test.cpp.
//
//   node sharded_peer.mjs <port> [<mode>]     prints "ready", then a line of JSON for each event of the client

import { createServer } from "node:http";
import { createShardedAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";

const [port, subscriptionMode = "dynamic"] = process.argv.slice(2);

async function connected() {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on("error", () => {});
    await client.connect();
    return client;
}

const http = createServer();
const [pub, sub] = [await connected(), await connected()];
const io = new Server(http, { adapter: createShardedAdapter(pub, sub, { subscriptionMode }) });
io.on("connection", (socket) => {
    socket.data.name = "node";
    socket.join("room1");
    socket.on("please", (...args) => io.to("room1").emit("node says", ...args));
    socket.on("fetch", async () => {
        const ids = (await io.fetchSockets()).map((found) => found.id).filter((id) => id !== socket.id);
        console.log(JSON.stringify(["fetched", ...ids.sort()]));
    });
});
io.on("whoami", (answer) => answer("node"));
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
const client = connect(`http://127.0.0.1:${http.address().port}`);
client.onAny((...event) => {
    const answer = event.at(-1);
    if (typeof answer === "function") {
        answer("from node's client");
        return;
    }
    console.log(JSON.stringify(event));
    if (event[0] === "question") client.emit("please", ...event.slice(1));
    if (event[0] === "fetch") client.emit("fetch");
});
client.on("connect", async () => {
    // The subscriptions are on their way; a PING behind them on the same connection comes back after them.
    await new Promise((resolve) => setImmediate(resolve));
    await sub.ping();
    console.log("ready");
});
