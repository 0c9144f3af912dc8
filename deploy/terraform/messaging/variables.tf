variable "name" {
  description = "What names of queues and the rest begin with. One for each environment of the account."
  type        = string
  default     = "coach"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "2 to 21 small letters, digits and hyphens."
  }
}

variable "cdn_host" {
  description = "A name of yours for the CDN, such as live.example.com. Without it, CloudFront's own."
  type        = string
  default     = null
}

variable "cdn_certificate_arn" {
  description = "The certificate of cdn_host in ACM, in us-east-1, where CloudFront looks for it."
  type        = string
  default     = null
  validation {
    condition     = var.cdn_certificate_arn == null || can(regex("^arn:[a-z-]+:acm:us-east-1:", var.cdn_certificate_arn))
    error_message = "CloudFront takes certificates of us-east-1 alone."
  }
}

variable "mail_domain" {
  description = "The domain that mail is sent from. Without it there is no identity, and COACH_MAIL is not ses."
  type        = string
  default     = null
}

variable "paging_protocol" {
  description = "How pages are sent: https for PagerDuty and the like, or email."
  type        = string
  default     = "https"
  validation {
    condition     = contains(["https", "email"], var.paging_protocol)
    error_message = "https or email."
  }
}

variable "paging_endpoint" {
  description = "Where pages are sent to, such as the address of an integration of PagerDuty for CloudWatch."
  type        = string
  default     = null
}

variable "ticket_address" {
  description = "The e-mail address of a tracker or a team, for what can wait until the morning."
  type        = string
  default     = null
}
