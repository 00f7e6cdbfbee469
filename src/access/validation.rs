//! What the name, email address and password of an account, and the name of a token, must be.
//!
//! A username is letters, digits and `@.+-_`, as Django has it. The case of ASCII letters does not tell two apart.

use super::password;
use crate::fields::{FieldErrors, message};

/// Characters of a username, at most.
pub(super) const LONGEST_USERNAME: usize = 150;
/// Characters of an email address, at most (RFC 5321).
const LONGEST_EMAIL: usize = 254;
/// Characters of a token's name, at most.
const LONGEST_TOKEN_NAME: usize = 100;

/// Checks a username.
pub(super) fn username(name: &str, errors: &mut FieldErrors) {
    let is_allowed = |letter: char| letter.is_alphanumeric() || "@.+-_".contains(letter);
    if name.is_empty() {
        errors.add("username", message::BLANK);
    } else if is_longer(name, LONGEST_USERNAME) {
        errors.add("username", message::max_length(LONGEST_USERNAME));
    } else if !name.chars().all(is_allowed) {
        let message = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
        errors.add("username", message);
    }
}

/// Checks an email address, if there is one.
pub(super) fn email(email: Option<&str>, errors: &mut FieldErrors) {
    let Some(email) = email.filter(|email| !email.is_empty()) else {
        return;
    };
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    let is_address = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
    });
    if is_longer(email, LONGEST_EMAIL) {
        errors.add("email", message::max_length(LONGEST_EMAIL));
    } else if !is_address || !email.chars().all(is_plain) {
        errors.add("email", "Enter a valid email address.");
    }
}

/// Checks a new password of the account `username`; `field` is the one that it came in.
pub(super) fn password(field: &str, password: &str, username: &str, errors: &mut FieldErrors) {
    for message in password::violations(password, username) {
        errors.add(field, message);
    }
}

/// Checks the name of a token.
pub(super) fn token_name(name: &str, errors: &mut FieldErrors) {
    if name.trim().is_empty() {
        errors.add("name", message::BLANK);
    } else if is_longer(name, LONGEST_TOKEN_NAME) {
        errors.add("name", message::max_length(LONGEST_TOKEN_NAME));
    } else if name.chars().any(char::is_control) {
        errors.add("name", "Not a valid string: it has control characters.");
    }
}

fn is_longer(text: &str, most: usize) -> bool {
    text.chars().nth(most).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(check: impl FnOnce(&mut FieldErrors)) -> bool {
        let mut errors = FieldErrors::default();
        check(&mut errors);
        errors.is_empty()
    }

    #[test]
    fn names_are_words_and_addresses_have_an_at() {
        for name in ["ada", "Ada.Lovelace+1@example_org-2", "josé", "李"] {
            assert!(accepts(|errors| username(name, errors)), "{name}");
        }
        for name in ["", "a b", "a/b", "a\n", "<b>", "a:b", &"x".repeat(151)] {
            assert!(!accepts(|errors| username(name, errors)), "{name}");
        }
        for email in [None, Some(""), Some("ada@example.org"), Some("josé@exemple.fr")] {
            assert!(accepts(|errors| super::email(email, errors)), "{email:?}");
        }
        for email in ["ada", "@example.org", "ada@", "a b@c", "a@b@c", "a@b.\r\nBcc: c@d"] {
            assert!(!accepts(|errors| super::email(Some(email), errors)), "{email}");
        }
    }
}
