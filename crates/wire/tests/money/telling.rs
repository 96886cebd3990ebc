//! What reading gives, told in lines.

use model::{Payment, Timestamp};
use wire::money::{Format, MoneyFault, Reader, Reconciled, Settings, Step};

/// The present moment of the tests.
pub(crate) fn settings() -> Settings {
    let now = Timestamp::parse("2026-11-25T00:00:00Z").expect("a time");
    Settings::new(now, 7)
}

/// All steps, or the fault.
pub(crate) fn steps(format: Format, text: &[u8]) -> Result<Vec<Step>, MoneyFault> {
    Reader::new(format, text, settings()).collect()
}

/// A payment as one line, for snapshots of files that hold made-up people alone.
pub(crate) fn line(payment: &Payment) -> String {
    let side = |side: &model::PaymentSide| {
        let name = side.name.as_ref().map_or("-", |name| name.expose());
        let agent = side.agent.as_deref().unwrap_or("-");
        let (account, country) = (side.account.expose(), side.country.code());
        format!("{account} ({name}, {agent}, {country})")
    };
    let clock = if payment.has_clock { "" } else { " (day)" };
    format!(
        "{} | {}{clock} | {} -> {} | {} {} | {} | {} | {:?}",
        payment.id.expose(),
        payment.time,
        side(&payment.sender),
        side(&payment.receiver),
        payment.amount_minor,
        payment.currency,
        payment.channel.name(),
        payment.purpose.as_deref().unwrap_or("-"),
        payment.reference.as_ref().map_or("", |text| text.expose()),
    )
}

/// What reading an example gives, and its control total.
pub(crate) fn told(format: Format, text: &[u8]) -> String {
    let mut reader = Reader::new(format, text, settings());
    let mut out = String::new();
    for step in &mut reader {
        match step {
            Ok(Step::Payment(_, payment)) => out += &line(&payment),
            Ok(Step::Rejected(rejected)) => {
                let line = format!("{rejected} [{}]", rejected.code());
                out += &line;
            }
            Err(fault) => {
                let line = format!("{fault} [{}]", fault.code());
                out += &line;
            }
        }
        out.push('\n');
    }
    let total = reader.total();
    assert_eq!(total.records, total.taken + total.rejected);
    let sums = total.sums_minor.iter();
    let sums: Vec<_> = sums.map(|(code, sum)| format!("{sum} {code}")).collect();
    out + &format!(
        "{} records, {} taken, {} rejected; {}; {:?}\n",
        total.records,
        total.taken,
        total.rejected,
        sums.join(", "),
        total.reconciled(),
    )
}

/// Whether what was read is what the file says.
pub(crate) fn reconciled(format: Format, text: &[u8]) -> Reconciled {
    let mut reader = Reader::new(format, text, settings());
    for step in &mut reader {
        step.expect("a whole file");
    }
    reader.total().reconciled()
}
