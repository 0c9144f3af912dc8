# From CloudWatch's own metrics. Where no worker runs the outbox is not sent and queues look well: that alarm is in the other
# module. Not encrypted with the key aws/sns, which CloudWatch may not use.
resource "aws_sns_topic" "alarms" {
  # What cannot wait, and what can until the morning.
  for_each = toset(["pages", "tickets"])

  name = "${var.name}-${each.key}"
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = aws_sns_topic.alarms

  arn = each.value.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = each.value.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "pages" {
  count     = var.paging_endpoint == null ? 0 : 1
  topic_arn = aws_sns_topic.alarms["pages"].arn
  protocol  = var.paging_protocol
  endpoint  = var.paging_endpoint
}

resource "aws_sns_topic_subscription" "tickets" {
  count     = var.ticket_address == null ? 0 : 1
  topic_arn = aws_sns_topic.alarms["tickets"].arn
  protocol  = "email"
  endpoint  = var.ticket_address
}

resource "aws_cloudwatch_metric_alarm" "delayed" {
  for_each = local.queues

  alarm_name          = "${var.name}-${each.key}-delayed"
  alarm_description   = "Messages of ${each.key} have waited for more than ${each.value.max_age} seconds. docs/runbooks/QueueDelayed.md"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.this[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = each.value.minutes
  threshold           = each.value.max_age
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms[each.value.delayed].arn]
  ok_actions          = [aws_sns_topic.alarms[each.value.delayed].arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = local.queues

  alarm_name          = "${var.name}-${each.key}-dead-letters"
  alarm_description   = "${each.value.dead_letters} or more messages of ${each.key} are dead letters. docs/runbooks/DeadLetters.md"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = each.value.dead_letters
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms[each.value.dead].arn]
  ok_actions          = [aws_sns_topic.alarms[each.value.dead].arn]
}

resource "aws_cloudwatch_metric_alarm" "mail_bounces" {
  count = var.mail_domain == null ? 0 : 1

  alarm_name          = "${var.name}-mail-bounces"
  alarm_description   = "More than 4 % of mail bounces. SES reviews accounts from 5 % on, and stops them from 10 % on."
  namespace           = "AWS/SES"
  metric_name         = "Reputation.BounceRate"
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  threshold           = 0.04
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "ignore"
  alarm_actions       = [aws_sns_topic.alarms["pages"].arn]
  ok_actions          = [aws_sns_topic.alarms["pages"].arn]
}
