resource "aws_cloudwatch_metric_alarm" "gateway_errors" {
  alarm_name          = "${var.name}-gateway-errors"
  alarm_description   = "More than 1 % of requests are answered with a status from 500 on. docs/runbooks/README.md"
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.messaging.paging_topic_arn]
  ok_actions          = [var.messaging.paging_topic_arn]

  # The load balancer counts no request for which it has no gateway.
  metric_query {
    id          = "share"
    expression  = "IF(FILL(requests, 0) + FILL(unanswered, 0) > 100, 100 * (FILL(failed, 0) + FILL(unanswered, 0)) / (FILL(requests, 0) + FILL(unanswered, 0)), 0)"
    label       = "percent"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = {
      failed     = "HTTPCode_Target_5XX_Count"
      unanswered = "HTTPCode_ELB_5XX_Count"
      requests   = "RequestCount"
    }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "stopped" {
  for_each = {
    for service, it in {
      gateway = { count = var.gateway_count, name = aws_ecs_service.gateway.name, runbook = "GatewayDown" }
      worker  = { count = var.worker_count, name = aws_ecs_service.worker.name, runbook = "WorkersDown" }
    } : service => it if it.count > 0
  }

  alarm_name          = "${var.name}-${each.key}s-stopped"
  alarm_description   = "No ${each.key} has run for three minutes. docs/runbooks/${each.value.runbook}.md"
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  dimensions          = { ClusterName = aws_ecs_cluster.this.name, ServiceName = each.value.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.messaging.paging_topic_arn]
  ok_actions          = [var.messaging.paging_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  alarm_name          = "${var.name}-database-storage"
  alarm_description   = "Postgres has less than 10 GiB of storage left. docs/runbooks/DiskFull.md"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 10737418240
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.messaging.paging_topic_arn]
  ok_actions          = [var.messaging.paging_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "database_load" {
  alarm_name          = "${var.name}-database-load"
  alarm_description   = "Postgres has used more than 90 % of its CPU for ten minutes. docs/runbooks/DatabaseUnavailable.md"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 10
  threshold           = 90
  comparison_operator = "GreaterThanThreshold"
  # A database that reports nothing is one that is gone.
  treat_missing_data = "breaching"
  alarm_actions      = [var.messaging.paging_topic_arn]
  ok_actions         = [var.messaging.paging_topic_arn]
}
