//! Batches of ordered rows in, the same rows with their answers out.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use columns::{Accounts, Answers, Column, Decoder, Keys, Kind};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use screen::Event;
use screen::window::{Flow, Marker, Measures, Request};

use crate::failure::SpreadError;
use crate::task::Task;

/// About what the kernel keeps for an event that a window holds: the event, its place in the
/// roster, and in each of the ordered sets.
const EVENT_BYTES: usize = 128;
/// What errors call the rows that the engine gives.
const INPUT: &str = "the input of the operator";

/// A task, ready for rows of one schema.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) task: Task,
    pub(crate) schema: SchemaRef,
    request: Request,
    kinds: Vec<(String, Kind)>,
    decoder: Decoder,
}

impl Prepared {
    pub(crate) fn new(task: Task, input: &Schema) -> Result<Self, SpreadError> {
        let request = task.request()?;
        let decoder = Decoder::new(Path::new(INPUT), input, task.wanted()?)?;
        let time = input.field_with_name(Column::Time.name());
        if time.is_ok_and(|time| time.data_type().is_string()) {
            return Err(SpreadError::TimeText);
        }
        let kinds = task.kinds(&request);
        let added = answer_fields(&kinds);
        let fields = input.fields().iter().map(|field| field.as_ref().clone());
        let fields: Vec<Field> = fields.chain(added).collect();
        Ok(Self {
            task,
            schema: Arc::new(Schema::new_with_metadata(fields, input.metadata().clone())),
            request,
            kinds,
            decoder,
        })
    }
}

/// The columns that the answers are.
pub(crate) fn answer_fields(kinds: &[(String, Kind)]) -> impl Iterator<Item = Field> {
    kinds.iter().map(|(name, kind)| kind.field(name))
}

/// The windows over one partition's rows.
pub(crate) struct Measuring {
    prepared: Arc<Prepared>,
    flow: Flow,
    marker: Marker,
    answers: Answers,
    /// The counterparties of the present account by number.
    people: Accounts,
    last: Option<Key>,
    account: u32,
    row: u32,
    first: u64,
    /// Rows whose answers are not there yet.
    held: VecDeque<RecordBatch>,
    memory: MemoryReservation,
}

/// An account, as its column names it.
#[derive(Debug, PartialEq, Eq)]
enum Key {
    Whole(i64),
    Text(String),
}

impl Measuring {
    pub(crate) fn new(prepared: Arc<Prepared>, memory: MemoryReservation) -> Self {
        let decimals = prepared.task.decimals();
        Self {
            flow: Flow::new(prepared.request.plan().clone()),
            marker: Marker::new(&prepared.request, decimals),
            answers: Answers::new(&prepared.request, decimals),
            people: Accounts::default(),
            last: None,
            account: 0,
            row: 0,
            first: 0,
            held: VecDeque::new(),
            memory,
            prepared,
        }
    }

    /// Takes a batch in, and gives the rows that are measured by now.
    pub(crate) fn take(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        self.push(&batch)?;
        self.held.push_back(batch);
        let answered = self.answered()?;
        let held: usize = self
            .held
            .iter()
            .map(RecordBatch::get_array_memory_size)
            .sum();
        let windows = self.flow.held().saturating_mul(EVENT_BYTES);
        self.memory.try_resize(windows.saturating_add(held))?;
        Ok(answered)
    }

    /// The rest: there are no more rows.
    pub(crate) fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        let (answers, request) = (&mut self.answers, &self.prepared.request);
        self.flow
            .finish(&mut |_, measures| answers.push(request.values(measures)));
        self.people.clear();
        let answered = self.answered();
        self.memory.free();
        answered
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<(), SpreadError> {
        let mut rows = self.prepared.decoder.rows(batch, self.first)?;
        self.first += batch.num_rows() as u64;
        if let Some(rejected) = rows.rejected.pop() {
            let reason = rejected.reason;
            return Err(SpreadError::Row { reason });
        }
        let [_, by, distinct @ ..] = rows.keys.as_slice() else {
            return Ok(());
        };
        let (answers, request) = (&mut self.answers, &self.prepared.request);
        let mut visit = |_: &Event, measures: &Measures<'_>| answers.push(request.values(measures));
        for (at, time_millis) in rows.times.iter().enumerate() {
            if !continues(by, at, self.last.as_ref()) {
                // Only neighbours have to differ.
                self.account = self.account.wrapping_add(1);
                self.people.clear();
            }
            let counterparty = match distinct.first() {
                Some(distinct) => self.people.number_at(distinct, at)?,
                None => 0,
            };
            let amount = rows.amounts.get(at).copied().unwrap_or_default();
            let country = rows.sender_countries.get(at).copied();
            let event = Event {
                time_millis: *time_millis,
                amount,
                account: self.account,
                counterparty,
                // Nobody asks for it: answers come in the order of the rows.
                row: self.row,
                marks: self.marker.marks(country, *time_millis, amount),
            };
            self.row = self.row.wrapping_add(1);
            let pushed = self.flow.push(event, &mut visit);
            pushed.map_err(SpreadError::Order)?;
        }
        self.last = key(by, by.len() - 1);
        Ok(())
    }

    /// The rows whose answers are there, each batch with as many as it still has of them.
    fn answered(&mut self) -> Result<Vec<RecordBatch>> {
        let mut ready = self.answers.len();
        let values = self.answers.take().into_iter().zip(&self.prepared.kinds);
        let arrays = values.map(|(values, (_, kind))| values.into_array(*kind));
        let arrays: Option<Vec<ArrayRef>> = arrays.collect();
        let arrays = arrays.ok_or_else(|| {
            DataFusionError::Internal("an answer is of another kind than its column".to_owned())
        })?;
        let (mut batches, mut from) = (Vec::new(), 0);
        while ready > 0
            && let Some(front) = self.held.pop_front()
        {
            let rows = ready.min(front.num_rows());
            let mut columns = front.slice(0, rows).columns().to_vec();
            columns.extend(arrays.iter().map(|array| array.slice(from, rows)));
            let schema = Arc::clone(&self.prepared.schema);
            batches.push(RecordBatch::try_new(schema, columns)?);
            if rows < front.num_rows() {
                self.held
                    .push_front(front.slice(rows, front.num_rows() - rows));
            }
            from += rows;
            ready -= rows;
        }
        Ok(batches)
    }
}

/// Whether a row is of the account of the row before it.
#[inline]
fn continues(keys: &Keys, at: usize, last: Option<&Key>) -> bool {
    match (keys, at.checked_sub(1)) {
        (Keys::Whole(values), Some(before)) => values[at] == values[before],
        (Keys::Text(texts), Some(before)) => texts.get(at) == texts.get(before),
        (keys, None) => last.is_some() && key(keys, at).as_ref() == last,
    }
}

fn key(keys: &Keys, at: usize) -> Option<Key> {
    match keys {
        Keys::Whole(values) => values.get(at).copied().map(Key::Whole),
        Keys::Text(texts) => texts.get(at).map(|text| Key::Text(text.to_owned())),
    }
}
