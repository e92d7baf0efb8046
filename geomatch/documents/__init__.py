"""The documents that decisions are taken from: overview, list of corridors, sheets and lists for reception desks."""
