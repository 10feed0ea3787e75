-- role clinician
CREATE INDEX patients_dob ON patients (dob, id)
----
InPlace
server  DO 'BEGIN
EXECUTE ''CREATE INDEX "patients_dob" ON "public"."patients" USING btree (pgveil.equality("dob"), id)'';
PERFORM pgveil.take_change('''');
END'
