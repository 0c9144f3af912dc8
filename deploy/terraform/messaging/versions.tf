terraform {
  # Write-only arguments keep passwords out of the state of the module `service`.
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.15, < 7.0"
    }
  }
}

data "aws_caller_identity" "this" {}
data "aws_region" "this" {}
