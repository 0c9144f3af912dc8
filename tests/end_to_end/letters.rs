//! Letters to members of the seed: the data that they are rendered from.

use coach_domain::{
    clock::Clock as _,
    cycle,
    id::{CycleId, MemberId},
    member,
    outbox::Decode as _,
    plan,
};
use coach_workers::mail::{
    Attachment, EmailPayload, Recipient, Sender, SenderSettings, attachment::PlanAttachment, render,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::json;
use uuid::Uuid;

use crate::harness::{TestApp, member::MAYA};

/// The ids of Maya and of her current cycle.
pub(crate) async fn maya(app: &TestApp) -> (MemberId, CycleId) {
    let sql = "SELECT id FROM member WHERE email = $1";
    let found = Statement::from_sql_and_values(DbBackend::Postgres, sql, [MAYA.into()]);
    let row = app.pool.query_one_raw(found).await.expect("a statement");
    let id = MemberId(row.expect("a row").try_get_by_index(0).expect("an id"));
    let plans = plan::active(&*app.pool, &[id]).await.expect("plans");
    let plan = plans[&id].id;
    let cycles = cycle::current(&*app.pool, &[plan], app.clock.now()).await;
    (id, cycles.expect("cycles")[&plan].id)
}

#[tokio::test]
async fn a_plan_is_written_from_what_is_stored() {
    let app = TestApp::start().await;
    let now = app.clock.now();
    let (id, cycle) = maya(&app).await;
    let catalogue = app.app.catalogue.get(&app.app.database).await;
    let catalogue = catalogue.expect("the catalogue");
    let plan = PlanAttachment::load(&*app.pool, &catalogue, cycle, now).await;
    let plan = plan.expect("loaded").expect("a plan");
    assert_eq!((plan.days.len(), plan.shopping.len()), (28, 4));
    for (week, list) in plan.shopping.iter().enumerate() {
        assert_eq!(
            (list.from, list.to),
            (plan.days[week * 7].date, plan.days[week * 7 + 6].date)
        );
        assert!(!list.items.is_empty(), "week {week}");
    }
    assert!(plan.days.iter().all(|day| day.meals.len() >= 4));
    // The same days as the app shows.
    let query = "{ me { plan { currentCycle { days { number workouts { workout { title } } meals { recipe { title } } } } } } }";
    let answer = app.graphql(MAYA, query, json!({})).await;
    let shown = &answer.data()["me"]["plan"]["currentCycle"]["days"];
    let attached: Vec<_> = plan
        .days
        .iter()
        .map(|day| {
            json!({
                "number": day.number,
                "workouts": day.workouts.iter().map(|it| json!({"workout": {"title": it.title}})).collect::<Vec<_>>(),
                "meals": day.meals.iter().map(|it| json!({"recipe": {"title": it.title}})).collect::<Vec<_>>(),
            })
        })
        .collect();
    assert_eq!(*shown, json!(attached));

    let members = member::find(&*app.pool, &[id], now).await.expect("members");
    let recipient = Recipient::from_member(&members[0]).expect("an address");
    let sender = Sender::new(
        &SenderSettings {
            name: "Coach".into(),
            from: "hello@coach.example".into(),
            reply_to: None,
            bounces: None,
            app_url: "https://coach.example".into(),
            logo_url: None,
            imprint: "Coach".into(),
            unsubscribe_url: None,
        },
        None,
    );
    let payload =
        EmailPayload::decode("email.your-plan", 1, &json!({"cycle": cycle.id})).expect("a letter");
    let attachment = Attachment::Plan(Box::new(plan));
    let message = render(
        Uuid::from_u128(1),
        &payload,
        &recipient,
        &attachment,
        &sender.expect("a sender"),
        now,
    );
    let message = message.expect("written");
    assert_eq!(
        (message.to.as_str(), message.from.as_str()),
        (MAYA, "hello@coach.example")
    );
    let size = message.mime.len();
    assert!((50_000..300_000).contains(&size), "{size} bytes");
}

#[tokio::test]
async fn another_members_cycle_is_not_there() {
    let app = TestApp::start().await;
    let (_, cycle) = maya(&app).await;
    let catalogue = app.app.catalogue.get(&app.app.database).await;
    let others = CycleId {
        member: MemberId(Uuid::from_u128(7)),
        ..cycle
    };
    let plan = PlanAttachment::load(
        &*app.pool,
        &catalogue.expect("the catalogue"),
        others,
        app.clock.now(),
    )
    .await;
    assert_eq!(plan.expect("a statement"), None);
}
