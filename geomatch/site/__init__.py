"""The public site: pages, map, tables and downloads, built from published editions and from nothing else."""
