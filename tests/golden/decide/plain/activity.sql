-- role front_desk
SELECT pid FROM pg_stat_activity
----
Pass
