-- role front_desk
SELECT n_live_tup FROM pg_stat_user_tables
----
Refuse  statistics_of_tagged (0A000)
        sizes and statistics of tables tell about rows and values that the policy protects
hint    ask the server itself, with an administrator's login
