-- role clinician
ALTER TABLE patients ADD COLUMN x int
----
Refuse  sealed_ddl (0A000)
        the schema of a tagged table cannot be changed through pgveil: public.patients
hint    revert the table, change it, and apply the policy again
