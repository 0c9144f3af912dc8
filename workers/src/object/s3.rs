//! Amazon S3, or a compatible service.
//!
//! A conditional write whose response is lost is not retried. One that S3 answers with a server error is; if it had
//! been carried out nonetheless, the retry is an [`Error::Conflict`]. Callers read the object again after a conflict.

use std::{sync::Arc, time::Duration};

use aws_config::SdkConfig;
use coach_domain::{
    clock::Clock,
    object::{Attributes, Condition, ETag, Error, Object, ObjectStore},
};
use futures_util::StreamExt as _;
use object_store::{
    Attribute, ClientOptions, CredentialProvider, ObjectStoreExt as _, PutMode, PutOptions,
    PutResult, RetryConfig, UpdateVersion,
    aws::{AmazonS3, AmazonS3Builder, AwsCredential},
    path::Path,
};

use super::key;
use crate::aws::CachedCredentials;

/// The timeout of one request, and that of a request with all its retries.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A bucket, or the part of a bucket below a prefix.
#[derive(Debug)]
pub struct S3 {
    bucket: AmazonS3,
    prefix: String,
}

impl S3 {
    /// Uses the region, credentials and endpoint of `config`. The prefix has the form of a key, or is empty.
    ///
    /// # Errors
    ///
    /// A message about the missing or wrong setting.
    pub fn new(
        config: &SdkConfig,
        bucket: &str,
        prefix: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let prefix = prefix.trim_matches('/');
        if !prefix.is_empty() {
            key::check(prefix).map_err(|_| "the prefix of objects is not allowed".to_owned())?;
        }
        let region = config.region().ok_or("S3 needs a region: set AWS_REGION")?;
        let credentials = Arc::new(CachedCredentials::new(config, clock));
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region.as_ref())
            .with_credentials(credentials)
            .with_client_options(ClientOptions::new().with_timeout(REQUEST_TIMEOUT))
            .with_retry(RetryConfig {
                max_retries: 3,
                retry_timeout: REQUEST_TIMEOUT,
                ..RetryConfig::default()
            });
        if let Some(endpoint) = config.endpoint_url() {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        let bucket = builder.build().map_err(|error| error.to_string())?;
        Ok(Self {
            bucket,
            prefix: prefix.to_owned(),
        })
    }

    /// Looks whether the bucket exists and may be listed, without which what is missing looks like a denial. Changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// When there is no such bucket, or it cannot be reached or denies access.
    pub async fn inspect(&self) -> Result<(), Error> {
        let prefix = Path::from(&*self.prefix);
        let bucket: &dyn object_store::ObjectStore = &self.bucket;
        match bucket.list(Some(&prefix)).next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(list_error(&error)),
        }
    }

    fn path(&self, key: &str) -> Result<Path, Error> {
        key::check(key)?;
        let path = if self.prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{}/{key}", self.prefix)
        };
        Path::parse(path).map_err(|_| Error::Refused("the key is not allowed".to_owned()))
    }
}

#[async_trait::async_trait]
impl ObjectStore for S3 {
    async fn get(&self, key: &str) -> Result<Option<Object>, Error> {
        let found = match self.bucket.get(&self.path(key)?).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(|error| store_error(&error))?,
        };
        let etag = etag(found.meta.e_tag.clone())?;
        let bytes = found.bytes().await.map_err(|error| store_error(&error))?;
        Ok(Some(Object {
            bytes: bytes.as_ref().into(),
            etag,
        }))
    }

    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        attributes: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, Error> {
        let attributes = [
            (Attribute::ContentType, attributes.content_type),
            (Attribute::CacheControl, attributes.cache_control),
        ];
        let attributes = attributes
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let options = PutOptions {
            attributes: attributes.collect(),
            mode: match condition {
                Condition::Always => PutMode::Overwrite,
                Condition::Absent => PutMode::Create,
                Condition::Matches(ETag(etag)) => PutMode::Update(UpdateVersion {
                    e_tag: Some(etag.clone()),
                    version: None,
                }),
            },
            ..PutOptions::default()
        };
        let path = self.path(key)?;
        let bucket: &dyn object_store::ObjectStore = &self.bucket;
        let written = bucket.put_opts(&path, bytes.to_vec().into(), options);
        let PutResult { e_tag, .. } = written.await.map_err(|error| store_error(&error))?;
        etag(e_tag)
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        match self.bucket.delete(&self.path(key)?).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            deleted => deleted.map_err(|error| store_error(&error)),
        }
    }
}

/// Passes our cached credentials to the client.
#[async_trait::async_trait]
impl CredentialProvider for CachedCredentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let credentials = self.get().await;
        let credentials = credentials.map_err(|error| object_store::Error::Generic {
            store: "S3",
            source: error.into(),
        })?;
        Ok(Arc::new(AwsCredential {
            key_id: credentials.access_key_id().to_owned(),
            secret_key: credentials.secret_access_key().to_owned(),
            token: credentials.session_token().map(str::to_owned),
        }))
    }
}

fn etag(value: Option<String>) -> Result<ETag, Error> {
    let missing = || Error::Unavailable("S3 gave no ETag".to_owned());
    value.map(ETag).ok_or_else(missing)
}

/// The error of a list, which the client does not classify: its text has the status and S3's code.
fn list_error(error: &object_store::Error) -> Error {
    let text = error.to_string();
    let has = |codes: &[&str]| codes.iter().any(|code| text.contains(code));
    if has(&["NoSuchBucket", "404 Not Found"]) {
        Error::Refused("there is no such bucket".to_owned())
    } else if has(&["AccessDenied", "403 Forbidden"]) {
        Error::Refused("S3 denied access".to_owned())
    } else {
        store_error(error)
    }
}

fn store_error(error: &object_store::Error) -> Error {
    match error {
        object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => {
            Error::Conflict
        }
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => {
            Error::Refused("S3 denied access".to_owned())
        }
        object_store::Error::InvalidPath { .. } => {
            Error::Refused("the key is not allowed".to_owned())
        }
        error => Error::Unavailable(error.to_string()),
    }
}
