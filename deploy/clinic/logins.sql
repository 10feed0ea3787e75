-- Who may log in to the clinic. Group roles carry the database's own grants; pgveil's roles come on top.
-- Passwords are for the demo and the tests only; the server stores SCRAM verifiers.
SET password_encryption = 'scram-sha-256';

CREATE ROLE clinicians;
CREATE ROLE billing_staff;
CREATE ROLE dr_adams LOGIN PASSWORD 'adams-demo' IN ROLE clinicians;
CREATE ROLE reception LOGIN PASSWORD 'reception-demo';
CREATE ROLE biller LOGIN PASSWORD 'biller-demo' IN ROLE billing_staff;
CREATE ROLE visitor LOGIN PASSWORD 'visitor-demo';  -- in no pgveil role: sees no tagged column
