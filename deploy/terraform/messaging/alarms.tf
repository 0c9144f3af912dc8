# From CloudWatch's own metrics: they work without any of our processes. Not encrypted with the key aws/sns, which
# CloudWatch may not use.
resource "aws_sns_topic" "pages" {
  name = "${var.name}-pages"
}

resource "aws_sns_topic_policy" "pages" {
  arn = aws_sns_topic.pages.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.pages.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "pages" {
  count     = var.paging_endpoint == null ? 0 : 1
  topic_arn = aws_sns_topic.pages.arn
  protocol  = var.paging_protocol
  endpoint  = var.paging_endpoint
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
  alarm_actions       = [aws_sns_topic.pages.arn]
  ok_actions          = [aws_sns_topic.pages.arn]
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
  alarm_actions       = [aws_sns_topic.pages.arn]
  ok_actions          = [aws_sns_topic.pages.arn]
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
  alarm_actions       = [aws_sns_topic.pages.arn]
  ok_actions          = [aws_sns_topic.pages.arn]
}
