// The job of bench/programs/fanout_server.cpp on socketioxide, in one thread: from SIGUSR2 on it emits, every
// interval, `burst` messages to everybody; a second SIGUSR2 stops it.

use serde::Serialize;
use socketioxide::{extract::SocketRef, SocketIo, TransportType};
use std::time::Duration;
use tokio::signal::unix::{signal, SignalKind};
use tokio::time::Instant;

const EVENT: &str = "new chart data";

#[derive(Serialize)]
struct ChartData<'a> {
    t: u64,
    data: &'a [u64],
}

struct Settings {
    port: u16,
    interval: Duration,
    bytes: usize,
    burst: u64,
}

fn read_settings() -> Settings {
    let mut settings = Settings {
        port: 0,
        interval: Duration::from_millis(10),
        bytes: 200,
        burst: 1,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value: f64 = arguments
            .next()
            .and_then(|text| text.parse().ok())
            .expect("a number");
        match name.as_str() {
            "--port" => settings.port = value as u16,
            "--interval-ms" => settings.interval = Duration::from_secs_f64(value / 1000.0),
            "--bytes" => settings.bytes = value as usize,
            "--burst" => settings.burst = value as u64,
            _ => panic!("unknown option {name}"),
        }
    }
    settings
}

/// CLOCK_MONOTONIC, which std's Instant hides.
fn nanoseconds_now() -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// Five-digit numbers, and a last one that makes the message as long as it should be on the wire.
fn chart_rows(message_bytes: usize) -> Vec<u64> {
    let header = match message_bytes {
        0..=127 => 2,
        128..=65_539 => 4,
        _ => 10,
    };
    let empty = format!(r#"42["{EVENT}",{{"t":{},"data":[]}}]"#, nanoseconds_now());
    let mut left = message_bytes - header - empty.len();
    let mut rows = Vec::new();
    while left > 11 {
        rows.push(10_000 + rows.len() as u64);
        left -= 6;
    }
    rows.push("9".repeat(left).parse().unwrap());
    rows
}

async fn broadcast(io: &SocketIo, rows: &[u64]) {
    let message = ChartData {
        t: nanoseconds_now(),
        data: rows,
    };
    io.emit(EVENT, &message).await.ok();
}

async fn run(io: SocketIo, settings: Settings) {
    let mut signals = signal(SignalKind::user_defined2()).unwrap();
    let rows = chart_rows(settings.bytes);
    signals.recv().await;
    let mut broadcasts = 0;
    let mut due = Instant::now();
    loop {
        for _ in 0..settings.burst {
            broadcast(&io, &rows).await;
            broadcasts += 1;
        }
        // No debt is kept: who is late goes on from now. With no pause, the connections have their turn.
        due = (due + settings.interval).max(Instant::now());
        tokio::select! {
            biased;
            _ = signals.recv() => break,
            _ = tokio::time::sleep_until(due) => tokio::task::yield_now().await,
        }
    }
    println!("sent {broadcasts} broadcasts");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = read_settings();
    let (layer, io) = SocketIo::builder()
        .transports([TransportType::Websocket])
        .build_layer();
    io.ns("/", |_: SocketRef| async {});
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", settings.port))
        .await
        .unwrap();
    println!(
        "listening on port {}",
        listener.local_addr().unwrap().port()
    );
    tokio::spawn(run(io, settings));
    axum::serve(listener, axum::Router::new().layer(layer))
        .await
        .unwrap();
}
