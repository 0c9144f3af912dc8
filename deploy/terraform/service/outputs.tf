output "load_balancer_name" {
  description = "What api_host and grafana_host are aliases of."
  value       = aws_lb.this.dns_name
}

output "proxy_endpoint" {
  description = "The host of Postgres for gateways, workers and migrations."
  value       = aws_db_proxy.this.endpoint
}

output "task_network" {
  description = "--network-configuration of aws ecs run-task."
  value = format(
    "awsvpcConfiguration={subnets=[%s],securityGroups=[%s],assignPublicIp=DISABLED}", join(",", var.private_subnet_ids),
    aws_security_group.processes.id,
  )
}
