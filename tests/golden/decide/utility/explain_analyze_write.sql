-- role clinician
EXPLAIN ANALYZE UPDATE patients SET last_name = upper(last_name) WHERE id = 1
----
Refuse  explain_of_tagged (0A000)
        EXPLAIN ANALYZE does what it explains, and pgveil does that for queries only
hint    use EXPLAIN without ANALYZE, or pgveil explain
