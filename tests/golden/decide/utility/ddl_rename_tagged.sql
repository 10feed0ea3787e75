-- role clinician
ALTER TABLE patients RENAME COLUMN ssn TO social
----
Refuse  sealed_ddl (0A000)
        public.patients.ssn: the policy knows the column by its name
column  public.patients.ssn
hint    rename it on the server, in the policy and in the programs
