//! Closes idle connections, and counts the requests in flight.
//!
//! Rocket sets no time limit on headers, on idle connections and on responses that are not read. Here each request records
//! its activity in the slot of its peer's address, and a thread regularly shuts down the process's sockets whose slot has
//! no recent activity. The slots are a fixed table of atomics: no lock, and no memory for each client. Peers that share a
//! slot are closed later than they would be alone.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit};
use nix::sys::socket::{Shutdown, SockaddrStorage, getpeername, getsockname, shutdown};

/// How long a new connection may take until its first request has arrived.
const FIRST_REQUEST: Duration = Duration::from_secs(30);
/// How long a connection may be idle between requests, and a response unread.
const IDLE: Duration = Duration::from_secs(75);
/// How long no byte of the body or the response of a request in flight may move.
const STALLED: Duration = Duration::from_secs(45);
/// Each of these times for connections without a request in flight, when most of the process's file descriptors are in use.
const CONTENDED: Duration = Duration::from_secs(3);
/// Time between two passes over the sockets.
const INTERVAL: Duration = Duration::from_secs(2);
/// Time between two checks whether a client is still connected.
const CHECK: Duration = Duration::from_millis(500);
/// The number of slots.
const SLOTS: usize = 4096;

/// The connections of the server.
pub struct Connections {
    started: Instant,
    hasher: RandomState,
    in_flight: AtomicU32,
    seen: Mutex<(Instant, HashSet<SocketAddr>)>,
    slots: Box<[Slot]>,
}

/// The activity of a peer, or of the few that share the slot.
#[derive(Default)]
struct Slot {
    in_flight: AtomicU32,
    /// Tenths of a second from the server's start to the last request's beginning or end.
    last: AtomicU32,
}

/// A request in flight; it ends when this is dropped.
pub struct InFlight {
    connections: Arc<Connections>,
    peer: Option<SocketAddr>,
}

impl InFlight {
    /// The address of the client.
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
            slots: std::iter::repeat_with(Slot::default).take(SLOTS).collect(),
        }
    }

    /// Records the beginning of a request.
    pub fn begin(self: &Arc<Self>, peer: Option<SocketAddr>) -> InFlight {
        self.enter(peer);
        InFlight {
            connections: self.clone(),
            peer,
        }
    }

    /// Records the beginning of a request, whose end [`Connections::end`] records.
    pub fn enter(&self, peer: Option<SocketAddr>) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = peer.and_then(|peer| self.slot(&peer)) {
            slot.in_flight.fetch_add(1, Ordering::Relaxed);
            slot.last.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Records that part of the body or of the response of a request has moved.
    pub fn moved(&self, peer: Option<SocketAddr>) {
        if let Some(slot) = peer.and_then(|peer| self.slot(&peer)) {
            slot.last.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Records the end of a request.
    pub fn end(&self, peer: Option<SocketAddr>) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        if let Some(slot) = peer.and_then(|peer| self.slot(&peer)) {
            slot.in_flight.fetch_sub(1, Ordering::Relaxed);
            slot.last.store(self.now(), Ordering::Relaxed);
        }
    }

    /// The number of requests in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Resolves once a peer's connection is closed.
    pub async fn gone(&self, peer: Option<SocketAddr>) {
        let Some(peer) = peer else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(CHECK).await;
            if !self.is_open(peer, CHECK / 2) {
                return;
            }
        }
    }

    /// Whether a peer's connection is closed, checked now.
    pub fn has_gone(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_some_and(|peer| !self.is_open(peer, Duration::ZERO))
    }

    /// Whether a peer's connection is open, by a check that is shared when it is no older than `age`.
    fn is_open(&self, peer: SocketAddr, age: Duration) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.0.elapsed() > age {
            *seen = (Instant::now(), sockets().map(|(_, peer)| peer).collect());
        }
        seen.1.contains(&peer)
    }

    /// Closes the connection of a peer in the middle of a response.
    pub fn cut(&self, peer: Option<SocketAddr>) {
        let Some(peer) = peer else { return };
        for (socket, _) in sockets().filter(|(socket, found)| *found == peer && peer_of(*socket) == Some(peer)) {
            let _ = shutdown(socket, Shutdown::Both);
        }
    }

    /// Starts the thread that closes idle connections to `port`, for the rest of the process.
    pub fn start_reaping(self: &Arc<Self>, port: u16) {
        let connections = self.clone();
        let spawned = std::thread::Builder::new().name("reaper".into()).spawn(move || {
            let mut known = HashMap::new();
            loop {
                std::thread::sleep(INTERVAL);
                connections.reap(port, &mut known);
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread for closing idle connections; they stay open");
        }
    }

    /// One pass. `known` holds when each connection was first seen.
    fn reap(&self, port: u16, known: &mut HashMap<(RawFd, SocketAddr), Instant>) {
        let now = Instant::now();
        let open: Vec<_> = sockets().filter(|(socket, _)| port_of(*socket) == Some(port)).collect();
        let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
        let contended = open.len() as u64 > limit / 4 * 3;
        known.retain(|connection, _| open.contains(connection));
        for (socket, peer) in open {
            let first_seen = *known.entry((socket, peer)).or_insert(now);
            let Some(slot) = self.slot(&peer) else { continue };
            let last = self.started + Duration::from_millis(u64::from(slot.last.load(Ordering::Relaxed)) * 100);
            // Activity from before the connection is that of another.
            let has_requested = last + INTERVAL > first_seen;
            let is_in_flight = slot.in_flight.load(Ordering::Relaxed) > 0;
            let allowed = match (has_requested, is_in_flight) {
                (true, true) => STALLED,
                _ if contended => CONTENDED,
                (true, false) => IDLE,
                (false, _) => FIRST_REQUEST,
            };
            let idle_since = if has_requested {
                last.max(first_seen)
            } else {
                first_seen
            };
            if now.saturating_duration_since(idle_since) > allowed && peer_of(socket) == Some(peer) {
                let _ = shutdown(socket, Shutdown::Both);
            }
        }
    }

    fn slot(&self, peer: &SocketAddr) -> Option<&Slot> {
        let index = self.hasher.hash_one(peer) as usize % SLOTS;
        self.slots.get(index)
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
