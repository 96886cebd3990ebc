//! The marks that a request counts: night where the money was sent, round amounts.

use model::Country;

use super::Request;
use crate::event::Marks;
use crate::localtime::{Hours, LocalTimes};

/// When it is night.
const NIGHT: Hours = Hours { from: 22, to: 6 };
/// A multiple of so many units is round.
const ROUND_UNITS: i64 = 5;

/// Marks rows as a request asks.
#[derive(Debug)]
pub struct Marker {
    /// `None` when nobody asks for the night.
    local_times: Option<LocalTimes>,
    /// The multiples that are round; `None` when nobody asks.
    round: Option<i64>,
}

impl Marker {
    /// For amounts in units of so many decimals.
    pub fn new(request: &Request, decimals: u32) -> Self {
        let round = ROUND_UNITS.saturating_mul(10_i64.saturating_pow(decimals));
        Self {
            local_times: request.asks_night().then(LocalTimes::default),
            round: request.asks_round().then_some(round),
        }
    }

    /// The marks of a row; `None` is a country that no column names.
    #[inline]
    pub fn marks(&mut self, country: Option<Country>, time_millis: i64, amount: i64) -> Marks {
        let mut marks = Marks::NONE;
        if let Some(local_times) = &mut self.local_times
            && let Some(country) = country
            && local_times.within(country, time_millis, NIGHT) == Some(true)
        {
            marks = marks.with(Request::NIGHT);
        }
        if let Some(round) = self.round
            && amount != 0
            && amount % round == 0
        {
            marks = marks.with(Request::ROUND);
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_marked_only_as_asked() {
        let germany = Country::parse("DE");
        // 01:00 in Berlin, 5.00 of a currency with two decimals.
        let marks = |stats, country, amount| {
            let request = Request::parse("1d", stats).unwrap();
            Marker::new(&request, 2).marks(country, 0, amount)
        };
        let both = Request::NIGHT.with(Request::ROUND);
        assert_eq!(marks("night,round", germany, 500), both);
        assert_eq!(marks("night,round", germany, 501), Request::NIGHT);
        assert_eq!(marks("night,round", None, 0), Marks::NONE);
        assert_eq!(marks("night", germany, 500), Request::NIGHT);
        assert_eq!(marks("round", germany, 500), Request::ROUND);
        assert_eq!(marks("count", germany, 500), Marks::NONE);
    }
}
