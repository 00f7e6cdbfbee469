//! SIGTERM and SIGINT: the first starts the shutdown, the second ends the process at once.

use std::io;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::http::Phase;

/// Installs the handlers. Called before anything that may take long: the kernel does not deliver a signal without a
/// handler to the first process of a container.
pub(super) fn listen(runtime: &Runtime, phase: watch::Sender<Phase>, delay: Duration) -> io::Result<()> {
    let _inside = runtime.enter();
    let signals = Signals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    };
    runtime.spawn(follow(signals, phase, delay));
    Ok(())
}

/// Moves `phase` through the shutdown at the first signal; ends the process at the second, or at the first one before the
/// start is complete.
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
    /// The name of the next signal, and the exit code for a process that it ends: 128 plus its number, as in shells.
    async fn next(&mut self) -> (&'static str, i32) {
        tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", 128 + 15),
            _ = self.interrupt.recv() => ("SIGINT", 128 + 2),
        }
    }
}
