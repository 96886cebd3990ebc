//! What all formats share: the clock, the ids that were seen, and the control total.

use std::hash::{DefaultHasher, Hash, Hasher};

use hashbrown::HashTable;
use model::Sensitive;

use super::Settings;
use super::control::ControlTotal;
use super::dates::Calendar;
use super::draft::Draft;
use super::step::{Flaw, Place, Reason, Rejected, Step};

/// Takes what the formats read, and keeps count.
#[derive(Debug)]
pub(super) struct Clerk {
    pub(super) settings: Settings,
    pub(super) total: ControlTotal,
    seen: HashTable<u64>,
}

impl Clerk {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            total: ControlTotal::default(),
            seen: HashTable::new(),
        }
    }

    /// What moments are read by.
    pub(super) const fn calendar(&self) -> Calendar<'_> {
        Calendar {
            zone: &self.settings.zone,
            now: self.settings.now,
        }
    }

    /// The step that a record gives. Its id must be new; one that brings none gets its number in
    /// the `file`.
    pub(super) fn settle(&mut self, place: Place, draft: Draft, file: &str) -> Step {
        self.total.record(draft.amount);
        let given = draft.id.as_deref().map(|id| self.fingerprint(id));
        let step = match draft.payment(|| format!("{file}#{}", place.record)) {
            Err((flaw, id)) => reject(place, id, flaw.reason, flaw.field),
            Ok(payment) if given.is_some_and(|print| !self.is_new(print)) => {
                let id = Some(payment.id.into_exposed());
                reject(place, id, Reason::IdRepeated, "id")
            }
            Ok(payment) => {
                self.total.take(payment.currency, payment.amount_minor);
                return Step::Payment(place, Box::new(payment));
            }
        };
        self.total.rejected += 1;
        step
    }

    /// The step of a record of which nothing can be read.
    pub(super) fn reject(&mut self, place: Place, id: Option<String>, flaw: Flaw) -> Step {
        self.total.record(None);
        self.total.rejected += 1;
        reject(place, id, flaw.reason, flaw.field)
    }

    /// Remembers an id's fingerprint; `false` if it was there. Of 23 million ids two different
    /// ones share a fingerprint in one file of 70,000.
    fn is_new(&mut self, print: u64) -> bool {
        let entry = self.seen.entry(print, |held| *held == print, |held| *held);
        match entry {
            hashbrown::hash_table::Entry::Occupied(_) => false,
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                vacant.insert(print);
                true
            }
        }
    }

    /// `SipHash` over the salt first, so that nobody who writes ids can make two of them meet.
    fn fingerprint(&self, id: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.settings.salt.hash(&mut hasher);
        id.hash(&mut hasher);
        hasher.finish()
    }
}

/// A record that is rejected for a reason.
fn reject(place: Place, id: Option<String>, reason: Reason, field: &'static str) -> Step {
    Step::Rejected(Rejected {
        place,
        id: id.map(Sensitive::new),
        reason,
        field,
        column: None,
    })
}
