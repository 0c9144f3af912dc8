//! An event as an entry of a batch request.

use aws_sdk_sns::{
    error::BuildError,
    types::{MessageAttributeValue, PublishBatchRequestEntry},
};
use coach_domain::queue::{Envelope, Error, Outgoing, Result};

/// An event, with the attributes that subscribers can filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    body: String,
    group: String,
    deduplication: String,
    /// The name, type and value of each attribute.
    attributes: Vec<(&'static str, &'static str, String)>,
}

impl Entry {
    /// Converts a message of the outbox.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when its body is not an envelope.
    pub(super) fn from_message(message: &Outgoing) -> Result<Self> {
        let envelope: Result<Envelope, _> = serde_json::from_str(&message.body);
        let envelope =
            envelope.map_err(|error| Error::Refused(format!("it is not an event: {error}")))?;
        let member = envelope.member.map(|member| member.0.to_string());
        let id = envelope.id.to_string();
        let mut attributes = vec![
            ("kind", "String", envelope.kind),
            ("version", "Number", envelope.version.to_string()),
        ];
        attributes.extend(member.clone().map(|member| ("member", "String", member)));
        Ok(Self {
            body: message.body.clone(),
            // Events without a member are not ordered relative to each other.
            group: message
                .group
                .clone()
                .or(member)
                .unwrap_or_else(|| id.clone()),
            deduplication: message.deduplication.clone().unwrap_or(id),
            attributes,
        })
    }

    /// The size as SNS counts it: the body, and the names, types and values of the attributes.
    pub(super) fn bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes =
            attributes.map(|(name, kind, value)| name.len() + kind.len() + value.len());
        self.body.len() + attributes.sum::<usize>()
    }

    /// The entry of the batch request. Its id is its index in the batch.
    pub(super) fn request(
        &self,
        index: usize,
        keeps_order: bool,
    ) -> Result<PublishBatchRequestEntry> {
        let mut request = PublishBatchRequestEntry::builder()
            .id(index.to_string())
            .message(&self.body);
        for (name, kind, value) in &self.attributes {
            let value = MessageAttributeValue::builder()
                .data_type(*kind)
                .string_value(value)
                .build()
                .map_err(|error| incomplete(&error))?;
            request = request.message_attributes(*name, value);
        }
        if keeps_order {
            request = request
                .message_group_id(&self.group)
                .message_deduplication_id(&self.deduplication);
        }
        request.build().map_err(|error| incomplete(&error))
    }
}

fn incomplete(error: &BuildError) -> Error {
    Error::Refused(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBER: &str = "0195a1f0-7c00-7a4e-9d2b-3f6f0c1b2a4d";
    const ID: &str = "0195a9c6-2e00-7c3a-8b1d-5e4f60718293";

    fn outgoing(member: Option<&str>) -> Outgoing {
        let mut envelope = serde_json::json!({
            "id": ID,
            "kind": "event.plan-started",
            "version": 1,
            "occurredAt": "2026-03-18T12:00:00Z",
        });
        if let Some(member) = member {
            envelope["member"] = member.into();
        }
        Outgoing::new(envelope.to_string())
    }

    fn attributes(entry: &PublishBatchRequestEntry) -> Vec<(&str, &str, &str)> {
        let attributes = entry.message_attributes().unwrap().iter();
        let mut attributes: Vec<_> = attributes
            .map(|(name, it)| (name.as_str(), it.data_type(), it.string_value().unwrap()))
            .collect();
        attributes.sort_unstable();
        attributes
    }

    #[test]
    fn subscribers_can_filter_by_kind_version_and_member() {
        let entry = Entry::from_message(&outgoing(Some(MEMBER))).unwrap();
        let request = entry.request(3, false).unwrap();
        assert_eq!(request.id(), "3");
        assert_eq!(
            attributes(&request),
            [
                ("kind", "String", "event.plan-started"),
                ("member", "String", MEMBER),
                ("version", "Number", "1"),
            ]
        );
        // A standard topic allows neither.
        assert_eq!(request.message_group_id(), None);
        assert_eq!(request.message_deduplication_id(), None);
        assert_eq!(entry.bytes(), request.message().len() + 90);
    }

    #[test]
    fn on_a_fifo_topic_the_events_of_a_member_are_a_group() {
        let request = |member| {
            Entry::from_message(&outgoing(member))
                .unwrap()
                .request(0, true)
                .unwrap()
        };
        assert_eq!(request(Some(MEMBER)).message_group_id(), Some(MEMBER));
        assert_eq!(request(None).message_group_id(), Some(ID));
        assert_eq!(request(None).message_deduplication_id(), Some(ID));
        assert_eq!(attributes(&request(None)).len(), 2);
        let given = Outgoing {
            group: Some("a".to_owned()),
            deduplication: Some("b".to_owned()),
            ..outgoing(Some(MEMBER))
        };
        let request = Entry::from_message(&given)
            .unwrap()
            .request(0, true)
            .unwrap();
        assert_eq!(request.message_group_id(), Some("a"));
        assert_eq!(request.message_deduplication_id(), Some("b"));
    }

    #[test]
    fn messages_that_are_not_events_are_refused() {
        for body in ["", "{}", "hello"] {
            let entry = Entry::from_message(&Outgoing::new(body));
            assert!(matches!(entry, Err(Error::Refused(_))), "{entry:?}");
        }
    }
}
