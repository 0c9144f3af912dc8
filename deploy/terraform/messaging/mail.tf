# The sender of mail, docs/EMAIL.md. The output dkim_tokens is for DNS.
resource "aws_sesv2_email_identity" "this" {
  count          = var.mail_domain == null ? 0 : 1
  email_identity = var.mail_domain
  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

resource "aws_sesv2_email_identity_mail_from_attributes" "this" {
  count                  = var.mail_domain == null ? 0 : 1
  email_identity         = aws_sesv2_email_identity.this[0].email_identity
  mail_from_domain       = "bounce.${var.mail_domain}"
  behavior_on_mx_failure = "USE_DEFAULT_VALUE"
}
