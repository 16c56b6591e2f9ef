"""What models exist and which are here: the registry, the store on disk, and loading them."""
