-- One statement, so that all of it is as of one moment.
SELECT json_build_object(
    'member', json_build_object(
        'id', m.id, 'signIn', json_build_object('issuer', m.issuer, 'subject', m.subject),
        'displayName', m.display_name, 'email', m.email, 'emailConfirmedAt', m.email_confirmed_at,
        'emailCodeRequestedAt', m.email_code_requested_at, 'locale', m.locale, 'timeZone', m.time_zone,
        'units', m.units, 'purchaseToken', m.purchase_token, 'registeredAt', m.created_at,
        'deletionRequestedAt', m.deletion_requested_at, 'deletionFinalAt', m.deletion_final_at
    ),
    'preferences', (
        SELECT json_agg(json_build_object(
            'countsFrom', effective_from, 'goal', goal, 'level', level, 'diet', diet, 'allergens', allergens,
            'daysPerWeek', days_per_week
        ) ORDER BY effective_from)
        FROM member_preferences
        WHERE member_id = m.id
    ),
    'plans', (
        SELECT json_agg(json_build_object(
            'id', p.id, 'goal', p.goal, 'status', p.status, 'startedOn', p.started_on, 'endedOn', p.ended_on,
            'cycles', (
                SELECT json_agg(json_build_object(
                    'id', c.id, 'number', c.number, 'startsOn', c.starts_on, 'closedOn', c.closed_on,
                    'programme', json_build_object(
                        'id', g.id, 'version', g.version, 'goal', g.goal, 'level', g.level, 'diet', g.diet,
                        'daysPerWeek', g.days_per_week
                    ),
                    'wantedLevel', c.wanted_level, 'wantedDaysPerWeek', c.wanted_days_per_week,
                    'replacementSeed', c.seed::text,
                    'workouts', (
                        SELECT json_agg(json_build_object(
                            'day', d.day, 'position', d.position, 'workoutId', d.workout_id, 'title', w.title,
                            'completedAt', d.completed_at, 'effort', d.effort
                        ) ORDER BY d.day, d.position)
                        FROM workout_completion d
                        JOIN workout w ON w.id = d.workout_id
                        WHERE d.member_id = m.id AND d.cycle_id = c.id
                    ),
                    'meals', (
                        SELECT json_agg(json_build_object(
                            'day', e.day, 'slot', e.slot, 'position', e.position, 'recipeId', e.recipe_id,
                            'title', r.title, 'servings', e.servings, 'eatenAt', e.eaten_at
                        ) ORDER BY e.day, e.slot, e.position)
                        FROM meal_choice e
                        JOIN recipe r ON r.id = e.recipe_id
                        WHERE e.member_id = m.id AND e.cycle_id = c.id
                    )
                ) ORDER BY c.number)
                FROM cycle c
                JOIN programme g ON g.id = c.programme_id AND g.version = c.programme_version
                WHERE c.member_id = m.id AND c.plan_id = p.id
            )
        ) ORDER BY p.started_on, p.id)
        FROM plan p
        WHERE p.member_id = m.id
    ),
    'checkIns', (
        SELECT json_agg(json_build_object(
            'id', id, 'cycleId', cycle_id, 'submittedAt', submitted_at, 'weightGrams', weight_grams,
            'waistMillimetres', waist_millimetres, 'hipsMillimetres', hips_millimetres,
            'chestMillimetres', chest_millimetres, 'energy', energy, 'sleep', sleep, 'notes', notes,
            'changeSincePrevious', CASE WHEN previous_energy IS NOT NULL THEN json_build_object(
                'weightGrams', weight_grams - previous_weight, 'waistMillimetres', waist_millimetres - previous_waist,
                'hipsMillimetres', hips_millimetres - previous_hips,
                'chestMillimetres', chest_millimetres - previous_chest,
                'energy', energy - previous_energy, 'sleep', sleep - previous_sleep
            ) END
        ) ORDER BY submitted_at, id)
        FROM (
            SELECT id, cycle_id, submitted_at, weight_grams, waist_millimetres, hips_millimetres, chest_millimetres,
                   energy, sleep, notes, lag(weight_grams) OVER earlier AS previous_weight,
                   lag(waist_millimetres) OVER earlier AS previous_waist,
                   lag(hips_millimetres) OVER earlier AS previous_hips,
                   lag(chest_millimetres) OVER earlier AS previous_chest,
                   lag(energy) OVER earlier AS previous_energy, lag(sleep) OVER earlier AS previous_sleep
            FROM check_in
            WHERE member_id = m.id
            WINDOW earlier AS (ORDER BY submitted_at, id)
        ) AS submitted
    ),
    'favouriteRecipes', (
        SELECT json_agg(json_build_object('recipeId', f.recipe_id, 'title', r.title, 'since', f.created_at)
            ORDER BY f.created_at, f.recipe_id)
        FROM favourite_recipe f
        JOIN recipe r ON r.id = f.recipe_id
        WHERE f.member_id = m.id
    ),
    'consents', (
        SELECT json_agg(json_build_object('purpose', purpose, 'granted', granted, 'changedAt', changed_at)
            ORDER BY purpose)
        FROM consent
        WHERE member_id = m.id
    ),
    'subscriptions', (
        SELECT json_agg(json_build_object(
            'id', id, 'provider', provider, 'externalId', external_id, 'trialEndsAt', trial_ends_at,
            'expiresAt', expires_at, 'graceEndsAt', grace_ends_at, 'willRenew', will_renew, 'updatedAt', updated_at
        ) ORDER BY updated_at, id)
        FROM subscription
        WHERE member_id = m.id
    ),
    'linkedPurchases', (
        SELECT json_agg(json_build_object('provider', provider, 'externalId', external_id, 'linkedAt', linked_at)
            ORDER BY linked_at, provider, external_id)
        FROM subscription_link
        WHERE member_id = m.id
    ),
    'purchaseReports', (
        SELECT json_agg(json_build_object(
            'provider', provider, 'externalId', external_id, 'about', subject, 'transactionId', transaction_id,
            'productId', product_id, 'startsAt', starts_at, 'endsAt', ends_at, 'isTrial', is_trial,
            'revokedAt', revoked_at, 'graceEndsAt', grace_ends_at, 'willRenew', will_renew, 'saidAt', said_at
        ) ORDER BY said_at, provider, external_id, subject, transaction_id)
        FROM subscription_report
        JOIN subscription_link USING (provider, external_id)
        WHERE member_id = m.id
    ),
    'purchaseChecks', (
        SELECT json_build_object('since', since, 'checks', checks)
        FROM purchase_check
        WHERE member_id = m.id
    ),
    'emails', (
        SELECT json_agg(json_build_object(
            'id', envelope_id, 'template', template, 'state', state, 'reason', reason, 'attempts', attempts, 'providerId', provider_id,
            'createdAt', created_at, 'changedAt', changed_at
        ) ORDER BY created_at, envelope_id)
        FROM (
            SELECT envelope_id, template, state, reason, attempts, provider_id, created_at, changed_at
            FROM email_delivery
            WHERE member_id = m.id
            ORDER BY created_at DESC, envelope_id DESC
            LIMIT 1000
        ) AS latest
    ),
    'reminders', (
        SELECT json_agg(json_build_object('kind', kind, 'occasion', occasion, 'givenAt', given_at)
            ORDER BY given_at, kind, occasion)
        FROM reminder
        WHERE member_id = m.id
    ),
    'decisions', (
        SELECT json_agg(json_build_object('about', about, 'decidedAt', decided_at) ORDER BY decided_at, about)
        FROM decision
        WHERE member_id = m.id
    ),
    'dataExports', (
        SELECT json_agg(json_build_object(
            'id', id, 'requestedAt', requested_at, 'builtAt', built_at, 'expiresAt', expires_at
        ) ORDER BY requested_at, id)
        FROM data_export
        WHERE member_id = m.id
    ),
    'requests', (
        SELECT json_agg(json_build_object('what', command, 'key', key, 'at', created_at) ORDER BY created_at, key)
        FROM (
            SELECT command, key, created_at
            FROM idempotency_key k
            WHERE k.issuer = m.issuer AND k.subject = m.subject
            ORDER BY created_at DESC, key DESC
            LIMIT 1000
        ) AS latest
    )
)
FROM member m
WHERE m.id = $1
