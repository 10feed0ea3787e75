-- role front_desk
SELECT pg_total_relation_size('patients')
----
Refuse  statistics_of_tagged (0A000)
        sizes and statistics of tables tell about rows and values that the policy protects
hint    ask the server itself, with an administrator's login
