//! Connections that do nothing are closed, and requests under way are counted.
//!
//! Rocket gives a client all the time it wants to send its headers, to take an answer, or to think of another request.
//! Here each request leaves a mark under its peer's address; now and then the process's sockets are gone through, and
//! those without a recent mark are shut down. The marks are a fixed table of atomics: no
//! lock and no memory for each client. Two peers may share a mark, which only makes them live longer.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit};
use nix::sys::socket::{Shutdown, SockaddrStorage, getpeername, getsockname, shutdown};

/// How long a new connection may take for its first request, and any for the headers of one.
const FIRST_REQUEST: Duration = Duration::from_secs(30);
/// How long a connection may rest between requests, and an answer lie untaken.
const REST: Duration = Duration::from_secs(75);
/// How long a request under way may go without a byte of its body or of its answer moving.
const STANDSTILL: Duration = Duration::from_secs(45);
/// Any of them, when most of the process's file descriptors are in use.
const CROWDED: Duration = Duration::from_secs(3);
/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(2);
/// Time between two looks whether a client still waits.
const LOOK: Duration = Duration::from_millis(500);
/// Marks.
const MARKS: usize = 4096;

/// The connections of the server.
pub struct Connections {
    started: Instant,
    hasher: RandomState,
    in_flight: AtomicU32,
    seen: Mutex<(Instant, HashSet<SocketAddr>)>,
    marks: Box<[Mark]>,
}

/// What the requests of a peer, or of a few that share it, left behind.
#[derive(Default)]
struct Mark {
    under_way: AtomicU32,
    /// Tenths of a second from the server's start to the last request's beginning or end.
    last: AtomicU32,
}

/// A request under way; it ends when this is dropped.
pub struct InFlight {
    connections: Arc<Connections>,
    peer: Option<SocketAddr>,
}

impl InFlight {
    /// Who asked.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.connections.end(self.peer);
    }
}

impl Connections {
    /// No connections yet.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            hasher: RandomState::new(),
            in_flight: AtomicU32::new(0),
            seen: Mutex::new((Instant::now(), HashSet::new())),
            marks: std::iter::repeat_with(Mark::default).take(MARKS).collect(),
        }
    }

    /// A request begins.
    pub fn begin(self: &Arc<Self>, peer: Option<SocketAddr>) -> InFlight {
        self.enter(peer);
        InFlight {
            connections: self.clone(),
            peer,
        }
    }

    /// A request begins, and its end will be said by [`Connections::end`].
    pub fn enter(&self, peer: Option<SocketAddr>) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        if let Some(mark) = peer.and_then(|peer| self.mark(&peer)) {
            mark.under_way.fetch_add(1, Ordering::Relaxed);
            mark.last.store(self.now(), Ordering::Relaxed);
        }
    }

    /// A request moves on: some of its body came, or some of its answer went.
    pub fn moved(&self, peer: Option<SocketAddr>) {
        if let Some(mark) = peer.and_then(|peer| self.mark(&peer)) {
            mark.last.store(self.now(), Ordering::Relaxed);
        }
    }

    /// A request ends.
    pub fn end(&self, peer: Option<SocketAddr>) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        if let Some(mark) = peer.and_then(|peer| self.mark(&peer)) {
            mark.under_way.fetch_sub(1, Ordering::Relaxed);
            mark.last.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Requests under way.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Resolves when a peer's connection is no longer open.
    pub async fn gone(&self, peer: Option<SocketAddr>) {
        let Some(peer) = peer else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(LOOK).await;
            if !self.is_open(peer, LOOK / 2) {
                return;
            }
        }
    }

    /// Whether a peer that has waited for its answer has gone meanwhile, by a look made for it.
    pub fn has_gone(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_some_and(|peer| !self.is_open(peer, Duration::ZERO))
    }

    /// Whether a peer's connection is open, by a look that all who wait share when it is not older than that.
    fn is_open(&self, peer: SocketAddr, age: Duration) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.0.elapsed() > age {
            *seen = (Instant::now(), sockets().map(|(_, peer)| peer).collect());
        }
        seen.1.contains(&peer)
    }

    /// Closes the connection of a peer in the middle of an answer.
    pub fn cut(&self, peer: Option<SocketAddr>) {
        let Some(peer) = peer else { return };
        for (socket, _) in sockets().filter(|(socket, found)| *found == peer && peer_of(*socket) == Some(peer)) {
            let _ = shutdown(socket, Shutdown::Both);
        }
    }

    /// Starts going through the connections to `port`, on a thread of its own, for the rest of the process's life.
    pub fn start_reaping(self: &Arc<Self>, port: u16) {
        let connections = self.clone();
        let spawned = std::thread::Builder::new().name("reaper".into()).spawn(move || {
            let mut known = HashMap::new();
            loop {
                std::thread::sleep(ROUND);
                connections.reap(port, &mut known);
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread for closing idle connections; they stay open");
        }
    }

    /// One round. `known` holds when each connection was first seen.
    fn reap(&self, port: u16, known: &mut HashMap<(RawFd, SocketAddr), Instant>) {
        let now = Instant::now();
        let open: Vec<_> = sockets().filter(|(socket, _)| port_of(*socket) == Some(port)).collect();
        let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
        let crowded = open.len() as u64 > limit / 4 * 3;
        known.retain(|connection, _| open.contains(connection));
        for (socket, peer) in open {
            let first_seen = *known.entry((socket, peer)).or_insert(now);
            let Some(mark) = self.mark(&peer) else { continue };
            let last = self.started + Duration::from_millis(u64::from(mark.last.load(Ordering::Relaxed)) * 100);
            // A mark from before the connection is another's.
            let has_asked = last + ROUND > first_seen;
            let is_under_way = mark.under_way.load(Ordering::Relaxed) > 0;
            let patience = match (has_asked, is_under_way) {
                (true, true) => STANDSTILL,
                _ if crowded => CROWDED,
                (true, false) => REST,
                (false, _) => FIRST_REQUEST,
            };
            let idle_since = if has_asked { last.max(first_seen) } else { first_seen };
            if now.saturating_duration_since(idle_since) > patience && peer_of(socket) == Some(peer) {
                let _ = shutdown(socket, Shutdown::Both);
            }
        }
    }

    fn mark(&self, peer: &SocketAddr) -> Option<&Mark> {
        let place = self.hasher.hash_one(peer) as usize % MARKS;
        self.marks.get(place)
    }

    fn now(&self) -> u32 {
        (self.started.elapsed().as_millis() / 100) as u32
    }
}

/// The process's connected sockets with their peers.
fn sockets() -> impl Iterator<Item = (RawFd, SocketAddr)> {
    let descriptors = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let numbers = descriptors.filter_map(|entry| entry.file_name().to_str()?.parse::<RawFd>().ok());
    numbers.filter_map(|socket| Some((socket, peer_of(socket)?)))
}

fn peer_of(socket: RawFd) -> Option<SocketAddr> {
    address(getpeername::<SockaddrStorage>(socket).ok()?)
}

fn port_of(socket: RawFd) -> Option<u16> {
    Some(address(getsockname::<SockaddrStorage>(socket).ok()?)?.port())
}

fn address(address: SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address
        .as_sockaddr_in()
        .map(|v4| SocketAddr::from(std::net::SocketAddrV4::from(*v4)));
    v4.or_else(|| {
        address
            .as_sockaddr_in6()
            .map(|v6| SocketAddr::from(std::net::SocketAddrV6::from(*v6)))
    })
}
