"""A seeded, synthetic month of results of Sweden's size, to measure who is served and the scores on."""
