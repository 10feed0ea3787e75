-- role clinician
CREATE VIEW v AS SELECT id FROM patients WHERE ssn = '123-45-6789'
----
Refuse  sealed_ddl (0A000)
        a view that computes with sealed columns cannot be made through pgveil
hint    compute in the query that reads it, or make the view on the server before pgveil apply seals its columns
