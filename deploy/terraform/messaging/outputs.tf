output "queue_addresses" {
  description = "COACH_QUEUE_ADDRESSES"
  value       = join(",", [for queue, made in aws_sqs_queue.this : "${queue}=${made.name}"])
}

output "queue_arns" {
  description = "The queues, for policies."
  value       = values(aws_sqs_queue.this)[*].arn
}

output "dead_letter_arns" {
  description = "The queues of dead letters, for policies."
  value       = values(aws_sqs_queue.dead_letters)[*].arn
}

output "events_topic_arn" {
  description = "COACH_EVENTS_TOPIC"
  value       = aws_sns_topic.events.arn
}

output "bucket" {
  description = "The bucket: COACH_OBJECTS is s3:// and its name."
  value       = aws_s3_bucket.objects.id
}

output "live_status_url" {
  description = "COACH_LIVE_STATUS_URL"
  value       = "https://${coalesce(var.cdn_host, aws_cloudfront_distribution.this.domain_name)}/live/status.json"
}

output "cdn_name" {
  description = "What cdn_host is an alias of."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "paging_topic_arn" {
  description = "Where alarms that page are published."
  value       = aws_sns_topic.alarms["pages"].arn
}

output "ticket_topic_arn" {
  description = "Where alarms that can wait are published."
  value       = aws_sns_topic.alarms["tickets"].arn
}

output "dkim_tokens" {
  description = "Three tokens: TOKEN._domainkey.DOMAIN is an alias (CNAME) of TOKEN.dkim.amazonses.com."
  value       = try(aws_sesv2_email_identity.this[0].dkim_signing_attributes[0].tokens, [])
}
