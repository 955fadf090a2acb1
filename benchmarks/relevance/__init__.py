"""How well searches find what was meant, measured beside plain engines.

`python -m benchmarks.relevance` runs the judged queries over the sample archive; `--trec FOLDER`
adds a collection (documents.jsonl, queries.tsv, qrels.txt) and `--known-item FILE` queries made
from the titles of any archive, with and without a misspelt word. A parameter is kept only if it
serves the mean of several collections.
"""
