"""Result files as labelled arrays."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Union

import numpy

from .errors import ResultError

if TYPE_CHECKING:
    import xarray

Path = Union[str, "os.PathLike[str]"]

_FORMAT = 1  # the `ulam_format` that is read here


def open_result(path: Path) -> "xarray.Dataset":
    """The results of a file: for an observable `x` its mean `x`, the error `x_stderr`, `x_sd` and so on, along the swept
    parameters. Parameters that are the same at every point are coordinates without a dimension. `runs` are the runs done
    and `failed` those of them that failed. The attributes are model, seed, status ("complete" or "partial"), job (the
    text of the job file), ulam_version and path.

    Where runs are chains, `runs` counts these, and `sweeps` are those of each that count. Beside x stand how its
    measurements behave along them, times in sweeps: the autocorrelation time `x_tau` with its error `x_tau_stderr`, the
    effective number of samples `x_ess`, split R-hat `x_rhat`, and `x_drift`; the attribute warnings lists what to doubt.

    All of it is loaded, at one moment of a job that may still be running. FileNotFoundError; ResultError if the file is
    no result of ulam."""
    with _Contents(path) as contents:
        results, rows = contents.group("results"), contents.group("points")
        for name in ("dimensions", "observables"):
            results.attrs[name] = _names(results, name)
        results.attrs.update(contents.attributes())
        if "sweeps" in rows:
            results.attrs["warnings"] = _names(results, "warnings")
    _add_fixed_parameters(results, rows)
    for name in ("failed", "sweeps"):
        _add_counts(results, rows, name)
    return results


def points(path: Path) -> "xarray.Dataset":
    """All parameters of each point, and its runs: done, failed, asked for. `points(path).to_dataframe()` is a table."""
    with _Contents(path) as contents:
        return contents.group("points")


def failures(path: Path) -> "xarray.Dataset":
    """The runs that failed and were recorded: point, run and cause, a row each; none where no run failed."""
    import xarray

    with _Contents(path) as contents:
        return contents.group("failures") if contents.has("failures") else xarray.Dataset()


def trace(path: Path) -> "xarray.Dataset":
    """How each point's estimates settled as its runs grew. ResultError where the file has none."""
    with _Contents(path) as contents:
        return contents.group("trace")


def series(path: Path) -> "xarray.Dataset":
    """The means of consecutive measurements of each chain, along `point`, `chain` and `sweep`, at which such a bin ends,
    counted behind the thermalisation; NaN where a chain has not come so far, or failed. ResultError where the job kept
    none (`series: {bin: 100}`)."""
    with _Contents(path) as contents:
        return contents.group("series")


def samples(path: Path) -> "xarray.Dataset":
    """The values of single runs, along `point` and `run`, NaN where a run was not done or failed. They are read when they
    are used: close the dataset, or use it in `with`. ResultError where the job kept none."""
    import xarray

    with _Contents(path) as contents:
        contents.demand("samples")
    beside = os.path.realpath(path).removesuffix(".h5") + ".samples.h5"
    if not os.path.exists(beside):
        raise ResultError(f"{beside}, the samples of {os.fspath(path)}, is not there: the two files belong together")
    return xarray.open_dataset(beside, group="samples", engine="h5netcdf", decode_times=False)


class _Contents:
    """A result file, held open: a job that replaces it meanwhile does not mix its figures into these."""

    def __init__(self, path: Path) -> None:
        import h5netcdf

        self.path = os.fspath(path)
        with contextlib.ExitStack() as stack:
            self._file = stack.enter_context(open(path, "rb"))
            try:
                self._root = stack.enter_context(h5netcdf.File(self._file, "r", decode_vlen_strings=True))
            except OSError as error:
                raise ResultError(f"{self.path} is no result file of ulam: {error}") from None
            self._judge()
            self._open = stack.pop_all()

    def __enter__(self) -> "_Contents":
        return self

    def __exit__(self, *unused: Any) -> None:
        self._open.close()

    def _judge(self) -> None:
        version = self._root.attrs.get("ulam_format")
        if version is None:
            raise ResultError(f"{self.path} is no result file of ulam: it has no attribute 'ulam_format'")
        if version > _FORMAT:
            raise ResultError(f"{self.path} has the format {version}, and this package reads up to {_FORMAT}: it is older "
                              "than the program that wrote the file")

    def attributes(self) -> dict[str, Any]:
        attributes = {name: self._root.attrs[name] for name in ("model", "status", "job", "ulam_version")}
        return {**attributes, "seed": int(self._root.attrs["seed"]), "path": self.path}

    def has(self, group: str) -> bool:
        return group in list(self._root.groups)  # asking the mapping would follow the links in the group

    def demand(self, group: str) -> None:
        if not self.has(group):
            raise ResultError(f"{self.path} has no {group}: its job asked for none, or has not come so far")

    def group(self, name: str) -> "xarray.Dataset":
        import xarray

        self.demand(name)
        store = xarray.backends.H5NetCDFStore(self._root, group=name)
        dataset = xarray.open_dataset(store, decode_times=False).load()
        texts = {name: (array.dims, numpy.char.decode(array.values, "utf-8"), array.attrs)
                 for name, array in dataset.variables.items() if array.dtype.kind == "S"}
        return dataset.assign(texts)


def _names(dataset: "xarray.Dataset", attribute: str) -> list[str]:
    """What an attribute lists; a single name is stored as itself, and none as no attribute or an empty one."""
    return [str(name) for name in numpy.atleast_1d(dataset.attrs.get(attribute, []))]


def _add_fixed_parameters(results: "xarray.Dataset", rows: "xarray.Dataset") -> None:
    for name in _names(rows, "parameters"):
        if "dimension" in rows[name].attrs:
            continue
        free = name if name not in results.variables else f"{name}_parameter"
        results.coords[free] = rows[name][0].drop_vars("point", errors="ignore")


def _add_counts(results: "xarray.Dataset", rows: "xarray.Dataset", name: str) -> None:
    """The points are the results' elements in the order of their memory."""
    if name in results.variables or name not in rows.variables:
        return
    results[name] = results.runs.copy(data=rows[name].values.reshape(results.runs.shape))
    results[name].attrs = rows[name].attrs
