"""What the drill does to the cluster: a file for each kind of fault, which says what is expected and what was seen."""
