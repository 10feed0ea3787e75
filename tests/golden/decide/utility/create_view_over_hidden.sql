-- role front_desk
CREATE VIEW v AS SELECT id, reason FROM visits
----
Refuse  class_not_granted (42501)
        permission denied for column reason of table visits
column  public.visits.reason
hint    The policy does not grant role front_desk the verb clear on class encounters.
