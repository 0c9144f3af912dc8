#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Course {
    Starter,
    Main,
    Dessert,
    Self_,
    Old,
}
