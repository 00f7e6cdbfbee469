//! Secrets of tokens and sessions: 256 random bits, shown once and stored as their SHA-256.
//!
//! So many random bits cannot be guessed, so a fast hash protects them as well as a slow one would, and the time of a lookup by
//! hash reveals nothing of the secret.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Error;
use crate::clock::Rng;

/// The prefix of every token, by which people and secret scanners recognize one.
pub const TOKEN_PREFIX: &str = "socle_";
/// Random bytes in a secret.
const LENGTH: usize = 32;

/// The text of a token or of a session's cookie. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Creates a secret.
    ///
    /// # Errors
    /// When the system has no random bits.
    pub(super) fn new(prefix: &str, rng: Rng) -> Result<Self, Error> {
        let bytes: [u8; LENGTH] = bytes(rng)?;
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The text, to be given to its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash that is stored.
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
        .map_err(|error| Error::System(format!("the system has no random bits: {error}")))?;
    Ok(bytes)
}

/// The hash that is stored of a secret.
pub(super) fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// The CSRF token of a session. It is derived from the cookie's secret, which it does not reveal.
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
