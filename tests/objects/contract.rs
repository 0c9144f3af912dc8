//! The behaviour that every object store must have.

use coach_domain::object::{Attributes, Condition, ETag, Error, ObjectStore};

const PLAIN: Attributes = Attributes {
    content_type: None,
    cache_control: None,
};

/// Tests all of it with a store that has no object whose key begins with `test/`.
pub(crate) async fn assert_fulfilled(store: &dyn ObjectStore) {
    reads_what_was_written(store).await;
    writes_on_condition(store).await;
    deletes(store).await;
    refuses_keys(store).await;
}

async fn reads_what_was_written(store: &dyn ObjectStore) {
    assert_eq!(store.get("test/none").await, Ok(None));
    let large: Vec<u8> = (0..3_000_000_u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    for bytes in [&b"some"[..], b"", &large] {
        let etag = store
            .put("test/read/some.bin", bytes, &PLAIN, &Condition::Always)
            .await
            .unwrap();
        let object = store.get("test/read/some.bin").await.unwrap().unwrap();
        assert!(object.bytes.as_ref() == bytes && object.etag == etag);
    }
}

async fn writes_on_condition(store: &dyn ObjectStore) {
    let put = async |bytes: &'static [u8], condition| {
        store.put("test/condition", bytes, &PLAIN, &condition).await
    };
    let unknown = ETag("\"0123456789abcdef0123456789abcdef\"".to_owned());
    assert_eq!(
        put(b"x", Condition::Matches(unknown.clone())).await,
        Err(Error::Conflict),
        "nothing matches"
    );
    let first = put(b"1", Condition::Absent).await.unwrap();
    assert_eq!(put(b"x", Condition::Absent).await, Err(Error::Conflict));
    assert_eq!(
        put(b"x", Condition::Matches(unknown)).await,
        Err(Error::Conflict)
    );
    let second = put(b"2", Condition::Matches(first.clone())).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(
        put(b"x", Condition::Matches(first)).await,
        Err(Error::Conflict)
    );
    assert_eq!(
        store
            .get("test/condition")
            .await
            .unwrap()
            .unwrap()
            .bytes
            .as_ref(),
        b"2"
    );
    put(b"3", Condition::Always).await.unwrap();
    assert_eq!(
        put(b"x", Condition::Matches(second)).await,
        Err(Error::Conflict)
    );
    assert_eq!(
        store
            .get("test/condition")
            .await
            .unwrap()
            .unwrap()
            .bytes
            .as_ref(),
        b"3"
    );
}

async fn deletes(store: &dyn ObjectStore) {
    store
        .put("test/gone", b"x", &PLAIN, &Condition::Always)
        .await
        .unwrap();
    assert_eq!(store.delete("test/gone").await, Ok(()));
    assert_eq!(store.delete("test/gone").await, Ok(()));
    assert_eq!(store.get("test/gone").await, Ok(None));
    store
        .put("test/gone", b"y", &PLAIN, &Condition::Absent)
        .await
        .unwrap();
}

async fn refuses_keys(store: &dyn ObjectStore) {
    for key in [
        "",
        "/test",
        "test/../x",
        "../x",
        "test//x",
        "test/",
        ".test",
        "te st",
        "tést",
        "test\\x",
    ] {
        let refused = |error| matches!(error, Error::Refused(_));
        assert!(store.get(key).await.is_err_and(refused), "{key}");
        assert!(
            store
                .put(key, b"x", &PLAIN, &Condition::Always)
                .await
                .is_err_and(refused),
            "{key}"
        );
        assert!(store.delete(key).await.is_err_and(refused), "{key}");
    }
}

/// Increments a number `times` times, with a retry after each conflict. Returns the number of conflicts.
pub(crate) async fn increment(store: &dyn ObjectStore, key: &str, times: usize) -> usize {
    let mut conflicts = 0;
    for _ in 0..times {
        loop {
            let found = store.get(key).await.unwrap();
            let number: usize = found.as_ref().map_or(0, |object| {
                str::from_utf8(&object.bytes).unwrap().parse().unwrap()
            });
            let condition =
                found.map_or(Condition::Absent, |object| Condition::Matches(object.etag));
            match store
                .put(key, (number + 1).to_string().as_bytes(), &PLAIN, &condition)
                .await
            {
                Ok(_) => break,
                Err(Error::Conflict) => conflicts += 1,
                Err(error) => panic!("{error}"),
            }
        }
    }
    conflicts
}
