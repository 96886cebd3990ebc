//! The CyberTipline documents: what is taken, what is refused and how, and that nothing is lost on
//! the way.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod finish;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod quirks;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod words;

/// The smallest valid report, with these pieces put into it.
pub(crate) fn report_with(
    head: &str,
    summary: &str,
    details: &str,
    person: &str,
    tail: &str,
) -> String {
    format!(
        "<report>{head}<incidentSummary><incidentType>Online Enticement of Children for Sexual \
         Acts</incidentType>\
         {summary}<incidentDateTime>2026-01-02T03:04:05Z</incidentDateTime>\
         </incidentSummary>{details}\
         <reporter><reportingPerson>{person}</reportingPerson></reporter>{tail}</report>"
    )
}

/// The smallest valid report.
pub(crate) fn smallest_report() -> String {
    report_with("", "", "", "", "")
}

/// The smallest valid details of a file, with this put behind them.
pub(crate) fn details_with(tail: &str) -> String {
    format!("<fileDetails><reportId>1</reportId><fileId>a</fileId>{tail}</fileDetails>")
}
