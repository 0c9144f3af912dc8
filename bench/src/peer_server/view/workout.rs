//! The fragment `TodayWorkout`.

use coach_domain::{
    day::{self, Effort},
    enums::{Equipment, Level, Muscle, WorkoutFocus},
    exercise,
    id::OpaqueId as _,
    workout,
};
use serde::Serialize;

use super::{Image, timestamp};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScheduledWorkout<'a> {
    id: String,
    position: i32,
    completed_at: Option<String>,
    effort: Option<Effort>,
    workout: Workout<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Workout<'a> {
    id: String,
    title: &'a str,
    duration_minutes: i32,
    level: Level,
    focus: WorkoutFocus,
    equipment: &'a [Equipment],
    image: Option<Image<'a>>,
    exercises: Vec<WorkoutExercise<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkoutExercise<'a> {
    sets: i32,
    reps: Option<i32>,
    seconds: Option<i32>,
    rest_seconds: i32,
    exercise: Exercise<'a>,
}

#[derive(Serialize)]
struct Exercise<'a> {
    id: String,
    name: &'a str,
    muscles: &'a [Muscle],
    equipment: &'a [Equipment],
    instructions: &'a [String],
    image: Option<Image<'a>>,
}

impl<'a> ScheduledWorkout<'a> {
    pub(super) fn of(scheduled: &'a day::ScheduledWorkout) -> Self {
        Self {
            id: scheduled.id.encode(),
            position: scheduled.position,
            completed_at: scheduled.completed_at.map(timestamp),
            effort: scheduled.effort,
            workout: Workout::of(&scheduled.workout),
        }
    }
}

impl<'a> Workout<'a> {
    fn of(workout: &'a workout::Workout) -> Self {
        let exercises = workout.exercises.iter().map(|part| WorkoutExercise {
            sets: part.sets,
            reps: part.reps,
            seconds: part.seconds,
            rest_seconds: part.rest_seconds,
            exercise: Exercise::of(&part.exercise),
        });
        Self {
            id: workout.id.encode(),
            title: &workout.title,
            duration_minutes: workout.duration_minutes,
            level: workout.level,
            focus: workout.focus,
            equipment: &workout.equipment,
            image: workout.image.as_ref().map(Image::of),
            exercises: exercises.collect(),
        }
    }
}

impl<'a> Exercise<'a> {
    fn of(exercise: &'a exercise::Exercise) -> Self {
        Self {
            id: exercise.id.encode(),
            name: &exercise.name,
            muscles: &exercise.muscles,
            equipment: &exercise.equipment,
            instructions: &exercise.instructions,
            image: exercise.image.as_ref().map(Image::of),
        }
    }
}
