//! SQL of `_tokens`.
//!
//! A token is live when it is neither revoked nor expired.

use super::{account, role};
use crate::access::{AccountName, Role, Token, TokenScope};
use crate::database::{Error, Row, Session, Statement, Value};

const SELECT: &str = "SELECT t.id, t.name, t.role, t.user_id, u.name, t.created_at, t.expires_at, t.last_used_at, \
     t.revoked_at FROM _tokens t LEFT JOIN _users u ON u.id = t.user_id";

/// A token to be written, without its hash.
pub(in crate::access) struct TokenRow<'a> {
    /// Its name.
    pub(in crate::access) name: &'a str,
    /// Its role.
    pub(in crate::access) role: Role,
    /// The account it belongs to.
    pub(in crate::access) owner: Option<i64>,
    /// When it expires.
    pub(in crate::access) expires_at: Option<i64>,
}

/// What a request with a token needs to know of it.
pub(in crate::access) struct TokenCredential {
    /// Its number.
    pub(in crate::access) id: i64,
    /// Its name.
    pub(in crate::access) name: String,
    /// Its role.
    pub(in crate::access) role: Role,
    /// When it expires.
    pub(in crate::access) expires_at: Option<i64>,
    /// Whether it was revoked.
    pub(in crate::access) is_revoked: bool,
    /// When it was last used.
    pub(in crate::access) last_used_at: Option<i64>,
    /// The account it belongs to, and that account's role.
    pub(in crate::access) owner: Option<(AccountName, Role)>,
}

/// The token with a hash.
pub(in crate::access) fn by_hash(session: &Session<'_>, hash: Vec<u8>) -> Result<Option<TokenCredential>, Error> {
    let statement = Statement::new(
        "SELECT t.id, t.name, t.role, t.expires_at, t.revoked_at, t.last_used_at, u.id, u.name, u.role \
         FROM _tokens t LEFT JOIN _users u ON u.id = t.user_id WHERE t.hash = ?",
        [Value::Bytes(hash)],
    );
    session.first(&statement, |row| {
        Ok(TokenCredential {
            id: row.integer(0),
            name: row.text(1),
            role: role(row, 2)?,
            expires_at: row.optional_integer(3),
            is_revoked: row.optional_integer(4).is_some(),
            last_used_at: row.optional_integer(5),
            owner: account(row, 6)?,
        })
    })
}

/// Tokens, the latest first, with numbers below `before`: at most `limit`.
pub(in crate::access) fn page(
    session: &Session<'_>,
    scope: TokenScope,
    before: i64,
    limit: usize,
) -> Result<Vec<Token>, Error> {
    let (condition, mut values) = in_scope(scope);
    values.extend([before.into(), (limit as i64).into()]);
    let sql = format!("{SELECT} WHERE {condition} AND t.id < ? ORDER BY t.id DESC LIMIT ?");
    session.all(&Statement::new(sql, values), token)
}

/// The token with a number, if it is in a scope.
pub(in crate::access) fn by_id(session: &Session<'_>, scope: TokenScope, id: i64) -> Result<Option<Token>, Error> {
    let (condition, mut values) = in_scope(scope);
    values.push(id.into());
    let sql = format!("{SELECT} WHERE {condition} AND t.id = ?");
    session.first(&Statement::new(sql, values), token)
}

/// Live tokens with a name, the latest first: at most `limit`.
pub(in crate::access) fn live_by_name(
    session: &Session<'_>,
    name: &str,
    now: i64,
    limit: usize,
) -> Result<Vec<Token>, Error> {
    let sql = format!(
        "{SELECT} WHERE t.name = ? AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?) \
         ORDER BY t.id DESC LIMIT ?"
    );
    let values = [name.into(), now.into(), (limit as i64).into()];
    session.all(&Statement::new(sql, values), token)
}

/// Whether a live token without an account has a name. Relies on writes being serial when such a token is then inserted in
/// the same write.
pub(in crate::access) fn has_live_without_account(session: &Session<'_>, name: &str, now: i64) -> Result<bool, Error> {
    let statement = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM _tokens WHERE user_id IS NULL AND name = ? \
         AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?))",
        [name.into(), now.into()],
    );
    let found = session.first(&statement, |row| Ok::<_, Error>(row.boolean(0)))?;
    Ok(found == Some(true))
}

/// How many live tokens an account has. Relies on writes being serial when one more is then inserted in the same write.
pub(in crate::access) fn count_live(session: &Session<'_>, owner: i64, now: i64) -> Result<i64, Error> {
    let statement = Statement::new(
        "SELECT count(*) FROM _tokens WHERE user_id = ? \
         AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)",
        [owner.into(), now.into()],
    );
    let count = session.first(&statement, |row| Ok::<_, Error>(row.integer(0)))?;
    Ok(count.unwrap_or_default())
}

/// Inserts a token and returns its number.
pub(in crate::access) fn insert(
    session: &Session<'_>,
    token: &TokenRow<'_>,
    hash: &[u8],
    now: i64,
) -> Result<i64, Error> {
    let statement = Statement::new(
        "INSERT INTO _tokens (hash, name, role, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        [
            Value::Bytes(hash.to_vec()),
            token.name.into(),
            token.role.name().into(),
            token.owner.into(),
            now.into(),
            token.expires_at.into(),
        ],
    );
    let id = session.first(&statement, |row| Ok::<_, Error>(row.integer(0)))?;
    id.ok_or_else(|| Error::Other("an inserted token has no number".to_owned()))
}

/// Writes down when a token was used.
pub(in crate::access) fn set_last_used(session: &Session<'_>, id: i64, now: i64) -> Result<(), Error> {
    let update = Statement::new(
        "UPDATE _tokens SET last_used_at = ? WHERE id = ?",
        [now.into(), id.into()],
    );
    session.execute(&update).map(drop)
}

/// Revokes a token.
pub(in crate::access) fn revoke(session: &Session<'_>, id: i64, now: i64) -> Result<(), Error> {
    let update = Statement::new(
        "UPDATE _tokens SET revoked_at = ? WHERE id = ?",
        [now.into(), id.into()],
    );
    session.execute(&update).map(drop)
}

/// Revokes an account's live tokens of a name, except for the `kept` that were used last.
pub(in crate::access) fn revoke_least_used(
    session: &Session<'_>,
    owner: Option<i64>,
    name: &str,
    kept: i64,
    now: i64,
) -> Result<(), Error> {
    const OF_NAME: &str = "user_id IS NOT DISTINCT FROM ? AND name = ? \
         AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)";
    let sql = format!(
        "UPDATE _tokens SET revoked_at = ? WHERE {OF_NAME} AND id NOT IN (SELECT id FROM _tokens WHERE {OF_NAME} \
         ORDER BY coalesce(last_used_at, created_at) DESC, id DESC LIMIT ?)"
    );
    let of_name = || [Value::from(owner), name.into(), now.into()];
    let mut values = vec![now.into()];
    values.extend(of_name());
    values.extend(of_name());
    values.push(kept.into());
    session.execute(&Statement::new(sql, values)).map(drop)
}

/// Deletes tokens that were revoked or expired before a time.
pub(in crate::access) fn delete_ended(session: &Session<'_>, before: i64) -> Result<(), Error> {
    let delete = Statement::new(
        "DELETE FROM _tokens WHERE revoked_at < ? OR expires_at < ?",
        [before.into(), before.into()],
    );
    session.execute(&delete).map(drop)
}

fn in_scope(scope: TokenScope) -> (&'static str, Vec<Value>) {
    match scope {
        TokenScope::All => ("TRUE", Vec::new()),
        TokenScope::Account(id) => ("t.user_id = ?", vec![id.into()]),
        TokenScope::Token(id) => ("t.id = ?", vec![id.into()]),
    }
}

fn token(row: &Row<'_, '_>) -> Result<Token, Error> {
    Ok(Token {
        id: row.integer(0),
        name: row.text(1),
        role: role(row, 2)?,
        owner: row.optional_integer(3).map(|id| AccountName { id, name: row.text(4) }),
        created_at: row.integer(5),
        expires_at: row.optional_integer(6),
        last_used_at: row.optional_integer(7),
        revoked_at: row.optional_integer(8),
    })
}
