-- role clinician
EXPLAIN (ANALYZE, COSTS off) SELECT last_name FROM patients
----
Refuse  explain_of_tagged (0A000)
        EXPLAIN ANALYZE of a statement over tagged columns would show numbers of hidden rows
hint    use EXPLAIN without ANALYZE, or pgveil explain
