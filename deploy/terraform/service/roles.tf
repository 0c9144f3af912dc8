# Roles of processes: what each calls, and nothing else.
data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

locals {
  bucket_arn = "arn:${data.aws_partition.this.partition}:s3:::${var.messaging.bucket}"
}

resource "aws_iam_role" "execution" {
  name_prefix        = "${var.name}-execution-"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "execution" {
  name = "secrets"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "secretsmanager:GetSecretValue"
      Resource = concat(
        values(aws_secretsmanager_secret.credentials)[*].arn,
        values(aws_secretsmanager_secret.url)[*].arn,
        [aws_secretsmanager_secret.unsubscribe_key.arn, aws_db_instance.this.master_user_secret[0].secret_arn],
        aws_secretsmanager_secret.grafana[*].arn,
      )
    }]
  })
}

resource "aws_iam_role" "gateway" {
  name_prefix        = "${var.name}-gateway-"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy" "gateway" {
  name = "gateway"
  role = aws_iam_role.gateway.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # Staff see queues, and redrive or discard dead letters.
      {
        Sid      = "Queues"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"]
        Resource = var.messaging.queue_arns
      },
      {
        Sid    = "DeadLetters"
        Effect = "Allow"
        Action = [
          "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
        ]
        Resource = var.messaging.dead_letter_arns
      },
      # Staff publish the status file, everybody reads it.
      {
        Sid      = "StatusFile"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${local.bucket_arn}/live/*"
      },
      # Without it S3 answers 403 instead of 404 for a file that is not there.
      {
        Sid      = "ListObjects"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.bucket_arn
      },
    ]
  })
}

resource "aws_iam_role" "worker" {
  name_prefix        = "${var.name}-worker-"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy" "worker" {
  name = "worker"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Queues"
        Effect = "Allow"
        Action = [
          "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage",
          "sqs:ChangeMessageVisibility",
        ]
        Resource = var.messaging.queue_arns
      },
      {
        Sid      = "DeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"]
        Resource = var.messaging.dead_letter_arns
      },
      {
        Sid      = "Events"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.messaging.events_topic_arn
      },
      {
        Sid      = "Objects"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${local.bucket_arn}/*"
      },
      {
        Sid      = "ListObjects"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.bucket_arn
      },
      # SES asks for the second when a message is sent as it is, as ours are.
      {
        Sid    = "Mail"
        Effect = "Allow"
        Action = ["ses:SendEmail", "ses:SendRawEmail"]
        Resource = format(
          "arn:%s:ses:%s:%s:identity/%s", data.aws_partition.this.partition, data.aws_region.this.region,
          data.aws_caller_identity.this.account_id, var.mail_domain,
        )
      },
    ]
  })
}
