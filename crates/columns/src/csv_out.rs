//! Rows written as CSV (RFC 4180, line feeds alone): the same values as in Parquet, as text.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use jiff::Timestamp;

use crate::writer::{Kind, Values};

const BUFFER_BYTES: usize = 1 << 16;

/// A CSV file as it is written.
pub(crate) struct CsvOut<W: Write> {
    out: BufWriter<W>,
    line: String,
}

impl<W: Write> CsvOut<W> {
    /// Begins with a line of names.
    pub(crate) fn new<'n>(inner: W, names: impl Iterator<Item = &'n str>) -> io::Result<Self> {
        let mut out = Self {
            out: BufWriter::with_capacity(BUFFER_BYTES, inner),
            line: String::new(),
        };
        for name in names {
            text(&mut out.line, name);
            out.line.push(',');
        }
        out.end_line()?;
        Ok(out)
    }

    /// Writes rows; `None` if the columns are of other kinds than were announced, or of different
    /// lengths, and then nothing of them was written.
    pub(crate) fn rows(&mut self, columns: &[Values], kinds: &[Kind]) -> io::Result<Option<()>> {
        let rows = columns.first().map_or(0, Values::len);
        let fits = |(values, kind): (&Values, &Kind)| values.len() == rows && values.fits(*kind);
        if !columns.iter().zip(kinds).all(fits) {
            return Ok(None);
        }
        for row in 0..rows {
            for (values, kind) in columns.iter().zip(kinds) {
                cell(&mut self.line, values, *kind, row);
                self.line.push(',');
            }
            self.end_line()?;
        }
        Ok(Some(()))
    }

    /// What was written to, with everything in it.
    pub(crate) fn into_inner(self) -> io::Result<W> {
        self.out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.pop();
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Whole(values) | Self::Times(values) => values.len(),
            Self::Wholes(values) => values.len(),
            Self::Ratios(values) => values.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    const fn fits(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (
                Self::Whole(_) | Self::Wholes(_),
                Kind::Whole | Kind::Decimal(_)
            ) | (Self::Ratios(_), Kind::Ratio)
                | (Self::Times(_), Kind::Time)
                | (Self::Texts(_), Kind::Text)
        )
    }
}

fn cell(line: &mut String, values: &Values, kind: Kind, row: usize) {
    let decimals = match kind {
        Kind::Decimal(decimals) => usize::from(decimals),
        _ => 0,
    };
    match values {
        Values::Whole(values) => number(line, values.get(row).copied(), decimals),
        Values::Wholes(values) => number(line, values.get(row).copied().flatten(), decimals),
        Values::Ratios(values) => {
            if let Some(value) = values.get(row).copied().flatten() {
                write!(line, "{value}").unwrap_or_default();
            }
        }
        Values::Times(values) => {
            let millis = values.get(row).copied().unwrap_or_default();
            if let Ok(time) = Timestamp::from_millisecond(millis) {
                write!(line, "{time}").unwrap_or_default();
            }
        }
        Values::Texts(texts) => text(line, texts.get(row).unwrap_or_default()),
    }
}

/// Writing into a `String` never fails.
fn number(line: &mut String, value: Option<i64>, decimals: usize) {
    let Some(value) = value else { return };
    if decimals == 0 {
        return write!(line, "{value}").unwrap_or_default();
    }
    let (sign, digits) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    let digits = format!("{digits:0width$}", width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    write!(line, "{sign}{whole}.{part}").unwrap_or_default();
}

/// In quotes where it has to be.
fn text(line: &mut String, text: &str) {
    if !text.contains(['"', ',', '\n', '\r']) {
        line.push_str(text);
        return;
    }
    line.push('"');
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Texts;

    #[test]
    fn values_are_written_as_the_reader_reads_them() {
        let kinds = [
            Kind::Whole,
            Kind::Time,
            Kind::Decimal(2),
            Kind::Ratio,
            Kind::Text,
        ];
        let names = ["id", "time", "amount", "share", "a,b"].into_iter();
        let mut out = CsvOut::new(Vec::new(), names).unwrap();
        let mut texts = Texts::default();
        texts.extend(["plain", "say \"so\", and\nso"]);
        let columns = vec![
            Values::Whole(vec![1, -2]),
            Values::Times(vec![0, 1_767_323_045_678]),
            Values::Wholes(vec![Some(-5), None]),
            Values::Ratios(vec![Some(0.25), None]),
            Values::Texts(texts),
        ];
        assert_eq!(out.rows(&columns, &kinds).unwrap(), Some(()));
        assert_eq!(out.rows(&columns[..1], &[Kind::Time]).unwrap(), None);
        let uneven = [Values::Whole(vec![1]), Values::Whole(vec![])];
        let whole = [Kind::Whole, Kind::Whole];
        assert_eq!(out.rows(&uneven, &whole).unwrap(), None);
        let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
        assert_eq!(
            text,
            "id,time,amount,share,\"a,b\"\n1,1970-01-01T00:00:00Z,-0.05,0.25,plain\n\
             -2,2026-01-02T03:04:05.678Z,,,\"say \"\"so\"\", and\nso\"\n"
        );
    }
}
