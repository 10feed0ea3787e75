-- The database's own rights, as a clinic's administrator would have set them before pgveil.
GRANT USAGE ON SCHEMA public, billing TO clinicians, billing_staff, reception, visitor;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, billing
  TO clinicians, billing_staff, reception;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO visitor;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public, billing TO clinicians, billing_staff, reception;
