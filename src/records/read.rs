//! Reads of rows and lists. A short list is answered at once; a long one is streamed from a thread of its own, at most a few
//! chunks ahead of the client.

use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::formats::{ListWriter, json};
use super::plan::{ListPlan, RowPlan};
use super::request::{Format, ListRequest};
use super::selection::Selection;
use super::stream::{self, CancelGuard, Chunks, Part, Sink};
use super::{Error, Plan, ScopedRecords, cursor, statement};
use crate::database::{self, ReadSlot, Session, Statement, Value};
use crate::fields::{FieldErrors, message};
use crate::schema::Table;

/// A list of at most this many bytes may be answered whole.
const WHOLE: usize = 256 * 1024;
/// Pages of at most this many rows are read whole, if they fit, even when they take long to find.
const PAGE: u64 = 1000;
/// Bytes of a chunk of a streamed list.
const CHUNK: usize = 16 * 1024;

/// A list: what is known before its first row, and its rows.
pub struct Listing {
    /// What the headers are made from.
    pub head: Head,
    /// The rows, in the format asked for.
    pub rows: Rows,
}

/// What is known of a list before its first row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    /// Rows on all pages, when a limit was given.
    pub total: Option<u64>,
    /// The cursor after which the next page starts, when pages go by key and there is one.
    pub next: Option<String>,
}

/// The rows of a list.
pub enum Rows {
    /// All of them.
    Whole(Vec<u8>),
    /// Chunk after chunk.
    Stream(Chunks),
}

impl Plan for RowPlan {
    type Answer = Vec<u8>;

    async fn execute(self, records: &ScopedRecords<'_>) -> Result<Vec<u8>, Error> {
        let sql = statement::row(&self.selection);
        let found = records.database.read(|session| {
            session.first_of(&sql, &self.key, |row| {
                let mut out = Vec::with_capacity(256);
                json::write_row(row, &self.selection, &mut out);
                Ok::<_, Error>(out)
            })
        })?;
        found.ok_or(Error::NotFound)
    }
}

impl Plan for ListQuery {
    type Answer = Listing;

    async fn execute(self, records: &ScopedRecords<'_>) -> Result<Listing, Error> {
        let query = Arc::new(self);
        match records.database.read(|session| query.whole(session)) {
            Ok(Some(listing)) => Ok(listing),
            Err(Error::Database(database::Error::Interrupted)) if query.is_page => records.page(query).await,
            Ok(None) | Err(Error::Database(database::Error::Interrupted)) => records.stream(query).await,
            Err(error) => Err(error),
        }
    }
}

impl ScopedRecords<'_> {
    /// A list of the rows of a table.
    ///
    /// # Errors
    /// What is wrong with the request, or the database's own.
    pub async fn list(&self, table: &Arc<Table>, request: &ListRequest, format: Format) -> Result<Listing, Error> {
        let plan = |schema: &Arc<_>, table: &_| Ok(ListQuery::of(ListPlan::new(schema, table, request)?, format));
        self.run(table, plan).await
    }

    /// One row as JSON, with the `fields` and `expand` of the request.
    ///
    /// # Errors
    /// [`Error::NotFound`], what is wrong with the request, or the database's own.
    pub async fn row(&self, table: &Arc<Table>, key: &str, request: &ListRequest) -> Result<Vec<u8>, Error> {
        self.run(table, |schema, table| RowPlan::new(schema, table, key, request))
            .await
    }

    /// A page that takes long to find. It is read whole before it is sent, so that no client can hold its slot.
    async fn page(&self, query: Arc<ListQuery>) -> Result<Listing, Error> {
        let cancel = CancelGuard::default();
        let (page, flag) = (query.clone(), cancel.flag());
        match self
            .database
            .read_long(ReadSlot::Page, flag, move |session| page.whole(session))
            .await
        {
            Ok(Some(listing)) => Ok(listing),
            Ok(None) | Err(Error::Database(database::Error::Interrupted)) => self.stream(query).await,
            Err(error) => Err(error),
        }
    }

    async fn stream(&self, query: Arc<ListQuery>) -> Result<Listing, Error> {
        let (known, head) = oneshot::channel();
        let cancel = CancelGuard::default();
        let flag = cancel.flag();
        // Made before the first await: when the caller is dropped there, so are the chunks, which cancels the read.
        let (sink, chunks) = stream::channel(self.database, cancel);
        let database = self.database.clone();
        let task = tokio::spawn(async move {
            let read = move |session: &Session<'_>| query.stream(session, known, &sink);
            database.read_long(ReadSlot::Stream, flag, read).await
        });
        match head.await {
            Ok(head) => Ok(Listing {
                head,
                rows: Rows::Stream(chunks),
            }),
            // The read ended before its head was known: its result says why.
            Err(_) => match task.await {
                Ok(Err(error)) => Err(error),
                _ => Err(database::Error::Other("a list was not read".into()).into()),
            },
        }
    }
}

/// The statements of a list, and how its rows are written.
struct ListQuery {
    format: Format,
    selection: Selection,
    rows: Statement,
    count: Option<Statement>,
    page_end: Option<Statement>,
    /// Terms of the order, which are the columns of `page_end`.
    terms: usize,
    /// Whether the list is short enough to be read whole when it takes long to find.
    is_page: bool,
}

impl ListQuery {
    fn of(plan: ListPlan, format: Format) -> Self {
        let page_end = plan.limit.filter(|limit| plan.by_key && *limit > 0);
        Self {
            format,
            rows: statement::list(&plan),
            count: plan.limit.map(|_| statement::count(&plan)),
            page_end: page_end.map(|limit| statement::page_end(&plan, limit)),
            terms: plan.order.len(),
            is_page: plan.limit.is_some_and(|limit| limit <= PAGE),
            selection: plan.selection,
        }
    }

    /// The whole list; `None` when it has more than [`WHOLE`] bytes.
    fn whole(&self, session: &Session<'_>) -> Result<Option<Listing>, Error> {
        let read = || {
            let head = self.head(session)?;
            let mut out = Vec::with_capacity(4096);
            let mut writer = ListWriter::new(self.format, &self.selection);
            writer.begin(&mut out);
            session.query_while(&self.rows, |row| {
                writer.row(row, &mut out);
                Ok::<_, Error>(match out.len() > WHOLE {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })
            })?;
            if out.len() > WHOLE {
                return Ok(None);
            }
            writer.end(&mut out);
            Ok(Some(Listing {
                head,
                rows: Rows::Whole(out),
            }))
        };
        if self.count.is_some() {
            session.snapshot(read)
        } else {
            read()
        }
    }

    fn stream(&self, session: &Session<'_>, known: oneshot::Sender<Head>, sink: &Sink) -> Result<(), Error> {
        session.snapshot(|| {
            let head = self.head(session)?;
            let mut out = Vec::with_capacity(CHUNK + 4096);
            let mut writer = ListWriter::new(self.format, &self.selection);
            writer.begin(&mut out);
            let mut known = Some(known);
            session.query(&self.rows, |row| {
                // The list is known to be readable once its first row is there.
                if let Some(known) = known.take() {
                    let _ = known.send(head.clone());
                }
                writer.row(row, &mut out);
                if out.len() >= CHUNK {
                    let full = std::mem::replace(&mut out, Vec::with_capacity(CHUNK + 4096));
                    sink.send(Part::Chunk(full.into()))?;
                }
                Ok::<_, Error>(())
            })?;
            if let Some(known) = known.take() {
                let _ = known.send(head.clone());
            }
            writer.end(&mut out);
            if !out.is_empty() {
                sink.send(Part::Chunk(out.into()))?;
            }
            sink.send(Part::End)
        })
    }

    fn head(&self, session: &Session<'_>) -> Result<Head, Error> {
        let total = self.count.as_ref().map(|count| session.count(count)).transpose()?;
        let next = match &self.page_end {
            Some(statement) => self.next(session, statement)?,
            None => None,
        };
        Ok(Head { total, next })
    }

    fn next(&self, session: &Session<'_>, statement: &Statement) -> Result<Option<String>, Error> {
        let mut rows: Vec<Vec<Value>> = Vec::with_capacity(2);
        session.query(statement, |row| {
            rows.push((0..self.terms).map(|term| row.get(term).to_value()).collect());
            Ok::<_, Error>(())
        })?;
        Ok(match rows.as_slice() {
            [last, _] => Some(cursor::encode(last)),
            _ => None,
        })
    }
}

/// The `fields` and `expand` of a row's address.
///
/// # Errors
/// Every parameter that a row does not have.
pub fn row_request(query: &str) -> Result<ListRequest, Error> {
    let request = ListRequest::parse(query)?;
    let mut errors = FieldErrors::default();
    let given = [
        ("after", request.after.is_some()),
        ("limit", request.limit.is_some()),
        ("offset", request.offset.is_some()),
        ("ordering", !request.ordering.is_empty()),
        ("search", request.search.is_some()),
    ];
    let of_lists = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name);
    for name in of_lists.chain(request.filters.iter().map(|(name, _)| name.as_str())) {
        errors.add(name, message::unknown_parameter(&["expand", "fields", "format"]));
    }
    if request.format.is_some_and(|format| format != Format::Json) {
        errors.add("format", "A single row is answered as json.");
    }
    if errors.is_empty() {
        Ok(request)
    } else {
        Err(errors.into())
    }
}
