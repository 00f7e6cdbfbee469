//! What is wrong with the name, address or password of an account to be.
//!
//! A name is letters, digits and `@.+-_`, as Django has it, and the case of ASCII letters does not tell two apart.

use super::password;

/// Characters of a name, at most.
pub(super) const LONGEST_NAME: usize = 150;
/// Characters of an email address, at most (RFC 5321).
const LONGEST_EMAIL: usize = 254;

/// What is wrong with a name.
pub(super) fn of_name(name: &str) -> Option<String> {
    let is_allowed = |letter: char| letter.is_alphanumeric() || "@.+-_".contains(letter);
    if name.is_empty() {
        return Some("This field may not be blank.".to_owned());
    }
    if name.chars().count() > LONGEST_NAME {
        return Some(format!("Ensure this field has no more than {LONGEST_NAME} characters."));
    }
    let message = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    (!name.chars().all(is_allowed)).then(|| message.to_owned())
}

/// What is wrong with an email address; none and an empty one are fine.
pub(super) fn of_email(email: Option<&str>) -> Option<String> {
    let email = email.filter(|email| !email.is_empty())?;
    if email.chars().count() > LONGEST_EMAIL {
        return Some(format!(
            "Ensure this field has no more than {LONGEST_EMAIL} characters."
        ));
    }
    let is_plain = !email
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control());
    let is_address = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
    });
    (!(is_plain && is_address)).then(|| "Enter a valid email address.".to_owned())
}

/// What is wrong with a password, under the name of the field that it came in.
pub(super) fn of_password(
    field: &'static str,
    password: &str,
    name: &str,
) -> impl Iterator<Item = (&'static str, String)> {
    password::validation(password, name)
        .into_iter()
        .map(move |message| (field, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_addresses_have_an_at() {
        for name in ["ada", "Ada.Lovelace+1@example_org-2", "josé", "李"] {
            assert_eq!(of_name(name), None, "{name}");
        }
        for name in ["", "a b", "a/b", "a\n", "<b>", "a:b", &"x".repeat(151)] {
            assert!(of_name(name).is_some(), "{name}");
        }
        for email in [None, Some(""), Some("ada@example.org"), Some("josé@exemple.fr")] {
            assert_eq!(of_email(email), None, "{email:?}");
        }
        for email in ["ada", "@example.org", "ada@", "a b@c", "a@b@c", "a@b.\r\nBcc: c@d"] {
            assert!(of_email(Some(email)).is_some(), "{email}");
        }
    }
}
