resource "aws_ecs_cluster" "this" {
  name = var.name
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}"
  retention_in_days = 30
}

# Signs the links in mail by which members unsubscribe.
resource "aws_secretsmanager_secret" "unsubscribe_key" {
  name_prefix = "${var.name}/unsubscribe-key-"
  description = "COACH_MAIL_UNSUBSCRIBE_KEY"
}

# 32 random bytes in hexadecimal digits.
ephemeral "aws_secretsmanager_random_password" "unsubscribe_key" {
  password_length     = 64
  exclude_punctuation = true
  exclude_uppercase   = true
  exclude_characters  = "ghijklmnopqrstuvwxyz"
}

resource "aws_secretsmanager_secret_version" "unsubscribe_key" {
  secret_id                = aws_secretsmanager_secret.unsubscribe_key.id
  secret_string_wo_version = 1
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.unsubscribe_key.random_password
}

locals {
  logs = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = data.aws_region.this.region
      awslogs-stream-prefix = "coach"
    }
  }
  # All of our own containers.
  confined = {
    essential              = true
    readonlyRootFilesystem = true
    user                   = "65532:65532"
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    # A stop takes 15 seconds at most.
    stopTimeout      = 30
    logConfiguration = local.logs
  }
  # Of gateways and workers.
  settings = {
    COACH_OBJECTS               = "s3://${var.messaging.bucket}"
    COACH_QUEUE                 = "sqs"
    COACH_QUEUE_ADDRESSES       = var.messaging.queue_addresses
    OTEL_EXPORTER_OTLP_ENDPOINT = var.otlp_endpoint
  }
  gateway_settings = merge(local.settings, {
    COACH_AUTH_AUDIENCE   = var.auth_audience
    COACH_AUTH_ISSUER     = var.auth_issuer
    COACH_DEPLOYMENT      = var.deployment
    COACH_LIVE_STATUS_URL = var.messaging.live_status_url
  })
}

resource "aws_ecs_task_definition" "gateway" {
  family                   = "${var.name}-gateway"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 2048
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.gateway.arn
  container_definitions = jsonencode([merge(local.confined, {
    name         = "gateway"
    image        = var.image
    command      = ["serve"]
    portMappings = [{ containerPort = 8080, name = "http" }]
    environment  = [for name, value in local.gateway_settings : { name = name, value = value }]
    secrets = [
      { name = "COACH_DATABASE_URL", valueFrom = aws_secretsmanager_secret.url["gateway"].arn },
      { name = "COACH_MAIL_UNSUBSCRIBE_KEY", valueFrom = aws_secretsmanager_secret.unsubscribe_key.arn },
    ]
  })])
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = var.public_subnet_ids
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true
  # Less than COACH_TIMEOUT_IDLE, 75 s.
  idle_timeout = 60
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "421"
    }
  }
}

resource "aws_lb_target_group" "gateway" {
  for_each = toset(["blue", "green"])

  name        = "${var.name}-${each.key}"
  target_type = "ip"
  vpc_id      = var.vpc_id
  port        = 8080
  protocol    = "HTTP"
  # The longest request takes less than ten seconds. ECS sends SIGTERM after it.
  deregistration_delay = 15
  health_check {
    path                = "/health/ready"
    interval            = 5
    timeout             = 3
    healthy_threshold   = 2
    unhealthy_threshold = 2
    matcher             = "200"
  }
}

# ECS moves the weights between the two groups.
resource "aws_lb_listener_rule" "gateway" {
  listener_arn = aws_lb_listener.this.arn
  priority     = 20
  condition {
    host_header {
      values = [var.api_host]
    }
  }
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.gateway["blue"].arn
        weight = 100
      }
      target_group {
        arn    = aws_lb_target_group.gateway["green"].arn
        weight = 0
      }
    }
  }
  lifecycle {
    ignore_changes = [action]
  }
}

# Metrics and health are not for the internet.
resource "aws_lb_listener_rule" "monitoring" {
  listener_arn = aws_lb_listener.this.arn
  priority     = 10
  condition {
    host_header {
      values = [var.api_host]
    }
  }
  condition {
    path_pattern {
      values = ["/metrics", "/health/*"]
    }
  }
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

data "aws_iam_policy_document" "ecs" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}

# ECS itself moves the traffic.
resource "aws_iam_role" "traffic" {
  name_prefix        = "${var.name}-traffic-"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy_attachment" "traffic" {
  role       = aws_iam_role.traffic.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}

resource "aws_ecs_service" "gateway" {
  name                              = "${var.name}-gateway"
  cluster                           = aws_ecs_cluster.this.arn
  task_definition                   = aws_ecs_task_definition.gateway.arn
  launch_type                       = "FARGATE"
  desired_count                     = var.gateway_count
  health_check_grace_period_seconds = 30
  availability_zone_rebalancing     = "ENABLED"

  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.processes.id]
  }
  load_balancer {
    container_name   = "gateway"
    container_port   = 8080
    target_group_arn = aws_lb_target_group.gateway["blue"].arn
    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.gateway["green"].arn
      production_listener_rule   = aws_lb_listener_rule.gateway.arn
      role_arn                   = aws_iam_role.traffic.arn
    }
  }
  deployment_configuration {
    strategy = "BLUE_GREEN"
    # Blue stays for as long, and gets all requests back when an alarm goes off.
    bake_time_in_minutes = 10
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  alarms {
    enable      = true
    rollback    = true
    alarm_names = [aws_cloudwatch_metric_alarm.gateway_errors.alarm_name]
  }
  lifecycle {
    # Only at first: later it is what scaling made it, which a deployment must not undo.
    ignore_changes = [desired_count]
  }
  depends_on = [aws_db_proxy_target.this, aws_secretsmanager_secret_version.url, aws_iam_role_policy_attachment.traffic]
}

resource "aws_appautoscaling_target" "gateway" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.gateway.name}"
  min_capacity       = var.gateway_count
  max_capacity       = var.gateway_max_count
}

resource "aws_appautoscaling_policy" "gateway" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.gateway.service_namespace
  scalable_dimension = aws_appautoscaling_target.gateway.scalable_dimension
  resource_id        = aws_appautoscaling_target.gateway.resource_id
  target_tracking_scaling_policy_configuration {
    target_value       = 50
    scale_in_cooldown  = 300
    scale_out_cooldown = 30
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
