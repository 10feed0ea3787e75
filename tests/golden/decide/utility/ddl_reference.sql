-- role clinician
CREATE TABLE letters (id int PRIMARY KEY, patient int REFERENCES patients (id), body text)
----
Pass
