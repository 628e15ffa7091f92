"""From content to generations: reading pages, keeping readings, building beside and switching."""
