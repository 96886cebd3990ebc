//! `watchfire schema`: the schemas of the documents that the doors take, and of reports that leave.

use crate::Verdict;
use crate::args::{Schema, SchemaKind};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(args: &Schema) -> Result<Verdict, Failure> {
    let text = match args.kind {
        SchemaKind::Xsd => wire::ispws::xsd(),
        SchemaKind::Goaml => wire::suspicion::goaml::xsd(),
        SchemaKind::Smr => wire::suspicion::smr::xsd(),
        SchemaKind::Json => format!("{:#}", wire::ispws::json_schema()),
    };
    output::line(text.trim_end())?;
    Ok(Verdict::Done)
}
