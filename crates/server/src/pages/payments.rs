//! The payments of an alert on its case's page: a line of time, and the same as a table.

use crate::casefile::PaymentsOfReport;
use crate::payments::PaymentRow;

/// Pixels of the drawing.
const WIDTH_PX: i64 = 720;
const HEIGHT_PX: i64 = 120;
const BASE_PX: i64 = 100;

/// The payments of one alert, in the words of the page.
pub(super) struct ShownPayments {
    pub(super) report: i64,
    pub(super) account: String,
    pub(super) side: String,
    /// What the page is to be read as.
    pub(super) route: &'static str,
    pub(super) counterparties: usize,
    pub(super) bars: Vec<Bar>,
    pub(super) rows: Vec<ShownPayment>,
}

/// One payment in the drawing.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) height: i64,
}

/// One payment in the table.
pub(super) struct ShownPayment {
    pub(super) time: String,
    pub(super) other: String,
    pub(super) country: String,
    pub(super) amount: String,
}

impl ShownPayments {
    pub(super) fn of(payments: PaymentsOfReport) -> Self {
        let sends = payments.side == "sender";
        let other = |row: &PaymentRow| {
            let other = if sends { &row.receiver } else { &row.sender };
            other.expose().clone()
        };
        let mut others: Vec<String> = payments.rows.iter().map(other).collect();
        others.sort();
        others.dedup();
        Self {
            report: payments.report.number(),
            account: payments.account.expose().clone(),
            route: match payments.route.as_str() {
                "protection" => "The account holder may be a victim: protect, do not accuse.",
                _ => "A person looks at the account; nothing is closed or accused by this.",
            },
            counterparties: others.len(),
            bars: bars(&payments.rows),
            rows: payments
                .rows
                .iter()
                .map(|row| ShownPayment {
                    time: row.time.to_string(),
                    other: other(row),
                    country: row.receiver_country.clone(),
                    amount: amount(row),
                })
                .collect(),
            side: payments.side,
        }
    }
}

/// An amount in units of its currency.
fn amount(row: &PaymentRow) -> String {
    let exponent = model::Currency::parse(&row.currency).map_or(0, model::Currency::exponent);
    let unit = 10_i64.pow(exponent);
    let width = exponent as usize;
    match exponent {
        0 => format!("{} {}", row.amount_minor, row.currency),
        _ => format!(
            "{}.{:0width$} {}",
            row.amount_minor / unit,
            row.amount_minor % unit,
            row.currency
        ),
    }
}

fn bars(rows: &[PaymentRow]) -> Vec<Bar> {
    let millis = || rows.iter().map(|row| row.time.millis());
    let (Some(first), Some(last)) = (millis().min(), millis().max()) else {
        return Vec::new();
    };
    let span = (last - first).max(1);
    let most = rows
        .iter()
        .map(|row| row.amount_minor)
        .max()
        .unwrap_or(1)
        .max(1);
    let scaled = |value: i64, of: i64, to: i64| {
        let product = i128::from(value) * i128::from(to) / i128::from(of);
        i64::try_from(product).unwrap_or(to)
    };
    rows.iter()
        .map(|row| {
            let height = scaled(row.amount_minor, most, BASE_PX - 10).max(2);
            Bar {
                x: scaled(row.time.millis() - first, span, WIDTH_PX - 4),
                y: HEIGHT_PX - 20 - height,
                height,
            }
        })
        .collect()
}
