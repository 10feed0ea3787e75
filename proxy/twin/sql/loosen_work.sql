-- The work database holds partial slices: no constraint, default, trigger, rule, policy or index may
-- act on a row. Primary keys stay known to the parser, which lets GROUP BY use them, but their indexes
-- are not looked at. User objects have OIDs from 16384.
UPDATE pg_catalog.pg_attribute
SET attnotnull = false, atthasdef = false, attidentity = '', attgenerated = ''
WHERE attrelid >= 16384 AND attnum > 0;
DELETE FROM pg_catalog.pg_attrdef WHERE adrelid >= 16384;
DELETE FROM pg_catalog.pg_constraint WHERE conrelid >= 16384 AND contype <> 'p';
DELETE FROM pg_catalog.pg_trigger WHERE tgrelid >= 16384;
DELETE FROM pg_catalog.pg_inherits;
UPDATE pg_catalog.pg_index i
SET indislive = false, indisready = false, indisvalid = false
FROM pg_catalog.pg_class c
WHERE c.oid = i.indrelid AND c.oid >= 16384 AND c.relkind IN ('r', 'm');
DELETE FROM pg_catalog.pg_rewrite r
USING pg_catalog.pg_class c
WHERE c.oid = r.ev_class AND c.oid >= 16384 AND c.relkind IN ('r', 'm');
-- What is gone has no dependencies, or DROP TABLE would look for it.
DELETE FROM pg_catalog.pg_depend d
WHERE (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid))
   OR (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef a WHERE a.oid = d.objid))
   OR (d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.oid = d.objid))
   OR (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.oid = d.objid))
   OR (d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = d.refobjid));
-- A materialized view becomes the table that it looks like.
UPDATE pg_catalog.pg_class
SET relkind = 'r', relchecks = 0, relhastriggers = false, relhasrules = false,
    relrowsecurity = false, relforcerowsecurity = false, relhassubclass = false,
    relispopulated = true, relispartition = false, relpartbound = NULL
WHERE oid >= 16384 AND relkind IN ('r', 'm');
