//! `watchfire schema`: the schemas of the documents that the doors take.

use crate::Verdict;
use crate::args::{Schema, SchemaKind};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(args: &Schema) -> Result<Verdict, Failure> {
    let text = match args.kind {
        SchemaKind::Xsd => wire::ispws::xsd(),
        SchemaKind::Json => format!("{:#}", wire::ispws::json_schema()),
    };
    output::line(text.trim_end())?;
    Ok(Verdict::Done)
}
