"""How pages of unknown software are understood: by what repeats on them."""
