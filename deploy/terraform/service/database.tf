resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.private_subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "postgres17"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  # Statements here take milliseconds: compiling one takes longer than running it.
  parameter {
    name  = "jit"
    value = "0"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
  lifecycle {
    create_before_destroy = true
  }
}

# The master user only makes the roles; deploy/postgres/roles.sql.
resource "aws_db_instance" "this" {
  identifier                      = var.name
  engine                          = "postgres"
  engine_version                  = var.database_version
  instance_class                  = var.database_class
  multi_az                        = true
  storage_type                    = "gp3"
  allocated_storage               = var.database_storage
  max_allocated_storage           = var.database_max_storage
  storage_encrypted               = true
  db_subnet_group_name            = aws_db_subnet_group.this.name
  parameter_group_name            = aws_db_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  publicly_accessible             = false
  username                        = "postgres"
  manage_master_user_password     = true
  backup_retention_period         = 14
  copy_tags_to_snapshot           = true
  deletion_protection             = var.database_deletion_protection
  final_snapshot_identifier       = "${var.name}-final"
  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  lifecycle {
    # Minor versions are updated by AWS.
    ignore_changes = [engine_version]
  }
}

locals {
  # The roles of Postgres that have a password.
  roles = merge(
    { owner = "coach_owner", gateway = "coach" },
    var.grafana_host == null ? {} : { reporting = "grafana" },
  )
}

# Letters and digits alone, for they stand in URLs. Neither state nor plan contains them.
ephemeral "aws_secretsmanager_random_password" "role" {
  for_each            = local.roles
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "credentials" {
  for_each    = local.roles
  name_prefix = "${var.name}/credentials/${each.key}-"
  description = "The role ${each.value} of Postgres"
}

resource "aws_secretsmanager_secret_version" "credentials" {
  for_each                 = local.roles
  secret_id                = aws_secretsmanager_secret.credentials[each.key].id
  secret_string_wo_version = var.credentials_version
  secret_string_wo = jsonencode({
    username = each.value
    password = ephemeral.aws_secretsmanager_random_password.role[each.key].random_password
  })
}

# What was written, not what was made up: each run makes up others.
ephemeral "aws_secretsmanager_secret_version" "credentials" {
  for_each   = toset(["owner", "gateway"])
  secret_id  = aws_secretsmanager_secret.credentials[each.key].id
  version_id = aws_secretsmanager_secret_version.credentials[each.key].version_id
}

# Settings with secrets are whole addresses. The certificate of RDS Proxy is one of Amazon's public ones, which every
# program knows.
resource "aws_secretsmanager_secret" "url" {
  for_each    = toset(["owner", "gateway"])
  name_prefix = "${var.name}/database-url/${each.key}-"
  description = "COACH_DATABASE_URL of the ${each.key}"
}

resource "aws_secretsmanager_secret_version" "url" {
  for_each                 = toset(["owner", "gateway"])
  secret_id                = aws_secretsmanager_secret.url[each.key].id
  secret_string_wo_version = var.credentials_version
  secret_string_wo = format(
    "postgres://%s:%s@%s:5432/coach?sslmode=verify-full",
    local.roles[each.key],
    jsondecode(ephemeral.aws_secretsmanager_secret_version.credentials[each.key].secret_string).password,
    aws_db_proxy.this.endpoint,
  )
}

data "aws_iam_policy_document" "rds" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["rds.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "proxy" {
  name_prefix        = "${var.name}-proxy-"
  assume_role_policy = data.aws_iam_policy_document.rds.json
}

resource "aws_iam_role_policy" "proxy" {
  name = "credentials"
  role = aws_iam_role.proxy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = values(aws_secretsmanager_secret.credentials)[*].arn
    }]
  })
}

resource "aws_db_proxy" "this" {
  name                   = var.name
  engine_family          = "POSTGRESQL"
  require_tls            = true
  role_arn               = aws_iam_role.proxy.arn
  vpc_subnet_ids         = var.private_subnet_ids
  vpc_security_group_ids = [aws_security_group.proxy.id]
  idle_client_timeout    = 1800
  dynamic "auth" {
    for_each = aws_secretsmanager_secret.credentials
    content {
      auth_scheme               = "SECRETS"
      iam_auth                  = "DISABLED"
      client_password_auth_type = "POSTGRES_SCRAM_SHA_256"
      secret_arn                = auth.value.arn
    }
  }
}

resource "aws_db_proxy_default_target_group" "this" {
  db_proxy_name = aws_db_proxy.this.name
  connection_pool_config {
    max_connections_percent      = 90
    max_idle_connections_percent = 50
    # Our processes wait for a second themselves.
    connection_borrow_timeout = 1
  }
}

resource "aws_db_proxy_target" "this" {
  db_proxy_name          = aws_db_proxy.this.name
  target_group_name      = aws_db_proxy_default_target_group.this.name
  db_instance_identifier = aws_db_instance.this.identifier
}
