//! Passwords: the rules for new ones, hashing and verification.
//!
//! Argon2id with OWASP's parameters for little memory (Password Storage Cheat Sheet), in PHC strings. A hash takes 19 MiB and
//! tens of milliseconds of a processor: it is computed on a blocking thread, few at once, with a short queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

use super::Error;
use super::secret;
use crate::clock::Rng;
use crate::fields::message;

/// OWASP's parameters: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at once: twice 19 MiB is all the memory that signing in ever takes.
const AT_ONCE: usize = 2;
/// The size above which glibc returns freed memory to the system at once (`DEFAULT_MMAP_THRESHOLD_MAX`).
const RETURNED_AT_ONCE: usize = 33 << 20;
/// How many hashes may wait for their turn, and for how long.
const MAX_WAITING: usize = 32;
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Characters of a password, at least (NIST SP 800-63B, OWASP) and at most.
const SHORTEST: usize = 8;
const LONGEST: usize = 1024;

/// The 1,000 commonest passwords of eight characters or more, the commonest first: from the list of Django's
/// `CommonPasswordValidator` (Django, BSD 3-clause, which took them from Royce Williams' count of leaked passwords).
const COMMON: &str = include_str!("common_passwords.txt");

/// A hash of no password, with the current parameters. Unknown names are checked against it, so that the time of an answer does
/// not reveal whether there is such an account.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29jbGUgaGFzIG5vIG9uZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The rules that a new password of the account `username` breaks, a message each.
pub(super) fn violations(password: &str, username: &str) -> Vec<String> {
    let mut violations = Vec::new();
    let normalized = normalized(password);
    let length = normalized.chars().count();
    if length < SHORTEST {
        violations.push(format!(
            "This password is too short. It must contain at least {SHORTEST} characters."
        ));
    }
    if length > LONGEST {
        violations.push(message::max_length(LONGEST));
    }
    let lower = normalized.to_lowercase();
    if COMMON.lines().any(|common| common == lower) {
        violations.push("This password is too common.".to_owned());
    }
    if lower == username.to_lowercase() {
        violations.push("The password is too similar to the username.".to_owned());
    }
    violations
}

/// A password in Unicode's NFKC form (NIST SP 800-63B): keyboards differ in how they send an `é`.
fn normalized(password: &str) -> String {
    password.nfkc().collect()
}

/// The result of checking a password against a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The password is wrong.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, and its hash was made with outdated parameters.
    NeedsRehash,
}

/// Hashes passwords, a bounded number at once.
pub(super) struct Hashing {
    rng: Rng,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Hashing {
    pub(super) fn new(rng: Rng) -> Self {
        Self {
            rng,
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Hashes a password into a PHC string.
    pub(super) async fn hash(&self, password: &str) -> Result<String, Error> {
        let salt: [u8; 16] = secret::bytes(self.rng)?;
        let password = password.to_owned();
        self.run(move || hash(&password, &salt)).await?
    }

    /// Checks a password against a PHC string or, without one, against [`DUMMY_HASH`], which no password fits.
    pub(super) async fn check(&self, password: &str, stored: Option<String>) -> Result<Verdict, Error> {
        let password = password.to_owned();
        self.run(move || check(&password, stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let permit = self.permit().await?;
        let task = tokio::task::spawn_blocking(move || {
            let answer = work();
            tracing::debug!(target: "socle::password", "hashed one password");
            drop(permit);
            answer
        });
        task.await
            .map_err(|_| Error::System("hashing a password failed".to_owned()))
    }

    /// A permit, held by the hashing thread: a client that disconnects does not make room for another.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Error> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = Waiting::among(&self.waiting).ok_or(Error::Crowded)?;
        match tokio::time::timeout(LONGEST_WAIT, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Crowded),
        }
    }
}

/// One of the waiting, counted until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn among(count: &'a AtomicUsize) -> Option<Self> {
        let this = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(this)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hash(password: &str, salt: &[u8]) -> Result<String, Error> {
    let salt = SaltString::encode_b64(salt).map_err(failed)?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let output = digest(&argon2, password, salt.as_salt(), Params::DEFAULT_OUTPUT_LEN)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(failed)?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

fn check(password: &str, stored: Option<&str>) -> Verdict {
    match verify(password, stored.unwrap_or(DUMMY_HASH)) {
        Err(error) => {
            tracing::error!("a password cannot be checked: {error}");
            Verdict::Wrong
        }
        Ok((true, is_current)) if stored.is_some() => match is_current {
            true => Verdict::Right,
            false => Verdict::NeedsRehash,
        },
        Ok(_) => Verdict::Wrong,
    }
}

/// Whether a PHC string is that of a password, and whether it has the current parameters.
fn verify(password: &str, stored: &str) -> Result<(bool, bool), Error> {
    let hash = PasswordHash::new(stored).map_err(failed)?;
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
        return Err(failed("it has no salt or no hash"));
    };
    let algorithm = Algorithm::try_from(hash.algorithm).map_err(failed)?;
    let version = hash
        .version
        .map_or(Ok(Version::V0x13), Version::try_from)
        .map_err(failed)?;
    let argon2 = Argon2::new(algorithm, version, Params::try_from(&hash).map_err(failed)?);
    let output = digest(&argon2, password, salt, expected.len())?;
    // Outputs are compared in constant time.
    Ok((output == expected, is_current(&hash)))
}

fn digest(argon2: &Argon2<'_>, password: &str, salt: Salt<'_>, length: usize) -> Result<Output, Error> {
    let mut buffer = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut buffer).map_err(failed)?;
    // glibc keeps freed blocks of up to 32 MiB for each thread that has allocated any. A larger block is returned at once, and
    // what is not written of it takes no memory.
    let blocks = argon2.params().block_count();
    let mut memory: Vec<Block> = Vec::with_capacity(blocks.max(RETURNED_AT_ONCE / Block::SIZE));
    memory.resize(blocks, Block::default());
    Output::init_with(length, |output| {
        argon2
            .hash_password_into_with_memory(normalized(password).as_bytes(), salt, output, &mut memory)
            .map_err(Into::into)
    })
    .map_err(failed)
}

/// Whether a password is longer than any that can be stored.
pub(super) fn is_too_long(password: &str) -> bool {
    // Composition shortens a text to a third at most.
    password.chars().nth(3 * LONGEST).is_some()
}

/// Whether a hash has the current parameters.
fn is_current(hash: &PasswordHash<'_>) -> bool {
    let is_algorithm = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(Version::V0x13.into());
    let params = Params::try_from(hash).ok();
    let is_cost = |params: Params| (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES);
    is_algorithm && params.is_some_and(is_cost)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::System(format!("hashing a password failed: {error}"))
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher as _;

    use super::*;

    #[test]
    fn short_common_and_obvious_passwords_are_refused() {
        assert!(violations("correct horse", "ada").is_empty());
        assert!(violations("1234567", "ada")[0].contains("8 characters"));
        for common in ["password", "PassWord1", "12345678", "iloveyou"] {
            assert!(violations(common, "ada")[0].contains("common"), "{common}");
        }
        assert!(violations("Ada.Lovelace", "ada.lovelace")[0].contains("similar"));
        assert!(violations(&"é".repeat(1025), "ada")[0].contains("1024"));
        assert_eq!(COMMON.lines().count(), 1000);
    }

    #[test]
    fn a_password_is_checked_against_its_hash_however_its_letters_are_composed() {
        let kept = hash("mot de passé", &[7; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(check("mot de passe\u{301}", Some(&kept)), Verdict::Right);
        assert_eq!(check("mot de passe", Some(&kept)), Verdict::Wrong);
        assert_eq!(check("mot de passé", Some("no hash")), Verdict::Wrong);
    }

    #[test]
    fn hashes_are_those_of_other_implementations() {
        use argon2::password_hash::PasswordVerifier as _;
        let ours = hash("mot de passe", &[7; 16]).unwrap();
        let theirs = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"mot de passe", &theirs).is_ok());
        let weaker = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(1024, 1, 1, None).unwrap(),
        );
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let old = weaker.hash_password(b"mot de passe", &salt).unwrap().to_string();
        assert_eq!(check("mot de passe", Some(&old)), Verdict::NeedsRehash);
    }

    #[test]
    fn the_dummy_hash_costs_what_all_others_cost_and_fits_no_password() {
        let dummy = PasswordHash::new(DUMMY_HASH).unwrap();
        assert!(is_current(&dummy));
        assert_eq!(dummy.hash.unwrap().len(), Params::DEFAULT_OUTPUT_LEN);
        assert_eq!(check("", None), Verdict::Wrong);
    }
}
