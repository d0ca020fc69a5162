"""Estimates with their error bars, drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Optional

import numpy

if TYPE_CHECKING:
    import matplotlib.axes
    import xarray

_MOST_BARS = 25  # longer series are lines with a band of one standard error
_MOST_HUES = 10  # more series take their colours from a scale


def plot(ds: "xarray.Dataset", x: Optional[str] = None, y: Optional[str] = None, by: Optional[str] = None, *,
         axes: Optional["matplotlib.axes.Axes"] = None, **style: Any) -> "matplotlib.axes.Axes":
    """Draws the observable `y` of a result against `x`, with bars of one standard error, and exact means dashed.

    x: a swept parameter, or what an observable that is an array runs along; by default the numeric one with the most values.
    y: an observable; by default the first that varies along x, and along little else.
    by: what distinguishes the series; by default the one dimension that is left. Of several that are left, all but `by`
        are to be fixed first: plot(ds.sel(volatility=0.2), x="strike", by="kind").
    axes: where to draw; by default the current axes. style: goes to matplotlib's errorbar or plot.

    ValueError if there is nothing to draw, or too much."""
    import matplotlib.pyplot

    y = _choose_observable(ds, x) if y is None else _known(ds, y, "observable")
    x = _choose_abscissa(ds, y) if x is None else _known(ds, x, "dimension")
    _judge_abscissa(ds, x, y)
    axes = matplotlib.pyplot.gca() if axes is None else axes
    series = list(_series(ds, x, y, by))
    for k, (label, one) in enumerate(series):
        colours = {} if len(series) <= _MOST_HUES else {"color": matplotlib.colormaps["viridis"](k / (len(series) - 1))}
        _draw(axes, one.sortby(x), x, y, {"label": label, **colours, **style})
    axes.set(xlabel=_label(ds, x), ylabel=_label(ds, y))
    if len(series) > 1:
        axes.legend(ncols=1 + len(series) // (_MOST_HUES + 1))
    return axes


def _observables(ds: "xarray.Dataset") -> list[str]:
    """What has an error: `x_ess_stderr` is none of `x_ess`, but x's own by autocorrelation alone."""
    names = [name for name in map(str, ds.data_vars) if f"{name}_stderr" in ds]
    return [name for name in names if not (name.endswith("_ess") and f"{name.removesuffix('_ess')}_tau" in ds)]


def _known(ds: "xarray.Dataset", name: str, what: str) -> str:
    names = _observables(ds) if what == "observable" else [str(c) for c in ds.coords if ds[c].ndim == 1]
    if name not in names:
        raise ValueError(f"the result has no {what} {name!r}; expected one of {', '.join(names) or 'none'}")
    return name


def _choose_observable(ds: "xarray.Dataset", x: Optional[str]) -> str:
    dimension = set(ds[_known(ds, x, "dimension")].dims) if x is not None else set()
    names = [name for name in _observables(ds) if ds[name].ndim and dimension <= set(ds[name].dims)]
    if not names:
        raise ValueError("no observable varies along anything; sweep a parameter, or give x" if x is None else
                         f"no observable varies along {x!r}")
    return names[0] if x is None else min(names, key=lambda name: ds[name].ndim)


def _choose_abscissa(ds: "xarray.Dataset", y: str) -> str:
    """The dimension with the most values; of equally long ones the last; numbers before words."""
    dimensions = [d for d in ds[y].dims if d in ds.coords]
    if not dimensions:
        raise ValueError(f"{y!r} varies along nothing: sweep a parameter to draw it against")
    longest = max(reversed(dimensions), key=lambda d: (ds[d].dtype.kind in "fiu", ds.sizes[d]))
    return str(longest)


def _judge_abscissa(ds: "xarray.Dataset", x: str, y: str) -> None:
    if not set(ds[x].dims) <= set(ds[y].dims):
        raise ValueError(f"{y!r} does not vary along {x!r}; expected one of {', '.join(map(str, ds[y].dims)) or 'none'}")


def _series(ds: "xarray.Dataset", x: str, y: str, by: Optional[str]) -> Iterator[tuple[Optional[str], "xarray.Dataset"]]:
    """The parts of a result that are drawn in one colour each, with their labels."""
    left = [str(d) for d in ds[y].dims if d not in ds[x].dims]
    if by is None and len(left) == 1:
        by = left[0]
    own = _known(ds, by, "dimension") and ds[by].dims[0] if by is not None else None
    left = [d for d in left if d != own]
    if left:
        raise ValueError(f"{y!r} varies along {', '.join(left)} too: fix that first, as in plot(ds.isel({left[0]}=0))")
    if by is None:
        yield None, ds
        return
    values = ds[by].values
    for value in dict.fromkeys(values.tolist()):
        there = numpy.flatnonzero(values == value)
        yield _name(ds, by, value), ds.isel({own: there if own in ds[x].dims else there[0]})


def _draw(axes: "matplotlib.axes.Axes", one: "xarray.Dataset", x: str, y: str, style: dict[str, Any]) -> None:
    places, means, errors = one[x].values, one[y].values, one[f"{y}_stderr"].values
    if len(places) <= _MOST_BARS:
        drawn = axes.errorbar(places, means, yerr=errors, **{"fmt": "o", "capsize": 2, "markersize": 4, **style})[0]
    else:
        drawn, = axes.plot(places, means, **style)
        axes.fill_between(places, means - errors, means + errors, color=drawn.get_color(), alpha=0.3, linewidth=0)
    if f"{y}_exact" in one:
        axes.plot(places, one[f"{y}_exact"].values, "--", color=drawn.get_color(), linewidth=1)


def _name(ds: "xarray.Dataset", parameter: str, value: Any) -> str:
    number = f"{value:.4g}" if isinstance(value, (float, numpy.floating)) else str(value)
    return " ".join(filter(None, [f"{parameter} = {number}", ds[parameter].attrs.get("units")]))


def _label(ds: "xarray.Dataset", name: str) -> str:
    units = ds[name].attrs.get("units")
    return f"{name} ({units})" if units else name
