"""Pages as files: found, validated, rendered."""
