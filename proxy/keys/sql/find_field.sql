SELECT f.id,
       EXISTS (SELECT FROM pgveil.key k
               WHERE k.field = f.id AND k.kind = 'value' AND k.state = 'current'),
       EXISTS (SELECT FROM pgveil.key k
               WHERE k.field = f.id AND k.kind = 'term' AND k.state = 'current')
FROM pgveil.field f
WHERE f.name = $1
