"""What schema.org markup says of a topic, and the lists that lead to topics on sites that have it."""
