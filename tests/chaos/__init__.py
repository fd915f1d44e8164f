"""Real processes that die, freeze and lose their database: level 4 of the proof (ENGINE 5.5)."""
