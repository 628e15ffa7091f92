"""What every test may rely on."""

from __future__ import annotations

import os

from hypothesis import Phase, settings

# A busy machine is no reason for a test to fail, and what failed once must fail again.
settings.register_profile("kb", deadline=None, print_blob=True)
# That it fails is enough where a fault was planted (tests/faults/run.py): nobody reads the smallest example.
settings.register_profile("faults", deadline=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("KB_HYPOTHESIS", "kb"))
