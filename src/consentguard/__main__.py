"""``python -m consentguard`` is the command ``consentguard``."""

from __future__ import annotations

import sys

from consentguard.cli import main

sys.exit(main())
