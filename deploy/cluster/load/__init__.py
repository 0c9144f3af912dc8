"""The load of the drill: what clients send through nginx, what was answered, and whether the database agrees."""
