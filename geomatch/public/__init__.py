"""The public run: a month as an outsider could compute it, its tables after disclosure control, and their editions."""
