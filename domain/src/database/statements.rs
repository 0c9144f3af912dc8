//! The macro that makes pools and transactions usable with `SeaORM`.

/// Implements `SeaORM`'s `ConnectionTrait` for a type that implements [`Run`](super::lease::Run). A
/// blanket implementation is not possible by the orphan rule.
macro_rules! impl_connection_trait {
    ($runner:ty) => {
        #[async_trait::async_trait]
        impl sea_orm::ConnectionTrait for $runner {
            fn get_database_backend(&self) -> sea_orm::DbBackend {
                sea_orm::DbBackend::Postgres
            }

            async fn execute_raw(
                &self,
                statement: sea_orm::Statement,
            ) -> Result<sea_orm::ExecResult, sea_orm::DbErr> {
                use $crate::database::lease::{Rows, Run as _};
                let fetched = self.run_statement(statement, Rows::None).await?;
                Ok(fetched.result.into())
            }

            async fn execute_unprepared(
                &self,
                sql: &str,
            ) -> Result<sea_orm::ExecResult, sea_orm::DbErr> {
                use $crate::database::lease::{Call, Run as _};
                Ok(self.run(&Call::simple(sql)).await?.result.into())
            }

            async fn query_one_raw(
                &self,
                statement: sea_orm::Statement,
            ) -> Result<Option<sea_orm::QueryResult>, sea_orm::DbErr> {
                use $crate::database::lease::{Rows, Run as _};
                let fetched = self.run_statement(statement, Rows::First).await?;
                Ok(fetched.rows.into_iter().next().map(Into::into))
            }

            async fn query_all_raw(
                &self,
                statement: sea_orm::Statement,
            ) -> Result<Vec<sea_orm::QueryResult>, sea_orm::DbErr> {
                use $crate::database::lease::{Rows, Run as _};
                let fetched = self.run_statement(statement, Rows::All).await?;
                Ok(fetched.rows.into_iter().map(Into::into).collect())
            }
        }
    };
}

pub(super) use impl_connection_trait;
