//! The finders that are scoped to a member. Given the id of one member's row and another member, they find nothing;
//! given some members, they return no others' rows. Each has an assertion, so that none can lose its condition on the
//! owner.

use coach_content::seed::LOCAL_ISSUER;
use coach_domain::{
    check_in, consent, cycle,
    database::Session,
    day, favourite,
    id::{CheckInId, CycleId, MemberId, PlanId, RecipeId},
    member,
    page::PageRequest,
    plan, preferences,
    viewer::Subject,
};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

use crate::harness::{TestApp, member as email};

async fn one<T: FromQueryResult>(db: &impl ConnectionTrait, sql: &str, email: &str) -> T {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [email.into()]);
    T::find_by_statement(statement)
        .one(db)
        .await
        .expect("a statement")
        .expect("a row")
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
}

/// The id of one of the member's rows; of their check-ins the last, which has one before it.
async fn row(db: &impl ConnectionTrait, table: &str, email: &str) -> Uuid {
    let sql = format!(
        "SELECT t.id FROM {table} t JOIN member m ON m.id = t.member_id WHERE m.email = $1
         ORDER BY to_jsonb(t) ->> 'submitted_at' DESC LIMIT 1"
    );
    one::<Row>(db, &sql, email).await.id
}

async fn member_id(db: &impl ConnectionTrait, email: &str) -> MemberId {
    MemberId(
        one::<Row>(db, "SELECT id FROM member WHERE email = $1", email)
            .await
            .id,
    )
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one assertion for each finder")]
async fn each_finder_asks_for_the_owner() {
    let test = TestApp::start().await;
    let db = Session::new((*test.pool).clone(), tracing::Span::none());
    let now = coach_domain::clock::Clock::now(&*test.clock);
    let me = member_id(&db, email::NORA).await;
    let (theo_plan, theo_cycle, theo_check_in) = (
        row(&db, "plan", email::THEO).await,
        row(&db, "cycle", email::THEO).await,
        row(&db, "check_in", email::THEO).await,
    );
    let plan = PlanId {
        member: me,
        id: theo_plan,
    };
    let cycle = CycleId {
        member: me,
        id: theo_cycle,
    };
    let check_in = CheckInId {
        member: me,
        id: theo_check_in,
    };

    // By a row's id, with the wrong owner.
    assert!(
        plan::find(&db, &[plan])
            .await
            .expect("plan::find")
            .is_empty(),
        "plan::find"
    );
    assert!(
        cycle::find(&db, &[cycle], now)
            .await
            .expect("cycle::find")
            .is_empty(),
        "cycle::find"
    );
    assert!(
        cycle::current(&db, &[plan], now)
            .await
            .expect("cycle::current")
            .is_empty(),
        "cycle::current"
    );
    assert!(
        cycle::of_plans(&db, &[plan], now)
            .await
            .expect("cycle::of_plans")
            .is_empty(),
        "cycle::of_plans"
    );
    assert!(
        check_in::find(&db, &[check_in])
            .await
            .expect("check_in::find")
            .is_empty(),
        "check_in::find"
    );
    assert!(
        check_in::of_cycles(&db, &[cycle])
            .await
            .expect("check_in::of_cycles")
            .is_empty(),
        "check_in::of_cycles"
    );
    assert!(
        check_in::changes(&db, &[check_in])
            .await
            .expect("check_in::changes")
            .is_empty(),
        "check_in::changes"
    );

    // By owner: no rows of others.
    let maya_cycle = CycleId {
        member: me,
        id: row(&db, "cycle", email::MAYA).await,
    };
    let log = day::log(&db, &[maya_cycle]).await.expect("day::log");
    let rows = log
        .values()
        .map(|log| (log.completions.len(), log.choices.len()));
    assert!(rows.into_iter().all(|rows| rows == (0, 0)), "day::log");
    let only = |owners: Vec<MemberId>| owners.into_iter().all(|owner| owner == me);
    let active = plan::active(&db, &[me]).await.expect("plan::active");
    assert!(only(active.into_keys().collect()), "plan::active");
    let plans = plan::of_members(&db, &[me])
        .await
        .expect("plan::of_members");
    assert!(only(plans.into_keys().collect()), "plan::of_members");
    let histories = preferences::history(&db, &[me])
        .await
        .expect("preferences::history");
    assert!(
        only(histories.into_keys().collect()),
        "preferences::history"
    );
    let consents = consent::of_members(&db, &[me])
        .await
        .expect("consent::of_members");
    assert!(only(consents.into_keys().collect()), "consent::of_members");
    let members = member::find(&db, &[me], now).await.expect("member::find");
    assert!(members.len() == 1 && members[0].id == me, "member::find");

    let maya = member_id(&db, email::MAYA).await;
    let request = PageRequest {
        first: 100,
        after: None,
    };
    let favourites = favourite::pages(&db, &[(maya, request.clone())])
        .await
        .expect("favourite::pages");
    let favourites: Vec<RecipeId> = favourites
        .into_values()
        .flat_map(|rows| rows.expect("rows"))
        .map(|(_, id)| id)
        .collect();
    assert!(!favourites.is_empty(), "maya has favourites");
    let theo = member_id(&db, email::THEO).await;
    let among = favourite::among(&db, me, &favourites).await;
    assert!(
        among.expect("favourite::among").is_empty(),
        "favourite::among"
    );
    let pages = favourite::pages(&db, &[(me, request.clone())]).await;
    let mut pages = pages.expect("favourite::pages").into_values();
    assert!(
        pages.all(|rows| rows.expect("rows").is_empty()),
        "favourite::pages"
    );
    let pages = check_in::pages(&db, &[(me, request.clone())]).await;
    let mut pages = pages.expect("check_in::pages").into_values();
    assert!(
        pages.all(|page| page.expect("a page").nodes.is_empty()),
        "check_in::pages"
    );
    let own = check_in::pages(&db, &[(theo, request)])
        .await
        .expect("check_in::pages");
    assert!(
        own.into_values()
            .all(|page| page.expect("a page").nodes.len() == 2)
    );
}

#[tokio::test]
async fn a_subject_is_found_with_its_issuer_alone() {
    let test = TestApp::start().await;
    let db = Session::new((*test.pool).clone(), tracing::Span::none());
    let now = coach_domain::clock::Clock::now(&*test.clock);
    let mut subject = Subject {
        issuer: LOCAL_ISSUER.to_owned(),
        subject: email::MAYA.to_owned(),
    };
    assert!(
        member::find_by_subject(&db, &subject, now)
            .await
            .expect("a statement")
            .is_some()
    );
    subject.issuer = "https://elsewhere.example".to_owned();
    assert!(
        member::find_by_subject(&db, &subject, now)
            .await
            .expect("a statement")
            .is_none()
    );
}
