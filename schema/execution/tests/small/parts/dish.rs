pub struct Dish {
    pub id: Id,
    pub name: String,
    pub course: Option<Course>,
    pub minutes: i32,
    pub weight: Option<f64>,
    pub made_on: Date,
    pub table: Vec<Vec<Option<i32>>>,
    pub maybe: Option<Vec<Option<String>>>,
    pub nutrition: Option<Nutrition>,
    pub cook_id: Id,
    pub secret: Option<String>,
    pub old: Option<i32>,
}
