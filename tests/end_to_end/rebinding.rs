//! DNS rebinding: other sites' names that resolve to this machine.

use crate::harness::TestApp;

const ROUTES: [&str; 6] = [
    "/graphiql",
    "/console",
    "/dev/mail",
    "/graphql?query=%7B__typename%7D",
    "/schema.graphql",
    "/live/status.json",
];

async fn get(test: &TestApp, path: &str, host: &str) -> (u16, String) {
    let request = test.client.get(format!("{}{path}", test.base));
    let answer = request.header("host", host).send().await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("text"))
}

#[tokio::test]
async fn in_development_only_names_of_this_machine_are_answered() {
    let test = TestApp::in_dev_mode(&[("COACH_ALLOWED_HOSTS", "coach.test")]).await;
    for path in ROUTES {
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
        ] {
            let (status, text) = get(&test, path, host).await;
            assert_eq!(status, 421, "{path} {host}: {text}");
            assert!(text.contains("MISDIRECTED_REQUEST") && !text.contains("Bearer"));
        }
        for host in ["localhost:8080", "127.0.0.1", "[::1]:8080", "coach.test"] {
            let (status, text) = get(&test, path, host).await;
            assert_ne!(status, 421, "{path} {host}: {text}");
        }
    }
    let (_, page) = get(&test, "/graphiql", "localhost:8080").await;
    assert!(page.contains("Bearer"));
}

#[tokio::test]
async fn in_production_the_name_is_the_load_balancers_affair() {
    let test = TestApp::start().await;
    let (status, _) = get(&test, "/schema.graphql", "api.example").await;
    assert_eq!(status, 200);
}
