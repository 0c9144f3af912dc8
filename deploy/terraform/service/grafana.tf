# Grafana, from its official image. What it provisions is copied from the bucket before it starts: sync
# deploy/monitoring/grafana/ to s3://…/grafana/.
locals {
  grafana = var.grafana_host == null ? 0 : 1
}

resource "aws_secretsmanager_secret" "grafana" {
  count       = local.grafana
  name_prefix = "${var.name}/grafana-"
  description = "The password of Grafana's user admin"
}

ephemeral "aws_secretsmanager_random_password" "grafana" {
  password_length     = 30
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "grafana" {
  count                    = local.grafana
  secret_id                = aws_secretsmanager_secret.grafana[0].id
  secret_string_wo_version = var.credentials_version
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.grafana.random_password
}

resource "aws_iam_role" "grafana" {
  count              = local.grafana
  name_prefix        = "${var.name}-grafana-"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy" "grafana" {
  count = local.grafana
  name  = "dashboards"
  role  = aws_iam_role.grafana[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${local.bucket_arn}/grafana/*"
      },
      {
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.bucket_arn
        Condition = { StringLike = { "s3:prefix" = "grafana/*" } }
      },
    ]
  })
}

resource "aws_lb_target_group" "grafana" {
  count       = local.grafana
  name        = "${var.name}-grafana"
  target_type = "ip"
  vpc_id      = var.vpc_id
  port        = 3000
  protocol    = "HTTP"
  health_check {
    path    = "/api/health"
    matcher = "200"
  }
}

resource "aws_lb_listener_rule" "grafana" {
  count        = local.grafana
  listener_arn = aws_lb_listener.this.arn
  priority     = 30
  condition {
    host_header {
      values = [var.grafana_host]
    }
  }
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.grafana[0].arn
  }
}

resource "aws_ecs_task_definition" "grafana" {
  count                    = local.grafana
  family                   = "${var.name}-grafana"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.grafana[0].arn
  volume {
    name = "provisioning"
  }
  volume {
    name = "dashboards"
  }
  container_definitions = jsonencode([
    {
      name       = "copy"
      image      = "public.ecr.aws/aws-cli/aws-cli:latest"
      essential  = false
      entryPoint = ["sh", "-ec"]
      command = [
        "aws s3 sync \"$FROM/provisioning\" /provisioning; aws s3 sync \"$FROM/dashboards\" /dashboards/coach",
      ]
      environment = [{ name = "FROM", value = "s3://${var.messaging.bucket}/grafana" }]
      mountPoints = [
        { sourceVolume = "provisioning", containerPath = "/provisioning" },
        { sourceVolume = "dashboards", containerPath = "/dashboards" },
      ]
      logConfiguration = local.logs
    },
    {
      name         = "grafana"
      image        = var.grafana_image
      essential    = true
      dependsOn    = [{ containerName = "copy", condition = "SUCCESS" }]
      portMappings = [{ containerPort = 3000 }]
      mountPoints = [
        { sourceVolume = "provisioning", containerPath = "/etc/grafana/provisioning", readOnly = true },
        { sourceVolume = "dashboards", containerPath = "/etc/grafana/dashboards", readOnly = true },
      ]
      environment = [
        { name = "GF_SERVER_ROOT_URL", value = "https://${var.grafana_host}/" },
        { name = "GF_ANALYTICS_REPORTING_ENABLED", value = "false" },
        { name = "GF_USERS_ALLOW_SIGN_UP", value = "false" },
        { name = "COACH_PROMETHEUS_URL", value = var.prometheus_url },
        { name = "COACH_REPORTING_ADDRESS", value = "${aws_db_proxy.this.endpoint}:5432" },
        { name = "COACH_REPORTING_DATABASE", value = "coach" },
      ]
      secrets = [
        { name = "GF_SECURITY_ADMIN_PASSWORD", valueFrom = aws_secretsmanager_secret.grafana[0].arn },
        { name = "COACH_REPORTING_PASSWORD", valueFrom = "${aws_secretsmanager_secret.credentials["reporting"].arn}:password::" },
      ]
      logConfiguration = local.logs
    },
  ])
}

resource "aws_ecs_service" "grafana" {
  count           = local.grafana
  name            = "${var.name}-grafana"
  cluster         = aws_ecs_cluster.this.arn
  task_definition = aws_ecs_task_definition.grafana[0].arn
  launch_type     = "FARGATE"
  desired_count   = 1
  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.processes.id]
  }
  load_balancer {
    container_name   = "grafana"
    container_port   = 3000
    target_group_arn = aws_lb_target_group.grafana[0].arn
  }
  depends_on = [aws_lb_listener_rule.grafana]
}
