//! What a remitter's table seems to be, and what is left to a person.

use crate::{settings, told};
use wire::money::{DateStyle, Field, Format, Inferred, Mapping, Open, infer, sample};

const REMITTER: &str = include_str!("../../../../examples/money/remitter.csv");

fn inferred(text: &str) -> Inferred {
    let (header, rows) = sample(text.as_bytes(), 200).expect("a first line");
    infer(&header, &rows, settings().now)
}

/// The example without its bad rows.
fn good_rows() -> String {
    let lines: Vec<_> = REMITTER.split_inclusive('\n').take(3).collect();
    lines.concat()
}

#[test]
fn a_mapping_is_proposed_with_what_is_open() {
    insta::assert_snapshot!(inferred(&good_rows()).to_toml());
}

#[test]
fn a_proposal_that_is_completed_reads_the_table() {
    let proposed = inferred(&good_rows()).to_toml();
    let completed = proposed
        .replace("dates =", "currency = \"PHP\"\ndates =")
        .replace(
            "# \"cash pickup\" = \"unknown\"",
            "\"cash pickup\" = \"cash\"",
        );
    let mapping = Mapping::parse(&completed, "proposed.toml").expect("a mapping");
    let told = told(Format::Csv(Box::new(mapping)), good_rows().as_bytes());
    assert!(told.contains("2 records, 2 taken, 0 rejected"), "{told}");
}

#[test]
fn dates_that_can_be_told_either_way_are_left_open() {
    let table = |dates: [&str; 2]| {
        let [one, two] = dates;
        format!("date,from,to,amount,currency\n{one},a,b,1.00,EUR\n{two},a,b,2.50,EUR\n")
    };
    let open = inferred(&table(["01/02/2026", "03/04/2026"]));
    assert_eq!(open.dates, None);
    let column = "date".to_owned();
    assert_eq!(open.open, [Open::DayOrMonthFirst { column }]);
    let first = inferred(&table(["01/02/2026", "31/01/2026"]));
    assert_eq!(
        (first.dates, first.open.len()),
        (Some(DateStyle::DayFirst), 0)
    );
    let month = inferred(&table(["01/02/2026", "01/31/2026"]));
    assert_eq!(
        (month.dates, month.open.len()),
        (Some(DateStyle::MonthFirst), 0)
    );
    let iso = inferred(&table(["2026-01-02", "2026-01-31"]));
    assert_eq!((iso.dates, iso.decimal), (Some(DateStyle::Iso), Some('.')));
}

#[test]
fn a_sign_before_three_digits_is_left_open() {
    let table = |amounts: [&str; 2]| {
        let [one, two] = amounts;
        format!("date;from;to;amount;ccy\n2026-01-02;a;b;{one};EUR\n2026-01-03;a;b;{two};EUR\n")
    };
    let open = inferred(&table(["1.234", "5.678"]));
    let column = "amount".to_owned();
    assert_eq!(
        (open.decimal, open.open),
        (None, vec![Open::DecimalSign { column }])
    );
    let comma = inferred(&table(["1.234", "5,5"]));
    assert_eq!((comma.decimal, comma.grouping), (Some(','), Some('.')));
    let point = inferred(&table(["1.234", "5.5"]));
    assert_eq!((point.decimal, point.grouping), (Some('.'), None));
}

#[test]
fn what_no_column_seems_to_be_is_named() {
    let open = inferred("a,b\nx,y\n").open;
    let missing = |field| open.contains(&Open::FieldMissing(field));
    for field in [
        Field::Time,
        Field::Sender,
        Field::Receiver,
        Field::Amount,
        Field::Currency,
    ] {
        assert!(missing(field), "{field:?}");
    }
}
