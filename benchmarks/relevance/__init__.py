"""How well searches find what was meant, measured beside plain engines.

`python -m benchmarks.relevance` prints everything: the judged queries and a newsroom's over the
sample archive; known items, which are queries of words of a title, with and without a misspelt one;
the public collections; all of these with other titles and bodies; and how questions are widened,
fitted each time without one collection. A parameter is kept only if it serves the collections that
had no part in its choice.
"""
