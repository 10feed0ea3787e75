# Generated statements (tests/oracle): 1,000 here; `run.py --nightly` runs 20,000.
if(TARGET pgveil)
  pgveil_e2e(oracle ../oracle/run.py --seed 1 --count 1000)
  pgveil_e2e(oracle_worlds ../oracle/noninterference.py --seed 1 --count 200)
  pgveil_e2e(sqlsmith test_sqlsmith.py)
endif()
