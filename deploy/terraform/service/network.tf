resource "aws_security_group" "load_balancer" {
  name_prefix = "${var.name}-load-balancer-"
  description = "Load balancer of coach: reached by everybody with TLS"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "processes" {
  name_prefix = "${var.name}-processes-"
  description = "Gateways, workers and Grafana of coach"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "proxy" {
  name_prefix = "${var.name}-proxy-"
  description = "RDS Proxy of coach"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "database" {
  name_prefix = "${var.name}-database-"
  description = "Postgres of coach"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "tls" {
  security_group_id = aws_security_group.load_balancer.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  # From, to, port.
  ways = {
    requests = [aws_security_group.load_balancer.id, aws_security_group.processes.id, 8080]
    grafana  = [aws_security_group.load_balancer.id, aws_security_group.processes.id, 3000]
    proxy    = [aws_security_group.processes.id, aws_security_group.proxy.id, 5432]
    database = [aws_security_group.proxy.id, aws_security_group.database.id, 5432]
    # The task that makes the roles.
    roles = [aws_security_group.processes.id, aws_security_group.database.id, 5432]
  }
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  for_each = local.ways

  description                  = each.key
  referenced_security_group_id = each.value[0]
  security_group_id            = each.value[1]
  ip_protocol                  = "tcp"
  from_port                    = each.value[2]
  to_port                      = each.value[2]
}

resource "aws_vpc_security_group_egress_rule" "out" {
  for_each = {
    load_balancer = aws_security_group.load_balancer.id
    processes     = aws_security_group.processes.id
    proxy         = aws_security_group.proxy.id
  }

  security_group_id = each.value
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
