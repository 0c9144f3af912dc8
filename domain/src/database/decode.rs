//! The macro that makes types readable from columns.

/// Implements the driver's traits for a type that is stored as another one, from which `read` makes it.
macro_rules! impl_decode {
    ($name:ty, $stored:ty, $read:expr) => {
        impl sea_orm::sqlx::Type<sea_orm::sqlx::Postgres> for $name {
            fn type_info() -> sea_orm::sqlx::postgres::PgTypeInfo {
                <$stored as sea_orm::sqlx::Type<sea_orm::sqlx::Postgres>>::type_info()
            }

            fn compatible(column: &sea_orm::sqlx::postgres::PgTypeInfo) -> bool {
                <$stored as sea_orm::sqlx::Type<sea_orm::sqlx::Postgres>>::compatible(column)
            }
        }

        impl sea_orm::sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sea_orm::sqlx::postgres::PgTypeInfo {
                <$stored as sea_orm::sqlx::postgres::PgHasArrayType>::array_type_info()
            }

            fn array_compatible(column: &sea_orm::sqlx::postgres::PgTypeInfo) -> bool {
                <$stored as sea_orm::sqlx::postgres::PgHasArrayType>::array_compatible(column)
            }
        }

        impl<'r> sea_orm::sqlx::Decode<'r, sea_orm::sqlx::Postgres> for $name {
            fn decode(
                value: sea_orm::sqlx::postgres::PgValueRef<'r>,
            ) -> Result<Self, sea_orm::sqlx::error::BoxDynError> {
                let read: fn($stored) -> Result<Self, sea_orm::sqlx::error::BoxDynError> = $read;
                read(sea_orm::sqlx::Decode::<'r, sea_orm::sqlx::Postgres>::decode(value)?)
            }
        }
    };
}

pub(crate) use impl_decode;
