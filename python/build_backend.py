"""Builds the package by the setuptools that the environment has, so that `pip install ./python` needs no network; where it
has none, pip fetches it as usual."""

import importlib.util
import subprocess
import sys

# pip hides the environment from a build; a process of its own, which heeds no variables, sees it.
sys.path += subprocess.run([sys.executable, "-I", "-c", "import sys; print(*sys.path, sep='\\n')"], check=True,
                           capture_output=True, text=True).stdout.splitlines()


def get_requires_for_build_wheel(config_settings=None):
    return [name for name in ("setuptools", "wheel") if not importlib.util.find_spec(name)]


get_requires_for_build_editable = get_requires_for_build_sdist = get_requires_for_build_wheel


def build_wheel(*arguments, **options):
    from setuptools import build_meta
    return build_meta.build_wheel(*arguments, **options)


def build_editable(*arguments, **options):
    from setuptools import build_meta
    return build_meta.build_editable(*arguments, **options)


def build_sdist(*arguments, **options):
    from setuptools import build_meta
    return build_meta.build_sdist(*arguments, **options)
