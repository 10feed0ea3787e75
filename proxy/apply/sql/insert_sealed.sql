INSERT INTO pgveil.sealed_column ("schema", "table", "column", attnum, field, logical_type, base_type,
  typmod, not_null, default_sql, equality, folded, "text", pad, collation_sql, storage, compression,
  range_unit, order_unit)
VALUES ($1, $2, $3, $4::smallint, $5::integer, $6, $7::oid, $8::integer, $9::boolean, $10, $11::boolean,
  $12::boolean, $13::boolean, $14::integer, $15, $16::"char", $17::"char", $18, $19)
