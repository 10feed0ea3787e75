# Generated statements (tests/oracle): 1,000 here; `run.py --nightly` runs 20,000.
if(TARGET pgveil)
  pgveil_e2e(oracle ../oracle/run.py --seed 1 --count 1000)
endif()
