-- role front_desk
SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relkind = 'r'
----
Local
