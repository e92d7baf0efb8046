"""Taking back: what was published leaves every file of the site, and what was restricted leaves the workspace."""
