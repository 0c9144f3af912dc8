//! The data of a response.

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

/// The entry `data` of a response (specification 7.1.5), as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data(Vec<u8>);

impl Data {
    /// Data that is JSON already.
    pub fn from_json(json: impl Into<Vec<u8>>) -> Self {
        Self(json.into())
    }

    /// The JSON.
    pub fn json(&self) -> &[u8] {
        &self.0
    }
}

/// For tools; a response is written with [`Data::json`], which checks and copies nothing.
impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_slice(&self.0).map_err(S::Error::custom)?;
        json.serialize(serializer)
    }
}
