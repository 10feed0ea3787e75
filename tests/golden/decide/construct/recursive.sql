-- role clinician
WITH RECURSIVE chain(id, name, n) AS (SELECT id, last_name, 1 FROM patients WHERE id = 3 UNION ALL SELECT p.id, p.last_name, n + 1 FROM patients p JOIN chain ON p.id = chain.id + 9 WHERE n < 4) SELECT * FROM chain
----
InPlace
server  WITH RECURSIVE chain(id, name, n) AS (SELECT id, last_name, {literal 1} FROM public.patients WHERE id = {literal 2} UNION ALL SELECT p.id, p.last_name, n + {literal 3} FROM public.patients p JOIN chain ON p.id = (chain.id + {literal 4}) WHERE n < {literal 5}) SELECT * FROM chain
outputs forward; open; forward
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
