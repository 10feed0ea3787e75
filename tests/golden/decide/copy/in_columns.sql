-- role front_desk
COPY patients (id, mrn, last_name) FROM STDIN
----
InPlace
server  COPY "public"."patients" ("id", "mrn", "last_name") FROM STDIN (FORMAT text)
seen    public.patients.last_name written, public.patients.mrn written
