"""Laws are about outcomes: a busy machine must not fail them for being slow."""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
