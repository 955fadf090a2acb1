"""How well searches find what was meant, measured beside plain engines.

`python -m benchmarks.relevance` runs the judged queries and a newsroom's over the sample archive;
`--collections FOLDER` adds public collections (documents.jsonl, queries.tsv, qrels.txt in a folder
each) and `--known-item FILE` queries made from the titles of any archive, with and without a
misspelt word. `--fit` fits how questions are widened, each time without one collection, and
`--robustness` gives the collections other titles and bodies. A parameter is kept only if it serves
the collections that had no part in its choice.
"""
