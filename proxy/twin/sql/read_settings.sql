-- Settings of the server that change what a statement means or how errors read.
SELECT name, setting
FROM pg_catalog.pg_settings
WHERE name IN ('lc_messages', 'lc_monetary', 'lc_numeric', 'lc_time', 'default_text_search_config',
               'TimeZone', 'timezone_abbreviations', 'DateStyle', 'IntervalStyle',
               'extra_float_digits', 'bytea_output', 'xmlbinary', 'xmloption', 'array_nulls',
               'backslash_quote', 'escape_string_warning', 'quote_all_identifiers',
               'transform_null_equals')
ORDER BY name
