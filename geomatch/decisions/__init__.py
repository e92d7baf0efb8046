"""The register of decisions on corridors: what held in a month, what is due, and what became of it (docs/decisions.md)."""
