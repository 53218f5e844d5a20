"""Small cells: figures that stand for few customers are withheld, and as many others as keep them from being found.

`withhold` takes them out of the fact table, so that no table, chart, sentence, finding, workbook, mail or archive has
them; only their ids stay. `differing` says what two editions side by side would tell of few customers.
"""
