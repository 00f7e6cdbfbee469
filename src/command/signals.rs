//! SIGTERM and SIGINT, turned into the phases of the server's end.

use std::io;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::http::Phase;

/// Listens from now on. As the first process of a container, Socle would not be ended by a signal that it does not
/// listen for, so this comes before anything that may take long.
pub(super) fn listen(runtime: &Runtime, phase: watch::Sender<Phase>, delay: Duration) -> io::Result<()> {
    let _inside = runtime.enter();
    let signals = Signals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    };
    runtime.spawn(follow(signals, phase, delay));
    Ok(())
}

/// Moves the server to its end at the first signal, and ends the process at the second.
async fn follow(mut signals: Signals, phase: watch::Sender<Phase>, delay: Duration) {
    let (name, code) = signals.next().await;
    if *phase.borrow() == Phase::Starting {
        std::process::exit(code);
    }
    tracing::info!("{name}: stopping; a second signal ends the process at once");
    tokio::spawn(async move {
        let (_, code) = signals.next().await;
        std::process::exit(code);
    });
    phase.send_replace(Phase::Leaving);
    tokio::time::sleep(delay).await;
    phase.send_replace(Phase::Draining);
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// The next signal's name, and the exit code of a process that it ends: 128 and its number, as shells have it.
    async fn next(&mut self) -> (&'static str, i32) {
        tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", 128 + 15),
            _ = self.interrupt.recv() => ("SIGINT", 128 + 2),
        }
    }
}
