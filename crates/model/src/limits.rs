//! Every door's limits, in one place (invariant 10): each is tested at the limit and one past it.

/// The largest XML or JSON document a door takes, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 8 << 20;
/// The deepest nesting of elements a door takes. The schema itself needs 7.
pub const XML_DEPTH_MAX: usize = 32;
/// The most elements in one document.
pub const XML_ELEMENTS_MAX: usize = 100_000;
/// The most attributes on one element.
pub const XML_ATTRIBUTES_MAX: usize = 32;
/// The most parts of one multipart body.
pub const MULTIPART_PARTS_MAX: usize = 16;
/// The longest form field that is not a file, in bytes.
pub const FORM_FIELD_BYTES_MAX: usize = 256;
/// The longest `application/x-www-form-urlencoded` body, in bytes.
pub const FORM_BYTES_MAX: usize = 4096;
/// The largest file, in bytes: 64 GiB.
pub const FILE_BYTES_MAX: u64 = 64 << 30;
/// The longest file name that is kept, in bytes; a longer one is cut at a character.
pub const FILE_NAME_BYTES_MAX: usize = 2056;
/// The most files of one report.
pub const FILES_PER_REPORT_MAX: usize = 10_000;
/// The most mentions taken from one report.
pub const MENTIONS_PER_REPORT_MAX: usize = 10_000;
/// An open report is deleted this long after it was opened, or …
pub const OPEN_REPORT_MILLIS_MAX: i64 = 24 * 3600 * 1000;
/// … this long after its last change, whichever is later.
pub const IDLE_REPORT_MILLIS_MAX: i64 = 3600 * 1000;
/// The largest record of a hash list, in bytes, without a picture that may stand in it.
pub const LIST_RECORD_BYTES_MAX: usize = 1 << 20;
/// The deepest nesting inside of one record of a hash list. The formats themselves need 4.
pub const LIST_RECORD_DEPTH_MAX: usize = 32;
/// The most hashes of one entry of a hash list.
pub const LIST_HASHES_PER_ENTRY_MAX: usize = 64;
/// The most words of feedback on one entry of a hash list.
pub const LIST_FEEDBACK_PER_ENTRY_MAX: usize = 1024;
/// The longest text (an id, a name, a label, a reason) of a hash list, in bytes.
pub const LIST_TEXT_BYTES_MAX: usize = 1024;
/// The longest hash whose kind only its owner can compute, in bytes as written.
pub const LIST_HASH_BYTES_MAX: usize = 512 << 10;
/// The longest part of a hash list that belongs to no record (a header, a cursor), in bytes.
pub const LIST_HEADER_BYTES_MAX: usize = 64 << 10;
/// The largest record of a file of payments, in bytes.
pub const MONEY_RECORD_BYTES_MAX: usize = 256 << 10;
/// The largest tag, comment or run of text in a file of payments, and the longest line of a table,
/// in bytes.
pub const MONEY_TOKEN_BYTES_MAX: usize = 64 << 10;
/// The deepest nesting of elements in a file of payments. The formats themselves need 12.
pub const MONEY_DEPTH_MAX: usize = 32;
/// The longest value (an id, an account, a name, a reference) of a payment, in bytes.
pub const MONEY_TEXT_BYTES_MAX: usize = 4096;
/// The most records of one file of payments: their fingerprints are kept, 9 bytes or more each.
pub const MONEY_RECORDS_MAX: u64 = 250_000_000;
/// The most columns of a table of payments.
pub const MONEY_COLUMNS_MAX: usize = 256;
/// The largest amount that is believed, in whole units of its currency.
pub const MONEY_UNITS_MAX: i64 = 1_000_000_000_000;
/// How far a payment's time may lie after the reader's clock: one day, since a day without a time
/// has no time zone.
pub const MONEY_FUTURE_MILLIS_MAX: i64 = 24 * 3600 * 1000;
/// The oldest day of a payment that is believed: 1970-01-01, in milliseconds.
pub const MONEY_PAST_MILLIS_MIN: i64 = 0;
/// The largest mapping file or profile, in bytes.
pub const MONEY_MAPPING_BYTES_MAX: usize = 256 << 10;
