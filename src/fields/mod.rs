//! The fields of a request: what a client sent, and what is wrong with it.
//!
//! [`Body`] and [`urlencoded`] take a body or a query apart into named [`Input`]s, [`FieldErrors`] collects what is wrong
//! with them, and [`message`] has the words, those of Django REST framework where it has any. `schema`, `records`,
//! `access`, `jobs` and `http` use this module; it uses none of them.

mod body;
mod errors;
mod input;
pub mod message;
pub mod urlencoded;

pub use body::{Body, BodyError, BodyRows, Fields};
pub use errors::{FieldErrors, NON_FIELD};
pub use input::{Input, text};
