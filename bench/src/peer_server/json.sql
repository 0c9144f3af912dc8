-- All that Today needs to know of the member with the subject $2 of the issuer $1, in one document.
SELECT json_build_object(
    'id', m.id,
    'display_name', m.display_name,
    'time_zone', m.time_zone,
    'entitlement', (
        SELECT json_build_object(
            'trial_ends_at', trial_ends_at, 'expires_at', expires_at, 'grace_ends_at', grace_ends_at
        )
        FROM subscription
        WHERE member_id = m.id
        ORDER BY CASE WHEN trial_ends_at IS NULL AND expires_at IS NULL THEN 'infinity'
                      ELSE GREATEST(trial_ends_at, expires_at, grace_ends_at) END DESC,
                 updated_at DESC, id
        LIMIT 1
    ),
    'plan', CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'goal', p.goal) END,
    'cycle', CASE WHEN c.id IS NOT NULL THEN json_build_object(
        'id', c.id, 'number', c.number, 'starts_on', c.starts_on, 'programme_id', c.programme_id,
        'programme_version', c.programme_version, 'seed', c.seed
    ) END,
    'preferences', (
        SELECT COALESCE(json_agg(json_build_object(
            'effective_from', effective_from, 'goal', goal, 'level', level, 'diet', diet, 'allergens', allergens,
            'days_per_week', days_per_week
        )), '[]')
        FROM member_preferences
        WHERE member_id = m.id
    ),
    'completions', (
        SELECT COALESCE(json_agg(json_build_object(
            'day', day, 'position', position, 'workout_id', workout_id, 'completed_at', completed_at, 'effort', effort
        )), '[]')
        FROM workout_completion
        WHERE member_id = m.id AND cycle_id = c.id
    ),
    'choices', (
        SELECT COALESCE(json_agg(json_build_object(
            'day', day, 'slot', slot, 'position', position, 'recipe_id', recipe_id, 'servings', servings,
            'eaten_at', eaten_at
        )), '[]')
        FROM meal_choice
        WHERE member_id = m.id AND cycle_id = c.id
    ),
    'favourites', (SELECT COALESCE(json_agg(recipe_id), '[]') FROM favourite_recipe WHERE member_id = m.id)
)::text
FROM member m
LEFT JOIN plan p ON p.member_id = m.id AND p.status = 'ACTIVE'
LEFT JOIN cycle c ON c.member_id = m.id AND c.plan_id = p.id AND c.closed_on IS NULL
WHERE m.issuer = $1 AND m.subject = $2
