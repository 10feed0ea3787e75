-- role clinician
DO LANGUAGE plpgsql $x$ BEGIN NULL; BEGIN RAISE NOTICE 'hello'; END; END; $x$;
----
Pass
