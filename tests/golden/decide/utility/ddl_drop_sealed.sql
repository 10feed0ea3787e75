-- role clinician
ALTER TABLE visits DROP COLUMN pulse
----
InPlace
server  DO 'BEGIN
EXECUTE ''ALTER TABLE visits DROP COLUMN pulse'';
PERFORM pgveil.take_change('''');
END'
        some patients concerned cannot be enumerated
