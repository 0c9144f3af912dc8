impl Scalar for types::Date {
    type Rust = Date;

    fn parse(value: Value) -> Result<Date, InputError> {
        match value {
            Value::String(text) if text.len() == 10 => Ok(Date(text)),
            Value::String(_) => Err(InputError::violation(Violation::InvalidScalar {
                code: "NO_DATE",
                message: "is not a date",
            })),
            _ => Err(InputError::new("is not a date")),
        }
    }

    fn write<R>(value: &Date, out: &mut Writer<'_, R>) -> Written {
        out.json(&value.0)
    }
}
