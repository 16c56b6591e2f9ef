"""The lines and towns of the world that the map draws, and the recipe that makes them; README.md says where from."""
