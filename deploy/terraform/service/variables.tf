variable "name" {
  description = "That of the module messaging."
  type        = string
  default     = "coach"
}

variable "messaging" {
  description = "The outputs of the module messaging."
  type = object({
    queue_addresses  = string
    queue_arns       = list(string)
    dead_letter_arns = list(string)
    events_topic_arn = string
    bucket           = string
    live_status_url  = string
    paging_topic_arn = string
  })
}

variable "image" {
  description = "The container image, best by digest."
  type        = string
}

variable "migration_image" {
  description = "The image that migrates, if another than image: set it before image in a deployment that migrates first."
  type        = string
  default     = null
}

variable "deployment" {
  description = "What these gateways call themselves in metrics. Change it with each new image."
  type        = string
  default     = "blue"
  validation {
    condition     = contains(["blue", "green"], var.deployment)
    error_message = "blue or green."
  }
}

variable "gateway_count" {
  description = "How many gateways there are at least. 0 until the database has its roles and tables."
  type        = number
  default     = 2
}

variable "gateway_max_count" {
  description = "How many gateways there are at most. Each takes up to 20 connections to Postgres."
  type        = number
  default     = 10
}

variable "worker_count" {
  description = "How many workers there are. Each takes up to 30 connections to Postgres. 0 until the database has its tables."
  type        = number
  default     = 2
}

variable "api_host" {
  description = "The name under which gateways are reached, such as api.example.com: an alias of the output load_balancer_name."
  type        = string
}

variable "certificate_arn" {
  description = "The certificate of api_host and grafana_host in ACM, in this region."
  type        = string
}

variable "app_url" {
  description = "Where links in mail lead to."
  type        = string
  validation {
    condition     = startswith(var.app_url, "https://")
    error_message = "An https address."
  }
}

variable "mail_domain" {
  description = "That of the module messaging."
  type        = string
}

variable "mail_from" {
  description = "The sender, such as Coach <hello@example.com>, at mail_domain."
  type        = string
}

variable "mail_imprint" {
  description = "One line: who is behind it, with a postal address."
  type        = string
}

variable "auth_issuer" {
  description = "The issuer of tokens, as it stands in `iss`."
  type        = string
}

variable "auth_audience" {
  description = "The audience of tokens; of Cognito the id of the app's client."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of at least two zones for the load balancer."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Subnets of at least two zones, with a way out (NAT gateway or endpoints), for all else."
  type        = list(string)
}

variable "database_version" {
  description = "The version of Postgres at first. Minor ones are updated by themselves."
  type        = string
  default     = "17.9"
  validation {
    condition     = can(regex("^17\\.[0-9]+$", var.database_version))
    error_message = "A minor version of 17: the parameter group is for that."
  }
}

variable "database_class" {
  description = "The instance class of Postgres."
  type        = string
  default     = "db.m7g.large"
}

variable "database_storage" {
  description = "GiB at first."
  type        = number
  default     = 100
}

variable "database_max_storage" {
  description = "GiB up to which the storage grows by itself, at least a tenth more than at first."
  type        = number
  default     = 500
}

variable "database_deletion_protection" {
  description = "Whether the database refuses to be deleted. When it is deleted, a snapshot is left."
  type        = bool
  default     = true
}

variable "credentials_version" {
  description = "Raise it for new passwords of the roles coach_owner, coach and grafana; then set them with ALTER ROLE."
  type        = number
  default     = 1
}

variable "otlp_endpoint" {
  description = "An OpenTelemetry collector that takes http/protobuf, for traces and metrics."
  type        = string
  default     = ""
}

variable "grafana_host" {
  description = "The name under which Grafana is reached. Without it there is no Grafana."
  type        = string
  default     = null
}

variable "grafana_image" {
  description = "Grafana's official image."
  type        = string
  default     = "grafana/grafana:12.2.0"
}

variable "prometheus_url" {
  description = "The Prometheus that scrapes gateways and workers, for Grafana."
  type        = string
  default     = ""
}
