-- role front_desk
COPY patients (mrn, last_name) FROM STDIN (FORMAT binary)
----
InPlace
server  COPY "public"."patients" ("mrn", "last_name") FROM STDIN (FORMAT binary)
seen    public.patients.last_name written, public.patients.mrn written
        some patients concerned cannot be enumerated
