//! Which requests a gateway remembers.

use coach_domain::request_trace::TraceOptions;

use super::{Error, reader::Reader, value};

pub(super) fn read(reader: &Reader) -> Result<TraceOptions, Error> {
    Ok(TraceOptions {
        slow: reader.read("slow_request", value::duration)?,
        requests: reader.read("trace_requests", value::number_in(1..=100_000))?,
        bytes: reader.read("trace_bytes", value::number_in(1..=1_000_000_000))?,
    })
}
