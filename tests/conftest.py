"""What every test may rely on."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no reason for a test to fail, and what failed once must fail again.
settings.register_profile("kb", deadline=None, print_blob=True)
settings.load_profile("kb")
