"""What editors ask of an archive: is it in order, what does it need."""
