// The resolvers that no case in tests/mistakes replaces.

fn dish(id: &str) -> Dish {
    Dish {
        id: Id(id.to_owned()),
        name: format!("Dish {id}"),
        course: Some(Course::Main),
        minutes: 20,
        weight: Some(0.5),
        made_on: Date("2026-03-14".to_owned()),
        table: vec![vec![Some(1), None], vec![]],
        maybe: Some(vec![None, Some("x".to_owned())]),
        nutrition: Some(Nutrition { energy: 400 }),
        cook_id: Id("c1".to_owned()),
        secret: None,
        old: None,
    }
}

fn cook(id: &str) -> Cook {
    Cook {
        id: Id(id.to_owned()),
        name: format!("Cook {id}"),
    }
}

type Pairing = ((Id, i32), arguments::DishPairing);

impl batch::DishPairing for Resolvers {
    type Key = (Id, i32);
    type Value = Dish;

    async fn load(context: &RequestContext, keys: &[Pairing]) -> Result<Batch<Pairing, Dish>, Error> {
        context.loaded("DishPairing", keys.len());
        let main = |key: &&Pairing| key.1.course != Course::Starter;
        Ok(keys.iter().filter(main).map(|key| (key.clone(), dish(&format!("{}+", key.0.0.0)))).collect())
    }
}

impl batch::Cook for Resolvers {
    type Key = Id;
    type Value = Cook;

    async fn load(context: &RequestContext, ids: &[Id]) -> Result<Batch<Id, Cook>, Error> {
        context.loaded("Cook", ids.len());
        Ok(ids.iter().map(|id| (id.clone(), cook(&id.0))).collect())
    }
}

macro_rules! probe {
    ($function:ident, $value:ty, $keys:ident => $answer:expr) => {
        impl batch::$function for Resolvers {
            type Key = i32;
            type Value = $value;

            async fn load(context: &RequestContext, $keys: &[i32]) -> Result<Batch<i32, $value>, Error> {
                context.loaded(stringify!($function), $keys.len());
                $answer
            }
        }
    };
}

fn child(key: i32) -> Probe {
    Probe { value: key * 2 }
}

probe!(ProbeFails, i32, _keys => Err(Error));
probe!(ProbeFailsNonNull, i32, keys => Ok(Batch::of_results(keys.iter().map(|key| (*key, Err(Error))))));
probe!(ProbeMissing, i32, _keys => Ok(Batch::from_iter([])));
probe!(ProbeChild, Probe, keys => Ok(keys.iter().map(|key| (*key, child(*key))).collect()));
probe!(ProbeChildNonNull, Probe, keys => Ok(keys.iter().map(|key| (*key, child(*key))).collect()));
probe!(ProbeChildren, Vec<Probe>, keys => Ok(Batch::grouped(keys.iter().map(|key| (*key, child(*key))))));
probe!(ProbeChildrenNullable, Vec<Option<Probe>>, keys => Ok(keys.iter().map(|key| (*key, vec![Some(child(*key)), None])).collect()));
probe!(ProbeGrid, Vec<Option<Vec<Probe>>>, keys => Ok(keys.iter().map(|key| (*key, vec![Some(vec![child(*key)]), None])).collect()));

probe!(Next, abstract_type::Link, keys => Ok(keys.iter().map(|key| (*key, abstract_type::Link::Knot(Knot { value: key + 1 }.into()))).collect()));

macro_rules! root {
    ($module:ident::$function:ident, $value:ty, $context:ident $(, $arguments:ident: $type:ident)? => $answer:expr) => {
        impl $module::$function for Resolvers {
            type Value = $value;

            async fn resolve($context: &RequestContext $(, $arguments: &arguments::$type)?) -> Result<$value, Error> {
                $answer
            }
        }
    };
}

root!(query::Dishes, Vec<Dish>, _context, arguments: QueryDishes => {
    let first = usize::try_from(arguments.first).unwrap();
    Ok(["d1", "d2", "d3"].iter().take(first).map(|id| dish(id)).collect())
});
root!(query::Echo, String, _context, arguments: QueryEcho => Ok(format!("{:?}", arguments.input)));
root!(query::Choose, String, _context, arguments: QueryChoose => Ok(format!("{:?}", arguments.choice)));
root!(query::Type, Option<abstract_type::Thing>, _context => Ok(Some(abstract_type::Thing::Cook(cook("c1").into()))));
root!(query::Self_, Vec<Option<abstract_type::Thing>>, _context => {
    let things = [abstract_type::Thing::Dish(dish("d1").into()), abstract_type::Thing::Cook(cook("stolen").into())];
    Ok(Vec::from(things.map(Some)))
});
root!(query::Named, Option<abstract_type::Named>, _context, arguments: QueryNamed => {
    Ok(match arguments.id.as_bytes() {
        [b'd', ..] => Some(abstract_type::Named::Dish(dish(&arguments.id).into())),
        [b'c', ..] => Some(abstract_type::Named::Cook(cook(&arguments.id).into())),
        _ => None,
    })
});
root!(query::Edible, Option<abstract_type::Edible>, _context => Ok(None));
root!(query::Secret, Option<String>, _context => Ok(Some("told".to_owned())));
root!(query::Probe, Option<Probe>, _context => Ok(Some(Probe { value: 1 })));
impl query::ProbeAhead for Resolvers {
    type Value = Option<Probe>;

    async fn resolve(request: &Request, selection: selection::Probe<'_>) -> Result<Self::Value, Error> {
        load_child(request, 1, &selection);
        Ok(Some(Probe { value: 1 }))
    }
}

impl batch::ProbeAhead for Resolvers {
    type Key = i32;
    type Value = Probe;

    async fn load(
        request: &Request,
        keys: &[i32],
        selection: selection::Probe<'_>,
    ) -> Result<Batch<i32, Probe>, Error> {
        request.context.loaded("ProbeAhead", keys.len());
        let children = keys.iter().map(|key| (*key, child(*key)));
        let children = children.inspect(|(_, probe)| load_child(request, probe.value, &selection));
        Ok(children.collect())
    }
}

/// Loads the child of a probe if it is selected below it. 2 has none.
fn load_child(request: &Request, parent: i32, selection: &selection::Probe<'_>) {
    if !selection.child().is_empty() {
        request.loaders.probe_child.prime(parent, (parent != 2).then(|| child(parent)));
    }
}

root!(query::ProbeNonNull, Probe, _context => Ok(Probe { value: 1 }));
root!(query::Probes, Option<Vec<Option<Probe>>>, _context => Ok(Some(vec![Some(Probe { value: 1 }), None])));
root!(query::ProbesNonNull, Vec<Probe>, _context => Ok(vec![Probe { value: 1 }, Probe { value: 2 }]));
root!(query::ProbesOfNonNull, Option<Vec<Probe>>, _context => Ok(Some(vec![Probe { value: 1 }, Probe { value: 2 }])));
root!(query::ProbesNullableInNonNull, Vec<Option<Probe>>, _context => Ok(vec![Some(Probe { value: 1 }), None]));
root!(query::Fails, Option<i32>, _context => Err(Error));
root!(query::FailsNonNull, i32, _context => Err(Error));
root!(mutation::Add, i32, context, arguments: MutationAdd => {
    Ok(context.total.fetch_add(arguments.amount, Ordering::SeqCst) + arguments.amount)
});
root!(mutation::AddOrFail, i32, context, arguments: MutationAddOrFail => {
    context.total.fetch_add(arguments.amount, Ordering::SeqCst);
    Err(Error)
});

impl UserErrors for RequestContext {
    type UserError = Mistake;
    type MutationError = Error;

    fn from_problem(problem: &Problem) -> Mistake {
        Mistake {
            message: match &problem.cause {
                Cause::Violation(violation) => violation.to_string(),
                Cause::TypeMismatch(_) => unreachable!("not a user error"),
            },
            path: problem.path_as_text(),
        }
    }

    fn code(_: &Mistake) -> &'static str {
        "TOO_LONG"
    }

    fn user_error(error: Error) -> Result<Mistake, ResolverError> {
        Err(error.into())
    }
}

impl mutation::Label for Resolvers {
    async fn resolve(context: &RequestContext, input: &input::LabelInput) -> Result<LabelPayload, Error> {
        context.total.fetch_add(1, Ordering::SeqCst);
        Ok(LabelPayload {
            label: Some(format!("{input:?}")),
            user_errors: Vec::new(),
        })
    }
}
