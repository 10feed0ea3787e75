-- role clinician
UPDATE visits SET status = left(reason, 4) WHERE id = 3
----
Refuse  sealed_column_expression (0A000)
        what comes from the sealed column reason would be stored in column status of table visits, which is not sealed
column  public.visits.status
hint    add the column to the policy with seal = true and run pgveil apply
seen    public.visits.reason clear
