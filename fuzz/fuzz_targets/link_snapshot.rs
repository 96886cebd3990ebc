//! Snapshots of the link index: what was written reads back; what was changed is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use link::{Carried, Index, LinkPolicy};
use model::{DecisionId, IdentifierKind, ReportId, Timestamp};

/// Reads calls of three bytes: what to do, and with which two small numbers.
fn play(bytes: &[u8]) -> Index {
    let mut index = Index::new(LinkPolicy::builtin().expect("the built-in policy holds"));
    for (number, call) in (1_i64..).zip(bytes.chunks_exact(3)) {
        let (one, other) = (i64::from(call[1]), i64::from(call[2]));
        let (a, b) = (ReportId::new(one), ReportId::new(other));
        let decision = DecisionId::new(number);
        match call[0] % 8 {
            // A refusal is an answer.
            0 => drop(index.join(decision, a, b)),
            1 => drop(index.keep_apart(decision, &[a], &[b])),
            2 => drop(index.undo(DecisionId::new(one))),
            kind => {
                let carried = [call[1], call[2]].map(|number| Carried {
                    kind: IdentifierKind::ALL[usize::from(kind)],
                    fingerprint: u64::from(number % 16).wrapping_mul(0x9e37_79b9_7f4a_7c15),
                });
                let at = Timestamp::from_millis(other << 32);
                drop(index.place(ReportId::new(number), at, &carried));
            }
        }
    }
    index
}

fuzz_target!(|bytes: &[u8]| {
    let policy = || LinkPolicy::builtin().expect("the built-in policy holds");
    assert!(Index::read_snapshot(policy(), &mut &*bytes).is_err());
    let index = play(bytes);
    let mut written = Vec::new();
    index
        .write_snapshot(&mut written)
        .expect("memory takes all");
    let again = Index::read_snapshot(policy(), &mut &*written).expect("it reads back");
    assert_eq!(again.position(), index.position());
    for number in 1..=i64::try_from(index.reports()).unwrap_or(0) {
        let report = ReportId::new(number);
        assert_eq!(again.founder_of(report), index.founder_of(report));
    }
    let bite = bytes
        .iter()
        .fold(0_usize, |sum, byte| sum * 31 % 65_521 + usize::from(*byte));
    let at = bite % written.len();
    written[at] ^= 1 << (bite % 8);
    assert!(Index::read_snapshot(policy(), &mut &*written).is_err());
});
