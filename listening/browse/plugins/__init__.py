"""What Datasette loads for us: one file a hook."""
