# The CDN of the status file, docs/LIVE.md.
resource "aws_cloudfront_origin_access_control" "objects" {
  name                              = "${var.name}-${data.aws_region.this.region}-objects"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "two_seconds" {
  name        = "${var.name}-${data.aws_region.this.region}-two-seconds"
  comment     = "The status file of live sessions, which apps poll."
  min_ttl     = 0
  default_ttl = 2
  max_ttl     = 2
  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_gzip = true
    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "cors" {
  name = "${var.name}-${data.aws_region.this.region}-cors"
  cors_config {
    access_control_allow_credentials = false
    origin_override                  = true
    access_control_allow_headers {
      items = ["*"]
    }
    access_control_allow_methods {
      items = ["GET", "HEAD", "OPTIONS"]
    }
    access_control_allow_origins {
      items = ["*"]
    }
    access_control_expose_headers {
      items = ["ETag", "Age"]
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  comment         = "${var.name} live status"
  enabled         = true
  http_version    = "http2and3"
  is_ipv6_enabled = true
  aliases         = var.cdn_host == null ? [] : [var.cdn_host]

  origin {
    origin_id                = "objects"
    domain_name              = aws_s3_bucket.objects.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.objects.id
    connection_attempts      = 2
    connection_timeout       = 2
  }

  default_cache_behavior {
    target_origin_id = "objects"
    allowed_methods  = ["GET", "HEAD", "OPTIONS"]
    cached_methods   = ["GET", "HEAD"]
    cache_policy_id  = aws_cloudfront_cache_policy.two_seconds.id
    # AWS' own CORS-S3Origin: what S3 answers such questions by.
    origin_request_policy_id   = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.cors.id
    compress                   = true
    viewer_protocol_policy     = "https-only"
  }

  # An answer of the origin's that fails is not kept for longer than one that does not. Without the file there is 403.
  dynamic "custom_error_response" {
    for_each = { 403 = 2, 404 = 2, 500 = 1, 502 = 1, 503 = 1, 504 = 1 }
    content {
      error_code            = custom_error_response.key
      error_caching_min_ttl = custom_error_response.value
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.cdn_host == null
    acm_certificate_arn            = var.cdn_host == null ? null : var.cdn_certificate_arn
    minimum_protocol_version       = var.cdn_host == null ? null : "TLSv1.2_2021"
    ssl_support_method             = var.cdn_host == null ? null : "sni-only"
  }
}
