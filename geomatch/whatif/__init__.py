"""What would happen if: scenarios laid beside a month as it is. Nothing is written into the workspace.

`scenario` reads and checks the file, `changed` computes the month with it, `answer` tells it side by side.
"""
