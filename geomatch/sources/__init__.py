"""The sources: one module each, giving one validated table."""
