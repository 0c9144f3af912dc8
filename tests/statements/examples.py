"""Statements of which it is known what restricts them; check.py tries them first."""

EXAMPLES = {
    "SELECT id FROM plan WHERE member_id = $1": "the member",
    "SELECT id FROM plan WHERE member_id = ANY($1) AND status = 'ACTIVE'": "the member",
    "SELECT id FROM plan WHERE member_id IN ($1, $2)": "the member",
    "SELECT p.id FROM plan p JOIN unnest($1::uuid[], $2::uuid[]) AS k (member_id, id) USING (member_id, id)": "the member",
    "SELECT c.id FROM plan p JOIN cycle c ON c.member_id = p.member_id WHERE p.member_id = $1": "the member",
    "SELECT c.id FROM plan p JOIN cycle c ON c.plan_id = p.id WHERE p.member_id = $1": "cycle by nothing",
    "WITH k AS (SELECT member_id FROM plan WHERE member_id = $1) SELECT c.id FROM cycle c JOIN k USING (member_id)": "the member",
    "SELECT id FROM cycle WHERE member_id IN (SELECT member_id FROM plan WHERE member_id = $1)": "the member",
    "SELECT k.n FROM unnest($1::uuid[], $2::bigint[]) AS k (m, n) CROSS JOIN LATERAL "
    "(SELECT id FROM cycle c WHERE c.member_id = k.m LIMIT 1) AS c": "the member",
    "SELECT id FROM plan p WHERE member_id = $1 AND EXISTS (SELECT FROM cycle c WHERE c.plan_id = p.id)": "cycle by nothing",
    "SELECT id FROM plan UNION ALL SELECT id FROM cycle WHERE member_id = $1": "plan by nothing",
    "SELECT id FROM plan WHERE member_id = $1 OR status = 'ACTIVE'": "plan by nothing",
    "SELECT id FROM plan WHERE member_id <> $1": "plan by nothing",
    "SELECT id FROM plan WHERE member_id > $1": "plan by nothing",
    "SELECT id FROM plan WHERE member_id <> ALL($1)": "plan by nothing",
    "SELECT id FROM plan WHERE id = $1": "plan by key id",
    "SELECT id FROM plan p LEFT JOIN cycle c ON c.member_id = p.member_id AND p.member_id = $1": "plan by nothing",
    "SELECT m.id FROM member m LEFT JOIN plan p ON p.member_id = m.id WHERE m.issuer = $1 AND m.subject = $2":
        "member by key issuer, subject, plan by that member",
    "INSERT INTO consent (member_id, purpose) VALUES ($1, 'HEALTH_DATA')": "the member",
    "INSERT INTO consent (purpose, member_id) SELECT $2, member_id FROM plan WHERE id = $1": "consent by purpose, plan by key id",
    "INSERT INTO reminder (member_id, kind) SELECT m, 'LATE' FROM unnest($1::uuid[]) AS m": "the member",
    "UPDATE plan SET status = 'ENDED' WHERE member_id = $1 AND id = $2": "the member",
    "UPDATE plan SET status = 'ENDED' FROM cycle c WHERE c.member_id = $1 AND c.plan_id = plan.id": "plan by nothing",
    "DELETE FROM plan": "plan by nothing",
    "DELETE FROM plan USING member m WHERE m.id = $1 AND plan.member_id = m.id": "the member",
    "SELECT id FROM recipe": "no rows of members",
    "SELECT 1": "no table",
}
