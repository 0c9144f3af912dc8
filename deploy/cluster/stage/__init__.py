"""The processes of the cluster: how each is started, stopped, killed and asked how it is."""
