-- role front_desk
SELECT query_to_xml('select * from patients', true, true, '')
----
Refuse  opaque_function (0A000)
        the function pg_catalog.query_to_xml may read tables, and what it reads cannot be known
hint    call functions that only compute, or write the query out
