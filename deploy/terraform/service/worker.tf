resource "aws_ecs_task_definition" "worker" {
  family                   = "${var.name}-worker"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.worker.arn
  container_definitions = jsonencode([merge(local.confined, {
    name         = "worker"
    image        = var.image
    command      = ["worker"]
    portMappings = [{ containerPort = 8080, name = "health" }]
    healthCheck  = { command = ["CMD", "/usr/bin/coach", "health", "--live"], interval = 15, retries = 3, startPeriod = 30 }
    environment = [for name, value in merge(local.settings, {
      COACH_EVENTS_TOPIC         = var.messaging.events_topic_arn
      COACH_MAIL                 = "ses"
      COACH_MAIL_APP_URL         = var.app_url
      COACH_MAIL_FROM            = var.mail_from
      COACH_MAIL_IMPRINT         = var.mail_imprint
      COACH_MAIL_UNSUBSCRIBE_URL = "https://${var.api_host}/unsubscribe"
    }) : { name = name, value = value }]
    secrets = [
      { name = "COACH_DATABASE_URL", valueFrom = aws_secretsmanager_secret.url["gateway"].arn },
      { name = "COACH_MAIL_UNSUBSCRIBE_KEY", valueFrom = aws_secretsmanager_secret.unsubscribe_key.arn },
    ]
  })])
}

# Rolling: an old worker and a new one work side by side.
resource "aws_ecs_service" "worker" {
  name                               = "${var.name}-worker"
  cluster                            = aws_ecs_cluster.this.arn
  task_definition                    = aws_ecs_task_definition.worker.arn
  launch_type                        = "FARGATE"
  desired_count                      = var.worker_count
  deployment_minimum_healthy_percent = 50
  deployment_maximum_percent         = 200
  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.processes.id]
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  depends_on = [aws_db_proxy_target.this, aws_secretsmanager_secret_version.url]
}

# Run by hand, or by what deploys, before the services are updated.
resource "aws_ecs_task_definition" "migrate" {
  family                   = "${var.name}-migrate"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([merge(local.confined, {
    name    = "migrate"
    image   = coalesce(var.migration_image, var.image)
    command = ["migrate"]
    secrets = [{ name = "COACH_DATABASE_URL", valueFrom = aws_secretsmanager_secret.url["owner"].arn }]
  })])
}

# Once, for a new database: SQL is what deploy/postgres/roles.sql contains, and comes with the call. Passwords do not: SQL
# names them, as :'password'.
resource "aws_ecs_task_definition" "roles" {
  family                   = "${var.name}-roles"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([{
    name       = "psql"
    image      = "public.ecr.aws/docker/library/postgres:17-alpine"
    essential  = true
    user       = "postgres"
    entryPoint = ["sh", "-c"]
    command    = ["printf '%s' \"$SQL\" | psql -v \"owner_password=$OWNER_PASSWORD\" -v \"password=$GATEWAY_PASSWORD\" -v \"reporting_password=$REPORTING_PASSWORD\""]
    environment = [
      { name = "PGHOST", value = aws_db_instance.this.address },
      { name = "PGUSER", value = "postgres" },
      { name = "PGDATABASE", value = "postgres" },
      { name = "PGSSLMODE", value = "require" },
    ]
    secrets = concat([
      { name = "PGPASSWORD", valueFrom = "${aws_db_instance.this.master_user_secret[0].secret_arn}:password::" },
      { name = "OWNER_PASSWORD", valueFrom = "${aws_secretsmanager_secret.credentials["owner"].arn}:password::" },
      { name = "GATEWAY_PASSWORD", valueFrom = "${aws_secretsmanager_secret.credentials["gateway"].arn}:password::" },
      ], var.grafana_host == null ? [] : [
      { name = "REPORTING_PASSWORD", valueFrom = "${aws_secretsmanager_secret.credentials["reporting"].arn}:password::" },
    ])
    logConfiguration = local.logs
  }])
}
