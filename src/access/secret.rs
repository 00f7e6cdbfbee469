//! Secrets that Socle makes: random, shown once, and kept as their SHA-256 only.
//!
//! 256 random bits cannot be guessed, so that a fast hash protects them as well as a slow one would, and looking one up by
//! its hash tells nothing by the time it takes.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Error;
use crate::clock::Rng;

/// What every token begins with, so that people and scanners of leaks know one when they see it.
pub const TOKEN_PREFIX: &str = "socle_";
/// Random bytes in a secret.
const LENGTH: usize = 32;

/// The text of a token, or of a session's cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(super) fn new(prefix: &str, rng: Rng) -> Result<Self, Error> {
        let bytes: [u8; LENGTH] = bytes(rng)?;
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The text, for its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(super) fn digest(&self) -> Vec<u8> {
        digest(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Random bytes.
pub(super) fn bytes<const N: usize>(rng: Rng) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    rng.fill(&mut bytes)
        .map_err(|error| Error::System(format!("the system gives no randomness: {error}")))?;
    Ok(bytes)
}

/// What is kept of a secret.
pub(super) fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// The token against forged requests that belongs to a session: it can be told from the cookie, and the cookie not from it.
pub fn csrf_token(session: &str) -> String {
    let digest = Sha256::new_with_prefix(b"socle csrf ").chain_update(session.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// Whether two texts are equal, compared in constant time.
pub fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_prefix_and_43_characters_and_never_shows_in_logs() {
        let token = Secret::new(
            TOKEN_PREFIX,
            Rng::new(|bytes| {
                bytes.fill(0xa5);
                Ok(())
            }),
        )
        .unwrap();
        assert_eq!(token.reveal().len(), TOKEN_PREFIX.len() + 43);
        assert!(!format!("{token:?}").contains(&token.reveal()[6..]));
        assert_eq!(token.digest().len(), 32);
        assert!(Secret::new("", Rng::new(|_| Err(std::io::Error::other("none")))).is_err());
    }

    #[test]
    fn the_token_against_forgery_belongs_to_one_session() {
        assert_eq!(csrf_token("a"), csrf_token("a"));
        assert_ne!(csrf_token("a"), csrf_token("b"));
        assert!(is_same("abc", "abc") && !is_same("abc", "abd") && !is_same("abc", "ab"));
    }
}
