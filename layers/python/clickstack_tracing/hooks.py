"""Patches modules right after the function has imported them; modules that it does not import cost nothing."""

import sys

from .libraries import LIBRARIES


def install(layer):
    """Watches for the modules of libraries, and for opentelemetry-api."""
    patches = {"opentelemetry.trace": _patch(layer, "otel")}
    for module, (library, name) in LIBRARIES.items():
        if library not in layer.settings.disabled:
            patches[module] = _patch(layer, f"libraries.{name}")
    for module in list(patches):
        # From the runtime's own imports, wrappers that ran before, or a debugger.
        if module in sys.modules:
            _run(patches.pop(module), sys.modules[module])
    sys.meta_path.insert(0, _Finder(patches))


def _patch(layer, name):
    def patch(module):
        # Compiled only when it is needed: the file system is read-only, so that nothing is cached.
        package = f"{__package__}.{name}"
        __import__(package)
        sys.modules[package].patch(layer, module)

    return patch


def _run(patch, module):
    """A library whose hook fails is not traced; the function continues."""
    try:
        patch(module)
    except Exception:
        pass


class _Finder:
    """An entry of sys.meta_path: it lets the others find a module, and adds a step after its execution."""

    def __init__(self, patches):
        self._patches = patches

    def find_spec(self, name, path=None, target=None):
        patch = self._patches.pop(name, None)
        if patch is None:
            return None
        spec = self._find(name, path, target)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            self._patches[name] = patch
            return spec
        spec.loader = _Loader(spec.loader, patch, self._patches)
        return spec

    def _find(self, name, path, target):
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None) if finder is not self else None
            spec = find(name, path, target) if find else None
            if spec is not None:
                return spec
        return None


class _Loader:
    """Replaces a module's loader while it is executed; afterwards the loader is restored."""

    def __init__(self, loader, patch, patches):
        self._loader = loader
        self._patch = patch
        self._patches = patches

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        try:
            self._loader.exec_module(module)
        except BaseException:
            # The function may try again.
            self._patches[module.__name__] = self._patch
            raise
        _run(self._patch, module)
