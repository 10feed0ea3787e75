-- role front_desk
EXPLAIN SELECT last_name FROM patients
----
Refuse  explain_of_tagged (0A000)
        EXPLAIN of a statement over tagged columns would show estimates made from hidden rows and values
hint    use pgveil explain
