//! Tokens to unsubscribe with one click, without signing in (RFC 8058): the member's id with a signature.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::id::MemberId;

/// Signed with the id, so that the signature cannot be used for any other purpose.
const PURPOSE: &[u8] = b"unsubscribe MARKETING_EMAIL\0";

/// Signs and verifies tokens. Tokens do not expire: the links in old emails keep working.
#[derive(Clone)]
pub struct UnsubscribeTokens(Hmac<Sha256>);

impl UnsubscribeTokens {
    /// Uses a key of at least 32 random bytes, which all processes share.
    ///
    /// # Errors
    ///
    /// The key itself, when it is shorter than 32 bytes.
    pub fn new(key: &[u8]) -> Result<Self, &[u8]> {
        match Hmac::new_from_slice(key) {
            Ok(hmac) if key.len() >= 32 => Ok(Self(hmac)),
            _ => Err(key),
        }
    }

    /// The member's token for the link in an email: 64 characters of letters, digits, `-` and `_`.
    pub fn token(&self, member: MemberId) -> String {
        let mut bytes = member.0.as_bytes().to_vec();
        bytes.extend(self.signed(member).finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The member of a token; `None` when its signature is not valid.
    pub fn member(&self, token: &str) -> Option<MemberId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, signature) = bytes.split_at_checked(16)?;
        let member = MemberId(Uuid::from_slice(id).ok()?);
        self.signed(member).verify_slice(signature).ok()?;
        Some(member)
    }

    fn signed(&self, member: MemberId) -> Hmac<Sha256> {
        let Self(hmac) = self;
        hmac.clone()
            .chain_update(PURPOSE)
            .chain_update(member.0.as_bytes())
    }
}

/// Omits the key.
impl std::fmt::Debug for UnsubscribeTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("UnsubscribeTokens(…)")
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::UnsubscribeTokens;
    use crate::id::MemberId;

    const MEMBER: MemberId = MemberId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));

    #[test]
    fn a_token_names_its_member() {
        let tokens = UnsubscribeTokens::new(&[7; 32]).unwrap();
        let token = tokens.token(MEMBER);
        assert_eq!(token.len(), 64);
        assert_eq!(tokens.member(&token), Some(MEMBER));
    }

    #[test]
    fn changed_tokens_and_other_keys_are_rejected() {
        let tokens = UnsubscribeTokens::new(&[7; 32]).unwrap();
        let token = tokens.token(MEMBER);
        assert_eq!(
            UnsubscribeTokens::new(&[8; 32]).unwrap().member(&token),
            None
        );
        for (place, letter) in token.char_indices() {
            let other = if letter == 'A' { "B" } else { "A" };
            let mut changed = token.clone();
            changed.replace_range(place..=place, other);
            assert_eq!(tokens.member(&changed), None, "changed at {place}");
            assert_eq!(tokens.member(&token[..place]), None, "cut at {place}");
        }
        assert!(UnsubscribeTokens::new(&[7; 31]).is_err());
    }
}
