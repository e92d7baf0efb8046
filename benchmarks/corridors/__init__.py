"""All candidate corridors of Sweden judged, and the best sets beside taking the best one each time."""
