-- role clinician
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('sad', 'ok'); END IF; EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'there: %', 'mood'; END $$
----
Pass
