//! The object store on S3, with its real protocol.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use coach_domain::{
    clock::SystemClock,
    object::{Attributes, Condition, Error, ObjectStore as _},
};
use coach_tests::Ministack;
use coach_workers::object::S3;
use tokio::sync::OnceCell;

use crate::{contract, status_file};

const BUCKET: &str = "coach-objects";

/// The endpoint of S3 with a bucket.
async fn endpoint() -> &'static str {
    static MINISTACK: OnceCell<Ministack> = OnceCell::const_new();
    let start = || async {
        let ministack = Ministack::beside(env!("CARGO_TARGET_TMPDIR"), "s3");
        let bucket = format!("{}/{BUCKET}", ministack.endpoint());
        let created = reqwest::Client::new().put(bucket).send().await.unwrap();
        assert!(created.status().is_success(), "{created:?}");
        ministack
    };
    MINISTACK.get_or_init(start).await.endpoint()
}

fn store(endpoint: &str, prefix: &str) -> S3 {
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    S3::new(&config, BUCKET, prefix, Arc::new(SystemClock)).unwrap()
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test]
async fn it_keeps_the_contract() {
    let endpoint = endpoint().await;
    contract::assert_fulfilled(&store(endpoint, "/contract/")).await;
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn many_writers_lose_no_write() {
    let endpoint = endpoint().await;
    let store = Arc::new(store(endpoint, "writers"));
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { contract::increment(&*store, "live/count", 3).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        store
            .get("live/count")
            .await
            .unwrap()
            .unwrap()
            .bytes
            .as_ref(),
        b"30"
    );
}

async fn get(url: &str) -> reqwest::Response {
    reqwest::Client::new().get(url).send().await.unwrap()
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test]
async fn attributes_are_what_readers_get() {
    let endpoint = endpoint().await;
    let attributes = Attributes {
        content_type: Some("application/json"),
        cache_control: Some("public, max-age=2"),
    };
    let store = store(endpoint, "live");
    store
        .put("status.json", b"{}", &attributes, &Condition::Absent)
        .await
        .unwrap();
    let answer = get(&format!("{endpoint}/{BUCKET}/live/status.json")).await;
    assert_eq!(
        (
            &answer.headers()["content-type"],
            &answer.headers()["cache-control"]
        ),
        (
            &"application/json".parse().unwrap(),
            &"public, max-age=2".parse().unwrap()
        )
    );
    assert_eq!(answer.bytes().await.unwrap().as_ref(), b"{}");
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    // Nothing listens on this port, which is that of the discard protocol.
    let store = store("http://127.0.0.1:9", "");
    assert!(matches!(store.get("a").await, Err(Error::Unavailable(_))));
    let put = store
        .put("a", b"x", &Attributes::default(), &Condition::Always)
        .await;
    assert!(matches!(put, Err(Error::Unavailable(_))));
}

#[test]
fn settings_are_checked() {
    let clock = || Arc::new(SystemClock);
    let nowhere = SdkConfig::builder().build();
    assert!(S3::new(&nowhere, BUCKET, "", clock()).is_err());
    let somewhere = SdkConfig::builder()
        .region(Region::new("eu-central-1"))
        .build();
    assert!(S3::new(&somewhere, BUCKET, "../other", clock()).is_err());
    assert!(S3::new(&somewhere, BUCKET, "a/b", clock()).is_ok());
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn the_status_file_only_goes_forward() {
    let endpoint = endpoint().await;
    status_file::only_goes_forward(Arc::new(store(endpoint, "status"))).await;
    let file = get(&format!("{endpoint}/{BUCKET}/status/live/status.json")).await;
    let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "public, max-age=2");
    assert_eq!(header("content-type"), "application/json");
}
