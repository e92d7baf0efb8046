"""What changed from one month to another, what moved it, and the brief that tells it on one page.

`carry` takes one month's inputs for another, `decompose` replaces one factor at a time, `months` does so for two months
of a workspace, `words` says it in sentences, `brief` lays out the page.
"""
