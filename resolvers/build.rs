//! Generates the module `contract` from the SDL.

fn main() {
    coach_schema::build("../schema/graphql", "resolvers/src");
    coach_schema::build_operations("../schema/operations");
}
