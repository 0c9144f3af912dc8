-- The roles and the database of the service. Run once, by a superuser or the master user of a hosted server:
--
--   psql "$ADMIN_URL" -v owner_password=… -v password=… -f deploy/postgres/roles.sql
--
-- `coach_owner` owns the database and all that is in it. `coach migrate`, `coach seed` and `coach catalogue import` connect
-- as this role. `coach` is for gateways and workers, which read and change rows and can change no table.
\set ON_ERROR_STOP on

CREATE ROLE coach_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE coach LOGIN PASSWORD :'password';
-- A master user that is no superuser has to be a member to give a database away.
GRANT coach_owner TO CURRENT_USER;
CREATE DATABASE coach OWNER coach_owner;
REVOKE ALL ON DATABASE coach FROM PUBLIC;
GRANT CONNECT ON DATABASE coach TO coach;

\connect coach
-- Up to Postgres 14, and in databases that were upgraded from there, everybody may create tables.
SET ROLE coach_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO coach;
-- For what the migrations create, now and later.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO coach;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO coach;
