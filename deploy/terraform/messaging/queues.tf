locals {
  retention = 14 * 24 * 3600
  # How many dead letters and how old messages raise an alarm, and of which kind: deploy/monitoring/prometheus/rules/queues.yml.
  queues = {
    # Mail that the recipient waits for, such as sign-in codes.
    email-urgent = { max_age = 60, minutes = 1, delayed = "pages", dead_letters = 10, dead = "pages" }
    # Mail without attachments.
    email = { max_age = 600, minutes = 5, delayed = "tickets", dead_letters = 10, dead = "pages" }
    # Mail with attachments, which are in the bucket.
    email-attachments = { max_age = 600, minutes = 5, delayed = "tickets", dead_letters = 10, dead = "pages" }
    # Webhooks of the video provider, and the publication of the status file.
    live = { max_age = 60, minutes = 1, delayed = "pages", dead_letters = 1, dead = "pages" }
    # Records for partners.
    partner-sync = { max_age = 600, minutes = 5, delayed = "tickets", dead_letters = 1, dead = "tickets" }
    # All other webhooks.
    webhooks = { max_age = 600, minutes = 1, delayed = "pages", dead_letters = 10, dead = "pages" }
  }
}

# docs/DEPLOY.md has the reasons for the numbers. A worker sets the visibility itself with each receive.
resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                       = "${var.name}-${each.key}"
  message_retention_seconds  = local.retention
  visibility_timeout_seconds = 30
  sqs_managed_sse_enabled    = true
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  for_each = local.queues

  name                      = "${var.name}-${each.key}-dlq"
  message_retention_seconds = local.retention
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  for_each = local.queues

  queue_url = aws_sqs_queue.dead_letters[each.key].id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this[each.key].arn]
  })
}

resource "aws_sqs_queue_policy" "tls" {
  for_each = merge(
    { for name, queue in aws_sqs_queue.this : name => queue },
    { for name, queue in aws_sqs_queue.dead_letters : "${name}-dlq" => queue },
  )

  queue_url = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyWithTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# Events for other services, docs/EVENTS.md. They name members by id and contain no measures.
resource "aws_sns_topic" "events" {
  name = "${var.name}-events"
}
