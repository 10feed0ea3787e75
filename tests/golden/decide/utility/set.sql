-- role clinician
SET search_path TO billing, public
----
Pass
