-- The response to Today for the member with the subject $2 of the issuer $1, over the views of bench/peers/views.sql.
SELECT json_build_object('data', json_build_object('me', (
    SELECT json_build_object(
        'id', m.id, 'displayName', m.display_name, 'access', m.access,
        'plan', (
            SELECT json_build_object(
                'id', p.id, 'goal', p.goal,
                'currentCycle', (
                    SELECT json_build_object(
                        'id', c.id, 'number', c.number,
                        'progress', (
                            SELECT json_build_object(
                                'workoutsCompleted', workouts_completed, 'workoutsPlanned', workouts_planned,
                                'mealsLogged', meals_logged, 'daysElapsed', days_elapsed, 'percent', percent
                            )
                            FROM peer.cycle_progress
                            WHERE member_key = c.member_key AND cycle_key = c.key
                        ),
                        'checkInDue', c.check_in_due, 'checkInOpensOn', c.check_in_opens_on,
                        'today', (
                            SELECT json_build_object(
                                'id', d.id, 'number', d.number, 'date', d.date,
                                'nutrition', peer_rules.nutrition_json(d.nutrition),
                                'workouts', (
                                    SELECT COALESCE(json_agg(json_build_object(
                                        'id', s.id, 'position', s.position, 'completedAt', s.completed_at,
                                        'effort', s.effort,
                                        'workout', (
                                            SELECT json_build_object(
                                                'id', w.id, 'title', w.title,
                                                'durationMinutes', w.duration_minutes, 'level', w.level,
                                                'focus', w.focus, 'equipment', w.equipment, 'image', to_json(w.image),
                                                'exercises', (
                                                    SELECT COALESCE(json_agg(json_build_object(
                                                        'sets', e.sets, 'reps', e.reps, 'seconds', e.seconds,
                                                        'restSeconds', e.rest_seconds,
                                                        'exercise', json_build_object(
                                                            'id', x.id, 'name', x.name, 'muscles', x.muscles,
                                                            'equipment', x.equipment,
                                                            'instructions', x.instructions, 'image', to_json(x.image)
                                                        )
                                                    ) ORDER BY e.position), '[]')
                                                    FROM peer.workout_exercise e
                                                    JOIN peer.exercise x ON x.key = e.exercise_key
                                                    WHERE e.workout_key = w.key
                                                )
                                            )
                                            FROM peer.workout w
                                            WHERE w.key = s.workout_key
                                        )
                                    ) ORDER BY s.position), '[]')
                                    FROM peer.scheduled_workout s
                                    WHERE s.member_key = d.member_key AND s.cycle_key = d.cycle_key
                                ),
                                'meals', (
                                    SELECT COALESCE(json_agg(json_build_object(
                                        'id', t.id, 'slot', t.slot, 'position', t.position, 'servings', t.servings,
                                        'eatenAt', t.eaten_at,
                                        'recipe', (
                                            SELECT json_build_object(
                                                'id', r.id, 'title', r.title, 'minutes', r.minutes,
                                                'servings', r.servings, 'image', to_json(r.image),
                                                'nutrition', peer_rules.nutrition_json(r.nutrition),
                                                'ingredients', (
                                                    SELECT COALESCE(json_agg(json_build_object(
                                                        'name', i.name, 'quantity', i.quantity, 'grams', i.grams,
                                                        'note', i.note
                                                    ) ORDER BY i.position), '[]')
                                                    FROM peer.ingredient i
                                                    WHERE i.recipe_key = r.key
                                                ),
                                                'isFavourite', EXISTS (
                                                    SELECT FROM favourite_recipe f
                                                    WHERE f.member_id = m.key AND f.recipe_id = r.key
                                                )
                                            )
                                            FROM peer.recipe r
                                            WHERE r.key = t.recipe_key
                                        )
                                    ) ORDER BY t.place, t.position), '[]')
                                    FROM peer.planned_meal t
                                    WHERE t.member_key = d.member_key AND t.cycle_key = d.cycle_key
                                )
                            )
                            FROM peer.day d
                            WHERE d.member_key = c.member_key AND d.cycle_key = c.key
                        )
                    )
                    FROM peer.cycle c
                    WHERE c.member_key = p.member_key AND c.plan_key = p.key
                )
            )
            FROM peer.plan p
            WHERE p.member_key = m.key
        )
    )
    FROM peer.member m
    WHERE m.issuer = $1 AND m.subject = $2
)))::text
