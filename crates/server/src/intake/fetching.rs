//! The part of a batch that keeps where a list is fetched from and how far that came.

use model::{CustodyEvent, Deed, ListId, MatchId, Timestamp};
use store::{ListSourceRow, Sealed, Tx};

use super::batch::Batch;
use super::operation::{Actor, Outcome};
use super::{IntakeError, IntakeRefusal};

/// How far a fetch came: kept in the transaction of the last entries before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageEnd {
    /// The turn of the fetch; one that is no longer the latest keeps nothing.
    pub(crate) turn: i64,
    /// From where to go on, sealed.
    pub(crate) checkpoint: Sealed,
}

/// What becomes of a list's source.
pub(crate) enum SourceChange {
    /// It is set; `anew` where what was read of the old one says nothing of the new one.
    Set { settings: Sealed, anew: bool },
    /// It is forgotten.
    Forget,
    /// A fetch begins, if none began since `turn`. `anew` reads from the start.
    Begin { turn: i64, anew: bool },
    /// The fetch is at its end, for that reason if not for a good one.
    End { turn: i64, failure: String },
}

/// A change to a list's source, and who makes it.
pub(crate) struct SourceOrder {
    pub(crate) list: ListId,
    pub(crate) change: SourceChange,
    pub(crate) actor: Actor,
}

/// What the keeper of a list was told.
pub(crate) struct FeedbackTold {
    pub(crate) list: ListId,
    /// Matches, and when each was judged as it was told.
    pub(crate) matches: Vec<(MatchId, Option<Timestamp>)>,
    pub(crate) actor: Actor,
}

impl Batch<'_> {
    /// Keeps a change to a list's source.
    pub(super) async fn change_source(
        &mut self,
        tx: &mut Tx,
        order: SourceOrder,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let list = order.list;
        let standing = tx.list_source(list).await?;
        let (row, what) = match order.change {
            SourceChange::Forget => (None, "is fetched from nowhere any more".to_owned()),
            SourceChange::Set { settings, anew } => {
                let row = set(list, standing, settings, anew);
                (Some(row), "has a source, or another".to_owned())
            }
            SourceChange::Begin { turn, anew } => {
                let mut row = at_turn(standing, turn)?;
                row.turn += 1;
                row.tried = Some(at);
                if anew {
                    row.checkpoint = None;
                }
                let what = format!("fetch {} begins", row.turn);
                (Some(row), what)
            }
            SourceChange::End { turn, failure } => {
                let mut row = at_turn(standing, turn)?;
                let what = if failure.is_empty() {
                    row.done = Some(at);
                    format!("fetch {turn} came to its end")
                } else {
                    format!("fetch {turn} broke off: {failure}")
                };
                row.failure = failure;
                (Some(row), what)
            }
        };
        // The row and its event are kept together, or neither.
        self.unsettled = true;
        match &row {
            Some(row) => tx.put_list_source(row).await?,
            None => tx.delete_list_source(list).await?,
        }
        let mut event = CustodyEvent::new(at, Deed::ListChanged, order.actor.to_string());
        event.note = Some(format!("list {list}: {what}"));
        self.record_unbound(&event)?;
        self.unsettled = false;
        Ok(row.map_or(Outcome::Done, |row| Outcome::Source(Box::new(row))))
    }

    /// Keeps that a list's keeper was told of matches. One that was judged anew meanwhile is to be
    /// told again.
    pub(super) async fn feedback_told(
        &mut self,
        tx: &mut Tx,
        told: FeedbackTold,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let numbers: Vec<MatchId> = told.matches.iter().map(|(number, _)| *number).collect();
        let mut rows = tx.matches(&numbers).await?;
        rows.retain(|row| told.matches.contains(&(row.id, row.judged)));
        for row in &mut rows {
            row.told = Some(at);
        }
        // The rows and their event are kept together, or neither.
        self.unsettled = true;
        tx.put_matches(&rows).await?;
        let mut event = CustodyEvent::new(at, Deed::ListExported, told.actor.to_string());
        let (list, count) = (told.list, rows.len());
        event.note = Some(format!(
            "list {list}: its keeper was told what was made of {count} matches"
        ));
        self.record_unbound(&event)?;
        self.unsettled = false;
        Ok(Outcome::Done)
    }

    /// The source of a list as it will stand once a page is kept; refused if a later fetch began.
    pub(super) async fn source_after(
        &self,
        tx: &mut Tx,
        list: ListId,
        end: PageEnd,
    ) -> Result<ListSourceRow, IntakeError> {
        let standing = tx.list_source(list).await?;
        let mut row = at_turn(standing, end.turn)?;
        row.checkpoint = Some(end.checkpoint);
        Ok(row)
    }
}

fn at_turn(standing: Option<ListSourceRow>, turn: i64) -> Result<ListSourceRow, IntakeRefusal> {
    standing
        .filter(|row| row.turn == turn)
        .ok_or(IntakeRefusal::FetchTakenOver)
}

fn set(
    list: ListId,
    standing: Option<ListSourceRow>,
    settings: Sealed,
    anew: bool,
) -> ListSourceRow {
    let fresh = ListSourceRow {
        list,
        settings: settings.clone(),
        checkpoint: None,
        turn: 0,
        tried: None,
        done: None,
        failure: String::new(),
    };
    match standing {
        // A fetch of the old source that is under way must not keep its checkpoint here.
        Some(row) if anew => ListSourceRow {
            turn: row.turn + 1,
            ..fresh
        },
        Some(row) => ListSourceRow { settings, ..row },
        None => fresh,
    }
}
